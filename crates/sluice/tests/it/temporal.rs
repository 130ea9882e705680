//! The engine on a real Temporal server: what a client sees is what it sees of the embedded one, whatever is killed.

mod network;
mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use self::network::Network;
use self::server::{Temporal, TlsFront};
use crate::kill::check_asked;
use crate::processes::Fleet;
use crate::run::example;
use crate::server::{Client, Frame, Server, script};
use crate::watched::{Call, Slow, Watched, asked, check_asked_once, schema};

/// A folder for a script and its ledger.
struct Model {
    files: tempfile::TempDir,
    script: String,
}

impl Model {
    fn new(result: &Value, rules: &Value) -> Self {
        let files = tempfile::tempdir().unwrap();
        let ledger = files.path().join("ledger");
        let said = json!({"ledger": ledger, "result": result, "rules": rules});
        let script = script(&files.path().join("script.json"), &said);
        Self { files, script }
    }

    fn of_parts(rules: &Value) -> Self {
        Self::new(&json!({"a": "1", "b": [{"x": "2"}], "c": [{"x": "3"}], "d": [{"x": "4"}], "e": [{"x": "5"}]}), rules)
    }

    fn name(&self) -> String {
        format!("scripted:{}", self.script)
    }

    /// Every call so far.
    fn asked(&self) -> Vec<Call> {
        let text = std::fs::read_to_string(self.files.path().join("ledger")).unwrap_or_default();
        asked(&text).into_values().flatten().collect()
    }

    /// How often each part was asked.
    fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        self.asked().into_iter().for_each(|call| *times.entry(call.subtree).or_default() += 1);
        times
    }
}

/// A server of ours that works with this Temporal server.
fn on_temporal(temporal: &Temporal, model: &Model) -> Server {
    on_temporal_with(temporal, model, &[])
}

/// The same with more words.
fn on_temporal_with(temporal: &Temporal, model: &Model, more: &[&str]) -> Server {
    on(&temporal.url(), model, more)
}

fn on(url: &str, model: &Model, more: &[&str]) -> Server {
    let words = ["--engine", "temporal", "--temporal-url", url];
    Server::start(&[&words[..], &["--script", &model.script, "--active-jobs-max", "1000"], more].concat())
}

fn start(client: &Client, schema: &Value, model: &Model, more: &Value) -> String {
    let document = client.upload("invoice.pdf", &example("invoice"));
    let mut config = json!({"model": model.name(), "seed": 1});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.start(&document, &client.schema(schema), &config)
}

fn status(client: &Client, job: &str) -> Value {
    client.get(&format!("/v1/extract/jobs/{job}")).unwrap()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..12_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within two minutes: {what}");
}

/// Contiguous ids, and one end, which is the last.
fn check_log(frames: &[Frame]) {
    let ids: Vec<u64> = frames.iter().filter_map(|frame| frame.id).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "{frames:#?}");
    let ends = frames.iter().filter(|frame| frame.is_terminal()).count();
    assert_eq!((ends, frames.last().map(Frame::is_terminal)), (1, Some(true)), "{frames:#?}");
    let mut answered: Vec<String> = of_kind(frames, "subtree_result").map(subtree).collect();
    let all = answered.len();
    answered.sort();
    answered.dedup();
    assert_eq!(answered.len(), all, "a part is answered once");
}

fn of_kind<'a>(frames: &'a [Frame], kind: &'a str) -> impl Iterator<Item = &'a Frame> {
    frames.iter().filter(move |frame| frame.event == kind)
}

fn subtree(frame: &Frame) -> String {
    frame.json()["subtree_id"].as_str().unwrap().to_owned()
}

/// What happened to each part, and to the job as a whole, without when: between two parts that is chance.
fn deciding(frames: &[Frame]) -> BTreeMap<String, Vec<Value>> {
    let mut by_part: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for frame in frames {
        let mut data = frame.json();
        let without = ["job_id", "sequence", "timestamp", "start_time", "progress", "metadata", "retry_in_ms"];
        without.iter().for_each(|key| drop(data.as_object_mut().unwrap().remove(*key)));
        let part = data["subtree_id"].as_str().unwrap_or_default().to_owned();
        by_part.entry(part).or_default().push(data);
    }
    by_part
}

