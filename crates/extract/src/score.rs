//! What an extraction is worth: a prediction held against the true values, leaf by leaf.
//!
//! Every gold leaf that is not null is one unit. Right is a true positive; wrong is a false positive and a false
//! negative; missing is a false negative; a value where the gold is null or has no such key is a false positive. Arrays
//! are aligned first by the best total similarity of their rows, so that one lost row does not spoil those after it.
//! The rules are those of the reference scorer the figures are published with (`score.py`), and so are the results.
//!
//! Never extracts, reads files or prints. Called by `sluice eval` and by tests that hold a quality.

mod align;
mod known;
mod leaf;
mod node;
mod reading;
pub mod summary;
mod walk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::node::Node;
use self::walk::Walk;

/// How a prediction is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What a predicted key means that the gold object lacks.
    pub absent_keys: AbsentKeys,
    /// How much form may differ.
    pub strictness: Strictness,
}

/// What a predicted key means that the gold object lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentKeys {
    /// The gold is complete: such a value is extra.
    #[default]
    Judged,
    /// Nobody labelled it: such a value is not judged.
    Unlabelled,
}

/// How much form may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Dates and numbers in any usual form; long texts from a token F1 of 0.85.
    #[default]
    Lenient,
    /// Dates in ISO form, numbers as JSON numbers, texts by their letters and digits.
    Strict,
}

/// Leaves counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// True positives: predicted and right.
    pub tp: u64,
    /// False positives: predicted and not right.
    pub fp: u64,
    /// False negatives: in the gold and not got.
    #[serde(rename = "fn")]
    pub fn_: u64,
}

impl Counts {
    /// Adds other counts to these.
    pub fn add(&mut self, other: Self) {
        self.tp += other.tp;
        self.fp += other.fp;
        self.fn_ += other.fn_;
    }

    /// Nothing wrong, missing or extra.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.fp == 0 && self.fn_ == 0
    }
}

/// Rows of arrays counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Aligned rows without any fault.
    pub full: u64,
    /// Rows of the gold.
    pub gold: u64,
    /// Rows of the prediction, in arrays that the gold has.
    pub predicted: u64,
}

/// One document's score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentScore {
    /// All leaves.
    pub counts: Counts,
    /// Leaves with another value than the gold; each counts in `fp` and in `fn_`.
    pub wrong: u64,
    /// Gold leaves without a value.
    pub missing: u64,
    /// Values that the gold has not.
    pub extra: u64,
    /// Rows of all arrays.
    pub rows: Rows,
    /// Leaves by path, `items[].price`.
    pub fields: BTreeMap<String, Counts>,
    /// Every fault, in the order of the gold.
    pub differences: Vec<Difference>,
    /// Every predicted leaf that was judged.
    pub judged: Vec<Judged>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// What is wrong.
    pub kind: DifferenceKind,
    /// The field, `items[].price`.
    pub path: String,
    /// The true value, if there is one.
    pub gold: Option<Value>,
    /// The predicted value, if there is one.
    pub found: Option<Value>,
    /// JSON pointer into the prediction, where there is a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Another value than the gold.
    Wrong,
    /// The gold has a value, the prediction none.
    Missing,
    /// The prediction has a value, the gold none.
    Extra,
}

/// A predicted leaf and whether it is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// JSON pointer into the prediction.
    pub pointer: String,
    /// The gold agrees.
    pub right: bool,
}

/// Holds a prediction against the gold. With a schema, predicted keys that it lacks are left out first.
#[must_use]
pub fn score_document(gold: &Value, prediction: &Value, schema: Option<&Value>, rules: Rules) -> DocumentScore {
    let prediction = schema.map_or_else(|| prediction.clone(), |schema| known::known(prediction, schema));
    let gold = Node::new(gold, String::new());
    let prediction = Node::new(&prediction, String::new());
    let mut walk = Walk::with_ledger(rules);
    walk.compare(&gold, &prediction);
    walk.into_score()
}

#[cfg(test)]
mod tests;
