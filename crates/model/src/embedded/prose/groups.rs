//! Names with what belongs to each: skills with keywords, languages with a level, interests.
//!
//! They stand as `Name: a, b`, as cards side by side, as lines `Name (level)`, or as a plain list. What is a name is told
//! by type and place: the first cell's, and what stands level with it. Called for arrays of such objects; nothing is
//! said of a section that shows none of these forms.

use std::ops::Range;

use serde_json::{Map, Value, json};
use sluice_extract::attribution::Evidence;
use sluice_extract::pointer::join;
use sluice_extract::schema::Node;

use super::flow::Flow;
use super::head_parts::trimmed;
use super::list::cut;
use super::objects::{array, of_text};
use super::outline::{Bit, Outline};
use super::section::Section;
use super::words::Words;
use crate::embedded::solution::Found;
use crate::embedded::text::fold;

/// Edges that differ by no more points are one.
const EDGE: f32 = 3.0;
/// Type that differs by no more points is of one size.
const SAME_SIZE: f32 = 0.3;
/// A name has no more words.
const NAME_WORDS_MAX: usize = 6;
/// A name before a colon has no more bytes.
const LABEL_BYTES_MAX: usize = 50;

/// The properties of an item that are asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) name: (&'a str, &'a Node),
    pub(crate) items: Option<(&'a str, &'a Node)>,
    pub(crate) level: Option<(&'a str, &'a Node)>,
}

/// A part of a line between wide gaps.
struct Cell {
    page: u32,
    x: f32,
    y: f32,
    size: f32,
    bold: bool,
    flow: Flow,
}

/// A name with what belongs to it, each a part of a text.
#[derive(Default)]
struct Group {
    name: Option<(Flow, Range<usize>)>,
    level: Option<(Flow, Range<usize>)>,
    items: Vec<(Flow, Range<usize>)>,
}

/// Fills an array of named groups from its sections.
pub(crate) fn fill(outline: &Outline, sections: &[Section], pointer: &str, wanted: &Wanted<'_>) -> Option<Found> {
    let mut found = Found { value: json!([]), ..Found::default() };
    for section in sections {
        for group in groups(outline, section, wanted)? {
            write(outline, section, &group, wanted, pointer, &mut found);
        }
    }
    found.value.as_array().is_some_and(|items| !items.is_empty()).then_some(found)
}

fn groups(outline: &Outline, section: &Section, wanted: &Wanted<'_>) -> Option<Vec<Group>> {
    let cells: Vec<Cell> = section.lines.clone().flat_map(|index| cells(outline, index)).collect();
    let first = cells.first()?;
    let like_first = |cell: &Cell| (cell.size - first.size).abs() < SAME_SIZE && cell.bold == first.bold;
    let level_with = |cell: &&Cell| cell.page == first.page && (cell.y - first.y).abs() < 0.5 * first.size;
    let edges: Vec<f32> = cells.iter().filter(level_with).filter(|cell| like_first(cell)).map(|cell| cell.x).collect();
    let is_head = |cell: &Cell| {
        let own_edge = edges.iter().any(|edge| (edge - cell.x).abs() < EDGE);
        like_first(cell) && own_edge && !is_level(&cell.flow.text) && !is_sentence(&cell.flow.text)
    };
    let mut heads: Vec<(&Cell, usize, Group)> = Vec::new();
    for cell in &cells {
        let column = column(&edges, cell.x);
        let above = heads.iter_mut().rev().find(|(head, at, _)| {
            *at == column && (head.page < cell.page || head.page == cell.page && head.y <= cell.y + 0.5 * cell.size)
        });
        match above {
            Some((_, _, group)) if !is_head(cell) => attach(group, cell, wanted),
            _ if is_head(cell) => {
                heads.extend(named(outline, cell, wanted).into_iter().map(|group| (cell, column, group)));
            }
            _ => {}
        }
    }
    // Where names say how well, what says nothing is no name but belongs to the one above.
    if heads.iter().filter(|(_, _, group)| group.level.is_some()).count() * 3 > heads.len() {
        let mut kept: Vec<(&Cell, usize, Group)> = Vec::new();
        for head in heads {
            match kept
                .last_mut()
                .filter(|_| wanted.items.is_some() && head.2.level.is_none() && head.2.items.is_empty())
            {
                Some((_, _, group)) => attach(group, head.0, wanted),
                None => kept.push(head),
            }
        }
        heads = kept;
    }
    // A list of sentences, or one name above everything: something else.
    (!heads.is_empty() && heads.len() * 8 >= cells.len())
        .then(|| heads.into_iter().map(|(_, _, group)| group).collect())
}

/// The edge that a cell stands at or right of.
fn column(edges: &[f32], x: f32) -> usize {
    let left = edges.iter().enumerate().filter(|(_, edge)| **edge <= x + EDGE);
    left.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at)
}

fn cells(outline: &Outline, index: usize) -> Vec<Cell> {
    let Some(line) = outline.lines.get(index) else { return Vec::new() };
    let cell = |(bytes, x): &(Range<usize>, f32)| {
        let bits = [Bit { line: index, bytes: bytes.clone() }];
        let bold = line.bold.start <= bytes.start && line.bold.end > bytes.start;
        Cell { page: line.page, x: *x, y: line.rect.y0, size: line.size, bold, flow: Flow::of(outline, &bits) }
    };
    line.cells.iter().map(cell).filter(|cell| cell.flow.text.chars().any(char::is_alphanumeric)).collect()
}

