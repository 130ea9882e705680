//! PDF bytes to pages, on the hayro engine. The only room that knows its name, with the files below it.
//!
//! `content` listens to what a page draws, `unicode` and `font` say what its glyphs are; `layout` makes lines of them.

mod content;
mod draw;
mod fills;
mod font;
mod forms;
mod unicode;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_interpret::InterpreterCache;
use hayro_syntax::page::Page as PdfPage;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::page::{FormField, Media, Page, TextSource};

use self::content::Content;
use crate::image_file::without_text;
use crate::layout;
use crate::read::{Head, PageReading, Sink, selected};
use crate::render::Say;
use crate::wire::Frame;
use crate::{Limits, PageSelection, ReadError};

/// Share of a page's glyphs without a character above which that is told.
const UNMAPPED_SHARE_MAX: f32 = 0.02;
/// Share of a page's area that a picture must cover for a page without words to be called a scan.
const PICTURE_SHARE_MIN: f32 = 0.25;

pub(crate) fn read_into(
    bytes: Vec<u8>,
    limits: &Limits,
    selection: &PageSelection,
    after: u32,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let pdf = open(bytes)?;
    let pages = pdf.pages();
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let wanted = selected(page_count, selection, limits)?;
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    if sink.head(Head { media: Media::Pdf, page_count }, count) == ControlFlow::Break(()) {
        return Ok(());
    }
    let mut cache = InterpreterCache::new();
    for number in wanted.into_iter().filter(|&number| number > after) {
        if sink.start(number) == ControlFlow::Break(()) {
            break;
        }
        let reading = pages.get(number as usize - 1).and_then(|page| {
            // A panic may leave the engine's caches half written, so they are thrown away with it.
            catch_unwind(AssertUnwindSafe(|| read_page(page, number, &cache)))
                .inspect_err(|_| cache = InterpreterCache::new())
                .ok()
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

fn read_page<'a>(source: &PdfPage<'a>, number: u32, cache: &InterpreterCache<'a>) -> PageReading {
    let (width, height) = source.render_dimensions();
    let content = Content::of(source, cache);
    let mut findings = findings(&content, width * height);
    let fields = forms::fields(source);
    let mut pieces = layout::words::assemble(&content.glyphs);
    let bare = |field: &&FormField| {
        !pieces.iter().any(|it| field.rect.contains(it.word.rect.center_x(), it.word.rect.center_y()))
    };
    let undrawn: Vec<_> = fields.iter().filter(bare).flat_map(layout::words::of_field).collect();
    pieces.extend(undrawn);
    let laid = layout::arrange(&pieces, &content.rules, &fields);
    let marks = layout::marks::find(&content.figures, &laid.words, &fields);
    if laid.words.is_empty() && content.pictures.iter().any(|it| it.width() * it.height() > 0.0) {
        let covered: f32 = content.pictures.iter().map(|it| it.width() * it.height()).sum();
        if covered > PICTURE_SHARE_MIN * width * height {
            findings.push(without_text(number));
        }
    }
    for finding in &mut findings {
        finding.page = Some(number);
    }
    let text_source = if laid.words.is_empty() { TextSource::None } else { TextSource::Native };
    let (words, lines) = (laid.words, laid.lines);
    let page = Page { number, width, height, text_source, words, lines, tables: laid.tables, marks, fields };
    PageReading { page, findings }
}

fn findings(content: &Content, _area: f32) -> Vec<Finding> {
    let mut findings = vec![];
    let shown = content.glyphs.len().max(1);
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = content.unmapped as f32 / shown as f32;
    if share > UNMAPPED_SHARE_MAX {
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
