//! Bytes by the hash of their content.
//!
//! The same bytes are kept once; what is there is never changed, so it may be written twice. In files under the data
//! directory, each flushed before it is told, in an object store that speaks S3, or in memory for tests. What was made from
//! them (a document as it was read) stands beside them and goes with them. Never whose they are: rows say that. Called by
//! the engine and the server.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart};
use sha2::{Digest as _, Sha256};
use sluice_extract::page::ContentHash;
use url::Url;

use crate::{StoreError, random};

/// Bytes of an upload that are gathered before they are written.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Where the blobs are.
const OWN: &str = "sha256";

/// Where things are that were made from blobs.
const DERIVED: &str = "derived";

/// Bytes by the hash of their content.
#[derive(Clone, Debug)]
pub struct Blobs {
    place: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// In files under a directory.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn in_directory(directory: &FilePath) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(|error| StoreError::Io(error.to_string()))?;
        // Invariant: a row that names a blob is committed after the blob is on the disk.
        let files = LocalFileSystem::new_with_prefix(directory)?.with_fsync(true);
        Ok(Self { place: Arc::new(files) })
    }

    /// At an address, `s3://bucket/prefix` or `file:///folder`, with options by the names of their variables.
    ///
    /// # Errors
    /// The address is none, or an option is wrong.
    pub fn at(url: &str, options: impl IntoIterator<Item = (String, String)>) -> Result<Self, StoreError> {
        let url = Url::parse(url).map_err(|error| StoreError::Io(error.to_string()))?;
        if let ("file", Ok(folder)) = (url.scheme(), url.to_file_path()) {
            return Self::in_directory(&folder);
        }
        // The one that models are asked with; that another has set it is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = options.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let (place, prefix) = object_store::parse_url_opts(&url, options)?;
        Ok(Self { place: Arc::new(PrefixStore::new(place, prefix)) })
    }

    /// In memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { place: Arc::new(InMemory::new()) }
    }

    /// Keeps bytes and says their name.
    ///
    /// # Errors
    /// The place does not take them.
    pub async fn put(&self, bytes: Bytes) -> Result<ContentHash, StoreError> {
        let hash = ContentHash::of(&bytes);
        // Written even where it is there: a sweep that is under way must find it young.
        self.place.put(&path_of(&hash), PutPayload::from(bytes)).await?;
        Ok(hash)
    }

    /// Keeps bytes as they come, and says their name and how many there were. More than `bytes_max` are not kept.
    ///
    /// # Errors
    /// There are too many, the stream broke, or the place does not take them.
    pub async fn put_stream<E: std::fmt::Display>(
        &self,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
        bytes_max: u64,
    ) -> Result<(ContentHash, u64), StoreError> {
        let coming = Path::from(format!("coming/{:032x}", u128::from_be_bytes(random()?)));
        let mut upload = WriteMultipart::new_with_chunk_size(self.place.put_multipart(&coming).await?, PART_BYTES);
        let mut hasher = Sha256::new();
        let mut count = 0u64;
        let broken = loop {
            match bytes.next().await {
                None => break None,
                Some(Err(error)) => break Some(StoreError::Io(format!("the upload broke: {error}"))),
                Some(Ok(part)) => {
                    count = count.saturating_add(part.len() as u64);
                    if count > bytes_max {
                        break Some(StoreError::TooLarge { bytes_max });
                    }
                    hasher.update(&part);
                    upload.wait_for_capacity(1).await?;
                    upload.put(part);
                }
            }
        };
        if let Some(error) = broken {
            // What is left of it is swept later; the reason is what counts.
            let _ = upload.abort().await;
            return Err(error);
        }
        upload.finish().await?;
        let hash = ContentHash::from_digest(hasher.finalize().into());
        self.place.rename(&coming, &path_of(&hash)).await?;
        Ok((hash, count))
    }

    /// The bytes of this name; `None` where there are none.
    ///
    /// # Errors
    /// The place cannot be read, or what it holds is not what was put there.
    pub async fn get(&self, hash: &ContentHash) -> Result<Option<Bytes>, StoreError> {
        let found = match self.place.get(&path_of(hash)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if ContentHash::of(&found) == *hash {
            return Ok(Some(found));
        }
        Err(StoreError::Damaged(format!("the bytes of {hash} are others")))
    }

    /// A part of the bytes of this name; `None` where there are none. What is not whole cannot be held against its name.
    ///
    /// # Errors
    /// The place cannot be read, or has no such part.
    pub async fn get_part(&self, hash: &ContentHash, part: Range<u64>) -> Result<Option<Bytes>, StoreError> {
        match self.place.get_range(&path_of(hash), part).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps what was made from a blob, under a name that says how it was made. It goes when the blob goes.
    ///
    /// # Errors
    /// The place does not take it.
    pub async fn derived_put(&self, of: &ContentHash, how: &ContentHash, bytes: Bytes) -> Result<(), StoreError> {
        self.place.put(&path_of_derived(of, how), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// What was made from a blob in this way; `None` where it is not there. Whoever made it checks it.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn derived_get(&self, of: &ContentHash, how: &ContentHash) -> Result<Option<Bytes>, StoreError> {
        match self.place.get(&path_of_derived(of, how)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Are there bytes of this name?
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn contains(&self, hash: &ContentHash) -> Result<bool, StoreError> {
        match self.place.head(&path_of(hash)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of all of them.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn names(&self) -> Result<Vec<ContentHash>, StoreError> {
        let found = self.place.list(Some(&Path::from(OWN)));
        let names = found.try_filter_map(|blob| async move { Ok(needed_of(&blob.location)) });
        Ok(names.try_collect().await?)
    }

    /// How many there are, and their bytes.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn size(&self) -> Result<(u64, u64), StoreError> {
        let found = self.place.list(None).map_ok(|blob| (1, blob.size));
        let sum = |(count, bytes), (one, more)| async move { Ok((count + one, bytes + more)) };
        Ok(found.try_fold((0, 0), sum).await?)
    }

    /// Removes what no row names and what was last written before this time; says how many there were. What is being
    /// uploaded is younger and stays.
    ///
    /// # Errors
    /// The place cannot be read or written.
    pub async fn sweep(&self, in_use: &BTreeSet<ContentHash>, written_before_ms: u64) -> Result<u64, StoreError> {
        let before = i64::try_from(written_before_ms).unwrap_or(i64::MAX);
        let mut found = self.place.list(None);
        let mut swept = 0;
        while let Some(blob) = found.try_next().await? {
            let is_used = needed_of(&blob.location).is_some_and(|name| in_use.contains(&name));
            if !is_used && blob.last_modified.timestamp_millis() < before {
                self.place.delete(&blob.location).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// Two levels, so that no directory holds them all.
fn path_of(hash: &ContentHash) -> Path {
    let (first, _) = hash.as_str().split_at_checked(2).unwrap_or(("xx", ""));
    Path::from(format!("{OWN}/{first}/{hash}"))
}

/// Made from a blob: beside the others that were made from it.
fn path_of_derived(of: &ContentHash, how: &ContentHash) -> Path {
    let (first, _) = of.as_str().split_at_checked(2).unwrap_or(("xx", ""));
    Path::from(format!("{DERIVED}/{first}/{of}/{how}"))
}

/// The blob that must be in use for this one to stay: itself, or the one that it was made from.
fn needed_of(location: &Path) -> Option<ContentHash> {
    let mut parts = location.parts();
    let is_derived = parts.next()?.as_ref() == DERIVED;
    let name = if is_derived { parts.nth(1)?.as_ref().to_owned() } else { location.filename()?.to_owned() };
    ContentHash::try_from(name).ok()
}
