//! What stands in a cell of a row, as ours: the same for every database.
//!
//! Text that is not what was written is damage and told so. Called by `sqlite` and `postgres`.

use sluice_extract::id::JobId;
use sluice_extract::job::Status;
use sluice_extract::page::ContentHash;

use crate::{StoreError, Tenant};

pub(crate) fn tenant(text: String) -> Result<Tenant, StoreError> {
    Tenant::try_from(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(crate) fn hash(text: String) -> Result<ContentHash, StoreError> {
    ContentHash::try_from(text).map_err(|error| StoreError::Damaged(error.to_string()))
}

pub(crate) fn status(text: &str) -> Result<Status, StoreError> {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    found.ok_or_else(|| StoreError::Damaged(format!("{text} is no status")))
}

/// The integers of databases have a sign; our times and counts do not.
pub(crate) fn time(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// What a search finds a job by.
pub(crate) fn job_search(label: &str, id: JobId) -> String {
    folded(&format!("{label} {id} {}", id.to_base32()))
}

/// What is made here gets a name that nothing has; that something has it is a fault.
pub(crate) fn given_once(is_new: bool) -> Result<(), StoreError> {
    if is_new { Ok(()) } else { Err(StoreError::Internal("something of this name is there already".into())) }
}

/// Text as a search compares it.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase()
}
