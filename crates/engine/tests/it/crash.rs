//! The process dies after any call of the store, and another one goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sluice_engine::worker::Worker;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::JobId;
use sluice_model::Model;

use crate::cast::Watched;
use crate::stepwise::Interpreter;
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

/// Who works on the jobs. Dropping it is a kill.
enum Working {
    Embedded { _worker: Worker },
    Stepwise { _interpreter: Interpreter },
}

type Engine = fn(&World, Arc<dyn Model>, [JobId; 2]) -> Working;

fn embedded(world: &World, model: Arc<dyn Model>, _: [JobId; 2]) -> Working {
    Working::Embedded { _worker: world.start(model) }
}

fn stepwise(world: &World, model: Arc<dyn Model>, [one, other]: [JobId; 2]) -> Working {
    Working::Stepwise { _interpreter: Interpreter::start(world, model, &[("t", one), ("u", other)]) }
}

/// Lives for so many calls, then another lives to the end; says whether the first one died.
async fn dies_after(engine: Engine, first: &World, calls: i64) -> bool {
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let refused = json!({"code": "model_refused", "message": "never"});
    let rules = json!([{"path": "/a", "failures": [busy]}, {"path": "/d", "failures": [refused]}]);
    let world = World::with_blobs_of(first).await;
    let jobs = [world.job("t", &json!({})).await, world.job("u", &json!({"max_num_concurrent_requests": 1})).await];
    world.fate.die_after(calls);
    let working = engine(&world, Watched::new(&script(&rules)), jobs);
    // Nothing tells when a process that still waits for something is done; a minute is more than all waits together.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let died = world.fate.is_dead();
    drop(working);
    let world = world.reopened().await;
    let before = [world.log("t", jobs[0]).await, world.log("u", jobs[1]).await];

    let model = Watched::new(&script(&rules));
    let working = engine(&world, model.clone(), jobs);
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
    drop(working);
    died
}

#[tokio::test(start_paused = true)]
async fn a_crash_after_any_call_of_the_store_loses_nothing_and_doubles_nothing() {
    loses_nothing_and_doubles_nothing(embedded).await;
}

#[tokio::test(start_paused = true)]
async fn nor_where_somebody_else_orders_the_steps() {
    loses_nothing_and_doubles_nothing(stepwise).await;
}

async fn loses_nothing_and_doubles_nothing(engine: Engine) {
    // The document is read here, so that those who die do not wait for a child.
    let first = World::new().await;
    let worker = first.start(Watched::new(&script(&json!([]))));
    let job = first.job("t", &json!({})).await;
    first.log_at_end("t", job).await;
    worker.stop().await;

    let mut calls = 0;
    while dies_after(engine, &first, calls).await {
        calls += 1;
    }
    assert!(calls > 40, "{calls} calls are fewer than the events of both jobs");
}
