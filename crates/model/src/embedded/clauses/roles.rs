//! Several names before one role: `FIRST BANK, N.A. and SECOND BANK, as Joint Lead Arrangers`.
//!
//! The way covers of agreements name who arranges and manages: names on lines of their own, then their role. Called for
//! arrays of texts that are called like the role.

use serde_json::{Value, json};
use sluice_extract::attribution::Evidence;
use sluice_extract::schema::{Kind, Node};

use super::Clauses;
use crate::embedded::candidate::Printed;
use crate::embedded::layout::{Layout, Segment};
use crate::embedded::query::{LabelText, Query};
use crate::embedded::solution::Found;
use crate::embedded::text::{fold, words};
use crate::embedded::value::fits;

/// Pages on which a cover names its parties.
const PAGES: usize = 4;
/// A role says what is asked at least this well.
const SAYS: f32 = 0.8;
/// How sure a name is.
const CONFIDENCE: f32 = 0.8;
/// Names before one role.
const NAMES_MAX: usize = 12;
/// Words of a line with a name.
const WORDS_MAX: usize = 9;
/// Lines apart from each other by more than this many heights are two names.
const APART: f32 = 0.7;

/// Fills an array of texts with the names before the role.
pub(crate) fn fill(layout: &Layout<'_>, clauses: &Clauses, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let item = text_item(node)?;
    let query = Query::of_names(&[path.last()?]);
    let order: Vec<usize> = clauses.order.iter().copied().filter(|&at| is_early(layout, at)).collect();
    let mut names: Vec<Vec<Printed>> = Vec::new();
    let mut page = None;
    for (at, &index) in order.iter().enumerate() {
        let Some(segment) = layout.segments.get(index) else { continue };
        let Some(start) = role(&segment.text, &query).filter(|_| page.is_none_or(|page| page == segment.page)) else {
            continue;
        };
        let own = before(layout, order.get(..at)?, index, start);
        page = page.or(Some(segment.page).filter(|_| !own.is_empty()));
        names.extend(own);
    }
    let names = once(layout, names);
    if names.is_empty() {
        return None;
    }
    Some(written(layout, names, pointer, item))
}

/// Fills an array of texts with every name that stands before the role where contracts are signed: `NAME, as a Lender`.
/// For arrays that nothing else filled.
pub(crate) fn signed(
    layout: &Layout<'_>,
    clauses: &Clauses,
    path: &[&str],
    pointer: &str,
    node: &Node,
) -> Option<Found> {
    const LEAST: usize = 2;
    let item = text_item(node)?;
    let query = Query::of_names(&[path.last()?]);
    let mut names: Vec<Vec<Printed>> = Vec::new();
    for (at, &index) in clauses.order.iter().enumerate() {
        let Some(segment) = layout.segments.get(index) else { continue };
        let Some(start) = role(&segment.text, &query) else { continue };
        let own = before(layout, clauses.order.get(..at)?, index, start);
        names.extend(own.into_iter().next_back());
    }
    let names = once(layout, names);
    (names.len() >= LEAST).then(|| written(layout, names, pointer, item))
}

/// The names before a role that begins at a byte of a line: in the line, else on the lines above it.
fn before(layout: &Layout<'_>, above: &[usize], index: usize, start: usize) -> Vec<Vec<Printed>> {
    let Some(segment) = layout.segments.get(index) else { return Vec::new() };
    let own = names_in(index, segment.text.get(..start).unwrap_or_default());
    if own.is_empty() { names_above(layout, above, segment.page) } else { own }
}

/// Each name once.
fn once(layout: &Layout<'_>, names: Vec<Vec<Printed>>) -> Vec<Vec<Printed>> {
    let mut seen: Vec<String> = Vec::new();
    let is_new = |name: &Vec<Printed>| {
        let text = fold(&joined(layout, name));
        let is_new = !seen.contains(&text);
        seen.push(text);
        is_new
    };
    names.into_iter().filter(is_new).collect()
}

fn joined(layout: &Layout<'_>, places: &[Printed]) -> String {
    let text = |at: &Printed| layout.segments.get(at.segment)?.text.get(at.bytes.clone());
    places.iter().filter_map(text).collect::<Vec<_>>().join(" ")
}

