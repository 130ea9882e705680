//! Numbers as nations print them: `1,234.56`, `1.234,56`, `1 234,56`, `1'234.56`, `12,34,567.89`, `(1,234)`, `5,-`.
//!
//! Finds figures with the sign, currency and percent sign beside them. `1.234` and `1,234` can be read in two ways:
//! both are kept, and a document's other figures settle which (`style_of_document`). Never guesses what a figure is
//! for. The digits themselves are read by `number/digits.rs`.

mod digits;

use std::fmt;
use std::ops::Range;

use serde_json::Value;

use self::digits::{Run, Spaces};
use super::money::{self, Currency};
use super::{Found, char_at, char_before, skip_spaces, skip_spaces_back};

/// A number and how many decimals were printed: `16.620` is 16.62 with three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Its value: the nearest double to what was printed.
    pub value: f64,
    /// Digits after the decimal mark.
    pub decimals: u16,
}

impl Number {
    /// As JSON: an integer where no decimals were printed and it fits.
    #[must_use]
    pub fn to_json(self) -> Value {
        #[allow(clippy::cast_possible_truncation, reason = "checked to be a whole number within 2^53")]
        if self.decimals == 0 && self.value.abs() < 9e15 {
            return Value::from(self.value as i64);
        }
        Value::from(self.value)
    }

    fn negated(self) -> Self {
        Self { value: 0.0 - self.value, ..self }
    }
}

/// The decimal as it was printed, with a point and no grouping: `-1234.50`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}", usize::from(self.decimals), self.value)
    }
}

/// Which mark stands before the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalStyle {
    /// `1,234.56`
    Dot,
    /// `1.234,56`
    Comma,
    /// Nothing shows which.
    #[default]
    Unknown,
}

/// One figure as it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberReading {
    /// The likelier reading.
    pub number: Number,
    /// The other reading, where there are two: `1.234`, `(5)`.
    pub other: Option<Number>,
    /// What its marks show about the document's style.
    pub style: DecimalStyle,
    /// A percent sign follows. The number is as printed: `19 %` is 19.
    pub percent: bool,
    /// The currency beside it.
    pub currency: Option<Currency>,
    /// Bytes of the digits and their marks alone; the finding's span has sign, currency and percent sign too.
    pub digits: Range<usize>,
    /// The reading under each style, likelier sign first; kept so that `under` needs no second parse.
    dot: Option<Number>,
    comma: Option<Number>,
}

impl NumberReading {
    /// The reading in a document of this style.
    #[must_use]
    pub fn under(&self, style: DecimalStyle) -> Number {
        let by_style = match style {
            DecimalStyle::Dot => self.dot,
            DecimalStyle::Comma => self.comma,
            DecimalStyle::Unknown => None,
        };
        by_style.unwrap_or(self.number)
    }

    /// Every reading, likelier first.
    pub fn readings(&self) -> impl Iterator<Item = Number> + '_ {
        std::iter::once(self.number).chain(self.other)
    }
}

/// Every figure in a text. Digits that belong to a word, a date with points, an address or a clock time are no figures.
///
/// A plain space groups digits only where decimals or a second group follow (`1 234,56`, `1 234 567`), for `2 100` is
/// more often two columns; a no-break or thin space always groups.
#[must_use]
pub fn scan(text: &str) -> Vec<Found<NumberReading>> {
    scan_with(text, Spaces::Sometimes)
}

/// The number that a whole string is, but for white space around it; `Unknown` takes the likelier reading.
#[must_use]
pub fn parse(text: &str, style: DecimalStyle) -> Option<Number> {
    parse_reading(text).map(|reading| reading.under(style))
}

/// The figure that a whole string is, with both its readings.
#[must_use]
pub fn parse_reading(text: &str) -> Option<NumberReading> {
    let text = text.trim();
    let found = scan_with(text, Spaces::Always).into_iter().next()?;
    (found.span == (0..text.len())).then_some(found.value)
}

