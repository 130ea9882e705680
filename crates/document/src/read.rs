//! Bytes to pages in this process, page by page into a sink, so that what was read survives what comes later.
//!
//! No wall here: the caller is the child process, or somebody who trusts the bytes. A panic of the engine on one page
//! is caught and costs that page.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::page::{ContentHash, Document, Media, Page};

use crate::ocr::{Ocr, Recogniser};
use crate::{Limits, PageSelection, image_file, media, pdf};

/// Why nothing at all could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// The stable code.
    pub code: Code,
    /// What was wrong and what to do, for a person.
    pub message: String,
}

impl ReadError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A document as far as it was read, and the doubts about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The pages.
    pub document: Document,
    /// Doubts: pages without text, damaged pages.
    pub findings: Vec<Finding>,
}

/// What is known before the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) media: Media,
    pub(crate) page_count: u32,
}

/// What one page came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PageReading {
    pub(crate) page: Page,
    pub(crate) findings: Vec<Finding>,
}

/// Takes what is read as it comes. `Break` stops the reading.
pub(crate) trait Sink {
    /// The document is open; so many pages will be read.
    fn head(&mut self, head: Head, wanted: u32) -> ControlFlow<()>;
    /// Work on this page begins.
    fn start(&mut self, number: u32) -> ControlFlow<()>;
    /// This page is being read from its picture, which takes longer.
    fn recognise(&mut self, number: u32);
    /// A page came to this; `None` if it could not be read.
    fn page(&mut self, number: u32, page: Option<PageReading>) -> ControlFlow<()>;
}

/// Reads in this process, pictures of text left out. Use `Reader` for bytes that nobody vouches for.
///
/// # Errors
/// When nothing can be read: the code says why.
pub fn read_here(
    bytes: &[u8],
    limits: &Limits,
    selection: &PageSelection,
) -> Result<(Document, Vec<Finding>), ReadError> {
    let mut gathered = Gathered::default();
    let source =
        Source { bytes: bytes.to_vec(), limits, selection, after: 0, recogniser: Recogniser::new(Ocr::default()) };
    read_into(source, &mut gathered)?;
    let reading = gathered.finish(ContentHash::of(bytes))?;
    Ok((reading.document, reading.findings))
}

/// What is read, and how.
pub(crate) struct Source<'a> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) limits: &'a Limits,
    pub(crate) selection: &'a PageSelection,
    /// Only pages with a greater number.
    pub(crate) after: u32,
    pub(crate) recogniser: Recogniser,
}

/// Reads the selected pages after a number into the sink.
pub(crate) fn read_into(source: Source<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    match guard(&source.bytes, source.limits)? {
        Media::Pdf => pdf::read_into(source, sink),
        media => image_file::read_into(&source, media, sink),
    }
}

/// What is known of a document without reading a page of it.
pub(crate) fn inspect(bytes: Vec<u8>, limits: &Limits) -> Result<Head, ReadError> {
    let media = guard(&bytes, limits)?;
    let page_count = match media {
        Media::Pdf => pdf::page_count(bytes)?,
        Media::Png | Media::Jpeg | Media::Tiff | Media::Webp => image_file::page_count(&bytes, media)?,
    };
    Ok(Head { media, page_count })
}

/// Refuses what can be refused without parsing.
pub(crate) fn guard(bytes: &[u8], limits: &Limits) -> Result<Media, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::new(Code::EmptyDocument, "the file is empty"));
    }
    if bytes.len() as u64 > limits.bytes_max {
        let message = format!("the file has {} bytes; at most {} are read", bytes.len(), limits.bytes_max);
        return Err(ReadError::new(Code::TooLarge, message));
    }
    media::detect(bytes).map_err(|resembles| {
        let message = format!(
            "not a PDF or a picture (PNG, JPEG, TIFF, WebP); it looks like {resembles}: convert it to PDF first"
        );
        ReadError::new(Code::UnsupportedMedia, message)
    })
}

/// Refuses a selection of more pages than the limit, or of none.
pub(crate) fn selected(page_count: u32, selection: &PageSelection, limits: &Limits) -> Result<Vec<u32>, ReadError> {
    if page_count == 0 {
        return Err(ReadError::new(Code::Damaged, "the file has no pages, or none that can be found"));
    }
    let most = limits.pages_max as usize;
    let pages: Vec<u32> = (1..=page_count).filter(|&page| selection.contains(page)).take(most + 1).collect();
    if pages.len() > most {
        let message = format!("the file has {page_count} pages; at most {most} are read: select some of them");
        return Err(ReadError::new(Code::TooLarge, message));
    }
    if pages.is_empty() {
        let message = format!("no page is selected: the file has {page_count} pages");
        return Err(ReadError::new(Code::EmptyDocument, message));
    }
    Ok(pages)
}

/// Gathers pages into a document.
#[derive(Default)]
pub(crate) struct Gathered {
    head: Option<Head>,
    pages: Vec<Page>,
    findings: Vec<Finding>,
    failed: Vec<u32>,
}

impl Sink for Gathered {
    fn head(&mut self, head: Head, _wanted: u32) -> ControlFlow<()> {
        self.head = Some(head);
        ControlFlow::Continue(())
    }

    fn start(&mut self, _number: u32) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn recognise(&mut self, _number: u32) {}

    fn page(&mut self, number: u32, page: Option<PageReading>) -> ControlFlow<()> {
        match page {
            Some(reading) => {
                self.pages.push(reading.page);
                self.findings.extend(reading.findings);
            }
            None => self.failed.push(number),
        }
        ControlFlow::Continue(())
    }
}

impl Gathered {
    /// How many pages the file says it has, once that was said.
    pub(crate) fn page_count(&self) -> Option<u32> {
        self.head.map(|head| head.page_count)
    }

    /// No page was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Counts the selected pages that nothing was heard of as failed.
    pub(crate) fn fail_missing(&mut self, selection: &PageSelection) {
        let page_count = self.head.map_or(0, |head| head.page_count);
        let known: BTreeSet<u32> =
            self.pages.iter().map(|page| page.number).chain(self.failed.iter().copied()).collect();
        self.failed.extend((1..=page_count).filter(|page| selection.contains(*page) && !known.contains(page)));
        self.failed.sort_unstable();
        self.failed.dedup();
    }

    /// The document, if at least one page of it was read.
    pub(crate) fn finish(self, hash: ContentHash) -> Result<Reading, ReadError> {
        let Some(head) = self.head.filter(|_| !self.pages.is_empty()) else {
            return Err(ReadError::new(Code::Damaged, "damaged: none of its pages could be read"));
        };
        let mut findings = self.findings;
        if !self.failed.is_empty() {
            findings.insert(0, damaged(self.pages.len(), &self.failed));
        }
        let document = Document { hash, media: head.media, page_count: head.page_count, pages: self.pages };
        Ok(Reading { document, findings })
    }
}

fn damaged(read: usize, failed: &[u32]) -> Finding {
    let numbers: Vec<String> = failed.iter().take(10).map(u32::to_string).collect();
    let more = if failed.len() > numbers.len() { " ..." } else { "" };
    let wanted = read + failed.len();
    let message = format!("damaged: read {read} of {wanted} pages; not read: {}{more}", numbers.join(", "));
    Finding::new(FindingKind::DamagedPages, message)
}
