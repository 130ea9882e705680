//! Answers that are given again, how long things are kept, and how much there is.
//!
//! Data only.

use std::ops::AddAssign;

use sluice_extract::page::ContentHash;

use crate::Tenant;

/// An answer of the server, to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body's media type.
    pub media_type: String,
    /// The body.
    pub body: String,
}

/// A request under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRequest {
    /// Who asks.
    pub tenant: Tenant,
    /// The key that was sent.
    pub key: String,
    /// A hash over method, path and body.
    pub request_hash: ContentHash,
    /// How long it is remembered, in milliseconds.
    pub keep_ms: u64,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdempotencyBegin {
    /// Nothing: go on, then finish or free it.
    New,
    /// It was answered.
    Answered(Answer),
    /// It is being answered now.
    Running,
    /// Another request has this key.
    Conflict,
}

/// How long things are kept, in milliseconds; `None` for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Ended jobs with their logs, after their end.
    pub jobs_ms: Option<u64>,
    /// Uploaded documents that no job is about, after their upload.
    pub documents_ms: Option<u64>,
    /// Remembered answers, after they were last of use.
    pub remembered_ms: Option<u64>,
}

impl Retention {
    /// Everything equally long.
    #[must_use]
    pub fn all(age_ms: Option<u64>) -> Self {
        Self { jobs_ms: age_ms, documents_ms: age_ms, remembered_ms: age_ms }
    }
}

/// How many rows were too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Jobs.
    pub jobs: u64,
    /// Documents.
    pub documents: u64,
    /// Remembered answers.
    pub remembered: u64,
    /// Idempotency keys.
    pub idempotency: u64,
    /// Ends of jobs whose usage is told no more.
    pub usage: u64,
}

impl AddAssign for Retired {
    fn add_assign(&mut self, more: Self) {
        self.jobs += more.jobs;
        self.documents += more.documents;
        self.remembered += more.remembered;
        self.idempotency += more.idempotency;
        self.usage += more.usage;
    }
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Jobs that have not ended.
    pub jobs_active: u64,
    /// Jobs.
    pub jobs: u64,
    /// Events of all logs.
    pub events: u64,
    /// Documents.
    pub documents: u64,
    /// Schemas.
    pub schemas: u64,
    /// Keys that are worth something.
    pub keys: u64,
    /// Remembered answers.
    pub remembered: u64,
    /// Bytes of the rows.
    pub database_bytes: u64,
}
