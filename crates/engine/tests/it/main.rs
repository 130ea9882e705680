//! The embedded engine on a real store, with time that passes only when nothing else is to be done.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod cast;
mod crash;
mod jobs;
mod local;
mod mortal;
mod pace;
mod rows;
mod stepwise;
mod trouble;
mod world;
