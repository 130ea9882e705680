//! Lists: tables whose columns have heads.
//!
//! A table that goes on over pages under the same heads is one list. Called once a document.

use std::collections::HashSet;

use sluice_extract::page::{Cell, Page, Table};

use super::super::layout::{Layout, Segment};
use super::super::lexicon::Lexicon;
use super::super::text::{fold, words};
use super::kind::Sort;
use super::naming;
use super::{EXAMPLES_MAX, Example, Sighting};

/// Columns of a list.
const COLUMNS_MIN: usize = 2;
/// Heights of a line that a caption may stand above its table.
const CAPTION_HEIGHTS: f32 = 4.0;
/// Words of a caption.
const CAPTION_WORDS_MAX: usize = 8;

/// The lists of a document, and the segments that stand in them.
pub(super) struct Lists {
    /// What is proposed for them.
    pub(super) sightings: Vec<Sighting>,
    /// Positions among the layout's segments.
    pub(super) cells: HashSet<usize>,
}

pub(super) fn lists(layout: &Layout<'_>, document: usize) -> Lists {
    let mut lists = Lists { sightings: Vec::new(), cells: HashSet::new() };
    for (index, page) in layout.document.pages.iter().enumerate() {
        for (number, table) in page.tables.iter().enumerate() {
            let columns = columns(page, table, document);
            // Without rules, words side by side are a table only where a column shows a type.
            let shows_itself = table.ruled || columns.iter().any(|column| column.sort.is_typed());
            if columns.len() < COLUMNS_MIN || !shows_itself {
                continue;
            }
            let first = layout.pages.get(index).map_or(0, |range| range.start);
            let inside = layout.on_page(index).iter().enumerate();
            lists.cells.extend(
                inside.filter(|(_, it)| it.cell.is_some_and(|(table, _)| table == number)).map(|(at, _)| first + at),
            );
            lists.add(named(layout.on_page(index), table, columns));
        }
    }
    lists
}

impl Lists {
    /// Another table, or more rows of one that was seen.
    fn add(&mut self, list: Sighting) {
        let heads = |list: &Sighting| list.columns.iter().map(|column| column.key.clone()).collect::<Vec<_>>();
        let same = self.sightings.iter_mut().find(|known| heads(known) == heads(&list));
        match same {
            Some(known) => known.join(list),
            None => self.sightings.push(list),
        }
    }
}

fn named(segments: &[Segment], table: &Table, columns: Vec<Sighting>) -> Sighting {
    let lexicon = Lexicon::shared();
    let says = |wanted: &[&str]| {
        columns.iter().any(|column| {
            words(&column.key)
                .iter()
                .any(|word| lexicon.readings(word).iter().flatten().any(|concept| wanted.contains(&concept.as_str())))
        })
    };
    let caption = caption(segments, table);
    let is_items = says(&["quantity"]) && says(&["price", "amount", "total", "description", "article", "item"]);
    let key =
        if is_items { "line items".to_owned() } else { caption.as_deref().map_or_else(|| "rows".to_owned(), fold) };
    let examples = columns.iter().flat_map(|column| column.examples.first().cloned()).take(1).collect();
    Sighting { columns, examples, ..Sighting::new(key, caption.unwrap_or_default()) }
}

/// The line right above a table, where it is short and stands by itself.
fn caption(segments: &[Segment], table: &Table) -> Option<String> {
    let above = segments
        .iter()
        .filter(|it| it.rect.y1 <= table.rect.y0 + 1.0 && it.cell.is_none() && it.rect.overlap_x(&table.rect) > 0.0);
    let nearest = above.max_by(|a, b| a.rect.y1.total_cmp(&b.rect.y1))?;
    let near = table.rect.y0 - nearest.rect.y1 < CAPTION_HEIGHTS * nearest.rect.height();
    let alone = segments.iter().filter(|it| it.row == nearest.row).count() == 1;
    let short = nearest.words.len() <= CAPTION_WORDS_MAX
        && !nearest.running
        && !nearest.text.contains(':')
        && !nearest.text.ends_with('.');
    (near && alone && short && nearest.text.chars().any(char::is_alphabetic)).then(|| nearest.text.clone())
}

/// The columns that have a head; `examples` are the first cells below it.
fn columns(page: &Page, table: &Table, document: usize) -> Vec<Sighting> {
    if table.header_rows == 0 || table.rows <= table.header_rows {
        return Vec::new();
    }
    (0..table.columns).filter_map(|column| self::column(page, table, column, document)).collect()
}

fn column(page: &Page, table: &Table, column: u32, document: usize) -> Option<Sighting> {
    let own = |cell: &&Cell| cell.column == column && cell.column_span <= 1;
    let heads = table.cells.iter().filter(|cell| cell.row < table.header_rows).filter(own);
    let label =
        heads.map(|cell| page.text_of(&cell.words)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    let key = naming::key(&label);
    if key.is_empty() || label.split(' ').count() > CAPTION_WORDS_MAX {
        return None;
    }
    let body = table.cells.iter().filter(|cell| cell.row >= table.header_rows && !cell.words.is_empty()).filter(own);
    let texts: Vec<(String, &Cell)> = body.map(|cell| (page.text_of(&cell.words), cell)).collect();
    let example = |(text, cell): &(String, &Cell)| Example {
        document,
        page: page.number,
        text: text.clone(),
        bounding_box: cell.rect.as_fractions(page),
    };
    let examples = texts.iter().take(EXAMPLES_MAX).map(example).collect();
    Some(Sighting { sort: usual(&texts, &label), examples, ..Sighting::new(key, label) })
}

/// The sort of nearly all cells: a subtotal's word or a dash among amounts does not count.
fn usual(texts: &[(String, &Cell)], label: &str) -> Sort {
    const NEARLY_ALL: f32 = 0.75;
    let sorts: Vec<Sort> = texts.iter().map(|(text, _)| Sort::of(text, label)).collect();
    let typed: Vec<Sort> = sorts.iter().copied().filter(|sort| sort.is_typed()).collect();
    if (typed.len() as f32) < NEARLY_ALL * sorts.len() as f32 {
        return Sort::Text;
    }
    typed.into_iter().reduce(Sort::with).unwrap_or(Sort::Text)
}
