//! What is read from pictures of pages: which parts of a page need it, and recognised lines as words of a page.
//!
//! Lines of a crooked scan are laid out as if the page lay straight, and put back where they stand on the picture.
//! Pure geometry; the pixels are read by `ocr`. Called by `pdf` and `image_file`.

use std::f32::consts::FRAC_PI_2;

use sluice_extract::code::{Finding, FindingKind};
use sluice_extract::page::{FormField, Rect, Word};

use crate::layout::words::Piece;
use crate::layout::{self, Laid, Rule, upright};
use crate::ocr::{Recognised, Strip};

/// Fewer words than this are no text of a page that is a picture: a stamp, a page number.
const WORDS_MIN: usize = 5;
/// Share of a page's area that pictures must cover for a page without words to be called a scan.
const PICTURE_SHARE_MIN: f32 = 0.25;
/// Share of a page that a picture among text must cover to be read; smaller ones are logos and signatures.
const REGION_SHARE_MIN: f32 = 0.1;
/// Share of a picture that words may cover without being its text.
const COVERED_MAX: f32 = 0.02;
/// So many small drawn shapes without words are letters drawn as outlines.
const OUTLINES_MIN: usize = 200;
/// Crooked by less than this many degrees, rules that are drawn on the page still fit its words.
const STRAIGHT: f32 = 0.2;
/// What of a strip's height the letters take, and what of it is the size of the type: a strip has room above and below.
const LETTERS: f32 = 0.85;
const TYPE: f32 = 0.8;
/// The longer side of a picture file when it is laid out, in points: that of an A4 page.
const SHEET: f32 = 842.0;

/// A picture on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) rect: Rect,
    /// Its pixels for each point of the page.
    pub(crate) density: f32,
}

/// What of a page is to be read from its picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Want {
    Nothing,
    /// All of it.
    Page,
    /// These parts.
    Regions(Vec<Rect>),
}

/// What of a page has no usable text: the rule of `--ocr auto`.
///
/// `shapes` counts the small shapes that are drawn on it, `unmapped` is the share of its characters that cannot be told.
pub(crate) fn wanted(
    words: &[Piece],
    pictures: &[Placed],
    shapes: usize,
    unmapped: bool,
    (width, height): (f32, f32),
) -> Want {
    let area = (width * height).max(1.0);
    let whole = joined(pictures);
    let covered: f32 = whole.iter().map(|rect| rect.width() * rect.height()).sum();
    if unmapped || words.len() < WORDS_MIN && (covered > PICTURE_SHARE_MIN * area || shapes >= OUTLINES_MIN) {
        return Want::Page;
    }
    let is_bare = |rect: &Rect| {
        let inside = words.iter().map(|piece| piece.word.rect).filter(|it| rect.contains(it.center_x(), it.center_y()));
        let inked: f32 = inside.map(|it| it.width() * it.height()).sum();
        inked < COVERED_MAX * rect.width() * rect.height()
    };
    let is_large = |rect: &Rect| rect.width() * rect.height() >= REGION_SHARE_MIN * area;
    let regions: Vec<Rect> = whole.into_iter().filter(|rect| is_large(rect) && is_bare(rect)).collect();
    if regions.is_empty() { Want::Nothing } else { Want::Regions(regions) }
}

/// Pictures, those joined that are bands of one: scanners write them so.
fn joined(pictures: &[Placed]) -> Vec<Rect> {
    const NEAR: f32 = 1.5;
    /// More bands than this are no scan; looking at all pairs would take long.
    const BANDS_MAX: usize = 500;
    let size = |rect: &Rect| rect.width() * rect.height();
    let mut whole: Vec<Rect> = vec![];
    for picture in pictures.iter().take(BANDS_MAX) {
        let mut rect = picture.rect;
        while let Some(at) = whole.iter().position(|other| {
            let touch = rect.overlap_x(other) > -NEAR && rect.overlap_y(other) > -NEAR;
            touch && size(&rect.union(other)) < 1.1 * (size(&rect) + size(other))
        }) {
            rect = rect.union(&whole.swap_remove(at));
        }
        whole.push(rect);
    }
    whole
}

/// Dots per inch at which the pictures of a page lose nothing that matters.
pub(crate) fn dpi(pictures: &[Placed], (width, height): (f32, f32)) -> f32 {
    const USUAL: f32 = 200.0;
    let large = pictures.iter().filter(|it| it.rect.width() * it.rect.height() > 0.05 * width * height);
    let densest = large.map(|picture| picture.density * 72.0).max_by(f32::total_cmp);
    densest.unwrap_or(USUAL).clamp(150.0, 300.0)
}

/// A page made of nothing but what was recognised.
pub(crate) struct Sheet {
    pub(crate) laid: Laid,
    /// What the text is off the page's edges, in degrees, clockwise.
    pub(crate) skew: f32,
}

