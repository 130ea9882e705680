//! Lists of texts that are the first column of a schedule: `lenders`, where names stand below `Lender` and beside each
//! its commitment.
//!
//! Only where amounts stand beside the texts: they tell where an entry begins, and that it is no running text. Called by
//! `rows` for arrays of texts that nothing else filled.

use serde_json::{Value, json};
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::page::Rect;
use sluice_extract::schema::{Kind, Node};

use super::Reader;
use super::frame::{Band, Frame, Run};
use super::sheet::CellText;
use super::wording::Wording;
use crate::embedded::solution::Found;
use crate::embedded::text::fold;
use crate::embedded::value::fits;

/// A head says what the list is called at least this well.
const SAYS: f32 = 0.75;
/// Words of a head: what has more is a line of text.
const HEAD_WORDS_MAX: usize = 4;
/// Entries of a list.
const ENTRIES_MIN: usize = 2;
/// Lines between the head and the first entry, and between two entries.
const STRAY_LINES_MAX: usize = 3;
/// How sure an entry is one, for a head that says exactly what is asked.
const CONFIDENCE: f32 = 0.8;

/// The entries below a head.
struct List {
    head: String,
    said: f32,
    /// Page and cell.
    entries: Vec<(u32, CellText)>,
}

impl Reader<'_> {
    /// Reads the array of texts `node`, which is called `name` and belongs at `pointer` of the result.
    pub(super) fn listed(&self, name: &str, node: &Node, pointer: &str) -> Option<Found> {
        let item = text_item(node)?;
        let wording = Wording::of([(name, node)]);
        let frames = &self.prepared.frames;
        let mut best: Option<List> = None;
        for (index, frame) in frames.iter().enumerate() {
            for (at, band) in frame.bands.iter().enumerate() {
                for head in frame.runs(band, 1.0).iter().filter(|run| run.pieces.len() <= HEAD_WORDS_MAX) {
                    let text = frame.text(&head.pieces);
                    let said = wording.score(0, &self.prepared.headings.of(entry_named(&text)));
                    let entries = if said >= SAYS { below(frames, index, at, head) } else { Vec::new() };
                    let more = best.as_ref().is_none_or(|best| entries.len() > best.entries.len());
                    if entries.len() >= ENTRIES_MIN && more {
                        best = Some(List { head: text, said, entries });
                    }
                }
            }
        }
        Some(written(&best?, item, pointer))
    }
}

/// `Bank` of `Name of Initial Bank`: what an entry is.
fn entry_named(head: &str) -> &str {
    const LEADS: [&str; 8] =
        ["Name of ", "NAME OF ", "the ", "each ", "Initial ", "INITIAL ", "Existing ", "Original "];
    LEADS.iter().fold(head, |rest, lead| rest.strip_prefix(lead).unwrap_or(rest))
}

/// The texts below a head, each with an amount beside it; over the next pages too, where they begin with entries.
fn below(frames: &[Frame], index: usize, at: usize, head: &Run) -> Vec<(u32, CellText)> {
    let mut entries: Vec<(u32, CellText)> = Vec::new();
    let mut from = at + 1;
    for frame in frames.iter().skip(index) {
        let known = entries.len();
        let goes_on = on_page(frame, from, head, &mut entries);
        if !goes_on || entries.len() == known {
            break;
        }
        from = 0;
    }
    entries
}

