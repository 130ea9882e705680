//! What people say of a job's values: kept, changed by one at a time, each with its time.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Reply, World, send};

async fn put(world: &World, path: &str, tag: Option<&str>, corrections: &Value) -> Reply {
    let request = world.request(Method::PUT, path).json(&json!({"corrections": corrections}));
    send(match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    })
    .await
}

#[tokio::test]
async fn what_is_said_is_kept_for_who_saw_what_was_said_before() {
    let world = World::new().await;
    let path = format!("/v1/extract/jobs/{}/corrections", world.job().await);
    let none = world.get(&path).await.expect(200);
    assert_eq!(none.json(), json!({"revision": 0, "changed_at": null, "corrections": {}}));
    assert_eq!(none.header("etag"), Some("\"0\""));

    let place = json!({"page": 1, "bounding_box": {"x0": 0.25, "y0": 0, "x1": 0.5, "y1": 1}});
    let said = json!({"/a": {"value": null, "original": "x", "place": place, "checked": true, "who": "cares"}});
    let first = put(&world, &path, Some("\"0\""), &said).await.expect(200);
    assert_eq!(first.header("etag"), Some("\"1\""));
    let first = first.json();
    insta::assert_json_snapshot!(first, {".changed_at" => "[time]", ".corrections.*.changed_at" => "[time]"}, @r###"
    {
      "revision": 1,
      "changed_at": "[time]",
      "corrections": {
        "/a": {
          "value": null,
          "original": "x",
          "place": {
            "page": 1,
            "bounding_box": {
              "x0": 0.25,
              "y0": 0,
              "x1": 0.5,
              "y1": 1
            }
          },
          "checked": true,
          "changed_at": "[time]"
        }
      }
    }
    "###);
    assert_eq!(world.get(&path).await.expect(200).json(), first);

    // A second tab that has not seen it changes nothing; when it has, what it leaves alone keeps its time.
    for tag in ["\"0\"", "W/\"1\"", "1", "\"2\""] {
        let refused = put(&world, &path, Some(tag), &json!({})).await.expect(412).json();
        assert_eq!(refused["code"], "PRECONDITION_FAILED", "{tag}");
    }
    let mut more = first["corrections"].clone();
    more["/rows/0/b~1c"] = json!({"checked": true});
    let second = put(&world, &path, Some("\"7\", \"1\""), &more).await.expect(200).json();
    assert_eq!((&second["revision"], &second["corrections"]["/a"]), (&json!(2), &first["corrections"]["/a"]));
    // Who names no revision speaks of whatever is there.
    for (tag, revision) in [(None, 3), (Some("*"), 4)] {
        let emptied = put(&world, &path, tag, &json!({})).await.expect(200).json();
        assert_eq!((&emptied["revision"], &emptied["corrections"]), (&json!(revision), &json!({})));
    }
}

#[tokio::test]
async fn what_is_none_is_refused_and_nothing_kept() {
    let world = World::new().await;
    let path = format!("/v1/extract/jobs/{}/corrections", world.job().await);
    let wrong = put(&world, &path, None, &json!({"/a": {"checked": "yes"}, "b": {}, "/c": {}})).await.expect(422);
    let detail = wrong.json()["detail"].clone();
    let places: Vec<&Value> = detail.as_array().unwrap().iter().map(|one| &one["loc"]).collect();
    assert_eq!(places, [&json!(["body", "corrections", "/a", "checked"]), &json!(["body", "corrections", "b"])]);
    assert_eq!(world.get(&path).await.json()["revision"], 0);
    let nowhere = "/v1/extract/jobs/00000000-0000-7000-8000-000000000000/corrections";
    world.get(nowhere).await.expect(404);
    put(&world, nowhere, None, &json!({})).await.expect(404);
}
