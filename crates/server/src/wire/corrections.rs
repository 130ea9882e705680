//! What people say of a job's values, as it is sent, kept and given.
//!
//! It lies over the result and never changes it. When a thing was said is ours to say: what did not change keeps its time.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sluice_extract::limits::CORRECTIONS_MAX;
use sluice_store::CorrectionsRow;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::body::Fields;
use super::problem::FieldProblem;
use super::time;

/// Longest JSON pointer, in characters: far longer than any into a result.
const POINTER_MAX: usize = 2_000;

/// What people say of the values of a job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Corrections {
    /// Counts the changes; 0 where nothing was said yet. It is the `etag`, too.
    #[schema(minimum = 0)]
    revision: u64,
    /// When they were last changed.
    #[schema(format = DateTime, required)]
    changed_at: Option<String>,
    /// By the JSON pointer of the value.
    #[schema(schema_with = by_pointer)]
    corrections: Value,
}

impl From<CorrectionsRow> for Corrections {
    fn from(row: CorrectionsRow) -> Self {
        Self { revision: row.revision, changed_at: row.changed_at_ms.map(time::text), corrections: row.content }
    }
}

/// All that people say of the values of a job: what is left out is said no more.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: it is read as the store keeps it")]
pub(crate) struct PutCorrections {
    /// By the JSON pointer of the value.
    #[schema(schema_with = by_pointer)]
    corrections: Value,
}

/// What is said of one value.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: it is read and written as JSON, since null is a value")]
pub(crate) struct Correction {
    /// What it should be; null for nothing. Absent where it is right.
    value: Option<Value>,
    /// What it was when that was said.
    original: Option<Value>,
    /// Where it stands, as a person says.
    place: Option<CorrectedPlace>,
    /// A person has looked at it, and it is so.
    checked: Option<bool>,
    /// When it was said. Ours: what is sent is not read.
    #[schema(read_only, format = DateTime)]
    changed_at: Option<String>,
}

/// A place on a page, drawn by a person.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(crate) struct CorrectedPlace {
    /// From 1.
    #[schema(minimum = 1)]
    page: u32,
    bounding_box: CorrectedBox,
}

/// A box in fractions of the page from its top left corner.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(crate) struct CorrectedBox {
    #[schema(minimum = 0, maximum = 1)]
    x0: f64,
    #[schema(minimum = 0, maximum = 1)]
    y0: f64,
    #[schema(minimum = 0, maximum = 1)]
    x1: f64,
    #[schema(minimum = 0, maximum = 1)]
    y1: f64,
}

fn by_pointer() -> RefOr<Schema> {
    let schema = json!({
        "type": "object",
        "maxProperties": CORRECTIONS_MAX,
        "propertyNames": {"type": "string", "maxLength": POINTER_MAX, "pattern": "^(/([^~/]|~[01])*)*$"},
        "additionalProperties": {"$ref": "#/components/schemas/Correction"},
    });
    RefOr::T(serde_json::from_value(schema).unwrap_or_default())
}

/// The parts that are only referred to.
pub(crate) fn schemas() -> [(&'static str, RefOr<Schema>); 3] {
    [
        ("Correction", Correction::schema()),
        ("CorrectedPlace", CorrectedPlace::schema()),
        ("CorrectedBox", CorrectedBox::schema()),
    ]
}

impl PutCorrections {
    /// As they are kept, but for their times.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let sent = match fields.required("corrections", Fields::object) {
            Value::Object(sent) => sent,
            _ => Map::new(),
        };
        if sent.len() > CORRECTIONS_MAX {
            let message = format!("Dictionary should have at most {CORRECTIONS_MAX} items");
            fields.refuse(FieldProblem::new(&["body", "corrections"], "too_long", message));
            return fields.finish(Map::new());
        }
        let mut read = Map::new();
        for (pointer, correction) in sent {
            match one(&pointer, correction) {
                Ok(correction) => drop(read.insert(pointer, Value::Object(correction))),
                Err((key, message)) => {
                    let loc: Vec<&str> = ["body", "corrections", &pointer].into_iter().chain(key).collect();
                    fields.refuse(FieldProblem::new(&loc, "value_error", message));
                }
            }
        }
        fields.finish(read)
    }
}

type Wrong = (Option<&'static str>, &'static str);

