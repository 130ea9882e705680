//! Requests that are sent twice and count once.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sluice_extract::id::JobId;
use sluice_server::Settings;

use crate::frames::{Stream, ids};
use crate::world::{OTHER_KEY, PDF, World, send};

fn start(world: &World, key: &str, body: &Value) -> RequestBuilder {
    world.request(Method::POST, "/v1/extract/jobs").header("idempotency-key", key).json(body)
}

async fn jobs(world: &World) -> Value {
    world.get("/v1/extract/jobs").await.json()["total_count"].clone()
}

#[tokio::test]
async fn the_same_key_and_body_get_the_first_answer_again() {
    let world = World::new().await;
    let body = world.start_body(json!({})).await;
    let first = send(start(&world, "k-1", &body)).await.expect(200);
    assert_eq!(first.header("idempotency-status"), None);
    let job: JobId = first.json()["job_id"].as_str().unwrap().parse().unwrap();
    world.hand(job).run().await;
    let second = send(start(&world, "k-1", &body)).await.expect(200);
    assert_eq!((second.text, second.headers.get("idempotency-status").unwrap().as_bytes()), (first.text, &b"hit"[..]));
    assert_eq!(jobs(&world).await, 1);
}

#[tokio::test]
async fn another_body_under_the_same_key_is_409() {
    let world = World::new().await;
    let mut body = world.start_body(json!({})).await;
    send(start(&world, "k", &body)).await.expect(200);
    body["stream"] = json!(true);
    assert_eq!(send(start(&world, "k", &body)).await.expect(409).json()["code"], "CONFLICT");
    assert_eq!(jobs(&world).await, 1);
}

