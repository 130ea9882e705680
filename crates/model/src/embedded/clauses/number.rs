//! The number of the clause that says a value: for `clause` beside the values that were found in it.
//!
//! Called once the values of a solution are settled.

use serde_json::json;

use super::Clauses;
use crate::embedded::claim::Claim;
use crate::embedded::slot::{Slot, Want};
use crate::embedded::text::name_words;
use crate::embedded::value::fits;

/// Share of the score of a value that the number of its clause keeps.
const KEPT: f32 = 0.95;

/// The numbers of clauses for slots that ask for one: position of the slot, claim.
pub(crate) fn claims(clauses: &Clauses, slots: &[Slot<'_>], settled: &[(usize, &Claim)]) -> Vec<(usize, Claim)> {
    let numbers = slots.iter().enumerate().filter(|(index, slot)| {
        let free = settled.iter().all(|(known, _)| known != index);
        free && matches!(slot.want, Want::Text | Want::Id) && asks_clause(slot)
    });
    numbers.filter_map(|(index, slot)| Some((index, claim(clauses, slots, settled, slot)?))).collect()
}

fn asks_clause(slot: &Slot<'_>) -> bool {
    let names = ["clause", "section", "article", "paragraph"];
    let own = slot.path.last().map(|name| name_words(name)).unwrap_or_default();
    own.iter().all(|word| names.contains(&word.as_str()) || matches!(word.as_str(), "number" | "no"))
}

/// The number of the clause that holds the surest of the values beside it.
fn claim(clauses: &Clauses, slots: &[Slot<'_>], settled: &[(usize, &Claim)], slot: &Slot<'_>) -> Option<Claim> {
    let (parent, _) = slot.pointer.rsplit_once('/').filter(|(parent, _)| !parent.is_empty())?;
    let beside = |index: usize| slots.get(index).and_then(|slot| slot.pointer.rsplit_once('/')).map(|parts| parts.0);
    let values = settled.iter().filter(|(index, _)| beside(*index) == Some(parent));
    let numbered = values.filter_map(|(_, claim)| {
        let place = claim.places.first()?;
        let passage = clauses.passages.iter().find(|passage| passage.holds(place.segment))?;
        Some((claim.score, passage.number.as_ref()?))
    });
    let (score, (number, at)) = numbered.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let value = json!(number.trim_end_matches(['.', ')']).trim_start_matches('('));
    let why = "the number of the clause that says the values beside it".to_owned();
    fits(slot.node, &value).then(|| Claim { places: vec![at.clone()], value, score: KEPT * score, why })
}
