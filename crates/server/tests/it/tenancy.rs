//! What a tenant knows of itself: its keys, and what its jobs took.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_server::Settings;
use sluice_store::Store as _;

use crate::hand::acme;
use crate::world::{KEY, OTHER_KEY, World, send};

#[tokio::test]
async fn a_key_is_made_told_once_used_and_revoked() {
    let world = World::new().await;
    let made = world.post("/v1/keys", &json!({"label": "the front end"})).await.expect(201).json();
    let secret = made["key"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("sk_") && secret.len() == 46, "{}", secret.len());
    let list = world.get("/v1/keys").await.expect(200);
    assert!(!list.text.contains(&secret));
    let keys = list.json()["keys"].clone();
    let of = |key: &Value| (key["label"].clone(), key["is_current"].clone(), key["revoked_at"].clone());
    assert_eq!(of(&keys[0]), (json!("the front end"), json!(false), Value::Null));
    assert_eq!(of(&keys[1]), (json!(""), json!(true), Value::Null));
    assert_eq!(keys.as_array().unwrap().len(), 2, "of no other tenant");

    let with = |method: Method, path: &str, key: &str| send(world.bare(method, path).bearer_auth(key));
    let seen = with(Method::GET, "/v1/keys", &secret).await.expect(200).json();
    assert_eq!(seen["keys"][0]["is_current"], true);
    let path = format!("/v1/keys/{}", made["key_id"].as_str().unwrap());
    with(Method::DELETE, &path, OTHER_KEY).await.expect(404);
    with(Method::DELETE, &path, &secret).await.expect(409);
    with(Method::DELETE, &path, KEY).await.expect(200);
    with(Method::GET, "/v1/models", &secret).await.expect(401);
    let keys = world.get("/v1/keys").await.expect(200).json()["keys"].clone();
    assert!(keys[0]["revoked_at"].is_string());
    with(Method::DELETE, &path, KEY).await.expect(200);
    assert_eq!(world.get("/v1/keys").await.json()["keys"], keys, "revoked once");
}

#[tokio::test]
async fn a_key_is_not_told_twice_and_there_are_not_many() {
    let world = World::new().await;
    let twice = world.bare(Method::POST, "/v1/keys").bearer_auth(KEY).header("idempotency-key", "k");
    let told = send(twice.json(&json!({"label": "a"}))).await.expect(400).text;
    assert!(told.contains("told once"), "{told}");
    for body in [json!({}), json!({"label": ""}), json!({"label": 1}), json!({"label": "x".repeat(256)})] {
        world.post("/v1/keys", &body).await.expect(422);
    }
    for number in 1..100 {
        world.add_key("acme", &format!("sk_{number}")).await;
    }
    let told = world.post("/v1/keys", &json!({"label": "a"})).await.expect(409).text;
    assert!(told.contains("at most 100"), "{told}");
}

#[tokio::test]
async fn what_jobs_took_is_told_by_day_and_outlives_them() {
    let world = World::new().await;
    let nothing = world.get("/v1/usage").await.expect(200).json();
    assert_eq!((&nothing["days"], &nothing["total"]["jobs"]["completed"]), (&json!([]), &json!(0)));
    let job = world.job().await;
    world.hand(job).run().await;
    let usage = world.get("/v1/usage").await.expect(200).json();
    assert_eq!(usage["days"].as_array().unwrap().len(), 1);
    assert_eq!(usage["days"][0]["day"], usage["to"]);
    insta::assert_json_snapshot!(usage["days"][0], {".day" => "[day]"}, @r###"
    {
      "day": "[day]",
      "model": "embedded",
      "jobs": {
        "completed": 1,
        "failed": 0,
        "cancelled": 0
      },
      "pages": 3,
      "input_tokens": 200,
      "output_tokens": 20,
      "cost_usd": 0.0,
      "partly_unknown_jobs": 0
    }
    "###);
    let same = |usage: &Value| (usage["days"].clone(), usage["total"].clone());
    world.store.job_delete(&acme(), job).await.unwrap();
    assert_eq!(same(&world.get("/v1/usage").await.json()), same(&usage));
    assert_eq!(world.get("/v1/usage?to=1970-01-02").await.expect(200).json()["days"], json!([]));
    let other = send(world.bare(Method::GET, "/v1/usage").bearer_auth(OTHER_KEY)).await.expect(200).json();
    assert_eq!(other["days"], json!([]));
}

#[tokio::test]
async fn days_that_are_none_are_told() {
    let world = World::new().await;
    for (query, kind) in [
        ("from=yesterday", "date_parsing"),
        ("to=2026-02-30", "date_parsing"),
        ("from=2026-02-02&to=2026-02-01", "date_order"),
        ("from=2025-01-01&to=2026-02-05", "date_range"),
    ] {
        let told = world.get(&format!("/v1/usage?{query}")).await.expect(422).json();
        assert_eq!(told["detail"][0]["type"], kind, "{query}");
    }
    let year = world.get("/v1/usage?from=2025-01-01&to=2026-02-04").await.expect(200).json();
    assert_eq!((&year["from"], &year["to"]), (&json!("2025-01-01"), &json!("2026-02-04")));
}

#[tokio::test]
async fn what_the_server_allows_is_told_as_it_is_set() {
    let settings = Settings { active_jobs_max: 7, requests_per_minute: 1_234, ..Settings::default() };
    let limits = World::with(settings).await.get("/v1/limits").await.expect(200).json();
    assert_eq!((&limits["active_jobs_max"], &limits["requests_per_minute"]), (&json!(7), &json!(1_234)));
    assert!(limits["document_bytes_max"].as_u64() > Some(1_000_000), "{limits}");
}
