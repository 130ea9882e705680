//! Google's Gemini by `generateContent`: its answers as they arrive, its thinking, its safety stops.
//!
//! A document is kept at the vendor where a job wants it, and given back. Never repeats a question. Called through the trait `Model`.

mod dialect;
mod kept;
mod known;
mod wire;

use async_trait::async_trait;
use serde_json::Value;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::limits::{LIST_ROWS_PER_ANSWER, QUESTION_WORDS_MAX, SUBTREE_LEAVES_DEFAULT};

use self::dialect::DIALECT;
use self::kept::Kept;
pub use self::known::{DEFAULT, NAMES};
use self::wire::Heard;
use crate::http::{Hearing as _, Http, NoAnswer, Secret, Subject, secret_header};
use crate::prompt::{self, Prompt};
use crate::turns::{self, Said, Turn, other_than_asked};
use crate::{Answer, Model, ModelCard, ModelError, PaceLimits, Price, Question, Settings, Showing, Usage};

/// Google's own address.
pub const BASE_URL: &str = "https://generativelanguage.googleapis.com";

/// A model of Gemini's.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The name that users type.
    pub name: String,
    /// Where it is asked, without `/v1beta`.
    pub base_url: String,
    /// The key.
    pub key: Secret,
    /// The vendor's name for it.
    pub model: String,
    /// What it costs, where that is not what is known of this name.
    pub price: Option<Price>,
    /// What it is shown besides the text; pages that are worth a look where nobody says otherwise.
    pub showing: Option<Showing>,
    /// What the account may ask.
    pub limits: PaceLimits,
    /// Today as `2026-11-22`: prices have an end.
    pub today: String,
}

/// A model of Gemini's.
pub struct Gemini {
    card: ModelCard,
    setup: Setup,
    url: String,
    http: Http,
    kept: Kept,
}

impl Gemini {
    /// A model that was set up.
    #[must_use]
    pub fn new(setup: Setup, http: Http) -> Self {
        let base = setup.base_url.trim_end_matches('/');
        let url = format!("{base}/v1beta/models/{}:streamGenerateContent?alt=sse", setup.model);
        let card = ModelCard {
            name: setup.name.clone(),
            vendor: "gemini".to_owned(),
            summary: format!("{} at {}", setup.model, setup.base_url),
            version: version(&setup),
            reads_words: true,
            leaves_per_subtree_max: Some(SUBTREE_LEAVES_DEFAULT),
            words_per_question_max: Some(QUESTION_WORDS_MAX),
            rows_per_answer_max: Some(LIST_ROWS_PER_ANSWER),
            mends: true,
            price: setup.price.or_else(|| known::price(&setup.model, &setup.today)),
            thinks: true,
            sight: known::sight(&setup.model, setup.showing.unwrap_or(Showing::Auto)),
            limits: setup.limits,
            answer_ms_typical: 5_000,
        };
        Self { card, setup, url, http, kept: Kept::default() }
    }

    /// One exchange; without the schema where the vendor does not take it. Gives whether it was held to the schema.
    async fn exchange(
        &self,
        settings: &Settings,
        prompt: &Prompt,
        question: &str,
        kept: Option<&str>,
    ) -> Result<(Heard, bool), ModelError> {
        let head = self.head()?;
        let (mut is_held, mut kept) = (true, kept);
        // Each time with less, so it ends.
        loop {
            let body = wire::request(&self.setup.model, settings, prompt, question, (is_held, kept));
            let subject = || self.subject(settings, prompt, question, &body);
            match self.http.post(&self.url, head.clone(), &body, subject).await {
                Ok(incoming) => return Ok((incoming.hear().await?, is_held)),
                Err(NoAnswer::Unheard(error)) => return Err(error),
                // No repetition: the question without the schema is another request.
                Err(NoAnswer::Refused(refusal)) if kept.is_some() && wire::blames_kept(&refusal) => kept = None,
                Err(NoAnswer::Refused(refusal)) if is_held && wire::blames_schema(&refusal) => is_held = false,
                Err(NoAnswer::Refused(refusal)) => {
                    return Err(wire::explained(refusal, &self.card.name, &self.setup.key));
                }
            }
        }
    }

