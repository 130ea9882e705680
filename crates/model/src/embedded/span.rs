//! Texts as values: which text answers a label, and how much of it is the value.
//!
//! For what has no type of its own: codes, names, words, choices, yes and no. Called by claims.

use std::ops::Range;

use serde_json::{Value, json};

use super::candidate::{Printed, Thing};
use super::claim::Reading;
use super::label::{LIST_MARKS, Label};
use super::layout::Layout;
use super::lexicon::Lexicon;
use super::near::{Side, near};
use super::query::LabelText;
use super::slot::{Part, Slot, Want};
use super::text::fold;
use super::value::fits;

/// A text read as a value.
pub(crate) struct Read {
    /// The part of the text that is the value.
    pub(crate) at: Printed,
    /// The value.
    pub(crate) value: Value,
    /// Taken from the score.
    pub(crate) doubt: f32,
}

/// Most words of a short text.
const WORDS_MAX: usize = 14;

/// The texts that may answer a label: the rest of its segment, the next segment on its row, the ones below.
pub(crate) fn answers(reading: &Reading<'_>, label: &Label) -> Vec<(Printed, Side, f32)> {
    let layout = reading.layout;
    let Some(from) = layout.segments.get(label.at.segment) else { return Vec::new() };
    if reading.printed(&label.at).to_lowercase().starts_with("as ") {
        return Vec::new();
    }
    let rest = trimmed(&from.text, label.at.bytes.end..until_next_label(&from.text, label.at.bytes.end));
    let mut places = Vec::new();
    if let Some(bytes) = rest.filter(|_| label.colon || !label.named) {
        let at = Printed { segment: label.at.segment, bytes };
        let sure = if label.colon {
            1.0
        } else if label.listed {
            0.95
        } else if label.leads {
            0.84
        } else {
            0.6
        };
        places.push((at, Side::After, sure));
        if label.colon {
            return places;
        }
    }
    if label.at.bytes.end < from.text.len() && !label.colon && !label.named {
        return places;
    }
    let page = layout.on_page(from.page);
    let next =
        page.iter().enumerate().filter(|(_, other)| near_row(from.row, other.row) && other.rect.x0 > from.rect.x0);
    let offset = layout.pages.get(from.page).map_or(0, |range| range.start);
    let below = page.iter().enumerate().filter(|(_, other)| other.row > from.row && other.row <= from.row + 4);
    for (index, other) in next.chain(below) {
        let index = index + offset;
        if index == label.at.segment || introduces(layout, index) {
            continue;
        }
        let end = until_next_label(&other.text, 0);
        let Some(bytes) = trimmed(&other.text, 0..end) else { continue };
        let at = Printed { segment: index, bytes };
        if let Some((score, side)) = near(layout, label, &at) {
            places.push((at, side, score));
        }
    }
    places
}

/// Does a segment end with a colon, or does the next one on its row begin with one? Then it is a label.
fn introduces(layout: &Layout<'_>, index: usize) -> bool {
    let Some(segment) = layout.segments.get(index) else { return false };
    let next = layout.segments.get(index + 1).filter(|next| next.page == segment.page && next.row == segment.row);
    segment.text.ends_with(':') || next.is_some_and(|next| next.text.starts_with(':'))
}

/// The part of an answer that is a slot's own where its label names two things: `Make & model` stands before both.
pub(crate) fn half(reading: &Reading<'_>, slot: &Slot<'_>, label: &Label, at: &Printed) -> Option<Printed> {
    let printed = reading.printed(&label.at);
    let joint = [" & ", " / ", " and ", " und ", " et "].into_iter().find(|joint| printed.contains(joint));
    let Some((first, second)) = joint.and_then(|joint| printed.split_once(joint)) else { return Some(at.clone()) };
    let asks = |half: &str| slot.query.similarity(&LabelText::of(half));
    let (a, b) = (asks(first), asks(second));
    if a.max(b) < 0.8 || (a - b).abs() < 0.3 {
        return Some(at.clone());
    }
    let text = reading.printed(at);
    let parted = [" & ", " / ", ", "].into_iter().find_map(|joint| Some((text.find(joint)?, joint.len())));
    // One word is one thing, whatever its label says: `Registered in England and Wales no. 07654321`.
    let Some((cut, width)) = parted.or_else(|| text.find(' ').map(|cut| (cut, 1))) else { return Some(at.clone()) };
    let start = at.bytes.start;
    let bytes = if a > b { start..start + cut } else { start + cut + width..at.bytes.end };
    Some(Printed { segment: at.segment, bytes })
}

fn near_row(a: usize, b: usize) -> bool {
    a.abs_diff(b) <= 1
}

/// Where the next label of the same segment begins: the words before its colon are not part of the value.
fn until_next_label(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let marked = |mark: &&str| rest.find(&format!(" {mark} "));
    if let Some(end) = LIST_MARKS.iter().filter_map(marked).min() {
        let until = until_next_label(text.get(..from + end).unwrap_or_default(), from);
        return until;
    }
    let Some(colon) = rest.find(": ").filter(|&colon| colon > 0) else { return text.len() };
    let before = rest.get(..colon).unwrap_or_default();
    let words: Vec<&str> = before.split(' ').collect();
    if words.len() < 3 {
        return text.len();
    }
    let label = words.last().map_or(0, |word| word.len());
    from + before.len() - label
}

