//! Boxes and ticks of the Wingdings fonts, which files write as plain letters.
//!
//! Only what forms are made of; the codes are those of the fonts as Microsoft ships them (the private use area at U+F000
//! holds the same). Called by `unicode`.

/// The sign that a code of such a font draws; `None` for other fonts and other signs.
pub(super) fn sign(font: &str, code: u32) -> Option<char> {
    let name = font.to_ascii_lowercase().replace([' ', '-'], "");
    let code = u8::try_from(code & 0xff).ok()?;
    if name.contains("wingdings2") {
        return Some(match code {
            0x2a | 0xa3 => '\u{2610}',
            0x52 => '\u{2611}',
            0x51 | 0x53 | 0x54 => '\u{2612}',
            0x4f => '\u{2717}',
            0x50 => '\u{2713}',
            _ => return None,
        });
    }
    if !name.contains("wingdings") || name.contains("wingdings3") {
        return None;
    }
    Some(match code {
        0x6f | 0x70 | 0x71 | 0x72 | 0xa8 => '\u{2610}',
        0xfe => '\u{2611}',
        0x78 | 0xfd => '\u{2612}',
        0xfb => '\u{2717}',
        0xfc => '\u{2713}',
        0x6c => '\u{25cf}',
        0x6e => '\u{25a0}',
        0xa1 => '\u{25cb}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_both_fonts() {
        let check = |font: &str, code: u32, expect: Option<char>| assert_eq!(sign(font, code), expect, "{font} {code}");
        check("ABCDEF+Wingdings-Regular", 0xa8, Some('\u{2610}'));
        check("Wingdings", 0xf0fe, Some('\u{2611}'));
        check("Wingdings", u32::from(b'x'), Some('\u{2612}'));
        check("Wingdings2", u32::from(b'R'), Some('\u{2611}'));
        check("Wingdings 2", u32::from(b'R'), Some('\u{2611}'));
        check("Wingdings3", u32::from(b'o'), None);
        check("Helvetica", u32::from(b'o'), None);
        check("Wingdings", u32::from(b'A'), None);
    }
}
