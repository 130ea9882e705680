//! What all jobs of a worker share: the parts it was started with, documents, turns.
//!
//! Data only. Called by everybody here.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use sluice_document::Reader;
use sluice_extract::id::JobId;
use sluice_extract::limits::{JOBS_IN_HAND_MAX, QUESTIONS_OPEN_OVER_ALL_MAX};
use sluice_model::embedded::Embedded;
use sluice_model::registry::Registry;
use sluice_model::{Model, ModelError};
use sluice_store::{Blobs, Clock, Store};

use super::library::Library;
use super::paces::Paces;
use super::remembered::{BeingAsked, Remembering};
use super::turns::Turns;

/// Finds a model by the name that a job carries.
pub trait Models: Send + Sync {
    /// The model of this name.
    ///
    /// # Errors
    /// `model_unknown`.
    fn get(&self, name: &str) -> Result<Arc<dyn Model>, ModelError>;
}

impl Models for Registry {
    fn get(&self, name: &str) -> Result<Arc<dyn Model>, ModelError> {
        Self::get(self, name)
    }
}

/// What a worker works with.
#[derive(Clone)]
pub struct Parts {
    /// Jobs, logs, wishes.
    pub store: Arc<dyn Store>,
    /// Documents, schemas, results.
    pub blobs: Blobs,
    /// Reads documents in a child process.
    pub reader: Arc<Reader>,
    /// Who can be asked.
    pub models: Arc<dyn Models>,
    /// Where the time comes from; the store's own.
    pub clock: Clock,
}

/// A share in 0..=1 that differs each time: waits before a repetition are spread by it.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Which jobs a worker takes.
#[derive(Clone, Debug, Default)]
pub enum Takes {
    /// Any that is due.
    #[default]
    Any,
    /// Those that are named here, and no others; more may be added.
    Only(Named),
}

/// Jobs by name, shared between who names them and who takes them.
#[derive(Clone, Debug, Default)]
pub struct Named(Arc<Mutex<BTreeSet<JobId>>>);

impl Named {
    /// One more.
    pub fn add(&self, job: JobId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job);
    }

    /// One less.
    pub fn remove(&self, job: JobId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
    }
}

impl Takes {
    pub(crate) fn only(&self) -> Option<Vec<JobId>> {
        match self {
            Self::Any => None,
            Self::Only(Named(named)) => {
                Some(named.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect())
            }
        }
    }
}

/// How a worker works.
#[derive(Clone)]
pub struct Options {
    /// What it calls itself when it takes wishes.
    pub name: String,
    /// Which jobs it takes.
    pub takes: Takes,
    /// Jobs in hand at the same time, at least 1.
    pub jobs_max: usize,
    /// Questions that are open at the same time, over all jobs, at least 1.
    pub questions_max: usize,
    /// Documents that are read at the same time, at least 1: each is a process.
    pub readings_max: usize,
    /// How long nobody else gets a job that this worker has stopped renewing, in milliseconds.
    pub lease_ms: u64,
    /// A job that only waits, and longer than this, is given back until then; in milliseconds.
    pub wait_in_hand_ms_max: u64,
    /// Are answers kept, and given again?
    pub remembering: Remembering,
    /// Spreads the waits before repetitions.
    pub jitter: Jitter,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: format!("process {}", std::process::id()),
            takes: Takes::Any,
            jobs_max: JOBS_IN_HAND_MAX,
            questions_max: QUESTIONS_OPEN_OVER_ALL_MAX,
            readings_max: std::thread::available_parallelism().map_or(1, usize::from),
            lease_ms: 30_000,
            wait_in_hand_ms_max: 10_000,
            remembering: Remembering::On,
            jitter: Arc::new(random_share),
        }
    }
}

/// Without random bytes every wait is the longest.
fn random_share() -> f64 {
    sluice_store::random::<4>().map_or(1.0, |bytes| f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX))
}

pub(crate) struct Desk {
    pub(crate) parts: Parts,
    pub(crate) options: Options,
    pub(crate) library: Library,
    pub(super) turns: Turns,
    pub(super) paces: Paces,
    pub(super) being_asked: BeingAsked,
    /// What a vendor's model says is held beside what this one says, for how sure one can be.
    pub(super) second: Embedded,
}

impl Desk {
    pub(crate) fn new(parts: Parts, options: Options) -> Self {
        let library = Library::new(parts.blobs.clone(), Arc::clone(&parts.reader), options.readings_max);
        let turns = Turns::new(options.questions_max);
        let (paces, being_asked, second) = (Paces::default(), BeingAsked::default(), Embedded::default());
        Self { parts, options, library, turns, paces, being_asked, second }
    }

    /// Unix time in milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        (self.parts.clock)()
    }
}
