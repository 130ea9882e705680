//! Starting a job.
//!
//! All that can be wrong with it is told before it exists. Then row and wish are one transaction, and the answer is the
//! job's name or its stream.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use sluice_extract::estimate;
use sluice_extract::id::{DocumentId, SchemaId};
use sluice_extract::page::ContentHash;
use sluice_extract::schema::{Schema, split};
use sluice_extract::usage::Usage;
use sluice_store::{Admission, Answer, DocumentRow, JobInsert, JobRow, NewJob, SchemaRow};

use super::request::{Sent, json};
use crate::admission::StreamPlace;
use crate::app::App;
use crate::auth::Asker;
use crate::idempotency::{self, Begun};
use crate::problem::Problem;
use crate::readings;
use crate::sse::{self, From, stream};
use crate::trace;
use crate::wire::job::{Estimated, JobCreated, StartJob, StartRefused};
use crate::wire::problem::{Door, ProblemCode};
use crate::wire::schema::field_problems;

/// What kind of work: the only one.
const KIND: &str = "document.extract";

/// Start a job.
///
/// With `stream: true` the answer is the job's events as they happen.
#[utoipa::path(post, path = "/v1/extract/jobs", tag = "/extract", request_body = StartJob,
    responses((status = 200, content((JobCreated = "application/json"), (String = "text/event-stream"))),
        (status = 400), (status = 404), (status = 409), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn start_job(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Problem> {
    sent.expect_json()?;
    let asker = sent.asker.clone();
    let key = idempotency::key_of(&sent.headers)?;
    let hash = idempotency::request_hash(&sent.place, &sent.body);
    let (of_app, of_asker) = (Arc::clone(&app), asker.clone());
    let started = idempotency::undisturbed(async move {
        if let Begun::Known(answer) = idempotency::begin(&of_app, &of_asker, key.as_deref(), &hash).await? {
            return Ok(Start::Before(answer));
        }
        let started = start(&of_app, &sent, key.as_deref(), hash).await;
        if let Err(problem) = &started {
            idempotency::settle(&of_app, &of_asker, key.as_deref(), &Err(problem.clone())).await;
        }
        started.map(|started| Start::Now(Box::new(started)))
    });
    match started.await? {
        Start::Before(answer) => again(&app, &asker, answer).await,
        Start::Now(started) => match started.place {
            Some(place) => stream(&app, &started.row, Door::Extract, From::After(0), place).await,
            None => json(StatusCode::OK, &JobCreated::now(&started.row)),
        },
    }
}

/// What became of a start.
enum Start {
    Now(Box<Started>),
    /// It was answered before.
    Before(Answer),
}

/// A job that is there.
struct Started {
    row: JobRow,
    /// Of the stream that was asked for.
    place: Option<StreamPlace>,
}

async fn start(app: &App, sent: &Sent, key: Option<&str>, hash: ContentHash) -> Result<Started, Problem> {
    let models = &app.parts.models;
    let asked = StartJob::parse(&sent.body, &models.default, |name| (models.knows)(name)).map_err(refused)?;
    let document = document(app, &sent.asker, asked.document_id).await?;
    let stored = schema_row(app, &sent.asker, asked.schema_id).await?;
    let schema = accepted(&stored).await?;
    let place = if asked.stream { Some(app.streams.open(sent.asker.key)?) } else { None };
    let text = serde_json::to_vec(&stored.schema.definition).map_err(Problem::internal)?;
    let schema_hash = app.parts.blobs.put(Bytes::from(text)).await?;
    let job = NewJob {
        id: app.new_job_id()?,
        tenant: sent.asker.tenant.clone(),
        kind: KIND.to_owned(),
        parent: None,
        document: document.document.id,
        document_hash: document.document.hash.clone(),
        schema: stored.schema.id,
        schema_hash,
        request: asked.request(&estimated(app, &asked, &document, &schema), &trace::place()),
        label: document.document.file_name.clone(),
        key: Some(sent.asker.key),
        request_hash: Some(hash),
    };
    let media_type = if asked.stream { sse::MEDIA_TYPE } else { "application/json" };
    let repeat_ms = u64::try_from(app.settings.repeat_window.as_millis()).unwrap_or(u64::MAX);
    let is_repeat = key.is_none() && idempotency::is_repeat(&sent.headers);
    let admission = Admission {
        active_max: Some(app.settings.active_jobs_max),
        repeated_since_ms: is_repeat.then(|| app.now_ms().saturating_sub(repeat_ms)),
        idempotency: key.map(|key| (key.to_owned(), idempotency::remembered_job(job.id, media_type))),
    };
    match app.parts.store.job_insert(job, admission).await? {
        JobInsert::Inserted(row) => {
            metrics::counter!("sluice_jobs_started_total").increment(1);
            tracing::info!(job_id = %row.id, "started");
            Ok(Started { row, place })
        }
        JobInsert::Repeated(row) => Ok(Started { row, place }),
        JobInsert::TooManyActive { active } => Err(too_many_active(active, app.settings.active_jobs_max)),
    }
}

fn refused(refused: StartRefused) -> Problem {
    match refused {
        StartRefused::Fields(fields) => Problem::fields(fields),
        StartRefused::MalformedId(field) => Problem::bad_request(format!("{field} is no id")),
    }
}

async fn document(app: &App, asker: &Asker, id: DocumentId) -> Result<DocumentRow, Problem> {
    let row = app.parts.store.document_get(&asker.tenant, id).await?;
    row.ok_or_else(|| Problem::not_found("document"))
}

async fn schema_row(app: &App, asker: &Asker, id: SchemaId) -> Result<SchemaRow, Problem> {
    let row = app.parts.store.schema_get(&asker.tenant, id).await?;
    row.ok_or_else(|| Problem::not_found("schema"))
}

/// A stored schema was accepted once; a release that takes less must not start what it cannot finish.
async fn accepted(stored: &SchemaRow) -> Result<Arc<Schema>, Problem> {
    let definition = &stored.schema.definition;
    let parsed = readings::parse(definition.clone()).await?;
    parsed.map_err(|problems| Problem::fields(field_problems(definition, &problems)))
}

/// A guess: reading, then the questions in rounds of as many as are asked at once. What they cost is guessed from the
/// number of pages, for the document was not read yet.
fn estimated(app: &App, asked: &StartJob, document: &DocumentRow, schema: &Schema) -> Estimated {
    const START_MS: u64 = 500;
    const PAGE_MS: u64 = 20;
    const PAGE_WORDS: u64 = 400;
    let subtrees = split(schema, &asked.config.split_options());
    let questions = subtrees.len() as u64;
    let mut usage = Usage::default();
    let words = PAGE_WORDS * u64::from(document.document.page_count);
    subtrees.iter().for_each(|subtree| usage += estimate::of_words(words, subtree, 1));
    let rounds = questions.div_ceil(u64::from(asked.config.max_num_concurrent_requests.max(1)));
    let answer_ms = app.parts.models.answer_ms_typical(&asked.config.model);
    Estimated {
        ms: START_MS + PAGE_MS * u64::from(document.document.page_count) + rounds * answer_ms,
        cost_usd: app.parts.models.price(&asked.config.model).and_then(|price| price.of(&usage)),
    }
}

/// The answer to who has too many jobs that have not ended. The official client must not wait for them by itself.
pub(crate) fn too_many_active(active: u32, max: u32) -> Problem {
    const RETRY_AFTER_SECONDS: u64 = 10;
    let detail = format!("{active} jobs have not ended, and {max} may be active: wait for one to end, or cancel one");
    Problem::new(ProblemCode::TooManyActiveJobs, detail).retry_after(RETRY_AFTER_SECONDS).not_to_be_repeated()
}

/// The first answer again: the job, or its stream from the beginning.
async fn again(app: &Arc<App>, asker: &Asker, answer: Answer) -> Result<Response, Problem> {
    if Problem::from_answer(&answer).is_some() {
        return Ok(idempotency::replay(answer));
    }
    let id = answer.body.parse().map_err(Problem::internal)?;
    let row = app.parts.store.job_get(&asker.tenant, id).await?;
    let row = row.ok_or_else(|| Problem::new(ProblemCode::NotFound, "the job that this key started was removed"))?;
    let response = if answer.media_type == sse::MEDIA_TYPE {
        let place = app.streams.open(asker.key)?;
        stream(app, &row, Door::Extract, From::After(0), place).await?
    } else {
        json(StatusCode::OK, &JobCreated::at_start(&row))?
    };
    Ok(idempotency::again(response))
}
