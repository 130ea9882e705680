//! The process dies after any call of the store, and another one goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sluice_extract::event::{Event, Recorded};

use crate::cast::Watched;
use crate::world::{World, script, told};

/// Contiguous ids, one end and that one last, each outcome once.
fn holds_what_is_promised(log: &[Recorded]) {
    let ids: Vec<u64> = log.iter().map(|recorded| recorded.sequence).collect();
    assert_eq!(ids, (1..=log.len() as u64).collect::<Vec<_>>());
    let ends: Vec<bool> = log.iter().map(|recorded| recorded.event.is_terminal()).collect();
    assert_eq!(ends.iter().filter(|is_end| **is_end).count(), 1, "{}", told(log));
    assert_eq!(ends.last(), Some(&true), "{}", told(log));
    let keys: BTreeSet<String> = log.iter().map(|recorded| recorded.event.outcome_key(0)).collect();
    assert_eq!(keys.len(), log.len(), "{}", told(log));
}

fn finished(log: &[Recorded]) -> Vec<String> {
    let finished = log.iter().filter_map(|recorded| match &recorded.event {
        Event::SubtreeFinished { subtree, .. } => Some(subtree.clone()),
        _ => None,
    });
    finished.collect()
}

/// Lives for so many calls, then another lives to the end; says whether the first one died.
async fn dies_after(first: &World, calls: i64) -> bool {
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let refused = json!({"code": "model_refused", "message": "never"});
    let rules = json!([{"path": "/a", "failures": [busy]}, {"path": "/d", "failures": [refused]}]);
    let world = World::with_blobs_of(first).await;
    let jobs = [world.job("t", &json!({})).await, world.job("u", &json!({"max_num_concurrent_requests": 1})).await];
    world.fate.die_after(calls);
    let worker = world.start(Watched::new(&script(&rules)));
    // Nothing tells when a process that still waits for something is done; a minute is more than all waits together.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let died = world.fate.is_dead();
    drop(worker);
    let world = world.reopened().await;
    let before = [world.log("t", jobs[0]).await, world.log("u", jobs[1]).await];

    let model = Watched::new(&script(&rules));
    let worker = world.start(model.clone());
    let after = [world.log_at_end("t", jobs[0]).await, world.log_at_end("u", jobs[1]).await];
    let mut asked_at_most = 0;
    for (before, after) in before.iter().zip(&after) {
        holds_what_is_promised(after);
        assert_eq!(after[..before.len()], before[..], "what was told stays");
        assert_eq!(finished(after).len(), 3, "{}", told(after));
        asked_at_most += 3 - finished(before).len();
    }
    let refused_or_busy =
        |recorded: &&Recorded| matches!(recorded.event, Event::SubtreeRetrying { .. } | Event::SubtreeFailed { .. });
    let failures = |logs: &[Vec<Recorded>; 2]| logs.iter().flatten().filter(refused_or_busy).count();
    let asked = model.asked().len();
    assert_eq!(asked, asked_at_most + failures(&after) - failures(&before), "finished subtrees are not asked again");
    worker.stop().await;
    died
}

#[tokio::test(start_paused = true)]
async fn a_crash_after_any_call_of_the_store_loses_nothing_and_doubles_nothing() {
    // The document is read here, so that those who die do not wait for a child.
    let first = World::new().await;
    let worker = first.start(Watched::new(&script(&json!([]))));
    let job = first.job("t", &json!({})).await;
    first.log_at_end("t", job).await;
    worker.stop().await;

    let mut calls = 0;
    while dies_after(&first, calls).await {
        calls += 1;
    }
    assert!(calls > 40, "{calls} calls are fewer than the events of both jobs");
}
