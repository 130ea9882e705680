//! The door: the Extract API and the Jobs API over HTTP, on one store.
//!
//! A request becomes a row and a wish, a log becomes a status, results or a stream. Knows no engine and does no work: what
//! it needs from outside comes in as [`Parts`]. Never here: how a document is read, which vendors there are, SQL.
//! Documents, values and keys never reach a log. Called by the binary's `serve`.

mod admission;
mod app;
mod auth;
mod edge;
mod frames;
mod idempotency;
mod metrics;
mod openapi;
mod parts;
mod problem;
mod range;
mod readings;
mod router;
mod routes;
mod serve;
mod settings;
mod slow_readers;
mod sse;
mod trace;
mod wire;

pub use metrics::Metrics;
pub use openapi::openapi_json;
pub use parts::{Draw, Example, Inspect, Inspected, ModelOffer, Models, Parts, Proposal, Propose, Refusal, Seen};
pub use serve::serve;
pub use settings::Settings;
