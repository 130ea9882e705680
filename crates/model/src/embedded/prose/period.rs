//! When something was: `Mar 2021 – present`, `2008 – 2012`, `Summer 2019`, `05/2020 bis heute`.
//!
//! Finds ranges and single dates without days in a text. Full dates are read by `sluice_extract::values::date`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use sluice_extract::values::date::month_of;

use super::words::Words;
use crate::embedded::text::fold;

/// A month or a year as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Bytes of the text.
    pub(crate) bytes: Range<usize>,
    /// The words.
    pub(crate) printed: String,
    /// The year.
    pub(crate) year: u16,
    /// The month, where one is printed.
    pub(crate) month: Option<u8>,
    /// The day, where one is printed behind year and month.
    pub(crate) day: Option<u8>,
}

impl Moment {
    /// As much of `YYYY-MM-DD` as is printed.
    pub(crate) fn iso(&self) -> String {
        match (self.month, self.day) {
            (None, _) => format!("{:04}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

/// A range of time, or one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// Bytes of the whole.
    pub(crate) bytes: Range<usize>,
    /// The beginning, or the only moment.
    pub(crate) start: Moment,
    /// The end; `None` for a single moment or what goes on.
    pub(crate) end: Option<Moment>,
    /// The word that says that it goes on, and its bytes.
    pub(crate) now: Option<(Range<usize>, String)>,
}

const MOMENT: &str = r"(?:\b(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?\b|\b(?:0?[1-9]|1[0-2])\s?[/.]\s?(?:19|20)\d{2}\b|(?:(?:\b[0-3]?\d(?:st|nd|rd|th|\.)?\s+)?\b\p{L}{3,10}\b\.?,?\s+(?:[0-3]?\d(?:st|nd|rd|th)?,?\s+)?)?\b(?:19|20)\d{2}\b)";

static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let dash = r"\s*(?:-|–|—|−|\bto\b|\buntil\b|\btill\b|\bbis\b|\bau\b|\bà\b|\bhasta\b|\btot\b)\s*";
    Regex::new(&format!(r"(?P<a>{MOMENT}){dash}(?:(?P<b>{MOMENT})|(?P<now>\p{{L}}+(?: date)?))")).ok()
});
static SINGLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?P<a>{MOMENT})")).ok());

/// The first range of a text; a single moment where there is none.
pub(crate) fn find(text: &str) -> Option<Period> {
    let ranges = RANGE.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text));
    let range = ranges.filter_map(|captures| range(&captures)).next();
    range.or_else(|| single(text))
}

/// The first range of a text.
pub(crate) fn find_range(text: &str) -> Option<Period> {
    find(text).filter(|period| period.end.is_some() || period.now.is_some())
}

fn range(captures: &Captures<'_>) -> Option<Period> {
    let start = moment(captures, "a")?;
    let end = moment(captures, "b");
    let now = captures.name("now").filter(|word| is_now(word.as_str()));
    let last = end.as_ref().map(|end| end.bytes.end).or_else(|| now.map(|now| now.end()))?;
    Some(Period {
        bytes: start.bytes.start..last,
        now: now.map(|now| (now.range(), now.as_str().to_owned())),
        start,
        end,
    })
}

fn is_now(word: &str) -> bool {
    fold(word).split(' ').any(|word| Words::shared().is("now", word))
}

fn single(text: &str) -> Option<Period> {
    let captures = SINGLE.as_ref()?.captures(text)?;
    let start = moment(&captures, "a")?;
    Some(Period { bytes: start.bytes.clone(), start, end: None, now: None })
}

/// A word before the year counts only if it is a month or a season.
fn moment(captures: &Captures<'_>, group: &str) -> Option<Moment> {
    let found = captures.name(group)?;
    let text = found.as_str();
    let year_at = if text.contains(char::is_alphabetic) { text.len().checked_sub(4)? } else { 0 };
    let word: String = text.get(..year_at)?.chars().filter(|char| !char.is_ascii_digit()).collect();
    let word = fold(&word).split(' ').find(|word| word.len() > 2).unwrap_or_default().to_owned();
    let month = month_of(&word);
    let keeps = month.is_some() || Words::shared().is("season", &word);
    let printed = if keeps { text } else { text.get(year_at..)? };
    let bytes = found.end() - printed.len()..found.end();
    let numbers: Vec<u16> = printed.split(|char: char| !char.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let year = numbers.iter().copied().find(|&number| number >= 1900)?;
    let named_day = month.and_then(|_| numbers.iter().copied().find(|&number| (1..=31).contains(&number)));
    let numeric = numbers.iter().copied().find(|&number| (1..=12).contains(&number)).and_then(|n| u8::try_from(n).ok());
    let day = named_day.or_else(|| numbers.get(2).copied().filter(|_| printed.len() == 10));
    let day = day.and_then(|day| u8::try_from(day).ok());
    Some(Moment { bytes, printed: printed.to_owned(), year, month: month.or(numeric), day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_moments() {
        let check = |text: &str, want: &str| {
            let found = find(text).map(|period| {
                let show = |moment: &Moment| format!("{}-{}", moment.year, moment.month.unwrap_or(0));
                let end = period.end.as_ref().map(show).or(period.now.clone().map(|(_, word)| word));
                format!("{} {} [{}]", show(&period.start), end.unwrap_or_default(), &text[period.bytes.clone()])
            });
            assert_eq!(found.as_deref().unwrap_or("none"), want, "{text}");
        };
        check("Engineer Mar 2021 – present", "2021-3 present [Mar 2021 – present]");
        check("Sept 2018 – May 2023", "2018-9 2023-5 [Sept 2018 – May 2023]");
        check("KAIST | 2015-2020", "2015-0 2020-0 [2015-2020]");
        check("20 May, 2021", "2021-5  [20 May, 2021]");
        check("since June 15, 2020", "2020-6  [June 15, 2020]");
        check("2021-04-01 - Present", "2021-4 Present [2021-04-01 - Present]");
        check("2018-09", "2018-9  [2018-09]");
        check("05/2020 bis heute", "2020-5 heute [05/2020 bis heute]");
        check("CHARM Lab (Summer 2019)", "2019-0  [Summer 2019]");
        check("Engineering Council, 2017", "2017-0  [2017]");
        check("Scaled up 4 hydrogenations", "none");
    }
}
