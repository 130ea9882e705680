//! What a first page bears without any label: the title in its largest type, the document's own number, its date.
//!
//! Only for places at the root of a schema that ask for the document itself. A number or a date counts for more where
//! the pages repeat it at their edges. Adds claims; called once per solution.

use std::collections::HashSet;

use serde_json::json;

use super::candidate::{Candidate, Printed, Thing};
use super::claim::{Claim, Reading};
use super::layout::Segment;
use super::lexicon::Lexicon;
use super::slot::{Slot, Want};
use super::text::words;
use super::value::{fits, of_thing};

/// Type of a title, in sizes of the usual type.
const TITLE_SIZE: f32 = 1.5;
/// Lines of a title.
const TITLE_LINES_MAX: usize = 4;
/// Share of the first page's height in which number and date stand.
const TOP: f32 = 0.22;
/// Share of a page's height at its edges, where pages repeat what they belong to.
const EDGE: f32 = 0.12;
/// Score of a title that is set much larger than all the rest.
const TITLE: f32 = 0.78;
/// The same in a document of several pages, where a label `Title` is likelier to name somebody's position.
const TITLE_OF_PAGES: f32 = 1.05;
/// Score of a number or a date that nothing repeats.
const ONCE: f32 = 0.56;
/// Score of a number or a date that the pages repeat at their edges.
const REPEATED: f32 = 0.72;

/// Score of a number that follows the kind of document.
const AFTER_KIND: f32 = 0.9;
/// Concepts of kinds of documents whose number is the document's own.
const DOCUMENTS: [&str; 6] = ["order", "invoice", "receipt", "contract", "document", "booking"];

/// The claims of the first page: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let edges = edges(reading);
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.path.len() == 1) {
        match slot.want {
            Want::Text if asks_only(slot, &["title"]) => {
                claims.extend(title(reading, slot).map(|claim| (index, claim)));
            }
            Want::Id if asks_only(slot, &["number", "id", "reference", "code"]) => {
                claims.extend(numbers(reading, slot, &edges).map(|claim| (index, claim)));
            }
            Want::Date if asks_only(slot, &["date", "issue", "publish"]) => {
                let told = date(reading, slot, &edges).or_else(|| only_day(reading, slot));
                claims.extend(told.map(|claim| (index, claim)));
            }
            _ => {}
        }
    }
    claims
}

/// Does a name say nothing but these concepts, and what kind of document it is?
fn asks_only(slot: &Slot<'_>, concepts: &[&str]) -> bool {
    let kinds = ["report", "document", "contract", "statement"];
    let says = |among: &[&str], reading: &Vec<String>| reading.iter().any(|concept| among.contains(&concept.as_str()));
    let name = &slot.query.name;
    name.iter().all(|reading| says(concepts, reading) || says(&kinds, reading))
        && name.iter().any(|reading| says(concepts, reading))
}

/// The largest type of the first page, over all its lines.
fn title(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    let segments = reading.layout.on_page(0);
    let height = reading.layout.document.pages.first()?.height.max(1.0);
    let mut sizes: Vec<f32> = segments.iter().map(|segment| segment.size).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied()?;
    let worded = |segment: &&Segment| segment.text.split(' ').filter(|word| letters(word) > 1).count() > 1;
    let large = segments.iter().enumerate().filter(|(_, segment)| worded(segment) && segment.rect.y0 < 0.6 * height);
    let (first, largest) = large.max_by(|a, b| a.1.size.total_cmp(&b.1.size).then(b.0.cmp(&a.0)))?;
    if largest.size < TITLE_SIZE * usual || largest.size < 0.98 * sizes.last().copied()? || letters(&largest.text) < 8 {
        return None;
    }
    let mut lines = vec![first];
    let mut last = largest;
    for (index, segment) in segments.iter().enumerate().skip(first + 1) {
        let gap = segment.rect.y0 - last.rect.y1;
        let goes_on = (segment.size - largest.size).abs() < 0.02 * largest.size && gap < 0.8 * last.rect.height();
        if goes_on && segment.rect.overlap_x(&last.rect) > 0.0 && lines.len() < TITLE_LINES_MAX {
            lines.push(index);
            last = segment;
        }
    }
    let text = |&index: &usize| segments.get(index).map(|segment| segment.text.as_str());
    let value = json!(lines.iter().filter_map(text).collect::<Vec<_>>().join(" "));
    let places = lines.iter().filter_map(|&segment| Some(whole(segment, segments.get(segment)?))).collect();
    let score = if reading.layout.document.pages.len() > 1 { TITLE_OF_PAGES } else { TITLE };
    fits(slot.node, &value).then(|| Claim {
        places,
        value,
        score,
        why: "the largest type of the first page".to_owned(),
    })
}

