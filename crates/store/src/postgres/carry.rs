//! Rows that come from another store, or go to one.
//!
//! In the order of their insertion. What is there already stays as it is, so that a move which was broken off can be begun
//! again. Called by `PostgresStore`.

use sluice_extract::event::{Event, Recorded, encode};
use sluice_extract::id::{JobId, KeyId};
use sluice_extract::page::ContentHash;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row as _};

use super::{documents, jobs, keys, schemas, text};
use crate::cells::{folded, hash, job_search, tenant, time, unsigned};
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
        CarriedKind::Jobs => ("job", format!("{}, key, request_hash", jobs::COLUMNS), job),
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
pub(super) async fn take(pool: &PgPool, carried: &Carried, log: &[Recorded], now_ms: u64) -> Result<bool, StoreError> {
    if let Carried::Job(job) = carried {
        let mut transaction = pool.begin().await?;
        let is_new = take_job(&mut transaction, job, log, now_ms).await?;
        transaction.commit().await?;
        return Ok(is_new);
    }
    Ok(inserting(carried)?.execute(pool).await?.rows_affected() > 0)
}

fn inserting(carried: &Carried) -> Result<Query<'_, Postgres, PgArguments>, StoreError> {
    Ok(match carried {
        Carried::Key(row) => sqlx::query(
            "insert into key (id, tenant, label, hash, created_at, revoked_at) values ($1, $2, $3, $4, $5, $6) \
             on conflict do nothing",
        )
        .bind(row.key.id.to_bytes())
        .bind(row.key.tenant.as_str())
        .bind(text(&row.key.label))
        .bind(row.key.hash.as_bytes())
        .bind(time(row.created_at_ms))
        .bind(row.revoked_at_ms.map(time)),
        Carried::Document(row) => sqlx::query(
            "insert into document (id, tenant, hash, file_name, search, file_size, page_count, media_type, uploaded_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(row.document.id.to_bytes())
        .bind(row.document.tenant.as_str())
        .bind(row.document.hash.as_str())
        .bind(text(&row.document.file_name))
        .bind(folded(&text(&row.document.file_name)))
        .bind(time(row.document.file_size))
        .bind(i64::from(row.document.page_count))
        .bind(text(&row.document.media_type))
        .bind(time(row.uploaded_at_ms)),
        Carried::Schema(row) => sqlx::query(
            "insert into schema (id, tenant, name, search, description, definition, metadata, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(row.schema.id.to_bytes())
        .bind(row.schema.tenant.as_str())
        .bind(text(&row.schema.name))
        .bind(folded(&text(&row.schema.name)))
        .bind(row.schema.description.as_deref().map(text))
        .bind(row.schema.definition.to_string())
        .bind(row.schema.metadata.to_string())
        .bind(time(row.created_at_ms))
        .bind(time(row.updated_at_ms)),
        Carried::Remembered(row) => sqlx::query(
            "insert into remembered (tenant, question, answer, used_at) values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(row.tenant.as_str())
        .bind(row.question.as_str())
        .bind(row.answer.to_string())
        .bind(time(row.used_at_ms)),
        Carried::Job(_) | Carried::Event(_) => {
            return Err(StoreError::Internal("a job comes with its events, an event with its job".into()));
        }
    })
}

async fn take_job(
    connection: &mut PgConnection,
    job: &CarriedJob,
    log: &[Recorded],
    now_ms: u64,
) -> Result<bool, StoreError> {
    let CarriedJob { row, key, request_hash } = job;
    let number: Option<i64> = sqlx::query_scalar(
        "insert into job (id, tenant, kind, parent, document, document_hash, schema, schema_hash, request, label, \
         search, key, request_hash, status, round, log_end, created_at, changed_at, ended_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         on conflict do nothing returning number",
    )
    .bind(row.id.to_bytes())
    .bind(row.tenant.as_str())
    .bind(text(&row.kind))
    .bind(row.parent.map(JobId::to_bytes))
    .bind(row.document.to_bytes())
    .bind(row.document_hash.as_str())
    .bind(row.schema.to_bytes())
    .bind(row.schema_hash.as_str())
    .bind(row.request.to_string())
    .bind(text(&row.label))
    .bind(job_search(&text(&row.label), row.id))
    .bind(key.map(KeyId::to_bytes))
    .bind(request_hash.as_ref().map(ContentHash::as_str))
    .bind(row.status.as_str())
    .bind(i64::from(row.round))
    .bind(time(row.log_end))
    .bind(time(row.created_at_ms))
    .bind(time(row.changed_at_ms))
    .bind(row.ended_at_ms.map(time))
    .fetch_optional(&mut *connection)
    .await?;
    let Some(number) = number else { return Ok(false) };
    let mut round = 0;
    for recorded in log {
        round += u32::from(matches!(recorded.event, Event::JobReopened));
        let (data, outline) = (encode(&recorded.event)?, encode(&recorded.event.outline())?);
        sqlx::query("insert into event (job, sequence, outcome, at, data, outline) values ($1, $2, $3, $4, $5, $6)")
            .bind(number)
            .bind(time(recorded.sequence))
            .bind(recorded.event.outcome_key(round))
            .bind(time(recorded.at_ms))
            .bind(&data)
            .bind((outline != data).then_some(&outline))
            .execute(&mut *connection)
            .await?;
    }
    if row.ended_at_ms.is_none() {
        sqlx::query("insert into wish (job, tenant, due_at, lease_until) values ($1, $2, $3, $3)")
            .bind(number)
            .bind(row.tenant.as_str())
            .bind(time(now_ms))
            .execute(connection)
            .await?;
    }
    Ok(true)
}
