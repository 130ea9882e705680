//! Answers that were paid for.
//!
//! Never what a question is. Called by `PostgresStore` and with an event that is appended.

use serde_json::Value;
use sluice_extract::page::ContentHash;
use sqlx::{PgConnection, PgPool};

use crate::cells::time;
use crate::{Remember, StoreError, Tenant};

/// What is asked again stays: it is of use.
pub(super) async fn get(
    pool: &PgPool,
    tenant: &Tenant,
    question: &ContentHash,
    now_ms: u64,
) -> Result<Option<Value>, StoreError> {
    let answer: Option<String> =
        sqlx::query_scalar("update remembered set used_at = $3 where tenant = $1 and question = $2 returning answer")
            .bind(tenant.as_str())
            .bind(question.as_str())
            .bind(time(now_ms))
            .fetch_optional(pool)
            .await?;
    Ok(answer.map(|text| serde_json::from_str(&text)).transpose()?)
}

pub(super) async fn put(
    connection: &mut PgConnection,
    tenant: &Tenant,
    remember: &Remember,
    now_ms: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into remembered (tenant, question, answer, used_at) values ($1, $2, $3, $4) \
         on conflict (tenant, question) do update set answer = excluded.answer, used_at = excluded.used_at",
    )
    .bind(tenant.as_str())
    .bind(remember.question.as_str())
    .bind(remember.answer.to_string())
    .bind(time(now_ms))
    .execute(connection)
    .await?;
    Ok(())
}
