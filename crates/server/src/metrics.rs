//! What is counted, as Prometheus reads it.
//!
//! Whoever counts calls the `metrics` crate; this holds the one recorder of the process and writes it out. No tenants, no
//! names: totals only, since any key may read them. Made once by the binary; written out by `/metrics`.

use std::sync::Arc;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// The recorder of the process.
#[derive(Clone)]
pub struct Metrics {
    handle: Arc<PrometheusHandle>,
}

impl Metrics {
    /// Puts the recorder in its place, once for a process; `None` where one is there already.
    #[must_use]
    pub fn install() -> Option<Self> {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = Arc::new(recorder.handle());
        metrics::set_global_recorder(recorder).ok()?;
        describe();
        Some(Self { handle })
    }

    pub(crate) fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn describe() {
    metrics::describe_counter!("sluice_http_requests_total", "Requests that were answered, by route and status");
    metrics::describe_gauge!("sluice_streams_open", "Streams that are open now");
    metrics::describe_counter!("sluice_stream_frames_total", "Frames that were handed to streams, by API");
    metrics::describe_counter!("sluice_jobs_started_total", "Jobs that were started");
    metrics::describe_gauge!("sluice_jobs_active", "Jobs that have not ended");
    metrics::describe_gauge!("sluice_jobs", "Jobs that are kept");
    metrics::describe_gauge!("sluice_events", "Events that are kept");
    metrics::describe_gauge!("sluice_documents", "Documents that are kept");
    metrics::describe_gauge!("sluice_database_bytes", "Bytes of the rows");
    metrics::describe_gauge!("sluice_queue_age_seconds", "How long the oldest due wish has waited");
}
