//! What reaches the log, and what never does.

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::frames::Stream;
use crate::world::{KEY, World, send};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every level of our own crates.
fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let targets = tracing_subscriber::filter::Targets::new()
        .with_target("sluice_server", tracing::Level::TRACE)
        .with_target("sluice_store", tracing::Level::TRACE);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(targets).with(layer)).unwrap();
    log
}

#[tokio::test]
async fn documents_values_and_keys_never_reach_the_log() {
    let log = listen();
    let world = World::new().await;
    let document = world.upload("secret-name.pdf", b"%PDF secret-page").await.expect(200).json()["document_id"].clone();
    world.upload("a.pdf", b"%PDF bomb secret-page").await.expect(500);
    let schema = json!({"name": "secret-title", "schema_definition": {"type": "object", "properties": {
        "secret_field": {"type": "string"}, "total": {"type": "number"}}}});
    let schema = world.post("/v1/extract/schemas", &schema).await.expect(200).json()["schema_id"].clone();
    let config = json!({"additional_instructions": "secret-words"});
    let body = json!({"document_id": document, "schema_id": schema, "config": config});
    let started = world.post("/v1/extract/jobs", &body).await.expect(200);
    let job = started.json()["job_id"].as_str().unwrap().parse().unwrap();
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, json!({"number": "secret-value"})).await;
    hand.complete(&json!({"number": "secret-value"})).await;
    let path = format!("/v1/extract/jobs/{job}/stream?starting_after=0&access_token={KEY}");
    Stream::open(world.bare(Method::GET, &path)).await.rest().await;
    world.get(&format!("/jobs/{job}")).await.expect(200);
    world.get("/v1/extract/documents?search=secret-search").await.expect(200);
    world.post("/v1/extract/schemas", &json!({"name": ["secret-title"]})).await.expect(422);
    send(world.bare(Method::GET, "/v1/models").bearer_auth("sk_secret-guess")).await.expect(401);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|line| line.contains("started")).expect("the start is logged");
    assert!(line.contains(&job.to_string()), "with the job's id: {line}");
    assert!(line.contains(started.header("x-request-id").unwrap()), "and the request's: {line}");
    for secret in ["secret", KEY] {
        let found: Vec<&str> = text.lines().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret}: {found:#?}");
    }
}
