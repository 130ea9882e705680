//! One document at a time through the embedded engine, from its bytes to all that came of it: for who wants the whole of
//! it, and not a stream.
//!
//! Durable as every job is: what was read and answered is kept, and a repeated run pays nothing for it. Works on its own
//! jobs and on nobody else's, so that many processes can share a data directory. Never a retry of its own. Called by the
//! CLI.

mod extraction;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::json;
use sluice_extract::code::Code;
use sluice_extract::config::Config;
use sluice_extract::event::{Event, Failure, Recorded};
use sluice_extract::id::{DocumentId, JobId, SchemaId};
use sluice_extract::job::{End, JobState};
use sluice_extract::schema::Schema;
use sluice_store::{Admission, NewJob, StoreError, Tenant, follow, random};

use crate::StepError;
use crate::embedded::library::on_a_thread;
use crate::embedded::patience::patiently;
use crate::steps::estimate::{Estimate, estimate};
use crate::worker::{Named, Options, Parts, Takes, Worker};

pub use extraction::{Extraction, FailedSubtree};

/// What is to be done with every document of a run.
#[derive(Clone)]
pub struct Order {
    /// Whose the jobs are.
    pub tenant: Tenant,
    /// What is asked.
    pub schema: Arc<Schema>,
    /// How; it names the model.
    pub config: Config,
}

/// What a watcher hears while a document is worked on.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The pages are there.
    DocumentRead {
        /// Pages that were read.
        pages: usize,
    },
    /// It is known what will be asked.
    Planned {
        /// How many questions.
        subtrees: usize,
    },
    /// More entries of a long list are there.
    RowsArrived {
        /// How many there are now.
        rows: usize,
    },
    /// One more subtree has its answer.
    SubtreeFinished {
        /// Nobody was asked: it was answered before.
        remembered: bool,
    },
    /// An attempt failed and will be repeated.
    SubtreeRetrying {
        /// Why it failed.
        error: StepError,
        /// When it is repeated.
        wait_ms: u64,
        /// Who is asked then, if that is another model.
        instead: Option<String>,
    },
    /// One more subtree will have no answer.
    SubtreeFailed,
}

/// Hears of progress. Must not block.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Sync);

/// A worker for the jobs that this process begins.
pub struct Local {
    parts: Parts,
    named: Named,
    worker: Worker,
}

impl Local {
    /// Begins to work, in tasks of this runtime; what `options` say about which jobs is not heard.
    #[must_use]
    pub fn start(parts: Parts, options: Options) -> Self {
        let named = Named::default();
        let options = Options { takes: Takes::Only(named.clone()), ..options };
        Self { worker: Worker::start(parts.clone(), options), parts, named }
    }

    /// Reads, plans, asks and assembles; `label` names the job in lists.
    ///
    /// # Errors
    /// The document cannot be read, or not one subtree got an answer. A part that is missing is no error: it is in
    /// `failed` and among the findings.
    pub async fn run(
        &self,
        order: &Order,
        label: &str,
        bytes: Bytes,
        watch: Watch<'_>,
    ) -> Result<Extraction, StepError> {
        let begun = Instant::now();
        let blobs = &self.parts.blobs;
        let document_hash = patiently(|| blobs.put(bytes.clone())).await?;
        // Held until the end, so that the document is in memory once.
        let desk = self.worker.desk();
        let ticket = desk.library.ticket(&order.tenant, &document_hash, &order.config.pages);
        let schema_text = Bytes::from(order.schema.original.to_string());
        let schema_hash = patiently(|| blobs.put(schema_text.clone())).await?;
        let job = NewJob {
            id: JobId::new(desk.now_ms(), random()?),
            tenant: order.tenant.clone(),
            kind: "document.extract".to_owned(),
            parent: None,
            document: DocumentId::new(desk.now_ms(), random()?),
            document_hash,
            schema: SchemaId::new(desk.now_ms(), random()?),
            schema_hash,
            request: json!({"config": order.config}),
            label: label.to_owned(),
            key: None,
            request_hash: None,
        };
        let id = job.id;
        // Named before it is there: the worker looks as soon as it is.
        self.named.add(id);
        let ended = self.to_the_end(order, job, watch).await;
        self.named.remove(id);
        let state = ended?;
        let volume = match &state.end {
            Some(End::Completed { .. }) => desk.library.get(&ticket).await?,
            Some(End::Failed(Failure { code, message })) => return Err(StepError::new(*code, message.clone())),
            Some(End::Cancelled) => return Err(StepError::new(Code::Cancelled, "the job was stopped")),
            None => return Err(StepError::new(Code::Internal, "the job is no longer there: somebody removed it")),
        };
        let model = self.parts.models.get(&order.config.model)?;
        extraction::of(order, &self.parts.blobs, model, volume, (id, state), begun).await
    }

    /// What the document would take, before anybody is asked. It is read and kept, so that a job after it need not.
    ///
    /// # Errors
    /// The document cannot be read, or nobody has the name of the model.
    pub async fn estimate(&self, order: &Order, bytes: Bytes) -> Result<Estimate, StepError> {
        let blobs = &self.parts.blobs;
        let document_hash = patiently(|| blobs.put(bytes.clone())).await?;
        let library = &self.worker.desk().library;
        let volume = library.get(&library.ticket(&order.tenant, &document_hash, &order.config.pages)).await?;
        let (order, model) = (order.clone(), self.parts.models.get(&order.config.model)?);
        on_a_thread(move || estimate(&order.schema, &volume.document, &order.config, model.card())).await
    }

    async fn to_the_end(&self, order: &Order, job: NewJob, watch: Watch<'_>) -> Result<JobState, StoreError> {
        let id = job.id;
        let store = &self.parts.store;
        patiently(|| store.job_insert(job.clone(), Admission::default())).await?;
        let mut state = JobState::default();
        let mut following = follow(Arc::clone(store), order.tenant.clone(), id, 0);
        while let Some(recorded) = following.next().await {
            match recorded {
                Ok(recorded) => take(&mut state, &recorded, watch),
                Err(error) if error.is_retryable() => {
                    following = follow(Arc::clone(store), order.tenant.clone(), id, state.sequence);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(state)
    }

    /// Drops what runs, within a second; what was finished is kept.
    pub async fn stop(self) {
        self.worker.stop().await;
    }
}

fn take(state: &mut JobState, recorded: &Recorded, watch: Watch<'_>) {
    state.apply(recorded);
    match &recorded.event {
        Event::DocumentRead { pages_read, .. } => watch(Progress::DocumentRead { pages: *pages_read as usize }),
        Event::Planned { questions } => watch(Progress::Planned { subtrees: questions.len() }),
        Event::RowsArrived { subtree, .. } => {
            watch(Progress::RowsArrived { rows: state.subtree(subtree).map_or(0, |found| found.rows.items.len()) });
        }
        Event::SubtreeFinished { remembered, .. } => watch(Progress::SubtreeFinished { remembered: *remembered }),
        Event::SubtreeRetrying { failure: Failure { code, message }, wait_ms, instead, .. } => {
            let (error, instead) = (StepError::new(*code, message.clone()), instead.clone());
            watch(Progress::SubtreeRetrying { error, wait_ms: *wait_ms, instead });
        }
        Event::SubtreeFailed { .. } => watch(Progress::SubtreeFailed),
        Event::JobStarted { .. }
        | Event::StepFailed { .. }
        | Event::CancelRequested
        | Event::JobReopened
        | Event::JobCompleted { .. }
        | Event::JobFailed { .. }
        | Event::JobCancelled => {}
    }
}
