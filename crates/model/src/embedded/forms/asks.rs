//! What a schema asks of a form: its scalar properties, its arrays of plain values, and the parts they belong to.
//!
//! Reads the schema, never the document. Called by `forms`.

use std::collections::BTreeMap;

use sluice_extract::pointer::join;
use sluice_extract::schema::{Kind, Node, Schema};

use super::super::query::{self, LabelText, Query};
use super::super::slot::{self, Slot, Want};
use super::super::text::name_words;
use super::entries::Entry;
use super::likeness::Words;

/// What the labels after the first are worth: names in the file are for programs.
const LATER_LABEL: f32 = 0.92;
/// What likeness by the words of a description is worth beside that by the name.
const BY_DESCRIPTION: f32 = 0.97;

/// Everything that is asked.
pub(super) struct Asks<'a> {
    pub(super) all: Vec<Ask<'a>>,
    pub(super) parts: Vec<Part>,
    /// Arrays of objects.
    pub(super) rows: Vec<Rows<'a>>,
}

/// A property.
pub(super) struct Ask<'a> {
    pub(super) slot: Slot<'a>,
    /// Every ticked box is an item.
    pub(super) many: bool,
    /// Position of its part.
    pub(super) part: usize,
    name: Words,
    told: Words,
}

/// An array of objects: the asks of one item, with pointers from the item.
pub(super) struct Rows<'a> {
    pub(super) pointer: String,
    pub(super) items: Vec<Ask<'a>>,
    pub(super) part: Part,
}

/// An object of the schema, or an array of objects.
pub(super) struct Part {
    query: Option<Query>,
    words: Words,
}

impl Part {
    fn of(path: &[&str], node: Option<&Node>) -> Self {
        let query = node.filter(|_| !path.is_empty()).map(|node| Query::of(path, node));
        let told = node.and_then(|node| node.description.as_deref()).unwrap_or_default();
        let name: String = path.iter().flat_map(|name| name_words(name)).collect::<Vec<_>>().join(" ");
        let words = if path.is_empty() { Words::default() } else { Words::of(&format!("{name} {told}")) };
        Self { query, words }
    }

    /// How well a section's headings name it, 0..1.
    pub(super) fn likeness(&self, section: &[String]) -> f32 {
        let one = |heading: &String| {
            let heading = heading.trim_start_matches(|char: char| !char.is_alphabetic());
            let named = self.query.as_ref().map_or(0.0, |query| query.similarity(&LabelText::of(heading)));
            named.max(Words::of(heading).share_in(&self.words) * 0.9)
        };
        section.iter().map(one).fold(0.0, f32::max)
    }
}

impl<'a> Asks<'a> {
    /// Reads a schema.
    pub(super) fn of(schema: &'a Schema) -> Self {
        let mut parts: BTreeMap<String, (usize, Part)> = BTreeMap::new();
        let mut walk = Walk { lists: Vec::new(), rows: Vec::new(), objects: BTreeMap::new() };
        walk.node(&schema.root, "", &mut Vec::new());
        let mut all = Vec::new();
        let scalars = slot::slots(schema).into_iter().map(|slot| (slot, false));
        let lists = std::mem::take(&mut walk.lists).into_iter().map(|slot| (slot, true));
        for (slot, many) in scalars.chain(lists) {
            let parent = slot.pointer.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
            let next = parts.len();
            let (path, node) = walk.objects.get(&parent).cloned().unwrap_or_default();
            let (part, _) = parts.entry(parent).or_insert_with(|| (next, Part::of(&path, node)));
            all.push(Ask::new(slot, many, *part));
        }
        let mut parts: Vec<(usize, Part)> = parts.into_values().collect();
        parts.sort_by_key(|(index, _)| *index);
        Self { all, parts: parts.into_iter().map(|(_, part)| part).collect(), rows: walk.rows }
    }
}

impl<'a> Ask<'a> {
    fn new(slot: Slot<'a>, many: bool, part: usize) -> Self {
        let own = slot.path.last().map(|name| name_words(name).join(" ")).unwrap_or_default();
        let told = slot.node.description.as_deref().or(slot.node.title.as_deref()).unwrap_or_default();
        let told = query::without_examples(told);
        Self { many, part, name: Words::of(&own), told: Words::of(&format!("{own} {told}")), slot }
    }

    /// How well an entry's labels ask for this property, 0..1.
    pub(super) fn likeness(&self, entry: &Entry) -> f32 {
        let one =
            |(index, label): (usize, &String)| self.likeness_of(label) * if index == 0 { 1.0 } else { LATER_LABEL };
        entry.labels.iter().enumerate().map(one).fold(0.0, f32::max)
    }

    /// How well a text asks for this property, 0..1: by its name, or by the words of its description.
    pub(super) fn likeness_of(&self, text: &str) -> f32 {
        let words = Words::of(text);
        let told = words.likeness(&self.told).max(words.likeness(&self.name));
        self.slot.query.similarity(&LabelText::of(text)).max(BY_DESCRIPTION * told)
    }
}

/// Objects by pointer, and the arrays of a schema.
struct Walk<'a> {
    lists: Vec<Slot<'a>>,
    rows: Vec<Rows<'a>>,
    objects: BTreeMap<String, (Vec<&'a str>, Option<&'a Node>)>,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &'a Node, pointer: &str, path: &mut Vec<&'a str>) {
        match &node.kind {
            Kind::Object(rules) => {
                self.objects.insert(pointer.to_owned(), (path.clone(), Some(node)));
                for property in &rules.properties {
                    path.push(&property.name);
                    self.node(&property.node, &join(pointer, &property.name), path);
                    path.pop();
                }
            }
            Kind::Array(rules) => self.array(node, &rules.items, pointer, path),
            Kind::Union(branches) => {
                let deep = branches.iter().find(|branch| !branch.is_primitive());
                deep.into_iter().for_each(|branch| self.node(branch, pointer, path));
            }
            Kind::Null | Kind::Boolean | Kind::Integer(_) | Kind::Number(_) | Kind::String(_) => {}
        }
    }

    fn array(&mut self, node: &'a Node, items: &'a Node, pointer: &str, path: &[&'a str]) {
        let query = Query::of(path, node).outside_of_rows();
        if items.as_object().is_some() {
            let items = slot::below(items).into_iter().map(|slot| Ask::new(slot, false, 0)).collect();
            self.rows.push(Rows { pointer: pointer.to_owned(), items, part: Part::of(path, Some(node)) });
        } else if items.is_primitive() {
            let want = items.allowed.clone().map_or(Want::Text, Want::Choice);
            let (pointer, path) = (pointer.to_owned(), path.to_vec());
            let slot = Slot { pointer, path, node: items, query, want, range: None, alone: false };
            self.lists.push(slot);
        }
    }
}
