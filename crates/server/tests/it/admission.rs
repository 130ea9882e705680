//! Who gets in, and how much they may ask: keys, tenants, requests in a minute, open streams, active jobs.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_extract::id::JobId;
use sluice_server::Settings;

use crate::frames::Stream;
use crate::world::{KEY, OTHER_KEY, World, send};

/// Paths that answer without a key.
const OPEN: [&str; 2] = ["/health", "/ready"];

/// Every operation of the served description: method, path with these ids in it, path as it is described.
async fn operations(world: &World, ids: &Value) -> Vec<(Method, String, String)> {
    let description = send(world.bare(Method::GET, "/openapi.json")).await.expect(200).json();
    let mut all = Vec::new();
    for (described, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let mut path = described.clone();
            for (name, id) in ids.as_object().unwrap() {
                path = path.replace(&format!("{{{name}}}"), id.as_str().unwrap());
            }
            all.push((method.to_uppercase().parse().unwrap(), path, described.clone()));
        }
    }
    assert!(all.len() >= 29, "{}", all.len());
    all
}

async fn ids(world: &World) -> Value {
    let job = world.job().await;
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.json();
    let key = world.get("/v1/keys").await.json()["keys"][0]["key_id"].clone();
    json!({"job_id": job, "document_id": status["document_id"], "schema_id": status["schema_id"], "page_number": "1", "key_id": key})
}

#[tokio::test]
async fn without_a_key_or_with_a_bad_one_nothing_answers() {
    let world = World::new().await;
    let ids = ids(&world).await;
    for (method, path, described) in operations(&world, &ids).await {
        let request = || world.bare(method.clone(), &path);
        if OPEN.contains(&described.as_str()) {
            send(request()).await.expect(200);
            continue;
        }
        for (request, challenge) in [
            (request(), "Bearer realm=\"sluice\""),
            (request().bearer_auth("sk_wrong"), "Bearer realm=\"sluice\", error=\"invalid_token\""),
            (request().header("x-api-key", "sk_wrong"), "Bearer realm=\"sluice\", error=\"invalid_token\""),
            (request().header("authorization", format!("Basic {KEY}")), "Bearer realm=\"sluice\""),
        ] {
            let reply = send(request).await.expect(401);
            assert_eq!(reply.header("www-authenticate"), Some(challenge), "{method} {path}");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{method} {path}");
            assert_eq!(reply.json()["code"], "UNAUTHORIZED", "{method} {path}");
        }
    }
    send(world.bare(Method::GET, "/no/such/path")).await.expect(401);
    send(world.bare(Method::PATCH, "/v1/extract/jobs")).await.expect(401);
}