/// Adds the entries of a page from one band on; says whether the list may go on.
fn on_page(frame: &Frame, from: usize, head: &Run, entries: &mut Vec<(u32, CellText)>) -> bool {
    /// Lines of other columns between two entries.
    const OTHERS_MAX: usize = 15;
    let mut column: Option<(f32, f32)> = None;
    let (mut stray, mut others) = (0, 0);
    for band in frame.bands.iter().skip(from) {
        if let Some(amount) = amount(frame, band) {
            let edges = (column.map_or_else(|| label_start(frame, band), |known| known.0), amount.x0);
            let near = edges.0 <= head.rect.x1 && head.rect.x0 < edges.1;
            let cell = cell(frame, band, edges);
            let is_sum = fold(&cell.text).split(' ').any(|word| word.starts_with("total") || word == "sum");
            if cell.is_empty() || is_sum || !near {
                return false;
            }
            column = Some(edges);
            entries.push((frame.page, cell));
            (stray, others) = (0, 0);
            continue;
        }
        let last = entries.last_mut().filter(|(page, _)| *page == frame.page);
        let Some((edges, (_, last))) = column.zip(last) else {
            stray += 1;
            // On a page that a list goes on to, its own head and the rest of the last entry may stand first.
            if stray > if entries.is_empty() { STRAY_LINES_MAX } else { OTHERS_MAX } {
                return false;
            }
            continue;
        };
        let rest = cell(frame, band, edges);
        let close = last.rect.is_some_and(|rect| band.rect.y0 - rect.y1 < 0.9 * band.size);
        match rest.is_empty() {
            false if close => last.append(&rest),
            true => others += 1,
            false => stray += 1,
        }
        if stray > STRAY_LINES_MAX || others > OTHERS_MAX {
            return !entries.is_empty() && stray <= STRAY_LINES_MAX;
        }
    }
    true
}

/// The first amount of a band that stands apart from the text left of it.
fn amount(frame: &Frame, band: &Band) -> Option<Rect> {
    const APART: f32 = 0.9;
    let is_sign = |text: &str| matches!(text, "$" | "€" | "£");
    let mut before: Option<Rect> = None;
    let mut sign: Option<Rect> = None;
    for &at in &band.pieces {
        let piece = &frame.pieces[at];
        let start = sign.unwrap_or(piece.rect);
        let apart = before.is_some_and(|before| start.x0 - before.x1 > APART * band.size);
        let plain = piece.text.chars().all(|char| char.is_ascii_digit() || ".,$€£()-".contains(char));
        let digits = piece.text.bytes().filter(u8::is_ascii_digit).count();
        let marked =
            digits > 3 && piece.text.contains([',', '.']) || digits > 0 && piece.text.contains(['$', '€', '£']);
        if apart && plain && (marked || sign.is_some() && digits > 0) {
            return Some(start.union(&piece.rect));
        }
        sign = is_sign(&piece.text).then_some(piece.rect);
        if sign.is_none() {
            before = Some(piece.rect);
        }
    }
    None
}

fn label_start(frame: &Frame, band: &Band) -> f32 {
    band.pieces.first().map_or(0.0, |&at| frame.pieces[at].rect.x0)
}

/// The words of a band within the column.
fn cell(frame: &Frame, band: &Band, column: (f32, f32)) -> CellText {
    let mut cell = CellText::default();
    let within = |at: &&usize| {
        let rect = frame.pieces[**at].rect;
        rect.x0 >= column.0 - 2.0 && rect.x1 <= column.1
    };
    for &at in band.pieces.iter().filter(within) {
        let far = cell.rect.is_some_and(|rect| frame.pieces[at].rect.x0 - rect.x1 > 2.0 * band.size);
        if far || frame.pieces[at].text == "$" {
            break;
        }
        cell.push(&frame.pieces[at]);
    }
    // What does not begin where the column begins is another's.
    if cell.rect.is_some_and(|rect| rect.x0 - column.0 > 3.0 * band.size) { CellText::default() } else { cell }
}

fn written(list: &List, item: &Node, pointer: &str) -> Found {
    let mut found = Found { value: json!([]), ..Found::default() };
    for (page, cell) in &list.entries {
        let value = json!(cell.text.replace('\n', " "));
        let Value::Array(items) = &mut found.value else { continue };
        if !fits(item, &value) {
            continue;
        }
        let evidence = Evidence {
            places: vec![WordsOnPage { page: *page, words: cell.words.clone() }],
            confidence: Some(CONFIDENCE * list.said.min(1.0)),
            reasoning: Some(format!("Below \u{201c}{}\u{201d} on page {page}, with an amount beside it.", list.head)),
        };
        found.evidence.insert(format!("{pointer}/{}", items.len()), evidence);
        items.push(value);
    }
    found
}

/// The items of an array of texts.
fn text_item(node: &Node) -> Option<&Node> {
    match &node.kind {
        Kind::Array(rules) => matches!(rules.items.kind, Kind::String(_)).then_some(rules.items.as_ref()),
        Kind::Union(branches) => branches.iter().find_map(text_item),
        _ => None,
    }
}
