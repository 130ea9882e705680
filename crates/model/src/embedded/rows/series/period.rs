//! Periods of reports: from the heads of a column to `FY2025 Q2`.
//!
//! A fiscal year is not a calendar year: which months it has is taken from how the report names its own period. Called
//! by `series` for the columns of a statement.

use sluice_extract::values::date;

use crate::embedded::text::words;

/// The period a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Year in which the report's period ends.
    year: u32,
    /// Last month of the report's period.
    month: u32,
    /// Months from the start of the fiscal year to there.
    months: u32,
}

/// The period of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    year: u32,
    month: Option<u32>,
    /// Months it lasts; `None` for a day on which a balance is drawn up.
    lasts: Option<u32>,
}

impl Report {
    /// Reads the lines of a report's first pages: `For the quarterly period ended ...`, `Six months ended ...`. What a
    /// quarterly report says of whole years is about others: `our annual report for the year ended ...`.
    pub(crate) fn of(lines: &[String]) -> Option<Self> {
        const YEAR: u32 = 12;
        let (mut day, mut months, mut is_quarterly) = (None, None, false);
        for (at, line) in lines.iter().enumerate() {
            let line = parted(line);
            let named = words(&line);
            if day.is_none() && words_say_period(&line) {
                let next = lines.get(at + 1).map(String::as_str).unwrap_or_default();
                day = day_in(&line).or_else(|| day_in(&format!("{line} {next}")));
                is_quarterly = named.iter().any(|word| matches!(word.as_str(), "quarter" | "quarterly"));
            }
            let ended = named.iter().any(|word| word == "ended" || word == "ending");
            let spans = (0..named.len()).filter_map(|at| lasts(&named, at));
            let longest = spans.filter(|&span| ended && !(is_quarterly && span >= YEAR)).max();
            months = months.max(longest);
        }
        let (year, month) = day?;
        Some(Self { year, month, months: months? })
    }

    /// The report's own period.
    pub(crate) fn own(self) -> Period {
        Period { year: self.year, month: Some(self.month), lasts: None }
    }

    /// `FY2025 Q2`, `FY2025 H1`, `FY2025 YTD`, `FY2025`.
    pub(crate) fn label(self, period: Period) -> String {
        let last = (self.month + 12 - self.months + 11) % 12 + 1;
        let month = period.month.unwrap_or(if period.lasts == Some(12) { last } else { self.month });
        let year = if month > last { period.year + 1 } else { period.year };
        let into = 12 - (last + 12 - month) % 12;
        match (period.lasts, into) {
            (Some(12), _) | (None, 12) => format!("FY{year}"),
            (Some(6), 6) => format!("FY{year} H1"),
            (Some(6), 12) => format!("FY{year} H2"),
            (Some(9), _) => format!("FY{year} YTD"),
            (_, into) => format!("FY{year} Q{}", into.div_ceil(3)),
        }
    }
}

impl Period {
    /// Reads the heads of a column, all levels.
    pub(crate) fn of(heads: &str) -> Option<Self> {
        let named = words(heads);
        let year = named.iter().rev().find_map(|word| year_of(word))?;
        let month = named.iter().find_map(|word| date::month_of(word)).map(u32::from);
        let numeric = || date::scan(heads).first().map(|found| u32::from(found.value.date.month));
        Some(Self { year, month: month.or_else(numeric), lasts: duration(&named) })
    }

    /// Is it the same period a year later?
    pub(crate) fn follows(self, other: Self) -> bool {
        self == Self { year: other.year + 1, ..other }
    }
}

/// Does a line say on which day a report's period ended, or begin to?
pub(crate) fn words_say_period(line: &str) -> bool {
    let named = words(&parted(line));
    let ended = named.iter().any(|word| word == "ended" || word == "ending");
    ended && named.iter().any(|word| matches!(word.as_str(), "period" | "quarter" | "year"))
}

/// `endedJanuary` in two words: cover pages set the date in a box of its own.
fn parted(line: &str) -> String {
    let mut parted = String::with_capacity(line.len());
    for char in line.chars() {
        if char.is_uppercase() && (parted.ends_with("ended") || parted.ends_with("ending")) {
            parted.push(' ');
        }
        parted.push(char);
    }
    parted
}

