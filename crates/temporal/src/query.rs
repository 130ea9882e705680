//! What a job's workflow says of itself, asked with a bound: a query waits for a worker, and none may be alive.
//!
//! For operators who look at Temporal. The log is what counts, and every status is answered from it. Called by the binary.

use std::time::Duration;

use serde_json::Value;
use temporalio_client::{Client, WorkflowHandle, WorkflowQueryOptions};

use crate::connection::{ConnectError, Server};
use crate::workflow::{JobRun, JobWorkflow};

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryName {
    /// How far the job is.
    Progress,
    /// The parts that have their answers, each with its event in the job's log.
    AccumulatedResults,
    /// The parts that will have none.
    FailedSubtrees,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Temporal is away.
    #[error(transparent)]
    Away(#[from] ConnectError),
    /// Nobody who could answer took the question.
    #[error("no worker answered within {} s", .0.as_secs())]
    Late(Duration),
    /// There is no such workflow, or it does not answer.
    #[error("Temporal refused: {0}")]
    Refused(String),
}

/// Asks the newest run of a job's workflow.
///
/// # Errors
/// Temporal is away, knows no such job, or no worker answers in time.
pub async fn query(server: &Server, job: &str, name: QueryName, within: Duration) -> Result<Value, QueryError> {
    let client = server.connect().await?;
    let handle: WorkflowHandle<Client, JobRun> = client.get_workflow_handle(job);
    let asking = async {
        let options = WorkflowQueryOptions::builder().build();
        let told = match name {
            QueryName::Progress => {
                handle.query(JobWorkflow::progress, (), options).await.map(|told| serde_json::to_value(&told))
            }
            QueryName::AccumulatedResults => handle
                .query(JobWorkflow::accumulated_results, (), options)
                .await
                .map(|told| serde_json::to_value(&told)),
            QueryName::FailedSubtrees => {
                handle.query(JobWorkflow::failed_subtrees, (), options).await.map(|told| serde_json::to_value(&told))
            }
        };
        told.map_err(|error| QueryError::Refused(error.to_string()))?
            .map_err(|error| QueryError::Refused(error.to_string()))
    };
    tokio::time::timeout(within, asking).await.map_err(|_| QueryError::Late(within))?
}
