//! Attaching to a job's stream, at either door.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use sluice_extract::id::JobId;

use super::jobs::find;
use super::request::Id;
use crate::app::App;
use crate::auth::Asker;
use crate::problem::Problem;
use crate::sse::{cursor, stream};
use crate::wire::problem::Door;
use crate::wire::query::Query;

/// The events of a job as they happen.
///
/// With `Last-Event-ID` or `starting_after` those after it, without a gap; without, first a `state` event.
#[utoipa::path(get, path = "/v1/extract/jobs/{job_id}/stream", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid),
        ("starting_after" = Option<u64>, Query, minimum = 0, description = "The last event that is known"),
        ("access_token" = Option<String>, Query, description = "The key, for a browser's EventSource"),
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]*$",
            description = "As starting_after, and before it; an empty one says nothing")),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = 204, description = "Nothing comes after this event"), (status = 400), (status = 404)))]
pub(crate) async fn extract_stream(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    attach(&app, &asker, id, &query, &headers, Door::Extract).await
}

/// The status of a job as it changes.
#[utoipa::path(get, path = "/jobs/{job_id}/stream", tag = "/jobs",
    params(("job_id" = String, Path),
        ("starting_after" = Option<u64>, Query, minimum = 0, description = "The last event that is known"),
        ("access_token" = Option<String>, Query, description = "The key, for a browser's EventSource"),
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]*$",
            description = "As starting_after, and before it; an empty one says nothing")),
    responses((status = 200, body = String, content_type = "text/event-stream"),
        (status = 204, description = "Nothing comes after this event"), (status = 400), (status = 404)))]
pub(crate) async fn jobs_stream(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    attach(&app, &asker, id, &query, &headers, Door::Jobs).await
}

async fn attach(
    app: &Arc<App>,
    asker: &Asker,
    id: JobId,
    query: &Query,
    headers: &HeaderMap,
    door: Door,
) -> Result<Response, Problem> {
    let row = find(app, asker, id).await?;
    let from = cursor(headers, query, row.log_end)?;
    let place = app.streams.open(asker.key)?;
    stream(app, &row, door, from, place).await
}
