//! Step `ExtractSubtree`: an answer held against the schema, what is amiss asked again once, every value located in the
//! document.
//!
//! Never waits and never tries again: that is for whoever runs the step. Called by `embedded`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sluice_extract::attribution::{AttributionMap, Beside, EvidenceMap, Index, attribute_part, weigh};
use sluice_extract::code::{Code, Finding};
use sluice_extract::mend;
use sluice_extract::schema::Subtree;
use sluice_extract::verify::Validator;
use sluice_model::{Amiss, Answer, ModelError, Question};

/// A subtree that was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct SubtreeResult {
    /// The value for the subtree's path, without what the schema does not allow.
    pub value: Value,
    /// The proof of each value in it, by JSON pointer into the whole result.
    pub attributions: AttributionMap,
    /// What was taken out or is missing, by JSON pointer into the whole result.
    pub findings: Vec<Finding>,
}

/// Is an answer held against the schema?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checking {
    /// What the schema does not allow is taken out and told.
    On,
    /// It stays as the model said it.
    Off,
}

/// Checks an answer and proves what is left; `second` is what another reader says, for how sure one can be.
///
/// # Errors
/// `answer_invalid` where the answer has another shape than the question.
pub async fn checked(
    question: &Arc<Question>,
    index: &Arc<Index>,
    (answer, second): (Answer, Option<Answer>),
    checking: Checking,
) -> Result<SubtreeResult, ModelError> {
    let (question, index) = (Arc::clone(question), Arc::clone(index));
    let proven = tokio::task::spawn_blocking(move || prove(&question, &index, (answer, second), checking)).await;
    proven.unwrap_or_else(|_| Err(internal("the answer could not be checked; please report it".to_owned())))
}

/// The question for what is amiss in an answer, without the values that were asked again before; `None` where nothing is.
#[must_use]
pub fn mending(question: &Question, answer: &Answer, asked: &BTreeSet<String>) -> Option<Question> {
    let mut amiss = mend::amiss(&question.subtree, &answer.value, answer.is_cut);
    amiss.retain(|amiss| amiss.said.is_none() || !asked.contains(&amiss.pointer));
    let subtree = mend::question(&question.subtree, &amiss);
    (!amiss.is_empty()).then(|| Question { subtree, amiss, ..question.clone() })
}

/// Takes in what came back; gives how many values are better now.
pub fn mended(question: &Question, answer: &mut Answer, amiss: &[Amiss], again: &Answer) -> usize {
    let back = (&again.value, &again.evidence);
    mend::mended(&question.subtree, &mut answer.value, &mut answer.evidence, amiss, back)
}

/// Milliseconds of work for a long answer: not for a thread that others wait for.
fn prove(
    question: &Question,
    index: &Index,
    (answer, second): (Answer, Option<Answer>),
    checking: Checking,
) -> Result<SubtreeResult, ModelError> {
    let subtree = &question.subtree;
    check_shape(question, &answer.value)?;
    let mut evidence = without_prefix(answer.evidence, &subtree.path);
    // Null for a whole subtree is "nothing there"; what that means to the schema shows when the whole is assembled.
    let (value, findings) = match answer.value {
        Value::Null => (Value::Null, Vec::new()),
        value if checking == Checking::Off => (value, Vec::new()),
        value => validator_of(subtree)?.settle(value, &mut evidence),
    };
    let evidence = evidence.into_iter().map(|(pointer, hint)| (format!("{}{pointer}", subtree.path), hint)).collect();
    // Invariant: boxes, quotes and `match` come from the words of the page, whatever the model says.
    let mut attributions = attribute_part(index, &subtree.path, &value, &question.schema, &evidence);
    let second = second.map(|second| (second.value, second.evidence));
    let beside = Beside { second, probabilities: answer.probabilities };
    weigh(&mut attributions, &subtree.path, &value, &beside);
    let findings = findings.into_iter().map(|finding| below(finding, &subtree.path));
    let findings = answer.findings.into_iter().chain(findings).collect();
    Ok(SubtreeResult { value, attributions, findings })
}

fn validator_of(subtree: &Subtree) -> Result<Validator, ModelError> {
    Validator::of_subtree(subtree)
        .map_err(|problem| internal(format!("subtree {} cannot be checked: {problem}; please report it", subtree.id)))
}

fn internal(message: String) -> ModelError {
    ModelError::new(Code::Internal, message)
}

/// An object where an object was asked for. What is inside is settled value by value.
fn check_shape(question: &Question, value: &Value) -> Result<(), ModelError> {
    let wants_object = question.subtree.path.is_empty();
    if value.is_null() || !wants_object || value.is_object() {
        return Ok(());
    }
    let message = format!("the answer to subtree {} is no object", question.subtree.id);
    Err(ModelError::new(Code::AnswerInvalid, message))
}

/// Evidence for places outside the subtree is nobody's.
fn without_prefix(evidence: EvidenceMap, prefix: &str) -> EvidenceMap {
    let inside = |(pointer, hint): (String, _)| Some((pointer.strip_prefix(prefix)?.to_owned(), hint));
    evidence.into_iter().filter_map(inside).collect()
}

fn below(mut finding: Finding, prefix: &str) -> Finding {
    finding.pointer = finding.pointer.map(|pointer| format!("{prefix}{pointer}"));
    finding
}
