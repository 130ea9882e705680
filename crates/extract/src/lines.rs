//! The lines of a page as a model is shown them, each with its number: the rows of tables as one line each, everything
//! else as it stands.
//!
//! One numbering for all who speak of lines: the prompt that shows them, the model that names them, the rules that look
//! which of them were taken. Never what the words mean. Called by prompts and by `rows`.

use std::collections::{BTreeMap, BTreeSet};

use crate::page::{Page, Table};

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLine {
    /// From 1 on each page.
    pub number: u32,
    /// Its words, by index into the page's.
    pub words: Vec<u32>,
    /// The same by cell; one for a line that is in no table.
    pub cells: Vec<Vec<u32>>,
    /// The row of a table that it is.
    pub row: Option<TableRow>,
}

/// Which row of which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Index into the page's tables.
    pub table: usize,
    /// It stands above the entries.
    pub is_header: bool,
}

/// The lines of a page in reading order; a table's rows stand where its first line does.
#[must_use]
pub fn shown_lines(page: &Page) -> Vec<ShownLine> {
    let mut table_of: BTreeMap<u32, usize> = BTreeMap::new();
    for (nth, table) in page.tables.iter().enumerate() {
        for word in table.cells.iter().flat_map(|cell| &cell.words) {
            table_of.entry(*word).or_insert(nth);
        }
    }
    let mut shown = BTreeSet::new();
    let mut lines = Vec::new();
    for line in &page.lines {
        let words: Vec<u32> = line.words.clone().collect();
        for nth in words.iter().filter_map(|word| table_of.get(word)) {
            if shown.insert(*nth) {
                lines.extend(page.tables.get(*nth).map(|table| table_rows(*nth, table)).unwrap_or_default());
            }
        }
        let own: Vec<u32> = words.into_iter().filter(|word| !table_of.contains_key(word)).collect();
        if !own.is_empty() {
            lines.push(ShownLine { number: 0, words: own.clone(), cells: vec![own], row: None });
        }
    }
    for (number, line) in (1..).zip(&mut lines) {
        line.number = number;
    }
    lines
}

fn table_rows(nth: usize, table: &Table) -> Vec<ShownLine> {
    let mut rows: BTreeMap<u32, ShownLine> = BTreeMap::new();
    for cell in &table.cells {
        let row = Some(TableRow { table: nth, is_header: cell.row < table.header_rows });
        let line = rows.entry(cell.row).or_insert(ShownLine { number: 0, words: Vec::new(), cells: Vec::new(), row });
        line.words.extend(&cell.words);
        line.cells.push(cell.words.clone());
    }
    rows.into_values().filter(|line| !line.words.is_empty()).collect()
}
