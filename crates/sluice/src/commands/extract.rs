//! `sluice extract`: documents become data, many side by side, printed in the order they were named.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use serde_json::json;
use sluice_engine::StepError;
use sluice_engine::local::Extraction;
use sluice_engine::steps::estimate::Estimate;
use sluice_engine::worker::Remembering;
use sluice_extract::attribution::Match;
use sluice_extract::code::{Code, Finding};
use sluice_extract::page::Page;
use sluice_model::http::Tape;

use crate::cli::ExtractArgs;
use crate::config::{Settings, Taping};
use crate::explain::{Drawing, Ink, Note};
use crate::extractor::{Extractor, is_remembered, told, with_proof};
use crate::inputs::{self, Input};
use crate::kept::Work;
use crate::printer::{Destination, Extracted, Failed, Found, Sink};
use crate::progress::{Board, Track};
use crate::trouble;

/// Dots per inch of the annotated pages.
const EXPLAIN_DPI: f32 = 150.0;

/// Extracts from every document that was named; one that fails does not stop the others.
pub(super) async fn run(args: ExtractArgs, settings: &Settings) -> anyhow::Result<ExitCode> {
    let schema = super::load_schema(&args.schema)?;
    let taping = taping(&args)?;
    let is_taped = !matches!(taping, Taping::Off);
    let settings = &settings.taped(taping);
    let model = settings.model(args.model.as_deref().unwrap_or(settings.model_default()))?;
    let (name, is_local) = (model.card().name.clone(), model.card().vendor == "embedded");
    let inputs = inputs::documents(&args.files)?;
    let work = Work::of_user(&args.folder).await?;
    // What is remembered is in no recording, and must not hide one.
    let remembering = if args.ask_again || is_taped { Remembering::Off } else { Remembering::On };
    let fallback = args.fallback_model.as_deref().map(|name| settings.model(name)).transpose()?;
    let reader = crate::config::reader(&args.ocr, &args.folder)?;
    let extractor = Extractor::new(Arc::clone(&schema), model, fallback, &work, remembering, reader)
        .with_pages(args.pages.clone().unwrap_or_default())
        .with_leaves_max(args.max_leaves_per_subtree)
        .with_retries(args.retries)
        .with_cost_max(args.max_cost_usd)
        .with_instructions(args.instructions.clone());
    if args.estimate {
        return estimate(&extractor, inputs).await;
    }
    let destination = Destination {
        format: args.format,
        out: args.out.clone(),
        table: args.table.clone(),
        attributions: args.attributions,
    };
    if args.model.is_none() && !is_local && !args.quiet {
        anstream::eprintln!(
            "asking {name}, for there is a key for it; with --model embedded nothing leaves this machine"
        );
    }
    let mut sink = Sink::open(&destination, &schema, inputs.len())?;

    let board = Board::new(inputs.len(), args.quiet);
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let args = Arc::new(args);
    let mut working = stream::iter(inputs)
        .map(|input| {
            let work = one(Arc::clone(&args), extractor.clone(), Arc::clone(&board), input.clone());
            async move { (input, tokio::spawn(work).await) }
        })
        .buffered(jobs);
    let mut failed = 0_usize;
    let mut earlier = Earlier::default();
    while let Some((input, outcome)) = working.next().await {
        let result = outcome.unwrap_or_else(|_| Err(StepError::new(Code::Internal, "the work on it ended early")));
        failed += usize::from(result.is_err());
        earlier.hear(result.as_ref().is_ok_and(|(_, remembered)| *remembered), &board);
        let result = result.map(|(found, _)| found);
        let result = result.map_err(|error| Failed { code: error.code, message: error.message });
        sink.write(&Extracted { file: input.shown, stem: input.stem, result })?;
    }
    sink.finish()?;
    board.finish();
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(trouble::SOME_FAILED) })
}

/// Are exchanges written down, or given again?
fn taping(args: &ExtractArgs) -> anyhow::Result<Taping> {
    let told = |folder: &Path, what: &str| format!("{} cannot be {what}", folder.display());
    match (&args.record, &args.replay) {
        (Some(folder), _) => Ok(Taping::Record(Tape::record(folder).with_context(|| told(folder, "recorded into"))?)),
        (None, Some(folder)) => Ok(Taping::Replay(Tape::replay(folder).with_context(|| told(folder, "replayed"))?)),
        (None, None) => Ok(Taping::Off),
    }
}

/// Says what each document would take; one that cannot be read does not stop the others.
async fn estimate(extractor: &Extractor, inputs: Vec<Input>) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    for input in inputs {
        let bytes = input.bytes().map_err(|error| StepError::new(Code::UnreadableFile, error.to_string()));
        let outcome = match bytes {
            Ok(bytes) => extractor.estimate(bytes.into()).await,
            Err(error) => Err(error),
        };
        let line = match outcome {
            Ok(Estimate { model, pages, usage, cost_usd }) => json!({
                "file": input.shown, "model": model, "pages": pages, "calls": usage.calls,
                "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "cost_usd": cost_usd,
            }),
            Err(error) => {
                failed = true;
                json!({"file": input.shown, "error": {"code": error.code, "message": error.message}})
            }
        };
        anstream::println!("{line}");
    }
    Ok(if failed { ExitCode::from(trouble::SOME_FAILED) } else { ExitCode::SUCCESS })
}

/// How many documents an earlier run had finished, in the order in which they were named.
#[derive(Default)]
struct Earlier {
    documents: usize,
    is_over: bool,
}

