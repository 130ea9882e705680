//! The logs.
//!
//! Ids are contiguous because the end of a log is a column of its job, and who appends holds that row until the commit.
//! Never what an event means beyond its key and whether it ends the job. Called by `PostgresStore`.

use sluice_extract::event::{Event, Recorded, decode, encode};
use sluice_extract::id::JobId;
use sluice_extract::job::Status;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};

use super::{remembered, usage, wishes};
use crate::cells::{time, unsigned};
use crate::{Append, Appended, LogSlice, StoreError, Tenant};

/// The fence of a wish begins anew with each round: more hand-outs than this in one round there are not.
const FENCE_BITS: u32 = 32;

/// What appending needs to know of a job, and the time.
struct Head {
    number: i64,
    round: u32,
    log_end: u64,
    ended: bool,
    now_ms: u64,
}

/// The job's row, held until the transaction ends.
async fn head(
    connection: &mut PgConnection,
    tenant: &Tenant,
    job: JobId,
    clock_ms: Option<u64>,
) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query(
        "select number, round, log_end, ended_at is not null, \
         coalesce($3, (extract(epoch from clock_timestamp()) * 1000)::bigint) \
         from job where id = $1 and tenant = $2 for no key update",
    )
    .bind(job.to_bytes())
    .bind(tenant.as_str())
    .bind(clock_ms.map(time))
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Head {
        number: row.try_get(0)?,
        round: u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or(u32::MAX),
        log_end: unsigned(row.try_get(2)?),
        ended: row.try_get(3)?,
        now_ms: unsigned(row.try_get(4)?),
    }))
}

// Invariant: result, event, status and wish change in one transaction; an outcome is recorded once; nothing follows a
// terminal event but `JobReopened`.
pub(super) async fn append(
    pool: &PgPool,
    tenant: &Tenant,
    job: JobId,
    append: &Append,
    clock_ms: Option<u64>,
) -> Result<Appended, StoreError> {
    let mut transaction = pool.begin().await?;
    let Some(mut head) = head(&mut transaction, tenant, job, clock_ms).await? else { return Ok(Appended::NoJob) };
    let reopens = matches!(append.event, Event::JobReopened);
    head.round = head.round.saturating_add(u32::from(reopens));
    let outcome = append.event.outcome_key(head.round);
    if let Some(known) = known(&mut transaction, &head, &outcome).await? {
        return Ok(Appended::Known(known));
    }
    if head.ended != reopens {
        return Ok(Appended::Refused);
    }
    if let Some(lease) = append.lease {
        wishes::check(&mut transaction, head.number, lease).await?;
    }
    let recorded = Recorded { sequence: head.log_end + 1, at_ms: head.now_ms, event: append.event.clone() };
    keep(&mut transaction, &head, &outcome, append, &recorded).await?;
    if let Some(remember) = &append.remember {
        remembered::put(&mut transaction, tenant, remember, head.now_ms).await?;
    }
    if let Some(row) = append.usage(tenant, job, head.round, &recorded) {
        usage::put(&mut *transaction, &row).await?;
    }
    follow_up(&mut transaction, tenant, &head, &append.event).await?;
    transaction.commit().await?;
    Ok(Appended::Recorded(recorded))
}

async fn known(connection: &mut PgConnection, head: &Head, outcome: &str) -> Result<Option<Recorded>, StoreError> {
    let row = sqlx::query("select sequence, at, data from event where job = $1 and outcome = $2")
        .bind(head.number)
        .bind(outcome)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(|row| recorded(row, 0)).transpose()
}

/// An event as its two columns: whole, and its outline where that is another text.
pub(super) fn texts(event: &Event) -> Result<(String, Option<String>), StoreError> {
    let (data, outline) = (encode(event)?, encode(&event.outline())?);
    let outline = (outline != data).then_some(outline);
    Ok((data, outline))
}

