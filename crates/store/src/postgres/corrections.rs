//! What people said of jobs.
//!
//! Reached by its job only, which knows whose it is. Called by `PostgresStore`.

use serde_json::Value;
use sluice_extract::id::JobId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use crate::cells::{tenant as tenant_of, time, unsigned};
use crate::{CarriedCorrections, CorrectionsPut, CorrectionsRow, StoreError, Tenant};

/// As [`carried`] reads them, from the job and what was said of it.
pub(super) const CARRIED: &str = "(select corrections.*, job.id, job.tenant, job.number from corrections \
     join job on job.number = corrections.job) carried";

const FOUND: &str = "select job.number, revision, content, corrections.changed_at from job \
     left join corrections on corrections.job = job.number where job.id = $1 and job.tenant = $2";

pub(super) async fn get(pool: &PgPool, tenant: &Tenant, job: JobId) -> Result<Option<CorrectionsRow>, StoreError> {
    let row = sqlx::query(FOUND).bind(job.to_bytes()).bind(tenant.as_str()).fetch_optional(pool).await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &PgRow) -> Result<CorrectionsRow, StoreError> {
    let Some(revision) = row.try_get::<Option<i64>, _>(1)? else { return Ok(CorrectionsRow::none()) };
    let changed_at: Option<i64> = row.try_get(3)?;
    Ok(CorrectionsRow {
        revision: unsigned(revision),
        content: serde_json::from_str(row.try_get(2)?)?,
        changed_at_ms: changed_at.map(unsigned),
    })
}

pub(super) async fn put(
    pool: &PgPool,
    tenant: &Tenant,
    job: JobId,
    before: u64,
    content: Value,
    now_ms: u64,
) -> Result<CorrectionsPut, StoreError> {
    let mut transaction = pool.begin().await?;
    // Who comes second waits here, and sees what the first one did.
    let held = sqlx::query("select number from job where id = $1 and tenant = $2 for no key update")
        .bind(job.to_bytes())
        .bind(tenant.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
    let Some(held) = held else { return Ok(CorrectionsPut::NoJob) };
    let number: i64 = held.try_get(0)?;
    let found: Option<i64> = sqlx::query_scalar("select revision from corrections where job = $1")
        .bind(number)
        .fetch_optional(&mut *transaction)
        .await?;
    let found = found.map_or(0, unsigned);
    if found != before {
        return Ok(CorrectionsPut::Outdated { revision: found });
    }
    let revision = before.saturating_add(1);
    sqlx::query(
        "insert into corrections (job, revision, content, changed_at) values ($1, $2, $3, $4) \
         on conflict (job) do update set revision = $2, content = $3, changed_at = $4",
    )
    .bind(number)
    .bind(time(revision))
    .bind(content.to_string())
    .bind(time(now_ms))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(CorrectionsPut::Kept(CorrectionsRow { revision, content, changed_at_ms: Some(now_ms) }))
}

/// `false` where something was said there already, which stays as it is.
pub(super) async fn take(pool: &PgPool, row: &CarriedCorrections) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into corrections (job, revision, content, changed_at) \
         select number, $3, $4, $5 from job where id = $1 and tenant = $2 on conflict do nothing",
    )
    .bind(row.job.to_bytes())
    .bind(row.tenant.as_str())
    .bind(time(row.revision))
    .bind(row.content.to_string())
    .bind(time(row.changed_at_ms))
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A row of [`CARRIED`].
pub(super) fn carried(row: &PgRow) -> Result<CarriedCorrections, StoreError> {
    Ok(CarriedCorrections {
        tenant: tenant_of(row.try_get("tenant")?)?,
        job: JobId::from_bytes(row.try_get("id")?),
        revision: unsigned(row.try_get("revision")?),
        content: serde_json::from_str(row.try_get("content")?)?,
        changed_at_ms: unsigned(row.try_get("changed_at")?),
    })
}
