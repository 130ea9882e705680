//! The events of a job's log as the Extract API's stream and the log's own list write them.
//!
//! One event of the log is one event of the stream, so ids have no gaps; what the published API has no name for is
//! `progress`, which its clients pass over. A terminal event that was followed by a reopening is told as `progress` too:
//! a stream has one terminal event, and it is the last. Never waits, never reads: the state after the event comes in.

use serde_json::{Map, Value, json};
use sluice_extract::event::{Event, Recorded, Spent};
use sluice_extract::id::JobId;
use sluice_extract::job::{JobState, Status};

use super::job::{error_of, metadata};
use super::time;

/// What every event of a job says of it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) job: JobId,
    /// The job's own type.
    pub(crate) kind: String,
    /// How it is done.
    pub(crate) config: Value,
    pub(crate) created_at_ms: u64,
}

/// Does the log end with this event, as far as its reader knows?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// If it is terminal, it ends the stream.
    Last,
    /// The job was reopened after it.
    Superseded,
}

/// An event's name and its data.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) data: Value,
}

impl Subject {
    /// The data of an event, beginning with what all have.
    fn told(&self, name: &'static str, sequence: u64, at_ms: u64, more: Value) -> Told {
        let mut data = Map::new();
        data.insert("type".into(), name.into());
        data.insert("job_id".into(), self.job.to_string().into());
        data.insert("sequence".into(), sequence.into());
        data.insert("timestamp".into(), time::text(at_ms).into());
        if let Value::Object(more) = more {
            data.extend(more);
        }
        Told { name, data: Value::Object(data) }
    }

    /// The event that a re-attach without a cursor begins with: where the job is now.
    pub(crate) fn state(&self, state: &JobState, accumulated: &Value) -> Told {
        let at_ms = state.changed_at_ms.unwrap_or(self.created_at_ms);
        let more = json!({
            "status": state.status(),
            "accumulated_results": accumulated,
            "failed_subtrees": state.failed_subtrees(),
            "progress": state.progress(),
            "total_subtrees": state.subtrees.len(),
        });
        self.told("state", state.sequence, at_ms, more)
    }

    /// One event of the log. `after` is the job's state once it was applied.
    pub(crate) fn event(&self, recorded: &Recorded, after: &JobState, place: Place) -> Told {
        let (name, more) = match (&recorded.event, place) {
            (event, Place::Superseded) if event.is_terminal() => {
                // It goes on: who looks at the status alone must not stop here.
                ("progress", joined(progress("ended_before", after), json!({"status": Status::Processing})))
            }
            (event, _) => self.body(event, recorded.at_ms, after),
        };
        self.told(name, recorded.sequence, recorded.at_ms, more)
    }

    fn body(&self, event: &Event, at_ms: u64, after: &JobState) -> (&'static str, Value) {
        match event {
            Event::JobStarted { subtrees } => (
                "start",
                json!({
                    "total_subtrees": subtrees.len(), "start_time": time::text(at_ms), "subtrees": subtrees,
                }),
            ),
            Event::DocumentRead { page_count, pages_read, findings } => {
                let more = json!({"page_count": page_count, "pages_read": pages_read, "findings": findings});
                ("progress", joined(progress("document_read", after), more))
            }
            Event::Planned { .. } => ("progress", progress("planned", after)),
            Event::RowsArrived { .. } => ("agentic_array_progress", rows(event, after)),
            Event::SubtreeRetrying { .. } => ("subtree_retry", retry(event)),
            Event::SubtreeFinished { .. } => ("subtree_result", result(event, after)),
            Event::SubtreeFailed { .. } => ("subtree_error", subtree_error(event, after)),
            Event::StepFailed { failure, .. } => {
                let more = json!({"error_type": failure.code, "error_message": failure.message});
                ("progress", joined(progress("step_failed", after), more))
            }
            Event::CancelRequested => ("progress", progress("cancel_requested", after)),
            Event::JobReopened => ("progress", progress("reopened", after)),
            Event::JobCompleted { .. } => ("completed", self.end(after)),
            Event::JobFailed { .. } => ("failed", self.end(after)),
            Event::JobCancelled => ("cancelled", self.end(after)),
        }
    }

    fn end(&self, after: &JobState) -> Value {
        let mut end = json!({"status": after.status(), "metadata": metadata(&self.config, &after.metadata())});
        if after.status() == Status::Failed {
            end["error"] = json!(error_of(after));
        }
        end
    }
}

fn joined(mut one: Value, more: Value) -> Value {
    if let (Value::Object(one), Value::Object(more)) = (&mut one, more) {
        one.extend(more);
    }
    one
}

fn progress(cause: &str, after: &JobState) -> Value {
    let progress = after.progress();
    json!({"cause": cause, "status": after.status(), "current_activity": progress.current_step, "progress": progress})
}

fn path(after: &JobState, subtree: &str) -> String {
    after.subtree(subtree).map_or_else(String::new, |found| found.path.clone())
}

fn rows(event: &Event, after: &JobState) -> Value {
    let Event::RowsArrived { subtree, turn, items_new, pages_covered, done, spent, .. } = event else {
        return Value::Null;
    };
    json!({
        "subtree_id": subtree,
        "path": path(after, subtree),
        "items_extracted": after.subtree(subtree).map_or(0, |found| found.rows.items.len()),
        "items_new": items_new,
        "pages_covered": pages_covered,
        "turn": turn,
        "done": done,
        "usage_metadata": usage(spent),
    })
}

fn retry(event: &Event) -> Value {
    let Event::SubtreeRetrying { subtree, attempt, failure, wait_ms, instead, .. } = event else { return Value::Null };
    let instead = instead.as_ref().map_or(Value::Null, |model| json!({"model_instead": model}));
    let retry = json!({
        "subtree_id": subtree,
        "attempt": attempt,
        "error_type": failure.code,
        "error_message": failure.message,
        "retry_in_ms": wait_ms,
    });
    joined(retry, instead)
}

fn result(event: &Event, after: &JobState) -> Value {
    let Event::SubtreeFinished { subtree, attempt, value, attributions, findings, remembered, spent } = event else {
        return Value::Null;
    };
    json!({
        "subtree_id": subtree,
        "path": path(after, subtree),
        "extracted_result": value,
        "attributions": attributions,
        "findings": findings,
        "attempt": attempt,
        "remembered": remembered,
        "usage_metadata": usage(spent),
        "progress": after.progress(),
    })
}

fn subtree_error(event: &Event, after: &JobState) -> Value {
    let Event::SubtreeFailed { subtree, failure, .. } = event else { return Value::Null };
    let failed = after.failed_subtrees().into_iter().find(|failed| failed.subtree_id == *subtree);
    json!({
        "subtree_id": subtree,
        "path": path(after, subtree),
        "error_message": failure.message,
        "error_type": failure.code,
        "attempts": failed.map_or(0, |failed| failed.attempts),
        "progress": after.progress(),
    })
}

fn usage(spent: &Spent) -> Value {
    let answered_by = spent.answered_by.as_ref().map_or(Value::Null, |model| json!({"answered_by": model}));
    joined(
        joined(json!({"model": spent.model}), answered_by),
        joined(json!({"cost_usd": spent.cost_usd}), json!(spent.usage)),
    )
}
