//! The primitive values of a result, each with its label's words and the group it belongs to.
//!
//! Walks the result beside the schema; looks nothing up in the document. Called by `choose`.

use serde_json::Value;

use crate::pointer;
use crate::schema::{Additional, Kind, Node};
use crate::values::text::tokens;

/// A description of more words than this explains, and is not printed.
const SENTENCE_WORDS_MAX: usize = 12;

/// A primitive value of a result.
pub(super) struct Leaf<'a> {
    /// JSON pointer into the whole result.
    pub(super) pointer: String,
    pub(super) value: &'a Value,
    pub(super) label: Label,
    /// Pointer from its row on: the same for one property of all rows.
    pub(super) column: String,
    /// The schema lists what it may be, so its words may be a class and no print.
    pub(super) listed: bool,
}

/// The words by which a document may call a value.
#[derive(Clone, Default)]
pub(super) struct Label {
    /// The property's name and its title, each as words.
    pub(super) names: Vec<Vec<String>>,
    /// The description, where it is short enough to be the question as it is printed.
    pub(super) sentence: Option<String>,
    /// The name of the object it stands in.
    pub(super) parent: Vec<String>,
}

/// Values that stand together in the document.
pub(super) struct Group {
    pub(super) kind: GroupKind,
    pub(super) leaves: Vec<usize>,
}

/// Why values stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupKind {
    /// Properties of the root: anywhere.
    Whole,
    /// Properties of an object: a block.
    Object,
    /// Properties of one item of this array: a row.
    Row(usize),
    /// Items of an array of primitives: one after another.
    List,
}

/// All of them.
#[derive(Default)]
pub(super) struct Leaves<'a> {
    pub(super) all: Vec<Leaf<'a>>,
    pub(super) groups: Vec<Group>,
    arrays: usize,
}

/// Where the walk stands.
#[derive(Clone)]
struct Here {
    pointer: String,
    label: Label,
    group: Option<usize>,
    column: String,
}

/// The leaves of a value that stands at `pointer` of the result. Null and empty strings are no values.
pub(super) fn leaves<'a>(pointer: &str, value: &'a Value, node: Option<&Node>) -> Leaves<'a> {
    let mut leaves = Leaves::default();
    let name = pointer.rsplit('/').next().filter(|name| name.parse::<usize>().is_err()).unwrap_or_default();
    let label = label(&pointer::unescape(name), node, &Label::default());
    leaves.walk(value, node, &Here { pointer: pointer.to_owned(), label, group: None, column: String::new() });
    leaves
}

/// The label of a property.
pub(super) fn label(name: &str, node: Option<&Node>, parent: &Label) -> Label {
    let title = node.and_then(|node| node.title.as_deref()).unwrap_or_default();
    let mut names: Vec<Vec<String>> =
        [words(name), words(title)].into_iter().filter(|words| !words.is_empty()).collect();
    names.dedup();
    let description = node.and_then(|node| node.description.as_deref());
    let sentence = description.filter(|text| words(text).len() <= SENTENCE_WORDS_MAX).map(str::to_owned);
    Label { names, sentence, parent: parent.names.first().cloned().unwrap_or_default() }
}

/// `invoiceNumber`, `invoice_number` and `Invoice number` as words.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(if c == '_' { ' ' } else { c });
        before = c;
    }
    tokens(&spaced).into_iter().map(|token| token.value).collect()
}

/// Does the schema list more than one value?
pub(super) fn is_listed(node: &Node) -> bool {
    node.allowed.as_ref().is_some_and(|allowed| allowed.len() > 1)
}

/// The schema's node for the value at `pointer` of a result.
pub(crate) fn node_at<'s>(root: &'s Node, pointer: &str) -> Option<&'s Node> {
    pointer::tokens(pointer).try_fold(root, |node, key| child(node, &key))
}

