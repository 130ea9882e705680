//! What was read from a document: pages, words with boxes, lines, tables, marks, form fields.
//!
//! Data only, and the small geometry that belongs to it. Never parses bytes (that is `sluice-document`) and never
//! knows what will be asked. Written by the reader; read by attribution, plans, prompts and models.
//!
//! All geometry is in *display space*: crop box applied, page rotation applied, origin at the top left, y down,
//! in PDF points (1/72 inch). Images have no points: there a pixel is a point at the picture's own resolution.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 over a document's bytes, as 64 hex digits: the name of a document everywhere, so that one is read once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ContentHash(String);

/// The text is no hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a content is 64 hex digits in lower case")]
pub struct ContentHashInvalid;

impl ContentHash {
    /// Hashes the bytes as they came, before anything looks at them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(Sha256::digest(bytes).into())
    }

    /// From a SHA-256 that was made elsewhere, of bytes that never were in memory at once.
    #[must_use]
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ContentHash {
    type Error = ContentHashInvalid;

    fn try_from(text: String) -> Result<Self, ContentHashInvalid> {
        // It becomes part of a path where blobs are kept: nothing else may pass.
        let is_hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hex { Ok(Self(text)) } else { Err(ContentHashInvalid) }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of file the bytes are, by their content and never by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// `application/pdf`
    Pdf,
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/tiff`
    Tiff,
    /// `image/webp`
    Webp,
}

impl Media {
    /// As HTTP names it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
            Self::Webp => "image/webp",
        }
    }
}

/// A document as far as it was read. `pages` may hold fewer than `page_count`: a selection, or a damaged file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Hash of the bytes that were read.
    pub hash: ContentHash,
    /// Kind of file.
    pub media: Media,
    /// How many pages the file says it has.
    pub page_count: u32,
    /// The pages that were read, in order of their number.
    pub pages: Vec<Page>,
}

impl Document {
    /// The same document, of which nothing was read.
    #[must_use]
    pub fn clone_without_pages(&self) -> Self {
        Self { hash: self.hash.clone(), media: self.media, page_count: self.page_count, pages: Vec::new() }
    }
}

impl Document {
    /// The page with this 1-based number, if it was read.
    #[must_use]
    pub fn page(&self, number: u32) -> Option<&Page> {
        self.pages.iter().find(|page| page.number == number)
    }
}

/// Where a page's words came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// The page carries its own text.
    Native,
    /// Optical character recognition of the page's picture.
    Ocr,
    /// Both: the page carries some text, and parts of its picture were recognised. Only those words have a confidence.
    Mixed,
    /// There are no words: a blank page, or a scan that nobody could read.
    None,
}

/// One page in display space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// 1-based.
    pub number: u32,
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// Where the words came from.
    pub text_source: TextSource,
    /// What the text of a scan is off the page's edges, in degrees, clockwise. Boxes stand where the words really are.
    #[serde(default, skip_serializing_if = "is_level")]
    pub skew: f32,
    /// Words in reading order.
    pub words: Vec<Word>,
    /// Lines in reading order; together they cover every word exactly once.
    pub lines: Vec<Line>,
    /// Tables, top to bottom. Their cells point into `words`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Drawn checkboxes and radio buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Interactive form fields (`AcroForm`) with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FormField>,
}

impl Page {
    /// The page as if its text lay level and upright: for whoever reads meaning from how words line up. Indices stay the
    /// same; the sides are exchanged where the text of a page runs up or down it.
    ///
    /// Pages that are level and upright are handed back as they are.
    #[must_use]
    pub fn straightened(&self) -> std::borrow::Cow<'_, Self> {
        let Some(level) = Straightening::of(self) else { return std::borrow::Cow::Borrowed(self) };
        let mut page = self.clone();
        page.skew = 0.0;
        (page.width, page.height) = level.size;
        for word in &mut page.words {
            word.rect = level.rect(&word.rect);
            word.rotation = (word.rotation + 360 - level.turn) % 360;
        }
        page.marks.iter_mut().for_each(|mark| mark.rect = level.rect(&mark.rect));
        page.fields.iter_mut().for_each(|field| field.rect = level.rect(&field.rect));
        page.tables.iter_mut().for_each(|table| {
            table.rect = level.rect(&table.rect);
            table.cells.iter_mut().for_each(|cell| cell.rect = level.rect(&cell.rect));
        });
        for line in &mut page.lines {
            let words = page.words.get(line.words.start as usize..line.words.end as usize).unwrap_or_default();
            line.rect = Rect::around(words.iter().map(|word| &word.rect)).unwrap_or(line.rect);
        }
        std::borrow::Cow::Owned(page)
    }

    /// Where a box of the straightened page stands on this one: the level box around it, within the page.
    #[must_use]
    pub fn as_it_lies(&self, straight: &Rect) -> Rect {
        let Some(level) = Straightening::of(self) else { return *straight };
        let around = level.undone(straight);
        let (width, height) = (self.width, self.height);
        let (x0, x1) = (around.x0.clamp(0.0, width), around.x1.clamp(0.0, width));
        Rect::new(x0, around.y0.clamp(0.0, height), x1, around.y1.clamp(0.0, height))
    }

    /// The direction in which nearly all of a page that was recognised runs; a page that carries its own text has notes
    /// on end, and is set upright by whoever made it.
    fn turn(&self) -> u16 {
        const NEARLY_ALL: f32 = 0.9;
        let count = |rotation: u16| self.words.iter().filter(|word| word.rotation == rotation).count() as f32;
        let turned = |rotation: &u16| count(*rotation) > NEARLY_ALL * self.words.len() as f32;
        match self.text_source {
            TextSource::Ocr => [90, 180, 270].into_iter().find(turned).unwrap_or(0),
            TextSource::Native | TextSource::Mixed | TextSource::None => 0,
        }
    }

    /// The words of a line.
    #[must_use]
    pub fn line_words(&self, line: &Line) -> &[Word] {
        self.words.get(line.words.start as usize..line.words.end as usize).unwrap_or_default()
    }

    /// The text of a line, words joined by single spaces.
    #[must_use]
    pub fn line_text(&self, line: &Line) -> String {
        join(self.line_words(line).iter())
    }

    /// The text of some words by index, joined by single spaces; indices past the end are left out.
    #[must_use]
    pub fn text_of(&self, words: &[u32]) -> String {
        join(words.iter().filter_map(|&index| self.words.get(index as usize)))
    }

    /// All lines as text, one line each.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| self.line_text(line)).collect();
        lines.join("\n")
    }
}

/// Turns boxes back around the middle of a page.
struct Straightening {
    sin: f32,
    cos: f32,
    /// Width and height of the page once it stands upright.
    size: (f32, f32),
    /// Direction of the text before, in degrees, clockwise.
    turn: u16,
}

impl Straightening {
    /// `None` for a page that lies as it should.
    fn of(page: &Page) -> Option<Self> {
        let turn = page.turn();
        if page.skew == 0.0 && turn == 0 {
            return None;
        }
        let (sin, cos) = page.skew.clamp(-44.0, 44.0).to_radians().sin_cos();
        let size = if turn.is_multiple_of(180) { (page.width, page.height) } else { (page.height, page.width) };
        Some(Self { sin, cos, size, turn })
    }

    fn middle(&self) -> (f32, f32) {
        (self.size.0 / 2.0, self.size.1 / 2.0)
    }

    fn rect(&self, rect: &Rect) -> Rect {
        let rect = self.upright(rect);
        if self.sin == 0.0 {
            return rect;
        }
        let ((sin, cos), middle) = ((self.sin, self.cos), self.middle());
        let (x, y) = (rect.center_x() - middle.0, rect.center_y() - middle.1);
        let (x, y) = (x * cos + y * sin + middle.0, y * cos - x * sin + middle.1);
        // A box of a by b at an angle has a level box of (a cos + b sin) by (a sin + b cos): solved for a and b.
        let (wide, high, sin) = (rect.width(), rect.height(), sin.abs());
        let spread = (cos * cos - sin * sin).max(0.02);
        let width = ((wide * cos - high * sin) / spread).max(0.3 * wide);
        let height = ((high * cos - wide * sin) / spread).max(0.3 * high);
        Rect::new(x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
    }

    /// A box once the page stands upright, by quarters.
    fn upright(&self, rect: &Rect) -> Rect {
        let (width, height) = self.size;
        match self.turn {
            90 => Rect::new(rect.y0, height - rect.x1, rect.y1, height - rect.x0),
            180 => Rect::new(width - rect.x1, height - rect.y1, width - rect.x0, height - rect.y0),
            270 => Rect::new(width - rect.y1, rect.x0, width - rect.y0, rect.x1),
            _ => *rect,
        }
    }

    /// The way back.
    fn undone(&self, rect: &Rect) -> Rect {
        let ((sin, cos), middle) = ((self.sin, self.cos), self.middle());
        let (x, y) = (rect.center_x() - middle.0, rect.center_y() - middle.1);
        let (x, y) = (x * cos - y * sin + middle.0, y * cos + x * sin + middle.1);
        let (width, height, sin) = (rect.width(), rect.height(), sin.abs());
        let (wide, high) = ((width * cos + height * sin) / 2.0, (width * sin + height * cos) / 2.0);
        let (width, height) = self.size;
        let (left, right, top, bottom) = (x - wide, x + wide, y - high, y + high);
        match self.turn {
            90 => Rect::new(height - bottom, left, height - top, right),
            180 => Rect::new(width - right, height - bottom, width - left, height - top),
            270 => Rect::new(top, width - right, bottom, width - left),
            _ => Rect::new(left, top, right, bottom),
        }
    }
}

fn join<'a>(words: impl Iterator<Item = &'a Word>) -> String {
    words.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A word and its box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The characters, ligatures taken apart (fi, not U+FB01), in logical order.
    pub text: String,
    /// The box on the page.
    #[serde(flatten)]
    pub rect: Rect,
    /// Size of the type in points; for OCR guessed from the height of the line.
    pub size: f32,
    /// The font says it is bold.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bold: bool,
    /// Direction of the text in degrees, clockwise: 0, 90, 180 or 270.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rotation: u16,
    /// The recogniser's confidence, 0..1, where the word was recognised and not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_level(value: &f32) -> bool {
    *value == 0.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(value: &u16) -> bool {
    *value == 0
}

/// Words on one baseline in one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Half-open range of indices into the page's words.
    pub words: Range<u32>,
    /// Box around the words.
    #[serde(flatten)]
    pub rect: Rect,
    /// Lines of one block (a paragraph, an address, a heading) share this number; numbers rise in reading order.
    pub block: u32,
}

/// A table: a grid of cells over the page's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Box around the table.
    #[serde(flatten)]
    pub rect: Rect,
    /// Drawn with rules (`true`) or found by alignment alone.
    pub ruled: bool,
    /// Number of rows of the grid.
    pub rows: u32,
    /// Number of columns of the grid.
    pub columns: u32,
    /// How many of the first rows are headers; 0 where the table goes on from the page before without repeating them.
    pub header_rows: u32,
    /// Every cell once, row by row. A merged cell stands at its top left corner.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// 0-based row of the top left corner.
    pub row: u32,
    /// 0-based column of the top left corner.
    pub column: u32,
    /// How many rows it covers, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub row_span: u32,
    /// How many columns it covers, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub column_span: u32,
    /// The cell's box.
    #[serde(flatten)]
    pub rect: Rect,
    /// Indices into the page's words, in reading order inside the cell.
    pub words: Vec<u32>,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// A checkbox or radio button that is drawn on the page, not a form field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Its box.
    #[serde(flatten)]
    pub rect: Rect,
    /// Ticked, crossed or filled.
    pub checked: bool,
}

/// A field of an interactive form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// Full name, parents joined by dots.
    pub name: String,
    /// The tooltip (`/TU`), which is what a person sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where its widget stands.
    #[serde(flatten)]
    pub rect: Rect,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a form field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Text or a choice; empty where nothing was filled in.
    Text(String),
    /// A checkbox.
    Checked(bool),
    /// A radio button of a group: its own name, and whether it is the chosen one.
    Choice {
        /// Export name of this button.
        name: String,
        /// Is it the chosen one?
        chosen: bool,
    },
}

/// A rectangle: `x0 <= x1`, `y0 <= y1`, origin at the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

impl Rect {
    /// A rectangle from two corners in any order.
    #[must_use]
    pub fn new(xa: f32, ya: f32, xb: f32, yb: f32) -> Self {
        Self { x0: xa.min(xb), y0: ya.min(yb), x1: xa.max(xb), y1: ya.max(yb) }
    }

    /// Width.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// Horizontal middle.
    #[must_use]
    pub fn center_x(&self) -> f32 {
        f32::midpoint(self.x0, self.x1)
    }

    /// Vertical middle.
    #[must_use]
    pub fn center_y(&self) -> f32 {
        f32::midpoint(self.y0, self.y1)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// The smallest rectangle around all of them; `None` for none.
    #[must_use]
    pub fn around<'a>(rects: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        rects.into_iter().copied().reduce(|a, b| a.union(&b))
    }

    /// Is the point inside or on the edge?
    #[must_use]
    pub fn contains(&self, x: f32, y: f32) -> bool {
        self.x0 <= x && x <= self.x1 && self.y0 <= y && y <= self.y1
    }

    /// Length that both share horizontally; negative is the gap between them.
    #[must_use]
    pub fn overlap_x(&self, other: &Self) -> f32 {
        self.x1.min(other.x1) - self.x0.max(other.x0)
    }

    /// Length that both share vertically; negative is the gap between them.
    #[must_use]
    pub fn overlap_y(&self, other: &Self) -> f32 {
        self.y1.min(other.y1) - self.y0.max(other.y0)
    }

    /// The place of fractions back in the page's points: the way back from [`Rect::as_fractions`].
    #[must_use]
    pub fn on_page(&self, page: &Page) -> Self {
        Self {
            x0: self.x0 * page.width,
            y0: self.y0 * page.height,
            x1: self.x1 * page.width,
            y1: self.y1 * page.height,
        }
    }

    /// The same place as fractions of a page, cut to 0..1.
    #[must_use]
    pub fn as_fractions(&self, page: &Page) -> Self {
        let fraction = |value: f32, of: f32| if of > 0.0 { (value / of).clamp(0.0, 1.0) } else { 0.0 };
        Self {
            x0: fraction(self.x0, page.width),
            y0: fraction(self.y0, page.height),
            x1: fraction(self.x1, page.width),
            y1: fraction(self.y1, page.height),
        }
    }
}

/// The middle of the widest gap between intervals that is wider than `least`; of equal ones the first.
#[must_use]
pub fn widest_gap(extents: impl Iterator<Item = (f32, f32)>, least: f32) -> Option<f32> {
    let mut extents: Vec<(f32, f32)> = extents.collect();
    extents.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut end = extents.first()?.1;
    let mut best: Option<(f32, f32)> = None;
    for (start, stop) in extents {
        let gap = start - end;
        if gap > least && best.is_none_or(|(widest, _)| gap > widest) {
            best = Some((gap, f32::midpoint(start, end)));
        }
        end = end.max(stop);
    }
    best.map(|(_, middle)| middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_published_sha256() {
        let hash = ContentHash::of(b"abc");
        assert_eq!(hash.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_crooked_page_is_laid_straight() {
        let word = |x: f32, y: f32| {
            let (sin, cos) = 3.0_f32.to_radians().sin_cos();
            let (x, y) = (x - 300.0, y - 400.0);
            let (x, y) = (x * cos - y * sin + 300.0, x * sin + y * cos + 400.0);
            let (wide, high) = (40.0 * cos + 10.0 * sin, 40.0 * sin + 10.0 * cos);
            let rect = Rect::new(x - wide / 2.0, y - high / 2.0, x + wide / 2.0, y + high / 2.0);
            Word { text: "word".into(), rect, size: 10.0, bold: false, rotation: 0, confidence: Some(0.9) }
        };
        let words = vec![word(100.0, 200.0), word(500.0, 200.0)];
        let rect = words[0].rect.union(&words[1].rect);
        let lines = vec![Line { words: 0..2, rect, block: 0 }];
        let (tables, marks, fields, text_source) = (vec![], vec![], vec![], TextSource::Ocr);
        let page = Page {
            number: 1,
            width: 600.0,
            height: 800.0,
            text_source,
            skew: 3.0,
            words,
            lines,
            tables,
            marks,
            fields,
        };
        let level = page.straightened();
        let close =
            |a: Rect, b: Rect| [a.x0 - b.x0, a.y0 - b.y0, a.x1 - b.x1, a.y1 - b.y1].iter().all(|it| it.abs() < 0.05);
        assert!(close(level.words[0].rect, Rect::new(80.0, 195.0, 120.0, 205.0)), "{:?}", level.words);
        assert!(close(level.lines[0].rect, Rect::new(80.0, 195.0, 520.0, 205.0)), "{:?}", level.lines);
        assert!(matches!(level.straightened(), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn a_page_on_its_side_or_head_is_set_upright() {
        let word = Word {
            text: "word".into(),
            rect: Rect::new(100.0, 200.0, 140.0, 210.0),
            size: 10.0,
            bold: false,
            rotation: 0,
            confidence: Some(0.9),
        };
        let page = |rotation, (width, height)| Page {
            number: 1,
            width,
            height,
            text_source: TextSource::Ocr,
            skew: 0.0,
            words: vec![Word { rotation, ..word.clone() }],
            lines: vec![Line { words: 0..1, rect: word.rect, block: 0 }],
            tables: vec![],
            marks: vec![],
            fields: vec![],
        };
        let check = |rotation, size: (f32, f32), lying: Rect| {
            let mut page = page(rotation, size);
            page.words[0].rect = lying;
            let upright = page.straightened();
            assert_eq!(upright.words[0].rect, word.rect, "{rotation}");
            assert_eq!((upright.width, upright.height, upright.words[0].rotation), (600.0, 800.0, 0));
            assert_eq!(page.as_it_lies(&word.rect), lying, "{rotation}");
        };
        check(0, (600.0, 800.0), word.rect);
        check(180, (600.0, 800.0), Rect::new(460.0, 590.0, 500.0, 600.0));
        // The text runs down the page, its lines follow each other to the left; and the other way about.
        check(90, (800.0, 600.0), Rect::new(590.0, 100.0, 600.0, 140.0));
        check(270, (800.0, 600.0), Rect::new(200.0, 460.0, 210.0, 500.0));
        // A page that carries its text is left to whoever made it.
        let native = Page { text_source: TextSource::Native, ..page(180, (600.0, 800.0)) };
        assert!(matches!(native.straightened(), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn rectangles_from_any_corners() {
        let rect = Rect::new(10.0, 40.0, 5.0, 20.0);
        assert_eq!(rect, Rect { x0: 5.0, y0: 20.0, x1: 10.0, y1: 40.0 });
        assert_eq!(Rect::around(&[rect, Rect::new(0.0, 0.0, 1.0, 1.0)]), Some(Rect::new(0.0, 0.0, 10.0, 40.0)));
        assert_eq!(Rect::around(&[]), None);
    }
}
