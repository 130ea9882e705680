//! Jobs and their events as the Jobs API writes them.

use serde::Serialize;
use serde_json::{Value, json};
use sluice_extract::event::{Event, Recorded};
use sluice_extract::job::{JobState, Status};
use sluice_store::JobRow;
use utoipa::ToSchema;

use super::event::{Place, Subject, Told};
use super::job::{JobError, error_of};
use super::time;

/// What a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum GenericStatus {
    /// Nobody works on it yet.
    Pending,
    /// Somebody does.
    Running,
    /// It has results.
    Completed,
    /// It has none.
    Failed,
    /// It was stopped.
    Canceled,
}

impl From<Status> for GenericStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Processing | Status::Retrying => Self::Running,
            Status::Completed => Self::Completed,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Canceled,
        }
    }
}

/// When a job became what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusChange {
    /// What it became.
    status: GenericStatus,
    /// When.
    #[schema(format = DateTime)]
    timestamp: String,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its id: `job_` and 26 characters of base32.
    id: String,
    /// What kind of work: `document.extract`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is.
    status: GenericStatus,
    /// What it is about.
    target_type: &'static str,
    /// Which one.
    target_id: String,
    /// The job it belongs to.
    #[schema(required)]
    parent_id: Option<String>,
    /// What was asked.
    #[schema(value_type = Object)]
    payload: Value,
    /// The data, of a completed job. Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    results: Option<Value>,
    /// Why it has none, of a failed job.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JobError>,
    /// When it became what.
    events: Vec<StatusChange>,
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl Job {
    /// A job from its row and its log.
    pub(crate) fn new(row: &JobRow, log: &[Recorded], results: Option<Value>) -> Self {
        let (state, events) = history(row, log);
        Self {
            id: row.id.to_base32(),
            kind: row.kind.clone(),
            status: state.status().into(),
            target_type: "document",
            target_id: row.document.to_base32(),
            parent_id: row.parent.map(|parent| parent.to_base32()),
            payload: payload(row),
            results,
            error: error_of(&state),
            events,
            created_at: time::text(row.created_at_ms),
            updated_at: time::text(state.changed_at_ms.unwrap_or(row.created_at_ms)),
        }
    }
}

fn payload(row: &JobRow) -> Value {
    let of = |key: &str| row.request.get(key).cloned().unwrap_or(Value::Null);
    json!({"document_id": of("document_id"), "schema_id": of("schema_id"), "config": of("config")})
}

/// The state at the end of a log, and each status on the way to it.
fn history(row: &JobRow, log: &[Recorded]) -> (JobState, Vec<StatusChange>) {
    let mut state = JobState::default();
    let change = |status, at_ms| StatusChange { status, timestamp: time::text(at_ms) };
    let mut changes = vec![change(GenericStatus::Pending, row.created_at_ms)];
    for recorded in log {
        state.apply(recorded);
        let status = state.status().into();
        if changes.last().is_none_or(|last| last.status != status) {
            changes.push(change(status, recorded.at_ms));
        }
    }
    (state, changes)
}

/// One job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneJob {
    pub(crate) data: Job,
}

/// Where a list goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageMeta {
    /// The cursor of the page of older ones.
    #[schema(required)]
    pub(crate) next: Option<String>,
    /// The cursor of the page of newer ones.
    #[schema(required)]
    pub(crate) prev: Option<String>,
    /// Most of one page.
    #[schema(minimum = 1)]
    pub(crate) limit: u32,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobPage {
    /// Newest first.
    pub(crate) data: Vec<Job>,
    #[serde(rename = "_meta")]
    pub(crate) meta: PageMeta,
}

/// A part of a job's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// In order: the data of the events of `/v1/extract/jobs/{job_id}/stream`.
    #[schema(value_type = Vec<Object>)]
    pub(crate) data: Vec<Value>,
    #[serde(rename = "_meta")]
    pub(crate) meta: EventPageMeta,
}

/// Where a log goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPageMeta {
    /// The `after` of the next part, if there is one.
    #[schema(required)]
    pub(crate) next: Option<u64>,
    /// The last event of the whole log; 0 for none.
    #[schema(minimum = 0)]
    pub(crate) log_end: u64,
    /// The job has ended.
    pub(crate) ended: bool,
    /// Most of one part.
    #[schema(minimum = 1)]
    pub(crate) limit: u32,
}

impl Subject {
    /// The event that an attach without a cursor begins with.
    pub(crate) fn generic_state(&self, state: &JobState) -> Told {
        let at_ms = state.changed_at_ms.unwrap_or(self.created_at_ms);
        Told { name: "status", data: self.generic(state.sequence, at_ms, state) }
    }

    /// One event of the log for the Jobs API. `results` are those of a job that completed with it.
    pub(crate) fn generic_event(
        &self,
        recorded: &Recorded,
        after: &JobState,
        place: Place,
        results: Option<Value>,
    ) -> Told {
        let mut data = self.generic(recorded.sequence, recorded.at_ms, after);
        let name = match (&recorded.event, place) {
            (event, Place::Superseded) if event.is_terminal() => {
                data["status"] = json!(GenericStatus::Running);
                "progress"
            }
            (Event::JobStarted { .. } | Event::JobReopened, _) => "status",
            (Event::JobCompleted { .. }, _) => {
                data["results"] = results.unwrap_or(Value::Null);
                "completed"
            }
            (Event::JobFailed { .. }, _) => {
                data["error"] = json!(error_of(after));
                "failed"
            }
            (Event::JobCancelled, _) => "canceled",
            (
                Event::DocumentRead { .. }
                | Event::Planned { .. }
                | Event::RowsArrived { .. }
                | Event::SubtreeRetrying { .. }
                | Event::SubtreeFinished { .. }
                | Event::SubtreeFailed { .. }
                | Event::StepFailed { .. }
                | Event::CancelRequested,
                _,
            ) => "progress",
        };
        Told { name, data }
    }

    fn generic(&self, sequence: u64, at_ms: u64, after: &JobState) -> Value {
        let progress = after.progress();
        json!({
            "job_id": self.job.to_base32(),
            "type": self.kind,
            "status": GenericStatus::from(after.status()),
            "timestamp": time::text(at_ms),
            "sequence": sequence,
            "progress": f64::from(progress.completion_percentage) / 100.0,
            "message": progress.current_step,
        })
    }
}
