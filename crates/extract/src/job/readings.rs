//! What clients are told of a job: status, progress, the result so far, what failed, what it took.
//!
//! Readings of the state and of nothing else, so that both doors and both engines say the same. No HTTP, no wording of
//! frames. Called by the server and the CLI.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{End, JobState, Phase, Status, SubtreeState};
use crate::code::{Code, Finding};
use crate::merge::{Part, merge};
use crate::rows::LongList;
use crate::schema::{Schema, Subtree};
use crate::usage::Usage;

/// How far a job is. Fields are leaves of the schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// 0..=100; 100 only for a completed job.
    pub completion_percentage: u32,
    /// What is being done, in a few words.
    pub current_step: String,
    /// Leaves whose subtree has its answer or will have none.
    pub fields_processed: u32,
    /// Leaves of the schema; 0 before it is known what is asked.
    pub total_fields: u32,
}

/// A subtree without an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSubtree {
    /// Its name within the job.
    pub subtree_id: String,
    /// JSON pointer into the result.
    pub path: String,
    /// Why.
    pub error_type: Code,
    /// One sentence for a person.
    pub error_message: String,
    /// Attempts that were made since the job was last reopened.
    pub attempts: u32,
}

/// How many subtrees there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SubtreeCounts {
    /// All of them.
    pub total: u32,
    /// With an answer.
    pub completed: u32,
    /// Without.
    pub failed: u32,
    /// Answered without asking, among the completed.
    pub remembered: u32,
}

/// Does the result satisfy the schema, and what is to be doubted?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// `None` before the end.
    pub valid: Option<bool>,
    /// Everything that is to be doubted.
    pub findings: Vec<Finding>,
}

/// What is told beside a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// Calls and tokens, by model.
    pub usage: BTreeMap<String, Usage>,
    /// Who answered, in the words of the servers, by who was asked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answered_by: BTreeMap<String, BTreeSet<String>>,
    /// US dollars; null where a price is not known.
    pub cost_usd: Option<f64>,
    /// From the start to the last event.
    pub duration_ms: Option<u64>,
    /// From the start to the first answer.
    pub time_to_first_subtree_ms: Option<u64>,
    /// Pages of the document; null before it was read.
    pub pages: Option<u32>,
    /// How many subtrees there are.
    pub subtrees: SubtreeCounts,
    /// Those without an answer.
    pub failed_subtrees: Vec<FailedSubtree>,
    /// Does the result satisfy the schema?
    pub validation: Validation,
    /// There may be more to come, or would have been.
    pub partial: bool,
}

