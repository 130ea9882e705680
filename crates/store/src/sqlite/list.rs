//! One row of any table by its name, and one page of any list.
//!
//! Lists go by the order of insertion, newest first. Table and column names come from this crate, values are always bound.
//! Called by every table with rows of its own.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use crate::cells::{folded, unsigned};
use crate::listing::Cursor;
use crate::{Listing, PageQuery, StoreError, Tenant};

/// Which rows, as SQL and the values that it names.
pub(super) struct Filter {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Filter {
    /// Invariant: no list is over all tenants.
    pub(super) fn of_tenant(tenant: &Tenant) -> Self {
        Self { sql: "tenant = ?".to_owned(), values: vec![Box::new(tenant.as_str().to_owned())] }
    }

    pub(super) fn and(&mut self, comparison: &'static str, value: impl ToSql + 'static) {
        self.sql.push_str(" and ");
        self.sql.push_str(comparison);
        self.sql.push('?');
        self.values.push(Box::new(value));
    }

    pub(super) fn and_in(&mut self, column: &'static str, values: Vec<Box<dyn ToSql>>) {
        let marks = vec!["?"; values.len()].join(", ");
        self.sql.push_str(&format!(" and {column} in ({marks})"));
        self.values.extend(values);
    }

    pub(super) fn and_search(&mut self, search: &str) {
        self.sql.push_str(" and instr(search, ?) > 0");
        self.values.push(Box::new(folded(search)));
    }

    fn count(&self, connection: &Connection, table: &str, more: &str) -> Result<u64, StoreError> {
        let sql = format!("select count(*) from {table} where {}{more}", self.sql);
        let mut statement = connection.prepare_cached(&sql)?;
        let count: i64 = statement.query_row(params_from_iter(&self.values), |row| row.get(0))?;
        Ok(unsigned(count))
    }
}

/// The row of this name, if it is this tenant's.
pub(super) fn one<T>(
    connection: &Connection,
    table: &'static str,
    columns: &'static str,
    tenant: &Tenant,
    id: [u8; 16],
    from_row: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let sql = format!("select {columns} from {table} where id = ?1 and tenant = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row(params![id, tenant.as_str()], |row| Ok(from_row(row)));
    found.optional()?.transpose()
}

/// A page of a table's rows.
pub(super) fn page<T>(
    connection: &Connection,
    table: &'static str,
    columns: &'static str,
    filter: &Filter,
    query: &PageQuery,
    from_row: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Listing<T>, StoreError> {
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
    let (bound, order) = match cursor {
        None => (String::new(), "desc"),
        Some(Cursor::OlderThan(number)) => (format!(" and number < {number}"), "desc"),
        Some(Cursor::NewerThan(number)) => (format!(" and number > {number}"), "asc"),
    };
    let limit = query.limit.max(1);
    // One snapshot, so that total, rows and cursors agree.
    let snapshot = connection.unchecked_transaction()?;
    let sql = format!(
        "select {columns}, number from {table} where {}{bound} order by number {order} limit {limit}",
        filter.sql
    );
    let numbered = |row: &Row<'_>| {
        let number: i64 = row.get("number")?;
        Ok(from_row(row).map(|item| (number, item)))
    };
    let mut statement = snapshot.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(&filter.values), numbered)?;
    let mut rows = rows.map(|row| row?).collect::<Result<Vec<_>, StoreError>>()?;
    if order == "asc" {
        rows.reverse();
    }
    let newest = rows.first().map(|(number, _)| *number);
    let oldest = rows.last().map(|(number, _)| *number);
    let is_more = |number: i64, sign: &str| {
        Ok::<_, StoreError>(filter.count(&snapshot, table, &format!(" and number {sign} {number}"))? > 0)
    };
    let mut listing = Listing {
        total: filter.count(&snapshot, table, "")?,
        items: Vec::with_capacity(rows.len()),
        next_cursor: None,
        prev_cursor: None,
    };
    if let (Some(newest), Some(oldest)) = (newest, oldest) {
        listing.next_cursor = is_more(oldest, "<")?.then(|| Cursor::OlderThan(oldest).to_text());
        listing.prev_cursor = is_more(newest, ">")?.then(|| Cursor::NewerThan(newest).to_text());
    }
    listing.items = rows.into_iter().map(|(_, item)| item).collect();
    Ok(listing)
}
