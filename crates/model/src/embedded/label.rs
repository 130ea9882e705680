//! Texts that may be labels: whole segments, what stands before a colon, and the words before a typed thing.
//!
//! Says where a label could be, not what it means: that is the query's business. Called once per solution.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::candidate::{Candidates, Printed};
use super::layout::{Layout, Segment};
use super::query::LabelText;
use super::text::fold;

/// Most words of a label.
const WORDS_MAX: usize = 8;
/// Words before a typed thing that are tried as its label.
const BEFORE_MAX: usize = 5;
/// A segment of more words than this is running text: only what stands right before a typed thing labels it.
const PROSE_WORDS: usize = 10;

/// What parts the members of a list on one line.
pub(crate) const LIST_MARKS: [&str; 4] = ["·", "•", "●", "|"];

/// Every label of a document; equal texts are compared once.
pub(crate) struct Labels {
    /// In the order of the segments.
    pub(crate) all: Vec<Label>,
    /// The distinct texts.
    pub(crate) texts: Vec<LabelText>,
}

/// A text that may be a label.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    /// Where.
    pub(crate) at: Printed,
    /// Position of its text among the distinct ones.
    pub(crate) text: usize,
    /// It ends with a colon or a number sign.
    pub(crate) colon: bool,
    /// It is all of its segment.
    pub(crate) whole: bool,
    /// It begins its segment, or follows a colon.
    pub(crate) leads: bool,
    /// A description names it as it is printed: a word of a caption is a label by itself.
    pub(crate) named: bool,
    /// It is all that stands before a code in a list on one line: `Company no. 7 · VAT no. 8`.
    pub(crate) listed: bool,
}

impl Labels {
    /// Finds every label.
    ///
    /// `named` holds words that descriptions say are printed: each is a label, whatever stands beside it.
    pub(crate) fn of(layout: &Layout<'_>, candidates: &Candidates, named: &HashSet<&str>) -> Self {
        let mut labels = Self { all: Vec::new(), texts: Vec::new() };
        let mut known: HashMap<String, usize> = HashMap::new();
        for (index, segment) in layout.segments.iter().enumerate() {
            let typed = candidates.all.get(candidates.within(&(index..index + 1))).unwrap_or_default();
            let starts: Vec<usize> = typed.iter().map(|candidate| candidate.at.bytes.start).collect();
            let listed: Vec<Range<usize>> =
                listed_parts(segment).iter().filter_map(|words| before_code(segment, words)).collect();
            for (bytes, leads) in ranges(segment, &starts) {
                labels.add(index, segment, bytes, leads, &mut known);
            }
            let own = labels.all.iter_mut().rev().take_while(|label| label.at.segment == index);
            own.for_each(|label| label.listed = listed.contains(&label.at.bytes));
            for bytes in named_words(segment, named) {
                let before = labels.all.len();
                labels.add(index, segment, bytes, true, &mut known);
                labels.all.iter_mut().skip(before).for_each(|label| label.named = true);
            }
        }
        labels
    }

    /// The labels of one segment.
    pub(crate) fn within(&self, segment: usize) -> &[Label] {
        let first = self.all.partition_point(|label| label.at.segment < segment);
        let end = self.all.partition_point(|label| label.at.segment <= segment);
        self.all.get(first..end).unwrap_or_default()
    }

    fn add(
        &mut self,
        index: usize,
        segment: &Segment,
        bytes: Range<usize>,
        leads: bool,
        known: &mut HashMap<String, usize>,
    ) {
        let printed = segment.text.get(bytes.clone()).unwrap_or_default().trim_end();
        if printed.chars().filter(|char| char.is_alphabetic()).count() < 2 && !printed.contains('#') {
            return;
        }
        let text = LabelText::of(printed);
        let sentence = printed.ends_with([',', ';']) || is_sentence_end(printed) && printed.split(' ').count() > 5;
        if text.is_empty() || sentence {
            return;
        }
        let position = *known.entry(text.folded.clone()).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        });
        self.all.push(Label {
            colon: printed.ends_with([':', '#']),
            whole: bytes.start == 0 && bytes.end == segment.text.len(),
            leads,
            listed: false,
            named: false,
            at: Printed { segment: index, bytes },
            text: position,
        });
    }
}

