//! Several processes on one PostgreSQL: servers, workers, and what happens when one of them, or the database, is gone.
//!
//! The database is a real one of the test's own. Everything is asserted from outside: nothing lost, nothing doubled, one
//! end, and nobody asked for what is answered already.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use sluice_testkit::postgres::Postgres;

use crate::faults::until;
use crate::kill::check_asked;
use crate::run::{example, root};
use crate::server::{Around, Frame, Server, script};
use crate::watched::{Slow, Watched, check_asked_once, schema};

/// A database, and a folder for bytes that all processes share.
pub struct Fleet {
    pub postgres: Postgres,
    pub store: String,
    folder: tempfile::TempDir,
    /// What all processes are told beside that.
    pub more: Vec<(&'static str, String)>,
}

impl Fleet {
    pub fn new() -> Self {
        let postgres = Postgres::start();
        let store = postgres.database();
        Self { postgres, store, folder: tempfile::tempdir().unwrap(), more: Vec::new() }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("SLUICE_STORE", self.store.clone()),
            ("SLUICE_OBJECTS", format!("file://{}", self.folder.path().join("objects").display())),
        ];
        variables.extend(self.more.iter().cloned());
        variables
    }

    /// A server with a folder of its own.
    pub fn server(&self, arguments: &[&str]) -> Server {
        let many = ["--active-jobs-max", "100000", "--requests-per-minute", "1000000"];
        let around = Around { everywhere: self.variables(), ..Around::default() };
        Server::start_within(around, &[&many, arguments].concat())
    }

    pub fn worker(&self, slow: &str) -> Worker {
        self.worker_within(&[], &[], slow)
    }

    /// A worker with these words before its command, and these settings beside those of all.
    pub fn worker_within(&self, before: &[String], own: &[(&str, String)], slow: &str) -> Worker {
        let program = [before, &[env!("CARGO_BIN_EXE_sluice").to_owned()]].concat();
        let mut command = Command::new(&program[0]);
        command.args(&program[1..]).args(["work", "--script", slow]).envs(self.variables());
        command.envs(own.iter().map(|(name, value)| (name, value)));
        command.env("SLUICE_DATA", self.folder.path().join("data")).current_dir(root());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let begun = lines.by_ref().find(|line| line.starts_with("sluice works on the jobs in postgres://"));
        assert!(begun.is_some(), "the worker does not start");
        // Reads to the end, so that the worker never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Worker(child)
    }
}

/// A process that works, until the test ends.
pub struct Worker(Child);

impl Worker {
    /// `kill -9`.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn two_workers_share_a_hundred_jobs_and_nothing_is_asked_twice() {
    let (fleet, slow) = (Fleet::new(), Slow::new());
    let server = fleet.server(&["--no-work", "--script", &slow.script]);
    let watched = Watched::begin(&server, &slow);
    until("jobs wait for somebody to work on them", || {
        server.client().get("/v1/extract/jobs").unwrap()["total_count"].as_u64() > Some(20)
    });
    assert!(slow.asked().is_empty(), "a server that does not work asks nobody");
    let _workers = [fleet.worker(&slow.script), fleet.worker(&slow.script)];
    until("both have work", || {
        fleet.postgres.run("sluice_0", "select count(distinct worker) from wish where lease_until > 0") == "2"
    });
    until("a hundred jobs", || server.client().get("/v1/extract/jobs").unwrap()["total_count"].as_u64() >= Some(100));
    let seen = watched.end();
    check_asked_once(&seen, &slow);
}

#[test]
fn a_killed_worker_s_jobs_go_on_with_the_others() {
    const KILLS: u64 = 5;
    let (fleet, slow) = (Fleet::new(), Slow::new());
    let server = fleet.server(&["--no-work", "--script", &slow.script]);
    let watched = Watched::begin(&server, &slow);
    let mut workers = vec![fleet.worker(&slow.script), fleet.worker(&slow.script)];
    for _ in 0..KILLS {
        let asked = slow.asked().len();
        until("jobs are worked on", || slow.asked().len() > asked + 5);
        workers.remove(0).kill();
        workers.push(fleet.worker(&slow.script));
    }
    let seen = watched.end();
    check_asked(&seen, &slow, KILLS);
}

