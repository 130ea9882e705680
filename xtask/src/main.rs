//! `cargo xtask ci`: everything that must pass before a change lands, in the order in which it fails fastest.
//!
//! Runs commands and nothing else: what they check is theirs. Called by people and by `.ci/run`.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

const USAGE: &str = "\
cargo xtask ci      formatting, lints, all tests, licences, the page
cargo xtask test    all tests
cargo xtask lint    formatting and lints
cargo xtask page    the page: its types, its tests without a browser";

/// What the released binary has beyond what is built by default.
const WHOLE: &str = "sluice/temporal";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let outcome = match task.as_deref() {
        Some("ci") => lint().and_then(|()| licences()).and_then(|()| page()).and_then(|()| test()),
        Some("test") => test(),
        Some("lint") => lint(),
        Some("page") => page(),
        _ => Err(anyhow::anyhow!("say what to do:\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn lint() -> anyhow::Result<()> {
    cargo(["fmt", "--all", "--check"])?;
    cargo(["clippy", "--workspace", "--all-targets", "--locked", "--features", WHOLE, "--", "--deny", "warnings"])
}

/// The licences of everything that comes in. `./setup` installs the tool; without it the check is said to be missing.
fn licences() -> anyhow::Result<()> {
    if !is_there("cargo-deny") {
        report("licences: not checked, cargo-deny is not installed (./setup --all installs it)");
        return Ok(());
    }
    cargo(["deny", "check", "licenses", "bans", "sources"])
}

/// With nextest where it is installed: each test in a process of its own. Documentation is built as a test too.
fn test() -> anyhow::Result<()> {
    if is_there("cargo-nextest") {
        cargo(["nextest", "run", "--workspace", "--locked", "--features", WHOLE])
    } else {
        cargo(["test", "--workspace", "--locked", "--features", WHOLE, "--lib", "--bins", "--tests"])
    }
}

/// The page's types, and its tests without a browser; those with one are among the others. `./setup` installs what it needs.
fn page() -> anyhow::Result<()> {
    let own = std::path::Path::new("target/node/bin").canonicalize().ok();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // It is there only where the system has none that is new enough.
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)))?;
    for script in ["check", "test"] {
        report(&format!("$ npm run {script} (in page/)"));
        let mut npm = Command::new("npm");
        npm.args(["run", "--silent", script]).current_dir("page").env("PATH", &path);
        let status = npm.status().context("npm could not be started: ./setup installs it")?;
        if !status.success() {
            bail!("npm run {script} failed in page/ (./setup --page installs what it needs)");
        }
    }
    Ok(())
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn cargo<const N: usize>(args: [&str; N]) -> anyhow::Result<()> {
    report(&format!("$ cargo {}", args.join(" ")));
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsStr::new("cargo").to_owned());
    let status = Command::new(program).args(args).status().context("cargo could not be started")?;
    if !status.success() {
        bail!("cargo {} failed", args.join(" "));
    }
    Ok(())
}

#[allow(clippy::print_stderr, reason = "a tool for people")]
fn report(line: &str) {
    eprintln!("{line}");
}
