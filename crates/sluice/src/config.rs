//! Settings: the only reader of the environment. Called by commands, which hand on what they need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use sluice_document::{Limits, Reader};
use sluice_model::Model;
use sluice_model::embedded::Embedded;
use sluice_model::registry::Registry;
use sluice_model::scripted::Scripted;

/// The model that is asked unless somebody says otherwise: it needs no key and no network.
pub(crate) const MODEL_DEFAULT: &str = "embedded";

/// Names of this kind are scripts: `scripted:FILE`.
const SCRIPTED_PREFIX: &str = "scripted:";

/// The models that are set up.
pub(crate) fn models() -> Registry {
    Registry::default().with(Arc::new(Embedded::default()))
}

/// The models that are set up, and these scripts.
pub(crate) fn models_with(scripts: &[PathBuf]) -> anyhow::Result<Registry> {
    scripts.iter().try_fold(models(), |models, path| Ok(models.with(Arc::new(Scripted::from_file(path)?))))
}

/// The model of this name, from the registry or from a script.
pub(crate) fn model(name: &str) -> anyhow::Result<Arc<dyn Model>> {
    match name.strip_prefix(SCRIPTED_PREFIX) {
        Some(path) => Ok(Arc::new(Scripted::from_file(Path::new(path))?)),
        None => Ok(models().get(name)?),
    }
}

/// The reader of foreign bytes: this program again, as a child with limits.
pub(crate) fn reader() -> anyhow::Result<Reader> {
    let program = std::env::current_exe().context("the path of this program cannot be told")?;
    Ok(Reader { program, args: vec![OsString::from("__read-document")], limits: Limits::default() })
}
