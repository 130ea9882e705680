//! Jobs as the Extract API writes and takes them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use sluice_extract::config::{Config, ConfigProblem};
use sluice_extract::id::{DocumentId, SchemaId};
use sluice_extract::job::{End, FailedSubtree, JobState, Metadata, Progress};
use sluice_store::JobRow;
use utoipa::{PartialSchema, ToSchema};

use super::body::Fields;
use super::problem::{FieldProblem, Loc};
use super::time;

/// A job to be started.
#[derive(Debug, ToSchema)]
pub(crate) struct StartJob {
    /// The uploaded document.
    #[schema(value_type = String, format = Uuid)]
    pub(crate) document_id: DocumentId,
    /// The stored schema.
    #[schema(value_type = String, format = Uuid)]
    pub(crate) schema_id: SchemaId,
    /// How it is done.
    #[schema(value_type = Option<JobConfig>)]
    pub(crate) config: Config,
    /// Answer with the job's events as they happen.
    #[schema(default = false)]
    pub(crate) stream: bool,
}

/// What a job may take: a guess.
pub(crate) struct Estimated {
    pub(crate) ms: u64,
    /// `None` where the model's price is not known.
    pub(crate) cost_usd: Option<f64>,
}

/// Why no job can be started from a body.
pub(crate) enum StartRefused {
    /// Something in it is not what it must be.
    Fields(Vec<FieldProblem>),
    /// It names something by what is no id.
    MalformedId(&'static str),
}

impl StartJob {
    /// The job that a body asks for. `knows` says whether there is a model of this name.
    pub(crate) fn parse(bytes: &[u8], default: &str, knows: impl Fn(&str) -> bool) -> Result<Self, StartRefused> {
        let mut fields = Fields::parse(bytes).map_err(StartRefused::Fields)?;
        let document_id = fields.required("document_id", Fields::text);
        let schema_id = fields.required("schema_id", Fields::text);
        let stream = fields.boolean("stream").unwrap_or(false);
        let config = Config::parse(&fields.take("config").unwrap_or(Value::Null), default);
        let config = config.unwrap_or_else(|problems| {
            problems.iter().for_each(|problem| fields.refuse(in_config(problem)));
            Config::new(default)
        });
        let named = [("model", Some(&config.model)), ("fallback_model", config.fallback_model.as_ref())];
        for (key, name) in
            named.into_iter().filter_map(|(key, name)| Some((key, name?))).filter(|(_, name)| !knows(name))
        {
            let message = format!("no model is called {name:?} here; GET /v1/models lists them");
            fields.refuse(FieldProblem::new(&["body", "config", key], "model_unknown", message));
        }
        let (document_id, schema_id, config, stream) =
            fields.finish((document_id, schema_id, config, stream)).map_err(StartRefused::Fields)?;
        let document_id = document_id.parse().map_err(|_| StartRefused::MalformedId("document_id"))?;
        let schema_id = schema_id.parse().map_err(|_| StartRefused::MalformedId("schema_id"))?;
        Ok(Self { document_id, schema_id, config, stream })
    }

    /// What is kept with the job: its config with every default, what it may take, and where it is in its starter's
    /// trace.
    pub(crate) fn request(&self, estimated: &Estimated, trace: &HashMap<String, String>) -> Value {
        json!({
            "document_id": self.document_id,
            "schema_id": self.schema_id,
            "config": self.config,
            "estimated_ms": estimated.ms,
            "estimated_cost_usd": estimated.cost_usd,
            "trace": trace,
        })
    }
}

fn in_config(problem: &ConfigProblem) -> FieldProblem {
    let mut loc: Vec<Loc> = vec!["body".into(), "config".into()];
    loc.extend(problem.loc.iter().map(|key| Loc::Key(key.clone())));
    FieldProblem { loc, message: problem.message.clone(), kind: problem.kind.clone() }
}

/// A job's config as the description of the API shows it.
pub(crate) struct JobConfig;

impl ToSchema for JobConfig {
    fn name() -> std::borrow::Cow<'static, str> {
        "JobConfig".into()
    }
}

impl PartialSchema for JobConfig {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        super::super::openapi::job_config()
    }
}

/// That a job was started.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobCreated {
    /// Its id.
    #[schema(format = Uuid)]
    job_id: String,
    /// What it is now.
    #[schema(value_type = JobStatusName)]
    status: &'static str,
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it may be done: a guess from its pages and questions.
    #[schema(format = DateTime)]
    estimated_completion: String,
    /// What it may cost in US dollars: a guess from its pages and questions, null where the model's price is not known.
    estimated_cost_usd: Option<f64>,
}

impl JobCreated {
    /// As it was at the start: the same answer whenever it is asked for again.
    pub(crate) fn at_start(row: &JobRow) -> Self {
        Self { status: sluice_extract::job::Status::Pending.as_str(), ..Self::now(row) }
    }

    /// As it is now.
    pub(crate) fn now(row: &JobRow) -> Self {
        let estimated_ms = row.request.get("estimated_ms").and_then(Value::as_u64).unwrap_or(0);
        Self {
            job_id: row.id.to_string(),
            status: row.status.as_str(),
            created_at: time::text(row.created_at_ms),
            estimated_completion: time::text(row.created_at_ms.saturating_add(estimated_ms)),
            estimated_cost_usd: row.request.get("estimated_cost_usd").and_then(Value::as_f64),
        }
    }
}

