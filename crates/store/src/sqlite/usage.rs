//! Rows of what jobs took.
//!
//! Written once, with the event that ends a job, and never changed. Called by `events`, `carry` and `SqliteStore`.

use rusqlite::{Connection, Row, params};
use sluice_extract::id::JobId;
use sluice_extract::limits::DAY_MS;

use crate::cells::{status, tenant as tenant_of, time, unsigned};
use crate::{DayUsage, StoreError, Tenant, UsageRow};

pub(super) const COLUMNS: &str =
    "tenant, job, round, at, status, model, pages, input_tokens, output_tokens, cost_usd, cost_partly_unknown";

/// `false` where this end was counted before.
pub(super) fn put(connection: &Connection, row: &UsageRow) -> Result<bool, StoreError> {
    let sql = format!(
        "insert into usage ({COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) on conflict do nothing"
    );
    let done = connection.prepare_cached(&sql)?.execute(params![
        row.tenant.as_str(),
        row.job.to_bytes(),
        row.round,
        time(row.at_ms),
        row.status.as_str(),
        row.model,
        row.pages,
        row.input_tokens.map(time),
        row.output_tokens.map(time),
        row.cost_usd,
        row.is_cost_partly_unknown,
    ])?;
    Ok(done > 0)
}

pub(super) fn by_day(
    connection: &Connection,
    tenant: &Tenant,
    first: u64,
    last: u64,
) -> Result<Vec<DayUsage>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select at / ?4 as day, model, sum(status = 'completed'), sum(status = 'failed'), sum(status = 'cancelled'), \
         sum(pages), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), sum(cost_usd), \
         sum(cost_partly_unknown or input_tokens is null or output_tokens is null) \
         from usage where tenant = ?1 and at >= ?2 and at < ?3 group by day, model order by day, model",
    )?;
    let (from, before) = (first.saturating_mul(DAY_MS), last.saturating_add(1).saturating_mul(DAY_MS));
    let rows = statement.query_map(params![tenant.as_str(), time(from), time(before), time(DAY_MS)], |row| {
        let count = |at: usize| row.get(at).map(unsigned);
        Ok(DayUsage {
            day: count(0)?,
            model: row.get(1)?,
            completed: count(2)?,
            failed: count(3)?,
            cancelled: count(4)?,
            pages: count(5)?,
            input_tokens: count(6)?,
            output_tokens: count(7)?,
            cost_usd: row.get(8)?,
            partly_unknown: count(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn from_row(row: &Row<'_>) -> Result<UsageRow, StoreError> {
    let tokens = |at: usize| row.get::<_, Option<i64>>(at).map(|count| count.map(unsigned));
    Ok(UsageRow {
        tenant: tenant_of(row.get(0)?)?,
        job: JobId::from_bytes(row.get(1)?),
        round: row.get(2)?,
        at_ms: unsigned(row.get(3)?),
        status: status(&row.get::<_, String>(4)?)?,
        model: row.get(5)?,
        pages: row.get(6)?,
        input_tokens: tokens(7)?,
        output_tokens: tokens(8)?,
        cost_usd: row.get(9)?,
        is_cost_partly_unknown: row.get(10)?,
    })
}
