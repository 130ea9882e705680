//! From outside the crate: properties of any schema of the subset, the project's examples, the pages of the codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

mod any_schema;
mod error_pages;
mod examples;
mod fuzz;
mod large_schema;
mod lowering;
mod older_logs;
mod parse_anything;
mod real_schemas;
mod split_and_merge;
mod validate_and_settle;
