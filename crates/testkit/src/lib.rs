//! What makes a test short. Never called by anything but tests.
//!
//! `vendor`: a server of models on this machine that says what a test wants, and breaks off where it wants. `postgres`: a real
//! PostgreSQL server of its own, which a test starts, ends and kills. `pdf`: small files by hand; `hostile`: files made to
//! hurt; `mutation`: files spoiled as a few bytes say, for fuzzing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "only tests call it")]

pub mod hostile;
pub mod mutation;
pub mod pdf;
pub mod postgres;
pub mod vendor;
