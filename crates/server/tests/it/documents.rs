//! Documents, from upload to removal.

use reqwest::Method;
use serde_json::json;
use sluice_server::Settings;

use crate::world::{OTHER_KEY, PDF, World, send};

#[tokio::test]
async fn an_upload_answers_with_the_document() {
    let world = World::new().await;
    let reply = world.upload("dir/invoice.pdf", PDF).await.expect(200);
    insta::assert_json_snapshot!(reply.json(), {".document_id" => "[id]", ".uploaded_at" => "[time]"}, @r###"
    {
      "document_id": "[id]",
      "file_name": "invoice.pdf",
      "file_size": 20,
      "page_count": 3,
      "uploaded_at": "[time]",
      "status": "uploaded",
      "media_type": "application/pdf"
    }
    "###);
    let id = reply.json()["document_id"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("/v1/extract/documents/{id}")).await.expect(200).json(), reply.json());
}

#[tokio::test]
async fn a_document_is_given_back_as_it_was_sent_and_nothing_in_it_can_run() {
    let world = World::new().await;
    let id = world.upload("invoice.pdf", PDF).await.json()["document_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/extract/documents/{id}/content");
    let reply = world.get(&path).await.expect(200);
    assert_eq!(reply.text.as_bytes(), PDF);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let tag = reply.header("etag").unwrap().to_owned();
    let again = send(world.request(Method::GET, &path).header("if-none-match", &tag)).await.expect(304);
    assert_eq!((again.text.as_str(), again.header("etag")), ("", Some(tag.as_str())));
    send(world.request(Method::GET, &path).header("if-none-match", "\"another\"")).await.expect(200);
    send(world.bare(Method::GET, &path).bearer_auth(OTHER_KEY)).await.expect(404);
    send(world.request(Method::DELETE, &format!("/v1/extract/documents/{id}"))).await.expect(200);
    world.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_part_of_a_document_is_given_where_one_is_asked_for() {
    let world = World::new().await;
    let id = world.upload("invoice.pdf", PDF).await.json()["document_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/extract/documents/{id}/content");
    let whole = world.get(&path).await.expect(200);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let tag = whole.header("etag").unwrap().to_owned();
    let part = |range: &'static str| world.request(Method::GET, &path).header("range", range);
    for (range, first, last) in
        [("bytes=0-3", 0, 3), ("bytes=9-", 9, 19), ("bytes=-5", 15, 19), ("bytes=18-99", 18, 19)]
    {
        let reply = send(part(range).header("if-range", &tag)).await.expect(206);
        assert_eq!(reply.text.as_bytes(), &PDF[first..=last], "{range}");
        assert_eq!(reply.header("content-range"), Some(&*format!("bytes {first}-{last}/20")), "{range}");
        assert_eq!(reply.header("etag"), Some(&*tag), "{range}");
        assert_eq!(reply.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    }
    let beyond = send(part("bytes=20-")).await.expect(416);
    assert_eq!(beyond.header("content-range"), Some("bytes */20"));
    assert_eq!(beyond.json()["code"], "RANGE_NOT_SATISFIABLE");
    // A part of another file is no part of this one.
    assert_eq!(send(part("bytes=0-3").header("if-range", "\"another\"")).await.expect(200).text.as_bytes(), PDF);
    assert_eq!(send(part("bytes=0-1,4-5")).await.expect(200).text.as_bytes(), PDF);
    send(part("bytes=0-3").header("if-none-match", &tag)).await.expect(304);
}

#[tokio::test]
async fn a_page_is_drawn_for_who_cannot_show_the_file() {
    let world = World::new().await;
    let id = world.upload("invoice.pdf", PDF).await.json()["document_id"].as_str().unwrap().to_owned();
    let path = |page: &str| format!("/v1/extract/documents/{id}/pages/{page}");
    let reply = world.get(&path("1")).await.expect(200);
    assert_eq!((reply.text.as_str(), reply.header("content-type")), ("a picture", Some("image/png")));
    assert_eq!(reply.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let tag = reply.header("etag").unwrap().to_owned();
    send(world.request(Method::GET, &path("1")).header("if-none-match", &tag)).await.expect(304);
    let undrawn = world.get(&path("2")).await.expect(409).json();
    assert_eq!(undrawn["detail"], "the page cannot be drawn: it took too long");
    for (page, status) in [("3", 404), ("4", 404), ("0", 400), ("-1", 400), ("first", 400)] {
        world.get(&path(page)).await.expect(status);
    }
}

#[tokio::test]
async fn an_upload_streams_to_disk_and_is_found_by_its_hash() {
    let world = World::new().await;
    let mut bytes = PDF.to_vec();
    bytes.resize(9_000_000, b'x');
    let reply = world.upload("big.pdf", &bytes).await.expect(200);
    assert_eq!(reply.json()["file_size"], 9_000_000, "larger than a JSON body may be");
    let hash = sluice_extract::page::ContentHash::of(&bytes);
    assert_eq!(world.blobs.get(&hash).await.unwrap().unwrap(), bytes);
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_413_and_leaves_no_row() {
    let world = World::with(Settings { upload_bytes_max: 100_000, ..Settings::default() }).await;
    for size in [100_001, 3_000_000] {
        let reply = world.upload("big.pdf", &vec![b'%'; size]).await.expect(413);
        assert_eq!(reply.json()["code"], "PAYLOAD_TOO_LARGE");
    }
    let just_right: Vec<u8> = PDF.iter().copied().chain(std::iter::repeat(b' ')).take(100_000).collect();
    world.upload("fits.pdf", &just_right).await.expect(200);
    assert_eq!(world.get("/v1/extract/documents").await.json()["total_count"], 1);
}

#[tokio::test]
async fn what_is_no_pdf_or_image_is_415() {
    let world = World::new().await;
    assert_eq!(world.upload("a.txt", b"hello").await.expect(415).json()["code"], "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn what_cannot_be_read_is_422_with_its_code() {
    let world = World::new().await;
    for (bytes, kind) in [(&b""[..], "empty_document"), (b"%PDF locked", "encrypted")] {
        let reply = world.upload("a.pdf", bytes).await.expect(422);
        assert_eq!(
            reply.json()["detail"],
            json!([{"loc": ["body", "file"], "type": kind, "msg": format!("refused: {kind}")}])
        );
    }
    world.upload("a.pdf", b"%PDF endless").await.expect(413);
    let reply = world.upload("a.pdf", b"%PDF bomb").await.expect(500);
    assert!(!reply.text.contains("refused"), "5xx reveal nothing of the inside: {}", reply.text);
}

#[tokio::test]
async fn an_upload_is_one_part_named_file() {
    let world = World::new().await;
    let form = |name: &'static str| {
        let part = reqwest::multipart::Part::bytes(PDF.to_vec()).file_name("a.pdf");
        reqwest::multipart::Form::new().text("note", "is let pass").part(name, part)
    };
    let request = || world.request(Method::POST, "/v1/extract/documents/upload");
    send(request().multipart(form("file"))).await.expect(200);
    let missing = send(request().multipart(form("document"))).await.expect(422);
    assert_eq!(missing.json()["detail"][0]["type"], "missing");
    let two = form("file").part("file", reqwest::multipart::Part::bytes(PDF.to_vec()).file_name("b.pdf"));
    send(request().multipart(two)).await.expect(422);
    send(request().json(&json!({}))).await.expect(415);
    send(request().header("content-type", "multipart/form-data; boundary=x").body("no part at all")).await.expect(400);
}

#[tokio::test]
async fn documents_are_listed_newest_first_with_cursors_that_are_omitted_at_the_ends() {
    let world = World::new().await;
    for name in ["a.pdf", "b.pdf", "c.pdf"] {
        world.upload(name, PDF).await.expect(200);
    }
    let names = |list: &serde_json::Value| -> Vec<String> {
        let documents = list["documents"].as_array().unwrap();
        documents.iter().map(|document| document["file_name"].as_str().unwrap().to_owned()).collect()
    };
    let first = world.get("/v1/extract/documents?limit=2").await.expect(200).json();
    assert_eq!((names(&first), &first["total_count"]), (vec!["c.pdf".to_owned(), "b.pdf".to_owned()], &json!(3)));
    assert!(first.get("prev_cursor").is_none());
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.get(&format!("/v1/extract/documents?limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!(names(&second), ["a.pdf"]);
    assert!(second.get("next_cursor").is_none());
    let back = second["prev_cursor"].as_str().unwrap();
    let back = world.get(&format!("/v1/extract/documents?limit=2&cursor={back}")).await.expect(200).json();
    assert_eq!(names(&back), names(&first));
    assert_eq!(names(&world.get("/v1/extract/documents?search=B.PD").await.json()), ["b.pdf"]);
}

#[tokio::test]
async fn a_removed_document_answers_200_with_a_message_and_is_gone() {
    let world = World::new().await;
    let path = format!("/v1/extract/documents/{}", world.document().await);
    let official = world.request(Method::DELETE, &path).header("content-type", "application/json");
    let reply = send(official).await.expect(200);
    assert!(reply.json()["message"].is_string());
    world.get(&path).await.expect(404);
    world.delete(&path).await.expect(404);
}

#[tokio::test]
async fn a_document_of_another_tenant_is_not_found() {
    let world = World::new().await;
    let path = format!("/v1/extract/documents/{}", world.document().await);
    for method in [Method::GET, Method::DELETE] {
        send(world.bare(method, &path).bearer_auth(OTHER_KEY)).await.expect(404);
    }
    world.get(&path).await.expect(200);
}
