//! Rows on their way from one store to another, whatever the two are.
//!
//! One JSON object each, so that they can be a line of a file. What is only true of one process (who works on what, which
//! requests are being answered) is left behind: a job that has not ended is due at once where it arrives. Given by
//! `Store::carry_out`, taken by `Store::carry_in`; called by the commands that move data.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::event::{Recorded, decode, encode};
use sluice_extract::id::KeyId;
use sluice_extract::page::ContentHash;

use super::{CarriedCorrections, DocumentRow, JobRow, KeyRow, SchemaRow, UsageRow};
use crate::{StoreError, Tenant};

/// A kind of row that has a place of its own; events go with their jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarriedKind {
    /// Keys, by their hash.
    Keys,
    /// Uploaded documents.
    Documents,
    /// Kept schemas.
    Schemas,
    /// Answers that were paid for.
    Remembered,
    /// What jobs took.
    Usage,
    /// Jobs, without their logs.
    Jobs,
    /// What people said of jobs.
    Corrections,
}

impl CarriedKind {
    /// All of them. What jobs are made from comes before them, and what hangs on them after.
    pub const ALL: [Self; 7] =
        [Self::Keys, Self::Documents, Self::Schemas, Self::Remembered, Self::Usage, Self::Jobs, Self::Corrections];
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Carried {
    /// A key.
    Key(KeyRow),
    /// An uploaded document.
    Document(DocumentRow),
    /// A kept schema.
    Schema(SchemaRow),
    /// An answer that was paid for.
    Remembered(CarriedAnswer),
    /// What a job took until it ended.
    Usage(UsageRow),
    /// A job; its log follows it.
    Job(Box<CarriedJob>),
    /// An event of the job before it.
    Event(CarriedEvent),
    /// What people said of a job.
    Corrections(CarriedCorrections),
}

/// An answer that was paid for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedAnswer {
    /// Whose it is.
    pub tenant: Tenant,
    /// The question's name.
    pub question: ContentHash,
    /// The answer.
    pub answer: Value,
    /// When it was last of use.
    pub used_at_ms: u64,
}

/// A job, and by what a repeated start of it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedJob {
    /// The job.
    #[serde(flatten)]
    pub row: JobRow,
    /// Who asked.
    pub key: Option<KeyId>,
    /// A hash over the request's body.
    pub request_hash: Option<ContentHash>,
}

/// An event as it stands in a log: with the version of who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedEvent {
    /// Its place in the log.
    pub sequence: u64,
    /// When it was recorded.
    pub at_ms: u64,
    /// What happened.
    pub event: Value,
}

impl CarriedEvent {
    /// An event of a log.
    ///
    /// # Errors
    /// It cannot be written, which is a fault of ours.
    pub fn of(recorded: &Recorded) -> Result<Self, StoreError> {
        let event = serde_json::from_str(&encode(&recorded.event)?)?;
        Ok(Self { sequence: recorded.sequence, at_ms: recorded.at_ms, event })
    }

    /// As an event of a log again.
    ///
    /// # Errors
    /// A newer release wrote it, or nobody did.
    pub fn recorded(&self) -> Result<Recorded, StoreError> {
        Ok(Recorded { sequence: self.sequence, at_ms: self.at_ms, event: decode(&self.event.to_string())? })
    }
}
