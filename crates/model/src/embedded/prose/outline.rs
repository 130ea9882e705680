//! A document as running text: lines in reading order without page furniture, and the headings among them.
//!
//! Shapes only: size, weight, capitals, numbering, indents. What a heading means is not decided here. Made once for a
//! document; everything that reads prose reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sluice_extract::attribution::WordsOnPage;
use sluice_extract::page::{Document, Line as PageLine, Page, Rect, Word};

use super::order;
use super::words::{Words, folded_heading};
use crate::embedded::text::fold;

/// A gap between two words that is wider than this many line heights parts a line.
const GAP_IN_HEIGHTS: f32 = 1.1;
/// A gap that is wider than this many line heights parts cells.
const CELL_GAP: f32 = 0.75;
/// A heading is no longer than this.
const HEADING_WORDS_MAX: usize = 10;
/// Type this much larger than the body's is a heading's.
const LARGER: f32 = 1.15;
/// Share of a page's height at its top and bottom where furniture stands.
const MARGIN: f32 = 0.12;

/// Known sections that make a document one of sections.
const HEADS_MIN: usize = 3;

/// What glyphs open an item of a list.
const BULLETS: [char; 14] = ['•', '◦', '▪', '●', '○', '■', '□', '·', '∙', '‣', '➢', '✓', '\u{f0b7}', '\u{f0a7}'];

/// The running text of a document.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Every line but furniture, in reading order.
    pub(crate) lines: Vec<Line>,
    /// Size of the type that most words have.
    pub(crate) body_size: f32,
    /// The folded words of the document; a word with a hyphen is there as its parts with a space between them, too.
    pub(crate) vocabulary: BTreeSet<String>,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Number of the page, 1-based.
    pub(crate) page: u32,
    /// Indices into the page's words.
    words: Vec<u32>,
    /// Byte offset of each word in `text`.
    starts: Vec<usize>,
    /// The words, joined by single spaces.
    pub(crate) text: String,
    /// The box.
    pub(crate) rect: Rect,
    /// Size of the type.
    pub(crate) size: f32,
    /// Bytes of its first bold words; empty where there are none.
    pub(crate) bold: Range<usize>,
    /// Its first words hold a figure and are not bold, the ones after them are: a date before a title.
    pub(crate) late_bold: bool,
    /// Bytes of what opens the line: a bullet or a number.
    pub(crate) marker: Option<Range<usize>>,
    /// Left edge of the text after its marker.
    pub(crate) text_x: f32,
    /// Parts between wide gaps, after the marker.
    pub(crate) parts: Vec<Range<usize>>,
    /// Finer parts, where cards or columns may stand side by side, each with its left edge.
    pub(crate) cells: Vec<(Range<usize>, f32)>,
    /// Paragraph on the page.
    pub(crate) block: u32,
    /// Stands in a table.
    pub(crate) in_table: bool,
}

/// A part of a line, as bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bit {
    /// Index into the outline's lines.
    pub(crate) line: usize,
    /// Bytes of its text.
    pub(crate) bytes: Range<usize>,
}

impl Outline {
    /// Reads a document.
    pub(crate) fn of(document: &Document) -> Self {
        let furniture = furniture(document);
        let mut lines = Vec::new();
        for page in &document.pages {
            let tabled = words_in_tables(page);
            let own = page.lines.iter().filter(|line| !furniture.contains_key(&skeleton(page, line)));
            let own = own.flat_map(|line| parted(page, line)).filter_map(|line| Line::of(page, &line, &tabled));
            lines.push(own.collect::<Vec<_>>());
        }
        let heads = lines.iter().flatten().filter(|line| is_known(line)).count();
        let lines: Vec<Line> = match heads {
            0..HEADS_MIN => lines.into_iter().flatten().collect(),
            _ => lines.into_iter().flat_map(|page| order::read(page, &is_known)).collect(),
        };
        Self { body_size: body_size(&lines), vocabulary: vocabulary(document), lines }
    }

