//! The server as those who run it see it: ready, described, counted, gone when it should be.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::{KEY, PATIENCE, World, send};

#[tokio::test]
async fn health_and_ready_need_no_key() {
    let world = World::new().await;
    assert_eq!(send(world.bare(Method::GET, "/health")).await.expect(200).json()["status"], "ok");
    assert_eq!(send(world.bare(Method::GET, "/ready")).await.expect(200).json()["status"], "ready");
}

#[tokio::test]
async fn the_page_and_its_files_need_no_key_and_no_other_server() {
    let world = World::new().await;
    let get = |path: &'static str| send(world.bare(Method::GET, path));
    let index = get("/").await.expect(200);
    assert_eq!(index.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(index.text.contains("/docs/"), "{}", index.text);
    let policy = index.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"), "{policy}");
    // Built or not: neither script nor style stands in the markup, and nothing comes from elsewhere.
    for forbidden in ["<style", "style=", "http:", "https:", " onload=", "<script>"] {
        assert!(!index.text.contains(forbidden), "{forbidden}: {}", index.text);
    }
    get("/assets/nothing.js").await.expect(404);
    get("/assets/../index.html").await.expect(401);
    get("/assets/..%2Findex.html").await.expect(404);
    let docs = get("/docs").await.expect(200);
    assert!(docs.text.contains("swagger-ui"));
    for file in ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/swagger-initializer.js"] {
        get(file).await.expect(200);
    }
    assert!(get("/docs/swagger-initializer.js").await.text.contains("/openapi.json"));
    for line in docs.text.lines().filter(|line| line.contains("src=") || line.contains("href=")) {
        assert!(!line.contains("http"), "nothing from elsewhere: {line}");
    }
    get("/docs/nothing.js").await.expect(404);
}

#[tokio::test]
async fn the_description_names_every_route_of_both_contracts() {
    let world = World::new().await;
    let description = send(world.bare(Method::GET, "/openapi.json")).await.expect(200).json();
    assert_eq!(description["openapi"], "3.1.0");
    let mut routes = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes.sort();
    insta::assert_snapshot!(routes.join("\n"), @r###"
    DELETE /v1/extract/documents/{document_id}
    DELETE /v1/extract/schemas/{schema_id}
    DELETE /v1/keys/{key_id}
    GET /health
    GET /jobs
    GET /jobs/{job_id}
    GET /jobs/{job_id}/events
    GET /jobs/{job_id}/stream
    GET /metrics
    GET /ready
    GET /v1/extract/documents
    GET /v1/extract/documents/{document_id}
    GET /v1/extract/documents/{document_id}/content
    GET /v1/extract/documents/{document_id}/pages/{page_number}
    GET /v1/extract/jobs
    GET /v1/extract/jobs/{job_id}
    GET /v1/extract/jobs/{job_id}/corrections
    GET /v1/extract/jobs/{job_id}/results
    GET /v1/extract/jobs/{job_id}/stream
    GET /v1/extract/schemas
    GET /v1/extract/schemas/{schema_id}
    GET /v1/jobs
    GET /v1/jobs/{job_id}
    GET /v1/jobs/{job_id}/events
    GET /v1/jobs/{job_id}/stream
    GET /v1/keys
    GET /v1/limits
    GET /v1/models
    GET /v1/usage
    POST /jobs/{job_id}/cancel
    POST /v1/extract/documents/upload
    POST /v1/extract/jobs
    POST /v1/extract/jobs/{job_id}/cancel
    POST /v1/extract/jobs/{job_id}/retry
    POST /v1/extract/schemas
    POST /v1/extract/schemas/infer
    POST /v1/extract/schemas/validate
    POST /v1/jobs/{job_id}/cancel
    POST /v1/keys
    PUT /v1/extract/jobs/{job_id}/corrections
    PUT /v1/extract/schemas/{schema_id}
    "###);
}

#[tokio::test]
async fn the_description_refers_only_to_what_it_holds_and_names_operations_once() {
    let world = World::new().await;
    let description = send(world.bare(Method::GET, "/openapi.json")).await.expect(200).json();
    let mut references = Vec::new();
    collect(&description, "$ref", &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
    let operations =
        description["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut names: Vec<String> = operations
        .inspect(|operation| assert!(operation.get("parameters").is_none_or(Value::is_array), "{operation}"))
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

fn collect(value: &Value, key: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            into.extend(object.get(key).and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|inner| collect(inner, key, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, key, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn what_was_counted_is_read_with_a_key() {
    let metrics = sluice_server::Metrics::install().expect("one recorder for this process");
    let world = World::with_metrics(metrics).await;
    let job = world.job().await;
    world.hand(job).run().await;
    let mut stream = crate::frames::Stream::of(&world, &format!("/jobs/{job}/stream")).await;
    stream.rest().await;
    send(world.bare(Method::GET, "/metrics")).await.expect(401);
    let text = world.get("/metrics").await.expect(200).text;
    for line in [
        "sluice_jobs_started_total 1",
        "sluice_jobs 1",
        "sluice_jobs_active 0",
        "sluice_events 6",
        "sluice_stream_frames_total{api=\"jobs\"} 1",
        "sluice_http_requests_total{method=\"POST\",route=\"/v1/extract/jobs\",status=\"200\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    for secret in [KEY, "acme", "invoice", &job.to_string()] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn without_a_recorder_there_are_no_metrics() {
    World::new().await.get("/metrics").await.expect(404);
}

#[tokio::test]
async fn an_idle_server_stops_at_once_and_idle_connections_do_not_hold_it() {
    let mut world = World::new().await;
    world.get("/v1/models").await.expect(200);
    let idle = tokio::net::TcpStream::connect(world.base.trim_start_matches("http://")).await.unwrap();
    let took = world.stop().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    drop(idle);
}

#[tokio::test]
async fn who_waits_or_uploads_does_not_hold_a_server_that_stops() {
    let mut world = World::new().await;
    let job = world.job().await;
    let address = world.base.trim_start_matches("http://").to_owned();
    let mut waiting = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!("GET /jobs/{job}?wait=50 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\r\n");
    waiting.write_all(head.as_bytes()).await.unwrap();
    let mut uploading = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/extract/documents/upload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n--b\r\n"
    );
    uploading.write_all(head.as_bytes()).await.unwrap();
    // Both are in the server's hands once it answers somebody who came after them.
    world.get("/v1/models").await.expect(200);
    let took = world.stop().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let mut answer = String::new();
    let read = tokio::time::timeout(PATIENCE, waiting.read_to_string(&mut answer)).await.expect("closed");
    assert!(read.is_err() || answer.is_empty() || answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_start_that_is_under_way_is_done_or_not_there_when_the_server_stops() {
    let mut world = World::new().await;
    let body = world.start_body(serde_json::json!({})).await;
    let request = world.request(Method::POST, "/v1/extract/jobs").json(&body);
    let started = tokio::spawn(request.send());
    world.stop().await;
    let acknowledged = started.await.unwrap().is_ok_and(|response| response.status().is_success());
    world.start_again().await;
    let count = world.get("/v1/extract/jobs").await.expect(200).json()["total_count"].as_u64().unwrap();
    assert!(count == 1 || !acknowledged, "what was acknowledged is there");
}
