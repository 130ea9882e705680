//! Jobs on a Temporal server: a workflow for each job, its steps as activities, in any number of processes.
//!
//! The log in the store stays the truth, as with the embedded engine, and the same code decides and runs the steps
//! (`sluice_engine::stepwise`); Temporal says who runs which step when, and notices when one is lost. What goes through it
//! are names: never a value, a word of a document or a page. Without the feature `sdk` this crate is empty. Never here: a
//! rule about what a job may become, SQL, HTTP. Started by the binary.

#![cfg(feature = "sdk")]

mod activities;
mod connection;
mod dispatcher;
mod query;
mod replay;
mod wire;
mod worker;
mod workflow;

pub use connection::{ConnectError, Server, Tls};
pub use dispatcher::Dispatcher;
pub use query::{QueryError, QueryName, query};
pub use replay::{ReplayError, history, replay};
pub use worker::{Worker, WorkerOptions};
