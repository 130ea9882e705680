//! Scripted jobs, and the events that they come to.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_engine::worker::{Options, Remembering, Worker};
use sluice_extract::event::{Event, Recorded};

use crate::cast::{Asked, Watched};
use crate::world::{World, options, script, told};

/// One at a time, so that the order is known.
fn in_order() -> Value {
    json!({"max_num_concurrent_requests": 1})
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_from_its_wish_to_its_result() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([])));
    let job = world.job("t", &in_order()).await;
    let worker = world.start(model);
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

#[tokio::test(start_paused = true)]
async fn failed_attempts_are_repeated_and_what_fails_for_good_is_null() {
    let world = World::new().await;
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let slow = json!({"code": "model_unavailable", "message": "busy", "retry_after_ms": 60_000});
    let refused = json!({"code": "model_refused", "message": "never"});
    let model = Watched::new(&script(&json!([
        {"path": "/a", "failures": [busy, slow]},
        {"path": "/b", "failures": [busy, busy, busy, busy]},
        {"path": "/c", "failures": [refused]},
    ])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1, "n_max_retries": 2})).await;
    let begun = tokio::time::Instant::now();
    let worker = world.start(model.clone());
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 failed (model_unavailable), next in 500 ms
    s2: attempt 1 failed (model_unavailable), next in 500 ms
    s3: attempt 1 failed for good (model_refused): never
    s4: attempt 1 answered: ["four"], 1 calls
    s1: attempt 2 failed (model_unavailable), next in 60000 ms
    s2: attempt 2 failed (model_unavailable), next in 1000 ms
    s2: attempt 3 failed for good (model_unavailable): busy
    s1: attempt 3 answered: ["one"], 1 calls
    completed, valid: true
    "###);
    assert_eq!(world.result(&log).await, json!({"a": ["one"], "d": ["four"]}));
    assert!(begun.elapsed() >= Duration::from_mins(1), "what the model asks for is never undercut");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_without_any_answer_fails_with_the_first_reason() {
    let world = World::new().await;
    let model =
        Watched::new(&script(&json!([{"failures": [{"code": "model_refused", "message": "the key is refused"}]}])));
    let job = world.job("t", &in_order()).await;
    let worker = world.start(model);
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 failed for good (model_refused): the key is refused
    s2: attempt 1 failed for good (model_refused): the key is refused
    s3: attempt 1 failed for good (model_refused): the key is refused
    s4: attempt 1 failed for good (model_refused): the key is refused
    failed (model_refused)
    "###);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_same_question_is_answered_from_memory_and_costs_nothing() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([])));
    let worker = world.start(model.clone());
    let first = world.job("t", &in_order()).await;
    world.log_at_end("t", first).await;
    let again = world.job("t", &in_order()).await;
    insta::assert_snapshot!(told(&world.log_at_end("t", again).await), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 remembered: ["one"], 0 calls
    s2: attempt 1 remembered: ["two"], 0 calls
    s3: attempt 1 remembered: [], 0 calls
    s4: attempt 1 remembered: ["four"], 0 calls
    completed, valid: true
    "###);
    assert_eq!(model.asked().len(), 4);

    for (owner, config) in
        [("other", json!({})), ("t", json!({"seed": 1})), ("t", json!({"validate_response_schema": false}))]
    {
        let asked = model.asked().len();
        let job = world.job(owner, &config).await;
        world.log_at_end(owner, job).await;
        assert_eq!(model.asked().len(), asked + 4, "{owner} {config}: another question, or another's answer");
    }
    worker.stop().await;

    let worker = world.start_with(model.clone(), Options { remembering: Remembering::Off, ..options() });
    let asked = model.asked().len();
    let job = world.job("t", &in_order()).await;
    world.log_at_end("t", job).await;
    assert_eq!(model.asked().len(), asked + 4, "who switches it off asks");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_asks_the_same_at_the_same_time_pays_once() {
    let world = World::new().await;
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let model = Watched::new(&script(&json!([{"path": "/a", "failures": [busy]}, {"delay_ms": 1_000}])));
    let jobs = [world.job("t", &json!({})).await, world.job("t", &json!({})).await];
    let other = world.job("other", &json!({})).await;
    let worker = world.start(model.clone());
    let logs = [world.log_at_end("t", jobs[0]).await, world.log_at_end("t", jobs[1]).await];
    world.log_at_end("other", other).await;
    assert_eq!(world.result(&logs[0]).await, world.result(&logs[1]).await);
    let remembered = |recorded: &&Recorded| matches!(recorded.event, Event::SubtreeFinished { remembered: true, .. });
    assert_eq!(logs.iter().flatten().filter(remembered).count(), 4, "each part once, by one of them");
    assert_eq!(model.times_asked()["/c"], 2, "once for each tenant");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_ends_the_asking() {
    let world = World::new().await;
    let mut script = script(&json!([]));
    script["price"] = json!({"usd_per_call": 0.5});
    let model = Watched::new(&script);
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1, "max_cost_usd": 1.0})).await;
    let worker = world.start(model);
    insta::assert_snapshot!(told(&world.log_at_end("t", job).await), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 answered: ["one"], 1 calls
    s2: attempt 1 answered: ["two"], 1 calls
    s3: attempt 1 failed for good (budget_spent): what the job may cost is spent; this part was not asked
    s4: attempt 1 failed for good (budget_spent): what the job may cost is spent; this part was not asked
    completed, valid: true
    "###);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reopened_job_asks_only_what_failed() {
    let world = World::new().await;
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let model = Watched::new(&script(&json!([{"path": "/b", "failures": [busy]}])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1, "n_max_retries": 0})).await;
    let worker = world.start(model.clone());
    let ended = world.log_at_end("t", job).await.len();
    world.tell("t", job, Event::JobReopened).await;
    let log = world.log_at_end("t", job).await;
    insta::assert_snapshot!(told(&log[ended..]), @r###"
    reopened
    s2: attempt 2 answered: ["two"], 1 calls
    completed, valid: true
    "###);
    assert_eq!(world.result(&log).await, json!({"a": ["one"], "b": ["two"], "c": [], "d": ["four"]}));
    assert_eq!(model.asked().len(), 5);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn answers_are_held_against_the_schema_unless_nobody_wants_that() {
    let world = World::new().await;
    let model = Watched::new(&json!({"result": {"a": ["one", {"no": "text"}], "b": [], "c": [], "d": []}}));
    let worker = world.start(model);
    let on = world.job("t", &json!({})).await;
    let log = world.log_at_end("t", on).await;
    assert_eq!(world.result(&log).await["a"], json!(["one"]));
    assert!(matches!(log.last().unwrap().event, Event::JobCompleted { valid: true, .. }));

    let off = world.job("t", &json!({"validate_response_schema": false})).await;
    let log = world.log_at_end("t", off).await;
    assert_eq!(world.result(&log).await["a"], json!(["one", {"no": "text"}]));
    assert!(matches!(log.last().unwrap().event, Event::JobCompleted { valid: false, .. }));
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_pages_that_are_wanted_are_read() {
    let world = World::new().await;
    let worker = world.start(Watched::new(&script(&json!([]))));
    let job = world.job("t", &json!({"pages": "2"})).await;
    let log = world.log_at_end("t", job).await;
    let read = log.iter().find_map(|recorded| match &recorded.event {
        Event::DocumentRead { page_count, pages_read, .. } => Some((*page_count, *pages_read)),
        _ => None,
    });
    assert_eq!(read, Some((2, 1)));
    let Some(Event::Planned { questions }) = log.get(2).map(|recorded| &recorded.event) else { panic!("no plan") };
    assert!(questions.iter().all(|question| question.pages == [(2, 2)]), "{questions:?}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_document_is_read_once_ever() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([])));
    let ledger = tempfile::NamedTempFile::new().unwrap();
    let counted = |world: &World| {
        let mut parts = world.parts(model.clone());
        let mut reader = (*parts.reader).clone();
        let script = format!("echo read >> {}; exec {}", ledger.path().display(), reader.program.display());
        (reader.program, reader.args) = ("/bin/sh".into(), vec!["-c".into(), script.into()]);
        parts.reader = reader.into();
        Worker::start(parts, options())
    };
    let worker = counted(&world);
    for at_once in [3, 1] {
        let mut jobs = Vec::new();
        for seed in 0..at_once {
            jobs.push(world.job("t", &json!({"seed": seed})).await);
        }
        for job in jobs {
            world.log_at_end("t", job).await;
        }
    }
    worker.stop().await;
    let world = world.reopened().await;
    let worker = counted(&world);
    let job = world.job("t", &json!({"seed": 9})).await;
    world.log_at_end("t", job).await;
    assert_eq!(std::fs::read_to_string(ledger.path()).unwrap(), "read\n");

    let job = world.job("t", &json!({"pages": "1"})).await;
    world.log_at_end("t", job).await;
    assert_eq!(std::fs::read_to_string(ledger.path()).unwrap(), "read\nread\n", "other pages are another reading");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn questions_are_bounded_for_each_job_and_over_all() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([{"delay_ms": 1_000}])));
    let worker = world.start_with(model.clone(), Options { questions_max: 5, ..options() });
    let alone = world.job("t", &json!({"max_num_concurrent_requests": 3})).await;
    world.log_at_end("t", alone).await;
    assert_eq!(model.most_open(), 3);
    let mut jobs = Vec::new();
    for seed in 0..4 {
        jobs.push(world.job("t", &json!({"max_num_concurrent_requests": 3, "seed": seed})).await);
    }
    for job in jobs {
        world.log_at_end("t", job).await;
    }
    assert_eq!(model.most_open(), 5);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_all_the_questions_of_another() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([{"delay_ms": 1_000}])));
    // Two jobs of a busy tenant, then one of another: seeds 1, 2 and 10.
    for (owner, seed) in [("busy", 1), ("busy", 2), ("other", 10)] {
        world.job(owner, &json!({"max_num_concurrent_requests": 4, "seed": seed})).await;
    }
    let worker = world.start_with(model.clone(), Options { questions_max: 1, ..options() });
    while model.asked().len() < 12 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seeds: Vec<i64> = model.asked().iter().filter_map(|Asked { seed, .. }| *seed).collect();
    let others: Vec<usize> = seeds.iter().enumerate().filter(|(_, seed)| **seed == 10).map(|(at, _)| at).collect();
    assert!(others[3] <= 8, "each second turn is the other tenant's: {seeds:?}");
    let busy: Vec<i64> = seeds.into_iter().filter(|seed| *seed != 10).collect();
    assert!(busy.windows(3).all(|three| three.contains(&1) && three.contains(&2)), "the jobs of a tenant do: {busy:?}");
    worker.stop().await;
}
