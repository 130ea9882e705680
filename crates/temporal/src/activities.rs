//! What Temporal has run here: each activity is one call of the engine, with a sign of life now and then.
//!
//! The names are part of the histories of running workflows: never change one. Never a rule, never a value. Called by the
//! worker of Temporal's SDK.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sluice_engine::stepwise::{NotNow, Stepwise};
use sluice_extract::job::Step;
use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio::sync::watch;

use crate::wire::{NextAsked, NextTold, StepAsked};

/// Time between two signs of life where the workflow names none.
const BEAT: Duration = Duration::from_secs(5);

/// The engine, as Temporal calls it.
pub(crate) struct Steps {
    pub(crate) stepwise: Arc<Stepwise>,
    /// Says when this process ends.
    pub(crate) stopping: watch::Receiver<bool>,
}

#[activities]
impl Steps {
    /// What is next: reads the log, and writes what takes no work. Run beside the workflow, as a local activity.
    #[activity(name = "next")]
    pub(crate) async fn next(
        self: Arc<Self>,
        _ctx: ActivityContext,
        asked: NextAsked,
    ) -> Result<NextTold, ActivityError> {
        let NextAsked { name, running, after, cancelled } = asked;
        if cancelled {
            self.stepwise.cancel(&name).await.map_err(|error| not_now(&error))?;
        }
        let running: BTreeSet<Step> = running.into_iter().map(Step::from).collect();
        let next = self.stepwise.next(&name, &running, after).await.map_err(|error| not_now(&error))?;
        Ok(next.into())
    }

    /// Step `Start`.
    #[activity(name = "start")]
    pub(crate) async fn start(self: Arc<Self>, ctx: ActivityContext, asked: StepAsked) -> Result<(), ActivityError> {
        self.run(&ctx, asked).await
    }

    /// Step `ReadDocument`.
    #[activity(name = "read_document")]
    pub(crate) async fn read_document(
        self: Arc<Self>,
        ctx: ActivityContext,
        asked: StepAsked,
    ) -> Result<(), ActivityError> {
        self.run(&ctx, asked).await
    }

    /// Step `Plan`.
    #[activity(name = "plan")]
    pub(crate) async fn plan(self: Arc<Self>, ctx: ActivityContext, asked: StepAsked) -> Result<(), ActivityError> {
        self.run(&ctx, asked).await
    }

    /// Step `ExtractSubtree`.
    #[activity(name = "extract_subtree")]
    pub(crate) async fn extract_subtree(
        self: Arc<Self>,
        ctx: ActivityContext,
        asked: StepAsked,
    ) -> Result<(), ActivityError> {
        self.run(&ctx, asked).await
    }

    /// Step `Assemble`.
    #[activity(name = "assemble")]
    pub(crate) async fn assemble(self: Arc<Self>, ctx: ActivityContext, asked: StepAsked) -> Result<(), ActivityError> {
        self.run(&ctx, asked).await
    }
}

impl Steps {
    async fn run(&self, ctx: &ActivityContext, asked: StepAsked) -> Result<(), ActivityError> {
        let StepAsked { name, step, attempt } = asked;
        let step = step.into();
        let mut running = std::pin::pin!(self.stepwise.run(&name, &step, attempt));
        let mut stopping = self.stopping.clone();
        let mut stopped = std::pin::pin!(async move {
            // Whoever is gone has stopped as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        });
        let mut beat = tokio::time::interval(ctx.info().heartbeat_timeout.map_or(BEAT, |lost_after| lost_after / 3));
        loop {
            tokio::select! {
                done = &mut running => return done.map_err(|error| not_now(&error)),
                // Dropping the step stops it; whoever works on asks for it soon.
                () = &mut stopped => return Err(given_back()),
                () = ctx.cancelled() => return Err(ActivityError::cancelled()),
                _ = beat.tick() => ctx.record_heartbeat(()).await?,
            }
        }
    }
}

/// Temporal runs it again, as the workflow's policy says.
fn not_now(error: &NotNow) -> ActivityError {
    tracing::error!(%error, "a step cannot be run; Temporal tries it again later");
    let told = anyhow::anyhow!("the store could not do its part");
    ActivityError::application(ApplicationFailure::builder(told).type_name("store".to_owned()).build())
}

fn given_back() -> ActivityError {
    let told = anyhow::anyhow!("the worker ended");
    ActivityError::application(ApplicationFailure::builder(told).type_name("worker_ended".to_owned()).build())
}
