//! Amounts for a time: `£532.19 per year or £44.35 per month` beside `Costs of insurance`.
//!
//! For properties that name the time (`annual_total`, `monthly_rent`): the amount must say it, and its line what it is
//! for. Two such amounts are none. Adds claims; called once per solution.

use std::sync::LazyLock;

use regex::Regex;

use super::candidate::{Candidate, Thing};
use super::claim::{Claim, Reading};
use super::clauses::sentence::is_family;
use super::slot::{Slot, Want};
use super::text::{name_words, words};
use super::value::of_thing;

/// Score of the one amount that says its time in a line about what is asked.
const SCORE: f32 = 0.76;

/// Times, and how names say them.
const TIMES: [(&str, &[&str]); 4] = [
    ("year", &["annual", "annually", "yearly", "year", "annum"]),
    ("month", &["monthly", "month"]),
    ("week", &["weekly", "week"]),
    ("hour", &["hourly", "hour"]),
];

static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^ ?(?:(?:per|an?|each|/) ?(?P<one>year|annum|month|week|hour)\b|(?P<all>annually|yearly|monthly|weekly|hourly)\b)").ok()
});

/// The claims: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    slots.iter().enumerate().filter_map(|(index, slot)| Some((index, claim(reading, slot)?))).collect()
}

fn claim(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    if !matches!(slot.want, Want::Money | Want::Number) {
        return None;
    }
    let named: Vec<String> = slot.path.iter().flat_map(|name| name_words(name)).collect();
    let time = time_of(&named)?;
    let about: Vec<&String> = named.iter().filter(|word| says_what(word)).collect();
    let is_it = |candidate: &&Candidate| {
        says_time(reading, candidate) == Some(time) && line_says(reading, candidate.at.segment, &about)
    };
    let mut found = reading.candidates.all.iter().filter(is_it);
    let first = found.next()?;
    let value =
        |candidate: &Candidate| of_thing(slot, &candidate.thing, reading.printed(&candidate.at), reading.candidates);
    let own = value(first)?;
    let why = format!("an amount per {time}");
    let same = found.all(|other| value(other).as_ref() == Some(&own));
    same.then(|| Claim { places: vec![first.at.clone()], value: own, score: SCORE, why })
}

/// The time that words name.
fn time_of(named: &[String]) -> Option<&'static str> {
    let says = |words: &[&str]| named.iter().any(|word| words.contains(&word.as_str()));
    TIMES.iter().find(|(_, words)| says(words)).map(|(time, _)| *time)
}

/// Does a word of a name say what an amount is for?
fn says_what(word: &str) -> bool {
    let time = TIMES.iter().any(|(_, words)| words.contains(&word));
    !time && !["total", "amount", "value", "sum", "per", "rate"].contains(&word)
}

/// The time right behind an amount of money.
fn says_time(reading: &Reading<'_>, candidate: &Candidate) -> Option<&'static str> {
    if !matches!(&candidate.thing, Thing::Number(number) if number.currency.is_some()) {
        return None;
    }
    let text = &reading.layout.segments.get(candidate.at.segment)?.text;
    let captures = SAID.as_ref()?.captures(text.get(candidate.at.bytes.end..)?)?;
    let said = captures.name("one").or(captures.name("all"))?.as_str().to_lowercase();
    time_of(&[said])
}

/// Does a line, with what stands left of it, say one of the words?
fn line_says(reading: &Reading<'_>, segment: usize, about: &[&String]) -> bool {
    let Some(own) = reading.layout.segments.get(segment) else { return false };
    let Some(range) = reading.layout.pages.get(own.page).cloned() else { return false };
    let beside = range.filter_map(|index| reading.layout.segments.get(index));
    let line = beside
        .filter(|other| other.rect.overlap_y(&own.rect) > 0.5 * own.rect.height() && other.rect.x0 <= own.rect.x0);
    let said: Vec<String> = line.flat_map(|segment| words(&segment.text)).collect();
    about.iter().any(|word| said.iter().any(|said| is_family(word, said)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_extract::schema::Schema;

    use crate::embedded::drawn::document;
    use crate::embedded::solve;

    #[test]
    fn amounts_for_a_time() {
        let check = |line: &str, want: &Value| {
            let money = json!({"type": "number", "description": "Total yearly cost"});
            let cost = json!({"type": "object", "properties": {"annual_total": money}});
            let schema = json!({"type": "object", "properties": {"cost": cost}});
            let solution = solve(&document(&[line]), &Schema::parse(&schema).unwrap());
            assert_eq!(&solution.value["cost"]["annual_total"], want, "{line}");
        };
        check("Costs of insurance        £532.19 per year or £44.35 per month via Direct Debit", &json!(532.19));
        check("Parking permit            £532.19 per year or £44.35 per month via Direct Debit", &Value::Null);
        check("Costs                     £20.00 per year\nOther costs               £30.00 per year", &Value::Null);
    }
}
