//! Confidence of what a model said, weighed with what else is known of it: another reader's answer, and how sure the model
//! was of each of its words.
//!
//! Not measured on vendors' models: an order that a caller can rely on, which `sluice eval` holds against gold values. What a
//! model says about itself in words is none of it. Called by the engine after the proof of an answer.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{AttributionMap, EvidenceMap};
use crate::pointer::join;

/// Nothing is certain.
const CONFIDENCE_MAX: f32 = 0.99;

/// Share of another reader's confidence that counts against a value that it reads otherwise: it is right less often than
/// a large model where the two differ.
const AGAINST: f32 = 0.5;

/// What else is known of an answer.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What another reader says in its place, and how sure it is: only where its confidence was measured.
    pub second: Option<(Value, EvidenceMap)>,
    /// How probable the model held the least probable word of each value, by pointer into the whole result.
    pub probabilities: BTreeMap<String, f32>,
}

/// Weighs the confidence of every value below `path`.
pub fn weigh(attributions: &mut AttributionMap, path: &str, value: &Value, beside: &Beside) {
    for (pointer, probability) in &beside.probabilities {
        if let Some(found) = attributions.get_mut(pointer) {
            found.confidence *= probability.clamp(0.0, 1.0);
        }
    }
    let Some((second, evidence)) = &beside.second else { return };
    each_leaf((value, second), path, &mut |pointer, value, second| {
        let told = evidence.get(pointer).and_then(|evidence| evidence.confidence);
        let (Some(found), Some(told)) = (attributions.get_mut(pointer), told) else { return };
        let told = told.clamp(0.0, 1.0);
        found.confidence = match is_same(value, second) {
            // Both would have to be wrong, and in the same way.
            true => (1.0 - (1.0 - found.confidence) * (1.0 - told)).min(CONFIDENCE_MAX).max(found.confidence),
            false => found.confidence * (1.0 - AGAINST * told),
        };
    });
}

/// Values that both have. Lists of another length say nothing about which entry is which.
fn each_leaf(both: (&Value, &Value), pointer: &str, heard: &mut impl FnMut(&str, &Value, &Value)) {
    match both {
        (Value::Object(one), Value::Object(other)) => {
            let shared = one.iter().filter_map(|(name, value)| Some((name, value, other.get(name)?)));
            shared.for_each(|(name, value, second)| each_leaf((value, second), &join(pointer, name), heard));
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (nth, both) in one.iter().zip(other).enumerate() {
                each_leaf(both, &join(pointer, &nth.to_string()), heard);
            }
        }
        (Value::Array(_) | Value::Object(_) | Value::Null, _)
        | (_, Value::Array(_) | Value::Object(_) | Value::Null) => {}
        (value, second) => heard(pointer, value, second),
    }
}

/// But for case and what stands between letters and digits.
fn is_same(one: &Value, other: &Value) -> bool {
    let letters =
        |text: &str| text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    match (one, other) {
        (Value::String(one), Value::String(other)) => letters(one) == letters(other),
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| (one - other).abs() < 1e-9)
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::attribution::{Attribution, Evidence, Match};

    fn weighed(value: &Value, second: &Value, told: Option<f32>, probability: Option<f32>) -> Vec<(String, f32)> {
        let leaves = ["/a/text", "/a/sum", "/a/rows/0"];
        let proof = |matched, confidence| Attribution {
            matched,
            confidence,
            reasoning: None,
            page_numbers: Vec::new(),
            locations: Vec::new(),
        };
        let mut attributions: AttributionMap =
            leaves.iter().map(|leaf| ((*leaf).to_owned(), proof(Match::Exact, 0.9))).collect();
        let evidence =
            leaves.iter().map(|leaf| ((*leaf).to_owned(), Evidence { confidence: told, ..Evidence::default() }));
        let probabilities = probability.map(|probability| ("/a/sum".to_owned(), probability)).into_iter().collect();
        let beside = Beside { second: Some((second.clone(), evidence.collect())), probabilities };
        weigh(&mut attributions, "/a", value, &beside);
        let rounded = |confidence: f32| (confidence * 1_000.0).round() / 1_000.0;
        attributions.into_iter().map(|(leaf, found)| (leaf, rounded(found.confidence))).collect()
    }

    #[test]
    fn who_agrees_raises_and_who_differs_lowers() {
        let said = json!({"text": "ACME, Ltd.", "sum": 12.5, "rows": ["x"]});
        let check = |second: Value, told, probability, expect: [f32; 3]| {
            let found = weighed(&said, &second, told, probability);
            let found: Vec<f32> = found.into_iter().map(|(_, confidence)| confidence).collect();
            assert_eq!(found, expect, "rows, sum, text of {second}");
        };
        check(json!({"text": "acme ltd", "sum": 12.50, "rows": ["y"]}), Some(0.8), None, [0.54, 0.98, 0.98]);
        check(json!({"text": null, "rows": ["x", "x"]}), Some(0.8), None, [0.9, 0.9, 0.9]);
        check(json!({"text": "Other", "sum": 1}), Some(0.0), None, [0.9, 0.9, 0.9]);
        check(json!({"text": "Other", "sum": 1}), None, None, [0.9, 0.9, 0.9]);
        check(json!({"sum": 12.5}), Some(1.0), Some(0.5), [0.9, 0.99, 0.9]);
        check(json!({}), None, Some(0.5), [0.9, 0.45, 0.9]);
    }
}
