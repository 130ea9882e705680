//! Every route, on one screen; and what stands around them.
//!
//! `routes!` takes method and path from the handler's description, so that the OpenAPI document and the routes cannot
//! differ. Called by `serve` and by the description.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{HeaderName, HeaderValue};
use http::{Method, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::auth;
use crate::edge::edge;
use crate::problem::Problem;
use crate::routes::request::{no_such_method, no_such_path};
use crate::routes::{
    corrections, documents, generic_jobs, jobs, keys, models, operations, page, schemas, start, streams, usage,
};

/// Behind a key, under `/v1/extract`.
pub(crate) fn extract_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        // POST /v1/extract/documents/upload
        .routes(routes!(documents::upload_document))
        // GET /v1/extract/documents
        .routes(routes!(documents::list_documents))
        // GET, DELETE /v1/extract/documents/{document_id}
        .routes(routes!(documents::get_document, documents::delete_document))
        // GET /v1/extract/documents/{document_id}/content
        .routes(routes!(documents::get_content))
        // GET /v1/extract/documents/{document_id}/pages/{page_number}
        .routes(routes!(documents::get_page))
        // GET, POST /v1/extract/schemas
        .routes(routes!(schemas::list_schemas, schemas::create_schema))
        // POST /v1/extract/schemas/validate
        .routes(routes!(schemas::validate_schema))
        // POST /v1/extract/schemas/infer
        .routes(routes!(schemas::infer_schema))
        // GET, PUT, DELETE /v1/extract/schemas/{schema_id}
        .routes(routes!(schemas::get_schema, schemas::update_schema, schemas::delete_schema))
        // GET, POST /v1/extract/jobs
        .routes(routes!(jobs::list_jobs, start::start_job))
        // GET /v1/extract/jobs/{job_id}, and below it: results, stream, cancel, retry
        .routes(routes!(jobs::get_job))
        .routes(routes!(jobs::get_results))
        .routes(routes!(streams::extract_stream))
        .routes(routes!(jobs::cancel_job))
        .routes(routes!(jobs::retry_job))
        // GET, PUT /v1/extract/jobs/{job_id}/corrections
        .routes(routes!(corrections::get_corrections, corrections::put_corrections))
}

/// Behind a key, about the server and who asks it.
pub(crate) fn server_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        // GET /v1/models
        .routes(routes!(models::list_models))
        // GET /v1/limits
        .routes(routes!(models::get_limits))
        // GET, POST /v1/keys; DELETE /v1/keys/{key_id}
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
        // GET /v1/usage
        .routes(routes!(usage::get_usage))
        // GET /metrics
        .routes(routes!(operations::read_metrics))
}

/// Behind a key, at the root and under `/v1`.
pub(crate) fn jobs_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        // GET /jobs
        .routes(routes!(generic_jobs::list_generic_jobs))
        // GET /jobs/{job_id}, and below it: stream, events, cancel
        .routes(routes!(generic_jobs::get_generic_job))
        .routes(routes!(streams::jobs_stream))
        .routes(routes!(generic_jobs::list_events))
        .routes(routes!(generic_jobs::cancel_generic_job))
}

/// Without a key.
pub(crate) fn open_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        // GET /health, /ready
        .routes(routes!(operations::health))
        .routes(routes!(operations::ready))
}

/// Files for a browser, without a key.
fn page_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(page::index))
        .route("/assets/{*file}", get(page::asset))
        .route("/openapi.json", get(page::openapi))
        .route("/docs", get(page::docs_index))
        .route("/docs/", get(page::docs_start))
        .route("/docs/{file}", get(page::docs_file))
}

/// The whole server.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let jobs = Router::from(jobs_routes());
    let behind_a_key = Router::from(extract_routes())
        .merge(Router::from(server_routes()))
        .merge(jobs.clone())
        .nest("/v1", jobs)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        // Handlers count the bytes themselves: an upload may have more of them than a body of JSON.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(app), auth));
    let open = Router::from(open_routes()).merge(page_routes()).method_not_allowed_fallback(no_such_method);
    // Who wraps whom: the last one sees a request first.
    behind_a_key
        .merge(open)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors(&app.settings.cors_origins))
        .layer(from_fn_with_state(Arc::clone(app), edge))
        .with_state(Arc::clone(app))
}

/// What it was stands in the log already: the panic's own line.
#[allow(clippy::needless_pass_by_value, reason = "the layer hands it over so")]
fn panicked(_panic: Box<dyn std::any::Any + Send>) -> Response {
    Problem::internal("a handler panicked").into_response()
}

/// Pages of other origins may call the API only where the settings name them.
fn cors(origins: &[String]) -> CorsLayer {
    let exposed = [
        "x-request-id",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "retry-after",
        "idempotency-status",
        "etag",
        "accept-ranges",
        "content-range",
    ];
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_RANGE,
            header::RANGE,
            HeaderName::from_static("x-api-key"),
            HeaderName::from_static("x-api-version"),
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers(exposed.map(HeaderName::from_static));
    if origins.iter().any(|origin| origin == "*") {
        return layer.allow_origin(Any);
    }
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    layer.allow_origin(origins.collect::<Vec<_>>())
}
