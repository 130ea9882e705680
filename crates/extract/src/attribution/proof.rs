//! A chosen place as an attribution: one location for each line, and a confidence.
//!
//! The only room that writes boxes, quotes and confidences; `weigh` changes the last for what else is known. Called by
//! `choose`.

use super::index::Index;
use super::{Attribution, Evidence, Location, Match};
use crate::page::Rect;

/// Confidence where no calibrated one is given, by how the document agrees. Not probabilities that were measured: an
/// order that a caller can rely on, each apart from the next. What was measured comes from models, as evidence.
mod confidence {
    pub(super) const EXACT: f32 = 0.9;
    pub(super) const CLOSE: f32 = 0.8;
    /// The words mean the value only with good will: another reading of a date, a slip, a word different.
    pub(super) const CLOSE_WEAK: f32 = 0.6;
    /// A value that says little, without anything around it that says it is this one.
    pub(super) const BY_CHANCE: f32 = 0.3;
    pub(super) const MISSING: f32 = 0.1;
    /// A model's own confidence is multiplied by this where the value stands elsewhere than it said.
    pub(super) const ELSEWHERE: f32 = 0.8;
    /// ... and by this where the value stands nowhere.
    pub(super) const NOWHERE: f32 = 0.3;
    /// Quality from which a close place is a good one.
    pub(super) const GOOD_QUALITY: f32 = 0.7;
}

/// The place that was chosen for a value.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Spots, in the order in which they are read.
    pub(super) spots: Vec<u32>,
    /// The drawn mark or form field beside them that says the value: its page and box.
    pub(super) mark: Option<(u32, Rect)>,
    pub(super) matched: Match,
    pub(super) quality: f32,
    /// Something beside the words themselves says that it is this place: a label, the row, a model.
    pub(super) in_context: bool,
    /// It is where the model said.
    pub(super) as_hinted: bool,
    /// So little that it stands in many places.
    pub(super) says_little: bool,
}

/// The proof of a value.
pub(super) fn attribution(index: &Index, place: Option<&Place>, evidence: Option<&Evidence>) -> Attribution {
    let matched = place.map_or(Match::Missing, matched);
    let locations = place.map(|place| locations(index, place, matched)).unwrap_or_default();
    let mut page_numbers: Vec<u32> = locations.iter().map(|location| location.page).collect();
    page_numbers.sort_unstable();
    page_numbers.dedup();
    Attribution {
        matched,
        confidence: confidence_of(place, evidence),
        reasoning: evidence.and_then(|evidence| evidence.reasoning.clone()),
        page_numbers,
        locations,
    }
}

/// A value that says little, without context, is never called exact: it may be any of its likes.
fn matched(place: &Place) -> Match {
    if is_by_chance(place) { Match::Close } else { place.matched }
}

fn is_by_chance(place: &Place) -> bool {
    place.says_little && !place.in_context && !place.as_hinted
}

fn confidence_of(place: Option<&Place>, evidence: Option<&Evidence>) -> f32 {
    let told = evidence.and_then(|evidence| evidence.confidence).map(|told| told.clamp(0.0, 1.0));
    let hinted = evidence.is_some_and(|evidence| evidence.places.iter().any(|place| !place.words.is_empty()));
    match (told, place) {
        (Some(told), None) => told * confidence::NOWHERE,
        (Some(told), Some(place)) if hinted && !place.as_hinted => told * confidence::ELSEWHERE,
        (Some(told), Some(_)) => told,
        (None, None) => confidence::MISSING,
        (None, Some(place)) if is_by_chance(place) => confidence::BY_CHANCE,
        (None, Some(place)) => match place.matched {
            Match::Exact => confidence::EXACT,
            Match::Close if place.quality >= confidence::GOOD_QUALITY => confidence::CLOSE,
            Match::Close => confidence::CLOSE_WEAK,
            Match::Missing => confidence::MISSING,
        },
    }
}

fn locations(index: &Index, place: &Place, matched: Match) -> Vec<Location> {
    let mut lines: Vec<(u32, u32, Rect, Vec<&str>)> = Vec::new();
    for spot in place.spots.iter().filter_map(|spot| index.spots.get(*spot as usize)) {
        match lines.last_mut() {
            Some((page, line, rect, words)) if (*page, *line) == (spot.page, spot.line) => {
                *rect = rect.union(&spot.rect);
                words.push(&spot.text);
            }
            _ => lines.push((spot.page, spot.line, spot.rect, vec![&spot.text])),
        }
    }
    match (place.mark, lines.first_mut()) {
        (Some((page, rect)), Some((first, _, around, _))) if page == *first => *around = around.union(&rect),
        (Some((page, rect)), _) => lines.insert(0, (page, u32::MAX, rect, Vec::new())),
        (None, _) => {}
    }
    let located = lines.into_iter().filter_map(|(page, _, rect, words)| {
        let sheet = index.pages.get(page as usize)?;
        let bounding_box = fractions(&rect, sheet.width, sheet.height);
        Some(Location { page: sheet.number, bounding_box, quote: words.join(" "), matched })
    });
    located.collect()
}

fn fractions(rect: &Rect, width: f32, height: f32) -> Rect {
    let fraction = |value: f32, of: f32| if of > 0.0 { (value / of).clamp(0.0, 1.0) } else { 0.0 };
    Rect {
        x0: fraction(rect.x0, width),
        y0: fraction(rect.y0, height),
        x1: fraction(rect.x1, width),
        y1: fraction(rect.y1, height),
    }
}
