//! `sluice eval`: extraction held against gold values, as precision, recall and F1 per type and field.
//!
//! Counts with `sluice_extract::score` and nothing else. Never extracts: documents go to a function that the caller
//! hands in, or the predictions are already there. Called by `main`'s dispatch.

mod baseline;
mod calibration;
mod cases;
mod html;
mod report;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use sluice_document::Reader;
use sluice_extract::attribution::AttributionMap;
use sluice_extract::score::{DocumentScore, score_document};

use self::baseline::Baseline;
use self::cases::Case;

/// What is evaluated, and what is told of it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct EvalArgs {
    /// A folder of documents with gold values: NAME/{document.*, schema.json, gold.json, meta.json}
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Score these predictions (NAME.json) instead of extracting
    #[arg(long, value_name = "DIR")]
    pub(crate) predictions: Option<PathBuf>,
    /// Only these documents, by name
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// A line for each document, worst first
    #[arg(long)]
    pub(crate) docs: bool,
    /// A line for each field, worst first
    #[arg(long)]
    pub(crate) fields: bool,
    /// Every difference of one document
    #[arg(long, value_name = "NAME")]
    pub(crate) diff: Option<String>,
    /// Keep the predictions in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    /// Tell what changed against an earlier run, document by document: a file that --json wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write a report to look at into this folder: pages with boxes, beside them what is true and what was found
    #[arg(long, value_name = "DIR")]
    pub(crate) html: Option<PathBuf>,
    /// Write all figures and faults into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// A document to extract from.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The document's bytes.
    pub(crate) bytes: Vec<u8>,
    /// The schema as it is written.
    pub(crate) schema: Value,
}

/// What was extracted from it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prediction {
    /// The result, plain.
    pub(crate) data: Value,
    /// Its proofs by JSON pointer; empty where there are none.
    pub(crate) attributions: AttributionMap,
}

/// One document, predicted and scored.
struct Scored {
    name: String,
    kind: String,
    score: DocumentScore,
    attributions: AttributionMap,
    /// What was predicted.
    data: Value,
    /// The document, where a report shows it.
    bytes: Vec<u8>,
    /// Why there is no prediction; it then counts as an empty one.
    missing: Option<String>,
}

/// Evaluates and prints. Exit code 1 where a document gave no result.
///
/// `reader` draws the pages of a report.
pub(crate) async fn run<E, F>(args: &EvalArgs, reader: &Reader, extract: E) -> anyhow::Result<ExitCode>
where
    E: Fn(Question) -> F + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<Prediction>> + Send + 'static,
{
    let baseline = args.baseline.as_deref().map(Baseline::load).transpose()?;
    let scored = evaluate(args, extract).await?;
    if let Some(baseline) = &baseline {
        anstream::print!("{}", baseline.text(&scored));
    }
    anstream::print!("{}", report::text(args, &scored));
    if let Some(folder) = &args.html {
        html::write(folder, &scored, reader)?;
        anstream::eprintln!("{}", folder.join("index.html").display());
    }
    if let Some(path) = &args.json {
        let figures = serde_json::to_string_pretty(&report::figures(&scored))?;
        std::fs::write(path, figures).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let is_whole = args.predictions.is_some() || scored.iter().all(|document| document.missing.is_none());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(crate::trouble::SOME_FAILED) })
}

async fn evaluate<E, F>(args: &EvalArgs, extract: E) -> anyhow::Result<Vec<Scored>>
where
    E: Fn(Question) -> F + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<Prediction>> + Send + 'static,
{
    let cases = cases::find(&args.dir, &args.only)?;
    if let Some(name) = &args.diff {
        let is_there = cases.iter().any(|case| &case.name == name);
        anyhow::ensure!(is_there, "--diff {name}: there is no such document in {}", args.dir.display());
    }
    if let Some(folder) = &args.predictions {
        anyhow::ensure!(folder.is_dir(), "--predictions: there is no folder {}", folder.display());
    }
    if let Some(folder) = &args.save {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let (args, extract) = (Arc::new(args.clone()), Arc::new(extract));
    let side_by_side = std::thread::available_parallelism().map_or(1, usize::from);
    let mut working = stream::iter(cases)
        .map(|case| {
            let name = case.name.clone();
            let work = tokio::spawn(one(Arc::clone(&args), Arc::clone(&extract), case));
            async move { work.await.with_context(|| format!("{name}: the work on it ended early"))? }
        })
        .buffered(side_by_side);
    let mut scored = Vec::new();
    while let Some(document) = working.next().await {
        scored.push(document?);
    }
    Ok(scored)
}

/// One document: its prediction, and the score of it.
async fn one<E, F>(args: Arc<EvalArgs>, extract: Arc<E>, case: Case) -> anyhow::Result<Scored>
where
    E: Fn(Question) -> F + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<Prediction>> + Send + 'static,
{
    let gold = case.gold()?;
    let schema = case.schema();
    let predicted = match &args.predictions {
        Some(folder) => cases::prediction(folder, &case.name),
        None => ask(&case, schema.as_ref(), extract.as_ref()).await,
    };
    let (prediction, missing) = match predicted {
        Ok(prediction) => (prediction, None),
        Err(error) => (Prediction { data: json!({}), ..Prediction::default() }, Some(format!("{error:#}"))),
    };
    if let Some(folder) = args.save.as_deref().filter(|_| missing.is_none()) {
        save(folder, &case.name, &prediction.data)?;
    }
    let (kind, rules) = case.kind_and_rules();
    let score = score_document(&gold, &prediction.data, schema.as_ref(), rules);
    let bytes = if args.html.is_some() { case.document().unwrap_or_default() } else { vec![] };
    let Prediction { data, attributions } = prediction;
    Ok(Scored { name: case.name, kind, score, attributions, data, bytes, missing })
}

async fn ask<E, F>(case: &Case, schema: Option<&Value>, extract: &E) -> anyhow::Result<Prediction>
where
    E: Fn(Question) -> F,
    F: Future<Output = anyhow::Result<Prediction>>,
{
    let schema = schema.context("schema.json is missing or no JSON")?.clone();
    let bytes = case.document()?;
    extract(Question { bytes, schema }).await
}

fn save(folder: &Path, name: &str, data: &Value) -> anyhow::Result<()> {
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, serde_json::to_string_pretty(data)?)
        .with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests;
