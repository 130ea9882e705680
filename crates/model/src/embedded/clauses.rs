//! Running text as passages: each with the heading it stands under, its number and, for every byte, the place of it.
//!
//! Lines are joined over line, column and page breaks; page furniture and the cells of tables are left out. Shapes only:
//! what a passage says is read by the rooms below. Built once for a document; slots and arrays read it.

mod block;
pub(crate) mod contents;
pub(crate) mod definition;
pub(crate) mod headed;
pub(crate) mod jurisdiction;
mod measure;
pub(crate) mod number;
pub(crate) mod parties;
mod roles;
pub(crate) mod sentence;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::candidate::Printed;
use super::layout::{Layout, Segment};
use super::solution::Found;
use super::text::fold;
use sluice_extract::schema::Node;

/// Share of a page's height at its edges where furniture stands.
const EDGE: f32 = 0.12;
/// Type this much larger than the usual is a heading's.
const LARGER: f32 = 1.15;
/// Words of a heading.
const HEADING_WORDS_MAX: usize = 10;

/// The running text of a document.
pub(crate) struct Clauses {
    /// In reading order.
    pub(crate) passages: Vec<Passage>,
    /// In reading order.
    pub(crate) headings: Vec<Heading>,
    /// Every segment but furniture, in reading order.
    order: Vec<usize>,
}

/// A line that heads what follows.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    /// Its number as printed: `12.`
    pub(crate) number: Option<String>,
    /// Its text without the number.
    pub(crate) text: String,
    /// Where the text stands.
    pub(crate) at: Printed,
}

/// A paragraph, or a numbered part of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passage {
    /// Its number as printed, `2.1`, and where.
    pub(crate) number: Option<(String, Printed)>,
    /// Position of its heading.
    pub(crate) heading: Option<usize>,
    /// Its lines, joined.
    pub(crate) text: String,
    /// Where pieces of the text come from: byte of the text, segment, byte of the segment's text.
    pieces: Vec<(usize, usize, usize)>,
}

impl Clauses {
    /// Joins the running text of a document.
    pub(crate) fn of(layout: &Layout<'_>) -> Self {
        let mut builder = Builder::default();
        let usual = usual_size(layout);
        let furniture = furniture(layout);
        for range in &layout.pages {
            let mut order: Vec<usize> = range.clone().collect();
            order.sort_by_key(|&index| layout.segments.get(index).and_then(|segment| segment.words.first().copied()));
            for index in order {
                let Some(segment) = layout.segments.get(index) else { continue };
                if furniture.contains(&skeleton(layout, segment)) {
                    continue;
                }
                builder.order.push(index);
                if segment.cell.is_none() {
                    builder.push(index, segment, usual);
                }
            }
        }
        builder.finish()
    }

    /// Fills an array that asks for parts of a contract; `path` holds the names from the root to it.
    pub(crate) fn fill(&self, layout: &Layout<'_>, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
        let parties = parties::fill(layout, self, path, pointer, node);
        let parties = parties.or_else(|| roles::fill(layout, self, path, pointer, node));
        parties.or_else(|| contents::fill(layout, self, path, pointer, node))
    }

    /// Fills an array of names by how they sign; for arrays that nothing else filled.
    pub(crate) fn signed(&self, layout: &Layout<'_>, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
        roles::signed(layout, self, path, pointer, node)
    }

    /// The heading of a passage.
    pub(crate) fn heading(&self, passage: &Passage) -> Option<&Heading> {
        self.headings.get(passage.heading?)
    }
}

impl Passage {
    /// Does some of its text stand in a segment?
    fn holds(&self, segment: usize) -> bool {
        self.pieces.iter().any(|piece| piece.1 == segment)
    }

    /// The places that a byte range of the text came from.
    pub(crate) fn places(&self, layout: &Layout<'_>, bytes: &Range<usize>) -> Vec<Printed> {
        let mut places = Vec::new();
        for (position, &(start, segment, from)) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(position + 1).map_or(self.text.len(), |next| next.0);
            let (first, last) = (bytes.start.max(start), bytes.end.min(end));
            let Some(own) = layout.segments.get(segment).filter(|_| first < last) else { continue };
            let bytes = from + first - start..(from + last - start).min(own.text.len());
            let text = own.text.get(bytes.clone()).unwrap_or_default();
            if !text.trim().is_empty() {
                places.push(Printed { segment, bytes: bytes.start..bytes.start + text.trim_end().len() });
            }
        }
        places
    }
}

#[derive(Default)]
struct Builder {
    passages: Vec<Passage>,
    headings: Vec<Heading>,
    order: Vec<usize>,
    open: Option<Passage>,
    block: Option<(usize, u32)>,
    /// A number that stands apart from the text it counts.
    mark: Option<(String, Printed)>,
}

