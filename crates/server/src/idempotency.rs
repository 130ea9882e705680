//! Requests that may be sent twice and count once: `Idempotency-Key`, and the repeats of the official client.
//!
//! The work of a request under a key goes on when its client goes away, so that the key is always answered. Answers that
//! say "not now" (429, 5xx) free the key. A started job is remembered by its name, not by its text: a repeated streamed
//! start gets the stream of that job, from its beginning. Called by every handler of a POST.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use sluice_extract::id::JobId;
use sluice_extract::page::ContentHash;
use sluice_store::{Answer, IdempotencyBegin, IdempotencyRequest, Store, StoreError, Tenant};
use tracing::Instrument as _;

use crate::app::App;
use crate::auth::Asker;
use crate::problem::Problem;
use crate::routes::request::Sent;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const IDEMPOTENCY_STATUS: HeaderName = HeaderName::from_static("idempotency-status");
const RETRY_COUNT: &str = "x-stainless-retry-count";

/// Longest key.
const KEY_MAX: usize = 256;

/// Between two tries to settle a key that the store did not take.
const SETTLE_AGAIN: Duration = Duration::from_secs(1);

/// A handler's answer, so that it can be kept.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

impl Reply {
    /// A body of JSON.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn json(status: StatusCode, body: &impl serde::Serialize) -> Result<Self, Problem> {
        Ok(Self { status, body: serde_json::to_string(body).map_err(Problem::internal)? })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.body).into_response()
    }
}

/// The key that a request was sent with.
///
/// # Errors
/// It is none.
pub(crate) fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(sent) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let bytes = sent.as_bytes();
    if bytes.is_empty() || bytes.len() > KEY_MAX || !bytes.iter().copied().all(is_allowed) {
        return Err(Problem::bad_request("Idempotency-Key must be 1 to 256 letters, digits, '-' or '_'"));
    }
    Ok(sent.to_str().ok().map(str::to_owned))
}

/// Is this a repeat by the official client, which sends no key?
pub(crate) fn is_repeat(headers: &HeaderMap) -> bool {
    let count = headers.get(RETRY_COUNT).and_then(|count| count.to_str().ok());
    count.and_then(|count| count.trim().parse::<u32>().ok()).is_some_and(|count| count > 0)
}

/// The name of a request: what it asks, whoever asks and whenever.
pub(crate) fn request_hash(method_and_path: &str, body: &[u8]) -> ContentHash {
    let mut whole = method_and_path.as_bytes().to_vec();
    whole.push(b'\n');
    whole.extend_from_slice(body);
    ContentHash::of(&whole)
}

/// A request that was begun under a key, or under none.
pub(crate) enum Begun {
    /// Do it.
    Go,
    /// It was answered before.
    Known(Answer),
}

/// Begins a request under its key, if it has one.
///
/// # Errors
/// The key belongs to another request, or to this one, which is being answered now.
pub(crate) async fn begin(
    app: &App,
    asker: &Asker,
    key: Option<&str>,
    request_hash: &ContentHash,
) -> Result<Begun, Problem> {
    let Some(key) = key else { return Ok(Begun::Go) };
    let keep_ms = u64::try_from(app.settings.idempotency_keep.as_millis()).unwrap_or(u64::MAX);
    let (tenant, request_hash) = (asker.tenant.clone(), request_hash.clone());
    let request = IdempotencyRequest { tenant, key: key.to_owned(), request_hash, keep_ms };
    match app.parts.store.idempotency_begin(request).await? {
        IdempotencyBegin::New => Ok(Begun::Go),
        IdempotencyBegin::Answered(answer) => Ok(Begun::Known(answer)),
        IdempotencyBegin::Running => {
            Err(Problem::conflict("a request with this Idempotency-Key is being answered now").retry_after(1))
        }
        IdempotencyBegin::Conflict => Err(Problem::conflict("another request was sent with this Idempotency-Key")),
    }
}

