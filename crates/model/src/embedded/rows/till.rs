//! Lists without heads whose amounts add up to a total below them: what tills print.
//!
//! A line with an amount at its end is an entry; a line `3 × 4.25` belongs to the words before it. Arithmetic is the
//! proof that all of them, and nothing else, are the entries: where they do not add up there is no list. Called by `rows`.

use sluice_extract::page::Rect;
use sluice_extract::values::number;

use super::body;
use super::cell::Habits;
use super::frame::{Band, Frame};
use super::sheet::{CellText, Head, Sheet, SheetRow};

/// What the columns of such a list are, in words that properties are compared with. They are not printed.
const HEADS: [&str; 5] = ["Description", "Quantity", "Unit price", "Amount", "Tax code"];
/// Entries of a list: two amounts and a third add up by chance too often.
const ENTRIES_MIN: usize = 2;
/// Lines above a total that are looked at.
const LINES_MAX: usize = 400;
/// Cents that printing may have rounded away.
const SLACK: f64 = 0.005;
/// Characters of a code after an amount.
const CODE_CHARS_MAX: usize = 2;

/// A line that ends with an amount.
struct Line {
    /// Pieces before the amount.
    label: Vec<usize>,
    amount: f64,
    /// The piece of the amount.
    at: usize,
    /// The code behind it.
    code: Option<usize>,
    /// Characters of a code that is printed right behind the amount: `15.00A`.
    glued: usize,
}

/// The proven lists of a page: entries with an amount above zero first, then with those below it.
pub(crate) fn sheets(frames: &[Frame], habits: Habits) -> Vec<Sheet> {
    frames.iter().enumerate().filter_map(|(index, frame)| sheet(index, frame, habits)).collect()
}

/// The entries of one list: what is taken off in one, what is sold in the other.
pub(crate) fn only(sheet: &Sheet, taken_off: bool) -> Sheet {
    let is_off = |row: &SheetRow| row.cells.get(3).is_some_and(|cell| cell.text.contains(['-', '−']));
    let rows = sheet.rows.iter().filter(|row| is_off(row) == taken_off).cloned().collect();
    Sheet { rows, ..sheet.clone() }
}

/// The same without heads, for nobody printed them.
pub(crate) fn unnamed(mut sheet: Sheet) -> Sheet {
    sheet.heads.iter_mut().for_each(|head| head.text.clear());
    sheet
}

fn sheet(index: usize, frame: &Frame, habits: Habits) -> Option<Sheet> {
    let lines: Vec<Option<Line>> = frame.bands.iter().map(|band| line(frame, band, habits)).collect();
    let says_total = |at: &usize| lines.get(*at).and_then(Option::as_ref).is_some_and(|line| is_total(frame, line));
    let totals = (0..lines.len()).filter(says_total);
    let (from, to) = totals.into_iter().find_map(|total| Some((start(frame, &lines, total)?, total)))?;
    let mut rows: Vec<SheetRow> = (from..to).filter_map(|at| row(index, frame, &lines, at)).collect();
    rows.extend(off(frame, &lines, to).into_iter().filter_map(|at| row(index, frame, &lines, at)));
    let rect = Rect::around(rows.iter().map(|row| &row.rect))?;
    let head = |text: &&str| Head { text: (*text).to_owned(), own: (*text).to_owned(), x0: rect.x0, x1: rect.x1 };
    let heads = HEADS.iter().map(head).collect();
    Some(Sheet { frame: index, rect, heads_y: rect.y0, heads, rows, whole_rows: true })
}

/// The amount at the end of a line, which may have a short code behind it.
fn line(frame: &Frame, band: &Band, habits: Habits) -> Option<Line> {
    let text = |at: usize| frame.pieces.get(at).map_or("", |piece| piece.text.as_str());
    let is_code =
        |at: &usize| text(*at).chars().count() <= CODE_CHARS_MAX && text(*at).chars().all(char::is_alphabetic);
    let (last, before) = band.pieces.split_last()?;
    let (at, code, label) = match before.split_last() {
        Some((at, label)) if is_code(last) => (*at, Some(*last), label),
        _ => (*last, None, before),
    };
    let printed = text(at).trim_end_matches(char::is_alphabetic);
    let glued = text(at).len() - printed.len();
    let printed = if glued <= CODE_CHARS_MAX { printed } else { text(at) };
    let found = number::scan(printed);
    let [only] = found.as_slice() else { return None };
    let number = only.value.under(habits.style);
    let whole = only.span.end + 1 >= printed.len() && only.span.start <= 1;
    (number.decimals == 2 && !only.value.percent && whole).then(|| Line {
        label: label.to_vec(),
        amount: number.value,
        at,
        code,
        glued: if glued <= CODE_CHARS_MAX { glued } else { 0 },
    })
}

