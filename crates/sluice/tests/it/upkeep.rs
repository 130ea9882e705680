//! What a server keeps over the days, and copies of it.

use serde_json::{Value, json};

use crate::faults::{SetClock, until};
use crate::run::example;
use crate::server::{Client, Server, Trouble, script};

fn schema() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "string"}}})
}

/// A model that takes its time, or none.
fn model(folder: &tempfile::TempDir, delay_ms: u64) -> String {
    let text = json!({"result": {"a": "1"}, "rules": [{"delay_ms": delay_ms}]});
    script(&folder.path().join("model.json"), &text)
}

fn is_gone(client: &Client, path: &str) -> bool {
    matches!(client.get(path), Err(Trouble::Status(404, _)))
}

fn result(client: &Client, job: &str) -> Value {
    client.log(job);
    client.get(&format!("/v1/extract/jobs/{job}/results")).unwrap()["results"].take()
}

/// How many files of bytes there are.
fn blobs(server: &Server) -> String {
    let stats = server.command(&["data", "stats"]).output().unwrap();
    let text = String::from_utf8(stats.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("blobs")).unwrap();
    line.split_whitespace().nth(1).unwrap().trim_end_matches(',').to_owned()
}

#[test]
fn after_the_days_to_keep_the_old_is_gone_and_the_needed_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(&folder, 600_000);
    let (clock, around) = SetClock::new(folder.path());
    let mut server = Server::start_within(around, &["--script", &model, "--keep-days", "30"]);
    let client = server.client();
    let schema_id = client.schema(&schema());
    let old_document = client.upload("old.pdf", &example("resume"));
    let old = client.start(&old_document, &schema_id, &json!({"model": "embedded"}));
    client.log(&old);
    let needed_document = client.upload("needed.pdf", &example("invoice"));
    let config = json!({"model": format!("scripted:{model}")});
    let needed = client.start(&needed_document, &schema_id, &config);
    // Two documents, each as it was read, a schema, a result.
    until("the other is read", || blobs(&server) == "6");
    server.kill();

    clock.set("+31d");
    server.resume();
    let client = server.client();
    until("the bytes of the old are gone", || blobs(&server) == "3");
    let new_document = client.upload("new.pdf", &example("form"));
    let new = client.start(&new_document, &schema_id, &json!({"model": "embedded"}));
    client.log(&new);
    until("the old job is gone", || is_gone(&client, &format!("/v1/extract/jobs/{old}")));
    until("the old document is gone", || is_gone(&client, &format!("/v1/extract/documents/{old_document}")));
    for path in [
        format!("/v1/extract/jobs/{new}/results"),
        format!("/v1/extract/jobs/{needed}"),
        format!("/v1/extract/documents/{new_document}"),
        format!("/v1/extract/documents/{needed_document}"),
        format!("/v1/extract/schemas/{schema_id}"),
    ] {
        client.get(&path).unwrap_or_else(|trouble| panic!("{path}: {trouble:?}"));
    }
    server.kill();

    // The unfinished one has all that it needs: its document, its schema.
    self::model(&folder, 0);
    server.resume();
    assert_eq!(result(&server.client(), &needed), json!({"a": "1"}));
}

#[test]
fn a_copy_of_a_running_server_finishes_what_was_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(&folder, 600_000);
    let server = Server::start(&["--script", &model]);
    let client = server.client();
    let (document, schema) = (client.upload("a.pdf", &example("invoice")), client.schema(&schema()));
    let ended = client.start(&document, &schema, &json!({"model": "embedded"}));
    let ended_log = client.log(&ended);
    let config = json!({"model": format!("scripted:{model}")});
    let jobs: Vec<String> = (0..3)
        .map(|seed| {
            let mut config = config.clone();
            config["seed"] = json!(seed);
            client.start(&document, &schema, &config)
        })
        .collect();
    let state = |job: &str| client.get(&format!("/v1/extract/jobs/{job}")).unwrap()["status"].clone();
    until("all are worked on", || jobs.iter().all(|job| state(job) == "processing"));

    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("data");
    let copied = server.command(&["data", "backup", &target.display().to_string()]).output().unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    self::model(&folder, 0);
    let mut copy = Server::made(place, &["--script", &model]);
    copy.resume();
    let at_copy = Client::new(&copy.base, &server.key);
    for job in &jobs {
        assert_eq!(result(&at_copy, job), json!({"a": "1"}));
        assert_eq!(state(job), "processing", "the first goes its own way");
    }
    assert_eq!(at_copy.log(&ended), ended_log);
    at_copy.upload("b.pdf", &example("form"));
}

#[test]
fn what_the_flags_allow_is_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let model = model(&folder, 600_000);
    let server = Server::start(&[
        "--script",
        &model,
        "--upload-mib-max",
        "1",
        "--streams-per-key-max",
        "1",
        "--requests-per-minute",
        "9",
    ]);
    let client = server.client();
    let refused = |result: Result<Value, Trouble>| match result {
        Err(Trouble::Status(status, problem)) => (status, problem["code"].as_str().unwrap().to_owned()),
        other => panic!("{other:?}"),
    };
    let large = [example("invoice"), vec![b'\n'; 1024 * 1024]].concat();
    assert_eq!(refused(client.try_upload("a.pdf", &large)), (413, "PAYLOAD_TOO_LARGE".to_owned()));
    let (document, schema) = (client.upload("a.pdf", &example("invoice")), client.schema(&schema()));
    let job = client.start(&document, &schema, &json!({"model": format!("scripted:{model}")}));
    let (seen, told) = std::sync::mpsc::channel();
    let first = {
        let (client, job) = (client.clone(), job.clone());
        std::thread::spawn(move || client.frames_after(&job, 0, |frame| drop(seen.send(frame))))
    };
    told.recv().unwrap();
    let second = client.frames_after(&job, 0, |_| ()).map(|()| Value::Null);
    assert_eq!(refused(second), (429, "RATE_LIMITED".to_owned()));
    client.post(&format!("/v1/extract/jobs/{job}/cancel"), &json!({}), None).unwrap();
    first.join().unwrap().unwrap();
    let last = (0..9).find_map(|_| client.get("/v1/models").err()).expect("nine in a minute, and one more");
    assert_eq!(refused(Err(last)), (429, "RATE_LIMITED".to_owned()));
}
