//! Files made to hurt, through the real child: each ends in a reading or a reason, soon, and never in a panic.

use std::thread;

use sluice_document::{PageSelection, ReadError, Reading};
use sluice_extract::code::Code;
use sluice_testkit::hostile::{self, Hostile};

use crate::child::reader;
use crate::make::{self, page, page_with, stream};

/// Reads with little memory and time.
fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    let mut reader = reader();
    reader.limits.memory_bytes_max = 600 << 20;
    reader.limits.seconds_base = 5.0;
    reader.read(bytes, &PageSelection::All)
}

/// It ends as it may, under these limits; what is read of it is what stands on its pages.
fn check(file: &Hostile) {
    let read = read(&file.bytes);
    let end = read.as_ref().map_or_else(|error| error.code.as_str(), |_| "read");
    assert!(file.ends.contains(&end), "{}: {end}, which is none of {:?}: {:?}", file.name, file.ends, read.err());
    let texts = read.iter().flat_map(|reading| &reading.document.pages).map(|page| page.text());
    texts.for_each(|text| assert!(!text.contains("the carried file's own words") && !text.contains("root:"), "{text}"));
}

#[test]
fn the_worst_costs_its_own_document_with_a_reason() {
    let files = hostile::corpus();
    assert!(files.len() > 100, "{}", files.len());
    // The limits on memory and time are those of each child, so two of them side by side are no worse than one.
    thread::scope(|scope| {
        for half in [0, 1] {
            let files = &files;
            scope.spawn(move || files.iter().skip(half).step_by(2).for_each(check));
        }
    });
}

fn hello() -> String {
    make::text("F1", 12, 72.0, 700.0, "Hello hostile world")
}

#[test]
fn what_is_no_document_says_what_it_looks_like() {
    let check = |bytes: &[u8], code: Code, part: &str| {
        let error = read(bytes).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(part), "{error}");
    };
    check(b"", Code::EmptyDocument, "empty");
    check(b"<html><body>not found</body></html>", Code::UnsupportedMedia, "HTML");
    check(b"PK\x03\x04 word/document.xml", Code::UnsupportedMedia, "docx");
    check(b"hello", Code::UnsupportedMedia, "plain text");
    check(&[0; 1000], Code::UnsupportedMedia, "");
    check(b"%PDF-1.7\n", Code::Damaged, "");
    check(b"\x89PNG\r\n\x1a\nrubbish", Code::Damaged, "");
    check(b"\xff\xd8\xff\xe0rubbish", Code::Damaged, "");
    check(b"II*\0\xff\xff\xff\xff", Code::Damaged, "");
}

#[test]
fn more_bytes_or_pages_than_the_limit() {
    let mut reader = reader();
    reader.limits.bytes_max = 100;
    assert_eq!(reader.read(&page(&hello()).bytes(), &PageSelection::All).unwrap_err().code, Code::TooLarge);
    let mut reader = self::reader();
    reader.limits.pages_max = 2;
    let bytes = make::pages(&vec![hello(); 3]).bytes();
    assert_eq!(reader.read(&bytes, &PageSelection::All).unwrap_err().code, Code::TooLarge);
    assert_eq!(reader.read(&bytes, &"2-3".parse().unwrap()).unwrap().document.pages.len(), 2);
}

#[test]
fn a_page_larger_than_its_limit_is_a_failed_page() {
    let mut reader = reader();
    reader.limits.page_bytes_max = 300;
    let long = make::text("F1", 12, 72.0, 700.0, "many words that make a page of more than a few hundred bytes");
    let bytes = make::pages(&[String::new(), long]).bytes();
    let reading = reader.read(&bytes, &PageSelection::All).unwrap();
    assert_eq!(reading.document.pages.len(), 1);
    assert!(reading.findings[0].message.starts_with("damaged: read 1 of 2 pages; not read: 2"));
}

#[test]
fn pages_of_every_size() {
    let boxes = [
        "[0 0 1000000000 1000000000]",
        "[0 0 100000 100000]",
        "[612 792 0 0]",
        "[0 0 0 0]",
        "[0 0 1e400 nan]",
        "[0 0 0.001 0.001]",
        "[-1e8 -1e8 -99999388 -99999208]",
        "[0 0 1 500000]",
    ];
    for media_box in boxes {
        let bytes = page_with(&format!("{}0 0 1e9 1e9 re f", hello()), "", media_box, "").bytes();
        let _ = read(&bytes);
        let _ = reader().render(&bytes, &[1], 150.0);
    }
}

#[test]
fn the_worst_is_not_drawn_without_end_either() {
    let picture = page_with("612 0 0 792 0 0 cm /I Do", "/XObject<</I 6 0 R>>", "[0 0 612 792]", "");
    let dict = "/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB";
    let drawn = reader().render(&picture.with(6, stream(dict, b"0000000000")).bytes(), &[1], 72.0);
    assert!(drawn.is_ok_and(|pictures| pictures.iter().all(|it| it.width <= 612)));
}
