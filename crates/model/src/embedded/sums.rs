//! Amounts that must add up: net and tax make the total, what was paid is no longer due.
//!
//! Arithmetic over claims. Claims that fit together are raised, so that together they win.

use super::candidate::Thing;
use super::claim::{Claim, Reading};
use super::label::Label;
use super::near::near;
use super::query::Query;
use super::slot::{Slot, Want};

/// What an amount is in a sum.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Net,
    Tax,
    Total,
}

/// What fitting together adds to a claim.
const RAISE: f32 = 0.35;
/// A label says what was given, or what came back, at least this well.
const SAYS: f32 = 0.85;
/// Claims of each slot that are tried.
const TRIED_MAX: usize = 10;
/// Shares of tax on the net amount that are usual.
const USUAL_RATES: std::ops::Range<f64> = 0.015..0.3;

/// What is said of claims that were raised.
const NET_AND_TAX: &str = "; net and tax make the total";
const GIVEN_LESS_CHANGE: &str = "; what was given less the change";

/// Does other amounts' arithmetic bear a claim out?
pub(crate) fn adds_up(claim: &Claim) -> bool {
    [NET_AND_TAX, GIVEN_LESS_CHANGE].iter().any(|proof| claim.why.ends_with(proof))
}

/// Raises the net, tax and total that fit together best.
pub(crate) fn raise(slots: &[Slot<'_>], claims: &mut [Vec<Claim>]) {
    let of = |wanted: Part| -> Vec<usize> {
        (0..slots.len()).filter(|&index| slots.get(index).and_then(part) == Some(wanted)).collect()
    };
    let (nets, taxes, totals) = (of(Part::Net), of(Part::Tax), of(Part::Total));
    let (Some(&net), Some(&tax), Some(&total)) = (nets.first(), taxes.first(), totals.first()) else { return };
    let Some((a, b, c)) = best(claims, net, tax, total) else { return };
    for (slots, amount) in [(&nets, a), (&taxes, b), (&totals, c)] {
        for &slot in slots.iter() {
            let Some(list) = claims.get_mut(slot) else { continue };
            for claim in list.iter_mut().filter(|claim| cents(claim) == Some(amount)) {
                claim.score += RAISE;
                claim.why = format!("{}{NET_AND_TAX}", claim.why);
            }
            list.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
    }
}

/// Raises the totals that are what was handed over less the change: only a till prints both.
pub(crate) fn raise_tendered(reading: &Reading<'_>, slots: &[Slot<'_>], claims: &mut [Vec<Claim>]) {
    let amounts = |names: [&str; 2]| -> Vec<i64> {
        let queries = names.map(|name| Query::of_names(&[name]));
        let says = |label: &&Label| {
            let text = reading.labels.texts.get(label.text);
            label.leads && text.is_some_and(|text| queries.iter().any(|query| query.similarity(text) >= SAYS))
        };
        reading.labels.all.iter().filter(says).filter_map(|label| amount_of(reading, label)).collect()
    };
    let (given, changes) = (amounts(["cash", "tendered"]), amounts(["change", "change amount"]));
    let paid: Vec<i64> = given.iter().flat_map(|given| changes.iter().map(move |change| given - change)).collect();
    for (_, list) in slots.iter().zip(claims).filter(|(slot, _)| is_total(slot)) {
        for claim in
            list.iter_mut().filter(|claim| cents(claim).is_some_and(|cents| cents > 0 && paid.contains(&cents)))
        {
            claim.score += RAISE;
            claim.why = format!("{}{GIVEN_LESS_CHANGE}", claim.why);
        }
        list.sort_by(|a, b| b.score.total_cmp(&a.score));
    }
}

/// The amount nearest to a label, in cents.
fn amount_of(reading: &Reading<'_>, label: &Label) -> Option<i64> {
    let found = reading.candidates.within(&reading.reach(label));
    let numbers = reading.candidates.all.get(found)?.iter().filter_map(|candidate| match &candidate.thing {
        Thing::Number(number) if !number.percent => Some((near(reading.layout, label, &candidate.at)?.0, number)),
        _ => None,
    });
    let (_, number) = numbers.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let value = number.under(reading.candidates.decimals).to_json().as_f64()?;
    (value.abs() < 1e13).then(|| (value * 100.0).round() as i64)
}

fn part(slot: &Slot<'_>) -> Option<Part> {
    if slot.want != Want::Money {
        return None;
    }
    let query: &Query = &slot.query;
    let named = |concept: &str| query.is_named(concept);
    match () {
        () if named("discount") || named("paid") || named("change") || named("shipping") || named("tip") => None,
        () if named("subtotal") || named("net") || named("excluding") => Some(Part::Net),
        () if named("tax") || named("vat") => Some(Part::Tax),
        () if named("total") || named("gross") || named("due") || named("amount") => Some(Part::Total),
        () => None,
    }
}

/// Is a slot the total of a document, or what is due of it?
pub(crate) fn is_total(slot: &Slot<'_>) -> bool {
    part(slot) == Some(Part::Total)
}

fn cents(claim: &Claim) -> Option<i64> {
    claim.value.as_f64().filter(|value| value.abs() < 1e13).map(|value| (value * 100.0).round() as i64)
}

/// The amounts, in cents, of the triple with the greatest score.
fn best(claims: &[Vec<Claim>], net: usize, tax: usize, total: usize) -> Option<(i64, i64, i64)> {
    let tried = |slot: usize| {
        let list = claims.get(slot).into_iter().flatten().take(TRIED_MAX);
        list.filter_map(|claim| Some((cents(claim)?, claim.score))).collect::<Vec<_>>()
    };
    let (nets, taxes, totals) = (tried(net), tried(tax), tried(total));
    let mut best: Option<(f32, (i64, i64, i64))> = None;
    for &(c, total_score) in &totals {
        for &(a, net_score) in nets.iter().filter(|(a, _)| *a > 0 && *a <= c) {
            let Some(&(b, tax_score)) = taxes.iter().find(|(b, _)| (c - a - b).abs() <= 1 && *b != 0) else { continue };
            let usual = USUAL_RATES.contains(&(b as f64 / a as f64));
            let score = total_score + net_score + tax_score + if usual { 0.4 } else { -0.2 };
            if best.is_none_or(|(known, _)| score > known) {
                best = Some((score, (a, b, c)));
            }
        }
    }
    best.filter(|(score, _)| *score > 1.2).map(|(_, triple)| triple)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(amounts: &[(f64, f32)]) -> Vec<Claim> {
        let claim = |&(amount, score): &(f64, f32)| Claim {
            places: Vec::new(),
            value: json!(amount),
            score,
            why: String::new(),
        };
        amounts.iter().map(claim).collect()
    }

    #[test]
    fn what_adds_up_beats_what_scores_more() {
        let all =
            vec![claims(&[(90.0, 0.8), (100.0, 0.7)]), claims(&[(19.0, 0.6)]), claims(&[(90.0, 0.9), (119.0, 0.8)])];
        assert_eq!(best(&all, 0, 1, 2), Some((10_000, 1_900, 11_900)));
        assert_eq!(
            best(&all[..1].iter().cloned().chain([claims(&[]), claims(&[])]).collect::<Vec<_>>(), 0, 1, 2),
            None
        );
    }
}
