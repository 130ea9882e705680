//! A data directory, its clock, jobs in it, and workers on it.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Value, json};
use sluice_document::{Limits, Ocr, Reader};
use sluice_engine::worker::{Options, Parts, Worker};
use sluice_extract::config::Config;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::{DocumentId, JobId, SchemaId};
use sluice_extract::job::JobState;
use sluice_extract::page::ContentHash;
use sluice_model::Model;
use sluice_model::registry::Registry;
use sluice_store::{
    Admission, Append, Appended, Blobs, Clock, NewJob, OpenOptions, Role, SqliteStore, Store, Synchronous, Tenant,
    follow,
};
use tempfile::TempDir;

use crate::mortal::{Fate, Mortal, while_time_stands};

/// One page with words.
pub(crate) const DOCUMENT: &[u8] = include_bytes!("../../../../examples/invoice/document.pdf");

/// Four arrays: four subtrees, each at a path of its own.
pub(crate) fn schema() -> Value {
    let array = json!({"type": "array", "items": {"type": "string"}});
    json!({"type": "object", "properties": {"a": array, "b": array, "c": array, "d": array}})
}

/// What the scripted model says where no rule says otherwise.
pub(crate) fn script(rules: &Value) -> Value {
    json!({"result": {"a": ["one"], "b": ["two"], "c": [], "d": ["four"]}, "rules": rules})
}

pub(crate) struct World {
    directory: Arc<TempDir>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) fate: Arc<Fate>,
    pub(crate) blobs: Blobs,
    clock_set_by_ms: Arc<AtomicI64>,
    jobs_made: Arc<AtomicU16>,
}

/// Nextest runs each test in a process of its own.
fn beginning() -> tokio::time::Instant {
    static BEGINNING: OnceLock<tokio::time::Instant> = OnceLock::new();
    *BEGINNING.get_or_init(tokio::time::Instant::now)
}

/// Passes with tokio's time, from somewhere, and can be set.
fn clock(set_by_ms: &Arc<AtomicI64>) -> Clock {
    let (runtime, set_by_ms) = (tokio::runtime::Handle::current(), Arc::clone(set_by_ms));
    Arc::new(move || {
        // The store's own thread knows no runtime, and without one tokio's time is the real one.
        let _entered = runtime.enter();
        let passed = i64::try_from(beginning().elapsed().as_millis()).unwrap();
        u64::try_from(1_000_000_000_000 + passed + set_by_ms.load(Ordering::SeqCst)).unwrap()
    })
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_pages_max(None).await
    }

    /// With so many pages of disk at most.
    pub(crate) async fn with_pages_max(pages_max: Option<u32>) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let blobs = Blobs::in_directory(&directory.path().join("blobs")).unwrap();
        Self::open(directory, blobs, Arc::default(), Arc::default(), pages_max).await
    }

    /// With the bytes of another world, and so with the documents that it read.
    pub(crate) async fn with_blobs_of(other: &Self) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        Self::open(directory, other.blobs.clone(), Arc::default(), Arc::default(), None).await
    }

    async fn open(
        directory: Arc<TempDir>,
        blobs: Blobs,
        clock_set_by_ms: Arc<AtomicI64>,
        jobs_made: Arc<AtomicU16>,
        pages_max: Option<u32>,
    ) -> Self {
        let clock = clock(&clock_set_by_ms);
        // Nobody cuts the power here, and flushing is what takes the time.
        let synchronous = Synchronous::Normal;
        let options = OpenOptions { clock, pages_max, synchronous, ..OpenOptions::new(Role::Server) };
        let inner = while_time_stands(SqliteStore::open(directory.path(), options)).await.unwrap();
        let fate = Fate::long_life();
        let store = Arc::new(Mortal { inner: Arc::new(inner), fate: Arc::clone(&fate) });
        Self { directory, store, fate, blobs, clock_set_by_ms, jobs_made }
    }

    /// The same directory after the process died and another one was started.
    pub(crate) async fn reopened(self) -> Self {
        let Self { directory, store, blobs, clock_set_by_ms, jobs_made, .. } = self;
        // The lock goes with the last who holds the store, and what was aborted is dropped by the runtime.
        while Arc::strong_count(&store) > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(store);
        Self::open(directory, blobs, clock_set_by_ms, jobs_made, None).await
    }

    /// Sets the clock.
    pub(crate) fn set_clock_by(&self, ms: i64) {
        self.clock_set_by_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn parts(&self, model: Arc<dyn Model>) -> Parts {
        let program = env!("CARGO_BIN_EXE_sluice-engine-reader").into();
        Parts {
            store: Arc::clone(&self.store),
            blobs: self.blobs.clone(),
            reader: Arc::new(Reader { program, args: Vec::new(), limits: Limits::default(), ocr: Ocr::default() }),
            models: Arc::new(Registry::default().with(model)),
            clock: clock(&self.clock_set_by_ms),
        }
    }

    /// A worker without jitter.
    pub(crate) fn start(&self, model: Arc<dyn Model>) -> Worker {
        Worker::start(self.parts(model), options())
    }

    pub(crate) fn start_with(&self, model: Arc<dyn Model>, options: Options) -> Worker {
        Worker::start(self.parts(model), options)
    }

    /// A job of a tenant; `config` is what it says beside the model.
    pub(crate) async fn job(&self, owner: &str, config: &Value) -> JobId {
        self.job_about(owner, DOCUMENT, config).await
    }

    pub(crate) async fn job_about(&self, owner: &str, document: &'static [u8], config: &Value) -> JobId {
        let mut said = json!({"model": "scripted"});
        said.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let config = Config::parse(&said, "scripted").unwrap();
        let number = self.jobs_made.fetch_add(1, Ordering::SeqCst);
        let document_hash = self.keep(Bytes::from_static(document)).await;
        let schema_hash = self.keep(schema().to_string().into()).await;
        let id = JobId::new(1_000 + u64::from(number), [7; 10]);
        let job = NewJob {
            id,
            tenant: tenant(owner),
            kind: "document.extract".to_owned(),
            parent: None,
            document: DocumentId::new(1, [1; 10]),
            document_hash,
            schema: SchemaId::new(1, [1; 10]),
            schema_hash,
            request: json!({"config": config}),
            label: String::new(),
            key: None,
            request_hash: None,
        };
        self.store.job_insert(job, Admission::default()).await.unwrap();
        id
    }

    /// Flushing the same bytes a thousand times takes long.
    async fn keep(&self, bytes: Bytes) -> ContentHash {
        let hash = ContentHash::of(&bytes);
        while_time_stands(async {
            if !self.blobs.contains(&hash).await.unwrap() {
                self.blobs.put(bytes).await.unwrap();
            }
        })
        .await;
        hash
    }

    /// The log, once the job has ended.
    pub(crate) async fn log_at_end(&self, owner: &str, job: JobId) -> Vec<Recorded> {
        let mut following = follow(Arc::clone(&self.store), tenant(owner), job, 0);
        let mut log = Vec::new();
        while let Some(recorded) = following.next().await {
            log.push((*recorded.unwrap()).clone());
        }
        log
    }

    /// The log as it is.
    pub(crate) async fn log(&self, owner: &str, job: JobId) -> Vec<Recorded> {
        self.store.event_list(&tenant(owner), job, 0, 10_000).await.unwrap().unwrap().events
    }

    /// Waits until the log holds an event like this.
    pub(crate) async fn until(&self, owner: &str, job: JobId, is_it: impl Fn(&Event) -> bool) {
        let mut following = follow(Arc::clone(&self.store), tenant(owner), job, 0);
        while let Some(recorded) = following.next().await {
            if is_it(&recorded.unwrap().event) {
                return;
            }
        }
        panic!("the job ended without it");
    }

    /// Waits until so many subtrees have their answer; which ones come first is chance.
    pub(crate) async fn until_finished(&self, owner: &str, job: JobId, count: usize) {
        let finished = Cell::new(0);
        self.until(owner, job, |event| {
            finished.set(finished.get() + usize::from(matches!(event, Event::SubtreeFinished { .. })));
            finished.get() == count
        })
        .await;
    }

    /// As the server does it.
    pub(crate) async fn tell(&self, owner: &str, job: JobId, event: Event) -> Appended {
        let mut state = JobState::of(&self.log(owner, job).await);
        let (sequence, at_ms) = (state.sequence + 1, 0);
        state.apply(&Recorded { sequence, at_ms, event: event.clone() });
        let append = Append::new(event, Some(state.status()));
        self.store.event_append(&tenant(owner), job, append).await.unwrap()
    }

    /// The result of a completed job.
    pub(crate) async fn result(&self, log: &[Recorded]) -> Value {
        let Some(Event::JobCompleted { result, .. }) = log.last().map(|recorded| &recorded.event) else {
            panic!("no result: {}", told(log));
        };
        let hash: &ContentHash = result;
        serde_json::from_slice(&while_time_stands(self.blobs.get(hash)).await.unwrap().unwrap()).unwrap()
    }
}

