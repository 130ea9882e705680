//! The file of one exchange. Called by `tape`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_extract::code::Code;

use super::hide::{Hidden, Words};
use super::{hide, seal};
use crate::{ModelError, Usage};

/// How such a file's name ends.
const ENDING: &str = ".exchange.json";

/// One exchange.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    /// Who wrote it.
    sluice: String,
    /// Its turn among all exchanges of the recording.
    pub(super) nth: u64,
    /// The hash of what is asked.
    pub(super) question: String,
    request: Request,
    /// `None` where nothing was heard.
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    /// Line by line; what is hidden has a name in its place.
    answer: Vec<String>,
    /// How it ended, if not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<Failed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden: Option<Sealed>,
}

/// What was asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Value,
}

/// Why there was no more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failed {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) usage: Usage,
}

impl From<Failed> for ModelError {
    fn from(failed: Failed) -> Self {
        Self::new(failed.code, failed.message).after(failed.usage)
    }
}

/// In base64.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    salt: String,
    sealed: String,
}

impl Recorded {
    /// Of which no answer is known yet.
    pub(super) fn new(nth: u64, question: String, request: Request) -> Self {
        Self {
            sluice: env!("CARGO_PKG_VERSION").to_owned(),
            nth,
            question,
            request,
            status: None,
            headers: Vec::new(),
            answer: Vec::new(),
            failed: None,
            hidden: None,
        }
    }

    /// Takes in the answer; `None` where it could not be sealed, and then nothing of it is there.
    pub(super) fn seal(&mut self, body: &[u8], document: &str, plain: &[&str]) -> Option<()> {
        let (shown, hidden) = hide::hide(body, &Words::of(document), plain);
        if !hidden.is_empty() {
            let (salt, sealed) = seal::seal(document, &hidden.to_bytes())?;
            self.hidden = Some(Sealed { salt: STANDARD.encode(salt), sealed: STANDARD.encode(sealed) });
        }
        self.answer = shown.split('\n').map(str::to_owned).collect();
        Some(())
    }

    /// The answer as it came; `None` without the document it is about.
    pub(super) fn answer(&self, document: &str) -> Option<Vec<u8>> {
        let hidden = match &self.hidden {
            Some(Sealed { salt, sealed }) => {
                let (salt, sealed) = (STANDARD.decode(salt).ok()?, STANDARD.decode(sealed).ok()?);
                Hidden::from_bytes(&seal::open(document, &salt, &sealed)?)?
            }
            None => Hidden::default(),
        };
        hide::reveal(&self.answer.join("\n"), &hidden)
    }

    pub(super) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let path = folder.join(format!("{:04}{ENDING}", self.nth));
        std::fs::write(path, serde_json::to_string_pretty(self)? + "\n")
    }

    pub(super) fn read(path: &Path) -> std::io::Result<Self> {
        let text = std::fs::read(path)?;
        serde_json::from_slice(&text)
            .map_err(|error| std::io::Error::other(format!("{} is no recorded exchange: {error}", path.display())))
    }
}

/// The exchanges in a folder.
pub(super) fn names(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)) {
            names.push(path);
        }
    }
    names.sort();
    Ok(names)
}