/// The event, and what the job is after it.
async fn keep(
    connection: &mut PgConnection,
    head: &Head,
    outcome: &str,
    append: &Append,
    recorded: &Recorded,
) -> Result<(), StoreError> {
    let ends = append.event.is_terminal();
    if append.status.is_some_and(|status| status.is_ended() != ends) || (ends && append.status.is_none()) {
        return Err(StoreError::Internal("an event and the status after it disagree".into()));
    }
    let (data, outline) = texts(&recorded.event)?;
    sqlx::query(
        "with kept as (insert into event (job, sequence, outcome, at, data, outline) values ($1, $2, $3, $4, $5, $6)) \
         update job set log_end = $2, round = $7, changed_at = $4, ended_at = $8, status = coalesce($9, status) \
         where number = $1",
    )
    .bind(head.number)
    .bind(time(recorded.sequence))
    .bind(outcome)
    .bind(time(recorded.at_ms))
    .bind(data)
    .bind(outline)
    .bind(i64::from(head.round))
    .bind(ends.then(|| time(recorded.at_ms)))
    .bind(append.status.map(Status::as_str))
    .execute(connection)
    .await?;
    Ok(())
}

/// The wish follows the log: gone at the end, back when reopened, due at once when somebody wants the job to stop.
async fn follow_up(
    connection: &mut PgConnection,
    tenant: &Tenant,
    head: &Head,
    event: &Event,
) -> Result<(), StoreError> {
    if event.is_terminal() {
        sqlx::query("delete from wish where job = $1").bind(head.number).execute(connection).await?;
    } else if matches!(event, Event::JobReopened) {
        sqlx::query("insert into wish (job, tenant, due_at, lease_until, fence) values ($1, $2, $3, $3, $4)")
            .bind(head.number)
            .bind(tenant.as_str())
            .bind(time(head.now_ms))
            .bind(i64::from(head.round) << FENCE_BITS)
            .execute(connection)
            .await?;
    } else if matches!(event, Event::CancelRequested) {
        sqlx::query("update wish set due_at = 0 where job = $1").bind(head.number).execute(connection).await?;
    }
    Ok(())
}

/// Does somebody have to look for wishes after it?
pub(super) fn stirs_wishes(event: &Event) -> bool {
    matches!(event, Event::JobReopened | Event::CancelRequested)
}

/// How much of an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it.
    Whole,
    /// As `Event::outline` says, so that large values are not even taken out of the database.
    Outline,
}

/// One statement, and so one snapshot: an event that is committed in between is not missing under its `log_end`.
const WHOLE: &str = "select job.log_end, job.ended_at is not null, part.sequence, part.at, part.data from job \
    left join lateral (select sequence, at, data from event where event.job = job.number and sequence > $3 \
    order by sequence limit $4) as part on true where job.id = $1 and job.tenant = $2 order by part.sequence";
const OUTLINE: &str = "select job.log_end, job.ended_at is not null, part.sequence, part.at, part.data from job \
    left join lateral (select sequence, at, coalesce(outline, data) as data from event where event.job = job.number \
    and sequence > $3 order by sequence limit $4) as part on true where job.id = $1 and job.tenant = $2 \
    order by part.sequence";

pub(super) async fn list(
    pool: &PgPool,
    tenant: &Tenant,
    job: JobId,
    after: u64,
    limit: u32,
    detail: Detail,
) -> Result<Option<LogSlice>, StoreError> {
    let sql = match detail {
        Detail::Whole => WHOLE,
        Detail::Outline => OUTLINE,
    };
    let rows = sqlx::query(sql)
        .bind(job.to_bytes())
        .bind(tenant.as_str())
        .bind(time(after))
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (log_end, ended) = (unsigned(first.try_get(0)?), first.try_get(1)?);
    let is_event = |row: &&PgRow| row.try_get::<Option<i64>, _>(2).is_ok_and(|sequence| sequence.is_some());
    let events = rows.iter().filter(is_event).map(|row| recorded(row, 2)).collect::<Result<_, _>>()?;
    Ok(Some(LogSlice { events, log_end, ended }))
}

/// The newest events of a job that this process follows, whoever's it is: they were told to nobody else yet.
pub(super) async fn newest(pool: &PgPool, job: JobId, after: u64, limit: u32) -> Result<Vec<Recorded>, StoreError> {
    let rows = sqlx::query(
        "select sequence, at, data from event where job = (select number from job where id = $1) and sequence > $2 \
         order by sequence limit $3",
    )
    .bind(job.to_bytes())
    .bind(time(after))
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await?;
    rows.iter().map(|row| recorded(row, 0)).collect()
}

/// An event, from three columns: its sequence, when, and what.
fn recorded(row: &PgRow, first: usize) -> Result<Recorded, StoreError> {
    let event = decode(row.try_get(first + 2)?)?;
    Ok(Recorded { sequence: unsigned(row.try_get(first)?), at_ms: unsigned(row.try_get(first + 1)?), event })
}