/// What a job is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "only described: sluice-extract's own Status is written")]
pub(crate) enum JobStatusName {
    /// Nobody works on it yet.
    Pending,
    /// Somebody does.
    Processing,
    /// Somebody does, and a part of it failed and will be repeated.
    Retrying,
    /// It has a result.
    Completed,
    /// It has none.
    Failed,
    /// It was stopped.
    Cancelled,
}

/// How far a job is.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: sluice-extract's own Progress is written")]
pub(crate) struct JobProgress {
    /// Percent; 100 only for a completed job.
    #[schema(minimum = 0, maximum = 100)]
    completion_percentage: u32,
    /// What is being done.
    current_step: String,
    /// Leaves of the schema that are done.
    #[schema(minimum = 0)]
    fields_processed: u32,
    /// Leaves of the schema.
    #[schema(minimum = 0)]
    total_fields: u32,
}

/// A part without an answer.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: sluice-extract's own FailedSubtree is written")]
pub(crate) struct JobFailedSubtree {
    /// Its name within the job.
    subtree_id: String,
    /// JSON pointer into the result.
    path: String,
    /// Why: a code of `docs/errors`.
    error_type: String,
    /// One sentence.
    error_message: String,
    /// Attempts that were made.
    #[schema(minimum = 0)]
    attempts: u32,
}

/// Why a job has no result.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct JobError {
    /// A code of `docs/errors`.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
}

/// A job's status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobStatus {
    /// Its id.
    #[schema(format = Uuid)]
    job_id: String,
    /// What it is.
    #[schema(value_type = JobStatusName)]
    status: &'static str,
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it may be done, or was.
    #[schema(format = DateTime)]
    estimated_completion: String,
    /// How far it is.
    #[schema(value_type = JobProgress)]
    progress: Progress,
    /// What is being done.
    current_activity: String,
    /// The stored schema.
    #[schema(format = Uuid)]
    schema_id: String,
    /// The uploaded document.
    #[schema(format = Uuid)]
    document_id: String,
    /// How it is done, with every default.
    #[schema(value_type = Object)]
    config: Value,
    /// While it runs: the answers so far as one result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    accumulated_results: Option<Value>,
    /// While it runs: the parts that will have no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<JobFailedSubtree>>)]
    failed_subtrees: Option<Vec<FailedSubtree>>,
    /// Of a failed job: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JobError>,
}

impl JobStatus {
    /// The status of a job whose log says `state`; `accumulated` are the answers so far of one that runs.
    pub(crate) fn new(row: &JobRow, state: &JobState, accumulated: Option<Value>) -> Self {
        let progress = state.progress();
        let created = JobCreated::now(row);
        let ended_at = row.ended_at_ms.filter(|_| state.end.is_some()).map(time::text);
        Self {
            job_id: created.job_id,
            status: state.status().as_str(),
            created_at: created.created_at,
            updated_at: time::text(state.changed_at_ms.unwrap_or(row.created_at_ms)),
            estimated_completion: ended_at.unwrap_or(created.estimated_completion),
            current_activity: progress.current_step.clone(),
            progress,
            schema_id: row.schema.to_string(),
            document_id: row.document.to_string(),
            config: config_of(row),
            accumulated_results: accumulated,
            failed_subtrees: state.end.is_none().then(|| state.failed_subtrees()),
            error: error_of(state),
        }
    }
}

/// Why a job has no result, where it ended so.
pub(crate) fn error_of(state: &JobState) -> Option<JobError> {
    match &state.end {
        Some(End::Failed(failure)) => {
            Some(JobError { code: failure.code.to_string(), message: failure.message.clone() })
        }
        Some(End::Completed { .. } | End::Cancelled) | None => None,
    }
}

/// The config that is kept with a job.
pub(crate) fn config_of(row: &JobRow) -> Value {
    row.request.get("config").cloned().unwrap_or_else(|| json!({}))
}

/// A page of the list of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// Newest first.
    pub(crate) jobs: Vec<JobStatus>,
    /// Jobs of the whole list.
    #[schema(minimum = 0)]
    pub(crate) total_count: u64,
    /// The page of older ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    /// The page of newer ones, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prev_cursor: Option<String>,
}

/// A job's results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobResults {
    /// The job.
    #[schema(format = Uuid)]
    job_id: String,
    /// What it is.
    #[schema(value_type = JobStatusName)]
    status: &'static str,
    /// The data; with `per_key_attribution` each value with its proof.
    #[schema(value_type = Object)]
    pub(crate) results: Value,
    /// What is told beside it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// How it was done.
    #[schema(value_type = Object)]
    config: Value,
}

impl JobResults {
    pub(crate) fn new(row: &JobRow, state: &JobState, results: Value) -> Self {
        Self {
            job_id: row.id.to_string(),
            status: state.status().as_str(),
            results,
            metadata: metadata(&config_of(row), &state.metadata()),
            config: config_of(row),
        }
    }
}

/// What is told beside a result, with what the config says.
pub(crate) fn metadata(config: &Value, metadata: &Metadata) -> Value {
    let mut told = json!({
        "model": config.get("model"),
        "has_attributions": config.get("per_key_attribution").and_then(Value::as_bool).unwrap_or(false),
    });
    if let (Value::Object(told), Ok(Value::Object(more))) = (&mut told, serde_json::to_value(metadata)) {
        told.extend(more);
    }
    told
}
