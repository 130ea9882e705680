//! Columns of a recognised table between which a rule was missed: thin and grey ones are, on scans.
//!
//! Where no word of a column stands in a stretch wider than a line is high, and head and most rows have words on both sides
//! of it, the column is two. Tables that carry their own rules are left as they are. Called by the reader of arrays.

use std::borrow::Cow;

use sluice_extract::page::{Cell, Page, Rect, Table, TextSource, widest_gap};

/// Width of the white stretch, in heights of a line.
const WHITE_HEIGHTS: f32 = 1.0;
/// Share of the rows that have words on both sides.
const ROWS_SHARE: f32 = 0.6;
/// Fewer rows show no column.
const ROWS_MIN: usize = 2;
/// Most columns that are made of one table's.
const SPLITS_MAX: usize = 8;

/// The table with those columns parted.
pub(crate) fn at_missed_rules<'t>(page: &Page, table: &'t Table) -> Cow<'t, Table> {
    let mut whole = Cow::Borrowed(table);
    if page.text_source == TextSource::Native || !table.ruled || table.header_rows == 0 {
        return whole;
    }
    for _ in 0..SPLITS_MAX {
        let found = (0..whole.columns).find_map(|column| Some((column, white(page, &whole, column)?)));
        let Some((column, x)) = found else { break };
        let is_left = |word| page.words.get(word as usize).is_some_and(|word| word.rect.center_x() < x);
        whole = Cow::Owned(cut(&whole, column, x, is_left));
    }
    whole
}

fn rects<'p>(page: &'p Page, cell: &'p Cell) -> impl Iterator<Item = Rect> + 'p {
    cell.words.iter().filter_map(|&word| page.words.get(word as usize)).map(|word| word.rect)
}

/// The middle of the white stretch that parts a column.
fn white(page: &Page, table: &Table, column: u32) -> Option<f32> {
    let cells: Vec<&Cell> = table.cells.iter().filter(|cell| cell.column == column && cell.column_span == 1).collect();
    let words: Vec<Rect> = cells.iter().flat_map(|cell| rects(page, cell)).collect();
    let mut heights: Vec<f32> = words.iter().map(Rect::height).collect();
    heights.sort_by(f32::total_cmp);
    let height = heights.get(heights.len() / 2).copied()?;
    let x = widest_gap(words.iter().map(|word| (word.x0, word.x1)), WHITE_HEIGHTS * height)?;
    let both = |cell: &&&Cell| {
        let (mut left, mut right) = (false, false);
        rects(page, cell).for_each(|rect| if rect.center_x() < x { left = true } else { right = true });
        left && right
    };
    let head = cells.iter().filter(|cell| cell.row < table.header_rows).filter(both).count();
    let rows: Vec<&&Cell> = cells.iter().filter(|cell| cell.row >= table.header_rows).collect();
    let filled = rows.iter().copied().filter(both).count();
    (head > 0 && filled >= ROWS_MIN && filled as f32 >= ROWS_SHARE * rows.len() as f32).then_some(x)
}

/// The table with one column cut in two at `x`, the words of its cells on the side that `is_left` tells.
pub(super) fn cut(table: &Table, column: u32, x: f32, is_left: impl Fn(u32) -> bool) -> Table {
    let mut cells = Vec::with_capacity(table.cells.len());
    for cell in &table.cells {
        if cell.column > column {
            cells.push(Cell { column: cell.column + 1, ..cell.clone() });
        } else if cell.column_span > 1 && cell.column + cell.column_span > column {
            cells.push(Cell { column_span: cell.column_span + 1, ..cell.clone() });
        } else if cell.column == column {
            let (left, right) = cell.words.iter().partition(|&&word| is_left(word));
            cells.push(Cell { rect: Rect { x1: x, ..cell.rect }, words: left, ..cell.clone() });
            cells.push(Cell { column: column + 1, rect: Rect { x0: x, ..cell.rect }, words: right, ..cell.clone() });
        } else {
            cells.push(cell.clone());
        }
    }
    Table { columns: table.columns + 1, cells, ..table.clone() }
}

#[cfg(test)]
mod tests {
    use sluice_extract::page::Word;

    use super::*;

    /// A table of one column whose cells hold words at these places.
    fn page(rows: &[&[(f32, f32)]], text_source: TextSource) -> Page {
        let mut words: Vec<Word> = Vec::new();
        let mut cells = Vec::new();
        for (row, places) in rows.iter().enumerate() {
            let y = 20.0 * row as f32;
            let start = words.len() as u32;
            let word = |&(x0, x1): &(f32, f32)| Word {
                text: "word".to_owned(),
                rect: Rect::new(x0, y, x1, y + 10.0),
                size: 10.0,
                bold: false,
                rotation: 0,
                confidence: Some(0.9),
            };
            words.extend(places.iter().map(word));
            let rect = Rect::new(0.0, y, 300.0, y + 20.0);
            let words = (start..words.len() as u32).collect();
            cells.push(Cell { row: row as u32, column: 0, row_span: 1, column_span: 1, rect, words });
        }
        let rect = Rect::new(0.0, 0.0, 300.0, 20.0 * rows.len() as f32);
        let table = Table { rect, ruled: true, rows: rows.len() as u32, columns: 1, header_rows: 1, cells };
        let (lines, marks, fields, tables) = (vec![], vec![], vec![], vec![table]);
        Page { number: 1, width: 300.0, height: 300.0, text_source, skew: 0.0, words, lines, tables, marks, fields }
    }

    #[test]
    fn a_column_that_is_white_inside_is_two() {
        let check = |rows: &[&[(f32, f32)]], text_source, want: u32| {
            let page = page(rows, text_source);
            let table = at_missed_rules(&page, &page.tables[0]);
            assert_eq!(table.columns, want, "{table:?}");
            let words: usize = table.cells.iter().map(|cell| cell.words.len()).sum();
            assert_eq!(words, page.words.len());
        };
        let two: [&[(f32, f32)]; 3] =
            [&[(0.0, 40.0), (80.0, 120.0)], &[(0.0, 50.0), (80.0, 200.0)], &[(0.0, 60.0), (80.0, 90.0)]];
        check(&two, TextSource::Ocr, 2);
        check(&two, TextSource::Native, 1);
        // Texts whose gaps stand elsewhere in each row, and a head over one side alone.
        check(&[&[(0.0, 60.0)], &[(0.0, 50.0), (80.0, 200.0)], &[(0.0, 60.0), (80.0, 90.0)]], TextSource::Ocr, 1);
        check(
            &[&[(0.0, 40.0), (80.0, 90.0)], &[(0.0, 75.0), (90.0, 99.0)], &[(0.0, 20.0), (35.0, 90.0)]],
            TextSource::Ocr,
            1,
        );
    }
}