    /// The text of a bit.
    pub(crate) fn text(&self, bit: &Bit) -> &str {
        self.lines.get(bit.line).and_then(|line| line.text.get(bit.bytes.clone())).unwrap_or_default()
    }

    /// The words of some bits.
    pub(crate) fn places(&self, bits: &[Bit]) -> Vec<WordsOnPage> {
        bits.iter().filter_map(|bit| self.lines.get(bit.line).map(|line| line.place(&bit.bytes))).collect()
    }

    /// Does a line look like a heading?
    pub(crate) fn is_heading(&self, index: usize) -> bool {
        self.lines.get(index).is_some_and(|line| line.is_heading(self.body_size))
    }

    /// Where the text under a heading ends: before the next heading that is at least as strong.
    pub(crate) fn section(&self, heading: usize, ends: impl Fn(usize) -> bool) -> Range<usize> {
        let start = heading + 1;
        let Some(top) = self.lines.get(heading) else { return start..start };
        let rest = self.lines.iter().enumerate().skip(start);
        let mut next =
            rest.filter(|(index, line)| self.is_heading(*index) && line.is_as_strong_as(top) && ends(*index));
        start..next.next().map_or(self.lines.len(), |(index, _)| index)
    }
}

impl Line {
    fn of(page: &Page, line: &PageLine, tabled: &[bool]) -> Option<Self> {
        let words: Vec<u32> = line.words.clone().filter(|&word| page.words.get(word as usize).is_some()).collect();
        let on_page: Vec<_> = words.iter().filter_map(|&word| page.words.get(word as usize)).collect();
        let rect = Rect::around(on_page.iter().map(|word| &word.rect))?;
        let mut text = String::new();
        let mut starts = Vec::with_capacity(words.len());
        for word in &on_page {
            if !text.is_empty() {
                text.push(' ');
            }
            starts.push(text.len());
            text.push_str(&word.text);
        }
        let marker = marker(&text);
        let first = marker.as_ref().map_or(0, |marker| starts.partition_point(|&start| start < marker.end));
        let body = on_page.get(first..).unwrap_or_default();
        let plain = body.iter().take_while(|word| !word.bold).count();
        let bold_end = plain + body.iter().skip(plain).take_while(|word| word.bold).count();
        let byte = |word: usize| starts.get(first + word).copied().unwrap_or(text.len());
        let bold = byte(plain)..if bold_end < body.len() { byte(bold_end).saturating_sub(1) } else { text.len() };
        let cells = cells(&on_page, &starts, first, text.len());
        let mut parts = Vec::new();
        let mut from = starts.get(first).copied().unwrap_or(text.len());
        for (position, pair) in body.windows(2).enumerate() {
            let height = pair[0].rect.height().max(pair[1].rect.height()).max(5.0);
            if pair[1].rect.x0 - pair[0].rect.x1 > GAP_IN_HEIGHTS * height {
                let next = starts.get(first + position + 1).copied().unwrap_or(text.len());
                parts.push(from..next.saturating_sub(1));
                from = next;
            }
        }
        parts.push(from..text.len());
        Some(Self {
            page: page.number,
            size: body.iter().map(|word| word.size).fold(0.0, f32::max),
            late_bold: late_bold(body),
            bold,
            text_x: body.first().map_or(rect.x0, |word| word.rect.x0),
            in_table: words.iter().any(|&word| tabled.get(word as usize).copied().unwrap_or(false)),
            block: line.block,
            words,
            starts,
            text,
            rect,
            marker,
            parts,
            cells,
        })
    }

    /// The words that bytes of the text touch.
    fn place(&self, bytes: &Range<usize>) -> WordsOnPage {
        let first = self.starts.partition_point(|&start| start <= bytes.start).saturating_sub(1);
        let end = self.starts.partition_point(|&start| start < bytes.end).max(first);
        WordsOnPage { page: self.page, words: self.words.get(first..end).unwrap_or_default().to_vec() }
    }

    /// The text after its marker.
    pub(crate) fn body(&self) -> Range<usize> {
        self.parts.first().map_or(self.text.len(), |part| part.start)..self.text.len()
    }

