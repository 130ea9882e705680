//! Step `Assemble`: the answers of the subtrees become one result, valid against the schema as the user wrote it, with
//! every doubt told.
//!
//! Asks nobody. Called by `embedded`.

use serde_json::Value;
use sluice_extract::attribution::{AttributionMap, EvidenceMap, Match};
use sluice_extract::code::{Finding, FindingKind};
use sluice_extract::merge::{Part, merge};
use sluice_extract::schema::{Schema, Subtree};
use sluice_extract::verify::Validator;

use super::extract_subtree::{Checking, SubtreeResult};

/// A whole result.
#[derive(Clone, Debug, PartialEq)]
pub struct Assembled {
    /// The data.
    pub result: Value,
    /// The proof of each value, by JSON pointer into the result.
    pub attributions: AttributionMap,
    /// What the whole has to doubt, beyond what its parts told.
    pub findings: Vec<Finding>,
    /// The result is valid against the schema as the user wrote it.
    pub valid: bool,
}

/// Merges the answers, takes out what the schema does not allow unless `checking` is off, and tells what is missing or
/// unproven. `failed` are the subtrees that will have no answer.
#[must_use]
pub fn assemble(
    schema: &Schema,
    answered: &[(Subtree, SubtreeResult)],
    failed: &[&Subtree],
    checking: Checking,
) -> Assembled {
    let there = answered
        .iter()
        .map(|(subtree, result)| Part { subtree, value: Some(&result.value).filter(|value| !value.is_null()) });
    let not_there = failed.iter().map(|&subtree| Part { subtree, value: None });
    let parts: Vec<Part<'_>> = there.chain(not_there).collect();
    let merged = merge(schema, &parts);
    // Each part is settled already; what is left to tell is what only the whole shows.
    let validator = Validator::new(schema);
    let (result, of_the_whole) = match checking {
        Checking::On => validator.settle(merged, &mut EvidenceMap::new()),
        Checking::Off => (merged, Vec::new()),
    };

    let told =
        |finding: &Finding| answered.iter().any(|(_, part)| part.findings.iter().any(|known| is_same(known, finding)));
    let mut findings: Vec<Finding> = of_the_whole.into_iter().filter(|finding| !told(finding)).collect();
    let attributions = answered.iter().flat_map(|(_, part)| part.attributions.clone());
    let is_there = |pointer: &str| result.pointer(pointer).is_some_and(|value| !value.is_null());
    let attributions: AttributionMap = attributions.filter(|(pointer, _)| is_there(pointer)).collect();
    findings.extend(unproven(&attributions));
    let valid = validator.validate(&result).is_empty();
    Assembled { result, attributions, findings, valid }
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    one.kind == other.kind && one.pointer == other.pointer
}

fn unproven(attributions: &AttributionMap) -> impl Iterator<Item = Finding> {
    let missing = attributions.iter().filter(|(_, attribution)| attribution.matched == Match::Missing);
    missing.map(|(pointer, _)| {
        Finding::new(FindingKind::NotInDocument, "this value stands nowhere in the document; check it").at(pointer)
    })
}
