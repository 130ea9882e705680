//! One job in hand, from what its log says to its end.
//!
//! A loop of four: ask `decide`, begin or stop steps, wait (for an outcome, for somebody else's event, for a time), append.
//! Never a rule of its own about what follows what, and never a second loop that repeats a question. Called by the
//! worker, one task for each job.

use std::sync::Arc;
use std::time::Duration;

use sluice_extract::event::{Event, Spent, WholeStep};
use sluice_extract::job::{Command, Moment, Settings, Step, decide};
use sluice_store::Claim;

use super::desk::Desk;
use super::job_log::{JobLog, Leave};
use super::order::Order;
use super::record::Recorder;
use super::run::{self, Outcome};
use super::running::{Ended, Running};

/// A wait is looked at again this often: the clock may have been set, and then it ends sooner, or is longer.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Works on a job until it has ended, or until there is a reason to leave it.
pub(super) async fn work(desk: Arc<Desk>, claim: Claim) -> Result<(), Leave> {
    let log = JobLog::open(Arc::clone(&desk.parts.store), &claim.job, Some(claim.lease)).await?;
    let order = Arc::new(Order::new(Arc::clone(&desk), claim.job, log.state().cost.known_usd));
    let settings = order.settings();
    Work { desk, order, settings, log, running: Running::new() }.go_on().await
}

struct Work {
    desk: Arc<Desk>,
    order: Arc<Order>,
    settings: Settings,
    log: JobLog,
    running: Running<Outcome>,
}

impl Work {
    async fn go_on(mut self) -> Result<(), Leave> {
        while self.log.state().end.is_none() {
            let known = self.log.state().sequence;
            let moment = Moment { now_ms: self.desk.now_ms(), running: self.running.steps() };
            let mut wait_until_ms = None;
            let mut has_stopped = false;
            for command in decide(self.log.state(), &self.settings, &moment) {
                match command {
                    Command::Wait { until_ms } => wait_until_ms = Some(until_ms),
                    Command::Stop(step) => {
                        self.running.stop(&step);
                        has_stopped = true;
                    }
                    command => self.obey(command).await?,
                }
            }
            if self.log.state().sequence == known && !has_stopped {
                self.wait(wait_until_ms).await?;
            }
        }
        Ok(())
    }

    async fn obey(&mut self, command: Command) -> Result<(), Leave> {
        match command {
            Command::Start => self.begin_whole(Step::Start, WholeStep::Start),
            Command::ReadDocument => self.begin_whole(Step::ReadDocument, WholeStep::ReadDocument),
            Command::Plan => self.begin_whole(Step::Plan, WholeStep::Plan),
            Command::Assemble => self.begin_whole(Step::Assemble, WholeStep::Assemble),
            Command::ExtractSubtree { subtree, attempt } => self.begin_question(subtree, attempt),
            Command::GiveUp { subtree, attempt, failure } => {
                let spent = Spent::default();
                return self.log.append(Event::SubtreeFailed { subtree, attempt, failure, spent }, None).await;
            }
            Command::Fail(failure) => {
                run::release(&self.order, self.log.state()).await;
                return self.log.append(Event::JobFailed { failure }, None).await;
            }
            Command::Cancel => {
                // Felt at once, whatever a vendor does.
                let (order, state) = (Arc::clone(&self.order), self.log.state().clone());
                tokio::spawn(async move { run::release(&order, &state).await });
                return self.log.append(Event::JobCancelled, None).await;
            }
            Command::Wait { .. } | Command::Stop(_) => {}
        }
        Ok(())
    }

    fn begin_whole(&mut self, step: Step, whole: WholeStep) {
        let state = Arc::new(self.log.state().clone());
        self.running.begin(step, 1, run::whole(whole, Arc::clone(&self.order), state));
    }

    fn begin_question(&mut self, subtree: String, attempt: u32) {
        let Some(state) = self.log.state().subtree(&subtree).cloned() else { return };
        self.running.begin(
            Step::ExtractSubtree { subtree },
            attempt,
            run::subtree(Arc::clone(&self.order), state, attempt),
        );
    }

    /// For whatever comes first: an outcome, an event of somebody else, the time.
    async fn wait(&mut self, until_ms: Option<u64>) -> Result<(), Leave> {
        let left_ms = until_ms.map(|until_ms| until_ms.saturating_sub(self.desk.now_ms()));
        if let (Some(until_ms), Some(left_ms)) = (until_ms, left_ms)
            && self.running.is_empty()
            && left_ms > self.desk.options.wait_in_hand_ms_max
        {
            return Err(Leave::Until(until_ms));
        }
        let nap = left_ms.map(|left_ms| Duration::from_millis(left_ms).min(LOOK_AGAIN));
        tokio::select! {
            ended = self.running.next(), if !self.running.is_empty() => self.record(ended).await,
            changed = self.log.changed() => {
                changed?;
                self.log.take_new().await
            }
            () = tokio::time::sleep(nap.unwrap_or_default()), if nap.is_some() => Ok(()),
        }
    }

    async fn record(&mut self, ended: Ended<Outcome>) -> Result<(), Leave> {
        let Ended { step, attempt, outcome } = ended;
        let mut recorder = Recorder { desk: &self.desk, settings: &self.settings, log: &mut self.log };
        recorder.record(step, attempt, outcome).await
    }
}
