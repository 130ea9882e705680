//! The steps of a job, run on what its order says; each gives the event that records it.
//!
//! Never appends and never repeats: `work` does. Called by `work`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::event::{AskedSubtree, Event, Failure, PlannedQuestion, Spent, WholeStep};
use sluice_extract::job::{FailedAttempt, JobState, Phase, SubtreeQuestion, SubtreeState};
use sluice_extract::limits::MODEL_TURNS_MAX;
use sluice_extract::page::ContentHash;
use sluice_extract::rows::RowsTaken;
use sluice_extract::schema::Subtree;
use sluice_model::{Answer, Model as _, ModelCard, ModelError, Question};
use sluice_store::Remember;
use tokio::sync::OwnedMutexGuard;

use super::asker::Asker;
use super::library::on_a_thread;
use super::order::{Asked, Order};
use super::patience::patiently;
use super::remembered::{PROMPT_VERSION, RememberedAnswer, Remembering, to_remember};
use super::trace::told;
use crate::StepError;
use crate::steps::assemble::assemble;
use crate::steps::extract_rows::{List, TurnResult, rows_per_turn, taken};
use crate::steps::extract_subtree::{Checking, SubtreeResult, checked, mended, mending};
use crate::steps::plan::plan;

/// Nobody waits longer for what a vendor takes back.
const RELEASE_MAX: Duration = Duration::from_secs(5);

/// What came of a step.
pub(crate) enum Outcome {
    /// This happened.
    Event(Event),
    /// A subtree has its answer.
    Answered(Event, Kept),
    /// An attempt failed; the rules say what follows.
    Failed(FailedAttempt),
}

/// What goes with an answer.
pub(crate) struct Kept {
    /// To be kept with it.
    pub(crate) remember: Option<Remember>,
    /// Nobody else asks the same before this is dropped, which is to be when the answer is recorded.
    pub(crate) alone: Option<OwnedMutexGuard<()>>,
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        Self { code: error.code, message: error.message }
    }
}

