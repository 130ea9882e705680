//! The folder where everything is kept: where it is, and opening it.
//!
//! Called by the commands that look at what a server keeps, and by those that work on it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use sluice_store::{Blobs, OpenOptions, Role, SqliteStore, StoreError};

use crate::cli::DataFolder;
use crate::trouble::hinted;

/// Rows and bytes of one folder.
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
        let folder = self.path()?;
        let shown = folder.display();
        let store =
            SqliteStore::open(&folder, OpenOptions::new(role)).await.map_err(|error| explained(error, &folder))?;
        let blobs = Blobs::in_directory(&blobs_folder(&folder)).with_context(|| format!("{shown}"))?;
        Ok(Kept { store: Arc::new(store), blobs, folder })
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

/// Where the bytes are.
pub(crate) fn blobs_folder(folder: &std::path::Path) -> PathBuf {
    folder.join("blobs")
}

fn explained(error: StoreError, folder: &std::path::Path) -> anyhow::Error {
    let shown = folder.display();
    match error {
        StoreError::InUse { .. } => {
            hinted(error.to_string(), "`sluice keys`, `jobs` and `data` work beside a running server")
        }
        StoreError::NewerData { .. } => hinted(error.to_string(), "nothing was changed"),
        other => anyhow::Error::new(other).context(format!("{shown} cannot be opened")),
    }
}
