//! Traces of requests and jobs to an OpenTelemetry collector, where one is named.
//!
//! OTLP over HTTP, in batches, from a thread of its own: a collector that is slow or away costs spans, never work. What
//! spans hold is said where they are made. Names, sampling and headers are OpenTelemetry's own variables (`OTEL_*`).

use anyhow::Context as _;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use crate::trouble::hinted;

const SERVICE: &str = "sluice";

/// The sending of traces; nothing, where no collector is named.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// To the collector at this address.
    pub(crate) fn to(collector: Option<&str>) -> anyhow::Result<Self> {
        let Some(collector) = collector else { return Ok(Self(None)) };
        // The one that models are asked with; that another has set it is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
            .build()
            .map_err(|error| {
                let hint = "name the address of its OTLP port for HTTP, e.g. `--otlp http://127.0.0.1:4318`";
                hinted(format!("no traces can be sent to {collector}: {error}"), hint)
            })?;
        let resource = Resource::builder();
        let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => resource,
            None => resource.with_service_name(SERVICE),
        };
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Self(Some(provider)))
    }

    /// What makes spans of the log's into those of a trace.
    pub(crate) fn layer<S>(&self) -> Option<impl tracing_subscriber::Layer<S> + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.0.as_ref()?.tracer(SERVICE);
        Some(OpenTelemetryLayer::new(tracer).with_location(false).with_threads(false).with_tracked_inactivity(false))
    }

    /// Sends what is left.
    pub(crate) async fn end(self) {
        let Some(provider) = self.0 else { return };
        let ended = tokio::task::spawn_blocking(move || provider.shutdown()).await.context("it broke down");
        if let Err(error) = ended.and_then(|ended| ended.context("the last ones were not sent")) {
            tracing::warn!(%error, "traces");
        }
    }
}
