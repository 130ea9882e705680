//! Keys on the wire: what is known of them, and, once, the key itself.

use std::fmt;

use serde::Serialize;
use sluice_extract::id::KeyId;
use sluice_store::KeyRow;
use utoipa::ToSchema;

use super::body::Fields;
use super::problem::FieldProblem;
use super::time;

/// Longest label, in characters.
const LABEL_MAX: usize = 255;

/// A key, without what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Key {
    /// Its id.
    #[schema(format = Uuid)]
    key_id: String,
    /// For people.
    label: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Since when it is worth nothing.
    #[schema(required, format = DateTime)]
    revoked_at: Option<String>,
    /// It is the key that asks.
    is_current: bool,
}

impl Key {
    fn new(row: KeyRow, current: Option<KeyId>) -> Self {
        Self {
            is_current: current == Some(row.key.id),
            key_id: row.key.id.to_string(),
            label: row.key.label,
            created_at: time::text(row.created_at_ms),
            revoked_at: row.revoked_at_ms.map(time::text),
        }
    }
}

/// All keys of a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// Newest first.
    keys: Vec<Key>,
}

impl KeyList {
    pub(crate) fn new(rows: Vec<KeyRow>, current: KeyId) -> Self {
        Self { keys: rows.into_iter().map(|row| Key::new(row, Some(current))).collect() }
    }
}

/// A key that was made just now.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    #[serde(flatten)]
    made: Key,
    /// The key. It is not kept and not told again.
    #[schema(pattern = "^sk_[A-Za-z0-9_-]{43}$")]
    key: String,
}

impl MadeKey {
    pub(crate) fn new(row: KeyRow, key: String) -> Self {
        Self { made: Key::new(row, None), key }
    }
}

/// Keys are never written to a log.
impl fmt::Debug for MadeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeKey").field("made", &self.made).finish_non_exhaustive()
    }
}

/// A key to be made.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"label": "the front end"}))]
pub(crate) struct CreateKey {
    /// For people: who will use it.
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) label: String,
}

impl CreateKey {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::parse(bytes)?;
        let label = fields.required("label", |fields, key| fields.short_text(key, LABEL_MAX));
        fields.finish(Self { label })
    }
}
