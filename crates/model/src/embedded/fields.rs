//! The scalar side of a solution: claims of every slot, one place for one slot, what is sure enough.
//!
//! Decides; the rooms it calls only propose. Called once per solution.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use sluice_extract::assignment::greatest_gain;
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::schema::Schema;

use super::boxed;
use super::candidate::{Candidates, Printed};
use super::claim::{Claim, Reading};
use super::clauses::definition::Definition;
use super::clauses::{Clauses, definition, headed, jurisdiction, number, sentence};
use super::forms::{self, Filled};
use super::head;
use super::label::Labels;
use super::layout::Layout;
use super::masthead;
use super::party;
use super::periodic;
use super::principal;
use super::query::Query;
use super::scope::{Scopes, flat_role};
use super::slip;
use super::slot::{Slot, Want, slots};
use super::solution::Found;
use super::sums;
use super::terms;

/// A claim below this score is a guess, and a guess is not given.
const THRESHOLD: f32 = 0.5;
/// A place that another slot holds is shared from this score on.
const SHARED_MIN: f32 = 0.6;

/// A label says that something was paid at least this well.
const SAYS_PAID: f32 = 0.85;

/// The values of all slots that are sure enough, by pointer.
pub(crate) fn fill(layout: &Layout<'_>, clauses: &Clauses, schema: &Schema) -> BTreeMap<String, Found> {
    let slots = slots(schema);
    let candidates = Candidates::of(layout);
    let named: HashSet<&str> = slots.iter().flat_map(|slot| &slot.query.printed).map(String::as_str).collect();
    let labels = Labels::of(layout, &candidates, &named);
    let scopes = Scopes::of(layout, &labels, &slots);
    let similar =
        slots.iter().map(|slot| labels.texts.iter().map(|text| slot.query.similarity(text)).collect()).collect();
    let partial = slots.iter().map(|slot| partial(slot, &labels)).collect();
    let reading = Reading { layout, candidates: &candidates, labels: &labels, scopes: &scopes, similar, partial };
    let mut claims: Vec<Vec<Claim>> =
        slots.iter().enumerate().map(|(index, slot)| reading.claims(index, slot)).collect();
    let unlabelled = party::claims(&reading, &slots).into_iter().chain(head::claims(&reading, &slots));
    let boxed = boxed::claims(&reading, &scopes, &slots);
    let told = sentence::claims(&reading, clauses, &slots).into_iter();
    let told = told.chain(jurisdiction::claims(&reading, clauses, &slots)).chain(terms::claims(&reading, &slots));
    let told = told.chain(slip::claims(&reading, &slots));
    let told = told.chain(headed::claims(&reading, clauses, &slots)).chain(principal::claims(&reading, &slots));
    let told = told.chain(periodic::claims(&reading, &slots));
    for (index, claim) in unlabelled.chain(masthead::claims(&reading, &slots)).chain(told).chain(boxed) {
        add(&mut claims, index, claim);
    }
    let definitions = definition::definitions(clauses);
    leave_to_definitions(&reading, &definitions, &slots, &mut claims);
    for (index, claim) in definition::claims(&reading, &definitions, &slots) {
        add(&mut claims, index, claim);
    }
    let filled = forms::fill(layout, &candidates, schema);
    leave_to_forms(&filled, layout, &slots, &mut claims);
    sums::raise(&slots, &mut claims);
    sums::raise_tendered(&reading, &slots, &mut claims);
    let mut found = filled.found;
    let mut settled = settle(&slots, &claims);
    settled.extend(dues(&reading, &slots, &settled));
    let numbers = number::claims(clauses, &slots, &settled);
    for (index, claim) in settled.into_iter().chain(numbers.iter().map(|(index, claim)| (*index, claim))) {
        if let Some(slot) = slots.get(index) {
            found.insert(slot.pointer.clone(), found_of(&reading, slot, claim));
        }
    }
    currencies(&reading, &slots, &mut found);
    found
}

