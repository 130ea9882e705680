//! `kill -9` of the real server at random instants, and what a client sees of it: nothing.
//!
//! `SLUICE_KILLS` sets how often (200 unless it says otherwise), `SLUICE_SEED` repeats a run that failed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::example;
use crate::server::{Client, Frame, Server, Trouble, script};

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Five parts that take different times; two fail at first.
fn slow_script(ledger: &std::path::Path) -> Value {
    let failing = |message: &str, retry_after_ms: u64| json!({"code": "model_unavailable", "message": message, "retry_after_ms": retry_after_ms});
    json!({
        "ledger": ledger,
        "result": {"a": "1", "b": [{"x": "2"}], "c": [{"x": "3"}], "d": [{"x": "4"}], "e": [{"x": "5"}]},
        "rules": [
            {"path": "/b", "delay_ms": 15},
            {"path": "/c", "delay_ms": 40, "failures": [failing("busy", 30)]},
            {"path": "/d", "delay_ms": 5, "failures": [failing("busy", 1), failing("still busy", 60)]},
            {"path": "/e", "delay_ms": 80},
        ],
    })
}

fn schema() -> Value {
    let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    json!({"type": "object", "properties": {"a": {"type": "string"}, "b": array, "c": array, "d": array, "e": array}})
}

/// A job and all its frames, once it has ended.
type Followed = JoinHandle<(String, Vec<Frame>)>;

