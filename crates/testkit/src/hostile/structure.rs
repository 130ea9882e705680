//! Objects that refer to themselves, nest without end, or count to what is not there; and what a document carries that
//! nobody asked for: scripts, files, actions.

use super::{BOUNDED, DAMAGED, Hostile, READ, READ_OR_DAMAGED, hello, hostile};
use crate::pdf::{self, Pdf, page, stream};

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";

pub(super) fn all() -> Vec<Hostile> {
    [references(), page_trees(), nesting(), objects(), guests(), forms()].into_iter().flatten().collect()
}

fn references() -> Vec<Hostile> {
    let whole = page(&hello());
    let bytes = whole.bytes();
    let table = bytes.windows(5).position(|window| window == b"xref\n").unwrap();
    let objects_shifted: Vec<u8> = [b"%PDF-1.4\n".to_vec(), bytes[200..].to_vec()].concat();
    vec![
        hostile("table-before-itself.pdf", whole.trailer(&format!("/Prev {table}")).bytes(), READ),
        hostile("table-before-the-file.pdf", page(&hello()).trailer("/Prev -1").bytes(), READ_OR_DAMAGED),
        hostile(
            "table-beyond-the-end.pdf",
            page(&hello()).trailer("/Prev 4000000000/XRefStm 4000000000").bytes(),
            READ_OR_DAMAGED,
        ),
        hostile("places-that-are-wrong.pdf", objects_shifted, READ_OR_DAMAGED),
        hostile(
            "length-of-itself.pdf",
            page("").with(4, "<</Length 4 0 R>>\nstream\nabc\nendstream").bytes(),
            READ_OR_DAMAGED,
        ),
        hostile("object-is-itself.pdf", page(&hello()).with(1, "1 0 R").bytes(), READ_OR_DAMAGED),
        hostile(
            "contents-of-each-other.pdf",
            page("").with(4, "[5 0 R 4 0 R]").with(5, "[4 0 R 5 0 R]").bytes(),
            READ_OR_DAMAGED,
        ),
        hostile("locked.pdf", page(&hello()).trailer(LOCK).bytes(), &["encrypted"]),
    ]
}

const LOCK: &str = "/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -44/O<0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20>/U<0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20>>>/ID[<00><00>]";

