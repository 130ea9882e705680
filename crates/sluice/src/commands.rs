//! One file per command: wires the rooms, prints, gives the exit code. Called by `main`.

mod data;
mod doctor;
mod document;
pub(crate) mod eval;
mod extract;
mod jobs;
mod keys;
mod models;
mod schema;
mod serve;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use sluice_extract::schema::Schema;
use sluice_model::Model;

use crate::cli::{Command, EvalCommand, SchemaCommand};
use crate::extractor::Extractor;
use crate::trouble::{counted, hinted};

/// Runs a command.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Extract(args) => extract::run(args).await,
        Command::Schema { command: SchemaCommand::Check(args) } => schema::check(&args),
        Command::Document(args) => document::run(&args),
        Command::Eval(args) => evaluate(args).await,
        Command::Models => models::run(),
        Command::Serve(args) => serve::run(*args).await,
        Command::Keys { command } => keys::run(command).await,
        Command::Jobs { command } => jobs::run(command).await,
        Command::Data { command } => data::run(command).await,
        Command::Doctor => doctor::run(),
        Command::ReadDocument => {
            Err(anyhow::anyhow!("the reading child was started inside a runtime; please report it"))
        }
    }
}

/// `sluice eval` with the real engine behind it.
async fn evaluate(args: EvalCommand) -> anyhow::Result<ExitCode> {
    let model = crate::config::model(&args.model)?;
    let extract = move |question: eval::Question| predict(Arc::clone(&model), question);
    eval::run(&args.eval, extract).await
}

async fn predict(model: Arc<dyn Model>, question: eval::Question) -> anyhow::Result<eval::Prediction> {
    let schema = Schema::parse(&question.schema)
        .map_err(|problems| anyhow::anyhow!("{} problems in the schema; the first: {}", problems.len(), problems[0]))?;
    let extractor = Extractor::new(Arc::new(schema), model)?;
    let extraction = extractor.extract(question.bytes.into(), &|_| {}).await?;
    Ok(eval::Prediction { data: extraction.result, attributions: extraction.attributions })
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
