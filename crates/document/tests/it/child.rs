//! The parent against children that work, die, hang and lie.

use std::ffi::OsString;
use std::path::PathBuf;

use sluice_document::{Inspected, Limits, Ocr, PageSelection, Reader, Stop};
use sluice_extract::code::{Code, FindingKind};
use sluice_extract::page::Media;

use crate::make;

/// A reader whose child is this crate's own binary.
pub(crate) fn reader() -> Reader {
    Reader {
        program: PathBuf::from(env!("CARGO_BIN_EXE_sluice-read")),
        args: vec![],
        limits: Limits::default(),
        ocr: Ocr::default(),
    }
}

/// A reader whose child is a shell script.
fn scripted(script: &str) -> Reader {
    let args = vec![OsString::from("-c"), OsString::from(script)];
    Reader { program: PathBuf::from("/bin/sh"), args, limits: Limits::default(), ocr: Ocr::default() }
}

fn hello() -> Vec<u8> {
    make::page(&make::text("F1", 12, 72.0, 700.0, "Hello world")).bytes()
}

/// A page whose drawing never ends: forms that draw forms, ten times over, twenty deep.
fn endless() -> make::Pdf {
    let mut pdf = make::pages(&["".into(), make::text("F1", 12, 72.0, 700.0, "after"), "/X Do".into()]);
    for number in 100..120 {
        let resources = format!("/Resources<</XObject<</X {} 0 R>>>>", number + 1);
        let dict = format!("/Type/XObject/Subtype/Form/BBox[0 0 612 792]{resources}");
        pdf = pdf.with(number, make::stream(&dict, "/X Do ".repeat(10).as_bytes()));
    }
    let last = make::stream("/Type/XObject/Subtype/Form/BBox[0 0 612 792]", b"0 0 5 5 re f");
    pdf.with(120, last).with(
        10,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 11 0 R/Resources<</XObject<</X 100 0 R>>>>>>",
    )
}

fn endless_pages() -> Vec<u8> {
    endless().with(11, make::stream("", b"/X Do")).bytes()
}

#[test]
fn a_child_reads_what_this_process_reads() {
    let bytes = hello();
    let reading = reader().read(&bytes, &PageSelection::All).unwrap();
    let (here, findings) = sluice_document::read_here(&bytes, &Limits::default(), &PageSelection::All).unwrap();
    assert_eq!((reading.document, reading.findings), (here, findings));
}

#[test]
fn only_selected_pages_are_read() {
    let contents: Vec<String> = (1..=5).map(|n| make::text("F1", 12, 72.0, 700.0, &format!("page {n}"))).collect();
    let bytes = make::pages(&contents).bytes();
    let reading = reader().read(&bytes, &"2,4-".parse().unwrap()).unwrap();
    let numbers: Vec<u32> = reading.document.pages.iter().map(|page| page.number).collect();
    assert_eq!((numbers, reading.document.page_count), (vec![2, 4, 5], 5));
    assert_eq!(reader().read(&bytes, &"9".parse().unwrap()).unwrap_err().code, Code::EmptyDocument);
}

#[test]
fn a_document_is_inspected_without_reading_a_page() {
    let inspected = |bytes: &[u8]| reader().inspect(bytes).map_err(|error| error.code);
    let endless = Inspected { media: Media::Pdf, page_count: 3 };
    assert_eq!(inspected(&endless_pages()), Ok(endless), "a page that never ends is not looked at");
    assert_eq!(inspected(b""), Err(Code::EmptyDocument));
    assert_eq!(inspected(b"Dear Sir"), Err(Code::UnsupportedMedia));
    assert_eq!(inspected(b"%PDF-1.7 and nothing more"), Err(Code::Damaged));
    assert_eq!(inspected(b"\x89PNG\r\n\x1a\n"), Err(Code::Damaged));
}

