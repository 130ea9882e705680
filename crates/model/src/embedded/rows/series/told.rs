//! Figures that only sentences tell: `The effective tax rate for the three months ended June 30, 2024 and 2023 was 23.6%
//! and 23.2%, respectively.`
//!
//! A sentence answers where it names what is asked, then says `was` and a figure, and has as many figures of the kind
//! as it names periods: they belong together in their order. Called by `series`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use sluice_extract::values::number::{self, DecimalStyle};

use super::asked::Asked;
use super::period::year_of;
use crate::embedded::rows::frame::Frame;
use crate::embedded::text::fold;

/// A sentence of running text.
#[derive(Debug)]
pub(super) struct Sentence {
    frame: usize,
    text: String,
    /// Byte of the text, index of the piece that begins there.
    pieces: Vec<(usize, usize)>,
    words: Vec<(String, Range<usize>)>,
}

/// A figure that a sentence tells.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) frame: usize,
    /// Indices into the frame's pieces.
    pub(super) pieces: Vec<usize>,
    /// As the head of a column would say it.
    pub(super) heads: String,
    pub(super) value: f64,
    /// `million` behind the figure.
    pub(super) scale: Option<i64>,
    /// The sentence that says it.
    pub(super) sentence: String,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Percent,
    Money,
    Shares,
}

fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

const MONTH: &str = "(?:January|February|March|April|May|June|July|August|September|October|November|December)";

/// `three and six months ended June 30, 2024 and 2023`; `as of June 30, 2024`.
static PERIODS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let count = "(?:three|six|nine|twelve|thirteen|twenty-six|thirty-nine|fifty-two)";
    let date = format!(r"{MONTH} \d{{1,2}}, ?\d{{4}}");
    regex(&format!(
        r"(?i)\b(?:(?P<counts>{count}(?:(?:, | and |, and ){count})*)[- ](?P<unit>months?|weeks?)(?:[- ]periods?)? ended|as of|at) (?P<dates>{date}(?:(?:, | and |, and )(?:{MONTH} \d{{1,2}}, ?)?\d{{4}})*)"
    ))
});

static DATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(&format!(r"(?i)(?P<day>{MONTH} \d{{1,2}}),? ?(?P<year>\d{{4}})|(?P<alone>\d{{4}})")));

static PERCENT: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"\(?-?\d+(?:,\d{3})*(?:\.\d+)?\)? ?(?:%|percent)"));

static MONEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"[$€£] ?\(?\d+(?:,\d{3})*(?:\.\d+)?\)?(?: ?(?:million|billion|thousand))?"));

static SHARES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"\d+(?:,\d{3})*(?:\.\d+)?(?: (?:million|billion|thousand))?(?: and \d+(?:,\d{3})*(?:\.\d+)?(?: (?:million|billion|thousand))?)? (?:common )?shares\b",
    )
});

static COUNT: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"\d+(?:,\d{3})*(?:\.\d+)?(?: (?:million|billion|thousand))?"));

/// Every sentence that names a period, in reading order.
pub(super) fn sentences(frames: &[Frame]) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let mut open: Option<Sentence> = None;
        let mut below: Option<f32> = None;
        for band in &frame.bands {
            let prose = frame.runs(band, 1.5).len() == 1;
            let near = below.is_some_and(|below| band.rect.y0 - below < band.size);
            if !prose || !near {
                found.extend(open.take());
            }
            below = prose.then_some(band.rect.y1);
            for &at in band.pieces.iter().filter(|_| prose) {
                let text = &frame.pieces[at].text;
                let begins = text.starts_with(|char: char| char.is_uppercase() || char == '•');
                if begins && open.as_ref().is_some_and(Sentence::is_ended) {
                    found.extend(open.take());
                }
                let open = open.get_or_insert_with(|| Sentence::new(index));
                open.push(at, text);
            }
        }
        found.extend(open.take());
    }
    found.retain(|sentence| PERIODS.as_ref().is_some_and(|regex| regex.is_match(&sentence.text)));
    for sentence in &mut found {
        sentence.words = words_of(&sentence.text);
    }
    found
}

impl Sentence {
    fn new(frame: usize) -> Self {
        Self { frame, text: String::new(), pieces: Vec::new(), words: Vec::new() }
    }