/// The range without separators and spaces at its ends; `None` where nothing is left.
fn trimmed(text: &str, bytes: Range<usize>) -> Option<Range<usize>> {
    let part = text.get(bytes.clone())?;
    let junk = |char: char| char.is_whitespace() || matches!(char, ':' | '=' | '|' | '•' | '_');
    let head = part.trim_start_matches(|char: char| junk(char) || matches!(char, '-' | '–' | '.' | '#' | '°' | ','));
    let tail = head.trim_end_matches(|char: char| junk(char) || matches!(char, ',' | ';'));
    let start = bytes.start + (part.len() - head.len());
    tail.chars().any(char::is_alphanumeric).then(|| start..start + tail.len())
}

/// Reads a text as the value a slot wants.
pub(crate) fn read(reading: &Reading<'_>, slot: &Slot<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let read = match &slot.want {
        Want::Id | Want::VatId => code(reading, at),
        Want::Bic => bic(reading, at),
        Want::Choice(allowed) => choice(allowed, text).map(|value| Read { at: at.clone(), value, doubt: 0.0 }),
        Want::Flag => flag(text).map(|value| Read { at: at.clone(), value, doubt: 0.0 }),
        Want::Name => name(reading, slot, at),
        Want::Phone => phone(text).then(|| Read { at: at.clone(), value: json!(text), doubt: 0.05 }),
        Want::Time | Want::Url => None,
        Want::Address => address(reading, at),
        Want::Part(part) => part_text(reading, at, *part),
        Want::Text => short_text(reading, at),
        _ => None,
    }?;
    let value = obeying(slot, read.value)?;
    Some(Read { value, ..read })
}

/// The value, or the value without its spaces, whichever the node's rules take.
fn obeying(slot: &Slot<'_>, value: Value) -> Option<Value> {
    if fits(slot.node, &value) {
        return Some(value);
    }
    let compact: String = value.as_str()?.split_whitespace().collect();
    let compact = json!(compact);
    fits(slot.node, &compact).then_some(compact)
}

/// The first word with a digit, near the beginning.
fn code(reading: &Reading<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let mut start = 0;
    for (position, word) in text.split(' ').enumerate().take(4) {
        if word.chars().any(|char| char.is_ascii_digit()) {
            let tail = word.trim_end_matches([',', ';', '.', ')']);
            let core = tail.trim_start_matches([':', '(', '#']);
            let start = start + tail.len() - core.len();
            let bytes = at.bytes.start + start..at.bytes.start + start + core.len();
            let doubt = code_doubt(reading, &Printed { segment: at.segment, bytes: bytes.clone() }, core);
            let place = Printed { segment: at.segment, bytes };
            return Some(Read { at: place, value: json!(core), doubt: doubt + 0.15 * position as f32 });
        }
        start += word.len() + 1;
    }
    None
}

/// The first word of the shape of a BIC (ISO 9362): four letters of the bank, two of the country, two or five more.
fn bic(reading: &Reading<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let shaped = |word: &&str| {
        let bytes = word.as_bytes();
        let letters = bytes.get(..6).is_some_and(|head| head.iter().all(u8::is_ascii_uppercase));
        let rest = bytes.get(6..).is_some_and(|tail| {
            tail.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) && [2, 5].contains(&tail.len())
        });
        letters && rest
    };
    let word = text.split([' ', ',', ';']).take(4).find(shaped)?;
    let start = at.bytes.start + text.find(word)?;
    let place = Printed { segment: at.segment, bytes: start..start + word.len() };
    Some(Read { at: place, value: json!(word), doubt: 0.0 })
}

/// A date, an amount or a small number is rarely a code.
fn code_doubt(reading: &Reading<'_>, at: &Printed, text: &str) -> f32 {
    let typed = reading.candidates.within(&(at.segment..at.segment + 1));
    let typed = reading.candidates.all.get(typed).unwrap_or_default();
    let dated = typed.iter().any(|candidate| {
        let covers = candidate.at.bytes.start <= at.bytes.start && candidate.at.bytes.end >= at.bytes.end;
        covers && matches!(candidate.thing, Thing::Date(_) | Thing::Time(_))
    });
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let amount = text.contains(['€', '$', '£', '%'])
        || text.len() >= 4 && text.rfind(['.', ',']).is_some_and(|mark| mark + 3 == text.len());
    let small = digits < 3 && digits == text.len();
    match (dated, amount) {
        (true, _) => 0.6,
        (_, true) => 0.35,
        _ if small => 0.12,
        _ => 0.0,
    }
}

