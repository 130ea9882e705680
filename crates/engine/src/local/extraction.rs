//! All that came of a job, gathered from its log, its document and its result.
//!
//! Asks nobody and reads no document. Called by `local` after the end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sluice_extract::attribution::AttributionMap;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::event::Failure;
use sluice_extract::id::JobId;
use sluice_extract::job::{End, JobState, Phase, SubtreeState};
use sluice_extract::page::Document;
use sluice_extract::plan::Plan;
use sluice_extract::schema::Subtree;
use sluice_model::{Model, Usage};
use sluice_store::Blobs;

use super::Order;
use crate::StepError;
use crate::embedded::library::{Volume, bytes_of, on_a_thread};
use crate::steps::plan::plan;

/// What was found in one document.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// The job that did it.
    pub job: JobId,
    /// The document as it was read.
    pub document: Arc<Document>,
    /// What was asked, of which pages.
    pub plan: Plan,
    /// The data, valid against the schema unless `valid` says otherwise.
    pub result: Value,
    /// The proof of each value, by JSON pointer into the result.
    pub attributions: AttributionMap,
    /// What is to be doubted: from reading, asking and checking.
    pub findings: Vec<Finding>,
    /// The result satisfies the schema as the user wrote it.
    pub valid: bool,
    /// Subtrees without an answer.
    pub failed: Vec<FailedSubtree>,
    /// Subtrees that were answered before, so that nobody was asked.
    pub remembered: usize,
    /// What the answers took.
    pub usage: Usage,
    /// Who answered, in the words of the servers.
    pub answered_by: BTreeSet<String>,
    /// US dollars; `None` where a price is not known.
    pub cost_usd: Option<f64>,
    /// Wall time from the bytes to the result.
    pub duration: Duration,
}

/// A subtree that got no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedSubtree {
    /// Which one.
    pub subtree: Subtree,
    /// Attempts that were made.
    pub attempts: u32,
    /// Why the last one failed.
    pub error: StepError,
}

/// Of a completed job.
pub(super) async fn of(
    order: &Order,
    blobs: &Blobs,
    model: Arc<dyn Model>,
    volume: Arc<Volume>,
    (job, state): (JobId, JobState),
    begun: Instant,
) -> Result<Extraction, StepError> {
    let Some(End::Completed { result, valid }) = &state.end else {
        return Err(StepError::new(Code::Internal, "a job that did not complete has no result"));
    };
    let bytes = bytes_of(blobs, result, "result").await?;
    let result: Value = serde_json::from_slice(&bytes)
        .map_err(|error| StepError::new(Code::Internal, format!("the kept result is no JSON: {error}")))?;
    let (schema, options, read) = (Arc::clone(&order.schema), order.config.split_options(), Arc::clone(&volume));
    let plan = on_a_thread(move || plan(&schema, &read.document, &options, model.card())).await?;
    let failed = failed(&plan, &state);
    let mut usage = Usage::default();
    state.usage.values().for_each(|of_model| usage += *of_model);
    let metadata = state.metadata();
    let mut findings = metadata.validation.findings;
    findings.extend(failed.iter().map(finding_of));
    Ok(Extraction {
        job,
        document: Arc::clone(&volume.document),
        plan,
        attributions: attributions(&state, &result),
        result,
        findings,
        valid: *valid,
        failed,
        remembered: metadata.subtrees.remembered as usize,
        usage,
        answered_by: state.answered_by.values().flatten().cloned().collect(),
        cost_usd: metadata.cost_usd,
        duration: begun.elapsed(),
    })
}

/// Of the values that are still there after the whole was checked.
fn attributions(state: &JobState, result: &Value) -> AttributionMap {
    let is_there = |pointer: &str| result.pointer(pointer).is_some_and(|value| !value.is_null());
    let finished = state.subtrees.iter().filter_map(|subtree| match &subtree.phase {
        Phase::Finished(finished) => Some(finished.attributions.clone()),
        Phase::Open | Phase::Waiting { .. } | Phase::Failed(_) => None,
    });
    finished.flatten().filter(|(pointer, _)| is_there(pointer)).collect()
}

fn failed(plan: &Plan, state: &JobState) -> Vec<FailedSubtree> {
    let of = |subtree: &SubtreeState| match &subtree.phase {
        Phase::Failed(Failure { code, message }) => {
            let planned = plan.subtrees.iter().find(|planned| planned.subtree.id == subtree.id)?;
            let error = StepError::new(*code, message.clone());
            Some(FailedSubtree { subtree: planned.subtree.clone(), attempts: subtree.attempts_in_round(), error })
        }
        Phase::Open | Phase::Waiting { .. } | Phase::Finished(_) => None,
    };
    state.subtrees.iter().filter_map(of).collect()
}

fn finding_of(failed: &FailedSubtree) -> Finding {
    let error = &failed.error;
    let attempts = if failed.attempts == 1 { "1 attempt".to_owned() } else { format!("{} attempts", failed.attempts) };
    let told = format!("no answer after {attempts} ({}): {}", error.code, error.message);
    Finding::new(FindingKind::SubtreeFailed, told).at(failed.subtree.path.clone())
}