/// Runs a step that is not about one subtree.
pub(crate) async fn whole(step: WholeStep, order: Arc<Order>, state: Arc<JobState>) -> Outcome {
    let event = match step {
        WholeStep::Start => start(&order).await,
        WholeStep::ReadDocument => read(&order).await,
        WholeStep::Plan => plan_questions(&order).await,
        // Before the end is told: who waits for it may end this process.
        WholeStep::Assemble => tokio::join!(assemble_result(&order, &state), release(&order, &state)).0,
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

/// Asks one question, or remembers its answer; of a long list one turn.
pub(crate) async fn subtree(order: Arc<Order>, state: SubtreeState, attempt: u32) -> Outcome {
    let mut spent = Spent::default();
    let subtree = state.id.clone();
    told(match ask(&order, &state, attempt, &mut spent).await {
        Ok(Came::Rows(TurnResult { taken, done })) => {
            let RowsTaken { rows: items_new, places, pages_covered, repeated: _ } = taken;
            let turn = state.rows.turns + 1;
            Outcome::Event(Event::RowsArrived { subtree, turn, items_new, places, pages_covered, done, spent })
        }
        Ok(Came::Whole(result, kept, remembered)) => {
            let SubtreeResult { value, attributions, findings } = result;
            let event = Event::SubtreeFinished { subtree, attempt, value, attributions, findings, remembered, spent };
            Outcome::Answered(event, kept)
        }
        Err((error, retry_after_ms)) => {
            Outcome::Failed(FailedAttempt { subtree, attempt, failure: error.into(), retry_after_ms, spent })
        }
    })
}

/// What came of asking.
enum Came {
    /// Some entries of a long list.
    Rows(TurnResult),
    /// The answer, and whether nobody was asked.
    Whole(SubtreeResult, Kept, bool),
}

type Failed = (StepError, Option<u64>);

fn at_once(error: StepError) -> Failed {
    (error, None)
}

fn of_model(error: ModelError) -> Failed {
    let retry_after_ms = error.retry_after_ms;
    (error.into(), retry_after_ms)
}

async fn ask(order: &Order, state: &SubtreeState, attempt: u32, spent: &mut Spent) -> Result<Came, Failed> {
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
        return Ok(Came::Whole(result, Kept { remember: None, alone }, true));
    }
    let volume = order.document().await.map_err(at_once)?;
    let index = volume.index().await.map_err(at_once)?;
    let question = Arc::new(Question {
        document: Arc::clone(&volume.document),
        schema: Arc::clone(&asked.schema),
        subtree: subtree.clone(),
        pages: state.page_numbers().collect(),
        rows: None,
        keep_for: keep_for(order, &asked).map_err(at_once)?,
        amiss: Vec::new(),
        // Put in where it is asked.
        shown: Vec::new(),
        settings: order.model_settings().map_err(at_once)?,
        attempt,
    });
    let checking = order.checking().map_err(at_once)?;
    let mut asker = Asker { order, model: model.as_ref(), spent };
    let is_wanted = order.config().map_err(at_once)?.enable_agentic_array_extraction;
    let rows_max = rows_per_turn(model.card(), subtree, &question.document, &question.pages, is_wanted);
    let second = || second_answer(order, model.card(), &question);
    let (answer, second, is_all) = match rows_max {
        Some(rows_max) => {
            let list = List { question: Arc::clone(&question), rows_max, taken: Arc::new(state.rows.clone()) };
            match ask_rows(&mut asker, list).await? {
                Turned::Rows(came) => return Ok(Came::Rows(came)),
                Turned::All(answer, is_all) => (answer, second().await, is_all),
            }
        }
        None => {
            let (answer, second) = tokio::join!(ask_whole(&mut asker, &question, checking), second());
            (answer?, second, true)
        }
    };
    let answers = (answer, second);
    let result = checked(&question, &index, answers, checking).await.map_err(of_model)?;
    let remember = (remembers && is_all).then(|| to_remember(name, &result)).flatten();
    Ok(Came::Whole(result, Kept { remember, alone }, false))
}

/// What the reader of layout says to the same question: free, in milliseconds, and without the vendor's habits.
async fn second_answer(order: &Order, card: &ModelCard, question: &Question) -> Option<Answer> {
    if !card.mends {
        return None;
    }
    order.desk.second.ask(question).await.ok()
}

/// The name under which the document is kept for a job that asks more than one question about it.
fn keep_for(order: &Order, asked: &Asked) -> Result<Option<String>, StepError> {
    let is_wanted = order.config()?.use_explicit_context_cache && asked.subtrees.len() > 1;
    Ok(is_wanted.then(|| order.job.id.to_string()))
}

/// Gives back what models keep for a job that asks no more. What fails here, or takes long, ends by itself later.
pub(crate) async fn release(order: &Order, state: &JobState) {
    if !order.config().is_ok_and(|config| config.use_explicit_context_cache) {
        return;
    }
    for name in state.usage.keys() {
        let Ok(model) = order.desk.parts.models.get(name) else { continue };
        let job = order.job.id.to_string();
        let released = tokio::time::timeout(RELEASE_MAX, model.release(&job)).await;
        if !matches!(released, Ok(Ok(()))) {
            tracing::warn!(%job, model = %name, "what a model keeps for a job was not given back");
        }
    }
}

/// Has it parts of which some may lack?
fn holds_parts(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(entries) => entries.values().any(|value| value.is_array() || value.is_object()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// What came of a turn.
enum Turned {
    /// Some entries.
    Rows(TurnResult),
    /// All there are, or all there will be; whether it is the whole list.
    All(Answer, bool),
}

async fn ask_rows(asker: &mut Asker<'_>, list: List) -> Result<Turned, Failed> {
    let looked = list.clone();
    let Some(turn) = on_a_thread(move || looked.next()).await.map_err(at_once)? else {
        return Ok(Turned::All(list.whole(None), true));
    };
    match asker.ask(&list.question_of(&turn)).await {
        Ok(answer) => taken(&list, turn, answer).await.map(Turned::Rows).map_err(of_model),
        // What is there was paid for.
        Err(error) if error.code == Code::BudgetSpent && !list.taken.items.is_empty() => {
            Ok(Turned::All(list.whole(Some(&error.message)), false))
        }
        Err(error) => Err(of_model(error)),
    }
}

/// The answer, with what was amiss in it asked again: once for what is not valid, and for as long as it brings more where
/// the answer was cut off.
async fn ask_whole(asker: &mut Asker<'_>, question: &Question, checking: Checking) -> Result<Answer, Failed> {
    let mut answer = asker.ask(question).await.map_err(of_model)?;
    let was_cut_once = answer.is_cut;
    // What is not valid is asked again once, however often the rest of a cut answer is asked for.
    let mut asked = BTreeSet::new();
    for _ in 0..MODEL_TURNS_MAX {
        let is_needed = asker.model.card().mends && (checking == Checking::On || answer.is_cut);
        let Some(again) = is_needed.then(|| mending(question, &answer, &asked)).flatten() else { break };
        asked.extend(again.amiss.iter().map(|amiss| amiss.pointer.clone()));
        // What there is, is worth more than a failure.
        let Ok(back) = asker.ask(&again).await else { break };
        let is_better = mended(question, &mut answer, &again.amiss, &back) > 0;
        forget(&mut answer, &question.subtree.path, &again);
        let was_cut = std::mem::replace(&mut answer.is_cut, back.is_cut);
        if !is_better || !was_cut {
            break;
        }
        // What is still missing was cut off again; the rest of the cut answer is asked until nothing is missing.
        answer.is_cut = true;
    }
    // Which entries a list lacks, or an object inside, cannot be seen.
    let lacks = |answer: &Answer| holds_parts(&answer.value) || mending(question, answer, &BTreeSet::new()).is_some();
    if was_cut_once && lacks(&answer) {
        let told = "the answer was cut off at the model's limit; ask for less at once with --max-leaves-per-subtree";
        answer.findings.push(Finding::new(FindingKind::ModelLimited, told).at(&question.subtree.path));
    }
    Ok(answer)
}

/// How probable values were that have others in their place now.
fn forget(answer: &mut Answer, path: &str, again: &Question) {
    let is_amiss = |pointer: &str| {
        again.amiss.iter().any(|amiss| {
            let rest = pointer.strip_prefix(path).and_then(|below| below.strip_prefix(amiss.pointer.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    answer.probabilities.retain(|pointer, _| !is_amiss(pointer));
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
        reader_version: &order.desk.parts.reader.version(),
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
    Ok(answer.map(|RememberedAnswer { value, attributions, findings }| SubtreeResult { value, attributions, findings }))
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
pub(crate) fn answered(asked: &Asked, state: &JobState) -> Vec<(Subtree, SubtreeResult)> {
    let finished = |subtree: &Subtree| match &state.subtree(&subtree.id)?.phase {
        Phase::Finished(finished) => Some(SubtreeResult {
            value: finished.value.clone(),
            attributions: finished.attributions.clone(),
            findings: finished.findings.clone(),
        }),
        Phase::Open | Phase::Waiting { .. } | Phase::Failed(_) => None,
    };
    asked.subtrees.iter().filter_map(|subtree| Some((subtree.clone(), finished(subtree)?))).collect()
}

/// The parts that will have none.
pub(crate) fn unanswered<'a>(asked: &'a Asked, state: &JobState) -> Vec<&'a Subtree> {
    let failed =
        |subtree: &&Subtree| state.subtree(&subtree.id).is_some_and(|found| matches!(found.phase, Phase::Failed(_)));
    asked.subtrees.iter().filter(failed).collect()
}
