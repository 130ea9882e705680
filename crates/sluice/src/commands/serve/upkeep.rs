//! What is too old goes, a little at a time, while the server runs.
//!
//! Never removes what a job or a document needs. Started by `serve`.

use std::sync::Arc;
use std::time::Duration;

use sluice_store::{Blobs, Retention, SqliteStore, Store as _, StoreError, system_clock};

/// Before the first round: who starts has other things to do. Not an hour, for some are restarted each hour.
const FIRST: Duration = Duration::from_secs(5);
/// Between two rounds.
const ROUND: Duration = Duration::from_secs(60 * 60);
/// Between two bites of one round, so that writers are not kept waiting.
const BREATH: Duration = Duration::from_millis(50);
/// Bytes that nothing refers to are kept for so long: an upload whose row is not there yet is younger.
const UNUSED_KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// Never ends by itself.
pub(super) async fn run(store: Arc<SqliteStore>, blobs: Blobs, keep_days: Option<u32>) {
    let age_ms = keep_days.map(|days| u64::from(days) * 24 * 60 * 60 * 1000);
    let retention = Retention { jobs_ms: age_ms, documents_ms: age_ms, remembered_ms: age_ms };
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = round(&store, &blobs, &retention).await {
            tracing::warn!(%error, "what is too old could not be removed; the next round is in an hour");
        }
        tokio::time::sleep(ROUND).await;
    }
}

async fn round(store: &SqliteStore, blobs: &Blobs, retention: &Retention) -> Result<(), StoreError> {
    loop {
        let gone = store.retire(retention).await?;
        if gone.jobs + gone.documents + gone.remembered + gone.idempotency == 0 {
            break;
        }
        tokio::time::sleep(BREATH).await;
    }
    let in_use = store.blobs_in_use().await?;
    blobs.sweep(&in_use, system_clock()().saturating_sub(UNUSED_KEPT_MS)).await?;
    Ok(())
}
