//! What a contract defines: `“Maturity Date” means June 30, 2027`.
//!
//! A date that is asked for by a defined term is the one the definition says, over one more term where it only names
//! that; a `..._definition` is the text of it. A date that would have to be counted is nobody's. Adds claims; called
//! once per solution.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::{Clauses, Passage};
use crate::embedded::candidate::{Printed, Thing, scan_text};
use crate::embedded::claim::{Claim, Reading};
use crate::embedded::query::{LabelText, Query};
use crate::embedded::slot::{Slot, Want};
use crate::embedded::text::{fold, name_words};
use crate::embedded::value::{fits, of_thing};

/// A term says what is asked at least this well.
const SAYS: f32 = 0.8;
/// Score of what a definition says.
const SCORE: f32 = 0.9;
/// Score of a yes, because the contract defines what it requires.
const REQUIRES: f32 = 0.7;
/// Bytes from the start of a definition in which its date stands.
const DATE_REACH: usize = 120;

static DEFINES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"[“"](?P<term>[A-Z0-9][^”"]{2,60}?)[”"],? (?:(?:shall )?means?,?|has the meaning|is defined as) "#)
        .ok()
});

/// A term and what it means.
pub(crate) struct Definition<'c> {
    passage: &'c Passage,
    term: &'c str,
    body: Range<usize>,
}

impl Definition<'_> {
    fn text(&self) -> &str {
        self.passage.text.get(self.body.clone()).unwrap_or_default()
    }
}

/// Is a definition the only thing that can answer?
pub(crate) fn asks_definition(slot: &Slot<'_>) -> bool {
    slot.want == Want::Text && slot.path.last().is_some_and(|name| without(name, &["definition"]).is_some())
}

/// `authorized officer` of `authorized_officer_definition`.
fn without(name: &str, ends: &[&str]) -> Option<String> {
    let named = name_words(name);
    let (last, rest) = named.split_last()?;
    (ends.contains(&last.as_str()) && !rest.is_empty()).then(|| rest.join("_"))
}

/// The claims of definitions: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, definitions: &[Definition<'_>], slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let Some(name) = slot.path.last() else { continue };
        let claim = match slot.want {
            Want::Date => date(reading, slot, definitions),
            Want::Text if asks_definition(slot) => text(reading, slot, definitions),
            Want::Flag => without(name, &["required"]).and_then(|term| required(reading, slot, &term, definitions)),
            _ => None,
        };
        claims.extend(claim.map(|claim| (index, claim)));
    }
    claims
}

/// The dates that the definition of what is asked only counts from: `364 days after November 21, 2003`.
pub(crate) fn counted_from(reading: &Reading<'_>, definitions: &[Definition<'_>], slot: &Slot<'_>) -> Vec<Printed> {
    let own =
        |one: &&Definition<'_>| slot.want == Want::Date && slot.query.similarity(&LabelText::of(one.term)) >= SAYS;
    let dates = |one: &Definition<'_>| {
        let text = one.text();
        let dates = scan_text(text).into_iter().filter(|found| matches!(found.thing, Thing::Date(_)));
        let counted = dates.filter(|found| counts(text.get(..found.at.bytes.start).unwrap_or_default()));
        let bytes = counted.map(|found| one.body.start + found.at.bytes.start..one.body.start + found.at.bytes.end);
        bytes.flat_map(|bytes| one.passage.places(reading.layout, &bytes)).collect::<Vec<Printed>>()
    };
    definitions.iter().filter(own).flat_map(dates).collect()
}

/// Do words say that what follows them is counted from?
fn counts(before: &str) -> bool {
    const COUNTED: [&str; 9] =
        ["after", "following", "anniversary", "days", "months", "years", "prior", "before", "preceding"];
    fold(before).split(' ').any(|word| COUNTED.contains(&word))
}

