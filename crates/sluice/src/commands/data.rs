//! `sluice data`: how much is kept, room given back, a copy of all of it, a move elsewhere. Works beside a running server,
//! but for the move.

mod carry;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use sluice_extract::limits::DAY_MS;
use sluice_store::{Retention, Retired, Role};

use crate::cli::DataCommand;
use crate::kept::{Kept, blobs_folder};
use crate::trouble::hinted;

/// Bytes that nothing refers to are kept for so long.
const UNUSED_KEPT_MS: u64 = 60 * 60 * 1000;

/// Runs one of its commands.
pub(super) async fn run(command: DataCommand) -> anyhow::Result<ExitCode> {
    match command {
        DataCommand::Stats { place } => stats(&place.open_existing().await?).await?,
        DataCommand::Compact { older_than_days, place } => {
            compact(&place.open_existing().await?, older_than_days).await?;
        }
        DataCommand::Export { target, place } => carry::export(&place.open_existing_alone().await?, &target).await?,
        DataCommand::Import { source, place } => carry::import(&place.open(Role::Beside).await?, &source).await?,
        DataCommand::Backup { target, place } => backup(&place.open_existing().await?, &target).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn stats(kept: &Kept) -> anyhow::Result<()> {
    let stats = kept.store.stats().await?;
    let (blobs, blob_bytes) = kept.blobs.size().await?;
    let lines = [
        ("kept in", kept.place.clone()),
        ("jobs", format!("{} ({} not ended)", stats.jobs, stats.jobs_active)),
        ("events", stats.events.to_string()),
        ("documents", stats.documents.to_string()),
        ("schemas", stats.schemas.to_string()),
        ("keys", stats.keys.to_string()),
        ("remembered answers", stats.remembered.to_string()),
        ("database", bytes(stats.database_bytes)),
        ("blobs", format!("{blobs}, {}", bytes(blob_bytes))),
    ];
    for (name, told) in lines {
        anstream::println!("{name:<20}{told}");
    }
    Ok(())
}

async fn compact(kept: &Kept, older_than_days: Option<u32>) -> anyhow::Result<()> {
    let age_ms = older_than_days.map(|days| u64::from(days) * DAY_MS);
    let Retired { jobs, documents, remembered, .. } = kept.retire(&Retention::all(age_ms), Duration::ZERO).await?;
    let swept = kept.sweep(UNUSED_KEPT_MS).await?;
    kept.store.compact().await?;
    anstream::eprintln!(
        "removed {jobs} jobs, {documents} documents, {remembered} remembered answers, {swept} blobs that nothing used"
    );
    Ok(())
}

/// Rows first: what they name is there before them and stays, so the copy is whole.
async fn backup(kept: &Kept, target: &Path) -> anyhow::Result<()> {
    let Some(own) = &kept.folder else {
        let hint = "`pg_dump` copies the rows, and the object store has its own way; docs/deploy.md shows both";
        return Err(hinted(format!("{} is not in one folder", kept.place), hint));
    };
    if target.exists() {
        let told = format!("{} is there already", target.display());
        return Err(hinted(told, "name a folder that is not there yet"));
    }
    std::fs::create_dir_all(target).with_context(|| format!("{} cannot be made", target.display()))?;
    own.rows.backup(&target.join("sluice.db")).await?;
    let (from, to) = (blobs_folder(&own.path), blobs_folder(target));
    let copied = tokio::task::spawn_blocking(move || copy(&from, &to)).await??;
    anstream::eprintln!("copied the rows and {copied} blobs to {}", target.display());
    Ok(())
}

/// Copies finished blobs, not what is being uploaded; says how many.
fn copy(from: &Path, to: &Path) -> anyhow::Result<u64> {
    let mut copied = 0;
    for (path, _) in files(&from.join("sha256"))? {
        let place = to.join(path.strip_prefix(from)?);
        let above = place.parent().context("a blob has a folder")?;
        std::fs::create_dir_all(above)?;
        match std::fs::copy(&path, &place) {
            Ok(_) => copied += 1,
            // Swept since it was listed: no row of the copy names it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be copied", path.display())),
        }
    }
    Ok(copied)
}

fn files(folder: &Path) -> anyhow::Result<Vec<(std::path::PathBuf, u64)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.push((entry.path(), entry.metadata().map_or(0, |metadata| metadata.len())));
            }
        }
    }
    Ok(found)
}

#[allow(clippy::cast_precision_loss, reason = "shown with one digit")]
fn bytes(count: u64) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", count as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", count as f64 / 1_073_741_824.0),
    }
}
