//! What people say of a job's values: look, and put.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::{ETAG, HeaderValue, IF_MATCH};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use sluice_extract::id::JobId;
use sluice_store::{CorrectionsPut, CorrectionsRow};

use super::request::{Id, Sent, json};
use crate::app::App;
use crate::auth::Asker;
use crate::problem::Problem;
use crate::wire::corrections::{Corrections, PutCorrections, stamped};
use crate::wire::problem::ProblemCode;

/// How often somebody else may be quicker than a change that does not say what it changes.
const ATTEMPTS_MAX: usize = 10;

/// What people say of the values of a job.
///
/// It lies over the results, which stay as they are. It goes with the job.
#[utoipa::path(get, path = "/v1/extract/jobs/{job_id}/corrections", tag = "/extract",
    params(("job_id" = String, Path, format = Uuid)),
    responses((status = 200, body = Corrections,
            headers(("ETag" = String, description = "The revision, to be sent as `If-Match`"))),
        (status = 400), (status = 404)))]
pub(crate) async fn get_corrections(
    State(app): State<Arc<App>>,
    asker: Asker,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    answer(find(&app, &asker, id).await?)
}

/// Keep what people say of the values of a job: all of it, in place of what was said before.
///
/// With `If-Match`, only if nobody has changed it since.
#[utoipa::path(put, path = "/v1/extract/jobs/{job_id}/corrections", tag = "/extract", request_body = PutCorrections,
    params(("job_id" = String, Path, format = Uuid),
        ("If-Match" = Option<String>, Header, description = "The `etag` of what is changed")),
    responses((status = 200, body = Corrections,
            headers(("ETag" = String, description = "The revision, to be sent as `If-Match`"))),
        (status = 400), (status = 404), (status = 409), (status = 412), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn put_corrections(
    State(app): State<Arc<App>>,
    Id(id): Id<JobId>,
    sent: Sent,
) -> Result<Response, Problem> {
    sent.expect_json()?;
    let mut before = find(&app, &sent.asker, id).await?;
    let said = PutCorrections::parse(&sent.body)?;
    for _ in 0..ATTEMPTS_MAX {
        if !matches(&sent.headers, before.revision) {
            return Err(outdated(before.revision));
        }
        match put(&app, &sent.asker, id, &before, &said).await? {
            CorrectionsPut::Kept(row) => return answer(row),
            CorrectionsPut::NoJob => return Err(Problem::not_found("job")),
            CorrectionsPut::Outdated { .. } => before = find(&app, &sent.asker, id).await?,
        }
    }
    Err(Problem::conflict("others change them at the same time, again and again"))
}

async fn put(
    app: &App,
    asker: &Asker,
    id: JobId,
    before: &CorrectionsRow,
    said: &Map<String, Value>,
) -> Result<CorrectionsPut, Problem> {
    let content = stamped(said, &before.content, app.now_ms());
    Ok(app.parts.store.corrections_put(&asker.tenant, id, before.revision, content).await?)
}

async fn find(app: &App, asker: &Asker, id: JobId) -> Result<CorrectionsRow, Problem> {
    app.parts.store.corrections_get(&asker.tenant, id).await?.ok_or_else(|| Problem::not_found("job"))
}

fn tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// Does the request speak of this revision? One that names none speaks of whatever is there.
fn matches(headers: &HeaderMap, revision: u64) -> bool {
    if !headers.contains_key(IF_MATCH) {
        return true;
    }
    let sent = headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(|value| value.split(',')).map(str::trim).any(|sent| sent == "*" || sent == tag(revision))
}

fn outdated(revision: u64) -> Problem {
    let detail =
        format!("somebody has changed them meanwhile: they are at revision {revision}; look at them and send again");
    Problem::new(ProblemCode::PreconditionFailed, detail)
}

fn answer(row: CorrectionsRow) -> Result<Response, Problem> {
    let tag = HeaderValue::from_str(&tag(row.revision)).map_err(Problem::internal)?;
    let mut response = json(StatusCode::OK, &Corrections::from(row))?;
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}