fn child<'s>(node: &'s Node, key: &str) -> Option<&'s Node> {
    match &node.kind {
        Kind::Object(rules) => {
            let named = rules.properties.iter().find(|property| property.name == key).map(|property| &property.node);
            named.or(match &rules.additional {
                Additional::Each(node) => Some(node),
                Additional::Allowed | Additional::Forbidden => None,
            })
        }
        Kind::Array(rules) => Some(&rules.items),
        Kind::Union(branches) => branches.iter().find_map(|branch| child(branch, key)),
        Kind::Null | Kind::Boolean | Kind::Integer(_) | Kind::Number(_) | Kind::String(_) => None,
    }
}

impl<'a> Leaves<'a> {
    fn walk(&mut self, value: &'a Value, node: Option<&Node>, here: &Here) {
        match value {
            Value::Null => {}
            Value::String(text) if text.trim().is_empty() => {}
            Value::Object(properties) => {
                let group = self.group_of_object(here);
                for (name, value) in properties {
                    let node = node.and_then(|node| child(node, name));
                    let below = Here {
                        pointer: pointer::join(&here.pointer, name),
                        label: label(name, node, &here.label),
                        group: Some(group),
                        column: pointer::join(&here.column, name),
                    };
                    self.walk(value, node, &below);
                }
            }
            Value::Array(items) => self.array(items, node, here),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let group = here.group.unwrap_or_else(|| self.group(GroupKind::Whole));
                if let Some(group) = self.groups.get_mut(group) {
                    group.leaves.push(self.all.len());
                }
                let (pointer, column) = (here.pointer.clone(), here.column.clone());
                let listed = node.is_some_and(is_listed);
                self.all.push(Leaf { pointer, value, label: here.label.clone(), column, listed });
            }
        }
    }

    fn array(&mut self, items: &'a [Value], node: Option<&Node>, here: &Here) {
        let array = self.arrays;
        self.arrays += 1;
        let list = items.iter().any(|item| !item.is_object()).then(|| self.group(GroupKind::List));
        for (at, item) in items.iter().enumerate() {
            let group = if item.is_object() { self.group(GroupKind::Row(array)) } else { list.unwrap_or_default() };
            let below = Here {
                pointer: format!("{}/{at}", here.pointer),
                label: here.label.clone(),
                group: Some(group),
                column: String::new(),
            };
            self.walk(item, node.and_then(|node| child(node, "0")), &below);
        }
    }

    /// An object in a row belongs to the row; any other is a group of its own.
    fn group_of_object(&mut self, here: &Here) -> usize {
        let kind = here.group.and_then(|group| self.groups.get(group)).map(|group| group.kind);
        match (here.group, kind) {
            (Some(group), Some(GroupKind::Row(_))) => group,
            (None, _) if here.pointer.is_empty() => self.group(GroupKind::Whole),
            _ => self.group(GroupKind::Object),
        }
    }

    fn group(&mut self, kind: GroupKind) -> usize {
        self.groups.push(Group { kind, leaves: Vec::new() });
        self.groups.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_and_columns() {
        let value =
            json!({"no": "1", "a": {"b": 2, "c": null}, "rows": [{"x": 1, "y": {"z": true}}], "tags": ["p", ""]});
        let found = leaves("", &value, None);
        let of_group = |group: &Group| -> Vec<String> {
            let leaves = group.leaves.iter().map(|at| &found.all[*at]);
            leaves.map(|leaf| format!("{} {:?} {}", leaf.pointer, group.kind, leaf.column)).collect()
        };
        let got: Vec<String> = found.groups.iter().flat_map(of_group).collect();
        insta::assert_snapshot!(got.join("\n"), @"
        /no Whole /no
        /a/b Object /a/b
        /rows/0/x Row(0) /x
        /rows/0/y/z Row(0) /y/z
        /tags/0 List
        ");
    }

    #[test]
    fn names_as_words() {
        let check = |name: &str, expect: &[&str]| assert_eq!(words(name), expect);
        check("invoiceNumber", &["invoice", "number"]);
        check("total_amount", &["total", "amount"]);
        check("VAT-ID", &["vat", "id"]);
    }
}
