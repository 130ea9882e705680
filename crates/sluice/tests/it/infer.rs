//! First schemas from documents: by the command line and by the server, as users ask for them.

use serde_json::{Value, json};

use crate::run::{example, folder, sluice, word};
use crate::server::Server;

#[test]
fn a_schema_is_proposed_checked_and_extracted_with() {
    let folder = folder(&[]);
    let schema = word(&folder, "schema.json");
    let ran = sluice(&["schema", "infer", "examples/invoice/document.pdf", "--out", &schema]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("/due_date  \"Due date\": 13 November 2026 (page 1)"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("/line_items/-/description  \"Description\": Strong white bread flour"),
        "{}",
        ran.stderr
    );
    assert_eq!(sluice(&["schema", "check", &schema]).code, 0);
    let ran = sluice(&["extract", "examples/invoice/document.pdf", "--schema", &schema, "--format", "jsonl"]);
    let row: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(row["data"]["iban"], "GB13 SVCB 0499 1731 9268 19", "{row}");
    assert_eq!(row["data"]["due_date"], "2026-11-13", "{row}");
    assert!(row["data"]["line_items"].as_array().is_some_and(|rows| rows.len() > 20), "{row}");
}

#[test]
fn what_cannot_be_read_is_told_and_the_others_are_looked_at() {
    let folder = folder(&[("a.pdf", &example("form")), ("b.pdf", b"%PDF-1.4 and nothing more")]);
    let ran = sluice(&["schema", "infer", &word(&folder, "a.pdf"), &word(&folder, "b.pdf"), "--json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("b.pdf") && ran.stderr.contains("(damaged)"), "{}", ran.stderr);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    let property = |name: &str| told["schema"]["properties"][name].clone();
    assert_eq!(property("sketch")["type"], "boolean", "{told}");
    assert_eq!(property("weather")["enum"], json!(["dry", "rain", "snow", "fog"]), "{told}");
    assert_eq!(property("date_of_birth")["format"], "date", "{told}");
    let seen = told["seen"].as_array().unwrap().iter().find(|seen| seen["pointer"] == "/date_of_birth").unwrap();
    assert_eq!((&seen["documents"], &seen["examples"][0]["text"]), (&json!(1), &json!("22/03/1984")));
    assert_eq!(sluice(&["schema", "infer", "no-such-file.pdf"]).code, 2);
}

#[test]
fn the_server_proposes_a_schema_for_what_was_uploaded() {
    let server = Server::start(&[]);
    let client = server.client();
    let ids = [client.upload("a.pdf", &example("invoice")), client.upload("b.pdf", b"%PDF-1.4 and nothing more")];
    let told = client.post("/v1/extract/schemas/infer", &json!({"document_ids": ids}), None).unwrap();
    assert_eq!(told["schema_definition"]["properties"]["due_date"]["format"], "date", "{told}");
    let seen = told["seen"].as_array().unwrap().iter().find(|seen| seen["pointer"] == "/due_date").unwrap();
    assert_eq!((&seen["examples"][0]["document_id"], &seen["examples"][0]["page_number"]), (&json!(ids[0]), &json!(1)));
    assert_eq!((&told["unread"][0]["document_id"], &told["unread"][0]["code"]), (&json!(ids[1]), &json!("damaged")));
}
