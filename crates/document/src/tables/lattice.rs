//! Ruled tables: lines that cross make a grid, and a line that is missing between two cells merges them.

use std::collections::BTreeMap;

use sluice_extract::page::Rect;

use super::edges::{self, Edge};
use super::grid::{Grid, Spot};
use super::parts::{self, Closed};
use super::{Token, merged, stub, wrap};

/// Lines cross if they come this near, in points.
const CROSS_WITHIN: f32 = 3.0;
/// More possible crossings than this are a drawing, no table.
const CROSSINGS_MAX: usize = 400_000;
/// More cells than this are a drawing, no table.
const CELLS_MAX: usize = 20_000;
/// One cell with more than this share of many words is a frame around text, no table.
const FRAME_SHARE: f32 = 0.6;
const FRAME_WORDS_MIN: usize = 40;

/// The ruled tables of a page, and the boxes of drawings, in which words line up by chance.
pub(super) fn find(tokens: &[Token<'_>], rules: &[Rect]) -> (Vec<Grid>, Vec<Rect>) {
    let (across, down) = (edges::across(rules), edges::down(rules));
    if across.len() < 2 || down.len() < 2 || across.len() * down.len() > CROSSINGS_MAX {
        return (vec![], vec![]);
    }
    let mut drawings = vec![];
    let meshes = meshes(&across, &down);
    let mut free: Vec<bool> = vec![true; tokens.iter().map(|token| token.index + 1).max().unwrap_or(0)];
    let mut grids: Vec<Grid> = vec![];
    for mesh in meshes {
        let inside: Vec<Token<'_>> = tokens.iter().filter(|token| free[token.index]).copied().collect();
        let (found, drawn) = mesh.grids(&inside);
        drawings.extend(drawn.then(|| mesh.bounds()));
        for grid in found {
            let grid = merged::undo(grid.without_slivers(), tokens).without_notes();
            let grid = merged::divide(grid, tokens);
            let grid = stub::add(wrap::split_tall_rows(grid, tokens), &inside);
            grid.words().for_each(|index| free[index] = false);
            grids.push(grid);
        }
    }
    (grids, drawings)
}

/// Lines that hang together.
struct Mesh {
    across: Vec<Edge>,
    down: Vec<Edge>,
}

/// Groups of lines connected by crossings, smallest first, so that a table inside a frame is found before the frame.
fn meshes(across: &[Edge], down: &[Edge]) -> Vec<Mesh> {
    let mut sets = Sets::new(across.len() + down.len());
    for (i, row) in across.iter().enumerate() {
        for (j, column) in down.iter().enumerate() {
            let meets = |edge: &Edge, at: f32| edge.from - CROSS_WITHIN <= at && at <= edge.to + CROSS_WITHIN;
            if meets(row, column.at) && meets(column, row.at) {
                sets.join(i, across.len() + j);
            }
        }
    }
    let mut groups: BTreeMap<usize, Mesh> = BTreeMap::new();
    for index in 0..across.len() + down.len() {
        let mesh = groups.entry(sets.root(index)).or_insert_with(|| Mesh { across: vec![], down: vec![] });
        match index.checked_sub(across.len()) {
            None => mesh.across.push(across[index]),
            Some(index) => mesh.down.push(down[index]),
        }
    }
    let mut meshes: Vec<Mesh> = groups.into_values().collect();
    meshes.sort_by(|a, b| a.extent().total_cmp(&b.extent()));
    meshes
}

impl Mesh {
    fn extent(&self) -> f32 {
        let longest = |edges: &[Edge]| edges.iter().map(|edge| edge.to - edge.from).fold(0.0, f32::max);
        longest(&self.across) * longest(&self.down)
    }

    fn bounds(&self) -> Rect {
        let across = self.across.iter().map(|edge| Rect::new(edge.from, edge.at, edge.to, edge.at));
        let down = self.down.iter().map(|edge| Rect::new(edge.at, edge.from, edge.at, edge.to));
        across.chain(down).reduce(|around, rect| around.union(&rect)).unwrap_or_default()
    }

    /// Its tables, and whether it draws something else as well.
    fn grids(&self, tokens: &[Token<'_>]) -> (Vec<Grid>, bool) {
        let ys = edges::levels(self.across.iter().map(|edge| edge.at), CROSS_WITHIN);
        let xs = edges::levels(self.down.iter().map(|edge| edge.at), CROSS_WITHIN);
        if ys.len() < 3 || xs.len() < 3 || xs.len() * ys.len() > CELLS_MAX {
            return (vec![], false);
        }
        let mut cells = self.merged(&xs, &ys);
        place(&mut cells, &xs, &ys, tokens);
        if let Some(parts) = parts::split(&xs, &ys, &cells, tokens) {
            return (parts, true);
        }
        let spots: Vec<Spot> = cells.into_iter().map(|cell| cell.spot).collect();
        let whole = is_table(&spots).then_some(Grid { xs, ys, spots, ruled: true, headings: None });
        (whole.into_iter().collect(), false)
    }

    /// The cells, merged where the line between them is missing.
    fn merged(&self, xs: &[f32], ys: &[f32]) -> Vec<Closed> {
        let (rows, columns) = (ys.len() - 1, xs.len() - 1);
        let mut sets = Sets::new(rows * columns);
        for (row, pair) in ys.windows(2).enumerate() {
            let middle = f32::midpoint(pair[0], pair[1]);
            for (column, &x) in xs.iter().enumerate().take(columns).skip(1) {
                if !drawn(&self.down, x, middle) {
                    sets.join(row * columns + column - 1, row * columns + column);
                }
            }
        }
        for (column, pair) in xs.windows(2).enumerate() {
            let middle = f32::midpoint(pair[0], pair[1]);
            for (row, &y) in ys.iter().enumerate().take(rows).skip(1) {
                if !drawn(&self.across, y, middle) {
                    sets.join((row - 1) * columns + column, row * columns + column);
                }
            }
        }
        let mut groups: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for cell in 0..rows * columns {
            groups.entry(sets.root(cell)).or_default().push((cell / columns, cell % columns));
        }
        groups.into_values().flat_map(|group| spots_of(&group)).collect()
    }
}

/// A group as one merged cell if it is a rectangle; else each of its rows for itself.
fn spots_of(group: &[(usize, usize)]) -> Vec<Closed> {
    let bounds = |axis: fn(&(usize, usize)) -> usize| {
        let values = group.iter().map(axis);
        (values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
    };
    let ((top, bottom), (left, right)) = (bounds(|cell| cell.0), bounds(|cell| cell.1));
    if (bottom - top + 1) * (right - left + 1) == group.len() {
        let (row_span, column_span) = (bottom - top + 1, right - left + 1);
        let spot = Spot { row: top, column: left, row_span, column_span, words: vec![] };
        return vec![Closed { spot, closed: true }];
    }
    let runs = group.chunk_by(|a, b| a.0 == b.0 && a.1 + 1 == b.1);
    let spot = |run: &[(usize, usize)]| Spot { column_span: run.len(), ..Spot::single(run[0].0, run[0].1) };
    runs.map(|run| Closed { spot: spot(run), closed: false }).collect()
}

fn drawn(edges: &[Edge], at: f32, past: f32) -> bool {
    edges.iter().any(|edge| (edge.at - at).abs() <= CROSS_WITHIN && edge.covers(past))
}

/// Puts each word into the cell that holds its middle.
fn place(cells: &mut [Closed], xs: &[f32], ys: &[f32], tokens: &[Token<'_>]) {
    let columns = xs.len() - 1;
    let mut owner = vec![0; columns * (ys.len() - 1)];
    for (index, Closed { spot, .. }) in cells.iter().enumerate() {
        for row in spot.row..spot.row + spot.row_span {
            owner[row * columns + spot.column..][..spot.column_span].fill(index);
        }
    }
    for token in tokens {
        let (x, y) = (token.rect.center_x(), token.rect.center_y());
        let (Some(column), Some(row)) = (interval(xs, x), interval(ys, y)) else { continue };
        cells[owner[row * columns + column]].spot.words.push(token.index);
    }
}

/// Which interval of rising values holds this one, with a point of tolerance at the ends.
pub(super) fn interval(lines: &[f32], value: f32) -> Option<usize> {
    let (first, last) = (lines.first()?, lines.last()?);
    if value < first - 1.0 || value > last + 1.0 {
        return None;
    }
    let at = lines.iter().take_while(|&&line| line < value).count();
    Some(at.clamp(1, lines.len() - 1) - 1)
}

fn is_table(spots: &[Spot]) -> bool {
    let filled = spots.iter().filter(|spot| !spot.words.is_empty()).count();
    let total: usize = spots.iter().map(|spot| spot.words.len()).sum();
    let most = spots.iter().map(|spot| spot.words.len()).max().unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let frame = total > FRAME_WORDS_MIN && most as f32 > FRAME_SHARE * total as f32;
    filled >= 4 && !frame
}

/// Disjoint sets.
struct Sets(Vec<usize>);

impl Sets {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    /// The smaller index becomes the root, so that groups come out in order.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}