#[test]
fn a_page_that_kills_the_child_costs_that_page_alone() {
    let bytes = endless_pages();
    let mut reader = reader();
    reader.limits.seconds_base = 0.7;
    let reading = reader.read(&bytes, &PageSelection::All).unwrap();
    let numbers: Vec<u32> = reading.document.pages.iter().map(|page| page.number).collect();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(reading.document.pages[0].text(), "after");
    let finding = &reading.findings[0];
    assert_eq!(finding.kind, FindingKind::DamagedPages);
    assert!(finding.message.starts_with("damaged: read 2 of 3 pages; not read: 1 ("), "{}", finding.message);
}

#[test]
fn time_is_up_for_a_document_that_only_hangs() {
    let mut reader = scripted("while :; do :; done");
    reader.limits.seconds_base = 0.2;
    assert_eq!(reader.read(&hello(), &PageSelection::All).unwrap_err().code, Code::TookTooLong);
}

#[test]
fn a_stopped_reading_is_cancelled() {
    let stop = Stop::default();
    let reader = scripted("while :; do :; done");
    stop.stop();
    assert_eq!(reader.read_until(&hello(), &PageSelection::All, &stop).unwrap_err().code, Code::Cancelled);
}

#[test]
fn children_that_die_or_lie_are_an_error() {
    let check = |script: &str, expect: Code| {
        let error = scripted(script).read(&hello(), &PageSelection::All).unwrap_err();
        assert_eq!(error.code, expect, "{script}: {error}");
    };
    check("exit 1", Code::Damaged);
    check("exit 0", Code::Damaged);
    check("kill -9 $$", Code::TookTooLong);
    check("echo memory allocation of 9 bytes failed >&2; kill -6 $$", Code::TooLarge);
    check("cat >/dev/null; echo garbage that is no frame at all", Code::Damaged);
    check(r"printf 'p\377\377\377\377'", Code::Damaged);
    check(r"printf 's\004\000\000\000\001\000\000\000'; exit 3", Code::Damaged);
    check("yes | head -c 1000000 >&2; exit 1", Code::Damaged);
    // It closes its output but stays.
    check("exec >&-; sleep 60", Code::Damaged);
}

#[test]
fn a_program_that_is_not_there_is_our_own_fault() {
    let mut reader = reader();
    reader.program = PathBuf::from("/nonexistent/sluice");
    assert_eq!(reader.read(&hello(), &PageSelection::All).unwrap_err().code, Code::Internal);
}

#[test]
fn pages_are_drawn_as_pictures() {
    let pictures = reader().render(&hello(), &[1, 7], 36.0).unwrap();
    let sizes: Vec<(u32, u32, u32)> = pictures.iter().map(|it| (it.page, it.width, it.height)).collect();
    assert_eq!(sizes, [(1, 306, 396)]);
    let drawn = image::load_from_memory(&pictures[0].png).unwrap().to_luma8();
    let dark = drawn.pixels().filter(|pixel| pixel.0[0] < 128).count();
    assert!((20..2_000).contains(&dark), "{dark} dark pixels");
}

#[test]
fn pictures_keep_within_their_limit() {
    let mut reader = reader();
    reader.limits.page_pixels_max = 10_000;
    let pictures = reader.render(&hello(), &[1], 300.0).unwrap();
    assert!(pictures[0].width * pictures[0].height <= 10_000);
    let mut png = std::io::Cursor::new(vec![]);
    image::RgbImage::new(400, 100).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let pictures = reader.render(png.get_ref(), &[1], 300.0).unwrap();
    assert!((150..=200).contains(&pictures[0].width) && pictures[0].width * pictures[0].height <= 10_000);
}

#[test]
fn a_picture_is_a_page_without_words() {
    let mut png = std::io::Cursor::new(vec![]);
    image::RgbImage::new(40, 30).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let reading = reader().read(png.get_ref(), &PageSelection::All).unwrap();
    let page = &reading.document.pages[0];
    assert_eq!((page.width, page.height, page.words.len()), (40.0, 30.0, 0));
    assert_eq!(reading.findings[0].kind, FindingKind::PageWithoutText);
}
