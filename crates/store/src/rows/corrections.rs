//! What people said of a job's values: another value, another place, that it is right.
//!
//! Data only; what stands in the content is its owner's. It hangs on its job and goes with it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::id::JobId;

use crate::Tenant;

/// What was said of one job.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectionsRow {
    /// Counts the changes; 0 where nothing was ever said.
    pub revision: u64,
    /// All that was said, an object.
    pub content: Value,
    /// When it was last changed, if ever.
    pub changed_at_ms: Option<u64>,
}

impl CorrectionsRow {
    /// Nothing was said.
    #[must_use]
    pub fn none() -> Self {
        Self { revision: 0, content: Value::Object(serde_json::Map::new()), changed_at_ms: None }
    }
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrectionsPut {
    /// It is kept.
    Kept(CorrectionsRow),
    /// It was for another revision than the one that is there; nothing was changed.
    Outdated {
        /// The one that is there.
        revision: u64,
    },
    /// There is no such job.
    NoJob,
}

/// What was said of one job, on its way to another store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedCorrections {
    /// Whose job it is.
    pub tenant: Tenant,
    /// The job.
    pub job: JobId,
    /// Counts the changes.
    pub revision: u64,
    /// All that was said.
    pub content: Value,
    /// When it was last changed.
    pub changed_at_ms: u64,
}
