//! What goes over the wire, in and out: bodies, queries, frames, problem documents.
//!
//! Plain data and its JSON. Never axum, never the store's calls: a handler asks, this room says how it is written.

pub(crate) mod body;
pub(crate) mod corrections;
pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod generic;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod limits;
pub(crate) mod model;
pub(crate) mod problem;
pub(crate) mod proposal;
pub(crate) mod query;
pub(crate) mod schema;
pub(crate) mod time;
pub(crate) mod usage;
