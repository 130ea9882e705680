//! What a model says about the places of its values, as hints for attribution.
//!
//! Believes nothing: a line that is not there is left out, and what the words say is judged elsewhere. A place that is
//! said for an object holds for every value in it that has none of its own. Called by `prompt`.

use std::collections::BTreeMap;

use serde_json::Value;
use sluice_extract::attribution::{Evidence, EvidenceMap, WordsOnPage};
use sluice_extract::pointer::join;

use super::pages::Pages;

/// Most lines that one range may name; more is no place.
const RANGE_LINES_MAX: u32 = 40;

/// Hints by the pointer into the whole result. `value` stands there at a path; if it is a list, behind so many rows.
pub(super) fn evidence(sources: &Value, value: &Value, (path, begun): (&str, usize), pages: &Pages) -> EvidenceMap {
    let cited = cited(sources, pages);
    let mut found = EvidenceMap::new();
    if !cited.is_empty() {
        walk(value, "", None, &cited, &mut |pointer, evidence| {
            found.insert(format!("{path}{}", shifted(pointer, begun)), evidence.clone());
        });
    }
    found
}

/// The pointer of a row of this turn, as a row of all turns.
pub(super) fn shifted(pointer: &str, begun: usize) -> String {
    let mut tokens = pointer.splitn(3, '/');
    let (_, row, rest) = (tokens.next(), tokens.next(), tokens.next());
    match row.and_then(|row| row.parse::<usize>().ok()).filter(|_| begun > 0) {
        Some(row) => format!("/{}{}", row + begun, rest.map(|rest| format!("/{rest}")).unwrap_or_default()),
        None => pointer.to_owned(),
    }
}

fn walk<'c>(
    value: &Value,
    pointer: &str,
    above: Option<&'c Evidence>,
    cited: &'c BTreeMap<String, Evidence>,
    found: &mut impl FnMut(&str, &Evidence),
) {
    let here = cited.get(pointer).or(above);
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| walk(value, &join(pointer, name), here, cited, found));
        }
        Value::Array(items) => {
            (0..).zip(items).for_each(|(nth, value): (usize, _)| {
                walk(value, &join(pointer, &nth.to_string()), here, cited, found);
            });
        }
        _ => {
            if let Some(evidence) = here {
                found(pointer, evidence);
            }
        }
    }
}

fn cited(sources: &Value, pages: &Pages) -> BTreeMap<String, Evidence> {
    let mut cited: BTreeMap<String, Evidence> = BTreeMap::new();
    for source in sources.as_array().into_iter().flatten() {
        let Some(path) = source["path"].as_str() else { continue };
        let path = path.strip_prefix("/data/").map_or_else(|| path.to_owned(), |rest| format!("/{rest}"));
        let lines = source["lines"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let places: Vec<WordsOnPage> = lines.flat_map(|line| places(line, pages)).collect();
        if !places.is_empty() {
            cited.entry(path).or_default().places.extend(places);
        }
    }
    cited
}

/// `2:14` or `2:14-16`, with or without brackets.
fn places(line: &str, pages: &Pages) -> Vec<WordsOnPage> {
    let numbers = || {
        let (page, lines) = line.trim_matches(['[', ']', ' ']).split_once(':')?;
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let last = last.rsplit(':').next()?;
        let number = |text: &str| text.trim().parse::<u32>().ok();
        Some((number(page)?, number(first)?, number(last)?))
    };
    let Some((page, first, last)) = numbers() else { return Vec::new() };
    let last = last.min(first.saturating_add(RANGE_LINES_MAX));
    let words = |line| pages.words(page, line).map(|words| WordsOnPage { page, words: words.to_vec() });
    (first..=last).filter_map(words).collect()
}