impl Earlier {
    /// Says once where this run goes on.
    fn hear(&mut self, remembered: bool, board: &Board) {
        match (self.is_over, remembered) {
            (true, _) => {}
            (false, true) => self.documents += 1,
            (false, false) => {
                self.is_over = true;
                if self.documents > 0 {
                    let (last, next) = (self.documents, self.documents + 1);
                    board
                        .say(&format!("an earlier run had answered documents 1 to {last}; this one went on at {next}"));
                }
            }
        }
    }
}

/// One document, from its file to what is printed of it, and whether an earlier run had it all.
async fn one(
    args: Arc<ExtractArgs>,
    extractor: Extractor,
    board: Arc<Board>,
    input: Input,
) -> Result<(Found, bool), StepError> {
    let track = board.track(&input.shown);
    let outcome = extract(&args, &extractor, &board, &track, &input).await;
    match &outcome {
        Ok((_, _, told)) => track.finish(told),
        Err(error) => {
            track.finish(&format!("failed ({}): {}", error.code, error.message));
            if args.quiet {
                anstream::eprintln!("{}: failed ({}): {}", input.shown, error.code, error.message);
            }
            board.say(&format!("  hint: {}", trouble::hint_for(error.code)));
        }
    }
    outcome.map(|(found, remembered, _)| (found, remembered))
}

async fn extract(
    args: &ExtractArgs,
    extractor: &Extractor,
    board: &Board,
    track: &Track,
    input: &Input,
) -> Result<(Found, bool, String), StepError> {
    let bytes: Bytes = match input.bytes() {
        Ok(bytes) => bytes.into(),
        Err(error) => return Err(StepError::new(Code::UnreadableFile, format!("the file cannot be read: {error}"))),
    };
    let extraction = extractor.extract(&input.shown, bytes.clone(), &|progress| track.hear(&progress)).await?;
    for line in doubts(&extraction.findings) {
        board.say(&format!("  {}{line}", input.shown));
    }
    if args.explain {
        let explained = explain(args, extractor, board, input, &bytes, &extraction);
        explained.map_err(|error| StepError::new(Code::Internal, format!("--explain: {error:#}")))?;
    }
    let (told, remembered) = (told(&extraction), is_remembered(&extraction));
    let found = Found {
        wrapped: args.attributions.then(|| with_proof(&extraction)),
        metadata: extractor.metadata(&extraction),
        attributions: extraction.attributions,
        findings: extraction.findings,
        data: extraction.result,
    };
    Ok((found, remembered, told))
}

/// A line for each doubt; the same doubt about every row of an array is one line.
fn doubts(findings: &[Finding]) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for finding in findings {
        let pointer = finding.pointer.as_deref().unwrap_or_default();
        let rows_apart: Vec<&str> =
            pointer.split('/').map(|token| if token.parse::<usize>().is_ok() { "*" } else { token }).collect();
        let place = if pointer.is_empty() { String::new() } else { format!(" {}", rows_apart.join("/")) };
        let page = finding.page.map(|page| format!(" page {page}")).unwrap_or_default();
        let line = format!("{page}{place}: {}", finding.message);
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, times)) => *times += 1,
            None => lines.push((line, 1)),
        }
    }
    let told = |(line, times)| if times > 1 { format!("{line} ({times} times)") } else { line };
    lines.into_iter().map(told).collect()
}

/// Tells what was asked of which pages, and draws what was found.
fn explain(
    args: &ExtractArgs,
    extractor: &Extractor,
    board: &Board,
    input: &Input,
    bytes: &[u8],
    extraction: &Extraction,
) -> anyhow::Result<()> {
    for planned in &extraction.plan.subtrees {
        let part = &planned.subtree;
        let path = if part.path.is_empty() { "/" } else { &part.path };
        board.say(&format!("  {} {path} ({} leaves): {}", part.id, part.leaves, planned.reason));
    }
    let name = format!("{}.explain", input.stem);
    let drawing = Drawing {
        reader: extractor.reader(),
        bytes,
        document: &extraction.document,
        dpi: EXPLAIN_DPI,
        folder: args.out.as_deref().unwrap_or(Path::new(".")),
        name: &name,
    };
    let told = |path: &Path, notes| board.say(&format!("  {}: {notes} values drawn", path.display()));
    drawing.write(|page| notes_on(extraction, page), told)
}

/// A box for each place of each value on a page; the label stands at a value's first place only.
fn notes_on(extraction: &Extraction, page: &Page) -> Vec<Note> {
    let mut notes = Vec::new();
    for (pointer, attribution) in &extraction.attributions {
        for (nth, location) in attribution.locations.iter().enumerate().filter(|(_, place)| place.page == page.number) {
            let label = if nth == 0 { short(pointer) } else { String::new() };
            let ink = if location.matched == Match::Exact { Ink::Exact } else { Ink::Close };
            notes.push(Note { rect: location.bounding_box.on_page(page), label, ink });
        }
    }
    notes
}

/// What fits over a box: the name of the value. Rows of an array after the first are labelled by their column.
fn short(pointer: &str) -> String {
    let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
    let row = tokens.iter().rev().find_map(|token| token.parse::<usize>().ok());
    if row.is_some_and(|row| row > 0) {
        return String::new();
    }
    let names: Vec<&str> = tokens.into_iter().filter(|token| token.parse::<usize>().is_err()).collect();
    names.last().map(|name| (*name).to_owned()).unwrap_or_default()
}
