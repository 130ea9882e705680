//! The taxes of a document as lines of text: `plus 19 % VAT on 3,703.64   703.69`.
//!
//! For arrays that ask for a tax by its rate, where no table proves itself by arithmetic. A line counts where it names
//! a rate, the tax, and amounts that go with the rate; a line with one amount counts where nothing else is on it.
//! Called by the reader of arrays.

use serde_json::{Map, Value};
use sluice_extract::attribution::{Evidence, WordsOnPage};
use sluice_extract::pointer::join;
use sluice_extract::values::number::{self, NumberReading};

use super::cell::{self, Habits, Want};
use super::frame::{Band, Frame};
use super::{Reading, Slot, put};
use crate::embedded::lexicon::Lexicon;
use crate::embedded::solution::Found;
use crate::embedded::text::{name_words, words};

/// How far a tax may be off its rate: sums of rounded lines are off by more than a cent.
const TOLERANCE: f64 = 0.021;
/// A line of more words is a sentence that mentions a tax.
const WORDS_MAX: usize = 12;
/// Confidence of a line whose amounts prove each other, and of one that has a single amount.
const PROVEN: f32 = 0.92;
const TOLD: f32 = 0.8;

/// What the slots of an item stand for: positions of the rate, the net amount and the tax.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    rate: usize,
    base: Option<usize>,
    tax: usize,
}

/// A line that names a tax.
struct Line<'f> {
    frame: &'f Frame,
    rate: Figure,
    base: Option<Figure>,
    tax: Figure,
}

/// A number, and the words of the page that print it.
#[derive(Clone)]
struct Figure {
    value: f64,
    text: String,
    words: Vec<u32>,
}

