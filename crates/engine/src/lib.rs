//! The steps of a job, and who runs them when.
//!
//! A step turns what is known into what is known next: `ReadDocument`, `Plan`, `ExtractSubtree`, `Assemble`. The steps
//! know nothing of durability. `embedded` runs them for the jobs of a store, so that nothing is lost when the process is;
//! `stepwise` does one at a time, for an engine that orders them from elsewhere; `local` puts one document through it and gives all that came of it. Never here: HTTP, SQL, a vendor's name, printing.
//! Called by the binary.

mod embedded;
pub mod local;
pub mod steps;
pub mod stepwise;

pub use embedded::worker;

use sluice_extract::code::Code;

/// Why a step gave no result. One stable code, one sentence for a person.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// What kind of failure.
    pub code: Code,
    /// What happened, where, and what to do about it.
    pub message: String,
}

impl StepError {
    /// A failure with its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<sluice_document::ReadError> for StepError {
    fn from(error: sluice_document::ReadError) -> Self {
        Self { code: error.code, message: error.message }
    }
}

impl From<sluice_model::ModelError> for StepError {
    fn from(error: sluice_model::ModelError) -> Self {
        Self { code: error.code, message: error.message }
    }
}

impl From<sluice_store::StoreError> for StepError {
    /// What the store says is for those who run it; a job's owner is told whose fault it was.
    fn from(_: sluice_store::StoreError) -> Self {
        Self::new(Code::Internal, "the store could not do its part; please tell whoever runs this service")
    }
}
