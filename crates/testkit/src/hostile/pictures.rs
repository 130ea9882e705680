//! Pictures as files: that claim a size, unpack without end, or name themselves as the next.

use super::bombs::zlib_of_blanks;
use super::{BOUNDED, DAMAGED, Hostile, hostile};

pub(super) fn all() -> Vec<Hostile> {
    vec![
        hostile("picture-of-60000.png", png(60_000, 60_000, &[0x78, 1, 3, 0]), BOUNDED),
        hostile("picture-of-2147483647.png", png(2_147_483_647, 2_147_483_647, &[0x78, 1, 3, 0]), BOUNDED),
        hostile("picture-that-unpacks.png", png(30_000, 30_000, &zlib_of_blanks(900)), BOUNDED),
        hostile("picture-of-nothing.png", png(0, 0, &[0x78, 1, 3, 0]), DAMAGED),
        hostile("picture-of-one-point.png", png(1, 1, &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0, 0, 2, 0, 1]), BOUNDED),
        hostile("picture-as-thin-as-a-line.png", png(60_000, 1, &zlib_of_blanks(1)), BOUNDED),
        hostile("directory-of-itself.tiff", tiff(&[8]), BOUNDED),
        hostile("directories-in-a-circle.tiff", tiff(&[14, 8]), BOUNDED),
        hostile("directory-beyond-the-end.tiff", b"II*\0\xff\xff\xff\xff".to_vec(), DAMAGED),
        hostile("picture-of-65535.jpg", JPEG_OF_65535.to_vec(), BOUNDED),
    ]
}

/// A grey picture with this data, whatever it says.
fn png(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head.as_slice()), (b"IDAT", data), (b"IEND", &[])] {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(kind);
        bytes.extend(data);
        bytes.extend(sum(&[kind.as_slice(), data].concat()).to_be_bytes());
    }
    bytes
}

/// The sum that a PNG file carries after each part.
fn sum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// Directories without entries, of six bytes each, that name these as their next.
fn tiff(next: &[u32]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for next in next {
        bytes.extend([0, 0]);
        bytes.extend(next.to_le_bytes());
    }
    bytes
}

/// A head that claims 65,535 points a side, and no more.
const JPEG_OF_65535: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\x7f\xff\xd9";
