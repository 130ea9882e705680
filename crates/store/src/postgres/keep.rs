//! What is too old goes; how much there is.
//!
//! Called by `PostgresStore`.

use std::collections::BTreeSet;

use sluice_extract::limits::USAGE_KEPT_MS;
use sluice_extract::page::ContentHash;
use sqlx::{PgConnection, PgPool, Row as _};

use super::jobs::remove;
use super::locks;
use crate::cells::{hash, time, unsigned};
use crate::{Retention, Retired, Stats, StoreError};

/// Most rows of a kind that go in one transaction.
const BITE: i64 = 100;

/// Nothing where another process removes at the moment: it does it for all.
pub(super) async fn retire(pool: &PgPool, retention: &Retention, now_ms: u64) -> Result<Retired, StoreError> {
    let before = |age_ms: u64| time(now_ms.saturating_sub(age_ms));
    let mut retired = Retired::default();
    let mut transaction = pool.begin().await?;
    if !locks::try_take(&mut transaction, locks::RETIRE).await? {
        return Ok(retired);
    }
    if let Some(age_ms) = retention.jobs_ms {
        retired.jobs = jobs(&mut transaction, before(age_ms)).await?;
    }
    if let Some(age_ms) = retention.documents_ms {
        let sql = "delete from document where number in (select number from document where uploaded_at < $1 \
                   and not exists (select 1 from job where job.document = document.id) limit $2)";
        retired.documents = bite(&mut transaction, sql, before(age_ms)).await?;
    }
    if let Some(age_ms) = retention.remembered_ms {
        let sql = "delete from remembered where ctid in (select ctid from remembered where used_at < $1 limit $2)";
        retired.remembered = bite(&mut transaction, sql, before(age_ms)).await?;
    }
    let sql = "delete from idempotency where ctid in (select ctid from idempotency where expires_at <= $1 limit $2)";
    retired.idempotency = bite(&mut transaction, sql, time(now_ms)).await?;
    let sql = "delete from usage where number in (select number from usage where at < $1 limit $2)";
    retired.usage = bite(&mut transaction, sql, before(USAGE_KEPT_MS)).await?;
    transaction.commit().await?;
    Ok(retired)
}

async fn jobs(connection: &mut PgConnection, before: i64) -> Result<u64, StoreError> {
    // Held until the end: what is reopened meanwhile stays.
    let numbers: Vec<i64> =
        sqlx::query_scalar("select number from job where ended_at < $1 limit $2 for update skip locked")
            .bind(before)
            .bind(BITE)
            .fetch_all(&mut *connection)
            .await?;
    remove(connection, &numbers).await?;
    Ok(numbers.len() as u64)
}

async fn bite(connection: &mut PgConnection, sql: &'static str, before: i64) -> Result<u64, StoreError> {
    Ok(sqlx::query(sql).bind(before).bind(BITE).execute(connection).await?.rows_affected())
}

/// Postgres gives room back by itself; this makes it do so now, and count anew.
pub(super) async fn compact(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::raw_sql(
        "vacuum (analyze) job, event, wish, remembered, document, schema, key, idempotency, usage, corrections",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The bytes of every document, and of every schema and document that a job needs, and of every result.
pub(super) async fn blobs_in_use(pool: &PgPool) -> Result<BTreeSet<ContentHash>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "select hash from document union select document_hash from job union select schema_hash from job \
         union select data::json->>'result' from event where outcome like 'end/%' and data::json->>'result' is not null",
    )
    .fetch_all(pool)
    .await?;
    names.into_iter().map(hash).collect()
}

pub(super) async fn stats(pool: &PgPool) -> Result<Stats, StoreError> {
    let row = sqlx::query(
        "select (select count(*) from job where ended_at is null), (select count(*) from job), \
         (select coalesce(sum(log_end), 0)::bigint from job), (select count(*) from document), \
         (select count(*) from schema), (select count(*) from key where revoked_at is null), \
         (select count(*) from remembered), pg_database_size(current_database())",
    )
    .fetch_one(pool)
    .await?;
    let count = |at: usize| -> Result<u64, StoreError> { Ok(unsigned(row.try_get(at)?)) };
    Ok(Stats {
        jobs_active: count(0)?,
        jobs: count(1)?,
        events: count(2)?,
        documents: count(3)?,
        schemas: count(4)?,
        keys: count(5)?,
        remembered: count(6)?,
        database_bytes: count(7)?,
    })
}
