//! Pages are drawn by the reading child, never in the server's own process.
//!
//! Called by the server when somebody wants to see a page that a browser does not show by itself.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sluice_document::Reader;
use sluice_extract::code::Code;
use sluice_extract::limits::PAGE_PICTURE_DPI;
use sluice_extract::page::ContentHash;
use sluice_server::{Draw, Refusal};
use sluice_store::Blobs;
use tokio::sync::Semaphore;

/// Pages that are drawn at the same time, over all who ask: jobs are read beside them.
const DRAWINGS_MAX: usize = 2;

pub(super) struct ByChild {
    blobs: Blobs,
    reader: Arc<Reader>,
    drawings: Semaphore,
}

impl ByChild {
    pub(super) fn new(blobs: Blobs, reader: Arc<Reader>) -> Self {
        Self { blobs, reader, drawings: Semaphore::new(DRAWINGS_MAX) }
    }
}

#[async_trait]
impl Draw for ByChild {
    async fn draw(&self, hash: &ContentHash, page: u32) -> Result<Option<Bytes>, Refusal> {
        let lost = |message: String| Refusal { code: Code::Internal, message };
        let _permit = self.drawings.acquire().await.map_err(|error| lost(error.to_string()))?;
        let bytes = self.blobs.get(hash).await.map_err(|error| lost(error.to_string()))?;
        let bytes = bytes.ok_or_else(|| lost("the document's bytes are gone".to_owned()))?;
        let reader = Arc::clone(&self.reader);
        let drawn = tokio::task::spawn_blocking(move || reader.render(&bytes, &[page], PAGE_PICTURE_DPI)).await;
        let pictures = drawn
            .map_err(|error| lost(error.to_string()))?
            .map_err(|error| Refusal { code: error.code, message: error.message })?;
        Ok(pictures.into_iter().find(|picture| picture.page == page).map(|picture| Bytes::from(picture.png)))
    }
}
