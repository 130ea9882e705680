//! Pages as pictures: PDF pages drawn, picture files as they are, both within the limit of pixels.
//!
//! Runs in the child; the parent sees PNG bytes.

use std::io::Cursor;
use std::ops::ControlFlow;

use image::ImageFormat;
use sluice_extract::page::Media;

use crate::image_file::Album;
use crate::read::guard;
use crate::wire::Frame;
use crate::{Limits, ReadError, image_file, pdf};

/// A page as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// 1-based number of the page.
    pub page: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The picture as PNG.
    pub png: Vec<u8>,
}

/// Takes frames; `Break` ends the work.
pub(crate) type Say<'a> = &'a mut dyn FnMut(Frame) -> ControlFlow<()>;

/// Draws pages one by one.
pub(crate) fn render_into(
    bytes: Vec<u8>,
    limits: &Limits,
    pages: &[u32],
    dpi: f32,
    say: Say<'_>,
) -> Result<(), ReadError> {
    match guard(&bytes, limits)? {
        Media::Pdf => pdf::render_into(bytes, limits, pages, dpi, say),
        media => picture_file(&bytes, media, limits, pages, say),
    }
}

fn picture_file(bytes: &[u8], media: Media, limits: &Limits, pages: &[u32], say: Say<'_>) -> Result<(), ReadError> {
    let album = Album::open(bytes, media)?;
    for &page in pages.iter().filter(|&&page| (1..=album.page_count()).contains(&page)) {
        if say(Frame::Started(page)) == ControlFlow::Break(()) {
            break;
        }
        let picture = album.picture(page, limits)?;
        let (width, height) = picture.dimensions();
        let mut png = Cursor::new(vec![]);
        let written = picture.write_to(&mut png, ImageFormat::Png);
        written.map_err(|error| image_file::damaged(&error.to_string()))?;
        let picture = Picture { page, width, height, png: png.into_inner() };
        if say(Frame::Picture(picture)) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// The scales that give a page of this size so many dots per inch within the limit of pixels, and at least one pixel.
pub(crate) fn scales(width: f32, height: f32, dpi: f32, pixels_max: u64) -> (f32, f32) {
    /// The engine counts a side's pixels in 16 bits.
    const SIDE_MAX: f32 = 32_000.0;
    const DPI_MAX: f32 = 600.0;
    #[allow(clippy::cast_precision_loss, reason = "a scale needs no more digits")]
    let pixels = (pixels_max.max(1) as f32 / (width * height).max(1e-6)).sqrt();
    let dpi = if dpi.is_finite() { dpi.clamp(1.0, DPI_MAX) } else { 72.0 };
    let scale = (dpi / 72.0).min(pixels).min(SIDE_MAX / width.max(height).max(1.0));
    (scale.max(1.0 / width.max(1e-6)), scale.max(1.0 / height.max(1e-6)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_within_its_pixels_and_has_at_least_one() {
        let check = |width: f32, height: f32, dpi: f32, most: u64| {
            let (x, y) = scales(width, height, dpi, most);
            let (across, down) = (width * x, height * y);
            assert!(across >= 0.999 && down >= 0.999, "{across} x {down}");
            assert!(across < 65_535.0 && down < 65_535.0 && across * down <= most as f32 * 1.01 + 40_000.0);
        };
        check(612.0, 792.0, 150.0, 16_000_000);
        check(612.0, 792.0, f32::NAN, 16_000_000);
        check(14_400.0, 14_400.0, 600.0, 16_000_000);
        check(1.0, 500_000.0, 150.0, 16_000_000);
        assert_eq!(scales(612.0, 792.0, 144.0, 16_000_000), (2.0, 2.0));
    }
}
