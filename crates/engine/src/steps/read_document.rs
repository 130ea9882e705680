//! Step `ReadDocument`: bytes become pages, in a child process that may die without taking anything along.
//!
//! Never parses a byte itself. Whoever drops the step kills the child. Called by `embedded`.

use std::sync::Arc;

use sluice_document::{PageSelection, Reader, Reading, Stop};
use sluice_extract::code::Code;

use crate::StepError;

/// Reads a document on a thread that may block.
///
/// # Errors
/// The reader's own reasons: encrypted, not a document, too large, too slow, damaged beyond use.
pub async fn read_document(
    reader: Arc<Reader>,
    bytes: Arc<[u8]>,
    selection: PageSelection,
) -> Result<Reading, StepError> {
    let stop = Stop::default();
    let _stopped_when_dropped = StopOnDrop(stop.clone());
    let reading = tokio::task::spawn_blocking(move || reader.read_until(&bytes, &selection, &stop)).await;
    match reading {
        Ok(outcome) => Ok(outcome?),
        Err(_) => {
            Err(StepError::new(Code::Internal, "the thread that read the document ended early; please report it"))
        }
    }
}

/// Stops the reading when nobody waits for it any more.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}