/// Follows a job over any number of broken connections until its end.
fn follow(client: Client, job: String) -> Followed {
    std::thread::spawn(move || {
        let mut seen: Vec<Frame> = Vec::new();
        loop {
            let after = seen.last().map_or(0, |frame| frame.id.unwrap());
            match client.frames_after(&job, after, |frame| seen.push(frame)) {
                Err(Trouble::Status(status, body)) => panic!("job {job} after {after}: {status} {body}"),
                Ok(()) | Err(Trouble::Gone) => {}
            }
            if seen.last().is_some_and(Frame::is_terminal) {
                return (job, seen);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    })
}

/// Starts jobs until it is told to stop; each has a number of its own, which the ledger shows. A start that is not
/// answered is repeated under the same key.
fn starter(
    client: Client,
    document: String,
    schema: String,
    model: String,
    stop: Arc<AtomicBool>,
) -> JoinHandle<Vec<Followed>> {
    std::thread::spawn(move || {
        let mut followed = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let number = followed.len();
            let config = json!({"model": model, "seed": number});
            let body = json!({"document_id": document, "schema_id": schema, "config": config});
            match client.post("/v1/extract/jobs", &body, Some(&format!("start-{number}"))) {
                Ok(created) => followed.push(follow(client.clone(), created["job_id"].as_str().unwrap().to_owned())),
                Err(Trouble::Status(status, body)) => panic!("start {number}: {status} {body}"),
                Err(Trouble::Gone) => {}
            }
            std::thread::sleep(Duration::from_millis(40));
        }
        followed
    })
}

#[test]
fn killed_at_random_instants_nothing_is_lost_doubled_or_asked_again() {
    let kills = from_environment("SLUICE_KILLS", 200);
    let seed = from_environment("SLUICE_SEED", u64::from(std::process::id()));
    eprintln!("SLUICE_SEED={seed} SLUICE_KILLS={kills}");
    let mut random = fastrand::Rng::with_seed(seed);

    let files = tempfile::tempdir().unwrap();
    let ledger = files.path().join("ledger");
    let model = script(&files.path().join("slow.json"), &slow_script(&ledger));
    let mut server =
        Server::start(&["--script", &model, "--active-jobs-max", "100000", "--requests-per-minute", "1000000"]);
    let client = server.client();
    let document = client.upload("receipt.pdf", &example("receipt-scan"));
    let schema = client.schema(&schema());

    let stop = Arc::new(AtomicBool::new(false));
    let starting = starter(client.clone(), document, schema, format!("scripted:{model}"), Arc::clone(&stop));
    for number in 0..kills {
        // Now and then before it listens, mostly in the middle of its work.
        if number % 10 == 9 {
            server.spawn_only();
            std::thread::sleep(Duration::from_millis(random.u64(0..60)));
            server.kill();
        }
        if number > 0 {
            server.resume();
        }
        std::thread::sleep(Duration::from_millis(random.u64(0..250)));
        server.kill();
    }
    server.resume();
    stop.store(true, Ordering::Relaxed);
    let followed: Vec<_> = starting.join().unwrap().into_iter().map(|each| each.join().unwrap()).collect();
    eprintln!("{} jobs over {kills} kills", followed.len());
    assert!(followed.len() as u64 >= kills / 4, "too few jobs to show anything: {}", followed.len());

    let asked = asked(&std::fs::read_to_string(&ledger).unwrap());
    for (number, (job, seen)) in followed.iter().enumerate() {
        check_log(&client, job, seen);
        check_asked(job, seen, asked.get(&(number as i64)).unwrap(), kills);
    }
}

/// What a client assembled is the log, without a gap, with one end.
fn check_log(client: &Client, job: &str, seen: &[Frame]) {
    let ids: Vec<u64> = seen.iter().map(|frame| frame.id.unwrap()).collect();
    assert_eq!(ids, (1..=seen.len() as u64).collect::<Vec<_>>(), "job {job}");
    assert_eq!(seen, client.log(job), "job {job}: what was followed is not what is in the log");
    let ends: Vec<&str> = seen.iter().filter(|frame| frame.is_terminal()).map(|frame| frame.event.as_str()).collect();
    assert_eq!(ends, ["completed"], "job {job}");
    let results = client.get(&format!("/v1/extract/jobs/{job}/results")).unwrap();
    let expected = json!({"a": "1", "b": [{"x": "2"}], "c": [{"x": "3"}], "d": [{"x": "4"}], "e": [{"x": "5"}]});
    assert_eq!(results["results"], expected, "job {job}");
}

/// A call of the model, as the ledger tells it.
struct Call {
    at_ms: u64,
    attempt: u64,
    subtree: String,
}

/// Calls by the number of the job.
fn asked(ledger: &str) -> BTreeMap<i64, Vec<Call>> {
    let mut calls: BTreeMap<i64, Vec<Call>> = BTreeMap::new();
    for line in ledger.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [at_ms, seed, attempt, subtree, _path] = words[..] else { panic!("a line of the ledger: {line}") };
        let call =
            Call { at_ms: at_ms.parse().unwrap(), attempt: attempt.parse().unwrap(), subtree: subtree.to_owned() };
        calls.entry(seed.parse().unwrap()).or_default().push(call);
    }
    calls
}

/// Nobody is asked for a part that has an outcome for this attempt: only what was in flight is repeated.
fn check_asked(job: &str, seen: &[Frame], calls: &[Call], kills: u64) {
    let outcomes = seen.iter().filter(|frame| matches!(frame.event.as_str(), "subtree_result" | "subtree_retry"));
    for frame in outcomes {
        let data = frame.json();
        let told_ms =
            chrono::DateTime::parse_from_rfc3339(data["timestamp"].as_str().unwrap()).unwrap().timestamp_millis();
        let subtree = data["subtree_id"].as_str().unwrap();
        let of_part: Vec<&Call> = calls.iter().filter(|call| call.subtree == subtree).collect();
        let late = |call: &&&Call| {
            let is_over = frame.event == "subtree_result" || data["attempt"].as_u64() == Some(call.attempt);
            is_over && call.at_ms > told_ms.unsigned_abs()
        };
        let late = of_part.iter().filter(late).count();
        assert_eq!(late, 0, "job {job}: {subtree} was asked again after event {}", frame.id.unwrap());
    }
    let most = 8 + kills as usize * 5;
    assert!((8..=most).contains(&calls.len()), "job {job}: {} calls", calls.len());
}
