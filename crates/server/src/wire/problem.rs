//! Problem documents (RFC 9457), in the dialects of the two doors.
//!
//! Where something was wrong in what was sent, the Extract API lists it under `detail` (the published
//! `HTTPValidationError`, status 422) and the Jobs API under `errors` (status 400). Everywhere else `detail` is a sentence.
//! Never what failed inside: that is in the log line with the same `request_id`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Media type of problem documents.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Where the codes are explained.
const PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/http-problems.md");

/// Which of the two APIs is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Door {
    /// `/v1/extract` and all that is ours.
    Extract,
    /// `/jobs` and `/v1/jobs`.
    Jobs,
}

impl Door {
    /// The door that a path leads to.
    pub(crate) fn of(path: &str) -> Self {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let is_jobs = path.strip_prefix("/jobs").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is_jobs { Self::Jobs } else { Self::Extract }
    }

    /// As it is counted.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Jobs => "jobs",
        }
    }
}

/// What kind of problem. The text is a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ProblemCode {
    /// The request cannot be understood.
    BadRequest,
    /// Something in it is not what it must be.
    ValidationError,
    /// No key, or one that is worth nothing.
    Unauthorized,
    /// No such thing, or another tenant's.
    NotFound,
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The body did not come in time.
    RequestTimeout,
    /// It does not go with what is there already.
    Conflict,
    /// It is about what has changed since.
    PreconditionFailed,
    /// More bytes than may be.
    PayloadTooLarge,
    /// Bytes of a kind that is not taken.
    UnsupportedMediaType,
    /// A part of a file that it does not have.
    RangeNotSatisfiable,
    /// Too many requests, or too many open streams.
    RateLimited,
    /// Too many jobs that have not ended.
    TooManyActiveJobs,
    /// A fault of our own.
    Internal,
    /// It does not work now, and may later.
    Unavailable,
    /// There is no room on the disk.
    StorageFull,
}

impl ProblemCode {
    /// Every code, for the page that explains them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 16] = [
        Self::BadRequest,
        Self::ValidationError,
        Self::Unauthorized,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::RangeNotSatisfiable,
        Self::RateLimited,
        Self::TooManyActiveJobs,
        Self::Internal,
        Self::Unavailable,
        Self::StorageFull,
    ];

    /// The text that clients see.
    pub(crate) fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The title for people.
    pub(crate) fn title(self) -> &'static str {
        self.row().2
    }

    /// The status, which for one code depends on the door.
    pub(crate) fn status(self, door: Door) -> u16 {
        match (self, door) {
            (Self::ValidationError, Door::Jobs) => 400,
            _ => self.row().1,
        }
    }

    fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::BadRequest => ("BAD_REQUEST", 400, "The request cannot be understood"),
            Self::ValidationError => ("VALIDATION_ERROR", 422, "The request is not valid"),
            Self::Unauthorized => ("UNAUTHORIZED", 401, "A valid key is needed"),
            Self::NotFound => ("NOT_FOUND", 404, "Not found"),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405, "The path does not take this method"),
            Self::RequestTimeout => ("REQUEST_TIMEOUT", 408, "The body did not come in time"),
            Self::Conflict => ("CONFLICT", 409, "Not possible in the present state"),
            Self::PreconditionFailed => ("PRECONDITION_FAILED", 412, "It has changed meanwhile"),
            Self::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413, "More bytes than are taken"),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415, "This kind of content is not taken"),
            Self::RangeNotSatisfiable => ("RANGE_NOT_SATISFIABLE", 416, "The file has no such part"),
            Self::RateLimited => ("RATE_LIMITED", 429, "Too many requests"),
            Self::TooManyActiveJobs => ("TOO_MANY_ACTIVE_JOBS", 429, "Too many active jobs"),
            Self::Internal => ("INTERNAL", 500, "Something went wrong on our side"),
            Self::Unavailable => ("UNAVAILABLE", 503, "Not available now"),
            Self::StorageFull => ("STORAGE_FULL", 507, "No room on the disk"),
        }
    }
}

/// A step on the way to what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Loc {
    /// A key, or where it was sent: `body`, `query`, `header`.
    Key(String),
    /// A place in a list.
    Index(usize),
}

impl From<&str> for Loc {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

/// One thing that is wrong in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FieldProblem {
    /// The way to it.
    pub(crate) loc: Vec<Loc>,
    /// One sentence for a person.
    #[serde(rename = "msg")]
    pub(crate) message: String,
    /// What kind.
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl FieldProblem {
    pub(crate) fn new(loc: &[&str], kind: &str, message: impl Into<String>) -> Self {
        let loc = loc.iter().copied().map(Loc::from).collect();
        Self { loc, message: message.into(), kind: kind.to_owned() }
    }
}

/// All that a problem document says.
pub(crate) struct ProblemText<'a> {
    pub(crate) code: ProblemCode,
    pub(crate) detail: &'a str,
    pub(crate) fields: &'a [FieldProblem],
    pub(crate) door: Door,
    pub(crate) request_id: &'a str,
    pub(crate) instance: &'a str,
}

impl ProblemText<'_> {
    /// The document.
    pub(crate) fn to_json(&self) -> Value {
        let status = self.code.status(self.door);
        let lists_fields = self.door == Door::Extract && status == 422;
        let detail = if lists_fields { json!(self.fields) } else { json!(self.detail) };
        let mut document = json!({
            "type": format!("{PAGE}#{}", self.code.as_str().to_lowercase()),
            "title": self.code.title(),
            "status": status,
            "detail": detail,
            "code": self.code.as_str(),
            "request_id": self.request_id,
            "instance": self.instance,
        });
        if self.door == Door::Jobs && self.code == ProblemCode::ValidationError {
            document["errors"] = Value::Object(self.errors());
        }
        document
    }

    /// Field to texts, as the Jobs API lists them.
    fn errors(&self) -> Map<String, Value> {
        let mut errors = Map::new();
        for field in self.fields {
            let name = field.loc.iter().skip(1).map(|step| match step {
                Loc::Key(key) => key.clone(),
                Loc::Index(at) => at.to_string(),
            });
            let texts = errors.entry(name.collect::<Vec<_>>().join(".")).or_insert_with(|| json!([]));
            if let Value::Array(texts) = texts {
                texts.push(json!(field.message));
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_is_known_by_the_path() {
        for (path, door) in [
            ("/jobs", Door::Jobs),
            ("/v1/jobs", Door::Jobs),
            ("/jobs/job_1/stream", Door::Jobs),
            ("/v1/extract/jobs", Door::Extract),
            ("/jobsandmore", Door::Extract),
            ("/", Door::Extract),
        ] {
            assert_eq!(Door::of(path), door, "{path}");
        }
    }

    #[test]
    fn every_code_is_explained_on_its_page() {
        let page = include_str!("../../../../docs/http-problems.md");
        for code in ProblemCode::ALL {
            assert!(page.contains(&format!("\n## {}\n", code.as_str())), "{}", code.as_str());
        }
    }
}
