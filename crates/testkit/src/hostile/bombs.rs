//! Little that becomes much: packed streams, pictures that claim a size, drawings and text without end, pages of any size.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress};

use super::{BOUNDED, Hostile, READ_OR_DAMAGED, hello, hostile};
use crate::pdf::{Pdf, page, page_with, pages, stream, text};

pub(super) fn all() -> Vec<Hostile> {
    [packed(), painted(), drawn(), sizes(), repeated()].into_iter().flatten().collect()
}

/// So many mebibytes of blanks as a zlib stream: one packed mebibyte that stands alone, written again and again.
pub(super) fn zlib_of_blanks(mebibytes: usize) -> Vec<u8> {
    let blanks = vec![b' '; 1 << 20];
    let mut packer = CompressorOxide::default();
    let mut block = vec![0; 64 << 10];
    let (_, _, length) = compress(&mut packer, &blanks, &mut block, TDEFLFlush::Full);
    block.truncate(length);
    // The first block carries the head of the stream; the last one closes it. The sum of all bytes is left out.
    let head = block.drain(..2).collect::<Vec<u8>>();
    [head, block.repeat(mebibytes), vec![3, 0]].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

fn packed() -> Vec<Hostile> {
    let run_lengths = stream("/Filter/RunLengthDecode", &[0x81, b' '].repeat(4_000_000));
    let in_turn = |filter: &str, times: usize, data: &[u8]| {
        page(&hello()).with(4, stream(&format!("/Filter[{}]", filter.repeat(times)), data)).bytes()
    };
    let four_gigabytes = zlib_of_blanks(4_096);
    let objects = stream("/Type/ObjStm/N 1000000/First 10/Filter/FlateDecode", &zlib_of_blanks(512));
    vec![
        hostile("packed-once.pdf", in_turn("/FlateDecode", 1, &four_gigabytes), BOUNDED),
        hostile("packed-twice.pdf", in_turn("/FlateDecode", 2, &zlib(&four_gigabytes)), BOUNDED),
        hostile("packed-three-times.pdf", in_turn("/FlateDecode", 3, &zlib(&zlib(&four_gigabytes))), BOUNDED),
        hostile("packed-as-runs.pdf", page("").with(4, run_lengths).bytes(), BOUNDED),
        hostile("packed-as-runs-six-times.pdf", in_turn("/RunLengthDecode", 6, &[0x81, 0x81].repeat(100_000)), BOUNDED),
        hostile("packed-with-a-thousand-filters.pdf", in_turn("/ASCIIHexDecode", 1_000, b"30>"), BOUNDED),
        hostile("packed-objects.pdf", page(&hello()).with(9, objects).bytes(), BOUNDED),
    ]
}

fn painted() -> Vec<Hostile> {
    let image = |width: u32, height: u32, more: &str, data: &[u8], content: &str| {
        let dict = format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8{more}");
        page_with(content, "/XObject<</I 6 0 R>>", "[0 0 612 792]", "").with(6, stream(&dict, data)).bytes()
    };
    let once = "612 0 0 792 0 0 cm /I Do";
    let colours = "/ColorSpace/DeviceRGB";
    let mask_of_itself = "/ColorSpace/DeviceGray/SMask 6 0 R/Mask 6 0 R";
    vec![
        hostile("picture-of-60000.pdf", image(60_000, 60_000, colours, b"0000000000", once), BOUNDED),
        hostile(
            "picture-of-2147483647.pdf",
            image(2_147_483_647, 2_147_483_647, colours, b"0000000000", once),
            BOUNDED,
        ),
        hostile(
            "picture-that-unpacks.pdf",
            image(30_000, 30_000, "/ColorSpace/DeviceRGB/Filter/FlateDecode", &zlib_of_blanks(2_600), once),
            BOUNDED,
        ),
        hostile(
            "picture-drawn-3000-times.pdf",
            image(
                2_000,
                2_000,
                "/ColorSpace/DeviceGray/Filter/FlateDecode",
                &zlib_of_blanks(4),
                &"q 600 0 0 700 0 0 cm /I Do Q ".repeat(3_000),
            ),
            BOUNDED,
        ),
        hostile("picture-masked-by-itself.pdf", image(8, 8, mask_of_itself, &[0; 64], once), BOUNDED),
    ]
}

fn drawn() -> Vec<Hostile> {
    let lines: String = (0..20_000)
        .map(|at| format!("{} 0 m {} 792 l S 0 {} m 612 {} l S ", at % 612, at % 612, at % 792, at % 792))
        .collect();
    let scattered: String = (0..60_000_u64)
        .map(|at| format!("BT /F1 2 Tf {} {} Td (a) Tj ET ", (at * 7919) % 612, (at * 104_729) % 792))
        .collect();
    let tile = stream(
        "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.00001/YStep 0.00001/Resources<<>>",
        b"0 0 1 1 re f",
    );
    let tiled =
        page_with("/Pattern cs /P scn 0 0 600 700 re f", "/Pattern<</P 6 0 R>>", "[0 0 612 792]", "").with(6, tile);
    let steps = format!("{{{}}}", "dup mul ".repeat(200_000));
    let function = stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]", steps.as_bytes());
    let shaded =
        page_with("/S sh", "/Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Function 6 0 R>>>>", "[0 0 612 792]", "")
            .with(6, function);
    vec![
        hostile("lines-and-areas.pdf", page(&"0 0 m 612 792 l S 1 1 500 500 re f ".repeat(100_000)).bytes(), BOUNDED),
        hostile("clips.pdf", page(&"q 0 0 600 700 re W n ".repeat(100_000)).bytes(), BOUNDED),
        hostile("rules.pdf", page(&lines).bytes(), BOUNDED),
        hostile("letters-everywhere.pdf", page(&scattered).bytes(), BOUNDED),
        hostile(
            "text-without-end.pdf",
            page(&"BT /F1 1 Tf 72 700 Td (aaaaaaaaaa) Tj ET ".repeat(60_000)).bytes(),
            BOUNDED,
        ),
        hostile("dashes.pdf", page("[0.00001 0.00001] 0 d 0 0 m 612 792 l S").bytes(), BOUNDED),
        hostile("tiles.pdf", tiled.bytes(), BOUNDED),
        hostile("function-without-end.pdf", shaded.bytes(), BOUNDED),
        hostile(
            "letters-of-any-size.pdf",
            page("BT /F1 1e30 Tf 1e30 0 0 1e30 0 0 Tm (abc) Tj ET BT /F1 0 Tf 0 0 0 0 0 0 Tm (z) Tj ET").bytes(),
            BOUNDED,
        ),
        hostile(
            "numbers-of-any-size.pdf",
            page("99999999999999999999999 -1e400 re nan inf m 1.2.3 --4 l S 1 0 0 1 1e38 1e38 cm 5 5 re f").bytes(),
            BOUNDED,
        ),
    ]
}

