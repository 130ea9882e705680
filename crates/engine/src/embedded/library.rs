//! Documents as they were read, each read once: kept beside its bytes, found again after a crash and by other jobs.
//!
//! What is kept is a cache: where it is not there, or is not what was put there, the document is read again. Those who
//! want the same document at the same time wait for one reading and share one copy. Never parses a byte. Called by the
//! steps of a job.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, Weak};

use bytes::Bytes;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde::{Deserialize, Serialize};
use sluice_document::{PageSelection, Reader};
use sluice_extract::attribution::Index;
use sluice_extract::code::{Code, Finding};
use sluice_extract::limits::{MODEL_PICTURE_PIXELS, MODEL_PICTURES_MAX, MODEL_SHOWN_BYTES_MAX};
use sluice_extract::page::{ContentHash, Document};
use sluice_extract::sight::Shown;
use sluice_model::Look;
use sluice_store::{Blobs, StoreError, Tenant};
use tokio::sync::{Mutex, OnceCell};

use super::patience::patiently;
use super::turns::{Turn, Turns};
use crate::StepError;
use crate::steps::read_document::read_document;

/// Fastest of the levels: words and numbers shrink to a fifth already.
const COMPRESSION_LEVEL: u8 = 1;

/// Bytes of pictures of one document from which on no more are kept.
const DRAWN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A document that was read.
pub(crate) struct Volume {
    /// Its pages.
    pub(crate) document: Arc<Document>,
    /// What reading has to doubt.
    pub(crate) findings: Vec<Finding>,
    index: OnceCell<Arc<Index>>,
    /// Its pages as they look, as far as somebody wanted them.
    drawn: Mutex<BTreeMap<u32, Look>>,
}

/// A volume as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    document: Document,
    findings: Vec<Finding>,
}

type Shelf = OnceCell<Arc<Volume>>;

/// Documents as they were read.
pub(crate) struct Library {
    blobs: Blobs,
    reader: Arc<Reader>,
    readings: Turns,
    shelves: std::sync::Mutex<HashMap<(ContentHash, ContentHash), Weak<Shelf>>>,
}

/// Who holds it gets the document, and shares it with all who hold it.
#[derive(Clone)]
pub(crate) struct Ticket {
    of: ContentHash,
    how: ContentHash,
    pages: PageSelection,
    shelf: Arc<Shelf>,
    turn: Arc<Turn>,
}

impl Library {
    pub(crate) fn new(blobs: Blobs, reader: Arc<Reader>, readings_max: usize) -> Self {
        Self { blobs, reader, readings: Turns::new(readings_max), shelves: std::sync::Mutex::default() }
    }

    /// For these pages of the document with these bytes. Where it must be read, it is read when its tenant is next.
    pub(crate) fn ticket(&self, tenant: &Tenant, of: &ContentHash, pages: &PageSelection) -> Ticket {
        let how = how_it_is_read(&self.reader, pages);
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|_, shelf| shelf.strong_count() > 0);
        let place = (of.clone(), how.clone());
        let shelf = shelves.get(&place).and_then(Weak::upgrade).unwrap_or_default();
        shelves.insert(place, Arc::downgrade(&shelf));
        let turn = Arc::new(self.readings.of(tenant));
        Ticket { of: of.clone(), how, pages: pages.clone(), shelf, turn }
    }

    /// The document: the one in memory, the one that was kept, or read now. Dropping this stops the reading.
    pub(crate) async fn get(&self, ticket: &Ticket) -> Result<Arc<Volume>, StepError> {
        let volume = ticket.shelf.get_or_try_init(|| async {
            if let Some(kept) = self.find(ticket).await? {
                return Ok(kept);
            }
            // Another process of reading may have ended meanwhile; the child is what must not be many.
            let _permit = ticket.turn.come().await;
            self.read(ticket).await
        });
        volume.await.cloned()
    }

    /// Pages as they look, or the file, within what a question may carry.
    pub(crate) async fn looks(&self, ticket: &Ticket, volume: &Volume, shown: &Shown) -> Result<Vec<Look>, StepError> {
        let document = &volume.document;
        let file = match shown {
            Shown::Nothing => return Ok(Vec::new()),
            Shown::File => Some(bytes_of(&self.blobs, &ticket.of, "document").await?),
            Shown::Pictures(_) => None,
        };
        let pages = match (shown, file) {
            (_, Some(bytes)) if bytes.len() <= MODEL_SHOWN_BYTES_MAX => {
                return Ok(vec![Look { page: None, media_type: document.media.media_type(), bytes }]);
            }
            (Shown::Pictures(pages), _) => pages.clone(),
            _ => document.pages.iter().map(|page| page.number).take(MODEL_PICTURES_MAX).collect(),
        };
        let mut left = MODEL_SHOWN_BYTES_MAX;
        let mut drawn = self.drawn(ticket, volume, &pages).await?;
        drawn.retain(|look| {
            let is_room = look.bytes.len() <= left;
            left -= if is_room { look.bytes.len() } else { 0 };
            is_room
        });
        Ok(drawn)
    }

    /// Pictures of pages. Each is drawn once for all who hold the document, as long as they are not too many.
    async fn drawn(&self, ticket: &Ticket, volume: &Volume, pages: &[u32]) -> Result<Vec<Look>, StepError> {
        let mut known = volume.drawn.lock().await;
        let missing: Vec<u32> = pages.iter().copied().filter(|page| !known.contains_key(page)).collect();
        let mut new = BTreeMap::new();
        if !missing.is_empty() {
            let bytes = bytes_of(&self.blobs, &ticket.of, "document").await?;
            let dpi = dots_per_inch(&volume.document, &missing);
            let _permit = ticket.turn.come().await;
            let reader = Arc::clone(&self.reader);
            let drawn = on_a_thread(move || reader.render(&bytes, &missing, dpi)).await??;
            let look = |png: Vec<u8>, page| Look { page: Some(page), media_type: "image/png", bytes: png.into() };
            new.extend(drawn.into_iter().map(|picture| (picture.page, look(picture.png, picture.page))));
        }
        let found = pages.iter().filter_map(|page| known.get(page).or_else(|| new.get(page)).cloned()).collect();
        if known.values().map(|look| look.bytes.len()).sum::<usize>() < DRAWN_BYTES_MAX {
            known.extend(new);
        }
        Ok(found)
    }

    async fn find(&self, ticket: &Ticket) -> Result<Option<Arc<Volume>>, StepError> {
        let found = patiently(|| self.blobs.derived_get(&ticket.of, &ticket.how)).await;
        let Some(bytes) = found.map_err(StepError::from)? else { return Ok(None) };
        on_a_thread(move || unpack(&bytes)).await
    }

    async fn read(&self, ticket: &Ticket) -> Result<Arc<Volume>, StepError> {
        let bytes = bytes_of(&self.blobs, &ticket.of, "document").await?;
        let reading = read_document(Arc::clone(&self.reader), Arc::from(&bytes[..]), ticket.pages.clone()).await?;
        let kept = Kept { document: reading.document, findings: reading.findings };
        let (volume, packed) = on_a_thread(move || {
            let packed = pack(&kept);
            (Volume::new(kept), packed)
        })
        .await?;
        if let Some(packed) = packed
            && let Err(error) = self.blobs.derived_put(&ticket.of, &ticket.how, packed).await
        {
            // Nobody waits for a cache: what is not kept is read again.
            tracing::warn!(%error, "a document that was read could not be kept");
        }
        Ok(volume)
    }
}

