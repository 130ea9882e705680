//! What a page draws: glyphs with their characters and boxes, straight rules, pictures; in display space.
//!
//! Listens to the engine as a drawing device and decides nothing about words or tables. Called by `pdf`.

use std::collections::HashMap;

use hayro_interpret::font::{Glyph as EngineGlyph, GlyphRun, PositionedGlyph};
use hayro_interpret::kurbo::{self, Affine, BezPath, ParamCurve, PathEl, PathSeg, Point, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, RenderContent, SoftMask, interpret_page,
};
use hayro_syntax::page::Page as PdfPage;
use sluice_extract::limits::{PAGE_GLYPHS_MAX, PAGE_RULES_MAX};
use sluice_extract::page::Rect;

use super::fills::{self, Fill};
use super::font::{FontTraits, Fonts};
use super::unicode::{Characters, UNKNOWN};
use crate::layout::Rule;
use crate::layout::marks::Figure;
use crate::layout::words::Glyph;
use crate::scan;

/// A filled shape thinner than this many points is a drawn line.
const LINE_THICKNESS_MAX: f64 = 3.0;
/// A stroke this many points off an axis is still level.
const LEVEL_TOLERANCE: f64 = 0.7;
/// Larger shapes are no checkboxes, nor the ink in one.
const FIGURE_SIDE_MAX: f64 = 40.0;
/// Two equal glyphs closer than this share of their size are one, drawn twice to look bold or shadowed.
const TWICE_WITHIN: f32 = 0.15;

/// Everything of a page that matters for reading it.
#[derive(Default)]
pub(super) struct Content {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) rules: Vec<Rule>,
    pub(super) pictures: Vec<scan::Placed>,
    /// Small shapes that may be checkboxes and the ink in them.
    pub(super) figures: Vec<Figure>,
    /// Glyphs whose character cannot be told.
    pub(super) unmapped: usize,
    /// A limit was hit and the rest left out.
    pub(super) cut_off: bool,
}

impl Content {
    /// Interprets a page.
    pub(super) fn of<'a>(page: &PdfPage<'a>, cache: &InterpreterCache<'a>, characters: Characters) -> Self {
        let (width, height) = page.render_dimensions();
        let area = kurbo::Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = Affine::new(page.initial_transform(true).as_coeffs());
        let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
        let mut context = Context::new(transform, area, cache, page.xref(), settings);
        let mut listener = Listener { area, characters, ..Listener::default() };
        interpret_page(page, &mut context, &mut listener);
        let late = InterpreterSettings { render_content: RenderContent::ANNOTATIONS, ..InterpreterSettings::default() };
        let mut context = Context::new(transform, area, cache, page.xref(), late);
        listener.late = true;
        interpret_page(page, &mut context, &mut listener);
        let edges = fills::edges(&listener.fills);
        listener.content.rules.extend(edges.into_iter().map(Rule::new));
        listener.content
    }
}

#[derive(Default)]
struct Listener {
    content: Content,
    area: kurbo::Rect,
    /// The page itself is drawn; what follows are annotations.
    late: bool,
    characters: Characters,
    fonts: Fonts,
    fills: Vec<Fill>,
    /// Where glyphs stand, by coarse place, to find those drawn twice.
    standing: HashMap<(i32, i32), Vec<u32>>,
}

