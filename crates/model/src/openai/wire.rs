//! The words of OpenAI's chat completions: what is sent, what comes back, what an error says.
//!
//! Reads leniently: many servers speak this with an accent. Called by `openai`.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sluice_extract::code::Code;

use super::Setup;
use super::taken::{Structure, Taken};
use crate::http::{Hearing, Refusal, Secret};
use crate::prompt::{Prompt, SYSTEM, Token};
use crate::{ModelError, Settings, Usage};

const PDF: &str = "application/pdf";

/// Changes with what is sent.
pub(super) const VERSION: &str = "1";

/// Members of an answer whose text is the server's own.
pub(super) const PLAIN: &[&str] = &[
    "id",
    "object",
    "model",
    "role",
    "finish_reason",
    "type",
    "code",
    "status",
    "param",
    "message",
    "detail",
    "system_fingerprint",
    "service_tier",
];

/// The body of a request.
pub(super) fn request(setup: &Setup, settings: &Settings, prompt: &Prompt, question: &str, taken: Taken) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), json!(setup.model));
    // Invariant: the document first and the question last, so that questions of one document begin alike.
    body.insert(
        "messages".into(),
        json!([
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": content(prompt, question, taken)},
        ]),
    );
    match taken.structure {
        Structure::Schema => {
            let schema = json!({"name": "answer", "strict": true, "schema": prompt.schema});
            body.insert("response_format".into(), json!({"type": "json_schema", "json_schema": schema}));
        }
        Structure::Object => {
            body.insert("response_format".into(), json!({"type": "json_object"}));
        }
        Structure::Text => {}
    }
    body.insert("stream".into(), json!(true));
    if taken.stream_options {
        body.insert("stream_options".into(), json!({"include_usage": true}));
    }
    if let Some(temperature) = settings.temperature.filter(|_| taken.temperature) {
        body.insert("temperature".into(), json!(temperature));
    }
    if let Some(seed) = settings.seed.filter(|_| taken.seed) {
        body.insert("seed".into(), json!(seed));
    }
    if setup.token_probabilities && taken.logprobs {
        body.insert("logprobs".into(), json!(true));
    }
    body.extend(setup.extra.clone());
    Value::Object(body)
}

/// Text alone as a text, which every server takes.
fn content(prompt: &Prompt, question: &str, taken: Taken) -> Value {
    if prompt.looks.is_empty() || !taken.pictures {
        return json!(format!("{}\n{question}", prompt.document));
    }
    let text = |text: &str| json!({"type": "text", "text": text});
    let looks = prompt.looks.iter().flat_map(|look| {
        let shown = match look.media_type {
            PDF => json!({"type": "file", "file": {"filename": "document.pdf", "file_data": look.data_url()}}),
            _ => json!({"type": "image_url", "image_url": {"url": look.data_url()}}),
        };
        [text(&look.label), shown]
    });
    std::iter::once(text(&prompt.document)).chain(looks).chain([text(question)]).collect()
}

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) content: String,
    /// The same in tokens, where the server told.
    pub(super) probable: Vec<Token>,
    pub(super) refusal: Option<String>,
    pub(super) finish: Option<String>,
    pub(super) answered_by: Option<String>,
    tokens: Option<Tokens>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Tokens>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    /// In a stream.
    delta: Option<Message>,
    /// In one piece.
    message: Option<Message>,
    finish_reason: Option<String>,
    logprobs: Option<Logprobs>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Logprobs {
    content: Option<Vec<Logprob>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Logprob {
    token: String,
    logprob: f32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptTokens>,
    completion_tokens_details: Option<CompletionTokens>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct PromptTokens {
    cached_tokens: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct CompletionTokens {
    reasoning_tokens: Option<u64>,
}

impl Hearing for Heard {
    const END: Option<&'static str> = Some("[DONE]");

    /// OpenAI counts thinking among the tokens of the answer.
    fn usage(&self) -> Usage {
        let Some(tokens) = self.tokens else { return Usage::untold() };
        let completion = tokens.completion_tokens;
        // A server that tells tokens and no details has no cache, or does not think.
        let cached = tokens.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default();
        let thinking = tokens.completion_tokens_details.and_then(|details| details.reasoning_tokens);
        let thinking = completion.map(|completion| thinking.unwrap_or_default().min(completion));
        Usage {
            calls: 1,
            input_tokens: tokens.prompt_tokens,
            cached_tokens: tokens.prompt_tokens.map(|_| cached),
            output_tokens: completion.zip(thinking).map(|(completion, thinking)| completion - thinking),
            thinking_tokens: thinking,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        let part = part(bytes)?;
        if let Some(error) = part.error.filter(|error| !error.is_null()) {
            let told = message_of(&error).unwrap_or("without a reason");
            return Err(ModelError::new(Code::ModelUnavailable, format!("the model's server broke off: {told}")));
        }
        self.tokens = part.usage.or(self.tokens);
        self.answered_by = part.model.filter(|model| !model.is_empty()).or_else(|| self.answered_by.take());
        // Only one answer is asked for.
        let Some(choice) = part.choices.into_iter().next() else { return Ok(()) };
        let tokens = choice.logprobs.and_then(|logprobs| logprobs.content).unwrap_or_default();
        self.probable.extend(tokens.into_iter().map(|Logprob { token, logprob }| Token { text: token, logprob }));
        self.finish = choice.finish_reason.or_else(|| self.finish.take());
        if let Some(message) = choice.delta.or(choice.message) {
            self.content.push_str(message.content.as_deref().unwrap_or_default());
            if let Some(refusal) = message.refusal {
                self.refusal.get_or_insert_default().push_str(&refusal);
            }
        }
        Ok(())
    }
}

fn part(bytes: &[u8]) -> Result<Part, ModelError> {
    serde_json::from_slice(bytes).map_err(|_| {
        let what = if bytes.trim_ascii_start().starts_with(b"<") { "a web page" } else { "something else" };
        let told = format!("the model's server answered with {what} instead of a chat completion");
        ModelError::new(Code::ModelUnavailable, told)
    })
}

/// A refusal in the vendor's own words.
pub(super) fn explained(refusal: Refusal, name: &str, key: Option<&Secret>) -> ModelError {
    let error = refusal.body.as_ref().map(|body| body.get("error").unwrap_or(body));
    let told = error.and_then(message_of).map(str::to_owned);
    let kind = error.and_then(|error| error["code"].as_str().or(error["type"].as_str())).map(str::to_owned);
    let words = refusal.words().to_lowercase();
    let failed = refusal.into_error(name, told.as_deref(), key);
    let is_window =
        ["context length", "context_length", "context size", "context window"].iter().any(|it| words.contains(it));
    match kind.as_deref() {
        // Waiting does not fill an account.
        Some("insufficient_quota") => ModelError { code: Code::ModelRefused, ..failed },
        _ if is_window && failed.code == Code::ModelRefused => {
            let message = format!("{}; set words_per_question_max for this model", failed.message);
            ModelError { code: Code::TooLarge, message, ..failed }
        }
        _ => failed,
    }
}

fn message_of(error: &Value) -> Option<&str> {
    error.as_str().or_else(|| error["message"].as_str()).or_else(|| error["detail"].as_str())
}
