//! The steps of a job, run on what its order says; each gives the event that records it.
//!
//! Never appends and never repeats: `work` does. Called by `work`.

use std::sync::Arc;

use bytes::Bytes;
use sluice_extract::code::Code;
use sluice_extract::estimate;
use sluice_extract::event::{AskedSubtree, Event, Failure, PlannedQuestion, Spent, WholeStep};
use sluice_extract::job::{FailedAttempt, JobState, Phase, SubtreeQuestion, SubtreeState};
use sluice_extract::page::ContentHash;
use sluice_extract::schema::Subtree;
use sluice_model::{ModelCard, ModelError, Question, Usage};
use sluice_store::Remember;
use tokio::sync::OwnedMutexGuard;

use super::library::on_a_thread;
use super::order::{Asked, Order};
use super::patience::patiently;
use super::remembered::{PROMPT_VERSION, RememberedAnswer, Remembering, to_remember};
use super::trace::told;
use crate::StepError;
use crate::steps::assemble::assemble;
use crate::steps::extract_subtree::{Checking, SubtreeResult, Unanswered, extract_subtree};
use crate::steps::plan::plan;

/// What came of a step.
pub(super) enum Outcome {
    /// This happened.
    Event(Event),
    /// A subtree has its answer.
    Answered(Event, Kept),
    /// An attempt failed; the rules say what follows.
    Failed(FailedAttempt),
}

/// What goes with an answer.
pub(super) struct Kept {
    /// To be kept with it.
    pub(super) remember: Option<Remember>,
    /// Nobody else asks the same before this is dropped, which is to be when the answer is recorded.
    pub(super) alone: Option<OwnedMutexGuard<()>>,
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// Runs a step that is not about one subtree.
pub(super) async fn whole(step: WholeStep, order: Arc<Order>, state: Arc<JobState>) -> Outcome {
    let event = match step {
        WholeStep::Start => start(&order).await,
        WholeStep::ReadDocument => read(&order).await,
        WholeStep::Plan => plan_questions(&order).await,
        WholeStep::Assemble => assemble_result(&order, &state).await,
    };
    told(Outcome::Event(event.unwrap_or_else(|error| Event::StepFailed { step, failure: error.into() })))
}

async fn start(order: &Order) -> Result<Event, StepError> {
    let asked = order.asked().await?;
    let announced = asked.subtrees.iter().map(|subtree| AskedSubtree {
        id: subtree.id.clone(),
        path: subtree.path.clone(),
        leaves: u32::try_from(subtree.leaves).unwrap_or(u32::MAX),
    });
    Ok(Event::JobStarted { subtrees: announced.collect() })
}

async fn read(order: &Order) -> Result<Event, StepError> {
    let volume = order.document().await?;
    let pages_read = u32::try_from(volume.document.pages.len()).unwrap_or(u32::MAX);
    Ok(Event::DocumentRead { page_count: volume.document.page_count, pages_read, findings: volume.findings.clone() })
}

async fn plan_questions(order: &Order) -> Result<Event, StepError> {
    let (asked, volume) = (order.asked().await?, order.document().await?);
    let options = order.config()?.split_options();
    let planned = on_a_thread(move || {
        let plan = plan(&asked.schema, &volume.document, &options, asked.model.card());
        plan.subtrees.iter().map(|planned| PlannedQuestion::new(&planned.subtree.id, &planned.pages)).collect()
    });
    Ok(Event::Planned { questions: planned.await? })
}

/// Asks one question, or remembers its answer.
pub(super) async fn subtree(order: Arc<Order>, state: SubtreeState, attempt: u32) -> Outcome {
    let mut spent = Spent::default();
    let subtree = state.id.clone();
    told(match ask(&order, &state, attempt, &mut spent).await {
        Ok((result, kept, remembered)) => {
            let SubtreeResult { value, attributions, findings, .. } = result;
            let event = Event::SubtreeFinished { subtree, attempt, value, attributions, findings, remembered, spent };
            Outcome::Answered(event, kept)
        }
        Err((error, retry_after_ms)) => {
            Outcome::Failed(FailedAttempt { subtree, attempt, failure: error.into(), retry_after_ms, spent })
        }
    })
}

type Asking = Result<(SubtreeResult, Kept, bool), (StepError, Option<u64>)>;

async fn ask(order: &Order, state: &SubtreeState, attempt: u32, spent: &mut Spent) -> Asking {
    let at_once = |error: StepError| (error, None);
    let asked = order.asked().await.map_err(at_once)?;
    let subtree = part(&asked, &state.id).map_err(at_once)?;
    let model = order.model_of(state).await.map_err(at_once)?;
    let name = question_name(order, model.card(), subtree, state).map_err(at_once)?;
    let remembers = order.desk.options.remembering == Remembering::On;
    let alone = match remembers {
        true => Some(order.desk.being_asked.alone(&order.job.tenant, &name).await),
        false => None,
    };
    if remembers && let Some(result) = remember(order, &name).await.map_err(at_once)? {
        return Ok((result, Kept { remember: None, alone }, true));
    }
    let volume = order.document().await.map_err(at_once)?;
    let index = volume.index().await.map_err(at_once)?;
    let question = Arc::new(Question {
        document: Arc::clone(&volume.document),
        schema: Arc::clone(&asked.schema),
        subtree: subtree.clone(),
        pages: state.page_numbers().collect(),
        settings: order.model_settings().map_err(at_once)?,
        attempt,
    });
    let checking = order.checking().map_err(at_once)?;
    let estimate = estimate::of_question(&question.document, &question.pages, subtree);
    let desk = &order.desk;
    let not_now = |error: ModelError| (error.clone().into(), error.retry_after_ms);
    let asking = desk.paces.come(model.card(), estimate, &order.turn, &desk.parts.clock).await.map_err(not_now)?;
    let answered = extract_subtree(model.as_ref(), &question, &index, checking).await;
    let usage = answered.as_ref().map_or_else(|unanswered| unanswered.usage, |result| result.usage);
    asking.ended(answered.as_ref().err().map(|unanswered| &unanswered.error), &usage);
    let answered_by = answered.as_ref().ok().and_then(|result| result.answered_by.clone());
    *spent = Spent { answered_by, ..spent_on(model.card(), usage) };
    let result = answered.map_err(|Unanswered { error, .. }| (error.clone().into(), error.retry_after_ms))?;
    let remember = remembers.then(|| to_remember(name, &result)).flatten();
    Ok((result, Kept { remember, alone }, false))
}

fn spent_on(card: &ModelCard, usage: Usage) -> Spent {
    let cost_usd = card.price.and_then(|price| price.of(&usage));
    Spent { model: card.name.clone(), usage, cost_usd, answered_by: None }
}

fn part<'a>(asked: &'a Asked, id: &str) -> Result<&'a Subtree, StepError> {
    let found = asked.subtrees.iter().find(|subtree| subtree.id == id);
    found.ok_or_else(|| {
        let message = format!("this release cuts the schema in another way, without part {id}: start another job");
        StepError::new(Code::Internal, message)
    })
}