fn sizes() -> Vec<Hostile> {
    let boxes = [
        ("large", "[0 0 1000000000 1000000000]"),
        ("wide", "[0 0 100000 100000]"),
        ("turned", "[612 792 0 0]"),
        ("empty", "[0 0 0 0]"),
        ("unsaid", "[0 0 1e400 nan]"),
        ("tiny", "[0 0 0.001 0.001]"),
        ("far-away", "[-1e8 -1e8 -99999388 -99999208]"),
        ("thin", "[0 0 1 500000]"),
    ];
    let sized = |(name, media_box): (&str, &str)| {
        let bytes = page_with(&format!("{}0 0 1e9 1e9 re f", hello()), "", media_box, "").bytes();
        hostile(format!("page-{name}.pdf"), bytes, READ_OR_DAMAGED)
    };
    boxes.into_iter().map(sized).collect()
}

/// A first page that never ends, with two ordinary pages after it.
fn endless_page() -> Pdf {
    let mut pdf = pages(&["".into(), text("F1", 12, 72.0, 700.0, "after"), hello()]);
    for number in 100..120 {
        let resources = format!("/Resources<</XObject<</X {} 0 R>>>>", number + 1);
        let dict = format!("/Type/XObject/Subtype/Form/BBox[0 0 612 792]{resources}");
        pdf = pdf.with(number, stream(&dict, "/X Do ".repeat(10).as_bytes()));
    }
    let last = stream("/Type/XObject/Subtype/Form/BBox[0 0 612 792]", b"0 0 5 5 re f");
    let first = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 11 0 R/Resources<</XObject<</X 100 0 R>>>>>>";
    pdf.with(120, last).with(10, first).with(11, stream("", b"/X Do"))
}

fn repeated() -> Vec<Hostile> {
    let in_itself =
        stream("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X 6 0 R>>>>", b"/X Do /X Do");
    let itself =
        page_with(&format!("{}/X Do", hello()), "/XObject<</X 6 0 R>>", "[0 0 612 792]", "").with(6, in_itself);
    vec![
        hostile("drawing-in-itself.pdf", itself.bytes(), BOUNDED),
        hostile("drawings-in-drawings.pdf", endless_page().bytes(), &["read"]),
    ]
}
