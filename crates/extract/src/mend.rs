//! What is amiss in an answer and can be asked again, value by value: what the schema does not allow, and what is missing
//! because the answer was cut off.
//!
//! Says what to ask and takes in what came back; what is not better is left as it was, and `verify` decides. Nobody is
//! asked here. Called by the engine after an answer, at most once for each value.

use serde_json::{Map, Value};

use crate::attribution::{EvidenceMap, node_at};
use crate::limits::{MENDED_AT_ONCE_MAX, MENDED_LEAVES_MAX};
use crate::pointer::{join, tokens};
use crate::schema::Subtree;
use crate::verify::Validator;

/// A value to be asked again.
#[derive(Clone, Debug, PartialEq)]
pub struct Amiss {
    /// Its name in the question.
    pub name: String,
    /// JSON pointer into the answer.
    pub pointer: String,
    /// What was said; `None` where nothing was.
    pub said: Option<Value>,
    /// What is wrong with it, in the validator's words.
    pub message: String,
    schema: Value,
}

/// What of an answer can be asked again. `is_cut`: it ends at the model's limit, so what it lacks was never asked in
/// truth.
#[must_use]
pub fn amiss(subtree: &Subtree, value: &Value, is_cut: bool) -> Vec<Amiss> {
    let mut found = invalid(subtree, value);
    if is_cut {
        found.extend(missing(subtree, value));
    }
    found.truncate(MENDED_AT_ONCE_MAX);
    for (number, amiss) in (1..).zip(&mut found) {
        amiss.name = format!("v{number}");
    }
    found
}

fn invalid(subtree: &Subtree, value: &Value) -> Vec<Amiss> {
    let (Ok(validator), Ok(root)) = (Validator::of_subtree(subtree), subtree.node()) else { return Vec::new() };
    let mut found: Vec<Amiss> = Vec::new();
    for wrong in validator.validate(value) {
        let said = value.pointer(&wrong.pointer).filter(|said| !said.is_null());
        let node = node_at(&root, &wrong.pointer).filter(|node| node.leaves() <= MENDED_LEAVES_MAX);
        // What is missing is not in the document, as far as the model can tell: that is an answer.
        let (Some(said), Some(node)) = (said, node) else { continue };
        if wrong.pointer.is_empty() || found.iter().any(|known| known.pointer == wrong.pointer) {
            continue;
        }
        let (said, schema, message) = (Some(said.clone()), node.to_schema(), wrong.message);
        found.push(Amiss { name: String::new(), pointer: wrong.pointer, said, message, schema });
    }
    found
}

/// Properties of an object that a cut answer does not have.
fn missing(subtree: &Subtree, value: &Value) -> Vec<Amiss> {
    let (Some(asked), Some(said)) = (subtree.schema.get("properties").and_then(Value::as_object), value.as_object())
    else {
        return Vec::new();
    };
    let message = "not answered yet".to_owned();
    let lacking = asked.iter().filter(|(name, _)| !said.contains_key(*name));
    lacking
        .map(|(name, schema)| Amiss {
            name: String::new(),
            pointer: join("", name),
            said: None,
            message: message.clone(),
            schema: schema.clone(),
        })
        .collect()
}

/// The values as a part of a schema of their own.
#[must_use]
pub fn question(subtree: &Subtree, amiss: &[Amiss]) -> Subtree {
    let properties: Map<String, Value> = amiss.iter().map(|amiss| (amiss.name.clone(), amiss.schema.clone())).collect();
    let mut schema = serde_json::json!({"type": "object", "properties": properties});
    for key in ["$defs", "definitions"] {
        if let Some(shared) = subtree.schema.get(key) {
            schema[key] = shared.clone();
        }
    }
    Subtree { schema, leaves: amiss.len(), ..subtree.clone() }
}

