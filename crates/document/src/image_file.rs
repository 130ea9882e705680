//! A picture file as a document: a page for each picture in it, read from its pixels.
//!
//! Turned as the camera says; a TIFF file may hold several pictures. Called by `read` and `render` in the child.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use sluice_extract::code::Code;
use sluice_extract::page::{Media, Page, TextSource};

use crate::ocr::Recogniser;
use crate::read::{Head, PageReading, Sink, Source, selected};
use crate::scan::{self, Want};
use crate::{Limits, ReadError};

pub(crate) fn read_into(source: &Source<'_>, media: Media, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let album = Album::open(&source.bytes, media)?;
    let page_count = album.page_count();
    let wanted = selected(page_count, source.selection, source.limits)?;
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    if sink.head(Head { media, page_count }, count) == ControlFlow::Break(()) {
        return Ok(());
    }
    for number in wanted.into_iter().filter(|&number| number > source.after) {
        if sink.start(number) == ControlFlow::Break(()) {
            break;
        }
        let reading = catch_unwind(AssertUnwindSafe(|| page(&album, number, source, sink))).ok().flatten();
        if sink.page(number, reading) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// How many pictures there are.
pub(crate) fn page_count(bytes: &[u8], media: Media) -> Result<u32, ReadError> {
    Ok(Album::open(bytes, media)?.page_count())
}

fn page(album: &Album<'_>, number: u32, source: &Source<'_>, sink: &mut dyn Sink) -> Option<PageReading> {
    let (width, height) = album.size(number).ok()?;
    #[allow(clippy::cast_precision_loss, reason = "pictures have fewer pixels a side than f32 counts exactly")]
    let size = (width as f32, height as f32);
    let mut page = Page {
        number,
        width: size.0,
        height: size.1,
        text_source: TextSource::None,
        skew: 0.0,
        words: vec![],
        lines: vec![],
        tables: vec![],
        marks: vec![],
        fields: vec![],
    };
    if let Some(why) = source.recogniser.trouble() {
        return Some(PageReading { page, findings: vec![scan::not_read(number, &Want::Page, &why)] });
    }
    sink.recognise(number);
    let picture = album.picture(number, source.limits).ok()?;
    Some(match recognise(&source.recogniser, &picture, &mut page) {
        Ok(()) if page.words.is_empty() => PageReading { page, findings: vec![scan::blank(number)] },
        Ok(()) => PageReading { page, findings: vec![] },
        Err(why) => PageReading { page, findings: vec![scan::not_read(number, &Want::Page, &why)] },
    })
}

/// Fills a page with what its picture says.
fn recognise(recogniser: &Recogniser, picture: &RgbImage, page: &mut Page) -> Result<(), String> {
    let recognised = recogniser.read(picture)?;
    let sheet = scan::sheet(&recognised, picture.dimensions(), (page.width, page.height), None);
    (page.words, page.lines, page.tables) = (sheet.laid.words, sheet.laid.lines, sheet.laid.tables);
    if !page.words.is_empty() {
        (page.text_source, page.skew) = (TextSource::Ocr, sheet.skew);
    }
    Ok(())
}

/// The pictures of a file.
pub(crate) struct Album<'a> {
    bytes: &'a [u8],
    format: ImageFormat,
    /// Where each picture of a TIFF file is described; empty for other files, which have one.
    directories: Vec<[u8; 4]>,
}

impl<'a> Album<'a> {
    /// Finds the pictures, and refuses a file whose first one is none.
    pub(crate) fn open(bytes: &'a [u8], media: Media) -> Result<Self, ReadError> {
        let directories = if media == Media::Tiff { tiff_directories(bytes) } else { vec![] };
        let album = Self { bytes, format: format(media), directories };
        album.size(1)?;
        Ok(album)
    }

    /// How many there are.
    pub(crate) fn page_count(&self) -> u32 {
        u32::try_from(self.directories.len()).unwrap_or(u32::MAX).max(1)
    }

    /// The file as one whose first picture is this one.
    fn starting_with(&self, number: u32) -> Cow<'a, [u8]> {
        match self.directories.get((number as usize).saturating_sub(1)) {
            Some(directory) if number > 1 => {
                let mut bytes = self.bytes.to_vec();
                if let Some(place) = bytes.get_mut(4..8) {
                    place.copy_from_slice(directory);
                }
                Cow::Owned(bytes)
            }
            _ => Cow::Borrowed(self.bytes),
        }
    }

    /// Width and height in pixels, as it is to be seen.
    fn size(&self, number: u32) -> Result<(u32, u32), ReadError> {
        let bytes = self.starting_with(number);
        let reader = ImageReader::with_format(Cursor::new(bytes.as_ref()), self.format);
        let mut decoder = reader.into_decoder().map_err(|error| damaged(&error.to_string()))?;
        let (width, height) = decoder.dimensions();
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let on_its_side = matches!(
            orientation,
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        Ok(if on_its_side { (height, width) } else { (width, height) })
    }

    /// The pixels, on white and as they are to be seen, made fewer where the limit asks for it.
    pub(crate) fn picture(&self, number: u32, limits: &Limits) -> Result<RgbImage, ReadError> {
        let bytes = self.starting_with(number);
        let mut reader = ImageReader::with_format(Cursor::new(bytes.as_ref()), self.format);
        let mut bounds = image::Limits::default();
        bounds.max_alloc = Some(limits.memory_bytes_max / 2);
        reader.limits(bounds);
        let mut decoder = reader.into_decoder().map_err(|error| damaged(&error.to_string()))?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let decoded = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error.to_string()))?;
        let mut decoded = within(decoded, limits.page_pixels_max);
        decoded.apply_orientation(orientation);
        Ok(on_white(decoded))
    }
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0.map(u16::from);
        #[allow(clippy::cast_possible_truncation, reason = "a mean of bytes")]
        let over = |value: u16| ((value * alpha + 255 * (255 - alpha)) / 255) as u8;
        image::Rgb([over(red), over(green), over(blue)])
    })
}

/// Made smaller, keeping its shape, if it has more pixels than this.
fn within(picture: DynamicImage, pixels_max: u64) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= pixels_max {
        return picture;
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size")]
    let side = |side: u32| (f64::from(side) * (pixels_max as f64 / pixels as f64).sqrt()).max(1.0) as u32;
    picture.thumbnail_exact(side(width), side(height))
}

/// The places of the directories of a TIFF file, each of which names the place of the next; as they are written.
fn tiff_directories(bytes: &[u8]) -> Vec<[u8; 4]> {
    /// More pictures than this are no document; a file may say so in a few bytes each.
    const DIRECTORIES_MAX: usize = 10_000;
    let little = bytes.starts_with(b"II");
    let word = |at: usize| bytes.get(at..at.checked_add(4)?)?.first_chunk::<4>().copied();
    let number = |word: [u8; 4]| if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) } as usize;
    let entries = |at: usize| {
        let pair = bytes.get(at..at.checked_add(2)?)?.first_chunk::<2>().copied()?;
        Some(usize::from(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }))
    };
    let mut seen = BTreeSet::new();
    let mut directories = vec![];
    let mut next = word(4);
    while let Some(directory) = next.filter(|&it| number(it) != 0 && directories.len() < DIRECTORIES_MAX) {
        let at = number(directory);
        let Some(entries) = entries(at).filter(|_| seen.insert(at)) else { break };
        directories.push(directory);
        next = word(at + 2 + 12 * entries);
    }
    directories
}

/// The decoder for a kind of picture.
fn format(media: Media) -> ImageFormat {
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
