//! Answers that were paid for, as they are kept for whoever asks the same again.
//!
//! Never a failure, and never what an answer took: who gets it again pays nothing. Called by step `ExtractSubtree` of a
//! job.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::attribution::AttributionMap;
use sluice_extract::code::Finding;
use sluice_extract::page::ContentHash;
use sluice_store::Remember;

use crate::steps::extract_subtree::SubtreeResult;

/// The wording of the questions, as far as the engine words them; models have versions of their own.
pub(super) const PROMPT_VERSION: &str = "1";

/// Are answers kept, and given again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembering {
    /// The same question is asked once.
    On,
    /// Every question is asked.
    Off,
}

/// An answer as it is kept. What cannot be read any more is asked again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RememberedAnswer {
    pub(super) value: Value,
    pub(super) attributions: AttributionMap,
    pub(super) findings: Vec<Finding>,
}

impl RememberedAnswer {
    pub(super) fn read(kept: Value) -> Option<Self> {
        serde_json::from_value(kept).ok()
    }
}

/// What is kept of an answer; `None` where JSON cannot say it.
pub(super) fn to_remember(question: ContentHash, result: &SubtreeResult) -> Option<Remember> {
    let SubtreeResult { value, attributions, findings, usage: _ } = result.clone();
    let answer = serde_json::to_value(RememberedAnswer { value, attributions, findings }).ok()?;
    Some(Remember { question, answer })
}
