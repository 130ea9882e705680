//! Recorded histories, run again: a change that would break running workflows is caught here.
//!
//! Each is of a job of `crates/sluice/tests/it/temporal.rs`, written with `SLUICE_HISTORIES=FOLDER` set. They are added to,
//! never replaced: a workflow that an older release began may run for long.

#![cfg(feature = "sdk")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::Value;
use sluice_temporal::replay;

fn histories() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/histories");
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

#[tokio::test]
async fn this_release_does_what_was_done() {
    let histories = histories();
    assert!(histories.len() >= 2, "{}", histories.len());
    for (name, history) in histories {
        if let Err(error) = replay(&history).await {
            panic!("{name}: {error}");
        }
    }
}

/// The test above can fail.
#[tokio::test]
async fn what_was_done_otherwise_is_noticed() {
    let (_, history) = histories().remove(0);
    let history: Value = serde_json::from_slice(&history).unwrap();
    let text = history.to_string();
    let other = text.replace("\"read_document\"", "\"another\"");
    assert_ne!(text, other);
    let error = replay(other.as_bytes()).await.unwrap_err();
    assert!(error.to_string().contains("ondeterminis"), "{error}");
}

#[tokio::test]
async fn what_is_no_history_is_refused() {
    assert!(replay(b"{").await.is_err());
    assert!(replay(b"{\"events\": []}").await.is_err());
}
