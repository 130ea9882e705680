//! Requests that were answered under an idempotency key.
//!
//! Never which answers are worth remembering. Called by `SqliteStore`, and with a job that is inserted.

use rusqlite::{OptionalExtension as _, params};

use super::writer::Transaction;
use crate::cells::time;
use crate::{Answer, IdempotencyBegin, IdempotencyRequest, StoreError, Tenant};

pub(super) fn begin(tx: &Transaction<'_>, request: &IdempotencyRequest) -> Result<IdempotencyBegin, StoreError> {
    let expires_at = time(tx.now_ms.saturating_add(request.keep_ms));
    let (tenant, key) = (request.tenant.as_str(), request.key.as_str());
    tx.connection
        .prepare_cached("delete from idempotency where tenant = ?1 and key = ?2 and expires_at <= ?3")?
        .execute(params![tenant, key, time(tx.now_ms)])?;
    let inserted = tx
        .connection
        .prepare_cached(
            "insert into idempotency (tenant, key, request_hash, expires_at) values (?1, ?2, ?3, ?4) \
             on conflict do nothing",
        )?
        .execute(params![tenant, key, request.request_hash.as_str(), expires_at])?;
    if inserted == 1 {
        return Ok(IdempotencyBegin::New);
    }
    let known = tx
        .connection
        .prepare_cached(
            "select request_hash, status, media_type, body from idempotency where tenant = ?1 and key = ?2",
        )?
        .query_row(params![tenant, key], |row| {
            let status: Option<u16> = row.get(1)?;
            let answer = match status {
                Some(status) => Some(Answer { status, media_type: row.get(2)?, body: row.get(3)? }),
                None => None,
            };
            Ok((row.get::<_, String>(0)?, answer))
        })
        .optional()?;
    Ok(match known {
        None => IdempotencyBegin::New,
        Some((hash, _)) if hash != request.request_hash.as_str() => IdempotencyBegin::Conflict,
        Some((_, Some(answer))) => IdempotencyBegin::Answered(answer),
        Some((_, None)) => IdempotencyBegin::Running,
    })
}

pub(super) fn finish(tx: &Transaction<'_>, tenant: &Tenant, key: &str, answer: &Answer) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "update idempotency set status = ?3, media_type = ?4, body = ?5 where tenant = ?1 and key = ?2 \
             and status is null",
        )?
        .execute(params![tenant.as_str(), key, answer.status, answer.media_type, answer.body])?;
    Ok(())
}

pub(super) fn free(tx: &Transaction<'_>, tenant: &Tenant, key: &str) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("delete from idempotency where tenant = ?1 and key = ?2 and status is null")?
        .execute(params![tenant.as_str(), key])?;
    Ok(())
}
