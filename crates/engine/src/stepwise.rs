//! Jobs of a store whose steps somebody else orders, one at a time: an engine with queues and timers of its own, and
//! workers in any number of processes.
//!
//! Two calls: what is next, and run this. Each folds the log first and appends what came of it, once for each step and
//! attempt, whoever runs it and how often: the log stays the only truth, and nobody needs a lease. Never a rule about what
//! follows what (`decide` has them), never a loop, never a timer. Called by the crate `temporal`.

mod hand;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sluice_extract::event::{Event, Spent};
use sluice_extract::id::JobId;
use sluice_extract::job::{Command, FailedSubtree, Moment, Phase, Progress, Status, Step, decide};
use sluice_store::{StoreError, Tenant};

use crate::embedded::desk::{Desk, Options, Parts};
use crate::embedded::job_log::{JobLog, Leave};
use crate::embedded::patience::patiently;
use crate::embedded::run;
use hand::Hand;

/// Most endings that are told at once: what is told is kept in histories, and those are bounded.
const ENDINGS_MAX: usize = 1_000;

/// Which job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JobName {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its id.
    pub job: JobId,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Next {
    /// Steps to begin, each with its attempt, from 1.
    pub begin: Vec<(Step, u32)>,
    /// Running steps whose outcome is not wanted any more.
    pub stop: Vec<Step>,
    /// Ask again after so many milliseconds at the latest.
    pub wait_ms: Option<u64>,
    /// The job has ended, or is not there any more: there is nothing to be done.
    pub ended: bool,
    /// What it is; `None` where it is not there.
    pub status: Option<Status>,
    /// How far it is.
    pub so_far: SoFar,
}

/// How far a job is, without a value of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoFar {
    /// The last event whose endings are told, for the next question.
    pub after: u64,
    /// How often the job was reopened.
    pub round: u32,
    /// How far it is; `None` where the job is not there.
    pub progress: Option<Progress>,
    /// Subtrees that got their answers after the event that was asked for, in that order.
    pub finished: Vec<FinishedSubtree>,
    /// Subtrees that failed since, in that order.
    pub failed: Vec<FailedSubtree>,
}

/// Where an answer stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedSubtree {
    /// Its name within the job.
    pub subtree_id: String,
    /// JSON pointer into the result.
    pub path: String,
    /// The event that holds the answer.
    pub event: u64,
}

/// Why a call did nothing. It may be repeated.
#[derive(Debug, thiserror::Error)]
#[error("job {job} cannot be worked on now: {source}")]
pub struct NotNow {
    /// Which job.
    pub job: JobId,
    /// Why.
    pub source: StoreError,
}

/// Steps of jobs, and all that those share that run in this process.
pub struct Stepwise {
    desk: Arc<Desk>,
    hands: Mutex<HashMap<JobId, Arc<Hand>>>,
}

impl Stepwise {
    /// With these parts. Of the options, those about jobs in hand say how many are kept in memory; leases are not taken.
    #[must_use]
    pub fn new(parts: Parts, options: Options) -> Self {
        Self { desk: Arc::new(Desk::new(parts, options)), hands: Mutex::default() }
    }

