//! Why a request is not answered as it wished, as an answer.
//!
//! A handler returns it with `?`; `edge` writes the document, because only there the request's id, path and door are known.
//! What failed inside is logged here, once, and never told.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use sluice_store::{Answer, StoreError};

use crate::wire::problem::{Door, FieldProblem, MEDIA_TYPE, ProblemCode};

/// Why a request is not answered as it wished.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) code: ProblemCode,
    pub(crate) detail: String,
    pub(crate) fields: Vec<FieldProblem>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Tells the official client whether to repeat.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Somebody has to make room first.
const FULL_SECONDS: u64 = 30;

impl Problem {
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::BadRequest, detail)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::Conflict, detail)
    }

    /// Fields that are not what they must be.
    pub(crate) fn fields(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} things are not valid", many.len()),
        };
        Self { fields, ..Self::new(ProblemCode::ValidationError, detail) }
    }

    pub(crate) fn field(loc: &[&str], kind: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldProblem::new(loc, kind, message)])
    }

    pub(crate) fn unauthorized(detail: &str, challenge: &'static str) -> Self {
        let mut problem = Self::new(ProblemCode::Unauthorized, detail);
        problem.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        problem
    }

    /// A fault of our own. What it was is logged, not told.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a fault of our own");
        Self::new(ProblemCode::Internal, "it is logged under the request's id; please report it")
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }

    /// The official client is told not to repeat by itself.
    pub(crate) fn not_to_be_repeated(mut self) -> Self {
        self.headers.push((SHOULD_RETRY, HeaderValue::from_static("false")));
        self
    }

    /// As it is kept under an idempotency key: all but what belongs to one request.
    pub(crate) fn to_answer(&self) -> Option<Answer> {
        let body = json!({"code": self.code, "detail": self.detail, "fields": self.fields});
        let status = self.code.status(Door::Extract);
        Some(Answer { status, media_type: MEDIA_TYPE.to_owned(), body: serde_json::to_string(&body).ok()? })
    }

    /// What was kept, if it was a problem.
    pub(crate) fn from_answer(answer: &Answer) -> Option<Self> {
        if answer.media_type != MEDIA_TYPE {
            return None;
        }
        let mut kept: Value = serde_json::from_str(&answer.body).ok()?;
        let code = serde_json::from_value(kept["code"].take()).ok()?;
        let fields = serde_json::from_value(kept["fields"].take()).ok()?;
        Some(Self { fields, ..Self::new(code, kept["detail"].as_str().unwrap_or_default()) })
    }

    /// May the same request be tried again as if it were new?
    pub(crate) fn frees_its_key(&self) -> bool {
        match self.code {
            ProblemCode::Internal
            | ProblemCode::Unavailable
            | ProblemCode::RequestTimeout
            | ProblemCode::StorageFull
            | ProblemCode::RateLimited
            | ProblemCode::TooManyActiveJobs => true,
            ProblemCode::BadRequest
            | ProblemCode::ValidationError
            | ProblemCode::Unauthorized
            | ProblemCode::NotFound
            | ProblemCode::MethodNotAllowed
            | ProblemCode::Conflict
            | ProblemCode::PreconditionFailed
            | ProblemCode::RangeNotSatisfiable
            | ProblemCode::PayloadTooLarge
            | ProblemCode::UnsupportedMediaType => false,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::CursorInvalid => Self::bad_request("the cursor is none that this list gave out"),
            StoreError::TooLarge { bytes_max } => too_large(bytes_max),
            StoreError::Full => {
                tracing::error!(%error, "the store does not work now");
                Self::new(ProblemCode::StorageFull, "the disk is full; nothing was kept").retry_after(FULL_SECONDS)
            }
            StoreError::Busy => {
                tracing::error!(%error, "the store does not work now");
                let detail = "another program holds the database; nothing was kept";
                Self::new(ProblemCode::Unavailable, detail).retry_after(1)
            }
            StoreError::Away(_) | StoreError::Io(_) | StoreError::Closed => {
                tracing::error!(%error, "the store does not work now");
                Self::new(ProblemCode::Unavailable, "it does not work now; try again").retry_after(1)
            }
            StoreError::NewerData { .. }
            | StoreError::InUse { .. }
            | StoreError::Damaged(_)
            | StoreError::LeaseLost
            | StoreError::Internal(_) => Self::internal(error),
        }
    }
}

/// More bytes than are taken.
pub(crate) fn too_large(bytes_max: u64) -> Problem {
    Problem::new(ProblemCode::PayloadTooLarge, format!("more than {bytes_max} bytes"))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // `edge` sets the status anew, since it may depend on the door.
        let status = StatusCode::from_u16(self.code.status(Door::Extract)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
