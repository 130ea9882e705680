//! What those who run the server ask: does it live, can it work, what did it count.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use crate::app::App;
use crate::problem::Problem;
use crate::wire::problem::ProblemCode;

/// The process lives. Needs no key.
#[utoipa::path(get, path = "/health", tag = "operations", security(()), responses((status = 200, body = Object)))]
pub(crate) async fn health() -> Response {
    axum_json(&json!({"status": "ok"}))
}

/// The server can work: its rows can be read. Needs no key.
#[utoipa::path(get, path = "/ready", tag = "operations", security(()), responses((status = 200, body = Object)))]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::new(ProblemCode::Unavailable, "the server is stopping"));
    }
    app.parts.store.wish_next_due().await?;
    Ok(axum_json(&json!({"status": "ready", "version": env!("CARGO_PKG_VERSION")})))
}

/// What was counted, as Prometheus reads it. Totals of the whole server; any key may read them.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404)))]
pub(crate) async fn read_metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let Some(recorder) = &app.parts.metrics else { return Err(Problem::not_found("path")) };
    measure(&app).await?;
    let media_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(CONTENT_TYPE, media_type)], recorder.render()).into_response())
}

/// What is looked up when it is asked for.
async fn measure(app: &App) -> Result<(), Problem> {
    let stats = app.parts.store.stats().await?;
    let due_ms = app.parts.store.wish_next_due().await?;
    let age_ms = due_ms.map_or(0, |due_ms| app.now_ms().saturating_sub(due_ms.max(1)));
    gauge("sluice_jobs_active", stats.jobs_active);
    gauge("sluice_jobs", stats.jobs);
    gauge("sluice_events", stats.events);
    gauge("sluice_documents", stats.documents);
    gauge("sluice_database_bytes", stats.database_bytes);
    metrics::gauge!("sluice_queue_age_seconds").set(std::time::Duration::from_millis(age_ms).as_secs_f64());
    Ok(())
}

fn gauge(name: &'static str, value: u64) {
    #[allow(clippy::cast_precision_loss, reason = "a count")]
    metrics::gauge!(name).set(value as f64);
}

fn axum_json(body: &serde_json::Value) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string()).into_response()
}
