//! `extract` is durable: a run that was killed goes on where it was.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::run::{command, example, folder, sluice_on, word};
use crate::server::script;

/// Documents of the run.
const DOCUMENTS: usize = 12;
/// It is killed once so many are done.
const DONE: usize = 5;

#[test]
fn a_killed_run_goes_on_with_the_next_document_and_asks_nothing_twice() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}}).to_string();
    let folder = folder(&[("schema.json", schema.as_bytes())]);
    let ledger = folder.path().join("ledger");
    let model = script(
        &folder.path().join("model.json"),
        &json!({"ledger": ledger, "result": {"a": "1"}, "rules": [{"delay_ms": 60}]}),
    );
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox).unwrap();
    for number in 0..DOCUMENTS {
        // The same page, but other bytes: each is a document of its own.
        let bytes = [example("invoice"), format!("% {number}\n").into_bytes()].concat();
        std::fs::write(inbox.join(format!("{number:02}.pdf")), bytes).unwrap();
    }
    let data = folder.path().join("data");
    let model = format!("scripted:{model}");
    let (inbox, schema) = (inbox.display().to_string(), word(&folder, "schema.json"));
    let words = ["extract", &inbox, "--schema", &schema, "--model", &model, "--format", "jsonl", "--jobs", "1"];

    let mut child = command(&data).args(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let done: Vec<String> =
        stderr.lines().map_while(Result::ok).filter(|line| line.starts_with('[')).take(DONE).collect();
    assert_eq!(done.len(), DONE, "{done:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let asked_before = std::fs::read_to_string(&ledger).unwrap().lines().count();
    assert!(asked_before < DOCUMENTS, "it was not interrupted");

    let ran = sluice_on(&data, &words);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, DOCUMENTS), "{}", ran.stderr);
    let says = |documents: usize| {
        ran.stderr.contains(&format!(
            "an earlier run had answered documents 1 to {documents}; this one went on at {}",
            documents + 1
        ))
    };
    // One more may have been answered between the line that was read and the kill.
    assert!(says(DONE) || says(DONE + 1), "{}", ran.stderr);
    let asked = std::fs::read_to_string(&ledger).unwrap().lines().count();
    assert!(asked <= DOCUMENTS + 1, "only what was in flight is asked again: {asked}");

    let again = sluice_on(&data, &words);
    assert_eq!(again.stdout.lines().count(), DOCUMENTS);
    assert_eq!(std::fs::read_to_string(&ledger).unwrap().lines().count(), asked, "all of it was answered before");
}