impl<'a> Device<'a> for Listener {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if is_invisible(&props.paint, mode) {
            return;
        }
        if self.content.rules.len() >= PAGE_RULES_MAX {
            self.content.cut_off = true;
            return;
        }
        let mut path = path.clone();
        path.apply_affine(props.transform);
        let stroked = matches!(mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..));
        for part in parts(&path) {
            self.figure(&part, stroked);
            if stroked { self.stroked(&part) } else { self.filled(&part, color(&props.paint)) }
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let Some(first) = run.glyphs().first() else { return };
        let traits = self.fonts.of(first);
        let vertical = !matches!(run.writing_mode(), hayro_interpret::hayro_cmap::WritingMode::Horizontal);
        let mut place = |glyph| Placed::of(glyph, self.fonts.width(glyph), props.transform, vertical);
        let placed: Vec<Placed> = run.glyphs().iter().map(&mut place).collect();
        let unstretched = may_be_stretched(first) && advance_by_height(&placed);
        for (glyph, placed) in run.glyphs().iter().zip(&placed) {
            if self.content.glyphs.len() >= PAGE_GLYPHS_MAX {
                self.content.cut_off = true;
                return;
            }
            self.glyph(glyph, placed, unstretched, traits, mode);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let size = kurbo::Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let whole = props.transform.transform_rect_bbox(size);
        let place = whole.intersect(self.area);
        if place.area() > 0.0 && self.content.pictures.len() < PAGE_RULES_MAX {
            #[allow(clippy::cast_possible_truncation, reason = "a resolution needs no more digits")]
            let density = (size.area() / whole.area()).sqrt() as f32;
            self.content.pictures.push(scan::Placed { rect: rect(place), density });
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

impl Listener {
    fn glyph(
        &mut self,
        glyph: &PositionedGlyph<'_>,
        placed: &Placed,
        unstretched: bool,
        traits: FontTraits,
        mode: &DrawMode,
    ) {
        let text = self.characters.of(glyph, traits.signs);
        if text.is_empty() {
            return;
        }
        let bold = match mode {
            DrawMode::FillAndStroke(..) => Some(true),
            _ => traits.bold.or_else(|| if is_letter(&text) { self.fonts.thick(glyph) } else { None }),
        };
        let Some(mut glyph) = placed.glyph(text, unstretched, traits, bold) else { return };
        glyph.late = self.late;
        let center = Point::new(f64::from(glyph.rect.center_x()), f64::from(glyph.rect.center_y()));
        if !self.area.inflate(1.0, 1.0).contains(center) || self.is_drawn_twice(&glyph) {
            return;
        }
        if glyph.text.contains(UNKNOWN) {
            self.content.unmapped += 1;
        }
        self.content.glyphs.push(glyph);
    }

    /// Finds the same glyph at nearly the same place, which is how bold type and shadows are faked.
    fn is_drawn_twice(&mut self, glyph: &Glyph) -> bool {
        const COARSE: f32 = 4.0;
        if glyph.text.trim().is_empty() {
            return false;
        }
        #[allow(clippy::cast_possible_truncation, reason = "a page is far smaller than i32 counts")]
        let place = |value: f32| (value / COARSE).floor() as i32;
        let reach = (TWICE_WITHIN * glyph.size).min(COARSE);
        let (x, y) = glyph.origin;
        for column in place(x - reach)..=place(x + reach) {
            for row in place(y - reach)..=place(y + reach) {
                let there = self.standing.get(&(column, row)).into_iter().flatten();
                let twin = there.copied().find(|&index| {
                    self.content.glyphs.get(index as usize).is_some_and(|other| {
                        other.text == glyph.text
                            && (other.origin.0 - x).abs() < reach
                            && (other.origin.1 - y).abs() < reach
                    })
                });
                if let Some(twin) = twin.and_then(|index| self.content.glyphs.get_mut(index as usize)) {
                    twin.bold = Some(true);
                    return true;
                }
            }
        }
        let index = u32::try_from(self.content.glyphs.len()).unwrap_or(u32::MAX);
        self.standing.entry((place(x), place(y))).or_default().push(index);
        false
    }

    /// Keeps a small shape.
    fn figure(&mut self, part: &BezPath, stroked: bool) {
        let bounds = part.bounding_box();
        let extent = bounds.width().max(bounds.height());
        if !(2.0..=FIGURE_SIDE_MAX).contains(&extent) || self.content.figures.len() >= PAGE_RULES_MAX {
            return;
        }
        let elements = part.elements();
        let closed = matches!(elements.last(), Some(PathEl::ClosePath))
            || part.segments().next().zip(part.segments().last()).is_some_and(|(first, last)| {
                (first.start() - last.end()).hypot() < LEVEL_TOLERANCE && elements.len() >= 5
            });
        let level = |segment: PathSeg| match segment {
            PathSeg::Line(line) => {
                (line.p0.x - line.p1.x).abs() < LEVEL_TOLERANCE || (line.p0.y - line.p1.y).abs() < LEVEL_TOLERANCE
            }
            _ => false,
        };
        let square = part.segments().all(level) && elements.len() <= 7;
        let round = elements.len() <= 10 && part.segments().all(|segment| !matches!(segment, PathSeg::Line(_)));
        let outline = stroked && closed && (square || round);
        self.content.figures.push(Figure { rect: rect(bounds), outline });
    }

    fn stroked(&mut self, part: &BezPath) {
        for segment in part.segments() {
            let PathSeg::Line(line) = segment else { continue };
            let level =
                (line.p0.x - line.p1.x).abs() < LEVEL_TOLERANCE || (line.p0.y - line.p1.y).abs() < LEVEL_TOLERANCE;
            if level {
                self.rule(kurbo::Rect::from_points(line.p0, line.p1));
            }
        }
    }

    fn filled(&mut self, part: &BezPath, color: [u8; 4]) {
        let bounds = part.bounding_box();
        if bounds.width() < LINE_THICKNESS_MAX || bounds.height() < LINE_THICKNESS_MAX {
            self.rule(bounds);
        } else if part.elements().len() <= 6 && self.fills.len() < PAGE_RULES_MAX {
            let bounds = bounds.intersect(self.area.inflate(2.0, 2.0));
            self.fills.extend((bounds.area() > 0.0).then(|| Fill { rect: rect(bounds), color }));
        }
    }

    /// Keeps a level line as far as it is on the page.
    fn rule(&mut self, bounds: kurbo::Rect) {
        let seen = self.area.inflate(2.0, 2.0);
        let on_page = bounds.x0 <= seen.x1 && bounds.x1 >= seen.x0 && bounds.y0 <= seen.y1 && bounds.y1 >= seen.y0;
        if on_page && self.content.rules.len() < PAGE_RULES_MAX {
            self.content.rules.push(Rule::new(rect(bounds.intersect(seen))));
        }
    }
}

/// A glyph's place before its font has been asked.
struct Placed {
    origin: Point,
    /// Where the next glyph would stand by the glyph's own transform.
    end: Point,
    /// One em upwards.
    up: kurbo::Vec2,
    /// Width of the glyph in em.
    advance: f64,
}

impl Placed {
    fn of(glyph: &PositionedGlyph<'_>, width: f32, transform: Affine, vertical: bool) -> Self {
        let transform = transform * glyph.transform();
        let width = f64::from(width);
        let origin = transform * Point::ZERO;
        // Vertical writing: the glyph's own box hangs below its origin, one em high.
        let end = if vertical { transform * Point::new(0.0, -1000.0) } else { transform * Point::new(width, 0.0) };
        let advance = if vertical { 1.0 } else { width / 1000.0 };
        Self { origin, end, up: transform * Point::new(0.0, 1000.0) - origin, advance }
    }

    fn glyph(&self, text: String, unstretched: bool, traits: FontTraits, bold: Option<bool>) -> Option<Glyph> {
        let size = self.up.hypot();
        let along = self.end - self.origin;
        let length = along.hypot();
        let direction = if length > 1e-9 { along / length } else { kurbo::Vec2::new(self.up.y, -self.up.x) / -size };
        let length = if unstretched { self.advance.abs() * size } else { length };
        // Type 3 fonts may draw letters far larger than their nominal size.
        let size = if self.advance > 2.0 { length * 2.0 } else { size };
        let up = if self.up.hypot() > 0.0 { self.up / self.up.hypot() * size } else { self.up };
        let end = self.origin + direction * length;
        let (top, bottom) = (up * f64::from(traits.ascent), up * -f64::from(traits.descent));
        let corners = [self.origin + top, self.origin + bottom, end + top, end + bottom];
        let finite = corners.iter().all(|corner| corner.is_finite()) && size.is_finite() && size > 0.01;
        let bounds = corners.iter().fold(kurbo::Rect::from_points(corners[0], corners[1]), |it, &at| it.union_pt(at));
        finite.then(|| Glyph {
            text,
            rect: rect(bounds),
            origin: pair(self.origin),
            end: pair(end),
            direction: pair(direction.to_point()),
            size: single(size),
            bold,
            late: false,
        })
    }
}

/// Fonts that are not embedded are drawn stretched, one glyph at a time, to the width that the file gives.
fn may_be_stretched(glyph: &PositionedGlyph<'_>) -> bool {
    matches!(&**glyph, EngineGlyph::Outline(outline) if outline.font_data().is_none())
}

/// Do the widths of a run fit better when the glyphs' own stretch is left out?
fn advance_by_height(run: &[Placed]) -> bool {
    let (mut stretched, mut plain) = (0.0, 0.0);
    for pair in run.windows(2) {
        let step = (pair[1].origin - pair[0].origin).hypot();
        stretched += (step - (pair[0].end - pair[0].origin).hypot()).abs();
        plain += (step - pair[0].advance.abs() * pair[0].up.hypot()).abs();
    }
    plain < stretched
}

fn is_letter(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric)
}

fn is_invisible(paint: &Paint<'_>, mode: &DrawMode) -> bool {
    let Paint::Color(color) = paint else { return false };
    let [red, green, blue, alpha] = color.to_rgba().to_rgba8();
    let filled = matches!(mode, DrawMode::Fill(_));
    alpha == 0 || (filled && red > 250 && green > 250 && blue > 250)
}

fn color(paint: &Paint<'_>) -> [u8; 4] {
    match paint {
        Paint::Color(color) => color.to_rgba().to_rgba8(),
        Paint::Pattern(_) => [0; 4],
    }
}

/// The parts of a path, each beginning with its own `MoveTo`.
fn parts(path: &BezPath) -> Vec<BezPath> {
    let mut parts: Vec<BezPath> = vec![];
    for element in path.elements() {
        match (element, parts.last_mut()) {
            (PathEl::MoveTo(_), _) => parts.push(BezPath::from_vec(vec![*element])),
            (_, Some(part)) => part.push(*element),
            (_, None) => {}
        }
    }
    parts.retain(|part| part.elements().len() > 1);
    parts
}

#[allow(clippy::cast_possible_truncation, reason = "points on a page need no more digits")]
fn single(value: f64) -> f32 {
    value as f32
}

fn pair(point: Point) -> (f32, f32) {
    (single(point.x), single(point.y))
}

fn rect(bounds: kurbo::Rect) -> Rect {
    Rect::new(single(bounds.x0), single(bounds.y0), single(bounds.x1), single(bounds.y1))
}