/// The words of a segment that are named, where it has more of them.
fn named_words(segment: &Segment, named: &HashSet<&str>) -> Vec<Range<usize>> {
    let count = if named.is_empty() { 0 } else { segment.words.len() };
    let bytes = (0..count).map(|word| segment.start_of(word)..segment.start_of(word + 1));
    let printed = |bytes: &Range<usize>| segment.text.get(bytes.clone()).unwrap_or_default().trim_end();
    let is_named = |bytes: &Range<usize>| count > 1 && named.contains(fold(printed(bytes)).as_str());
    bytes.filter(is_named).map(|bytes| bytes.start..bytes.start + printed(&bytes).len()).collect()
}

/// Ends with a full stop that is no abbreviation's (`no.`).
fn is_sentence_end(text: &str) -> bool {
    let last = text.strip_suffix('.').and_then(|text| text.rsplit(' ').next());
    last.is_some_and(|word| word.chars().count() > 3)
}

/// What bullets and bars part on a line: `Company no. 7 · VAT no. 8`. Nothing where there are none.
pub(crate) fn listed_parts(segment: &Segment) -> Vec<Range<usize>> {
    let word = |word: usize| {
        segment.text.get(segment.start_of(word)..segment.start_of(word + 1)).unwrap_or_default().trim_end()
    };
    let count = segment.words.len();
    let marks: Vec<usize> = (0..count).filter(|&at| LIST_MARKS.contains(&word(at))).collect();
    if marks.is_empty() {
        return Vec::new();
    }
    let starts = std::iter::once(0).chain(marks.iter().map(|mark| mark + 1));
    let ends = marks.iter().copied().chain([count]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|words| !words.is_empty()).collect()
}

/// The words of a part that stand before its code.
fn before_code(segment: &Segment, words: &Range<usize>) -> Option<Range<usize>> {
    let code = |word: usize| {
        let next = segment.text.get(segment.start_of(word)..segment.start_of(word + 1)).unwrap_or_default();
        next.chars().any(|char| char.is_ascii_digit())
    };
    let first = words.clone().skip(1).find(|&word| code(word)).filter(|word| word - words.start <= WORDS_MAX)?;
    let (start, end) = (segment.start_of(words.start), segment.start_of(first));
    let text = segment.text.get(start..end)?.trim_end();
    Some(start..start + text.len())
}

/// The byte ranges of a segment that may be labels, and whether each begins a part of its own.
fn ranges(segment: &Segment, typed: &[usize]) -> Vec<(Range<usize>, bool)> {
    let count = segment.words.len();
    let prose = count > PROSE_WORDS;
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let mut add = |start: usize, end: usize, leads: bool| {
        let end = segment.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        if end > start && seen.insert((start, end)) {
            out.push((start..end, leads));
        }
    };
    let mut part = 0;
    for (colon, _) in segment.text.match_indices(':') {
        let rest = segment.text.get(colon + 1..).unwrap_or_default();
        let between = segment.text.get(part..colon).unwrap_or_default();
        let clock =
            between.ends_with(|char: char| char.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_digit());
        if clock || rest.starts_with("//") {
            continue;
        }
        if between.split_whitespace().count() <= WORDS_MAX {
            let lead = between.len() - between.trim_start().len();
            add(part + lead, colon + 1, true);
        }
        part = colon + 1;
    }
    let listed = listed_parts(segment);
    for words in &listed {
        let (start, end) = (segment.start_of(words.start), segment.start_of(words.end));
        if let Some(label) = before_code(segment, words) {
            add(label.start, label.end, true);
        }
        if words.len() <= WORDS_MAX {
            add(start, end, true);
        }
    }
    for &start in typed {
        let word = segment.span(&(start..start + 1)).start;
        let end = if segment.start_of(word) < start { start } else { segment.start_of(word) };
        let last = if segment.start_of(word) < start { word + 1 } else { word };
        let part = listed.iter().find(|words| words.contains(&word)).map_or(0, |words| words.start);
        for first in last.saturating_sub(BEFORE_MAX).max(part)..last {
            add(segment.start_of(first), end, first == part);
        }
    }
    if count <= WORDS_MAX {
        add(0, segment.text.len(), true);
    }
    let colon = segment.text.contains(':') || count <= WORDS_MAX && LabelText::of(&segment.text).is_known();
    if !prose {
        for words in 1..=if colon { 0 } else { 3.min(count.saturating_sub(1)) } {
            add(0, segment.start_of(words), true);
        }
        for (word, before) in (1..count).map(|word| (word, segment.start_of(word))) {
            let next = segment.text.get(before..segment.start_of(word + 1)).unwrap_or_default();
            let code = next.chars().any(|char| char.is_ascii_digit());
            if code {
                (word.saturating_sub(3)..word).for_each(|first| add(segment.start_of(first), before, first == 0));
            }
        }
    }
    out
}
