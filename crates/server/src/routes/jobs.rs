//! Jobs of the Extract API: list, status, results, cancel, retry.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sluice_extract::event::Event;
use sluice_extract::id::JobId;
use sluice_extract::job::Status;
use sluice_store::{Append, Appended, JobQuery, JobRow, PageQuery};

use super::request::{Id, Sent, json};
use super::start::too_many_active;
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::{Reply, once_sent};
use crate::problem::Problem;
use crate::readings::{self, Detail};
use crate::wire::job::{JobList, JobResults, JobStatus};
use crate::wire::query::Query;

/// The job of this name.
///
/// # Errors
/// There is none, or it is another tenant's.
pub(crate) async fn find(app: &App, asker: &Asker, id: JobId) -> Result<JobRow, Problem> {
    app.parts.store.job_get(&asker.tenant, id).await?.ok_or_else(|| Problem::not_found("job"))
}

/// List jobs.
#[utoipa::path(get, path = "/v1/extract/jobs", tag = "/extract",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Most of one page; 20 by default"),
        ("cursor" = Option<String>, Query, description = "From the page before"),
        ("job_status" = Option<crate::wire::job::JobStatusName>, Query, description = "Only these"),
        ("search" = Option<String>, Query, max_length = 500, description = "In the document's file name or the id")),
    responses((status = 200, body = JobList), (status = 400), (status = 422)))]
pub(crate) async fn list_jobs(
    State(app): State<Arc<App>>,
    asker: Asker,
    mut query: Query,
) -> Result<Response, Problem> {
    let asked =
        JobQuery { status: query.statuses("job_status"), search: query.search(), ..JobQuery::all(query.page()) };
    let asked = query.finish(asked)?;
    let listing = app.parts.store.job_list(&asker.tenant, &asked).await?;
    let mut jobs = Vec::with_capacity(listing.items.len());
    for row in &listing.items {
        jobs.push(readings::status(&app, row).await?);
    }
    let list = JobList {
        jobs,
        total_count: listing.total,
        next_cursor: listing.next_cursor,
        prev_cursor: listing.prev_cursor,
    };
    json(StatusCode::OK, &list)
}

/// Look at a job.
#[utoipa::path(get, path = "/v1/extract/jobs/{job_id}", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid)),
    responses((status = 200, body = JobStatus), (status = 400), (status = 404)))]
pub(crate) async fn get_job(State(app): State<Arc<App>>, asker: Asker, Id(id): Id<JobId>) -> Result<Response, Problem> {
    let row = find(&app, &asker, id).await?;
    json(StatusCode::OK, &readings::status(&app, &row).await?)
}

/// The results of a job; before its end what there is so far.
#[utoipa::path(get, path = "/v1/extract/jobs/{job_id}/results", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid)),
    responses((status = 200, body = JobResults), (status = 400), (status = 404)))]
pub(crate) async fn get_results(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let row = find(&app, &asker, id).await?;
    json(StatusCode::OK, &readings::results(&app, &row).await?)
}

/// Stop a job. What is finished stays.
#[utoipa::path(post, path = "/v1/extract/jobs/{job_id}/cancel", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid)),
    responses((status = 200, body = JobStatus, description = "It has ended"),
        (status = 202, body = JobStatus, description = "It is being stopped"),
        (status = 400), (status = 404), (status = 409)))]
pub(crate) async fn cancel_job(
    State(app): State<Arc<App>>,
    Id(id): Id<JobId>,
    sent: Sent,
) -> Result<Response, Problem> {
    once_sent(&app, sent, move |app, sent| async move {
        let row = cancel(&app, &sent.asker, id).await?;
        let status = if row.status.is_ended() { StatusCode::OK } else { StatusCode::ACCEPTED };
        Reply::json(status, &readings::status(&app, &row).await?)
    })
    .await
}

/// Asks for a job to stop; the job as it is then.
///
/// # Errors
/// There is none.
pub(crate) async fn cancel(app: &App, asker: &Asker, id: JobId) -> Result<JobRow, Problem> {
    let append = Append::new(Event::CancelRequested, None);
    match app.parts.store.event_append(&asker.tenant, id, append).await? {
        Appended::NoJob => Err(Problem::not_found("job")),
        Appended::Recorded(_) | Appended::Known(_) | Appended::Refused => find(app, asker, id).await,
    }
}

/// Ask the failed parts of an ended job again. What is finished is kept, and not paid for again.
#[utoipa::path(post, path = "/v1/extract/jobs/{job_id}/retry", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid)),
    responses((status = 200, body = JobStatus), (status = 400), (status = 404), (status = 409)))]
pub(crate) async fn retry_job(State(app): State<Arc<App>>, Id(id): Id<JobId>, sent: Sent) -> Result<Response, Problem> {
    once_sent(&app, sent, move |app, sent| async move {
        reopen(&app, &sent.asker, id).await?;
        let row = find(&app, &sent.asker, id).await?;
        Reply::json(StatusCode::OK, &readings::status(&app, &row).await?)
    })
    .await
}

async fn reopen(app: &App, asker: &Asker, id: JobId) -> Result<(), Problem> {
    let row = find(app, asker, id).await?;
    let state = readings::state(app, &row, Detail::Outline).await?;
    if state.end.is_none() {
        return Err(Problem::conflict("the job has not ended: cancel it first, or wait"));
    }
    if state.is_whole() {
        return Err(Problem::conflict("no part of the job failed: there is nothing to ask again"));
    }
    has_room(app, asker).await?;
    let append = Append::new(Event::JobReopened, Some(state.status_after(&Event::JobReopened)));
    match app.parts.store.event_append(&asker.tenant, id, append).await? {
        Appended::Recorded(_) | Appended::Known(_) => Ok(()),
        Appended::Refused => Err(Problem::conflict("the job is being asked again already")),
        Appended::NoJob => Err(Problem::not_found("job")),
    }
}

/// A reopened job is an active one.
async fn has_room(app: &App, asker: &Asker) -> Result<(), Problem> {
    let max = app.settings.active_jobs_max;
    let active = JobQuery { status: Status::active(), ..JobQuery::all(PageQuery::first(1)) };
    let active = app.parts.store.job_list(&asker.tenant, &active).await?.total;
    let active = u32::try_from(active).unwrap_or(u32::MAX);
    if active >= max { Err(too_many_active(active, max)) } else { Ok(()) }
}
