//! What is read from small pages: words, lines, tables, marks, fields.

use insta::assert_snapshot;
use sluice_document::{Limits, PageSelection, read_here};
use sluice_extract::code::FindingKind;
use sluice_extract::page::{FieldValue, Page, TextSource};

use crate::make::{self, Pdf, page, page_with, stream, text};

#[expect(clippy::unwrap_used, reason = "a file made here can be read")]
fn read(pdf: &Pdf) -> (Page, Vec<FindingKind>) {
    let (document, findings) = read_here(&pdf.bytes(), &Limits::default(), &PageSelection::All).unwrap();
    (document.pages[0].clone(), findings.iter().map(|finding| finding.kind).collect())
}

fn read_page(content: &str) -> Page {
    read(&page(content)).0
}

/// Words with boxes to the point, one a line.
fn boxes(page: &Page) -> String {
    let lines = page.words.iter().map(|word| {
        let rect = &word.rect;
        let bold = if word.bold { " bold" } else { "" };
        let turned = if word.rotation == 0 { String::new() } else { format!(" turned {}", word.rotation) };
        format!("{} {:.0} {:.0} {:.0} {:.0}{bold}{turned}", word.text, rect.x0, rect.y0, rect.x1, rect.y1)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Lines, with an empty line between blocks.
fn lines(page: &Page) -> String {
    let blocks = page.lines.chunk_by(|a, b| a.block == b.block);
    let text = |lines: &[sluice_extract::page::Line]| {
        lines.iter().map(|line| page.line_text(line)).collect::<Vec<_>>().join("\n")
    };
    blocks.map(text).collect::<Vec<_>>().join("\n\n")
}

/// Tables row by row.
fn tables(page: &Page) -> String {
    let mut out = String::new();
    for table in &page.tables {
        let kind = if table.ruled { "ruled" } else { "aligned" };
        out.push_str(&format!("{kind} {}x{} headings {}\n", table.rows, table.columns, table.header_rows));
        for row in 0..table.rows {
            let cells = table.cells.iter().filter(|cell| cell.row == row).map(|cell| {
                let text = page.text_of(&cell.words);
                match (cell.row_span, cell.column_span) {
                    (1, 1) => text,
                    (down, across) => format!("{text} ({down}x{across})"),
                }
            });
            out.push_str(&cells.collect::<Vec<_>>().join(" | "));
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

#[test]
fn words_have_boxes_in_display_space() {
    let page = read_page(&text("F1", 10, 100.0, 692.0, "Total: 12,50"));
    assert_snapshot!(boxes(&page), @r"
    Total: 100 92 125 102
    12,50 128 92 153 102
    ");
    assert_eq!((page.width, page.height, page.text_source), (612.0, 792.0, TextSource::Native));
}

#[test]
fn crop_box_and_rotation_are_applied() {
    let content = text("F1", 10, 150.0, 400.0, "turned");
    let (page, _) = read(&page_with(&content, "", "[0 0 612 792]", "/CropBox[100 100 500 700]/Rotate 90"));
    assert_eq!((page.width, page.height), (600.0, 400.0));
    assert_snapshot!(boxes(&page), @r"
    turned 298 50 308 78 turned 90
    ");
}

#[test]
fn text_that_is_turned_on_the_page() {
    let up = "BT /F1 10 Tf 0 1 -1 0 100 300 Tm (going up) Tj ET ";
    let over = "BT /F1 10 Tf -1 0 0 -1 400 300 Tm (over) Tj ET ";
    assert_snapshot!(boxes(&read_page(&format!("{up}{over}"))), @r"
    going 92 468 102 492 turned 270
    up 92 454 102 465 turned 270
    over 381 490 400 500 turned 180
    ");
}

#[test]
fn bold_by_font_and_by_drawing_twice() {
    let named = text("F2", 10, 72.0, 700.0, "heavy");
    let plain = text("F1", 10, 72.0, 680.0, "plain");
    let twice = format!("{}{}", text("F1", 10, 72.0, 660.0, "twice"), text("F1", 10, 72.3, 660.0, "twice"));
    let both = "BT /F1 10 Tf 2 Tr 72 640 Td (stroked) Tj 0 Tr ET ";
    assert_snapshot!(boxes(&read_page(&format!("{named}{plain}{twice}{both}"))), @r"
    heavy 72 84 100 94 bold
    plain 72 104 93 114
    twice 72 124 95 134 bold
    stroked 72 144 105 154 bold
    ");
}

#[test]
fn what_is_one_word_and_what_is_two() {
    let check = |content: &str, expect: &[&str]| {
        let page = read_page(content);
        let words: Vec<&str> = page.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, expect, "{content}");
    };
    check("BT /F1 10 Tf 72 700 Td (Invoice) Tj 40 0 Td (No) Tj ET", &["Invoice", "No"]);
    check("BT /F1 10 Tf 72 700 Td [(Inv) -20 (oice) -300 (No)] TJ ET", &["Invoice", "No"]);
    check("BT /F1 10 Tf 72 700 Td (Chapter one....... 7) Tj ET", &["Chapter", "one", ".......", "7"]);
    check("BT /F1 10 Tf 72 700 Td (Name:_____ and _ _ _ _) Tj ET", &["Name:", "_____", "and", "____"]);
    check("BT /F1 10 Tf 72 700 Td (a\\240b co\\255op) Tj ET", &["a", "b", "co-op"]);
    check("BT /F1 10 Tf 4 Tc 72 700 Td (INVOICE) Tj ET", &["INVOICE"]);
    check("BT /F4 10 Tf 72 700 Td (4 o 8) Tj ET", &["✔", "❏", "✘"]);
    // A mark of a footnote is no digit of the number; the letters of an ordinal belong to it.
    check("BT /F1 10 Tf 72 700 Td (1,234) Tj /F1 6 Tf 4 Ts (2) Tj ET", &["1,234", "2"]);
    check("BT /F1 10 Tf 72 700 Td (1) Tj /F1 6 Tf 4 Ts (st) Tj ET", &["1st"]);
    // The layer of a recogniser under a scan.
    check("BT /F1 10 Tf 3 Tr 72 700 Td (unseen) Tj ET", &["unseen"]);
    check(&text("F1", 10, 900.0, 700.0, "off the page"), &[]);
}

#[test]
fn characters_of_a_type_3_font_without_names() {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 66/Widths[600 600]/Encoding<</Differences[65/g1/g2]>>/CharProcs<</g1 7 0 R/g2 7 0 R>>>>";
    let resources = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</T 6 0 R>>>>>>";
    let pdf = page("BT /T 10 Tf 72 700 Td (AB) Tj ET")
        .with(6, font)
        .with(7, stream("", b"600 0 d0 0 0 500 700 re f"))
        .with(3, resources);
    assert_snapshot!(boxes(&read(&pdf).0), @r"
    AB 72 84 84 94
    ");
}

#[test]
fn characters_that_cannot_be_told_are_a_finding() {
    let descendant = "<</Type/Font/Subtype/CIDFontType0/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>";
    let resources = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</T 6 0 R>>>>>>";
    let pdf = page("BT /T 10 Tf 72 700 Td <000100020003> Tj ET")
        .with(6, "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]>>")
        .with(7, descendant)
        .with(3, resources);
    assert_eq!(read(&pdf).1, [FindingKind::UnmappedText]);
}

#[test]
fn a_scan_without_text_is_a_finding() {
    let image =
        stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", b"\x80");
    let scan = |content: &str| page_with(content, "/XObject<</I 6 0 R>>", "[0 0 612 792]", "").with(6, image.clone());
    assert_eq!(read(&scan("612 0 0 792 0 0 cm /I Do")).1, [FindingKind::PageWithoutText]);
    assert_eq!(read(&scan("30 0 0 30 0 0 cm /I Do")).1, []);
    let (page, findings) = read(&make::page(""));
    assert_eq!((page.text_source, findings.len()), (TextSource::None, 0));
}

#[test]
fn rows_are_lines_and_columns_of_prose_are_not() {
    let mut content = text("F1", 10, 72.0, 740.0, "Invoice number:") + &text("F1", 10, 300.0, 740.0, "4711");
    for row in 0..6_u8 {
        let y = 700.0 - 12.0 * f32::from(row);
        content += &text("F1", 10, 72.0, y, &format!("the left column goes on in line {row}"));
        content += &text("F1", 10, 320.0, y, &format!("and the right one has its line {row}"));
    }
    assert_snapshot!(lines(&read_page(&content)), @r"
    Invoice number: 4711

    the left column goes on in line 0
    the left column goes on in line 1
    the left column goes on in line 2
    the left column goes on in line 3
    the left column goes on in line 4
    the left column goes on in line 5

    and the right one has its line 0
    and the right one has its line 1
    and the right one has its line 2
    and the right one has its line 3
    and the right one has its line 4
    and the right one has its line 5
    ");
}

#[test]
fn what_is_drawn_from_bottom_to_top_is_read_from_top_to_bottom() {
    let rows: String =
        (0..8_u8).map(|row| text("F1", 10, 72.0, 600.0 + 12.0 * f32::from(row), &format!("row {row}"))).collect();
    assert_eq!(lines(&read_page(&rows)), "row 7\nrow 6\nrow 5\nrow 4\nrow 3\nrow 2\nrow 1\nrow 0");
}

#[test]
fn a_value_drawn_later_joins_its_label() {
    let labels = text("F1", 10, 72.0, 700.0, "Date:") + &text("F1", 10, 72.0, 680.0, "Total:");
    let values = text("F1", 10, 200.0, 700.0, "1 May") + &text("F1", 10, 200.0, 680.0, "9.50");
    assert_eq!(lines(&read_page(&(labels + &values))), "Date: 1 May\nTotal: 9.50".replace('\n', "\n\n"));
}

/// Rules from lines `x y x y`.
fn rules(lines: &[[i32; 4]]) -> String {
    lines.iter().map(|[a, b, c, d]| format!("{a} {b} m {c} {d} l S ")).collect()
}

#[test]
fn a_ruled_table_with_merged_cells() {
    let grid = rules(&[
        [72, 700, 372, 700],
        [172, 680, 372, 680],
        [72, 660, 372, 660],
        [72, 640, 372, 640],
        [72, 620, 372, 620],
        [72, 700, 72, 620],
        [172, 700, 172, 620],
        [272, 680, 272, 620],
        [372, 700, 372, 620],
    ]);
    let cells = [
        (76.0, 676.0, "Region"),
        (200.0, 686.0, "Sales of the year"),
        (176.0, 666.0, "2024"),
        (276.0, 666.0, "2025"),
        (76.0, 646.0, "North"),
        (176.0, 646.0, "10"),
        (276.0, 646.0, "12"),
        (76.0, 626.0, "South"),
        (276.0, 626.0, "9"),
    ];
    let words: String = cells.iter().map(|(x, y, words)| text("F1", 10, *x, *y, words)).collect();
    let page = read_page(&(grid + &words));
    assert_snapshot!(tables(&page), @r"
    ruled 4x3 headings 2
    Region (2x1) | Sales of the year (1x2)
    2024 | 2025
    North | 10 | 12
    South |  | 9
    ");
    let spanning = page.tables[0].cells.iter().find(|cell| cell.column_span == 2).unwrap();
    assert_eq!((spanning.rect.x0.round(), spanning.rect.x1.round()), (172.0, 372.0));
}

/// Rows of text at columns, 14 points apart, from 700 down.
fn rows(columns: &[f32], rows: &[&[&str]]) -> String {
    let mut content = String::new();
    for (row, cells) in (0_u8..).zip(rows) {
        for (x, words) in columns.iter().zip(*cells).filter(|(_, words)| !words.is_empty()) {
            content += &text("F1", 10, *x, 700.0 - 12.0 * f32::from(row), words);
        }
    }
    content
}

#[test]
fn an_aligned_table_with_wrapped_rows() {
    let content = rows(
        &[72.0, 250.0, 330.0, 420.0],
        &[
            &["Article", "Quantity", "Price", "Amount"],
            &["Strong white bread flour,", "6", "14.85", "89.10"],
            &["untreated", "", "", ""],
            &["Salt", "2", "9.84", "19.68"],
            &["Penne rigate made of durum", "4", "2.00", "8.00"],
            &["wheat", "", "", ""],
            &["Total", "", "", "116.78"],
        ],
    );
    assert_snapshot!(tables(&read_page(&content)), @r"
    aligned 5x4 headings 1
    Article | Quantity | Price | Amount
    Strong white bread flour, untreated | 6 | 14.85 | 89.10
    Salt | 2 | 9.84 | 19.68
    Penne rigate made of durum wheat | 4 | 2.00 | 8.00
    Total |  |  | 116.78
    ");
}

#[test]
fn numbered_rows_between_horizontal_lines() {
    let content = rows(
        &[72.0, 110.0, 330.0, 420.0],
        &[
            &["Pos.", "Description", "Price", "Amount"],
            &["1", "Hosting", "3.89", "3.89"],
            &["", "Contract 1184", "", ""],
            &["", "May to June", "", ""],
            &["2", "Support", "5.39", "5.39"],
            &["", "Contract 1185", "", ""],
            &["", "Our bank is closed on Mondays and we are closed on every other day of the week", "", ""],
        ],
    );
    let lines = rules(&[[72, 697, 470, 697], [72, 637, 470, 637]]);
    assert_snapshot!(tables(&read_page(&(content + &lines))), @r"
    ruled 3x4 headings 1
    Pos. | Description | Price | Amount
    1 | Hosting Contract 1184 May to June | 3.89 | 3.89
    2 | Support Contract 1185 | 5.39 | 5.39
    ");
}

#[test]
fn labels_outside_the_lines_are_a_column() {
    let grid = rules(&[
        [172, 700, 372, 700],
        [172, 680, 372, 680],
        [172, 660, 372, 660],
        [172, 640, 372, 640],
        [172, 620, 372, 620],
        [172, 700, 172, 620],
        [272, 700, 272, 620],
        [372, 700, 372, 620],
    ]);
    let mut content = grid;
    for (row, label) in (0_u8..).zip(["", "Rent", "Salaries", "Travel"]) {
        let y = 686.0 - 20.0 * f32::from(row);
        let figures = if row == 0 { ["Planned", "Spent"] } else { ["10", "12"] };
        content += &text("F1", 10, 90.0, y, label);
        content += &text("F1", 10, 180.0, y, figures[0]);
        content += &text("F1", 10, 280.0, y, figures[1]);
    }
    assert_snapshot!(tables(&read_page(&content)), @r"
    ruled 4x3 headings 1
     | Planned | Spent
    Rent | 10 | 12
    Salaries | 10 | 12
    Travel | 10 | 12
    ");
}

#[test]
fn lists_addresses_and_prose_are_no_tables() {
    let check = |content: &str| assert_eq!(tables(&read_page(content)), "", "{content}");
    let list: &[&[&str]] =
        &[&["\\225", "first thing"], &["\\225", "second thing"], &["\\225", "third thing"], &["\\225", "fourth"]];
    check(&rows(&[72.0, 90.0], list));
    let numbered: &[&[&str]] = &[&["1.", "apples"], &["2.", "pears"], &["3.", "plums"], &["4.", "nuts"]];
    check(&rows(&[72.0, 90.0], numbered));
    let addresses: &[&[&str]] = &[
        &["Harbour Mills Ltd", "Ann Example"],
        &["Quayside Court", "Orchard Rise"],
        &["Newcastle", "Ludlow"],
        &["England", "England"],
    ];
    check(&rows(&[72.0, 320.0], addresses));
}

#[test]
fn a_table_is_read_row_by_row_and_cells_point_at_their_words() {
    // Drawn column by column.
    let columns: [(f32, [&str; 4]); 3] = [
        (72.0, ["Item", "Bread", "Milk", "Eggs"]),
        (200.0, ["Pieces", "1", "2", "12"]),
        (300.0, ["Price", "2.40", "1.10", "3.60"]),
    ];
    let mut content = String::new();
    for (x, cells) in columns {
        for (row, words) in (0_u8..).zip(cells) {
            content += &text("F1", 10, x, 700.0 - 14.0 * f32::from(row), words);
        }
    }
    let page = read_page(&content);
    assert_eq!(lines(&page), "Item Pieces Price\nBread 1 2.40\nMilk 2 1.10\nEggs 12 3.60");
    let cell = page.tables[0].cells.iter().find(|cell| (cell.row, cell.column) == (3, 1)).unwrap();
    assert_eq!(page.text_of(&cell.words), "12");
}

#[test]
fn drawn_boxes_are_marks() {
    let square = |x: i32, y: i32| format!("{x} {y} 10 10 re S ");
    let cross = |x: i32, y: i32| {
        format!("{} {} m {} {} l S {} {} m {} {} l S ", x + 2, y + 2, x + 8, y + 8, x + 2, y + 8, x + 8, y + 2)
    };
    let content = [
        square(72, 700) + &text("F1", 10, 86.0, 702.0, "empty"),
        square(172, 700) + &cross(172, 700) + &text("F1", 10, 186.0, 702.0, "crossed"),
        square(272, 700) + &text("F1", 10, 274.0, 701.5, "X") + &text("F1", 10, 286.0, 702.0, "typed"),
        // Boxes for single letters.
        (0..6).map(|at| square(72 + 10 * at, 600)).collect(),
    ];
    let marks: Vec<(i32, bool)> =
        read_page(&content.concat()).marks.iter().map(|mark| (mark.rect.x0.round() as i32, mark.checked)).collect();
    assert_eq!(marks, [(72, false), (172, true), (272, true)]);
}

#[test]
fn fields_have_names_labels_and_values() {
    let widget = |more: &str| format!("<</Type/Annot/Subtype/Widget{more}>>");
    let pdf =
        page_with(&text("F1", 10, 72.0, 702.0, "Name:"), "", "[0 0 612 792]", "/Annots[10 0 R 11 0 R 12 0 R 13 0 R]")
            .with(10, widget("/FT/Tx/T(name)/TU(Your name)/V(Alice B)/Rect[120 698 220 712]/Parent 20 0 R"))
            .with(11, widget("/FT/Btn/T(agree)/V/Yes/AS/Yes/Rect[120 678 130 688]"))
            .with(12, widget("/AS/red/AP<</N<</red 30 0 R/Off 30 0 R>>>>/Rect[120 658 130 668]/Parent 21 0 R"))
            .with(13, widget("/AS/Off/AP<</N<</blue 30 0 R/Off 30 0 R>>>>/Rect[140 658 150 668]/Parent 21 0 R"))
            .with(20, "<</T(person)/Parent 20 0 R>>")
            .with(21, "<</FT/Btn/Ff 32768/T(colour)/V/red/Kids[12 0 R 13 0 R]>>")
            .with(30, stream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", b""));
    let (page, _) = read(&pdf);
    let name = &page.fields[0];
    assert!(name.name.ends_with("person.name"), "{}", name.name);
    assert_eq!((name.label.as_deref(), &name.value), (Some("Your name"), &FieldValue::Text("Alice B".into())));
    assert_eq!(page.fields[1].value, FieldValue::Checked(true));
    assert_eq!(page.fields[2].value, FieldValue::Choice { name: "red".into(), chosen: true });
    assert_eq!(page.fields[3].value, FieldValue::Choice { name: "blue".into(), chosen: false });
    // The file does not draw the value, so it gets words where the field stands.
    assert_eq!(lines(&page), "Name:\n\nAlice B");
    assert!(page.words[1].rect.x0 >= 120.0 && page.words[2].rect.x1 <= 220.0);
}

#[test]
fn hidden_fields_passwords_options_and_groups_of_checkboxes() {
    let widget = |more: &str| format!("<</Type/Annot/Subtype/Widget/Rect[72 700 90 718]{more}>>");
    let state = |name: &str| format!("/AP<</N<</{name} 4 0 R/Off 4 0 R>>>>");
    let pdf = page_with("", "", "[0 0 612 792]", "/Annots[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R]")
        .with(10, widget("/FT/Tx/T(seen)/V(a)"))
        .with(11, widget("/FT/Tx/T(hidden)/V(b)/F 2"))
        .with(12, widget("/FT/Tx/T(secret)/V(c)/Ff 8192"))
        .with(20, "<</FT/Btn/T(size)/V/1/Ff 32768/Opt[(small)(large)]/Kids[13 0 R 14 0 R]>>")
        .with(13, widget(&format!("/Parent 20 0 R/AS/Off{}", state("0"))))
        .with(14, widget(&format!("/Parent 20 0 R/AS/1{}", state("1"))))
        .with(21, "<</FT/Btn/T(colour)/V/blue/Kids[15 0 R 16 0 R]>>")
        .with(15, widget(&format!("/Parent 21 0 R/AS/Off{}", state("red"))))
        .with(16, widget(&format!("/Parent 21 0 R/AS/blue{}", state("blue"))));
    let told: Vec<(String, FieldValue)> =
        read(&pdf).0.fields.into_iter().map(|field| (field.name, field.value)).collect();
    let choice = |name: &str, chosen| FieldValue::Choice { name: name.into(), chosen };
    let text = |text: &str| FieldValue::Text(text.into());
    let expect = [
        ("seen", text("a")),
        ("secret", text("")),
        ("size", choice("small", false)),
        ("size", choice("large", true)),
        ("colour", choice("red", false)),
        ("colour", choice("blue", true)),
    ];
    assert_eq!(told, expect.map(|(name, value)| (name.to_owned(), value)));
}

/// A page with Helvetica as `F1`, and as `H` with the Hebrew letters under the Latin ones from `a`.
fn page_with_hebrew(content: &str) -> Pdf {
    let map = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n\
        2 beginbfrange <20> <60> <0020> <61> <7b> <05d0> endbfrange endcmap end";
    let font = "/Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding";
    let fonts = format!("/F1<<{font}>>/H<<{font}/ToUnicode 6 0 R>>");
    let entries = "/Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R";
    page(content).with(3, format!("<<{entries}/Resources<</Font<<{fonts}>>>>>>")).with(6, stream("", map))
}

#[test]
fn script_that_runs_to_the_left_is_read_in_its_order() {
    // As browsers write it: from left to right, whatever its direction.
    let drawn = [
        text("H", 10, 100.0, 700.0, "12345 \\(fes\\) zipeayg"),
        text("F1", 10, 100.0, 680.0, "Acme Ltd"),
        text("H", 10, 145.0, 680.0, ":dil zn cekl"),
        text("F1", 10, 100.0, 660.0, "Total of the bill for"),
        text("H", 10, 191.0, 660.0, "dbq 2 da"),
        text("F1", 10, 240.0, 660.0, "is 50"),
    ];
    // As others do: letter by letter from the right.
    let letters = [(160.0, "x"), (154.0, "h"), (148.0, "n"), (145.0, ":")];
    let backwards = letters.map(|(x, letter)| text("H", 10, x, 640.0, letter));
    let (page, _) = read(&page_with_hebrew(&drawn.into_iter().chain(backwards).collect::<String>()));
    assert_snapshot!(lines(&page), @r###"
    זראהןטש (עהו) 12345

    כךהג םש כטד: Acme Ltd

    Total of the bill for אד 2 נבד is 50

    קחם:
    "###);
}

/// A Japanese text in a font that says what collection its codes number, and no more.
fn japanese(descriptor: &str, encoding: &str, codes: &str) -> Pdf {
    let font = format!("/Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/{encoding}/DescendantFonts[7 0 R]");
    let collection = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>";
    let descendant = format!("/Type/Font/Subtype/CIDFontType2/BaseFont/Ryumin-Light{collection}/DW 1000{descriptor}");
    let resources = "/Resources<</Font<</J 6 0 R>>>>";
    page(&format!("BT /J 12 Tf 72 700 Td <{codes}> Tj ET"))
        .with(3, format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R{resources}>>"))
        .with(6, format!("<<{font}>>"))
        .with(7, format!("<<{descendant}>>"))
}

#[test]
fn fonts_that_number_a_collection_say_their_characters() {
    // A font of one box for whatever character: its file says nothing.
    let program = include_bytes!("fonts/box-without-characters.ttf");
    let descriptor = "<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontFile2 9 0 R>>";
    let embedded = |encoding, codes| {
        japanese("/FontDescriptor 8 0 R", encoding, codes).with(8, descriptor).with(9, stream("", program))
    };
    let check = |pdf: &Pdf| {
        let (page, findings) = read(pdf);
        assert_eq!((lines(&page).as_str(), findings), ("請求書", vec![]));
    };
    check(&japanese("", "90ms-RKSJ-H", "90bf8b818f91"));
    check(&embedded("90ms-RKSJ-H", "90bf8b818f91"));
    check(&embedded("UniJIS-UCS2-H", "8acb6c4266f8"));
}
