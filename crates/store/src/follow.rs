//! A job's log from some event on, then live: no gap, no double, and an end.
//!
//! First attach, re-attach and polling are this one function with another `after`. Registers for the wake-up before it
//! reads; the wake-up is only a hint. A store that is away for a while is waited for. Never slows a job: a follower that
//! does not read holds nothing but its place.
//! Called by both streams of the server and by whoever waits for a job.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use futures::stream::{BoxStream, StreamExt as _, try_unfold};
use sluice_extract::event::Recorded;
use sluice_extract::id::JobId;
use tokio::time::Instant;

use crate::{LogSlice, Store, StoreError, TailReceiver, Tenant};

/// Events in the order of the log; ends after the terminal event.
pub type Follow = BoxStream<'static, Result<Arc<Recorded>, StoreError>>;

/// Most events that are read at once: a slow follower holds no more than these.
const READ_MAX: u32 = 64;

/// How long a store that cannot now is asked again, and how often: one that starts anew breaks no stream.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN_AFTER: Duration = Duration::from_millis(250);

struct Place {
    store: Arc<dyn Store>,
    tenant: Tenant,
    job: JobId,
    after: u64,
    tail: TailReceiver,
    ready: VecDeque<Arc<Recorded>>,
    /// The last event that was handed out ended the job, as far as is known.
    may_be_over: bool,
}

/// The events after `after`, then live. A job that is not there, or is another tenant's, has no events.
#[must_use]
pub fn follow(store: Arc<dyn Store>, tenant: Tenant, job: JobId, after: u64) -> Follow {
    // Register first: what is committed between this and the read is seen twice, never missed.
    let tail = store.event_tail(job);
    let place = Place { store, tenant, job, after, tail, ready: VecDeque::new(), may_be_over: true };
    events(place).boxed()
}

fn events(place: Place) -> impl Stream<Item = Result<Arc<Recorded>, StoreError>> {
    try_unfold(place, |mut place| async move {
        while place.ready.is_empty() {
            if !place.fill().await? {
                return Ok(None);
            }
        }
        let Some(next) = place.ready.pop_front() else { return Ok(None) };
        place.after = next.sequence;
        place.may_be_over = next.event.is_terminal();
        Ok(Some((next, place)))
    })
}

impl Place {
    /// Gets more events, waiting for them if there are none; `false` where there will be none.
    async fn fill(&mut self) -> Result<bool, StoreError> {
        if !self.may_be_over
            && let Some(new) = self.take_tail()
        {
            self.ready = new;
            return Ok(true);
        }
        let Some(slice) = self.read().await? else { return Ok(false) };
        if !slice.events.is_empty() {
            self.ready = slice.events.into_iter().map(Arc::new).collect();
            return Ok(true);
        }
        if slice.ended {
            return Ok(false);
        }
        self.may_be_over = false;
        Ok(self.tail.changed().await.is_ok())
    }

    async fn read(&self) -> Result<Option<LogSlice>, StoreError> {
        let begun = Instant::now();
        loop {
            match self.store.event_list(&self.tenant, self.job, self.after, READ_MAX).await {
                Err(error) if error.is_retryable() && begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
                read => return read,
            }
        }
    }

    fn take_tail(&mut self) -> Option<VecDeque<Arc<Recorded>>> {
        let new = self.tail.borrow_and_update().after(self.after)?;
        (!new.is_empty()).then(|| new.into())
    }
}
