//! Writes what the embedded model finds in every document of a directory, for a scorer:
//! `cargo run -p sluice-model --example predict GOLD_DIR OUT_DIR [ID...]`.
//!
//! `GOLD_DIR/<id>/{document.*,schema.json}` in, `OUT_DIR/<id>.json` out, with `OUT_DIR/<id>.evidence.json` beside it.
//! Where the folder `PREDICT_READ` holds `<id>.json`, as `sluice document` prints it, that is taken instead of reading:
//! recognising scans takes minutes, and what is worked on here comes after it.
#![allow(clippy::print_stderr, reason = "an example that tells what it does")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use sluice_document::{Limits, PageSelection, read_here};
use sluice_extract::page::Document;
use sluice_extract::schema::Schema;
use sluice_model::embedded::solve;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gold, out, ids @ ..] = arguments.as_slice() else {
        eprintln!("usage: predict GOLD_DIR OUT_DIR [ID...]");
        return ExitCode::from(2);
    };
    let Ok(entries) = std::fs::read_dir(gold) else {
        eprintln!("{gold}: cannot be read");
        return ExitCode::FAILURE;
    };
    let mut failed = false;
    for entry in entries.flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        if !entry.path().join("schema.json").exists() || !(ids.is_empty() || ids.contains(&id)) {
            continue;
        }
        if let Err(error) = predict(&entry.path(), Path::new(out), &id) {
            eprintln!("{id}: {error}");
            failed = true;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn predict(folder: &Path, out: &Path, id: &str) -> Result<(), Box<dyn std::error::Error>> {
    let schema: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("schema.json"))?)?;
    let schema = Schema::parse(&schema).map_err(|problems| format!("{problems:?}"))?;
    let started = Instant::now();
    let document = read(folder, id)?;
    let read = started.elapsed();
    let started = Instant::now();
    let solution = solve(&document, &schema);
    eprintln!("{id}: read in {} ms, solved in {} ms", read.as_millis(), started.elapsed().as_millis());
    std::fs::write(out.join(format!("{id}.json")), serde_json::to_vec_pretty(&solution.value)?)?;
    std::fs::write(out.join(format!("{id}.evidence.json")), serde_json::to_vec_pretty(&solution.evidence)?)?;
    Ok(())
}

fn read(folder: &Path, id: &str) -> Result<Document, Box<dyn std::error::Error>> {
    let kept = std::env::var_os("PREDICT_READ").map(|kept| Path::new(&kept).join(format!("{id}.json")));
    if let Some(kept) = kept.filter(|kept| kept.exists()) {
        return Ok(serde_json::from_slice(&std::fs::read(kept)?)?);
    }
    let files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let file = files.filter(|path| path.file_stem().is_some_and(|stem| stem == "document")).min();
    let bytes = std::fs::read(file.ok_or("no document")?)?;
    Ok(read_here(&bytes, &Limits::default(), &PageSelection::All)?.0)
}
