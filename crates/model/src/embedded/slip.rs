//! What slips of tills print without a label: when it was, how it was paid, the last digits of the card.
//!
//! Single pages only, and only where nothing else on them could be meant: a second moment or means of payment, and there
//! is no claim. Adds claims; called once per solution.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::candidate::{Candidate, Printed, Thing};
use super::claim::{Claim, Reading};
use super::layout::Segment;
use super::slot::{Slot, Want};
use super::text::{fold, words};
use super::value::{fits, of_thing};

/// Score of a day or a time that nothing but its neighbour tells.
const MOMENT: f32 = 0.62;
/// Score of a means of payment that stands where amounts do, and of one that stands alone.
const PAID_WITH: f32 = 0.72;
const NAMED: f32 = 0.56;
/// Score of what is left of a number that was made unreadable.
const MASKED: f32 = 0.8;
/// Most words of a line that says how something was paid.
const TENDER_WORDS_MAX: usize = 5;

/// Concepts in names of the moment that a slip was printed for.
const MOMENTS: [&str; 9] = ["receipt", "transaction", "purchase", "sale", "sales", "document", "issue", "date", "time"];
/// Means of payment that are cards, by the words that slips print for them in seven languages; the brands' own names.
const CARDS: [&str; 21] = [
    "card",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "discover",
    "debit",
    "credit",
    "girocard",
    "karte",
    "ec",
    "kreditkarte",
    "carte",
    "cb",
    "bancaire",
    "tarjeta",
    "carta",
    "bancomat",
    "pinpas",
    "pin",
    "cartao",
];
/// Those that are cash.
const CASH: [&str; 9] =
    ["cash", "bar", "bargeld", "especes", "efectivo", "contanti", "contant", "dinheiro", "numerario"];
/// Words beside them that say nothing else.
const BESIDE: [&str; 8] = ["tendered", "sale", "contactless", "express", "american", "paid", "payment", "zahlung"];

/// Digits behind what hides the others: `**** **** **** 4417`.
static MASK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:[*\u{2022}#xX]{2,}[ -]?)+(?P<last>[0-9]{4})\b").ok());

/// The claims of a slip: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    if reading.layout.document.pages.len() != 1 {
        return Vec::new();
    }
    let one = |(index, slot): (usize, &Slot<'_>)| {
        let claim = match slot.want {
            Want::Date | Want::Time if is_moment(slot) => moment(reading, slot),
            Want::Text | Want::Choice(_) if asks_tender(slot) => tender(reading, slot),
            Want::Text | Want::Id | Want::Number if asks_last_digits(slot) => last_digits(reading, slot),
            _ => None,
        };
        claim.map(|claim| (index, claim))
    };
    slots.iter().enumerate().filter_map(one).collect()
}

/// Does a name ask for the moment of the slip itself, and not for an opening or a delivery?
fn is_moment(slot: &Slot<'_>) -> bool {
    let means = |reading: &Vec<String>| reading.iter().any(|concept| MOMENTS.contains(&concept.as_str()));
    slot.path.len() == 1 && slot.query.name.iter().all(means)
}

/// The day and the time that stand beside each other, where only one pair does.
fn moment(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    let row = |candidate: &Candidate| reading.layout.segments.get(candidate.at.segment).map_or(0, |at| at.row);
    let all = &reading.candidates.all;
    let times: Vec<&Candidate> = all.iter().filter(|candidate| matches!(candidate.thing, Thing::Time(_))).collect();
    let dates: Vec<&Candidate> = all.iter().filter(|candidate| matches!(candidate.thing, Thing::Date(_))).collect();
    let alone = |one: &&&Candidate| times.iter().filter(|other| row(other) == row(one)).count() == 1;
    let beside = |time: &&Candidate, apart: usize| {
        let mut near = dates.iter().filter(|date| row(date).abs_diff(row(time)) <= apart);
        near.next().filter(|_| near.next().is_none()).copied()
    };
    let of_row = |apart: usize| -> Vec<(&Candidate, &Candidate)> {
        times.iter().filter(alone).filter_map(|time| Some((beside(time, apart)?, *time))).collect()
    };
    let level = of_row(0);
    let pairs = if level.is_empty() { of_row(1) } else { level };
    let value =
        |candidate: &Candidate| of_thing(slot, &candidate.thing, reading.printed(&candidate.at), reading.candidates);
    let wanted = |(date, time): &(&'_ Candidate, &'_ Candidate)| {
        let candidate = if slot.want == Want::Date { *date } else { *time };
        Some((candidate.at.clone(), value(candidate)?))
    };
    let mut told = pairs.iter().filter_map(wanted);
    let (at, value) = told.next()?;
    let why = "the one day and time that stand together".to_owned();
    told.all(|(_, other)| other == value).then(|| Claim { places: vec![at], value, score: MOMENT, why })
}

fn asks_tender(slot: &Slot<'_>) -> bool {
    let own = slot.path.last().map(|name| super::text::name_words(name)).unwrap_or_default();
    let of_payment = slot.path.iter().flat_map(|name| super::text::name_words(name));
    let pays = of_payment.into_iter().any(|word| matches!(word.as_str(), "payment" | "pay" | "paid" | "tender"));
    pays && own.iter().any(|word| matches!(word.as_str(), "method" | "type" | "mode" | "means" | "tender" | "kind"))
}

