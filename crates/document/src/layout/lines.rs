//! Words to lines.
//!
//! The rule: words on one baseline are one line if they stand less than 1.2 em apart, or, further apart, if they are
//! drawn one after the other (a table's row, a label and its value), or if the left one ends in a colon. A gutter
//! between columns of prose always parts. So a row of a table is one line, while two blocks side by side stay apart.

use std::collections::HashMap;

use sluice_extract::page::Rect;

use super::direction::{self, Kind};
use super::gutters::{self, Gutter};
use super::words::Piece;

/// Words nearer than this many em are on one line whatever the order they are drawn in.
const NEAR: f32 = 1.2;
/// How far to the right the value of a label with a colon may stand, in em.
const VALUE_WITHIN: f32 = 25.0;
/// Share of the lower box's height that two words on one baseline share.
const LEVEL: f32 = 0.5;

/// Words on one baseline, by index, in the order in which they are read.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) pieces: Vec<usize>,
    /// Box in the upright frame of its rotation.
    pub(super) rect: Rect,
    pub(super) size: f32,
    pub(super) rotation: u16,
    /// The last word ends in a colon.
    label: bool,
    /// Drawn after the page itself.
    pub(super) late: bool,
    /// Most of its words run to the left.
    pub(super) runs_left: bool,
    characters: usize,
}

impl Row {
    fn of(index: usize, piece: &Piece) -> Self {
        Self {
            pieces: vec![index],
            rect: piece.upright,
            size: piece.word.size,
            rotation: piece.word.rotation,
            label: piece.word.text.ends_with(':'),
            late: piece.late,
            runs_left: false,
            characters: piece.word.text.chars().count(),
        }
    }

    /// A row of some words, from left to right.
    pub(super) fn of_all(indices: &[usize], pieces: &[Piece]) -> Option<Self> {
        let parts = indices.iter().filter_map(|&index| Some(Self::of(index, pieces.get(index)?)));
        let mut row = parts.reduce(|mut row, part| {
            row.absorb(part);
            row
        })?;
        sort(&mut row, pieces);
        Some(row)
    }

    fn absorb(&mut self, other: Self) {
        self.label = if other.rect.x1 > self.rect.x1 { other.label } else { self.label };
        self.pieces.extend(other.pieces);
        self.rect = self.rect.union(&other.rect);
        self.size = self.size.max(other.size);
        self.characters += other.characters;
    }

    /// Is the other on the same baseline?
    pub(super) fn is_level_with(&self, other: &Self) -> bool {
        self.rotation == other.rotation
            && self.late == other.late
            && self.rect.overlap_y(&other.rect) >= LEVEL * self.rect.height().min(other.rect.height())
    }

    /// Running text, not a cell or a label.
    pub(super) fn is_prose(&self) -> bool {
        self.pieces.len() >= 3 && self.characters >= 20
    }

    fn gap_to(&self, right: &Self) -> f32 {
        right.rect.x0 - self.rect.x1
    }
}

/// Lines in the order in which they are drawn.
pub(super) fn gather(pieces: &[Piece]) -> (Vec<Row>, Vec<Gutter>) {
    let near = near_runs(pieces);
    let gutters = gutters::find(&near);
    let drawn = join_drawn(near, &gutters);
    let mut rows = join_apart(drawn, &gutters);
    for row in &mut rows {
        sort(row, pieces);
    }
    (rows, gutters)
}

/// Runs of words drawn one after the other with small gaps.
fn near_runs(pieces: &[Piece]) -> Vec<Row> {
    let mut runs: Vec<Row> = vec![];
    for (index, piece) in pieces.iter().enumerate() {
        let next = Row::of(index, piece);
        match runs.last_mut() {
            Some(last) if last.is_level_with(&next) && is_near(last, &next) => last.absorb(next),
            _ => runs.push(next),
        }
    }
    runs
}

fn is_near(left: &Row, right: &Row) -> bool {
    let size = left.size.max(right.size);
    (-0.5 * size..=NEAR * size).contains(&left.gap_to(right))
}

