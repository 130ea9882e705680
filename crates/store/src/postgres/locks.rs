//! The locks that are no rows: what only one process does at a time, and who is there.
//!
//! Advisory locks of Postgres with two keys, the first of them ours. They go with the transaction or the connection that
//! took them, however that ends. Called by everybody here.

use sqlx::PgConnection;

use crate::StoreError;

/// The first key of all our locks: `Slui`.
pub(super) const OURS: i32 = 0x536c_7569;

/// Changes the tables.
pub(super) const MIGRATION: i32 = 1;
/// Hands out jobs: fairness counts what others have.
pub(super) const CLAIM: i32 = 2;
/// Removes what is old.
pub(super) const RETIRE: i32 = 3;

/// The first key of a tenant's lock: `Slut`.
const TENANTS: i32 = 0x536c_7574;

/// The names of processes are above all names of locks.
pub(super) const PROCESS_MIN: i32 = 1 << 16;

/// Waits for a lock; it goes with the transaction.
pub(super) async fn take(connection: &mut PgConnection, lock: i32) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_xact_lock($1, $2)").bind(OURS).bind(lock).execute(connection).await?;
    Ok(())
}

/// Takes a lock where nobody has it; it goes with the transaction.
pub(super) async fn try_take(connection: &mut PgConnection, lock: i32) -> Result<bool, StoreError> {
    let taken = sqlx::query_scalar("select pg_try_advisory_xact_lock($1, $2)").bind(OURS).bind(lock);
    Ok(taken.fetch_one(connection).await?)
}

/// Waits until no other transaction counts this tenant's jobs.
pub(super) async fn take_tenant(connection: &mut PgConnection, tenant: &str) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_xact_lock($1, hashtext($2))")
        .bind(TENANTS)
        .bind(tenant)
        .execute(connection)
        .await?;
    Ok(())
}

/// Says to all who ask that the process is there, as long as this connection stands.
pub(super) async fn hold_process(connection: &mut PgConnection, process: i32) -> Result<(), StoreError> {
    sqlx::query("select pg_advisory_lock($1, $2)").bind(OURS).bind(process).execute(connection).await?;
    Ok(())
}

/// The processes that are there, as SQL that gives one column: `$1` is [`OURS`].
pub(super) const PRESENT: &str = "select objid::bigint from pg_locks where locktype = 'advisory' and granted \
    and classid::bigint = $1 and objsubid = 2 and database = (select oid from pg_database where datname = current_database())";
