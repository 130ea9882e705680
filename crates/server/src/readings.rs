//! What a job is now: its log, folded.
//!
//! Reads logs a part at a time, and only their outline where no values are wanted. Remembers parsed schemas, since each
//! look at a running job needs one. Never appends. Called by the handlers of jobs and by streams.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use sluice_extract::attribution::{AttributionMap, wrap};
use sluice_extract::config::Config;
use sluice_extract::event::Recorded;
use sluice_extract::job::{End, JobState, Phase};
use sluice_extract::page::ContentHash;
use sluice_extract::schema::{Schema, split};
use sluice_store::JobRow;

use crate::app::App;
use crate::problem::Problem;
use crate::wire::event::Subject;
use crate::wire::job::{JobResults, JobStatus, config_of};

/// Most events that are read at once.
const READ_MAX: u32 = 256;

/// Schemas that were parsed a moment ago, newest first.
#[derive(Default)]
pub(crate) struct Schemas {
    parsed: Mutex<VecDeque<(ContentHash, Arc<Schema>)>>,
}

impl Schemas {
    /// Most schemas that are kept: those of the jobs that are looked at now.
    const KEPT_MAX: usize = 32;

    fn get(&self, hash: &ContentHash) -> Option<Arc<Schema>> {
        let parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.iter().find(|(kept, _)| kept == hash).map(|(_, schema)| Arc::clone(schema))
    }

    fn put(&self, hash: ContentHash, schema: Arc<Schema>) {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.push_front((hash, schema));
        parsed.truncate(Self::KEPT_MAX);
    }
}

/// How much of a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// All of it.
    Whole,
    /// Without values and proofs.
    Outline,
}

/// The events of a job up to `until`, or all there are.
///
/// # Errors
/// The job was removed in between, or the store does not work.
pub(crate) async fn log(app: &App, row: &JobRow, detail: Detail, until: Option<u64>) -> Result<Vec<Recorded>, Problem> {
    log_between(app, row, detail, 0, until).await
}

/// The same, only the events after `after`.
///
/// # Errors
/// As [`log`].
pub(crate) async fn log_between(
    app: &App,
    row: &JobRow,
    detail: Detail,
    after: u64,
    until: Option<u64>,
) -> Result<Vec<Recorded>, Problem> {
    let store = &app.parts.store;
    let mut log: Vec<Recorded> = Vec::new();
    loop {
        let after = log.last().map_or(after, |last| last.sequence);
        let slice = match detail {
            Detail::Whole => store.event_list(&row.tenant, row.id, after, READ_MAX).await?,
            Detail::Outline => store.event_outline(&row.tenant, row.id, after, READ_MAX).await?,
        };
        let slice = slice.ok_or_else(|| Problem::not_found("job"))?;
        // What lies past the end is not waited for.
        let until = until.map_or(slice.log_end, |until| until.min(slice.log_end));
        log.extend(slice.events.into_iter().take_while(|recorded| recorded.sequence <= until));
        if log.last().is_none_or(|last| last.sequence >= until) {
            return Ok(log);
        }
    }
}

/// What a job is now.
///
/// # Errors
/// As [`log`].
pub(crate) async fn state(app: &App, row: &JobRow, detail: Detail) -> Result<JobState, Problem> {
    Ok(JobState::of(&log(app, row, detail, None).await?))
}

/// What every event of a job says of it.
pub(crate) fn subject(row: &JobRow) -> Subject {
    Subject { job: row.id, kind: row.kind.clone(), config: config_of(row), created_at_ms: row.created_at_ms }
}

/// The status of a job: with the answers so far while it runs.
///
/// # Errors
/// As [`log`].
pub(crate) async fn status(app: &App, row: &JobRow) -> Result<JobStatus, Problem> {
    let detail = if row.status.is_ended() { Detail::Outline } else { Detail::Whole };
    let state = state(app, row, detail).await?;
    let accumulated = match (&state.end, detail) {
        (None, Detail::Whole) => Some(accumulated(app, row, &state).await?),
        _ => None,
    };
    Ok(JobStatus::new(row, &state, accumulated))
}

/// The results of a job, whole or so far.
///
/// # Errors
/// As [`log`]; or the result is not where it should be.
pub(crate) async fn results(app: &App, row: &JobRow) -> Result<JobResults, Problem> {
    let state = state(app, row, Detail::Whole).await?;
    let data = data(app, row, &state).await?;
    Ok(JobResults::new(row, &state, data))
}

/// The data of a job, whole or so far, as its config wants it.
///
/// # Errors
/// As [`results`].
pub(crate) async fn data(app: &App, row: &JobRow, state: &JobState) -> Result<Value, Problem> {
    let plain = plain(app, row, state).await?;
    let is_wrapped = config_of(row).get("per_key_attribution").and_then(Value::as_bool).unwrap_or(false);
    Ok(if is_wrapped { wrap(&plain, &attributions(state)) } else { plain })
}

/// The data of a job, whole or so far, without proofs.
///
/// # Errors
/// As [`results`].
pub(crate) async fn plain(app: &App, row: &JobRow, state: &JobState) -> Result<Value, Problem> {
    let Some(End::Completed { result, .. }) = &state.end else { return accumulated(app, row, state).await };
    let bytes = app.parts.blobs.get(result).await?;
    let bytes = bytes.ok_or_else(|| Problem::internal(format!("the result {result} is gone")))?;
    serde_json::from_slice(&bytes).map_err(Problem::internal)
}

fn attributions(state: &JobState) -> AttributionMap {
    let mut all = AttributionMap::new();
    for subtree in &state.subtrees {
        if let Phase::Finished(finished) = &subtree.phase {
            all.extend(finished.attributions.clone());
        }
    }
    all
}

/// The answers so far as one result.
async fn accumulated(app: &App, row: &JobRow, state: &JobState) -> Result<Value, Problem> {
    let schema = schema(app, &row.schema_hash).await?;
    let config: Config = serde_json::from_value(config_of(row)).map_err(Problem::internal)?;
    Ok(state.accumulated_results(&schema, &split(&schema, &config.split_options())))
}

/// The schema of a job, as it was when the job was started.
async fn schema(app: &App, hash: &ContentHash) -> Result<Arc<Schema>, Problem> {
    if let Some(schema) = app.schemas.get(hash) {
        return Ok(schema);
    }
    let bytes = app.parts.blobs.get(hash).await?;
    let bytes = bytes.ok_or_else(|| Problem::internal(format!("the schema {hash} is gone")))?;
    let definition = serde_json::from_slice(&bytes).map_err(Problem::internal)?;
    let schema = parse(definition).await?.map_err(|_| Problem::internal(format!("the schema {hash} is none")))?;
    app.schemas.put(hash.clone(), Arc::clone(&schema));
    Ok(schema)
}

/// A definition as a schema, or all that is wrong with it. A hostile one may take a second: on a thread for that.
///
/// # Errors
/// The thread did not come back.
pub(crate) async fn parse(
    definition: Value,
) -> Result<Result<Arc<Schema>, Vec<sluice_extract::schema::Problem>>, Problem> {
    let task = tokio::task::spawn_blocking(move || Schema::parse(&definition).map(Arc::new));
    task.await.map_err(Problem::internal)
}
