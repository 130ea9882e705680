//! Lines into rows: which lines begin a row, which go on with one, which are a section's title, which end the table.
//!
//! Works once columns have a meaning: a line that fills the typed columns begins a row. Lines between two such lines
//! are wrapped text where they could be, else titles of sections, else nothing.

use sluice_extract::page::Rect;
use sluice_extract::schema::Node;

use super::cell;
use super::sheet::{CellText, Sheet, SheetRow};
use super::summed;
use crate::embedded::text::fold;

/// A gap of this many line heights ends a table that has no rules.
const GAP_END: f32 = 6.0;

/// Lines without a figure in a typed column, after which a table is over.
const STRAY_LINES_MAX: usize = 9;

/// What a column was found to be.
pub(crate) struct Meaning<'a> {
    /// Column, and the property it stands for.
    pub(crate) columns: Vec<(usize, &'a Node)>,
    /// Rows whose label says total are left out even when they are whole.
    pub(crate) without_totals: bool,
}

/// A row of the table with all its lines.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Index into the frames.
    pub(crate) frame: usize,
    /// One for each column.
    pub(crate) cells: Vec<CellText>,
    /// The title of the section it stands in.
    pub(crate) section: Option<CellText>,
}

impl Meaning<'_> {
    /// Columns of figures and dates.
    pub(crate) fn typed(&self) -> impl Iterator<Item = &(usize, &Node)> {
        self.columns
            .iter()
            .filter(|(_, node)| matches!(cell::want(node), cell::Want::Number | cell::Want::Money | cell::Want::Date))
    }

    /// Typed columns of the line that hold what they should.
    fn hits(&self, row: &SheetRow) -> usize {
        self.typed()
            .filter(|(column, node)| row.cells.get(*column).is_some_and(|cell| cell::fit(node, &cell.text) >= 0.3))
            .count()
    }

    /// Columns with a meaning that hold something.
    fn filled(&self, row: &SheetRow) -> usize {
        self.columns.iter().filter(|(column, _)| row.cells.get(*column).is_some_and(|cell| !cell.is_empty())).count()
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Begins,
    Other,
    Total,
    Heads,
}

/// The rows of a sheet.
pub(crate) fn rows(sheet: &Sheet, meaning: &Meaning<'_>) -> Vec<Row> {
    let lines: Vec<&SheetRow> = sheet.rows.iter().collect();
    let mut parts = parts(sheet, &lines, meaning);
    sparse(&lines, &mut parts, meaning);
    leave_strangers_out(&lines, &mut parts, meaning);
    if meaning.without_totals {
        leave_sum_out(&lines, &mut parts, meaning);
    }
    if !sheet.whole_rows {
        end(&lines, &mut parts, sheet);
    }
    if !parts.contains(&Part::Begins) {
        return Vec::new();
    }
    let mut rows = join(sheet, &lines, &parts, meaning);
    if is_upward(sheet) {
        rows.reverse();
    }
    rows
}

/// Do the rows stand above their heads?
fn is_upward(sheet: &Sheet) -> bool {
    sheet.rows.first().is_some_and(|row| row.rect.y0 < sheet.heads_y)
}

fn parts(sheet: &Sheet, lines: &[&SheetRow], meaning: &Meaning<'_>) -> Vec<Part> {
    let typed = meaning.typed().count();
    let score = |row: &SheetRow| if typed > 0 { meaning.hits(row) } else { meaning.filled(row) };
    let usual = usual(lines.iter().map(|row| score(row)).filter(|&score| score > 0));
    let need = (usual.div_ceil(2)).max(1);
    let heads = fold(&sheet.heads.iter().map(|head| head.own.as_str()).collect::<Vec<_>>().join(" "));
    let full = usual_filled(lines, meaning, need, &score);
    lines
        .iter()
        .map(|row| {
            let text = fold(&row.text());
            if !heads.is_empty() && text == heads {
                return Part::Heads;
            }
            let has_all = score(row) >= need && meaning.filled(row) >= 2.min(meaning.columns.len());
            let total = is_total(row);
            let partial = meaning.filled(row) * 3 < full * 2;
            if total && (meaning.without_totals || partial) {
                return Part::Total;
            }
            let crossing = row.crosses && score(row) < 2;
            if has_all && !crossing { Part::Begins } else { Part::Other }
        })
        .collect::<Vec<Part>>()
}