impl Asked {
    /// `None` where the array asks for something else.
    pub(crate) fn of(slots: &[Slot<'_>], subject: &str) -> Option<Self> {
        let about = concepts(&words(subject));
        if !about.iter().any(|concept| is_tax(concept)) {
            return None;
        }
        let (mut rate, mut base, mut tax) = (None, None, None);
        for (index, slot) in slots.iter().enumerate() {
            if !matches!(cell::want(slot.node), Want::Number | Want::Money) {
                continue;
            }
            let named = concepts(&name_words(&slot.name));
            let has = |wanted: &[&str]| named.iter().any(|concept| wanted.contains(&concept.as_str()));
            let place = match () {
                () if has(&["rate", "percent"]) => &mut rate,
                () if has(&["net", "excluding", "subtotal", "base", "taxable"]) => &mut base,
                () if has(&["tax", "vat", "amount", "total"]) => &mut tax,
                () => return None,
            };
            if place.replace(index).is_some() {
                return None;
            }
        }
        Some(Self { rate: rate?, base, tax: tax? })
    }

    /// Do rate and net amount make the tax in most rows of a table?
    pub(crate) fn proves(self, reading: &Reading, habits: Habits) -> bool {
        let figure = |row: &super::body::Row, slot: usize| {
            let column = reading.columns.get(slot).copied().flatten()?;
            cell::figure(&row.cells.get(column)?.text, habits)
        };
        let holds = |row: &&super::body::Row| {
            let (rate, tax) = (figure(row, self.rate), figure(row, self.tax));
            let base = self.base.and_then(|base| figure(row, base));
            rate.zip(tax).zip(base).is_some_and(|((rate, tax), base)| fits(rate, base, tax))
        };
        reading.rows.iter().filter(holds).count() * 2 > reading.rows.len()
    }

    /// The taxes of a document, line by line. `None` where no line names one.
    pub(crate) fn fill(self, frames: &[Frame], habits: Habits, slots: &[Slot<'_>], pointer: &str) -> Option<Found> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for frame in frames {
            for line in frame.bands.iter().filter_map(|band| line(frame, band, habits)) {
                let known =
                    lines.iter().any(|other| other.rate.value == line.rate.value && other.tax.value == line.tax.value);
                if !known {
                    lines.push(line);
                }
            }
        }
        // Where some lines prove themselves, the others speak of something else.
        if lines.iter().any(|line| line.base.is_some()) {
            lines.retain(|line| line.base.is_some());
        }
        let mut found = Found::default();
        let mut items: Vec<Value> = Vec::new();
        for line in &lines {
            let mut item = Map::new();
            let parts = [
                (Some(self.rate), Some(&line.rate)),
                (self.base, line.base.as_ref()),
                (Some(self.tax), Some(&line.tax)),
            ];
            for (slot, figure) in parts {
                let Some((slot, figure)) = slot.and_then(|slot| slots.get(slot)).zip(figure) else { continue };
                let Some(value) = cell::read(slot.node, &figure.text, habits) else { continue };
                let at = slot.path.iter().fold(format!("{pointer}/{}", items.len()), |at, key| join(&at, key));
                found.evidence.insert(at, evidence(line, figure));
                put(&mut item, &slot.path, value);
            }
            items.extend((!item.is_empty()).then_some(Value::Object(item)));
        }
        found.value = Value::Array(items);
        (!lines.is_empty()).then_some(found)
    }
}

fn evidence(line: &Line<'_>, figure: &Figure) -> Evidence {
    let confidence = if line.base.is_some() { PROVEN } else { TOLD };
    let reasoning = if line.base.is_some() {
        "A line that names a tax; its amounts go with its rate."
    } else {
        "A line that names a tax, its rate and one amount."
    };
    Evidence {
        places: vec![WordsOnPage { page: line.frame.page, words: figure.words.clone() }],
        confidence: Some(confidence),
        reasoning: Some(reasoning.to_owned()),
    }
}

/// Reads a band that names a tax: one rate, and one or more amounts.
fn line<'f>(frame: &'f Frame, band: &Band, habits: Habits) -> Option<Line<'f>> {
    let text = frame.text(&band.pieces);
    let said = words(&text);
    let told = said.iter().filter(|word| word.chars().all(char::is_alphabetic)).count();
    if told > WORDS_MAX || !concepts(&said).iter().any(|concept| is_tax(concept)) {
        return None;
    }
    let all = number::scan(&text);
    let mut rates = all.iter().filter(|found| found.value.percent);
    let rate = figure(frame, band, &text, rates.next()?, habits)?;
    if rates.next().is_some() || !(0.0..60.0).contains(&rate.value) {
        return None;
    }
    let amounts = all.iter().filter(|found| !found.value.percent && is_amount(&found.value));
    let amounts: Vec<Figure> = amounts.filter_map(|found| figure(frame, band, &text, found, habits)).collect();
    let pair = amounts.iter().enumerate().find_map(|(at, base)| {
        let tax =
            amounts.iter().enumerate().find(|(other, tax)| *other != at && fits(rate.value, base.value, tax.value));
        tax.map(|(_, tax)| (base.clone(), tax.clone()))
    });
    match (pair, amounts.as_slice()) {
        (Some((base, tax)), _) => Some(Line { frame, rate, base: Some(base), tax }),
        (None, [tax]) => Some(Line { frame, rate, base: None, tax: tax.clone() }),
        _ => None,
    }
}

/// Money has two decimals or a currency; a bare integer counts something.
fn is_amount(reading: &NumberReading) -> bool {
    reading.number.decimals == 2 || reading.currency.is_some()
}

fn figure(
    frame: &Frame,
    band: &Band,
    text: &str,
    found: &sluice_extract::values::Found<NumberReading>,
    habits: Habits,
) -> Option<Figure> {
    let mut start = 0;
    let mut words = Vec::new();
    for piece in band.pieces.iter().filter_map(|&at| frame.pieces.get(at)) {
        let end = start + piece.text.len();
        if start < found.span.end && found.span.start < end {
            words.push(piece.word);
        }
        start = end + 1;
    }
    let value = found.value.under(habits.style).value;
    Some(Figure { value, text: text.get(found.span.clone())?.to_owned(), words })
}

fn fits(rate: f64, base: f64, tax: f64) -> bool {
    (base * rate / 100.0 - tax).abs() <= TOLERANCE && base.abs() >= tax.abs()
}

fn is_tax(concept: &str) -> bool {
    matches!(concept, "tax" | "vat")
}

fn concepts(words: &[String]) -> Vec<String> {
    words.iter().flat_map(|word| Lexicon::shared().readings(word)).flatten().collect()
}