impl Builder {
    fn push(&mut self, index: usize, segment: &Segment, usual: f32) {
        if is_mark(&segment.text) {
            self.close();
            self.mark = Some((segment.text.clone(), Printed { segment: index, bytes: 0..segment.text.len() }));
            return;
        }
        let mark = self.mark.take();
        if let Some(mut heading) = heading(index, segment, usual) {
            self.close();
            heading.number = heading.number.or(mark.map(|(number, _)| number));
            self.headings.push(heading);
            return;
        }
        let block = Some((segment.page, segment.block));
        let printed = MARKER.as_ref().and_then(|marker| marker.find(&segment.text));
        let own = |text: &str| (text.to_owned(), Printed { segment: index, bytes: 0..text.len() });
        let number = mark.or_else(|| printed.map(|found| own(found.as_str().trim())));
        let marked = number.is_some();
        let same = self.block == block;
        let goes_on = self.open.as_ref().is_some_and(|open| same || !is_ended(&open.text) && continues(&segment.text));
        if marked || !goes_on {
            self.close();
        }
        self.block = block;
        let heading = self.headings.len().checked_sub(1);
        let passage = self.open.get_or_insert_with(|| Passage { heading, number, ..Passage::default() });
        let broken = passage.text.ends_with('-') && segment.text.starts_with(char::is_lowercase);
        if !passage.text.is_empty() && !broken {
            passage.text.push(' ');
        }
        passage.pieces.push((passage.text.len(), index, 0));
        passage.text.push_str(&segment.text);
    }

    fn close(&mut self) {
        self.passages.extend(self.open.take());
        self.block = None;
    }

    fn finish(mut self) -> Clauses {
        self.close();
        Clauses { passages: self.passages, headings: self.headings, order: self.order }
    }
}

/// What opens a numbered part: `2.1`, `(a)`, `12.`
static MARKER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4}|[A-Z])[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s").ok());

/// Is a text nothing but the number of what follows it?
pub(crate) fn is_mark(text: &str) -> bool {
    text.len() <= 7 && MARKER.as_ref().is_some_and(|marker| marker.is_match(&format!("{text} ")))
}

fn is_ended(text: &str) -> bool {
    text.ends_with(['.', ':', ';', '!', '?'])
}

fn continues(text: &str) -> bool {
    text.starts_with(|char: char| char.is_lowercase() || char.is_ascii_digit() || "(“\"£$€".contains(char))
}

/// A short bold or large line that is no sentence.
fn heading(index: usize, segment: &Segment, usual: f32) -> Option<Heading> {
    let styled = segment.bold || segment.size > LARGER * usual;
    let end = MARKER.as_ref().and_then(|marker| marker.find(&segment.text)).map_or(0, |found| found.end());
    let text = segment.text.get(end..)?.trim_end_matches(':');
    let capital = text.chars().next().is_some_and(char::is_uppercase);
    let short = text.split(' ').count() <= HEADING_WORDS_MAX && !text.ends_with(['.', ',', ';']);
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    (styled && capital && short && letters >= 3).then(|| Heading {
        number: (end > 0).then(|| segment.text.get(..end).unwrap_or_default().trim().to_owned()),
        text: text.to_owned(),
        at: Printed { segment: index, bytes: end..end + text.len() },
    })
}

/// The size that most characters have.
fn usual_size(layout: &Layout<'_>) -> f32 {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for segment in &layout.segments {
        *sizes.entry((segment.size * 4.0).round() as u32).or_default() += segment.text.len();
    }
    sizes.into_iter().max_by_key(|&(size, count)| (count, size)).map_or(10.0, |(size, _)| size as f32 / 4.0)
}

/// The texts that several pages repeat at their edges, and at least half of them.
fn furniture(layout: &Layout<'_>) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for segment in &layout.segments {
        let text = skeleton(layout, segment);
        if !text.is_empty() {
            counts.entry(text).or_default().insert(segment.page);
        }
    }
    let enough = layout.pages.len().div_ceil(2).max(2);
    counts.into_iter().filter(|(_, pages)| pages.len() >= enough).map(|(text, _)| text).collect()
}

/// A text at the edge of a page without what changes from page to page; empty elsewhere.
fn skeleton(layout: &Layout<'_>, segment: &Segment) -> String {
    let height = layout.page_of(segment).map_or(1.0, |page| page.height.max(1.0));
    if segment.rect.y0 > EDGE * height && segment.rect.y1 < (1.0 - EDGE) * height {
        return String::new();
    }
    fold(&segment.text).chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
}
