//! The steps of a job that run, each in a task of its own: one that panics fails alone, one that is stopped is gone.
//!
//! Never what a step does. Called by `work`.

use std::collections::{BTreeSet, HashMap};

use sluice_extract::job::Step;
use tokio::task::{AbortHandle, Id, JoinSet};
use tracing::Instrument as _;

use super::trace;

/// What `T` came of a step; `None` where it panicked.
pub(super) struct Ended<T> {
    pub(super) step: Step,
    pub(super) attempt: u32,
    pub(super) outcome: Option<T>,
}

/// Dropping it stops them all.
pub(super) struct Running<T> {
    tasks: JoinSet<T>,
    steps: HashMap<Id, (Step, u32, AbortHandle)>,
}

impl<T: Send + 'static> Running<T> {
    pub(super) fn new() -> Self {
        Self { tasks: JoinSet::new(), steps: HashMap::new() }
    }

    pub(super) fn begin(&mut self, step: Step, attempt: u32, work: impl Future<Output = T> + Send + 'static) {
        let span = trace::of_step(&step, attempt);
        let handle = self.tasks.spawn(work.instrument(span));
        self.steps.insert(handle.id(), (step, attempt, handle));
    }

    /// Its outcome, if it has one already, is not wanted any more.
    pub(super) fn stop(&mut self, step: &Step) {
        self.steps.retain(|_, (running, _, handle)| {
            if running == step {
                handle.abort();
            }
            running != step
        });
    }

    pub(super) fn steps(&self) -> BTreeSet<Step> {
        self.steps.values().map(|(step, _, _)| step.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The next step that ends; never where none runs.
    pub(super) async fn next(&mut self) -> Ended<T> {
        loop {
            let (id, outcome) = match self.tasks.join_next_with_id().await {
                Some(Ok((id, outcome))) => (id, Some(outcome)),
                Some(Err(error)) => (error.id(), None),
                None => std::future::pending().await,
            };
            if let Some((step, attempt, _)) = self.steps.remove(&id) {
                return Ended { step, attempt, outcome };
            }
        }
    }
}
