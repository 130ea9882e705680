//! One job as this process knows it: its order, its log, and whether its steps are still wanted.
//!
//! Shared by all of its steps that run here. Dropped whenever memory is short; the log is in the store. Called by
//! `stepwise`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, Weak};

use sluice_extract::event::WholeStep;
use sluice_extract::job::{JobState, Settings, Step};
use sluice_store::JobRow;
use tokio::sync::{Mutex, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tracing::{Instrument as _, Span};

use crate::embedded::desk::Desk;
use crate::embedded::job_log::{JobLog, Leave};
use crate::embedded::order::Order;
use crate::embedded::record::Recorder;
use crate::embedded::run::{self, Outcome};
use crate::embedded::trace;

pub(super) struct Hand {
    desk: Arc<Desk>,
    pub(super) order: Arc<Order>,
    pub(super) settings: Settings,
    pub(super) log: Arc<Mutex<JobLog>>,
    is_over: watch::Receiver<bool>,
    places: std::sync::Mutex<BTreeMap<Step, Weak<Mutex<()>>>>,
    watching: AbortHandle,
    used_at_ms: AtomicU64,
    span: Span,
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl Hand {
    pub(super) async fn open(desk: Arc<Desk>, row: JobRow) -> Result<Self, Leave> {
        let log = JobLog::open(Arc::clone(&desk.parts.store), &row, None).await?;
        let span = trace::of_job(&row);
        let order = Arc::new(Order::new(Arc::clone(&desk), row, log.state().cost.known_usd));
        let settings = order.settings();
        let (tell, is_over) = watch::channel(is_over(log.state()));
        let tail = order.desk.parts.store.event_tail(order.job.id);
        let log = Arc::new(Mutex::new(log));
        let watching = tokio::spawn(watch_log(Arc::clone(&log), tail, tell)).abort_handle();
        let (places, used_at_ms) = (std::sync::Mutex::default(), AtomicU64::new(0));
        Ok(Self { desk, order, settings, log, is_over, places, watching, used_at_ms, span })
    }

    pub(super) fn touch(&self, now_ms: u64) {
        self.used_at_ms.store(now_ms, Ordering::Relaxed);
    }

    pub(super) fn used_at_ms(&self) -> u64 {
        self.used_at_ms.load(Ordering::Relaxed)
    }

    /// Runs a step that the log still wants, and records what came of it.
    pub(super) async fn run(&self, step: &Step, attempt: u32) -> Result<(), Leave> {
        let mut is_over = self.is_over.clone();
        // Who was taken for lost while it runs on in this process is waited for, not overtaken.
        let _alone = self.place(step).lock_owned().await;
        let Some(mut work) = self.begin(step, attempt).await? else { return Ok(()) };
        let outcome = tokio::select! {
            outcome = work.ended() => outcome,
            Ok(_) = is_over.wait_for(|is_over| *is_over) => return Ok(()),
        };
        let mut log = self.log.lock().await;
        let mut recorder = Recorder { desk: &self.desk, settings: &self.settings, log: &mut log };
        recorder.record(step.clone(), attempt, outcome).await
    }

    /// Of each step one runs here.
    fn place(&self, step: &Step) -> Arc<Mutex<()>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|_, place| place.strong_count() > 0);
        let place = places.get(step).and_then(Weak::upgrade).unwrap_or_default();
        places.insert(step.clone(), Arc::downgrade(&place));
        place
    }

    async fn begin(&self, step: &Step, attempt: u32) -> Result<Option<Working>, Leave> {
        let mut log = self.log.lock().await;
        log.catch_up().await?;
        let state = log.state();
        if is_over(state) || !is_wanted(state, step, attempt) {
            return Ok(None);
        }
        // What others spent in other processes counts as well.
        self.order.budget.at_least(state.cost.known_usd);
        let span = self.span.in_scope(|| trace::of_step(step, attempt));
        let order = Arc::clone(&self.order);
        let whole = |whole| {
            let state = Arc::new(state.clone());
            tokio::spawn(run::whole(whole, Arc::clone(&order), state).instrument(span.clone()))
        };
        let task = match step {
            Step::Start => whole(WholeStep::Start),
            Step::ReadDocument => whole(WholeStep::ReadDocument),
            Step::Plan => whole(WholeStep::Plan),
            Step::Assemble => whole(WholeStep::Assemble),
            Step::ExtractSubtree { subtree } => {
                let Some(known) = state.subtree(subtree).cloned() else { return Ok(None) };
                tokio::spawn(run::subtree(Arc::clone(&order), known, attempt).instrument(span))
            }
        };
        Ok(Some(Working(task)))
    }
}

/// A step that runs in a task of its own, so that one that panics fails alone. Dropping this stops it.
struct Working(JoinHandle<Outcome>);

impl Working {
    /// What came of it; `None` where it panicked.
    async fn ended(&mut self) -> Option<Outcome> {
        (&mut self.0).await.ok()
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Nothing that runs is wanted any more.
fn is_over(state: &JobState) -> bool {
    state.end.is_some() || state.cancel_requested || state.failure.is_some()
}

/// The log has no outcome of it yet.
fn is_wanted(state: &JobState, step: &Step, attempt: u32) -> bool {
    match step {
        Step::Start => state.started_at_ms.is_none(),
        Step::ReadDocument => state.pages.is_none(),
        Step::Plan => !state.planned,
        Step::Assemble => true,
        Step::ExtractSubtree { subtree } => {
            state.subtree(subtree).is_some_and(|known| !known.is_ended() && known.next_attempt() == attempt)
        }
    }
}

/// Takes in what others write, and tells when nothing is wanted any more.
async fn watch_log(log: Arc<Mutex<JobLog>>, mut tail: sluice_store::TailReceiver, tell: watch::Sender<bool>) {
    while tail.changed().await.is_ok() {
        tail.mark_unchanged();
        let mut log = log.lock().await;
        // What cannot be read now is read before the next step.
        if log.take_new().await.is_ok() {
            let is_over = is_over(log.state());
            tell.send_if_modified(|told| std::mem::replace(told, is_over) != is_over);
        }
    }
}
