//! Draws one page as PNG. Called by `pdf` in the child.

use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use hayro_interpret::InterpreterSettings;
use hayro_syntax::page::Page as PdfPage;
use image::RgbImage;

use crate::Picture;
use crate::render::scales;

/// The page's pixels on white.
pub(super) fn pixels(source: &PdfPage<'_>, dpi: f32, pixels_max: u64) -> RgbImage {
    let (width, height) = source.render_dimensions();
    let (x_scale, y_scale) = scales(width, height, dpi, pixels_max);
    let settings = PixmapSettings { x_scale, y_scale, bg_color: WHITE };
    let cache = RenderCache::new();
    let drawn = render(source, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let pixels: Vec<u8> = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect();
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// The page as a picture, or nothing if it cannot be encoded.
pub(super) fn page(source: &PdfPage<'_>, number: u32, dpi: f32, pixels_max: u64) -> Option<Picture> {
    let drawn = pixels(source, dpi, pixels_max);
    let (width, height) = drawn.dimensions();
    let mut png = vec![];
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().ok()?.write_image_data(drawn.as_raw()).ok()?;
    Some(Picture { page: number, width, height, png })
}
