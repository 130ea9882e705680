//! One file for each kind of thing that is asked for; a function for each route.
//!
//! A handler reads what was sent, calls the store once or twice, and hands what it got to `wire`. Called by `router`.

pub(crate) mod corrections;
pub(crate) mod documents;
pub(crate) mod generic_jobs;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod models;
pub(crate) mod operations;
pub(crate) mod page;
pub(crate) mod request;
pub(crate) mod schemas;
pub(crate) mod start;
pub(crate) mod streams;
pub(crate) mod usage;
