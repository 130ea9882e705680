//! `sluice document`: what the reader saw, as JSON, as text, or as pictures with boxes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use sluice_document::{Reader, Reading};
use sluice_extract::page::{Document, Page};

use crate::cli::{DataFolder, DocumentArgs, Show};
use crate::explain::{Drawing, Ink, Note};
use crate::inputs::{self, Input};
use crate::trouble;

/// Reads a document and shows it; findings go to standard error.
pub(super) fn run(args: &DocumentArgs) -> anyhow::Result<ExitCode> {
    let inputs = inputs::documents(std::slice::from_ref(&args.file))?;
    let reader = crate::config::reader(&args.ocr, &DataFolder::default())?;
    let mut failed = false;
    for input in &inputs {
        let bytes = input.bytes().with_context(|| format!("{} cannot be read", input.shown))?;
        let selection = args.pages.clone().unwrap_or_default();
        match reader.read(&bytes, &selection) {
            Ok(reading) => show(args, &reader, input, &bytes, &reading)?,
            Err(error) => {
                failed = true;
                anstream::eprintln!("{}: {} ({})", input.shown, error.message, error.code);
                trouble::print_hint(trouble::hint_for(error.code));
            }
        }
    }
    Ok(if failed { ExitCode::from(trouble::SOME_FAILED) } else { ExitCode::SUCCESS })
}

fn show(args: &DocumentArgs, reader: &Reader, input: &Input, bytes: &[u8], reading: &Reading) -> anyhow::Result<()> {
    for finding in &reading.findings {
        let page = finding.page.map(|page| format!(" page {page}:")).unwrap_or_default();
        anstream::eprintln!("{}:{page} {}", input.shown, finding.message);
    }
    match args.format {
        Show::Json => {
            let mut out = std::io::stdout().lock();
            serde_json::to_writer_pretty(&mut out, &reading.document)?;
            writeln!(out)?;
        }
        Show::Text => anstream::print!("{}", text_of(&reading.document)),
        Show::Png => draw(args, reader, input, bytes, &reading.document)?,
    }
    Ok(())
}

fn text_of(document: &Document) -> String {
    let mut text = String::new();
    for page in &document.pages {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "--- page {} of {} ---\n{}", page.number, document.page_count, page.text());
    }
    text
}

fn draw(args: &DocumentArgs, reader: &Reader, input: &Input, bytes: &[u8], document: &Document) -> anyhow::Result<()> {
    let name = format!("{}.page", input.stem);
    let drawing = Drawing { reader, bytes, document, dpi: f32::from(args.dpi), folder: &args.out, name: &name };
    drawing.write(notes_of, |path, _| anstream::eprintln!("{}", path.display()))
}

/// Words, lines, tables with their cells, marks and fields.
fn notes_of(page: &Page) -> Vec<Note> {
    let plain = |rect, ink| Note { rect, label: String::new(), ink };
    let words = page.words.iter().map(|word| plain(word.rect, Ink::Faint));
    let cells = page.tables.iter().flat_map(|table| &table.cells).map(|cell| plain(cell.rect, Ink::Table));
    let tables = page.tables.iter().enumerate().map(|(index, table)| Note {
        rect: table.rect,
        label: format!("table {} ({} x {}, {} header)", index + 1, table.rows, table.columns, table.header_rows),
        ink: Ink::Table,
    });
    let marks = page.marks.iter().map(|mark| Note {
        rect: mark.rect,
        label: if mark.checked { "checked" } else { "not checked" }.to_owned(),
        ink: Ink::Close,
    });
    let fields = page.fields.iter().map(|field| Note {
        rect: field.rect,
        label: field.label.clone().unwrap_or_else(|| field.name.clone()),
        ink: Ink::Close,
    });
    words.chain(cells).chain(tables).chain(marks).chain(fields).collect()
}
