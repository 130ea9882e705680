//! What goes wrong around a job: it is stopped, its lease goes, the clock jumps, the store cannot, a model breaks down.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_engine::worker::{Options, Worker};
use sluice_extract::event::Event;
use sluice_extract::id::JobId;
use sluice_extract::page::ContentHash;
use sluice_store::{JobQuery, PageQuery, WishRequest};
use tokio::time::Instant;

use crate::cast::Watched;
use crate::world::{World, options, script, tenant, told};

const HOUR_MS: u64 = 3_600_000;

fn slow() -> Value {
    script(&json!([{"path": "/c", "delay_ms": HOUR_MS}]))
}

/// Asks to stop, and says how the log ends; within a second.
async fn cancelled(world: &World, job: JobId) -> String {
    let asked = Instant::now();
    world.tell("t", job, Event::CancelRequested).await;
    let log = world.log_at_end("t", job).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let from = log.len().saturating_sub(2);
    told(&log[from..])
}

const STOPPED: &str = "somebody asks to stop\ncancelled";

#[tokio::test(start_paused = true)]
async fn a_job_is_stopped_before_anybody_works_on_it() {
    let world = World::new().await;
    let job = world.job("t", &json!({})).await;
    world.tell("t", job, Event::CancelRequested).await;
    let model = Watched::new(&slow());
    let worker = world.start(model.clone());
    assert_eq!(told(&world.log_at_end("t", job).await), STOPPED);
    assert!(model.asked().is_empty());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_is_stopped_while_it_reads_and_the_child_is_gone() {
    let world = World::new().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut parts = world.parts(Watched::new(&slow()));
    let mut reader = (*parts.reader).clone();
    // Time stands while a thread reads, so the child says that it is there, and then never ends by itself.
    let script = format!("echo $$ > {}; exec sleep 3600", file.path().display());
    (reader.program, reader.args) = ("/bin/sh".into(), vec!["-c".into(), script.into()]);
    parts.reader = reader.into();
    let worker = Worker::start(parts, options());
    let job = world.job("t", &json!({})).await;
    world.until("t", job, |event| matches!(event, Event::JobStarted { .. })).await;
    let pid = loop {
        if let Ok(pid) = std::fs::read_to_string(file.path()).unwrap().trim().parse::<u32>() {
            break pid;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(cancelled(&world, job).await, STOPPED);
    worker.stop().await;
    let begun = std::time::Instant::now();
    while std::path::Path::new(&format!("/proc/{pid}")).exists() {
        assert!(begun.elapsed() < Duration::from_secs(1), "the child lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_stopped_while_a_model_is_asked() {
    let world = World::new().await;
    let model = Watched::new(&slow());
    let worker = world.start(model.clone());
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    world.until("t", job, |event| matches!(event, Event::SubtreeFinished { subtree, .. } if subtree == "s2")).await;
    while model.open() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(cancelled(&world, job).await, STOPPED);
    assert_eq!(model.open(), 0, "the call is dropped");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_is_stopped_while_it_waits_in_hand_or_given_back() {
    for wait_ms in [5_000, HOUR_MS] {
        let world = World::new().await;
        let later = json!({"code": "model_unavailable", "message": "later", "retry_after_ms": wait_ms});
        let worker = world.start(Watched::new(&script(&json!([{"failures": [later]}]))));
        let job = world.job("t", &json!({})).await;
        world.until("t", job, |event| matches!(event, Event::SubtreeRetrying { .. })).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(cancelled(&world, job).await, STOPPED, "a wait of {wait_ms} ms");
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_stop_is_not_lost_while_a_job_is_given_back() {
    let world = World::new().await;
    let job = world.job("t", &json!({})).await;
    let request = WishRequest { worker: "w".to_owned(), limit: 1, lease_ms: 1_000, only: None, newcomers: false };
    let lease = world.store.wish_claim(&request).await.unwrap()[0].lease;
    world.tell("t", job, Event::CancelRequested).await;
    world.store.wish_release(lease, u64::MAX / 2).await.unwrap();
    assert_eq!(world.store.wish_claim(&request).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_holds_no_place_and_no_lease() {
    let world = World::new().await;
    let later = json!({"code": "model_unavailable", "message": "later", "retry_after_ms": HOUR_MS});
    let model = Watched::new(&script(&json!([{"path": "/a", "failures": [later]}])));
    let worker = world.start_with(model, Options { jobs_max: 1, ..options() });
    let begun = Instant::now();
    let waits = world.job("t", &json!({"seed": 1})).await;
    let other = world.job("t", &json!({"seed": 2})).await;
    world.until("t", other, |event| matches!(event, Event::SubtreeRetrying { .. })).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "the second job gets the only place");
    world.log_at_end("t", waits).await;
    world.log_at_end("t", other).await;
    let late = begun.elapsed().saturating_sub(Duration::from_millis(HOUR_MS));
    assert!(late < Duration::from_secs(10), "and both go on in time: {late:?}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_model_that_breaks_down_costs_its_part_and_not_the_worker() {
    let world = World::new().await;
    let worker = world.start(Watched::panics_at(&script(&json!([])), "/b"));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    insta::assert_snapshot!(told(&world.log_at_end("t", job).await), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 answered: ["one"], 1 calls
    s2: attempt 1 failed for good (internal): this part of the work broke down; please report it
    s3: attempt 1 answered: [], 1 calls
    s4: attempt 1 answered: ["four"], 1 calls
    completed, valid: true
    "###);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_lost_the_lease_writes_nothing_and_stops() {
    let world = World::new().await;
    let (first, second) = (Watched::new(&slow()), Watched::new(&script(&json!([{"path": "/c", "value": ["second"]}]))));
    let slow_worker = world.start(first.clone());
    let job = world.job("t", &json!({"max_num_concurrent_requests": 4})).await;
    world.until_finished("t", job, 3).await;
    // The lease runs out before its worker looks again, and somebody else is quicker.
    world.set_clock_by(60_000);
    let thief = world.start(second.clone());
    let log = world.log_at_end("t", job).await;
    assert_eq!(world.result(&log).await["c"], json!(["second"]));
    assert_eq!(second.times_asked().into_keys().collect::<Vec<_>>(), ["/c"], "what was finished is not asked again");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(first.open(), 0, "the first one has stopped asking");
    assert_eq!(world.log("t", job).await, log);
    slow_worker.stop().await;
    thief.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_forward_repeats_no_question() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([{"path": "/c", "delay_ms": 120_000}])));
    let worker = world.start(model.clone());
    let job = world.job("t", &json!({})).await;
    world.until_finished("t", job, 3).await;
    world.set_clock_by(24 * 3_600_000);
    world.log_at_end("t", job).await;
    assert!(model.times_asked().values().all(|times| *times == 1), "{:?}", model.times_asked());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_stalls_no_job() {
    // In hand, given back, and a job that nobody has taken yet.
    for wait_ms in [5_000, 60_000] {
        let world = World::new().await;
        let later = json!({"code": "model_unavailable", "message": "later", "retry_after_ms": wait_ms});
        let worker = world.start(Watched::new(&script(&json!([{"path": "/a", "failures": [later]}]))));
        let job = world.job("t", &json!({})).await;
        world.until("t", job, |event| matches!(event, Event::SubtreeRetrying { .. })).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        world.set_clock_by(-24 * 3_600_000);
        let new = world.job("t", &json!({"seed": 1})).await;
        let begun = Instant::now();
        world.log_at_end("t", job).await;
        world.log_at_end("t", new).await;
        assert!(begun.elapsed() <= Duration::from_millis(2 * wait_ms + 10_000), "{:?}", begun.elapsed());
        worker.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_that_a_dead_process_had_do_not_wait_for_a_clock_set_back() {
    let world = World::new().await;
    let job = world.job("t", &json!({})).await;
    let worker = world.start(Watched::new(&slow()));
    world.until("t", job, |event| matches!(event, Event::JobStarted { .. })).await;
    world.fate.die_after(0);
    drop(worker);
    let world = world.reopened().await;
    world.set_clock_by(-24 * 3_600_000);
    let begun = Instant::now();
    let worker = world.start(Watched::new(&script(&json!([]))));
    world.log_at_end("t", job).await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_asked_again_and_nothing_is_doubled() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    let worker = world.start(model.clone());
    world.until("t", job, |event| matches!(event, Event::JobStarted { .. })).await;
    world.fate.busy_for(30);
    let mut log = Vec::new();
    while !log.last().is_some_and(|recorded: &sluice_extract::event::Recorded| recorded.event.is_terminal()) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        log = world
            .store
            .event_list(&tenant("t"), job, 0, 100)
            .await
            .ok()
            .flatten()
            .map(|slice| slice.events)
            .unwrap_or_default();
    }
    assert_eq!(world.result(&log).await, json!({"a": ["one"], "b": ["two"], "c": [], "d": ["four"]}));
    assert!(model.times_asked().values().all(|times| *times == 1), "{:?}", model.times_asked());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_loses_nothing_and_doubles_nothing() {
    // The answers do not fit into what is left: each has 40 kB.
    let long = "x".repeat(40_000);
    let model = Watched::new(&script(&json!([{"value": [long]}])));
    let world = World::with_pages_max(Some(70)).await;
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    let worker = world.start(model.clone());
    tokio::time::sleep(Duration::from_secs(60)).await;
    let stuck = world.log("t", job).await;
    assert!(!stuck.last().unwrap().event.is_terminal(), "{}", stuck.len());
    let asked = model.asked().len();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(model.asked().len(), asked, "an answer that could not be kept is kept in mind, and not asked again");
    worker.stop().await;

    let world = world.reopened().await;
    let worker = world.start(model.clone());
    let log = world.log_at_end("t", job).await;
    assert_eq!(log[..stuck.len()], stuck);
    assert!(matches!(log.last().unwrap().event, Event::JobCompleted { .. }));
    assert!(model.asked().len() <= 5, "at most the one in flight: {:?}", model.asked());
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_gives_the_jobs_back_at_once() {
    let world = World::new().await;
    let model = Watched::new(&slow());
    let worker = world.start(model.clone());
    let job = world.job("t", &json!({})).await;
    world.until_finished("t", job, 3).await;
    let begun = Instant::now();
    worker.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(model.open(), 0);

    let next = Watched::new(&script(&json!([])));
    let worker = world.start(next.clone());
    world.log_at_end("t", job).await;
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits for a lease: {:?}", begun.elapsed());
    assert_eq!(next.times_asked().into_keys().collect::<Vec<_>>(), ["/c"]);
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_stops_within_a_second_whatever_the_store_does() {
    let world = World::new().await;
    let worker = world.start(Watched::new(&slow()));
    let job = world.job("t", &json!({})).await;
    world.until_finished("t", job, 3).await;
    world.fate.die_after(0);
    // The next look at the wishes is under way when it is stopped.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let begun = Instant::now();
    worker.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_no_log_takes_is_not_asked_for_again_and_again() {
    let world = World::new().await;
    *world.fate.spoils.lock().unwrap() = Some("s2".to_owned());
    let model = Watched::new(&script(&json!([])));
    let worker = world.start(model.clone());
    let job = world.job("t", &json!({})).await;
    let log = world.log_at_end("t", job).await;
    assert!(told(&log).contains("s2: attempt 1 failed for good (internal)"), "{}", told(&log));
    assert_eq!(model.asked().len(), 4);
    worker.stop().await;
}

async fn check_failure(break_it: impl AsyncFnOnce(&World), config: &Value, expect: &str) {
    let world = World::new().await;
    let job = world.job("t", config).await;
    break_it(&world).await;
    let worker = world.start(Watched::new(&script(&json!([]))));
    let log = told(&world.log_at_end("t", job).await);
    assert!(log.contains(expect), "{expect}\n{log}");
    assert!(log.lines().last().is_some_and(|line| line.starts_with("failed")), "{log}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_unknown_is_told() {
    let nothing = async |_: &World| {};
    check_failure(nothing, &json!({"model": "nobody"}), r#"Start failed (model_unknown): no model is called "nobody""#)
        .await;
    let without = async |world: &World, which: fn(&sluice_store::JobRow) -> ContentHash| {
        let all = JobQuery::all(PageQuery::first(10));
        let row = world.store.job_list(&tenant("t"), &all).await.unwrap().items.remove(0);
        let gone = which(&row);
        let kept = [row.document_hash, row.schema_hash].into_iter().filter(|hash| *hash != gone).collect();
        world.blobs.sweep(&kept, u64::MAX / 2).await.unwrap();
    };
    check_failure(
        async |world: &World| without(world, |row| row.schema_hash.clone()).await,
        &json!({}),
        "Start failed (unreadable_file): the bytes of the schema are no longer kept",
    )
    .await;
    check_failure(
        async |world: &World| without(world, |row| row.document_hash.clone()).await,
        &json!({}),
        "ReadDocument failed (unreadable_file): the bytes of the document are no longer kept",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_document_that_cannot_be_read_fails_its_job_with_the_reason() {
    let world = World::new().await;
    let worker = world.start(Watched::new(&script(&json!([]))));
    let job = world.job_about("t", b"no document at all", &json!({})).await;
    let log = told(&world.log_at_end("t", job).await);
    assert!(log.contains("ReadDocument failed (unsupported_media)"), "{log}");
    worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_unfinished_jobs_delay_nobody() {
    let world = World::new().await;
    for seed in 0..1_000 {
        world.job("t", &json!({"seed": seed})).await;
    }
    let world = world.reopened().await;
    let waited_for = world.job("other", &json!({})).await;
    let worker = world.start(Watched::new(&slow()));
    world.until("other", waited_for, |event| matches!(event, Event::SubtreeFinished { .. })).await;
    let calls = world.fate.calls.load(std::sync::atomic::Ordering::SeqCst);
    // A job in hand takes nine or so to get there.
    assert!(calls < 1_000, "{calls} calls before the first answer of a job that came last");
    worker.stop().await;
}
