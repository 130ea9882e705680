//! The pure rules of Sluice: what a schema is, how it is split into subtrees and merged back, where a value stands
//! in a document, what an answer is worth.
//!
//! Never here: a clock, randomness, I/O, a network, an async runtime. Whatever stands here could be checked with
//! pencil and paper. Every other crate calls it; it calls none of them.

pub mod assignment;
pub mod attribution;
pub mod code;
pub mod config;
pub mod estimate;
pub mod event;
pub mod id;
pub mod job;
pub mod limits;
pub mod lines;
pub mod mend;
pub mod merge;
pub mod pace;
pub mod page;
pub mod plan;
pub mod pointer;
pub mod retry;
pub mod rows;
pub mod schema;
pub mod score;
pub mod selection;
pub mod sight;
pub mod usage;
pub mod values;
pub mod verify;
