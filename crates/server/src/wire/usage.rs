//! Usage on the wire: days of UTC, and sums of what was told.

use serde::Serialize;
use sluice_extract::limits::{DAY_MS, USAGE_DAYS_DEFAULT, USAGE_DAYS_MAX};
use sluice_store::DayUsage;
use utoipa::ToSchema;

use super::query::Query;
use super::time;

/// The days that are asked for, both included, since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Days {
    /// `from` and `to` of a query; problems are left in it.
    pub(crate) fn of(query: &mut Query, now_ms: u64) -> Self {
        let last = query.day("to").unwrap_or(now_ms / DAY_MS);
        let first = query.day("from").unwrap_or_else(|| last.saturating_sub(USAGE_DAYS_DEFAULT - 1));
        if last < first {
            query.wrong("to", "date_order", "Input should not be before `from`".to_owned());
        } else if last - first >= USAGE_DAYS_MAX {
            query.wrong("from", "date_range", format!("Input should be at most {USAGE_DAYS_MAX} days before `to`"));
        }
        Self { first, last }
    }
}

/// What a tenant's jobs took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageReport {
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    to: String,
    /// Days and models with jobs that ended, oldest first; days without are left out.
    days: Vec<UsageDay>,
    /// All of them together.
    total: UsageSum,
}

/// What one day's jobs with one model took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageDay {
    /// The day on which they ended, of UTC.
    #[schema(format = Date)]
    day: String,
    /// The model that they named.
    model: String,
    #[serde(flatten)]
    sum: UsageSum,
}

/// A sum of what was told.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct UsageSum {
    /// Jobs that ended.
    jobs: EndedJobs,
    /// Pages that were read.
    #[schema(minimum = 0)]
    pages: u64,
    /// Tokens of prompts, those from a cache included.
    #[schema(minimum = 0)]
    input_tokens: u64,
    /// Tokens of answers, thinking included.
    #[schema(minimum = 0)]
    output_tokens: u64,
    /// US dollars.
    #[schema(minimum = 0)]
    cost_usd: f64,
    /// Jobs with calls whose tokens or price nobody knows: with any, tokens and cost are the least that it was.
    #[schema(minimum = 0)]
    partly_unknown_jobs: u64,
}

/// Jobs by how they ended.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct EndedJobs {
    /// With a result.
    #[schema(minimum = 0)]
    completed: u64,
    /// Without one.
    #[schema(minimum = 0)]
    failed: u64,
    /// They were stopped.
    #[schema(minimum = 0)]
    cancelled: u64,
}

impl UsageReport {
    pub(crate) fn new(days: Days, rows: Vec<DayUsage>) -> Self {
        let mut total = UsageSum::default();
        rows.iter().for_each(|row| total.add(row));
        let days_of = |row: DayUsage| {
            let mut sum = UsageSum::default();
            sum.add(&row);
            UsageDay { day: time::day_text(row.day), model: row.model, sum }
        };
        Self {
            from: time::day_text(days.first),
            to: time::day_text(days.last),
            days: rows.into_iter().map(days_of).collect(),
            total,
        }
    }
}

impl UsageSum {
    fn add(&mut self, row: &DayUsage) {
        self.jobs.completed += row.completed;
        self.jobs.failed += row.failed;
        self.jobs.cancelled += row.cancelled;
        self.pages += row.pages;
        self.input_tokens += row.input_tokens;
        self.output_tokens += row.output_tokens;
        self.cost_usd += row.cost_usd;
        self.partly_unknown_jobs += row.partly_unknown;
    }
}
