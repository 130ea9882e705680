//! A worker: takes steps from a task queue of Temporal and runs them, as long as it is not stopped.
//!
//! Temporal may be away at the start and at any time later: it is tried again until it is there. Never decides what a job
//! becomes. Started by the binary, in a thread of its own, because the SDK's worker is bound to one.

use std::sync::Arc;
use std::time::Duration;

use sluice_engine::stepwise::Stepwise;
use temporalio_common::worker::{WorkerDeploymentOptions, WorkerDeploymentVersion};
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::{Runtime, Worker as SdkWorker, WorkerOptions as SdkOptions};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use crate::activities::Steps;
use crate::connection::Server;
use crate::workflow::JobWorkflow;

/// Wait between two tries.
const AGAIN: Duration = Duration::from_secs(2);

/// A worker that was killed had the next task of some workflows: whoever is left gets it after this time.
const STICKY_MAX: Duration = Duration::from_secs(3);

/// The SDK holds signs of life back for most of the silence that is allowed, so that on a busy machine the next one comes
/// too late. How often they are given is decided where they are.
const BEATS_APART_MIN: Duration = Duration::from_millis(100);

/// Jobs whose workflows are kept in memory; the others are folded again from their histories.
const WORKFLOWS_MAX: usize = 1_000;

/// Workflows that are moved on at the same time, and answers to what is next.
const MOVES_MAX: usize = 64;

/// Telling Temporal that a step is given back must not hold up the end of the process: it notices anyway.
const LEAVE_MAX: Duration = Duration::from_secs(2);

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Steps that it runs at the same time.
    pub steps_max: usize,
    /// Steps that all workers of the task queue begin in a second; a bound that Temporal keeps.
    pub steps_per_second: Option<f64>,
}

/// Works until it is stopped.
pub struct Worker {
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

impl Worker {
    /// Begins to work, in a thread of its own; the steps run on this runtime.
    ///
    /// # Errors
    /// There is no thread.
    pub fn start(stepwise: Stepwise, server: Server, options: WorkerOptions) -> std::io::Result<Self> {
        let (stop, stopping) = watch::channel(false);
        let (tell, ended) = oneshot::channel();
        let handle = Handle::current();
        let stepwise = Arc::new(stepwise);
        std::thread::Builder::new().name("temporal-worker".to_owned()).spawn(move || {
            handle.block_on(work(&stepwise, &server, &options, stopping));
            // Nobody may wait for it.
            let _ = tell.send(());
        })?;
        Ok(Self { stop, ended })
    }

    /// Gives back what runs, within seconds. Nothing that was recorded is lost.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = tokio::time::timeout(LEAVE_MAX, self.ended).await;
    }
}

async fn work(stepwise: &Arc<Stepwise>, server: &Server, options: &WorkerOptions, mut stopping: watch::Receiver<bool>) {
    loop {
        let worked = work_once(stepwise, server, options, stopping.clone()).await;
        if *stopping.borrow() {
            return;
        }
        match worked {
            Ok(()) => tracing::warn!("the worker ended early; it begins again"),
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "no steps are taken from Temporal; it is tried again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn work_once(
    stepwise: &Arc<Stepwise>,
    server: &Server,
    options: &WorkerOptions,
    mut stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let client = server.connect().await?;
    let runtime = Runtime::from_current_tokio(Default::default())?;
    let steps = Steps { stepwise: Arc::clone(stepwise), stopping: stopping.clone() };
    let slots = TunerHolder::builder()
        .workflow_task_slot_supplier(FixedSizeSlotSupplier::new(MOVES_MAX))
        .activity_task_slot_supplier(FixedSizeSlotSupplier::new(options.steps_max.max(1)))
        .local_activity_task_slot_supplier(FixedSizeSlotSupplier::new(MOVES_MAX))
        .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(1))
        .build();
    let sdk_options = SdkOptions::new(server.task_queue.clone())
        .register_workflow::<JobWorkflow>()?
        .register_activities(steps)
        .deployment_options(release())
        .max_cached_workflows(WORKFLOWS_MAX)
        .sticky_queue_schedule_to_start_timeout(STICKY_MAX)
        .max_heartbeat_throttle_interval(BEATS_APART_MIN)
        .maybe_max_task_queue_activities_per_second(options.steps_per_second)
        .tuner(slots)
        .build();
    let mut worker = SdkWorker::new(&runtime, client, sdk_options)?;
    let shut_down = worker.shutdown_handle();
    let until_stopped = tokio::spawn(async move {
        // Whoever is gone wants it stopped as well.
        let _ = stopping.wait_for(|stopping| *stopping).await;
        shut_down();
    });
    tracing::info!(task_queue = %server.task_queue, namespace = %server.namespace, "steps are taken from Temporal");
    let worked = worker.run().await;
    until_stopped.abort();
    Ok(worked?)
}

/// What Temporal shows of a worker: which release it is. Every release runs every workflow, so none is bound to one.
fn release() -> WorkerDeploymentOptions {
    let version = WorkerDeploymentVersion::builder().deployment_name("sluice").build_id(env!("CARGO_PKG_VERSION"));
    WorkerDeploymentOptions::new(version.build()).build()
}
