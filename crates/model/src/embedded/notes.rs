//! Numbered notes under a heading, wherever they stand on a sheet: `NOTES`, `1. ...`, `2. ...`.
//!
//! By geometry alone, because the lines of a drawing are shared with what stands beside them. Called for arrays of
//! texts.

use serde_json::{Value, json};
use sluice_extract::attribution::Evidence;
use sluice_extract::schema::{Kind, Node};

use super::layout::{Layout, Segment};
use super::query::{LabelText, Query};
use super::solution::Found;
use super::value::fits;

/// Notes that make a list.
const NOTES_MIN: usize = 2;
/// A heading answers the property at least this well.
const SAYS: f32 = 0.8;
/// Words of the heading.
const HEADING_WORDS_MAX: usize = 4;
/// Heights of a line that two lines of a list stand apart at most.
const GAP_MAX: f32 = 3.5;
/// How sure a note is one.
const CONFIDENCE: f32 = 0.88;

/// A note: its number, and the segments of its text.
struct Note {
    number: u32,
    text_x: f32,
    segments: Vec<usize>,
    from: usize,
}

/// Fills a list of notes.
pub(crate) fn fill(layout: &Layout<'_>, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let Kind::Array(rules) = &node.kind else { return None };
    if !matches!(rules.items.kind, Kind::String(_)) {
        return None;
    }
    let query = Query::of(path.get(path.len().checked_sub(1)?..)?, node);
    let heads = layout.segments.iter().filter(|segment| {
        segment.words.len() <= HEADING_WORDS_MAX && query.similarity(&LabelText::of(&segment.text)) >= SAYS
    });
    let notes = { heads }.map(|head| notes(layout, head)).find(|notes| notes.len() >= NOTES_MIN)?;
    let mut found = Found { value: json!([]), ..Found::default() };
    for note in notes {
        let of = |index: &usize| layout.segments.get(*index);
        let bytes = |index: usize, segment: &Segment| (if index == 0 { note.from } else { 0 })..segment.text.len();
        let segments: Vec<&Segment> = note.segments.iter().filter_map(of).collect();
        let parts: Vec<&str> = { segments.iter().enumerate() }
            .filter_map(|(index, segment)| segment.text.get(bytes(index, segment)))
            .collect();
        let value = json!(parts.join(" ").trim());
        let places = segments.iter().enumerate();
        let places = places.map(|(index, segment)| segment.place(layout.document, &bytes(index, segment))).collect();
        let Value::Array(items) = &mut found.value else { continue };
        if fits(&rules.items, &value) {
            let reasoning = Some(format!("Note {}.", note.number));
            let evidence = Evidence { places, confidence: Some(CONFIDENCE), reasoning };
            found.evidence.insert(format!("{pointer}/{}", items.len()), evidence);
            items.push(value);
        }
    }
    Some(found)
}

/// The notes below a heading: numbers that rise by one at its left edge, each with the lines of its text.
fn notes(layout: &Layout<'_>, head: &Segment) -> Vec<Note> {
    let start = layout.pages.get(head.page).map_or(0, |range| range.start);
    let height = head.rect.height().max(5.0);
    let mut notes: Vec<Note> = Vec::new();
    let mut bottom = head.rect.y1;
    let segments: Vec<(usize, &Segment)> = layout.on_page(head.page).iter().enumerate().collect();
    for (position, &(index, segment)) in segments.iter().enumerate() {
        let gap = segment.rect.y0 - bottom;
        if segment.row <= head.row || gap < -height {
            continue;
        }
        let at_edge = (segment.rect.x0 - head.rect.x0).abs() < 2.0 * height;
        let wanted = notes.last().map_or(1, |note| note.number + 1);
        if let Some((number, from)) = numbered(&segment.text).filter(|(number, _)| at_edge && *number == wanted) {
            if gap > GAP_MAX * height {
                break;
            }
            // The text may be a segment of its own, after a gap.
            let beside = segments.get(position + 1).filter(|(_, next)| next.row == segment.row).copied();
            let (own, text, from) = match beside.filter(|_| from >= segment.text.len()) {
                Some((next, text)) => (next, text, 0),
                None => (index, segment, from),
            };
            let text_x = if from > 0 { segment.rect.x0 } else { text.rect.x0 };
            notes.push(Note { number, text_x, segments: vec![start + own], from });
            bottom = segment.rect.y1;
            continue;
        }
        let Some(note) = notes.last_mut() else { continue };
        let near = segment.rect.x0 > note.text_x - 0.5 * height && segment.rect.x0 < note.text_x + 3.0 * height;
        if near && !note.segments.contains(&(start + index)) && gap < 0.8 * height {
            note.segments.push(start + index);
            bottom = segment.rect.y1;
        }
    }
    notes
}

/// The number that opens a text, and where the rest begins.
fn numbered(text: &str) -> Option<(u32, usize)> {
    let end = text.find(|char: char| !char.is_ascii_digit())?;
    let number = text.get(..end)?.parse().ok()?;
    let rest = text.get(end..)?.strip_prefix(['.', ')'])?;
    let lead = rest.len() - rest.trim_start().len();
    (rest.is_empty() || lead > 0).then_some((number, end + 1 + lead))
}
