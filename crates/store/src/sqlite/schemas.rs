//! Rows of kept schemas.
//!
//! Called by `SqliteStore`.

use rusqlite::{Connection, Row, params};
use serde_json::Value;
use sluice_extract::id::SchemaId;

use super::list::{Filter, one, page};
use super::writer::Transaction;
use crate::cells::{folded, given_once, tenant as tenant_of, time, unsigned};
use crate::{Listing, NewSchema, PageQuery, SchemaChange, SchemaRow, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, name, description, definition, metadata, created_at, updated_at";

pub(super) fn insert(tx: &Transaction<'_>, schema: NewSchema) -> Result<SchemaRow, StoreError> {
    let row = SchemaRow { schema, created_at_ms: tx.now_ms, updated_at_ms: tx.now_ms };
    given_once(put(tx.connection, &row)?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) fn put(connection: &Connection, row: &SchemaRow) -> Result<bool, StoreError> {
    let schema = &row.schema;
    let done = connection
        .prepare_cached(
            "insert into schema (id, tenant, name, search, description, definition, metadata, created_at, updated_at) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing",
        )?
        .execute(params![
            schema.id.to_bytes(),
            schema.tenant.as_str(),
            schema.name,
            folded(&schema.name),
            schema.description,
            schema.definition.to_string(),
            schema.metadata.to_string(),
            time(row.created_at_ms),
            time(row.updated_at_ms),
        ])?;
    Ok(done > 0)
}

pub(super) fn get(connection: &Connection, tenant: &Tenant, id: SchemaId) -> Result<Option<SchemaRow>, StoreError> {
    one(connection, "schema", COLUMNS, tenant, id.to_bytes(), from_row)
}

pub(super) fn list(
    connection: &Connection,
    tenant: &Tenant,
    query: &PageQuery,
    search: Option<&str>,
) -> Result<Listing<SchemaRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    if let Some(search) = search {
        filter.and_search(search);
    }
    page(connection, "schema", COLUMNS, &filter, query, from_row)
}

pub(super) fn update(
    tx: &Transaction<'_>,
    tenant: &Tenant,
    id: SchemaId,
    change: SchemaChange,
) -> Result<Option<SchemaRow>, StoreError> {
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    tx.connection
        .prepare_cached(
            "update schema set name = coalesce(?3, name), search = coalesce(?4, search), \
             description = coalesce(?5, description), definition = coalesce(?6, definition), \
             metadata = coalesce(?7, metadata), updated_at = ?8 where id = ?1 and tenant = ?2",
        )?
        .execute(params![
            id.to_bytes(),
            tenant.as_str(),
            change.name,
            change.name.as_deref().map(folded),
            change.description,
            text(change.definition),
            text(change.metadata),
            time(tx.now_ms),
        ])?;
    get(tx.connection, tenant, id)
}

pub(super) fn delete(tx: &Transaction<'_>, tenant: &Tenant, id: SchemaId) -> Result<bool, StoreError> {
    let mut statement = tx.connection.prepare_cached("delete from schema where id = ?1 and tenant = ?2")?;
    Ok(statement.execute(params![id.to_bytes(), tenant.as_str()])? > 0)
}

pub(super) fn from_row(row: &Row<'_>) -> Result<SchemaRow, StoreError> {
    let json = |at: usize| -> Result<Value, StoreError> {
        Ok(serde_json::from_str(row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?)?)
    };
    let schema = NewSchema {
        id: SchemaId::from_bytes(row.get(0)?),
        tenant: tenant_of(row.get(1)?)?,
        name: row.get(2)?,
        description: row.get(3)?,
        definition: json(4)?,
        metadata: json(5)?,
    };
    Ok(SchemaRow { schema, created_at_ms: unsigned(row.get(6)?), updated_at_ms: unsigned(row.get(7)?) })
}
