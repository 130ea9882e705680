//! Rows that come from another store, or go to one.
//!
//! In the order of their insertion. What is there already stays as it is, so that a move which was broken off can be begun
//! again. Called by `SqliteStore`.

use rusqlite::{Connection, Row, params};
use sluice_extract::event::{Event, Recorded, encode};
use sluice_extract::id::{JobId, KeyId};
use sluice_extract::page::ContentHash;

use super::writer::Transaction;
use super::{documents, events, jobs, keys, schemas};
use crate::cells::{folded, hash, job_search, tenant, time, unsigned};
use crate::{Carried, CarriedAnswer, CarriedJob, CarriedKind, StoreError};

type FromRow = fn(&Row<'_>) -> Result<Carried, StoreError>;

/// Rows of a kind after this number, each with its own.
pub(super) fn out(
    connection: &Connection,
    kind: CarriedKind,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Carried)>, StoreError> {
    let (table, columns, number, from_row): (_, String, _, FromRow) = match kind {
        CarriedKind::Keys => ("key", keys::COLUMNS.into(), "number", |row| Ok(Carried::Key(keys::from_row(row)?))),
        CarriedKind::Documents => {
            ("document", documents::COLUMNS.into(), "number", |row| Ok(Carried::Document(documents::from_row(row)?)))
        }
        CarriedKind::Schemas => {
            ("schema", schemas::COLUMNS.into(), "number", |row| Ok(Carried::Schema(schemas::from_row(row)?)))
        }
        CarriedKind::Remembered => ("remembered", "tenant, question, answer, used_at".into(), "rowid", answer),
        CarriedKind::Jobs => ("job", format!("{}, key, request_hash", jobs::COLUMNS), "number", job),
    };
    let sql =
        format!("select {columns}, {number} as place from {table} where {number} > ?1 order by {number} limit ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![after, limit], |row| Ok((row.get::<_, i64>("place")?, from_row(row))))?;
    rows.map(|row| row.map_err(StoreError::from).and_then(|(place, carried)| Ok((place, carried?)))).collect()
}

fn answer(row: &Row<'_>) -> Result<Carried, StoreError> {
    Ok(Carried::Remembered(CarriedAnswer {
        tenant: tenant(row.get(0)?)?,
        question: hash(row.get(1)?)?,
        answer: serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        used_at_ms: unsigned(row.get(3)?),
    }))
}

fn job(row: &Row<'_>) -> Result<Carried, StoreError> {
    let key: Option<[u8; 16]> = row.get("key")?;
    let request_hash: Option<String> = row.get("request_hash")?;
    Ok(Carried::Job(Box::new(CarriedJob {
        row: jobs::from_row(row)?,
        key: key.map(KeyId::from_bytes),
        request_hash: request_hash.map(hash).transpose()?,
    })))
}

/// One row, or a job with its whole log; `false` where it is there already.
pub(super) fn take(tx: &mut Transaction<'_>, carried: &Carried, log: &[Recorded]) -> Result<bool, StoreError> {
    let done = match carried {
        Carried::Key(row) => tx
            .connection
            .prepare_cached(
                "insert into key (id, tenant, label, hash, created_at, revoked_at) values (?1, ?2, ?3, ?4, ?5, ?6) \
                 on conflict do nothing",
            )?
            .execute(params![
                row.key.id.to_bytes(),
                row.key.tenant.as_str(),
                row.key.label,
                row.key.hash.as_bytes(),
                time(row.created_at_ms),
                row.revoked_at_ms.map(time)
            ])?,
        Carried::Document(row) => tx
            .connection
            .prepare_cached(
                "insert into document (id, tenant, hash, file_name, search, file_size, page_count, media_type, \
                 uploaded_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing",
            )?
            .execute(params![
                row.document.id.to_bytes(),
                row.document.tenant.as_str(),
                row.document.hash.as_str(),
                row.document.file_name,
                folded(&row.document.file_name),
                time(row.document.file_size),
                row.document.page_count,
                row.document.media_type,
                time(row.uploaded_at_ms)
            ])?,
        Carried::Schema(row) => tx
            .connection
            .prepare_cached(
                "insert into schema (id, tenant, name, search, description, definition, metadata, created_at, \
                 updated_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing",
            )?
            .execute(params![
                row.schema.id.to_bytes(),
                row.schema.tenant.as_str(),
                row.schema.name,
                folded(&row.schema.name),
                row.schema.description,
                row.schema.definition.to_string(),
                row.schema.metadata.to_string(),
                time(row.created_at_ms),
                time(row.updated_at_ms)
            ])?,
        Carried::Remembered(row) => tx
            .connection
            .prepare_cached(
                "insert into remembered (tenant, question, answer, used_at) values (?1, ?2, ?3, ?4) \
                 on conflict do nothing",
            )?
            .execute(params![
                row.tenant.as_str(),
                row.question.as_str(),
                row.answer.to_string(),
                time(row.used_at_ms)
            ])?,
        Carried::Job(job) => take_job(tx, job, log)?,
        Carried::Event(_) => return Err(StoreError::Internal("an event comes with its job".into())),
    };
    Ok(done > 0)
}

fn take_job(tx: &mut Transaction<'_>, job: &CarriedJob, log: &[Recorded]) -> Result<usize, StoreError> {
    let CarriedJob { row, key, request_hash } = job;
    let done = tx
        .connection
        .prepare_cached(
            "insert into job (id, tenant, kind, parent, document, document_hash, schema, schema_hash, request, label, \
             search, key, request_hash, status, round, log_end, created_at, changed_at, ended_at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) \
             on conflict do nothing",
        )?
        .execute(params![
            row.id.to_bytes(),
            row.tenant.as_str(),
            row.kind,
            row.parent.map(JobId::to_bytes),
            row.document.to_bytes(),
            row.document_hash.as_str(),
            row.schema.to_bytes(),
            row.schema_hash.as_str(),
            row.request.to_string(),
            row.label,
            job_search(&row.label, row.id),
            key.map(KeyId::to_bytes),
            request_hash.as_ref().map(ContentHash::as_str),
            row.status.as_str(),
            row.round,
            time(row.log_end),
            time(row.created_at_ms),
            time(row.changed_at_ms),
            row.ended_at_ms.map(time)
        ])?;
    if done == 0 {
        return Ok(0);
    }
    let number = tx.connection.last_insert_rowid();
    let mut round = 0;
    for recorded in log {
        round += u32::from(matches!(recorded.event, Event::JobReopened));
        tx.connection
            .prepare_cached("insert into event (place, job, outcome, at, data) values (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                events::place(number, recorded.sequence)?,
                number,
                recorded.event.outcome_key(round),
                time(recorded.at_ms),
                encode(&recorded.event)?
            ])?;
    }
    if row.ended_at_ms.is_none() {
        tx.connection
            .prepare_cached("insert into wish (job, tenant, due_at, lease_until) values (?1, ?2, ?3, ?3)")?
            .execute(params![number, row.tenant.as_str(), time(tx.now_ms)])?;
        tx.tell_wishes();
    }
    Ok(done)
}
