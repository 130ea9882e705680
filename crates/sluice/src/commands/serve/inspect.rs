//! Uploaded documents are looked into by the reading child, never in the server's own process.
//!
//! Called by the server when an upload is there.

use std::sync::Arc;

use async_trait::async_trait;
use sluice_document::{ReadError, Reader};
use sluice_extract::code::Code;
use sluice_extract::page::ContentHash;
use sluice_server::{Inspect, Inspected, Refusal};
use sluice_store::Blobs;

pub(super) struct InChild {
    blobs: Blobs,
    reader: Arc<Reader>,
}

impl InChild {
    pub(super) fn new(blobs: Blobs, reader: Arc<Reader>) -> Self {
        Self { blobs, reader }
    }
}

#[async_trait]
impl Inspect for InChild {
    async fn inspect(&self, hash: &ContentHash) -> Result<Inspected, Refusal> {
        let lost = |message: String| Refusal { code: Code::Internal, message };
        let bytes = self.blobs.get(hash).await.map_err(|error| lost(error.to_string()))?;
        let bytes = bytes.ok_or_else(|| lost("the upload is gone".to_owned()))?;
        let reader = Arc::clone(&self.reader);
        let looked = tokio::task::spawn_blocking(move || look(&reader, &bytes)).await;
        looked
            .map_err(|error| lost(error.to_string()))?
            .map_err(|error| Refusal { code: error.code, message: error.message })
    }
}

/// What is locked or damaged is taken all the same: the job that asks for it says so, with its reason.
fn look(reader: &Reader, bytes: &[u8]) -> Result<Inspected, ReadError> {
    let media_type = reader.media(bytes)?.media_type().to_owned();
    match reader.inspect(bytes) {
        Ok(inspected) => Ok(Inspected { page_count: inspected.page_count, media_type }),
        Err(error) if matches!(error.code, Code::Encrypted | Code::Damaged | Code::TookTooLong) => {
            Ok(Inspected { page_count: 0, media_type })
        }
        Err(error) => Err(error),
    }
}
