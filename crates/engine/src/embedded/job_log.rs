//! The log of a job in hand, and the state that it tells.
//!
//! The state is the fold of the log and of nothing else; every append carries the lease, where the engine works with
//! leases. Never what to append. Called by `work` and `stepwise`.

use std::sync::Arc;

use serde_json::Value;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::JobId;
use sluice_extract::job::JobState;
use sluice_store::{Append, Appended, Ending, JobRow, Lease, Remember, Store, StoreError, TailReceiver, Tenant};

use super::count::count;
use super::patience::patiently;

/// Events that are read at once.
const READ_MAX: u32 = 256;

/// Why a worker leaves a job before its end.
#[derive(Debug)]
pub(crate) enum Leave {
    /// Somebody else has it, or it is not there any more.
    Lost,
    /// It only waits: until then.
    Until(u64),
    /// It cannot be worked on now, and waiting a little does not help.
    SetAside(StoreError),
}

impl From<StoreError> for Leave {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost | StoreError::Closed => Self::Lost,
            error => Self::SetAside(error),
        }
    }
}

/// What a job is counted under; nothing where its config cannot be read, which fails it before anybody is asked.
fn model_of(row: &JobRow) -> String {
    row.request.pointer("/config/model").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A subtree got its answer, or will have none.
pub(crate) struct SubtreeEnd {
    /// The event that says so.
    pub(crate) sequence: u64,
    /// Which subtree.
    pub(crate) subtree: String,
}

pub(crate) struct JobLog {
    store: Arc<dyn Store>,
    tenant: Tenant,
    job: JobId,
    /// The model that the job names.
    model: String,
    lease: Option<Lease>,
    tail: TailReceiver,
    state: JobState,
    endings: Vec<SubtreeEnd>,
}

impl JobLog {
    /// Folds the log as it is. Without a lease others may write as well, and what is recorded already is recorded.
    pub(crate) async fn open(store: Arc<dyn Store>, row: &JobRow, lease: Option<Lease>) -> Result<Self, Leave> {
        // Registered before the first read: a wish to stop that comes in between is heard.
        let tail = store.event_tail(row.id);
        let (tenant, job, model) = (row.tenant.clone(), row.id, model_of(row));
        let mut log = Self { store, tenant, job, model, lease, tail, state: JobState::default(), endings: Vec::new() };
        log.catch_up().await?;
        Ok(log)
    }

    pub(crate) fn state(&self) -> &JobState {
        &self.state
    }

    /// The subtrees that ended, in the order in which they did. One that was reopened since may be open again.
    pub(crate) fn endings(&self) -> &[SubtreeEnd] {
        &self.endings
    }

    // Invariant: the state is the fold of the log, and every append carries the lease.
    /// Appends, and takes in what is new. What the log held already is taken in all the same.
    pub(crate) async fn append(&mut self, event: Event, remember: Option<Remember>) -> Result<(), Leave> {
        let status = Some(self.state.status_after(&event));
        let ending = event.is_terminal().then(|| self.ending());
        let append = Append { event, status, remember, lease: self.lease, ending };
        let appended = patiently(|| self.store.event_append(&self.tenant, self.job, append.clone())).await?;
        if let Appended::Recorded(recorded) = &appended {
            count(&recorded.event);
        }
        match appended {
            Appended::Recorded(recorded) | Appended::Known(recorded) if recorded.sequence > self.state.sequence => {
                self.take(&recorded).await
            }
            Appended::Refused => self.catch_up().await,
            Appended::NoJob => Err(Leave::Lost),
            // Who ran the same step beside us told it before.
            Appended::Recorded(_) | Appended::Known(_) if self.lease.is_none() => Ok(()),
            // It was folded before, and yet it was to be told again: going on would go round in circles.
            Appended::Recorded(recorded) | Appended::Known(recorded) => {
                let fault = format!("event {} does not change the job", recorded.sequence);
                Err(Leave::SetAside(StoreError::Internal(fault)))
            }
        }
    }

    fn ending(&self) -> Ending {
        Ending { model: self.model.clone(), took: self.state.round_took }
    }

    /// Waits until somebody may have written. May be dropped: nothing was taken in.
    pub(crate) async fn changed(&mut self) -> Result<(), Leave> {
        self.tail.changed().await.map_err(|_| Leave::Lost)
    }

    /// Takes in what others wrote.
    pub(crate) async fn take_new(&mut self) -> Result<(), Leave> {
        let new = self.tail.borrow_and_update().after(self.state.sequence);
        match new {
            Some(new) => new.iter().for_each(|recorded| self.fold(recorded)),
            None => self.catch_up().await?,
        }
        Ok(())
    }

    async fn take(&mut self, recorded: &Recorded) -> Result<(), Leave> {
        if recorded.sequence == self.state.sequence + 1 {
            self.fold(recorded);
            return Ok(());
        }
        self.catch_up().await
    }

    fn fold(&mut self, recorded: &Recorded) {
        if recorded.sequence <= self.state.sequence {
            return;
        }
        if let Event::SubtreeFinished { subtree, .. } | Event::SubtreeFailed { subtree, .. } = &recorded.event {
            self.endings.push(SubtreeEnd { sequence: recorded.sequence, subtree: subtree.clone() });
        }
        self.state.apply(recorded);
    }

    /// Takes in all that is there.
    pub(crate) async fn catch_up(&mut self) -> Result<(), Leave> {
        loop {
            let after = self.state.sequence;
            let slice = patiently(|| self.store.event_list(&self.tenant, self.job, after, READ_MAX)).await?;
            let slice = slice.ok_or(Leave::Lost)?;
            slice.events.iter().for_each(|recorded| self.fold(recorded));
            if slice.events.is_empty() || self.state.sequence >= slice.log_end {
                return Ok(());
            }
        }
    }
}
