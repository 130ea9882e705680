//! The worker: takes wishes from the store while it has hands free, holds their leases, gives back what it cannot finish.
//!
//! One loop; the work on each job is a task of its own. Nothing is folded at the start: jobs are taken as there is room,
//! so a thousand unfinished ones delay nobody. Never decides what happens to a job. Started by the binary.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sluice_store::{Claim, Lease, StoreError, WishRequest};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::desk::Desk;
use super::job_log::Leave;
use super::trace;
use super::work::work;

pub use super::desk::{Jitter, Models, Named, Options, Parts, Takes};
pub use super::remembered::Remembering;

/// Longest time between two looks at the wishes: a clock that was set is noticed within it.
const NAP_MAX: Duration = Duration::from_secs(5);

/// Shortest time between two looks at the wishes that nobody asked for.
const NAP_MIN: Duration = Duration::from_millis(10);

/// Time between two looks of a worker that takes only some jobs.
const NAP_OF_FEW: Duration = Duration::from_millis(250);

/// Most jobs that are taken at once beyond those that there is room for, each the only one of its tenant.
const NEWCOMERS_MAX: u32 = 16;

/// How long a job is left alone that cannot be worked on: its log is damaged, or the work on it broke down.
const SET_ASIDE_MS: u64 = 60_000;

/// Giving jobs back must not hold up the end of the process: who starts next takes them back anyway.
const LEAVE_MAX: Duration = Duration::from_millis(500);

/// Works until it is stopped or dropped.
pub struct Worker {
    desk: Arc<Desk>,
    stop: watch::Sender<bool>,
    loop_of_work: JoinHandle<()>,
}

impl Worker {
    /// Begins to work, in tasks of this runtime.
    #[must_use]
    pub fn start(parts: Parts, options: Options) -> Self {
        let (stop, stopped) = watch::channel(false);
        let desk = Arc::new(Desk::new(parts, options));
        let floor =
            Floor { desk: Arc::clone(&desk), stopped, tasks: JoinSet::new(), in_hand: HashMap::new(), renewed: None };
        Self { desk, stop, loop_of_work: tokio::spawn(floor.work()) }
    }

    pub(crate) fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// Drops what runs and gives all jobs back, within a second. Nothing that was recorded is lost.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // The loop does not panic, and if it did, it has ended.
        let _ = self.loop_of_work.await;
    }
}

/// A job in hand.
struct Hand {
    lease: Lease,
    task: AbortHandle,
}

/// When leases were last held for longer: by the clock that the store goes by, and by one that is never set.
#[derive(Clone, Copy)]
struct Renewed {
    at_ms: u64,
    at: Instant,
}

struct Floor {
    desk: Arc<Desk>,
    stopped: watch::Receiver<bool>,
    tasks: JoinSet<Result<(), Leave>>,
    in_hand: HashMap<Id, Hand>,
    renewed: Option<Renewed>,
}

impl Floor {
    async fn work(mut self) {
        let mut hint = self.desk.parts.store.wish_hint();
        let mut stopped = self.stopped.clone();
        loop {
            tokio::select! {
                // Dropping the worker stops it as well.
                _ = stopped.changed() => break,
                () = self.round(&mut hint) => {}
            }
        }
        self.leave().await;
    }

