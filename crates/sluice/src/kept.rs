//! Where everything is kept, a folder or a database with an object store, and opening it.
//!
//! Called by the commands that look at what a server keeps, and by those that work on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use sluice_extract::event::Event;
use sluice_extract::job::Status;
use sluice_extract::limits::DAY_MS;
use sluice_store::{
    Append, Blobs, JobQuery, OpenOptions, PageQuery, PostgresOptions, PostgresStore, Retention, Retired, Role,
    SqliteStore, Store, StoreError, Synchronous, Tenant, system_clock,
};

use crate::cli::{DataFolder, StoreArgs};
use crate::config;
use crate::trouble::hinted;

/// Rows and bytes.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The rows.
    pub(crate) store: Arc<dyn Store>,
    /// The bytes.
    pub(crate) blobs: Blobs,
    /// Where they are, for people.
    pub(crate) place: String,
    /// The folder, where all of it is in one.
    pub(crate) folder: Option<Folder>,
}

/// A folder that holds everything.
#[derive(Clone)]
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The rows, as what they are.
    pub(crate) rows: Arc<SqliteStore>,
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
}

impl StoreArgs {
    /// Opens it, and makes what is missing.
    pub(crate) async fn open(&self, role: Role) -> anyhow::Result<Kept> {
        let folder = self.folder.path()?;
        let Some(url) = &self.store else {
            let mut kept = open(&folder, Synchronous::Full, role).await?;
            if let Some(objects) = &self.objects {
                kept.blobs = config::objects(objects)?;
                kept.place = format!("{} and {objects}", kept.place);
                kept.folder = None;
            }
            return Ok(kept);
        };
        let store = PostgresStore::open(url, PostgresOptions::default()).await.map_err(unreached)?;
        let (blobs, bytes) = match &self.objects {
            Some(objects) => (config::objects(objects)?, objects.clone()),
            None => (in_files(&folder)?, folder.display().to_string()),
        };
        let place = format!("{} and {bytes}", store.place());
        Ok(Kept { store: Arc::new(store), blobs, place, folder: None })
    }

    /// Opens what is there already.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<Kept> {
        self.check_there()?;
        self.open(Role::Beside).await
    }

    /// The same, and no server may work on it: a folder's is found out, a database's is not.
    pub(crate) async fn open_existing_alone(&self) -> anyhow::Result<Kept> {
        self.check_there()?;
        self.open(Role::Server).await
    }

    fn check_there(&self) -> anyhow::Result<()> {
        let folder = self.folder.path()?;
        if self.store.is_none() && !folder.join("sluice.db").is_file() {
            let told = format!("nothing is kept in {}", folder.display());
            return Err(hinted(told, "name the server's folder with `--data DIR`, or its database with `--store URL`"));
        }
        Ok(())
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
    let rows = SqliteStore::open(folder, options).await.map_err(|error| explained(error, folder))?;
    let folder = Folder { path: folder.to_owned(), rows: Arc::new(rows) };
    let (store, blobs) = (Arc::clone(&folder.rows), in_files(&folder.path)?);
    Ok(Kept { store, blobs, place: folder.path.display().to_string(), folder: Some(folder) })
}

fn in_files(folder: &Path) -> anyhow::Result<Blobs> {
    Blobs::in_directory(&blobs_folder(folder)).with_context(|| folder.display().to_string())
}

/// Why a database cannot be worked on.
fn unreached(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Away(_) => hinted(
            error.to_string(),
            "name it with `--store postgres://USER@HOST/DATABASE`; a password belongs into ~/.pgpass",
        ),
        StoreError::NewerData { .. } => hinted(error.to_string(), "nothing was changed"),
        other => anyhow::Error::new(other).context("the database cannot be opened"),
    }
}

fn explained(error: StoreError, folder: &Path) -> anyhow::Error {
    let shown = folder.display();
    match error {
        StoreError::InUse { .. } => {
            let hint = "`sluice keys`, `jobs` and `data` work beside a running server; several servers share a database, \
                        see `--store`";
            hinted(error.to_string(), hint)
        }
        StoreError::NewerData { .. } => hinted(error.to_string(), "nothing was changed"),
        other => anyhow::Error::new(other).context(format!("{shown} cannot be opened")),
    }
}
