//! Lists without heads whose amounts add up to a total below them: what tills print.
//!
//! A line with an amount at its end is an entry; a line `3 × 4.25` belongs to the entry whose amount it makes, before or
//! after it. Lines that are set in further than those with a count belong to the entry above them. Arithmetic is the proof
//! that all of them, and nothing else, are the entries: where they do not add up there is no list. An amount whose last
//! digit was not recognised (`$2.9`) may have lost up to nine cents, and is not given. Called by `rows`.

use sluice_extract::page::Rect;
use sluice_extract::values::number;

use super::body;
use super::cell::Habits;
use super::frame::{Band, Frame};
use super::sheet::{CellText, Head, Sheet, SheetRow};

/// What the columns of such a list are, in words that properties are compared with. They are not printed.
const HEADS: [&str; 7] =
    ["Description", "Quantity", "Unit price", "Amount", "Tax code", "Unit", "Modifier option topping"];
/// Where the quantity stands among them.
pub(crate) const QUANTITY: usize = 1;
/// Where the flag of what is set in stands among them.
const SET_IN: usize = 6;
/// Entries of a list: two amounts and a third add up by chance too often.
const ENTRIES_MIN: usize = 2;
/// Lines above a total that are looked at.
const LINES_MAX: usize = 400;
/// Cents that printing may have rounded away.
const SLACK: f64 = 0.005;
/// What an amount may have lost with its last digit.
const LOST: f64 = 0.09;
/// One of so many amounts may have lost its last digit; with more of them a sum proves nothing.
const LOST_SHARE: usize = 4;
/// Characters of a code after an amount.
const CODE_CHARS_MAX: usize = 2;
/// A line is set in from here on, in heights of its words.
const SET_IN_HEIGHTS: f32 = 0.6;
/// Most words of a unit between a count and its sign: `7 month × 155.73`.
const UNIT_WORDS_MAX: usize = 2;

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
    /// The last digit of the amount was not recognised.
    lost: bool,
}

/// How many of what an entry counts, and what one costs.
#[derive(Clone, Default)]
struct Counted {
    quantity: CellText,
    unit: CellText,
    price: CellText,
}

/// An entry, and how it is set.
struct Entry {
    row: SheetRow,
    /// Left edge of its first word, its count included.
    left: f32,
    height: f32,
    counted: bool,
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
    let sold: Vec<Entry> = (from..to).filter_map(|at| entry(index, frame, &lines, at)).collect();
    let mut rows = flagged(sold);
    rows.extend(off(frame, &lines, to).into_iter().filter_map(|at| Some(entry(index, frame, &lines, at)?.row)));
    let rect = Rect::around(rows.iter().map(|row| &row.rect))?;
    let head = |text: &&str| Head { text: (*text).to_owned(), own: (*text).to_owned(), x0: rect.x0, x1: rect.x1 };
    let heads = HEADS.iter().map(head).collect();
    Some(Sheet { frame: index, rect, heads_y: rect.y0, heads, rows, whole_rows: true })
}

/// The entries, and for each whether it is set in below another: told where some are and some are not.
fn flagged(entries: Vec<Entry>) -> Vec<SheetRow> {
    let counted = entries.iter().filter(|entry| entry.counted).map(|entry| entry.left);
    let edge = counted.reduce(f32::max).unwrap_or(f32::MAX);
    let is_in = |entry: &Entry| !entry.counted && entry.left > edge + SET_IN_HEIGHTS * entry.height;
    let some = entries.iter().any(is_in);
    let flag = |entry: Entry| {
        let text = if is_in(&entry) { "yes" } else { "no" };
        let mut row = entry.row;
        if some && let Some(name) = row.cells.first().cloned() {
            row.cells[SET_IN] = CellText { text: text.to_owned(), ..name };
        }
        row
    };
    entries.into_iter().map(flag).collect()
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
    let lost = number.decimals == 1 && only.value.currency.is_some();
    let detail = || counted(frame, &band.pieces).is_some();
    ((number.decimals == 2 || lost) && !only.value.percent && whole && !detail()).then(|| Line {
        label: label.to_vec(),
        amount: number.value,
        at,
        code,
        glued: if glued <= CODE_CHARS_MAX { glued } else { 0 },
        lost,
    })
}

fn is_total(frame: &Frame, line: &Line) -> bool {
    let cell = cell(frame, &line.label);
    let rect = cell.rect.unwrap_or_default();
    !cell.is_empty() && body::is_total(&SheetRow { frame: 0, rect, cells: vec![cell], crosses: false })
}

