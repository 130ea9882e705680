//! Glyphs and rules to words, lines, tables and reading order: pure geometry, no engine and no bytes.
//!
//! Reading order is the order in which the page is drawn, which its author's program chose with knowledge that no
//! geometry has (measured on prose in columns: .960 against .943 for cutting the page along white space). It is put
//! right only where it plainly goes backwards (`order`).

mod blocks;
mod direction;
mod gutters;
mod lines;
pub(crate) mod marks;
mod order;
mod weave;
pub(crate) mod words;

use sluice_extract::page::{FormField, Line, Rect, Table, Word};

use self::direction::Kind;
use self::words::Piece;
use crate::tables;

/// A straight level line that is drawn on the page: a thin rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(crate) rect: Rect,
}

impl Rule {
    pub(crate) fn new(rect: Rect) -> Self {
        Self { rect }
    }
}

/// A page's words in reading order with what was made of them.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    pub(crate) words: Vec<Word>,
    pub(crate) lines: Vec<Line>,
    pub(crate) tables: Vec<Table>,
}

/// Puts words into lines, lines into reading order, tables and blocks. What is filled into form fields is no table.
pub(crate) fn arrange(pieces: &[Piece], rules: &[Rule], fields: &[FormField]) -> Laid {
    let (rows, gutters) = lines::gather(pieces);
    let rows = order::read(rows, pieces);
    let words: Vec<Word> = pieces.iter().map(|piece| piece.word.clone()).collect();
    let mut apart = gutters::sides(&gutters, words.iter().map(|word| &word.rect));
    for (side, word) in apart.iter_mut().zip(&words) {
        if fields.iter().any(|field| field.rect.contains(word.rect.center_x(), word.rect.center_y())) {
            *side = tables::NOWHERE;
        }
    }
    let tables = tables::find(&words, rules, &apart);
    let rows = weave::tables_in(rows, &tables, pieces);
    settle(&rows, words, tables)
}

/// Writes words, lines and tables down in reading order.
fn settle(rows: &[weave::Placed], words: Vec<Word>, mut tables: Vec<Table>) -> Laid {
    let blocks = blocks::number(rows);
    let mut words: Vec<Option<Word>> = words.into_iter().map(Some).collect();
    let mut moved: Vec<Option<u32>> = vec![None; words.len()];
    let mut laid = Laid::default();
    for (placed, block) in rows.iter().zip(blocks) {
        let start = count(laid.words.len());
        for &index in &placed.row.pieces {
            let Some(mut word) = words.get_mut(index).and_then(Option::take) else { continue };
            if placed.row.runs_left && matches!(Kind::of(&word.text), Kind::Digit | Kind::Other) {
                word.text = direction::in_line_to_the_left(&word.text);
            }
            moved[index] = Some(count(laid.words.len()));
            laid.words.push(word);
        }
        let end = count(laid.words.len());
        let rect = Rect::around(laid.words.get(start as usize..).unwrap_or_default().iter().map(|it| &it.rect));
        laid.lines.push(Line { words: start..end, rect: rect.unwrap_or_default(), block });
    }
    for cell in tables.iter_mut().flat_map(|table| &mut table.cells) {
        cell.words = cell.words.iter().filter_map(|&index| *moved.get(index as usize)?).collect();
        cell.words.sort_unstable();
    }
    laid.tables = tables;
    laid
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Turns a box so that text of this rotation runs to the right, with y down; the page's own origin is kept.
pub(crate) fn upright(rect: &Rect, rotation: u16) -> Rect {
    match rotation {
        90 => Rect::new(rect.y0, -rect.x0, rect.y1, -rect.x1),
        180 => Rect::new(-rect.x0, -rect.y0, -rect.x1, -rect.y1),
        270 => Rect::new(-rect.y0, rect.x0, -rect.y1, rect.x1),
        _ => *rect,
    }
}
