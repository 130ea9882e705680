//! Two tenants on one server: the many of one do not stand before the one of the other.

use std::fmt::Write as _;

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
        (busy.upload("a.pdf", &example("resume")), busy.schema(&json!({"type": "object", "properties": parts})));
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

/// A document that takes a second or more to read; each number makes other bytes.
fn long_document(number: usize) -> Vec<u8> {
    const PAGES: usize = 100;
    let lines: String = (0..60).fold(String::new(), |mut text, line| {
        let _ = write!(
            text,
            "1 0 0 1 40 {} Tm (line {line} of a long list of things that were delivered) Tj ",
            800 - line * 13
        );
        text
    });
    let content = format!("BT /F 9 Tf {lines} ET");
    let kids: String = (0..PAGES).map(|page| format!("{} 0 R ", page + 5)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {PAGES}/Kids[{kids}]>>"),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>>>";
    objects.extend((0..PAGES).map(|_| page.to_owned()));
    let mut pdf = format!("%PDF-1.7\n% number {number}\n");
    let mut offsets = String::new();
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(offsets, "{:010} 00000 n ", pdf.len());
        let _ = writeln!(pdf, "{} 0 obj {object} endobj", index + 1);
    }
    let (size, start) = (objects.len() + 1, pdf.len());
    let _ = write!(
        pdf,
        "xref\n0 {size}\n0000000000 65535 f \n{offsets}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.into_bytes()
}

/// When the documents of these jobs were read.
fn read_at(client: &Client, jobs: &[String]) -> Vec<String> {
    let of_job = |job: &String| {
        let log = client.log(job);
        let read = log.iter().find(|frame| frame.json()["cause"] == "document_read").expect("it was read");
        read.json()["timestamp"].as_str().unwrap().to_owned()
    };
    jobs.iter().map(of_job).collect()
}

#[test]
fn many_long_documents_do_not_hold_up_the_short_one_of_another_tenant() {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let count = 8 * at_once;
    let jobs_max = count.to_string();
    let server = Server::start(&["--active-jobs-max", &jobs_max, "--jobs-max", &jobs_max]);
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let small = Client::new(&server.base, &server.new_key("small"));
    let (small_document, small_schema) = (small.upload("a.pdf", &example("invoice")), small.schema(&schema));
    let busy = server.client();
    let busy_schema = busy.schema(&schema);
    let documents: Vec<String> = (0..count).map(|number| busy.upload("long.pdf", &long_document(number))).collect();
    let jobs: Vec<String> = documents.iter().map(|document| busy.start(document, &busy_schema, &json!({}))).collect();
    // One was read: all the others are in hand and wait.
    while busy.get("/v1/extract/jobs?job_status=completed").unwrap()["total_count"] == 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let job = small.start(&small_document, &small_schema, &json!({}));
    let started = small.log(&job)[0].json()["timestamp"].as_str().unwrap().to_owned();
    let read = read_at(&small, std::slice::from_ref(&job)).remove(0);
    let between = read_at(&busy, &jobs).into_iter().filter(|at| *at > started && *at < read).count();
    // Those that were being read, the one that was next, and one beside it for each.
    assert!(between <= 2 * (at_once + 1), "{between} came first");
}
