//! Measures the service from the outside: the released binary in a process of its own, over HTTP.
//!
//! Prints a table for each measurement; `docs/performance.md` holds what it printed, with machine and date. Ratios stand
//! beside what bounds them, measured in the same run on the same disk. Never part of a test: machines differ.
//! Run it by `cargo build --release && cargo run --release -p sluice-bench`.

#![allow(clippy::print_stdout, reason = "a tool for people")]

mod disk;
mod overhead;
mod recovery;
mod scale;
mod server;
mod start;
mod streams;
mod throughput;
mod vendor;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures `sluice serve`.
#[derive(Debug, Parser)]
struct Words {
    /// The binary to measure
    #[arg(long, value_name = "FILE", default_value = "target/release/sluice")]
    program: PathBuf,
    /// Where the data folders are made: the disk that is measured
    #[arg(long, value_name = "DIR", default_value = "target")]
    disk: PathBuf,
    /// Only these
    #[arg(value_enum)]
    only: Vec<Measurement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// Start to ready, memory when idle
    Start,
    /// Durable subtrees a second, beside what the disk can flush
    Throughput,
    /// What the service adds to a model of fixed delay
    Overhead,
    /// A vendor of fixed delay over the network: time beside the ideal schedule, and how often it is sent the document
    Vendor,
    /// From commit to the frame at the client, with many streams
    Streams,
    /// From the start to the first new event, with a thousand unfinished jobs
    Recovery,
    /// Several workers: embedded on SQLite and PostgreSQL, Temporal on PostgreSQL
    Scale,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let words = Words::parse();
    let bench = server::Bench { program: words.program.canonicalize()?, disk: words.disk.canonicalize()? };
    let is_wanted = |measurement| words.only.is_empty() || words.only.contains(&measurement);
    if is_wanted(Measurement::Start) {
        start::measure(&bench).await?;
    }
    if is_wanted(Measurement::Throughput) {
        throughput::measure(&bench).await?;
    }
    if is_wanted(Measurement::Overhead) {
        overhead::measure(&bench).await?;
    }
    if is_wanted(Measurement::Vendor) {
        vendor::measure(&bench).await?;
    }
    if is_wanted(Measurement::Streams) {
        streams::measure(&bench).await?;
    }
    if is_wanted(Measurement::Recovery) {
        recovery::measure(&bench).await?;
    }
    if is_wanted(Measurement::Scale) {
        scale::measure(&bench).await?;
    }
    Ok(())
}
