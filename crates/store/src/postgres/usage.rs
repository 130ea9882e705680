//! Rows of what jobs took.
//!
//! Written once, with the event that ends a job, and never changed. Called by `events`, `carry` and `PostgresStore`.

use sluice_extract::id::JobId;
use sluice_extract::limits::DAY_MS;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgExecutor, PgPool, Row as _};

use super::{id, text};
use crate::cells::{status, tenant as tenant_of, time, unsigned};
use crate::{DayUsage, StoreError, Tenant, UsageRow};

pub(super) const COLUMNS: &str =
    "tenant, job, round, at, status, model, pages, input_tokens, output_tokens, cost_usd, cost_partly_unknown";

/// `false` where this end was counted before.
pub(super) async fn put(executor: impl PgExecutor<'_>, row: &UsageRow) -> Result<bool, StoreError> {
    let sql = format!(
        "insert into usage ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing"
    );
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(row.tenant.as_str())
        .bind(row.job.to_bytes())
        .bind(i64::from(row.round))
        .bind(time(row.at_ms))
        .bind(row.status.as_str())
        .bind(text(&row.model))
        .bind(i64::from(row.pages))
        .bind(row.input_tokens.map(time))
        .bind(row.output_tokens.map(time))
        .bind(row.cost_usd)
        .bind(row.is_cost_partly_unknown)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn by_day(pool: &PgPool, tenant: &Tenant, first: u64, last: u64) -> Result<Vec<DayUsage>, StoreError> {
    let rows = sqlx::query(
        "select at / $4 as day, model, count(*) filter (where status = 'completed'), \
         count(*) filter (where status = 'failed'), count(*) filter (where status = 'cancelled'), \
         sum(pages)::bigint, coalesce(sum(input_tokens), 0)::bigint, coalesce(sum(output_tokens), 0)::bigint, \
         sum(cost_usd), \
         count(*) filter (where cost_partly_unknown or input_tokens is null or output_tokens is null) \
         from usage where tenant = $1 and at >= $2 and at < $3 group by day, model order by day, model collate \"C\"",
    )
    .bind(tenant.as_str())
    .bind(time(first.saturating_mul(DAY_MS)))
    .bind(time(last.saturating_add(1).saturating_mul(DAY_MS)))
    .bind(time(DAY_MS))
    .fetch_all(pool)
    .await?;
    rows.iter().map(day).collect()
}

fn day(row: &PgRow) -> Result<DayUsage, StoreError> {
    let count = |at: usize| row.try_get(at).map(unsigned);
    Ok(DayUsage {
        day: count(0)?,
        model: row.try_get(1)?,
        completed: count(2)?,
        failed: count(3)?,
        cancelled: count(4)?,
        pages: count(5)?,
        input_tokens: count(6)?,
        output_tokens: count(7)?,
        cost_usd: row.try_get(8)?,
        partly_unknown: count(9)?,
    })
}

pub(super) fn from_row(row: &PgRow) -> Result<UsageRow, StoreError> {
    let tokens = |at: usize| row.try_get::<Option<i64>, _>(at).map(|count| count.map(unsigned));
    let number = |at: usize| row.try_get::<i64, _>(at).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    Ok(UsageRow {
        tenant: tenant_of(row.try_get(0)?)?,
        job: JobId::from_bytes(id(row, 1)?),
        round: number(2)?,
        at_ms: unsigned(row.try_get(3)?),
        status: status(row.try_get(4)?)?,
        model: row.try_get(5)?,
        pages: number(6)?,
        input_tokens: tokens(7)?,
        output_tokens: tokens(8)?,
        cost_usd: row.try_get(9)?,
        is_cost_partly_unknown: row.try_get(10)?,
    })
}
