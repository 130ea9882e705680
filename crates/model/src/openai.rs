//! Any server with OpenAI's chat completions: OpenAI itself, vLLM, Ollama, llama.cpp, LM Studio and many more.
//!
//! A server says what it does not take by refusing it; it is then asked without, which is told as a finding. Never
//! repeats a question for any other reason. Called through the trait `Model`.

mod dialect;
mod taken;
mod wire;

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value};
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::limits::{LIST_ROWS_PER_ANSWER, QUESTION_WORDS_MAX, SUBTREE_LEAVES_DEFAULT};

use self::dialect::DIALECT;
use self::taken::{Structure, Taken};
use self::wire::Heard;
use crate::http::{Hearing as _, Http, NoAnswer, Secret, Subject, secret_header};
use crate::prompt::{self, Prompt};
use crate::turns::{self, Said, Turn, other_than_asked};
use crate::{Answer, Model, ModelCard, ModelError, PaceLimits, Price, Question, Settings, Showing, Sight};

/// Tokens of a picture of a page, where nobody said otherwise: 85, and 170 for each of six tiles of 512 pixels, as OpenAI
/// counts them for its models that see.
const TOKENS_PER_PICTURE: u64 = 1_105;

/// OpenAI's own address.
pub const BASE_URL: &str = "https://api.openai.com/v1";

/// A model of a server.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The name that users type.
    pub name: String,
    /// Where the server is, `/v1` included: `http://127.0.0.1:8000/v1`.
    pub base_url: String,
    /// The key, if the server wants one.
    pub key: Option<Secret>,
    /// The server's own name for the model.
    pub model: String,
    /// Words of a document in one question, for models with a small window.
    pub words_per_question_max: Option<usize>,
    /// Entries of a list in one answer.
    pub rows_per_answer_max: Option<usize>,
    /// Leaves of a schema in one question.
    pub leaves_per_subtree_max: Option<usize>,
    /// What it costs, if that is known.
    pub price: Option<Price>,
    /// What it is shown besides the text; the text alone unless somebody says so, for not every model can see.
    pub showing: Showing,
    /// It may think before it answers: for the estimate.
    pub thinks: bool,
    /// The server is asked how probable each token was. It costs no tokens, but not every server takes it.
    pub token_probabilities: bool,
    /// Tokens of a picture, where that is known.
    pub tokens_per_picture: Option<u64>,
    /// What the account may ask.
    pub limits: PaceLimits,
    /// Members of the request besides those that are sent anyway, such as `max_tokens` or `reasoning_effort`.
    pub extra: Map<String, Value>,
}

/// A model behind OpenAI's chat completions.
pub struct OpenAi {
    card: ModelCard,
    setup: Setup,
    url: String,
    http: Http,
    taken: Mutex<Taken>,
}

impl OpenAi {
    /// A model of a server that was set up.
    #[must_use]
    pub fn new(setup: Setup, http: Http) -> Self {
        let url = format!("{}/chat/completions", setup.base_url.trim_end_matches('/'));
        let card = ModelCard {
            name: setup.name.clone(),
            vendor: "openai".to_owned(),
            summary: format!("{} at {}", setup.model, setup.base_url),
            version: version(&setup),
            reads_words: true,
            leaves_per_subtree_max: Some(setup.leaves_per_subtree_max.unwrap_or(SUBTREE_LEAVES_DEFAULT)),
            words_per_question_max: Some(setup.words_per_question_max.unwrap_or(QUESTION_WORDS_MAX)),
            rows_per_answer_max: Some(setup.rows_per_answer_max.unwrap_or(LIST_ROWS_PER_ANSWER)),
            mends: true,
            price: setup.price,
            thinks: setup.thinks,
            sight: sight(&setup),
            limits: setup.limits,
            answer_ms_typical: 5_000,
        };
        Self { card, setup, url, http, taken: Mutex::default() }
    }

    /// One exchange, with less where the server does not take all of it.
    async fn exchange(
        &self,
        settings: &Settings,
        prompt: &Prompt,
        question: &str,
    ) -> Result<(Heard, Taken), ModelError> {
        let mut head = ::http::HeaderMap::new();
        if let Some(key) = &self.setup.key {
            head.extend([secret_header("authorization", &format!("Bearer {}", key.reveal()))?]);
        }
        let mut taken = self.taken();
        loop {
            let body = wire::request(&self.setup, settings, prompt, question, taken);
            let subject = || self.subject(settings, prompt, question, &body);
            match self.http.post(&self.url, head.clone(), &body, subject).await {
                Ok(incoming) => {
                    let heard: wire::Heard = incoming.hear().await?;
                    self.settle(taken);
                    return Ok((heard, taken));
                }
                Err(NoAnswer::Unheard(error)) => return Err(error),
                // No repetition: what is sent is another request each time, and there are only so many.
                Err(NoAnswer::Refused(refusal)) => match taken.without(&refusal, &body) {
                    Some(less) => taken = less,
                    None => return Err(wire::explained(refusal, &self.card.name, self.setup.key.as_ref())),
                },
            }
        }
    }

