//! Rows of keys, by their hash.
//!
//! Looking a SHA-256 up in an index tells nothing about keys of 256 random bits by how long it takes. Called by
//! `PostgresStore`.

use sluice_extract::id::KeyId;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgPool, Row as _};

use super::{id, text};
use crate::cells::{given_once, tenant as tenant_of, time, unsigned};
use crate::{KeyHash, KeyRow, NewKey, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, label, hash, created_at, revoked_at";

pub(super) async fn insert(pool: &PgPool, key: NewKey, now_ms: u64) -> Result<KeyRow, StoreError> {
    let row = KeyRow { key, created_at_ms: now_ms, revoked_at_ms: None };
    given_once(put(pool, &row).await?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) async fn put(pool: &PgPool, row: &KeyRow) -> Result<bool, StoreError> {
    let key = &row.key;
    let done = sqlx::query(
        "insert into key (id, tenant, label, hash, created_at, revoked_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict do nothing",
    )
    .bind(key.id.to_bytes())
    .bind(key.tenant.as_str())
    .bind(text(&key.label))
    .bind(key.hash.as_bytes())
    .bind(time(row.created_at_ms))
    .bind(row.revoked_at_ms.map(time))
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn find(pool: &PgPool, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
    let sql = format!("select {COLUMNS} from key where hash = $1 and revoked_at is null");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(hash.as_bytes()).fetch_optional(pool).await?;
    row.as_ref().map(from_row).transpose()
}

/// A key that is not there is worth nothing, too.
pub(super) async fn revoked(pool: &PgPool, ids: &[KeyId]) -> Result<Vec<KeyId>, StoreError> {
    let names: Vec<[u8; 16]> = ids.iter().map(|id| id.to_bytes()).collect();
    let rows = sqlx::query("select id from key where id = any($1) and revoked_at is null")
        .bind(names.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>())
        .fetch_all(pool)
        .await?;
    let good = rows.iter().map(|row| Ok(KeyId::from_bytes(id(row, 0)?))).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(ids.iter().filter(|id| !good.contains(id)).copied().collect())
}

pub(super) async fn list(pool: &PgPool, tenant: Option<&Tenant>) -> Result<Vec<KeyRow>, StoreError> {
    let sql = format!("select {COLUMNS} from key where $1::text is null or tenant = $1 order by number desc");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(tenant.map(Tenant::as_str)).fetch_all(pool).await?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn revoke(pool: &PgPool, id: KeyId, now_ms: u64) -> Result<bool, StoreError> {
    let done = sqlx::query("update key set revoked_at = coalesce(revoked_at, $2) where id = $1")
        .bind(id.to_bytes())
        .bind(time(now_ms))
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) fn from_row(row: &PgRow) -> Result<KeyRow, StoreError> {
    let hash: Vec<u8> = row.try_get(3)?;
    let hash = hash.try_into().map_err(|_| StoreError::Damaged("a key's hash is too short or too long".into()))?;
    let key = NewKey {
        id: KeyId::from_bytes(id(row, 0)?),
        tenant: tenant_of(row.try_get(1)?)?,
        label: row.try_get(2)?,
        hash: KeyHash::from_bytes(hash),
    };
    let revoked_at: Option<i64> = row.try_get(5)?;
    Ok(KeyRow { key, created_at_ms: unsigned(row.try_get(4)?), revoked_at_ms: revoked_at.map(unsigned) })
}
