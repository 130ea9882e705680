//! Pages in windows: as many as hold the entries of one answer, each window with the last page of the one before.
//!
//! Called by `rows`.

use super::Place;
use crate::lines::{ShownLine, shown_lines};
use crate::page::{Document, Page};

/// Lines of running text for an entry, where no table tells.
const LINES_PER_ROW: usize = 3;

/// Pages that are asked together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// 1-based, rising.
    pub(super) pages: Vec<u32>,
    /// The tables on these pages.
    pub(super) tables: Vec<Body>,
}

/// What of a table may be entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) columns: u32,
    pub(super) rows: Vec<Place>,
}

impl Window {
    pub(super) fn is_covered(&self, covered: &[u32]) -> bool {
        self.pages.iter().all(|page| covered.contains(page))
    }
}

/// A page with what it is thought to hold.
struct Sheet {
    number: u32,
    rows: usize,
    tables: Vec<Body>,
}

impl Sheet {
    fn new(page: &Page) -> Self {
        let lines = shown_lines(page);
        let bodies = page.tables.iter().enumerate();
        let bodies = bodies.map(|(nth, table)| Body { columns: table.columns, rows: body(page.number, nth, &lines) });
        let tables: Vec<Body> = bodies.collect();
        let in_tables: usize = tables.iter().map(|table| table.rows.len()).sum();
        let rows = if in_tables > 0 { in_tables } else { lines.len() / LINES_PER_ROW };
        Self { number: page.number, rows, tables }
    }
}

fn body(page: u32, table: usize, lines: &[ShownLine]) -> Vec<Place> {
    let is_body = |line: &&ShownLine| line.row.is_some_and(|row| row.table == table && !row.is_header);
    lines.iter().filter(is_body).map(|line| (page, line.number)).collect()
}

pub(super) fn rows_expected(document: &Document, pages: &[u32]) -> usize {
    let is_asked = |page: &&Page| pages.is_empty() || pages.contains(&page.number);
    let in_tables = |page: &Page| Sheet::new(page).tables.iter().map(|table| table.rows.len()).sum::<usize>();
    document.pages.iter().filter(is_asked).map(in_tables).sum()
}

pub(super) fn windows(document: &Document, pages: &[u32], rows_max: usize) -> Vec<Window> {
    let is_asked = |page: &&Page| pages.is_empty() || pages.contains(&page.number);
    let mut windows: Vec<Vec<Sheet>> = Vec::new();
    for sheet in document.pages.iter().filter(is_asked).map(Sheet::new) {
        match windows.last_mut() {
            Some(window) if window.iter().map(|known| known.rows).sum::<usize>() + sheet.rows <= rows_max => {
                window.push(sheet);
            }
            _ => windows.push(vec![sheet]),
        }
    }
    let mut before: Option<(u32, Vec<Body>)> = None;
    let mut overlapping = Vec::new();
    for window in windows {
        let (first_page, first_tables) = before.take().unzip();
        let last = window.last().map(|sheet| (sheet.number, sheet.tables.clone()));
        let pages = first_page.into_iter().chain(window.iter().map(|sheet| sheet.number)).collect();
        let tables = window.into_iter().flat_map(|sheet| sheet.tables);
        let tables = first_tables.into_iter().flatten().chain(tables).filter(|table| !table.rows.is_empty()).collect();
        overlapping.push(Window { pages, tables });
        before = last;
    }
    overlapping
}
