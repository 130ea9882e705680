//! A small document and questions about it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_extract::page::{Cell, ContentHash, Document, Line, Mark, Media, Page, Rect, Table, TextSource, Word};
use sluice_extract::schema::{Schema, SplitOptions, split};
use sluice_model::http::{Http, Patience};
use sluice_model::{Answer, Model, ModelError, Question, Settings, Usage};

/// Two lines, a table of two columns and a ticked box.
pub fn document() -> Document {
    let mut page = Page {
        number: 1,
        width: 600.0,
        height: 800.0,
        text_source: TextSource::Native,
        skew: 0.0,
        words: Vec::new(),
        lines: Vec::new(),
        tables: Vec::new(),
        marks: vec![Mark { rect: Rect::new(0.0, 10.0, 8.0, 20.0), checked: true }],
        fields: Vec::new(),
    };
    for (nth, text) in ["Invoice R-7", "Paid in cash", "Item Price", "Nut 0.10", "Nut 0.10"].iter().enumerate() {
        let first = page.words.len() as u32;
        let y = 10.0 * nth as f32;
        for (column, text) in text.split(' ').enumerate() {
            let x = 10.0 + 50.0 * column as f32;
            let rect = Rect::new(x, y, x + 40.0, y + 8.0);
            page.words.push(Word {
                text: text.to_owned(),
                rect,
                size: 8.0,
                bold: false,
                rotation: 0,
                confidence: None,
            });
        }
        let words = first..page.words.len() as u32;
        page.lines.push(Line { words, rect: Rect::new(10.0, y, 300.0, y + 8.0), block: nth as u32 });
    }
    let cell = |nth: u32| Cell {
        row: nth / 2,
        column: nth % 2,
        row_span: 1,
        column_span: 1,
        rect: Rect::default(),
        words: vec![5 + nth],
    };
    let cells = (0..6).map(cell).collect();
    page.tables.push(Table { rect: Rect::default(), ruled: true, rows: 3, columns: 2, header_rows: 1, cells });
    Document { hash: ContentHash::of(b"it"), media: Media::Pdf, page_count: 1, pages: vec![page] }
}

pub fn schema() -> Value {
    json!({"type": "object", "properties": {
        "number": {"type": "string", "description": "invoice number"},
        "cash": {"type": ["boolean", "null"]},
        "items": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "price": {"type": "number"}}}},
    }, "required": ["number"]})
}

/// The question for a part of the schema: 0 the fields, 1 the list.
pub fn question(part: usize, settings: Settings) -> Question {
    let schema = Schema::parse(&schema()).unwrap();
    let subtree = split(&schema, &SplitOptions::default())[part].clone();
    Question {
        document: Arc::new(document()),
        schema: Arc::new(schema),
        subtree,
        pages: vec![1],
        rows: None,
        keep_for: None,
        amiss: Vec::new(),
        shown: Vec::new(),
        settings,
        attempt: 1,
    }
}

/// A client that does not wait long.
pub fn http() -> Http {
    let short = Duration::from_millis(300);
    Http::new(Patience { silence: short, answer: Duration::from_secs(2), bytes_max: 100_000, ..Patience::default() })
        .unwrap()
}

/// What the document's fields are, as a model would say it.
pub fn said() -> Value {
    json!({"data": {"number": "R-7", "cash": true}, "sources": [{"path": "/number", "lines": ["1:1"]}]})
}

pub fn ask(model: &dyn Model, question: &Question) -> Result<Answer, ModelError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(model.ask(question))
}

/// An outcome in a few lines.
pub fn shown(outcome: &Result<Answer, ModelError>) -> String {
    match outcome {
        Ok(answer) => {
            let findings: Vec<String> = answer.findings.iter().map(|found| format!("\n  {}", found.message)).collect();
            format!("{}{}", answer.value, findings.concat())
        }
        Err(error) => {
            let wait = error.retry_after_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
            format!("{}{wait}: {}", error.code, error.message)
        }
    }
}

/// What one call took, in tokens.
pub fn took(input: u64, cached: u64, output: u64, thinking: u64) -> Usage {
    Usage {
        calls: 1,
        input_tokens: Some(input),
        cached_tokens: Some(cached),
        output_tokens: Some(output),
        thinking_tokens: Some(thinking),
    }
}