#[test]
fn both_engines_tell_the_same_and_the_queries_say_what_the_log_says() {
    let failing = |code: &str| json!({"code": code, "message": "no", "retry_after_ms": 20});
    let rules = json!([
        {"path": "/c", "failures": [failing("took_too_long"), failing("took_too_long")]},
        {"path": "/d", "failures": [failing("model_refused")]},
    ]);
    let one_by_one = json!({"max_num_concurrent_requests": 1});
    let model = Model::of_parts(&rules);
    let embedded = Server::start(&["--script", &model.script]);
    let expect = embedded.client().log(&start(&embedded.client(), &schema(), &model, &one_by_one));
    let asked = model.times();

    let temporal = Temporal::start();
    let server = on_temporal(&temporal, &model);
    let client = server.client();
    let job = start(&client, &schema(), &model, &one_by_one);
    let frames = client.log(&job);
    check_log(&frames);
    assert_eq!(deciding(&frames), deciding(&expect));
    let twice: BTreeMap<String, usize> = asked.into_iter().map(|(part, times)| (part, 2 * times)).collect();
    assert_eq!(model.times(), twice);

    until("the workflow has ended", || temporal.runs(&job) == ["COMPLETED"]);
    let told = status(&client, &job);
    let query = |name: &str| query(&server, &temporal, &job, name).unwrap();
    assert_eq!(query("progress")["completion_percentage"], told["progress"]["completion_percentage"]);
    let results = client.get(&format!("/v1/extract/jobs/{job}/results")).unwrap();
    assert_eq!(query("failed_subtrees"), results["metadata"]["failed_subtrees"]);
    let answered: Vec<Value> =
        of_kind(&frames, "subtree_result").map(|frame| json!([subtree(frame), frame.id])).collect();
    let queried = query("accumulated_results");
    assert_eq!(queried, temporal.query(&job, "accumulated_results"), "as Temporal's own command line says it");
    let queried: Vec<Value> =
        queried.as_array().unwrap().iter().map(|found| json!([found["subtree_id"], found["event"]])).collect();
    assert_eq!(queried, answered);
    temporal.replay(&job, "attempts");

    // Without a worker a query waits for one, and is given up; the log answers as before.
    let mut server = server;
    server.kill();
    let refused = self::query(&server, &temporal, &job, "progress").unwrap_err();
    assert!(refused.contains("no worker answered within 2 s") && refused.contains("sluice jobs show"), "{refused}");
    assert!(server.command(&["jobs", "show", &job]).output().unwrap().status.success());
}

/// What our command line says that a workflow says of itself, or why it does not.
fn query(server: &Server, temporal: &Temporal, job: &str, name: &str) -> Result<Value, String> {
    let asked = server.command(&["jobs", "query", job, name, "--temporal-url", &temporal.url()]).output().unwrap();
    let told = String::from_utf8_lossy(&asked.stderr).into_owned();
    if asked.status.success() { Ok(serde_json::from_slice(&asked.stdout).unwrap()) } else { Err(told) }
}

#[test]
fn a_job_is_stopped_from_our_side_and_from_temporals() {
    let model = Model::of_parts(&json!([{"path": "/b", "delay_ms": 600_000}]));
    let temporal = Temporal::start();
    let server = on_temporal(&temporal, &model);
    let client = server.client();
    let [ours, theirs] = [1, 2].map(|seed| start(&client, &schema(), &model, &json!({"seed": seed})));
    until("both are asked", || model.asked().iter().filter(|call| call.subtree == "s2").count() == 2);
    client.post(&format!("/v1/extract/jobs/{ours}/cancel"), &json!({}), None).unwrap();
    temporal.ask(&["workflow", "cancel", "--workflow-id", &theirs]);
    for job in [&ours, &theirs] {
        let frames = client.log(job);
        check_log(&frames);
        assert_eq!(frames.last().unwrap().event, "cancelled");
        until("Temporal knows", || temporal.runs(job) == ["CANCELED"]);
    }
    temporal.replay(&theirs, "cancelled");
    // What was stopped is started again, as a run of the same workflow, and goes on from the log.
    let retried = client.post(&format!("/v1/extract/jobs/{ours}/retry"), &json!({}), None);
    assert!(retried.is_ok(), "{retried:?}");
    until("it runs again", || temporal.runs(&ours) == ["RUNNING", "CANCELED"]);
    client.post(&format!("/v1/extract/jobs/{ours}/cancel"), &json!({}), None).unwrap();
    until("and is stopped again", || status(&client, &ours)["status"] == "cancelled");
}

#[test]
fn a_job_that_is_started_while_temporal_is_away_waits_and_is_delivered() {
    let model = Model::of_parts(&json!([]));
    let mut temporal = Temporal::made(&[]);
    let server = on_temporal(&temporal, &model);
    let client = server.client();
    let job = start(&client, &schema(), &model, &json!({}));
    until("that is told", || server.said().iter().any(|line| line.contains("Temporal takes no jobs")));
    assert_eq!(status(&client, &job)["status"], "pending");
    temporal.resume();
    let frames = client.log(&job);
    check_log(&frames);
    assert_eq!(frames.last().unwrap().event, "completed");
    assert!(model.times().values().all(|&times| times == 1), "{:?}", model.times());
}

