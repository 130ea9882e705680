//! Pictures of text: read at any angle, among text, in every file format; and what is said where nothing is read.
//!
//! The model files are part of a machine that is set up; where they are missing these tests fail and say so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};
use sluice_document::{Ocr, OcrMode, PageSelection, Reader, Reading, ocr};
use sluice_extract::code::FindingKind;
use sluice_extract::page::{Page, TextSource, Word};

use crate::child;
use crate::make::{page_with, stream, text};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn models() -> PathBuf {
    let folder = root().join("target/ocr");
    assert!(ocr::models::are_in(&folder), "the model files for scans are not in {}: run ./setup", folder.display());
    folder
}

fn reader(mode: OcrMode) -> Reader {
    Reader { ocr: Ocr { mode, models: Some(models()) }, ..child::reader() }
}

fn read(bytes: &[u8]) -> Reading {
    reader(OcrMode::Auto).read(bytes, &PageSelection::All).unwrap()
}

/// The head of the scanned receipt among the examples, as pixels.
fn scan() -> RgbImage {
    let bytes = std::fs::read(root().join("examples/receipt-scan/document.pdf")).unwrap();
    let drawn = child::reader().render(&bytes, &[1], 200.0).unwrap();
    let whole = image::load_from_memory(&drawn[0].png).unwrap().to_rgb8();
    imageops::crop_imm(&whole, 60, 110, 600, 330).to_image()
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn word<'a>(page: &'a Page, text: &str) -> &'a Word {
    let found = page.words.iter().find(|word| word.text == text);
    found.unwrap_or_else(|| panic!("{text} is not among: {}", page.text()))
}

#[test]
fn every_kind_of_picture_file_is_read() {
    let picture = scan();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff, ImageFormat::WebP] {
        let reading = read(&encoded(&picture, format));
        let page = &reading.document.pages[0];
        assert_eq!((page.text_source, reading.findings.len()), (TextSource::Ocr, 0), "{format:?}");
        assert!(page.text().contains("18 Foundry Street, Leeds LS1 9KC"), "{format:?}: {}", page.text());
        let sure = page.words.iter().filter(|word| word.confidence.is_some_and(|it| it > 0.9)).count();
        assert!(sure * 10 > page.words.len() * 8, "{format:?}: {:?}", page.words);
    }
}

/// Where the middle of a word of the picture is in the same picture turned by quarters, clockwise.
fn turned((x, y): (f32, f32), picture: &RgbImage, turn: u16) -> (f32, f32) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    match turn {
        90 => (height - y, x),
        180 => (width - x, height - y),
        270 => (y, width - x),
        _ => (x, y),
    }
}

#[test]
fn a_page_on_its_side_or_upside_down_is_read_where_it_stands() {
    let picture = scan();
    let upright = read(&encoded(&picture, ImageFormat::Png)).document.pages.remove(0);
    let pictures = [
        (90, imageops::rotate90(&picture)),
        (180, imageops::rotate180(&picture)),
        (270, imageops::rotate270(&picture)),
    ];
    for (turn, rotated) in pictures {
        let reading = read(&encoded(&rotated, ImageFormat::Png));
        let page = &reading.document.pages[0];
        assert!(page.text().contains("18 Foundry Street"), "{turn}: {}", page.text());
        for text in ["Foundry", "0113", "Leeds"] {
            let (at, here) = (word(&upright, text), word(page, text));
            let (x, y) = turned((at.rect.center_x(), at.rect.center_y()), &picture, turn);
            let off = (here.rect.center_x() - x).abs().max((here.rect.center_y() - y).abs());
            assert!(here.rotation == turn && off < 6.0, "{turn}: {text} is {off} pixels off: {here:?}");
        }
    }
}

#[test]
fn a_crooked_page_has_straight_lines() {
    let picture = scan();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (sin, cos) = 4.0_f32.to_radians().sin_cos();
    // Clockwise by four degrees around its middle.
    let crooked = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (x, y) = (x as f32 - width / 2.0, y as f32 - height / 2.0);
        let (x, y) = (x * cos + y * sin + width / 2.0, y * cos - x * sin + height / 2.0);
        let inside = x >= 0.0 && y >= 0.0 && x < width && y < height;
        if inside { *picture.get_pixel(x as u32, y as u32) } else { image::Rgb([225; 3]) }
    });
    let reading = read(&encoded(&crooked, ImageFormat::Png));
    let page = &reading.document.pages[0];
    assert!((3.0..5.0).contains(&page.skew), "{}", page.skew);
    let line = page.lines.iter().map(|line| page.line_text(line)).find(|line| line.contains("Foundry"));
    assert_eq!(line.as_deref(), Some("18 Foundry Street, Leeds LS1 9KC"));
    // Boxes stand where the words are: the line falls to the right.
    assert!(word(page, "9KC").rect.center_y() - word(page, "18").rect.center_y() > 8.0);
    let level = page.straightened();
    assert!((word(&level, "9KC").rect.center_y() - word(&level, "18").rect.center_y()).abs() < 3.0);
}

