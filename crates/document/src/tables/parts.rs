//! Tables inside lines that also draw other things: the parts list, the revisions and the title block of a drawing's
//! sheet, whose frame, views and dimensions all hang together.
//!
//! Cells are the places that lines close on four sides; what lies between them in no rectangle is the drawing. Cells
//! that touch are one table, cut where the columns change. Called by `lattice`.

use std::collections::{BTreeMap, BTreeSet};

use super::Token;
use super::grid::{Grid, Spot};

/// Lines that close rectangles over less than this share of their area draw something else as well.
const CLOSED_SHARE: f32 = 0.75;
/// Cells with words that make a table.
const FILLED_MIN: usize = 4;
/// Share of the columns that two rows of one table have in common.
const ALIKE: f32 = 0.5;

/// A cell, and whether lines close it on four sides.
pub(super) struct Closed {
    pub(super) spot: Spot,
    pub(super) closed: bool,
}

/// The tables within a mesh; `None` where the mesh is one table as a whole.
pub(super) fn split(xs: &[f32], ys: &[f32], cells: &[Closed], tokens: &[Token<'_>]) -> Option<Vec<Grid>> {
    let area = |cell: &&Closed| {
        let spot = &cell.spot;
        (xs[spot.column + spot.column_span] - xs[spot.column]) * (ys[spot.row + spot.row_span] - ys[spot.row])
    };
    let all: f32 = cells.iter().map(|cell| area(&cell)).sum();
    let closed: f32 = cells.iter().filter(|cell| cell.closed).map(|cell| area(&cell)).sum();
    if closed > CLOSED_SHARE * all {
        return None;
    }
    let zones = zones(xs.len() - 1, ys.len() - 1, cells, tokens);
    let spots: Vec<&Spot> =
        cells.iter().zip(&zones).filter(|(cell, zone)| cell.closed && !**zone).map(|(cell, _)| &cell.spot).collect();
    let mut found = vec![];
    for group in groups(&spots) {
        for part in cut(&with_empty(&spots, &group)) {
            found.extend(grid(xs, ys, &part));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Which cells are the marks at a sheet's edge by which a place on it is named: one letter or number in each.
fn zones(columns: usize, rows: usize, cells: &[Closed], tokens: &[Token<'_>]) -> Vec<bool> {
    let outer = |spot: &Spot| {
        let across = spot.row == 0 || spot.row + spot.row_span == rows;
        across || spot.column == 0 || spot.column + spot.column_span == columns
    };
    let short = |index: &usize| tokens.iter().find(|token| token.index == *index).is_none_or(|it| it.text().len() <= 2);
    let marks = |cell: &Closed| outer(&cell.spot) && cell.spot.words.len() <= 1 && cell.spot.words.iter().all(short);
    let edge: Vec<&Closed> = cells.iter().filter(|cell| outer(&cell.spot) && !cell.spot.words.is_empty()).collect();
    let marked = edge.len() >= FILLED_MIN && edge.iter().all(|cell| marks(cell));
    cells.iter().map(|cell| marked && outer(&cell.spot)).collect()
}

/// Cells with words that touch each other.
fn groups<'s>(spots: &[&'s Spot]) -> Vec<Vec<&'s Spot>> {
    let mut left: Vec<&Spot> = spots.iter().filter(|spot| !spot.words.is_empty()).copied().collect();
    let mut groups = vec![];
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut at = 0;
        while let Some(spot) = group.get(at).copied() {
            let (near, far): (Vec<&Spot>, Vec<&Spot>) = left.into_iter().partition(|other| touch(spot, other));
            group.extend(near);
            left = far;
            at += 1;
        }
        groups.push(group);
    }
    groups
}

fn touch(a: &Spot, b: &Spot) -> bool {
    let (a_rows, b_rows) = (a.row..a.row + a.row_span, b.row..b.row + b.row_span);
    let (a_columns, b_columns) = (a.column..a.column + a.column_span, b.column..b.column + b.column_span);
    let share = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| a.start < b.end && b.start < a.end;
    let meet = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| a.end == b.start || b.end == a.start;
    share(&a_rows, &b_rows) && meet(&a_columns, &b_columns) || share(&a_columns, &b_columns) && meet(&a_rows, &b_rows)
}

/// A group with the empty cells inside of its bounds.
fn with_empty<'s>(spots: &[&'s Spot], group: &[&'s Spot]) -> Vec<&'s Spot> {
    let top = group.iter().map(|spot| spot.row).min().unwrap_or(0);
    let bottom = group.iter().map(|spot| spot.row + spot.row_span).max().unwrap_or(0);
    let first = group.iter().map(|spot| spot.column).min().unwrap_or(0);
    let last = group.iter().map(|spot| spot.column + spot.column_span).max().unwrap_or(0);
    let inside = |spot: &&&Spot| {
        let empty = spot.words.is_empty() && spot.row >= top && spot.row + spot.row_span <= bottom;
        empty && spot.column >= first && spot.column + spot.column_span <= last
    };
    group.iter().copied().chain(spots.iter().filter(inside).copied()).collect()
}

/// Cuts a group at the lines across all of it above and below which the columns are others.
fn cut<'s>(group: &[&'s Spot]) -> Vec<Vec<&'s Spot>> {
    let starts: BTreeSet<usize> = group.iter().map(|spot| spot.row).collect();
    let crossed = |row: &usize| group.iter().any(|spot| spot.row < *row && *row < spot.row + spot.row_span);
    let lines: Vec<usize> = starts.into_iter().filter(|row| !crossed(row)).collect();
    let band = |spot: &Spot| lines.partition_point(|&line| line <= spot.row);
    let mut bands: BTreeMap<usize, Vec<&Spot>> = BTreeMap::new();
    for spot in group {
        bands.entry(band(spot)).or_default().push(spot);
    }
    let mut parts: Vec<Vec<&Spot>> = vec![];
    let mut above: BTreeSet<usize> = BTreeSet::new();
    for band in bands.into_values() {
        let columns: BTreeSet<usize> = band.iter().map(|spot| spot.column).collect();
        let shared = above.intersection(&columns).count() as f32;
        let alike = shared >= ALIKE * above.union(&columns).count() as f32;
        match parts.last_mut().filter(|_| alike) {
            Some(part) => part.extend(band),
            None => parts.push(band),
        }
        above = columns;
    }
    parts
}

