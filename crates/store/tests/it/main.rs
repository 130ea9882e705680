//! From outside the crate: one suite that every store must pass, and what only the real file or server can show.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

mod blobs;
mod conformance;
mod kill;
mod postgres;
mod sqlite;
