//! The settings file, `sluice.toml`: its words and nothing of what they mean.
//!
//! ```toml
//! [[models]]
//! name = "local"
//! vendor = "openai"                        # any server with OpenAI's chat completions; or "gemini"
//! base_url = "http://127.0.0.1:8000/v1"
//! model = "Qwen/Qwen3-8B"
//! key_env = "LOCAL_KEY"                    # the variable that holds the key; leave it out where none is wanted
//! words_per_question_max = 20000           # for a model with a small window
//! pages_as = "auto"                        # or "text", "pictures", "pdf": what it is shown besides the text
//! requests_per_minute = 60                 # what your account may ask; tokens_per_minute as well
//! timeouts = { connect = 10, first = 300, silence = 120, whole = 1800 }     # seconds
//! price = { usd_per_million_input = 0.1, usd_per_million_cached = 0.1, usd_per_million_output = 0.4 }
//! extra = { max_tokens = 8192 }            # more members of each request
//! ```

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Map, Value};
use sluice_model::http::Patience;
use sluice_model::{PaceLimits, Price, Showing, gemini, openai};

/// Its name where none is given.
pub(super) const NAME: &str = "sluice.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    models: Vec<Entry>,
}

/// A model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) vendor: Vendor,
    base_url: Option<String>,
    model: Option<String>,
    pub(super) key_env: Option<String>,
    pub(super) words_per_question_max: Option<usize>,
    pub(super) leaves_per_subtree_max: Option<usize>,
    pub(super) rows_per_answer_max: Option<usize>,
    /// What it is shown of a page besides its text.
    pub(super) pages_as: Option<Showing>,
    pub(super) tokens_per_picture: Option<u64>,
    /// It may think before it answers.
    #[serde(default)]
    pub(super) thinks: bool,
    /// Ask how probable each token is.
    #[serde(default)]
    pub(super) token_probabilities: bool,
    price: Option<PriceEntry>,
    requests_per_minute: Option<u32>,
    tokens_per_minute: Option<u64>,
    #[serde(default)]
    timeouts: Timeouts,
    #[serde(default)]
    pub(super) extra: Map<String, Value>,
}

/// US dollars. What is said of neither question nor answer is not known, and then nothing is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    #[serde(default)]
    usd_per_call: f64,
    usd_per_million_input: f64,
    /// As any other where it is not said.
    usd_per_million_cached: Option<f64>,
    usd_per_million_output: f64,
}

/// Seconds for each phase of an exchange.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeouts {
    connect: Option<f64>,
    first: Option<f64>,
    silence: Option<f64>,
    whole: Option<f64>,
}

/// Whose wire is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Vendor {
    Openai,
    Gemini,
}

impl Entry {
    /// The vendor's name for it.
    pub(super) fn model(&self) -> &str {
        self.model.as_deref().unwrap_or(&self.name)
    }

    /// What it costs, if somebody said so.
    pub(super) fn price(&self) -> Option<Price> {
        let PriceEntry { usd_per_call, usd_per_million_input, usd_per_million_cached, usd_per_million_output } =
            self.price?;
        let usd_per_million_cached = usd_per_million_cached.unwrap_or(usd_per_million_input);
        Some(Price { usd_per_call, usd_per_million_input, usd_per_million_cached, usd_per_million_output })
    }

    /// How often it may be asked.
    pub(super) fn limits(&self) -> PaceLimits {
        let Self { requests_per_minute, tokens_per_minute, .. } = *self;
        PaceLimits { requests_per_minute, tokens_per_minute }
    }

    /// How long each phase of an exchange may take.
    pub(super) fn patience(&self) -> Patience {
        let usual = Patience::default();
        let or = |said: Option<f64>, usual| {
            said.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(usual)
        };
        Patience {
            connect: or(self.timeouts.connect, usual.connect),
            first: or(self.timeouts.first, usual.first),
            silence: or(self.timeouts.silence, usual.silence),
            answer: or(self.timeouts.whole, usual.answer),
            ..usual
        }
    }

    /// Where it is asked.
    pub(super) fn base_url(&self) -> &str {
        match self.vendor {
            Vendor::Openai => self.base_url.as_deref().unwrap_or(openai::BASE_URL),
            Vendor::Gemini => self.base_url.as_deref().unwrap_or(gemini::BASE_URL),
        }
    }
}

/// The models in a file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("{} is no settings file", path.display()))?;
    Ok(file.models)
}
