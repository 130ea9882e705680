//! The folder where everything is kept: where it is, and opening it.
//!
//! Called by the commands that look at what a server keeps, and by those that work on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use sluice_extract::event::Event;
use sluice_extract::job::Status;
use sluice_store::{
    Append, Blobs, JobQuery, OpenOptions, PageQuery, Retention, Retired, Role, SqliteStore, Store as _, StoreError,
    Synchronous, Tenant, system_clock,
};

use crate::cli::DataFolder;
use crate::trouble::hinted;

/// Rows and bytes of one folder.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The rows.
    pub(crate) store: Arc<SqliteStore>,
    /// The bytes.
    pub(crate) blobs: Blobs,
    /// Where they are.
    pub(crate) folder: PathBuf,
}

impl DataFolder {
    /// The folder that was named, or the user's.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        if let Some(named) = &self.data {
            return Ok(named.clone());
        }
        let user = etcetera::choose_base_strategy().context("the data folder of this user cannot be told")?;
        Ok(user.data_dir().join("sluice"))
    }

    /// Opens it, and makes it where it is not there.
    pub(crate) async fn open(&self, role: Role) -> anyhow::Result<Kept> {
        open(&self.path()?, Synchronous::Full, role).await
    }

    /// Opens what is there already.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<Kept> {
        let folder = self.path()?;
        if !folder.join("sluice.db").is_file() {
            let told = format!("nothing is kept in {}", folder.display());
            return Err(hinted(told, "name the server's folder with `--data DIR`"));
        }
        self.open(Role::Beside).await
    }
}

impl Kept {
    /// Removes what is too old, a little at a time with a breath in between, so that others who write are not kept waiting.
    pub(crate) async fn retire(&self, retention: &Retention, breath: Duration) -> Result<Retired, StoreError> {
        let mut all = Retired::default();
        loop {
            let gone = self.store.retire(retention).await?;
            if gone == Retired::default() {
                return Ok(all);
            }
            all += gone;
            tokio::time::sleep(breath).await;
        }
    }

    /// Removes bytes that nothing refers to and that are older than this; says how many there were. What is being uploaded
    /// has no row yet, and is younger.
    pub(crate) async fn sweep(&self, older_than_ms: u64) -> Result<u64, StoreError> {
        let in_use = self.store.blobs_in_use().await?;
        self.blobs.sweep(&in_use, system_clock()().saturating_sub(older_than_ms)).await
    }
}

/// What a command of this user works on: kept until it is too old, or gone with the command.
pub(crate) struct Work {
    /// Rows and bytes.
    pub(crate) kept: Kept,
    /// Whose they are.
    pub(crate) tenant: Tenant,
    _gone_with_it: Option<tempfile::TempDir>,
}

/// Milliseconds of a day.
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The tenant of what commands of this user keep.
const TENANT: &str = "local";

/// How long answers and documents of commands are kept after they were last of use.
const WORK_KEPT_MS: u64 = 30 * DAY_MS;

/// A job that nobody finished and that did not change for so long was left behind by a run that was killed.
const LEFT_BEHIND_MS: u64 = 60 * 60 * 1000;

impl Work {
    /// In its own part of the data folder, beside what a server keeps; many commands may work on it at once.
    pub(crate) async fn of_user(folder: &DataFolder) -> anyhow::Result<Self> {
        let folder = folder.path()?.join("extract");
        let kept = open(&folder, Synchronous::Normal, Role::Beside).await?;
        let work = Self { kept, tenant: TENANT.parse()?, _gone_with_it: None };
        if let Err(error) = work.tidy().await {
            // What is too old stays for now; the work itself needs none of it.
            anstream::eprintln!("{}: what is too old could not be removed: {error}", folder.display());
        }
        Ok(work)
    }

    /// In a folder that goes with it.
    pub(crate) async fn for_now() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no folder for the time of the command")?;
        let kept = open(folder.path(), Synchronous::Normal, Role::Beside).await?;
        Ok(Self { kept, tenant: TENANT.parse()?, _gone_with_it: Some(folder) })
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let (store, now_ms) = (&self.kept.store, system_clock()());
        let left_behind_ms = now_ms.saturating_sub(LEFT_BEHIND_MS);
        let created_before_ms = Some(left_behind_ms);
        let query = JobQuery { status: Status::active(), created_before_ms, ..JobQuery::all(PageQuery::first(1_000)) };
        for job in store.job_list(&self.tenant, &query).await?.items {
            if job.changed_at_ms < left_behind_ms {
                let end = Append::new(Event::JobCancelled, Some(Status::Cancelled));
                store.event_append(&self.tenant, job.id, end).await?;
            }
        }
        // One bite: a command is not kept waiting for what many others left.
        if store.retire(&Retention::all(Some(WORK_KEPT_MS))).await?.jobs > 0 {
            self.kept.sweep(LEFT_BEHIND_MS).await?;
        }
        Ok(())
    }
}

/// Where the bytes are.
pub(crate) fn blobs_folder(folder: &Path) -> PathBuf {
    folder.join("blobs")
}

async fn open(folder: &Path, synchronous: Synchronous, role: Role) -> anyhow::Result<Kept> {
    let options = OpenOptions { synchronous, ..OpenOptions::new(role) };
    let store = SqliteStore::open(folder, options).await.map_err(|error| explained(error, folder))?;
    let blobs = Blobs::in_directory(&blobs_folder(folder)).with_context(|| folder.display().to_string())?;
    Ok(Kept { store: Arc::new(store), blobs, folder: folder.to_owned() })
}

fn explained(error: StoreError, folder: &Path) -> anyhow::Error {
    let shown = folder.display();
    match error {
        StoreError::InUse { .. } => {
            hinted(error.to_string(), "`sluice keys`, `jobs` and `data` work beside a running server")
        }
        StoreError::NewerData { .. } => hinted(error.to_string(), "nothing was changed"),
        other => anyhow::Error::new(other).context(format!("{shown} cannot be opened")),
    }
}