    /// What the exchange is about, for a recording.
    fn subject(&self, settings: &Settings, prompt: &Prompt, question: &str, body: &Value) -> Subject {
        Subject {
            question: wire::request(&self.setup, settings, prompt, question, Taken::default()),
            shown: prompt.shown(body.clone(), question),
            document: prompt.whole_document(),
            plain: wire::PLAIN,
        }
    }

    fn taken(&self) -> Taken {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a server was seen to take holds for later questions; a schema that it refused once may be the schema's fault.
    fn settle(&self, taken: Taken) {
        let mut known = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        known.settle(taken);
    }
}

/// A PDF as it is only where somebody said that the server takes one.
fn sight(setup: &Setup) -> Sight {
    Sight {
        showing: setup.showing,
        takes_pdf: setup.showing == Showing::Pdf,
        tokens_per_picture: setup.tokens_per_picture.unwrap_or(TOKENS_PER_PICTURE),
        // OpenAI draws each page of a PDF, and reads its text once more.
        tokens_per_pdf_page: 2 * setup.tokens_per_picture.unwrap_or(TOKENS_PER_PICTURE),
    }
}

/// All that changes the answer, besides what stands in the question. Where the server stands is part of it: another one
/// may serve another model under the same name.
fn version(setup: &Setup) -> String {
    let extra = serde_json::to_string(&setup.extra).unwrap_or_default();
    let base = &setup.base_url;
    let shown = format!("{:?} {}", setup.showing, setup.token_probabilities);
    format!("openai-{}-{} {base} {extra} {} {shown}", wire::VERSION, prompt::VERSION, setup.model)
}

#[async_trait]
impl Model for OpenAi {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn ask(&self, question: &Question) -> Result<Answer, ModelError> {
        let prompt = Prompt::new(question, &DIALECT)?;
        turns::ask(&Asking { model: self, settings: &question.settings }, &prompt).await
    }
}

struct Asking<'a> {
    model: &'a OpenAi,
    settings: &'a Settings,
}

#[async_trait]
impl Turn for Asking<'_> {
    async fn turn(&self, prompt: &Prompt, question: &str) -> Result<Said, ModelError> {
        let (heard, taken) = self.model.exchange(self.settings, prompt, question).await?;
        let usage = heard.usage();
        if let Some(refusal) = heard.refusal.filter(|refusal| !refusal.is_empty()) {
            let shown: String = refusal.chars().take(200).collect();
            return Err(ModelError::new(Code::ModelRefused, format!("the model refused: {shown}")).after(usage));
        }
        let is_whole = match heard.finish.as_deref() {
            Some("stop" | "eos") => true,
            Some("length") => false,
            Some("content_filter") => {
                let told = "the server's filter stopped the answer (content_filter)";
                return Err(ModelError::new(Code::ModelRefused, told).after(usage));
            }
            Some(other) => {
                let told = format!("the answer ended with \"{other}\"");
                return Err(ModelError::new(Code::AnswerInvalid, told).after(usage));
            }
            None => {
                let told = "the model's server stopped in the middle of its answer";
                return Err(ModelError::new(Code::ModelUnavailable, told).after(usage));
            }
        };
        let OpenAi { card, setup, .. } = self.model;
        let mut findings = limits(&card.name, self.settings, taken);
        findings.extend(other_than_asked(&card.name, &setup.model, heard.answered_by.as_deref()));
        Ok(Said {
            text: heard.content,
            tokens: heard.probable,
            is_whole,
            usage,
            answered_by: heard.answered_by,
            findings,
        })
    }
}

/// What the server did not take of what was to be said to it.
fn limits(name: &str, settings: &Settings, taken: Taken) -> Vec<Finding> {
    let structure = match taken.structure {
        Structure::Schema => None,
        Structure::Object => {
            Some("is not held to a schema by its server; it was asked for JSON with the schema in words")
        }
        Structure::Text => Some("is not held to JSON by its server; it was asked for it in words"),
    };
    let temperature = settings.temperature.filter(|_| !taken.temperature).map(|_| "takes no temperature");
    let seed = settings.seed.filter(|_| !taken.seed).map(|_| "takes no seed");
    let pictures = (!taken.pictures).then_some("takes no pictures; it was given the text alone");
    let probabilities = (!taken.logprobs).then_some("does not tell how probable its tokens are");
    let told = [structure, temperature, seed, pictures, probabilities].into_iter().flatten();
    told.map(|told| Finding::new(FindingKind::ModelLimited, format!("{name} {told}"))).collect()
}
