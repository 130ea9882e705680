//! The model files: their names, their hashes, and whether a folder has them.
//!
//! Files are used only when their bytes are exactly those that were measured. Never downloads anything: the command
//! line puts them where they belong.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

/// A file that must be there, byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// Its name in the folder.
    pub name: &'static str,
    /// SHA-256 of its bytes, in hex.
    pub sha256: &'static str,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Finds lines. PP-OCRv6 small, by the `PaddleOCR` authors, Apache-2.0.
pub const DETECTION: ModelFile = ModelFile {
    name: "PP-OCRv6_det_small.onnx",
    sha256: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    bytes: 9_929_594,
};

/// Reads lines. PP-OCRv6 small, by the `PaddleOCR` authors, Apache-2.0. Its alphabet is in its own metadata.
pub const RECOGNITION: ModelFile = ModelFile {
    name: "PP-OCRv6_rec_small.onnx",
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    bytes: 21_234_383,
};

/// What they are called.
pub const NAME: &str = "PP-OCRv6 small";

/// All of them.
pub const FILES: [ModelFile; 2] = [DETECTION, RECOGNITION];

/// The package on `PyPI` whose wheel has the files, under `rapidocr/models/`.
pub const PACKAGE: &str = "rapidocr==3.10.0";

/// The folder of the wheel with the files.
pub const PACKAGE_FOLDER: &str = "rapidocr/models";

/// Names the models and what is done around them; it changes when the same picture may be read differently.
#[must_use]
pub fn version() -> &'static str {
    "ppocr6s.1"
}

/// Why a model file is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelsError {
    /// It is not there, or may not be read.
    #[error("the model file {0} cannot be read: {1}")]
    Unreadable(String, String),
    /// Its bytes are others.
    #[error("the model file {0} is not the one that is meant: its SHA-256 is another")]
    Other(String),
}

/// Are these bytes that file?
#[must_use]
pub fn is(file: &ModelFile, bytes: &[u8]) -> bool {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digest == file.sha256
}

/// The checked bytes of a file.
///
/// # Errors
/// When it cannot be read, or has other bytes.
pub fn load(folder: &Path, file: &ModelFile) -> Result<Vec<u8>, ModelsError> {
    let path = folder.join(file.name);
    let shown = path.display().to_string();
    let length = fs::metadata(&path).map_err(|error| ModelsError::Unreadable(shown.clone(), error.to_string()))?.len();
    if length != file.bytes {
        return Err(ModelsError::Other(shown));
    }
    let bytes = fs::read(&path).map_err(|error| ModelsError::Unreadable(shown.clone(), error.to_string()))?;
    if is(file, &bytes) { Ok(bytes) } else { Err(ModelsError::Other(shown)) }
}

/// Does the folder have every file, by name and size? The bytes are checked when they are used.
#[must_use]
pub fn are_in(folder: &Path) -> bool {
    FILES.iter().all(|file| fs::metadata(folder.join(file.name)).is_ok_and(|it| it.len() == file.bytes))
}
