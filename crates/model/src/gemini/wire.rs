//! The words of Gemini's `streamGenerateContent`: what is sent, what comes back, what an error says. Called by `gemini`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sluice_extract::code::Code;

use super::known;
use crate::http::{Hearing, Refusal, Secret};
use crate::prompt::{Prompt, SYSTEM};
use crate::{ModelError, Settings, Usage};

/// Changes with what is sent.
pub(super) const VERSION: &str = "1";

/// Members of an answer whose text is the vendor's own.
pub(super) const PLAIN: &[&str] = &[
    "role",
    "finishReason",
    "modelVersion",
    "responseId",
    "status",
    "message",
    "blockReason",
    "category",
    "probability",
    "reason",
    "domain",
    "service",
    "quotaId",
    "quotaMetric",
    "retryDelay",
    "modality",
    "trafficType",
    "name",
    "model",
    "@type",
    "createTime",
    "updateTime",
    "expireTime",
    "displayName",
];

/// The body of a request.
///
/// `is_held` to the schema, or only asked in words.
///
/// `kept` is the name of what the vendor keeps of the document; nothing of it is then said again.
pub(super) fn request(
    model: &str,
    settings: &Settings,
    prompt: &Prompt,
    question: &str,
    (is_held, kept): (bool, Option<&str>),
) -> Value {
    let mut config = Map::new();
    config.insert("responseMimeType".into(), json!("application/json"));
    if is_held {
        config.insert("responseJsonSchema".into(), prompt.schema.clone());
    }
    if let Some(temperature) = settings.temperature.filter(|_| known::takes_temperature(model)) {
        config.insert("temperature".into(), json!(temperature));
    }
    if let Some(seed) = settings.seed.and_then(|seed| i32::try_from(seed).ok()) {
        config.insert("seed".into(), json!(seed));
    }
    if !settings.enable_thinking {
        config.insert("thinkingConfig".into(), known::least_thinking(model));
    }
    if let Some(kept) = kept {
        let contents = json!([{"role": "user", "parts": [{"text": question}]}]);
        return json!({"cachedContent": kept, "contents": contents, "generationConfig": config});
    }
    let mut parts = document(prompt);
    parts.push(json!({"text": question}));
    // Invariant: the document first and the question last, so that questions of one document begin alike.
    json!({
        "systemInstruction": {"parts": [{"text": SYSTEM}]},
        "contents": [{"role": "user", "parts": parts}],
        "generationConfig": config,
    })
}

/// The document: its text, and what of it is shown.
pub(super) fn document(prompt: &Prompt) -> Vec<Value> {
    let looks = prompt.looks.iter().flat_map(|look| {
        let data = json!({"mimeType": look.media_type, "data": look.base64});
        [json!({"text": look.label}), json!({"inlineData": data})]
    });
    std::iter::once(json!({"text": prompt.document})).chain(looks).collect()
}

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) content: String,
    pub(super) finish: Option<String>,
    pub(super) answered_by: Option<String>,
    /// Why the question was blocked.
    pub(super) blocked: Option<String>,
    tokens: Option<Tokens>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Part {
    candidates: Vec<Candidate>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Tokens>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Piece>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Piece {
    text: Option<String>,
    /// A summary of thinking, which is no part of the answer.
    thought: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Tokens {
    prompt_token_count: u64,
    cached_content_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
}

impl Hearing for Heard {
    /// Gemini counts cached tokens among the prompt's, and thinking apart from
    /// the answer; counts that are zero it leaves out.
    fn usage(&self) -> Usage {
        let Some(tokens) = self.tokens else { return Usage::untold() };
        // Each part has the total so far, so only the last of them says what the answer took.
        let is_over = self.finish.is_some() || self.blocked.is_some();
        Usage {
            calls: 1,
            input_tokens: Some(tokens.prompt_token_count),
            cached_tokens: Some(tokens.cached_content_token_count),
            output_tokens: is_over.then_some(tokens.candidates_token_count),
            thinking_tokens: is_over.then_some(tokens.thoughts_token_count),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        let part = part(bytes)?;
        if let Some(error) = part.error.filter(|error| !error.is_null()) {
            let told = error["message"].as_str().unwrap_or("without a reason");
            return Err(ModelError::new(Code::ModelUnavailable, format!("the model's server broke off: {told}")));
        }
        self.tokens = part.usage_metadata.or(self.tokens);
        self.answered_by = part.model_version.filter(|model| !model.is_empty()).or_else(|| self.answered_by.take());
        self.blocked = part.prompt_feedback.and_then(|feedback| feedback.block_reason).or_else(|| self.blocked.take());
        let Some(candidate) = part.candidates.into_iter().next() else { return Ok(()) };
        self.finish = candidate.finish_reason.or_else(|| self.finish.take());
        let pieces = candidate.content.unwrap_or_default().parts;
        pieces.iter().filter(|piece| !piece.thought).filter_map(|piece| piece.text.as_deref()).for_each(|text| {
            self.content.push_str(text);
        });
        Ok(())
    }
}

fn part(bytes: &[u8]) -> Result<Part, ModelError> {
    serde_json::from_slice(bytes).map_err(|_| {
        ModelError::new(Code::ModelUnavailable, "the model's server answered with something else than Gemini's words")
    })
}

/// Is it the schema that is not taken? Large ones make "too many states for serving", and are valid all the same.
pub(super) fn blames_schema(refusal: &Refusal) -> bool {
    refusal.status == 400 && refusal.words().to_lowercase().contains("schema")
}

/// Is what it kept no longer there?
pub(super) fn blames_kept(refusal: &Refusal) -> bool {
    matches!(refusal.status, 400 | 403 | 404) && refusal.words().to_lowercase().contains("cachedcontent")
}

/// A refusal in the vendor's own words.
pub(super) fn explained(refusal: Refusal, name: &str, key: &Secret) -> ModelError {
    let error = refusal.body.as_ref().map(|body| &body["error"]);
    let told = error.and_then(|error| error["message"].as_str()).map(str::to_owned);
    let details: Vec<Value> = error.and_then(|error| error["details"].as_array()).cloned().unwrap_or_default();
    let wait = details.iter().find_map(|detail| seconds(detail["retryDelay"].as_str()?));
    let is_of_the_day = details
        .iter()
        .flat_map(|detail| detail["violations"].as_array().into_iter().flatten())
        .any(|violation| violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay")));
    let is_key = details.iter().any(|detail| detail["reason"] == "API_KEY_INVALID");
    let failed = refusal.into_error(name, told.as_deref(), Some(key));
    let retry_after_ms = failed.retry_after_ms.or(wait);
    match failed.code {
        // Waiting for a minute does not bring a new day.
        Code::RateLimited if is_of_the_day => ModelError { code: Code::ModelRefused, ..failed },
        // The one thing about the key that it says with status 400.
        Code::ModelRefused if is_key => ModelError { message: format!("{name} does not accept the key"), ..failed },
        _ => ModelError { retry_after_ms, ..failed },
    }
}

/// `37s` or `1.5s` in milliseconds.
fn seconds(text: &str) -> Option<u64> {
    let seconds = text.strip_suffix('s')?.parse::<f64>().ok().filter(|seconds| (0.0..=3_600.0).contains(seconds))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an hour at most")]
    Some((seconds * 1_000.0).ceil() as u64)
}
