//! Rows of uploaded documents. Their bytes are blobs.
//!
//! Called by `SqliteStore`.

use rusqlite::{Connection, Row, params};
use sluice_extract::id::DocumentId;

use super::list::{Filter, one, page};
use super::writer::Transaction;
use crate::cells::{folded, given_once, hash, tenant as tenant_of, time, unsigned};
use crate::{DocumentRow, Listing, NewDocument, PageQuery, StoreError, Tenant};

pub(super) const COLUMNS: &str = "id, tenant, hash, file_name, file_size, page_count, media_type, uploaded_at";

pub(super) fn insert(tx: &Transaction<'_>, document: NewDocument) -> Result<DocumentRow, StoreError> {
    let row = DocumentRow { document, uploaded_at_ms: tx.now_ms };
    given_once(put(tx.connection, &row)?)?;
    Ok(row)
}

/// `false` where there is one of its name, which stays as it is.
pub(super) fn put(connection: &Connection, row: &DocumentRow) -> Result<bool, StoreError> {
    let document = &row.document;
    let done = connection
        .prepare_cached(
            "insert into document (id, tenant, hash, file_name, search, file_size, page_count, media_type, \
             uploaded_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing",
        )?
        .execute(params![
            document.id.to_bytes(),
            document.tenant.as_str(),
            document.hash.as_str(),
            document.file_name,
            folded(&document.file_name),
            time(document.file_size),
            document.page_count,
            document.media_type,
            time(row.uploaded_at_ms),
        ])?;
    Ok(done > 0)
}

pub(super) fn get(connection: &Connection, tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
    one(connection, "document", COLUMNS, tenant, id.to_bytes(), from_row)
}

pub(super) fn list(
    connection: &Connection,
    tenant: &Tenant,
    query: &PageQuery,
    search: Option<&str>,
) -> Result<Listing<DocumentRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    if let Some(search) = search {
        filter.and_search(search);
    }
    page(connection, "document", COLUMNS, &filter, query, from_row)
}

pub(super) fn delete(tx: &Transaction<'_>, tenant: &Tenant, id: DocumentId) -> Result<bool, StoreError> {
    let mut statement = tx.connection.prepare_cached("delete from document where id = ?1 and tenant = ?2")?;
    Ok(statement.execute(params![id.to_bytes(), tenant.as_str()])? > 0)
}

pub(super) fn from_row(row: &Row<'_>) -> Result<DocumentRow, StoreError> {
    let document = NewDocument {
        id: DocumentId::from_bytes(row.get(0)?),
        tenant: tenant_of(row.get(1)?)?,
        hash: hash(row.get(2)?)?,
        file_name: row.get(3)?,
        file_size: unsigned(row.get(4)?),
        page_count: row.get(5)?,
        media_type: row.get(6)?,
    };
    Ok(DocumentRow { document, uploaded_at_ms: unsigned(row.get(7)?) })
}
