//! What goes wrong around the server: a full disk, somebody else who holds the rows, a clock that is set. Jobs in hand wait
//! and go on; what is asked meanwhile is refused with a reason; nothing is lost, doubled or asked again.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::example;
use crate::server::{Around, Client, Server, Trouble, script};
use crate::watched::{Slow, Watched, check_asked_once, schema};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until it is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn arguments(slow: &Slow) -> [&str; 6] {
    ["--script", &slow.script, "--active-jobs-max", "100000", "--requests-per-minute", "1000000"]
}

/// How often the store did not take what a job in hand had to tell.
fn waits(server: &Server) -> usize {
    server.said().iter().filter(|line| line.contains("the store cannot now; it is asked again until it can")).count()
}

/// The status of a refusal, and what it says.
fn refusal(result: Result<Value, Trouble>) -> (u16, String) {
    match result {
        Err(Trouble::Status(status, problem)) => (status, problem["detail"].as_str().unwrap().to_owned()),
        other => panic!("{other:?} is no refusal"),
    }
}

/// Each with this reason; or its key was not free yet, for a moment.
fn check_refused(refused: &[(u16, Value)], status: u16, detail: &str) {
    let others: Vec<_> = refused
        .iter()
        .filter(|(found, problem)| *found != 409 && (*found, &problem["detail"]) != (status, &json!(detail)))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

/// The data folder on a small disk of its own, which only the server's process sees.
struct SmallDisk {
    /// The folder as the server sees it.
    inside: PathBuf,
}

impl SmallDisk {
    /// Starts a server on it. A user needs no rights for this where the system allows namespaces.
    fn start(arguments: &[&str]) -> (Server, Self) {
        const MOUNT: &str = "mount -t tmpfs -o size=12m none \"$SLUICE_DATA\" && \
            \"$1\" keys create --tenant acme > \"$SLUICE_DATA.key\" && exec \"$@\"";
        let mut server = Server::made(tempfile::tempdir().unwrap(), arguments);
        std::fs::create_dir(server.data()).unwrap();
        let before = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"];
        server.around().before = before.map(str::to_owned).to_vec();
        server.resume();
        server.key = std::fs::read_to_string(server.path("data.key")).unwrap().trim().to_owned();
        let folder = server.data();
        let inside = Path::new("/proc").join(server.pid().to_string()).join("root");
        let inside = inside.join(folder.strip_prefix("/").unwrap());
        (server, Self { inside })
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.inside.join("filler")).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.inside.join("filler")).unwrap();
    }
}

#[test]
fn a_full_disk_is_waited_for_and_nothing_is_lost() {
    const FULL: &str = "the disk is full; nothing was kept";
    let slow = Slow::new();
    let (server, disk) = SmallDisk::start(&arguments(&slow));
    let client = server.client();
    let watched = Watched::begin(&server, &slow);
    for _ in 0..3 {
        let (asked, refused, waited) = (slow.asked().len(), watched.refused().len(), waits(&server));
        until("jobs are worked on", || slow.asked().len() > asked + 3);
        disk.fill();
        until("starts are refused", || watched.refused().len() > refused + 3);
        assert_eq!(refusal(client.try_upload("a.pdf", &example("invoice"))), (507, FULL.to_owned()));
        // The database's log, begun anew just now, takes a few more rows without more room.
        let body = json!({"name": "a schema", "schema_definition": schema()});
        until("a schema is refused", || match client.post("/v1/extract/schemas", &body, None) {
            Ok(_) => false,
            refused => {
                assert_eq!(refusal(refused), (507, FULL.to_owned()));
                true
            }
        });
        until("a job waits for room", || waits(&server) > waited);
        client.get("/v1/extract/jobs").unwrap();
        disk.free();
    }
    let asked = slow.asked().len();
    until("jobs are worked on again", || slow.asked().len() > asked + 3);
    client.upload("a.pdf", &example("invoice"));
    check_refused(&watched.refused(), 507, FULL);
    check_asked_once(&watched.end(), &slow);
}

