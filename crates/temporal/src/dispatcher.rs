//! The dispatcher: sees to it that every job that wants to be worked on has its workflow.
//!
//! A wish in the store is delivered by starting the workflow whose id is the job's; starting it twice is one. While
//! Temporal is away wishes wait where they are. Delivered ones stay, and are delivered again now and then until the job
//! has ended: a workflow that somebody terminated, or that was lost with its server, is started anew and goes on from the
//! log. A wish to stop is delivered as the cancellation of the workflow. Never runs a step. Started by the binary.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sluice_engine::stepwise::JobName;
use sluice_extract::event::Event;
use sluice_extract::job::JobState;
use sluice_store::{Claim, Clock, Store, StoreError, WishRequest};
use temporalio_client::errors::{WorkflowInteractionError, WorkflowStartError};
use temporalio_client::{
    Client, WorkflowCancelOptions, WorkflowHandle, WorkflowIdConflictPolicy, WorkflowIdReusePolicy,
    WorkflowStartOptions,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::connection::{ConnectError, Server};
use crate::wire::JobInput;
use crate::workflow::{JobRun, JobWorkflow};

/// Wishes that are delivered at the same time.
const CLAIMED_MAX: u32 = 16;

/// How long nobody else delivers what was taken here.
const LEASE_MS: u64 = 60_000;

/// A call to Temporal that takes longer has failed.
const CALL_MAX: Duration = Duration::from_secs(10);

/// When a job that has its workflow is looked at again.
const AGAIN_MS: u64 = 5 * 60_000;

/// When a wish is tried again that could not be delivered.
const AWAY_MS: u64 = 2_000;

/// When it is looked whether a workflow that was told to stop has.
const STOPPED_MS: u64 = 30_000;

/// When a job is looked at again that was reopened while its workflow was about to end.
const REOPENED_MS: u64 = 500;

/// Longest time between two looks at the wishes.
const NAP_MAX: Duration = Duration::from_secs(5);

/// Shortest time between two looks that nobody asked for.
const NAP_MIN: Duration = Duration::from_millis(10);

/// Events of a log that are read at once.
const READ_MAX: u32 = 1_000;

/// Delivers until it is stopped or dropped.
pub struct Dispatcher {
    stop: watch::Sender<bool>,
    delivering: JoinHandle<()>,
}

impl Dispatcher {
    /// Begins to deliver. A step of which nothing was heard for `lost_after` is run again.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, clock: Clock, server: Server, lost_after: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let lost_after_ms = u64::try_from(lost_after.as_millis()).unwrap_or(u64::MAX);
        let post = Post { store, clock, server, lost_after_ms, client: None, is_away: false };
        Self { stop, delivering: tokio::spawn(post.deliver_until(stopped)) }
    }

    /// Ends; what is being delivered is delivered again by whoever comes next.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.delivering.await;
    }
}

struct Post {
    store: Arc<dyn Store>,
    clock: Clock,
    server: Server,
    lost_after_ms: u64,
    client: Option<Client>,
    is_away: bool,
}

/// What came of a delivery.
enum Delivered {
    /// Look again after so many milliseconds.
    Again(u64),
    /// It was not: Temporal is away, or says no.
    Not(String),
}

impl Post {
    async fn deliver_until(mut self, mut stopped: watch::Receiver<bool>) {
        let mut hint = self.store.wish_hint();
        loop {
            hint.mark_unchanged();
            tokio::select! {
                _ = stopped.changed() => return,
                nap = self.round() => {
                    let nap = nap.unwrap_or_else(|error| {
                        tracing::warn!(%error, "the store cannot say what there is to do; it is asked again");
                        NAP_MAX
                    });
                    tokio::select! {
                        _ = stopped.changed() => return,
                        // While Temporal is away new wishes wait with the others.
                        Ok(()) = hint.changed(), if !self.is_away => {}
                        () = tokio::time::sleep(nap) => {}
                    }
                }
            }
        }
    }

    /// Delivers what is due, and says when to look again.
    async fn round(&mut self) -> Result<Duration, StoreError> {
        let request = WishRequest {
            worker: format!("dispatcher {}", std::process::id()),
            limit: CLAIMED_MAX,
            lease_ms: LEASE_MS,
            only: None,
            newcomers: false,
        };
        let claims = self.store.wish_claim(&request).await?;
        let is_all = claims.len() < CLAIMED_MAX as usize;
        self.deliver(claims).await?;
        if self.is_away {
            return Ok(Duration::from_millis(AWAY_MS));
        }
        let next_due_ms = if is_all { self.store.wish_next_due().await? } else { Some(0) };
        let left = next_due_ms.map(|due_ms| Duration::from_millis(due_ms.saturating_sub((self.clock)())));
        Ok(left.map_or(NAP_MAX, |left| left.clamp(NAP_MIN, NAP_MAX)))
    }