    /// The marker is a bullet.
    pub(crate) fn has_bullet(&self) -> bool {
        self.marker_text()
            .is_some_and(|marker| marker.chars().all(|char| BULLETS.contains(&char) || "-–".contains(char)))
    }

    /// The marker, if it is a number: `12.`, `(a)`, `4.2`.
    pub(crate) fn number(&self) -> Option<&str> {
        self.marker_text().filter(|marker| marker.chars().any(char::is_alphanumeric))
    }

    fn marker_text(&self) -> Option<&str> {
        self.text.get(self.marker.clone()?)
    }

    /// All of it is bold.
    pub(crate) fn is_bold(&self) -> bool {
        self.has_bold_start() && self.bold.end >= self.text.len()
    }

    /// It begins with bold words.
    pub(crate) fn has_bold_start(&self) -> bool {
        !self.bold.is_empty() && self.bold.start == self.body().start
    }

    /// All its letters are capitals, and there are some.
    pub(crate) fn is_caps(&self) -> bool {
        let letters: Vec<char> = self.text.chars().filter(|char| char.is_alphabetic()).collect();
        letters.len() >= 3 && letters.iter().all(|char| !char.is_lowercase())
    }

    /// The text of a heading: without marker and colon.
    pub(crate) fn heading_text(&self) -> &str {
        self.text.get(self.body()).unwrap_or_default().trim().trim_end_matches(':').trim_end()
    }

    fn is_heading(&self, body_size: f32) -> bool {
        let text = self.heading_text();
        let styled = self.is_bold() || self.is_caps() || self.size >= LARGER * body_size;
        let begins = text.chars().next().is_some_and(|char| char.is_uppercase() || char.is_numeric());
        styled
            && begins
            && !self.in_table
            && !self.has_bullet()
            && self.parts.len() == 1
            && text.split(' ').count() <= HEADING_WORDS_MAX
            && !text.ends_with(['.', ',', ';'])
            && text.chars().filter(|char| char.is_alphabetic()).count() >= 3
    }

    /// Would a heading like this end the section of another?
    fn is_as_strong_as(&self, other: &Self) -> bool {
        let alike = self.size >= 0.97 * other.size
            && self.is_bold() >= other.is_bold()
            && self.is_caps() >= other.is_caps()
            && (self.number().is_some() >= other.number().is_some() || self.size > other.size * 1.05);
        alike || self.size >= 1.3 * other.size
    }
}

/// Is this the heading of a section that we know, by its words?
fn is_known(line: &Line) -> bool {
    Words::shared().is_section(&folded_heading(line.heading_text()))
}

/// A heading that stands left of its text is a line of its own: what is before the first wide gap names a section.
fn parted(page: &Page, line: &PageLine) -> Vec<PageLine> {
    let word = |index: u32| page.words.get(index as usize);
    let height = line.rect.height().max(5.0);
    let wide = |index: &u32| {
        let (before, after) = (word(index - 1), word(*index));
        before.zip(after).is_some_and(|(before, after)| after.rect.x0 - before.rect.x1 > GAP_IN_HEIGHTS * height)
    };
    let first = (line.words.start + 1..line.words.end).find(wide);
    let whole = || vec![line.clone()];
    let Some(first) = first else { return whole() };
    let of = |words: Range<u32>| {
        let rect = Rect::around(words.clone().filter_map(word).map(|word| &word.rect))?;
        Some(PageLine { words, rect, block: line.block })
    };
    let (Some(head), Some(rest)) = (of(line.words.start..first), of(first..line.words.end)) else { return whole() };
    let text: Vec<&str> = head.words.clone().filter_map(word).map(|word| word.text.as_str()).collect();
    let text = text.join(" ");
    let titled = text.chars().next().is_some_and(char::is_uppercase) && !text.ends_with(':');
    if titled && Words::shared().is_section(&folded_heading(&text)) { vec![head, rest] } else { whole() }
}