/// Joins runs drawn one after the other on one baseline, however far apart, unless a gutter parts them.
fn join_drawn(runs: Vec<Row>, gutters: &[Gutter]) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![];
    for run in runs {
        match rows.last_mut() {
            Some(last)
                if last.is_level_with(&run)
                    && last.gap_to(&run) >= -0.5 * run.size
                    && !gutters::part(gutters, &last.rect, &run.rect) =>
            {
                last.absorb(run);
            }
            _ => rows.push(run),
        }
    }
    rows
}

/// Joins what belongs together though it is drawn apart: near neighbours, and labels with their values.
fn join_apart(rows: Vec<Row>, gutters: &[Gutter]) -> Vec<Row> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[a].rect.x0.total_cmp(&rows[b].rect.x0));
    let shelves = Shelves::of(&rows);
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    for mut at in order {
        while let Some(left) = rows[at].take() {
            let right = shelves.neighbour(&left, &rows);
            let right = right.filter(|&right| rows[right].as_ref().is_some_and(|row| belong(&left, row, gutters)));
            let Some((right, taken)) = right.and_then(|right| Some((right, rows[right].take()?))) else {
                rows[at] = Some(left);
                break;
            };
            // The line stands where its first part is drawn.
            at = at.min(right);
            let row = rows[at].insert(left);
            row.absorb(taken);
        }
    }
    rows.into_iter().flatten().collect()
}

/// Rows by height, so that looking for a neighbour does not mean looking at all of them.
struct Shelves(HashMap<(u16, i32), Vec<usize>>);

impl Shelves {
    /// In points: about a line.
    const HEIGHT: f32 = 12.0;

    fn of(rows: &[Row]) -> Self {
        let mut shelves: HashMap<(u16, i32), Vec<usize>> = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            for shelf in Self::levels(row) {
                shelves.entry((row.rotation, shelf)).or_default().push(index);
            }
        }
        Self(shelves)
    }

    fn levels(row: &Row) -> std::ops::RangeInclusive<i32> {
        #[allow(clippy::cast_possible_truncation, reason = "a page is far smaller than i32 counts")]
        let level = |y: f32| (y / Self::HEIGHT).floor() as i32;
        // Type taller than a page is no type: it is looked for on its first shelves only.
        let (top, bottom) = (level(row.rect.y0), level(row.rect.y1));
        top..=bottom.min(top.saturating_add(200))
    }

    /// The nearest row to the right on the same baseline.
    fn neighbour(&self, row: &Row, rows: &[Option<Row>]) -> Option<usize> {
        let shelves = Self::levels(row).filter_map(|shelf| self.0.get(&(row.rotation, shelf)));
        let x0 = |index: &usize| rows[*index].as_ref().map_or(f32::MAX, |other| other.rect.x0);
        let fits = |index: &&usize| {
            rows[**index].as_ref().is_some_and(|other| {
                other.rect.x0 >= row.rect.x0 && row.is_level_with(other) && row.gap_to(other) > -0.5 * row.size
            })
        };
        shelves.flatten().filter(fits).min_by(|a, b| x0(a).total_cmp(&x0(b))).copied()
    }
}

fn belong(left: &Row, right: &Row, gutters: &[Gutter]) -> bool {
    let reach = if left.label && !right.label { VALUE_WITHIN } else { NEAR };
    left.gap_to(right) <= reach * left.size.max(right.size) && !gutters::part(gutters, &left.rect, &right.rect)
}

/// From left to right, then as they are read.
fn sort(row: &mut Row, pieces: &[Piece]) {
    row.pieces.sort_by(|&a, &b| pieces[a].upright.x0.total_cmp(&pieces[b].upright.x0));
    if row.pieces.iter().any(|&index| direction::has_left_running(&pieces[index].word.text)) {
        let kinds: Vec<Kind> = row.pieces.iter().map(|&index| Kind::of(&pieces[index].word.text)).collect();
        row.runs_left = direction::runs_left(&kinds);
        row.pieces = direction::line(&kinds).into_iter().map(|place| row.pieces[place]).collect();
    }
}
