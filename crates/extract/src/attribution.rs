//! The proof of a value: where it stands in the document's own words.
//!
//! Never believes a model: a box, a quote and a `match` are computed here from the words that the reader saw. What a
//! model hands over as evidence is a hint where to look first. Called by the engine's steps after every answer.

mod align;
mod around;
mod candidates;
mod choose;
mod evidence;
mod index;
mod label;
mod leaves;
mod marks;
mod proof;
mod rows;
mod stream;
mod ticks;
mod typed;
mod weigh;
mod wrap;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::page::Rect;

pub use self::choose::{attribute, attribute_part};
pub use self::index::Index;
pub(crate) use self::leaves::node_at;
pub use self::weigh::{Beside, weigh};
pub use self::wrap::wrap;

/// Words of one page, by index into its `words`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsOnPage {
    /// 1-based page number.
    pub page: u32,
    /// Indices into the page's words.
    pub words: Vec<u32>,
}

/// What a model says about one value: where it saw it and why it chose it. A hint, not a proof.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the model saw the value.
    pub places: Vec<WordsOnPage>,
    /// 0..1, only from models whose confidence was calibrated; others leave it out.
    pub confidence: Option<f32>,
    /// One sentence for a person.
    pub reasoning: Option<String>,
}

/// Evidence by JSON pointer into the result.
pub type EvidenceMap = BTreeMap<String, Evidence>;

/// How well the document's words agree with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The words are the value, but for case, spaces and quotation marks.
    Exact,
    /// The words mean the value: a date or number in another form, a ligature, a hyphenated break, a recogniser's slip.
    Close,
    /// The value stands nowhere in the document.
    Missing,
}

/// One place of a value: words on one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// 1-based page number.
    pub page: u32,
    /// Box around the words, as fractions of the page.
    pub bounding_box: Rect,
    /// The words as they stand there.
    pub quote: String,
    /// How well they agree.
    #[serde(rename = "match")]
    pub matched: Match,
}

/// A value's proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// How well the document agrees with the value as a whole.
    #[serde(rename = "match")]
    pub matched: Match,
    /// 0..1. How likely the value is right.
    pub confidence: f32,
    /// Why this value, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// 1-based, rising, each once.
    pub page_numbers: Vec<u32>,
    /// One for each line that the value covers, in reading order.
    pub locations: Vec<Location>,
}

/// Attributions by JSON pointer into the result.
pub type AttributionMap = BTreeMap<String, Attribution>;
