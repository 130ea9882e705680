//! Scripted jobs, and the events that they come to.

use serde_json::json;

use crate::cast::Watched;
use crate::world::{World, script, told};

#[tokio::test(start_paused = true)]
async fn a_job_runs_from_its_wish_to_its_result() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    let worker = world.start(model.clone());
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 answered: ["one"], 1 calls
    s2: attempt 1 answered: ["two"], 1 calls
    s3: attempt 1 answered: [], 1 calls
    s4: attempt 1 answered: ["four"], 1 calls
    completed, valid: true
    "###);
    assert_eq!(world.result(&log).await, json!({"a": ["one"], "b": ["two"], "c": [], "d": ["four"]}));
    worker.stop().await;
}
