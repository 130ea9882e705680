//! Question to answer: the trait every model implements, the models that need no network, and the vendors.
//!
//! One vendor is one file with its wire types and its schema dialect. Never here: jobs, the store, a box on a page that
//! is reported as found. Called by the engine's `ExtractSubtree` step.

pub mod embedded;
pub mod gemini;
pub mod http;
pub mod openai;
mod prompt;
pub mod registry;
pub mod scripted;
mod turns;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::attribution::EvidenceMap;
use sluice_extract::code::{Code, Finding};
use sluice_extract::page::Document;
use sluice_extract::schema::{Schema, Subtree};

pub use sluice_extract::mend::Amiss;
pub use sluice_extract::pace::PaceLimits;
pub use sluice_extract::rows::RowsTurn;
pub use sluice_extract::sight::{Showing, Sight};
pub use sluice_extract::usage::{Price, Usage};

/// Who is asked.
#[async_trait]
pub trait Model: Send + Sync {
    /// What it is and what it can do.
    fn card(&self) -> &ModelCard;

    /// Answers one subtree of a schema for one document.
    ///
    /// # Errors
    /// See [`ModelError`]. Repeating is not this trait's business: the engine has the only retry loop.
    async fn ask(&self, question: &Question) -> Result<Answer, ModelError>;

    /// Gives back what was kept for a job ([`Question::keep_for`]), by this process or by another; asked once the job has
    /// ended.
    ///
    /// # Errors
    /// It may still be kept; it ends by itself.
    async fn release(&self, _job: &str) -> Result<(), ModelError> {
        Ok(())
    }
}

/// What a model is, for lists and plans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The name that users type.
    pub name: String,
    /// Who runs it: `embedded`, `scripted`, `gemini`, ...
    pub vendor: String,
    /// One sentence for a list.
    pub summary: String,
    /// Part of every remembered answer's key: it changes when the same question may be answered differently.
    pub version: String,
    /// It sees the words of pages; `false` where it wants pictures.
    pub reads_words: bool,
    /// Leaves it answers well in one turn; `None` for no bound.
    pub leaves_per_subtree_max: Option<usize>,
    /// Words of a document it takes in one question; `None` for no bound.
    pub words_per_question_max: Option<usize>,
    /// Entries of a list that it says in one answer; `None` for a model that reads a list whole, however long.
    #[serde(default)]
    pub rows_per_answer_max: Option<usize>,
    /// It is told in words what to do: it takes tokens, and can be told what was wrong with its answer.
    #[serde(default)]
    pub mends: bool,
    /// What it costs; `None` where that is not known.
    #[serde(default)]
    pub price: Option<Price>,
    /// It may think before it answers, which takes tokens.
    #[serde(default)]
    pub thinks: bool,
    /// What it is shown of a document besides the text.
    #[serde(default)]
    pub sight: Sight,
    /// How often it may be asked.
    #[serde(default)]
    pub limits: PaceLimits,
    /// How long an answer takes as a rule, in milliseconds: only for the guess when a job may be done.
    #[serde(default)]
    pub answer_ms_typical: u64,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The document as it was read.
    pub document: Arc<Document>,
    /// The whole schema: context for the part that is asked.
    pub schema: Arc<Schema>,
    /// The part that is asked.
    pub subtree: Subtree,
    /// 1-based pages that matter for it; empty for all that were read.
    pub pages: Vec<u32>,
    /// For a list that is asked for in turns: which part of it.
    pub rows: Option<RowsTurn>,
    /// Keep the document for this job, whose other questions are about it too, where the model can; [`Model::release`]
    /// follows.
    pub keep_for: Option<String>,
    /// For values that are asked again: what was wrong with them.
    pub amiss: Vec<Amiss>,
    /// What of the document is shown as it looks, besides its text.
    pub shown: Vec<Look>,
    /// How to ask.
    pub settings: Settings,
    /// 1 for the first attempt.
    pub attempt: u32,
}

/// A page, or all of them, as they look.
#[derive(Clone, PartialEq, Eq)]
pub struct Look {
    /// The page; `None` for the whole document.
    pub page: Option<u32>,
    /// `image/png`, `application/pdf`, ...
    pub media_type: &'static str,
    /// The picture, or the file.
    pub bytes: Bytes,
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { page, media_type, bytes } = self;
        write!(f, "Look({page:?}, {media_type}, {} bytes)", bytes.len())
    }
}

/// How a model is asked. Part of every remembered answer's key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// 0..2, for models that take one.
    pub temperature: Option<f64>,
    /// Let the model think first, where it can.
    pub enable_thinking: bool,
    /// Words of the user's own, put before the question.
    pub additional_instructions: Option<String>,
    /// For models that take one.
    pub seed: Option<i64>,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The value for the subtree's `path`, valid or not: `sluice_extract::verify` decides.
    pub value: Value,
    /// Where the model saw each value, by JSON pointer into the *whole result* (the subtree's path included).
    pub evidence: EvidenceMap,
    /// How probable the model held the least probable token of each value, where its server told, by JSON pointer into the
    /// whole result.
    pub probabilities: BTreeMap<String, f32>,
    /// What it took.
    pub usage: Usage,
    /// Who answered, in the words of its server; `None` where it did not say.
    pub answered_by: Option<String>,
    /// It ends at the model's limit and not where the model wanted: there may be more.
    pub is_cut: bool,
    /// Doubts about how it was asked: a server that cannot hold its answers to a schema, a setting it does not take.
    pub findings: Vec<Finding>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What kind of failure, and so whether trying again can help.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
    /// When to try again, if the model said so.
    pub retry_after_ms: Option<u64>,
    /// What it took all the same: an answer that cannot be used is paid for.
    pub usage: Usage,
}

impl ModelError {
    /// A failure that took nothing.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None, usage: Usage::default() }
    }

    /// The same, after this was taken.
    #[must_use]
    pub fn after(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }
}