/// From which line on the amounts add up to the one of this line.
fn start(frame: &Frame, lines: &[Option<Line>], total: usize) -> Option<usize> {
    let wanted = lines.get(total)?.as_ref().filter(|line| !line.lost && line.amount > SLACK)?.amount;
    let (mut sum, mut entries, mut lost) = (0.0, 0, 0_usize);
    for at in (total.saturating_sub(LINES_MAX)..total).rev() {
        let Some(line) = lines.get(at)?.as_ref() else { continue };
        if is_total(frame, line) {
            break;
        }
        sum += line.amount;
        entries += 1;
        lost += usize::from(line.lost);
        let missing = wanted - sum;
        let adds_up = missing > -SLACK && missing < LOST * lost as f64 + SLACK;
        if adds_up && entries >= ENTRIES_MIN && lost * LOST_SHARE <= entries {
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

fn entry(index: usize, frame: &Frame, lines: &[Option<Line>], at: usize) -> Option<Entry> {
    let line = lines.get(at)?.as_ref()?;
    let mut label = line.label.clone();
    let mut told = behind(frame, &mut label, line);
    if !cell(frame, &label).text.chars().any(char::is_alphabetic) {
        // Nothing but figures: the words stand in the line before, which has no amount of its own.
        let before = at.checked_sub(1).filter(|&before| lines.get(before).is_some_and(Option::is_none))?;
        label = frame.bands.get(before)?.pieces.clone();
        told = told.or_else(|| behind(frame, &mut label, line));
    }
    let first = frame.pieces.get(*label.first()?)?.rect;
    let below = || {
        let next = at + 1;
        let none = lines.get(next).is_some_and(Option::is_none);
        counted(frame, &frame.bands.get(next).filter(|_| none)?.pieces)
    };
    let told = told.or_else(|| below().map(|(_, counted)| counted).filter(|counted| counted.makes(line)));
    let leading = leading(frame, &mut label, line);
    let is_counted = leading.is_some() || told.is_some();
    let Counted { quantity, unit, price } = told.or(leading).unwrap_or_default();
    let mut amount = cell(frame, &[line.at]);
    let mut code = line.code.map_or_else(CellText::default, |code| cell(frame, &[code]));
    if line.glued > 0 {
        let both = amount.clone();
        let behind = amount.text.split_off(amount.text.len() - line.glued);
        if code.is_empty() {
            code = CellText { text: behind, ..both };
        }
    }
    if line.lost {
        amount = CellText::default();
    }
    let cells = vec![cell(frame, &label), quantity, price, amount, code, unit, CellText::default()];
    let rect = Rect::around(cells.iter().filter_map(|cell| cell.rect.as_ref()))?;
    let row = SheetRow { frame: index, rect, cells, crosses: false };
    Some(Entry { row, left: first.x0, height: first.height(), counted: is_counted })
}

/// A count and a price that make the amount, at the end of some words; taken out of them.
fn behind(frame: &Frame, label: &mut Vec<usize>, line: &Line) -> Option<Counted> {
    let (first, counted) = counted(frame, label).filter(|(_, counted)| counted.makes(line))?;
    label.truncate(first);
    Some(counted)
}

impl Counted {
    /// Does the count make the amount of a line, but for what rounding took from the price?
    fn makes(&self, line: &Line) -> bool {
        let Some((count, price)) = figure(&self.quantity.text).zip(figure(&self.price.text)) else { return false };
        let rounded = SLACK * (count.abs() + 1.0);
        let lost = if line.lost { LOST } else { 0.0 };
        let over = count * price - line.amount;
        over > -rounded && over < rounded + lost
    }
}

/// `3 × 4.25` or `7 month × 155.73` at the end of some words, and where it begins among them.
fn counted(frame: &Frame, pieces: &[usize]) -> Option<(usize, Counted)> {
    let text = |at: usize| frame.pieces.get(at).map_or("", |piece| piece.text.as_str());
    let sign = pieces.iter().rposition(|&at| is_sign(text(at)))?;
    let [price] = pieces.get(sign + 1..)? else { return None };
    figure(text(*price))?;
    let first = (sign.saturating_sub(1 + UNIT_WORDS_MAX)..sign).rev().find(|&at| figure(text(pieces[at])).is_some())?;
    let unit = cell(frame, &pieces[first + 1..sign]);
    Some((first, Counted { quantity: cell(frame, &[pieces[first]]), unit, price: cell(frame, &[*price]) }))
}

fn is_sign(text: &str) -> bool {
    matches!(text, "x" | "X" | "×" | "*" | "@")
}

fn figure(text: &str) -> Option<f64> {
    let plain = text.trim_start_matches(['£', '$', '€', '@', '(']).trim_end_matches(')').replace(',', ".");
    // Of several marks the last is the decimal one: `1,019.62`.
    let marks = plain.matches('.').count();
    plain.replacen('.', "", marks.saturating_sub(1)).parse::<f64>().ok()
}

/// `3`, `3x` or `3 x` before the words, and a price in brackets behind them (`2 Fries (@5.79)`), taken out of them.
fn leading(frame: &Frame, label: &mut Vec<usize>, line: &Line) -> Option<Counted> {
    let text = |at: usize| frame.pieces.get(at).map_or("", |piece| piece.text.as_str());
    let first = *label.first()?;
    let digits = text(first).trim_end_matches(['x', 'X', '×']);
    let whole = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let signs = usize::from(label.get(1).is_some_and(|&at| is_sign(text(at))));
    let worded = label.get(1 + signs).is_some_and(|&at| text(at).chars().any(char::is_alphabetic));
    if !whole || !worded {
        return None;
    }
    label.drain(..=signs);
    let mut counted = Counted { quantity: cell(frame, &[first]), ..Counted::default() };
    counted.quantity.text = digits.to_owned();
    let last = label.last().copied().filter(|&at| text(at).starts_with("(@") && text(at).ends_with(')'));
    if let Some(last) = last {
        counted.price = cell(frame, &[last]);
        counted.price.text = counted.price.text.trim_matches(['(', ')', '@']).to_owned();
        if counted.makes(line) {
            label.pop();
        } else {
            counted.price = CellText::default();
        }
    }
    Some(counted)
}

fn cell(frame: &Frame, pieces: &[usize]) -> CellText {
    let mut cell = CellText::default();
    pieces.iter().filter_map(|&at| frame.pieces.get(at)).for_each(|piece| cell.push(piece));
    cell
}
