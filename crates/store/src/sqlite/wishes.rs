//! Who works on what, until when, and what is due when.
//!
//! One row for each job that has not ended. A lease has a fence that rises with each hand-out, so that who lost it
//! cannot write any more. Called by `SqliteStore`.

use rusqlite::{Connection, OptionalExtension as _, params};
use sluice_extract::id::JobId;

use super::jobs::{COLUMNS, from_row};
use super::writer::Transaction;
use crate::cells::{time, unsigned};
use crate::{Claim, Lease, StoreError, WishRequest};

/// Fair between tenants: each job stands behind as many as its tenant has handed out or waiting before it.
///
/// `lease_until` of a job that nobody has is when it was given back. Is that still to come, the clock was set back, and
/// its due time says nothing: it is handed out, and who gets it decides how long it really waits.
const DUE: &str = "
    with free as (
      select wish.job, wish.due_at,
        row_number() over (partition by wish.tenant order by wish.due_at, wish.job)
          + (select count(*) from wish as held
             where held.tenant = wish.tenant and held.worker is not null and held.lease_until > ?1) as turn
      from wish
      where ((wish.worker is null and (wish.due_at <= ?1 or wish.lease_until > ?1))
         or (wish.worker is not null and wish.due_at <= ?1 and wish.lease_until <= ?1))
        and (?3 is null or wish.job in (select number from job where id in (select unhex(value) from json_each(?3))))
    )
    select job from free where ?4 = 0 or turn = 1 order by turn, due_at, job limit ?2";

pub(super) fn claim(tx: &mut Transaction<'_>, request: &WishRequest) -> Result<Vec<Claim>, StoreError> {
    let now = time(tx.now_ms);
    let only = request.only.as_deref().map(list_of);
    let numbers = {
        let mut statement = tx.connection.prepare_cached(DUE)?;
        let rows =
            statement.query_map(params![now, request.limit, only, request.newcomers], |row| row.get::<_, i64>(0))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    numbers.into_iter().map(|number| hand_out(tx, request, number)).collect()
}

fn hand_out(tx: &Transaction<'_>, request: &WishRequest, number: i64) -> Result<Claim, StoreError> {
    let until = time(tx.now_ms.saturating_add(request.lease_ms));
    let fence: i64 = tx
        .connection
        .prepare_cached(
            "update wish set worker = ?2, lease_until = ?3, due_at = ?4, fence = fence + 1 where job = ?1 \
             returning fence",
        )?
        .query_row(params![number, request.worker, until, time(tx.now_ms)], |row| row.get(0))?;
    let sql = format!("select {COLUMNS} from job where number = ?1");
    let job = tx.connection.prepare_cached(&sql)?.query_row([number], |row| Ok(from_row(row)))??;
    Ok(Claim { lease: Lease { job: job.id, fence: unsigned(fence) }, job })
}

/// Fails where somebody else got the job since.
pub(super) fn check(tx: &Transaction<'_>, number: i64, lease: Lease) -> Result<(), StoreError> {
    let mut statement = tx.connection.prepare_cached("select fence from wish where job = ?1 and worker is not null")?;
    let fence: Option<i64> = statement.query_row([number], |row| row.get(0)).optional()?;
    if fence.map(unsigned) == Some(lease.fence) { Ok(()) } else { Err(StoreError::LeaseLost) }
}

pub(super) fn renew(tx: &Transaction<'_>, leases: &[Lease], lease_ms: u64) -> Result<Vec<Lease>, StoreError> {
    let until = time(tx.now_ms.saturating_add(lease_ms));
    let mut lost = Vec::new();
    for lease in leases {
        let mut statement = tx.connection.prepare_cached(
            "update wish set lease_until = ?3 where fence = ?2 and worker is not null \
             and job = (select number from job where id = ?1)",
        )?;
        let held = statement.execute(params![lease.job.to_bytes(), time(lease.fence), until])?;
        if held == 0 {
            lost.push(*lease);
        }
    }
    Ok(lost)
}

/// A wish to stop that came since the job was handed out has made it due at once, and it stays so: who gives it back has
/// not seen it.
pub(super) fn release(tx: &mut Transaction<'_>, lease: Lease, due_at_ms: u64) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "update wish set worker = null, lease_until = ?4, due_at = case due_at when 0 then 0 else ?3 end \
             where fence = ?2 and worker is not null and job = (select number from job where id = ?1)",
        )?
        .execute(params![lease.job.to_bytes(), time(lease.fence), time(due_at_ms), time(tx.now_ms)])?;
    tx.tell_wishes();
    Ok(())
}

pub(super) fn next_due(connection: &Connection) -> Result<Option<u64>, StoreError> {
    let mut statement = connection.prepare_cached("select min(max(due_at, lease_until)) from wish")?;
    let due: Option<i64> = statement.query_row([], |row| row.get(0))?;
    Ok(due.map(unsigned))
}

/// Ids as SQL can take a list of them: JSON with each as hex digits.
fn list_of(jobs: &[JobId]) -> String {
    let ids: Vec<String> = jobs.iter().map(|job| format!("{:032x}", u128::from_be_bytes(job.to_bytes()))).collect();
    serde_json::json!(ids).to_string()
}