/// All that a contract defines.
pub(crate) fn definitions(clauses: &Clauses) -> Vec<Definition<'_>> {
    let Some(regex) = DEFINES.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for passage in &clauses.passages {
        let all: Vec<(Range<usize>, Range<usize>)> = { regex.captures_iter(&passage.text) }
            .filter_map(|captures| Some((captures.name("term")?.range(), captures.get(0)?.range())))
            .collect();
        for (at, (term, whole)) in all.iter().enumerate() {
            let end = all.get(at + 1).map_or(passage.text.len(), |next| next.1.start);
            let Some(term) = passage.text.get(term.clone()) else { continue };
            found.push(Definition { passage, term, body: whole.end..end });
        }
    }
    found
}

/// The date that the term's definition says, or the one of the term it names.
fn date(reading: &Reading<'_>, slot: &Slot<'_>, definitions: &[Definition<'_>]) -> Option<Claim> {
    let scored = definitions.iter().map(|one| (slot.query.similarity(&LabelText::of(one.term)), one));
    let (similar, first) = scored.filter(|(score, _)| *score >= SAYS).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let own = said_date(reading, slot, first);
    let (bytes, value, of) = own.or_else(|| said_date(reading, slot, named_by(first, definitions)?))?;
    let places = of.passage.places(reading.layout, &bytes);
    let why = format!("what \"{}\" is defined as", of.term);
    (!places.is_empty()).then_some(Claim { places, value, score: SCORE * similar, why })
}

/// The definition of the term that a definition begins with: `the Termination Date or, if ...`.
fn named_by<'d, 'c>(of: &Definition<'c>, all: &'d [Definition<'c>]) -> Option<&'d Definition<'c>> {
    let text = of.text();
    let text = text.strip_prefix("the ").unwrap_or(text);
    all.iter()
        .filter(|other| other.term != of.term && text.starts_with(other.term))
        .max_by_key(|other| other.term.len())
}

/// The first date of a definition, unless it is only counted from.
fn said_date<'d, 'c>(
    reading: &Reading<'_>,
    slot: &Slot<'_>,
    definition: &'d Definition<'c>,
) -> Option<(Range<usize>, serde_json::Value, &'d Definition<'c>)> {
    let text = definition.text();
    let dates = scan_text(text).into_iter().filter(|found| matches!(found.thing, Thing::Date(_)));
    let first = dates.min_by_key(|found| found.at.bytes.start)?;
    if counts(text.get(..first.at.bytes.start)?) || first.at.bytes.start > DATE_REACH {
        return None;
    }
    let value = of_thing(slot, &first.thing, text.get(first.at.bytes.clone())?, reading.candidates)?;
    let start = definition.body.start;
    Some((start + first.at.bytes.start..start + first.at.bytes.end, value, definition))
}

/// The text of the definition whose term is named.
fn text(reading: &Reading<'_>, slot: &Slot<'_>, definitions: &[Definition<'_>]) -> Option<Claim> {
    let term = without(slot.path.last()?, &["definition"])?;
    let query = Query::of_names(&[&term]);
    let scored = definitions.iter().map(|one| (query.similarity(&LabelText::of(one.term)), one));
    let (similar, best) = scored.filter(|(score, _)| *score >= SAYS).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let value = json!(best.text().trim());
    let places = best.passage.places(reading.layout, &best.body);
    let why = format!("what \"{}\" is defined as", best.term);
    (fits(slot.node, &value) && !places.is_empty()).then_some(Claim { places, value, score: SCORE * similar, why })
}

/// A contract that defines what it requires by exactly this name requires it.
fn required(reading: &Reading<'_>, slot: &Slot<'_>, term: &str, definitions: &[Definition<'_>]) -> Option<Claim> {
    let named = term.replace('_', " ");
    let found = definitions.iter().find(|one| fold(one.term) == named)?;
    let places = found.passage.places(reading.layout, &found.body);
    let why = format!("\"{}\" is defined", found.term);
    let value = json!(true);
    (fits(slot.node, &value) && !places.is_empty()).then_some(Claim { places, value, score: REQUIRES, why })
}
