//! The embedded engine: workers in this process that take wishes from the store and write the log.
//!
//! Resuming is the same as beginning: fold the log, ask `decide`, do what it says, append what came of it. Never a rule
//! about what a job may become (`sluice_extract::job` has them), never SQL, never HTTP. Started by the binary.

mod asker;
mod budget;
mod count;
pub(crate) mod desk;
pub(crate) mod job_log;
pub(crate) mod library;
pub(crate) mod order;
mod paces;
pub(crate) mod patience;
pub(crate) mod record;
mod remembered;
pub(crate) mod run;
mod running;
pub(crate) mod trace;
mod turns;
mod work;
pub mod worker;
