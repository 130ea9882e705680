//! The workflow of a job: a fixed interpreter, the same for every job and every release.
//!
//! It asks what is next, begins and stops steps, and waits for whatever comes first; what the log says is never kept here,
//! so there is nothing in it that a release would change. Invariant: only what the SDK gives is waited for, and nothing
//! is looked at but what it was told, so that it can be run again from its history. A change to what it does in which
//! order breaks running workflows, unless it asks `ctx.patched` first: `tests/it/histories` holds it to that.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use sluice_engine::stepwise::FinishedSubtree;
use sluice_extract::job::{FailedSubtree, Progress};
use temporalio_common::{Priority, RetryPolicy};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{
    ActivityExecutionError, ActivityOptions, ApplicationFailure, CancellableFuture, ContinueAsNewOptions,
    LocalActivityOptions, TimerResult, WorkflowCancellationToken, WorkflowContext, WorkflowContextView, WorkflowResult,
    WorkflowTermination,
};

use crate::activities::Steps;
use crate::wire::{BeginTold, Ended, JobInput, NextAsked, NextTold, SoFarTold, StepAsked, StepName};

/// The longest that a step may take. Lost ones are noticed by their silence, long before.
const STEP_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest that one answer to what is next may take; then it is asked again.
const NEXT_MAX: Duration = Duration::from_secs(60);

/// How long is waited before it is asked again what is next, where something cannot be that happened.
const ODD: Duration = Duration::from_secs(5);

/// A job.
#[workflow]
pub(crate) struct JobWorkflow {
    input: JobInput,
    after: u64,
    round: u32,
    progress: Option<Progress>,
    finished: Vec<FinishedSubtree>,
    failed: Vec<FailedSubtree>,
}

/// A step that was begun.
struct Running<'a> {
    step: StepName,
    stop: WorkflowCancellationToken,
    outcome: Pin<Box<dyn Future<Output = Result<(), ActivityExecutionError>> + 'a>>,
}

/// What came first.
enum Woken {
    /// A step ended without a failure of its own kind.
    Ended,
    /// A step could not be run, and is not tried again by Temporal.
    Broken,
    /// It is time.
    Time,
    /// Somebody wants the workflow to stop.
    Cancelled,
}

#[workflow_methods]
impl JobWorkflow {
    #[init]
    pub(crate) fn new(_ctx: &WorkflowContextView, input: JobInput) -> Self {
        Self { input, after: 0, round: 0, progress: None, finished: Vec::new(), failed: Vec::new() }
    }

    #[run]
    pub(crate) async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let ctx = &*ctx;
        let mut running: Vec<Running<'_>> = Vec::new();
        let (mut cancelled, mut hears_cancel) = (false, true);
        loop {
            let told = next(ctx, &running, std::mem::take(&mut cancelled)).await?;
            if let Some(ended) = told.ended {
                return conclude(ended);
            }
            for step in told.stop {
                running.iter().filter(|running| running.step == step).for_each(|running| running.stop.cancel());
            }
            // What runs is let run to its end: a new run of the workflow would know nothing of it.
            if ctx.continue_as_new_suggested() {
                if running.is_empty() {
                    ctx.continue_as_new(ctx.state(|job| job.input.clone()), ContinueAsNewOptions::default())?;
                }
            } else {
                running.extend(told.begin.into_iter().map(|begin| start(ctx, begin)));
            }
            let wait = told.wait_ms.map(Duration::from_millis);
            let wait = if running.is_empty() { Some(wait.unwrap_or(ODD)) } else { wait };
            match woken(ctx, &mut running, wait, hears_cancel).await {
                // Once: a job that is reopened after it was stopped goes on.
                Woken::Cancelled => (cancelled, hears_cancel) = (true, false),
                Woken::Broken => {
                    ctx.timer(ODD).await;
                }
                Woken::Ended | Woken::Time => {}
            }
        }
    }

    /// How far the job is; null before that is known.
    #[query]
    pub(crate) fn progress(&self, _ctx: &WorkflowContextView) -> Option<Progress> {
        self.progress.clone()
    }

    /// The parts that have their answers, each with the event of the job's log that holds it.
    #[query]
    pub(crate) fn accumulated_results(&self, _ctx: &WorkflowContextView) -> Vec<FinishedSubtree> {
        self.finished.clone()
    }

    /// The parts that will have none.
    #[query]
    pub(crate) fn failed_subtrees(&self, _ctx: &WorkflowContextView) -> Vec<FailedSubtree> {
        self.failed.clone()
    }
}

impl JobWorkflow {
    fn take_in(&mut self, told: SoFarTold) {
        if told.round != self.round {
            // What had failed is asked again.
            self.failed.clear();
        }
        self.after = self.after.max(told.after);
        self.round = told.round;
        self.progress = told.progress.or(self.progress.take());
        self.finished.extend(told.finished);
        self.failed.extend(told.failed);
    }
}