    async fn deliver(&mut self, claims: Vec<Claim>) -> Result<(), StoreError> {
        if claims.is_empty() {
            return Ok(());
        }
        let client = self.client().await.map_err(|error| error.to_string());
        let deliveries = claims.iter().map(|claim| async {
            match &client {
                Ok(client) => self.deliver_one(client, claim).await,
                Err(error) => Ok(Delivered::Not(error.clone())),
            }
        });
        let delivered = join_all(deliveries).await;
        let mut why_not = None;
        for (claim, delivered) in claims.iter().zip(delivered) {
            let after_ms = match delivered? {
                Delivered::Again(after_ms) => after_ms,
                Delivered::Not(why) => {
                    why_not = Some(why);
                    AWAY_MS
                }
            };
            self.store.wish_release(claim.lease, (self.clock)().saturating_add(after_ms)).await?;
        }
        self.tell(why_not.as_deref());
        Ok(())
    }

    /// Once for each time that it goes and comes.
    fn tell(&mut self, why_not: Option<&str>) {
        match (why_not, self.is_away) {
            (Some(error), false) => {
                tracing::warn!(error, "Temporal takes no jobs; they wait in the store until it does");
            }
            (None, true) => tracing::info!("Temporal takes jobs again"),
            (Some(_), true) | (None, false) => {}
        }
        self.is_away = why_not.is_some();
    }

    async fn client(&mut self) -> Result<Client, ConnectError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = self.server.connect().await?;
        self.client = Some(client.clone());
        Ok(client)
    }

    async fn deliver_one(&self, client: &Client, claim: &Claim) -> Result<Delivered, StoreError> {
        let name = JobName { tenant: claim.job.tenant.clone(), job: claim.job.id };
        let input = JobInput { name, lost_after_ms: self.lost_after_ms };
        let options = WorkflowStartOptions::new(self.server.task_queue.clone(), claim.job.id.to_string())
            .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicate)
            .id_conflict_policy(WorkflowIdConflictPolicy::Fail)
            .build();
        let starting = tokio::time::timeout(CALL_MAX, client.start_workflow(JobWorkflow::run, input, options)).await;
        match starting {
            Ok(Ok(_)) => Ok(Delivered::Again(AGAIN_MS)),
            Ok(Err(WorkflowStartError::AlreadyStarted { .. })) => self.remind(client, claim).await,
            Ok(Err(error)) => Ok(Delivered::Not(error.to_string())),
            Err(_) => Ok(Delivered::Not("no answer".to_owned())),
        }
    }

    /// The workflow is there. Is there something that it does not know yet?
    async fn remind(&self, client: &Client, claim: &Claim) -> Result<Delivered, StoreError> {
        let (state, last) = self.fold(claim).await?;
        if matches!(last, Some(Event::JobReopened)) {
            return Ok(Delivered::Again(REOPENED_MS));
        }
        if !state.cancel_requested || state.end.is_some() {
            return Ok(Delivered::Again(AGAIN_MS));
        }
        let handle: WorkflowHandle<Client, JobRun> = client.get_workflow_handle(claim.job.id.to_string());
        let options = WorkflowCancelOptions::builder().reason("somebody asked the job to stop").build();
        match tokio::time::timeout(CALL_MAX, handle.cancel(options)).await {
            // One that has ended meanwhile is started anew, and ends the job.
            Ok(Ok(()) | Err(WorkflowInteractionError::NotFound(_))) => Ok(Delivered::Again(STOPPED_MS)),
            Ok(Err(error)) => Ok(Delivered::Not(error.to_string())),
            Err(_) => Ok(Delivered::Not("no answer".to_owned())),
        }
    }

    /// The job without its values, and its last event.
    async fn fold(&self, claim: &Claim) -> Result<(JobState, Option<Event>), StoreError> {
        let (mut state, mut last) = (JobState::default(), None);
        loop {
            let (tenant, job) = (&claim.job.tenant, claim.job.id);
            let slice = self.store.event_outline(tenant, job, state.sequence, READ_MAX).await?;
            let Some(slice) = slice.filter(|slice| !slice.events.is_empty()) else { return Ok((state, last)) };
            slice.events.iter().for_each(|recorded| state.apply(recorded));
            last = slice.events.into_iter().next_back().map(|recorded| recorded.event);
        }
    }
}
