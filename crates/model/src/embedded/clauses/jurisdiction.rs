//! Names of places in sentences: whose law governs, where disputes are settled.
//!
//! Only in forms that contracts share: `governed by the laws of ...`, `mediation in ...`. Adds claims; called once per
//! solution.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::{Clauses, Passage};
use crate::embedded::claim::{Claim, Reading};
use crate::embedded::slot::{Part, Slot, Want};
use crate::embedded::text::{name_words, words};
use crate::embedded::value::fits;

/// Score of a law that a sentence says to govern.
const GOVERNS: f32 = 0.86;
/// Score of a place after the word that the property names.
const PLACE: f32 = 0.78;

/// A name of several capitalised words, joined by small ones.
const NAME: &str = r"(?:[A-ZÀ-Þ][\w’'-]+)(?:(?: (?:of|and|the|de|der|la|du)){0,2} [A-ZÀ-Þ][\w’'-]+)*";

static LAW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let law = format!(r"\b(?:laws?|legislation) (?:\([^)]*\) )?(?:in force in|of|in) (?:the )?(?P<name>{NAME})");
    Regex::new(&law).ok()
});

static IN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"\b(?:in|at) (?:the )?(?P<name>{NAME})")).ok());

/// The claims of sentences that name a place: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, clauses: &Clauses, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        if !matches!(slot.want, Want::Text | Want::Part(Part::Country | Part::City | Part::State)) {
            continue;
        }
        let Some(name) = slot.path.last().map(|name| name_words(name)) else { continue };
        let law = asks_law(&name);
        for passage in &clauses.passages {
            let found = if law { governing(passage) } else { place(passage, &name) };
            let Some((bytes, score)) = found else { continue };
            claims.extend(claim(reading, slot, passage, bytes, score).map(|claim| (index, claim)));
        }
    }
    claims
}

/// Is asked whose law governs?
pub(super) fn asks_law(name: &[String]) -> bool {
    name.iter().any(|word| word == "law") && name.iter().any(|word| word.starts_with("govern"))
        || name.iter().any(|word| word == "jurisdiction")
}

fn claim(reading: &Reading<'_>, slot: &Slot<'_>, passage: &Passage, bytes: Range<usize>, score: f32) -> Option<Claim> {
    let bytes = if asks_name_only(slot) { without_kind(&passage.text, bytes) } else { bytes };
    let value = json!(passage.text.get(bytes.clone())?);
    let places = passage.places(reading.layout, &bytes);
    let why = "named in the sentence that says so".to_owned();
    (fits(slot.node, &value) && !places.is_empty()).then_some(Claim { places, value, score, why })
}

/// The law of a sentence that says what governs.
fn governing(passage: &Passage) -> Option<(Range<usize>, f32)> {
    let governs = [
        "governed by",
        "construed in accordance with",
        "construed under",
        "subject to the law",
        "contract under the law",
        "contracts under the law",
        "contract made under the law",
        "governed and construed",
        "interpreted in accordance with",
    ];
    let start = governs.iter().filter_map(|words| passage.text.find(words)).min()?;
    let captures = LAW.as_ref()?.captures_at(&passage.text, start)?;
    let name = captures.name("name")?;
    (name.start() - start < 160).then(|| (name.range(), GOVERNS))
}

/// The place after the word before `seat` or `place`: `mediation in Leeds` for `mediation_seat`.
fn place(passage: &Passage, name: &[String]) -> Option<(Range<usize>, f32)> {
    let (kind, about) = name.split_last()?;
    if about.is_empty() || !["seat", "place", "venue", "town", "city"].contains(&kind.as_str()) {
        return None;
    }
    IN.as_ref()?
        .captures_iter(&passage.text)
        .filter_map(|captures| captures.name("name").map(|found| (found, captures.get(0))))
        .find_map(|(found, whole)| {
            let before = words(passage.text.get(..whole?.start())?);
            let said = before.iter().rev().take(3).any(|word| about.contains(word));
            said.then(|| (found.range(), PLACE))
        })
}

/// The description asks for the name alone.
fn asks_name_only(slot: &Slot<'_>) -> bool {
    let told = words(slot.node.description.as_deref().unwrap_or_default());
    told.windows(2).any(|pair| pair == ["name", "only"])
}

/// `Leeds` of `City of Leeds`.
fn without_kind(text: &str, bytes: Range<usize>) -> Range<usize> {
    let kinds = ["State of ", "Commonwealth of ", "Province of ", "Republic of ", "Kingdom of ", "City of "];
    let name = text.get(bytes.clone()).unwrap_or_default();
    let cut = kinds.iter().find(|kind| name.starts_with(*kind)).map_or(0, |kind| kind.len());
    bytes.start + cut..bytes.end
}