#[test]
fn temporal_is_killed_and_started_again_in_the_middle_of_a_job() {
    let model = Model::of_parts(&json!([{"path": "/d", "delay_ms": 1_500}, {"delay_ms": 50}]));
    let mut temporal = Temporal::start();
    let server = on_temporal(&temporal, &model);
    let client = server.client();
    let job = start(&client, &schema(), &model, &json!({"max_num_concurrent_requests": 1}));
    until("the fourth part is asked", || model.asked().iter().any(|call| call.subtree == "s4"));
    temporal.kill();
    // What runs is recorded all the same: the log is not Temporal's.
    until("its answer is in the log", || {
        status(&client, &job)["metadata"]["subtrees"]["completed"] == 4
            || status(&client, &job)["progress"]["fields_processed"] == 4
    });
    temporal.resume();
    let frames = client.log(&job);
    check_log(&frames);
    assert_eq!(frames.last().unwrap().event, "completed");
    assert_eq!(of_kind(&frames, "subtree_result").count(), 5);
    assert!(model.times().values().all(|&times| times == 1), "{:?}", model.times());
}

#[test]
fn a_worker_that_is_killed_in_the_middle_of_a_part_loses_that_call_alone() {
    let model = Model::of_parts(&json!([{"path": "/d", "delay_ms": 2_000}, {"delay_ms": 20}]));
    let temporal = Temporal::start();
    let mut server = on_temporal_with(&temporal, &model, &["--temporal-lost-after-seconds", "2"]);
    let client = server.client();
    let job = start(&client, &schema(), &model, &json!({"max_num_concurrent_requests": 1}));
    until("the fourth part is asked", || model.asked().iter().any(|call| call.subtree == "s4"));
    server.kill();
    server.resume();
    let frames = server.client().log(&job);
    check_log(&frames);
    assert_eq!(frames.last().unwrap().event, "completed");
    let times: Vec<usize> = model.times().into_values().collect();
    assert_eq!(times, [1, 1, 1, 2, 1], "only what was in flight is asked again");
    until("the workflow has ended", || temporal.runs(&job) == ["COMPLETED"]);
    temporal.replay(&job, "killed");
}

/// `SLUICE_SUBTREES=5000` is what it is for; CI sees the same with fewer, on a server that suggests to go on in a new run
/// earlier.
#[test]
fn a_job_of_thousands_of_parts_goes_on_in_new_runs_of_its_workflow() {
    let count: usize = std::env::var("SLUICE_SUBTREES").map_or(300, |text| text.parse().unwrap());
    let names: Vec<String> = (0..count).map(|nth| format!("p{nth}")).collect();
    let of_each = |value: Value| Value::Object(names.iter().map(|name| (name.clone(), value.clone())).collect());
    let schema =
        json!({"type": "object", "properties": of_each(json!({"type": "array", "items": {"type": "string"}}))});
    let model = Model::new(&of_each(json!(["one"])), &json!([]));
    let suggested =
        if count < 5_000 { "limit.historyCount.suggestContinueAsNew=300" } else { "limit.maxIDLength=1000" };
    let mut temporal = Temporal::made(&[suggested]);
    temporal.resume();
    let server = on_temporal(&temporal, &model);
    let client = server.client();
    let begun = std::time::Instant::now();
    let job = start(&client, &schema, &model, &json!({"max_num_concurrent_requests": 20}));
    let frames = client.log(&job);
    eprintln!("{count} parts in {:?}", begun.elapsed());
    check_log(&frames);
    assert_eq!(frames.last().unwrap().event, "completed");
    assert_eq!(of_kind(&frames, "subtree_result").count(), count);
    assert!(model.times().len() == count && model.times().values().all(|&times| times == 1));
    until("its last run has ended", || temporal.runs(&job)[0] == "COMPLETED");
    let runs = temporal.runs(&job);
    eprintln!("{} runs", runs.len());
    assert!(runs.len() > 2 && runs[1..].iter().all(|status| status == "CONTINUED_AS_NEW"), "{runs:?}");
    assert_eq!(temporal.query(&job, "accumulated_results").as_array().unwrap().len(), count);
}

/// Servers and workers on one database, with the steps ordered by this Temporal server.
fn fleet_on(temporal: &Temporal) -> Fleet {
    let mut fleet = Fleet::new();
    fleet.more = vec![("SLUICE_ENGINE", "temporal".to_owned()), ("SLUICE_TEMPORAL_URL", temporal.url())];
    fleet
}

