//! What happened to a job, in the past tense: the entries of its log.
//!
//! Everything that is told about a job (status, progress, results, both streams) is a reading of these. An event carries
//! all that its readings need, so that a log can be read without the document and without the release that wrote it.
//! Never decides anything (`job` does) and is never changed once written. Written by the engine, and by the server for
//! a wish to cancel.

mod log_text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attribution::AttributionMap;
use crate::code::{Code, Finding};
use crate::page::ContentHash;
use crate::usage::Usage;

pub use log_text::{LOG_VERSION, LogUnreadable, decode, encode};

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// From 1, without gaps. The `id` of both streams.
    pub sequence: u64,
    /// Unix time in milliseconds at which it was written.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Somebody began to work on it, and it is known what will be asked.
    JobStarted {
        /// In the order of the schema.
        subtrees: Vec<AskedSubtree>,
    },
    /// The pages are there.
    DocumentRead {
        /// Pages that the file says it has.
        page_count: u32,
        /// Pages that were read.
        pages_read: u32,
        /// What reading has to doubt.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// It is known which pages each subtree is asked of.
    Planned {
        /// One for each subtree.
        questions: Vec<PlannedQuestion>,
    },
    /// Some rows of a long array arrived.
    RowsArrived {
        /// Which subtree.
        subtree: String,
        /// 1 for the first rows of this array.
        turn: u32,
        /// The rows, in the order of the document.
        items_new: Vec<Value>,
        /// Where each stands: page and line as they are shown to models, both from 1. Empty in older logs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        places: Vec<Option<(u32, u32)>>,
        /// Pages that are done, 1-based.
        pages_covered: Vec<u32>,
        /// No more will come.
        done: bool,
        /// What this turn took.
        spent: Spent,
    },
    /// An attempt failed and will be repeated.
    SubtreeRetrying {
        /// Which subtree.
        subtree: String,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Why.
        failure: Failure,
        /// How long it waits.
        wait_ms: u64,
        /// Unix time in milliseconds from which it may be repeated.
        retry_at_ms: u64,
        /// Who is asked from now on instead of who was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
        /// What the attempt took.
        spent: Spent,
    },
    /// A subtree has its answer.
    SubtreeFinished {
        /// Which subtree.
        subtree: String,
        /// The attempt that succeeded, from 1.
        attempt: u32,
        /// The value for the subtree's path.
        value: Value,
        /// The proof of each value, by JSON pointer into the whole result.
        #[serde(default, skip_serializing_if = "AttributionMap::is_empty")]
        attributions: AttributionMap,
        /// What is to be doubted, by JSON pointer into the whole result.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
        /// Nobody was asked: the same question was answered before.
        #[serde(default)]
        remembered: bool,
        /// What the attempt took, without what `RowsArrived` told already.
        spent: Spent,
    },
    /// A subtree will have no answer.
    SubtreeFailed {
        /// Which subtree.
        subtree: String,
        /// The attempt that failed, from 1; the one that was not made where nobody was asked again.
        attempt: u32,
        /// Why.
        failure: Failure,
        /// What the attempt took.
        spent: Spent,
    },
    /// A step other than a subtree failed, and the job cannot go on.
    StepFailed {
        /// Which step.
        step: WholeStep,
        /// Why.
        failure: Failure,
    },
    /// Somebody asked to stop.
    CancelRequested,
    /// The failed subtrees of an ended job are to be asked again.
    JobReopened,
    /// It ended with a result.
    JobCompleted {
        /// The name of the result's bytes among the blobs.
        result: ContentHash,
        /// The result satisfies the schema as the user wrote it.
        valid: bool,
        /// What the whole has to doubt, beyond what its parts told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// It ended without a result.
    JobFailed {
        /// Why.
        failure: Failure,
    },
    /// It was stopped. What was finished before is kept.
    JobCancelled,
}

/// A subtree as it is announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedSubtree {
    /// Its name within the job.
    pub id: String,
    /// JSON pointer into the result.
    pub path: String,
    /// Leaves it asks for.
    pub leaves: u32,
}