/// Answers a POST, once for each key.
///
/// # Errors
/// Those of the work, and of the key.
pub(crate) async fn once<F>(
    app: &Arc<App>,
    asker: &Asker,
    headers: &HeaderMap,
    request_hash: ContentHash,
    work: F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    let key = key_of(headers)?;
    let (app, asker) = (Arc::clone(app), asker.clone());
    undisturbed(async move {
        if let Begun::Known(answer) = begin(&app, &asker, key.as_deref(), &request_hash).await? {
            return Ok(replay(answer));
        }
        let result = work.await;
        settle(&app, &asker, key.as_deref(), &result).await;
        result.map(Reply::into_response)
    })
    .await
}

/// Answers a POST whose body is read, once for each key.
///
/// # Errors
/// Those of the work, and of the key.
pub(crate) async fn once_sent<W, F>(app: &Arc<App>, sent: Sent, work: W) -> Result<Response, Problem>
where
    W: FnOnce(Arc<App>, Sent) -> F,
    F: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    let hash = request_hash(&sent.place, &sent.body);
    let (asker, headers) = (sent.asker.clone(), sent.headers.clone());
    once(app, &asker, &headers, hash, work(Arc::clone(app), sent)).await
}

/// Does the work in a task of its own: it is done also when the client goes away, from the first row that it writes to
/// the answer under its key.
///
/// # Errors
/// Those of the work.
pub(crate) async fn undisturbed<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    tokio::spawn(work.in_current_span()).await.map_err(Problem::internal)?
}

/// Keeps an answer under its key, or frees the key.
pub(crate) async fn settle(app: &App, asker: &Asker, key: Option<&str>, result: &Result<Reply, Problem>) {
    let Some(key) = key else { return };
    let store = &app.parts.store;
    let answer = match result {
        Ok(reply) => Some(Answer {
            status: reply.status.as_u16(),
            media_type: "application/json".to_owned(),
            body: reply.body.clone(),
        }),
        Err(problem) if problem.frees_its_key() => None,
        Err(problem) => problem.to_answer(),
    };
    let settling = Settling { store: Arc::clone(store), tenant: asker.tenant.clone(), key: key.to_owned(), answer };
    match settling.once().await {
        // Nobody who repeats it may wait for an answer that is not being made.
        Err(error) if error.is_retryable() => drop(tokio::spawn(settling.patiently().in_current_span())),
        Err(error) => tracing::error!(%error, "an idempotency key was not settled"),
        Ok(()) => {}
    }
}

/// A key that is to be settled.
struct Settling {
    store: Arc<dyn Store>,
    tenant: Tenant,
    key: String,
    /// None: the key is free again.
    answer: Option<Answer>,
}

impl Settling {
    async fn once(&self) -> Result<(), StoreError> {
        match &self.answer {
            Some(answer) => self.store.idempotency_finish(&self.tenant, &self.key, answer.clone()).await,
            None => self.store.idempotency_free(&self.tenant, &self.key).await,
        }
    }

    /// Until the store takes it: busy, full, failing. A start of the process settles what is left.
    async fn patiently(self) {
        loop {
            tokio::time::sleep(SETTLE_AGAIN).await;
            match self.once().await {
                Err(error) if error.is_retryable() => {}
                Err(error) => return tracing::error!(%error, "an idempotency key was not settled"),
                Ok(()) => return,
            }
        }
    }
}

/// Marks an answer as one that was given before.
pub(crate) fn again(mut response: Response) -> Response {
    response.headers_mut().insert(IDEMPOTENCY_STATUS, HeaderValue::from_static("hit"));
    response
}

/// How a started job is remembered: its name.
pub(crate) fn remembered_job(job: JobId, media_type: &'static str) -> Answer {
    Answer { status: StatusCode::OK.as_u16(), media_type: media_type.to_owned(), body: job.to_string() }
}

/// An answer that was given before, as it is given again.
pub(crate) fn replay(answer: Answer) -> Response {
    let response = match Problem::from_answer(&answer) {
        Some(problem) => problem.into_response(),
        None => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            Reply { status, body: answer.body }.into_response()
        }
    };
    again(response)
}
