//! What is too old goes; copies; how much there is.
//!
//! Called by `SqliteStore`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, params};
use sluice_extract::limits::USAGE_KEPT_MS;
use sluice_extract::page::ContentHash;

use super::jobs::remove;
use super::writer::Transaction;
use crate::cells::{hash, time, unsigned};
use crate::{Retention, Retired, Stats, StoreError};

/// Most rows of a kind that go in one transaction.
const BITE: u32 = 100;

pub(super) fn retire(tx: &Transaction<'_>, retention: &Retention, now_ms: u64) -> Result<Retired, StoreError> {
    let before = |age_ms: u64| time(now_ms.saturating_sub(age_ms));
    let mut retired = Retired::default();
    if let Some(age_ms) = retention.jobs_ms {
        retired.jobs = jobs(tx.connection, before(age_ms))?;
    }
    if let Some(age_ms) = retention.documents_ms {
        let sql = "delete from document where number in (select number from document where uploaded_at < ?1 \
                   and not exists (select 1 from job where job.document = document.id) limit ?2)";
        retired.documents = bite(tx.connection, sql, before(age_ms))?;
    }
    if let Some(age_ms) = retention.remembered_ms {
        let sql = "delete from remembered where rowid in \
                   (select rowid from remembered where used_at < ?1 limit ?2)";
        retired.remembered = bite(tx.connection, sql, before(age_ms))?;
    }
    let sql = "delete from idempotency where rowid in \
               (select rowid from idempotency where expires_at <= ?1 limit ?2)";
    retired.idempotency = bite(tx.connection, sql, time(now_ms))?;
    let sql = "delete from usage where number in (select number from usage where at < ?1 limit ?2)";
    retired.usage = bite(tx.connection, sql, before(USAGE_KEPT_MS))?;
    Ok(retired)
}

fn jobs(connection: &Connection, before: i64) -> Result<u64, StoreError> {
    let numbers = {
        let mut statement = connection.prepare_cached("select number from job where ended_at < ?1 limit ?2")?;
        let rows = statement.query_map(params![before, BITE], |row| row.get::<_, i64>(0))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for number in &numbers {
        remove(connection, *number)?;
    }
    Ok(numbers.len() as u64)
}

fn bite(connection: &Connection, sql: &str, before: i64) -> Result<u64, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(params![before, BITE])? as u64)
}

pub(super) fn compact(path: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_mins(1))?;
    connection.execute_batch("vacuum")?;
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(())
}

pub(super) fn backup(path: &Path, target: &Path) -> Result<(), StoreError> {
    let target = target.to_str().ok_or_else(|| StoreError::Io("the path of the copy is no text".into()))?;
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_mins(1))?;
    connection.execute("vacuum into ?1", [target])?;
    Ok(())
}

/// The bytes of every document, and of every schema and document that a job needs, and of every result.
pub(super) fn blobs_in_use(connection: &Connection) -> Result<BTreeSet<ContentHash>, StoreError> {
    let sql = "select hash from document union select document_hash from job union select schema_hash from job \
               union select json_extract(data, '$.result') from event where outcome like 'end/%' \
               and json_extract(data, '$.result') is not null";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|row| hash(row?)).collect()
}

pub(super) fn stats(connection: &Connection) -> Result<Stats, StoreError> {
    let count = |sql: &str| -> Result<u64, StoreError> {
        Ok(unsigned(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
    };
    Ok(Stats {
        jobs_active: count("select count(*) from job where ended_at is null")?,
        jobs: count("select count(*) from job")?,
        // Counting the rows would read the whole index.
        events: count("select coalesce(sum(log_end), 0) from job")?,
        documents: count("select count(*) from document")?,
        schemas: count("select count(*) from schema")?,
        keys: count("select count(*) from key where revoked_at is null")?,
        remembered: count("select count(*) from remembered")?,
        database_bytes: count("select page_count * page_size from pragma_page_count, pragma_page_size")?,
    })
}
