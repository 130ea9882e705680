//! Documents that a test makes: a table over pages, as a PDF of the simplest kind.

use std::fmt::Write as _;

/// Left edges of the columns, in points.
const COLUMNS: [u32; 3] = [60, 200, 400];

/// A table of three columns, so many rows to a page, its heads on each.
pub fn table_of(heads: &[&str; 3], rows: &[[String; 3]], rows_per_page: usize) -> Vec<u8> {
    let heads = heads.map(str::to_owned);
    let pages: Vec<String> = rows.chunks(rows_per_page).map(|rows| content(&heads, rows)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut kids = String::new();
    for page in pages {
        let at = objects.len() + 1;
        let _ = write!(kids, "{at} 0 R ");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            at + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{page}endstream", page.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", rows.len().div_ceil(rows_per_page));
    file(&objects)
}

fn content(heads: &[String; 3], rows: &[[String; 3]]) -> String {
    let mut text = String::new();
    for (nth, row) in std::iter::once(heads).chain(rows).enumerate() {
        for (cell, x) in row.iter().zip(COLUMNS) {
            let _ = writeln!(text, "BT /F1 9 Tf {x} {} Td ({cell}) Tj ET", 800 - 15 * nth);
        }
    }
    text
}

fn file(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(bytes.len());
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = bytes.len();
    let entries: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    let size = objects.len() + 1;
    bytes.extend(
        format!(
            "xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
        )
        .bytes(),
    );
    bytes
}