/// Asks what is next, and takes in how far the job is.
async fn next(
    ctx: &WorkflowContext<JobWorkflow>,
    running: &[Running<'_>],
    cancelled: bool,
) -> Result<NextTold, WorkflowTermination> {
    let (name, after) = ctx.state(|job| (job.input.name.clone(), job.after));
    let running = running.iter().map(|running| running.step.clone()).collect();
    let asked = NextAsked { name, running, after, cancelled };
    let options = LocalActivityOptions::builder()
        .start_to_close_timeout(NEXT_MAX)
        .retry_policy(patience())
        // A workflow that is to be stopped asks all the same.
        .cancellation_token(WorkflowCancellationToken::new())
        .build();
    let mut told = ctx.execute_local_activity(Steps::next, asked, options).await?;
    let so_far = std::mem::take(&mut told.so_far);
    ctx.state_mut(|job| job.take_in(so_far));
    Ok(told)
}

fn start<'a>(ctx: &'a WorkflowContext<JobWorkflow>, begin: BeginTold) -> Running<'a> {
    let (name, lost_after) = ctx.state(|job| (job.input.name.clone(), job.input.lost_after()));
    let BeginTold { step, attempt } = begin;
    let stop = WorkflowCancellationToken::new();
    let mut fair = Priority::default();
    fair.fairness_key = Some(name.tenant.as_str().to_owned());
    let options = ActivityOptions::with_start_to_close_timeout(STEP_MAX)
        .heartbeat_timeout(lost_after)
        .retry_policy(patience())
        .cancellation_token(stop.clone())
        .priority(fair)
        .build();
    let asked = StepAsked { name, step: step.clone(), attempt };
    let outcome: Pin<Box<dyn Future<Output = _> + 'a>> = match &step {
        StepName::Start => Box::pin(ctx.execute_activity(Steps::start, asked, options)),
        StepName::ReadDocument => Box::pin(ctx.execute_activity(Steps::read_document, asked, options)),
        StepName::Plan => Box::pin(ctx.execute_activity(Steps::plan, asked, options)),
        StepName::ExtractSubtree { .. } => Box::pin(ctx.execute_activity(Steps::extract_subtree, asked, options)),
        StepName::Assemble => Box::pin(ctx.execute_activity(Steps::assemble, asked, options)),
    };
    Running { step, stop, outcome }
}

/// What the log does not know is repeated without end: a worker that was lost, a store that was away. An attempt that
/// failed is in the log, and the rules say when there is another one.
fn patience() -> RetryPolicy {
    RetryPolicy::builder().initial_interval(Duration::from_secs(1)).maximum_interval(Duration::from_secs(10)).build()
}

/// Waits for whatever comes first, in this order. Of steps that ended at the same time all are taken.
async fn woken(
    ctx: &WorkflowContext<JobWorkflow>,
    running: &mut Vec<Running<'_>>,
    wait: Option<Duration>,
    hears_cancel: bool,
) -> Woken {
    let mut timer = wait.map(|wait| Box::pin(ctx.timer(wait)));
    let mut cancelled = Box::pin(ctx.cancelled());
    let woken = poll_fn(|cx| {
        let before = running.len();
        let mut is_broken = false;
        running.retain_mut(|running| match running.outcome.as_mut().poll(cx) {
            Poll::Pending => true,
            Poll::Ready(outcome) => {
                is_broken |= matches!(&outcome, Err(error) if !matches!(error, ActivityExecutionError::Cancelled(_)));
                false
            }
        });
        if running.len() < before {
            return Poll::Ready(if is_broken { Woken::Broken } else { Woken::Ended });
        }
        if hears_cancel && cancelled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Woken::Cancelled);
        }
        match timer.as_mut().map(|timer| timer.as_mut().poll(cx)) {
            Some(Poll::Ready(TimerResult::Fired | TimerResult::Cancelled)) => Poll::Ready(Woken::Time),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    })
    .await;
    if let (Some(timer), false) = (&timer, matches!(woken, Woken::Time)) {
        timer.cancel();
    }
    woken
}

/// Temporal shows how the job ended; what came of it stands in the log.
fn conclude(ended: Ended) -> WorkflowResult<()> {
    match ended {
        Ended::Completed | Ended::Gone => Ok(()),
        Ended::Cancelled => Err(WorkflowTermination::cancelled()),
        Ended::Failed => {
            let told = anyhow::anyhow!("the job failed; its log says why");
            let failure = ApplicationFailure::builder(told).type_name("job_failed".to_owned()).non_retryable(true);
            Err(WorkflowTermination::failed_application(failure.build()))
        }
    }
}

/// The macro's module is private to this file.
pub(crate) type JobRun = job_workflow::Run;