fn written(layout: &Layout<'_>, names: Vec<Vec<Printed>>, pointer: &str, item: &Node) -> Found {
    let mut found = Found { value: json!([]), ..Found::default() };
    for places in names {
        let value = json!(joined(layout, &places));
        let Value::Array(items) = &mut found.value else { continue };
        if !fits(item, &value) {
            continue;
        }
        let place = |at: &Printed| Some(layout.segments.get(at.segment)?.place(layout.document, &at.bytes));
        let evidence = Evidence {
            places: places.iter().filter_map(place).collect(),
            confidence: Some(CONFIDENCE),
            reasoning: Some("A name before the role that is asked for.".to_owned()),
        };
        found.evidence.insert(format!("{pointer}/{}", items.len()), evidence);
        items.push(value);
    }
    found
}

fn is_early(layout: &Layout<'_>, index: usize) -> bool {
    layout.segments.get(index).is_some_and(|segment| segment.page < PAGES)
}

/// Where the role of a line begins, if it is the one that is asked for.
fn role(text: &str, query: &Query) -> Option<usize> {
    let start = if text.starts_with("as ") { 0 } else { text.find(", as ")? };
    let said = text.get(start..)?.trim_start_matches(", ").strip_prefix("as ")?;
    let parts = said.split([',', ';', '.', '(']).next()?.split(" and ");
    let plain = |part: &str| {
        let kept = words(part)
            .into_iter()
            .filter(|word| !["joint", "co", "sole", "the", "a", "an", "as"].contains(&word.as_str()));
        kept.collect::<Vec<String>>().join(" ")
    };
    { parts }.any(|part| query.similarity(&LabelText::of(&plain(part))) >= SAYS).then_some(start)
}

/// The names in the line of the role itself.
fn names_in(segment: usize, before: &str) -> Vec<Vec<Printed>> {
    let mut names = Vec::new();
    let mut from = 0;
    for part in before.split(" and ") {
        let bytes = from..from + part.trim_end_matches(',').len();
        from += part.len() + " and ".len();
        if is_name(part) {
            names.push(vec![Printed { segment, bytes }]);
        }
    }
    names
}

/// The names on the lines above, the first first: up to a line that is none.
fn names_above(layout: &Layout<'_>, order: &[usize], page: usize) -> Vec<Vec<Printed>> {
    let mut names: Vec<Vec<Printed>> = Vec::new();
    let mut below: Option<&Segment> = None;
    for &index in order.iter().rev() {
        let Some(segment) = layout.segments.get(index).filter(|segment| segment.page == page) else { break };
        let joint = matches!(fold(&segment.text).as_str(), "and" | "");
        if joint {
            below = None;
            continue;
        }
        if !is_name(&segment.text) || names.len() >= NAMES_MAX {
            break;
        }
        let name = segment.text.trim_end_matches([',', ' ']);
        let name = name.strip_suffix(" and").map_or(name, |name| name.trim_end_matches(','));
        let printed = Printed { segment: index, bytes: 0..name.len() };
        // A name that goes on in the line below ends without a comma.
        let goes_on = below.is_some_and(|below| {
            below.rect.y0 - segment.rect.y1 < APART * segment.rect.height() && !segment.text.ends_with([',', '.'])
        });
        match names.last_mut().filter(|_| goes_on) {
            Some(last) => last.insert(0, printed),
            None => names.push(vec![printed]),
        }
        below = Some(segment);
    }
    names.reverse();
    names
}

/// Begins with a capital or a figure, and is no title, date, amount or sentence.
fn is_name(text: &str) -> bool {
    const NEVER: [&str; 9] = ["agreement", "among", "between", "dated", "herein", "hereto", "page", "exhibit", "copy"];
    let begins = text.chars().next().is_some_and(|char| char.is_uppercase() || char.is_ascii_digit());
    let folded = words(text);
    let never = folded.iter().any(|word| NEVER.contains(&word.as_str())) || text.contains(['$', ':', '”', '/']);
    begins && !never && text.chars().any(char::is_uppercase) && folded.len() <= WORDS_MAX && text.len() > 3
}

/// The items of an array of texts.
fn text_item(node: &Node) -> Option<&Node> {
    match &node.kind {
        Kind::Array(rules) => matches!(rules.items.kind, Kind::String(_)).then_some(rules.items.as_ref()),
        Kind::Union(branches) => branches.iter().find_map(text_item),
        _ => None,
    }
}
