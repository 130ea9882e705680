//! Runs the binary in the project's folder and looks at all three of its outputs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run left behind.
pub struct Ran {
    /// Standard output: data only.
    pub stdout: String,
    /// Standard error: progress, findings, errors.
    pub stderr: String,
    /// Exit code.
    pub code: i32,
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

/// The project's root, where every path in these tests begins.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs `sluice` with these words.
pub fn sluice<S: AsRef<std::ffi::OsStr>>(words: &[S]) -> Ran {
    // Each run keeps what it keeps in a folder of its own: none is answered from another.
    let data = tempfile::tempdir().unwrap();
    sluice_on(data.path(), words)
}

/// Runs `sluice` with these words on this data folder.
pub fn sluice_on<S: AsRef<std::ffi::OsStr>>(data: &Path, words: &[S]) -> Ran {
    Ran::of(command(data).args(words))
}

/// The binary on this data folder, with nothing of the machine's environment.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    command.current_dir(root()).env_clear().env("NO_COLOR", "1").env("SLUICE_DATA", data);
    command
}

/// A folder for one test, gone after it, with these files in it.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A path in a folder, as a word for the command line.
pub fn word(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// Text with the test's own folder taken out, so that it is the same in every run.
pub fn without(text: &str, folder: &tempfile::TempDir) -> String {
    text.replace(&folder.path().display().to_string(), "FOLDER")
}

/// The bytes of an example document.
pub fn example(name: &str) -> Vec<u8> {
    std::fs::read(root().join("examples").join(name).join("document.pdf")).unwrap()
}
