//! Who works on what, until when, and when somebody may.
//!
//! One transaction at a time hands out, so that what is fair is counted right; an append holds the wish it writes under.
//! Never what the work is. Called by `PostgresStore`.

use sluice_extract::id::JobId;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row as _};

use super::jobs::{COLUMNS, from_row};
use super::locks;
use crate::cells::{time, unsigned};
use crate::{Claim, Lease, StoreError, WishRequest};

/// Fair between tenants: each job stands behind as many as its tenant has handed out or waiting before it.
///
/// `lease_until` of a job that nobody has is when it was given back. Is that still to come, the clock was set back, and
/// its due time says nothing: it is handed out, and who gets it decides how long it really waits.
const CLAIM: &str = "
    with free as (
      select wish.job, wish.due_at,
        row_number() over (partition by wish.tenant order by wish.due_at, wish.job)
          + (select count(*) from wish as held
             where held.tenant = wish.tenant and held.worker is not null and held.lease_until > $1) as turn
      from wish
      where ((wish.worker is null and (wish.due_at <= $1 or wish.lease_until > $1))
         or (wish.worker is not null and wish.due_at <= $1 and wish.lease_until <= $1))
        and ($3::bytea[] is null or wish.job in (select number from job where id = any($3)))
    ),
    turns as (
      select job, turn, due_at from free where not $4 or turn = 1 order by turn, due_at, job limit $2
    ),
    claimed as (
      update wish set worker = $5, process = $6, lease_until = $7, due_at = $1, fence = fence + 1
      from turns where wish.job = turns.job and (wish.worker is null or wish.lease_until <= $1)
      returning wish.job, wish.fence, turns.turn, turns.due_at
    )";

pub(super) async fn claim(
    pool: &PgPool,
    request: &WishRequest,
    process: i32,
    clock_ms: Option<u64>,
) -> Result<Vec<Claim>, StoreError> {
    let mut transaction = pool.begin().await?;
    locks::take(&mut transaction, locks::CLAIM).await?;
    let now_ms = super::now_ms(&mut *transaction, clock_ms).await?;
    let only = request.only.as_deref().map(names);
    // By `due_at` as it was before: rows that are written in this statement are read as they were.
    let sql = format!(
        "{CLAIM} select {COLUMNS}, claimed.fence from claimed join job on job.number = claimed.job \
         order by claimed.turn, claimed.due_at, claimed.job"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(time(now_ms))
        .bind(i64::from(request.limit))
        .bind(only)
        .bind(request.newcomers)
        .bind(&request.worker)
        .bind(process)
        .bind(time(now_ms.saturating_add(request.lease_ms)))
        .fetch_all(&mut *transaction)
        .await?;
    let claims = rows.iter().map(|row| {
        let job = from_row(row)?;
        Ok(Claim { lease: Lease { job: job.id, fence: unsigned(row.try_get("fence")?) }, job })
    });
    let claims = claims.collect::<Result<Vec<_>, StoreError>>()?;
    transaction.commit().await?;
    Ok(claims)
}

/// Fails where somebody else got the job since; holds the wish, so that nobody gets it before the commit.
pub(super) async fn check(connection: &mut PgConnection, number: i64, lease: Lease) -> Result<(), StoreError> {
    let fence: Option<i64> =
        sqlx::query_scalar("select fence from wish where job = $1 and worker is not null for no key update")
            .bind(number)
            .fetch_optional(connection)
            .await?;
    if fence.map(unsigned) == Some(lease.fence) { Ok(()) } else { Err(StoreError::LeaseLost) }
}

pub(super) async fn renew(
    pool: &PgPool,
    leases: &[Lease],
    lease_ms: u64,
    now_ms: u64,
) -> Result<Vec<Lease>, StoreError> {
    let jobs: Vec<JobId> = leases.iter().map(|lease| lease.job).collect();
    let fences: Vec<i64> = leases.iter().map(|lease| time(lease.fence)).collect();
    let rows = sqlx::query(
        "update wish set lease_until = $3 from unnest($1::bytea[], $2::bigint[]) as held (id, fence) \
         join job on job.id = held.id \
         where wish.job = job.number and wish.fence = held.fence and wish.worker is not null \
         returning job.id, wish.fence",
    )
    .bind(names(&jobs))
    .bind(fences)
    .bind(time(now_ms.saturating_add(lease_ms)))
    .fetch_all(pool)
    .await?;
    let held = rows
        .iter()
        .map(|row| Ok(Lease { job: JobId::from_bytes(super::id(row, 0)?), fence: unsigned(row.try_get(1)?) }));
    let held = held.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(leases.iter().filter(|lease| !held.contains(lease)).copied().collect())
}

/// A wish to stop that came since the job was handed out has made it due at once, and it stays so: who gives it back has
/// not seen it.
pub(super) async fn release(pool: &PgPool, lease: Lease, due_at_ms: u64, now_ms: u64) -> Result<(), StoreError> {
    sqlx::query(
        "update wish set worker = null, process = null, lease_until = $4, \
         due_at = case due_at when 0 then 0 else $3 end \
         where fence = $2 and worker is not null and job = (select number from job where id = $1)",
    )
    .bind(lease.job.to_bytes())
    .bind(time(lease.fence))
    .bind(time(due_at_ms))
    .bind(time(now_ms))
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn next_due(pool: &PgPool) -> Result<Option<u64>, StoreError> {
    let due: Option<i64> =
        sqlx::query_scalar("select min(greatest(due_at, lease_until)) from wish").fetch_one(pool).await?;
    Ok(due.map(unsigned))
}

/// The processes that were handed jobs and are not there.
pub(super) async fn absent(pool: &PgPool) -> Result<Vec<i32>, StoreError> {
    let sql =
        format!("select distinct process from wish where process is not null and process not in ({})", locks::PRESENT);
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(i64::from(locks::OURS)).fetch_all(pool).await?)
}

/// Nobody waits for the leases of processes that are gone; says whether there were any.
pub(super) async fn take_back(pool: &PgPool, processes: &[i32]) -> Result<bool, StoreError> {
    let sql = format!(
        "update wish set worker = null, process = null, lease_until = 0, due_at = 0 \
         where process = any($2) and process not in ({})",
        locks::PRESENT
    );
    let done = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(locks::OURS)).bind(processes).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

fn names(jobs: &[JobId]) -> Vec<Vec<u8>> {
    jobs.iter().map(|job| job.to_bytes().to_vec()).collect()
}