/// Year and month of the first day in a text.
fn day_in(text: &str) -> Option<(u32, u32)> {
    let date = date::scan(text).first()?.value.date;
    Some((u32::from(date.year), u32::from(date.month)))
}

/// A year that stands for itself.
pub(crate) fn year_of(word: &str) -> Option<u32> {
    let year = word.parse::<u32>().ok().filter(|_| word.len() == 4)?;
    (1950..=2099).contains(&year).then_some(year)
}

/// `three months`, `twenty six weeks`, `year`, `quarter` in months.
fn duration(named: &[String]) -> Option<u32> {
    (0..named.len()).find_map(|at| lasts(named, at))
}

fn lasts(named: &[String], at: usize) -> Option<u32> {
    let before = at.checked_sub(1).and_then(|before| named.get(before)).map(String::as_str);
    match (named[at].as_str(), before) {
        ("quarter", _) => Some(3),
        ("year" | "years", _) => Some(12),
        ("months" | "month", Some(count)) => Some(match count {
            "three" | "3" => 3,
            "six" | "6" => 6,
            "nine" | "9" => 9,
            "twelve" | "12" => 12,
            _ => return None,
        }),
        ("weeks", Some(count)) => Some(match (at.checked_sub(2).map_or("", |at| named[at].as_str()), count) {
            (_, "thirteen" | "13" | "twelve" | "12") => 3,
            ("twenty", "six" | "four") | (_, "26" | "24") => 6,
            ("thirty", "nine" | "six") | (_, "39" | "36") => 9,
            ("fifty", "two" | "three") | (_, "52" | "53") => 12,
            _ => return None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(report: &[&str], heads: &str, want: &str) {
        let report: Vec<String> = report.iter().map(|line| (*line).to_owned()).collect();
        let report = Report::of(&report).unwrap();
        assert_eq!(report.label(Period::of(heads).unwrap()), want, "{heads}");
    }

    #[test]
    fn a_fiscal_year_that_ends_in_june() {
        let report = ["For the quarterly period ended December 31, 2024", "Three Months Ended", "Six Months Ended"];
        check(&report, "Three Months Ended December 31, 2024", "FY2025 Q2");
        check(&report, "Six Months Ended December 31, 2023", "FY2024 H1");
        check(&report, "June 30, 2024", "FY2024");
        check(&report, "December 31, 2024", "FY2025 Q2");
    }

    #[test]
    fn a_calendar_year() {
        let report = ["for the quarterly period ended September 30, 2023", "Nine Months Ended"];
        check(&report, "Nine Months Ended September 30, 2023", "FY2023 YTD");
        check(&report, "Three Months Ended September 30, 2022", "FY2022 Q3");
        check(&report, "December 31, 2022", "FY2022");
        let annual = ["For the fiscal year ended December 31, 2023", "Year ended December 31"];
        check(&annual, "Year Ended December 31, 2022", "FY2022");
    }

    #[test]
    fn other_reports_are_not_its_own() {
        let annual = "should be read with the Annual Report for the fiscal year ended June 30, 2024";
        let report = ["For the quarterly period ended December 31, 2024", annual, "Six Months Ended"];
        check(&report, "Three Months Ended December 31, 2024", "FY2025 Q2");
    }

    #[test]
    fn a_day_set_apart_from_its_words() {
        let report = [
            "for the quarterly period endedJanuary 31,",
            "2025.",
            "Six Months Ended",
            "fiscal year ended July 31, 2024",
        ];
        let report: Vec<String> = report.iter().map(|line| (*line).to_owned()).collect();
        let report = Report::of(&report).unwrap();
        assert_eq!(report.label(report.own()), "FY2025 Q2");
    }

    #[test]
    fn no_year_is_no_period() {
        assert_eq!(Period::of("Three Months Ended"), None);
        assert_eq!(Period::of("Page 12"), None);
        assert_eq!(Report::of(&["Six Months Ended".to_owned()]), None);
    }
}
