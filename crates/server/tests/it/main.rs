//! From outside: a real server on a free port with a real store, and a hand that plays the engine. Each rule of the two
//! contracts is a test of its name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod admission;
mod corrections;
mod described;
mod documents;
mod frames;
mod hand;
mod idempotency;
mod jobs;
mod jobs_api;
mod logging;
mod problems;
mod schemas;
mod serving;
mod streams;
mod tenancy;
mod world;
