//! The parties of a contract: who they are where they are named, and what stands in the blocks that are theirs.
//!
//! `(1) NAME, a company ..., whose registered office is at ADDRESS (the “Supplier”)`; then `To the Supplier` above the
//! lines of an address, `For NAME` above a signature. Called for arrays of objects before anything else is tried.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::pointer::join;
use sluice_extract::schema::{Kind, Node, ObjectRules};
use sluice_extract::values::identifier::{IdentifierKind, scan_kind};

use super::block::{Block, blocks};
use super::{Clauses, Passage};
use crate::embedded::candidate::Printed;
use crate::embedded::layout::Layout;
use crate::embedded::query::Query;
use crate::embedded::slot::{Want, want_of};
use crate::embedded::solution::Found;
use crate::embedded::span::choice;
use crate::embedded::text::{fold, name_words, words};
use crate::embedded::value::fits;

/// How sure a part is that the sentence naming a party says.
const NAMED: f32 = 0.88;
/// How sure a part of a block of its own is.
const OF_BLOCK: f32 = 0.86;
/// A party is named within this many bytes.
const NAMING_MAX: usize = 900;

/// A party where it is named.
#[derive(Debug)]
pub(crate) struct Party<'c> {
    passage: &'c Passage,
    /// Bytes of its name.
    name: Range<usize>,
    /// Bytes of the word that stands for it from then on.
    term: Range<usize>,
    /// Bytes of everything that is said of it there.
    all: Range<usize>,
}

impl Party<'_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.passage.text.get(self.name.clone()).unwrap_or_default()
    }

    /// The word that stands for it.
    pub(crate) fn term(&self) -> &str {
        self.passage.text.get(self.term.clone()).unwrap_or_default()
    }
}

/// Fills an array of parties.
pub(crate) fn fill(layout: &Layout<'_>, clauses: &Clauses, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
    let asked = name_words(path.last()?);
    if !asked.iter().any(|word| matches!(word.as_str(), "party" | "parties" | "partei" | "parteien" | "signatories")) {
        return None;
    }
    let item = item(node)?;
    let parties = parties(clauses);
    if parties.len() < 2 {
        return None;
    }
    let blocks = blocks(layout, clauses, &parties);
    let mut found = Found { value: json!([]), ..Found::default() };
    for (index, party) in parties.iter().enumerate() {
        let own: Vec<&Block> = blocks.iter().filter(|block| block.party == index).collect();
        let writer = Writer { layout, party, blocks: &own };
        let mut object = Map::new();
        let at = format!("{pointer}/{index}");
        for property in &item.properties {
            let below = join(&at, &property.name);
            if let Some(part) = writer.property(&property.name, &below, &property.node) {
                found.evidence.extend(part.evidence);
                object.insert(property.name.clone(), part.value);
            }
        }
        if let Some(items) = found.value.as_array_mut() {
            items.push(Value::Object(object));
        }
    }
    Some(found)
}

fn item(node: &Node) -> Option<&ObjectRules> {
    match &node.kind {
        Kind::Array(rules) => object(&rules.items),
        Kind::Union(branches) => branches.iter().find_map(item),
        _ => None,
    }
}

fn object(node: &Node) -> Option<&ObjectRules> {
    match &node.kind {
        Kind::Object(rules) => Some(rules),
        Kind::Union(branches) => branches.iter().find_map(object),
        _ => None,
    }
}

static TERM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\([^()“"]{0,40}[“"](?P<term>[\p{Lu}][^”"()]{1,40})[”"][^()]{0,60}\)"#).ok());

static BETWEEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:by and between|by and among|between|among|zwischen)[: ]").ok());

static NUMBERED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\(?\d{1,2}[.)]\s").ok());