/// Codes that stand alone at the top.
fn numbers<'r>(
    reading: &'r Reading<'_>,
    slot: &'r Slot<'_>,
    edges: &'r HashSet<&str>,
) -> impl Iterator<Item = Claim> + 'r {
    at_top(reading).filter_map(move |(index, segment)| {
        if let Some(at) = after_kind(index, segment) {
            let value = json!(reading.printed(&at));
            let why = "follows the kind of document at the top of the first page".to_owned();
            return fits(slot.node, &value).then(|| Claim { places: vec![at], value, score: AFTER_KIND, why });
        }
        let text = segment.text.as_str();
        let value = json!(text);
        (is_code(text) && !is_typed(reading, index, text) && fits(slot.node, &value)).then(|| Claim {
            places: vec![whole(index, segment)],
            value,
            score: score(edges, text),
            why: "stands alone at the top of the first page".to_owned(),
        })
    })
}

/// The code of `Order no.: 4711`: what kind of document it is, a word for a number, and a colon.
fn after_kind(index: usize, segment: &Segment) -> Option<Printed> {
    let (label, code) = segment.text.split_once(": ")?;
    let said: Vec<String> = words(label).iter().flat_map(|word| Lexicon::shared().readings(word)).flatten().collect();
    let says = |among: &[&str]| said.iter().any(|concept| among.contains(&concept.as_str()));
    let few = label.split(' ').count() <= 3;
    let start = segment.text.len() - code.len();
    (few && is_code(code) && says(&["number", "id"]) && says(&DOCUMENTS))
        .then_some(Printed { segment: index, bytes: start..segment.text.len() })
}

/// A word with digits and letters or marks between them.
fn is_code(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let marked = text.chars().any(|char| char.is_alphabetic()) || text.contains(['/', '-']);
    !text.contains(' ') && text.len() >= 5 && digits >= 2 && marked && !text.contains(['@', ':', '%', '€', '$', '£'])
}

/// Is all of it a date, a time, or an identifier of another kind? A code may hold a year and a month.
fn is_typed(reading: &Reading<'_>, segment: usize, text: &str) -> bool {
    let found = reading.candidates.within(&(segment..segment + 1));
    let found = reading.candidates.all.get(found).unwrap_or_default();
    let whole = |candidate: &Candidate| candidate.at.bytes.len() * 3 > text.len() * 2;
    found.iter().any(|candidate| !matches!(candidate.thing, Thing::Number(_)) && whole(candidate))
}

/// A date in figures alone.
fn is_day(text: &str) -> bool {
    !text.chars().any(char::is_alphabetic)
}

/// The one date at the top.
fn date(reading: &Reading<'_>, slot: &Slot<'_>, edges: &HashSet<&str>) -> Option<Claim> {
    let worded = at_top(reading).filter(|(_, segment)| !is_code(&segment.text) || is_day(&segment.text));
    let dates = worded.flat_map(|(index, _)| {
        let found = reading.candidates.within(&(index..index + 1));
        reading.candidates.all.get(found).unwrap_or_default()
    });
    let mut dates = dates.filter(|candidate| matches!(candidate.thing, Thing::Date(_)));
    let only = dates.next().filter(|_| dates.next().is_none())?;
    let printed = reading.printed(&only.at);
    let value = of_thing(slot, &only.thing, printed, reading.candidates)?;
    let why = "the one date at the top of the first page".to_owned();
    Some(Claim { places: vec![only.at.clone()], value, score: score(edges, printed), why })
}

/// The one day that a document of one page names, wherever it does: slips of tills print it at their foot.
fn only_day(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    if reading.layout.document.pages.len() > 1 {
        return None;
    }
    let dates = reading.candidates.all.iter().filter(|candidate| matches!(candidate.thing, Thing::Date(_)));
    let mut days = dates.filter_map(|candidate| {
        let printed = reading.printed(&candidate.at);
        Some((&candidate.at, of_thing(slot, &candidate.thing, printed, reading.candidates)?))
    });
    let (at, value) = days.next()?;
    let why = "the one day that is named".to_owned();
    days.all(|(_, other)| other == value).then(|| Claim { places: vec![at.clone()], value, score: ONCE, why })
}

fn score(edges: &HashSet<&str>, text: &str) -> f32 {
    if edges.iter().any(|edge| edge.contains(text)) { REPEATED } else { ONCE }
}

fn at_top<'r>(reading: &'r Reading<'_>) -> impl Iterator<Item = (usize, &'r Segment)> {
    let height = reading.layout.document.pages.first().map_or(1.0, |page| page.height.max(1.0));
    let segments = reading.layout.on_page(0).iter().enumerate();
    segments.filter(move |(_, segment)| segment.rect.y1 < TOP * height)
}

/// What stands at the edges of the pages, but the top of the first.
fn edges<'r>(reading: &'r Reading<'_>) -> HashSet<&'r str> {
    let at_edge = |segment: &&Segment| {
        let height = reading.layout.page_of(segment).map_or(1.0, |page| page.height.max(1.0));
        let top = segment.rect.y1 < EDGE * height && segment.page > 0;
        top || segment.rect.y0 > (1.0 - EDGE) * height
    };
    reading.layout.segments.iter().filter(at_edge).map(|segment| segment.text.as_str()).collect()
}

fn whole(index: usize, segment: &Segment) -> Printed {
    Printed { segment: index, bytes: 0..segment.text.len() }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|char| char.is_alphabetic()).count()
}
