//! The logs.
//!
//! Ids are contiguous because the end of a log is a column of its job and only one thread writes. Never what an event
//! means beyond its key and whether it ends the job. Called by `SqliteStore`.

use rusqlite::{Connection, OptionalExtension as _, params};
use sluice_extract::event::{Event, Recorded, decode, encode};
use sluice_extract::id::JobId;
use sluice_extract::job::Status;

use super::writer::Transaction;
use super::{remembered, usage, wishes};
use crate::cells::{time, unsigned};
use crate::{Append, Appended, LogSlice, StoreError, Tenant};

/// A place is the job's number and the sequence in one integer: this many bits are the sequence's.
const SEQUENCE_BITS: u32 = 32;

/// The first and last place of a job's log.
pub(super) fn places(number: i64) -> (i64, i64) {
    let from = number << SEQUENCE_BITS;
    (from, from | i64::from(u32::MAX))
}

fn place(number: i64, sequence: u64) -> Result<i64, StoreError> {
    let sequence = u32::try_from(sequence).map_err(|_| StoreError::Internal("a log is too long".into()))?;
    Ok((number << SEQUENCE_BITS) | i64::from(sequence))
}

/// What appending needs to know of a job.
struct Head {
    number: i64,
    round: u32,
    log_end: u64,
    ended: bool,
}

fn head(connection: &Connection, tenant: &Tenant, job: JobId) -> Result<Option<Head>, StoreError> {
    let mut statement = connection
        .prepare_cached("select number, round, log_end, ended_at is not null from job where id = ?1 and tenant = ?2")?;
    let head = statement.query_row(params![job.to_bytes(), tenant.as_str()], |row| {
        Ok(Head { number: row.get(0)?, round: row.get(1)?, log_end: unsigned(row.get(2)?), ended: row.get(3)? })
    });
    Ok(head.optional()?)
}

// Invariant: result, event, status and wish change in one transaction; an outcome is recorded once; nothing follows a
// terminal event but `JobReopened`.
pub(super) fn append(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
    job: JobId,
    append: &Append,
) -> Result<Appended, StoreError> {
    let Some(mut head) = head(tx.connection, tenant, job)? else { return Ok(Appended::NoJob) };
    let reopens = matches!(append.event, Event::JobReopened);
    head.round += u32::from(reopens);
    let outcome = append.event.outcome_key(head.round);
    if let Some(known) = known(tx.connection, &head, &outcome)? {
        return Ok(Appended::Known(known));
    }
    if head.ended != reopens {
        return Ok(Appended::Refused);
    }
    if let Some(lease) = append.lease {
        wishes::check(tx, head.number, lease)?;
    }
    let recorded = Recorded { sequence: head.log_end + 1, at_ms: tx.now_ms, event: append.event.clone() };
    put(tx.connection, head.number, head.round, &recorded)?;
    advance(tx, &head, append, &recorded)?;
    if let Some(remember) = &append.remember {
        remembered::put(tx, tenant, remember)?;
    }
    if let Some(row) = append.usage(tenant, job, head.round, &recorded) {
        usage::put(tx.connection, &row)?;
    }
    follow_up(tx, tenant, &head, &append.event)?;
    tx.tell_event(job, recorded.clone());
    Ok(Appended::Recorded(recorded))
}

/// An event at its place in a log, in this round.
pub(super) fn put(connection: &Connection, number: i64, round: u32, recorded: &Recorded) -> Result<(), StoreError> {
    connection
        .prepare_cached("insert into event (place, job, outcome, at, data) values (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            place(number, recorded.sequence)?,
            number,
            recorded.event.outcome_key(round),
            time(recorded.at_ms),
            encode(&recorded.event)?
        ])?;
    Ok(())
}