    /// What is next, where these steps run. What takes no work is done at once: giving up a part, the end of a job that
    /// has failed or was stopped. `after` is the last event whose endings are known to who asks.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub async fn next(&self, name: &JobName, running: &BTreeSet<Step>, after: u64) -> Result<Next, NotNow> {
        let ended = Next { ended: true, ..Next::default() };
        let Some(hand) = self.hand(name).await? else { return Ok(ended) };
        let mut log = hand.log.lock().await;
        let next = match self.decide(&hand, &mut log, running).await {
            Ok(next) => Next { status: Some(log.state().status()), so_far: so_far(&log, after), ..next },
            Err(Leave::SetAside(source)) => return Err(NotNow { job: name.job, source }),
            Err(Leave::Lost | Leave::Until(_)) => ended,
        };
        drop(log);
        if next.ended {
            self.hands().remove(&name.job);
        }
        Ok(next)
    }

    /// Runs a step and records what came of it. Done at once where the log says that it is not wanted (any more), and
    /// dropped as soon as it does.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub async fn run(&self, name: &JobName, step: &Step, attempt: u32) -> Result<(), NotNow> {
        let Some(hand) = self.hand(name).await? else { return Ok(()) };
        match hand.run(step, attempt).await {
            Err(Leave::SetAside(source)) => Err(NotNow { job: name.job, source }),
            Ok(()) | Err(Leave::Lost | Leave::Until(_)) => Ok(()),
        }
    }

    /// Writes down that somebody wants the job to stop.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub async fn cancel(&self, name: &JobName) -> Result<(), NotNow> {
        let Some(hand) = self.hand(name).await? else { return Ok(()) };
        match hand.log.lock().await.append(Event::CancelRequested, None).await {
            Err(Leave::SetAside(source)) => Err(NotNow { job: name.job, source }),
            Ok(()) | Err(Leave::Lost | Leave::Until(_)) => Ok(()),
        }
    }

    async fn decide(&self, hand: &Hand, log: &mut JobLog, running: &BTreeSet<Step>) -> Result<Next, Leave> {
        log.catch_up().await?;
        loop {
            let known = log.state().sequence;
            let mut next = Next { ended: log.state().end.is_some(), ..Next::default() };
            let moment = Moment { now_ms: self.desk.now_ms(), running: running.clone() };
            for command in decide(log.state(), &hand.settings, &moment) {
                match command {
                    Command::Wait { until_ms } => next.wait_ms = Some(until_ms.saturating_sub(moment.now_ms)),
                    Command::Stop(step) => next.stop.push(step),
                    Command::Start => next.begin.push((Step::Start, 1)),
                    Command::ReadDocument => next.begin.push((Step::ReadDocument, 1)),
                    Command::Plan => next.begin.push((Step::Plan, 1)),
                    Command::Assemble => next.begin.push((Step::Assemble, 1)),
                    Command::ExtractSubtree { subtree, attempt } => {
                        next.begin.push((Step::ExtractSubtree { subtree }, attempt));
                    }
                    Command::GiveUp { subtree, attempt, failure } => {
                        let spent = Spent::default();
                        log.append(Event::SubtreeFailed { subtree, attempt, failure, spent }, None).await?;
                    }
                    Command::Fail(failure) => {
                        run::release(&hand.order, log.state()).await;
                        log.append(Event::JobFailed { failure }, None).await?;
                    }
                    Command::Cancel => {
                        // Felt at once, whatever a vendor does.
                        let (order, state) = (Arc::clone(&hand.order), log.state().clone());
                        tokio::spawn(async move { run::release(&order, &state).await });
                        log.append(Event::JobCancelled, None).await?;
                    }
                }
            }
            if log.state().sequence == known {
                return Ok(next);
            }
        }
    }

    /// The job as it is kept in memory, or from the store; `None` where it is not there.
    async fn hand(&self, name: &JobName) -> Result<Option<Arc<Hand>>, NotNow> {
        let not_now = |source| NotNow { job: name.job, source };
        if let Some(hand) = self.hands().get(&name.job) {
            hand.touch(self.desk.now_ms());
            return Ok(Some(Arc::clone(hand)));
        }
        let store = &self.desk.parts.store;
        let row = patiently(|| store.job_get(&name.tenant, name.job)).await.map_err(not_now)?;
        let Some(row) = row else { return Ok(None) };
        let hand = match Hand::open(Arc::clone(&self.desk), row).await {
            Ok(hand) => hand,
            Err(Leave::SetAside(source)) => return Err(not_now(source)),
            Err(Leave::Lost | Leave::Until(_)) => return Ok(None),
        };
        Ok(Some(self.keep(name.job, hand)))
    }

    /// Keeps it for the next call; of too many, what was not used for longest is dropped. It is in the store.
    fn keep(&self, job: JobId, hand: Hand) -> Arc<Hand> {
        let mut hands = self.hands();
        hand.touch(self.desk.now_ms());
        let kept = Arc::clone(hands.entry(job).or_insert_with(|| Arc::new(hand)));
        while hands.len() > self.desk.options.jobs_max.max(1) {
            let oldest = hands.iter().filter(|(id, _)| **id != job).min_by_key(|(_, hand)| hand.used_at_ms());
            let Some(oldest) = oldest.map(|(id, _)| *id) else { break };
            hands.remove(&oldest);
        }
        kept
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Arc<Hand>>> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn so_far(log: &JobLog, after: u64) -> SoFar {
    let state = log.state();
    let first = log.endings().partition_point(|ending| ending.sequence <= after);
    let new = log.endings().iter().skip(first);
    let after = new.clone().nth(ENDINGS_MAX - 1).map_or(state.sequence, |last| last.sequence);
    let mut failed = BTreeSet::new();
    let mut finished = Vec::new();
    for ending in new.take(ENDINGS_MAX) {
        let Some(subtree) = state.subtree(&ending.subtree) else { continue };
        match subtree.phase {
            Phase::Finished(_) => finished.push(FinishedSubtree {
                subtree_id: subtree.id.clone(),
                path: subtree.path.clone(),
                event: ending.sequence,
            }),
            Phase::Failed(_) => {
                failed.insert(subtree.id.as_str());
            }
            // It was reopened since.
            Phase::Open | Phase::Waiting { .. } => {}
        }
    }
    // All of them are looked at only where there is one.
    let all_failed = if failed.is_empty() { Vec::new() } else { state.failed_subtrees() };
    let failed = all_failed.into_iter().filter(|subtree| failed.contains(subtree.subtree_id.as_str())).collect();
    SoFar { after, round: state.round, progress: Some(state.progress()), finished, failed }
}
