//! From a question to an answer with a model that is told what to do: one turn, or more where a long list is cut off.
//!
//! A vendor says how one turn goes (`Turn`). A turn that fails fails the question: the engine has the only loop that
//! repeats. Called by the vendors' files.

use async_trait::async_trait;
use serde_json::Value;
use sluice_extract::attribution::EvidenceMap;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::limits::MODEL_TURNS_MAX;

use crate::prompt::{Prompt, Token};
use crate::{Answer, ModelError, Usage};

/// One exchange with a vendor.
#[async_trait]
pub(crate) trait Turn: Sync {
    /// Says the document and the question, hears the answer.
    async fn turn(&self, prompt: &Prompt, question: &str) -> Result<Said, ModelError>;
}

/// What a vendor said in one turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The text of the answer.
    pub(crate) text: String,
    /// The same in tokens, where the vendor told how probable each was.
    pub(crate) tokens: Vec<Token>,
    /// It ends where the model wanted, and not at a limit.
    pub(crate) is_whole: bool,
    /// What it took.
    pub(crate) usage: Usage,
    /// Who answered, in the words of the server.
    pub(crate) answered_by: Option<String>,
    /// How it was asked otherwise than it was to be.
    pub(crate) findings: Vec<Finding>,
}

/// Asks until the answer is whole.
pub(crate) async fn ask(vendor: &impl Turn, prompt: &Prompt) -> Result<Answer, ModelError> {
    let mut answer = Answer::default();
    for turn in 1..=MODEL_TURNS_MAX {
        let question = match (turn, &answer.value) {
            (1, _) => prompt.question.clone(),
            (_, value) => prompt.going_on(value),
        };
        let said = vendor.turn(prompt, &question).await.map_err(|error| {
            let mut usage = answer.usage;
            usage += error.usage;
            error.after(usage)
        })?;
        answer.usage += said.usage;
        answer.answered_by = said.answered_by.or(answer.answered_by);
        tell(&mut answer.findings, said.findings);
        let begun = rows(&answer.value);
        let (value, evidence, is_whole) = if said.is_whole {
            let (value, evidence) = prompt.take(&said.text, begun).map_err(|error| error.after(answer.usage))?;
            (value, evidence, true)
        } else {
            let nothing =
                ModelError::new(Code::AnswerInvalid, "the answer was cut off at the model's limit").after(answer.usage);
            match prompt.take_cut(&said.text, begun) {
                None if prompt.is_turn() => (Value::Array(Vec::new()), EvidenceMap::new(), false),
                taken => taken.ok_or(nothing)?,
            }
        };
        answer.probabilities.extend(prompt.probabilities(&said.text, &said.tokens, begun));
        let more = add(&mut answer, value, evidence);
        answer.is_cut = !is_whole;
        if is_whole || prompt.is_turn() {
            return Ok(answer);
        }
        if more == 0 {
            break;
        }
    }
    Ok(answer)
}

/// That another one answered than was asked: vendors let a newer one speak under an old name, and a server of one's own
/// may hold another one than one thinks.
pub(crate) fn other_than_asked(name: &str, asked: &str, answered_by: Option<&str>) -> Option<Finding> {
    // A date or a version behind the name, or the name of a file's folder before it, is the same model.
    let bare = |model: &str| model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let other = answered_by.filter(|answered| !bare(answered).starts_with(&bare(asked)))?;
    let told = format!("{name} answered as \"{other}\", not as \"{asked}\"");
    Some(Finding::new(FindingKind::ModelLimited, told))
}

fn rows(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

/// Puts a turn's part to what there is; gives how many rows came, 0 where there is nothing to go on with.
fn add(answer: &mut Answer, value: Value, evidence: EvidenceMap) -> usize {
    answer.evidence.extend(evidence);
    match (&mut answer.value, value) {
        (Value::Array(rows), Value::Array(more)) => {
            let count = more.len();
            rows.extend(more);
            count
        }
        (Value::Array(_), _) => 0,
        (whole, value) => {
            *whole = value;
            rows(whole)
        }
    }
}

/// The same doubt in two turns is one.
fn tell(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}
