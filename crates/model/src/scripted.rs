//! The scripted model: its answers, delays and failures come from a file.
//!
//! It ships: demonstrations, tests and benches need no key and no network. It never looks at the document. Its script
//! is JSON:
//!
//! ```json
//! { "result": { "number": "A-1", "lines": [] },
//!   "ledger": "/tmp/calls.txt",
//!   "rules": [ { "path": "/lines", "delay_ms": 200,
//!                "failures": [ { "code": "model_unavailable", "message": "busy", "retry_after_ms": 50 } ],
//!                "value": [ { "text": "one" } ] } ] }
//! ```
//!
//! `result` is the whole result, of which a subtree gets its part. A rule is for the subtrees at its `path` (all, where
//! it has none): it waits, fails as often as it has failures (the n-th attempt gets the n-th failure), and then answers
//! with its own `value` or the part of `result`. The first rule that fits is taken. Every call appends the line
//! `unix-ms seed attempt subtree-id path` (seed `-` for none) to `ledger`, so that a test can count from outside. `price`
//! is what a call and its `usage` cost (`{"usd_per_call": 0.01}`); nothing where it is not said. `limits` is how often it
//! may be asked (`{"requests_per_minute": 60}`). With `rows_per_answer_max` it says a list in parts of so many entries.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use sluice_extract::code::Code;
use sluice_extract::merge::part_of;
use sluice_extract::page::ContentHash;
use sluice_extract::schema::Subtree;

use crate::{Answer, Model, ModelCard, ModelError, PaceLimits, Price, Question, RowsTurn, Sight, Usage};

/// A model that reads from a script.
#[derive(Debug)]
pub struct Scripted {
    card: ModelCard,
    script: Script,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    #[serde(default)]
    result: Value,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    ledger: Option<PathBuf>,
    #[serde(default)]
    price: Price,
    #[serde(default)]
    limits: PaceLimits,
    #[serde(default)]
    rows_per_answer_max: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    failures: Vec<Failure>,
    #[serde(default)]
    value: Option<Value>,
    #[serde(default)]
    usage: Usage,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    code: Code,
    message: String,
    #[serde(default)]
    retry_after_ms: Option<u64>,
}

impl Scripted {
    /// Reads a script; the model's name is `scripted:` and the path.
    ///
    /// # Errors
    /// The file cannot be read, or is no script: the message says where.
    pub fn from_file(path: &Path) -> Result<Self, ModelError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| failure(Code::ModelUnknown, format!("the script {shown} cannot be read: {error}")))?;
        Self::from_text(&text, &format!("scripted:{shown}"))
            .map_err(|error| failure(Code::ModelUnknown, format!("{shown} is no script: {error}")))
    }

    /// The same from text, under a name.
    ///
    /// # Errors
    /// The text is no script; the error has line and column.
    pub fn from_text(text: &str, name: &str) -> Result<Self, serde_json::Error> {
        let script: Script = serde_json::from_str(text)?;
        let card = ModelCard {
            name: name.to_owned(),
            vendor: "scripted".to_owned(),
            summary: "answers, delays and failures from a file; for tests and demonstrations".to_owned(),
            // Another script answers otherwise: what was kept of this one is not its answer.
            version: ContentHash::of(text.as_bytes()).to_string(),
            reads_words: true,
            leaves_per_subtree_max: None,
            words_per_question_max: None,
            rows_per_answer_max: script.rows_per_answer_max,
            mends: false,
            price: Some(script.price),
            thinks: false,
            sight: Sight::default(),
            limits: script.limits,
            answer_ms_typical: 200,
        };
        Ok(Self { card, script })
    }

    fn rule_for(&self, subtree: &Subtree) -> Option<&Rule> {
        let fits = |rule: &&Rule| rule.path.as_ref().is_none_or(|path| *path == subtree.path);
        self.script.rules.iter().find(fits)
    }

    fn write_ledger(&self, question: &Question) -> Result<(), ModelError> {
        let Some(path) = &self.script.ledger else { return Ok(()) };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let seed = question.settings.seed.map_or_else(|| "-".to_owned(), |seed| seed.to_string());
        let Question { attempt, subtree, .. } = question;
        let line = format!("{since} {seed} {attempt} {} {}\n", subtree.id, subtree.path);
        let opened = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|error| failure(Code::Internal, format!("the ledger {}: {error}", path.display())))
    }
}

#[async_trait]
impl Model for Scripted {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn ask(&self, question: &Question) -> Result<Answer, ModelError> {
        self.write_ledger(question)?;
        let rule = self.rule_for(&question.subtree);
        if let Some(rule) = rule {
            tokio::time::sleep(Duration::from_millis(rule.delay_ms)).await;
            let nth = question.attempt.saturating_sub(1) as usize;
            if let Some(scripted) = rule.failures.get(nth) {
                let refused = ModelError::new(scripted.code, scripted.message.clone());
                return Err(ModelError { retry_after_ms: scripted.retry_after_ms, ..refused });
            }
        }
        let own = rule.and_then(|rule| rule.value.clone());
        let value = own.or_else(|| part_of(&self.script.result, &question.subtree)).unwrap_or(Value::Null);
        let (value, is_cut) = match &question.rows {
            Some(turn) => part_of_list(value, turn),
            None => (value, false),
        };
        let mut usage = rule.map(|rule| rule.usage).unwrap_or_default();
        usage.calls = usage.calls.max(1);
        Ok(Answer { value, usage, is_cut, ..Answer::default() })
    }
}

/// The entries after those that were given, and whether there are more.
fn part_of_list(value: Value, turn: &RowsTurn) -> (Value, bool) {
    let Value::Array(rows) = value else { return (value, false) };
    let left = rows.len().saturating_sub(turn.given);
    (rows.into_iter().skip(turn.given).take(turn.rows_max).collect(), left > turn.rows_max)
}

fn failure(code: Code, message: String) -> ModelError {
    ModelError::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_no_script_has_is_refused_with_its_place() {
        let error = Scripted::from_text(r#"{"rules": [{"dealy_ms": 1}]}"#, "scripted").unwrap_err().to_string();
        assert!(error.contains("dealy_ms") && error.contains("line 1"), "{error}");
    }
}
