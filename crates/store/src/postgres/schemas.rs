//! Rows of kept schemas.
//!
//! Called by `PostgresStore`.

use serde_json::Value;
use sluice_extract::id::SchemaId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::list::{Filter, one, page, remove};
use super::{id, text};
use crate::cells::{folded, given_once, tenant as tenant_of, time, unsigned};
use crate::{Listing, NewSchema, PageQuery, SchemaChange, SchemaRow, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, name, description, definition, metadata, created_at, updated_at";

pub(super) async fn insert(pool: &PgPool, schema: NewSchema, now_ms: u64) -> Result<SchemaRow, StoreError> {
    let row = SchemaRow { schema, created_at_ms: now_ms, updated_at_ms: now_ms };
    given_once(put(pool, &row).await?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) async fn put(pool: &PgPool, row: &SchemaRow) -> Result<bool, StoreError> {
    let schema = &row.schema;
    let done = sqlx::query(
        "insert into schema (id, tenant, name, search, description, definition, metadata, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(schema.id.to_bytes())
    .bind(schema.tenant.as_str())
    .bind(text(&schema.name))
    .bind(folded(&text(&schema.name)))
    .bind(schema.description.as_deref().map(text))
    .bind(schema.definition.to_string())
    .bind(schema.metadata.to_string())
    .bind(time(row.created_at_ms))
    .bind(time(row.updated_at_ms))
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn get(pool: &PgPool, tenant: &Tenant, id: SchemaId) -> Result<Option<SchemaRow>, StoreError> {
    one(pool, "schema", COLUMNS, tenant, id.to_bytes(), from_row).await
}

pub(super) async fn list(
    pool: &PgPool,
    tenant: &Tenant,
    query: &PageQuery,
    search: Option<&str>,
) -> Result<Listing<SchemaRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    filter.search = search.map(str::to_owned);
    page(pool, "schema", COLUMNS, &filter, query, from_row).await
}

pub(super) async fn update(
    pool: &PgPool,
    tenant: &Tenant,
    id: SchemaId,
    change: SchemaChange,
    now_ms: u64,
) -> Result<Option<SchemaRow>, StoreError> {
    let json = |value: Option<Value>| value.map(|value| value.to_string());
    let name = change.name.as_deref().map(text);
    let row = sqlx::query(
        "update schema set name = coalesce($3, name), search = coalesce($4, search), \
         description = coalesce($5, description), definition = coalesce($6, definition), \
         metadata = coalesce($7, metadata), updated_at = $8 where id = $1 and tenant = $2 \
         returning id, tenant, name, description, definition, metadata, created_at, updated_at",
    )
    .bind(id.to_bytes())
    .bind(tenant.as_str())
    .bind(name.as_deref())
    .bind(name.as_deref().map(folded))
    .bind(change.description.as_deref().map(text))
    .bind(json(change.definition))
    .bind(json(change.metadata))
    .bind(time(now_ms))
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(from_row).transpose()
}

pub(super) async fn delete(pool: &PgPool, tenant: &Tenant, id: SchemaId) -> Result<bool, StoreError> {
    remove(pool, "delete from schema where id = $1 and tenant = $2", tenant, id.to_bytes()).await
}

pub(super) fn from_row(row: &PgRow) -> Result<SchemaRow, StoreError> {
    let json = |at: usize| -> Result<Value, StoreError> { Ok(serde_json::from_str(row.try_get(at)?)?) };
    let schema = NewSchema {
        id: SchemaId::from_bytes(id(row, 0)?),
        tenant: tenant_of(row.try_get(1)?)?,
        name: row.try_get(2)?,
        description: row.try_get(3)?,
        definition: json(4)?,
        metadata: json(5)?,
    };
    Ok(SchemaRow { schema, created_at_ms: unsigned(row.try_get(6)?), updated_at_ms: unsigned(row.try_get(7)?) })
}