/// A line of words that say how something was paid, beside an amount rather than alone.
fn tender(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    let segments = reading.layout.on_page(0);
    let found = segments.iter().enumerate().filter_map(|(index, segment)| Some((index, segment, said(segment)?)));
    let beside_amount = |segment: &Segment| {
        segments.iter().any(|other| {
            let figure = other.text.chars().filter(char::is_ascii_digit).count() >= 2;
            other.row == segment.row && other.rect.x0 >= segment.rect.x0 && figure
        })
    };
    let mut found: Vec<(bool, usize, Printed, &str)> = found
        .map(|(index, segment, (bytes, kind))| (beside_amount(segment), index, bytes, kind))
        .map(|(paid, index, bytes, kind)| (paid, index, Printed { segment: index, bytes }, kind))
        .collect();
    found.sort_by_key(|(paid, index, ..)| (!*paid, *index));
    let (paid, _, at, kind) = found.first()?.clone();
    if found.iter().any(|(other_paid, _, _, other)| *other_paid == paid && *other != kind) {
        return None;
    }
    let printed = reading.printed(&at);
    let value = match &slot.want {
        Want::Choice(allowed) => chosen(allowed, printed, kind)?,
        _ => json!(printed),
    };
    let why = "says how it was paid".to_owned();
    let score = if paid { PAID_WITH } else { NAMED };
    fits(slot.node, &value).then(|| Claim { places: vec![at], value, score, why })
}

/// The words of a segment that name a means of payment, where they begin it and little else follows.
fn said(segment: &Segment) -> Option<(std::ops::Range<usize>, &'static str)> {
    let printed: Vec<&str> = segment.text.split(' ').collect();
    let folded: Vec<String> = printed.iter().map(|word| fold(word)).collect();
    let names = |word: &String, among: &[&str]| among.contains(&word.as_str());
    let known = |word: &String| names(word, &CARDS) || names(word, &CASH);
    let count = folded.iter().take_while(|word| known(word) || names(word, &BESIDE)).count();
    let last = folded.iter().take(count).rposition(known)?;
    let rest = folded.iter().skip(count).filter(|word| word.chars().any(char::is_alphabetic)).count();
    if rest > 0 || printed.len() > TENDER_WORDS_MAX {
        return None;
    }
    let kind = if folded.iter().take(last + 1).any(|word| names(word, &CARDS)) { "card" } else { "cash" };
    let end = printed.iter().take(last + 1).map(|word| word.len() + 1).sum::<usize>() - 1;
    let end = segment.text.get(..end)?.trim_end_matches([':', '.', '#']).len();
    Some((0..end, kind))
}

/// The one allowed value that says the same: by its own words, or by what kind of payment it is.
fn chosen(allowed: &[Value], printed: &str, kind: &str) -> Option<Value> {
    let said = words(printed);
    let of_kind = |text: &str| {
        let among: &[&str] = if kind == "card" { &CARDS } else { &CASH };
        words(&text.replace('_', " ")).iter().any(|word| among.contains(&word.as_str()))
    };
    let only = |found: Vec<&Value>| if let [one] = found.as_slice() { Some((*one).clone()) } else { None };
    let texts = || allowed.iter().filter_map(|value| Some((value, value.as_str()?)));
    let same = texts().filter(|(_, text)| words(&text.replace('_', " ")).iter().all(|word| said.contains(word)));
    let same = only(same.map(|(value, _)| value).collect());
    same.or_else(|| only(texts().filter(|(_, text)| of_kind(text)).map(|(value, _)| value).collect()))
}

fn asks_last_digits(slot: &Slot<'_>) -> bool {
    let own = slot.path.last().map(|name| super::text::name_words(name)).unwrap_or_default();
    let says = |wanted: &[&str]| own.iter().any(|word| wanted.contains(&word.as_str()));
    let last = says(&["last"]) && says(&["four", "4", "digits"]) || says(&["last4"]);
    last && (says(&["card", "account"]) || slot.path.len() > 1)
}

fn last_digits(reading: &Reading<'_>, slot: &Slot<'_>) -> Option<Claim> {
    let mask = MASK.as_ref()?;
    let find = |(index, segment): (usize, &Segment)| {
        let last = mask.captures(&segment.text)?.name("last")?;
        Some(Printed { segment: index, bytes: last.range() })
    };
    let mut found = reading.layout.on_page(0).iter().enumerate().filter_map(find);
    let at = found.next()?;
    let value = json!(reading.printed(&at));
    let one = found.all(|other| value == reading.printed(&other));
    let why = "the digits of a card number that are not hidden".to_owned();
    (one && fits(slot.node, &value)).then(|| Claim { places: vec![at], value, score: MASKED, why })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_extract::schema::Schema;

    use crate::embedded::{drawn, solve};

    fn check(drawing: &str, want: &Value) {
        let schema = Schema::parse(&json!({"type": "object", "properties": {
            "transaction_date": {"type": "string", "format": "date"},
            "transaction_time": {"type": "string", "description": "HH:MM"},
            "payment_method": {"type": "string", "enum": ["cash", "card", "other"]},
            "card_last_four": {"type": "string"}
        }}))
        .unwrap();
        assert_eq!(solve(&drawn::document(&[drawing]), &schema).value, *want);
    }

    #[test]
    fn a_slip_tells_when_and_how_without_labels() {
        check(
            "CORNER SHOP\n\n14:26        07/31/2026     TILL 03\n\nBREAD            2.10\nTOTAL            2.10\n\n\
             VISA DEBIT       2.10\n**** **** **** 4417\n\nOffer ends 12/31/2026",
            &json!({"transaction_date": "2026-07-31", "transaction_time": "14:26", "payment_method": "card",
                "card_last_four": "4417"}),
        );
    }

    #[test]
    fn two_moments_or_means_are_none() {
        check(
            "CORNER SHOP\n\n14:26        07/31/2026\n\nTOTAL            2.10\n\nCash             1.00\n\
             Visa             1.10\n\n16:00        08/01/2026",
            &json!({}),
        );
    }
}