/// The last row is no row of its own where it sums up the others.
fn leave_sum_out(lines: &[&SheetRow], parts: &mut [Part], meaning: &Meaning<'_>) {
    let begins: Vec<usize> = (0..parts.len()).filter(|&at| parts[at] == Part::Begins).collect();
    let rows: Vec<&SheetRow> = begins.iter().map(|&at| lines[at]).collect();
    if let Some(&last) = begins.last().filter(|_| summed::is_sum(&rows, meaning)) {
        parts[last] = Part::Total;
    }
}

/// Lines with a label where the sure rows have theirs, and at least one figure, are rows with empty cells.
fn sparse(lines: &[&SheetRow], parts: &mut [Part], meaning: &Meaning<'_>) {
    let Some(&(label, _)) = meaning
        .columns
        .iter()
        .filter(|(_, node)| cell::want(node) == cell::Want::Text)
        .min_by_key(|(column, _)| *column)
    else {
        return;
    };
    let left = |row: &SheetRow| row.cells.get(label).and_then(|cell| cell.rect).map(|rect| rect.x0);
    let sure: Vec<f32> = lines
        .iter()
        .zip(parts.iter())
        .filter(|(_, part)| **part == Part::Begins)
        .filter_map(|(row, _)| left(row))
        .collect();
    let ends: Vec<(usize, f32)> = lines
        .iter()
        .zip(parts.iter())
        .filter(|(_, part)| **part == Part::Begins)
        .flat_map(|(row, _)| meaning.typed().filter_map(|&(column, _)| Some((column, row.cells.get(column)?.rect?.x1))))
        .collect();
    for (row, part) in lines.iter().zip(parts.iter_mut()) {
        let near = 0.5 * row.rect.height();
        let aligned =
            left(row).is_some_and(|x| sure.iter().filter(|sure| (**sure - x).abs() < near).count() * 2 >= sure.len());
        let figures = meaning.typed().filter(|(column, node)| {
            row.cells.get(*column).is_some_and(|cell| {
                let set = cell.rect.is_some_and(|rect| {
                    ends.iter().any(|&(other, x1)| other == *column && (x1 - rect.x1).abs() < near)
                });
                set && cell::fit(node, &cell.text) >= 0.8
            })
        });
        if *part == Part::Other && !row.crosses && aligned && figures.count() > 0 {
            *part = Part::Begins;
        }
    }
}

/// Below a total, only lines whose figures stand where those of the rows above do are rows of the same table.
fn leave_strangers_out(lines: &[&SheetRow], parts: &mut [Part], meaning: &Meaning<'_>) {
    let Some(first) = parts.iter().position(|part| *part == Part::Begins) else { return };
    let Some(total) = parts.iter().skip(first).position(|part| *part == Part::Total).map(|at| first + at) else {
        return;
    };
    let rect = |line: &SheetRow, column: usize| line.cells.get(column).and_then(|cell| cell.rect);
    let known: Vec<&SheetRow> =
        (first..total).filter(|&at| parts[at] == Part::Begins).filter_map(|at| lines.get(at).copied()).collect();
    let set_like = |line: &SheetRow, column: usize| {
        let near = 0.25 * line.rect.height();
        let same = |a: f32, b: f32| (a - b).abs() < near;
        let edges = rect(line, column).map(|own| {
            let alike = |other: Rect| {
                same(own.x0, other.x0) || same(own.x1, other.x1) || same(own.center_x(), other.center_x())
            };
            known.iter().filter_map(|row| rect(row, column)).any(alike)
        });
        edges == Some(true)
    };
    for at in total..lines.len() {
        let typed = meaning.typed().filter(|(column, _)| rect(lines[at], *column).is_some());
        let (all, alike) = typed
            .fold((0, 0), |(all, alike), (column, _)| (all + 1, alike + usize::from(set_like(lines[at], *column))));
        if parts[at] == Part::Begins && alike * 10 < all * 7 {
            parts[at] = Part::Other;
        }
    }
}

/// The most common count, the larger of two.
fn usual(counts: impl Iterator<Item = usize>) -> usize {
    let mut tally: Vec<usize> = Vec::new();
    for count in counts {
        if tally.len() <= count {
            tally.resize(count + 1, 0);
        }
        tally[count] += 1;
    }
    let best = tally.iter().enumerate().max_by_key(|&(count, &times)| (times * (count + 1), count));
    best.map_or(0, |(count, _)| count)
}

