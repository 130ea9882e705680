//! What a server takes of a request, learned from what it refuses.
//!
//! Rules only; there are a few steps down and none up. Called by `openai`.

use serde_json::Value;

use crate::http::Refusal;

/// How the form of an answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Structure {
    /// The server holds the model to the schema.
    Schema,
    /// The server holds it to JSON; the schema is in the question.
    Object,
    /// Only the question says it.
    Text,
}

/// What a server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) structure: Structure,
    pub(super) temperature: bool,
    pub(super) seed: bool,
    /// Pages as they look.
    pub(super) pictures: bool,
    /// How probable each token is.
    pub(super) logprobs: bool,
    /// `stream_options`, without which many servers tell no usage.
    pub(super) stream_options: bool,
    /// It was seen to hold an answer to a schema.
    schema_worked: bool,
}

impl Default for Taken {
    fn default() -> Self {
        let structure = Structure::Schema;
        Self {
            structure,
            temperature: true,
            seed: true,
            pictures: true,
            logprobs: true,
            stream_options: true,
            schema_worked: false,
        }
    }
}

impl Taken {
    /// The next less that could be taken, if the refusal is about something that was sent.
    pub(super) fn without(self, refusal: &Refusal, sent: &Value) -> Option<Self> {
        let words = refusal.words().to_lowercase();
        let about_pictures = ["image", "picture", "vision", "multimodal", "mmproj", "file_data", "content type"];
        // Some servers call this a fault of their own.
        let is_refused = matches!(refusal.status, 400 | 404 | 413 | 415 | 422 | 500 | 501);
        if is_refused && self.pictures && has_pictures(sent) && about_pictures.iter().any(|it| words.contains(it)) {
            return Some(Self { pictures: false, ..self });
        }
        if !matches!(refusal.status, 400 | 415 | 422 | 501) {
            return None;
        }
        let blames = |name: &str| sent.get(name).is_some() && words.contains(name);
        if blames("temperature") {
            return Some(Self { temperature: false, ..self });
        }
        if blames("logprobs") {
            return Some(Self { logprobs: false, ..self });
        }
        if blames("stream_options") {
            return Some(Self { stream_options: false, ..self });
        }
        let names_form = ["response_format", "json_schema", "schema", "grammar", "structured", "json_object"];
        if sent.get("response_format").is_some() && names_form.iter().any(|name| words.contains(name)) {
            let structure = if self.structure == Structure::Schema { Structure::Object } else { Structure::Text };
            return Some(Self { structure, ..self });
        }
        blames("seed").then_some(Self { seed: false, ..self })
    }

    /// Learns from an answer that was given.
    pub(super) fn settle(&mut self, seen: Self) {
        self.schema_worked |= seen.structure == Structure::Schema;
        self.temperature &= seen.temperature;
        self.seed &= seen.seed;
        self.pictures &= seen.pictures;
        self.logprobs &= seen.logprobs;
        self.stream_options &= seen.stream_options;
        if !self.schema_worked {
            self.structure = seen.structure;
        }
    }
}

/// Is more than text in it?
fn has_pictures(sent: &Value) -> bool {
    let messages = sent["messages"].as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_array()).flatten().any(|part| part["type"] != "text")
}
