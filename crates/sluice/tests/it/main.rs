//! The real binary, run as a user runs it: what it prints, where, and its exit code.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::too_many_lines,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod clients;
mod commands;
mod deploy;
mod evaluation;
mod every_vendor;
mod examples;
mod extract;
mod faults;
mod followers;
mod hostile;
mod infer;
mod kept;
mod kill;
mod long_list;
mod looks;
mod objects;
mod page;
mod paper;
mod processes;
mod real_model;
mod recordings;
mod resume;
mod run;
mod scans;
mod serve;
mod server;
#[cfg(feature = "temporal")]
mod temporal;
mod tenants;
mod traces;
mod trouble;
mod upkeep;
mod vendors;
mod watched;
