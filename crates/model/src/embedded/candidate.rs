//! Everything on the pages that has a type: numbers, dates, times, identifiers, each with its place.
//!
//! Finds, never judges. Texts without a type are no candidates by themselves: only a label makes them one. The styles
//! of the document (decimal mark, order of day and month) are settled here once.

use std::ops::Range;

use sluice_extract::values::date::{self, DateReading, DayOrder, Time};
use sluice_extract::values::identifier::{self, Identifier};
use sluice_extract::values::money;
use sluice_extract::values::number::{self, DecimalStyle, NumberReading};

use super::layout::Layout;

/// The typed things of a document.
pub(crate) struct Candidates {
    /// In the order of the segments, left to right.
    pub(crate) all: Vec<Candidate>,
    /// Decimal mark.
    pub(crate) decimals: DecimalStyle,
    /// Order of day and month.
    pub(crate) order: DayOrder,
    /// Amounts are printed with their cents.
    pub(crate) cents: bool,
    /// Codes of currencies that are printed, the most frequent first, with the number of times.
    pub(crate) currencies: Vec<(&'static str, usize, Printed)>,
}

/// A place: a segment and bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Printed {
    /// Index into the layout's segments.
    pub(crate) segment: usize,
    /// Bytes of the segment's text.
    pub(crate) bytes: Range<usize>,
}

/// Something with a type.
pub(crate) struct Candidate {
    /// Where.
    pub(crate) at: Printed,
    /// What.
    pub(crate) thing: Thing,
}

/// What a candidate is.
pub(crate) enum Thing {
    /// A figure.
    Number(NumberReading),
    /// A date.
    Date(DateReading),
    /// A time of the day.
    Time(Time),
    /// An identifier that shows what it is by its form.
    Identifier(Identifier),
}

/// Numbers with two decimals from which on a document prints its amounts so.
const CENTS_MIN: usize = 3;

impl Candidates {
    /// Scans every segment.
    pub(crate) fn of(layout: &Layout<'_>) -> Self {
        let texts = || layout.segments.iter().map(|segment| segment.text.as_str());
        let currencies = currencies(layout);
        let hint = match currencies.first().map(|(code, ..)| *code) {
            Some("USD") => DayOrder::MonthFirst,
            Some(_) => DayOrder::DayFirst,
            None => DayOrder::Unknown,
        };
        let mut all = Vec::new();
        for (segment, text) in texts().enumerate() {
            scan(segment, text, &mut all);
        }
        let with_cents = |candidate: &&Candidate| match &candidate.thing {
            Thing::Number(number) => number.number.decimals == 2 && !number.percent,
            _ => false,
        };
        let cents = all.iter().filter(with_cents).count() >= CENTS_MIN;
        Self {
            cents,
            all,
            decimals: number::style_of_document(texts()),
            order: date::order_of_document(texts(), hint),
            currencies,
        }
    }

    fn position(&self, at: &Printed) -> usize {
        let place = (at.segment, at.bytes.start);
        self.all.partition_point(|candidate| (candidate.at.segment, candidate.at.bytes.start) < place)
    }

    /// The date before a place, in the order of the segments.
    pub(crate) fn before(&self, at: &Printed) -> Option<&Candidate> {
        self.all.get(self.position(at).checked_sub(1)?).filter(|candidate| matches!(candidate.thing, Thing::Date(_)))
    }

    /// The date after a place, in the order of the segments.
    pub(crate) fn after(&self, at: &Printed) -> Option<&Candidate> {
        self.all.get(self.position(at) + 1).filter(|candidate| matches!(candidate.thing, Thing::Date(_)))
    }

    /// The candidates of a range of segments.
    pub(crate) fn within(&self, segments: &Range<usize>) -> Range<usize> {
        let first = self.all.partition_point(|candidate| candidate.at.segment < segments.start);
        let end = self.all.partition_point(|candidate| candidate.at.segment < segments.end);
        first..end
    }
}

/// The typed things of a text that stands by itself.
pub(crate) fn scan_text(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    scan(0, text, &mut found);
    found
}

fn scan(segment: usize, text: &str, all: &mut Vec<Candidate>) {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let first = all.len();
    let mut add = |bytes: Range<usize>, thing: Thing| {
        let free = taken.iter().all(|other| bytes.end <= other.start || other.end <= bytes.start);
        if free {
            taken.push(bytes.clone());
            all.push(Candidate { at: Printed { segment, bytes }, thing });
        }
    };
    for found in identifier::scan(text) {
        add(found.span, Thing::Identifier(found.value));
    }
    for found in date::scan(text) {
        add(found.span, Thing::Date(found.value));
    }
    for found in date::scan_times(text) {
        add(found.span, Thing::Time(found.value));
    }
    for found in number::scan(text) {
        add(found.span, Thing::Number(found.value));
    }
    if let Some(new) = all.get_mut(first..) {
        new.sort_by_key(|candidate| candidate.at.bytes.start);
    }
}

/// Currencies by what speaks for them: a sign or code beside an amount, or a sign that can mean nothing else.
fn currencies(layout: &Layout<'_>) -> Vec<(&'static str, usize, Printed)> {
    let mut counted: Vec<(&'static str, usize, Printed)> = Vec::new();
    let mut count = |code: &'static str, segment: usize, bytes: Range<usize>, weight: usize| match counted
        .iter_mut()
        .find(|(known, ..)| *known == code)
    {
        Some((_, count, _)) => *count += weight,
        None => counted.push((code, weight, Printed { segment, bytes })),
    };
    for (segment, text) in layout.segments.iter().enumerate().map(|(index, segment)| (index, &segment.text)) {
        let alone = |span: &Range<usize>| text.trim().len() == span.len();
        for found in money::scan(text).into_iter().filter(|found| found.value.certain || alone(&found.span)) {
            count(found.value.code, segment, found.span, 1);
        }
        for found in number::scan(text) {
            if let Some(currency) = &found.value.currency {
                let sure = currency.certain || found.value.number.decimals == 2;
                count(currency.code, segment, found.span, if sure { 2 } else { 1 });
            }
        }
    }
    counted.sort_by(|a, b| b.1.cmp(&a.1).then(a.2.segment.cmp(&b.2.segment)));
    counted
}
