//! What is too old goes, a little at a time, while the server runs.
//!
//! Never removes what a job or a document needs. Started by `serve`.

use std::time::Duration;

use sluice_extract::limits::DAY_MS;
use sluice_store::{Retention, StoreError};

use crate::kept::Kept;

/// Before the first round: who starts has other things to do. Not an hour, for some are restarted each hour.
const FIRST: Duration = Duration::from_secs(5);
/// Between two rounds.
const ROUND: Duration = Duration::from_secs(60 * 60);
/// Between two bites of one round, so that writers are not kept waiting.
const BREATH: Duration = Duration::from_millis(50);
/// Bytes that nothing refers to are kept for so long.
const UNUSED_KEPT_MS: u64 = DAY_MS;

/// Never ends by itself.
pub(super) async fn run(kept: Kept, keep_days: Option<u32>) {
    let retention = Retention::all(keep_days.map(|days| u64::from(days) * DAY_MS));
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = round(&kept, &retention).await {
            tracing::warn!(%error, "what is too old could not be removed; the next round is in an hour");
        }
        tokio::time::sleep(ROUND).await;
    }
}

async fn round(kept: &Kept, retention: &Retention) -> Result<(), StoreError> {
    kept.retire(retention, BREATH).await?;
    kept.sweep(UNUSED_KEPT_MS).await?;
    Ok(())
}
