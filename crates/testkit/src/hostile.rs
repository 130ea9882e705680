//! Files made to hurt: broken, endless, enormous, lying. Each with the ends that are right for it.
//!
//! Nothing of them lies in the repository: they are made whenever they are needed, the same bytes each time.
//! `cargo run -p sluice-testkit --bin hostile DIR` writes them into a folder. Called by tests of the reader and of the
//! binary.

mod bombs;
mod fonts;
mod pictures;
mod structure;

use crate::pdf;

/// The words that stand on the first page of the files that can be read.
pub const HELLO: &str = "Hello hostile world";

/// A file made to hurt.
#[derive(Debug)]
pub struct Hostile {
    /// Its name, with the ending that it pretends to.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How it may end: `read`, or the code of a failure.
    pub ends: &'static [&'static str],
}

/// It is read, whatever is wrong with it.
const READ: &[&str] = &["read"];
/// Nothing in it can be read.
const DAMAGED: &[&str] = &["damaged"];
/// As far as it can be read; what is missing is told.
const READ_OR_DAMAGED: &[&str] = &["read", "damaged"];
/// A limit ends it, or the engine sees through it.
const BOUNDED: &[&str] = &["read", "damaged", "too_large", "took_too_long"];

fn hostile(name: impl Into<String>, bytes: Vec<u8>, ends: &'static [&'static str]) -> Hostile {
    Hostile { name: name.into(), bytes, ends }
}

/// All of them.
#[must_use]
pub fn corpus() -> Vec<Hostile> {
    [no_documents(), truncated(), structure::all(), bombs::all(), fonts::all(), pictures::all()]
        .into_iter()
        .flatten()
        .collect()
}

/// Those of at most so many bytes that no limit has to end, to start spoiling from.
#[must_use]
pub fn seeds(bytes_max: usize) -> Vec<Vec<u8>> {
    let quick = corpus().into_iter().filter(|it| !it.ends.contains(&"too_large"));
    quick.map(|it| it.bytes).filter(|bytes| !bytes.is_empty() && bytes.len() <= bytes_max).collect()
}

fn hello() -> String {
    pdf::text("F1", 12, 72.0, 700.0, HELLO)
}

/// Bytes that look random and are the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

fn no_documents() -> Vec<Hostile> {
    const NO_MEDIA: &[&str] = &["unsupported_media"];
    let text_with_end =
        |end: &str| hostile(format!("text-named.{end}"), b"Dear Sir, this is no picture".to_vec(), NO_MEDIA);
    vec![
        hostile("no-bytes.pdf", vec![], &["empty_document"]),
        hostile("zeros.pdf", vec![0; 100_000], NO_MEDIA),
        hostile("page-of-the-web.pdf", b"<html><body>404 not found</body></html>".to_vec(), NO_MEDIA),
        hostile("program.pdf", [b"\x7fELF\x02\x01\x01".to_vec(), noise(5_000)].concat(), NO_MEDIA),
        text_with_end("png"),
        text_with_end("tiff"),
        hostile("a-pdf-named.jpg", pdf::page(&hello()).bytes(), READ),
        hostile("a-pdf-named.tiff", pdf::page(&hello()).bytes(), READ),
        hostile("head-alone.pdf", b"%PDF-1.7\n".to_vec(), DAMAGED),
        hostile("noise-with-a-head.pdf", [b"%PDF-1.4\n".to_vec(), noise(200_000)].concat(), DAMAGED),
        hostile("noise-with-a-head.png", [b"\x89PNG\r\n\x1a\n".to_vec(), noise(20_000)].concat(), DAMAGED),
        hostile("noise-with-a-head.jpg", [b"\xff\xd8\xff\xe0".to_vec(), noise(20_000)].concat(), DAMAGED),
        hostile("noise-with-a-head.webp", [b"RIFF\x20\x4e\0\0WEBPVP8L".to_vec(), noise(20_000)].concat(), DAMAGED),
    ]
}

/// A file of three pages, cut off at many places.
fn truncated() -> Vec<Hostile> {
    let whole = pdf::pages(&[hello(), hello(), hello()]).bytes();
    let cut = |part: usize| {
        hostile(format!("cut-off-{part:02}.pdf"), whole[..whole.len() * part / 20].to_vec(), READ_OR_DAMAGED)
    };
    (1..20).map(cut).collect()
}
