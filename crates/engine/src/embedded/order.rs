//! What a job asks for: its config, and, once it is wanted, its schema, its model and its document.
//!
//! Loaded when the first step needs it and shared by all steps of the job. Called by `run`.

use std::sync::Arc;

use serde_json::Value;
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::config::Config;
use sluice_extract::job::{self, SubtreeState};
use sluice_extract::retry::RetryRule;
use sluice_extract::schema::{Schema, Subtree, split};
use sluice_extract::sight::Shown;
use sluice_model::{Look, Model, ModelCard, Question, Settings};
use sluice_store::JobRow;
use tokio::sync::OnceCell;

use super::budget::Budget;
use super::desk::Desk;
use super::library::{Ticket, Volume, bytes_of, on_a_thread};
use super::turns::Turn;
use crate::StepError;
use crate::steps::extract_subtree::Checking;
use crate::steps::plan::options_for;

/// What a job asks for.
pub(crate) struct Order {
    pub(crate) desk: Arc<Desk>,
    pub(crate) job: JobRow,
    /// Its turn among all who ask.
    pub(super) turn: Turn,
    /// What it may cost.
    pub(crate) budget: Budget,
    config: Result<Config, StepError>,
    asked: OnceCell<Arc<Asked>>,
    ticket: OnceCell<Ticket>,
}

/// What is asked, and who.
pub(crate) struct Asked {
    pub(crate) schema: Arc<Schema>,
    /// In the order of the schema.
    pub(crate) subtrees: Vec<Subtree>,
    pub(crate) model: Arc<dyn Model>,
}

impl Order {
    /// `usd_spent` is what it has cost so far.
    pub(crate) fn new(desk: Arc<Desk>, job: JobRow, usd_spent: f64) -> Self {
        let turn = desk.turns.of(&job.tenant);
        let config = config_of(&job.request);
        let budget = Budget::new(config.as_ref().ok().and_then(|config| config.max_cost_usd), usd_spent);
        Self { desk, job, turn, budget, config, asked: OnceCell::new(), ticket: OnceCell::new() }
    }

    pub(crate) fn config(&self) -> Result<&Config, StepError> {
        self.config.as_ref().map_err(Clone::clone)
    }

    /// What `decide` is told. A config that cannot be read fails the first step, so its settings decide nothing.
    pub(crate) fn settings(&self) -> job::Settings {
        let none = job::Settings { questions_max: 1, retry: RetryRule::default(), cost_usd_max: None, fallback: None };
        self.config.as_ref().map_or(none, Config::job_settings)
    }

    /// How the model is asked.
    pub(crate) fn model_settings(&self) -> Result<Settings, StepError> {
        let config = self.config()?;
        Ok(Settings {
            temperature: config.temperature,
            enable_thinking: config.enable_thinking,
            additional_instructions: config.additional_instructions.clone(),
            seed: config.seed,
        })
    }

    pub(crate) fn checking(&self) -> Result<Checking, StepError> {
        Ok(if self.config()?.validate_response_schema { Checking::On } else { Checking::Off })
    }

    pub(crate) async fn asked(&self) -> Result<Arc<Asked>, StepError> {
        let asked = self.asked.get_or_try_init(|| async {
            let config = self.config()?;
            let model = self.desk.parts.models.get(&config.model)?;
            let bytes = bytes_of(&self.desk.parts.blobs, &self.job.schema_hash, "schema").await?;
            let options = options_for(&config.split_options(), model.card());
            let (schema, subtrees) = on_a_thread(move || {
                let schema = parse(&bytes)?;
                let subtrees = split(&schema, &options);
                Ok::<_, StepError>((Arc::new(schema), subtrees))
            })
            .await??;
            Ok(Arc::new(Asked { schema, subtrees, model }))
        });
        asked.await.cloned()
    }

    /// Who is asked for this subtree: the job's own model, or the one that stands in for it.
    pub(crate) async fn model_of(&self, subtree: &SubtreeState) -> Result<Arc<dyn Model>, StepError> {
        match &subtree.instead {
            Some(name) => Ok(self.desk.parts.models.get(name)?),
            None => Ok(Arc::clone(&self.asked().await?.model)),
        }
    }

    pub(crate) async fn document(&self) -> Result<Arc<Volume>, StepError> {
        let pages = &self.config()?.pages;
        let library = &self.desk.library;
        let ticket = self
            .ticket
            .get_or_init(|| async { library.ticket(&self.job.tenant, &self.job.document_hash, pages) })
            .await;
        library.get(ticket).await
    }
}

/// What a model is shown besides the text.
impl Order {
    /// Pages as they look, and what of them could not be shown: a question is not lost for that.
    pub(super) async fn shown(&self, card: &ModelCard, question: &Question) -> (Vec<Look>, Vec<Finding>) {
        let shown = card.sight.of(&question.document, &question.pages);
        let looks = match (&shown, self.ticket.get()) {
            (Shown::Nothing, _) | (_, None) => return (Vec::new(), Vec::new()),
            (_, Some(ticket)) => match self.document().await {
                Ok(volume) => self.desk.library.looks(ticket, &volume, &shown).await,
                Err(error) => Err(error),
            },
        };
        let doubt = |told: String| vec![Finding::new(FindingKind::ModelLimited, told)];
        match looks {
            Err(error) => (Vec::new(), doubt(format!("{} was given the text alone: {}", card.name, error.message))),
            Ok(looks) if looks.is_empty() => {
                (looks, doubt(format!("{} was given the text alone: its pages could not be drawn", card.name)))
            }
            Ok(looks) => {
                let left = left_out(&shown, &looks);
                let told = format!("of {left} pages {} was given the text alone: no more are shown at once", card.name);
                (looks, if left > 0 { doubt(told) } else { Vec::new() })
            }
        }
    }
}

/// Pages that were to be shown and are not.
fn left_out(shown: &Shown, looks: &[Look]) -> usize {
    match shown {
        Shown::Nothing | Shown::File => 0,
        Shown::Pictures(pages) => pages.len().saturating_sub(looks.len()),
    }
}

fn config_of(request: &Value) -> Result<Config, StepError> {
    let config = request.get("config").cloned().unwrap_or_default();
    serde_json::from_value(config).map_err(|error| {
        let message = format!("this release cannot read the config of the job ({error}): start another job");
        StepError::new(Code::Internal, message)
    })
}

fn parse(bytes: &[u8]) -> Result<Schema, StepError> {
    let text = str::from_utf8(bytes).map_err(|_| StepError::new(Code::SchemaInvalid, "the schema is no text"))?;
    Schema::parse_str(text).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        let message = format!("the schema cannot be used ({} problems; the first: {first})", problems.len());
        StepError::new(Code::SchemaInvalid, message)
    })
}
