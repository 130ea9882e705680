//! The server as one process: its first start, its end, its folder, the commands beside it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{example, root};
use crate::server::{Client, Server, Trouble, script};

fn schema() -> Value {
    serde_json::from_slice(&std::fs::read(root().join("examples/invoice/schema.json")).unwrap()).unwrap()
}

/// Starts a job of the example invoice and gives its id.
fn start(client: &Client, config: &Value) -> String {
    let document = client.upload("invoice.pdf", &example("invoice"));
    let body = json!({"document_id": document, "schema_id": client.schema(&schema()), "config": config});
    client.post("/v1/extract/jobs", &body, None).unwrap()["job_id"].as_str().unwrap().to_owned()
}

fn status_of(client: &Client, job: &str) -> String {
    client.get(&format!("/v1/extract/jobs/{job}")).unwrap()["status"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_start_makes_a_key_and_shows_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said: Vec<String> =
        BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).take(8).collect();
    let said = said.join("\n");
    let key = said.split_whitespace().find(|word| word.starts_with("sk_")).unwrap().to_owned();
    let base = said.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches("/v1/models");
    let models = Client::new(base, &key).get("/v1/models").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(models.to_string().contains("embedded"), "{models}");
}

#[test]
fn a_document_becomes_data_with_proof_over_http() {
    let server = Server::start(&[]);
    let client = server.client();
    let job = start(&client, &json!({"per_key_attribution": true}));
    let last = client.log(&job).pop().unwrap();
    assert_eq!(last.event, "completed");
    let results = client.get(&format!("/v1/extract/jobs/{job}/results")).unwrap();
    let number = &results["results"]["invoice_number"];
    let gold: Value =
        serde_json::from_slice(&std::fs::read(root().join("examples/invoice/gold.json")).unwrap()).unwrap();
    assert_eq!(number["extracted_value"], gold["invoice_number"]);
    assert_eq!(number["locations"][0]["match"], "exact");
}

#[test]
fn what_a_job_took_is_counted() {
    let server = Server::start(&[]);
    let client = server.client();
    let job = start(&client, &json!({}));
    client.log(&job);
    let key = format!("Authorization: Bearer {}", server.key);
    let asked = Command::new("curl")
        .args(["-sS", "--noproxy", "*", "-H", &key, &format!("{}/metrics", server.base)])
        .output()
        .unwrap();
    let text = String::from_utf8(asked.stdout).unwrap();
    for line in [
        "sluice_jobs_started_total 1",
        "sluice_jobs_begun_total 1",
        "sluice_jobs_ended_total{status=\"completed\"} 1",
        "sluice_jobs_active 0",
        "sluice_pages_total 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("sluice_subtrees_total{outcome=\"finished\"}"), "{text}");
    let usage = client.get("/v1/usage").unwrap();
    let day = &usage["days"][0];
    assert_eq!(
        (&day["model"], &day["jobs"]["completed"], &day["pages"], &day["cost_usd"], &day["partly_unknown_jobs"]),
        (&json!("embedded"), &json!(1), &json!(2), &json!(0.0), &json!(0)),
        "{usage}"
    );
}

#[test]
fn a_front_end_gets_a_key_of_its_own_and_loses_it() {
    let server = Server::start(&[]);
    let made = server.client().post("/v1/keys", &json!({"label": "the front end"}), None).unwrap();
    let front_end = Client::new(&server.base, made["key"].as_str().unwrap());
    front_end.get("/v1/models").unwrap();
    let listed = server.command(&["keys", "list"]).output().unwrap();
    assert!(String::from_utf8(listed.stdout).unwrap().contains("the front end"));
    let path = format!("{}/v1/keys/{}", server.base, made["key_id"].as_str().unwrap());
    let key = format!("Authorization: Bearer {}", server.key);
    let revoked =
        Command::new("curl").args(["-sS", "--noproxy", "*", "-X", "DELETE", "-H", &key, &path]).output().unwrap();
    assert!(String::from_utf8(revoked.stdout).unwrap().contains("worth nothing any more"));
    front_end.get("/v1/models").unwrap_err();
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let server = Server::start(&[]);
    let second = server.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains("another server works on"), "{said}");
}

