//! Rows of jobs.
//!
//! Never what a status means. Called by `SqliteStore`.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;

use super::list::{Filter, one};
use super::writer::Transaction;
use super::{events, idempotency, list as pages};
use crate::cells::{self, given_once, hash, job_search, tenant, time, unsigned};
use crate::{Admission, JobInsert, JobQuery, JobRow, Listing, NewJob, StoreError, Tenant};

/// The columns that [`from_row`] reads, in its order.
pub(super) const COLUMNS: &str = "job.id, job.tenant, job.kind, job.parent, job.document, job.document_hash, \
    job.schema, job.schema_hash, job.request, job.label, job.status, job.round, job.log_end, job.created_at, \
    job.changed_at, job.ended_at";

pub(super) fn insert(tx: &mut Transaction<'_>, new: &NewJob, admission: &Admission) -> Result<JobInsert, StoreError> {
    if let Some(repeated) = repeated(tx.connection, new, admission)? {
        return Ok(JobInsert::Repeated(repeated));
    }
    if let Some(active) = too_many(tx.connection, new, admission)? {
        return Ok(JobInsert::TooManyActive { active });
    }
    let row = new.begun(tx.now_ms);
    let number = put(tx, &row, new.key, new.request_hash.as_ref())?;
    given_once(number.is_some())?;
    if let Some((key, answer)) = &admission.idempotency {
        idempotency::finish(tx, &new.tenant, key, answer)?;
    }
    Ok(JobInsert::Inserted(row))
}

/// The row, and the wish that somebody works on it, where it has not ended; gives its number. `None` where there is one
/// of its name, which stays as it is.
pub(super) fn put(
    tx: &mut Transaction<'_>,
    row: &JobRow,
    key: Option<KeyId>,
    request_hash: Option<&ContentHash>,
) -> Result<Option<i64>, StoreError> {
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
            request_hash.map(ContentHash::as_str),
            row.status.as_str(),
            row.round,
            time(row.log_end),
            time(row.created_at_ms),
            time(row.changed_at_ms),
            row.ended_at_ms.map(time),
        ])?;
    if done == 0 {
        return Ok(None);
    }
    let number = tx.connection.last_insert_rowid();
    if row.ended_at_ms.is_none() {
        tx.connection
            .prepare_cached("insert into wish (job, tenant, due_at, lease_until) values (?1, ?2, ?3, ?3)")?
            .execute(params![number, row.tenant.as_str(), time(tx.now_ms)])?;
        tx.tell_wishes();
    }
    Ok(Some(number))
}

fn repeated(connection: &Connection, new: &NewJob, admission: &Admission) -> Result<Option<JobRow>, StoreError> {
    let (Some(since_ms), Some(hash), Some(key)) = (admission.repeated_since_ms, &new.request_hash, new.key) else {
        return Ok(None);
    };
    let sql = format!(
        "select {COLUMNS} from job where tenant = ?1 and key = ?2 and request_hash = ?3 and created_at >= ?4 \
         order by number desc limit 1"
    );
    let values = params![new.tenant.as_str(), key.to_bytes(), hash.as_str(), time(since_ms)];
    connection.prepare_cached(&sql)?.query_row(values, |row| Ok(from_row(row))).optional()?.transpose()
}

fn too_many(connection: &Connection, new: &NewJob, admission: &Admission) -> Result<Option<u32>, StoreError> {
    let Some(max) = admission.active_max else { return Ok(None) };
    let mut statement = connection.prepare_cached("select count(*) from job where tenant = ?1 and ended_at is null")?;
    let active: u32 = statement.query_row([new.tenant.as_str()], |row| row.get(0))?;
    Ok((active >= max).then_some(active))
}

pub(super) fn get(connection: &Connection, tenant: &Tenant, id: JobId) -> Result<Option<JobRow>, StoreError> {
    one(connection, "job", COLUMNS, tenant, id.to_bytes(), from_row)
}

pub(super) fn list(connection: &Connection, tenant: &Tenant, query: &JobQuery) -> Result<Listing<JobRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    if !query.status.is_empty() {
        let statuses: Vec<Box<dyn ToSql>> =
            query.status.iter().map(|status| Box::new(status.as_str()) as Box<dyn ToSql>).collect();
        filter.and_in("status", statuses);
    }
    if let Some(search) = &query.search {
        filter.and_search(search);
    }
    if let Some(kind) = &query.kind {
        filter.and("kind = ", kind.clone());
    }
    if let Some(parent) = query.parent {
        filter.and("parent = ", parent.to_bytes());
    }
    if let Some(document) = query.document {
        filter.and("document = ", document.to_bytes());
    }
    if let Some(from_ms) = query.created_from_ms {
        filter.and("created_at >= ", time(from_ms));
    }
    if let Some(before_ms) = query.created_before_ms {
        filter.and("created_at < ", time(before_ms));
    }
    pages::page(connection, "job", COLUMNS, &filter, &query.page, from_row)
}

pub(super) fn delete(tx: &mut Transaction<'_>, tenant: &Tenant, id: JobId) -> Result<bool, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("select number from job where id = ?1 and tenant = ?2 and ended_at is not null")?;
    let number: Option<i64> =
        statement.query_row(params![id.to_bytes(), tenant.as_str()], |row| row.get(0)).optional()?;
    let Some(number) = number else { return Ok(false) };
    remove(tx.connection, number)?;
    Ok(true)
}

/// Removes a job with all that hangs on it.
pub(super) fn remove(connection: &Connection, number: i64) -> Result<(), StoreError> {
    let (from, to) = events::places(number);
    connection.prepare_cached("delete from event where place between ?1 and ?2")?.execute([from, to])?;
    connection.prepare_cached("delete from corrections where job = ?1")?.execute([number])?;
    connection.prepare_cached("delete from wish where job = ?1")?.execute([number])?;
    connection.prepare_cached("delete from job where number = ?1")?.execute([number])?;
    Ok(())
}

pub(super) fn from_row(row: &Row<'_>) -> Result<JobRow, StoreError> {
    let parent: Option<[u8; 16]> = row.get(3)?;
    let status: String = row.get(10)?;
    let ended_at: Option<i64> = row.get(15)?;
    Ok(JobRow {
        id: JobId::from_bytes(row.get(0)?),
        tenant: tenant(row.get(1)?)?,
        kind: row.get(2)?,
        parent: parent.map(JobId::from_bytes),
        document: DocumentId::from_bytes(row.get(4)?),
        document_hash: hash(row.get(5)?)?,
        schema: SchemaId::from_bytes(row.get(6)?),
        schema_hash: hash(row.get(7)?)?,
        request: serde_json::from_str(row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?)?,
        label: row.get(9)?,
        status: cells::status(&status)?,
        round: row.get(11)?,
        log_end: unsigned(row.get(12)?),
        created_at_ms: unsigned(row.get(13)?),
        changed_at_ms: unsigned(row.get(14)?),
        ended_at_ms: ended_at.map(unsigned),
    })
}