/// The parties in the order in which they are named.
fn parties(clauses: &Clauses) -> Vec<Party<'_>> {
    let mut numbered: Vec<Party<'_>> = Vec::new();
    for passage in &clauses.passages {
        let printed = NUMBERED.as_ref().and_then(|regex| regex.find(&passage.text)).map_or(0, |found| found.end());
        let Some(start) = passage.number.as_ref().map(|_| printed) else { continue };
        let heads = clauses.heading(passage).map(|heading| fold(&heading.text)).unwrap_or_default();
        if heads.split(' ').any(|word| matches!(word, "parties" | "between" | "parteien" | "vertragsparteien")) {
            let found = named(passage, start);
            numbered.extend(found.into_iter().next());
        }
    }
    if numbered.len() >= 2 {
        return numbered;
    }
    let mut sentences = clauses.passages.iter().filter_map(|passage| {
        let start = BETWEEN.as_ref()?.find(&passage.text)?.end();
        Some(named(passage, start)).filter(|found| found.len() >= 2)
    });
    sentences.next().unwrap_or_default()
}

/// The parties that a text names from `start` on, each before the word in brackets that stands for it.
fn named(passage: &Passage, start: usize) -> Vec<Party<'_>> {
    let mut found = Vec::new();
    let mut from = start;
    let Some(regex) = TERM.as_ref() else { return found };
    for captures in regex.captures_iter(&passage.text) {
        let (Some(whole), Some(term)) = (captures.get(0), captures.name("term")) else { continue };
        if whole.start() < from {
            continue;
        }
        let before = passage.text.get(from..whole.start()).unwrap_or_default();
        let lead = before.len() - before.trim_start_matches(|char: char| !char.is_alphanumeric()).len();
        let joints = ["and between ", "and ", "AND "];
        let joint = joints.iter().find(|joint| before.get(lead..).is_some_and(|rest| rest.starts_with(**joint)));
        let begin = from + lead + joint.map_or(0, |joint| joint.len());
        let name = begin..begin + name_end(passage.text.get(begin..whole.start()).unwrap_or_default());
        let capital = passage.text.get(name.clone()).is_some_and(|name| name.starts_with(char::is_uppercase));
        if capital && !name.is_empty() && whole.start() - begin < NAMING_MAX {
            found.push(Party { passage, name, term: term.range(), all: begin..whole.end() });
        }
        from = whole.end();
    }
    found
}

/// Where a name ends: at the first comma, unless the kind of company stands behind it.
fn name_end(text: &str) -> usize {
    let kinds = ["Inc", "LLC", "L.L.C", "Ltd", "Limited", "N.A", "L.P", "LLP", "Corp", "S.A", "plc", "PLC"];
    let commas = text.match_indices(", ").map(|(at, _)| at);
    let end =
        { commas }.find(|at| !kinds.iter().any(|kind| text.get(at + 2..).is_some_and(|rest| rest.starts_with(kind))));
    let end = end.unwrap_or(text.len());
    text.get(..end).map_or(0, |name| name.trim_end().len())
}

/// Writes the object of one party.
struct Writer<'a> {
    layout: &'a Layout<'a>,
    party: &'a Party<'a>,
    blocks: &'a [&'a Block],
}

