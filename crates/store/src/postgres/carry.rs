//! Rows that come from another store, or go to one.
//!
//! In the order of their insertion. What is there already stays as it is, so that a move which was broken off can be begun
//! again. Called by `PostgresStore`.

use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::KeyId;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgPool, Row as _};

use super::{corrections, documents, events, jobs, keys, schemas, usage};
use crate::cells::{hash, tenant, time, unsigned};
use crate::{Carried, CarriedAnswer, CarriedJob, CarriedKind, StoreError};

type FromRow = fn(&PgRow) -> Result<Carried, StoreError>;

/// Rows of a kind after this number, each with its own.
pub(super) async fn out(
    pool: &PgPool,
    kind: CarriedKind,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Carried)>, StoreError> {
    let (table, columns, from_row): (_, String, FromRow) = match kind {
        CarriedKind::Keys => ("key", keys::COLUMNS.into(), |row| Ok(Carried::Key(keys::from_row(row)?))),
        CarriedKind::Documents => {
            ("document", documents::COLUMNS.into(), |row| Ok(Carried::Document(documents::from_row(row)?)))
        }
        CarriedKind::Schemas => ("schema", schemas::COLUMNS.into(), |row| Ok(Carried::Schema(schemas::from_row(row)?))),
        CarriedKind::Remembered => ("remembered", "tenant, question, answer, used_at".into(), answer),
        CarriedKind::Usage => ("usage", usage::COLUMNS.into(), |row| Ok(Carried::Usage(usage::from_row(row)?))),
        CarriedKind::Jobs => ("job", format!("{}, key, request_hash", jobs::COLUMNS), job),
        CarriedKind::Corrections => {
            (corrections::CARRIED, "*".into(), |row| Ok(Carried::Corrections(corrections::carried(row)?)))
        }
    };
    let sql = format!("select {columns}, number from {table} where number > $1 order by number limit $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(i64::from(limit)).fetch_all(pool).await?;
    rows.iter().map(|row| Ok((row.try_get("number")?, from_row(row)?))).collect()
}

fn answer(row: &PgRow) -> Result<Carried, StoreError> {
    Ok(Carried::Remembered(CarriedAnswer {
        tenant: tenant(row.try_get(0)?)?,
        question: hash(row.try_get(1)?)?,
        answer: serde_json::from_str(row.try_get(2)?)?,
        used_at_ms: unsigned(row.try_get(3)?),
    }))
}

fn job(row: &PgRow) -> Result<Carried, StoreError> {
    let key: Option<[u8; 16]> = row.try_get("key")?;
    let request_hash: Option<String> = row.try_get("request_hash")?;
    Ok(Carried::Job(Box::new(CarriedJob {
        row: jobs::from_row(row)?,
        key: key.map(KeyId::from_bytes),
        request_hash: request_hash.map(hash).transpose()?,
    })))
}

/// One row, or a job with its whole log; `false` where it is there already.
pub(super) async fn take(
    pool: &PgPool,
    carried: &Carried,
    log: &[Recorded],
    clock_ms: Option<u64>,
) -> Result<bool, StoreError> {
    match carried {
        Carried::Key(row) => keys::put(pool, row).await,
        Carried::Document(row) => documents::put(pool, row).await,
        Carried::Schema(row) => schemas::put(pool, row).await,
        Carried::Usage(row) => usage::put(pool, row).await,
        Carried::Remembered(row) => take_answer(pool, row).await,
        Carried::Job(job) => take_job(pool, job, log, clock_ms).await,
        Carried::Corrections(row) => corrections::take(pool, row).await,
        Carried::Event(_) => Err(StoreError::Internal("an event comes with its job".into())),
    }
}

/// Not as an answer that was just given: the one that is there may be newer.
async fn take_answer(pool: &PgPool, row: &CarriedAnswer) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into remembered (tenant, question, answer, used_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(row.tenant.as_str())
    .bind(row.question.as_str())
    .bind(row.answer.to_string())
    .bind(time(row.used_at_ms))
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn take_job(
    pool: &PgPool,
    job: &CarriedJob,
    log: &[Recorded],
    clock_ms: Option<u64>,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let now_ms = super::now_ms(&mut *transaction, clock_ms).await?;
    let number = jobs::put(&mut transaction, &job.row, job.key, job.request_hash.as_ref(), now_ms).await?;
    let Some(number) = number else { return Ok(false) };
    let mut round = 0;
    for recorded in log {
        round += u32::from(matches!(recorded.event, Event::JobReopened));
        let (data, outline) = events::texts(&recorded.event)?;
        sqlx::query("insert into event (job, sequence, outcome, at, data, outline) values ($1, $2, $3, $4, $5, $6)")
            .bind(number)
            .bind(time(recorded.sequence))
            .bind(recorded.event.outcome_key(round))
            .bind(time(recorded.at_ms))
            .bind(data)
            .bind(outline)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}
