//! Schemas are proposed for documents that the reading child reads, a few at a time.
//!
//! Called by the server when somebody asks for a first schema.

use std::sync::Arc;

use async_trait::async_trait;
use sluice_document::{PageSelection, Reader};
use sluice_engine::StepError;
use sluice_engine::steps::read_document::read_document;
use sluice_extract::code::Code;
use sluice_extract::page::{ContentHash, Document};
use sluice_model::embedded::{Inferred, infer};
use sluice_server::{Example, Proposal, Propose, Refusal, Seen};
use sluice_store::Blobs;
use tokio::sync::Semaphore;

/// Documents that are read for this at the same time, over all who ask: jobs are read beside them.
const READINGS_MAX: usize = 1;

pub(super) struct ByLayout {
    blobs: Blobs,
    reader: Arc<Reader>,
    readings: Semaphore,
}

impl ByLayout {
    pub(super) fn new(blobs: Blobs, reader: Arc<Reader>) -> Self {
        Self { blobs, reader, readings: Semaphore::new(READINGS_MAX) }
    }

    async fn read(&self, hash: &ContentHash) -> Result<Document, Refusal> {
        let bytes = self.blobs.get(hash).await.map_err(|error| lost(error.to_string()))?;
        let bytes = bytes.ok_or_else(|| lost("the document's bytes are gone".to_owned()))?;
        let _permit = self.readings.acquire().await.map_err(|error| lost(error.to_string()))?;
        let reading = read_document(Arc::clone(&self.reader), Arc::from(&bytes[..]), PageSelection::default()).await;
        let refused = |error: StepError| Refusal { code: error.code, message: error.message };
        reading.map(|reading| reading.document).map_err(refused)
    }
}

#[async_trait]
impl Propose for ByLayout {
    async fn propose(&self, hashes: &[ContentHash]) -> Result<Proposal, Refusal> {
        let (mut positions, mut documents, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for (position, hash) in hashes.iter().enumerate() {
            match self.read(hash).await {
                Ok(document) => {
                    positions.push(position);
                    documents.push(document);
                }
                Err(refusal) if refusal.code == Code::Internal => return Err(refusal),
                Err(refusal) => unread.push((position, refusal)),
            }
        }
        let looked = tokio::task::spawn_blocking(move || infer(&documents.iter().collect::<Vec<&Document>>())).await;
        let inferred = looked.map_err(|error| lost(error.to_string()))?;
        Ok(proposal(inferred, &positions, unread))
    }
}

fn lost(message: String) -> Refusal {
    Refusal { code: Code::Internal, message }
}

fn proposal(inferred: Inferred, positions: &[usize], unread: Vec<(usize, Refusal)>) -> Proposal {
    let example = |example: sluice_model::embedded::Example| Example {
        document: positions.get(example.document).copied().unwrap_or_default(),
        page: example.page,
        text: example.text,
        bounding_box: example.bounding_box,
    };
    let seen = inferred.seen.into_iter().map(|seen| Seen {
        pointer: seen.pointer,
        label: seen.label,
        documents: seen.documents,
        examples: seen.examples.into_iter().map(example).collect(),
    });
    Proposal { definition: inferred.schema, seen: seen.collect(), unread }
}
