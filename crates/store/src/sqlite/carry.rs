//! Rows that come from another store, or go to one.
//!
//! In the order of their insertion. What is there already stays as it is, so that a move which was broken off can be begun
//! again. Called by `SqliteStore`.

use rusqlite::{Connection, Row, params};
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::KeyId;

use super::writer::Transaction;
use super::{corrections, documents, events, jobs, keys, schemas, usage};
use crate::cells::{hash, tenant, time, unsigned};
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
        CarriedKind::Usage => {
            ("usage", usage::COLUMNS.into(), "number", |row| Ok(Carried::Usage(usage::from_row(row)?)))
        }
        CarriedKind::Jobs => ("job", format!("{}, key, request_hash", jobs::COLUMNS), "number", job),
        CarriedKind::Corrections => {
            (corrections::CARRIED, "*".into(), "number", |row| Ok(Carried::Corrections(corrections::carried(row)?)))
        }
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
    match carried {
        Carried::Key(row) => keys::put(tx.connection, row),
        Carried::Document(row) => documents::put(tx.connection, row),
        Carried::Schema(row) => schemas::put(tx.connection, row),
        Carried::Usage(row) => usage::put(tx.connection, row),
        Carried::Remembered(row) => take_answer(tx.connection, row),
        Carried::Job(job) => take_job(tx, job, log),
        Carried::Corrections(row) => corrections::take(tx.connection, row),
        Carried::Event(_) => Err(StoreError::Internal("an event comes with its job".into())),
    }
}

/// Not as an answer that was just given: the one that is there may be newer.
fn take_answer(connection: &Connection, row: &CarriedAnswer) -> Result<bool, StoreError> {
    let done = connection
        .prepare_cached(
            "insert into remembered (tenant, question, answer, used_at) values (?1, ?2, ?3, ?4) on conflict do nothing",
        )?
        .execute(params![row.tenant.as_str(), row.question.as_str(), row.answer.to_string(), time(row.used_at_ms)])?;
    Ok(done > 0)
}

fn take_job(tx: &mut Transaction<'_>, job: &CarriedJob, log: &[Recorded]) -> Result<bool, StoreError> {
    let number = jobs::put(tx, &job.row, job.key, job.request_hash.as_ref())?;
    let Some(number) = number else { return Ok(false) };
    let mut round = 0;
    for recorded in log {
        round += u32::from(matches!(recorded.event, Event::JobReopened));
        events::put(tx.connection, number, round, recorded)?;
    }
    Ok(true)
}