fn usual_filled(lines: &[&SheetRow], meaning: &Meaning<'_>, need: usize, score: &dyn Fn(&SheetRow) -> usize) -> usize {
    usual(lines.iter().filter(|row| score(row) >= need && !is_total(row)).map(|row| meaning.filled(row)))
}

/// The row's first words say that it sums up others, in one of seven languages.
pub(crate) fn is_total(row: &SheetRow) -> bool {
    let label = row.cells.iter().find(|cell| cell.text.chars().any(char::is_alphabetic));
    label.is_some_and(|cell| is_total_label(&cell.text))
}

fn is_total_label(text: &str) -> bool {
    let folded = fold(text);
    let mut words = folded.split(' ');
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let sums = [
        "total",
        "totals",
        "subtotal",
        "sum",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtbetrag",
        "zwischensumme",
        "nettosumme",
        "bruttosumme",
        "endsumme",
        "ubertrag",
        "totaal",
        "subtotaal",
        "totale",
        "totali",
        "subtotale",
        "totaux",
        "soustotal",
        "totais",
        "suma",
        "som",
        "netto",
        "nettobetrag",
        "rechnungsbetrag",
        "rechnungssumme",
        "grandtotal",
        "mwst",
        "ust",
        "vat",
        "tva",
        "btw",
        "iva",
        "umsatzsteuer",
        "mehrwertsteuer",
        "balance",
    ];
    let pairs = [
        ("sub", "total"),
        ("grand", "total"),
        ("net", "total"),
        ("sous", "total"),
        ("a", "reporter"),
        ("carried", "forward"),
        ("brought", "forward"),
        ("balance", "due"),
        ("amount", "due"),
        ("invoice", "total"),
        ("montant", "total"),
        ("importe", "total"),
        ("valor", "total"),
        ("sales", "tax"),
        ("net", "amount"),
        ("zzgl", "mwst"),
        ("zuzuglich", "ust"),
    ];
    sums.contains(&first) || pairs.contains(&(first, second))
}

/// Marks everything after the table's end as nothing.
fn end(lines: &[&SheetRow], parts: &mut [Part], sheet: &Sheet) {
    let upward = is_upward(sheet);
    let order: Vec<usize> = if upward { (0..lines.len()).rev().collect() } else { (0..lines.len()).collect() };
    let mut strays = 0;
    let mut last_y: Option<f32> = None;
    let mut over = false;
    let mut begun = false;
    for at in order {
        let rect = lines[at].rect;
        let gap = last_y.map_or(0.0, |y| if upward { y - rect.y1 } else { rect.y0 - y });
        over |= begun && (gap > GAP_END * rect.height().max(6.0) || strays > STRAY_LINES_MAX);
        if over {
            parts[at] = Part::Heads;
            continue;
        }
        begun |= parts[at] == Part::Begins;
        strays = if parts[at] == Part::Begins { 0 } else { strays + 1 };
        last_y = Some(if upward { rect.y0 } else { rect.y1 });
    }
}

fn join(sheet: &Sheet, lines: &[&SheetRow], parts: &[Part], meaning: &Meaning<'_>) -> Vec<Row> {
    let centered = !sheet.whole_rows && is_centered(lines, parts, meaning);
    let columns = Columns::of(lines, parts, sheet.heads.len());
    let mut rows: Vec<Row> = Vec::new();
    let mut section: Option<CellText> = None;
    let mut pending: Vec<usize> = Vec::new();
    let mut below_total = false;
    // White space, and a line that does not go on with the row above: nothing below it does.
    let mut broken = false;
    for at in 0..lines.len() {
        match parts[at] {
            Part::Begins => {
                let mut row = Row { frame: lines[at].frame, cells: lines[at].cells.clone(), section: section.clone() };
                if centered {
                    prepend(&mut row, lines, &pending);
                }
                pending.clear();
                rows.push(row);
                (below_total, broken) = (false, false);
            }
            Part::Total => below_total = true,
            Part::Heads => pending.clear(),
            Part::Other if centered && nearer_below(lines, parts, at) => pending.push(at),
            Part::Other if below_total => {}
            Part::Other => {
                let previous = rows.last_mut().filter(|_| !broken).filter(|row| {
                    goes_on(lines, parts, at, &columns, sheet.whole_rows, meaning) || fills(row, lines, at, meaning)
                });
                match previous {
                    Some(row) => append(row, lines[at], meaning),
                    None => {
                        broken |= !sheet.whole_rows && is_apart(lines, at);
                        section = title(lines[at], meaning).or(section);
                    }
                }
            }
        }
    }
    rows
}