#[tokio::test]
async fn a_key_belongs_to_its_tenant() {
    let world = World::new().await;
    let schema = json!({"name": "a", "schema_definition": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let post = |key: &str| {
        send(
            world
                .bare(Method::POST, "/v1/extract/schemas")
                .bearer_auth(key)
                .header("idempotency-key", "k")
                .json(&schema),
        )
    };
    let one = post(crate::world::KEY).await.expect(200).json()["schema_id"].clone();
    let other = post(OTHER_KEY).await.expect(200).json()["schema_id"].clone();
    assert_ne!(one, other);
    assert_eq!(post(OTHER_KEY).await.expect(200).json()["schema_id"], other);
}

#[tokio::test]
async fn a_key_that_is_none_is_400() {
    let world = World::new().await;
    let body = world.start_body(json!({})).await;
    for key in ["", "a b", "ü", &"x".repeat(257)] {
        let request = world.request(Method::POST, "/v1/extract/jobs").json(&body);
        let value = reqwest::header::HeaderValue::from_bytes(key.as_bytes()).unwrap();
        send(request.header("idempotency-key", value)).await.expect(400);
    }
    assert_eq!(jobs(&world).await, 0);
    send(start(&world, &"x".repeat(256), &body)).await.expect(200);
}

#[tokio::test]
async fn a_repeated_streamed_start_gets_the_stream_of_that_job() {
    let world = World::new().await;
    let body = world.start_body(json!({"stream": true})).await;
    let first = Stream::open(start(&world, "k", &body)).await;
    let list = world.get("/v1/extract/jobs").await.json();
    let job: JobId = list["jobs"][0]["job_id"].as_str().unwrap().parse().unwrap();
    world.hand(job).begin().await;
    drop(first);
    let mut again = Stream::open(start(&world, "k", &body)).await;
    assert_eq!(again.headers.get("idempotency-status").unwrap(), "hit");
    assert_eq!(ids(&again.take(3).await), [1, 2, 3], "from its first event");
    assert_eq!(jobs(&world).await, 1);
}

#[tokio::test]
async fn a_refusal_that_will_stay_is_remembered_and_one_that_passes_is_not() {
    let world = World::with(Settings { active_jobs_max: 1, ..Settings::default() }).await;
    let missing = json!({"document_id": "01234567-89ab-7def-8123-456789abcdef", "schema_id": world.schema().await});
    let first = send(start(&world, "k-404", &missing)).await.expect(404);
    let again = send(start(&world, "k-404", &missing)).await.expect(404);
    assert_eq!((again.header("idempotency-status"), first.header("idempotency-status")), (Some("hit"), None));
    assert_eq!(again.json()["detail"], first.json()["detail"]);
    assert_ne!(again.json()["request_id"], first.json()["request_id"], "of this request");
    let job = world.job().await;
    let body = world.start_body(json!({})).await;
    send(start(&world, "k-429", &body)).await.expect(429);
    world.hand(job).fail().await;
    send(start(&world, "k-429", &body)).await.expect(200);
}

#[tokio::test]
async fn an_upload_under_a_key_is_kept_once() {
    let world = World::new().await;
    let upload = |bytes: &[u8]| send(world.upload_request("a.pdf", bytes).header("idempotency-key", "k"));
    let first = upload(PDF).await.expect(200);
    let again = upload(PDF).await.expect(200);
    assert_eq!((&again.text, again.header("idempotency-status")), (&first.text, Some("hit")));
    upload(b"%PDF other").await.expect(409);
    assert_eq!(world.get("/v1/extract/documents").await.json()["total_count"], 1);
}

#[tokio::test]
async fn cancel_and_retry_take_a_key_too() {
    let world = World::new().await;
    let job = world.job().await;
    let post = |path: String| send(world.request(Method::POST, &path).header("idempotency-key", "k"));
    post(format!("/v1/extract/jobs/{job}/cancel")).await.expect(202);
    let again = post(format!("/v1/extract/jobs/{job}/cancel")).await.expect(202);
    assert_eq!(again.header("idempotency-status"), Some("hit"));
    post(format!("/v1/extract/jobs/{job}/retry")).await.expect(409);
}

#[tokio::test]
async fn many_at_once_make_one_job() {
    let world = World::new().await;
    let body = world.start_body(json!({})).await;
    let replies = futures::future::join_all((0..20).map(|_| send(start(&world, "k", &body)))).await;
    let mut made = std::collections::BTreeSet::new();
    for reply in replies {
        match reply.status {
            200 => made.insert(reply.json()["job_id"].to_string()),
            409 => made.insert(made.first().cloned().unwrap_or_default()),
            other => panic!("{other}: {}", reply.text),
        };
    }
    made.remove("");
    assert_eq!((made.len(), jobs(&world).await), (1, json!(1)));
}

#[tokio::test]
async fn a_repeat_of_the_official_client_returns_the_job_that_it_started() {
    let world = World::new().await;
    let body = world.start_body(json!({})).await;
    let post = |count: &'static str| {
        send(world.request(Method::POST, "/v1/extract/jobs").header("x-stainless-retry-count", count).json(&body))
    };
    let first = post("0").await.expect(200).json()["job_id"].clone();
    let second = post("0").await.expect(200).json()["job_id"].clone();
    assert_ne!(first, second, "two starts are two jobs");
    assert_eq!(post("1").await.expect(200).json()["job_id"], second, "a repeat is the newest of them");
    assert_eq!(jobs(&world).await, 2);
    let mut other = body.clone();
    other["config"] = json!({"seed": 1});
    let request = world.request(Method::POST, "/v1/extract/jobs").header("x-stainless-retry-count", "1").json(&other);
    let third = send(request).await.expect(200).json()["job_id"].clone();
    assert!(third != first && third != second, "another body is another job");
}

#[tokio::test]
async fn a_repeat_gets_its_job_also_when_there_is_no_room_for_another() {
    let world = World::with(Settings { active_jobs_max: 1, ..Settings::default() }).await;
    let body = world.start_body(json!({})).await;
    let first = world.post("/v1/extract/jobs", &body).await.expect(200).json()["job_id"].clone();
    let request = world.request(Method::POST, "/v1/extract/jobs").header("x-stainless-retry-count", "2").json(&body);
    assert_eq!(send(request).await.expect(200).json()["job_id"], first);
}

#[tokio::test]
async fn a_start_whose_client_goes_away_is_answered_all_the_same() {
    let world = World::with(Settings { requests_per_minute: 1_000_000, ..Settings::default() }).await;
    let body = world.start_body(json!({})).await;
    for wait_us in (0..3_000).step_by(100) {
        let request = start(&world, "k", &body);
        let _ = tokio::time::timeout(std::time::Duration::from_micros(wait_us), request.send()).await;
    }
    let began = std::time::Instant::now();
    while send(start(&world, "k", &body)).await.status != 200 {
        assert!(began.elapsed() < crate::world::PATIENCE, "the key is stuck");
    }
    assert_eq!(jobs(&world).await, 1);
}