/// The pages of one subtree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedQuestion {
    /// Which subtree.
    pub subtree: String,
    /// First and last page of each run of pages, 1-based: a library of 5,000 pages is one pair.
    pub pages: Vec<(u32, u32)>,
}

impl PlannedQuestion {
    /// From page numbers that rise.
    #[must_use]
    pub fn new(subtree: impl Into<String>, pages: &[u32]) -> Self {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for &page in pages {
            match runs.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(page) => *last = page,
                _ => runs.push((page, page)),
            }
        }
        Self { subtree: subtree.into(), pages: runs }
    }
}

/// A step that is not about one subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WholeStep {
    /// The schema into subtrees.
    Start,
    /// Bytes into pages.
    ReadDocument,
    /// Pages for each subtree.
    Plan,
    /// Answers into one result.
    Assemble,
}

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
}

/// What one call took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// Who was asked.
    pub model: String,
    /// Who answered, in the words of its server, if it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// Calls and tokens.
    pub usage: Usage,
    /// US dollars; `None` where the price is not known.
    pub cost_usd: Option<f64>,
}

impl Event {
    /// Nothing follows it but `JobReopened`.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::JobCompleted { .. } | Self::JobFailed { .. } | Self::JobCancelled => true,
            Self::JobStarted { .. }
            | Self::DocumentRead { .. }
            | Self::Planned { .. }
            | Self::RowsArrived { .. }
            | Self::SubtreeRetrying { .. }
            | Self::SubtreeFinished { .. }
            | Self::SubtreeFailed { .. }
            | Self::StepFailed { .. }
            | Self::CancelRequested
            | Self::JobReopened => false,
        }
    }

    /// The same without the values and their proofs: enough for status, progress and metadata, and small. Of rows that
    /// arrived, only how many there were is left.
    #[must_use]
    pub fn outline(&self) -> Self {
        match self {
            Self::SubtreeFinished { subtree, attempt, findings, remembered, spent, .. } => Self::SubtreeFinished {
                subtree: subtree.clone(),
                attempt: *attempt,
                value: Value::Null,
                attributions: AttributionMap::new(),
                findings: findings.clone(),
                remembered: *remembered,
                spent: spent.clone(),
            },
            Self::RowsArrived { subtree, turn, items_new, places: _, pages_covered, done, spent } => {
                Self::RowsArrived {
                    subtree: subtree.clone(),
                    turn: *turn,
                    items_new: vec![Value::Null; items_new.len()],
                    places: Vec::new(),
                    pages_covered: pages_covered.clone(),
                    done: *done,
                    spent: spent.clone(),
                }
            }
            other => other.clone(),
        }
    }

    /// What a log holds once at most: a step's outcome is known by its step and attempt, however often the step ran.
    /// `round` is how often the job was reopened.
    #[must_use]
    pub fn outcome_key(&self, round: u32) -> String {
        match self {
            Self::JobStarted { .. } => "start".to_owned(),
            Self::DocumentRead { .. } => "read".to_owned(),
            Self::Planned { .. } => "plan".to_owned(),
            Self::RowsArrived { subtree, turn, .. } => format!("{subtree}/rows/{turn}"),
            Self::SubtreeRetrying { subtree, attempt, .. }
            | Self::SubtreeFinished { subtree, attempt, .. }
            | Self::SubtreeFailed { subtree, attempt, .. } => format!("{subtree}/{attempt}"),
            Self::StepFailed { .. } => format!("failed/{round}"),
            Self::CancelRequested => format!("cancel/{round}"),
            Self::JobReopened => format!("reopen/{round}"),
            Self::JobCompleted { .. } | Self::JobFailed { .. } | Self::JobCancelled => format!("end/{round}"),
        }
    }
}
