//! Opening a data directory.
//!
//! Order matters: the lock, then the tables, then what a crash left behind, then the writer. Called by `SqliteStore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use super::lock::ServerLock;
use super::readers::Readers;
use super::writer::Writer;
use super::{SqliteStore, migrations};
use crate::tail::Tails;
use crate::{Clock, StoreError, system_clock};

/// Who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one that works: takes the lock, and takes back what a crash left handed out.
    Server,
    /// A command that may run beside a server.
    Beside,
}

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// When it is on the disk: a power cut loses nothing.
    Full,
    /// When the operating system has it: `kill -9` loses nothing, a power cut may lose the last commits.
    Normal,
}

/// How to open it.
#[derive(Clone)]
pub struct OpenOptions {
    /// Who opens it.
    pub role: Role,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// How long a write waits for another process that writes, in milliseconds.
    pub busy_wait_ms: u64,
    /// Where the time comes from.
    pub clock: Clock,
    /// Most pages of the file, of 4 KiB; `None` for what the disk has.
    pub pages_max: Option<u32>,
}

impl OpenOptions {
    /// As a server does.
    #[must_use]
    pub fn new(role: Role) -> Self {
        let clock = system_clock();
        Self { role, synchronous: Synchronous::Full, busy_wait_ms: 10_000, clock, pages_max: None }
    }
}

/// The file with the rows.
pub(super) fn database(directory: &Path) -> PathBuf {
    directory.join("sluice.db")
}

pub(super) fn open(directory: PathBuf, options: OpenOptions) -> Result<SqliteStore, StoreError> {
    std::fs::create_dir_all(&directory).map_err(|error| StoreError::Io(error.to_string()))?;
    let lock = match options.role {
        Role::Server => Some(ServerLock::take(&directory)?),
        Role::Beside => None,
    };
    let path = database(&directory);
    let mut connection = connect(&path, &options)?;
    migrations::migrate(&mut connection, &path)?;
    if lock.is_some() {
        take_back(&connection)?;
    }
    let tails = Arc::new(Tails::default());
    let (hint, wishes) = watch::channel(0);
    let writer = Writer::start(connection, Arc::clone(&tails), hint, Arc::clone(&options.clock))?;
    let readers = Readers::new(path, options.busy_wait_ms);
    Ok(SqliteStore { writer, readers, tails, wishes, clock: options.clock, directory, _lock: lock })
}

fn connect(path: &Path, options: &OpenOptions) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_millis(options.busy_wait_ms))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "full",
        Synchronous::Normal => "normal",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A WAL that grew in a rush is cut back to this at the next checkpoint.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    if let Some(pages_max) = options.pages_max {
        connection.pragma_update_and_check(None, "max_page_count", pages_max, |_| Ok(()))?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Who held leases or answered requests is dead: the lock proves it. Nobody waits for a lease to run out, nor for a
/// clock that was set back meanwhile: what was handed out is due.
fn take_back(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("update wish set worker = null, lease_until = 0, due_at = 0 where worker is not null", [])?;
    connection.execute("delete from idempotency where status is null", [])?;
    Ok(())
}
