//! A long list in turns, from the scripted model: every row once, in order, also over a restart.

use serde_json::json;
use sluice_extract::event::Event;

use crate::cast::Watched;
use crate::world::{World, told};

#[tokio::test(start_paused = true)]
async fn a_list_comes_in_turns_and_goes_on_where_it_was() {
    let world = World::new().await;
    let rows = json!(["one", "two", "three", "three", "four"]);
    let script = json!({"result": {"a": rows, "b": ["five"]}, "rows_per_answer_max": 2});
    let model = Watched::new(&script);
    let config = json!({"max_num_concurrent_requests": 1, "enable_agentic_array_extraction": true});
    let job = world.job("t", &config).await;
    let worker = world.start(model.clone());
    world.until("t", job, |event| matches!(event, Event::RowsArrived { turn: 2, .. })).await;
    worker.stop().await;
    let worker = world.start(model.clone());
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: 2 rows in turn 1
    s1: 2 rows in turn 2
    s1: 1 rows in turn 3
    s1: 0 rows in turn 4, the last
    s1: attempt 1 answered: ["one","two","three","three","four"], 0 calls
    s2: 1 rows in turn 1
    s2: 0 rows in turn 2, the last
    s2: attempt 1 answered: ["five"], 0 calls
    s3: 0 rows in turn 1
    s3: 0 rows in turn 2, the last
    s3: attempt 1 answered: [], 0 calls
    s4: 0 rows in turn 1
    s4: 0 rows in turn 2, the last
    s4: attempt 1 answered: [], 0 calls
    completed, valid: true
    "###);
    let result = world.result(&log).await;
    assert_eq!(result["a"], rows, "two equal rows stay two");
    let of_a = model.times_asked()["/a"];
    assert!((4..=5).contains(&of_a), "at most the question in flight is repeated: asked {of_a} times");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_model_that_says_lists_whole_is_not_asked_in_turns() {
    let world = World::new().await;
    let model = Watched::new(&json!({"result": {"a": ["one", "two", "three"]}}));
    let job = world.job("t", &json!({"enable_agentic_array_extraction": true})).await;
    let worker = world.start(model.clone());
    let log = world.log_at_end("t", job).await;
    assert!(!log.iter().any(|recorded| matches!(recorded.event, Event::RowsArrived { .. })));
    assert_eq!(model.times_asked()["/a"], 1);
    worker.stop().await;
}
