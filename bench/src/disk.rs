//! What the disk can do at best: one small write and its flush, one after another.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// A page of the database.
const BLOCK: [u8; 4096] = [7; 4096];

/// Flushed appends a second.
pub(crate) fn flushes_per_second(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("flushes");
    let mut file = File::create(&path)?;
    let begun = Instant::now();
    let mut flushes = 0u32;
    while begun.elapsed() < Duration::from_secs(2) {
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        flushes += 1;
    }
    std::fs::remove_file(&path)?;
    Ok(f64::from(flushes) / begun.elapsed().as_secs_f64())
}