/// Runs of words without a gap that is wider than words of one text have.
fn cells(words: &[&Word], starts: &[usize], first: usize, end: usize) -> Vec<(Range<usize>, f32)> {
    let mut cells: Vec<(Range<usize>, f32)> = Vec::new();
    for (at, word) in words.iter().enumerate().skip(first) {
        let before = at.checked_sub(1).filter(|_| at > first).and_then(|before| words.get(before));
        let near = before.is_some_and(|before| word.rect.x0 - before.rect.x1 <= CELL_GAP * word.rect.height().max(5.0));
        let stop = starts.get(at + 1).map_or(end, |next| next - 1);
        match cells.last_mut().filter(|_| near) {
            Some((range, _)) => range.end = stop,
            None => cells.push((starts.get(at).copied().unwrap_or(end)..stop, word.rect.x0)),
        }
    }
    cells
}

/// Bold words after some that are not, which hold a figure: a date before a title.
fn late_bold(words: &[&Word]) -> bool {
    let plain = words.iter().take_while(|word| !word.bold).count();
    let dated = words.iter().take(plain).any(|word| word.text.chars().any(|char| char.is_ascii_digit()));
    (1..=6).contains(&plain) && plain < words.len() && dated
}

/// A bullet, or a number such as `1.`, `(a)`, `4.2`, at the start of a text.
fn marker(text: &str) -> Option<Range<usize>> {
    let end = text.find(' ')?;
    let word = text.get(..end)?;
    let bullet = word.chars().all(|char| BULLETS.contains(&char)) || matches!(word, "-" | "–");
    (bullet || is_numbering(word)).then_some(0..end)
}

fn is_numbering(word: &str) -> bool {
    let core = word.trim_start_matches('(').trim_end_matches([')', '.']);
    let closed = word.len() > core.len();
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.chars().all(|char| char.is_ascii_digit());
    let levels = core.split('.').count();
    let numeric = levels <= 4 && core.split('.').all(digits) && (closed || levels > 1);
    let letter = closed && core.len() <= 4 && core.chars().all(|char| char.is_ascii_lowercase())
        || word.starts_with('(') && closed && core.len() == 1 && core.chars().all(char::is_alphanumeric);
    numeric || letter && (core.len() == 1 || core.chars().all(|char| "ivx".contains(char)))
}

fn words_in_tables(page: &Page) -> Vec<bool> {
    let mut tabled = vec![false; page.words.len()];
    for &word in page.tables.iter().flat_map(|table| &table.cells).flat_map(|cell| &cell.words) {
        if let Some(slot) = tabled.get_mut(word as usize) {
            *slot = true;
        }
    }
    tabled
}

/// A line without what changes from page to page.
fn skeleton(page: &Page, line: &PageLine) -> String {
    if line.rect.y0 > MARGIN * page.height && line.rect.y1 < (1.0 - MARGIN) * page.height {
        return String::new();
    }
    fold(&page.line_text(line)).chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
}

/// What stands at the top or bottom of several pages, and of at least half of them.
fn furniture(document: &Document) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for page in &document.pages {
        let mut own: Vec<String> = page.lines.iter().map(|line| skeleton(page, line)).collect();
        own.sort();
        own.dedup();
        for text in own.into_iter().filter(|text| !text.is_empty()) {
            *counts.entry(text).or_default() += 1;
        }
    }
    let enough = (document.pages.len().div_ceil(2)).max(2);
    counts.retain(|_, count| *count >= enough);
    counts
}

fn vocabulary(document: &Document) -> BTreeSet<String> {
    let words = document.pages.iter().flat_map(|page| &page.words);
    words.filter(|word| !word.text.ends_with('-')).map(|word| fold(&word.text)).collect()
}

/// The size that most characters have.
fn body_size(lines: &[Line]) -> f32 {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for line in lines {
        *sizes.entry((line.size * 4.0).round() as u32).or_default() += line.text.len();
    }
    let most = sizes.into_iter().max_by_key(|&(size, count)| (count, size));
    most.map_or(10.0, |(size, _)| size as f32 / 4.0)
}
