//! Why a store could not do what was asked.
//!
//! What is not there, or belongs to another tenant, is no error but `None`. Called by everybody here.

use std::path::PathBuf;

use sluice_extract::event::LogUnreadable;

/// Why a store could not do what was asked. Nothing of a failed call was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A newer release wrote the data.
    #[error(
        "the data in {place} has version {found}, and this release knows {known}: start the release that wrote it, or a newer one"
    )]
    NewerData {
        /// Where: a file, or a database.
        place: String,
        /// The version that was found.
        found: u32,
        /// The newest that this release knows.
        known: u32,
    },
    /// Another server works on the data directory.
    #[error("another server works on {}: stop it first, or give this one another --data", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// Somebody else wrote for longer than one waits. Try again.
    #[error("the database is busy")]
    Busy,
    /// There is no room on the disk.
    #[error("the disk is full")]
    Full,
    /// The database cannot be reached. Whether a write that was under way was kept is not known.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// The disk did not do what was asked of it.
    #[error("the disk failed: {0}")]
    Io(String),
    /// What was read is not what was written.
    #[error("the data is damaged: {0}")]
    Damaged(String),
    /// The cursor of a list is none that was given out.
    #[error("this is no cursor of this list")]
    CursorInvalid,
    /// Somebody else works on the job now.
    #[error("the lease on the job was lost")]
    LeaseLost,
    /// The bytes are more than may be.
    #[error("more than {bytes_max} bytes")]
    TooLarge {
        /// The bound.
        bytes_max: u64,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// A fault of our own.
    #[error("a fault of the store: {0}")]
    Internal(String),
}

impl StoreError {
    /// Can the same call succeed later by itself?
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Busy | Self::Full | Self::Away(_) | Self::Io(_) => true,
            Self::NewerData { .. }
            | Self::InUse { .. }
            | Self::Damaged(_)
            | Self::CursorInvalid
            | Self::LeaseLost
            | Self::TooLarge { .. }
            | Self::Closed
            | Self::Internal(_) => false,
        }
    }
}

impl From<LogUnreadable> for StoreError {
    fn from(error: LogUnreadable) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sqlite;
        match error.sqlite_error_code() {
            Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => Self::Busy,
            Some(Sqlite::DiskFull) => Self::Full,
            Some(Sqlite::SystemIoFailure | Sqlite::CannotOpen | Sqlite::ReadOnly | Sqlite::PermissionDenied) => {
                Self::Io(error.to_string())
            }
            Some(Sqlite::DatabaseCorrupt | Sqlite::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match error {
            sqlx::Error::PoolTimedOut => Self::Away("no connection within the time that a call may wait".into()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) | sqlx::Error::Protocol(_) => {
                Self::Away(text)
            }
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            sqlx::Error::Database(told) => {
                told.code().map_or(Self::Internal(text.clone()), |code| by_state(&code, text))
            }
            _ => Self::Internal(text),
        }
    }
}

/// What Postgres says by its five signs.
fn by_state(code: &str, text: String) -> StoreError {
    match code {
        // Another transaction was in the way.
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        "53100" => StoreError::Full,
        // Too many connections; going down, crashed, starting.
        "53300" | "57P01" | "57P02" | "57P03" => StoreError::Away(text),
        // It may be that of a standby.
        "25006" => StoreError::Away(text),
        // Who asks may not, or not this database.
        "28000" | "28P01" | "3D000" | "42501" => StoreError::Away(text),
        _ if code.starts_with("08") => StoreError::Away(text),
        _ if code.starts_with("58") => StoreError::Io(text),
        "XX001" | "XX002" => StoreError::Damaged(text),
        _ => StoreError::Internal(text),
    }
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        // The message of a full disk comes through as text only.
        let text = error.to_string();
        if text.contains("No space left") || text.contains("StorageFull") { Self::Full } else { Self::Io(text) }
    }
}
