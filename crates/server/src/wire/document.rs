//! Documents as the Extract API writes them.

use serde::Serialize;
use sluice_store::{DocumentRow, Listing};
use utoipa::ToSchema;

use super::time;

/// An uploaded document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    /// Its id.
    #[schema(format = Uuid)]
    document_id: String,
    /// As it was uploaded.
    file_name: String,
    /// Bytes.
    #[schema(minimum = 0)]
    file_size: u64,
    /// Pages that the file says it has.
    #[schema(minimum = 0)]
    page_count: u32,
    /// When it was uploaded.
    #[schema(format = DateTime)]
    uploaded_at: String,
    /// Always `uploaded`.
    #[schema(pattern = "^uploaded$")]
    status: &'static str,
    /// `application/pdf` or an image's.
    media_type: String,
}

impl From<DocumentRow> for Document {
    fn from(row: DocumentRow) -> Self {
        Self {
            document_id: row.document.id.to_string(),
            file_name: row.document.file_name,
            file_size: row.document.file_size,
            page_count: row.document.page_count,
            uploaded_at: time::text(row.uploaded_at_ms),
            status: "uploaded",
            media_type: row.document.media_type,
        }
    }
}

/// A page of the list of documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentList {
    /// Newest first.
    documents: Vec<Document>,
    /// Documents of the whole list.
    #[schema(minimum = 0)]
    total_count: u64,
    /// The page of older ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// The page of newer ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    prev_cursor: Option<String>,
}

impl From<Listing<DocumentRow>> for DocumentList {
    fn from(listing: Listing<DocumentRow>) -> Self {
        Self {
            documents: listing.items.into_iter().map(Document::from).collect(),
            total_count: listing.total,
            next_cursor: listing.next_cursor,
            prev_cursor: listing.prev_cursor,
        }
    }
}

/// That something was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// One sentence.
    pub(crate) message: String,
}

/// What an upload holds.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described, never made: a multipart body is read as it comes")]
pub(crate) struct Upload {
    /// The PDF, PNG, JPEG, TIFF or WebP.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}
