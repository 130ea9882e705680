//! What is counted while jobs are worked on, for whoever runs the server.
//!
//! Totals only: no tenant, no job, no model. Counts what was recorded, once, so that a repeated outcome counts nothing.
//! Called where events are appended.

use sluice_extract::event::{Event, Spent};

/// Counts one event that was recorded just now.
pub(super) fn count(event: &Event) {
    match event {
        Event::JobStarted { .. } => metrics::counter!("sluice_jobs_begun_total").increment(1),
        Event::RowsArrived { items_new, spent, .. } => {
            metrics::counter!("sluice_rows_total").increment(items_new.len() as u64);
            took(spent);
        }
        Event::SubtreeRetrying { spent, .. } => {
            metrics::counter!("sluice_retries_total").increment(1);
            took(spent);
        }
        Event::SubtreeFinished { remembered: true, .. } => subtree("remembered"),
        Event::SubtreeFinished { spent, .. } => {
            subtree("finished");
            took(spent);
        }
        Event::SubtreeFailed { spent, .. } => {
            subtree("failed");
            took(spent);
        }
        Event::JobCompleted { .. } => job("completed"),
        Event::JobFailed { .. } => job("failed"),
        Event::JobCancelled => job("cancelled"),
        Event::DocumentRead { pages_read, .. } => {
            metrics::counter!("sluice_pages_total").increment(u64::from(*pages_read));
        }
        Event::Planned { .. } | Event::StepFailed { .. } | Event::CancelRequested | Event::JobReopened => {}
    }
}

fn subtree(outcome: &'static str) {
    metrics::counter!("sluice_subtrees_total", "outcome" => outcome).increment(1);
}

fn job(status: &'static str) {
    metrics::counter!("sluice_jobs_ended_total", "status" => status).increment(1);
}

fn took(spent: &Spent) {
    let usage = &spent.usage;
    metrics::counter!("sluice_calls_total").increment(usage.calls);
    // Tokens that nobody told cannot be counted.
    let output = usage.output_tokens.unwrap_or(0) + usage.thinking_tokens.unwrap_or(0);
    metrics::counter!("sluice_tokens_total", "kind" => "input").increment(usage.input_tokens.unwrap_or(0));
    metrics::counter!("sluice_tokens_total", "kind" => "output").increment(output);
    // A counter of the `metrics` crate is whole; what calls cost is not. It only ever rises.
    metrics::gauge!("sluice_cost_usd_total").increment(spent.cost_usd.unwrap_or(0.0));
}
