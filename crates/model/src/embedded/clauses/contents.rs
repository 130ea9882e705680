//! The headings of a document as a list: of all numbered clauses, or of all sections.
//!
//! Called for arrays of texts whose name asks for headings.

use serde_json::{Value, json};
use sluice_extract::attribution::Evidence;
use sluice_extract::schema::{ArrayRules, Kind, Node};

use super::parties::places;
use super::{Clauses, Heading};
use crate::embedded::layout::Layout;
use crate::embedded::solution::Found;
use crate::embedded::text::{name_words, words};
use crate::embedded::value::fits;

/// Headings that make a list.
const HEADINGS_MIN: usize = 3;
/// How sure a heading is one.
const CONFIDENCE: f32 = 0.86;

/// Fills a list of headings.
pub(crate) fn fill(layout: &Layout<'_>, clauses: &Clauses, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let name = name_words(path.last()?);
    let asks = |word: &String| matches!(word.as_str(), "headings" | "heading" | "clauses" | "sections" | "chapters");
    let rules = rules(node).filter(|rules| matches!(rules.items.kind, Kind::String(_)))?;
    if !name.iter().any(asks) {
        return None;
    }
    let told = words(node.description.as_deref().unwrap_or_default());
    let headings: Vec<&Heading> = clauses.headings.iter().filter(|heading| is_top(heading)).collect();
    if headings.len() < HEADINGS_MIN {
        return None;
    }
    let with_numbers = told.iter().any(|word| word == "with") && told.iter().any(|word| word.starts_with("number"));
    let mut found = Found { value: json!([]), ..Found::default() };
    for heading in headings {
        let number = heading.number.as_deref().filter(|_| with_numbers);
        let value = number.map_or_else(|| json!(heading.text), |number| json!(format!("{number} {}", heading.text)));
        let Some(items) = found.value.as_array_mut().filter(|_| fits(&rules.items, &value)) else { continue };
        let evidence = Evidence {
            places: places(layout, std::slice::from_ref(&heading.at)),
            confidence: Some(CONFIDENCE),
            reasoning: Some("A heading with a number of its own.".to_owned()),
        };
        found.evidence.insert(format!("{pointer}/{}", items.len()), evidence);
        items.push(value);
    }
    (found.value != Value::Array(Vec::new())).then_some(found)
}

fn rules(node: &Node) -> Option<&ArrayRules> {
    match &node.kind {
        Kind::Array(rules) => Some(rules),
        Kind::Union(branches) => branches.iter().find_map(rules),
        _ => None,
    }
}

/// A number of one level: `12.`
fn is_top(heading: &Heading) -> bool {
    let number = heading.number.as_deref().unwrap_or_default().trim_end_matches(['.', ')']);
    !number.is_empty() && number.chars().all(|char| char.is_ascii_digit())
}
