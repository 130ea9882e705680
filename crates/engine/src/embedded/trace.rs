//! The spans of a job and its steps, in the trace of the request that started it.
//!
//! That place is kept with the job, so a job that goes on in another process goes on in its trace. A span tells ids,
//! numbers and codes: never a value, a word of a document or a person's message. Called by the worker and by `work`.

use std::collections::HashMap;

use opentelemetry::global;
use opentelemetry::trace::Status;
use sluice_extract::code::Code;
use sluice_extract::event::{Event, Spent};
use sluice_extract::job::Step;
use sluice_store::JobRow;
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::run::Outcome;

/// A job in hand, from when it is taken until it has ended or is left.
pub(crate) fn of_job(job: &JobRow) -> Span {
    let span = info_span!("job", job_id = %job.id, tenant = job.tenant.as_str());
    let place = job.request.get("trace").cloned().unwrap_or_default();
    let place: HashMap<String, String> = serde_json::from_value(place).unwrap_or_default();
    let starter = global::get_text_map_propagator(|propagator| propagator.extract(&place));
    // A span that nobody collects has no parent, and needs none.
    let _ = span.set_parent(starter);
    span
}

/// A step of the job whose span is the current one.
pub(crate) fn of_step(step: &Step, attempt: u32) -> Span {
    match step {
        Step::Start => info_span!("start"),
        Step::ReadDocument => info_span!("read_document"),
        Step::Plan => info_span!("plan"),
        Step::Assemble => info_span!("assemble"),
        Step::ExtractSubtree { subtree } => {
            info_span!("extract_subtree", subtree, attempt, model = Empty, remembered = Empty)
        }
    }
}

/// The same, once the span of its step, the current one, says what it was.
pub(crate) fn told(outcome: Outcome) -> Outcome {
    let span = Span::current();
    match &outcome {
        Outcome::Event(Event::StepFailed { failure, .. }) => failed(&span, failure.code),
        Outcome::Event(Event::RowsArrived { spent, .. }) => took(&span, spent),
        Outcome::Answered(Event::SubtreeFinished { remembered, spent, .. }, _) => {
            span.record("remembered", *remembered);
            took(&span, spent);
        }
        Outcome::Failed(failed_attempt) => {
            took(&span, &failed_attempt.spent);
            failed(&span, failed_attempt.failure.code);
        }
        Outcome::Event(_) | Outcome::Answered(..) => {}
    }
    outcome
}

fn failed(span: &Span, code: Code) {
    span.set_attribute("error.type", code.to_string());
    span.set_status(Status::error(code.to_string()));
}

fn took(span: &Span, spent: &Spent) {
    span.record("model", spent.model.as_str());
    let usage = &spent.usage;
    span.set_attribute("sluice.calls", i64::try_from(usage.calls).unwrap_or(i64::MAX));
    for (name, tokens) in [
        ("gen_ai.usage.input_tokens", usage.input_tokens),
        ("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens),
        ("gen_ai.usage.output_tokens", usage.output_tokens),
    ] {
        if let Some(tokens) = tokens.and_then(|tokens| i64::try_from(tokens).ok()) {
            span.set_attribute(name, tokens);
        }
    }
    if let Some(cost_usd) = spent.cost_usd {
        span.set_attribute("sluice.cost_usd", cost_usd);
    }
}