/// All that the answer depends on.
fn question_name(
    order: &Order,
    card: &ModelCard,
    subtree: &Subtree,
    state: &SubtreeState,
) -> Result<ContentHash, StepError> {
    let settings = serde_json::json!({
        "model": order.model_settings()?,
        "checking": order.checking()? == Checking::On,
    });
    let question = SubtreeQuestion {
        document: &order.job.document_hash,
        reader_version: sluice_document::VERSION,
        path: &subtree.path,
        schema: &subtree.schema,
        pages: &state.pages,
        model: &card.name,
        model_version: &card.version,
        settings: &settings,
        prompt_version: PROMPT_VERSION,
    };
    Ok(question.name())
}

async fn remember(order: &Order, name: &ContentHash) -> Result<Option<SubtreeResult>, StepError> {
    let store = &order.desk.parts.store;
    let kept = patiently(|| store.remembered_get(&order.job.tenant, name)).await?;
    let answer = kept.and_then(RememberedAnswer::read);
    Ok(answer.map(|RememberedAnswer { value, attributions, findings }| SubtreeResult {
        value,
        attributions,
        findings,
        usage: Usage::default(),
        answered_by: None,
    }))
}

// Invariant: the result is on the disk before the event that names it is written.
async fn assemble_result(order: &Order, state: &Arc<JobState>) -> Result<Event, StepError> {
    let (asked, checking, state) = (order.asked().await?, order.checking()?, Arc::clone(state));
    let put_together = on_a_thread(move || {
        let assembled = assemble(&asked.schema, &answered(&asked, &state), &unanswered(&asked, &state), checking);
        (serde_json::to_vec(&assembled.result), assembled.valid, assembled.findings)
    });
    let (bytes, valid, findings) = put_together.await?;
    let bytes = Bytes::from(bytes.map_err(|error| StepError::new(Code::Internal, error.to_string()))?);
    let blobs = &order.desk.parts.blobs;
    let result = patiently(|| blobs.put(bytes.clone())).await?;
    Ok(Event::JobCompleted { result, valid, findings })
}

/// The parts with an answer.
pub(super) fn answered(asked: &Asked, state: &JobState) -> Vec<(Subtree, SubtreeResult)> {
    let finished = |subtree: &Subtree| match &state.subtree(&subtree.id)?.phase {
        Phase::Finished(finished) => Some(SubtreeResult {
            value: finished.value.clone(),
            attributions: finished.attributions.clone(),
            findings: finished.findings.clone(),
            usage: Usage::default(),
            answered_by: None,
        }),
        Phase::Open | Phase::Waiting { .. } | Phase::Failed(_) => None,
    };
    asked.subtrees.iter().filter_map(|subtree| Some((subtree.clone(), finished(subtree)?))).collect()
}

/// The parts that will have none.
pub(super) fn unanswered<'a>(asked: &'a Asked, state: &JobState) -> Vec<&'a Subtree> {
    let failed =
        |subtree: &&Subtree| state.subtree(&subtree.id).is_some_and(|found| matches!(found.phase, Phase::Failed(_)));
    asked.subtrees.iter().filter(failed).collect()
}
