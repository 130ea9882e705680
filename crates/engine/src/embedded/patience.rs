//! A store that cannot now is asked again until it can: busy, full, failing.
//!
//! Waiting loses nothing, because what failed was not kept and what was kept is known when it is told again. Who must not
//! wait any longer drops the future. Called by whoever calls the store.

use std::time::Duration;

use sluice_store::StoreError;

/// Wait before the first repetition; it doubles with each one.
const WAIT_FIRST: Duration = Duration::from_millis(50);

/// Longest wait: a disk that has room again is noticed within it.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Calls until the outcome is one that waiting does not change.
pub(crate) async fn patiently<T, F>(mut call: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut wait = WAIT_FIRST;
    loop {
        match call().await {
            // Once for each call: a disk that is full for hours is one line, not thousands.
            Err(error) if error.is_retryable() && wait == WAIT_FIRST => {
                tracing::warn!(%error, "the store cannot now; it is asked again until it can");
            }
            Err(error) if error.is_retryable() => {}
            outcome => return outcome,
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
}
