//! A picture as a document: its size and number of pages, no words.
//!
//! Only headers are decoded here; recognising the words is another room's work.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::ops::ControlFlow;

use image::{ImageFormat, ImageReader};
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::page::{Media, Page, TextSource};

use crate::read::{Head, PageReading, Sink, selected};
use crate::{Limits, PageSelection, ReadError};

pub(crate) fn read_into(
    bytes: &[u8],
    media: Media,
    limits: &Limits,
    selection: &PageSelection,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let sizes = sizes(bytes, media)?;
    let page_count = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
    let wanted = selected(page_count, selection, limits)?;
    if sink.head(Head { media, page_count }, page_count) == ControlFlow::Break(()) {
        return Ok(());
    }
    for number in wanted {
        let reading = sizes.get(number as usize - 1).map(|&size| page(number, size));
        if sink.page(number, reading) == ControlFlow::Break(()) {
            return Ok(());
        }
    }
    Ok(())
}

/// How many pictures there are.
pub(crate) fn page_count(bytes: &[u8], media: Media) -> Result<u32, ReadError> {
    Ok(u32::try_from(sizes(bytes, media)?.len()).unwrap_or(u32::MAX))
}

fn page(number: u32, (width, height): (u32, u32)) -> PageReading {
    #[allow(clippy::cast_precision_loss, reason = "pictures have fewer pixels a side than f32 counts exactly")]
    let (width, height) = (width as f32, height as f32);
    let page = Page {
        number,
        width,
        height,
        text_source: TextSource::None,
        words: vec![],
        lines: vec![],
        tables: vec![],
        marks: vec![],
        fields: vec![],
    };
    PageReading { page, findings: vec![without_text(number)] }
}

/// The doubt that a page is a picture whose words nobody read.
pub(crate) fn without_text(number: u32) -> Finding {
    let message = "the page is a picture without text, and optical character recognition is not set up";
    Finding::new(FindingKind::PageWithoutText, message).on_page(number)
}

fn sizes(bytes: &[u8], media: Media) -> Result<Vec<(u32, u32)>, ReadError> {
    let size = ImageReader::with_format(Cursor::new(bytes), format(media)).into_dimensions();
    let size = size.map_err(|error| damaged(&error.to_string()))?;
    let more = if media == Media::Tiff { tiff_pages(bytes).saturating_sub(1) } else { 0 };
    Ok(std::iter::repeat_n(size, 1 + more).collect())
}

/// Number of pictures in a TIFF file, by walking its directories; each names the place of the next.
fn tiff_pages(bytes: &[u8]) -> usize {
    let little = bytes.starts_with(b"II");
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let value = bytes.iter().rev().fold(0_usize, |value, &byte| value << 8 | usize::from(byte));
        Some(if little { value } else { value.swap_bytes() >> (8 * (size_of::<usize>() - length)) })
    };
    let mut seen = BTreeSet::new();
    let mut at = number(4, 4);
    while let Some(directory) = at.filter(|&directory| directory != 0 && seen.insert(directory)) {
        at = number(directory, 2).and_then(|entries| number(directory + 2 + 12 * entries, 4));
    }
    seen.len()
}

/// The decoder for a kind of picture.
pub(crate) fn format(media: Media) -> ImageFormat {
    match media {
        Media::Png => ImageFormat::Png,
        Media::Tiff => ImageFormat::Tiff,
        Media::Webp => ImageFormat::WebP,
        Media::Jpeg | Media::Pdf => ImageFormat::Jpeg,
    }
}

pub(crate) fn damaged(why: &str) -> ReadError {
    ReadError::new(Code::Damaged, format!("the picture cannot be read: {why}"))
}
