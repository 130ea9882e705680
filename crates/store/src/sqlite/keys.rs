//! Rows of keys, by their hash.
//!
//! Looking a SHA-256 up in an index tells nothing about keys of 256 random bits by how long it takes. Called by
//! `SqliteStore`.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sluice_extract::id::KeyId;

use super::writer::Transaction;
use crate::cells::{given_once, tenant as tenant_of, time, unsigned};
use crate::{KeyHash, KeyRow, NewKey, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, label, hash, created_at, revoked_at";

pub(super) fn insert(tx: &Transaction<'_>, key: NewKey) -> Result<KeyRow, StoreError> {
    let row = KeyRow { key, created_at_ms: tx.now_ms, revoked_at_ms: None };
    given_once(put(tx.connection, &row)?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) fn put(connection: &Connection, row: &KeyRow) -> Result<bool, StoreError> {
    let key = &row.key;
    let done = connection
        .prepare_cached(
            "insert into key (id, tenant, label, hash, created_at, revoked_at) values (?1, ?2, ?3, ?4, ?5, ?6) \
             on conflict do nothing",
        )?
        .execute(params![
            key.id.to_bytes(),
            key.tenant.as_str(),
            key.label,
            key.hash.as_bytes(),
            time(row.created_at_ms),
            row.revoked_at_ms.map(time),
        ])?;
    Ok(done > 0)
}

pub(super) fn find(connection: &Connection, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
    let sql = format!("select {COLUMNS} from key where hash = ?1 and revoked_at is null");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([hash.as_bytes()], |row| Ok(from_row(row))).optional()?.transpose()
}

/// A key that is not there is worth nothing, too.
pub(super) fn revoked(connection: &Connection, ids: &[KeyId]) -> Result<Vec<KeyId>, StoreError> {
    let mut statement = connection.prepare_cached("select 1 from key where id = ?1 and revoked_at is null")?;
    let mut revoked = Vec::new();
    for id in ids {
        if !statement.exists([id.to_bytes()])? {
            revoked.push(*id);
        }
    }
    Ok(revoked)
}

pub(super) fn list(connection: &Connection, tenant: Option<&Tenant>) -> Result<Vec<KeyRow>, StoreError> {
    let sql = format!("select {COLUMNS} from key where ?1 is null or tenant = ?1 order by number desc");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([tenant.map(Tenant::as_str)], |row| Ok(from_row(row)))?;
    rows.map(|row| row?).collect()
}

pub(super) fn revoke(tx: &Transaction<'_>, id: KeyId) -> Result<bool, StoreError> {
    let mut statement =
        tx.connection.prepare_cached("update key set revoked_at = coalesce(revoked_at, ?2) where id = ?1")?;
    Ok(statement.execute(params![id.to_bytes(), time(tx.now_ms)])? > 0)
}

pub(super) fn from_row(row: &Row<'_>) -> Result<KeyRow, StoreError> {
    let revoked_at: Option<i64> = row.get(5)?;
    let key = NewKey {
        id: KeyId::from_bytes(row.get(0)?),
        tenant: tenant_of(row.get(1)?)?,
        label: row.get(2)?,
        hash: KeyHash::from_bytes(row.get(3)?),
    };
    Ok(KeyRow { key, created_at_ms: unsigned(row.get(4)?), revoked_at_ms: revoked_at.map(unsigned) })
}
