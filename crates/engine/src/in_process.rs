//! Runs the steps for one document in this process, from the bytes to the result.
//!
//! Nothing here survives the process: what is lost on a crash is asked again. Holds the only loop that asks a model
//! again. Called by the CLI.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt as _};
use serde_json::Value;
use sluice_document::{PageSelection, Reader};
use sluice_extract::attribution::{AttributionMap, Index};
use sluice_extract::code::{Finding, FindingKind};
use sluice_extract::page::Document;
use sluice_extract::plan::{Plan, PlannedSubtree};
use sluice_extract::retry::RetryRule;
use sluice_extract::schema::SplitOptions;
use sluice_extract::schema::{Schema, Subtree};
use sluice_model::{Model, ModelError, Question, Settings, Usage};
use tokio::sync::Semaphore;

use crate::StepError;
use crate::steps::assemble::assemble;
use crate::steps::extract_subtree::{Checking, SubtreeResult, extract_subtree};
use crate::steps::plan::plan;
use crate::steps::read_document::read_document;

/// What is to be done with every document of a run.
#[derive(Clone)]
pub struct Order {
    /// What is asked.
    pub schema: Arc<Schema>,
    /// Who is asked.
    pub model: Arc<dyn Model>,
    /// How it is asked.
    pub settings: Settings,
    /// How the schema is cut.
    pub split: SplitOptions,
    /// When it is asked again.
    pub retry: RetryRule,
    /// Questions of one document that are open at the same time, at least 1.
    pub questions_max: usize,
    /// The pages that are read.
    pub pages: PageSelection,
}

/// What was found in one document.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// The document as it was read.
    pub document: Arc<Document>,
    /// What was asked, of which pages.
    pub plan: Plan,
    /// The data, valid against the schema unless `valid` says otherwise.
    pub result: Value,
    /// The proof of each value, by JSON pointer into the result.
    pub attributions: AttributionMap,
    /// What is to be doubted: from reading, asking and checking.
    pub findings: Vec<Finding>,
    /// The result satisfies the schema as the user wrote it.
    pub valid: bool,
    /// Subtrees without an answer.
    pub failed: Vec<FailedSubtree>,
    /// What the answers took.
    pub usage: Usage,
    /// Wall time from the bytes to the result.
    pub duration: Duration,
}

/// A subtree that got no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedSubtree {
    /// Which one.
    pub subtree: Subtree,
    /// Attempts that were made.
    pub attempts: u32,
    /// Why the last one failed.
    pub error: StepError,
}

/// What a watcher hears while a document is worked on.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The pages are there.
    DocumentRead {
        /// Pages that were read.
        pages: usize,
    },
    /// It is known what will be asked.
    Planned {
        /// How many questions.
        subtrees: usize,
    },
    /// One more subtree has its answer.
    SubtreeFinished,
    /// An attempt failed and will be repeated.
    SubtreeRetrying {
        /// Why it failed.
        error: StepError,
        /// When it is repeated.
        wait_ms: u64,
    },
    /// One more subtree will have no answer.
    SubtreeFailed,
}

/// Hears of progress. Must not block.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Sync);

/// Reads, plans, asks and assembles.
///
/// # Errors
/// The document cannot be read, or not one subtree got an answer. A part that is missing is no error: it is in
/// `failed` and among the findings.
pub async fn run(
    order: &Order,
    reader: Arc<Reader>,
    bytes: Arc<[u8]>,
    watch: Watch<'_>,
) -> Result<Extraction, StepError> {
    let begun = Instant::now();
    let reading = read_document(reader, bytes, order.pages.clone()).await?;
    let document = Arc::new(reading.document);
    watch(Progress::DocumentRead { pages: document.pages.len() });
    let plan = plan(&order.schema, &document, &order.split, order.model.card());
    watch(Progress::Planned { subtrees: plan.subtrees.len() });

    let (answered, failed) = ask_all(order, &document, &plan, watch).await;
    if let (true, Some(first)) = (answered.is_empty(), failed.first()) {
        return Err(first.error.clone());
    }
    let mut usage = Usage::default();
    answered.iter().for_each(|(_, result)| usage += result.usage);
    let unanswered: Vec<&Subtree> = failed.iter().map(|part| &part.subtree).collect();
    let assembled = assemble(&order.schema, &answered, &unanswered, Checking::On);
    let mut findings = reading.findings;
    findings.extend(failed.iter().map(finding_of));
    findings.extend(answered.iter().flat_map(|(_, part)| part.findings.clone()));
    findings.extend(assembled.findings);
    Ok(Extraction {
        document,
        plan,
        result: assembled.result,
        attributions: assembled.attributions,
        findings,
        valid: assembled.valid,
        failed,
        usage,
        duration: begun.elapsed(),
    })
}