impl Volume {
    fn new(kept: Kept) -> Arc<Self> {
        Arc::new(Self {
            document: Arc::new(kept.document),
            findings: kept.findings,
            index: OnceCell::new(),
            drawn: Mutex::default(),
        })
    }

    /// Its words, to find quotes by.
    pub(crate) async fn index(&self) -> Result<Arc<Index>, StepError> {
        let document = &self.document;
        let index = self.index.get_or_try_init(|| async {
            let document = Arc::clone(document);
            on_a_thread(move || Arc::new(Index::new(&document))).await
        });
        index.await.cloned()
    }
}

/// Bytes of the store that a job needs; `what` they are, for a person.
pub(crate) async fn bytes_of(blobs: &Blobs, hash: &ContentHash, what: &str) -> Result<Bytes, StepError> {
    match patiently(|| blobs.get(hash)).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => {
            let message = format!("the bytes of the {what} are no longer kept: upload it again and start another job");
            Err(StepError::new(Code::UnreadableFile, message))
        }
        Err(StoreError::Damaged(_)) => {
            let message = format!("the kept bytes of the {what} are damaged: upload it again and start another job");
            Err(StepError::new(Code::UnreadableFile, message))
        }
        Err(error) => Err(error.into()),
    }
}

/// So that the longest side of these pages is as long as a picture's may be.
fn dots_per_inch(document: &Document, pages: &[u32]) -> f32 {
    let asked = document.pages.iter().filter(|page| pages.contains(&page.number));
    let points = asked.map(|page| page.width.max(page.height)).fold(1.0, f32::max);
    (MODEL_PICTURE_PIXELS * 72.0 / points).clamp(20.0, 300.0)
}

/// Work that takes milliseconds or more is not for a thread that others wait for.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StepError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StepError::new(Code::Internal, "a part of the work ended early; please report it"))
}

/// The name of a way of reading: all that the pages depend on beside the bytes.
fn how_it_is_read(reader: &Reader, pages: &PageSelection) -> ContentHash {
    let how = serde_json::json!([reader.version(), reader.limits, pages]);
    ContentHash::of(how.to_string().as_bytes())
}

fn pack(kept: &Kept) -> Option<Bytes> {
    let json = serde_json::to_vec(kept).ok()?;
    Some(compress_to_vec_zlib(&json, COMPRESSION_LEVEL).into())
}

/// `None` where it is not what was packed: its checksum is part of the format.
fn unpack(bytes: &[u8]) -> Option<Arc<Volume>> {
    let json = decompress_to_vec_zlib(bytes).ok()?;
    serde_json::from_slice(&json).ok().map(Volume::new)
}
