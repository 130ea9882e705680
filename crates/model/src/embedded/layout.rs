//! A document as a reader of forms sees it: segments of words that stand together, in rows.
//!
//! Geometry and text only: what a segment means is not decided here. Built once per document; labels, candidates and
//! arrays read it.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use sluice_extract::attribution::WordsOnPage;
use sluice_extract::page::{Document, Page, Rect};

/// A gap between two words that is wider than this many line heights parts two segments.
const GAP_IN_HEIGHTS: f32 = 1.1;

/// Lines of a paragraph.
const PARAGRAPH_LINES_MIN: usize = 3;
/// Words that its lines have on average.
const PARAGRAPH_WORDS_A_LINE: f32 = 5.5;

/// Everything that was read, as segments.
pub(crate) struct Layout<'a> {
    /// What was read.
    pub(crate) document: &'a Document,
    /// Page by page, row by row, left to right.
    pub(crate) segments: Vec<Segment>,
    /// What arrays need of the document; made when the first is asked for.
    pub(crate) prepared: OnceLock<super::rows::Prepared>,
    /// For each page of `document.pages`, where its segments stand in `segments`.
    pub(crate) pages: Vec<Range<usize>>,
}

/// Words of one row that stand together.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// Index into `document.pages`.
    pub(crate) page: usize,
    /// Row on the page: segments side by side share it, it rises downwards.
    pub(crate) row: usize,
    /// Indices into the page's words.
    pub(crate) words: Vec<u32>,
    /// Byte offset in `text` of each word.
    starts: Vec<usize>,
    /// The words, joined by single spaces.
    pub(crate) text: String,
    /// The box.
    pub(crate) rect: Rect,
    /// Size of the type.
    pub(crate) size: f32,
    /// Every word is bold.
    pub(crate) bold: bool,
    /// Paragraph of the page.
    pub(crate) block: u32,
    /// Is part of a paragraph of running text.
    pub(crate) running: bool,
    /// Table of the page and cell of that table, where it stands in one.
    pub(crate) cell: Option<(usize, usize)>,
}

impl Segment {
    /// Positions, within `words`, of the words that a byte range of `text` touches.
    pub(crate) fn span(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.starts.partition_point(|&start| start <= bytes.start).saturating_sub(1);
        let end = self.starts.partition_point(|&start| start < bytes.end);
        first..end.max(first + 1).min(self.words.len())
    }

    /// The words that a byte range of `text` touches, as a place.
    pub(crate) fn place(&self, document: &Document, bytes: &Range<usize>) -> WordsOnPage {
        let page = document.pages.get(self.page).map_or(0, |page| page.number);
        WordsOnPage { page, words: self.words.get(self.span(bytes)).unwrap_or_default().to_vec() }
    }

    /// The box around a byte range of `text`; inside a word it is estimated by the share of its characters.
    pub(crate) fn rect_of(&self, page: &Page, bytes: &Range<usize>) -> Rect {
        let span = self.span(bytes);
        let words = self.words.get(span.clone()).unwrap_or_default();
        let rects: Vec<&Rect> =
            words.iter().filter_map(|&word| page.words.get(word as usize)).map(|word| &word.rect).collect();
        let (Some(first), Some(last)) = (rects.first(), rects.last()) else { return self.rect };
        let mut rect = rects.iter().fold(**first, |around, rect| around.union(rect));
        rect.x0 = self.x_at(span.start, bytes.start, first).max(rect.x0);
        rect.x1 = self.x_at(span.end - 1, bytes.end, last).min(rect.x1);
        Rect::new(rect.x0, rect.y0, rect.x1, rect.y1)
    }

    fn x_at(&self, word: usize, byte: usize, rect: &Rect) -> f32 {
        let start = self.starts.get(word).copied().unwrap_or(0);
        let end = self.starts.get(word + 1).map_or(self.text.len(), |next| next - 1);
        let share = (byte.saturating_sub(start)) as f32 / (end - start).max(1) as f32;
        rect.x0 + rect.width() * share.min(1.0)
    }

    /// Byte offset of a word by its position within `words`; the end of the text for one past the last.
    pub(crate) fn start_of(&self, word: usize) -> usize {
        self.starts.get(word).copied().unwrap_or(self.text.len())
    }
}

impl<'a> Layout<'a> {
    /// Reads the segments of every page.
    pub(crate) fn of(document: &'a Document) -> Self {
        let mut segments = Vec::new();
        let mut pages = Vec::with_capacity(document.pages.len());
        for (index, page) in document.pages.iter().enumerate() {
            let start = segments.len();
            segments.extend(page_segments(index, page));
            pages.push(start..segments.len());
        }
        Self { document, segments, prepared: OnceLock::new(), pages }
    }

    /// The page a segment stands on.
    pub(crate) fn page_of(&self, segment: &Segment) -> Option<&'a Page> {
        self.document.pages.get(segment.page)
    }

    /// The segments of a page, row by row.
    pub(crate) fn on_page(&self, page: usize) -> &[Segment] {
        self.pages.get(page).and_then(|range| self.segments.get(range.clone())).unwrap_or_default()
    }
}

