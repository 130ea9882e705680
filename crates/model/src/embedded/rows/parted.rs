//! A column of the reader's that is two: the words of its head stand over two edges at which the rows' words begin.
//!
//! Columns with little white space between them are one to whoever looks for gutters; where a head's second word and a
//! word of nearly every row begin at one edge, they are not. Geometry only; called before a table becomes a sheet.

use sluice_extract::page::{Cell, Rect, Table};

use super::frame::Frame;
use super::split;

/// Words that begin at one edge differ by no more points.
const EDGE: f32 = 1.5;
/// A gap between two heads, in heights of their words.
const HEAD_GAP: f32 = 0.7;
/// Rows of a hundred with a word that begins at the edge, and rows that show it.
const ROWS_PERCENT: usize = 80;
const ROWS_MIN: usize = 2;

/// The table with such columns parted; the last of its header rows names them.
pub(super) fn parted(frame: &Frame, table: &Table, header_rows: u32) -> Option<Table> {
    let heads: Vec<&Cell> =
        table.cells.iter().filter(|cell| cell.row + 1 == header_rows && cell.column_span <= 1).collect();
    // From the right, so that what is parted does not move what is still to be.
    let mut cuts: Vec<(u32, f32)> =
        heads.iter().filter_map(|head| Some((head.column, edge(frame, table, head)?))).collect();
    cuts.sort_by_key(|&(column, _)| std::cmp::Reverse(column));
    let mut parted = None;
    for (column, x) in cuts {
        let begins_left = |word: u32| {
            let at = frame.pieces.binary_search_by_key(&word, |piece| piece.word);
            !at.is_ok_and(|at| frame.pieces[at].rect.x0 > x - EDGE)
        };
        parted = Some(split::cut(parted.as_ref().unwrap_or(table), column, x - EDGE, begins_left));
    }
    parted
}

/// The edge within a head's column at which one of its words and words of nearly every row begin.
fn edge(frame: &Frame, table: &Table, head: &Cell) -> Option<f32> {
    let words = rects(frame, head);
    let below: Vec<Vec<Rect>> = { table.cells.iter() }
        .filter(|cell| cell.column == head.column && cell.column_span <= 1 && cell.row > head.row)
        .map(|cell| rects(frame, cell))
        .filter(|words| !words.is_empty())
        .collect();
    let begins = |words: &&Vec<Rect>, x: f32| words.iter().any(|word| (word.x0 - x).abs() < EDGE);
    let left = |words: &&Vec<Rect>, x: f32| words.iter().any(|word| word.x1 < x);
    let crosses = |words: &Vec<Rect>, x: f32| words.iter().any(|word| word.x0 < x - EDGE && word.x1 > x + EDGE);
    words.windows(2).find_map(|pair| {
        let level = pair[0].overlap_y(&pair[1]) > 0.5 * pair[1].height();
        let x = pair[1].x0;
        let wide = level && x - pair[0].x1 > HEAD_GAP * pair[1].height();
        let shown = below.iter().filter(|words| begins(words, x)).count();
        let both = below.iter().filter(|words| begins(words, x) && left(words, x)).count();
        let most = shown * 100 >= below.len() * ROWS_PERCENT && both >= ROWS_MIN;
        (wide && most && !below.iter().any(|words| crosses(words, x))).then_some(x)
    })
}

fn rects(frame: &Frame, cell: &Cell) -> Vec<Rect> {
    let piece = |word: &u32| frame.pieces.binary_search_by_key(word, |piece| piece.word).ok();
    cell.words.iter().filter_map(piece).map(|at| frame.pieces[at].rect).collect()
}