pub(crate) fn tenant(name: &str) -> Tenant {
    name.parse().unwrap()
}

/// Without chance.
pub(crate) fn options() -> Options {
    Options { name: "test".to_owned(), jitter: Arc::new(|| 1.0), ..Options::default() }
}

/// A log in short, one line for each event.
pub(crate) fn told(log: &[Recorded]) -> String {
    let lines: Vec<String> = log.iter().map(|recorded| told_one(&recorded.event)).collect();
    lines.join("\n")
}

fn told_one(event: &Event) -> String {
    match event {
        Event::JobStarted { subtrees } => format!("started: {} subtrees", subtrees.len()),
        Event::DocumentRead { page_count, pages_read, .. } => format!("read: {pages_read} of {page_count} pages"),
        Event::Planned { questions } => format!("planned: {} questions", questions.len()),
        Event::RowsArrived { subtree, turn, items_new, done, .. } => {
            format!("{subtree}: {} rows in turn {turn}{}", items_new.len(), if *done { ", the last" } else { "" })
        }
        Event::SubtreeRetrying { subtree, attempt, failure, instead: Some(other), .. } => {
            format!("{subtree}: attempt {attempt} failed ({}), next {other} is asked", failure.code)
        }
        Event::SubtreeRetrying { subtree, attempt, failure, wait_ms, .. } => {
            format!("{subtree}: attempt {attempt} failed ({}), next in {wait_ms} ms", failure.code)
        }
        Event::SubtreeFinished { subtree, attempt, value, remembered, spent, .. } => {
            let how = if *remembered { "remembered" } else { "answered" };
            format!("{subtree}: attempt {attempt} {how}: {value}, {} calls", spent.usage.calls)
        }
        Event::SubtreeFailed { subtree, attempt, failure, .. } => {
            format!("{subtree}: attempt {attempt} failed for good ({}): {}", failure.code, failure.message)
        }
        Event::StepFailed { step, failure } => format!("{step:?} failed ({}): {}", failure.code, failure.message),
        Event::CancelRequested => "somebody asks to stop".to_owned(),
        Event::JobReopened => "reopened".to_owned(),
        Event::JobCompleted { valid, .. } => format!("completed, valid: {valid}"),
        Event::JobFailed { failure } => format!("failed ({})", failure.code),
        Event::JobCancelled => "cancelled".to_owned(),
    }
}
