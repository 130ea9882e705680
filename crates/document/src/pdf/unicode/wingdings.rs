//! Boxes and ticks of the Wingdings fonts, which files write as plain letters.
//!
//! Only what forms are made of; the codes are those of the fonts as Microsoft ships them (the private use area at U+F000
//! holds the same). Called by `unicode`.

/// Which of the fonts of signs a font is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Signs {
    /// Wingdings.
    First,
    /// Wingdings 2.
    Second,
}

impl Signs {
    /// By the font's name; Wingdings 3 is arrows only.
    pub(in super::super) fn of_font(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace([' ', '-'], "");
        match () {
            () if name.contains("wingdings2") => Some(Self::Second),
            () if name.contains("wingdings") && !name.contains("wingdings3") => Some(Self::First),
            () => None,
        }
    }

    /// What a code draws, if it is a box or a tick.
    pub(super) fn sign(self, code: u32) -> Option<char> {
        let code = u8::try_from(code & 0xff).ok()?;
        match (self, code) {
            (Self::Second, 0x2a | 0xa3) => Some('\u{2610}'),
            (Self::Second, 0x52) => Some('\u{2611}'),
            (Self::Second, 0x51 | 0x53 | 0x54) => Some('\u{2612}'),
            (Self::Second, 0x4f) => Some('\u{2717}'),
            (Self::Second, 0x50) => Some('\u{2713}'),
            (Self::First, 0x6f | 0x70 | 0x71 | 0x72 | 0xa8) => Some('\u{2610}'),
            (Self::First, 0xfe) => Some('\u{2611}'),
            (Self::First, 0x78 | 0xfd) => Some('\u{2612}'),
            (Self::First, 0xfb) => Some('\u{2717}'),
            (Self::First, 0xfc) => Some('\u{2713}'),
            (Self::First, 0x6c) => Some('\u{25cf}'),
            (Self::First, 0x6e) => Some('\u{25a0}'),
            (Self::First, 0xa1) => Some('\u{25cb}'),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_both_fonts() {
        let check = |font: &str, code: u32, expect: Option<char>| {
            assert_eq!(Signs::of_font(font).and_then(|signs| signs.sign(code)), expect, "{font} {code}");
        };
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
