//! What an entry says as the value of a property: the typed text, the ticked option, yes or no.
//!
//! Pure. A value that breaks its node's own rules is none. Called by `forms` and by `repeated`.

use serde_json::{Value, json};

use super::super::candidate::{self, Candidates};
use super::super::slot::Want;
use super::super::span::{choice, flag};
use super::super::text::fold;
use super::super::value::{fits, of_thing};
use super::asks::Ask;
use super::entries::{Choice, Entry, FilledIn};
use super::likeness::Words;

/// An option names a value of the schema at least this well.
const OPTION_MIN: f32 = 0.6;
/// Options and values of the schema are the same set from this share on.
const SET_MIN: f32 = 0.5;
/// Share of a group's score that its options give; the rest is its question.
const BY_OPTIONS: f32 = 0.55;
/// Weight of options for a property that names none.
const UNNAMED: f32 = 0.9;
/// Weight of a field that was left empty.
const EMPTY: f32 = 0.9;
/// Digits of a telephone number.
const PHONE_DIGITS_MIN: usize = 5;

/// A value and the words that say it, item by item for lists.
pub(super) struct Answered {
    pub(super) value: Value,
    pub(super) words: Vec<Vec<u32>>,
    pub(super) how: &'static str,
}

/// How well an entry answers a property, 0..1: by its labels, its kind of value and its options. An empty one may
/// answer anything of its kind.
pub(super) fn score(ask: &Ask<'_>, entry: &Entry, candidates: &Candidates) -> f32 {
    let asked = ask.likeness(entry);
    match &entry.filled {
        FilledIn::Text { .. } if ask.many => 0.0,
        FilledIn::Text { text, .. } if text.is_empty() => EMPTY * asked,
        FilledIn::Text { text, .. } => text_value(ask, text, candidates).map_or(0.0, |_| asked),
        FilledIn::Options(options) => options_score(ask, options, asked),
    }
}

fn options_score(ask: &Ask<'_>, options: &[Choice], asked: f32) -> f32 {
    match &ask.slot.want {
        Want::Flag if yes_no(options).is_some() => asked,
        Want::Flag => own_box(ask, options).map_or(0.0, |option| ask.likeness_of(&option.text)),
        // Options say more than a question: a full set is enough where the question says nothing.
        Want::Choice(allowed) => match set_share(allowed, options) {
            share if share < SET_MIN => 0.0,
            share => BY_OPTIONS * share + (1.0 - BY_OPTIONS) * asked,
        },
        Want::Text | Want::Part(_) | Want::Name if options.len() > 1 && yes_no(options).is_none() => UNNAMED * asked,
        _ => 0.0,
    }
}

/// How far options and values are the same set, 0..1.
fn set_share(allowed: &[Value], options: &[Choice]) -> f32 {
    let wanted = allowed.iter().filter(|value| !value.is_null()).count();
    let found = options.iter().filter(|option| meant(allowed, &option.text).is_some()).count();
    2.0 * found.min(wanted) as f32 / (wanted + options.len()).max(1) as f32
}

/// The value of an entry for a property.
pub(super) fn of(ask: &Ask<'_>, entry: &Entry, candidates: &Candidates) -> Option<Answered> {
    match &entry.filled {
        FilledIn::Text { text, .. } if text.is_empty() => None,
        FilledIn::Text { text, words } => {
            let value = text_value(ask, text, candidates)?;
            Some(Answered { value, words: vec![words.clone()], how: "filled in at" })
        }
        FilledIn::Options(options) if ask.many => many(ask, options),
        FilledIn::Options(options) => one(ask, options),
    }
}

fn many(ask: &Ask<'_>, options: &[Choice]) -> Option<Answered> {
    let ticked = options.iter().filter(|option| option.checked);
    let item = |option: &Choice| Some((option_value(ask, option)?, option.words.clone()));
    let (values, words): (Vec<Value>, Vec<Vec<u32>>) = ticked.filter_map(item).unzip();
    (!values.is_empty()).then(|| Answered { value: Value::Array(values), words, how: "ticked at" })
}

