//! What a font says of itself: how high its letters reach, and whether it is bold.
//!
//! Embedded TrueType and OpenType fonts are asked; Type 1 and standard fonts do not show their data, so there the
//! strokes of the outlines are measured. Called by `content` for every run of glyphs.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph, OutlineFontData, OutlineGlyph};
use hayro_interpret::kurbo::{BezPath, ParamCurve, PathSeg, Shape};

use super::unicode::Signs;

/// Reach of the letters in em where a font does not say, or says nonsense.
const ASCENT: f32 = 0.78;
const DESCENT: f32 = 0.22;
/// Weight from which a font counts as bold (OpenType: 600 is semibold).
const WEIGHT_BOLD_MIN: u32 = 600;
/// Upright strokes thicker than this many thousandths of an em are bold: the regular cuts of Times, Helvetica, Verdana,
/// Courier and Computer Modern lie between 40 and 102, their bold cuts between 115 and 200 (Courier Bold: 100).
const STEM_BOLD_MIN: f64 = 113.0;

/// The width that the standard gives to glyphs without one, in thousandths of an em.
const WIDTH_DEFAULT: f32 = 1000.0;
const WIDTH_UNKNOWN: f32 = 500.0;

/// What matters about a font for boxes and headings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FontTraits {
    /// Height above the baseline in em.
    pub(super) ascent: f32,
    /// Depth below the baseline in em, positive.
    pub(super) descent: f32,
    /// Bold by name or weight; `None` where the font cannot be asked.
    pub(super) bold: Option<bool>,
    /// Its letters are boxes and ticks.
    pub(super) signs: Option<Signs>,
}

impl Default for FontTraits {
    fn default() -> Self {
        Self { ascent: ASCENT, descent: DESCENT, bold: None, signs: None }
    }
}

/// Remembers what was found out about fonts and glyphs of a page.
#[derive(Default)]
pub(super) struct Fonts {
    traits: HashMap<(u128, Option<String>), FontTraits>,
    stems: HashMap<u128, Option<f64>>,
    widths: HashMap<(u128, u32), Option<f32>>,
}

impl Fonts {
    /// The traits of the font that draws this glyph.
    pub(super) fn of(&mut self, glyph: &Glyph<'_>) -> FontTraits {
        let Glyph::Outline(outline) = glyph else { return FontTraits::default() };
        let Some(font) = outline.font_data() else { return FontTraits::default() };
        let key = (font.cache_key, font.postscript_name.clone());
        *self.traits.entry(key).or_insert_with(|| ask(&font))
    }

    /// How far the glyph moves the text on, in thousandths of an em.
    ///
    /// Exactly 1000 is what a file says that does not say: then the font is asked.
    pub(super) fn width(&mut self, glyph: &Glyph<'_>) -> f32 {
        let told = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        match (told, glyph) {
            (Some(WIDTH_DEFAULT), Glyph::Outline(outline)) => self.own_width(outline).unwrap_or(WIDTH_DEFAULT),
            (told, _) => told.unwrap_or(WIDTH_UNKNOWN),
        }
    }

    fn own_width(&mut self, glyph: &OutlineGlyph) -> Option<f32> {
        let font = glyph.font_data()?;
        let id = glyph.glyph_id().to_u32();
        *self.widths.entry((font.cache_key, id)).or_insert_with(|| {
            let face = ttf_parser::Face::parse((*font.data).as_ref(), 0).ok()?;
            let width = face.glyph_hor_advance(ttf_parser::GlyphId(u16::try_from(id).ok()?))?;
            Some(f32::from(width) * 1000.0 / f32::from(face.units_per_em()))
        })
    }

    /// Is this single glyph drawn with thick strokes? `None` where it has no upright stroke to measure.
    pub(super) fn thick(&mut self, glyph: &Glyph<'_>) -> Option<bool> {
        let Glyph::Outline(outline) = glyph else { return None };
        let key = outline.identifier().cache_key();
        let stem = *self.stems.entry(key).or_insert_with(|| stem(outline));
        stem.map(|stem| stem > STEM_BOLD_MIN)
    }
}

fn ask(font: &OutlineFontData) -> FontTraits {
    let name = font.postscript_name.as_deref().unwrap_or_default().to_lowercase();
    let named = ["bold", "black", "heavy", "demi", "-bd"].iter().any(|part| name.contains(part));
    let bold = Some(named || font.weight.is_some_and(|weight| weight >= WEIGHT_BOLD_MIN));
    let (ascent, descent) = reach(font).unwrap_or((ASCENT, DESCENT));
    FontTraits { ascent, descent, bold, signs: Signs::of_font(&name) }
}

/// Ascender and descender in em, unless they are nonsense.
fn reach(font: &OutlineFontData) -> Option<(f32, f32)> {
    let face = ttf_parser::Face::parse((*font.data).as_ref(), 0).ok()?;
    let em = f32::from(face.units_per_em());
    let (ascent, descent) = (f32::from(face.ascender()) / em, -f32::from(face.descender()) / em);
    let sane = (0.5..=1.15).contains(&ascent) && (0.05..=0.45).contains(&descent);
    sane.then_some((ascent, descent))
}

/// The thinnest stroke that a horizontal cut meets at two heights, in thousandths of an em.
fn stem(glyph: &OutlineGlyph) -> Option<f64> {
    let outline = glyph.outline();
    let bounds = outline.bounding_box();
    if outline.elements().is_empty() || bounds.height() < 300.0 {
        return None;
    }
    let cuts = [0.3, 0.7].map(|share| bounds.y0 + share * bounds.height());
    cuts.iter().filter_map(|&y| thinnest(&outline, y)).reduce(f64::min)
}

fn thinnest(outline: &BezPath, y: f64) -> Option<f64> {
    let mut crossings: Vec<f64> = vec![];
    for segment in outline.segments() {
        crossings.extend(crossing(&segment, y));
    }
    crossings.sort_by(f64::total_cmp);
    crossings.chunks_exact(2).map(|pair| pair[1] - pair[0]).filter(|&width| width > 5.0).reduce(f64::min)
}

/// Where a segment crosses a height; curves are taken as eight straight pieces, which is exact enough for a width.
fn crossing(segment: &PathSeg, y: f64) -> Vec<f64> {
    let steps = if matches!(segment, PathSeg::Line(_)) { 1 } else { 8 };
    let at = |step: i32| segment.eval(f64::from(step) / f64::from(steps));
    let pieces = (0..steps).map(|step| (at(step), at(step + 1)));
    pieces.filter(|(a, b)| (a.y <= y) != (b.y <= y)).map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)).collect()
}
