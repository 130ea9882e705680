//! Which trace a request belongs to, and the job that it starts (W3C Trace Context).
//!
//! Reads and writes through the propagator that the binary sets; where it sets none, all of this is nothing. What a span
//! tells is method, route and status: never a query, a body or a name of a document. Called by the edge and where a job
//! is started.

use std::collections::HashMap;

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::Status;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// A request's headers, to be read by a propagator.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// The span of a request goes on with its sender's trace.
pub(crate) fn join(span: &Span, headers: &HeaderMap) {
    let sender = global::get_text_map_propagator(|propagator| propagator.extract(&Headers(headers)));
    // A span that nobody collects has no parent, and needs none.
    let _ = span.set_parent(sender);
}

/// What a request was, and what it was answered.
pub(crate) fn answered(span: &Span, method: &Method, route: &str, status: StatusCode) {
    span.set_attribute("http.request.method", method.to_string());
    span.set_attribute("http.route", route.to_owned());
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(status.to_string()));
    }
}

/// Where this request is in its trace, to be kept with the job that it starts.
pub(crate) fn place() -> HashMap<String, String> {
    let mut place = HashMap::new();
    let context = Span::current().context();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut place));
    place
}