/// What a cell with a name holds: a name with a list behind a colon, a name with a level, or several of them.
fn named(outline: &Outline, cell: &Cell, wanted: &Wanted<'_>) -> Vec<Group> {
    let text = &cell.flow.text;
    let of = |range: Range<usize>| (cell.flow.clone(), trimmed(text, range));
    if let Some(colon) = text.find(':').filter(|&colon| colon < LABEL_BYTES_MAX && colon + 1 < text.len()) {
        let mut group = Group { name: Some(of(0..colon)), ..Group::default() };
        let rest = part_of(outline, cell, colon + 1..text.len());
        attach(&mut group, &rest, wanted);
        return vec![group];
    }
    let mut groups: Vec<Group> = Vec::new();
    for range in cut(text) {
        let part = text.get(range.clone()).unwrap_or_default();
        match groups.last_mut().filter(|group| group.level.is_none() && wanted.level.is_some() && is_level(part)) {
            Some(group) => group.level = Some(of(range)),
            None => groups.push(levelled(cell, range, wanted)),
        }
    }
    groups
}

/// `Name (level)`, `Name – level`; or a name alone.
fn levelled(cell: &Cell, range: Range<usize>, wanted: &Wanted<'_>) -> Group {
    let text = cell.flow.text.get(range.clone()).unwrap_or_default();
    let of =
        |from: usize, to: usize| (cell.flow.clone(), trimmed(&cell.flow.text, range.start + from..range.start + to));
    let marks = [" (", " – ", " — ", " - ", " / "];
    let mark = marks.iter().find_map(|mark| text.find(mark).map(|at| (at, mark.len())));
    let close = text.trim_end().trim_end_matches(')').len();
    match mark.filter(|_| wanted.level.is_some()) {
        Some((at, length)) if at + length < close => {
            Group { name: Some(of(0, at)), level: Some(of(at + length, close)), items: Vec::new() }
        }
        _ => Group { name: Some(of(0, text.len())), ..Group::default() },
    }
}

fn part_of(outline: &Outline, cell: &Cell, range: Range<usize>) -> Cell {
    let text = cell.flow.text.get(range).unwrap_or_default();
    let start = cell.flow.text.len() - text.trim_start().len();
    Cell { flow: Flow::of(outline, &cell.flow.bits(&(start..cell.flow.text.len()))), ..*cell }
}

/// What stands below or behind a name: a level, else items.
fn attach(group: &mut Group, cell: &Cell, wanted: &Wanted<'_>) {
    let whole = 0..cell.flow.text.len();
    if wanted.level.is_some() && group.level.is_none() && (is_level(&cell.flow.text) || wanted.items.is_none()) {
        group.level = Some((cell.flow.clone(), trimmed(&cell.flow.text, whole)));
    } else if wanted.items.is_some() {
        group.items.extend(cut(&cell.flow.text).into_iter().map(|range| (cell.flow.clone(), range)));
    }
}

/// Words that say how well, and hardly any others.
pub(crate) fn is_level(text: &str) -> bool {
    Words::shared().shown("level", &fold(text)) > 0.5
}

fn is_sentence(text: &str) -> bool {
    let colon = text.find(':').is_some_and(|colon| colon < LABEL_BYTES_MAX);
    let parts = cut(text).len() > 1;
    !colon && !parts && text.split(' ').count() > NAME_WORDS_MAX
}

fn write(outline: &Outline, section: &Section, group: &Group, wanted: &Wanted<'_>, pointer: &str, found: &mut Found) {
    let at = format!("{pointer}/{}", found.value.as_array().map_or(0, Vec::len));
    let mut item = Map::new();
    let put = |pointer: String, node: &Node, (flow, range): &(Flow, Range<usize>), found: &mut Found| {
        let value = of_text(node, flow.text.get(range.clone())?)?;
        let evidence = Evidence {
            places: flow.places(outline, range),
            confidence: Some(section.confidence),
            reasoning: Some(format!("One of the names under the heading \u{201c}{}\u{201d}.", section.title)),
        };
        found.evidence.insert(pointer, evidence);
        Some(value)
    };
    let (name, node) = wanted.name;
    let Some(value) = group.name.as_ref().and_then(|part| put(join(&at, name), node, part, found)) else { return };
    item.insert(name.to_owned(), value);
    if let (Some((name, node)), Some(part)) = (wanted.level, &group.level)
        && let Some(value) = put(join(&at, name), node, part, found)
    {
        item.insert(name.to_owned(), value);
    }
    if let Some((name, rules)) = wanted.items.and_then(|(name, node)| Some((name, array(node)?))) {
        let own = join(&at, name);
        let mut values: Vec<Value> = Vec::new();
        for part in &group.items {
            values.extend(put(format!("{own}/{}", values.len()), &rules.items, part, found));
        }
        if !values.is_empty() {
            item.insert(name.to_owned(), Value::Array(values));
        }
    }
    if let Some(items) = found.value.as_array_mut() {
        items.push(Value::Object(item));
    }
}
