//! `sluice schema infer`: a first schema from documents, and what was seen for each of its properties.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;
use sluice_extract::page::Document;
use sluice_model::embedded::{Inferred, Seen, infer};

use crate::cli::{DataFolder, SchemaInferArgs};
use crate::inputs;
use crate::trouble::{self, counted};

/// Reads the documents and proposes a schema; one that cannot be read is told and left out.
pub(in crate::commands) fn run(args: &SchemaInferArgs) -> anyhow::Result<ExitCode> {
    let inputs = inputs::documents(&args.files)?;
    let reader = crate::config::reader(&args.ocr, &DataFolder::default())?;
    let (mut names, mut documents) = (Vec::new(), Vec::new());
    for input in &inputs {
        let bytes = input.bytes().with_context(|| format!("{} cannot be read", input.shown))?;
        match reader.read(&bytes, &args.pages.clone().unwrap_or_default()) {
            Ok(reading) => {
                names.push(input.shown.clone());
                documents.push(reading.document);
            }
            Err(error) => {
                anstream::eprintln!("{}: {} ({})", input.shown, error.message, error.code);
                trouble::print_hint(trouble::hint_for(error.code));
            }
        }
    }
    let inferred = infer(&documents.iter().collect::<Vec<&Document>>());
    write(args, &names, &inferred)?;
    if !args.quiet {
        report(&names, &inferred);
    }
    Ok(if documents.len() < inputs.len() { ExitCode::from(trouble::SOME_FAILED) } else { ExitCode::SUCCESS })
}

fn write(args: &SchemaInferArgs, names: &[String], inferred: &Inferred) -> anyhow::Result<()> {
    let told = if args.json {
        json!({"schema": inferred.schema, "documents": names, "seen": inferred.seen})
    } else {
        inferred.schema.clone()
    };
    let text = format!("{}\n", serde_json::to_string_pretty(&told)?);
    match &args.out {
        Some(path) => std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?,
        None => anstream::print!("{text}"),
    }
    Ok(())
}

fn report(names: &[String], inferred: &Inferred) {
    if inferred.seen.is_empty() {
        anstream::eprintln!("nothing with a name was seen: no labels, form fields or tables with heads");
        return;
    }
    let leaves = counted(inferred.seen.len(), "leaf", "leaves");
    anstream::eprintln!("{leaves} seen in {}", counted(names.len(), "document", "documents"));
    inferred.seen.iter().for_each(|seen| anstream::eprintln!("  {}", line(names, seen)));
}

/// `/invoice_date  "Invoice date", 2 of 3 documents: 14 October 2026 (a.pdf, page 1)`
fn line(names: &[String], seen: &Seen) -> String {
    let of_several =
        if names.len() > 1 { format!(", {} of {} documents", seen.documents, names.len()) } else { String::new() };
    let examples = seen.examples.iter().filter(|example| !example.text.is_empty()).map(|example| {
        let name = names.get(example.document).filter(|_| names.len() > 1);
        let place =
            name.map_or_else(|| format!("page {}", example.page), |name| format!("{name}, page {}", example.page));
        format!("{} ({place})", example.text)
    });
    let examples = examples.collect::<Vec<_>>().join("; ");
    format!("{}  \"{}\"{of_several}: {examples}", seen.pointer, seen.label)
}