pub(crate) fn choice(allowed: &[Value], text: &str) -> Option<Value> {
    let folded = fold(text);
    let exact = allowed.iter().find(|value| value.as_str().is_some_and(|value| fold(value) == folded));
    let padded = format!(" {folded} ");
    let inside = || {
        let mut within = allowed.iter().filter(|value| {
            value.as_str().is_some_and(|value| !value.is_empty() && padded.contains(&format!(" {} ", fold(value))))
        });
        let first = within.next();
        first.filter(|_| within.next().is_none())
    };
    exact.or_else(inside).cloned()
}

const YES: [&str; 12] = ["yes", "y", "true", "ja", "oui", "si", "sim", "x", "checked", "on", "wahr", "vrai"];
const NO: [&str; 10] = ["no", "n", "false", "nein", "non", "nee", "nao", "off", "falsch", "none"];

/// Is a text cut off in the middle of a sentence: it ends with a word that leads on?
fn is_cut(text: &str) -> bool {
    let folded = fold(text);
    let last = folded.rsplit(' ').next().unwrap_or_default();
    let leads_on = Lexicon::shared().is_stop(last) && text.ends_with(char::is_lowercase);
    text.ends_with('-') || folded.contains(' ') && leads_on
}

/// Yes or no.
pub(crate) fn flag(text: &str) -> Option<Value> {
    if text.contains(['☒', '☑', '✓', '✔']) {
        return Some(json!(true));
    }
    if text.contains('☐') {
        return Some(json!(false));
    }
    let folded = fold(text);
    let first = folded.split(' ').next().unwrap_or_default();
    match () {
        () if folded.split(' ').count() > 3 => None,
        () if YES.contains(&first) => Some(json!(true)),
        () if NO.contains(&first) => Some(json!(false)),
        () => None,
    }
}

const SALUTATIONS: [&str; 16] = [
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "herrn", "m", "mme", "monsieur", "madame", "sr", "sra",
    "dhr",
];

/// A name: few words, few digits; a first or a last name is taken out of a full one.
fn name(reading: &Reading<'_>, slot: &Slot<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let count = text.split(' ').count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let label = text.ends_with(':') || is_cut(text) || reading.is_label(at) || LabelText::of(text).is_known();
    if count > 9 || digits * 4 > text.len() || label || text.starts_with(['&', '(', '/', '+']) {
        return None;
    }
    let words: Vec<&str> = text.split(' ').collect();
    let titles = words.iter().take_while(|word| SALUTATIONS.contains(&fold(word).as_str())).count();
    let own = words.get(titles..).unwrap_or_default();
    let (first, last) = (slot.query.is_named("first"), slot.query.is_named("last"));
    let part = match (first, last, own) {
        (true, false, [given @ .., _]) if !given.is_empty() => given.join(" "),
        (false, true, [_, .., family]) => (*family).to_owned(),
        _ => name_before_break(text).to_owned(),
    };
    let start = at.bytes.start + text.find(&part).unwrap_or(0);
    let bytes = start..start + part.len();
    Some(Read { at: Printed { segment: at.segment, bytes }, value: json!(part), doubt: 0.0 })
}

/// What stands before a separator that begins something else: `Name - Street`, `Name | Street`.
fn name_before_break(text: &str) -> &str {
    let cuts = [" - ", " – ", " | ", " • ", " ● ", " · ", " ("];
    let cut = cuts.iter().filter_map(|cut| text.find(cut)).min().unwrap_or(text.len());
    text.get(..cut).unwrap_or(text).trim_end_matches(',')
}

fn phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let other = text.chars().filter(|char| char.is_alphabetic()).count();
    (6..=16).contains(&digits) && other <= 3
}

fn address(reading: &Reading<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let digit = text.chars().any(|char| char.is_ascii_digit());
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    (digit && letters > 4 && !reading.is_label(at)).then(|| Read { at: at.clone(), value: json!(text), doubt: 0.05 })
}

/// A part of an address that a label of its own introduces.
fn part_text(reading: &Reading<'_>, at: &Printed, part: Part) -> Option<Read> {
    let text = reading.printed(at);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let shaped = match part {
        Part::Postal => digits >= 3 && text.len() <= 10,
        Part::Street => letters >= 3 && text.split(' ').count() <= 8,
        Part::City | Part::State => digits == 0 && text.split(' ').count() <= 4 && !text.contains(','),
        Part::Country => Lexicon::shared().is_country(&fold(text)) || text.len() <= 3 && digits == 0,
    };
    let label = reading.is_label(at) || LabelText::of(text).is_known();
    (shaped && !label).then(|| Read { at: at.clone(), value: json!(text), doubt: 0.0 })
}

fn short_text(reading: &Reading<'_>, at: &Printed) -> Option<Read> {
    let text = reading.printed(at);
    let count = text.split(' ').count();
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    if letters < 2
        || count > WORDS_MAX
        || text.ends_with(':')
        || reading.is_label(at)
        || text.starts_with(['&', '/', '+'])
    {
        return None;
    }
    Some(Read { at: at.clone(), value: json!(text), doubt: 0.02 * count.saturating_sub(5) as f32 })
}
