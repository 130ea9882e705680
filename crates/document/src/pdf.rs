//! PDF bytes to pages, on the hayro engine. The only room that knows its name, with the files below it.
//!
//! `content` listens to what a page draws, `unicode` and `font` say what its glyphs are; `layout` makes lines of them.

mod collections;
mod content;
mod draw;
mod fills;
mod font;
mod forms;
mod unicode;

use std::cell::OnceCell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use hayro_interpret::InterpreterCache;
use hayro_syntax::page::Page as PdfPage;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use image::RgbImage;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::page::{FormField, Media, Page, Rect, TextSource};

use self::collections::Collections;
use self::content::Content;
use self::unicode::Characters;
use crate::layout::words::Piece;
use crate::layout::{self, Laid};
use crate::ocr::{OcrMode, Recognised, Recogniser};
use crate::read::{Head, PageReading, Sink, Source, selected};
use crate::render::Say;
use crate::scan::{self, Want};
use crate::wire::Frame;
use crate::{Limits, ReadError};

/// Share of a page's glyphs without a character above which that is told.
const UNMAPPED_SHARE_MAX: f32 = 0.02;

pub(crate) fn read_into(source: Source<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let Source { bytes, limits, selection, after, recogniser } = source;
    let pdf = open(bytes)?;
    let pages = pdf.pages();
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let wanted = selected(page_count, selection, limits)?;
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    if sink.head(Head { media: Media::Pdf, page_count }, count) == ControlFlow::Break(()) {
        return Ok(());
    }
    let mut cache = InterpreterCache::new();
    let collections = OnceCell::new();
    for number in wanted.into_iter().filter(|&number| number > after) {
        if sink.start(number) == ControlFlow::Break(()) {
            break;
        }
        let reading = pages.get(number as usize - 1).and_then(|page| {
            // A panic may leave the engine's caches half written, so they are thrown away with it.
            let mut work = PageWork {
                pdf: &pdf,
                collections: &collections,
                source: page,
                number,
                limits,
                recogniser: &recogniser,
                sink,
            };
            catch_unwind(AssertUnwindSafe(|| work.read(&cache))).inspect_err(|_| cache = InterpreterCache::new()).ok()
        });
        if sink.page(number, reading) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// How many pages there are, without looking at one.
pub(crate) fn page_count(bytes: Vec<u8>) -> Result<u32, ReadError> {
    Ok(u32::try_from(open(bytes)?.pages().len()).unwrap_or(u32::MAX))
}

/// Draws pages one by one; one that panics is left out.
pub(crate) fn render_into(
    bytes: Vec<u8>,
    limits: &Limits,
    pages: &[u32],
    dpi: f32,
    say: Say<'_>,
) -> Result<(), ReadError> {
    let pdf = open(bytes)?;
    let sources = pdf.pages();
    for &number in pages {
        let Some(source) = (number as usize).checked_sub(1).and_then(|index| sources.get(index)) else { continue };
        if say(Frame::Started(number)) == ControlFlow::Break(()) {
            break;
        }
        let drawn = catch_unwind(AssertUnwindSafe(|| draw::page(source, number, dpi, limits.page_pixels_max)));
        let frame = drawn.ok().flatten().map_or(Frame::Failed(number), Frame::Picture);
        if say(frame) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

const LOCKED: &str = "the file is locked with a password: save a copy without it and try again";

fn open(bytes: Vec<u8>) -> Result<Pdf, ReadError> {
    // A locked file whose references are old-fashioned is given up as invalid before its password is asked for.
    let names_a_lock = bytes.split(|&byte| byte == b'/').any(|name| name.starts_with(b"Encrypt"));
    let opened = catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes)));
    let refuse = |code, message: &str| Err(ReadError::new(code, message));
    match opened {
        Ok(Ok(pdf)) => Ok(pdf),
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => refuse(Code::Encrypted, LOCKED),
        Ok(Err(LoadPdfError::Decryption(_))) => {
            refuse(Code::Encrypted, "the file is encrypted in a way that is not understood")
        }
        Ok(Err(LoadPdfError::Invalid)) if names_a_lock => refuse(Code::Encrypted, LOCKED),
        Ok(Err(LoadPdfError::Invalid)) | Err(_) => {
            refuse(Code::Damaged, "it says it is a PDF, but no pages can be found in it")
        }
    }
}

/// One page, and who may be asked to read its picture.
struct PageWork<'a, 'b> {
    pdf: &'b Pdf,
    source: &'b PdfPage<'a>,
    collections: &'b OnceCell<Rc<Collections>>,
    number: u32,
    limits: &'b Limits,
    recogniser: &'b Recogniser,
    sink: &'b mut dyn Sink,
}

/// A page's words, and where they are from.
#[derive(Default)]
struct Text {
    laid: Laid,
    skew: f32,
    recognised: bool,
    native: bool,
    doubts: Vec<Finding>,
}

impl<'a> PageWork<'a, '_> {
    fn read(&mut self, cache: &InterpreterCache<'a>) -> PageReading {
        let (width, height) = self.source.render_dimensions();
        let content = self.content(cache);
        let fields = forms::fields(self.source);
        let mut pieces = layout::words::assemble(&content.glyphs);
        let bare = |field: &&FormField| {
            !pieces.iter().any(|it| field.rect.contains(it.word.rect.center_x(), it.word.rect.center_y()))
        };
        let undrawn: Vec<_> = fields.iter().filter(bare).flat_map(layout::words::of_field).collect();
        pieces.extend(undrawn);
        let text = self.text(&content, pieces, &fields);
        let marks = layout::marks::find(&content.figures, &text.laid.words, &fields);
        let mut findings = findings(&content, text.recognised);
        findings.iter_mut().for_each(|finding| finding.page = Some(self.number));
        findings.extend(text.doubts);
        let text_source = match (text.native, text.recognised) {
            (true, false) => TextSource::Native,
            (true, true) => TextSource::Mixed,
            (false, true) => TextSource::Ocr,
            (false, false) => TextSource::None,
        };
        let Laid { words, lines, tables } = text.laid;
        let (number, skew) = (self.number, text.skew);
        PageReading {
            page: Page { number, width, height, text_source, skew, words, lines, tables, marks, fields },
            findings,
        }
    }

    /// What the page draws; once more with the collections of its fonts where characters cannot be told without.
    fn content(&self, cache: &InterpreterCache<'a>) -> Content {
        let content = Content::of(self.source, cache, Characters::default());
        if content.unmapped == 0 {
            return content;
        }
        let collections = self.collections.get_or_init(|| Rc::new(Collections::of(self.pdf)));
        if collections.is_empty() {
            return content;
        }
        Content::of(self.source, cache, Characters::with(Rc::clone(collections)))
    }

    /// The page's own words, or those of its picture where it has none that can be used.
    fn text(&mut self, content: &Content, mut pieces: Vec<Piece>, fields: &[FormField]) -> Text {
        let size = self.source.render_dimensions();
        let shapes = content.figures.len();
        let mode = self.recogniser.ocr.mode;
        let wanted = scan::wanted(&pieces, &content.pictures, shapes, unmapped(content) > UNMAPPED_SHARE_MAX, size);
        let want = match mode {
            OcrMode::Always => Want::Page,
            OcrMode::Auto => wanted.clone(),
            OcrMode::Never => Want::Nothing,
        };
        let mut text = Text::default();
        let mut found = vec![];
        if want == Want::Nothing && wanted == Want::Page && pieces.is_empty() || want != Want::Nothing {
            match self.recogniser.trouble() {
                Some(why) if wanted != Want::Nothing && unmapped(content) <= UNMAPPED_SHARE_MAX => {
                    text.doubts.push(scan::not_read(self.number, &wanted, &why));
                }
                Some(_) => {}
                None => found = self.recognise(content, &want, &mut text.doubts),
            }
        }
        let has_words = found.iter().any(|(_, recognised, _)| !recognised.lines.is_empty());
        if has_words {
            let is_usable = |piece: &Piece| mode != OcrMode::Always && !piece.word.text.contains(unicode::UNKNOWN);
            pieces.retain(is_usable);
        }
        match found.as_slice() {
            [(_, recognised, picture)] if has_words && want == Want::Page && pieces.is_empty() => {
                let sheet = scan::sheet(recognised, *picture, size, Some((&content.rules, fields)));
                (text.laid, text.skew) = (sheet.laid, sheet.skew);
                text.recognised = true;
                return text;
            }
            parts => {
                let more = parts
                    .iter()
                    .flat_map(|(region, recognised, picture)| scan::among(&pieces, recognised, *picture, region));
                let more: Vec<Piece> = more.collect();
                text.native = !pieces.is_empty();
                text.recognised = !more.is_empty();
                pieces.extend(more);
            }
        }
        text.laid = layout::arrange(&pieces, &content.rules, fields);
        text
    }

    /// Reads the picture of the page, or of parts of it.
    fn recognise(&mut self, content: &Content, want: &Want, doubts: &mut Vec<Finding>) -> Vec<Found> {
        self.sink.recognise(self.number);
        let (width, height) = self.source.render_dimensions();
        let dpi = scan::dpi(&content.pictures, (width, height));
        let drawn = draw::pixels(self.source, dpi, self.limits.page_pixels_max);
        let whole = [Rect::new(0.0, 0.0, width, height)];
        let regions = if let Want::Regions(regions) = want { regions.as_slice() } else { &whole };
        let mut found = vec![];
        for region in regions {
            let picture = cut(&drawn, region, (width, height));
            match self.recogniser.read(&picture) {
                Ok(recognised) => found.push((*region, recognised, picture.dimensions())),
                Err(why) => doubts.push(scan::not_read(self.number, want, &why)),
            }
        }
        let silent = found.iter().all(|(_, recognised, _)| recognised.lines.is_empty());
        if *want == Want::Page && silent && doubts.is_empty() && content.glyphs.is_empty() {
            doubts.push(scan::blank(self.number));
        }
        found
    }
}

