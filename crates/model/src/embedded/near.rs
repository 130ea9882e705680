//! How well a place answers a label by where it stands: after it, right of it, below it.
//!
//! Geometry only. The numbers were set by hand on forms and invoices and are the same for every document.

use sluice_extract::page::Rect;

use super::candidate::Printed;
use super::label::Label;
use super::layout::{Layout, Segment};

/// How a value stands to its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// In the same segment.
    After,
    /// On the same row.
    Beside,
    /// Underneath.
    Below,
}

impl Side {
    /// For a sentence to a person.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Beside => "beside",
            Self::Below => "below",
        }
    }
}

/// What a value loses for each word between its label and it.
const BETWEEN: f32 = 0.1;
/// Heights of a line that a value may stand below its label.
const BELOW_HEIGHTS: f32 = 4.2;

/// How well a place answers a label, 0..1, and how it stands to it.
pub(crate) fn near(layout: &Layout<'_>, label: &Label, at: &Printed) -> Option<(f32, Side)> {
    let from = layout.segments.get(label.at.segment)?;
    let to = layout.segments.get(at.segment)?;
    if from.page != to.page {
        return None;
    }
    if label.at.segment == at.segment {
        let gap = from.text.get(label.at.bytes.end..at.bytes.start)?;
        let words = gap.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
        let colons = gap.matches(": ").count();
        return Some((BETWEEN.mul_add(-(words.min(8) as f32), 1.0) - 0.3 * colons as f32, Side::After));
    }
    let page = layout.page_of(from)?;
    let (l, v) = (from.rect_of(page, &label.at.bytes), to.rect_of(page, &at.bytes));
    let height = l.height().max(5.0);
    let down = v.center_y() - l.center_y();
    let same_row = down.abs() < 0.6 * height || in_one_table_row(layout, from, to);
    if same_row && v.x0 >= l.x1 - 2.0 {
        return beside(layout, label, at, &l, &v, page.width);
    }
    if down > 0.0 && v.y0 - l.y1 < BELOW_HEIGHTS * height && down > 0.5 * height {
        return below(layout, label, at, &l, &v);
    }
    None
}

fn in_one_table_row(layout: &Layout<'_>, from: &Segment, to: &Segment) -> bool {
    let (Some((table, a)), Some((other, b))) = (from.cell, to.cell) else { return false };
    let Some(table) = layout.page_of(from).and_then(|page| page.tables.get(table)).filter(|_| table == other) else {
        return false;
    };
    match (table.cells.get(a), table.cells.get(b)) {
        (Some(a), Some(b)) => a.row == b.row && a.column < b.column,
        _ => false,
    }
}

fn beside(layout: &Layout<'_>, label: &Label, at: &Printed, l: &Rect, v: &Rect, width: f32) -> Option<(f32, Side)> {
    let from = layout.segments.get(label.at.segment)?;
    let last = layout.segments.get(at.segment)?;
    let row = layout.on_page(from.page).iter().filter(|segment| segment.row == from.row || segment.row == last.row);
    let stands_between = |segment: &&Segment| {
        segment.rect.x0 >= l.x1 - 1.0
            && segment.rect.x1 <= v.x0 + 1.0
            && segment.rect.overlap_y(l) > 0.0
            && segment.text.chars().any(char::is_alphanumeric)
    };
    let mut between = row.filter(stands_between).count() as f32;
    if label.at.bytes.end < from.text.len() {
        between += 1.1;
    }
    let before = last.text.get(..at.bytes.start).unwrap_or_default();
    let words = before.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as f32;
    let score = 0.97 - 0.18 * between - 0.25 * (v.x0 - l.x1).max(0.0) / width.max(1.0) - 0.06 * words.min(6.0);
    (score > 0.0).then_some((score, Side::Beside))
}

fn below(layout: &Layout<'_>, label: &Label, at: &Printed, l: &Rect, v: &Rect) -> Option<(f32, Side)> {
    let from = layout.segments.get(label.at.segment)?;
    let to = layout.segments.get(at.segment)?;
    let edges = [(v.x0 - l.x0).abs(), (v.x1 - l.x1).abs(), (v.center_x() - l.center_x()).abs()];
    let aligned = edges.into_iter().fold(f32::MAX, f32::min);
    if v.overlap_x(l) <= 0.0 && (label.named || aligned >= 0.6 * l.height()) {
        return None;
    }
    let between = layout.on_page(from.page).iter().filter(|segment| {
        segment.rect.y0 >= l.y1 - 1.0 && segment.rect.y1 <= v.y0 + 1.0 && segment.rect.overlap_x(l) > 0.0
    });
    let mut rows = between.count() as f32;
    if label.at.bytes.end < from.text.len() && !label.named {
        rows += 1.0;
    }
    let before = to.text.get(..at.bytes.start).unwrap_or_default();
    let words = before.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as f32;
    // One of several captions on a line: what stands below the others is not in between.
    let words = if label.named { 0.0 } else { words };
    let heights = (v.center_y() - l.center_y()) / l.height().max(5.0);
    let score = 0.86 - 0.22 * rows - 0.05 * heights - 0.004 * aligned - 0.1 * words.min(5.0);
    (score > 0.0).then_some((score, Side::Below))
}