impl JobState {
    /// What the job is now.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.end {
            Some(End::Completed { .. }) => Status::Completed,
            Some(End::Failed(_)) => Status::Failed,
            Some(End::Cancelled) => Status::Cancelled,
            None if self.started_at_ms.is_none() => Status::Pending,
            None if self.subtrees.iter().any(|subtree| matches!(subtree.phase, Phase::Waiting { .. })) => {
                Status::Retrying
            }
            None => Status::Processing,
        }
    }

    /// It completed and no part is missing: there is nothing to ask again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.status() == Status::Completed
            && self.subtrees.iter().all(|subtree| matches!(subtree.phase, Phase::Finished(_)))
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let leaves = |subtrees: &mut dyn Iterator<Item = &SubtreeState>| {
            subtrees.fold(0u32, |sum, subtree| sum.saturating_add(subtree.leaves))
        };
        let total_fields = leaves(&mut self.subtrees.iter());
        let fields_processed = leaves(&mut self.subtrees.iter().filter(|subtree| subtree.is_ended()));
        let share = u64::from(fields_processed) * 100 / u64::from(total_fields.max(1));
        let completion_percentage = match self.status() {
            Status::Completed => 100,
            _ => u32::try_from(share).unwrap_or(99).min(99),
        };
        Progress { completion_percentage, current_step: self.current_step(), fields_processed, total_fields }
    }

    fn current_step(&self) -> String {
        let ended = self.subtrees.iter().filter(|subtree| subtree.is_ended()).count();
        let step = match self.status() {
            Status::Pending => "waiting to start",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Processing | Status::Retrying if self.cancel_requested => "stopping",
            Status::Processing | Status::Retrying => match () {
                () if self.pages.is_none() => "reading the document",
                () if !self.planned => "planning",
                () if ended == self.subtrees.len() => "assembling the result",
                () => return format!("extracting: {ended} of {} parts", self.subtrees.len()),
            },
        };
        step.to_owned()
    }

    /// The answers so far as one result, of a list that is asked for in turns the entries that are there. `subtrees` are
    /// those of the schema, as the job's split made them.
    #[must_use]
    pub fn accumulated_results(&self, schema: &Schema, subtrees: &[Subtree]) -> Value {
        let so_far = |subtree: &Subtree| {
            let found = self.subtree(&subtree.id)?;
            match &found.phase {
                Phase::Finished(finished) => Some(Cow::Borrowed(&finished.value)),
                Phase::Open | Phase::Waiting { .. } if !found.rows.items.is_empty() => {
                    Some(Cow::Owned(Value::Array(LongList::in_order(&found.rows).0)))
                }
                Phase::Open | Phase::Waiting { .. } | Phase::Failed(_) => None,
            }
        };
        let values: Vec<(&Subtree, Cow<'_, Value>)> =
            subtrees.iter().filter_map(|subtree| Some((subtree, so_far(subtree)?))).collect();
        let parts: Vec<Part<'_>> =
            values.iter().map(|(subtree, value)| Part { subtree, value: Some(value.as_ref()) }).collect();
        merge(schema, &parts)
    }

    /// The subtrees that will have no answer, in the order of the schema.
    #[must_use]
    pub fn failed_subtrees(&self) -> Vec<FailedSubtree> {
        let failed = self.subtrees.iter().filter_map(|subtree| match &subtree.phase {
            Phase::Failed(failure) => Some(FailedSubtree {
                subtree_id: subtree.id.clone(),
                path: subtree.path.clone(),
                error_type: failure.code,
                error_message: failure.message.clone(),
                attempts: attempts_made(subtree, failure.code),
            }),
            Phase::Open | Phase::Waiting { .. } | Phase::Finished(_) => None,
        });
        failed.collect()
    }

    /// What is told beside the result.
    #[must_use]
    pub fn metadata(&self) -> Metadata {
        let since_start = |at_ms: Option<u64>| Some(at_ms?.saturating_sub(self.started_at_ms?));
        let cost_usd = (!self.cost.is_partly_unknown).then_some(self.cost.known_usd);
        let valid = match &self.end {
            Some(End::Completed { valid, .. }) => Some(*valid),
            Some(End::Failed(_) | End::Cancelled) | None => None,
        };
        Metadata {
            usage: self.usage.clone(),
            answered_by: self.answered_by.clone(),
            cost_usd,
            duration_ms: since_start(self.changed_at_ms),
            time_to_first_subtree_ms: since_start(self.first_finished_at_ms),
            pages: self.pages.map(|pages| pages.count),
            subtrees: self.counts(),
            failed_subtrees: self.failed_subtrees(),
            validation: Validation { valid, findings: self.all_findings() },
            partial: self.status() != Status::Completed,
        }
    }

    fn counts(&self) -> SubtreeCounts {
        let mut counts = SubtreeCounts { total: 0, completed: 0, failed: 0, remembered: 0 };
        for subtree in &self.subtrees {
            counts.total += 1;
            match &subtree.phase {
                Phase::Finished(finished) => {
                    counts.completed += 1;
                    counts.remembered += u32::from(finished.remembered);
                }
                Phase::Failed(_) => counts.failed += 1,
                Phase::Open | Phase::Waiting { .. } => {}
            }
        }
        counts
    }

    fn all_findings(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        for subtree in &self.subtrees {
            if let Phase::Finished(finished) = &subtree.phase {
                findings.extend_from_slice(&finished.findings);
            }
        }
        findings
    }
}

/// The attempt at which a budget stopped was not made.
fn attempts_made(subtree: &SubtreeState, code: Code) -> u32 {
    let attempts = subtree.attempts_in_round();
    if code == Code::BudgetSpent { attempts.saturating_sub(1) } else { attempts }
}
