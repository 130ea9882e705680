//! What jobs took, one row for each time that one ended, and summed by day.
//!
//! Data only. It outlives the jobs: who asks what a month cost is not told less because somebody tidied up. Written with
//! the terminal event, so that it is counted once.

use serde::{Deserialize, Serialize};
use sluice_extract::event::Recorded;
use sluice_extract::id::JobId;
use sluice_extract::job::{Status, Took};

use super::Append;
use crate::Tenant;

/// What a job took until its end, told with the terminal event.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// The model that the job named.
    pub model: String,
    /// What it took since it was begun or reopened.
    pub took: Took,
}

/// One end of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageRow {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which job.
    pub job: JobId,
    /// How often it had been reopened.
    pub round: u32,
    /// When it ended.
    pub at_ms: u64,
    /// How it ended.
    pub status: Status,
    /// The model that the job named.
    pub model: String,
    /// Pages that were read.
    pub pages: u32,
    /// Tokens of the prompts; `None` where somebody did not tell.
    pub input_tokens: Option<u64>,
    /// Tokens of the answers, with thinking; `None` where somebody did not tell.
    pub output_tokens: Option<u64>,
    /// US dollars of what has a known price.
    pub cost_usd: f64,
    /// Something had no known price.
    pub is_cost_partly_unknown: bool,
}

impl Append {
    /// The row that belongs to it, once it was recorded in this round; `None` where nothing ends or is counted.
    pub(crate) fn usage(&self, tenant: &Tenant, job: JobId, round: u32, recorded: &Recorded) -> Option<UsageRow> {
        let Ending { model, took } = self.ending.as_ref().filter(|_| recorded.event.is_terminal())?;
        let usage = &took.usage;
        Some(UsageRow {
            tenant: tenant.clone(),
            job,
            round,
            at_ms: recorded.at_ms,
            status: self.status?,
            model: model.clone(),
            pages: took.pages,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens.zip(usage.thinking_tokens).map(|(said, thought)| said + thought),
            cost_usd: took.cost.known_usd,
            is_cost_partly_unknown: took.cost.is_partly_unknown,
        })
    }
}

/// What a tenant's jobs with one model took that ended on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayUsage {
    /// Days since 1970-01-01, UTC.
    pub day: u64,
    /// The model that the jobs named.
    pub model: String,
    /// Jobs that were completed.
    pub completed: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// Pages that were read.
    pub pages: u64,
    /// Tokens of the prompts that were told.
    pub input_tokens: u64,
    /// Tokens of the answers that were told, with thinking.
    pub output_tokens: u64,
    /// US dollars of what has a known price.
    pub cost_usd: f64,
    /// Jobs of which not all tokens were told, or not every price is known.
    pub partly_unknown: u64,
}
