//! A job's row, its log, and the wish that somebody works on it.
//!
//! Data only.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::job::Status;
use sluice_extract::page::ContentHash;

use super::{Answer, Ending};
use crate::{PageQuery, Tenant};

/// A job to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Its name.
    pub id: JobId,
    /// Whose it is.
    pub tenant: Tenant,
    /// What kind of work: `document.extract`.
    pub kind: String,
    /// The job it belongs to.
    pub parent: Option<JobId>,
    /// The uploaded document.
    pub document: DocumentId,
    /// The document's bytes: the job outlives the upload's row.
    pub document_hash: ContentHash,
    /// The stored schema.
    pub schema: SchemaId,
    /// The schema's text among the blobs: the job outlives the schema's row.
    pub schema_hash: ContentHash,
    /// What was asked: the config, with every default filled in.
    pub request: Value,
    /// What a search finds it by, beside its id.
    pub label: String,
    /// Who asked.
    pub key: Option<KeyId>,
    /// A hash over the request's body, to know a repeated one.
    pub request_hash: Option<ContentHash>,
}

impl NewJob {
    /// The job as it is before anything happened to it.
    pub(crate) fn begun(&self, now_ms: u64) -> JobRow {
        JobRow {
            id: self.id,
            tenant: self.tenant.clone(),
            kind: self.kind.clone(),
            parent: self.parent,
            document: self.document,
            document_hash: self.document_hash.clone(),
            schema: self.schema,
            schema_hash: self.schema_hash.clone(),
            request: self.request.clone(),
            label: self.label.clone(),
            status: Status::Pending,
            round: 0,
            log_end: 0,
            created_at_ms: now_ms,
            changed_at_ms: now_ms,
            ended_at_ms: None,
        }
    }
}

/// What must hold for a job to be kept, decided in the same transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Admission {
    /// Most jobs of this tenant that have not ended.
    pub active_max: Option<u32>,
    /// A job from the same key with the same `request_hash` that was made since this time is given instead.
    pub repeated_since_ms: Option<u64>,
    /// The idempotency key under which this answer is remembered.
    pub idempotency: Option<(String, Answer)>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum JobInsert {
    /// It is kept, and so is the wish to work on it.
    Inserted(JobRow),
    /// The same was asked a moment ago: that job.
    Repeated(JobRow),
    /// The tenant has too many that have not ended.
    TooManyActive {
        /// How many.
        active: u32,
    },
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// Its name.
    pub id: JobId,
    /// Whose it is.
    pub tenant: Tenant,
    /// What kind of work.
    pub kind: String,
    /// The job it belongs to.
    pub parent: Option<JobId>,
    /// The uploaded document.
    pub document: DocumentId,
    /// The document's bytes among the blobs.
    pub document_hash: ContentHash,
    /// The stored schema.
    pub schema: SchemaId,
    /// The schema's text among the blobs.
    pub schema_hash: ContentHash,
    /// What was asked.
    pub request: Value,
    /// What a search finds it by.
    pub label: String,
    /// What it is now, as the last event left it.
    pub status: Status,
    /// How often it was reopened.
    pub round: u32,
    /// The last event of its log; 0 for none.
    pub log_end: u64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When its log last grew.
    pub changed_at_ms: u64,
    /// When it ended.
    pub ended_at_ms: Option<u64>,
}

/// Which jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct JobQuery {
    /// Which page of them.
    pub page: PageQuery,
    /// One of these; empty for any.
    pub status: Vec<Status>,
    /// In the label or the id, whatever its case.
    pub search: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// That belong to this job.
    pub parent: Option<JobId>,
    /// About this document.
    pub document: Option<DocumentId>,
    /// Made at this time or later.
    pub created_from_ms: Option<u64>,
    /// Made before this time.
    pub created_before_ms: Option<u64>,
}

impl JobQuery {
    /// All of them.
    #[must_use]
    pub fn all(page: PageQuery) -> Self {
        Self {
            page,
            status: Vec::new(),
            search: None,
            kind: None,
            parent: None,
            document: None,
            created_from_ms: None,
            created_before_ms: None,
        }
    }
}

/// An event to be appended, with what belongs to it: all of it is kept, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// What happened.
    pub event: Event,
    /// What the job is after it; `None` for as it was.
    pub status: Option<Status>,
    /// The answer to remember with it.
    pub remember: Option<Remember>,
    /// Only while this lease holds.
    pub lease: Option<Lease>,
    /// With a terminal event: what is counted as usage; `None` for nothing.
    pub ending: Option<Ending>,
}

impl Append {
    /// Only the event.
    #[must_use]
    pub fn new(event: Event, status: Option<Status>) -> Self {
        Self { event, status, remember: None, lease: None, ending: None }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    /// It is in the log.
    Recorded(Recorded),
    /// The log holds this outcome already: the one that is there.
    Known(Recorded),
    /// The job has ended, or (for `JobReopened`) has not.
    Refused,
    /// There is no such job.
    NoJob,
}

/// A part of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogSlice {
    /// In order, without gaps.
    pub events: Vec<Recorded>,
    /// The last event of the whole log; 0 for none.
    pub log_end: u64,
    /// The job has ended: nothing follows `log_end` unless it is reopened.
    pub ended: bool,
}

/// A wish to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishRequest {
    /// Who wants to work.
    pub worker: String,
    /// Most jobs.
    pub limit: u32,
    /// How long nobody else gets them, in milliseconds.
    pub lease_ms: u64,
    /// None but these; `None` for any.
    pub only: Option<Vec<JobId>>,
    /// Only of tenants that have none handed out, and of each only one.
    pub newcomers: bool,
}

/// The right to work on a job, until it runs out or somebody else got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which job.
    pub job: JobId,
    /// Rises each time the job is handed out: an older lease is void.
    pub fence: u64,
}

/// A job that was handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The right to work on it.
    pub lease: Lease,
    /// The job.
    pub job: JobRow,
}

/// An answer to remember.
#[derive(Clone, Debug, PartialEq)]
pub struct Remember {
    /// The question's name: `SubtreeQuestion::name`.
    pub question: ContentHash,
    /// The answer, as whoever asks again wants it.
    pub answer: Value,
}
