//! What this server allows, on the wire.

use serde::Serialize;
use sluice_extract::limits::{KEYS_PER_TENANT_MAX, USAGE_DAYS_MAX};
use utoipa::ToSchema;

use crate::Settings;

/// What this server allows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Limits {
    /// Requests of one key in a minute, at this server.
    #[schema(minimum = 0)]
    requests_per_minute: u32,
    /// Streams that one key may hold open, at this server.
    #[schema(minimum = 0)]
    streams_per_key_max: u32,
    /// Jobs of one tenant that have not ended, at all servers together.
    #[schema(minimum = 0)]
    active_jobs_max: u32,
    /// Largest document that is taken, in bytes.
    #[schema(minimum = 0)]
    document_bytes_max: u64,
    /// Largest body of JSON that is taken, in bytes.
    #[schema(minimum = 0)]
    body_bytes_max: usize,
    /// Keys of one tenant that are worth something.
    #[schema(minimum = 0)]
    keys_max: usize,
    /// Days for which usage is kept.
    #[schema(minimum = 0)]
    usage_days_max: u64,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            requests_per_minute: settings.requests_per_minute,
            streams_per_key_max: settings.streams_per_key_max,
            active_jobs_max: settings.active_jobs_max,
            document_bytes_max: settings.upload_bytes_max,
            body_bytes_max: settings.body_bytes_max,
            keys_max: KEYS_PER_TENANT_MAX,
            usage_days_max: USAGE_DAYS_MAX,
        }
    }
}