/// Lays out recognised lines as a page of this size; `drawn` holds the rules and fields that its file tells of.
pub(crate) fn sheet(
    recognised: &Recognised,
    picture: (u32, u32),
    size: (f32, f32),
    drawn: Option<(&[Rule], &[FormField])>,
) -> Sheet {
    let scale = match drawn {
        Some(_) => size.0 / picture.0.max(1) as f32,
        None => SHEET / picture.0.max(picture.1).max(1) as f32,
    };
    let frame = Frame::of(recognised, picture, size, scale);
    let mut pieces = vec![];
    for (strip, reading) in &recognised.lines {
        pieces.extend(
            reading.words().into_iter().map(|it| frame.piece(&strip.part(it.from, it.to), it.text, it.confidence)),
        );
    }
    let skew = recognised.skew.to_degrees();
    let (drawn, fields) = drawn.filter(|_| recognised.turn == 0 && skew.abs() < STRAIGHT).unwrap_or_default();
    let printed = recognised
        .rules
        .iter()
        .map(|rect| Rule::new(Rect::new(rect.x0 * scale, rect.y0 * scale, rect.x1 * scale, rect.y1 * scale)));
    let rules: Vec<Rule> = drawn.iter().copied().chain(printed).collect();
    let mut laid = layout::arrange(&pieces, &rules, fields);
    for word in &mut laid.words {
        word.rect = frame.back(&word.rect);
        word.rotation = (word.rotation + recognised.turn) % 360;
        word.size *= size.1 / (scale * picture.1.max(1) as f32);
    }
    laid.lines.iter_mut().for_each(|line| line.rect = frame.back(&line.rect));
    for table in &mut laid.tables {
        table.rect = frame.back(&table.rect);
        table.cells.iter_mut().for_each(|cell| cell.rect = frame.back(&cell.rect));
    }
    Sheet { laid, skew }
}

/// Recognised words that stand where a page has none of its own, `region` being the part that the picture shows.
pub(crate) fn among(words: &[Piece], recognised: &Recognised, picture: (u32, u32), region: &Rect) -> Vec<Piece> {
    let (over, down) = (region.width() / picture.0.max(1) as f32, region.height() / picture.1.max(1) as f32);
    let mut pieces = vec![];
    for (strip, reading) in &recognised.lines {
        for spoken in reading.words() {
            let part = strip.part(spoken.from, spoken.to);
            let rotation = quarter(part.angle);
            let (half_width, half_height) = extent(part.half_width, LETTERS * part.half_height, part.angle);
            let (x, y) = (region.x0 + part.x * over, region.y0 + part.y * down);
            let rect =
                Rect::new(x - half_width * over, y - half_height * down, x + half_width * over, y + half_height * down);
            if words.iter().any(|own| {
                own.word.rect.contains(x, y) || rect.contains(own.word.rect.center_x(), own.word.rect.center_y())
            }) {
                continue;
            }
            let size = TYPE * 2.0 * part.half_height * down;
            pieces.push(piece(spoken.text, rect, size, rotation, spoken.confidence));
        }
    }
    pieces
}

fn piece(text: String, rect: Rect, size: f32, rotation: u16, confidence: f32) -> Piece {
    let word = Word { text, rect, size, bold: false, rotation, confidence: Some(confidence) };
    Piece { upright: upright(&rect, rotation), word, spaced: true, late: false }
}

/// Half the sides of the level box around a box at an angle.
fn extent(half_width: f32, half_height: f32, angle: f32) -> (f32, f32) {
    let (sin, cos) = angle.sin_cos();
    let (sin, cos) = (sin.abs(), cos.abs());
    (half_width * cos + half_height * sin, half_width * sin + half_height * cos)
}

/// The nearest direction of text, in degrees.
fn quarter(angle: f32) -> u16 {
    match (angle / FRAC_PI_2).round() as i32 {
        1 => 90,
        2 | -2 => 180,
        -1 => 270,
        _ => 0,
    }
}

/// From a crooked picture to the page as if it lay straight, and from there to where it really is.
struct Frame {
    /// Of the text on the picture.
    angle: f32,
    /// Middle of the picture, in pixels.
    middle: (f32, f32),
    /// Points of the straight page for each pixel.
    scale: f32,
    /// Points of the real page for each pixel.
    real: (f32, f32),
}

impl Frame {
    fn of(recognised: &Recognised, picture: (u32, u32), size: (f32, f32), scale: f32) -> Self {
        let (width, height) = (picture.0.max(1) as f32, picture.1.max(1) as f32);
        Self {
            angle: f32::from(recognised.turn).to_radians() + recognised.skew,
            middle: (width / 2.0, height / 2.0),
            scale,
            real: (size.0 / width, size.1 / height),
        }
    }