fn is_total(frame: &Frame, line: &Line) -> bool {
    let cell = cell(frame, &line.label);
    let rect = cell.rect.unwrap_or_default();
    !cell.is_empty() && body::is_total(&SheetRow { frame: 0, rect, cells: vec![cell], crosses: false })
}

/// From which line on the amounts add up to the one of this line.
fn start(frame: &Frame, lines: &[Option<Line>], total: usize) -> Option<usize> {
    let wanted = lines.get(total)?.as_ref()?.amount;
    let (mut sum, mut entries) = (0.0, 0);
    for at in (total.saturating_sub(LINES_MAX)..total).rev() {
        let Some(line) = lines.get(at)?.as_ref() else { continue };
        if is_total(frame, line) {
            break;
        }
        sum += line.amount;
        entries += 1;
        if (sum - wanted).abs() < SLACK && entries >= ENTRIES_MIN {
            return Some(at);
        }
    }
    None
}

/// Lines below a total whose amounts are taken off it, where the next total says so.
fn off(frame: &Frame, lines: &[Option<Line>], total: usize) -> Vec<usize> {
    let Some(Some(first)) = lines.get(total) else { return Vec::new() };
    let (mut sum, mut taken) = (first.amount, Vec::new());
    for (at, line) in lines.iter().enumerate().skip(total + 1) {
        let Some(line) = line else { continue };
        if is_total(frame, line) {
            return if (sum - line.amount).abs() < SLACK { taken } else { Vec::new() };
        }
        if line.amount >= 0.0 {
            break;
        }
        sum += line.amount;
        taken.push(at);
    }
    Vec::new()
}

fn row(index: usize, frame: &Frame, lines: &[Option<Line>], at: usize) -> Option<SheetRow> {
    let line = lines.get(at)?.as_ref()?;
    let mut label = line.label.clone();
    let counted = counted(frame, &mut label, line.amount);
    if !cell(frame, &label).text.chars().any(char::is_alphabetic) {
        // Nothing but figures: the words stand in the line before, which has no amount of its own.
        let before = at.checked_sub(1).filter(|&before| lines.get(before).is_some_and(Option::is_none))?;
        label = frame.bands.get(before)?.pieces.clone();
    }
    let (quantity, price) = counted.unwrap_or_default();
    let mut amount = cell(frame, &[line.at]);
    let mut code = line.code.map_or_else(CellText::default, |code| cell(frame, &[code]));
    if line.glued > 0 {
        let both = amount.clone();
        let behind = amount.text.split_off(amount.text.len() - line.glued);
        if code.is_empty() {
            code = CellText { text: behind, ..both };
        }
    }
    let cells = vec![cell(frame, &label), quantity, price, amount, code];
    let rect = Rect::around(cells.iter().filter_map(|cell| cell.rect.as_ref()))?;
    Some(SheetRow { frame: index, rect, cells, crosses: false })
}

/// `3 × 4.25` at the end of the words, or `3` at their beginning, taken out of them.
fn counted(frame: &Frame, label: &mut Vec<usize>, amount: f64) -> Option<(CellText, CellText)> {
    let number = |at: usize| {
        frame.pieces.get(at)?.text.trim_start_matches(['£', '$', '€']).replace(',', ".").parse::<f64>().ok()
    };
    let is_sign = |at: usize| {
        frame.pieces.get(at).is_some_and(|piece| matches!(piece.text.as_str(), "x" | "X" | "×" | "*" | "@"))
    };
    if let [.., count, sign, price] = label.as_slice()
        && let (Some(count_of), Some(price_of)) = (number(*count), number(*price))
        && is_sign(*sign)
        && (count_of * price_of - amount).abs() < 2.0 * SLACK
    {
        let found = (cell(frame, &[*count]), cell(frame, &[*price]));
        label.truncate(label.len() - 3);
        return Some(found);
    }
    let first = label.first().copied()?;
    let whole = frame
        .pieces
        .get(first)
        .is_some_and(|piece| piece.text.len() <= 3 && piece.text.chars().all(|char| char.is_ascii_digit()));
    let worded = label
        .get(1)
        .and_then(|&at| frame.pieces.get(at))
        .is_some_and(|piece| piece.text.chars().any(char::is_alphabetic));
    (whole && worded).then(|| {
        label.remove(0);
        (cell(frame, &[first]), CellText::default())
    })
}

fn cell(frame: &Frame, pieces: &[usize]) -> CellText {
    let mut cell = CellText::default();
    pieces.iter().filter_map(|&at| frame.pieces.get(at)).for_each(|piece| cell.push(piece));
    cell
}
