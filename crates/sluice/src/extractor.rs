//! One document from its bytes to what is printed: a job of the engine, and its outcome in the words of the printer.
//!
//! The work is durable: what was read and answered is kept, so that an interrupted run goes on where it was. Called by
//! `commands::extract` and `commands::eval`.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use sluice_document::{PageSelection, Reader};
use sluice_engine::StepError;
use sluice_engine::local::{Extraction, Local, Order, Watch};
use sluice_engine::steps::estimate::Estimate;
use sluice_engine::worker::{Options, Parts, Remembering};
use sluice_extract::attribution::{Match, wrap};
use sluice_extract::config::Config;
use sluice_extract::schema::Schema;
use sluice_model::Model;
use sluice_model::registry::Registry;
use sluice_store::system_clock;

use crate::kept::Work;
use crate::trouble::counted;

/// What is the same for every document of a run.
#[derive(Clone)]
pub(crate) struct Extractor {
    reader: Arc<Reader>,
    local: Arc<Local>,
    order: Order,
}

impl Extractor {
    /// Everything at its default.
    pub(crate) fn new(
        schema: Arc<Schema>,
        model: Arc<dyn Model>,
        fallback: Option<Arc<dyn Model>>,
        work: &Work,
        remembering: Remembering,
        reader: Reader,
    ) -> Self {
        let reader = Arc::new(reader);
        let fallback_model = fallback.as_ref().map(|other| other.card().name.clone());
        let config = Config { fallback_model, ..Config::new(&model.card().name) };
        let order = Order { tenant: work.tenant.clone(), schema, config };
        let models = [Some(model), fallback].into_iter().flatten().fold(Registry::default(), Registry::with);
        let parts = Parts {
            store: work.kept.store.clone(),
            blobs: work.kept.blobs.clone(),
            reader: Arc::clone(&reader),
            models: Arc::new(models),
            clock: system_clock(),
        };
        let local = Arc::new(Local::start(parts, Options { remembering, ..Options::default() }));
        Self { reader, local, order }
    }

    /// Asks for something else.
    pub(crate) fn with_schema(&self, schema: Arc<Schema>) -> Self {
        let mut other = self.clone();
        other.order.schema = schema;
        other
    }

    /// Only these pages are read.
    pub(crate) fn with_pages(mut self, pages: PageSelection) -> Self {
        self.order.config.pages = pages;
        self
    }

    /// At most so many leaves in one question.
    pub(crate) fn with_leaves_max(mut self, leaves_max: Option<u16>) -> Self {
        if let Some(leaves_max) = leaves_max {
            self.order.config.splitter_config.max_leaves_per_subtree = u32::from(leaves_max);
        }
        self
    }

    /// Nothing is asked that would cost more than this, in US dollars.
    pub(crate) fn with_cost_max(mut self, usd: Option<f64>) -> Self {
        self.order.config.max_cost_usd = usd;
        self
    }

    /// What one document would take, before anybody is asked.
    pub(crate) async fn estimate(&self, bytes: Bytes) -> Result<Estimate, StepError> {
        self.local.estimate(&self.order, bytes).await
    }

    /// A failed question is repeated so many times.
    pub(crate) fn with_retries(mut self, retries: Option<u8>) -> Self {
        if let Some(retries) = retries {
            self.order.config.n_max_retries = u32::from(retries);
        }
        self
    }

    /// Words for the model, before the question.
    pub(crate) fn with_instructions(mut self, instructions: Option<String>) -> Self {
        self.order.config.additional_instructions = instructions;
        self
    }

    /// The reader of foreign bytes.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Extracts from one document; `label` names its job.
    pub(crate) async fn extract(&self, label: &str, bytes: Bytes, watch: Watch<'_>) -> Result<Extraction, StepError> {
        self.local.run(&self.order, label, bytes, watch).await
    }

    /// The metadata of a result, in the words of the HTTP API.
    pub(crate) fn metadata(&self, extraction: &Extraction) -> Value {
        let failed: Vec<Value> = extraction
            .failed
            .iter()
            .map(|part| {
                json!({"subtree_id": part.subtree.id, "path": part.subtree.path, "attempts": part.attempts,
                       "error_type": part.error.code, "error_message": part.error.message})
            })
            .collect();
        let total = extraction.plan.subtrees.len();
        json!({
            "model": self.order.config.model,
            "pages": extraction.document.pages.len(),
            "subtrees": {"total": total, "completed": total - failed.len(), "failed": failed.len(),
                         "remembered": extraction.remembered},
            "failed_subtrees": failed,
            "usage": extraction.usage,
            "answered_by": extraction.answered_by,
            "cost_usd": extraction.cost_usd,
            "validation": {"valid": extraction.valid},
            "duration_ms": u64::try_from(extraction.duration.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// Nobody was asked: an earlier run had every answer.
pub(crate) fn is_remembered(extraction: &Extraction) -> bool {
    extraction.remembered > 0 && extraction.remembered == extraction.plan.subtrees.len()
}

/// The result with every value beside its proof.
pub(crate) fn with_proof(extraction: &Extraction) -> Value {
    wrap(&extraction.result, &extraction.attributions)
}

/// In a few words: how much was found, and how well it is proven.
pub(crate) fn told(extraction: &Extraction) -> String {
    let count = |matched| extraction.attributions.values().filter(|found| found.matched == matched).count();
    let (exact, close, missing) = (count(Match::Exact), count(Match::Close), count(Match::Missing));
    let values = counted(extraction.attributions.len(), "value", "values");
    let pages = counted(extraction.document.pages.len(), "page", "pages");
    let mut told = format!("{values} from {pages}: {exact} exact, {close} close");
    if missing > 0 {
        told.push_str(&format!(", {missing} nowhere in the document"));
    }
    if !extraction.failed.is_empty() {
        told.push_str(&format!("; {} failed", counted(extraction.failed.len(), "subtree", "subtrees")));
    }
    if !extraction.valid {
        told.push_str("; not valid against the schema");
    }
    if is_remembered(extraction) {
        told.push_str("; answered by an earlier run");
    }
    told
}
