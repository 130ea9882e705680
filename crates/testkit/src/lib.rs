//! What makes a test short. Never called by anything but tests.
//!
//! `vendor`: a server of models on this machine that says what a test wants, and breaks off where it wants.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "only tests call it")]

pub mod vendor;