    /// What the exchange is about, for a recording.
    fn subject(&self, settings: &Settings, prompt: &Prompt, question: &str, body: &Value) -> Subject {
        Subject {
            question: wire::request(&self.setup.model, settings, prompt, question, (true, None)),
            shown: prompt.shown(body.clone(), question),
            document: prompt.whole_document(),
            plain: wire::PLAIN,
        }
    }

    fn head(&self) -> Result<::http::HeaderMap, ModelError> {
        let mut head = ::http::HeaderMap::new();
        head.extend([secret_header("x-goog-api-key", self.setup.key.reveal())?]);
        Ok(head)
    }
}

/// All that changes the answer, besides what stands in the question.
fn version(setup: &Setup) -> String {
    let Setup { base_url, model, showing, .. } = setup;
    let base = base_url.trim_end_matches('/');
    format!("gemini-{}-{} {base} {model} {showing:?}", wire::VERSION, prompt::VERSION)
}

#[async_trait]
impl Model for Gemini {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn ask(&self, question: &Question) -> Result<Answer, ModelError> {
        let prompt = Prompt::new(question, &DIALECT)?;
        let (kept, took) = match &question.keep_for {
            Some(job) => self.keep(job, &prompt).await,
            None => (None, Usage::default()),
        };
        let asking = Asking { model: self, settings: &question.settings, kept };
        let answered = turns::ask(&asking, &prompt).await;
        let with = |usage: Usage| {
            let mut sum = took;
            sum += usage;
            sum
        };
        match answered {
            Ok(answer) => Ok(Answer { usage: with(answer.usage), ..answer }),
            Err(error) => Err(ModelError { usage: with(error.usage), ..error }),
        }
    }

    async fn release(&self, job: &str) -> Result<(), ModelError> {
        self.give_back(job).await
    }
}

struct Asking<'a> {
    model: &'a Gemini,
    settings: &'a Settings,
    kept: Option<String>,
}

#[async_trait]
impl Turn for Asking<'_> {
    async fn turn(&self, prompt: &Prompt, question: &str) -> Result<Said, ModelError> {
        let (heard, is_held) = self.model.exchange(self.settings, prompt, question, self.kept.as_deref()).await?;
        let usage = heard.usage();
        let failed = |code, told: String| Err(ModelError::new(code, told).after(usage));
        if let Some(reason) = &heard.blocked {
            return failed(Code::ModelRefused, format!("the vendor blocked the question ({reason})"));
        }
        let is_whole = match heard.finish.as_deref() {
            Some("STOP") => true,
            Some("MAX_TOKENS") => false,
            Some(reason @ ("SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII")) => {
                return failed(Code::ModelRefused, format!("the vendor's filter stopped the answer ({reason})"));
            }
            Some(reason) => return failed(Code::AnswerInvalid, format!("the answer ended with {reason}")),
            None => {
                let told = "the model's server stopped in the middle of its answer";
                return failed(Code::ModelUnavailable, told.to_owned());
            }
        };
        let Gemini { card, setup, .. } = self.model;
        let mut findings = self.limits(is_held);
        findings.extend(other_than_asked(&card.name, &setup.model, heard.answered_by.as_deref()));
        Ok(Said { text: heard.content, tokens: Vec::new(), is_whole, usage, answered_by: heard.answered_by, findings })
    }
}

impl Asking<'_> {
    /// What was not taken of what was to be said.
    fn limits(&self, is_held: bool) -> Vec<Finding> {
        let Gemini { card, setup, .. } = self.model;
        let temperature = self.settings.temperature.filter(|_| !known::takes_temperature(&setup.model));
        let temperature = temperature.map(|_| "takes no temperature");
        let schema = (!is_held).then_some("does not take this schema; it was asked for JSON with the schema in words");
        let told = [schema, temperature].into_iter().flatten();
        told.map(|told| Finding::new(FindingKind::ModelLimited, format!("{} {told}", card.name))).collect()
    }
}