/// Lines stand above the first row's typed cells: cells are centred over several lines.
fn is_centered(lines: &[&SheetRow], parts: &[Part], meaning: &Meaning<'_>) -> bool {
    let Some(first) = parts.iter().position(|part| *part == Part::Begins) else { return false };
    let before = lines[..first]
        .iter()
        .zip(parts)
        .filter(|(row, part)| **part == Part::Other && !row.crosses && meaning.filled(row) > 0);
    let near = first > 0 && lines[first].rect.y0 - lines[first - 1].rect.y1 < 0.3 * lines[first].rect.height();
    let begins = parts.iter().filter(|part| **part == Part::Begins).count();
    let others = parts[first..].iter().filter(|part| **part == Part::Other).count();
    before.count() > 0
        && near
        && others >= begins
        && lines[first - 1].filled() >= 1
        && lines[first - 1].cells.first().is_some_and(CellText::is_empty)
}

fn nearer_below(lines: &[&SheetRow], parts: &[Part], at: usize) -> bool {
    let middle = lines[at].rect.center_y();
    let above = parts[..at].iter().rposition(|part| *part == Part::Begins).map(|at| middle - lines[at].rect.center_y());
    let below =
        parts[at..].iter().position(|part| *part == Part::Begins).map(|step| lines[at + step].rect.center_y() - middle);
    match (above, below) {
        (Some(above), Some(below)) => below < above,
        (None, Some(_)) => true,
        _ => false,
    }
}

fn prepend(row: &mut Row, lines: &[&SheetRow], pending: &[usize]) {
    for (column, cell) in row.cells.iter_mut().enumerate() {
        let mut whole = CellText::default();
        for &at in pending {
            if let Some(above) = lines[at].cells.get(column) {
                whole.append(above);
            }
        }
        whole.append(cell);
        *cell = whole;
    }
}

/// How far the texts of each column reach, and whether rows are set apart.
struct Columns {
    left: Vec<f32>,
    right: Vec<f32>,
    rows_gap: Option<f32>,
    /// Most rows are followed by lines of their own text: each belongs to the row above.
    details: bool,
}

impl Columns {
    fn of(lines: &[&SheetRow], parts: &[Part], count: usize) -> Self {
        let (mut left, mut right) = (vec![f32::INFINITY; count], vec![f32::NEG_INFINITY; count]);
        for (row, _) in lines.iter().zip(parts).filter(|(row, part)| **part != Part::Heads && !row.crosses) {
            for (column, rect) in row.cells.iter().enumerate().filter_map(|(column, cell)| Some((column, cell.rect?))) {
                left[column] = left[column].min(rect.x0);
                right[column] = right[column].max(rect.x1);
            }
        }
        Self { left, right, rows_gap: typical_gap(lines, parts), details: details(parts) }
    }

    /// Would a word of this width not have found room behind what ends at `x1`?
    fn is_full(&self, column: usize, x1: f32, width: f32, reads_on: bool, height: f32) -> bool {
        let end = x1 + width + 0.25 * height;
        let next = self.left.get(column + 1..).into_iter().flatten().copied().fold(f32::INFINITY, f32::min);
        end > self.right[column] && (reads_on || end + 2.0 * height > next)
    }
}

fn details(parts: &[Part]) -> bool {
    let begins = (0..parts.len()).filter(|&at| parts[at] == Part::Begins);
    let followed = begins.clone().filter(|&at| parts.get(at + 1) == Some(&Part::Other)).count();
    followed >= 2 && followed * 10 >= begins.count() * 7
}