#[test]
fn rows_that_somebody_else_holds_are_waited_for_and_nothing_is_lost() {
    const BUSY: &str = "another program holds the database; nothing was kept";
    let slow = Slow::new();
    let server = Server::start(&arguments(&slow));
    let client = server.client();
    let watched = Watched::begin(&server, &slow);
    until("jobs are worked on", || slow.asked().len() > 3);
    let other = rusqlite::Connection::open(server.data().join("sluice.db")).unwrap();
    other.busy_timeout(PATIENCE).unwrap();
    other.execute_batch("begin immediate").unwrap();
    until("a start is refused, and a job waits", || !watched.refused().is_empty() && waits(&server) > 0);
    // Who reads is not held up.
    client.get("/v1/extract/jobs").unwrap();
    other.execute_batch("rollback").unwrap();
    let asked = slow.asked().len();
    until("jobs are worked on again", || slow.asked().len() > asked + 3);
    client.upload("a.pdf", &example("invoice"));
    check_refused(&watched.refused(), 503, BUSY);
    check_asked_once(&watched.end(), &slow);
}

/// The clock of a server, to be set.
pub struct SetClock {
    file: PathBuf,
}

impl SetClock {
    /// A clock that goes right, and what a server needs around it to go by it. The clock that is never set stays.
    pub fn new(folder: &Path) -> (Self, Around) {
        // Where Debian has it, Fedora, Alpine.
        let folders = ["lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64", "lib"];
        let libraries = folders.map(|folder| format!("/usr/{folder}/faketime/libfaketimeMT.so.1"));
        let library = libraries.into_iter().find(|path| Path::new(path).exists()).expect("no libfaketime: run ./setup");
        let clock = Self { file: folder.join("clock") };
        clock.set("+0");
        let environment = vec![
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", clock.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            // Times of files are the disk's, not the clock's.
            ("NO_FAKE_STAT", "1".to_owned()),
        ];
        (clock, Around { environment, ..Around::default() })
    }

    /// From the right time on by so much: `+3h`, `-2d`.
    pub fn set(&self, offset: &str) {
        let next = self.file.with_extension("next");
        std::fs::write(&next, offset).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }
}

#[test]
fn a_clock_that_jumps_loses_doubles_and_stops_nothing() {
    let slow = Slow::new();
    let folder = tempfile::tempdir().unwrap();
    let (clock, around) = SetClock::new(folder.path());
    let server = Server::start_within(around, &arguments(&slow));
    let watched = Watched::begin(&server, &slow);
    for offset in ["+7h", "-5h", "+9h", "+1h", "-9h", "-1h", "+20h", "+0"] {
        let asked = slow.asked().len();
        until("jobs are worked on", || slow.asked().len() > asked + 3);
        clock.set(offset);
    }
    let asked = slow.asked().len();
    until("jobs are worked on after the last jump", || slow.asked().len() > asked + 3);
    assert_eq!(watched.refused(), []);
    let seen = watched.end();
    check_asked_once(&seen, &slow);
    for (job, frames) in seen {
        let metadata = &frames.last().unwrap().json()["metadata"];
        assert!(metadata["duration_ms"].as_u64().is_some(), "job {job}: {metadata}");
    }
}

#[test]
fn a_wait_of_hours_ends_when_the_clock_says_so_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let failure = json!({"code": "model_unavailable", "message": "busy", "retry_after_ms": 3 * 60 * 60 * 1000});
    let model = json!({"ledger": ledger, "result": {"a": "1"}, "rules": [{"failures": [failure]}]});
    let model = script(&folder.path().join("model.json"), &model);
    let (clock, around) = SetClock::new(folder.path());
    let server = Server::start_within(around, &["--script", &model]);
    let client = server.client();
    let document = client.upload("a.pdf", &example("invoice"));
    let schema = client.schema(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let job = client.start(&document, &schema, &json!({"model": format!("scripted:{model}")}));
    let asked = || std::fs::read_to_string(&ledger).unwrap_or_default().lines().count();
    let status = |client: &Client| client.get(&format!("/v1/extract/jobs/{job}")).unwrap()["status"].clone();
    until("it failed once", || status(&client) == "retrying");
    clock.set("+2h");
    // Other jobs are served by the same clock: when this one ends, the first was looked at and left alone.
    let other = client.start(&document, &schema, &json!({"model": "embedded"}));
    client.log(&other);
    assert_eq!((asked(), status(&client)), (1, json!("retrying")));
    clock.set("+4h");
    let last = client.log(&job).pop().unwrap();
    assert_eq!((last.event.as_str(), asked()), ("completed", 2));
}