#[test]
fn two_workers_share_a_hundred_jobs_and_nothing_is_asked_twice() {
    let (temporal, slow) = (Temporal::start(), Slow::new());
    let fleet = fleet_on(&temporal);
    let server = fleet.server(&["--no-work", "--script", &slow.script]);
    let watched = Watched::begin(&server, &slow);
    let _workers = [fleet.worker(&slow.script), fleet.worker(&slow.script)];
    until("a hundred jobs", || server.client().get("/v1/extract/jobs").unwrap()["total_count"].as_u64() >= Some(100));
    let seen = watched.end();
    check_asked_once(&seen, &slow);
    let polling = temporal.ask(&["task-queue", "describe", "--task-queue", "sluice"]).to_string();
    assert!(polling.matches("\"activity\"").count() >= 2, "both take steps: {polling}");
}

#[test]
fn a_killed_worker_s_steps_are_taken_by_the_other() {
    let (temporal, slow) = (Temporal::start(), Slow::new());
    let fleet = fleet_on(&temporal);
    let server = fleet.server(&["--no-work", "--temporal-lost-after-seconds", "2", "--script", &slow.script]);
    let watched = Watched::begin(&server, &slow);
    let (first, _second) = (fleet.worker(&slow.script), fleet.worker(&slow.script));
    until("jobs are worked on", || slow.asked().len() > 10);
    first.kill();
    let asked = slow.asked().len();
    until("the other goes on", || slow.asked().len() > asked + 5);
    let seen = watched.end();
    check_asked(&seen, &slow, 1);
}

#[test]
fn a_worker_that_is_cut_off_from_temporal_is_stood_in_for_and_comes_back() {
    let (temporal, slow) = (Temporal::start(), Slow::new());
    let fleet = fleet_on(&temporal);
    let server = fleet.server(&["--no-work", "--temporal-lost-after-seconds", "2", "--script", &slow.script]);
    let watched = Watched::begin(&server, &slow);
    let network = Network::to(temporal.port(), fleet.postgres.port());
    let own = [("SLUICE_TEMPORAL_URL", network.temporal_url()), ("SLUICE_STORE", network.store(&fleet.store))];
    let _first = fleet.worker_within(&network.before(), &own, &slow.script);
    until("jobs are worked on", || slow.asked().len() > 10);
    network.cut();
    // The steps that it had are given to another one, though it goes on with them and does not know.
    let second = fleet.worker(&slow.script);
    let ended = || server.client().get("/v1/extract/jobs?status=completed").unwrap()["total_count"].as_u64().unwrap();
    let before = ended();
    until("the other ends jobs", || ended() > before + 3);
    network.mend();
    let asked = slow.asked().len();
    second.kill();
    until("the first goes on alone", || slow.asked().len() > asked + 5);
    let seen = watched.end();
    check_asked(&seen, &slow, 2);
}

#[test]
fn a_temporal_behind_tls_is_reached_with_its_certificates_alone() {
    let (temporal, model) = (Temporal::start(), Model::of_parts(&json!([])));
    let folder = tempfile::tempdir().unwrap();
    let front = TlsFront::start(folder.path(), temporal.port());
    let stranger = on(&front.url, &model, &["--temporal-tls-ca", &front.path("ca.pem")]);
    let waits = start(&stranger.client(), &schema(), &model, &json!({}));
    until("it is told", || stranger.said().iter().any(|line| line.contains("Temporal takes no jobs")));
    assert_eq!(status(&stranger.client(), &waits)["status"], "pending");

    let (ca, cert, key) = (front.path("ca.pem"), front.path("client.pem"), front.path("client.key"));
    let certificates = ["--temporal-tls-ca", &ca, "--temporal-tls-cert", &cert, "--temporal-tls-key", &key];
    let server = on(&front.url, &model, &certificates);
    let client = server.client();
    let job = start(&client, &schema(), &model, &json!({}));
    let frames = client.log(&job);
    check_log(&frames);
    assert_eq!(frames.last().unwrap().event, "completed");
    let mut query = server.command(&["jobs", "query", &job, "progress", "--temporal-url", &front.url]);
    assert!(query.args(certificates).output().unwrap().status.success());
    let mut plain = server.command(&["jobs", "query", &job, "progress", "--temporal-url", &temporal.url()]);
    let refused = String::from_utf8(plain.args(certificates).output().unwrap().stderr).unwrap();
    assert!(refused.contains("speaks no TLS"), "{refused}");
}
