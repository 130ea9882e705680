//! The newest events of the jobs that somebody follows, kept in memory, and the wake-up when there are more.
//!
//! A hint and a shortcut, never the truth: ids are contiguous, so a follower sees whether the tail joins what it has, and
//! reads the log where it does not. A thousand followers of one job share these events and read nothing from disk.
//! Filled by the writer after each commit; read by `follow`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use sluice_extract::event::Recorded;
use sluice_extract::id::JobId;
use tokio::sync::watch;

/// Most events of a job that are kept for its followers.
pub(crate) const EVENTS_MAX: usize = 64;

/// The newest events of one job, as far as this process saw them.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    recent: VecDeque<Arc<Recorded>>,
}

/// Wakes up when the tail grows, or may have grown.
pub type TailReceiver = watch::Receiver<Tail>;

impl Tail {
    /// The last event that is here; 0 for none.
    fn last(&self) -> u64 {
        self.recent.back().map_or(0, |recorded| recorded.sequence)
    }

    /// The events after this one; `None` where they may not be all here.
    #[must_use]
    pub fn after(&self, after: u64) -> Option<Vec<Arc<Recorded>>> {
        let first = self.recent.front()?.sequence;
        if first > after.saturating_add(1) {
            return None;
        }
        Some(self.recent.iter().filter(|recorded| recorded.sequence > after).cloned().collect())
    }

    /// What is there already, or comes late from another thread, changes nothing.
    fn push(&mut self, recorded: Arc<Recorded>) {
        if self.last() >= recorded.sequence {
            return;
        }
        let is_next = self.recent.back().is_none_or(|last| last.sequence + 1 == recorded.sequence);
        if !is_next {
            self.recent.clear();
        }
        self.recent.push_back(recorded);
        if self.recent.len() > EVENTS_MAX {
            self.recent.pop_front();
        }
    }
}

/// The tails of all jobs that are followed.
#[derive(Debug, Default)]
pub(crate) struct Tails {
    by_job: Mutex<HashMap<JobId, watch::Sender<Tail>>>,
}

/// Tails that nobody follows any more are dropped when this many are kept, and at every power of two above.
const SWEEP_FROM: usize = 256;

impl Tails {
    /// Registers a follower. Do this before reading the log.
    pub(crate) fn receiver(&self, job: JobId) -> TailReceiver {
        let mut tails = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        if tails.len() >= SWEEP_FROM && tails.len().is_power_of_two() {
            tails.retain(|_, sender| sender.receiver_count() > 0);
        }
        tails.entry(job).or_insert_with(|| watch::channel(Tail::default()).0).subscribe()
    }

    /// Tells followers what was committed.
    pub(crate) fn publish(&self, events: Vec<(JobId, Recorded)>) {
        let mut tails = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        for (job, recorded) in events {
            let Some(sender) = tails.get(&job) else { continue };
            if sender.receiver_count() == 0 {
                tails.remove(&job);
                continue;
            }
            sender.send_modify(|tail| tail.push(Arc::new(recorded)));
        }
    }

    /// The last event that followers of this job have here; `None` where nobody follows it.
    pub(crate) fn last(&self, job: JobId) -> Option<u64> {
        let tails = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = tails.get(&job).filter(|sender| sender.receiver_count() > 0)?;
        Some(sender.borrow().last())
    }

    /// The jobs that are followed, with the last event of each that is here.
    pub(crate) fn followed(&self) -> HashMap<JobId, u64> {
        let tails = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        let followed = tails.iter().filter(|(_, sender)| sender.receiver_count() > 0);
        followed.map(|(job, sender)| (*job, sender.borrow().last())).collect()
    }

    /// Another process wrote: nobody knows what, so everybody looks.
    pub(crate) fn wake_all(&self) {
        let mut tails = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        tails.retain(|_, sender| sender.receiver_count() > 0);
        for sender in tails.values() {
            sender.send_modify(|tail| tail.recent.clear());
        }
    }
}
