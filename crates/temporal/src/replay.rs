//! Running a workflow again from its history, to see that this release would have done the same.
//!
//! Called by tests, with histories of this release and of earlier ones.

use std::time::Duration;

use serde_json::Value;
use temporalio_client::{Client, WorkflowFetchHistoryOptions, WorkflowHandle, WorkflowHistory};
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};

use crate::connection::Server;
use crate::workflow::{JobRun, JobWorkflow};

/// A history that takes longer is broken: nothing is waited for in one.
const REPLAY_MAX: Duration = Duration::from_secs(60);

/// Why a history is not what this release would have made.
#[derive(Debug, thiserror::Error)]
#[error("the history cannot be run again: {0}")]
pub struct ReplayError(String);

/// The history of a job's workflow, its newest run, as JSON of the SDK's own form.
///
/// # Errors
/// Temporal is away, or has no such workflow.
pub async fn history(server: &Server, job: &str) -> Result<Vec<u8>, ReplayError> {
    let client = server.connect().await.map_err(|error| ReplayError(error.to_string()))?;
    let handle: WorkflowHandle<Client, JobRun> = client.get_workflow_handle(job);
    let history = handle.fetch_history(WorkflowFetchHistoryOptions::builder().build());
    history.to_json().await.map_err(|error| ReplayError(error.to_string()))
}

/// Runs the workflow of a job again. `history` is what [`history`] gives.
///
/// # Errors
/// It is no history of such a workflow, or this release would have done something else.
pub async fn replay(history: &[u8]) -> Result<(), ReplayError> {
    let told = |error: String| ReplayError(error);
    // The SDK waits for the first event for ever.
    let parsed: Value = serde_json::from_slice(history).map_err(|error| told(error.to_string()))?;
    if parsed["events"].as_array().is_none_or(Vec::is_empty) {
        return Err(told("it has no events".to_owned()));
    }
    let history = WorkflowHistory::from_json(history).map_err(|error| told(error.to_string()))?;
    let options = WorkflowReplayerOptions::new().register_workflow::<JobWorkflow>();
    let options = options.map_err(|error| told(error.to_string()))?.build();
    let replayer = WorkflowReplayer::new(options).map_err(|error| told(error.to_string()))?;
    let replayed = tokio::time::timeout(REPLAY_MAX, replayer.replay_workflow(history)).await;
    replayed.map_err(|_| told("it does not come to an end".to_owned()))?.map_err(|error| told(error.to_string()))
}
