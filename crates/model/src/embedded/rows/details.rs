//! What a cell says under labels of its own: `Serial no.: 4711` below the name of an article.
//!
//! For properties of an item that no column answers. Called by the reader of arrays.

use super::sheet::CellText;
use super::wording::{Headings, Wording};

/// A label answers a property at least this well.
const SAYS: f32 = 0.6;
/// Most words of such a label.
const LABEL_WORDS_MAX: usize = 4;

/// The labelled line of a row's cells that answers the property at this index best.
pub(crate) fn told(cells: &[CellText], slot: usize, wording: &Wording, headings: &Headings) -> Option<CellText> {
    let all = cells.iter().filter(|cell| cell.text.contains(':')).flat_map(labelled);
    let scored = all.map(|(label, value)| (wording.score(slot, &headings.of(&label)), value));
    let best = scored.filter(|(score, _)| *score >= SAYS).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, value)| value)
}

/// The lines of a cell that begin with a label, as label and value.
fn labelled(cell: &CellText) -> Vec<(String, CellText)> {
    let mut from = 0;
    let mut found = Vec::new();
    for line in cell.text.lines() {
        let count = line.split(' ').count();
        let words = cell.words.get(from..from + count).unwrap_or_default();
        from += count;
        let Some((label, value)) = line.split_once(": ") else { continue };
        let labels = label.split(' ').count();
        if labels <= LABEL_WORDS_MAX && label.starts_with(char::is_alphabetic) && words.len() == count {
            let value = CellText { text: value.to_owned(), words: words[labels..].to_vec(), ..cell.clone() };
            found.push((label.to_owned(), value));
        }
    }
    found
}
