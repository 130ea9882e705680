//! Pages as text whose lines have numbers, and which words stand in each of them.
//!
//! A row of a table is one line, its cells apart; ticked boxes and form fields are said in words. Called by `prompt`.

use std::collections::{BTreeMap, BTreeSet};

use sluice_extract::page::{Document, FieldValue, FormField, Mark, Page, Table, TextSource};

/// Pages as a model reads them.
pub(super) struct Pages {
    /// How many.
    pub(super) count: usize,
    /// Their text.
    pub(super) text: String,
    lines: BTreeMap<(u32, u32), Vec<u32>>,
}

impl Pages {
    /// These pages of a document, or all that were read where none are named.
    pub(super) fn new(document: &Document, numbers: &[u32]) -> Self {
        let mut pages = Self { count: 0, text: String::new(), lines: BTreeMap::new() };
        for page in document.pages.iter().filter(|page| numbers.is_empty() || numbers.contains(&page.number)) {
            pages.add(page);
        }
        pages
    }

    /// The words of a line by its number: page, then line, both from 1.
    pub(super) fn words(&self, page: u32, line: u32) -> Option<&[u32]> {
        self.lines.get(&(page, line)).map(Vec::as_slice)
    }

    fn add(&mut self, page: &Page) {
        self.count += 1;
        self.text.push_str(&format!("<page number=\"{}\">\n", page.number));
        let mut number = 0;
        let ticks = ticks(page);
        for Row { words, cells } in rows(page) {
            number += 1;
            let cells: Vec<String> = cells.iter().map(|words| said(page, words, &ticks)).collect();
            self.text.push_str(&format!("[{}:{number}] {}\n", page.number, cells.join(" | ")));
            self.lines.insert((page.number, number), words);
        }
        if page.words.is_empty() {
            let why = if page.text_source == TextSource::None { "no text could be read here" } else { "no text" };
            self.text.push_str(&format!("({why})\n"));
        }
        for field in page.fields.iter().filter_map(field) {
            self.text.push_str(&field);
        }
        self.text.push_str("</page>\n");
    }
}

/// A line as it is shown.
struct Row {
    words: Vec<u32>,
    cells: Vec<Vec<u32>>,
}

/// The lines of a page in reading order; a table's rows stand where its first line does.
fn rows(page: &Page) -> Vec<Row> {
    let mut table_of: BTreeMap<u32, usize> = BTreeMap::new();
    for (nth, table) in page.tables.iter().enumerate() {
        for word in table.cells.iter().flat_map(|cell| &cell.words) {
            table_of.entry(*word).or_insert(nth);
        }
    }
    let mut shown = BTreeSet::new();
    let mut rows = Vec::new();
    for line in &page.lines {
        let words: Vec<u32> = line.words.clone().collect();
        for nth in words.iter().filter_map(|word| table_of.get(word)) {
            if shown.insert(*nth) {
                rows.extend(page.tables.get(*nth).map(table_rows).unwrap_or_default());
            }
        }
        let own: Vec<u32> = words.into_iter().filter(|word| !table_of.contains_key(word)).collect();
        if !own.is_empty() {
            rows.push(Row { words: own.clone(), cells: vec![own] });
        }
    }
    rows
}

fn table_rows(table: &Table) -> Vec<Row> {
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    for cell in &table.cells {
        let row = rows.entry(cell.row).or_insert_with(|| Row { words: Vec::new(), cells: Vec::new() });
        row.words.extend(&cell.words);
        row.cells.push(cell.words.clone());
    }
    rows.into_values().filter(|row| !row.words.is_empty()).collect()
}

fn said(page: &Page, words: &[u32], ticks: &BTreeMap<u32, bool>) -> String {
    let word = |index: &u32| {
        let word = page.words.get(*index as usize)?;
        let tick = match ticks.get(index) {
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
            None => "",
        };
        Some(format!("{tick}{}", word.text))
    };
    words.iter().filter_map(word).collect::<Vec<_>>().join(" ")
}

/// Drawn boxes, by the word that each stands before.
fn ticks(page: &Page) -> BTreeMap<u32, bool> {
    let beside = |mark: &Mark| {
        let words = (0_u32..).zip(&page.words).filter(|(_, word)| word.rect.overlap_y(&mark.rect) > 0.0);
        let after = words.filter(|(_, word)| word.rect.x0 >= mark.rect.center_x());
        let nearest = after.min_by(|(_, a), (_, b)| a.rect.x0.total_cmp(&b.rect.x0));
        nearest.map(|(index, _)| (index, mark.checked))
    };
    page.marks.iter().filter_map(beside).collect()
}

fn field(field: &FormField) -> Option<String> {
    let name = field.label.as_ref().unwrap_or(&field.name);
    match &field.value {
        FieldValue::Text(text) if text.trim().is_empty() => None,
        FieldValue::Text(text) => Some(format!("(form field \"{name}\": {})\n", text.trim())),
        FieldValue::Checked(checked) => {
            Some(format!("(form field \"{name}\": {})\n", if *checked { "checked" } else { "not checked" }))
        }
        FieldValue::Choice { name: button, chosen: true } => Some(format!("(form field \"{name}\": {button})\n")),
        FieldValue::Choice { .. } => None,
    }
}