fn page_trees() -> Vec<Hostile> {
    let tree = |pages: &str, third: &str| Pdf::of(&[(1, CATALOG), (2, pages), (3, third)]).bytes();
    let many = format!("<</Type/Pages/Kids[{}]/Count 100000>>", "3 0 R ".repeat(100_000));
    vec![
        hostile("pages-in-themselves.pdf", tree("<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>", "null"), BOUNDED),
        hostile(
            "pages-in-a-circle.pdf",
            tree("<</Type/Pages/Kids[3 0 R]/Count 2>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
            BOUNDED,
        ),
        hostile(
            "count-of-two-thousand-million.pdf",
            tree("<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", "<</Type/Page/MediaBox[0 0 9 9]>>"),
            BOUNDED,
        ),
        hostile("no-page.pdf", tree("<</Type/Pages/Kids[]/Count 0>>", "null"), DAMAGED),
        hostile("hundred-thousand-pages.pdf", tree(&many, "<</Type/Page/MediaBox[0 0 9 9]>>"), BOUNDED),
    ]
}

fn nesting() -> Vec<Hostile> {
    let catalog = |more: &str| page(&hello()).with(1, format!("<</Type/Catalog/Pages 2 0 R/X {more}>>")).bytes();
    let deep = |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
    vec![
        hostile(
            "deep-dictionaries.pdf",
            catalog(&format!("{}1{}", "<</A ".repeat(200_000), ">>".repeat(200_000))),
            BOUNDED,
        ),
        hostile("deep-lists.pdf", catalog(&deep("[", "]", 500_000)), BOUNDED),
        hostile("deep-lists-of-a-page.pdf", page(&format!("{}{}", "[".repeat(500_000), hello())).bytes(), BOUNDED),
        hostile("deep-states-of-a-page.pdf", page(&format!("{}{}", "q ".repeat(500_000), hello())).bytes(), BOUNDED),
        hostile(
            "deep-marks-of-a-page.pdf",
            page(&format!("{}{}", "/A BMC ".repeat(200_000), hello())).bytes(),
            BOUNDED,
        ),
        hostile("deep-strings.pdf", page(&format!("BT /F1 9 Tf {} Tj ET", deep("(", ")", 200_000))).bytes(), BOUNDED),
    ]
}

fn objects() -> Vec<Hostile> {
    let mut with_page = page(&hello());
    let mut loose = b"%PDF-1.4\n".to_vec();
    for number in 1..=100_000 {
        loose.extend(format!("{number} 0 obj\n<</Type/Page/X {number}>>\nendobj\n").as_bytes());
    }
    // Adding one by one looks for each number among all before it.
    let extra = (10..2_000).fold(String::new(), |so_far, number| format!("{so_far}/N{number} {number} 0 R"));
    with_page = with_page.with(1, format!("<</Type/Catalog/Pages 2 0 R/Extra<<{extra}>>>>"));
    vec![
        hostile("hundred-thousand-objects-without-table.pdf", loose.clone(), BOUNDED),
        hostile("hundred-thousand-objects-behind.pdf", [page(&hello()).bytes(), loose].concat(), BOUNDED),
        hostile("references-to-nothing.pdf", with_page.bytes(), READ),
    ]
}

/// Scripts, files and actions: none of them is run, opened or read as the document.
fn guests() -> Vec<Hostile> {
    let with_catalog = |more: &str| page(&hello()).with(1, format!("<</Type/Catalog/Pages 2 0 R{more}>>"));
    let script = "/OpenAction<</S/JavaScript/JS(while\\(true\\)app.alert\\(1\\))>>/AA<</WC<</S/JavaScript/JS(x)>>>>";
    let inside = page(&pdf::text("F1", 12, 72.0, 700.0, "the carried file's own words")).bytes();
    let carried = "/Names<</EmbeddedFiles<</Names[(a.pdf) 6 0 R]>>>>/AF[6 0 R]";
    let launch = "/OpenAction<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)/P(/c calc)>>>>";
    let outside = "<</F(/etc/passwd)/FFilter/FlateDecode/Length 0>>\nstream\n\nendstream";
    vec![
        hostile("script.pdf", with_catalog(script).bytes(), READ),
        hostile(
            "script-in-names.pdf",
            with_catalog("/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.launchURL\\('x'\\))>>]>>>>").bytes(),
            READ,
        ),
        hostile(
            "carries-a-file.pdf",
            with_catalog(carried)
                .with(6, "<</Type/Filespec/F(a.pdf)/UF(a.pdf)/EF<</F 7 0 R>>>>")
                .with(7, stream("/Type/EmbeddedFile/Subtype/application#2Fpdf", &inside))
                .bytes(),
            READ,
        ),
        hostile("starts-a-program.pdf", with_catalog(launch).bytes(), READ),
        hostile("contents-elsewhere.pdf", page(&hello()).with(4, outside).bytes(), READ),
        hostile(
            "form-of-xfa.pdf",
            with_catalog("/AcroForm<</Fields[]/XFA 6 0 R>>")
                .with(6, stream("", b"<xdp:xdp xmlns:xdp='x'><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"))
                .bytes(),
            READ,
        ),
    ]
}

fn forms() -> Vec<Hostile> {
    let form = |fields: &str| {
        page(&hello()).with(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>").with(6, fields)
    };
    let deep = (6..2_006)
        .fold(page(&hello()).with(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>"), |pdf, at| {
            pdf.with(at, format!("<</T(a)/Kids[{} 0 R]/Parent {} 0 R>>", at + 1, at - 1))
        });
    vec![
        hostile("field-in-itself.pdf", form("<</T(a)/FT/Tx/V(b)/Kids[6 0 R 6 0 R]/Parent 6 0 R>>").bytes(), READ),
        hostile("fields-without-end.pdf", deep.bytes(), READ),
    ]
}
