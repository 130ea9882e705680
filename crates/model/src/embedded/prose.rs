//! Text that is no table: sections under headings, entries, lists, clauses, running sentences.
//!
//! Called for each part of a schema before tables are tried; answers only what its words show. Never reads a table.

mod entry;
mod flow;
mod groups;
mod head_parts;
mod list;
mod objects;
mod order;
mod outline;
mod period;
mod section;
#[cfg(test)]
mod tests;
mod top;
mod words;

use sluice_extract::page::Document;
use sluice_extract::schema::{Additional, ArrayRules, Kind, Node};

use self::outline::Outline;
use super::solution::Found;

/// A document's prose, ready to be read.
pub(crate) struct Prose {
    outline: Outline,
    top: Option<top::Top>,
}

impl Prose {
    /// Reads a document's lines and headings.
    pub(crate) fn of(document: &Document) -> Self {
        let outline = Outline::of(document);
        let top = top::Top::of(&outline);
        Self { outline, top }
    }

    /// A single value that the text shows more clearly than a label could.
    pub(crate) fn single(&self, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
        self.top.as_ref().and_then(|top| top.fill(&self.outline, path, pointer, node))
    }

    /// Fills an array or a map at `pointer` of the result from text; `path` holds the names from the root to it.
    pub(crate) fn fill(&self, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
        let sections = section::sections(&self.outline, path, node);
        if sections.is_empty() {
            return None;
        }
        match &node.kind {
            Kind::Array(rules) => self.fill_array(&sections, pointer, rules),
            Kind::Object(rules) => match &rules.additional {
                Additional::Each(each) => list::fill_map(&self.outline, &sections, pointer, each.as_array()?),
                Additional::Allowed | Additional::Forbidden => None,
            },
            Kind::Union(branches) => {
                let map = branches.iter().find_map(|branch| map_of_lists(branch));
                let map = map.and_then(|each| list::fill_map(&self.outline, &sections, pointer, each));
                map.or_else(|| self.fill_array(&sections, pointer, branches.iter().find_map(Node::as_array)?))
            }
            _ => None,
        }
    }

    fn fill_array(&self, sections: &[section::Section], pointer: &str, rules: &ArrayRules) -> Option<Found> {
        if rules.items.is_primitive() {
            let texts = matches!(&rules.items.kind, Kind::String(_));
            return texts.then(|| list::fill(&self.outline, sections, pointer, rules)).flatten();
        }
        objects::fill(&self.outline, sections, pointer, rules)
    }
}

/// The lists of a map.
fn map_of_lists(node: &Node) -> Option<&ArrayRules> {
    match &node.as_object()?.additional {
        Additional::Each(each) => each.as_array(),
        Additional::Allowed | Additional::Forbidden => None,
    }
}
