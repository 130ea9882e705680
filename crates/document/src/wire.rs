//! What parent and child say to each other: one line of JSON and the bytes in, frames out.
//!
//! A frame is a kind, a length and a body; each page is its own frame, so that what was read survives what kills the
//! child. Never trusts the other side: lengths are bounded, nonsense is an error and no panic.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::read::{Head, PageReading};
use crate::{Limits, Ocr, PageSelection, Picture, ReadError};

/// Longest request line. A selection of every second page of a library fits.
pub(crate) const REQUEST_BYTES_MAX: u64 = 1 << 20;
/// Longest body of a frame that holds no page.
const SMALL_BYTES_MAX: u32 = 1 << 16;

/// What the child is to do. The document's bytes follow the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) limits: Limits,
    pub(crate) task: Task,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Read the selected pages with a number greater than `after`.
    Read { selection: PageSelection, after: u32, ocr: Ocr },
    /// Say only what it is and how many pages it has.
    Inspect,
    /// Draw these pages.
    Render { pages: Vec<u32>, dpi: f32 },
}

/// What the child says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    /// The document is open; so many pages will be read.
    Head(Head, u32),
    /// Work on this page begins.
    Started(u32),
    /// This page is being read from its picture.
    Recognising(u32),
    /// A page was read.
    Page(Box<PageReading>),
    /// A page could not be read; the child goes on.
    Failed(u32),
    /// A page was drawn.
    Picture(Picture),
    /// Nothing can be read at all.
    Refused(ReadError),
    /// Everything was said.
    Done,
}

impl Frame {
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let (kind, body) = match self {
            Self::Head(head, wanted) => (b'h', serde_json::to_vec(&(head, wanted))?),
            Self::Started(number) => (b's', number.to_le_bytes().to_vec()),
            Self::Recognising(number) => (b'r', number.to_le_bytes().to_vec()),
            Self::Page(reading) => (b'p', serde_json::to_vec(reading)?),
            Self::Failed(number) => (b'f', number.to_le_bytes().to_vec()),
            Self::Picture(picture) => (b'i', picture_bytes(picture)),
            Self::Refused(error) => (b'e', serde_json::to_vec(error)?),
            Self::Done => (b'd', vec![]),
        };
        let length = u32::try_from(body.len()).map_err(|_| io::Error::other("frame too long"))?;
        to.write_all(&[kind])?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(&body)?;
        to.flush()
    }

    /// Reads the next frame; pages and pictures have at most `page_bytes_max` bytes.
    pub(crate) fn read(from: &mut impl Read, page_bytes_max: u32) -> io::Result<Self> {
        let mut head = [0; 5];
        from.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        let most = if matches!(kind, b'p' | b'i') { page_bytes_max } else { SMALL_BYTES_MAX };
        if length > most {
            return Err(nonsense());
        }
        // Grows as bytes arrive, so that a lying length costs nothing.
        let mut body = vec![];
        from.take(u64::from(length)).read_to_end(&mut body)?;
        if body.len() != length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let number = || body.as_slice().try_into().map(u32::from_le_bytes).map_err(|_| nonsense());
        Ok(match kind {
            b'h' => serde_json::from_slice(&body).map(|(head, wanted)| Self::Head(head, wanted))?,
            b's' => Self::Started(number()?),
            b'r' => Self::Recognising(number()?),
            b'p' => Self::Page(serde_json::from_slice(&body)?),
            b'f' => Self::Failed(number()?),
            b'i' => Self::Picture(picture(&body).ok_or_else(nonsense)?),
            b'e' => Self::Refused(serde_json::from_slice(&body)?),
            b'd' => Self::Done,
            _ => return Err(nonsense()),
        })
    }
}

fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the reading process sent nonsense")
}

fn picture_bytes(picture: &Picture) -> Vec<u8> {
    let mut bytes = vec![];
    for number in [picture.page, picture.width, picture.height] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(&picture.png);
    bytes
}

fn picture(bytes: &[u8]) -> Option<Picture> {
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some(Picture { page: number(0)?, width: number(4)?, height: number(8)?, png: bytes.get(12..)?.to_vec() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sluice_extract::code::Code;
    use sluice_extract::page::Media;

    use super::*;

    #[test]
    fn frames_come_back_as_they_were() {
        let picture = Picture { page: 3, width: 1, height: 2, png: vec![1, 2, 3] };
        let frames = [
            Frame::Head(Head { media: Media::Pdf, page_count: 7 }, 3),
            Frame::Started(4),
            Frame::Recognising(4),
            Frame::Failed(5),
            Frame::Picture(picture),
            Frame::Refused(ReadError { code: Code::Encrypted, message: "locked".into() }),
            Frame::Done,
        ];
        let mut bytes = vec![];
        frames.iter().for_each(|frame| frame.write(&mut bytes).unwrap());
        let mut from = bytes.as_slice();
        for frame in &frames {
            assert_eq!(&Frame::read(&mut from, 1000).unwrap(), frame);
        }
        assert!(Frame::read(&mut from, 1000).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut from = bytes.as_slice();
            while Frame::read(&mut from, 100).is_ok() {}
        }
    }
}