/// The style that the figures of a document show: each figure that can be read in one way only is a vote.
#[must_use]
pub fn style_of_document<'a>(texts: impl IntoIterator<Item = &'a str>) -> DecimalStyle {
    style_of(texts.into_iter().flat_map(scan).map(|found| found.value.style))
}

/// The same, from the styles of figures that were found already.
#[must_use]
pub fn style_of(styles: impl IntoIterator<Item = DecimalStyle>) -> DecimalStyle {
    let (mut dots, mut commas) = (0_usize, 0_usize);
    for style in styles {
        match style {
            DecimalStyle::Dot => dots += 1,
            DecimalStyle::Comma => commas += 1,
            DecimalStyle::Unknown => {}
        }
    }
    match dots.cmp(&commas) {
        std::cmp::Ordering::Greater => DecimalStyle::Dot,
        std::cmp::Ordering::Less => DecimalStyle::Comma,
        std::cmp::Ordering::Equal => DecimalStyle::Unknown,
    }
}

fn scan_with(text: &str, spaces: Spaces) -> Vec<Found<NumberReading>> {
    let mut found = Vec::new();
    let (mut at, mut floor) = (0, 0);
    while let Some(start) = digits::next_start(text, at) {
        match digits::glued_before(text, floor, start) {
            true => at = digits::end_of_word(text, start),
            false => {
                let run = digits::read(text, start, spaces);
                at = run.end.max(start + 1);
                if let Some(hit) = reading(text, floor, &run) {
                    at = at.max(hit.span.end);
                    floor = hit.span.end;
                    found.push(hit);
                }
            }
        }
    }
    found
}

/// What stands before the digits and belongs to them.
struct Prefix {
    start: usize,
    negative: bool,
    currency: Option<Currency>,
    open: bool,
}

/// What stands behind the digits and belongs to them.
struct Suffix {
    end: usize,
    negative: bool,
    percent: bool,
    currency: Option<Currency>,
}

fn reading(text: &str, floor: usize, run: &Run) -> Option<Found<NumberReading>> {
    let parsed = run.parse()?;
    let before = prefix(text, floor, run.start);
    let after = suffix(text, run.end, before.currency, parsed.likely.decimals > 0)?;
    let close = before.open && char_at(text, after.end) == Some(')');
    let currency = before.currency.or(after.currency);
    let (mut likely, mut other) = (parsed.likely, parsed.other);
    // `€ 1.234` is money in whole units: nobody prints three decimals of a cent's currency.
    if prefers_comma(currency) && parsed.comma.is_some_and(|comma| comma.decimals == 0 && comma != likely) {
        other = other.map(|second| std::mem::replace(&mut likely, second));
    }
    let (mut dot, mut comma) = (parsed.dot, parsed.comma);
    let enclosed = close && !in_sentence(text, before.start, after.end + 1);
    let certainly = before.negative || after.negative || (enclosed && (run.is_marked() || currency.is_some()));
    if certainly {
        for number in [Some(&mut likely), other.as_mut(), dot.as_mut(), comma.as_mut()].into_iter().flatten() {
            *number = number.negated();
        }
    } else if enclosed {
        other = Some(likely.negated());
    }
    let (start, end) = if close { (before.start, after.end + 1) } else { (before.start, after.end) };
    let start = if before.open && !close { start + 1 } else { start };
    let value = NumberReading {
        number: likely,
        other,
        style: parsed.style,
        percent: after.percent,
        currency,
        digits: run.start..run.end,
        dot,
        comma,
    };
    Some(Found::new(start..end, value))
}

/// Parentheses within a sentence enclose a remark, not a loss: `2 % off (88.97); the rest is due`.
fn in_sentence(text: &str, open: usize, end: usize) -> bool {
    let word = |word: &str| word.chars().filter(|char| char.is_alphabetic()).count() > 1;
    let before = text.get(..open).is_some_and(|head| head.split_whitespace().next_back().is_some_and(word));
    let after = text.get(end..).unwrap_or_default();
    let stop = after.starts_with([';', ',', '.']);
    before
        && (stop
            || after.split_whitespace().next().is_some_and(|next| word(next) && next.starts_with(char::is_lowercase)))
}

