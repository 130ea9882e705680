//! A first schema from documents: what stands beside labels, in forms and under the heads of tables becomes properties.
//!
//! Only what is printed is proposed, with the words it was printed under; what a document means, and which of it somebody
//! wants, is for people to say. Called by the command line and by the server for `schemas/infer`.

mod fields;
mod kind;
mod naming;
mod tables;

use serde::Serialize;
use serde_json::{Map, Value, json};
use sluice_extract::page::{Document, Rect};

use self::kind::Sort;
use super::candidate::Candidates;
use super::layout::Layout;
use super::straightened;

/// Most properties of a schema that is proposed: more are no help to who has to choose among them.
const PROPERTIES_MAX: usize = 80;
/// Most examples of a property.
const EXAMPLES_MAX: usize = 3;

/// A proposed schema, and where its properties come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inferred {
    /// A JSON Schema.
    pub schema: Value,
    /// What was seen for each of its leaves, in their order.
    pub seen: Vec<Seen>,
}

/// What was seen for a property.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// Its place in the schema's values: `/invoice_date`, `/line_items/-/quantity` for a column of a list.
    pub pointer: String,
    /// The words it was printed under.
    pub label: String,
    /// In how many of the documents.
    pub documents: usize,
    /// A few values, from different documents where there are several.
    pub examples: Vec<Example>,
}

/// A value as it was printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Position of its document among those that were given.
    pub document: usize,
    /// Its page, from 1.
    pub page: u32,
    /// Its words.
    pub text: String,
    /// Where it stands, as fractions of the page.
    pub bounding_box: Rect,
}

/// Something with a name that one document shows.
struct Sighting {
    /// Words that it is known by in other documents.
    key: String,
    label: String,
    sort: Sort,
    /// What can be chosen, where the document says so.
    choices: Vec<String>,
    /// Columns of a list; empty for a single value.
    columns: Vec<Sighting>,
    examples: Vec<Example>,
}

/// The same thing in several documents.
struct Gathered {
    sighting: Sighting,
    documents: usize,
}

/// Proposes a schema for documents of one kind. The same documents give the same schema.
///
/// What only one of many documents shows is left out; from a single document everything is taken that shows a name.
#[must_use]
pub fn infer(documents: &[&Document]) -> Inferred {
    let mut gathered: Vec<Gathered> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        for sighting in sightings(document, index) {
            gather(&mut gathered, sighting);
        }
    }
    let enough = documents.len().div_ceil(3).min(documents.len());
    gathered.retain(|it| it.documents >= enough);
    gathered.truncate(PROPERTIES_MAX);
    let mut seen = Vec::new();
    let properties = properties(&gathered, "", &mut seen);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
    });
    Inferred { schema, seen }
}

/// Everything with a name in a document, in reading order: single values first, then lists.
fn sightings(document: &Document, index: usize) -> Vec<Sighting> {
    let straight = straightened(document);
    let layout = Layout::of(&straight);
    let candidates = Candidates::of(&layout);
    let lists = tables::lists(&layout, index);
    let mut found = fields::single(&layout, &candidates, &lists.cells, index);
    found.extend(lists.sightings);
    found.iter_mut().for_each(|sighting| sighting.lie_in(document));
    found
}

fn gather(gathered: &mut Vec<Gathered>, sighting: Sighting) {
    let same = |it: &&mut Gathered| it.sighting.is_same(&sighting);
    let Some(known) = gathered.iter_mut().find(same) else {
        gathered.push(Gathered { sighting, documents: 1 });
        return;
    };
    let first_of_its_document =
        sighting.examples.iter().any(|new| known.sighting.examples.iter().all(|old| old.document != new.document));
    known.documents += usize::from(first_of_its_document);
    known.sighting.join(sighting);
}

impl Sighting {
    fn new(key: String, label: String) -> Self {
        Self { key, label, sort: Sort::Text, choices: vec![], columns: vec![], examples: vec![] }
    }

    /// Puts the boxes where they stand on the pages as they are: they were found on pages laid straight.
    fn lie_in(&mut self, document: &Document) {
        for example in &mut self.examples {
            let Some(page) = document.page(example.page).filter(|page| page.skew != 0.0) else { continue };
            let straight = example.bounding_box.on_page(page);
            example.bounding_box = page.as_it_lies(&straight).as_fractions(page);
        }
        self.columns.iter_mut().for_each(|column| column.lie_in(document));
    }

    /// The same name, and for lists mostly the same columns.
    fn is_same(&self, other: &Self) -> bool {
        let shared = |column: &&Self| other.columns.iter().any(|it| it.key == column.key);
        let shared = self.columns.iter().filter(shared).count();
        self.key == other.key && 2 * shared >= self.columns.len().max(other.columns.len())
    }
    /// Takes what another document shows of the same thing.
    fn join(&mut self, other: Self) {
        self.sort = self.sort.with(other.sort);
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES_MAX);
        for choice in other.choices {
            if !self.choices.contains(&choice) {
                self.choices.push(choice);
            }
        }
        for column in other.columns {
            match self.columns.iter_mut().find(|known| known.key == column.key) {
                Some(known) => known.join(column),
                None => self.columns.push(column),
            }
        }
    }
}

impl Sighting {
    fn schema(&self) -> Value {
        let mut schema = self.sort.schema(&self.label);
        if let Some(schema) = schema.as_object_mut().filter(|_| !self.choices.is_empty()) {
            schema.insert("enum".to_owned(), json!(self.choices));
        }
        schema
    }
}

fn properties(gathered: &[Gathered], parent: &str, seen: &mut Vec<Seen>) -> Map<String, Value> {
    let mut properties = Map::new();
    for Gathered { sighting, documents } in gathered {
        let name = naming::free(&sighting.key, |name| properties.contains_key(name));
        let pointer = format!("{parent}/{name}");
        let property = if sighting.columns.is_empty() {
            let (label, examples) = (sighting.label.clone(), sighting.examples.clone());
            seen.push(Seen { pointer, label, documents: *documents, examples });
            sighting.schema()
        } else {
            list(sighting, *documents, &pointer, seen)
        };
        properties.insert(name, property);
    }
    properties
}

fn list(sighting: &Sighting, documents: usize, pointer: &str, seen: &mut Vec<Seen>) -> Value {
    let mut columns = Map::new();
    for column in &sighting.columns {
        let name = naming::free(&column.key, |name| columns.contains_key(name));
        let (label, examples) = (column.label.clone(), column.examples.clone());
        seen.push(Seen { pointer: format!("{pointer}/-/{name}"), label, documents, examples });
        columns.insert(name, column.schema());
    }
    let told = if sighting.label.is_empty() {
        "Rows of the table, without its totals.".to_owned()
    } else {
        format!("Rows of the table \"{}\", without its totals.", sighting.label)
    };
    json!({"type": "array", "description": told, "items": {"type": "object", "properties": columns}})
}

#[cfg(test)]
mod tests;