fn page_segments(index: usize, page: &Page) -> Vec<Segment> {
    let cells = cells_of_words(page);
    let upright = upright_rotation(page);
    let running = running_blocks(page);
    let mut segments: Vec<Segment> = Vec::new();
    for line in &page.lines {
        let before = segments.len();
        let mut run: Vec<u32> = Vec::new();
        for word in line.words.clone() {
            if page.words.get(word as usize).is_none_or(|word| word.rotation != upright || word.text.is_empty()) {
                continue;
            }
            if run.last().is_some_and(|&last| parts(page, &cells, last, word)) {
                segments.extend(segment(index, page, &cells, std::mem::take(&mut run)));
            }
            run.push(word);
        }
        segments.extend(segment(index, page, &cells, run));
        segments.iter_mut().skip(before).for_each(|segment| segment.block = line.block);
        let whole = segments.len() == before + 1;
        if let Some(segment) = segments.last_mut().filter(|_| whole && running.contains(&line.block)) {
            segment.running = segment.cell.is_none();
        }
    }
    into_rows(segments)
}

/// The blocks that are paragraphs: several lines of many words.
fn running_blocks(page: &Page) -> HashSet<u32> {
    let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for line in &page.lines {
        let (lines, words) = counts.entry(line.block).or_default();
        *lines += 1;
        *words += line.words.len();
    }
    let running = |&(_, (lines, words)): &(u32, (usize, usize))| {
        lines >= PARAGRAPH_LINES_MIN && words as f32 >= PARAGRAPH_WORDS_A_LINE * lines as f32
    };
    counts.into_iter().filter(running).map(|(block, _)| block).collect()
}

/// The direction most words of a page have: a drawing's side notes do not part its lines.
fn upright_rotation(page: &Page) -> u16 {
    let count = |rotation| page.words.iter().filter(|word| word.rotation == rotation).count();
    [0, 90, 180, 270].into_iter().max_by_key(|&rotation| (count(rotation), 360 - rotation)).unwrap_or(0)
}

fn cells_of_words(page: &Page) -> Vec<Option<(usize, usize)>> {
    let mut cells = vec![None; page.words.len()];
    for (table_index, table) in page.tables.iter().enumerate() {
        for (cell_index, cell) in table.cells.iter().enumerate() {
            for &word in &cell.words {
                if let Some(slot) = cells.get_mut(word as usize) {
                    *slot = Some((table_index, cell_index));
                }
            }
        }
    }
    cells
}

fn parts(page: &Page, cells: &[Option<(usize, usize)>], last: u32, next: u32) -> bool {
    let (Some(a), Some(b)) = (page.words.get(last as usize), page.words.get(next as usize)) else { return true };
    let height = a.rect.height().max(b.rect.height()).max(5.0);
    cells.get(last as usize) != cells.get(next as usize)
        || b.rect.x0 - a.rect.x1 > GAP_IN_HEIGHTS * height
        || b.rect.x1 < a.rect.x0
}

fn segment(index: usize, page: &Page, cells: &[Option<(usize, usize)>], words: Vec<u32>) -> Option<Segment> {
    let on_page: Vec<_> = words.iter().filter_map(|&word| page.words.get(word as usize)).collect();
    let rect = Rect::around(on_page.iter().map(|word| &word.rect))?;
    let mut text = String::new();
    let mut starts = Vec::with_capacity(on_page.len());
    for word in &on_page {
        if !text.is_empty() {
            text.push(' ');
        }
        starts.push(text.len());
        text.push_str(&word.text);
    }
    let size = on_page.iter().map(|word| word.size).fold(0.0, f32::max);
    let bold = on_page.iter().all(|word| word.bold);
    let cell = words.first().and_then(|&word| cells.get(word as usize).copied().flatten());
    Some(Segment { page: index, row: 0, words, starts, text, rect, size, bold, block: 0, running: false, cell })
}

/// Sorts by rows: segments whose middles stand within each other's height share a row.
fn into_rows(mut segments: Vec<Segment>) -> Vec<Segment> {
    segments.sort_by(|a, b| a.rect.center_y().total_cmp(&b.rect.center_y()));
    let mut row = 0;
    let mut bounds: Option<(f32, f32)> = None;
    for segment in &mut segments {
        let middle = segment.rect.center_y();
        let half = segment.rect.height() * 0.5;
        let joins = bounds.is_some_and(|(center, reach)| (middle - center).abs() <= reach.min(half) * 0.9);
        if !joins {
            row += usize::from(bounds.is_some());
            bounds = Some((middle, half));
        }
        segment.row = row;
    }
    segments.sort_by(|a, b| a.row.cmp(&b.row).then(a.rect.x0.total_cmp(&b.rect.x0)));
    segments
}
