//! What every handler shares.
//!
//! Made once by `serve`.

use std::sync::Arc;

use bytes::Bytes;
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_store::{StoreError, random};
use tokio::sync::watch;

use crate::admission::{OpenStreams, RequestLimits};
use crate::frames::Frames;
use crate::openapi::openapi_json;
use crate::readings::Schemas;
use crate::{Parts, Settings};

/// What every handler shares.
pub(crate) struct App {
    pub(crate) parts: Parts,
    pub(crate) settings: Settings,
    pub(crate) requests: RequestLimits,
    pub(crate) streams: Arc<OpenStreams>,
    /// The description of the API as JSON.
    pub(crate) openapi: Bytes,
    pub(crate) schemas: Schemas,
    pub(crate) frames: Frames,
    /// Becomes true when the server stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl App {
    pub(crate) fn new(parts: Parts, settings: Settings, stopping: watch::Receiver<bool>) -> Arc<Self> {
        Arc::new(Self {
            requests: RequestLimits::new(settings.requests_per_minute),
            streams: Arc::new(OpenStreams::new(settings.streams_per_key_max)),
            openapi: Bytes::from(openapi_json(&parts.models.offers)),
            schemas: Schemas::default(),
            frames: Frames::default(),
            parts,
            settings,
            stopping,
        })
    }

    pub(crate) fn now_ms(&self) -> u64 {
        (self.parts.clock)()
    }

    pub(crate) fn new_job_id(&self) -> Result<JobId, StoreError> {
        Ok(JobId::new(self.now_ms(), random()?))
    }

    pub(crate) fn new_document_id(&self) -> Result<DocumentId, StoreError> {
        Ok(DocumentId::new(self.now_ms(), random()?))
    }

    pub(crate) fn new_key_id(&self) -> Result<KeyId, StoreError> {
        Ok(KeyId::new(self.now_ms(), random()?))
    }

    pub(crate) fn new_schema_id(&self) -> Result<SchemaId, StoreError> {
        Ok(SchemaId::new(self.now_ms(), random()?))
    }
}
