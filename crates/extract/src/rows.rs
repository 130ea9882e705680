//! A long list, asked for in turns: which pages come next, what of an answer is new, and when there is no more.
//!
//! Windows of pages follow each other, each with the last page of the one before, so that an entry that is broken over
//! two pages is seen whole once. An entry is known by its place in the document, and by nothing else: two equal entries
//! stay two, one that is said again is dropped. What the tables show and nobody said is asked for again.
//! No clock, nobody is asked here. Called by the engine for lists that a model does not say at once.

mod place;
mod windows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::job;
use crate::limits::LIST_TURNS_MAX;
use crate::page::Document;

pub use place::{Place, evidence_of, places_of};
use windows::{Body, Window, windows};

/// Entries that a question repeats so that a model knows where it was.
const LAST_SHOWN: usize = 3;

/// What is asked in one turn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsTurn {
    /// 1-based pages, rising.
    pub pages: Vec<u32>,
    /// Most entries of the answer.
    pub rows_max: usize,
    /// Entries that were taken before, over all pages.
    pub given: usize,
    /// The last of them on these pages.
    pub last: Vec<Value>,
    /// Lines of these pages that look like entries and are not taken; empty before anything of such a table was.
    pub unseen: Vec<Place>,
}

/// What an answer brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsTaken {
    /// Those that are new.
    pub rows: Vec<Value>,
    /// Where they stand.
    pub places: Vec<Option<Place>>,
    /// How many were said again.
    pub repeated: usize,
    /// All pages that are done, 1-based.
    pub pages_covered: Vec<u32>,
}

/// A list that is asked for in turns.
#[derive(Debug)]
pub struct LongList<'a> {
    document: &'a Document,
    windows: Vec<Window>,
    rows_max: usize,
}

impl<'a> LongList<'a> {
    /// A list that stands on these pages (all that were read, where none are named), asked for so many entries at a time.
    #[must_use]
    pub fn new(document: &'a Document, pages: &[u32], rows_max: usize) -> Self {
        let rows_max = rows_max.max(1);
        Self { document, windows: windows(document, pages, rows_max), rows_max }
    }

    /// Entries that its pages seem to have, as far as tables show it.
    #[must_use]
    pub fn rows_expected(document: &Document, pages: &[u32]) -> usize {
        windows::rows_expected(document, pages)
    }

    /// The pages of each window, in their order.
    pub fn windows_of_pages(&self) -> impl Iterator<Item = &[u32]> {
        self.windows.iter().map(|window| window.pages.as_slice())
    }

    /// What is asked next; `None` where there is no more to ask.
    #[must_use]
    pub fn next(&self, taken: &job::Rows) -> Option<RowsTurn> {
        if taken.done || taken.turns >= LIST_TURNS_MAX {
            return None;
        }
        let window = self.windows.iter().find(|window| !window.is_covered(&taken.pages_covered))?;
        let is_here = |place: &Option<Place>| place.is_some_and(|(page, _)| window.pages.contains(&page));
        let mut here: Vec<(Place, &Value)> = taken
            .places
            .iter()
            .zip(&taken.items)
            .filter(|(place, _)| is_here(place))
            .filter_map(|(place, row)| Some(((*place)?, row)))
            .collect();
        here.sort_by_key(|(place, _)| *place);
        let last = here.iter().rev().take(LAST_SHOWN).rev().map(|(_, row)| (*row).clone()).collect();
        let used: BTreeSet<Place> = here.iter().map(|(place, _)| *place).collect();
        Some(RowsTurn {
            pages: window.pages.clone(),
            rows_max: self.rows_max,
            given: taken.items.len(),
            last,
            unseen: self.unseen(window, &used),
        })
    }

