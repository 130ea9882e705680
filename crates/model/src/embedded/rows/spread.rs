//! What stands around a table: its caption, the date of its page, and its parts on other pages.
//!
//! Geometry and equality of heads; never decides which table is right.

use std::collections::HashSet;

use sluice_extract::values::date;

use super::Reading;
use super::aligned;
use super::body::{self, Meaning};
use super::frame::{Band, Frame};
use super::sheet::{CellText, Sheet};
use crate::embedded::text::fold;

/// Lines above a table that may be its caption.
const CAPTION_LINES: usize = 3;

/// The lines right above a table, nearest first.
pub(crate) fn lines_above(frame: &Frame, sheet: &Sheet) -> Vec<String> {
    let mut edge = sheet.rect.y0;
    let mut lines = Vec::new();
    for band in frame.bands.iter().rev().filter(|band| band.rect.center_y() < sheet.rect.y0) {
        if edge - band.rect.y1 > 3.0 * band.size || lines.len() == CAPTION_LINES {
            break;
        }
        edge = band.rect.y0;
        lines.push(frame.text(&band.pieces));
    }
    lines
}

/// The nearest date above the rows that stands for itself.
pub(crate) fn date_above(frame: &Frame, sheet: &Sheet) -> Option<CellText> {
    let bands = frame.bands.iter().rev().filter(|band| band.rect.center_y() < sheet.heads_y);
    bands.take(25).find_map(|band| date_in(frame, band))
}

fn date_in(frame: &Frame, band: &Band) -> Option<CellText> {
    let run = frame.runs(band, 1.0).into_iter().find(|run| date::parse_reading(&frame.text(&run.pieces)).is_some())?;
    let mut cell = CellText::default();
    run.pieces.iter().for_each(|&at| cell.push(&frame.pieces[at]));
    Some(cell)
}

/// The best reading, and what goes on with it: the same heads elsewhere, or no heads on the next page.
pub(crate) fn over_pages(frames: &[Frame], best: usize, all: &[Reading], meaning: &Meaning<'_>) -> Vec<Reading> {
    let best = &all[best];
    let caption = caption(frames, &best.sheet);
    let mut parts = vec![best.clone()];
    let mut headed: Vec<usize> = Vec::new();
    for other in all.iter().filter(|other| best.has_heads_of(other)) {
        headed.push(other.sheet.frame);
        let overlaps = parts
            .iter()
            .any(|part| part.sheet.frame == other.sheet.frame && part.sheet.rect.overlap_y(&other.sheet.rect) > 0.0);
        let numbers = (number(frames, &best.sheet), number(frames, &other.sheet));
        if let (Some(mine), Some(theirs)) = numbers
            && mine != theirs
        {
            continue;
        }
        let theirs = self::caption(frames, &other.sheet);
        let goes_on = other.sheet.frame > best.sheet.frame && says_nothing_new(frames, &best.sheet, &other.sheet);
        if !overlaps && (goes_on || is_alike(&caption, &theirs)) {
            parts.push(other.clone());
        }
    }
    parts.sort_by(|a, b| a.sheet.frame.cmp(&b.sheet.frame).then(a.sheet.rect.y0.total_cmp(&b.sheet.rect.y0)));
    while let Some(next) = next_page(frames, &parts, meaning, &headed) {
        parts.push(next);
    }
    parts
}

/// The words of the lines above a table: numbers and marks of going on left out, for they change from page to page.
fn caption(frames: &[Frame], sheet: &Sheet) -> String {
    let lines = frames.get(sheet.frame).map(|frame| lines_above(frame, sheet)).unwrap_or_default();
    let folded = fold(&lines.join(" "));
    let words = folded.split(' ').filter(|word| word.chars().all(char::is_alphabetic));
    let months = |word: &&str| date::month_of(word).is_none();
    words
        .filter(|word| !matches!(*word, "continued" | "cont" | "fortsetzung" | "page" | "seite"))
        .filter(months)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The number that a table's caption gives it: tables of other numbers are other tables, however alike.
fn number(frames: &[Frame], sheet: &Sheet) -> Option<String> {
    const CAPTIONS: [&str; 9] =
        ["table", "tabelle", "tableau", "tabla", "tabella", "tabel", "tabela", "schedule", "exhibit"];
    let lines = frames.get(sheet.frame).map(|frame| lines_above(frame, sheet)).unwrap_or_default();
    lines.iter().find_map(|line| {
        let folded = fold(line);
        let (kind, rest) = folded.split_once(' ')?;
        let number = rest.split(' ').next().filter(|number| number.starts_with(|char: char| char.is_ascii_digit()))?;
        CAPTIONS.contains(&kind).then(|| number.to_owned())
    })
}

/// The lines above a table on a later page only repeat words of the pages before: its page's head, no caption.
fn says_nothing_new(frames: &[Frame], first: &Sheet, later: &Sheet) -> bool {
    let before = frames.get(first.frame..later.frame).unwrap_or_default();
    let lines = before.iter().flat_map(|frame| frame.bands.iter().map(|band| fold(&frame.text(&band.pieces))));
    let said: HashSet<String> = lines.flat_map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    caption(frames, later).split(' ').all(|word| word.is_empty() || said.contains(word))
}

/// Most words are the same.
fn is_alike(a: &str, b: &str) -> bool {
    let shared = a.split(' ').filter(|word| b.split(' ').any(|other| other == *word)).count();
    a == b || shared * 10 >= a.split(' ').count().max(b.split(' ').count()) * 7
}

/// Rows on the page after the last part, under no heads of their own and in the same columns.
fn next_page(frames: &[Frame], parts: &[Reading], meaning: &Meaning<'_>, headed: &[usize]) -> Option<Reading> {
    let last = parts.last()?;
    let index = last.rows.last()?.frame + 1;
    let frame = frames.get(index).filter(|_| !headed.contains(&index))?;
    let sheet = aligned::continued(frame, index, &last.sheet.heads)?;
    let usual = last.rows.iter().map(filled).max()?;
    let mut rows = body::rows(&sheet, meaning);
    let fits = |row: &body::Row| filled(row) * 10 >= usual * 7 && is_set_like(row, &last.rows);
    rows.truncate(rows.iter().take_while(|row| fits(row)).count());
    if rows.is_empty() {
        return None;
    }
    rows.iter_mut().for_each(|row| row.section = row.section.take().or_else(|| last.rows.last()?.section.clone()));
    Some(Reading { sheet, columns: last.columns.clone(), agreement: last.agreement, rows })
}

/// Most cells begin or end where cells of their column did before.
fn is_set_like(row: &body::Row, before: &[body::Row]) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() < 2.5;
    let edges = |row: &body::Row, column: usize| {
        row.cells.get(column).and_then(|cell| cell.rect).map(|rect| (rect.x0, rect.x1))
    };
    let same = |column: usize| {
        let Some((x0, x1)) = edges(row, column) else { return false };
        before.iter().filter_map(|other| edges(other, column)).any(|(a, b)| near(x0, a) || near(x1, b))
    };
    (0..row.cells.len()).filter(|&column| same(column)).count() * 10 >= filled(row) * 7
}

fn filled(row: &body::Row) -> usize {
    row.cells.iter().filter(|cell| !cell.is_empty()).count()
}
