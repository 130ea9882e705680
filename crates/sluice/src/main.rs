//! The binary: reads the command line, wires the rooms together, prints, and sets the exit code.
//!
//! The only crate that reads arguments, files named by users and the environment, and the only one that prints. Never
//! here: how a page is read, a question asked or a value found.

mod cli;
mod commands;
mod config;
mod explain;
mod extractor;
mod inputs;
mod kept;
mod printer;
mod progress;
mod trouble;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::ReadDocument) {
        // The child that reads foreign bytes: no runtime, no settings, nothing of ours that could be lost.
        return sluice_document::worker::main();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return trouble::print(&anyhow::Error::new(error).context("no threads could be started")),
    };
    let outcome = runtime.block_on(commands::run(cli));
    // A thread that still solves for a job that was dropped is not waited for: whoever goes on with the job asks again.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(error) => trouble::print(&error),
    }
}