type Answered = Vec<(Subtree, SubtreeResult)>;

/// Asks every subtree, some at a time; answers come back in the order of the plan.
async fn ask_all(
    order: &Order,
    document: &Arc<Document>,
    plan: &Plan,
    watch: Watch<'_>,
) -> (Answered, Vec<FailedSubtree>) {
    let index = Arc::new(Index::new(document));
    let open = Semaphore::new(order.questions_max.max(1));
    let mut asking: FuturesUnordered<_> = plan
        .subtrees
        .iter()
        .enumerate()
        .map(|(place, planned)| {
            let (index, open) = (&index, &open);
            async move {
                // The semaphore is never closed, so a permit always comes.
                let _permit = open.acquire().await;
                (place, ask_one(order, document, planned, index, watch).await)
            }
        })
        .collect();
    let mut outcomes = Vec::with_capacity(plan.subtrees.len());
    while let Some(outcome) = asking.next().await {
        watch(if outcome.1.is_ok() { Progress::SubtreeFinished } else { Progress::SubtreeFailed });
        outcomes.push(outcome);
    }
    outcomes.sort_by_key(|(place, _)| *place);

    let (mut answered, mut failed) = (Vec::new(), Vec::new());
    for (place, outcome) in outcomes {
        let subtree = plan.subtrees[place].subtree.clone();
        match outcome {
            Ok(result) => answered.push((subtree, result)),
            Err((attempts, error)) => failed.push(FailedSubtree { subtree, attempts, error }),
        }
    }
    (answered, failed)
}

async fn ask_one(
    order: &Order,
    document: &Arc<Document>,
    planned: &PlannedSubtree,
    index: &Arc<Index>,
    watch: Watch<'_>,
) -> Result<SubtreeResult, (u32, StepError)> {
    let mut question = Question {
        document: Arc::clone(document),
        schema: Arc::clone(&order.schema),
        subtree: planned.subtree.clone(),
        pages: planned.pages.clone(),
        settings: order.settings.clone(),
        attempt: 1,
    };
    loop {
        let error = match extract_subtree(order.model.as_ref(), &Arc::new(question.clone()), index, Checking::On).await
        {
            Ok(result) => return Ok(result),
            Err(unanswered) => unanswered.error,
        };
        let Some(wait_ms) = wait_before_next(order, &question, &error) else {
            return Err((question.attempt, error.into()));
        };
        watch(Progress::SubtreeRetrying { error: error.into(), wait_ms });
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        question.attempt += 1;
    }
}

fn wait_before_next(order: &Order, question: &Question, error: &ModelError) -> Option<u64> {
    let jitter = jitter_of(question);
    order.retry.wait_ms(question.attempt, error.code, error.retry_after_ms, jitter)
}

/// A share of the wait that differs between documents and subtrees, and is the same when the run is repeated.
fn jitter_of(question: &Question) -> f64 {
    let name = format!("{} {} {}", question.document.hash, question.subtree.id, question.attempt);
    let hash = sluice_extract::page::ContentHash::of(name.as_bytes());
    let byte = u8::from_str_radix(hash.as_str().get(..2).unwrap_or("80"), 16).unwrap_or(128);
    0.5 + f64::from(byte) / 510.0
}

fn finding_of(failed: &FailedSubtree) -> Finding {
    let error = &failed.error;
    let attempts = if failed.attempts == 1 { "1 attempt".to_owned() } else { format!("{} attempts", failed.attempts) };
    let told = format!("no answer after {attempts} ({}): {}", error.code, error.message);
    Finding::new(FindingKind::SubtreeFailed, told).at(failed.subtree.path.clone())
}
