//! The tables, and how an older database gets them, once, however many processes start together.
//!
//! A migration is never changed once released; the next one stands behind it. A database of a newer release is refused.
//! Called by `open`.

use sqlx::{PgPool, Row as _};

use super::locks;
use crate::StoreError;

const MIGRATIONS: [&str; 3] =
    [include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql"), include_str!("migrations/0003.sql")];

/// Brings the tables to what this release knows.
pub(super) async fn migrate(pool: &PgPool, place: &str) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    // Who comes second waits here, and finds it done.
    locks::take(&mut transaction, locks::MIGRATION).await?;
    sqlx::raw_sql("create table if not exists sluice_version (version integer not null)")
        .execute(&mut *transaction)
        .await?;
    let row = sqlx::query("select max(version) from sluice_version").fetch_one(&mut *transaction).await?;
    let found = row.try_get::<Option<i32>, _>(0)?.unwrap_or(0);
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    if found > known {
        let number = |count: i32| u32::try_from(count).unwrap_or(0);
        return Err(StoreError::NewerData { place: place.to_owned(), found: number(found), known: number(known) });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    if found < known {
        sqlx::query("insert into sluice_version (version) values ($1)").bind(known).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
