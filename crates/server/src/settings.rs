//! What a server allows, and how long it waits. Each bound with its reason.
//!
//! Data only. Filled by the binary from its words and settings.

use std::time::Duration;

use sluice_extract::limits::DOCUMENT_BYTES_MAX;

/// What a server allows, and how long it waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Largest JSON body in bytes: the largest schema, twice.
    pub body_bytes_max: usize,
    /// Largest uploaded document in bytes.
    pub upload_bytes_max: u64,
    /// Requests of one key in a minute, also all at once. The published figures differ; this one stops a loop, not a client.
    pub requests_per_minute: u32,
    /// Streams that one key may hold open: a page with a job each for a whole office.
    pub streams_per_key_max: u32,
    /// Jobs of one tenant that have not ended: the published bound.
    pub active_jobs_max: u32,
    /// Silence after which a stream says that it lives: the published 15 s.
    pub heartbeat: Duration,
    /// Longest life of a stream of the Jobs API: the published 5 minutes.
    pub jobs_stream_max: Duration,
    /// How long a client waits before it comes back to a stream, in the first event of each.
    pub reconnect: Duration,
    /// How long a client may not read before its connection is cut off.
    pub write_stall_max: Duration,
    /// How long a client may take for a request's headers, and an idle connection lives.
    pub header_read_max: Duration,
    /// How long a client that sends a body may send nothing of it.
    pub body_stall_max: Duration,
    /// How long requests in flight have when the server stops.
    pub stop_max: Duration,
    /// How long answers are given again under their idempotency key.
    pub idempotency_keep: Duration,
    /// How long a repeated start without a key is known by its body.
    pub repeat_window: Duration,
    /// Origins whose pages may call the API from a browser; `*` for all. None: only our own page.
    pub cors_origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_bytes_max: 8 * 1024 * 1024,
            upload_bytes_max: DOCUMENT_BYTES_MAX,
            requests_per_minute: 6_000,
            streams_per_key_max: 2_048,
            active_jobs_max: 5,
            heartbeat: Duration::from_secs(15),
            jobs_stream_max: Duration::from_secs(5 * 60),
            reconnect: Duration::from_secs(1),
            write_stall_max: Duration::from_secs(30),
            header_read_max: Duration::from_secs(75),
            body_stall_max: Duration::from_secs(30),
            stop_max: Duration::from_millis(800),
            idempotency_keep: Duration::from_secs(24 * 60 * 60),
            repeat_window: Duration::from_secs(60),
            cors_origins: Vec::new(),
        }
    }
}
