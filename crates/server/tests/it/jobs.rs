//! Jobs of the Extract API: start, status, results, list, cancel, retry.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_extract::event::Event;

use crate::hand::{part_one, part_two, whole};
use crate::world::{OTHER_KEY, World, send};

#[tokio::test]
async fn a_start_answers_with_the_job() {
    let world = World::new().await;
    let body = world.start_body(json!({})).await;
    let created = world.post("/v1/extract/jobs", &body).await.expect(200).json();
    insta::assert_json_snapshot!(created,
        {".job_id" => "[id]", ".created_at" => "[time]", ".estimated_completion" => "[time]"}, @r###"
    {
      "job_id": "[id]",
      "status": "pending",
      "created_at": "[time]",
      "estimated_completion": "[time]",
      "estimated_cost_usd": 0.0
    }
    "###);
    assert!(created["estimated_completion"].as_str() > created["created_at"].as_str());
    let status = world.get(&format!("/v1/extract/jobs/{}", created["job_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(status.json()["created_at"], created["created_at"]);
}

#[tokio::test]
async fn a_job_keeps_its_config_with_every_default() {
    let world = World::new().await;
    let job = world.job_with(json!({"n_max_retries": 7, "splitter_configs": {"isolate_arrays": false}})).await;
    let config = world.get(&format!("/v1/extract/jobs/{job}")).await.expect(200).json()["config"].clone();
    assert_eq!((&config["n_max_retries"], &config["model"]), (&json!(7), &json!("embedded")));
    assert_eq!(config["splitter_config"]["isolate_arrays"], false);
}

#[tokio::test]
async fn what_is_wrong_with_a_start_is_told_before_a_job_exists() {
    let world = World::new().await;
    let good = world.start_body(json!({})).await;
    let missing = "01234567-89ab-7def-8123-456789abcdef";
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let cases = [
        (with("document_id", json!("x")), 400, json!("document_id is no id")),
        (with("schema_id", json!("x")), 400, json!("schema_id is no id")),
        (with("document_id", json!(missing)), 404, json!("there is no such document")),
        (with("schema_id", json!(missing)), 404, json!("there is no such schema")),
        (
            json!({}),
            422,
            json!([
            {"loc": ["body", "document_id"], "msg": "Field required", "type": "missing"},
            {"loc": ["body", "schema_id"], "msg": "Field required", "type": "missing"}]),
        ),
        (
            with("stream", json!("yes")),
            422,
            json!([
            {"loc": ["body", "stream"], "msg": "Input should be a valid boolean", "type": "bool_type"}]),
        ),
        (
            with("config", json!({"modell": "x", "n_max_retries": 11})),
            422,
            json!([
            {"loc": ["body", "config", "n_max_retries"], "msg": "Input should be less than or equal to 10", "type": "less_than_equal"},
            {"loc": ["body", "config", "modell"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]),
        ),
        (
            with("config", json!({"model": "gpt"})),
            422,
            json!([
            {"loc": ["body", "config", "model"], "msg": "no model is called \"gpt\" here; GET /v1/models lists them", "type": "model_unknown"}]),
        ),
    ];
    for (body, status, detail) in cases {
        let reply = world.post("/v1/extract/jobs", &body).await.expect(status);
        assert_eq!(reply.json()["detail"], detail);
    }
    let mut streamed = with("document_id", json!(missing));
    streamed["stream"] = json!(true);
    let reply = world.post("/v1/extract/jobs", &streamed).await.expect(404);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "never an event of a stream");
    assert_eq!(world.get("/v1/extract/jobs").await.json()["total_count"], 0);
    world.post("/v1/extract/jobs", &with("config", json!({"model": "scripted:answers.json"}))).await.expect(200);
}

#[tokio::test]
async fn a_status_shows_how_far_a_job_is() {
    let world = World::new().await;
    let job = world.job().await;
    let path = format!("/v1/extract/jobs/{job}");
    let redacted = |status: &Value| {
        let mut status = status.clone();
        for key in ["job_id", "schema_id", "document_id", "created_at", "updated_at", "estimated_completion"] {
            assert!(status[key].as_str().is_some_and(|text| text.len() >= 20), "{key}");
            status.as_object_mut().unwrap().remove(key);
        }
        status.as_object_mut().unwrap().remove("config");
        status
    };
    let pending = world.get(&path).await.expect(200).json();
    assert_eq!((&pending["status"], &pending["progress"]["completion_percentage"]), (&json!("pending"), &json!(0)));
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, part_one()).await;
    hand.retrying("s2", 1).await;
    insta::assert_json_snapshot!(redacted(&world.get(&path).await.expect(200).json()), @r###"
    {
      "failed_subtrees": [],
      "status": "retrying",
      "progress": {
        "completion_percentage": 50,
        "current_step": "extracting: 1 of 2 parts",
        "fields_processed": 2,
        "total_fields": 4
      },
      "accumulated_results": {
        "number": "A-1",
        "total": 12.5
      },
      "current_activity": "extracting: 1 of 2 parts"
    }
    "###);
    hand.finish("s2", 2, part_two()).await;
    hand.complete(&whole()).await;
    let done = world.get(&path).await.expect(200).json();
    insta::assert_json_snapshot!(redacted(&done), @r###"
    {
      "progress": {
        "completion_percentage": 100,
        "current_step": "completed",
        "fields_processed": 4,
        "total_fields": 4
      },
      "status": "completed",
      "current_activity": "completed"
    }
    "###);
    assert!(done["estimated_completion"].is_string(), "never null");
}

#[tokio::test]
async fn a_failed_job_says_why() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).fail().await;
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.expect(200).json();
    assert_eq!(status["status"], "failed");
    assert_eq!(status["error"], json!({"code": "damaged", "message": "it was damaged"}));
}

#[tokio::test]
async fn results_are_partial_before_the_end_and_whole_after() {
    let world = World::new().await;
    let job = world.job().await;
    let path = format!("/v1/extract/jobs/{job}/results");
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, part_one()).await;
    let partial = world.get(&path).await.expect(200).json();
    assert_eq!((&partial["status"], &partial["metadata"]["partial"]), (&json!("processing"), &json!(true)));
    assert_eq!(partial["results"]["number"], "A-1");
    hand.finish("s2", 1, part_two()).await;
    hand.complete(&whole()).await;
    let done = world.get(&path).await.expect(200).json();
    assert_eq!(done["results"], whole());
    insta::assert_json_snapshot!(done["metadata"],
        {".duration_ms" => "[ms]", ".time_to_first_subtree_ms" => "[ms]"}, @r###"
    {
      "model": "embedded",
      "has_attributions": false,
      "usage": {
        "embedded": {
          "calls": 2,
          "input_tokens": 200,
          "cached_tokens": 0,
          "output_tokens": 20,
          "thinking_tokens": 0
        }
      },
      "cost_usd": 0.0,
      "duration_ms": "[ms]",
      "time_to_first_subtree_ms": "[ms]",
      "pages": 3,
      "subtrees": {
        "total": 2,
        "completed": 2,
        "failed": 0,
        "remembered": 0
      },
      "failed_subtrees": [],
      "validation": {
        "valid": true,
        "findings": []
      },
      "partial": false
    }
    "###);
}

#[tokio::test]
async fn with_attribution_each_primitive_comes_with_its_proof() {
    let world = World::new().await;
    let job = world.job_with(json!({"per_key_attribution": true})).await;
    world.hand(job).run().await;
    let done = world.get(&format!("/v1/extract/jobs/{job}/results")).await.expect(200).json();
    assert_eq!(done["metadata"]["has_attributions"], true);
    insta::assert_json_snapshot!(done["results"]["number"], @r###"
    {
      "extracted_value": "A-1",
      "match": "missing",
      "reasoning": null,
      "confidence": 0.5,
      "page_numbers": [],
      "locations": []
    }
    "###);
}

#[tokio::test]
async fn the_answers_so_far_are_the_merge_of_the_subtree_results() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s2", 1, part_two()).await;
    hand.give_up("s1", 1).await;
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.expect(200).json();
    assert_eq!(status["accumulated_results"]["lines"], part_two());
    assert_eq!(status["failed_subtrees"][0]["subtree_id"], "s1");
    assert_eq!(status["failed_subtrees"][0]["error_type"], "model_refused");
}

#[tokio::test]
async fn jobs_are_listed_and_filtered_with_their_progress() {
    let world = World::new().await;
    let (one, two) = (world.job().await, world.job().await);
    world.hand(one).run().await;
    world.hand(two).begin().await;
    let list = world.get("/v1/extract/jobs").await.expect(200).json();
    assert_eq!(list["total_count"], 2);
    let told: Vec<(&Value, &Value)> =
        list["jobs"].as_array().unwrap().iter().map(|job| (&job["status"], &job["progress"]["total_fields"])).collect();
    assert_eq!(told, [(&json!("processing"), &json!(4)), (&json!("completed"), &json!(4))]);
    let completed = world.get("/v1/extract/jobs?job_status=completed").await.json();
    assert_eq!(completed["jobs"][0]["job_id"], json!(one));
    assert_eq!(world.get("/v1/extract/jobs?search=INVOICE").await.json()["total_count"], 2);
    assert_eq!(world.get(&format!("/v1/extract/jobs?search={one}")).await.json()["total_count"], 1);
    let other = send(world.bare(Method::GET, "/v1/extract/jobs").bearer_auth(OTHER_KEY)).await.json();
    assert_eq!(other["total_count"], 0);
}

#[tokio::test]
async fn cancelling_is_202_while_it_stops_and_200_after() {
    let world = World::new().await;
    let job = world.job().await;
    let path = format!("/v1/extract/jobs/{job}/cancel");
    let hand = world.hand(job);
    hand.begin().await;
    for _ in 0..2 {
        let reply = send(world.request(Method::POST, &path)).await.expect(202);
        assert_eq!(reply.json()["current_activity"], "stopping");
    }
    assert_eq!(hand.log().await.len(), 4, "asked for once");
    hand.tell(Event::JobCancelled).await;
    for _ in 0..2 {
        assert_eq!(send(world.request(Method::POST, &path)).await.expect(200).json()["status"], "cancelled");
    }
    send(world.bare(Method::POST, &path).bearer_auth(OTHER_KEY)).await.expect(404);
}

#[tokio::test]
async fn cancelling_an_ended_job_changes_nothing() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let reply = send(world.request(Method::POST, &format!("/v1/extract/jobs/{job}/cancel"))).await.expect(200);
    assert_eq!(reply.json()["status"], "completed");
    assert_eq!(world.hand(job).log().await.len(), 6);
}

#[tokio::test]
async fn a_retry_asks_only_for_what_failed() {
    let world = World::new().await;
    let job = world.job().await;
    let path = format!("/v1/extract/jobs/{job}/retry");
    let retry = || send(world.request(Method::POST, &path));
    let hand = world.hand(job);
    hand.begin().await;
    assert_eq!(retry().await.expect(409).json()["code"], "CONFLICT");
    hand.finish("s1", 1, part_one()).await;
    hand.give_up("s2", 1).await;
    hand.complete(&json!({"number": "A-1", "total": 12.5})).await;
    let status = retry().await.expect(200).json();
    assert_eq!((&status["status"], &status["progress"]["fields_processed"]), (&json!("processing"), &json!(2)));
    assert_eq!(status["failed_subtrees"], json!([]));
    retry().await.expect(409);
    hand.finish("s2", 2, part_two()).await;
    hand.complete(&whole()).await;
    let detail = retry().await.expect(409).json();
    assert_eq!(detail["detail"], "no part of the job failed: there is nothing to ask again");
}

#[tokio::test]
async fn a_job_outlives_its_document_and_schema() {
    let world = World::new().await;
    let job = world.job().await;
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.json();
    for kind in ["document", "schema"] {
        let id = status[format!("{kind}_id")].as_str().unwrap();
        world.delete(&format!("/v1/extract/{kind}s/{id}")).await.expect(200);
    }
    world.hand(job).begin().await;
    world.hand(job).finish("s1", 1, part_one()).await;
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.expect(200).json();
    assert_eq!(status["accumulated_results"]["total"], 12.5);
}

#[tokio::test]
async fn models_are_listed() {
    let world = World::new().await;
    insta::assert_json_snapshot!(world.get("/v1/models").await.expect(200).json(), @r###"
    {
      "models": [
        {
          "name": "embedded",
          "vendor": "embedded",
          "summary": "reads layout",
          "is_default": true
        }
      ]
    }
    "###);
}
