//! Answers that were paid for.
//!
//! Never what a question is. Called by `SqliteStore` and with an event that is appended.

use rusqlite::{OptionalExtension as _, params};
use serde_json::Value;
use sluice_extract::page::ContentHash;

use super::writer::Transaction;
use crate::cells::time;
use crate::{Remember, StoreError, Tenant};

/// What is asked again stays: it is of use.
pub(super) fn get(tx: &Transaction<'_>, tenant: &Tenant, question: &ContentHash) -> Result<Option<Value>, StoreError> {
    let mut statement = tx
        .connection
        .prepare_cached("update remembered set used_at = ?3 where tenant = ?1 and question = ?2 returning answer")?;
    let values = params![tenant.as_str(), question.as_str(), time(tx.now_ms)];
    let answer: Option<String> = statement.query_row(values, |row| row.get(0)).optional()?;
    Ok(answer.map(|text| serde_json::from_str(&text)).transpose()?)
}

pub(super) fn put(tx: &Transaction<'_>, tenant: &Tenant, remember: &Remember) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "insert into remembered (tenant, question, answer, used_at) values (?1, ?2, ?3, ?4) \
             on conflict (tenant, question) do update set answer = excluded.answer, used_at = excluded.used_at",
        )?
        .execute(params![tenant.as_str(), remember.question.as_str(), remember.answer.to_string(), time(tx.now_ms)])?;
    Ok(())
}
