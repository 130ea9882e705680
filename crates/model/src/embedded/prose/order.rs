//! The order in which a person reads the lines of a page that is drawn in another one.
//!
//! Browsers draw what floats or is positioned after the text around it, so headings may come before or after all that
//! stands below them. Only a page whose lines plainly go back up is put in order: sidebars first, where each side has
//! headings of its own, then white bands, then cards side by side. Called by the outline alone.

use sluice_extract::page::widest_gap;

use super::outline::Line;
use super::period;

/// Recursion ends here; no page has so many columns within columns.
const DEPTH_MAX: usize = 24;
/// White space between columns, in heights of a line.
const GUTTER: f32 = 0.8;

/// The lines of one page in the order in which they are read. `heads` tells headings of known sections.
pub(super) fn read(lines: Vec<Line>, heads: &dyn Fn(&Line) -> bool) -> Vec<Line> {
    if !goes_back(&lines) {
        return lines;
    }
    let mut order = Vec::with_capacity(lines.len());
    cut(&(0..lines.len()).collect::<Vec<_>>(), &lines, heads, &mut order, 0);
    let mut lines: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| lines.get_mut(index)?.take()).collect()
}

/// Does some line stand above the one before it, in one column?
fn goes_back(lines: &[Line]) -> bool {
    let back = |pair: &[Line]| {
        let (from, to) = (&pair[0].rect, &pair[1].rect);
        let column = from.overlap_x(to) > 0.3 * from.width().min(to.width());
        column && to.center_y() < from.y0 - 0.2 * from.height()
    };
    lines.windows(2).any(back)
}

fn cut(part: &[usize], lines: &[Line], heads: &dyn Fn(&Line) -> bool, order: &mut Vec<usize>, depth: usize) {
    if part.len() > 1 && depth < DEPTH_MAX {
        let halves = columns(part, lines, heads).or_else(|| bands(part, lines));
        if let Some((first, second)) = halves {
            cut(&first, lines, heads, order, depth + 1);
            cut(&second, lines, heads, order, depth + 1);
            return;
        }
    }
    let mut level = part.to_vec();
    level.sort_by(|&a, &b| lines[a].rect.x0.total_cmp(&lines[b].rect.x0));
    order.extend(level);
}

type Halves = Option<(Vec<usize>, Vec<usize>)>;

/// Two columns: each has headings of its own, or they are cards whose first lines are alike and level.
fn columns(part: &[usize], lines: &[Line], heads: &dyn Fn(&Line) -> bool) -> Halves {
    let height = part.iter().map(|&index| lines[index].rect.height()).fold(f32::MAX, f32::min);
    let x = widest_gap(part.iter().map(|&index| (lines[index].rect.x0, lines[index].rect.x1)), GUTTER * height)?;
    let (left, right): (Vec<usize>, Vec<usize>) = part.iter().partition(|&&index| lines[index].rect.center_x() < x);
    let headed = |half: &[usize]| half.iter().any(|&index| heads(&lines[index]));
    (headed(&left) && headed(&right) || are_cards(&left, &right, lines)).then_some((left, right))
}

/// Their first lines are level and alike, several lines follow each, and none of the right ones tells only when.
fn are_cards(left: &[usize], right: &[usize], lines: &[Line]) -> bool {
    let top = |half: &[usize]| half.iter().copied().min_by(|&a, &b| lines[a].rect.y0.total_cmp(&lines[b].rect.y0));
    let (Some(a), Some(b)) = (top(left), top(right)) else { return false };
    let (first, second) = (&lines[a], &lines[b]);
    let alike = (first.size - second.size).abs() < 0.3 && first.is_bold() == second.is_bold();
    let level = (first.rect.y0 - second.rect.y0).abs() < 0.3 * first.rect.height();
    let dated = right.iter().any(|&index| period::find(&lines[index].text).is_some());
    left.len() > 1 && right.len() > 1 && alike && level && !dated
}

/// Above and below the widest white band.
fn bands(part: &[usize], lines: &[Line]) -> Halves {
    let inner = |index: usize| {
        let rect = &lines[index].rect;
        (rect.y0 + 0.15 * rect.height(), rect.y1 - 0.15 * rect.height())
    };
    let y = widest_gap(part.iter().map(|&index| inner(index)), 0.0)?;
    let (above, below): (Vec<usize>, Vec<usize>) = part.iter().partition(|&&index| lines[index].rect.center_y() < y);
    (!above.is_empty() && !below.is_empty()).then_some((above, below))
}