/// Puts what came back where it belongs: what is valid there now, and nothing else. Gives how many values that were.
#[must_use]
pub fn mended(
    subtree: &Subtree,
    value: &mut Value,
    evidence: &mut EvidenceMap,
    amiss: &[Amiss],
    (again, hints): (&Value, &EvidenceMap),
) -> usize {
    let Ok(validator) = Validator::of_subtree(subtree) else { return 0 };
    let mut count = 0;
    for amiss in amiss {
        let Some(said) = again.get(&amiss.name).filter(|said| !said.is_null()) else { continue };
        let before = value.clone();
        if !put(value, &amiss.pointer, said.clone()) {
            continue;
        }
        let is_at = |pointer: &str| below(pointer, &amiss.pointer).is_some();
        if validator.validate(value).iter().any(|wrong| is_at(&wrong.pointer)) {
            *value = before;
            continue;
        }
        count += 1;
        let place = format!("{}{}", subtree.path, amiss.pointer);
        evidence.retain(|pointer, _| below(pointer, &place).is_none());
        let asked = format!("{}/{}", subtree.path, amiss.name);
        let moved = hints.iter().filter_map(|(pointer, hint)| Some((below(pointer, &asked)?, hint)));
        evidence.extend(moved.map(|(rest, hint)| (format!("{place}{rest}"), hint.clone())));
    }
    count
}

/// What follows `place` in a pointer at or below it.
fn below<'p>(pointer: &'p str, place: &str) -> Option<&'p str> {
    pointer.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn put(whole: &mut Value, pointer: &str, value: Value) -> bool {
    if let Some(place) = whole.pointer_mut(pointer) {
        *place = value;
        return true;
    }
    let (Some(name), Some(above)) = (tokens(pointer).last(), pointer.rfind('/').and_then(|at| pointer.get(..at)))
    else {
        return false;
    };
    let Some(Value::Object(entries)) = whole.pointer_mut(above) else { return false };
    entries.insert(name, value);
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::attribution::Evidence;
    use crate::schema::{Schema, SplitOptions, split};

    fn subtree() -> Subtree {
        let schema = Schema::parse(&json!({"type": "object", "properties": {
            "date": {"type": "string", "format": "date"}, "total": {"type": "number"},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}},
        }, "required": ["date"]}))
        .unwrap();
        split(&schema, &SplitOptions { isolate_arrays: false, max_leaves_per_subtree: None })[0].clone()
    }

    fn told(value: &Value, is_cut: bool) -> Vec<String> {
        let found = amiss(&subtree(), value, is_cut);
        found.iter().map(|amiss| format!("{} {}: {}", amiss.name, amiss.pointer, amiss.message)).collect()
    }

    #[test]
    fn what_is_said_and_not_valid_is_asked_again() {
        let said = json!({"date": "soon", "lines": [{"price": 1}, {"price": "two"}]});
        insta::assert_debug_snapshot!(told(&said, false), @r###"
        [
            "v1 /date: \"soon\" is not a \"date\"",
            "v2 /lines/1/price: \"two\" is not of type \"number\"",
        ]
        "###);
        assert!(told(&json!({"total": 1}), false).is_empty(), "what the document does not say is not asked again");
        assert!(told(&json!("nonsense"), false).is_empty(), "an answer of another shape is not mended");
    }

    #[test]
    fn of_an_answer_that_was_cut_off_the_rest_is_asked() {
        insta::assert_debug_snapshot!(told(&json!({"date": "2026-01-02"}), true), @r###"
        [
            "v1 /total: not answered yet",
            "v2 /lines: not answered yet",
        ]
        "###);
    }

    #[test]
    fn what_comes_back_is_taken_where_it_is_valid() {
        let mut value = json!({"date": "soon", "total": "much", "lines": [{"price": "two"}]});
        let found = amiss(&subtree(), &value, false);
        let name = |pointer: &str| found.iter().find(|amiss| amiss.pointer == pointer).unwrap().name.clone();
        let again = json!({name("/date"): "2026-01-02", name("/total"): "very much", name("/lines/0/price"): 2});
        let hint = Evidence { reasoning: Some("there".to_owned()), ..Evidence::default() };
        let hints = EvidenceMap::from([(format!("/{}", name("/lines/0/price")), hint)]);
        let mut evidence = EvidenceMap::from([("/date".to_owned(), Evidence::default())]);
        assert_eq!(mended(&subtree(), &mut value, &mut evidence, &found, (&again, &hints)), 2);
        assert_eq!(value, json!({"date": "2026-01-02", "total": "much", "lines": [{"price": 2}]}));
        assert_eq!(evidence.keys().collect::<Vec<_>>(), ["/lines/0/price"]);
    }

    #[test]
    fn the_question_asks_for_these_values_alone() {
        let found = amiss(&subtree(), &json!({"date": "soon"}), false);
        let asked = question(&subtree(), &found);
        assert_eq!(asked.schema["properties"]["v1"]["format"], "date");
        assert!(asked.node().is_ok());
    }
}
