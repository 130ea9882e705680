//! What jobs are made from: documents, schemas, and the keys of those who ask.
//!
//! Data only. A key itself is never here, only its hash.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sluice_extract::id::{DocumentId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use subtle::ConstantTimeEq as _;

use crate::Tenant;

/// An uploaded document to be kept. Its bytes are a blob that is there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewDocument {
    /// Its name.
    pub id: DocumentId,
    /// Whose it is.
    pub tenant: Tenant,
    /// The bytes among the blobs.
    pub hash: ContentHash,
    /// As it was uploaded.
    pub file_name: String,
    /// Bytes.
    pub file_size: u64,
    /// Pages that the file says it has.
    pub page_count: u32,
    /// `application/pdf` or an image's.
    pub media_type: String,
}

/// An uploaded document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// What was kept.
    #[serde(flatten)]
    pub document: NewDocument,
    /// When.
    pub uploaded_at_ms: u64,
}

/// A schema to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewSchema {
    /// Its name.
    pub id: SchemaId,
    /// Whose it is.
    pub tenant: Tenant,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// As it was written.
    pub definition: Value,
    /// Whatever its owner wants to know beside it; an object.
    pub metadata: Value,
}

/// A kept schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchemaRow {
    /// What was kept.
    #[serde(flatten)]
    pub schema: NewSchema,
    /// When.
    pub created_at_ms: u64,
    /// When it was last changed.
    pub updated_at_ms: u64,
}

/// What changes of a schema; `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaChange {
    /// For people.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// As it was written.
    pub definition: Option<Value>,
    /// An object.
    pub metadata: Option<Value>,
}

/// SHA-256 of a key. A key has 256 random bits, so a slow hash would buy nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Hashes a key as it was sent.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Are they the same? Takes as long whether they are or not.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<KeyHash> for String {
    fn from(hash: KeyHash) -> Self {
        ContentHash::from_digest(hash.0).as_str().to_owned()
    }
}

impl TryFrom<String> for KeyHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = |at: usize| text.get(at * 2..at * 2 + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len() / 2).map(digits).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| "this is no hash of a key".to_owned())
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash")
    }
}

/// A key to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewKey {
    /// The name of the key.
    pub id: KeyId,
    /// Who asks with it.
    pub tenant: Tenant,
    /// For people.
    pub label: String,
    /// The key's hash.
    pub hash: KeyHash,
}

/// A kept key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    /// What was kept.
    #[serde(flatten)]
    pub key: NewKey,
    /// When.
    pub created_at_ms: u64,
    /// Since when it is worth nothing.
    pub revoked_at_ms: Option<u64>,
}
