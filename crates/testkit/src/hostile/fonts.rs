//! Fonts that are broken, that declare too much, or that draw themselves.

use super::{BOUNDED, HELLO, Hostile, READ_OR_DAMAGED, hostile, noise};
use crate::pdf::{Pdf, page_with, stream};

pub(super) fn all() -> Vec<Hostile> {
    let composite = |more: &str, descendant: &str| {
        with_font(
            "BT /T 12 Tf 72 700 Td <0001004100420043> Tj ET",
            &format!("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]{more}>>"),
        )
        .with(7, format!("<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>{descendant}>>"))
    };
    let embedded = |subtype: &str, key: &str, file: &[u8], dict: &str| {
        let font = format!(
            "<</Type/Font/Subtype/{subtype}/BaseFont/X/FirstChar 0/LastChar 255/Widths 8 0 R/FontDescriptor 7 0 R>>"
        );
        let descriptor = format!(
            "<</Type/FontDescriptor/FontName/X/Flags 4/Ascent 1e9/Descent -1e9/FontBBox[0 0 0 0]/{key} 9 0 R>>"
        );
        with_font(&format!("BT /T 12 Tf 72 700 Td ({HELLO}) Tj ET"), &font)
            .with(7, descriptor)
            .with(8, "[500]")
            .with(9, stream(dict, file))
            .bytes()
    };
    let all_codes = b"1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange 1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange 1 begincidrange <0000> <FFFFFFFF> 0 endcidrange";
    let true_type = [b"\0\x01\0\0\xff\xff\0\0\0\0\0\0".to_vec(), noise(4_000)].concat();
    let drawn = "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[1]/Encoding<</Differences[97/a]>>/CharProcs<</a 7 0 R>>/Resources<</Font<</T 6 0 R>>>>>>";
    vec![
        hostile("font-of-noise.pdf", embedded("TrueType", "FontFile2", &noise(5_000), ""), READ_OR_DAMAGED),
        hostile("font-with-a-head.pdf", embedded("TrueType", "FontFile2", &true_type, ""), READ_OR_DAMAGED),
        hostile(
            "font-compact-noise.pdf",
            embedded("Type1", "FontFile3", &[b"\x01\0\x04\x04".to_vec(), noise(3_000)].concat(), "/Subtype/Type1C"),
            READ_OR_DAMAGED,
        ),
        hostile(
            "font-type1-noise.pdf",
            embedded(
                "Type1",
                "FontFile",
                &[b"%!PS-AdobeFont-1.0: X\neexec\n".to_vec(), noise(3_000)].concat(),
                "/Length1 4000000000/Length2 -1",
            ),
            READ_OR_DAMAGED,
        ),
        hostile("font-of-nothing.pdf", embedded("TrueType", "FontFile2", b"", ""), READ_OR_DAMAGED),
        hostile("font-widths-for-all.pdf", composite("", "/W[0 2000000000 500 0 2000000000 600]").bytes(), BOUNDED),
        hostile(
            "font-codes-for-all.pdf",
            composite("/ToUnicode 8 0 R", "").with(8, stream("", all_codes)).bytes(),
            BOUNDED,
        ),
        hostile(
            "font-of-itself.pdf",
            composite("", "")
                .with(7, "<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[6 0 R]>>")
                .bytes(),
            BOUNDED,
        ),
        hostile(
            "font-that-draws-itself.pdf",
            with_font("BT /T 12 Tf 72 700 Td (aaaa) Tj ET", drawn)
                .with(7, stream("", b"1 0 d0 BT /T 1 Tf (aa) Tj ET"))
                .bytes(),
            BOUNDED,
        ),
    ]
}

/// A page whose font `T` is object 6.
fn with_font(content: &str, font: &str) -> Pdf {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</T 6 0 R>>>>>>";
    page_with(content, "", "[0 0 612 792]", "").with(3, page).with(6, font)
}
