//! Answers that were paid for, as they are kept for whoever asks the same again.
//!
//! Never a failure, and never what an answer took: who gets it again pays nothing. Those who ask the same at the same time
//! wait for the first of them. Called by step `ExtractSubtree` of a job.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::attribution::AttributionMap;
use sluice_extract::code::Finding;
use sluice_extract::page::ContentHash;
use sluice_store::{Remember, Tenant};
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use crate::steps::extract_subtree::SubtreeResult;

/// The wording of the questions, as far as the engine words them; models have versions of their own.
pub(super) const PROMPT_VERSION: &str = "2";

/// Are answers kept, and given again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembering {
    /// The same question is asked once.
    On,
    /// Every question is asked.
    Off,
}

/// An answer as it is kept. What cannot be read any more is asked again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RememberedAnswer {
    pub(crate) value: Value,
    pub(crate) attributions: AttributionMap,
    pub(crate) findings: Vec<Finding>,
}

impl RememberedAnswer {
    pub(crate) fn read(kept: Value) -> Option<Self> {
        serde_json::from_value(kept).ok()
    }
}

/// What is kept of an answer; `None` where JSON cannot say it.
pub(crate) fn to_remember(question: ContentHash, result: &SubtreeResult) -> Option<Remember> {
    let SubtreeResult { value, attributions, findings } = result.clone();
    let answer = serde_json::to_value(RememberedAnswer { value, attributions, findings }).ok()?;
    Some(Remember { question, answer })
}

/// Whose a question is, and its name.
type Name = (Tenant, ContentHash);

/// Questions that are being asked, by whose they are and what they are.
#[derive(Debug, Default)]
pub(crate) struct BeingAsked {
    queues: Mutex<HashMap<Name, Weak<Queue<()>>>>,
}

impl BeingAsked {
    /// Waits until nobody else asks this; nobody does as long as what is returned is held. It is held until the answer is
    /// recorded, and then whoever waits finds it.
    pub(crate) async fn alone(&self, tenant: &Tenant, question: &ContentHash) -> OwnedMutexGuard<()> {
        self.queue(tenant, question).lock_owned().await
    }

    fn queue(&self, tenant: &Tenant, question: &ContentHash) -> Arc<Queue<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.len() >= SWEEP_FROM && queues.len().is_power_of_two() {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        let place = (tenant.clone(), question.clone());
        let queue = queues.get(&place).and_then(Weak::upgrade).unwrap_or_default();
        queues.insert(place, Arc::downgrade(&queue));
        queue
    }
}

/// Questions that nobody asks any more are dropped when this many are kept, and at every power of two above.
const SWEEP_FROM: usize = 256;
