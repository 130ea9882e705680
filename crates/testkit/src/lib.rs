//! What makes a test short. Never called by anything but tests.
//!
//! `vendor`: a server of models on this machine that says what a test wants, and breaks off where it wants. `postgres`: a real
//! PostgreSQL server of its own, which a test starts, ends and kills.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "only tests call it")]

pub mod postgres;
pub mod vendor;