fn known(connection: &Connection, head: &Head, outcome: &str) -> Result<Option<Recorded>, StoreError> {
    let mut statement =
        connection.prepare_cached("select place, at, data from event where job = ?1 and outcome = ?2")?;
    let found = statement.query_row(params![head.number, outcome], |row| Ok(recorded(row)));
    found.optional()?.transpose()
}

fn advance(tx: &Transaction<'_>, head: &Head, append: &Append, recorded: &Recorded) -> Result<(), StoreError> {
    let ends = append.event.is_terminal();
    if append.status.is_some_and(|status| status.is_ended() != ends) || (ends && append.status.is_none()) {
        return Err(StoreError::Internal("an event and the status after it disagree".into()));
    }
    tx.connection
        .prepare_cached(
            "update job set log_end = ?2, round = ?3, changed_at = ?4, ended_at = ?5, status = coalesce(?6, status) \
             where number = ?1",
        )?
        .execute(params![
            head.number,
            time(recorded.sequence),
            head.round,
            time(recorded.at_ms),
            ends.then(|| time(recorded.at_ms)),
            append.status.map(Status::as_str),
        ])?;
    Ok(())
}

/// The wish follows the log: gone at the end, back when reopened, due at once when somebody wants the job to stop.
fn follow_up(tx: &mut Transaction<'_>, tenant: &Tenant, head: &Head, event: &Event) -> Result<(), StoreError> {
    if event.is_terminal() {
        tx.connection.prepare_cached("delete from wish where job = ?1")?.execute([head.number])?;
    } else if matches!(event, Event::JobReopened) {
        let fence = i64::from(head.round) << SEQUENCE_BITS;
        tx.connection
            .prepare_cached("insert into wish (job, tenant, due_at, lease_until, fence) values (?1, ?2, ?3, ?3, ?4)")?
            .execute(params![head.number, tenant.as_str(), time(tx.now_ms), fence])?;
        tx.tell_wishes();
    } else if matches!(event, Event::CancelRequested) {
        tx.connection.prepare_cached("update wish set due_at = 0 where job = ?1")?.execute([head.number])?;
        tx.tell_wishes();
    }
    Ok(())
}

/// How much of an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it.
    Whole,
    /// As `Event::outline` says; done by the database, so that large values are not even taken out of it.
    Outline,
}

impl Detail {
    fn column(self) -> &'static str {
        match self {
            Self::Whole => "data",
            // The list of rows becomes one of as many nulls.
            Self::Outline => {
                "json_replace(data, '$.value', null, '$.attributions', json('{}'), '$.items_new', \
                 json('[' || rtrim(replace(hex(zeroblob(coalesce(json_array_length(data, '$.items_new'), 0))), \
                 '00', 'null,'), ',') || ']'))"
            }
        }
    }
}

pub(super) fn list(
    connection: &Connection,
    tenant: &Tenant,
    job: JobId,
    after: u64,
    limit: u32,
    detail: Detail,
) -> Result<Option<LogSlice>, StoreError> {
    // One snapshot for both: an event that is committed in between must not be missing under its `log_end`.
    let snapshot = connection.unchecked_transaction()?;
    let Some(head) = head(&snapshot, tenant, job)? else { return Ok(None) };
    let (_, last) = places(head.number);
    let after = place(head.number, after.min(u64::from(u32::MAX)))?;
    let column = detail.column();
    let sql = format!("select place, at, {column} from event where place > ?1 and place <= ?2 order by place limit ?3");
    let mut statement = snapshot.prepare_cached(&sql)?;
    let rows = statement.query_map(params![after, last, limit], |row| Ok(recorded(row)))?;
    let events = rows.map(|row| row?).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Some(LogSlice { events, log_end: head.log_end, ended: head.ended }))
}

fn recorded(row: &rusqlite::Row<'_>) -> Result<Recorded, StoreError> {
    let place: i64 = row.get(0)?;
    let event = decode(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Recorded { sequence: unsigned(place & i64::from(u32::MAX)), at_ms: unsigned(row.get(1)?), event })
}
