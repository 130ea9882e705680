//! Rows that sum up the rows above them, whatever they are called: told by arithmetic, not by a word.
//!
//! Called where the schema leaves totals out. A column that holds shares or averages does not add up; most must.

use super::body::Meaning;
use super::cell::{self, Habits};
use super::sheet::SheetRow;

/// Rows that a sum takes: fewer add up by chance.
const ADDENDS_MIN: usize = 3;

/// Is the last of these rows the sum of the others?
pub(crate) fn is_sum(rows: &[&SheetRow], meaning: &Meaning<'_>) -> bool {
    let Some((last, addends)) = rows.split_last().filter(|(_, addends)| addends.len() >= ADDENDS_MIN) else {
        return false;
    };
    let texts: Vec<String> = rows.iter().map(|row| row.text()).collect();
    let habits = Habits::of(texts.iter().map(String::as_str));
    let figure = |row: &SheetRow, (column, node): &(usize, &_)| {
        let cell = row.cells.get(*column)?;
        cell::read(node, &cell.text, habits)?.as_f64()
    };
    let (mut summed, mut other) = (0, 0);
    for column in meaning.typed() {
        let Some(total) = figure(last, column) else { continue };
        let parts: Vec<f64> = addends.iter().filter_map(|row| figure(row, column)).collect();
        let told = parts.iter().filter(|part| **part != 0.0).count();
        if told < ADDENDS_MIN {
            continue;
        }
        // Each addend may have been rounded by half of the last digit that is printed.
        let slack = if total.fract() == 0.0 { 1e-6 } else { 0.051 };
        let off = (parts.iter().sum::<f64>() - total).abs();
        if off <= slack { summed += 1 } else { other += 1 }
    }
    summed > other
}
