//! Reading order of lines: as drawn, unless that plainly goes backwards; then along the white space of the page.

use sluice_extract::page::{Rect, widest_gap};

use super::lines::Row;
use super::words::Piece;

/// Steps back up inside one column that a sound order may have: headers and footers drawn last.
const BACKSTEPS_MAX: usize = 3;
/// Share of steps that may go back before the order counts as wrong.
const BACKSTEP_SHARE_MAX: f32 = 0.15;
/// Steps between neighbouring columns on one height that a sound order may have.
const CROSSINGS_MAX: usize = 3;
/// Recursion ends here; no page has so many nested columns.
const DEPTH_MAX: usize = 40;

/// The rows in reading order.
pub(super) fn read(rows: Vec<Row>, pieces: &[Piece]) -> Vec<Row> {
    let (late, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.late);
    fill_in(sorted(rows), late, pieces)
}

/// Puts rows that are drawn after the page where they stand: after the label to their left, or the line above.
fn fill_in(mut rows: Vec<Row>, late: Vec<Row>, pieces: &[Piece]) -> Vec<Row> {
    for mut row in late {
        row.late = false;
        // A row of several values under several labels: the first value says where it stands.
        let first = row.pieces.first().and_then(|&index| pieces.get(index)).map_or(row.rect, |piece| piece.upright);
        let distance = |other: &Row| {
            let left = other.is_level_with(&row) && other.rect.x0 < first.x0;
            let above = other.rotation == row.rotation && other.rect.center_y() < first.center_y();
            let aside = (-other.rect.overlap_x(&first)).max(0.0);
            match (left, above) {
                (true, _) => Some(first.x0 - other.rect.x1),
                (_, true) => Some(2.0 * aside + (first.y0 - other.rect.y1).max(0.0)),
                _ => None,
            }
        };
        let places = rows.iter().enumerate().filter_map(|(index, other)| Some((index, distance(other)?)));
        let nearest = places.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index);
        rows.insert(nearest.map_or(rows.len(), |index| index + 1), row);
    }
    rows
}

fn sorted(rows: Vec<Row>) -> Vec<Row> {
    if !goes_backwards(&rows) {
        return rows;
    }
    let upright: Vec<usize> = (0..rows.len()).filter(|&index| rows[index].rotation == 0).collect();
    let mut order = vec![];
    cut(upright, &rows, &mut order, 0);
    order.extend((0..rows.len()).filter(|&index| rows[index].rotation != 0));
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| rows.get_mut(index)?.take()).collect()
}

fn goes_backwards(rows: &[Row]) -> bool {
    let steps = rows.windows(2).filter(|pair| pair[0].rotation == pair[1].rotation);
    let (mut all, mut back, mut crossings) = (0_usize, 0_usize, 0_usize);
    for pair in steps {
        let (from, to) = (&pair[0].rect, &pair[1].rect);
        all += 1;
        let column = from.overlap_x(to) > 0.3 * from.width().min(to.width());
        back += usize::from(column && to.center_y() < from.y0 - 0.2 * pair[0].size);
        crossings += usize::from(pair[0].is_prose() && pair[1].is_prose() && pair[0].is_level_with(&pair[1]));
    }
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = back as f32 / all.max(1) as f32;
    (back > BACKSTEPS_MAX && share > BACKSTEP_SHARE_MAX) || crossings > CROSSINGS_MAX
}

/// Cuts along columns of prose first, then along the widest white line, until nothing is left to cut.
fn cut(rows: Vec<usize>, all: &[Row], order: &mut Vec<usize>, depth: usize) {
    if rows.len() > 1 && depth < DEPTH_MAX {
        let size = median(rows.iter().map(|&index| all[index].size));
        let parts = columns(&rows, all, size).or_else(|| bands(&rows, all, size));
        if let Some((first, second)) = parts {
            cut(first, all, order, depth + 1);
            cut(second, all, order, depth + 1);
            return;
        }
    }
    order.extend(by_height(rows, all));
}

type Halves = Option<(Vec<usize>, Vec<usize>)>;

fn columns(rows: &[usize], all: &[Row], size: f32) -> Halves {
    let extents = rows.iter().map(|&index| (all[index].rect.x0, all[index].rect.x1));
    let x = widest_gap(extents, 0.9 * size)?;
    let (left, right): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&&index| all[index].rect.center_x() < x);
    let is_column = |half: &[usize]| {
        let bounds = Rect::around(half.iter().map(|&index| &all[index].rect)).unwrap_or_default();
        bounds.height() > 4.0 * size && bounds.width() > 12.0 * size
    };
    (is_column(&left) && is_column(&right)).then_some((left, right))
}

fn bands(rows: &[usize], all: &[Row], size: f32) -> Halves {
    let extents = rows.iter().map(|&index| {
        let rect = &all[index].rect;
        (rect.y0 + 0.12 * rect.height(), rect.y1 - 0.12 * rect.height())
    });
    let y = widest_gap(extents, 0.05 * size)?;
    let (above, below): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&&index| all[index].rect.center_y() < y);
    (!above.is_empty() && !below.is_empty()).then_some((above, below))
}

/// From top to bottom, and from left to right where rows are level.
fn by_height(mut rows: Vec<usize>, all: &[Row]) -> Vec<usize> {
    rows.sort_by(|&a, &b| all[a].rect.center_y().total_cmp(&all[b].rect.center_y()));
    let mut order = vec![];
    for level in rows.chunk_by(|&a, &b| all[a].is_level_with(&all[b])) {
        let mut level = level.to_vec();
        level.sort_by(|&a, &b| all[a].rect.x0.total_cmp(&all[b].rect.x0));
        order.extend(level);
    }
    order
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(1.0).max(1.0)
}
