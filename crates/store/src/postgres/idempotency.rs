//! Requests that were answered under an idempotency key.
//!
//! Never which answers are worth remembering. Called by `PostgresStore`, and with a job that is inserted.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row as _};

use super::{locks, text};
use crate::cells::time;
use crate::{Answer, IdempotencyBegin, IdempotencyRequest, StoreError, Tenant};

/// A process that is away for so long will not answer any more. Shorter than that, its connection may only have broken.
const GONE_AFTER_MS: u64 = 30_000;

pub(super) async fn begin(
    pool: &PgPool,
    request: &IdempotencyRequest,
    process: i32,
    now_ms: u64,
) -> Result<IdempotencyBegin, StoreError> {
    let mut transaction = pool.begin().await?;
    forget(&mut transaction, request, now_ms).await?;
    // The one that is there may be freed before it is looked at: then this one is new after all.
    let begun = loop {
        if insert(&mut transaction, request, process, now_ms).await? {
            break IdempotencyBegin::New;
        }
        if let Some(known) = known(&mut transaction, request).await? {
            break known;
        }
    };
    transaction.commit().await?;
    Ok(begun)
}

/// Removes what is too old, and what nobody will answer because the process is gone.
async fn forget(connection: &mut PgConnection, request: &IdempotencyRequest, now_ms: u64) -> Result<(), StoreError> {
    let sql = format!(
        "delete from idempotency where tenant = $2 and key = $3 and (expires_at <= $4 \
         or (status is null and begun_at <= $5 and process not in ({})))",
        locks::PRESENT
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(i64::from(locks::OURS))
        .bind(request.tenant.as_str())
        .bind(text(&request.key))
        .bind(time(now_ms))
        .bind(time(now_ms.saturating_sub(GONE_AFTER_MS)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert(
    connection: &mut PgConnection,
    request: &IdempotencyRequest,
    process: i32,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "insert into idempotency (tenant, key, request_hash, expires_at, begun_at, process) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(request.tenant.as_str())
    .bind(text(&request.key))
    .bind(request.request_hash.as_str())
    .bind(time(now_ms.saturating_add(request.keep_ms)))
    .bind(time(now_ms))
    .bind(process)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn known(
    connection: &mut PgConnection,
    request: &IdempotencyRequest,
) -> Result<Option<IdempotencyBegin>, StoreError> {
    let row =
        sqlx::query("select request_hash, status, media_type, body from idempotency where tenant = $1 and key = $2")
            .bind(request.tenant.as_str())
            .bind(text(&request.key))
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<&str, _>(0)? != request.request_hash.as_str() {
        return Ok(Some(IdempotencyBegin::Conflict));
    }
    Ok(Some(answer(&row)?.map_or(IdempotencyBegin::Running, IdempotencyBegin::Answered)))
}

fn answer(row: &PgRow) -> Result<Option<Answer>, StoreError> {
    let Some(status) = row.try_get::<Option<i32>, _>(1)? else { return Ok(None) };
    let status = u16::try_from(status).map_err(|_| StoreError::Damaged(format!("{status} is no status")))?;
    Ok(Some(Answer { status, media_type: row.try_get(2)?, body: row.try_get(3)? }))
}

pub(super) async fn finish(
    connection: &mut PgConnection,
    tenant: &Tenant,
    key: &str,
    answer: &Answer,
) -> Result<(), StoreError> {
    sqlx::query(
        "update idempotency set status = $3, media_type = $4, body = $5 where tenant = $1 and key = $2 \
         and status is null",
    )
    .bind(tenant.as_str())
    .bind(text(key))
    .bind(i32::from(answer.status))
    .bind(text(&answer.media_type))
    .bind(text(&answer.body))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn free(pool: &PgPool, tenant: &Tenant, key: &str) -> Result<(), StoreError> {
    sqlx::query("delete from idempotency where tenant = $1 and key = $2 and status is null")
        .bind(tenant.as_str())
        .bind(text(key))
        .execute(pool)
        .await?;
    Ok(())
}