    /// Looks what there is to do, and waits until there may be more.
    async fn round(&mut self, hint: &mut watch::Receiver<u64>) {
        hint.mark_unchanged();
        let nap = self.look().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the store cannot say what there is to do; it is asked again");
            self.nap_longest()
        });
        tokio::select! {
            Some(ended) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                self.ended(ended).await;
                while let Some(ended) = self.tasks.try_join_next_with_id() {
                    self.ended(ended).await;
                }
            }
            // A store that is gone gives no hints any more; the naps go on until somebody stops us.
            Ok(()) = hint.changed() => {}
            () = tokio::time::sleep(nap) => {}
        }
    }

    fn nap_longest(&self) -> Duration {
        NAP_MAX.min(self.lease() / 6)
    }

    fn lease(&self) -> Duration {
        Duration::from_millis(self.desk.options.lease_ms)
    }

    fn room(&self) -> usize {
        self.desk.options.jobs_max.max(1).saturating_sub(self.in_hand.len())
    }

    /// Holds what is in hand, takes what there is room for, and says when to look again.
    async fn look(&mut self) -> Result<Duration, StoreError> {
        // Before anything is taken: a clock that was set forward would have us take our own jobs from ourselves.
        self.renew().await?;
        let longest = self.nap_longest();
        let room = self.room();
        // Hands that are full with the jobs of some are not full for who has none in them.
        let newcomers = room == 0;
        let limit = if newcomers { NEWCOMERS_MAX } else { u32::try_from(room).unwrap_or(u32::MAX) };
        let Options { name, lease_ms, takes, .. } = &self.desk.options;
        let only = takes.only();
        if newcomers && only.is_some() {
            return Ok(longest);
        }
        let request = WishRequest { worker: name.clone(), limit, lease_ms: *lease_ms, only: only.clone(), newcomers };
        let claims = self.desk.parts.store.wish_claim(&request).await?;
        let is_all = !newcomers && claims.len() < room;
        claims.into_iter().for_each(|claim| self.take(claim));
        let next_due_ms = match only {
            // The next one may be nobody's we take; those who take few look often instead.
            Some(_) => return Ok(NAP_OF_FEW),
            None if is_all => self.desk.parts.store.wish_next_due().await?,
            None => None,
        };
        let left = next_due_ms.map(|due_ms| Duration::from_millis(due_ms.saturating_sub(self.desk.now_ms())));
        Ok(left.map_or(longest, |left| left.clamp(NAP_MIN, longest)))
    }

    fn take(&mut self, claim: Claim) {
        let lease = claim.lease;
        // The store handed it out again: the older right to it is void.
        self.in_hand.retain(|_, hand| {
            if hand.lease.job == lease.job {
                hand.task.abort();
            }
            hand.lease.job != lease.job
        });
        let span = trace::of_job(&claim.job);
        let task = self.tasks.spawn(work(Arc::clone(&self.desk), claim).instrument(span));
        self.in_hand.insert(task.id(), Hand { lease, task });
    }

    async fn renew(&mut self) -> Result<(), StoreError> {
        let now = Renewed { at_ms: self.desk.now_ms(), at: Instant::now() };
        let third_ms = self.desk.options.lease_ms / 3;
        let is_fresh = self.renewed.is_some_and(|last| {
            let by_clock = now.at_ms.checked_sub(last.at_ms).is_some_and(|passed_ms| passed_ms < third_ms);
            by_clock && now.at.duration_since(last.at) < self.lease() / 3
        });
        if is_fresh {
            return Ok(());
        }
        let leases: Vec<Lease> = self.in_hand.values().map(|hand| hand.lease).collect();
        if !leases.is_empty() {
            let lost = self.desk.parts.store.wish_renew(&leases, self.desk.options.lease_ms).await?;
            self.in_hand.retain(|_, hand| {
                let is_lost = lost.contains(&hand.lease);
                if is_lost {
                    hand.task.abort();
                }
                !is_lost
            });
        }
        self.renewed = Some(now);
        Ok(())
    }

    /// A job left our hands: ended, lost, or to be given back.
    async fn ended(&mut self, ended: Result<(Id, Result<(), Leave>), JoinError>) {
        let (id, outcome) = match ended {
            Ok((id, outcome)) => (id, Some(outcome)),
            Err(error) => (error.id(), None),
        };
        let Some(lease) = self.in_hand.get(&id).map(|hand| hand.lease) else { return };
        if let Some(due_ms) = self.due_again_ms(lease, outcome) {
            // What cannot be given back is free when its lease runs out.
            let _ = self.desk.parts.store.wish_release(lease, due_ms).await;
        }
        self.in_hand.remove(&id);
    }

    /// From when on somebody may take it again; `None` where there is nothing to be given back.
    fn due_again_ms(&self, lease: Lease, outcome: Option<Result<(), Leave>>) -> Option<u64> {
        let job = lease.job;
        let set_aside_until_ms = || self.desk.now_ms().saturating_add(SET_ASIDE_MS);
        match outcome {
            Some(Ok(()) | Err(Leave::Lost)) => None,
            Some(Err(Leave::Until(until_ms))) => Some(until_ms),
            Some(Err(Leave::SetAside(error))) => {
                tracing::error!(%job, %error, "a job cannot be worked on; it is tried again later");
                Some(set_aside_until_ms())
            }
            None => {
                tracing::error!(%job, "the work on a job broke down; it is tried again later");
                Some(set_aside_until_ms())
            }
        }
    }

    async fn leave(mut self) {
        self.tasks.shutdown().await;
        let now_ms = self.desk.now_ms();
        let store = &self.desk.parts.store;
        let releases = self.in_hand.values().map(|hand| store.wish_release(hand.lease, now_ms));
        let _ = tokio::time::timeout(LEAVE_MAX, join_all(releases)).await;
    }
}
