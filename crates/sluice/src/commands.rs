//! One file per command: wires the rooms, prints, gives the exit code. Called by `main`.

mod data;
mod doctor;
mod document;
pub(crate) mod eval;
mod extract;
mod jobs;
mod keys;
mod log;
mod models;
mod ocr;
mod schema;
mod serve;
mod work;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use sluice_engine::worker::Remembering;
use sluice_extract::schema::{Problem, Schema};

use crate::cli::{Cli, Command, DataFolder, EvalCommand, SchemaCommand};
use crate::config::Settings;
use crate::extractor::Extractor;
use crate::kept::Work;
use crate::trouble::{counted, hinted};

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(cli.config.as_deref())?;
    match cli.command {
        Command::Extract(args) => extract::run(args, &settings).await,
        Command::Schema { command: SchemaCommand::Check(args) } => schema::check(&args),
        Command::Schema { command: SchemaCommand::Infer(args) } => schema::infer::run(&args),
        Command::Document(args) => document::run(&args),
        Command::Eval(args) => evaluate(args, &settings).await,
        Command::Models => models::run(&settings),
        Command::Serve(args) => serve::run(*args, &settings).await,
        Command::Work(args) => work::run(&args, &settings).await,
        Command::Keys { command } => keys::run(command).await,
        Command::Jobs { command } => jobs::run(command).await,
        Command::Data { command } => data::run(command).await,
        Command::Ocr { command } => ocr::run(&command),
        Command::Doctor { ocr, folder } => doctor::run(&settings, &ocr, &folder),
        Command::ReadDocument => {
            Err(anyhow::anyhow!("the reading child was started inside a runtime; please report it"))
        }
    }
}

/// `sluice eval` with the real engine behind it.
async fn evaluate(args: EvalCommand, settings: &Settings) -> anyhow::Result<ExitCode> {
    let work = Work::for_now().await?;
    let nothing = Schema::parse(&serde_json::json!({"type": "object", "properties": {}}))
        .map_err(|problems| unparsed(&problems))?;
    let model = settings.model(args.model.as_deref().unwrap_or(settings.model_default()))?;
    let reader = crate::config::reader(&args.ocr, &DataFolder::default())?;
    let extractor = Extractor::new(Arc::new(nothing), model, None, &work, Remembering::On, reader.clone());
    let extract = move |question: eval::Question| predict(extractor.clone(), question);
    eval::run(&args.eval, &reader, extract).await
}

async fn predict(extractor: Extractor, question: eval::Question) -> anyhow::Result<eval::Prediction> {
    let schema = Schema::parse(&question.schema).map_err(|problems| unparsed(&problems))?;
    let extractor = extractor.with_schema(Arc::new(schema));
    let extraction = extractor.extract("eval", question.bytes.into(), &|_| {}).await?;
    Ok(eval::Prediction { data: extraction.result, attributions: extraction.attributions })
}

fn unparsed(problems: &[Problem]) -> anyhow::Error {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    anyhow::anyhow!("{} in the schema; the first: {first}", counted(problems.len(), "problem", "problems"))
}

/// The schema in a file, or every problem in it.
fn load_schema(path: &Path) -> anyhow::Result<Arc<Schema>> {
    let text = read_text(path)?;
    match Schema::parse_str(&text) {
        Ok(schema) => Ok(Arc::new(schema)),
        Err(problems) => {
            let shown = path.display();
            let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
            Err(hinted(
                format!(
                    "{shown} is not a schema that can be asked: {}{}",
                    counted(problems.len(), "problem", "problems"),
                    lines.concat()
                ),
                format!("`sluice schema check {shown}` shows what is taken instead"),
            ))
        }
    }
}

/// The text of a file a user named, or of standard input.
fn read_text(path: &Path) -> anyhow::Result<String> {
    if path.as_os_str() == "-" {
        return std::io::read_to_string(std::io::stdin()).context("standard input");
    }
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
