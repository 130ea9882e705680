//! Whole clauses: `(f) Use of Proceeds. The Borrower shall use ...` for a property that is called like the heading.
//!
//! The heading opens the passage or stands above it, and says all words of the property's name and no other. What other
//! rooms find in the clause is better: a name, a figure. Adds claims; called once per solution.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::jurisdiction::asks_law;
use super::{Clauses, Passage};
use crate::embedded::candidate::Printed;
use crate::embedded::claim::{Claim, Reading};
use crate::embedded::lexicon::Lexicon;
use crate::embedded::slot::{Slot, Want};
use crate::embedded::text::{name_words, stem, words};
use crate::embedded::value::fits;

/// Score of a clause whose heading opens it.
const SCORE: f32 = 0.68;
/// Bytes of a clause.
const CLAUSE_MIN: usize = 60;

static OPENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let word = r"[A-Z][\w’'-]*";
    Regex::new(&format!(
        r"^(?:(?:Section |SECTION )?\(?[\w.]{{1,6}}[.)]?\s+)?(?P<head>{word}(?: (?:of|and|the|for|to|in|or|{word})){{1,7}})[.:]\s+(?P<body>\S)"
    ))
    .ok()
});

/// The claims of whole clauses: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, clauses: &Clauses, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.want == Want::Text) {
        let named = slot.path.last().map(|name| name_words(name)).unwrap_or_default();
        let asked = bag(&named);
        // Of a clause about the law the law alone is asked.
        if asked.len() >= 2 && !asks_law(&named) {
            claims.extend(claim(reading, clauses, slot, &asked).map(|claim| (index, claim)));
        }
    }
    claims
}

fn claim(reading: &Reading<'_>, clauses: &Clauses, slot: &Slot<'_>, asked: &[String]) -> Option<Claim> {
    let opens = |(at, passage): (usize, &Passage)| {
        let captures = OPENS.as_ref()?.captures(&passage.text)?;
        let (head, body) = (captures.name("head")?, captures.name("body")?);
        let is_it = passage.text.len() - body.start() >= CLAUSE_MIN && bag(&words(head.as_str())) == asked;
        is_it.then_some((at, body.start()))
    };
    let (at, start) = clauses.passages.iter().enumerate().find_map(opens)?;
    let parts = clause(clauses.passages.get(at..)?);
    let from = |position: usize| if position == 0 { start } else { 0 };
    let text = |(position, passage): (usize, &Passage)| passage.text.get(from(position)..).map(str::to_owned);
    let value = json!(parts.iter().enumerate().filter_map(text).collect::<Vec<String>>().join(" "));
    let place =
        |(position, passage): (usize, &Passage)| passage.places(reading.layout, &(from(position)..passage.text.len()));
    let places: Vec<Printed> = parts.iter().enumerate().flat_map(place).collect();
    let why = "the clause with this heading".to_owned();
    (fits(slot.node, &value) && !places.is_empty()).then_some(Claim { places, value, score: SCORE, why })
}

/// The passages from one on up to the end of its sentence: numbered parts of it are passages of their own.
fn clause(passages: &[Passage]) -> &[Passage] {
    const PARTS_MAX: usize = 8;
    let ended = |passage: &Passage| passage.text.trim_end().ends_with('.');
    let end = passages.iter().take(PARTS_MAX).position(ended).map_or(1, |at| at + 1);
    passages.get(..end).unwrap_or_default()
}

/// Stems of words that mean something, sorted.
fn bag(words: &[String]) -> Vec<String> {
    let lexicon = Lexicon::shared();
    let mut bag: Vec<String> = words.iter().filter(|word| !lexicon.is_stop(word)).map(|word| stem(word)).collect();
    bag.sort();
    bag.dedup();
    bag
}
