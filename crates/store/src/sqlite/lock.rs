//! One server on a data directory.
//!
//! A lock of the operating system on a file: it goes with the process, however that ends. Says nothing about the rows:
//! commands beside a running server do not take it. Called by `open`.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::StoreError;

/// A child that was just being made when the last server ended holds its lock until it begins: milliseconds, on a busy
/// machine some more.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(10);

/// Held as long as this lives.
#[derive(Debug)]
pub(super) struct ServerLock {
    _file: File,
}

impl ServerLock {
    pub(super) fn take(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join("server.lock");
        let open = File::options().create(true).truncate(false).write(true).open(path);
        let file = open.map_err(|error| StoreError::Io(error.to_string()))?;
        let by = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < by => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path: directory.to_owned() }),
                Err(TryLockError::Error(error)) => return Err(StoreError::Io(error.to_string())),
            }
        }
    }
}
