//! Documents: upload, list, look, fetch, draw, remove.

use std::pin::pin;
use std::sync::Arc;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::rejection::PathRejection;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use sluice_extract::code::Code;
use sluice_extract::id::DocumentId;
use sluice_extract::page::ContentHash;
use sluice_store::{DocumentRow, NewDocument, StoreError};

use super::request::{Id, Place, in_time, json};
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::{Reply, once, request_hash};
use crate::problem::{Problem, too_large};
use crate::range::{Asked, asked};
use crate::wire::document::{Document, DocumentList, Message, Upload};
use crate::wire::problem::ProblemCode;
use crate::wire::query::Query;
use crate::{Inspected, Refusal};

/// Longest file name that is kept, in characters.
const FILE_NAME_MAX: usize = 255;

/// Upload a document.
///
/// A PDF or a picture, as one part `file`. It is written to disk as it comes.
#[utoipa::path(post, path = "/v1/extract/documents/upload", tag = "/extract",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 200, body = Document), (status = 413), (status = 415), (status = 422), (status = 409)))]
pub(crate) async fn upload_document(
    State(app): State<Arc<App>>,
    asker: Asker,
    Place(place): Place,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    crate::idempotency::key_of(&headers)?;
    let declared: Option<u64> = headers.get(http::header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    let multipart = multipart.map_err(|_| {
        Problem::new(ProblemCode::UnsupportedMediaType, "send the document as multipart/form-data with one part, file")
    })?;
    let received = receive(&app, multipart, declared).await?;
    // The name of the request is what was in it: the boundary between parts differs each time.
    let hash = request_hash(&place, format!("{} {}", received.hash, received.file_name).as_bytes());
    let work = keep(Arc::clone(&app), asker.clone(), received);
    once(&app, &asker, &headers, hash, work).await
}

/// An uploaded file whose bytes are kept.
struct Received {
    hash: ContentHash,
    file_size: u64,
    file_name: String,
}

async fn receive(app: &App, mut multipart: Multipart, declared: Option<u64>) -> Result<Received, Problem> {
    /// Room for what stands around the file.
    const FRAME_BYTES: u64 = 64 * 1024;
    let bytes_max = app.settings.upload_bytes_max;
    if declared.is_some_and(|declared| declared > bytes_max.saturating_add(FRAME_BYTES)) {
        drain(multipart).await;
        return Err(too_large(bytes_max));
    }
    let mut received = None;
    while let Some(field) = in_time(app, multipart.next_field()).await?.map_err(|error| broken(&error))? {
        if field.name() != Some("file") {
            continue;
        }
        if received.is_some() {
            return Err(Problem::field(&["body", "file"], "too_many", "send one file"));
        }
        match receive_file(app, field).await {
            Ok(file) => received = Some(file),
            Err(problem) => {
                drain(multipart).await;
                return Err(problem);
            }
        }
    }
    received.ok_or_else(|| Problem::field(&["body", "file"], "missing", "Field required"))
}

async fn receive_file(app: &App, field: Field<'_>) -> Result<Received, Problem> {
    let file_name = file_name(field.file_name().unwrap_or_default());
    let mut broke = None;
    let parts = futures::stream::unfold((field, &mut broke), |(mut field, broke)| async move {
        let part = match in_time(app, field.chunk()).await {
            Ok(Ok(part)) => Ok(part?),
            Ok(Err(error)) => Err(broken(&error)),
            Err(late) => Err(late),
        };
        let part = part.map_err(|problem| {
            *broke = Some(problem);
            StoreError::Io("the sender broke off".to_owned())
        });
        Some((part, (field, broke)))
    });
    let kept = app.parts.blobs.put_stream(pin!(parts), app.settings.upload_bytes_max).await;
    match (kept, broke) {
        (_, Some(problem)) => Err(problem),
        (Ok((hash, file_size)), None) => Ok(Received { hash, file_size, file_name }),
        (Err(error), None) => Err(error.into()),
    }
}

fn broken(error: &MultipartError) -> Problem {
    tracing::info!(status = error.status().as_u16(), "an upload broke");
    Problem::bad_request("the multipart body is broken, or broke off")
}

/// Reads on for a while: a client that is still sending would not see the answer otherwise.
async fn drain(mut multipart: Multipart) {
    const SECONDS_MAX: u64 = 5;
    let rest = async {
        while let Ok(Some(mut field)) = multipart.next_field().await {
            while let Ok(Some(_)) = field.chunk().await {}
        }
    };
    let _ = tokio::time::timeout(std::time::Duration::from_secs(SECONDS_MAX), rest).await;
}

/// The last part of the name, without what no name has.
fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|character| !character.is_control()).take(FILE_NAME_MAX).collect();
    let name = name.trim();
    if name.is_empty() { "document".to_owned() } else { name.to_owned() }
}