#[test]
fn a_client_whose_server_is_killed_goes_on_at_another_with_the_next_event() {
    let fleet = Fleet::new();
    let rows = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let names: Vec<String> = (0..12).map(|number| format!("part{number:02}")).collect();
    let parts = |value: &serde_json::Value| names.iter().map(|name| (name.clone(), value.clone())).collect();
    let asked = json!({"type": "object", "properties": serde_json::Map::from_iter::<Vec<_>>(parts(&rows))});
    let answer = serde_json::Map::from_iter::<Vec<_>>(parts(&json!([{"x": "1"}])));
    let ledger = fleet.folder.path().join("ledger");
    let model = json!({"ledger": ledger, "result": answer, "rules": [{"delay_ms": 150}]});
    let model = script(&fleet.folder.path().join("model.json"), &model);
    let mut first = fleet.server(&["--no-work", "--script", &model]);
    let second = fleet.server(&["--no-work", "--script", &model]);
    let _worker = fleet.worker(&model);

    let client = first.client();
    let (document, schema) = (client.upload("resume.pdf", &example("resume")), client.schema(&asked));
    let config = json!({"model": format!("scripted:{model}"), "max_num_concurrent_requests": 1});
    let job = client.start(&document, &schema, &config);
    let mut seen: Vec<Frame> = Vec::new();
    let broke = client.frames_after(&job, 0, |frame| {
        seen.push(frame);
        if seen.len() == 5 {
            first.kill();
        }
    });
    drop(broke);
    assert!((5..15).contains(&seen.len()), "the stream broke in the middle: {}", seen.len());
    // Its key is another of the same tenant.
    let other = second.client();
    let after = seen.last().unwrap().id.unwrap();
    other.frames_after(&job, after, |frame| seen.push(frame)).unwrap();
    let ids: Vec<u64> = seen.iter().map(|frame| frame.id.unwrap()).collect();
    assert_eq!(ids, (1..=seen.len() as u64).collect::<Vec<_>>());
    assert_eq!(seen, other.log(&job), "what was followed at two servers is the log");
    assert_eq!(seen.iter().filter(|frame| frame.is_terminal()).count(), 1);
    assert_eq!(std::fs::read_to_string(&ledger).unwrap().lines().count(), 12, "nothing is asked twice");
}

#[test]
fn a_database_that_starts_anew_or_is_killed_holds_jobs_up_and_nothing_else() {
    let (mut fleet, slow) = (Fleet::new(), Slow::new());
    let server = fleet.server(&["--script", &slow.script]);
    let _worker = fleet.worker(&slow.script);
    let watched = Watched::begin(&server, &slow);
    for end in [Postgres::stop, Postgres::kill, Postgres::stop] {
        let asked = slow.asked().len();
        until("jobs are worked on", || slow.asked().len() > asked + 3);
        let refused = watched.refused().len();
        end(&mut fleet.postgres);
        until("starts are refused", || watched.refused().len() > refused);
        fleet.postgres.resume();
    }
    let asked = slow.asked().len();
    until("jobs are worked on again", || slow.asked().len() > asked + 3);
    let unexpected: Vec<_> = watched.refused().into_iter().filter(|(status, _)| !matches!(status, 503 | 409)).collect();
    assert_eq!(unexpected, []);
    check_asked_once(&watched.end(), &slow);
}

#[test]
fn what_is_kept_in_a_database_is_looked_after_by_the_same_commands() {
    let (fleet, slow) = (Fleet::new(), Slow::new());
    let server = fleet.server(&["--script", &slow.script]);
    let client = server.client();
    let (document, wanted) = (client.upload("resume.pdf", &example("resume")), client.schema(&schema()));
    let job = client.start(&document, &wanted, &json!({"model": format!("scripted:{}", slow.script)}));
    until("the job has ended", || client.log(&job).last().is_some_and(Frame::is_terminal));
    let run = |words: &[&str]| {
        let ran = server.command(words).output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap())
    };
    let (code, stats) = run(&["data", "stats"]);
    assert_eq!(code, Some(0), "{stats}");
    assert!(stats.contains("postgres://sluice@127.0.0.1:"), "{stats}");
    assert!(stats.contains("1 (0 not ended)"), "{stats}");
    assert!(run(&["jobs", "list"]).1.contains(&job));
    let (code, backup) = run(&["data", "backup", "elsewhere"]);
    assert_eq!(code, Some(2), "{backup}");
    assert!(backup.contains("pg_dump"), "{backup}");
    assert_eq!(run(&["jobs", "rm", &job]).0, Some(0));
    let (code, compacted) = run(&["data", "compact", "--older-than-days", "1"]);
    assert_eq!(code, Some(0), "{compacted}");
    assert!(!run(&["jobs", "list"]).1.contains(&job));
    // A folder of rows is one server's; a database is everybody's.
    let wrong = server.command(&["data", "stats"]).env("SLUICE_STORE", "postgres://me:secret@127.0.0.1:1/x").output();
    let told = String::from_utf8(wrong.unwrap().stderr).unwrap();
    assert!(told.contains("cannot be reached") && told.contains("--store") && !told.contains("secret"), "{told}");
}

