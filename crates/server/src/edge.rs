//! The first to see a request and the last to see its answer.
//!
//! Gives every request its id, writes problems as documents, logs one line, counts. Never the query (a key may stand in
//! it), never a body. Called by the router, outside of everything else.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use sluice_store::random;
use tracing::Instrument as _;
use ulid::Ulid;

use crate::app::App;
use crate::problem::Problem;
use crate::trace;
use crate::wire::problem::{Door, MEDIA_TYPE, ProblemText};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn edge(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let request_id = new_request_id(app.now_ms());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|matched| matched.as_str().to_owned());
    let span = tracing::info_span!("request", request_id, %method, path);
    trace::join(&span, request.headers());
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = finish(response, &method, &path, &request_id);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let route = route.unwrap_or_else(|| "none".to_owned());
    trace::answered(&span, &method, &route, response.status());
    metrics::counter!("sluice_http_requests_total", "method" => method.to_string(), "route" => route,
        "status" => status.to_string())
    .increment(1);
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, took_ms, "answered"));
    response
}

/// `req_` and a ULID. Without random bytes the time alone must do: an id is only for finding a line.
fn new_request_id(now_ms: u64) -> String {
    let random = random::<10>().unwrap_or_default();
    let mut bits = [0u8; 16];
    bits[6..].copy_from_slice(&random);
    format!("req_{}", Ulid::from_parts(now_ms, u128::from_be_bytes(bits)))
}

fn finish(response: Response, method: &Method, path: &str, request_id: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let problem = parts.extensions.remove::<Problem>().or_else(|| {
        let is_bare = parts.status == StatusCode::INTERNAL_SERVER_ERROR && !parts.headers.contains_key(CONTENT_TYPE);
        is_bare.then(|| Problem::internal("a handler gave no answer"))
    });
    let Some(problem) = problem else { return Response::from_parts(parts, body) };
    let door = Door::of(path);
    let text = ProblemText {
        code: problem.code,
        detail: &problem.detail,
        fields: &problem.fields,
        door,
        request_id,
        instance: path,
    };
    let status = StatusCode::from_u16(problem.code.status(door)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(text.to_json().to_string()) };
    let mut written = (status, [(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], body).into_response();
    // What layers and the handler have set stays: challenges, limits, allowed methods, origins.
    let own = problem.headers.iter().map(|(name, value)| (name, value));
    for (name, value) in parts.headers.iter().chain(own) {
        if *name != CONTENT_TYPE && *name != http::header::CONTENT_LENGTH {
            written.headers_mut().insert(name.clone(), value.clone());
        }
    }
    written
}
