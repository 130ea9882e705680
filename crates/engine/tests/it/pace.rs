//! How fast a model is asked over all questions, and who is asked where it gives no answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_engine::worker::{Parts, Worker};
use sluice_model::registry::Registry;
use sluice_model::scripted::Scripted;
use tokio::time::Instant;

use crate::cast::Watched;
use crate::world::{World, options, script, told};

fn with(mut script: Value, key: &str, value: Value) -> Value {
    script[key] = value;
    script
}

#[tokio::test(start_paused = true)]
async fn not_more_than_an_account_may_ask_in_a_minute() {
    let world = World::new().await;
    let model = Watched::new(&with(script(&json!([])), "limits", json!({"requests_per_minute": 3})));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 4})).await;
    let begun = Instant::now();
    let worker = world.start(model.clone());
    world.log_at_end("t", job).await;
    assert!(begun.elapsed() >= Duration::from_mins(1), "the fourth waits: {:?}", begun.elapsed());
    assert_eq!(model.asked().iter().filter(|asked| asked.attempt > 1).count(), 0, "a wait is no failure");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_model_says_of_its_limits_holds_for_all_who_ask_it() {
    let world = World::new().await;
    let limited = json!({"code": "rate_limited", "message": "too much", "retry_after_ms": 20_000});
    let model = Watched::new(&script(&json!([{"path": "/a", "failures": [limited]}])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    let begun = Instant::now();
    let worker = world.start(model);
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 failed (rate_limited), next in 20000 ms
    s2: attempt 1 answered: ["two"], 1 calls
    s1: attempt 2 answered: ["one"], 1 calls
    s3: attempt 1 answered: [], 1 calls
    s4: attempt 1 answered: ["four"], 1 calls
    completed, valid: true
    "###);
    let first = log.iter().find(|recorded| told(&[(*recorded).clone()]).contains("answered")).unwrap().at_ms;
    assert!(first - log[0].at_ms >= 20_000, "the next question is another one's, and waits as well");
    assert!(begun.elapsed() < Duration::from_secs(30));
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_again_and_again_is_left_alone_for_all() {
    let world = World::new().await;
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let model = Watched::new(&script(&json!([{"failures": vec![busy; 9]}])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 4, "n_max_retries": 2})).await;
    let worker = world.start(model.clone());
    let log = told(&world.log_at_end("t", job).await);
    worker.stop().await;
    let asked = model.asked().len();
    assert!(asked < 12, "asked {asked} times instead of 3 for each of 4:\n{log}");
}

#[tokio::test(start_paused = true)]
async fn where_it_gives_no_answer_another_one_is_asked() {
    let world = World::new().await;
    let refused = json!({"code": "model_refused", "message": "never"});
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let first = Watched::new(&script(
        &json!([{"path": "/a", "failures": [refused]}, {"path": "/b", "failures": [busy, busy]}]),
    ));
    let text = json!({"result": {"a": ["from the other"], "b": ["from the other"]}}).to_string();
    let other = Arc::new(Scripted::from_text(&text, "other").unwrap());
    let models = Arc::new(Registry::default().with(first.clone()).with(other));
    let config = json!({"max_num_concurrent_requests": 1, "n_max_retries": 1, "fallback_model": "other"});
    let job = world.job("t", &config).await;
    let worker = Worker::start(Parts { models, ..world.parts(first) }, options());
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 failed (model_refused), next other is asked
    s1: attempt 2 answered: ["from the other"], 1 calls
    s2: attempt 1 failed (model_unavailable), next in 500 ms
    s3: attempt 1 answered: [], 1 calls
    s4: attempt 1 answered: ["four"], 1 calls
    s2: attempt 2 failed (model_unavailable), next other is asked
    s2: attempt 3 answered: ["from the other"], 1 calls
    completed, valid: true
    "###);
    worker.stop().await;
}
