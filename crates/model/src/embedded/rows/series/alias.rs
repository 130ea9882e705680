//! Abbreviations that a report defines: `Earnings Before Income Taxes ("EBIT")`.
//!
//! Only those whose letters the words before them begin with. Called by `series` for what its arrays ask.

use std::sync::LazyLock;

use regex::Regex;

use crate::embedded::rows::frame::Frame;
use crate::embedded::text::fold;

/// An abbreviation and what it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Alias {
    /// Folded.
    short: String,
    /// As printed.
    long: String,
}

/// Words that an abbreviation may leave out.
const SMALL: [&str; 8] = ["and", "of", "the", "for", "to", "in", "per", "on"];

static DEFINED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\([“"]([A-Z]{2,8})[”"]\)"#).ok());

impl Alias {
    /// The definitions in the lines of a report.
    pub(super) fn all(frames: &[Frame]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for frame in frames {
            for band in &frame.bands {
                if frame.pieces.get(band.pieces[0]).is_some()
                    && band.pieces.iter().any(|&at| frame.pieces[at].text.starts_with('('))
                {
                    found.extend(Self::in_line(&frame.text(&band.pieces)));
                }
            }
        }
        found.dedup();
        found
    }

    fn in_line(line: &str) -> Vec<Self> {
        let Some(regex) = DEFINED.as_ref() else { return Vec::new() };
        let defined = regex.captures_iter(line).filter_map(|captures| {
            let (whole, short) = (captures.get(0)?, captures.get(1)?.as_str());
            let words: Vec<&str> = line.get(..whole.start())?.split_whitespace().collect();
            let longs = (0..words.len()).rev().map(|from| words[from..].join(" "));
            let long = longs.take(2 * short.len()).find(|long| Self::stands_for(short, long))?;
            Some(Self { short: fold(short), long })
        });
        defined.collect()
    }

    /// Do the words of `long` begin with the letters of `short`?
    pub(super) fn stands_for(short: &str, long: &str) -> bool {
        let mut letters = short.chars().peekable();
        let capitals = (2..=8).contains(&short.len()) && short.chars().all(|char| char.is_ascii_uppercase());
        let mut first = true;
        for word in fold(long).split(' ') {
            let initial = word.chars().next().map(|char| char.to_ascii_uppercase());
            let next = letters.next_if(|&letter| Some(letter) == initial).is_some();
            if !next && (first || !SMALL.contains(&word)) {
                return false;
            }
            first = false;
        }
        capitals && letters.next().is_none()
    }

    /// What a text stands for.
    pub(super) fn texts(aliases: &[Self], text: &str) -> Vec<String> {
        let short = fold(text);
        aliases.iter().filter(|alias| alias.short == short).map(|alias| alias.long.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_words() {
        let check =
            |short: &str, long: &str, want: bool| assert_eq!(Alias::stands_for(short, long), want, "{short} {long}");
        check("EBIT", "Earnings before interest and taxes", true);
        check("EBIT", "Earnings Before Income Taxes", true);
        check("EPS", "Basic earnings per share", false);
        check("EPS", "earnings per share", true);
        check("taxes", "Earnings before interest and taxes", false);
    }

    #[test]
    fn what_a_line_defines() {
        let found = Alias::in_line("We report Earnings Before Income Taxes (“EBIT”) and Human Resources (\"HR\")");
        let found: Vec<(&str, &str)> = found.iter().map(|alias| (alias.short.as_str(), alias.long.as_str())).collect();
        assert_eq!(found, [("ebit", "Earnings Before Income Taxes"), ("hr", "Human Resources")]);
    }
}