/// A table of some cells, with no more lines than they have.
fn grid(xs: &[f32], ys: &[f32], spots: &[&Spot]) -> Option<Grid> {
    let filled = spots.iter().filter(|spot| !spot.words.is_empty()).count();
    let rows: BTreeSet<usize> = spots.iter().flat_map(|spot| [spot.row, spot.row + spot.row_span]).collect();
    let columns: BTreeSet<usize> =
        spots.iter().flat_map(|spot| [spot.column, spot.column + spot.column_span]).collect();
    if filled < FILLED_MIN || rows.len() < 3 || columns.len() < 3 {
        return None;
    }
    let at = |lines: &BTreeSet<usize>, line: usize| lines.range(..line).count();
    let spot = |spot: &&Spot| {
        let (row, column) = (at(&rows, spot.row), at(&columns, spot.column));
        let row_span = at(&rows, spot.row + spot.row_span) - row;
        let column_span = at(&columns, spot.column + spot.column_span) - column;
        Spot { row, column, row_span, column_span, words: spot.words.clone() }
    };
    let spots = spots.iter().map(spot).collect();
    let lines = |all: &[f32], used: &BTreeSet<usize>| used.iter().filter_map(|&line| all.get(line).copied()).collect();
    Some(Grid { xs: lines(xs, &columns), ys: lines(ys, &rows), spots, ruled: true, headings: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells from a drawing of letters: equal letters are one cell, `.` is no cell; capitals hold a word.
    fn cells(rows: &[&str]) -> (Vec<f32>, Vec<f32>, Vec<Closed>) {
        let mut places: BTreeMap<char, Vec<(usize, usize)>> = BTreeMap::new();
        for (row, line) in rows.iter().enumerate() {
            for (column, letter) in line.chars().enumerate() {
                places.entry(letter).or_default().push((row, column));
            }
        }
        let mut cells = vec![];
        for (index, (letter, places)) in places.into_iter().enumerate() {
            let closed = letter != '.';
            let (first, last) = (places[0], places[places.len() - 1]);
            let words = if letter.is_uppercase() { vec![index] } else { vec![] };
            let whole = |(row, column): (usize, usize), (last_row, last_column): (usize, usize)| Spot {
                row,
                column,
                row_span: last_row - row + 1,
                column_span: last_column - column + 1,
                words: words.clone(),
            };
            match closed {
                true => cells.push(Closed { spot: whole(first, last), closed }),
                false => cells.extend(places.iter().map(|&at| Closed { spot: whole(at, at), closed })),
            }
        }
        let lines = |count: usize| (0..=count).map(|line| line as f32 * 20.0).collect();
        (lines(rows[0].len()), lines(rows.len()), cells)
    }

    fn shapes(rows: &[&str]) -> Option<Vec<(usize, usize, usize)>> {
        let (xs, ys, cells) = cells(rows);
        let mut grids = split(&xs, &ys, &cells, &[])?;
        grids.sort_by(|a, b| a.top().total_cmp(&b.top()));
        Some(grids.iter().map(|grid| (grid.rows(), grid.columns(), grid.words().count())).collect())
    }

    #[test]
    fn tables_of_a_sheet_stand_apart_from_its_views() {
        let sheet = [
            "............", //
            ".......ABC..",
            ".......DEF..",
            "............",
            "............",
            "......GHIJS.",
            "......KLMNT.",
            "......OOOPP.",
            "......QQQRR.",
            "............",
        ];
        assert_eq!(shapes(&sheet), Some(vec![(2, 3, 6), (2, 5, 10), (2, 2, 4)]));
    }

    #[test]
    fn marks_at_the_edge_are_no_table() {
        assert_eq!(shapes(&["ABCDEF", "G....H", "I....J", "K....L", "MNOPQR"]), None);
    }

    #[test]
    fn a_table_alone_is_left_whole() {
        assert_eq!(shapes(&["ABC", "DEF", "GHI"]), None);
    }

    #[test]
    fn few_cells_make_no_table() {
        assert_eq!(shapes(&["......", "...AB.", "...C..", "......", "......"]), None);
    }
}