async fn keep(app: Arc<App>, asker: Asker, received: Received) -> Result<Reply, Problem> {
    let Inspected { page_count, media_type } =
        app.parts.inspect.inspect(&received.hash).await.map_err(|refusal| refused(&refusal))?;
    let document = NewDocument {
        id: app.new_document_id()?,
        tenant: asker.tenant,
        hash: received.hash,
        file_name: received.file_name,
        file_size: received.file_size,
        page_count,
        media_type,
    };
    let row = app.parts.store.document_insert(document).await?;
    Reply::json(StatusCode::OK, &Document::from(row))
}

fn refused(refusal: &Refusal) -> Problem {
    match refusal.code {
        Code::UnsupportedMedia => Problem::new(ProblemCode::UnsupportedMediaType, &refusal.message),
        Code::TooLarge => Problem::new(ProblemCode::PayloadTooLarge, &refusal.message),
        Code::EmptyDocument | Code::Encrypted | Code::Damaged | Code::TookTooLong | Code::UnreadableFile => {
            Problem::field(&["body", "file"], refusal.code.as_str(), &refusal.message)
        }
        Code::SchemaInvalid
        | Code::ModelUnknown
        | Code::ModelUnavailable
        | Code::RateLimited
        | Code::ModelRefused
        | Code::AnswerInvalid
        | Code::NotRecorded
        | Code::BudgetSpent
        | Code::Cancelled
        | Code::Internal => Problem::internal(&refusal.message),
    }
}

/// List documents.
#[utoipa::path(get, path = "/v1/extract/documents", tag = "/extract",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Most of one page; 20 by default"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
        ("search" = Option<String>, Query, max_length = 500, description = "In the file's name")),
    responses((status = 200, body = DocumentList), (status = 400), (status = 422)))]
pub(crate) async fn list_documents(
    State(app): State<Arc<App>>,
    asker: Asker,
    mut query: Query,
) -> Result<Response, Problem> {
    let (page, search) = (query.page(), query.search());
    let (page, search) = query.finish((page, search))?;
    let listing = app.parts.store.document_list(&asker.tenant, &page, search.as_deref()).await?;
    json(StatusCode::OK, &DocumentList::from(listing))
}

/// Look at a document.
#[utoipa::path(get, path = "/v1/extract/documents/{document_id}", tag = "/extract",
    params(("document_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Document), (status = 400), (status = 404)))]
pub(crate) async fn get_document(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<DocumentId>,
) -> Result<Response, Problem> {
    let row = app.parts.store.document_get(&asker.tenant, id).await?;
    json(StatusCode::OK, &Document::from(row.ok_or_else(|| Problem::not_found("document"))?))
}

/// Remove a document. Jobs that are about it go on.
#[utoipa::path(delete, path = "/v1/extract/documents/{document_id}", tag = "/extract",
    params(("document_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Message), (status = 400), (status = 404)))]
pub(crate) async fn delete_document(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<DocumentId>,
) -> Result<Response, Problem> {
    if !app.parts.store.document_delete(&asker.tenant, id).await? {
        return Err(Problem::not_found("document"));
    }
    json(StatusCode::OK, &Message { message: format!("Document {id} was removed") })
}

/// The bytes of a document, as they were uploaded; with `Range` a part of them.
#[utoipa::path(get, path = "/v1/extract/documents/{document_id}/content", tag = "/extract",
    params(("document_id" = String, Path, format = Uuid),
        ("If-None-Match" = Option<String>, Header, description = "The `etag` of what the caller has"),
        ("Range" = Option<String>, Header, description = "One part, as `bytes=0-65535`; of several the whole is given"),
        ("If-Range" = Option<String>, Header, description = "The `etag` of what the caller has parts of")),
    responses((status = 200, description = "The file",
            content((String = "application/pdf"), (String = "image/png"), (String = "image/jpeg"),
                (String = "image/tiff"), (String = "image/webp"))),
        (status = 206, description = "A part of the file, which `Content-Range` names",
            content((String = "application/pdf"), (String = "image/png"), (String = "image/jpeg"),
                (String = "image/tiff"), (String = "image/webp"))),
        (status = 304, description = "The caller has it"), (status = 400), (status = 404), (status = 416)))]
pub(crate) async fn get_content(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<DocumentId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gone = || Problem::not_found("document");
    let DocumentRow { document, .. } = app.parts.store.document_get(&asker.tenant, id).await?.ok_or_else(gone)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", document.hash)).map_err(Problem::internal)?;
    let length = document.file_size;
    let (status, part, bytes) = if headers.get(IF_NONE_MATCH) == Some(&tag) {
        (StatusCode::NOT_MODIFIED, None, Bytes::new())
    } else {
        match asked(&headers, length, &tag) {
            Asked::Whole => (StatusCode::OK, None, app.parts.blobs.get(&document.hash).await?.ok_or_else(gone)?),
            Asked::Part(part) => {
                let bytes = app.parts.blobs.get_part(&document.hash, part.clone()).await?.ok_or_else(gone)?;
                let named = format!("bytes {}-{}/{length}", part.start, part.end.saturating_sub(1));
                (StatusCode::PARTIAL_CONTENT, Some(named), bytes)
            }
            Asked::Beyond => return Err(beyond(length)),
        }
    };
    let mut response = (status, foreign(&document.media_type)?, bytes).into_response();
    response.headers_mut().insert(ETAG, tag);
    response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(part) = part {
        response.headers_mut().insert(CONTENT_RANGE, HeaderValue::from_str(&part).map_err(Problem::internal)?);
    }
    Ok(response)
}

fn beyond(length: u64) -> Problem {
    let mut problem = Problem::new(ProblemCode::RangeNotSatisfiable, format!("the file has {length} bytes"));
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}")) {
        problem.headers.push((CONTENT_RANGE, value));
    }
    problem
}

