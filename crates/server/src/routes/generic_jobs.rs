//! Jobs of the Jobs API: list, look (and wait), log, cancel.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use sluice_extract::id::{DocumentId, JobId};
use sluice_extract::job::{JobState, Status};
use sluice_store::{JobQuery, JobRow};

use super::jobs::{cancel, find};
use super::request::{Id, Sent, json};
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::{Reply, once_sent};
use crate::problem::Problem;
use crate::readings::{self, Detail};
use crate::sse::in_log;
use crate::wire::event::Place;
use crate::wire::generic::{EventPage, EventPageMeta, GenericStatus, Job, JobPage, OneJob, PageMeta};
use crate::wire::query::Query;

/// Longest wait for a change, in seconds: below what proxies allow a request.
const WAIT_SECONDS_MAX: u64 = 55;

/// Most events of one part of a log: an ordinary job has fewer.
const EVENTS_MAX: u64 = 1_000;
/// Events of one part unless the caller says otherwise.
const EVENTS_DEFAULT: u32 = 100;

/// List jobs. Their results are left out.
#[utoipa::path(get, path = "/jobs", tag = "/jobs",
    params(
        ("status" = Option<String>, Query, description = "Only these, in any published spelling and case"),
        ("type" = Option<String>, Query, description = "Only of this kind"),
        ("parent_id" = Option<String>, Query, description = "Only those that belong to this job"),
        ("target_id" = Option<String>, Query, description = "Only about this document"),
        ("created_after" = Option<String>, Query, format = DateTime, description = "Only those started later"),
        ("created_before" = Option<String>, Query, format = DateTime, description = "Only those started earlier"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Most of one page; 20 by default"),
        ("cursor" = Option<String>, Query, description = "From the page before")),
    responses((status = 200, body = JobPage), (status = 400)))]
pub(crate) async fn list_generic_jobs(
    State(app): State<Arc<App>>,
    asker: Asker,
    mut query: Query,
) -> Result<Response, Problem> {
    let asked = JobQuery {
        page: query.page(),
        status: query.statuses("status"),
        search: None,
        kind: query.text("type").map(str::to_owned),
        parent: query.id::<JobId>("parent_id"),
        document: query.id::<DocumentId>("target_id"),
        // The store counts the time itself in.
        created_from_ms: query.time("created_after").map(|after_ms| after_ms.saturating_add(1)),
        created_before_ms: query.time("created_before"),
    };
    let asked = query.finish(asked)?;
    let listing = app.parts.store.job_list(&asker.tenant, &asked).await?;
    let mut data = Vec::with_capacity(listing.items.len());
    for row in &listing.items {
        data.push(Job::new(row, &readings::log(&app, row, Detail::Outline, None).await?, None));
    }
    let meta = PageMeta { next: listing.next_cursor, prev: listing.prev_cursor, limit: asked.page.limit };
    json(StatusCode::OK, &JobPage { data, meta })
}

/// Look at a job; with `wait` not before its status changes, or so many seconds have passed.
#[utoipa::path(get, path = "/jobs/{job_id}", tag = "/jobs",
    params(("job_id" = String, Path),
        ("wait" = Option<u64>, Query, minimum = 0, maximum = 55, description = "Seconds")),
    responses((status = 200, body = OneJob), (status = 400), (status = 404)))]
pub(crate) async fn get_generic_job(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wait = query.number("wait", 0, WAIT_SECONDS_MAX);
    let wait = query.finish(wait)?;
    let mut row = find(&app, &asker, id).await?;
    if let Some(seconds) = wait.filter(|seconds| *seconds > 0) {
        row = changed(&app, &asker, row, Duration::from_secs(seconds)).await?;
    }
    json(StatusCode::OK, &OneJob { data: whole(&app, &row).await? })
}

/// The job once its status is another, or the time is over, or the server stops.
async fn changed(app: &App, asker: &Asker, row: JobRow, wait: Duration) -> Result<JobRow, Problem> {
    let id = row.id;
    // Registered before the row is read again: nothing is missed in between.
    let mut tail = app.parts.store.event_tail(id);
    let mut stopping = app.stopping.clone();
    let is_new = |now: Status| GenericStatus::from(now) != GenericStatus::from(row.status);
    let change = async {
        loop {
            let now = find(app, asker, id).await?;
            if now.status.is_ended() || is_new(now.status) || tail.changed().await.is_err() {
                return Ok(now);
            }
        }
    };
    let stop = async {
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    tokio::select! {
        now = change => now,
        () = tokio::time::sleep(wait) => find(app, asker, id).await,
        () = stop => find(app, asker, id).await,
    }
}

async fn whole(app: &App, row: &JobRow) -> Result<Job, Problem> {
    let detail = if row.status == Status::Completed { Detail::Whole } else { Detail::Outline };
    let log = readings::log(app, row, detail, None).await?;
    let results = match detail {
        Detail::Whole => Some(readings::data(app, row, &JobState::of(&log)).await?),
        Detail::Outline => None,
    };
    Ok(Job::new(row, &log, results))
}

/// The log of a job, as the data of its stream's events.
#[utoipa::path(get, path = "/jobs/{job_id}/events", tag = "/jobs",
    params(("job_id" = String, Path),
        ("after" = Option<u64>, Query, minimum = 0, maximum = 4294967295u64, description = "The last event that is known"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Most of one part; 100 by default")),
    responses((status = 200, body = EventPage), (status = 400), (status = 404)))]
pub(crate) async fn list_events(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
    mut query: Query,
) -> Result<Response, Problem> {
    let after = query.number("after", 0, u64::from(u32::MAX)).unwrap_or(0);
    let limit = query.number("limit", 1, EVENTS_MAX);
    let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(EVENTS_DEFAULT);
    let (after, limit) = query.finish((after, limit))?;
    let row = find(&app, &asker, id).await?;
    let after = in_log(row.log_end, after)?;
    let mut state = JobState::of(&readings::log(&app, &row, Detail::Outline, Some(after)).await?);
    let slice = app.parts.store.event_list(&asker.tenant, id, after, limit).await?;
    let slice = slice.ok_or_else(|| Problem::not_found("job"))?;
    let subject = readings::subject(&row);
    let mut data = Vec::with_capacity(slice.events.len());
    for recorded in &slice.events {
        state.apply(recorded);
        let place = if recorded.sequence < slice.log_end { Place::Superseded } else { Place::Last };
        data.push(subject.event(recorded, &state, place).data);
    }
    let last = slice.events.last().map(|last| last.sequence);
    let next = last.filter(|last| *last < slice.log_end);
    let meta = EventPageMeta { next, log_end: slice.log_end, ended: slice.ended, limit };
    json(StatusCode::OK, &EventPage { data, meta })
}

/// Stop a job. What is finished stays.
#[utoipa::path(post, path = "/jobs/{job_id}/cancel", tag = "/jobs", params(("job_id" = String, Path)),
    responses((status = 200, body = OneJob, description = "It has ended"),
        (status = 202, body = OneJob, description = "It is being stopped"),
        (status = 400), (status = 404), (status = 409)))]
pub(crate) async fn cancel_generic_job(
    State(app): State<Arc<App>>,
    Id(id): Id<JobId>,
    sent: Sent,
) -> Result<Response, Problem> {
    once_sent(&app, sent, move |app, sent| async move {
        let row = cancel(&app, &sent.asker, id).await?;
        let status = if row.status.is_ended() { StatusCode::OK } else { StatusCode::ACCEPTED };
        Reply::json(status, &OneJob { data: whole(&app, &row).await? })
    })
    .await
}
