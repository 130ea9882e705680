//! Jobs of a scripted model that are started and followed from outside, and what must be true of them at the end.
//!
//! Whatever happens to the server meanwhile: a client's view has no gap and no double, each job has one end and its whole
//! result, and nobody is asked for what is answered already.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::example;
use crate::server::{Client, Frame, Server, Trouble, script};

/// Calls of the model that a job needs.
pub const CALLS: usize = 8;

/// Five parts that take different times; two fail at first, in a way for which no model is left alone: then attempts would
/// end without a question, and calls could not be counted.
fn slow_script(ledger: &Path) -> Value {
    let failing = |message: &str, retry_after_ms: u64| json!({"code": "took_too_long", "message": message, "retry_after_ms": retry_after_ms});
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

/// What it is asked for.
pub fn schema() -> Value {
    let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    json!({"type": "object", "properties": {"a": {"type": "string"}, "b": array, "c": array, "d": array, "e": array}})
}

/// A script and its ledger.
pub struct Slow {
    files: tempfile::TempDir,
    /// The path of the script.
    pub script: String,
}

impl Slow {
    pub fn new() -> Self {
        let files = tempfile::tempdir().unwrap();
        let script = script(&files.path().join("slow.json"), &slow_script(&files.path().join("ledger")));
        Self { files, script }
    }

    /// What the model was asked so far.
    pub fn asked(&self) -> BTreeMap<i64, Vec<Call>> {
        asked(&std::fs::read_to_string(self.files.path().join("ledger")).unwrap_or_default())
    }
}

/// A job with all its frames, once it has ended.
pub type Seen = (String, Vec<Frame>);

/// Jobs that are started one after the other, and followed, until they are told to stop.
pub struct Watched {
    client: Client,
    stop: Arc<AtomicBool>,
    refused: Arc<Mutex<Vec<(u16, Value)>>>,
    starting: JoinHandle<Vec<JoinHandle<Seen>>>,
}

impl Watched {
    /// Begins with a document and a schema of its own.
    pub fn begin(server: &Server, slow: &Slow) -> Self {
        let client = server.client();
        let document = client.upload("resume.pdf", &example("resume"));
        let schema = client.schema(&schema());
        let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let starter = Starter {
            client: client.clone(),
            document,
            schema,
            model: format!("scripted:{}", slow.script),
            stop: Arc::clone(&stop),
            refused: Arc::clone(&refused),
        };
        Self { client, stop, refused, starting: std::thread::spawn(move || starter.start()) }
    }

    /// Starts that the server did not take.
    pub fn refused(&self) -> Vec<(u16, Value)> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts no more, waits for the end of all, and looks at each. A client's view must be the log.
    pub fn end(self) -> Vec<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        let seen: Vec<Seen> = self.starting.join().unwrap().into_iter().map(|each| each.join().unwrap()).collect();
        seen.iter().for_each(|(job, seen)| check_log(&self.client, job, seen));
        // Clocks may have jumped: some ended yesterday, or tomorrow.
        let day = |days: i64| (chrono::Utc::now() + chrono::TimeDelta::days(days)).date_naive();
        let usage = self.client.get(&format!("/v1/usage?from={}&to={}", day(-2), day(2))).unwrap();
        assert_eq!(usage["total"]["jobs"]["completed"], seen.len(), "each is counted once, by who ended it: {usage}");
        seen
    }
}

struct Starter {
    client: Client,
    document: String,
    schema: String,
    model: String,
    stop: Arc<AtomicBool>,
    refused: Arc<Mutex<Vec<(u16, Value)>>>,
}

impl Starter {
    /// Each job has a number of its own, which the ledger shows. A start that is not answered, or is answered "not now",
    /// is repeated under the same key.
    fn start(self) -> Vec<JoinHandle<Seen>> {
        let mut followed = Vec::new();
        // Not in the middle of one: nobody would follow a job whose start was not heard.
        let mut is_open = false;
        while is_open || !self.stop.load(Ordering::Relaxed) {
            is_open = true;
            let number = followed.len();
            let config = json!({"model": self.model, "seed": number});
            let body = json!({"document_id": self.document, "schema_id": self.schema, "config": config});
            match self.client.post("/v1/extract/jobs", &body, Some(&format!("start-{number}"))) {
                Ok(created) => {
                    followed.push(follow(self.client.clone(), created["job_id"].as_str().unwrap().to_owned()));
                    is_open = false;
                }
                Err(Trouble::Status(status, body)) => {
                    self.refused.lock().unwrap_or_else(PoisonError::into_inner).push((status, body));
                }
                Err(Trouble::Gone) => {}
            }
            std::thread::sleep(Duration::from_millis(40));
        }
        followed
    }
}

/// Follows a job over any number of broken connections until its end.
fn follow(client: Client, job: String) -> JoinHandle<Seen> {
    std::thread::spawn(move || {
        let mut seen: Vec<Frame> = Vec::new();
        loop {
            let after = seen.last().map_or(0, |frame| frame.id.unwrap());
            match client.frames_after(&job, after, |frame| seen.push(frame)) {
                // It says that it cannot now, and when to come again.
                Err(Trouble::Status(503, _)) => {}
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
pub struct Call {
    pub at_ms: u64,
    pub attempt: u64,
    pub subtree: String,
}

/// Calls by the number of the job.
pub fn asked(ledger: &str) -> BTreeMap<i64, Vec<Call>> {
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

/// Nothing was asked twice: each part once in each attempt, and no attempt but those that the script wants.
pub fn check_asked_once(seen: &[Seen], slow: &Slow) {
    let asked = slow.asked();
    for (number, (job, _)) in seen.iter().enumerate() {
        let mut calls: Vec<(&str, u64)> =
            asked[&(number as i64)].iter().map(|call| (call.subtree.as_str(), call.attempt)).collect();
        assert_eq!(calls.len(), CALLS, "job {job}: {calls:?}");
        calls.sort_unstable();
        calls.dedup();
        assert_eq!(calls.len(), CALLS, "job {job}: {calls:?}");
    }
    assert_eq!(asked.len(), seen.len(), "no job but these was worked on");
}