#[test]
fn what_moves_from_a_folder_to_a_database_and_back_goes_on_there() {
    let (fleet, slow) = (Fleet::new(), Slow::new());
    let many = ["--script", &slow.script, "--active-jobs-max", "100000", "--requests-per-minute", "1000000"];
    let mut server = Server::start(&many);
    let run = |server: &Server, words: &[&str]| {
        let ran = server.command(words).output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    let watched = Watched::begin(&server, &slow);
    let ended =
        |server: &Server| server.client().get("/v1/extract/jobs?status=completed").unwrap()["total_count"].clone();
    until("some jobs have ended", || ended(&server).as_u64() > Some(3));
    let path = |name: &str| fleet.folder.path().join(name).display().to_string();
    let (code, told) = run(&server, &["data", "export", &path("early")]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("another server works on"), "{told}");
    // What people said of a job goes along with it.
    let first = server.client().get("/v1/extract/jobs?status=completed").unwrap()["jobs"][0]["job_id"].clone();
    let corrections = format!("/v1/extract/jobs/{}/corrections", first.as_str().unwrap());
    let said = json!({"corrections": {"/a": {"value": "b", "checked": true}}});
    let said = server.client().put(&corrections, &said).unwrap();
    assert_eq!(said["revision"], 1, "{said}");
    server.terminate();
    let (code, told) = run(&server, &["data", "export", &path("rows")]);
    assert_eq!(code, Some(0), "{told}");

    let old = std::mem::replace(&mut server.around().everywhere, fleet.variables());
    for expect in ["0 rows were there already", "took 0 rows and 0 blobs"] {
        let (code, told) = run(&server, &["data", "import", &path("rows")]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(expect), "{told}");
    }
    server.resume();
    let before = slow.asked().len();
    until("jobs are worked on", || slow.asked().len() > before + 3);
    // Clients, with the key they had, saw nothing but a break.
    let seen = watched.end();
    check_asked(&seen, &slow, 1);

    server.terminate();
    let (code, told) = run(&server, &["data", "export", &path("back")]);
    assert_eq!(code, Some(0), "{told}");
    let _ = std::mem::replace(&mut server.around().everywhere, old);
    std::fs::remove_dir_all(server.data()).unwrap();
    let (code, told) = run(&server, &["data", "import", &path("back")]);
    assert_eq!(code, Some(0), "{told}");
    server.resume();
    let client = server.client();
    assert_eq!(client.get(&corrections).unwrap(), said);
    for (job, frames) in &seen {
        assert_eq!(frames, &client.log(job), "job {job}: byte for byte");
    }
    let usage = client.get("/v1/usage").unwrap();
    assert_eq!(usage["total"]["jobs"]["completed"], seen.len(), "each counted once, wherever it ended: {usage}");
    let cut = std::fs::read_to_string(fleet.folder.path().join("back/rows.jsonl")).unwrap();
    let lines: Vec<&str> = cut.lines().filter(|line| !line.contains("\"sequence\":2,")).collect();
    std::fs::write(fleet.folder.path().join("back/rows.jsonl"), lines.join("\n")).unwrap();
    server.kill();
    std::fs::remove_dir_all(server.data()).unwrap();
    let (code, told) = run(&server, &["data", "import", &path("back")]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("rows.jsonl, line ") && told.contains("is not whole"), "{told}");
}
