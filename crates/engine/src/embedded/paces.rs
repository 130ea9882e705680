//! Waiting until a model may be asked: its pace, then a turn among all who ask.
//!
//! The rule is `sluice_extract::pace`; this waits for it. A turn is only held while a question is asked, so that one slow
//! model holds up nobody who asks another. Called before and after a model is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sluice_extract::code::Code;
use sluice_extract::limits::MODEL_PACE_WAIT_MS_MAX;
use sluice_extract::pace::{Go, Pace};
use sluice_model::{ModelCard, ModelError, Usage};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

use super::turns::Turn;

/// The paces of all models that were asked, by name.
pub(super) struct Paces {
    /// Time is counted from here: a clock that is set neither hurries nor stops anybody.
    since: Instant,
    models: Mutex<HashMap<String, Arc<OfModel>>>,
}

struct OfModel {
    pace: Mutex<Pace>,
    changed: Notify,
}

/// Who is asked where this model is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// Another model stands in.
    Another,
    /// Nobody.
    Nobody,
}

/// A question that is being asked. Dropped without an end, nothing is learned from it.
pub(super) struct Asking {
    model: Arc<OfModel>,
    name: u64,
    since: Instant,
    has_ended: bool,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Paces {
    /// Waits until this model may be asked a question that takes about this much.
    ///
    /// Nobody was asked while a model is left alone, so that is no attempt where `otherwise` nobody could be asked: it is
    /// waited for.
    ///
    /// # Errors
    /// `model_unavailable` where it failed again and again and is left alone for a while, `rate_limited` where the wait
    /// would be long; both say until when.
    pub(super) async fn come(
        &self,
        card: &ModelCard,
        estimate: Usage,
        turn: &Turn,
        otherwise: Otherwise,
    ) -> Result<Asking, ModelError> {
        let model = self.of(card);
        let tokens = told(&estimate).unwrap_or_default();
        let until_ms_max = passed_ms(self.since).saturating_add(MODEL_PACE_WAIT_MS_MAX);
        loop {
            let permit = turn.come().await;
            let changed = model.changed.notified();
            let now_ms = passed_ms(self.since);
            let go = model.pace().ask(now_ms, tokens);
            let at_ms = match go {
                Go::Now(name) => {
                    let (model, since) = (Arc::clone(&model), self.since);
                    return Ok(Asking { model, name, since, has_ended: false, _turn: permit });
                }
                Go::Not { until_ms, failures } if otherwise == Otherwise::Another || until_ms > until_ms_max => {
                    return Err(left_alone(card, failures, until_ms, now_ms));
                }
                Go::Not { until_ms, .. } => Some(until_ms),
                Go::At(at_ms) if at_ms > until_ms_max => return Err(too_much(card, at_ms, now_ms)),
                Go::At(at_ms) => Some(at_ms),
                Go::WhenOneEnds => None,
            };
            // Others may ask other models meanwhile.
            drop(permit);
            match at_ms {
                Some(at_ms) => tokio::time::sleep(Duration::from_millis(at_ms.saturating_sub(now_ms))).await,
                None => changed.await,
            }
        }
    }

    fn of(&self, card: &ModelCard) -> Arc<OfModel> {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(OfModel { pace: Mutex::new(Pace::new(card.limits)), changed: Notify::new() });
        Arc::clone(models.entry(card.name.clone()).or_insert_with(new))
    }
}

impl Default for Paces {
    fn default() -> Self {
        Self { since: Instant::now(), models: Mutex::default() }
    }
}

fn passed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl OfModel {
    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asking {
    /// What came of it.
    pub(super) fn ended(mut self, failed: Option<&ModelError>, usage: &Usage) {
        let failed = failed.map(|error| (error.code, error.retry_after_ms));
        self.model.pace().ended(passed_ms(self.since), self.name, failed, told(usage));
        self.has_ended = true;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if !self.has_ended {
            self.model.pace().leave(self.name);
        }
        self.model.changed.notify_waiters();
    }
}

fn told(usage: &Usage) -> Option<u64> {
    Some(usage.input_tokens?.saturating_add(usage.output_tokens?).saturating_add(usage.thinking_tokens?))
}

fn left_alone(card: &ModelCard, failures: u32, until_ms: u64, now_ms: u64) -> ModelError {
    let wait_ms = until_ms.saturating_sub(now_ms);
    let seconds = wait_ms.div_ceil(1_000);
    let message = format!("{} failed {failures} times in a row and is left alone for {seconds} s", card.name);
    ModelError { retry_after_ms: Some(wait_ms), ..ModelError::new(Code::ModelUnavailable, message) }
}

fn too_much(card: &ModelCard, at_ms: u64, now_ms: u64) -> ModelError {
    let wait_ms = at_ms.saturating_sub(now_ms);
    let message = format!("{} wants no more questions for {} s", card.name, wait_ms.div_ceil(1_000));
    ModelError { retry_after_ms: Some(wait_ms), ..ModelError::new(Code::RateLimited, message) }
}
