//! `sluice extract` with the scripted model: what is asked again, what is kept, what is printed where.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::run::{Ran, folder, sluice, without, word};

const SCHEMA: &str = r#"{"type": "object", "properties": {
    "number": {"type": "string", "description": "invoice number"},
    "lines": {"type": "array", "items": {"type": "object", "properties": {
        "text": {"type": "string"}, "amount": {"type": "number"}}}}}}"#;

fn scripted(script: &Value, more: &[&str]) -> (Ran, tempfile::TempDir) {
    let folder = folder(&[("schema.json", SCHEMA.as_bytes()), ("script.json", script.to_string().as_bytes())]);
    let model = format!("scripted:{}", word(&folder, "script.json"));
    let schema = word(&folder, "schema.json");
    let mut words = vec!["extract", "examples/invoice/document.pdf", "--schema", &schema, "--model", &model];
    words.extend(more);
    let ran = sluice(&words);
    (ran, folder)
}

#[test]
fn stdout_is_the_data_and_nothing_else() {
    let (ran, _) = scripted(&json!({"result": {"number": "A-1", "lines": []}}), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r###"
    {
      "number": "A-1",
      "lines": []
    }
    "###);
    assert!(ran.stderr.contains("document.pdf"), "progress goes to stderr: {}", ran.stderr);
}

#[test]
fn quiet_is_quiet() {
    let (ran, _) = scripted(&json!({"result": {"number": "A-1", "lines": []}}), &["--quiet"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_call_that_fails_is_repeated_and_the_answers_there_are_are_not_asked_for_again() {
    let script = json!({
        "result": {"number": "A-1", "lines": [{"text": "x", "amount": 1}]},
        "rules": [{"path": "/lines", "failures": [
            {"code": "model_unavailable", "message": "busy"}, {"code": "model_unavailable", "message": "still busy"}]}],
    });
    let mut script = script;
    let ledger = tempfile::NamedTempFile::new().unwrap();
    script["ledger"] = json!(ledger.path());
    let (ran, _) = scripted(&script, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found, json!({"number": "A-1", "lines": [{"text": "x", "amount": 1}]}));
    // A line is: when, the seed, the attempt, the subtree, its path.
    let ledger = std::fs::read_to_string(ledger.path()).unwrap();
    let mut calls: Vec<&str> = ledger.lines().filter_map(|line| line.splitn(3, ' ').nth(2)).collect();
    calls.sort_unstable();
    assert_eq!(calls, ["1 s1 ", "1 s2 /lines", "2 s2 /lines", "3 s2 /lines"]);
}

#[test]
fn a_part_without_an_answer_leaves_the_rest_and_is_told() {
    let script = json!({
        "result": {"number": "A-1"},
        "rules": [{"path": "/lines", "failures": [{"code": "model_refused", "message": "not with me"}]}],
    });
    let (ran, folder) = scripted(&script, &["--format", "jsonl"]);
    assert_eq!(ran.code, 0);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line["data"], json!({"number": "A-1"}));
    assert_eq!(line["metadata"]["subtrees"], json!({"total": 2, "completed": 1, "failed": 1, "remembered": 0}));
    assert_eq!(line["metadata"]["failed_subtrees"][0]["error_type"], "model_refused");
    assert_snapshot!(without(&ran.stderr, &folder), @r###"
      examples/invoice/document.pdf /number: this value stands nowhere in the document; check it
      examples/invoice/document.pdf /lines: no answer after 1 attempt (model_refused): not with me
    [1/1] examples/invoice/document.pdf: 1 value from 2 pages: 0 exact, 0 close, 1 nowhere in the document; 1 subtree failed
    "###);
}

#[test]
fn no_answer_at_all_is_a_failed_document() {
    let script = json!({"rules": [{"failures": [{"code": "model_refused", "message": "the key was refused"}]}]});
    let (ran, folder) = scripted(&script, &["--format", "jsonl"]);
    assert_eq!(ran.code, 1);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((line["status"].as_str(), line["error"]["code"].as_str()), (Some("failed"), Some("model_refused")));
    assert_snapshot!(without(&ran.stderr, &folder), @r###"
    [1/1] examples/invoice/document.pdf: failed (model_refused): the key was refused
      hint: `sluice doctor` tells whether the model's key is set up
    "###);
}

#[test]
fn an_answer_that_breaks_the_schema_is_taken_out_and_told() {
    let (ran, _) = scripted(&json!({"result": {"number": 7, "lines": [{"amount": "many"}]}}), &["--format", "jsonl"]);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line["data"].get("number"), None, "{line}");
    assert_eq!(line["metadata"]["validation"]["valid"], true);
    let kinds: Vec<&str> =
        line["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "not_valid").count(), 2, "{kinds:?}");
}

#[test]
fn a_value_that_stands_nowhere_is_missing_whatever_the_model_says() {
    let script = json!({"result": {"number": "XQ-0000-not-there", "lines": []}});
    let (ran, _) = scripted(&script, &["--attributions"]);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["number"]["extracted_value"], "XQ-0000-not-there");
    assert_eq!(found["number"]["match"], "missing");
    assert_eq!(found["number"]["locations"], json!([]));
    assert!(ran.stderr.contains("stands nowhere in the document"), "{}", ran.stderr);
}

#[test]
fn explained_pages_are_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let (ran, _) = scripted(&json!({"result": {"number": "1", "lines": []}}), &["--explain", "--out", &out]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let png = std::fs::read(folder.path().join("document.explain-1.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    assert!(folder.path().join("document.json").exists());
}