    fn push(&mut self, at: usize, text: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.pieces.push((self.text.len(), at));
        self.text.push_str(text);
    }

    /// Ends in a full stop that is not an abbreviation's.
    fn is_ended(&self) -> bool {
        let last = self.text.rsplit(' ').next().unwrap_or_default();
        let short = ["inc.", "corp.", "co.", "ltd.", "no.", "u.s.", "vs.", "approx."];
        last.ends_with(['.', ':', ';']) && last.len() > 2 && !short.contains(&last.to_lowercase().as_str())
    }

    fn pieces_of(&self, bytes: &Range<usize>) -> Vec<usize> {
        let end = |position: usize| self.pieces.get(position + 1).map_or(self.text.len(), |next| next.0);
        let touched = self
            .pieces
            .iter()
            .enumerate()
            .filter(|(position, (start, _))| *start < bytes.end && end(*position) > bytes.start);
        touched.map(|(_, &(_, piece))| piece).collect()
    }
}

/// The folded words with their bytes.
fn words_of(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words: Vec<(String, Range<usize>)> = Vec::new();
    let mut start = None;
    for (at, char) in text.char_indices().chain([(text.len(), ' ')]) {
        match (char.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((fold(&text[from..at]), from..at));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// What the sentences tell of what is asked, in reading order.
pub(super) fn figures(sentences: &[Sentence], asked: &Asked, style: DecimalStyle) -> Vec<Told> {
    let kind = match () {
        () if asked.shares.is_some() => Kind::Shares,
        () if asked.percent => Kind::Percent,
        () => Kind::Money,
    };
    sentences.iter().flat_map(|sentence| told(sentence, asked, kind, style).unwrap_or_default()).collect()
}

fn told(sentence: &Sentence, asked: &Asked, kind: Kind, style: DecimalStyle) -> Option<Vec<Told>> {
    let subject = subject(sentence, asked)?;
    let periods = periods(&sentence.text);
    let figures = found(&sentence.text, kind);
    let first = figures.first()?;
    if periods.len() != figures.len() || first.start < subject.end || !is_said(sentence, subject.end, first.start, kind)
    {
        return None;
    }
    let all = figures.iter().zip(periods).map(|(bytes, heads)| {
        let printed = sentence.text.get(bytes.clone())?;
        let reading = number::scan(printed.trim_start_matches(['$', '€', '£', ' ', '('])).into_iter().next()?;
        let value = reading.value.under(style).value.abs();
        // The bracket before a figure may have been set elsewhere; the one behind it is enough.
        let negative = printed.contains(')') || printed.contains('-');
        Some(Told {
            frame: sentence.frame,
            pieces: sentence.pieces_of(bytes),
            heads,
            value: if negative { -value } else { value },
            scale: ["thousand", "million", "billion"]
                .iter()
                .zip([1000, 1_000_000, 1_000_000_000])
                .find(|(word, _)| printed.contains(**word))
                .map(|(_, scale)| scale),
            sentence: sentence.text.clone(),
        })
    });
    all.collect()
}

/// Where a sentence names what is asked; nothing where it speaks of a change of it or a corrected one.
fn subject(sentence: &Sentence, asked: &Asked) -> Option<Range<usize>> {
    const CORRECTED: [&str; 12] = [
        "adjusted",
        "organic",
        "non",
        "gaap",
        "change",
        "increase",
        "decrease",
        "in",
        "annual",
        "statutory",
        "estimated",
        "pro",
    ];
    let words = &sentence.words;
    let at = |from: usize, phrase: &[String]| {
        let here = words.get(from..from + phrase.len())?;
        here.iter()
            .zip(phrase)
            .all(|((word, _), asked)| word == asked)
            .then(|| here[0].1.start..here[phrase.len() - 1].1.end)
    };
    if let Some(verb) = &asked.shares {
        return words.iter().find(|(word, _)| word.starts_with(verb.as_str())).map(|(_, bytes)| bytes.clone());
    }
    let plain = |from: usize| {
        from == 0 || !words[..from].iter().rev().take(2).any(|(word, _)| CORRECTED.contains(&word.as_str()))
    };
    (0..words.len())
        .filter(|&from| plain(from))
        .find_map(|from| asked.phrases.iter().find_map(|phrase| at(from, phrase)))
}

/// Does the sentence say that the figure is the subject's?
fn is_said(sentence: &Sentence, subject: usize, figure: usize, kind: Kind) -> bool {
    const SAYS: [&str; 8] = ["was", "were", "totaled", "totalled", "of", "is", "approximately", "about"];
    const OTHERWISE: [&str; 12] = [
        "increased",
        "decreased",
        "increase",
        "decrease",
        "change",
        "excluding",
        "adjusted",
        "compared",
        "expect",
        "expects",
        "would",
        "per",
    ];
    let between: Vec<&str> = sentence
        .words
        .iter()
        .filter(|(_, at)| at.start >= subject && at.end <= figure)
        .map(|(word, _)| word.as_str())
        .collect();
    match kind {
        Kind::Shares => between.len() <= 3 && !between.contains(&"per"),
        // The word may be set without a blank before the figure.
        _ => {
            let glued = sentence.words.iter().any(|(word, at)| {
                at.start < figure && figure < at.end && SAYS.iter().any(|says| word.starts_with(says))
            });
            !between.iter().any(|word| OTHERWISE.contains(word))
                && (glued || between.last().is_some_and(|last| SAYS.contains(last)))
        }
    }
}

/// The figures of a kind.
fn found(text: &str, kind: Kind) -> Vec<Range<usize>> {
    let all = |regex: &LazyLock<Option<Regex>>| -> Vec<Range<usize>> {
        regex.as_ref().map(|regex| regex.find_iter(text).map(|found| found.range()).collect()).unwrap_or_default()
    };
    match kind {
        Kind::Percent => all(&PERCENT),
        Kind::Money => all(&MONEY),
        Kind::Shares => {
            let counts = all(&COUNT);
            let shares = all(&SHARES);
            let is_year = |count: &Range<usize>| text.get(count.clone()).and_then(year_of).is_some();
            counts
                .into_iter()
                .filter(|count| !is_year(count))
                .filter(|count| shares.iter().any(|shares| shares.start <= count.start && count.end <= shares.end))
                .collect()
        }
    }
}

/// The periods that a text names, each as the head of a column would say it, in their order.
fn periods(text: &str) -> Vec<String> {
    let (Some(regex), Some(date)) = (PERIODS.as_ref(), DATE.as_ref()) else { return Vec::new() };
    let mut found = Vec::new();
    for captures in regex.captures_iter(text) {
        let dates = captures.name("dates").map(|dates| dates.as_str()).unwrap_or_default();
        let mut days: Vec<String> = Vec::new();
        let mut last_day = String::new();
        for one in date.captures_iter(dates) {
            if let Some(day) = one.name("day") {
                last_day = day.as_str().to_owned();
            }
            let year = one.name("year").or(one.name("alone")).map(|year| year.as_str()).unwrap_or_default();
            days.push(format!("{last_day}, {year}"));
        }
        let unit = captures.name("unit").map(|unit| unit.as_str()).unwrap_or_default();
        let counts: Vec<String> = captures
            .name("counts")
            .map(|counts| {
                counts
                    .as_str()
                    .replace(" and ", ", ")
                    .split(", ")
                    .map(|count| count.trim().to_owned())
                    .filter(|count| !count.is_empty())
                    .collect()
            })
            .unwrap_or_default();
        if counts.is_empty() {
            found.extend(days);
        } else {
            found.extend(counts.iter().flat_map(|count| {
                days.iter().map(move |day| format!("{count} {unit}s ended {day}").replace("ss ended", "s ended"))
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_in_their_order() {
        let check = |text: &str, want: &[&str]| assert_eq!(periods(text), want, "{text}");
        check(
            "for the three months ended June 30, 2024 and 2023 was",
            &["three months ended June 30, 2024", "three months ended June 30, 2023"],
        );
        check(
            "in the three-month periods ended January 31, 2025 and January 31, 2024 for",
            &["three months ended January 31, 2025", "three months ended January 31, 2024"],
        );
        check(
            "three and six months ended May 1, 2025, cost",
            &["three months ended May 1, 2025", "six months ended May 1, 2025"],
        );
        check("As of March 31, 2024 and 2023, we", &["March 31, 2024", "March 31, 2023"]);
    }
}
