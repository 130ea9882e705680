//! Two tenants on one server: the many of one do not stand before the one of the other.

use serde_json::{Map, Value, json};

use crate::run::example;
use crate::server::{Client, Server, script};

/// Jobs of the busy tenant, more than are worked on at once, and the parts of each.
const JOBS: usize = 24;
const PARTS: usize = 100;

#[test]
fn many_huge_jobs_do_not_hold_up_the_small_one_of_another_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let model = json!({"ledger": ledger, "result": {}, "rules": [{"delay_ms": 200}]});
    let model = script(&folder.path().join("model.json"), &model);
    let server = Server::start(&[
        "--script",
        &model,
        "--active-jobs-max",
        "100",
        "--jobs-max",
        "8",
        "--questions-max",
        "4",
        "--ask-again",
    ]);
    let asked = || std::fs::read_to_string(&ledger).unwrap_or_default().lines().count();

    let small = Client::new(&server.base, &server.new_key("small"));
    let one = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let (small_document, small_schema) = (small.upload("a.pdf", &example("invoice")), small.schema(&one));

    let busy = server.client();
    let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let parts: Map<String, Value> = (0..PARTS).map(|number| (format!("p{number}"), array.clone())).collect();
    let (document, schema) =
        (busy.upload("a.pdf", &example("receipt-scan")), busy.schema(&json!({"type": "object", "properties": parts})));
    let config = json!({"model": format!("scripted:{model}")});
    for _ in 0..JOBS {
        busy.start(&document, &schema, &config);
    }
    while asked() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    let job = small.start(&small_document, &small_schema, &config);
    assert_eq!(small.log(&job).pop().unwrap().event, "completed");
    // In the order of events: all jobs of the other are still open, and most of what they ask is not asked.
    let ended = busy.get("/v1/extract/jobs?job_status=completed").unwrap()["total_count"].clone();
    assert_eq!(ended, 0, "it waited for others to end");
    assert!(asked() < JOBS * PARTS / 4, "{} of {} questions came first", asked(), JOBS * PARTS);
}