fn one(pointer: &str, correction: Value) -> Result<Map<String, Value>, Wrong> {
    if !is_pointer(pointer) {
        return Err((None, "Key should be a JSON pointer, as /line_items/0/price"));
    }
    let Value::Object(mut sent) = correction else { return Err((None, "Input should be a valid dictionary")) };
    let mut read = Map::new();
    for key in ["value", "original"] {
        // Null is a value: that there is none.
        if let Some(value) = sent.remove(key) {
            read.insert(key.to_owned(), value);
        }
    }
    if let Some(place) = sent.remove("place").filter(|place| !place.is_null()) {
        let place = place_of(&place).ok_or((Some("place"), "Input should be a page from 1 and a box of fractions"))?;
        read.insert("place".to_owned(), place);
    }
    match sent.remove("checked") {
        None | Some(Value::Null) => {}
        Some(checked @ Value::Bool(_)) => drop(read.insert("checked".to_owned(), checked)),
        Some(_) => return Err((Some("checked"), "Input should be a valid boolean")),
    }
    Ok(read)
}

fn is_pointer(text: &str) -> bool {
    let is_escaped = |token: &str| token.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    let mut tokens = text.split('/');
    tokens.next() == Some("") && tokens.all(is_escaped) && text.chars().count() <= POINTER_MAX
}

fn place_of(place: &Value) -> Option<Value> {
    let page = place["page"].as_u64().filter(|page| (1..=u64::from(u32::MAX)).contains(page))?;
    let mut read = Map::new();
    for side in ["x0", "y0", "x1", "y1"] {
        let at = &place["bounding_box"][side];
        at.as_f64().filter(|at| (0.0..=1.0).contains(at))?;
        read.insert(side.to_owned(), at.clone());
    }
    Some(json!({"page": page, "bounding_box": read}))
}

/// Gives each the time at which it was said: what stands there already in the same words keeps its own.
pub(crate) fn stamped(said: &Map<String, Value>, before: &Value, now_ms: u64) -> Value {
    let now = time::text(now_ms);
    let stamp = |(pointer, correction): (&String, &Value)| {
        let mut stamped = correction.as_object().cloned().unwrap_or_default();
        let mut known = before.get(pointer).and_then(Value::as_object).cloned().unwrap_or_default();
        let at = known.remove("changed_at").filter(|_| known == stamped).unwrap_or_else(|| json!(now));
        stamped.insert("changed_at".to_owned(), at);
        (pointer.clone(), Value::Object(stamped))
    };
    Value::Object(said.iter().map(stamp).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_gets_a_new_time() {
        let said = |text: &str| PutCorrections::parse(text.as_bytes()).unwrap();
        let first = stamped(
            &said(r#"{"corrections": {"/a": {"value": null, "changed_at": "never"}, "/b": {"checked": true}}}"#),
            &json!({}),
            1_000,
        );
        let at = |ms| time::text(ms);
        assert_eq!(
            first,
            json!({"/a": {"value": null, "changed_at": at(1_000)}, "/b": {"checked": true, "changed_at": at(1_000)}})
        );
        let then = said(r#"{"corrections": {"/a": {"value": null}, "/b": {"checked": false}, "/c": {}}}"#);
        assert_eq!(
            stamped(&then, &first, 2_000),
            json!({"/a": {"value": null, "changed_at": at(1_000)}, "/b": {"checked": false, "changed_at": at(2_000)},
                "/c": {"changed_at": at(2_000)}})
        );
    }

    #[test]
    fn what_is_none_is_refused_at_its_place() {
        for (sent, place) in [
            (r#"{"corrections": {"a": {}}}"#, "a"),
            (r#"{"corrections": {"/a~2": {}}}"#, "/a~2"),
            (r#"{"corrections": {"/a": []}}"#, "/a"),
            (r#"{"corrections": {"/a": {"checked": 1}}}"#, "/a.checked"),
            (r#"{"corrections": {"/a": {"place": {"page": 0}}}}"#, "/a.place"),
            (r#"{"corrections": {"/a": {"place": {"page": 1, "bounding_box": {"x0": 2}}}}}"#, "/a.place"),
            (r#"{"corrections": []}"#, ""),
            ("{}", ""),
        ] {
            let refused = PutCorrections::parse(sent.as_bytes()).unwrap_err();
            let [problem] = refused.as_slice() else { panic!("{sent}: {refused:?}") };
            let loc = serde_json::to_value(&problem.loc).unwrap();
            let steps: Vec<&str> = loc.as_array().unwrap().iter().skip(2).filter_map(Value::as_str).collect();
            assert_eq!(steps.join("."), place, "{sent}");
        }
        let many: Map<String, Value> = (0..=CORRECTIONS_MAX).map(|at| (format!("/{at}"), json!({}))).collect();
        assert!(PutCorrections::parse(json!({"corrections": many}).to_string().as_bytes()).is_err());
    }
}