/// A part of a page, what its picture says, and how many pixels that has.
type Found = (Rect, Recognised, (u32, u32));

/// The pixels of a part of a page.
fn cut(drawn: &RgbImage, region: &Rect, (width, height): (f32, f32)) -> RgbImage {
    let (over, down) = (drawn.width() as f32 / width.max(1e-6), drawn.height() as f32 / height.max(1e-6));
    let (x, y) = ((region.x0 * over) as u32, (region.y0 * down) as u32);
    let (across, along) = ((region.width() * over).ceil() as u32, (region.height() * down).ceil() as u32);
    image::imageops::crop_imm(drawn, x, y, across.max(1), along.max(1)).to_image()
}

/// Share of the characters that cannot be told.
fn unmapped(content: &Content) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = content.unmapped as f32 / content.glyphs.len().max(1) as f32;
    share
}

fn findings(content: &Content, recognised: bool) -> Vec<Finding> {
    let mut findings = vec![];
    let share = unmapped(content);
    if share > UNMAPPED_SHARE_MAX && !recognised {
        let percent = (share * 100.0).round();
        let message = format!("{percent} % of the characters cannot be told: the fonts do not say which they are");
        findings.push(Finding::new(FindingKind::UnmappedText, message));
    }
    if content.cut_off {
        let message = "the page draws more than the limit; the rest was left out";
        findings.push(Finding::new(FindingKind::PageCutOff, message));
    }
    findings
}
