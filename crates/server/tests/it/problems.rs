//! Refusals: each is a problem document, in the dialect of its door.

use reqwest::Method;
use serde_json::json;
use sluice_server::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::{KEY, PATIENCE, Reply, World, send};

fn is_problem(reply: &Reply, code: &str) {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", reply.text);
    let problem = reply.json();
    assert_eq!(problem["code"], code);
    assert_eq!(problem["status"], reply.status);
    for key in ["type", "title", "instance", "request_id"] {
        assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {problem}");
    }
}

#[tokio::test]
async fn a_problem_has_every_member() {
    let world = World::new().await;
    let reply = world.get("/v1/extract/jobs?limit=x").await.expect(422);
    insta::assert_json_snapshot!(reply.json(), {".request_id" => "[id]"}, @r###"
    {
      "type": "https://github.com/sluice-dev/sluice/blob/main/docs/http-problems.md#validation_error",
      "title": "The request is not valid",
      "status": 422,
      "detail": [
        {
          "loc": [
            "query",
            "limit"
          ],
          "msg": "Input should be an integer from 1 to 100",
          "type": "int_parsing"
        }
      ],
      "code": "VALIDATION_ERROR",
      "request_id": "[id]",
      "instance": "/v1/extract/jobs"
    }
    "###);
    let reply = world.get("/jobs/01234567-89ab-7def-8123-456789abcdef").await.expect(404);
    insta::assert_json_snapshot!(reply.json(), {".request_id" => "[id]"}, @r###"
    {
      "type": "https://github.com/sluice-dev/sluice/blob/main/docs/http-problems.md#not_found",
      "title": "Not found",
      "status": 404,
      "detail": "there is no such job",
      "code": "NOT_FOUND",
      "request_id": "[id]",
      "instance": "/jobs/01234567-89ab-7def-8123-456789abcdef"
    }
    "###);
}

#[tokio::test]
async fn only_a_422_of_the_extract_api_lists_its_detail() {
    let world = World::new().await;
    assert!(world.post("/v1/extract/schemas", &json!([])).await.expect(422).json()["detail"].is_array());
    assert!(world.get("/v1/extract/jobs/x").await.expect(400).json()["detail"].is_string());
    assert!(world.get("/jobs?limit=0").await.expect(400).json()["detail"].is_string());
}

#[tokio::test]
async fn what_is_no_json_is_told_so() {
    let world = World::new().await;
    for path in ["/v1/extract/schemas", "/v1/extract/schemas/validate", "/v1/extract/jobs"] {
        for body in ["", "{", "nul", "{\"a\": 1,}", "\u{feff}{}", &"[".repeat(100_000)] {
            let request = world.request(Method::POST, path).header("content-type", "application/json");
            let reply = send(request.body(body.to_owned())).await.expect(422);
            is_problem(&reply, "VALIDATION_ERROR");
            assert_eq!(reply.json()["detail"][0]["type"], "json_invalid", "{path}");
        }
        let request = world.request(Method::POST, path).header("content-type", "application/json");
        let reply = send(request.body(vec![b'"', 0xff, b'"'])).await.expect(422);
        assert_eq!(reply.json()["detail"][0]["type"], "json_invalid");
        let reply = world.post(path, &json!([1])).await.expect(422);
        assert_eq!(reply.json()["detail"][0]["type"], "dict_type");
    }
}

#[tokio::test]
async fn another_kind_of_content_is_415() {
    let world = World::new().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let request = world.request(Method::POST, "/v1/extract/schemas").header("content-type", kind);
        is_problem(&send(request.body("{}")).await.expect(415), "UNSUPPORTED_MEDIA_TYPE");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.sluice+json"] {
        let request = world.request(Method::POST, "/v1/extract/schemas").header("content-type", kind);
        send(request.body("{}")).await.expect(422);
    }
    send(world.request(Method::POST, "/v1/extract/schemas").body("{}")).await.expect(422);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let world = World::with(Settings { body_bytes_max: 1_000, ..Settings::default() }).await;
    let body = json!({"name": "x".repeat(1_000)});
    is_problem(&world.post("/v1/extract/schemas", &body).await.expect(413), "PAYLOAD_TOO_LARGE");
    is_problem(&world.post("/v1/extract/jobs", &body).await.expect(413), "PAYLOAD_TOO_LARGE");
    world.upload("large.pdf", &b"%PDF ".repeat(1_000)).await.expect(200);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_an_unknown_method_405_with_those_it_takes() {
    let world = World::new().await;
    for path in
        ["/nothing", "/v1", "/v1/extract", "/v1/extract/jobs/", "/v1/extract/nothing", "/jobs/a/b/c", "/V1/models"]
    {
        is_problem(&world.get(path).await.expect(404), "NOT_FOUND");
    }
    for (method, path, allow) in [
        (Method::PATCH, "/v1/extract/jobs", "GET,HEAD,POST"),
        (Method::PUT, "/v1/extract/documents/upload", "POST"),
        (Method::DELETE, "/jobs", "GET,HEAD"),
        (Method::POST, "/health", "GET,HEAD"),
    ] {
        let reply = send(world.request(method.clone(), path)).await.expect(405);
        is_problem(&reply, "METHOD_NOT_ALLOWED");
        assert_eq!(reply.header("allow"), Some(allow), "{method} {path}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_a_problem_too() {
    let world = World::new().await;
    is_problem(&world.get("/v1/extract/jobs/%ff").await.expect(400), "BAD_REQUEST");
    is_problem(&world.get("/v1/extract/documents/%00").await.expect(400), "BAD_REQUEST");
}

#[tokio::test]
async fn a_query_value_that_is_unknown_is_told_and_an_unknown_name_is_let_pass() {
    let world = World::new().await;
    let reply = world.get("/v1/extract/jobs?job_status=paused&limit=0").await.expect(422);
    let detail = reply.json()["detail"].clone();
    assert_eq!(detail[0]["loc"], json!(["query", "job_status"]));
    assert_eq!(detail[1]["loc"], json!(["query", "limit"]));
    world.get("/v1/extract/documents?cursor=nonsense").await.expect(400);
    world.get("/v1/extract/documents?order=name").await.expect(200);
}

#[tokio::test]
async fn head_says_what_get_would() {
    let world = World::new().await;
    let reply = send(world.request(Method::HEAD, "/v1/models")).await.expect(200);
    assert_eq!((reply.text.as_str(), reply.header("content-type")), ("", Some("application/json")));
    let reply = send(world.request(Method::HEAD, "/nothing")).await.expect(404);
    assert_eq!(reply.text, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let body_stall_max = std::time::Duration::from_millis(50);
    let world = World::with(Settings { body_stall_max, ..Settings::default() }).await;
    for (path, kind, sent) in [
        ("/v1/extract/jobs", "application/json", "{"),
        ("/v1/extract/documents/upload", "multipart/form-data; boundary=b", "--b\r\n"),
        (
            "/v1/extract/documents/upload",
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF",
        ),
    ] {
        let mut raw = tokio::net::TcpStream::connect(world.base.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: {kind}\r\n\
             content-length: 10000\r\n\r\n{sent}"
        );
        raw.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        tokio::time::timeout(PATIENCE, raw.read_exact(&mut answer)).await.expect("an answer in time").unwrap();
        assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 408", "{path}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_job() {
    let world = World::new().await;
    let mut raw = tokio::net::TcpStream::connect(world.base.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/extract/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    raw.write_all(head.as_bytes()).await.unwrap();
    drop(raw);
    assert_eq!(world.get("/v1/extract/jobs").await.expect(200).json()["total_count"], 0);
}