#[tokio::test]
async fn what_belongs_to_another_tenant_is_not_found() {
    let world = World::new().await;
    let ids = ids(&world).await;
    for (method, path, described) in operations(&world, &ids).await {
        if !described.contains('{') {
            continue;
        }
        let request = world.bare(method.clone(), &path).bearer_auth(OTHER_KEY);
        let request = if method == Method::PUT { request.json(&json!({"name": "mine"})) } else { request };
        assert_eq!(send(request).await.expect(404).json()["code"], "NOT_FOUND", "{method} {path}");
    }
    let own_schema = send(world.bare(Method::POST, "/v1/extract/schemas").bearer_auth(OTHER_KEY).json(&json!({
        "name": "own", "schema_definition": {"type": "object", "properties": {"a": {"type": "string"}}}})));
    let own_schema = own_schema.await.expect(200).json()["schema_id"].clone();
    for body in [
        json!({"document_id": ids["document_id"], "schema_id": own_schema}),
        json!({"document_id": ids["document_id"], "schema_id": ids["schema_id"]}),
    ] {
        send(world.bare(Method::POST, "/v1/extract/jobs").bearer_auth(OTHER_KEY).json(&body)).await.expect(404);
    }
    let job: JobId = ids["job_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(world.hand(job).log().await, [], "nobody stopped it");
}

#[tokio::test]
async fn a_key_comes_as_bearer_or_x_api_key() {
    let world = World::new().await;
    let request = || world.bare(Method::GET, "/v1/models");
    send(request().bearer_auth(KEY)).await.expect(200);
    send(request().header("authorization", format!("bearer  {KEY}"))).await.expect(200);
    send(request().header("x-api-key", KEY)).await.expect(200);
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let world = World::new().await;
    let mut seen = std::collections::BTreeSet::new();
    for path in ["/health", "/v1/models", "/no/such/path", "/jobs/x", "/"] {
        let reply = world.get(path).await;
        let id = reply.header("x-request-id").expect(path).to_owned();
        assert!(id.strip_prefix("req_").is_some_and(|ulid| ulid.len() == 26), "{id}");
        if reply.header("content-type") == Some("application/problem+json") {
            assert_eq!(reply.json()["request_id"], json!(id));
        }
        assert!(seen.insert(id));
    }
}

#[tokio::test]
async fn requests_in_a_minute_are_told_and_bounded() {
    let world = World::with(Settings { requests_per_minute: 3, ..Settings::default() }).await;
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for left in ["2", "1", "0"] {
        let reply = world.get("/jobs").await.expect(200);
        assert_eq!(reply.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some(left));
        let reset: u64 = reply.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert!((now_s..=now_s + 80).contains(&reset), "Unix seconds: {reset}");
    }
    let reply = world.get("/jobs").await.expect(429);
    assert_eq!(
        (reply.json()["code"].as_str(), reply.header("x-ratelimit-remaining")),
        (Some("RATE_LIMITED"), Some("0"))
    );
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    // Others have their own, and those without a key share one that is not theirs.
    send(world.bare(Method::GET, "/jobs").bearer_auth(OTHER_KEY)).await.expect(200);
    for status in [401, 401, 401, 429] {
        send(world.bare(Method::GET, "/jobs")).await.expect(status);
    }
    send(world.bare(Method::GET, "/jobs").bearer_auth(OTHER_KEY)).await.expect(200);
    send(world.bare(Method::GET, "/health")).await.expect(200);
}

#[tokio::test]
async fn a_key_may_hold_only_so_many_streams_open() {
    let world = World::with(Settings { streams_per_key_max: 2, ..Settings::default() }).await;
    let job = world.job().await;
    let path = format!("/v1/extract/jobs/{job}/stream");
    let one = Stream::of(&world, &path).await;
    let two = Stream::of(&world, &format!("/jobs/{job}/stream")).await;
    let reply = world.get(&path).await.expect(429);
    assert_eq!((reply.json()["code"].as_str(), reply.header("retry-after")), (Some("RATE_LIMITED"), Some("5")));
    let mut body = world.start_body(json!({"stream": true})).await;
    world.post("/v1/extract/jobs", &body).await.expect(429);
    assert_eq!(world.get("/v1/extract/jobs").await.json()["total_count"], 1, "a refused start makes no job");
    body["stream"] = json!(false);
    world.post("/v1/extract/jobs", &body).await.expect(200);
    drop((one, two));
    let began = std::time::Instant::now();
    while Stream::open(world.request(Method::GET, &path)).await.status == 429 {
        assert!(began.elapsed() < crate::world::PATIENCE, "the places are not given back");
    }
}

#[tokio::test]
async fn a_tenant_has_five_active_jobs_at_most() {
    let world = World::new().await;
    let first = world.job().await;
    for _ in 0..4 {
        world.job().await;
    }
    let body = world.start_body(json!({})).await;
    let reply = world.post("/v1/extract/jobs", &body).await.expect(429);
    assert_eq!(reply.header("x-should-retry"), Some("false"), "the official client must not repeat it");
    assert!(reply.header("retry-after").is_some());
    assert_eq!(reply.json()["code"], "TOO_MANY_ACTIVE_JOBS");
    let streamed = world.start_body(json!({"stream": true})).await;
    assert_eq!(world.post("/v1/extract/jobs", &streamed).await.expect(429).json()["status"], 429);
    world.hand(first).fail().await;
    world.post("/v1/extract/jobs", &body).await.expect(200);
    let retry = send(world.request(Method::POST, &format!("/v1/extract/jobs/{first}/retry"))).await.expect(429);
    assert_eq!(retry.header("x-should-retry"), Some("false"), "a reopened job is an active one");
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_only_by_name() {
    let preflight = |world: &World, origin: &'static str| {
        send(
            world
                .bare(Method::OPTIONS, "/v1/extract/jobs")
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type"),
        )
    };
    let allowed = "access-control-allow-origin";
    let closed = World::new().await;
    assert_eq!(preflight(&closed, "https://app.example").await.header(allowed), None);
    let origins = vec!["https://app.example".to_owned()];
    let world = World::with(Settings { cors_origins: origins, ..Settings::default() }).await;
    let reply = preflight(&world, "https://app.example").await.expect(200);
    assert_eq!(reply.header(allowed), Some("https://app.example"));
    assert_eq!(preflight(&world, "https://evil.example").await.header(allowed), None);
    let refused = send(world.bare(Method::GET, "/v1/models").header("origin", "https://app.example")).await.expect(401);
    assert_eq!(refused.header(allowed), Some("https://app.example"), "a page can read why it was refused");
}
