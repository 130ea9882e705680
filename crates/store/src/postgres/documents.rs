//! Rows of uploaded documents. Their bytes are blobs.
//!
//! Called by `PostgresStore`.

use sluice_extract::id::DocumentId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::list::{Filter, one, page, remove};
use super::{id, text};
use crate::cells::{folded, given_once, hash, tenant as tenant_of, time, unsigned};
use crate::{DocumentRow, Listing, NewDocument, PageQuery, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, hash, file_name, file_size, page_count, media_type, uploaded_at";

pub(super) async fn insert(pool: &PgPool, document: NewDocument, now_ms: u64) -> Result<DocumentRow, StoreError> {
    let row = DocumentRow { document, uploaded_at_ms: now_ms };
    given_once(put(pool, &row).await?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) async fn put(pool: &PgPool, row: &DocumentRow) -> Result<bool, StoreError> {
    let document = &row.document;
    let done = sqlx::query(
        "insert into document (id, tenant, hash, file_name, search, file_size, page_count, media_type, uploaded_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(document.id.to_bytes())
    .bind(document.tenant.as_str())
    .bind(document.hash.as_str())
    .bind(text(&document.file_name))
    .bind(folded(&text(&document.file_name)))
    .bind(time(document.file_size))
    .bind(i64::from(document.page_count))
    .bind(text(&document.media_type))
    .bind(time(row.uploaded_at_ms))
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn get(pool: &PgPool, tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
    one(pool, "document", COLUMNS, tenant, id.to_bytes(), from_row).await
}

pub(super) async fn list(
    pool: &PgPool,
    tenant: &Tenant,
    query: &PageQuery,
    search: Option<&str>,
) -> Result<Listing<DocumentRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    filter.search = search.map(str::to_owned);
    page(pool, "document", COLUMNS, &filter, query, from_row).await
}

pub(super) async fn delete(pool: &PgPool, tenant: &Tenant, id: DocumentId) -> Result<bool, StoreError> {
    remove(pool, "delete from document where id = $1 and tenant = $2", tenant, id.to_bytes()).await
}

pub(super) fn from_row(row: &PgRow) -> Result<DocumentRow, StoreError> {
    let document = NewDocument {
        id: DocumentId::from_bytes(id(row, 0)?),
        tenant: tenant_of(row.try_get(1)?)?,
        hash: hash(row.try_get(2)?)?,
        file_name: row.try_get(3)?,
        file_size: unsigned(row.try_get(4)?),
        page_count: u32::try_from(row.try_get::<i64, _>(5)?).unwrap_or(u32::MAX),
        media_type: row.try_get(6)?,
    };
    Ok(DocumentRow { document, uploaded_at_ms: unsigned(row.try_get(7)?) })
}
