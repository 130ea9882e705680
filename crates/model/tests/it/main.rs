//! Vendors over the network, against a server on this machine.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod asked;
mod gemini;
mod looks;
mod openai;
