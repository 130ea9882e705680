//! A job as its log tells it, and what is to be done next.
//!
//! `JobState::apply` folds the log; `decide` says the next steps; the readings (status, progress, results so far) are what
//! clients are told. This is the only place that says what a job may become. No clock, no randomness, no I/O: times
//! come in with the events and with the question. Called by both engines and by the server.

mod apply;
mod attempt;
mod decide;
mod readings;
mod remember;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attribution::AttributionMap;
use crate::code::Finding;
use crate::event::{Failure, Spent};
use crate::page::ContentHash;
use crate::retry::RetryRule;
use crate::usage::Usage;

pub use attempt::{FailedAttempt, after_failure};
pub use decide::{Command, Moment, Step, decide};
pub use readings::{FailedSubtree, Metadata, Progress, SubtreeCounts, Validation};
pub use remember::SubtreeQuestion;

/// What a job may do. The part of its settings that decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Questions that are open at the same time, at least 1.
    pub questions_max: u32,
    /// When an attempt is repeated.
    pub retry: RetryRule,
    /// US dollars after which nothing more is asked.
    pub cost_usd_max: Option<f64>,
    /// Who is asked instead where the model gives no answer.
    pub fallback: Option<String>,
}

/// What a job is, to those who wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody works on it yet.
    Pending,
    /// Somebody does.
    Processing,
    /// Somebody does, and a part of it has failed and will be repeated.
    Retrying,
    /// It has a result.
    Completed,
    /// It has none.
    Failed,
    /// It was stopped.
    Cancelled,
}

impl Status {
    /// Every status, for those who store or filter them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Retrying, Self::Completed, Self::Failed, Self::Cancelled];

    /// What a job is before it has ended.
    #[must_use]
    pub fn active() -> Vec<Self> {
        Self::ALL.into_iter().filter(|status| !status.is_ended()).collect()
    }

    /// The text that clients see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Retrying => "retrying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// It has ended.
    #[must_use]
    pub fn is_ended(self) -> bool {
        match self {
            Self::Pending | Self::Processing | Self::Retrying => false,
            Self::Completed | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A job, folded from its log. A job without a log is pending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobState {
    /// The last event that was applied; 0 for none.
    pub sequence: u64,
    /// How often it was reopened.
    pub round: u32,
    /// Unix time in milliseconds at which somebody began to work on it.
    pub started_at_ms: Option<u64>,
    /// Unix time in milliseconds of the first answer.
    pub first_finished_at_ms: Option<u64>,
    /// Unix time in milliseconds of the last event.
    pub changed_at_ms: Option<u64>,
    /// What is asked, in the order of the schema; empty before `JobStarted`.
    pub subtrees: Vec<SubtreeState>,
    /// Pages that the document has, and that were read.
    pub pages: Option<Pages>,
    /// The pages of each subtree are known.
    pub planned: bool,
    /// What stops the job as a whole.
    pub failure: Option<Failure>,
    /// Somebody asked to stop.
    pub cancel_requested: bool,
    /// How it ended.
    pub end: Option<End>,
    /// What reading and assembling have to doubt.
    pub findings: Vec<Finding>,
    /// Calls and tokens by model.
    pub usage: BTreeMap<String, Usage>,
    /// Who answered, in the words of the servers, by who was asked.
    pub answered_by: BTreeMap<String, BTreeSet<String>>,
    /// What all calls cost together.
    pub cost: Cost,
    /// What it took since it was begun or reopened.
    pub round_took: Took,
}

/// What a part of a job's life took, whoever was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Took {
    /// Pages that were read for it.
    pub pages: u32,
    /// Calls and tokens.
    pub usage: Usage,
    /// What the calls cost.
    pub cost: Cost,
}

/// A sum of prices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// US dollars of what has a known price.
    pub known_usd: f64,
    /// Something had none.
    pub is_partly_unknown: bool,
}

/// Pages of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Pages that the file says it has.
    pub count: u32,
    /// Pages that were read.
    pub read: u32,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With a result.
    Completed {
        /// The name of the result's bytes among the blobs.
        result: ContentHash,
        /// The result satisfies the schema.
        valid: bool,
    },
    /// Without one.
    Failed(Failure),
    /// It was stopped.
    Cancelled,
}

/// One subtree of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct SubtreeState {
    /// Its name within the job.
    pub id: String,
    /// JSON pointer into the result.
    pub path: String,
    /// Leaves it asks for.
    pub leaves: u32,
    /// First and last page of each run of pages it is asked of, 1-based.
    pub pages: Vec<(u32, u32)>,
    /// What came of it.
    pub phase: Phase,
    /// Attempts that have an outcome, over all rounds.
    pub attempts: u32,
    /// Of these, the ones before the job was last reopened: they do not count against its retries.
    pub attempts_before: u32,
    /// Who is asked instead of the job's own model, which gave no answer.
    pub instead: Option<String>,
    /// Rows of a long array, as far as they arrived.
    pub rows: Rows,
}

/// What came of a subtree.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// It has no answer yet.
    Open,
    /// An attempt failed; the next one waits.
    Waiting {
        /// Why it failed.
        failure: Failure,
        /// How long it waits.
        wait_ms: u64,
        /// Unix time in milliseconds from which it may be repeated.
        retry_at_ms: u64,
    },
    /// It has its answer.
    Finished(Arc<Finished>),
    /// It will have none.
    Failed(Failure),
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// The value for the subtree's path.
    pub value: Value,
    /// The proof of each value, by JSON pointer into the whole result.
    pub attributions: AttributionMap,
    /// What is to be doubted.
    pub findings: Vec<Finding>,
    /// Nobody was asked.
    pub remembered: bool,
}

/// Rows of a long array, as far as they arrived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Turns that are recorded.
    pub turns: u32,
    /// The rows, in the order in which they arrived.
    pub items: Vec<Value>,
    /// Where each of them stands, as far as that is known: page and line as they are shown to models.
    pub places: Vec<Option<(u32, u32)>>,
    /// Pages that are done, 1-based.
    pub pages_covered: Vec<u32>,
    /// No more will come.
    pub done: bool,
}

impl SubtreeState {
    /// It has its answer, or will have none.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Finished(_) | Phase::Failed(_))
    }

    /// The attempt that comes next, from 1.
    #[must_use]
    pub fn next_attempt(&self) -> u32 {
        self.attempts.saturating_add(1)
    }

    /// Attempts of this round that have an outcome.
    #[must_use]
    pub fn attempts_in_round(&self) -> u32 {
        self.attempts.saturating_sub(self.attempts_before)
    }

    /// The pages it is asked of, 1-based and rising.
    pub fn page_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.pages.iter().flat_map(|&(first, last)| first..=last)
    }
}

impl JobState {
    /// The subtree of this name.
    #[must_use]
    pub fn subtree(&self, id: &str) -> Option<&SubtreeState> {
        self.subtrees.iter().find(|subtree| subtree.id == id)
    }

    pub(crate) fn spend(&mut self, spent: &Spent) {
        if spent.usage == Usage::default() {
            return;
        }
        if let Some(answered_by) = &spent.answered_by {
            self.answered_by.entry(spent.model.clone()).or_default().insert(answered_by.clone());
        }
        *self.usage.entry(spent.model.clone()).or_default() += spent.usage;
        self.round_took.usage += spent.usage;
        for cost in [&mut self.cost, &mut self.round_took.cost] {
            match spent.cost_usd {
                Some(usd) => cost.known_usd += usd,
                None => cost.is_partly_unknown = true,
            }
        }
    }
}