/// What asks for a definition nothing else answers; nor does a date that the definition only counts from.
fn leave_to_definitions(
    reading: &Reading<'_>,
    definitions: &[Definition<'_>],
    slots: &[Slot<'_>],
    claims: &mut [Vec<Claim>],
) {
    for (slot, claims) in slots.iter().zip(claims) {
        if definition::asks_definition(slot) {
            claims.clear();
        } else if slot.want == Want::Date && !claims.is_empty() {
            let counted = definition::counted_from(reading, definitions, slot);
            let is_counted = |place: &Printed| {
                let same = |other: &&Printed| other.segment == place.segment && other.bytes.start < place.bytes.end;
                counted.iter().any(|other| same(&other) && place.bytes.start < other.bytes.end)
            };
            claims.retain(|claim| !claim.places.iter().any(is_counted));
        }
    }
}

/// What a form answers, or leaves empty, nothing else does; and its words answer nothing else.
fn leave_to_forms(filled: &Filled, layout: &Layout<'_>, slots: &[Slot<'_>], claims: &mut [Vec<Claim>]) {
    let held = |place: &Printed| {
        let segment = layout.segments.get(place.segment)?;
        Some(filled.holds(segment.page, segment.words.get(segment.span(&place.bytes))?))
    };
    for (slot, claims) in slots.iter().zip(claims) {
        let settled = filled.found.contains_key(&slot.pointer) || filled.empty.contains(&slot.pointer);
        claims.retain(|claim| !settled && !claim.places.iter().any(|place| held(place) == Some(true)));
    }
}

/// How well labels answer a flat name without its first word, which may be a part of the schema (`loading_date`).
fn partial(slot: &Slot<'_>, labels: &Labels) -> Vec<f32> {
    let [own] = slot.path.as_slice() else { return Vec::new() };
    let Some((_, rest)) = flat_role(own) else { return Vec::new() };
    let query = Query::of_names(&[&rest]).outside_of_rows();
    labels.texts.iter().map(|text| query.similarity(text)).collect()
}

/// Adds a claim, unless a better one is on the same place.
fn add(claims: &mut [Vec<Claim>], index: usize, claim: Claim) {
    let Some(list) = claims.get_mut(index) else { return };
    match list.iter_mut().find(|known| known.places.first() == claim.places.first()) {
        Some(known) if known.score < claim.score => *known = claim,
        Some(_) => {}
        None => list.push(claim),
    }
    list.sort_by(|a, b| b.score.total_cmp(&a.score));
}

/// One place for one slot: places are columns, slots are rows, a gain is the score above the threshold.
fn settle<'c>(slots: &[Slot<'_>], claims: &'c [Vec<Claim>]) -> Vec<(usize, &'c Claim)> {
    let mut columns: HashMap<(u8, &Printed), usize> = HashMap::new();
    for (slot, claims) in slots.iter().zip(claims) {
        for place in claims.iter().filter_map(|claim| claim.places.first()) {
            let next = columns.len();
            columns.entry((slot.want.family(), place)).or_insert(next);
        }
    }
    let column_of = |slot: &Slot<'_>, claim: &Claim| {
        claim.places.first().and_then(|place| columns.get(&(slot.want.family(), place))).copied()
    };
    let mut gains = vec![vec![0.0f32; columns.len()]; slots.len()];
    for ((slot, claims), row) in slots.iter().zip(claims).zip(&mut gains) {
        for claim in claims {
            if let Some(gain) = column_of(slot, claim).and_then(|column| row.get_mut(column)) {
                *gain = gain.max(claim.score - THRESHOLD);
            }
        }
    }
    let taken = greatest_gain(&gains);
    let of_row = |(index, column): (usize, &Option<usize>)| {
        let (slot, claims) = (slots.get(index)?, claims.get(index)?);
        let column = (*column)?;
        claims.iter().find(|claim| column_of(slot, claim) == Some(column)).map(|claim| (index, claim))
    };
    let mut settled: Vec<(usize, &Claim)> = taken.iter().enumerate().filter_map(of_row).collect();
    for (index, claims) in claims.iter().enumerate() {
        let free = settled.iter().all(|(known, _)| *known != index);
        let best = claims.first().filter(|claim| free && claim.score >= SHARED_MIN);
        let shared = best.filter(|claim| {
            let holder = settled.iter().find(|(_, other)| other.places.first() == claim.places.first());
            holder.is_some_and(|(holder, _)| may_share(slots, index, *holder))
        });
        settled.extend(shared.map(|claim| (index, claim)));
    }
    settled
}