/// What stands around bytes that are not ours, on our own origin: nothing in them may run, whoever opens them.
fn foreign(media_type: &str) -> Result<[(HeaderName, HeaderValue); 5], Problem> {
    let media_type = HeaderValue::from_str(media_type).map_err(Problem::internal)?;
    let fixed = HeaderValue::from_static;
    Ok([
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, fixed("private, no-cache")),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (CONTENT_SECURITY_POLICY, fixed("default-src 'none'; sandbox")),
        (CONTENT_DISPOSITION, fixed("attachment")),
    ])
}

/// A page of a document as a picture, for who cannot show the file itself: browsers show no TIFF.
#[utoipa::path(get, path = "/v1/extract/documents/{document_id}/pages/{page_number}", tag = "/extract",
    params(("document_id" = String, Path, format = Uuid), ("page_number" = u32, Path, minimum = 1, description = "From 1"),
        ("If-None-Match" = Option<String>, Header, description = "The `etag` of what the caller has")),
    responses((status = 200, description = "The page", content((String = "image/png"))),
        (status = 304, description = "The caller has it"), (status = 400), (status = 404),
        (status = 409, description = "The page cannot be drawn")))]
pub(crate) async fn get_page(
    State(app): State<Arc<App>>,
    asker: Asker,
    place: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let malformed = || Problem::bad_request("the path names no page: send a document's UUID and a number from 1");
    let Path((id, page)) = place.map_err(|_| malformed())?;
    let id: DocumentId = id.parse().map_err(|_| malformed())?;
    let page: u32 = page.parse().ok().filter(|page| *page > 0).ok_or_else(malformed)?;
    let gone = || Problem::not_found("document");
    let DocumentRow { document, .. } = app.parts.store.document_get(&asker.tenant, id).await?.ok_or_else(gone)?;
    if document.page_count > 0 && page > document.page_count {
        return Err(Problem::not_found("page"));
    }
    let tag = format!("\"{}-{page}\"", document.hash);
    let tag = HeaderValue::from_str(&tag).map_err(Problem::internal)?;
    let (status, bytes) = if headers.get(IF_NONE_MATCH) == Some(&tag) {
        (StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        let drawn = app.parts.draw.draw(&document.hash, page).await.map_err(|refusal| undrawn(&refusal))?;
        (StatusCode::OK, drawn.ok_or_else(|| Problem::not_found("page"))?)
    };
    Ok((status, foreign("image/png")?, [(ETAG, tag)], bytes).into_response())
}

fn undrawn(refusal: &Refusal) -> Problem {
    if refusal.code == Code::Internal {
        return Problem::internal(&refusal.message);
    }
    Problem::conflict(format!("the page cannot be drawn: {}", refusal.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_only_a_name() {
        for (sent, kept) in [
            ("invoice.pdf", "invoice.pdf"),
            ("C:\\Users\\me\\invoice.pdf", "invoice.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\nb\0.pdf", "ab.pdf"),
            ("", "document"),
            ("dir/", "document"),
            ("Übersicht 2026.pdf", "Übersicht 2026.pdf"),
        ] {
            assert_eq!(file_name(sent), kept);
        }
        assert_eq!(file_name(&"x".repeat(1_000)).len(), FILE_NAME_MAX);
    }
}
