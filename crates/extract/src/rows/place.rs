//! Where an entry stands: the line that most of its values stand on.
//!
//! Reads proofs, which are computed from the document's words; what a model says about places only helped to find them.
//! Called by the engine after each turn.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::attribution::{Attribution, AttributionMap, Evidence, EvidenceMap, Location, Match, WordsOnPage};
use crate::lines::{ShownLine, shown_lines};
use crate::page::{Document, Page, Rect};
use crate::pointer::join;

/// Page and line as they are shown, both from 1.
pub type Place = (u32, u32);

/// The places of the entries of a list at `path`, by their proofs.
#[must_use]
pub fn places_of(document: &Document, path: &str, count: usize, proofs: &AttributionMap) -> Vec<Option<Place>> {
    let sheets: BTreeMap<u32, Sheet<'_>> = document.pages.iter().map(|page| (page.number, Sheet::new(page))).collect();
    let mut votes: Vec<BTreeMap<Place, u32>> = vec![BTreeMap::new(); count];
    for (pointer, proof) in proofs {
        let row = pointer.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
        let row = row.and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        let Some(votes) = row.and_then(|row| votes.get_mut(row)) else { continue };
        if let Some(place) = first_line(proof).and_then(|at| sheets.get(&at.page)?.line_at(at)) {
            *votes.entry(place).or_default() += 1;
        }
    }
    // The first of those with most votes: an entry of several lines begins there.
    let most = |votes: BTreeMap<Place, u32>| {
        votes.into_iter().max_by(|(a, x), (b, y)| x.cmp(y).then(b.cmp(a))).map(|(place, _)| place)
    };
    votes.into_iter().map(most).collect()
}

fn first_line(proof: &Attribution) -> Option<&Location> {
    proof.locations.first().filter(|_| proof.matched != Match::Missing)
}

/// Hints for the values of entries whose places are known.
#[must_use]
pub fn evidence_of(document: &Document, path: &str, rows: &[Value], places: &[Option<Place>]) -> EvidenceMap {
    let lines: BTreeMap<Place, Vec<u32>> = document
        .pages
        .iter()
        .flat_map(|page| shown_lines(page).into_iter().map(|line| ((page.number, line.number), line.words)))
        .collect();
    let mut hints = EvidenceMap::new();
    for (nth, (row, place)) in rows.iter().zip(places).enumerate() {
        let Some((place, words)) = place.and_then(|place| Some((place, lines.get(&place)?))) else { continue };
        let places = vec![WordsOnPage { page: place.0, words: words.clone() }];
        let hint = Evidence { places, ..Evidence::default() };
        leaves(row, &join(path, &nth.to_string()), &mut |pointer| {
            hints.insert(pointer.to_owned(), hint.clone());
        });
    }
    hints
}

fn leaves(value: &Value, pointer: &str, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| leaves(value, &join(pointer, name), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(nth, value)| leaves(value, &join(pointer, &nth.to_string()), found));
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => found(pointer),
    }
}

/// A page's lines with their boxes.
struct Sheet<'a> {
    page: &'a Page,
    lines: Vec<(ShownLine, Vec<Rect>)>,
}

impl<'a> Sheet<'a> {
    fn new(page: &'a Page) -> Self {
        let rects = |line: &ShownLine| {
            line.words.iter().filter_map(|word| page.words.get(*word as usize)).map(|word| word.rect).collect()
        };
        let lines = shown_lines(page).into_iter().map(|line| (rects(&line), line)).map(|(rects, line)| (line, rects));
        Self { page, lines: lines.collect() }
    }

    /// The line whose words the box covers most.
    fn line_at(&self, at: &Location) -> Option<Place> {
        let (width, height) = (self.page.width, self.page.height);
        let at = &at.bounding_box;
        let at = Rect::new(at.x0 * width, at.y0 * height, at.x1 * width, at.y1 * height);
        let covered = |rects: &[Rect]| rects.iter().map(|rect| area(rect, &at)).sum::<f32>();
        let best = self.lines.iter().map(|(line, rects)| (covered(rects), line.number));
        let (covered, number) = best.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        (covered > 0.0).then_some((self.page.number, number))
    }
}

/// What two boxes share.
fn area(one: &Rect, other: &Rect) -> f32 {
    let width = one.x1.min(other.x1) - one.x0.max(other.x0);
    let height = one.y1.min(other.y1) - one.y0.max(other.y0);
    width.max(0.0) * height.max(0.0)
}