/// The total and what is due of it may be printed once.
fn may_share(slots: &[Slot<'_>], a: usize, b: usize) -> bool {
    let total = |index: usize| slots.get(index).is_some_and(sums::is_total);
    total(a) && total(b)
}

/// What is due, where a document prints only its total and nothing that was paid of it.
fn dues<'c>(reading: &Reading<'_>, slots: &[Slot<'_>], settled: &[(usize, &'c Claim)]) -> Vec<(usize, &'c Claim)> {
    let due = |slot: &Slot<'_>| ["due", "outstanding", "balance"].iter().any(|concept| slot.query.is_named(concept));
    let kind = |index: usize| slots.get(index).filter(|slot| sums::is_total(slot) && slot.path.len() == 1).map(due);
    let free = |index: &usize| kind(*index) == Some(true) && settled.iter().all(|(known, _)| known != index);
    let open: Vec<usize> = (0..slots.len()).filter(free).collect();
    let Some(&(_, total)) = settled.iter().find(|(index, _)| kind(*index) == Some(false)).filter(|_| !open.is_empty())
    else {
        return Vec::new();
    };
    let paid = Query::of_names(&["amount_paid"]);
    let says_paid = reading.labels.texts.iter().any(|text| paid.similarity(text) >= SAYS_PAID);
    if says_paid { Vec::new() } else { open.into_iter().map(|index| (index, total)).collect() }
}

fn found_of(reading: &Reading<'_>, slot: &Slot<'_>, claim: &Claim) -> Found {
    let confidence = Some(super::confidence::of_labelled(claim.score, sums::adds_up(claim)));
    let evidence = Evidence { places: places(reading, &claim.places), confidence, reasoning: Some(claim.why.clone()) };
    Found::leaf(&slot.pointer, claim.value.clone(), evidence)
}

fn places(reading: &Reading<'_>, printed: &[Printed]) -> Vec<WordsOnPage> {
    let place = |at: &Printed| {
        let segment = reading.layout.segments.get(at.segment)?;
        Some(segment.place(reading.layout.document, &at.bytes))
    };
    printed.iter().filter_map(place).collect()
}

/// The currency of the document: the one most of its amounts are in. Beside an amount only where that was found.
fn currencies(reading: &Reading<'_>, slots: &[Slot<'_>], found: &mut BTreeMap<String, Found>) {
    let Some((code, count, at)) = reading.candidates.currencies.first() else { return };
    let all: usize = reading.candidates.currencies.iter().map(|(_, count, _)| count).sum();
    let share = *count as f32 / all.max(1) as f32;
    if share < 0.6 {
        return;
    }
    for slot in slots {
        let wanted = match &slot.want {
            Want::Currency => true,
            Want::Choice(_) => slot.query.is_named("currency"),
            _ => false,
        };
        let value = Value::from(*code);
        let parent = slot.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let beside_amount = parent.is_empty() || found.keys().any(|known| known.starts_with(&format!("{parent}/")));
        if wanted && beside_amount && super::value::fits(slot.node, &value) {
            let evidence = Evidence {
                places: places(reading, std::slice::from_ref(at)),
                confidence: Some(0.6 + 0.35 * share),
                reasoning: Some(format!("{count} of {all} amounts are in {code}")),
            };
            found.insert(slot.pointer.clone(), Found::leaf(&slot.pointer, value, evidence));
        }
    }
}
