//! Words and rules to tables: ruled ones by their drawn lines, the others by how their words line up.
//!
//! A pure function over one page; tables that go on over pages are left to callers, who see `header_rows`.
//! Called by `layout`.

mod anchors;
mod banded;
mod columns;
mod edges;
mod grid;
mod header;
mod lattice;
mod merged;
mod parts;
mod rows;
mod stream;
mod stub;
mod worth;
mod wrap;

use sluice_extract::page::{Rect, Table, Word};

use self::grid::Grid;
use crate::layout::{Rule, upright};

/// Says of a word that it can stand in no aligned table.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The tables of a page, top to bottom. Cells hold indices into `words`, in the order of `words`.
///
/// `apart` tells words that can share no aligned table: the index of the column of running text they stand in.
pub(crate) fn find(words: &[Word], rules: &[Rule], apart: &[u32]) -> Vec<Table> {
    let rotation = prevailing_rotation(words);
    let boxes: Vec<Token<'_>> = words
        .iter()
        .enumerate()
        .filter(|(_, word)| word.rotation == rotation)
        .map(|(index, word)| Token::new(index, word, rotation))
        .collect();
    let rules: Vec<Rect> = rules.iter().map(|rule| upright(&rule.rect, rotation)).collect();
    let (mut grids, drawings) = lattice::find(&boxes, &rules);
    let mut taken = vec![false; words.len()];
    let drawn =
        |rect: &Rect| drawings.iter().any(|drawing| drawing.overlap_x(rect) > 0.0 && drawing.overlap_y(rect) > 0.0);
    boxes.iter().filter(|token| drawn(&token.rect)).for_each(|token| taken[token.index] = true);
    grids.iter().flat_map(Grid::words).for_each(|index| taken[index] = true);
    let mut columns: Vec<u32> = apart.to_vec();
    columns.sort_unstable();
    columns.dedup();
    for column in columns.into_iter().filter(|&column| column != NOWHERE) {
        let is_free = |token: &&Token<'_>| !taken[token.index] && apart.get(token.index) == Some(&column);
        let free: Vec<Token<'_>> = boxes.iter().filter(is_free).copied().collect();
        let banded = banded::find(&free, &rules);
        banded.iter().flat_map(Grid::words).for_each(|index| taken[index] = true);
        let free: Vec<Token<'_>> = free.into_iter().filter(|token| !taken[token.index]).collect();
        grids.extend(banded);
        grids.extend(stream::find(&free));
    }
    grids.sort_by(|a, b| a.top().total_cmp(&b.top()).then(a.left().total_cmp(&b.left())));
    let back = (360 - rotation) % 360;
    grids.into_iter().map(|grid| grid.table(words, &|rect| upright(rect, back))).collect()
}

/// A word and its box in the frame in which its text runs to the right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    index: usize,
    word: &'a Word,
    rect: Rect,
}

impl<'a> Token<'a> {
    /// The box is made one em high around its middle, so that gaps do not depend on what a font says of its height.
    fn new(index: usize, word: &'a Word, rotation: u16) -> Self {
        let mut rect = upright(&word.rect, rotation);
        let (middle, half) = (rect.center_y(), 0.5 * word.size.clamp(0.5 * rect.height(), rect.height().max(0.1)));
        rect.y0 = middle - half;
        rect.y1 = middle + half;
        Self { index, word, rect }
    }

    fn text(&self) -> &str {
        &self.word.text
    }
}

fn prevailing_rotation(words: &[Word]) -> u16 {
    let count = |rotation: u16| words.iter().filter(|word| word.rotation == rotation).count();
    [0, 90, 180, 270].into_iter().rev().max_by_key(|&rotation| count(rotation)).unwrap_or(0)
}

/// Is the text a figure, alone or with a short unit, or a date?
fn is_measure(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts = |word: &&str| is_figure(word) || word.starts_with(|char: char| char.is_ascii_digit());
    let unit = |word: &&str, most: usize| word.chars().count() <= most && !word.ends_with([':', '.']);
    let fits = match words.as_slice() {
        [single] => return starts(single),
        [first, second] => starts(first) && unit(second, 7) || unit(first, 4) && starts(second),
        [] => false,
        many => many.len() <= 4 && many.iter().all(|word| starts(word) || unit(word, 4)),
    };
    fits && words.iter().any(starts)
}

/// Is the text a figure: an amount, a share, a count, a dash that stands for none?
fn is_figure(text: &str) -> bool {
    let mut digits = false;
    let only = text.chars().filter(|char| !char.is_whitespace()).all(|char| {
        digits |= char.is_ascii_digit();
        char.is_ascii_digit() || "-+.,:/%()$€£¥'’–—−*".contains(char)
    });
    only && (digits || matches!(text.trim(), "-" | "–" | "—" | "−"))
}