    fn piece(&self, strip: &Strip, text: String, confidence: f32) -> Piece {
        let (sin, cos) = self.angle.sin_cos();
        let (x, y) = (strip.x - self.middle.0, strip.y - self.middle.1);
        let (x, y) = (x * cos + y * sin + self.middle.0, y * cos - x * sin + self.middle.1);
        let rotation = quarter(wrapped(strip.angle - self.angle));
        let (half_width, half_height) = match rotation {
            90 | 270 => (LETTERS * strip.half_height, strip.half_width),
            _ => (strip.half_width, LETTERS * strip.half_height),
        };
        let rect = Rect::new(
            (x - half_width) * self.scale,
            (y - half_height) * self.scale,
            (x + half_width) * self.scale,
            (y + half_height) * self.scale,
        );
        piece(text, rect, TYPE * 2.0 * strip.half_height * self.scale, rotation, confidence)
    }

    /// The level box on the real page around a box of the straight one.
    fn back(&self, rect: &Rect) -> Rect {
        let (sin, cos) = self.angle.sin_cos();
        let (x, y) = (rect.center_x() / self.scale - self.middle.0, rect.center_y() / self.scale - self.middle.1);
        let (x, y) = (x * cos - y * sin + self.middle.0, x * sin + y * cos + self.middle.1);
        let (width, height) = extent(rect.width() / self.scale, rect.height() / self.scale, self.angle);
        Rect::new(
            (x - width / 2.0) * self.real.0,
            (y - height / 2.0) * self.real.1,
            (x + width / 2.0) * self.real.0,
            (y + height / 2.0) * self.real.1,
        )
    }
}

fn wrapped(angle: f32) -> f32 {
    use std::f32::consts::PI;
    let turn = angle.rem_euclid(2.0 * PI);
    if turn > PI { turn - 2.0 * PI } else { turn }
}

/// The doubt that a page, or a large part of it, is a picture whose words nobody read.
pub(crate) fn not_read(number: u32, want: &Want, why: &str) -> Finding {
    let what = match want {
        Want::Regions(_) => "a large part of the page is a picture that was not read",
        Want::Page | Want::Nothing => "the page is a picture without text that was not read",
    };
    Finding::new(FindingKind::PageWithoutText, format!("{what}: {why}")).on_page(number)
}

/// The doubt that a picture was read and says nothing.
pub(crate) fn blank(number: u32) -> Finding {
    let message = "no words were recognised in the page's picture: it is blank, or too faint to read";
    Finding::new(FindingKind::PageWithoutText, message).on_page(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(rect: Rect) -> Piece {
        piece("word".into(), rect, 10.0, 0, 1.0)
    }

    #[test]
    fn pages_and_parts_without_usable_text_are_wanted() {
        let page = (600.0, 800.0);
        let picture = |x0, y0, x1, y1| Placed { rect: Rect::new(x0, y0, x1, y1), density: 2.0 };
        let text: Vec<Piece> = (0..30_u8)
            .map(|at| word(Rect::new(50.0, 20.0 * f32::from(at), 500.0, 20.0 * f32::from(at) + 10.0)))
            .collect();
        let check = |words: &[Piece], pictures: &[Placed], shapes, unmapped, expect: Want| {
            assert_eq!(wanted(words, pictures, shapes, unmapped, page), expect);
        };
        let scan = [picture(0.0, 0.0, 600.0, 800.0)];
        let logo = [picture(0.0, 0.0, 100.0, 50.0)];
        let lower = Rect::new(0.0, 620.0, 600.0, 800.0);
        let bands = [picture(0.0, 620.0, 600.0, 710.0), picture(0.0, 710.0, 600.0, 800.0)];
        check(&[], &scan, 0, false, Want::Page);
        check(&text[..4], &scan, 0, false, Want::Page);
        check(&text, &scan, 0, false, Want::Nothing);
        check(&text[..6], &scan, 0, false, Want::Nothing);
        check(&text, &logo, 0, false, Want::Nothing);
        check(&[], &logo, 0, false, Want::Nothing);
        check(&[], &[], 500, false, Want::Page);
        check(&text, &[], 0, true, Want::Page);
        check(&text, &bands, 0, false, Want::Regions(vec![lower]));
    }

    #[test]
    fn a_place_comes_back_to_where_it_was() {
        for (turn, skew) in [(0, 0.02), (90, -0.01), (180, 0.0), (270, 0.05)] {
            let recognised = Recognised { turn, skew, ..Recognised::default() };
            let frame = Frame::of(&recognised, (1000, 1400), (500.0, 700.0), 0.6);
            let angle = f32::from(turn).to_radians() + skew;
            let strip = Strip { x: 300.0, y: 200.0, half_width: 80.0, half_height: 10.0, angle };
            let piece = frame.piece(&strip, "x".into(), 1.0);
            assert_eq!(piece.word.rotation, 0);
            assert!((piece.word.rect.height() - LETTERS * 12.0).abs() < 1e-2, "{piece:?}");
            let back = frame.back(&piece.word.rect);
            assert!((back.center_x() - 150.0).abs() < 0.01 && (back.center_y() - 100.0).abs() < 0.01, "{back:?}");
            let long = if turn % 180 == 0 { back.width() } else { back.height() };
            assert!((80.0..82.0).contains(&long), "{turn}: {back:?}");
        }
    }
}