    /// What is new of an answer to this turn: `rows` with their places, and whether the answer ended by itself.
    #[must_use]
    pub fn take(
        &self,
        turn: &RowsTurn,
        taken: &job::Rows,
        rows: Vec<Value>,
        places: &[Option<Place>],
        is_whole: bool,
    ) -> RowsTaken {
        let said = rows.len();
        let mut known: BTreeMap<Place, Vec<&Value>> = BTreeMap::new();
        for (place, row) in taken.places.iter().zip(&taken.items) {
            if let Some(place) = place {
                known.entry(*place).or_default().push(row);
            }
        }
        let is_row = |place: Place| self.is_table_row(place);
        let mut new = RowsTaken::default();
        let mut fresh: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
        for (nth, row) in rows.into_iter().enumerate() {
            let place = places.get(nth).copied().flatten();
            let is_again = place.is_some_and(|place| {
                let before = known.get(&place).into_iter().flatten().copied();
                let mut all = before.chain(fresh.get(&place).into_iter().flatten());
                all.any(|other| *other == row || is_row(place) && is_alike(other, &row))
            });
            if is_again {
                new.repeated += 1;
                continue;
            }
            if let Some(place) = place {
                fresh.entry(place).or_default().push(row.clone());
            }
            new.rows.push(row);
            new.places.push(place);
        }
        new.pages_covered = self.covered_after(turn, taken, &new, is_whole && said < self.rows_max);
        new
    }

    /// The window is done where a turn brought nothing, or where the answer was whole and nothing is left unseen.
    fn covered_after(&self, turn: &RowsTurn, taken: &job::Rows, new: &RowsTaken, is_whole: bool) -> Vec<u32> {
        let mut covered: BTreeSet<u32> = taken.pages_covered.iter().copied().collect();
        if let Some(window) = self.windows.iter().find(|window| window.pages == turn.pages) {
            let used: BTreeSet<Place> = taken.places.iter().chain(&new.places).flatten().copied().collect();
            if new.rows.is_empty() || is_whole && self.unseen(window, &used).is_empty() {
                covered.extend(&window.pages);
            }
        }
        covered.into_iter().collect()
    }

    /// Rows that were not taken, of tables of which some were, and of tables with as many columns: a table that goes on
    /// over pages is several.
    fn unseen(&self, window: &Window, used: &BTreeSet<Place>) -> Vec<Place> {
        let is_used = |table: &&Body| table.rows.iter().any(|row| used.contains(row));
        let columns: BTreeSet<u32> = window.tables.iter().filter(is_used).map(|table| table.columns).collect();
        let alike = window.tables.iter().filter(|table| columns.contains(&table.columns));
        alike.flat_map(|table| &table.rows).filter(|row| !used.contains(row)).copied().collect()
    }

    fn is_table_row(&self, place: Place) -> bool {
        self.windows.iter().any(|window| window.tables.iter().flat_map(|table| &table.rows).any(|row| *row == place))
    }

    /// The entries in the order of the document, each with its place. One without a place stays behind the one that it
    /// was said after.
    #[must_use]
    pub fn in_order(taken: &job::Rows) -> (Vec<Value>, Vec<Option<Place>>) {
        let mut last = (0, 0);
        let mut keyed: Vec<(Place, &Value, Option<Place>)> = Vec::with_capacity(taken.items.len());
        for (nth, row) in taken.items.iter().enumerate() {
            let place = taken.places.get(nth).copied().flatten();
            last = place.unwrap_or(last);
            keyed.push((last, row, place));
        }
        keyed.sort_by_key(|(key, ..)| *key);
        keyed.into_iter().map(|(_, row, place)| (row.clone(), place)).unzip()
    }

    /// The pages of the document that a turn is about, as a document of their own.
    #[must_use]
    pub fn pages_of(&self, turn: &RowsTurn) -> Document {
        let pages = self.document.pages.iter().filter(|page| turn.pages.contains(&page.number)).cloned().collect();
        Document { pages, ..self.document.clone_without_pages() }
    }
}

/// The same entry in other words: a row of a table holds one entry, so most of its values are enough.
fn is_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let same = one.iter().filter(|(name, value)| other.get(*name) == Some(value)).count();
            same * 2 >= one.len().max(other.len())
        }
        (one, other) => one == other,
    }
}