#[test]
fn told_to_stop_it_stops_within_a_second_though_streams_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let model = script(&folder.path().join("slow.json"), &json!({"rules": [{"delay_ms": 60_000}]}));
    let mut server = Server::start(&["--script", &model]);
    let client = server.client();
    let job = start(&client, &json!({"model": format!("scripted:{model}")}));
    let (seen, told) = std::sync::mpsc::channel();
    let follower = {
        let (client, job) = (client.clone(), job.clone());
        std::thread::spawn(move || client.frames_after(&job, 0, |frame| drop(seen.send(frame))))
    };
    told.recv_timeout(Duration::from_secs(20)).unwrap();
    let took = server.terminate();
    // Not for the speed, which a busy machine would spoil: streams and a question of a minute must not hold it.
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(follower.join().unwrap().is_ok());
    server.resume();
    assert_eq!(status_of(&server.client(), &job), "processing");
}

#[test]
fn a_cancelled_job_stops_within_a_second_in_the_middle_of_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let model = script(&folder.path().join("slow.json"), &json!({"rules": [{"delay_ms": 600_000}]}));
    let server = Server::start(&["--script", &model]);
    let client = server.client();
    let job = start(&client, &json!({"model": format!("scripted:{model}")}));
    while status_of(&client, &job) == "pending" {
        std::thread::sleep(Duration::from_millis(5));
    }
    let begun = std::time::Instant::now();
    client.post(&format!("/v1/extract/jobs/{job}/cancel"), &json!({}), None).unwrap();
    let last = client.log(&job).pop().unwrap();
    assert_eq!(last.event, "cancelled");
    assert!(begun.elapsed() < Duration::from_secs(30), "a question of ten minutes was waited for");
}

#[test]
fn commands_beside_a_running_server_look_stop_repeat_and_remove() {
    let folder = tempfile::tempdir().unwrap();
    let failure = json!({"code": "model_refused", "message": "no"});
    let rules = json!([{"path": "/line_items", "failures": [failure]}]);
    let gold: Value =
        serde_json::from_slice(&std::fs::read(root().join("examples/invoice/gold.json")).unwrap()).unwrap();
    let model = script(&folder.path().join("half.json"), &json!({"result": gold, "rules": rules}));
    let server = Server::start(&["--script", &model]);
    let client = server.client();
    let job = start(&client, &json!({"model": format!("scripted:{model}")}));
    client.log(&job);
    let run = |words: &[&str]| {
        let output = server.command(words).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{words:?}: {said}");
        said
    };
    assert!(run(&["jobs", "list"]).contains(&job));
    let shown: Value = serde_json::from_str(&run(&["jobs", "show", &job])).unwrap();
    assert_eq!(shown["metadata"]["subtrees"]["failed"], 1);
    run(&["jobs", "retry", &job]);
    let retried = loop {
        // The running server notices what another process wrote.
        let shown: Value = serde_json::from_str(&run(&["jobs", "show", &job])).unwrap();
        if shown["metadata"]["subtrees"]["failed"] == 0 && shown["status"] == "completed" {
            break shown;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(retried["metadata"]["validation"]["valid"], true);
    run(&["jobs", "rm", &job]);
    assert!(matches!(client.get(&format!("/v1/extract/jobs/{job}")), Err(Trouble::Status(404, _))));
    let second = server.new_key("other");
    assert!(Client::new(&server.base, &second).get("/v1/extract/jobs").is_ok(), "a key made beside it works at once");
}

#[test]
fn the_same_question_is_answered_from_the_store_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let model = script(&folder.path().join("counted.json"), &json!({"ledger": ledger}));
    let server = Server::start(&["--script", &model]);
    let client = server.client();
    let config = json!({"model": format!("scripted:{model}")});
    for _ in 0..2 {
        let job = start(&client, &config);
        client.log(&job);
    }
    let asked = std::fs::read_to_string(&ledger).unwrap().lines().count();
    let job = start(&client, &config);
    let parts: Vec<_> = client.log(&job).into_iter().filter(|frame| frame.event == "subtree_result").collect();
    assert_eq!(std::fs::read_to_string(&ledger).unwrap().lines().count(), asked);
    assert_eq!(parts.len(), asked, "asked once for each part, in the first job");
}
