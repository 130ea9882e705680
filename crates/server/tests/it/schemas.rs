//! Schemas, from storing to removal.

use reqwest::Method;
use serde_json::json;

use crate::world::{OTHER_KEY, World, definition, send};

#[tokio::test]
async fn a_stored_schema_has_every_field() {
    let world = World::new().await;
    let body = json!({"name": "invoice", "schema_definition": {"type": "object", "properties": {}}});
    let reply = world.post("/v1/extract/schemas", &body).await.expect(200);
    insta::assert_json_snapshot!(reply.json(),
        {".schema_id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]"}, @r###"
    {
      "schema_id": "[id]",
      "name": "invoice",
      "description": null,
      "schema_definition": {
        "type": "object",
        "properties": {}
      },
      "metadata": {},
      "created_at": "[time]",
      "updated_at": "[time]"
    }
    "###);
    let id = reply.json()["schema_id"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("/v1/extract/schemas/{id}")).await.expect(200).json(), reply.json());
}

#[tokio::test]
async fn what_is_null_or_absent_in_a_put_stays() {
    let world = World::new().await;
    let path = format!("/v1/extract/schemas/{}", world.schema().await);
    let before = world.get(&path).await.json();
    let body = json!({"description": "d", "name": null, "metadata": {"team": 7}});
    let after = world.put(&path, &body).await.expect(200).json();
    assert_eq!(
        (&after["name"], &after["description"], &after["metadata"]),
        (&json!("invoice"), &json!("d"), &json!({"team": 7}))
    );
    assert_eq!(after["schema_definition"], before["schema_definition"]);
    let other = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let after = world.put(&path, &json!({"schema_definition": other})).await.expect(200).json();
    assert_eq!((&after["schema_definition"], &after["description"]), (&other, &json!("d")));
    world.put(&path, &json!({"schema_definition": {"type": "array"}})).await.expect(422);
    world.put(&path, &json!({"name": ""})).await.expect(422);
}

#[tokio::test]
async fn every_problem_of_a_schema_is_told_at_once_with_its_place() {
    let world = World::new().await;
    let definition = json!({"type": "object", "properties": {
        "a": {"oneOf": []}, "b": {"anyOf": [{"type": "string"}, {"type": "tuple"}]}}});
    let reply = world.post("/v1/extract/schemas", &json!({"name": "x", "schema_definition": definition})).await;
    let detail = reply.expect(422).json()["detail"].clone();
    let places: Vec<&serde_json::Value> = detail.as_array().unwrap().iter().map(|one| &one["loc"]).collect();
    assert_eq!(
        places,
        [
            &json!(["body", "schema_definition", "properties", "a", "oneOf"]),
            &json!(["body", "schema_definition", "properties", "b", "anyOf", 1, "type"]),
        ]
    );
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told() {
    let world = World::new().await;
    let reply = world.post("/v1/extract/schemas", &json!({"description": 1, "metadata": []})).await.expect(422);
    insta::assert_json_snapshot!(reply.json()["detail"], @r###"
    [
      {
        "loc": [
          "body",
          "name"
        ],
        "msg": "Field required",
        "type": "missing"
      },
      {
        "loc": [
          "body",
          "description"
        ],
        "msg": "Input should be a valid string",
        "type": "string_type"
      },
      {
        "loc": [
          "body",
          "schema_definition"
        ],
        "msg": "Field required",
        "type": "missing"
      },
      {
        "loc": [
          "body",
          "metadata"
        ],
        "msg": "Input should be a valid dictionary",
        "type": "dict_type"
      }
    ]
    "###);
}

#[tokio::test]
async fn validating_stores_nothing_and_shows_problems_and_parts() {
    let world = World::new().await;
    let path = "/v1/extract/schemas/validate";
    let report = world.post(path, &json!({"schema_definition": definition()})).await.expect(200).json();
    insta::assert_json_snapshot!(report, @r###"
    {
      "valid": true,
      "problems": [],
      "warnings": [],
      "leaves": 4,
      "subtrees": [
        {
          "id": "s1",
          "path": "",
          "leaves": 2
        },
        {
          "id": "s2",
          "path": "/lines",
          "leaves": 2
        }
      ]
    }
    "###);
    let report = world.post(path, &json!({"schema_definition": {"type": "array"}})).await.expect(200).json();
    assert_eq!((&report["valid"], &report["problems"][0]["pointer"]), (&json!(false), &json!("")));
    assert_eq!(world.get("/v1/extract/schemas").await.json()["total_count"], 0);
}

#[tokio::test]
async fn schemas_are_listed_and_searched() {
    let world = World::new().await;
    for name in ["invoice", "receipt"] {
        world.post("/v1/extract/schemas", &json!({"name": name, "schema_definition": definition()})).await.expect(200);
    }
    let list = world.get("/v1/extract/schemas?search=rec").await.expect(200).json();
    assert_eq!((&list["total_count"], &list["schemas"][0]["name"]), (&json!(1), &json!("receipt")));
}

#[tokio::test]
async fn a_removed_schema_is_gone_and_another_tenants_is_not_found() {
    let world = World::new().await;
    let path = format!("/v1/extract/schemas/{}", world.schema().await);
    for method in [Method::GET, Method::DELETE] {
        send(world.bare(method, &path).bearer_auth(OTHER_KEY)).await.expect(404);
    }
    send(world.bare(Method::PUT, &path).bearer_auth(OTHER_KEY).json(&json!({"name": "mine"}))).await.expect(404);
    assert!(world.delete(&path).await.expect(200).json()["message"].is_string());
    world.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_schema_is_proposed_for_documents_and_not_stored() {
    let world = World::new().await;
    let (first, second) = (world.document().await, world.document().await);
    let path = "/v1/extract/schemas/infer";
    let reply = world.post(path, &json!({"document_ids": [first, second]})).await.expect(200).json();
    assert_eq!(reply["schema_definition"]["properties"]["no"]["type"], "string");
    assert_eq!(
        reply["seen"],
        json!([{"pointer": "/no", "label": "No.", "document_count": 1, "examples": [{"document_id": first, "page_number": 1,
            "text": "A-17", "bounding_box": {"x0": 0.125, "y0": 0.25, "x1": 0.5, "y1": 0.375}}]}])
    );
    assert_eq!(
        reply["unread"],
        json!([{"document_id": second, "code": "encrypted", "message": "a password is needed"}])
    );
    assert_eq!(world.get("/v1/extract/schemas").await.json()["total_count"], 0);
}

#[tokio::test]
async fn documents_to_propose_a_schema_for_are_named_and_ones_own() {
    let world = World::new().await;
    let path = "/v1/extract/schemas/infer";
    let check = async |body: serde_json::Value, kind: &str| {
        let reply = world.post(path, &body).await.expect(422).json();
        assert_eq!(
            (&reply["detail"][0]["type"], &reply["detail"][0]["loc"]),
            (&json!(kind), &json!(["body", "document_ids"]))
        );
    };
    check(json!({}), "missing").await;
    check(json!({"document_ids": []}), "too_short").await;
    check(json!({"document_ids": "x"}), "list_type").await;
    check(json!({"document_ids": ["x"]}), "uuid_parsing").await;
    check(json!({"document_ids": vec!["x"; 21]}), "too_long").await;
    let document = world.document().await;
    let request = world.bare(Method::POST, path).bearer_auth(OTHER_KEY).json(&json!({"document_ids": [document]}));
    send(request).await.expect(404);
}