#[test]
fn a_scanned_part_of_a_page_with_text_is_read_too() {
    let picture = scan();
    let jpeg = encoded(&picture, ImageFormat::Jpeg);
    let (width, height) = picture.dimensions();
    let image = stream(
        &format!(
            "/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode"
        ),
        &jpeg,
    );
    let mut content = String::from("q 432 0 0 238 72 300 cm /I Do Q\n");
    for (row, line) in
        ["The receipt that you asked for", "is shown below in full,", "with our kind regards."].iter().enumerate()
    {
        content += &text("F1", 12, 72.0, 700.0 - 16.0 * row as f32, line);
    }
    let pdf = page_with(&content, "/XObject<</I 6 0 R>>", "[0 0 612 792]", "").with(6, image).bytes();
    let page = &read(&pdf).document.pages[0];
    assert_eq!(page.text_source, TextSource::Mixed);
    assert!(page.text().contains("The receipt that you asked for"), "{}", page.text());
    assert_eq!(word(page, "receipt").confidence, None);
    let found = word(page, "Foundry");
    assert!(found.confidence.is_some() && (254.0..492.0).contains(&found.rect.y0), "{found:?}");

    let never = reader(OcrMode::Never).read(&pdf, &PageSelection::All).unwrap().document.pages.remove(0);
    assert!(never.text_source == TextSource::Native && !never.text().contains("Foundry"));
    let always = reader(OcrMode::Always).read(&pdf, &PageSelection::All).unwrap().document.pages.remove(0);
    assert!(always.text_source == TextSource::Ocr && always.text().contains("kind regards"), "{}", always.text());
}

#[test]
fn what_is_not_read_is_told_with_what_to_do() {
    let small = imageops::resize(&scan(), 60, 33, FilterType::Triangle);
    let blank = encoded(&RgbImage::from_pixel(400, 300, image::Rgb([250; 3])), ImageFormat::Png);
    let told = |reader: &Reader, bytes: &[u8]| {
        let reading = reader.read(bytes, &PageSelection::All).unwrap();
        assert_eq!(reading.findings.len(), 1, "{:?}", reading.findings);
        assert_eq!(reading.findings[0].kind, FindingKind::PageWithoutText);
        assert_eq!(reading.document.pages[0].text_source, TextSource::None);
        reading.findings[0].message.clone()
    };
    let without = child::reader();
    assert!(told(&without, &encoded(&small, ImageFormat::Png)).contains("`sluice ocr install`"));
    assert!(told(&reader(OcrMode::Never), &blank).contains("turned off"));
    assert!(told(&reader(OcrMode::Auto), &blank).contains("blank"));
    let folder = tempfile::tempdir().unwrap();
    for file in &ocr::models::FILES {
        std::fs::write(folder.path().join(file.name), vec![0; file.bytes as usize]).unwrap();
    }
    let other = Reader { ocr: Ocr { mode: OcrMode::Auto, models: Some(folder.path().to_owned()) }, ..child::reader() };
    assert!(told(&other, &blank).contains("SHA-256 is another"));
}

#[test]
fn a_photograph_is_seen_as_the_camera_held_it() {
    let plain = encoded(&RgbImage::new(40, 30), ImageFormat::Jpeg);
    // An Exif segment that says: turn it by 90 degrees, clockwise.
    let exif = b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let turned = [&plain[..2], exif, &plain[2..]].concat();
    let page = &child::reader().read(&turned, &PageSelection::All).unwrap().document.pages[0];
    assert_eq!((page.width, page.height), (30.0, 40.0));
    let drawn = child::reader().render(&turned, &[1], 72.0).unwrap();
    assert_eq!((drawn[0].width, drawn[0].height), (30, 40));
}

#[test]
fn every_picture_of_a_tiff_file_is_a_page() {
    // Two pictures of one grey pixel each, in the same bytes; the second one is two pixels wide.
    let directory = |next: u32, width: u8| {
        let mut bytes = vec![8_u8, 0];
        for (tag, kind, value) in [
            (0x100_u16, 3_u16, u32::from(width)),
            (0x101, 3, 1),
            (0x102, 3, 8),
            (0x103, 3, 1),
            (0x106, 3, 1),
            (0x111, 4, 8),
            (0x116, 3, 1),
            (0x117, 4, u32::from(width)),
        ] {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes
    };
    let length = directory(0, 1).len() as u32;
    let tiff = [b"II*\0\x0c\0\0\0\x80\x80\0\0".as_slice(), &directory(12 + length, 1), &directory(0, 2)].concat();
    let reading = child::reader().read(&tiff, &PageSelection::All).unwrap();
    let widths: Vec<f32> = reading.document.pages.iter().map(|page| page.width).collect();
    assert_eq!(widths, [1.0, 2.0]);
    assert_eq!(child::reader().render(&tiff, &[2], 72.0).unwrap()[0].width, 2);
}
