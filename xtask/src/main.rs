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
cargo xtask fuzz [SECONDS]
                    the fuzz targets, each for so long; an hour if nothing is said
cargo xtask page    the page: its types, its tests without a browser";

/// What the released binary has beyond what is built by default.
const WHOLE: &str = "sluice/temporal";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let outcome = match task.as_deref() {
        Some("ci") => lint().and_then(|()| licences()).and_then(|()| page()).and_then(|()| test()),
        Some("test") => test(),
        Some("lint") => lint(),
        Some("fuzz") => fuzz(std::env::args().nth(2).as_deref()),
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

/// What a fuzz target has among the other tests: the five of them take a minute of processor time.
const FUZZ_SECONDS_OF_A_TEST: u64 = 12;

/// What a fuzz target has when it is asked for alone.
const FUZZ_SECONDS: u64 = 3_600;

/// With nextest where it is installed: each test in a process of its own. Documentation is built as a test too.
fn test() -> anyhow::Result<()> {
    tests_named("", FUZZ_SECONDS_OF_A_TEST)
}

/// The fuzz targets alone, each for so many seconds. What they find is printed with the seed that gives it again.
fn fuzz(seconds: Option<&str>) -> anyhow::Result<()> {
    let seconds = seconds.map(str::parse).transpose().context("SECONDS is a whole number")?;
    tests_named("fuzz_", seconds.unwrap_or(FUZZ_SECONDS))
}

fn tests_named(part: &str, fuzz_seconds: u64) -> anyhow::Result<()> {
    let time = [("BOLERO_RANDOM_TEST_TIME_MS", (fuzz_seconds * 1_000).to_string())];
    let named: &[&str] = if part.is_empty() { &[] } else { &[part] };
    let fixed: &[&str] = if is_there("cargo-nextest") {
        &["nextest", "run", "--workspace", "--locked", "--features", WHOLE]
    } else {
        &["test", "--workspace", "--locked", "--features", WHOLE, "--lib", "--bins", "--tests"]
    };
    cargo_with(&time, &[fixed, named].concat())
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
    cargo_with(&[], &args)
}

fn cargo_with(variables: &[(&str, String)], args: &[&str]) -> anyhow::Result<()> {
    report(&format!("$ cargo {}", args.join(" ")));
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsStr::new("cargo").to_owned());
    let status = Command::new(program)
        .args(args)
        .envs(variables.iter().cloned())
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        bail!("cargo {} failed", args.join(" "));
    }
    Ok(())
}

#[allow(clippy::print_stderr, reason = "a tool for people")]
fn report(line: &str) {
    eprintln!("{line}");
}