fn one(ask: &Ask<'_>, options: &[Choice]) -> Option<Answered> {
    if ask.slot.want == Want::Flag {
        return yes_or_no(ask, options);
    }
    let mut ticked = options.iter().filter(|option| option.checked);
    // Two ticks where one is asked say nothing.
    let option = ticked.next().filter(|_| ticked.next().is_none())?;
    Some(Answered { value: option_value(ask, option)?, words: vec![option.words.clone()], how: "ticked at" })
}

fn yes_or_no(ask: &Ask<'_>, options: &[Choice]) -> Option<Answered> {
    if let Some((yes, no)) = yes_no(options) {
        let ticked = match (yes.checked, no.checked) {
            (true, false) => yes,
            (false, true) => no,
            _ => return None,
        };
        return Some(Answered {
            value: json!(ticked.checked && std::ptr::eq(ticked, yes)),
            words: vec![ticked.words.clone()],
            how: "ticked at",
        });
    }
    let option = own_box(ask, options)?;
    let how = if option.checked { "ticked at" } else { "not ticked at" };
    Some(Answered { value: json!(option.checked), words: vec![option.words.clone()], how })
}

/// The two boxes of a question that is answered with yes or no.
fn yes_no(options: &[Choice]) -> Option<(&Choice, &Choice)> {
    let says = |option: &Choice, truth: bool| flag(&option.text) == Some(json!(truth));
    match options {
        [a, b] if says(a, true) && says(b, false) => Some((a, b)),
        [a, b] if says(a, false) && says(b, true) => Some((b, a)),
        _ => None,
    }
}

/// The box whose own label is the property.
fn own_box<'o>(ask: &Ask<'_>, options: &'o [Choice]) -> Option<&'o Choice> {
    let likeness = |option: &Choice| ask.likeness_of(&option.text);
    let best = options.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= OPTION_MIN).then_some(best)
}

fn option_value(ask: &Ask<'_>, option: &Choice) -> Option<Value> {
    let value = match &ask.slot.want {
        Want::Choice(allowed) => meant(allowed, &option.text)?,
        _ => json!(option.text),
    };
    fits(ask.slot.node, &value).then_some(value)
}

/// The value of the schema that an option means: the same words, else those most alike.
fn meant(allowed: &[Value], text: &str) -> Option<Value> {
    let plain = |value: &Value| value.as_str().map(|value| value.replace(['_', '-'], " "));
    let folded = fold(text);
    if let Some(same) = allowed.iter().find(|value| plain(value).is_some_and(|value| fold(&value) == folded)) {
        return Some(same.clone());
    }
    let words = Words::of(text);
    let alike = |value: &Value| plain(value).map_or(0.0, |value| Words::of(&value).likeness(&words));
    let best = allowed.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(best) >= OPTION_MIN).then(|| best.clone())
}

/// A typed text as the kind of value that is asked.
fn text_value(ask: &Ask<'_>, text: &str, candidates: &Candidates) -> Option<Value> {
    let slot = &ask.slot;
    let typed = || {
        let found = candidate::scan_text(text);
        found.iter().find_map(|found| of_thing(slot, &found.thing, text.get(found.at.bytes.clone())?, candidates))
    };
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let value = match &slot.want {
        Want::Nothing => None,
        Want::Choice(allowed) => meant(allowed, text).or_else(|| choice(allowed, text)),
        Want::Flag => flag(text),
        Want::Money | Want::Number | Want::Percent | Want::Year | Want::Date | Want::Month => typed(),
        Want::Iban | Want::Email | Want::Time | Want::VatId | Want::Url => typed().or_else(|| untyped(ask, text)),
        Want::Phone => (digits >= PHONE_DIGITS_MIN).then(|| json!(text)),
        Want::Id | Want::Part(super::super::slot::Part::Postal) => (digits > 0).then(|| json!(text)),
        Want::Name | Want::Address | Want::Part(_) | Want::Bic | Want::Text | Want::Currency => Some(json!(text)),
    }?;
    fits(slot.node, &value).then_some(value)
}

/// What a form calls a VAT number or a time is one, whatever its form; addresses of the net show theirs.
fn untyped(ask: &Ask<'_>, text: &str) -> Option<Value> {
    let shown = matches!(ask.slot.want, Want::Email | Want::Url | Want::Iban);
    (!shown && text.chars().any(|char| char.is_ascii_digit())).then(|| json!(text))
}
