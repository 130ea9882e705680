//! Pages as text whose lines have numbers, and which words stand in each of them.
//!
//! A row of a table is one line, its cells apart; ticked boxes and form fields are said in words. Called by `prompt`.

use std::collections::BTreeMap;

use sluice_extract::lines::{ShownLine, shown_lines};
use sluice_extract::page::{Document, FieldValue, FormField, Mark, Page, TextSource};

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
        let ticks = ticks(page);
        for ShownLine { number, words, cells, .. } in shown_lines(page) {
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