impl Writer<'_> {
    fn property(&self, name: &str, pointer: &str, node: &Node) -> Option<Found> {
        if let Some(rules) = object(node) {
            return self.of_block(name, pointer, node, rules);
        }
        if !node.is_primitive() {
            return None;
        }
        let query = Query::of(&[name], node);
        let want = want_of(name, node, &query);
        let text = &self.party.passage.text;
        let own = name_words(name);
        let bytes = match want {
            _ if own.iter().any(|word| matches!(word.as_str(), "role" | "capacity" | "term" | "rolle")) => {
                self.party.term.clone()
            }
            Want::Name if own.last().is_some_and(|word| word == "name") || own.len() == 1 => self.party.name.clone(),
            Want::Text if own.iter().any(|word| word == "name") => self.party.name.clone(),
            Want::Id | Want::VatId => self.code(&own)?,
            Want::Address => self.captured(ADDRESS.as_ref()?)?,
            Want::Text if own.iter().any(|word| matches!(word.as_str(), "office" | "seat" | "domicile")) => {
                self.captured(ADDRESS.as_ref()?)?
            }
            Want::Email => self.identifier(IdentifierKind::Email)?,
            _ if own
                .iter()
                .any(|word| matches!(word.as_str(), "jurisdiction" | "country" | "state" | "incorporation")) =>
            {
                self.captured(REGISTERED.as_ref()?)?
            }
            _ => return None,
        };
        let printed = text.get(bytes.clone())?;
        let value = match &node.allowed {
            Some(allowed) => choice(allowed, printed)?,
            None => json!(printed),
        };
        let evidence = Evidence {
            places: places(self.layout, &self.party.passage.places(self.layout, &bytes)),
            confidence: Some(NAMED),
            reasoning: Some(format!("Said where \u{201c}{}\u{201d} is named.", self.party.term())),
        };
        fits(node, &value).then(|| Found::leaf(pointer, value, evidence))
    }

    /// A word with figures that follows the property's words.
    fn code(&self, own: &[String]) -> Option<Range<usize>> {
        let text = self.party.passage.text.get(self.party.all.clone())?;
        let found = CODE.as_ref()?.find_iter(text).find(|found| {
            let before = words(text.get(..found.start()).unwrap_or_default());
            let near = before.iter().rev().take(4);
            found.as_str().chars().filter(char::is_ascii_digit).count() >= 4
                && near.into_iter().any(|word| own.contains(word) || matches!(word.as_str(), "no" | "number"))
        })?;
        Some(self.party.all.start + found.start()..self.party.all.start + found.end())
    }

    fn captured(&self, regex: &Regex) -> Option<Range<usize>> {
        let text = self.party.passage.text.get(self.party.all.clone())?;
        let found = regex.captures(text)?.name("found")?;
        let tail = found.as_str().trim_end_matches([',', ' ', ';']);
        Some(self.party.all.start + found.start()..self.party.all.start + found.start() + tail.len())
    }

    fn identifier(&self, kind: IdentifierKind) -> Option<Range<usize>> {
        let text = self.party.passage.text.get(self.party.all.clone())?;
        let found = scan_kind(text, kind).into_iter().next()?;
        Some(self.party.all.start + found.span.start..self.party.all.start + found.span.end)
    }

    /// An object from the block that its name or description heads.
    fn of_block(&self, name: &str, pointer: &str, node: &Node, rules: &ObjectRules) -> Option<Found> {
        let block = self.blocks.iter().find(|block| block.answers(name, node))?;
        let mut found = Found::default();
        let mut object = Map::new();
        for property in &rules.properties {
            let Some((value, at)) = block.value(self.layout, &property.name, &property.node) else { continue };
            let below = join(pointer, &property.name);
            let reasoning = Some(format!(
                "In the lines of \u{201c}{}\u{201d} under \u{201c}{}\u{201d}.",
                self.party.term(),
                block.heading
            ));
            let evidence = Evidence { places: places(self.layout, &at), confidence: Some(OF_BLOCK), reasoning };
            found.evidence.insert(below, evidence);
            object.insert(property.name.clone(), value);
        }
        found.value = Value::Object(object);
        (!found.evidence.is_empty()).then_some(found)
    }
}

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:offices?|address|place of business|seat|residence)(?: (?:is|are))?(?: located| situated)?(?: at| in| of|:)? (?P<found>[^();]{8,160}?)(?:\s*\(|;|$| and (?:registered|whose|having)|, (?:registered|represented|acting))").ok()
});

static REGISTERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:registered|incorporated|organi[sz]ed|existing)(?: under the laws of| in| and existing under the laws of)(?: the)? (?P<found>[A-Z]\w+(?: (?:of |and )?[A-Z]\w+)*)").ok()
});

static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z0-9][A-Z0-9./-]*[0-9][A-Z0-9]*\b").ok());

/// Places of the layout as words of pages.
pub(crate) fn places(layout: &Layout<'_>, printed: &[Printed]) -> Vec<WordsOnPage> {
    let place = |at: &Printed| Some(layout.segments.get(at.segment)?.place(layout.document, &at.bytes));
    printed.iter().filter_map(place).collect()
}
