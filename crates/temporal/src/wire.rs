//! What is kept in Temporal's histories: names of jobs and steps, and how far a job is.
//!
//! Invariant: every shape here can be read from a history that an older release wrote, so a field is only ever added, with
//! a default. Small, whatever a document holds. Data only.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sluice_engine::stepwise::{FinishedSubtree, JobName, Next, SoFar};
use sluice_extract::job::{FailedSubtree, Progress, Status, Step};

/// What a workflow is started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobInput {
    /// Which job.
    #[serde(flatten)]
    pub(crate) name: JobName,
    /// After so many milliseconds without a word from it, a step is taken for lost and run again.
    pub(crate) lost_after_ms: u64,
}

impl JobInput {
    pub(crate) fn lost_after(&self) -> Duration {
        Duration::from_millis(self.lost_after_ms)
    }
}

/// A step by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum StepName {
    Start,
    ReadDocument,
    Plan,
    ExtractSubtree { subtree: String },
    Assemble,
}

impl From<Step> for StepName {
    fn from(step: Step) -> Self {
        match step {
            Step::Start => Self::Start,
            Step::ReadDocument => Self::ReadDocument,
            Step::Plan => Self::Plan,
            Step::ExtractSubtree { subtree } => Self::ExtractSubtree { subtree },
            Step::Assemble => Self::Assemble,
        }
    }
}

impl From<StepName> for Step {
    fn from(name: StepName) -> Self {
        match name {
            StepName::Start => Self::Start,
            StepName::ReadDocument => Self::ReadDocument,
            StepName::Plan => Self::Plan,
            StepName::ExtractSubtree { subtree } => Self::ExtractSubtree { subtree },
            StepName::Assemble => Self::Assemble,
        }
    }
}

/// A step to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepAsked {
    #[serde(flatten)]
    pub(crate) name: JobName,
    #[serde(flatten)]
    pub(crate) step: StepName,
    /// From 1; in the log, not in Temporal.
    pub(crate) attempt: u32,
}

/// The question what is next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NextAsked {
    #[serde(flatten)]
    pub(crate) name: JobName,
    /// Steps that were begun and have not ended.
    pub(crate) running: Vec<StepName>,
    /// The last event whose endings are known.
    pub(crate) after: u64,
    /// Somebody wants the workflow to stop.
    pub(crate) cancelled: bool,
}

/// What is next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NextTold {
    pub(crate) begin: Vec<BeginTold>,
    pub(crate) stop: Vec<StepName>,
    pub(crate) wait_ms: Option<u64>,
    /// There is nothing more to do; how it ended, if the job is still there.
    pub(crate) ended: Option<Ended>,
    pub(crate) so_far: SoFarTold,
}

/// A step to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BeginTold {
    #[serde(flatten)]
    pub(crate) step: StepName,
    pub(crate) attempt: u32,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    Completed,
    Failed,
    Cancelled,
    /// It is not there any more.
    Gone,
}

/// What is new since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SoFarTold {
    pub(crate) after: u64,
    pub(crate) round: u32,
    pub(crate) progress: Option<Progress>,
    pub(crate) finished: Vec<FinishedSubtree>,
    pub(crate) failed: Vec<FailedSubtree>,
}

impl From<Next> for NextTold {
    fn from(next: Next) -> Self {
        let Next { begin, stop, wait_ms, ended, status, so_far } = next;
        let SoFar { after, round, progress, finished, failed } = so_far;
        let begin = begin.into_iter().map(|(step, attempt)| BeginTold { step: step.into(), attempt });
        let how = match status {
            Some(Status::Completed) => Ended::Completed,
            Some(Status::Failed) => Ended::Failed,
            Some(Status::Cancelled) => Ended::Cancelled,
            Some(Status::Pending | Status::Processing | Status::Retrying) | None => Ended::Gone,
        };
        Self {
            begin: begin.collect(),
            stop: stop.into_iter().map(StepName::from).collect(),
            wait_ms,
            ended: ended.then_some(how),
            so_far: SoFarTold { after, round, progress, finished, failed },
        }
    }
}
