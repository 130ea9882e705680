//! Documents for tests, drawn as text: a character is six points wide, a line fourteen high.

use sluice_extract::page::{ContentHash, Document, Line, Media, Page, Rect, TextSource, Word};

const WIDTH: f32 = 6.0;
const HEIGHT: f32 = 14.0;

/// A document of one page for each drawing.
pub(crate) fn document(drawings: &[&str]) -> Document {
    let pages: Vec<Page> = (1..).zip(drawings).map(|(number, drawing)| page(number, drawing)).collect();
    Document {
        hash: ContentHash::of(drawings.join("\u{c}").as_bytes()),
        media: Media::Pdf,
        page_count: drawings.len() as u32,
        pages,
    }
}

fn page(number: u32, drawing: &str) -> Page {
    let mut words = Vec::new();
    let mut lines = Vec::new();
    for (row, text) in drawing.lines().enumerate() {
        let first = words.len() as u32;
        words.extend(words_of(row, text));
        let range = first..words.len() as u32;
        let own: Vec<Rect> = words[first as usize..].iter().map(|word: &Word| word.rect).collect();
        if let Some(rect) = Rect::around(&own) {
            lines.push(Line { words: range, rect, block: row as u32 });
        }
    }
    Page {
        number,
        width: 595.0,
        height: 842.0,
        text_source: TextSource::Native,
        skew: 0.0,
        words,
        lines,
        tables: Vec::new(),
        marks: Vec::new(),
        fields: Vec::new(),
    }
}

fn words_of(row: usize, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        if width > 0 {
            let (x, y) = (30.0 + column as f32 * WIDTH, 30.0 + row as f32 * HEIGHT);
            let rect = Rect::new(x, y, x + width as f32 * WIDTH, y + 10.0);
            words.push(Word { text: word.to_owned(), rect, size: 10.0, bold: false, rotation: 0, confidence: None });
        }
        column += width + 1;
    }
    words
}
