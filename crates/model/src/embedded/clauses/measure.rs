//! Figures of running text with what they count: `thirty-six (36) months`, `99.7 per cent`, `£1,500,000`, `two years`.
//!
//! Finds, never judges. Called for each passage.

use std::ops::Range;

use sluice_extract::values::number::DecimalStyle;

use super::words::{Unit, Words};
use crate::embedded::candidate::{Thing, scan_text};
use crate::embedded::text::fold;

/// A figure and what it counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measure {
    /// Bytes of the figure alone.
    pub(crate) bytes: Range<usize>,
    /// The figure.
    pub(crate) value: f64,
    /// What it counts.
    pub(crate) unit: Unit,
}

/// A word of a text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Its bytes.
    pub(crate) bytes: Range<usize>,
    /// Folded.
    pub(crate) word: String,
    /// The sentence it stands in.
    pub(crate) sentence: usize,
}

/// The words of a text; parts between hyphens are words of their own.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut start, mut sentence) = (None, 0);
    let ends = text.char_indices().map(|(at, char)| (at, Some(char))).chain([(text.len(), None)]);
    for (at, char) in ends {
        match (char.filter(|char| char.is_alphanumeric()), start) {
            (Some(_), None) => start = Some(at),
            (None, Some(from)) => {
                let word = fold(text.get(from..at).unwrap_or_default());
                tokens.push(Token { bytes: from..at, word, sentence });
                start = None;
            }
            _ => {}
        }
        let rest = text.get(at..).unwrap_or_default();
        let ended = char.is_some_and(|char| ".;!?".contains(char)) && rest.get(1..).is_some_and(begins_sentence);
        sentence += usize::from(ended);
    }
    tokens
}

fn begins_sentence(rest: &str) -> bool {
    rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(|char: char| char.is_uppercase() || char == '('))
}

/// The measures of a text.
pub(crate) fn measures(text: &str, tokens: &[Token], style: DecimalStyle) -> Vec<Measure> {
    let mut found = Vec::new();
    for candidate in scan_text(text) {
        let Thing::Number(reading) = &candidate.thing else { continue };
        let bytes = candidate.at.bytes.clone();
        let money = reading.currency.is_some();
        let unit = match () {
            () if reading.percent => Some(Unit::Percent),
            () if money => Some(Unit::Money),
            () => unit_after(text, tokens, bytes.end),
        };
        let Some(unit) = unit else { continue };
        found.push(Measure { value: reading.under(style).value, bytes, unit });
    }
    let mut written = in_words(text, tokens);
    written.retain(|words| {
        let apart = |other: &Measure| other.bytes.end <= words.bytes.start || words.bytes.end <= other.bytes.start;
        found.iter().all(apart)
    });
    found.extend(written);
    found.sort_by_key(|measure| measure.bytes.start);
    found
}

/// The unit that follows a figure: at once, or after one word that qualifies it (`Business Days`).
fn unit_after(text: &str, tokens: &[Token], end: usize) -> Option<Unit> {
    let first = tokens.partition_point(|token| token.bytes.start < end);
    let next = tokens.get(first)?;
    let close = |from: usize, to: usize| {
        text.get(from..to).is_some_and(|gap| gap.chars().all(|char| " )’'-".contains(char)) && gap.len() <= 4)
    };
    if !close(end, next.bytes.start) {
        return None;
    }
    if let Some(unit) = Words::shared().unit(&next.word) {
        return Some(unit);
    }
    let after = tokens.get(first + 1).filter(|after| close(next.bytes.end, after.bytes.start))?;
    let per_cent = after.word == "cent" && matches!(next.word.as_str(), "per" | "pour");
    if per_cent {
        return Some(Unit::Percent);
    }
    let adjective = next.word.len() > 3 && next.word.chars().all(char::is_alphabetic);
    Words::shared().unit(&after.word).filter(|_| adjective)
}

/// Figures that are written out, where a unit follows.
fn in_words(text: &str, tokens: &[Token]) -> Vec<Measure> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((value, end)) = spelled(tokens, at) else {
            at += 1;
            continue;
        };
        let bytes = tokens[at].bytes.start..tokens[end - 1].bytes.end;
        if let Some(unit) = unit_after(text, tokens, bytes.end) {
            found.push(Measure { bytes, value: f64::from(value), unit });
        }
        at = end;
    }
    found
}

/// The number that words from `start` on say, and the word after them.
fn spelled(tokens: &[Token], start: usize) -> Option<(u32, usize)> {
    let number = |at: usize| tokens.get(at).and_then(|token| Words::shared().number(&token.word));
    let mut value = number(start)?;
    let mut at = start + 1;
    loop {
        let joint = usize::from(tokens.get(at).is_some_and(|token| token.word == "and"));
        match number(at + joint) {
            Some(100) if joint == 0 && value < 10 => value *= 100,
            Some(next) if next < 100 && (value % 100 == 0 || value % 10 == 0 && next < 10) => value += next,
            _ => return Some((value, at)),
        }
        at += joint + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_with_their_units() {
        let check = |text: &str, want: &[(f64, Unit)]| {
            let found = measures(text, &tokens(text), DecimalStyle::Dot);
            let found: Vec<(f64, Unit)> = found.into_iter().map(|measure| (measure.value, measure.unit)).collect();
            assert_eq!(found, want, "{text}");
        };
        check("a term of thirty-six (36) months each", &[(36.0, Unit::Month)]);
        check("at least ninety (90) days’ written notice", &[(90.0, Unit::Day)]);
        check("available for 99.7 per cent of it, 5 % less", &[(99.7, Unit::Percent), (5.0, Unit::Percent)]);
        check("within ten Business Days", &[(10.0, Unit::Day)]);
        check("one hundred and twenty days or two years", &[(120.0, Unit::Day), (2.0, Unit::Year)]);
        check("not exceed £1,500,000 in 3 cases", &[(1_500_000.0, Unit::Money)]);
        check("in clause 14 on page 3", &[]);
    }
}
