//! One row of any table by its name, and one page of any list.
//!
//! Lists go by the order of insertion, newest first. Table and column names come from this crate, values are always bound.
//! Called by every table with rows of its own.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgPool, Postgres, QueryBuilder, Row as _};

use super::text;
use crate::cells::{folded, unsigned};
use crate::listing::Cursor;
use crate::{Listing, PageQuery, StoreError, Tenant};

/// Which rows. Data that `write` makes SQL of, as often as a page needs it.
#[derive(Default)]
pub(super) struct Filter {
    tenant: String,
    pub(super) search: Option<String>,
    pub(super) statuses: Vec<String>,
    /// A comparison, as SQL up to the value.
    pub(super) texts: Vec<(&'static str, String)>,
    /// The same with bytes.
    pub(super) ids: Vec<(&'static str, [u8; 16])>,
    /// The same with numbers.
    pub(super) numbers: Vec<(&'static str, i64)>,
}

impl Filter {
    /// Invariant: no list is over all tenants.
    pub(super) fn of_tenant(tenant: &Tenant) -> Self {
        Self { tenant: tenant.as_str().to_owned(), ..Self::default() }
    }

    fn write(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" where tenant = ").push_bind(self.tenant.clone());
        if let Some(search) = &self.search {
            sql.push(" and strpos(search, ").push_bind(folded(&text(search))).push(") > 0");
        }
        if !self.statuses.is_empty() {
            sql.push(" and status = any(").push_bind(self.statuses.clone()).push(")");
        }
        for (comparison, value) in &self.texts {
            sql.push(format_args!(" and {comparison}")).push_bind(text(value).into_owned());
        }
        for (comparison, value) in &self.ids {
            sql.push(format_args!(" and {comparison}")).push_bind(value.to_vec());
        }
        for (comparison, value) in &self.numbers {
            sql.push(format_args!(" and {comparison}")).push_bind(*value);
        }
    }

    async fn count(&self, connection: &mut sqlx::PgConnection, table: &str, more: &str) -> Result<u64, StoreError> {
        let mut sql = QueryBuilder::new(format!("select count(*) from {table}"));
        self.write(&mut sql);
        sql.push(more);
        let count: i64 = sql.build_query_scalar().fetch_one(connection).await?;
        Ok(unsigned(count))
    }
}

/// The row of this name, if it is this tenant's.
pub(super) async fn one<T>(
    pool: &PgPool,
    table: &'static str,
    columns: &'static str,
    tenant: &Tenant,
    id: [u8; 16],
    from_row: fn(&PgRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let sql = format!("select {columns} from {table} where id = $1 and tenant = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(tenant.as_str()).fetch_optional(pool).await?;
    row.as_ref().map(from_row).transpose()
}

/// Removes a row by its name; `false` where there was none of this tenant's.
pub(super) async fn remove(
    pool: &PgPool,
    sql: &'static str,
    tenant: &Tenant,
    id: [u8; 16],
) -> Result<bool, StoreError> {
    let done = sqlx::query(sql).bind(id).bind(tenant.as_str()).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

/// A page of a table's rows.
pub(super) async fn page<T>(
    pool: &PgPool,
    table: &'static str,
    columns: &'static str,
    filter: &Filter,
    query: &PageQuery,
    from_row: fn(&PgRow) -> Result<T, StoreError>,
) -> Result<Listing<T>, StoreError> {
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
    // One snapshot, so that total, rows and cursors agree.
    let mut snapshot = pool.begin_with("begin isolation level repeatable read read only").await?;
    let mut sql = QueryBuilder::new(format!("select {columns}, number from {table}"));
    filter.write(&mut sql);
    let order = match cursor {
        None => "desc",
        Some(Cursor::OlderThan(number)) => {
            sql.push(" and number < ").push_bind(number);
            "desc"
        }
        Some(Cursor::NewerThan(number)) => {
            sql.push(" and number > ").push_bind(number);
            "asc"
        }
    };
    sql.push(format_args!(" order by number {order} limit ")).push_bind(i64::from(query.limit.max(1)));
    let mut rows = sql.build().fetch_all(&mut *snapshot).await?;
    if order == "asc" {
        rows.reverse();
    }
    let mut listing = Listing {
        total: filter.count(&mut snapshot, table, "").await?,
        items: rows.iter().map(from_row).collect::<Result<_, _>>()?,
        next_cursor: None,
        prev_cursor: None,
    };
    let number = |row: Option<&PgRow>| row.map(|row| row.try_get::<i64, _>("number")).transpose();
    if let (Some(newest), Some(oldest)) = (number(rows.first())?, number(rows.last())?) {
        let older = filter.count(&mut snapshot, table, &format!(" and number < {oldest}")).await?;
        let newer = filter.count(&mut snapshot, table, &format!(" and number > {newest}")).await?;
        listing.next_cursor = (older > 0).then(|| Cursor::OlderThan(oldest).to_text());
        listing.prev_cursor = (newer > 0).then(|| Cursor::NewerThan(newest).to_text());
    }
    Ok(listing)
}