/// Currencies of countries that all write a decimal comma.
fn prefers_comma(currency: Option<Currency>) -> bool {
    currency.is_some_and(|found| {
        matches!(
            found.code,
            "EUR" | "PLN" | "CZK" | "DKK" | "SEK" | "NOK" | "HUF" | "RON" | "BRL" | "TRY" | "RUB" | "IDR"
        )
    })
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{2013}')
}

fn prefix(text: &str, floor: usize, start: usize) -> Prefix {
    let (mut at, mut negative) = sign_before(text, floor, start);
    let mut currency = None;
    let gap = skip_spaces_back(text, at, 2);
    if let Some(hit) = money::before(text, gap).filter(|hit| hit.span.start >= floor) {
        let (signed, minus) = sign_before(text, floor, hit.span.start);
        (at, negative, currency) = (signed, negative || minus, Some(hit.value));
    }
    let open = at > floor && char_before(text, at) == Some('(');
    Prefix { start: if open { at - 1 } else { at }, negative, currency, open }
}

/// Takes in a sign right before `at`, unless it joins two words (`10-20`, `A-5`).
fn sign_before(text: &str, floor: usize, at: usize) -> (usize, bool) {
    let Some(sign) = char_before(text, at).filter(|c| is_minus(*c) || *c == '+') else { return (at, false) };
    let start = at - sign.len_utf8();
    let joins = char_before(text, start).is_some_and(|c| c.is_alphanumeric() || is_minus(c) || c == '.' || c == ')');
    if start < floor || joins { (at, false) } else { (start, is_minus(sign)) }
}

/// Does a sign with a space before it belong to the figure behind it? `5 $ 6` are two figures, `5 € 6 €` two as well.
fn leads_on(text: &str, end: usize, hit: &Found<Currency>) -> bool {
    let sign = text.get(hit.span.clone()).unwrap_or_default();
    let next = skip_spaces(text, hit.span.end, 2);
    let glued = hit.span.start == end || sign.contains(char::is_alphabetic);
    let before_figures = matches!(sign, "$" | "£" | "¥" | "₹") || next == hit.span.end;
    !glued && before_figures && char_at(text, next).is_some_and(|c| c.is_ascii_digit() || c == '(')
}

/// `None` where the digits turn out to be the head of a word (`12ab34`).
fn suffix(text: &str, end: usize, known: Option<Currency>, has_decimals: bool) -> Option<Suffix> {
    let mut out = Suffix { end: digits::end_of_dashes(text, end), negative: false, percent: false, currency: None };
    let tail = skip_spaces(text, out.end, 2);
    if char_at(text, tail).is_some_and(|c| matches!(c, '%' | '％')) {
        out.end = tail + char_at(text, tail).map_or(0, char::len_utf8);
        out.percent = true;
        return Some(out);
    }
    if known.is_none()
        && let Some(hit) = money::after(text, tail)
        && !char_at(text, hit.span.end).is_some_and(char::is_alphanumeric)
        && !leads_on(text, out.end, &hit)
    {
        out.end = hit.span.end;
        out.currency = Some(hit.value);
    } else if digits::heads_a_word(text, out.end) {
        return None;
    }
    let minus = char_at(text, out.end).filter(|c| is_minus(*c));
    let next = minus.and_then(|c| char_at(text, out.end + c.len_utf8()));
    if let Some(minus) = minus.filter(|_| has_decimals && !next.is_some_and(|c| c.is_alphanumeric() || is_minus(c))) {
        out.end += minus.len_utf8();
        out.negative = true;
    }
    Some(out)
}

#[cfg(test)]
mod tests;
