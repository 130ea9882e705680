//! What came of a step, into the log.
//!
//! A failed attempt is recorded as the rules of repeating say; what the log does not take has failed. Never runs a step.
//! Called by whoever ran one: `work` and `stepwise`.

use sluice_extract::code::Code;
use sluice_extract::event::{Event, Failure, Spent, WholeStep};
use sluice_extract::job::{FailedAttempt, Settings, Step, after_failure};

use super::desk::Desk;
use super::job_log::{JobLog, Leave};
use super::run::{Kept, Outcome};

/// The log of a job, and the rules by which a failed attempt is repeated.
pub(crate) struct Recorder<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) settings: &'a Settings,
    pub(crate) log: &'a mut JobLog,
}

impl Recorder<'_> {
    /// Records it; `None` is a step that panicked.
    pub(crate) async fn record(&mut self, step: Step, attempt: u32, outcome: Option<Outcome>) -> Result<(), Leave> {
        let recorded = match outcome.unwrap_or_else(|| broken_down(step.clone(), attempt)) {
            Outcome::Event(event) => self.log.append(event, None).await,
            Outcome::Answered(event, Kept { remember, alone: _until_it_is_recorded }) => {
                self.log.append(event, remember).await
            }
            Outcome::Failed(failed) => self.record_failed(failed).await,
        };
        let Err(Leave::SetAside(error)) = recorded else { return recorded };
        // What the log does not take must not be done again and again.
        tracing::error!(?step, %error, "what came of a step cannot be recorded; the step has failed");
        match broken_down(step, attempt) {
            Outcome::Event(event) | Outcome::Answered(event, _) => self.log.append(event, None).await,
            Outcome::Failed(failed) => self.record_failed(failed).await,
        }
    }

    async fn record_failed(&mut self, failed: FailedAttempt) -> Result<(), Leave> {
        let (now_ms, jitter) = (self.desk.now_ms(), (self.desk.options.jitter)());
        let event = after_failure(self.log.state(), self.settings, failed, now_ms, jitter);
        self.log.append(event, None).await
    }
}

/// A panic in a step (a foreign library, a fault of ours) is that step's failure.
fn broken_down(step: Step, attempt: u32) -> Outcome {
    let message = "this part of the work broke down; please report it".to_owned();
    let failure = Failure { code: Code::Internal, message };
    let whole = |step| Outcome::Event(Event::StepFailed { step, failure: failure.clone() });
    match step {
        Step::Start => whole(WholeStep::Start),
        Step::ReadDocument => whole(WholeStep::ReadDocument),
        Step::Plan => whole(WholeStep::Plan),
        Step::Assemble => whole(WholeStep::Assemble),
        Step::ExtractSubtree { subtree } => {
            let spent = Spent::default();
            Outcome::Failed(FailedAttempt { subtree, attempt, failure, retry_after_ms: None, spent })
        }
    }
}