/// Does this line go on with the row above: its text was broken for want of room, or stands nearer than rows do?
fn goes_on(
    lines: &[&SheetRow],
    parts: &[Part],
    at: usize,
    columns: &Columns,
    whole: bool,
    meaning: &Meaning<'_>,
) -> bool {
    let Some(above) = at.checked_sub(1).filter(|&above| matches!(parts[above], Part::Begins | Part::Other)) else {
        return false;
    };
    let (row, before) = (lines[at], lines[above]);
    if row.crosses || row.frame != before.frame || meaning.filled(row) == 0 {
        return false;
    }
    let wrapped = row.cells.iter().enumerate().any(|(column, cell)| {
        let (Some(_), Some(previous)) = (cell.rect, before.cells.get(column).and_then(|cell| cell.rect)) else {
            return false;
        };
        columns.is_full(column, previous.x1, cell.first_width, reads_on(before, cell, column), row.rect.height())
    });
    let gap = row.rect.y0 - before.rect.y1;
    let below_text = row.cells.iter().zip(&before.cells).any(|(cell, above)| !cell.is_empty() && !above.is_empty());
    let detail = columns.details
        && meaning.hits(row) == 0
        && row.filled() == 1
        && row.cells.first().is_none_or(CellText::is_empty);
    let closer = columns.rows_gap.is_some_and(|rows_gap| gap < rows_gap - 0.15 * row.rect.height());
    let starts_label = row.cells.first().is_some_and(|cell| !cell.is_empty()) && row.filled() == 1;
    if whole {
        return wrapped && !starts_label;
    }
    below_text && gap < 1.5 * row.rect.height() && (wrapped || closer || detail)
}

/// Does white space stand above a line?
fn is_apart(lines: &[&SheetRow], at: usize) -> bool {
    let above = at.checked_sub(1).map(|above| lines[above].rect.y1);
    above.is_some_and(|above| lines[at].rect.y0 - above > 1.5 * lines[at].rect.height())
}

/// The row above lacks its text, and this line right below it has one.
fn fills(row: &Row, lines: &[&SheetRow], at: usize, meaning: &Meaning<'_>) -> bool {
    let (line, height) = (lines[at], lines[at].rect.height());
    let near = at.checked_sub(1).is_some_and(|above| line.rect.y0 - lines[above].rect.y1 < height);
    let lacks = |&(column, node): &(usize, &Node)| {
        let empty = row.cells.get(column).is_some_and(CellText::is_empty);
        let here = line.cells.get(column).is_some_and(|cell| !cell.is_empty());
        cell::want(node) == cell::Want::Text && empty && here
    };
    near && !line.crosses && line.frame == row.frame && meaning.columns.iter().any(lacks)
}

/// The text reads like the rest of a sentence: a small letter, a figure, or after a joint.
fn reads_on(before: &SheetRow, cell: &CellText, column: usize) -> bool {
    let start = cell.text.chars().next().is_some_and(|char| !char.is_uppercase());
    let joint = before.cells.get(column).is_some_and(|above| above.text.ends_with(['-', ',', '/', '&', '(', ':', '+']));
    start || joint
}

/// Typical gap above a line that begins a row.
fn typical_gap(lines: &[&SheetRow], parts: &[Part]) -> Option<f32> {
    let mut gaps: Vec<f32> = (1..lines.len())
        .filter(|&at| parts[at] == Part::Begins && matches!(parts[at - 1], Part::Begins | Part::Other))
        .map(|at| lines[at].rect.y0 - lines[at - 1].rect.y1)
        .collect();
    gaps.sort_by(f32::total_cmp);
    gaps.get(gaps.len() / 2).copied()
}

/// Adds a line's texts to the row; figures of typed columns stay as they are.
fn append(row: &mut Row, line: &SheetRow, meaning: &Meaning<'_>) {
    for (column, (cell, below)) in row.cells.iter_mut().zip(&line.cells).enumerate() {
        let typed = meaning.typed().any(|(typed, _)| *typed == column);
        if !typed || cell.is_empty() {
            cell.append(below);
        }
    }
}

/// A line with a text and nothing else, over rows.
fn title(line: &SheetRow, meaning: &Meaning<'_>) -> Option<CellText> {
    let mut filled = line.cells.iter().filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    let alone = filled.next().is_none() || line.crosses;
    let words = first.text.chars().any(char::is_alphabetic) && line.text().split(' ').count() <= 10;
    if !(alone && words && meaning.hits(line) == 0) {
        return None;
    }
    let mut whole = first.clone();
    for cell in filled {
        whole.text = format!("{} {}", whole.text, cell.text);
        whole.words.extend_from_slice(&cell.words);
    }
    Some(whole)
}
