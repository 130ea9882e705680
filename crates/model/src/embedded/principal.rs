//! How much an agreement is about: the amount that its cover sets alone, and the total that its schedule adds up to.
//!
//! For properties that ask for a commitment, a facility, a principal or a loan. Two amounts on the cover are none. Adds
//! claims; called once per solution.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::candidate::{Printed, Thing};
use super::claim::{Claim, Reading};
use super::layout::Segment;
use super::slot::{Slot, Want};
use super::text::{fold, words};
use super::value::fits;

/// Pages of a cover.
const PAGES: usize = 3;
/// Score of the one amount of the cover.
const COVER: f32 = 0.8;
/// Score of a total that is the sum of the figures above it.
const PROVEN: f32 = 0.86;
/// The least such amount.
const LEAST: f64 = 100_000.0;

static AMOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?P<lead>.*?)(?:U\.?S\.? ?)?[$€£] ?(?P<figure>\d[\d,]*(?:\.\d+)?)(?: (?P<scale>billion|million))?\b(?P<rest>.*)$")
        .ok()
});

/// The claims: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let asked: Vec<usize> = (0..slots.len()).filter(|&index| slots.get(index).is_some_and(asks_principal)).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let found: Vec<(f64, Printed, f32, &str)> = cover(reading).into_iter().chain(total(reading)).collect();
    let claim = |index: usize, (amount, at, score, why): &(f64, Printed, f32, &str)| {
        let value = number(*amount);
        let fits = fits(slots.get(index)?.node, &value);
        fits.then(|| (index, Claim { places: vec![at.clone()], value, score: *score, why: (*why).to_owned() }))
    };
    asked.into_iter().flat_map(|index| found.iter().filter_map(move |found| claim(index, found))).collect()
}

fn number(amount: f64) -> Value {
    if amount.fract() == 0.0 { json!(amount as i64) } else { json!(amount) }
}

fn asks_principal(slot: &Slot<'_>) -> bool {
    const ASKS: [&str; 4] = ["commitment", "facility", "principal", "loan"];
    const OTHER: [&str; 6] = ["fee", "rate", "swingline", "sublimit", "letter", "minimum"];
    let named: Vec<String> = slot.path.iter().flat_map(|name| words(&name.replace('_', " "))).collect();
    let says = |among: &[&str]| named.iter().any(|word| among.contains(&word.as_str()));
    matches!(slot.want, Want::Money | Want::Number) && says(&ASKS) && !says(&OTHER)
}

/// The one amount that the cover sets alone or in its title.
fn cover(reading: &Reading<'_>) -> Option<(f64, Printed, f32, &'static str)> {
    let early = reading.layout.segments.iter().enumerate().take_while(|(_, segment)| segment.page < PAGES);
    let mut found: Vec<(f64, Printed)> = early.filter_map(|(index, segment)| of_cover(index, segment)).collect();
    let first = found.first().map(|(amount, _)| *amount)?;
    let same = found.iter().all(|(amount, _)| (amount - first).abs() < 0.5);
    let (amount, at) = found.swap_remove(0);
    same.then_some((amount, at, COVER, "the one amount on the cover"))
}

fn of_cover(index: usize, segment: &Segment) -> Option<(f64, Printed)> {
    let captures = AMOUNT.as_ref()?.captures(&segment.text)?;
    let figure = captures.name("figure")?;
    let scale = match captures.name("scale").map(|scale| scale.as_str().to_lowercase()).as_deref() {
        Some("billion") => 1e9,
        Some(_) => 1e6,
        None => 1.0,
    };
    let amount = (figure.as_str().replace(',', "").parse::<f64>().ok()? * scale).round();
    let around = format!("{} {}", captures.name("lead")?.as_str(), captures.name("rest")?.as_str());
    let titled = fold(&around).split(' ').any(|word| matches!(word, "credit" | "facility" | "loan" | "agreement"));
    let alone = fold(&around).is_empty();
    let bytes = figure.range();
    (amount >= LEAST && (alone || titled)).then_some((amount, Printed { segment: index, bytes }))
}

/// The total of a column of commitments, where it is their sum.
fn total(reading: &Reading<'_>) -> Option<(f64, Printed, f32, &'static str)> {
    let segments = reading.layout.segments.iter().enumerate();
    let totals = segments.filter(|(_, segment)| fold(&segment.text).split(' ').next() == Some("total"));
    { totals }.find_map(|(index, segment)| {
        let (amount, at) = beside(reading, index, segment)?;
        let rect = reading.layout.segments.get(at.segment)?.rect;
        let above = column(reading, segment.page, &rect, &at);
        let headed = { above.1 }.iter().any(|text| fold(text).contains("commitment"));
        let sum: f64 = above.0.iter().sum();
        let proven = above.0.len() >= 2 && (sum - amount).abs() < 0.02 * above.0.len() as f64;
        (proven && headed && amount >= LEAST).then_some((amount, at, PROVEN, "the sum of the figures above it"))
    })
}

/// The amount in the line of a word.
fn beside(reading: &Reading<'_>, index: usize, segment: &Segment) -> Option<(f64, Printed)> {
    let page = reading.layout.pages.get(segment.page)?.clone();
    let all = reading.candidates.all.get(reading.candidates.within(&page)).unwrap_or_default();
    let near = all.iter().filter(|candidate| {
        let other = reading.layout.segments.get(candidate.at.segment);
        other.is_some_and(|other| {
            other.rect.overlap_y(&segment.rect) > 0.5 * segment.rect.height() && candidate.at.segment >= index
        })
    });
    { near }.find_map(|candidate| Some((amount(reading, &candidate.thing)?, candidate.at.clone())))
}

fn amount(reading: &Reading<'_>, thing: &Thing) -> Option<f64> {
    match thing {
        Thing::Number(number) if !number.percent => Some(number.under(reading.candidates.decimals).value),
        _ => None,
    }
}

/// The figures above one that end where it ends, from below, and the texts over the first of them.
fn column<'r>(
    reading: &'r Reading<'_>,
    page: usize,
    rect: &sluice_extract::page::Rect,
    own: &Printed,
) -> (Vec<f64>, Vec<&'r str>) {
    const ALIGNED: f32 = 6.0;
    let Some(range) = reading.layout.pages.get(page).cloned() else { return (Vec::new(), Vec::new()) };
    let all = reading.candidates.all.get(reading.candidates.within(&range)).unwrap_or_default();
    let mut figures: Vec<(f32, f64)> = Vec::new();
    for candidate in all.iter().filter(|candidate| candidate.at != *own) {
        let Some(segment) = reading.layout.segments.get(candidate.at.segment) else { continue };
        let aligned = (segment.rect.x1 - rect.x1).abs() < ALIGNED && candidate.at.bytes.end + 1 >= segment.text.len();
        if let Some(amount) = amount(reading, &candidate.thing).filter(|_| aligned && segment.rect.y1 <= rect.y0 + 1.0)
        {
            figures.push((segment.rect.y0, amount));
        }
    }
    let top = figures.iter().map(|figure| figure.0).fold(f32::MAX, f32::min);
    let over = reading.layout.on_page(page).iter().filter(|segment| segment.rect.y1 <= top + 1.0);
    let heads =
        over.filter(|segment| top - segment.rect.y1 < 6.0 * segment.rect.height()).map(|segment| segment.text.as_str());
    (figures.into_iter().map(|figure| figure.1).collect(), heads.collect())
}
