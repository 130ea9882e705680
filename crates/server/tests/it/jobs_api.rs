//! The Jobs API: the second door to the same jobs.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_extract::event::Event;
use sluice_extract::id::JobId;
use sluice_server::Settings;

use crate::frames::{Stream, ids, names};
use crate::hand::{part_one, whole};
use crate::world::{World, send};

#[tokio::test]
async fn both_doors_take_both_spellings_at_both_places() {
    let world = World::new().await;
    let job = world.job().await;
    for id in [job.to_string(), job.to_base32(), job.to_base32().to_lowercase()] {
        assert_eq!(world.get(&format!("/v1/extract/jobs/{id}")).await.expect(200).json()["job_id"], json!(job));
        for place in ["/jobs", "/v1/jobs"] {
            let found = world.get(&format!("{place}/{id}")).await.expect(200).json();
            assert_eq!(found["data"]["id"], json!(job.to_base32()));
        }
    }
    assert!(job.to_base32().starts_with("job_") && job.to_base32().len() == 30);
}

/// A job without what differs from run to run.
fn redacted(job: &Value) -> Value {
    let mut job = job.clone();
    for key in ["id", "target_id", "created_at", "updated_at", "payload"] {
        assert!(!job[key].is_null(), "{key}");
        job[key] = json!("[...]");
    }
    for event in job["events"].as_array_mut().unwrap() {
        assert!(event["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
        event["timestamp"] = json!("[time]");
    }
    job
}

#[tokio::test]
async fn a_job_shows_what_it_is_and_was() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let found = world.get(&format!("/jobs/{job}")).await.expect(200).json()["data"].clone();
    assert_eq!(found["payload"]["config"]["model"], "embedded");
    assert!(found["payload"]["document_id"].is_string() && found["target_id"].as_str().unwrap().starts_with("doc_"));
    insta::assert_json_snapshot!(redacted(&found), @r###"
    {
      "id": "[...]",
      "type": "document.extract",
      "status": "COMPLETED",
      "target_type": "document",
      "target_id": "[...]",
      "parent_id": null,
      "payload": "[...]",
      "results": {
        "number": "A-1",
        "total": 12.5,
        "lines": [
          {
            "what": "ink",
            "price": 12.5
          }
        ]
      },
      "events": [
        {
          "status": "PENDING",
          "timestamp": "[time]"
        },
        {
          "status": "RUNNING",
          "timestamp": "[time]"
        },
        {
          "status": "COMPLETED",
          "timestamp": "[time]"
        }
      ],
      "created_at": "[...]",
      "updated_at": "[...]"
    }
    "###);
}

#[tokio::test]
async fn a_failed_job_has_its_error_and_a_stopped_one_is_canceled() {
    let world = World::new().await;
    let (one, two) = (world.job().await, world.job().await);
    world.hand(one).fail().await;
    world.hand(two).tell(Event::JobCancelled).await;
    let failed = world.get(&format!("/jobs/{one}")).await.json()["data"].clone();
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("FAILED"), &json!("damaged")));
    assert_eq!(world.get(&format!("/jobs/{two}")).await.json()["data"]["status"], "CANCELED");
}

#[tokio::test]
async fn pending_retrying_and_processing_are_pending_running_running() {
    let world = World::new().await;
    let job = world.job().await;
    let status = || async { world.get(&format!("/jobs/{job}")).await.json()["data"]["status"].clone() };
    assert_eq!(status().await, "PENDING");
    let hand = world.hand(job);
    hand.begin().await;
    assert_eq!(status().await, "RUNNING");
    hand.retrying("s1", 1).await;
    assert_eq!(status().await, "RUNNING");
}

#[tokio::test]
async fn jobs_are_listed_in_pages_and_filtered() {
    let world = World::new().await;
    let (one, two) = (world.job().await, world.job().await);
    world.hand(one).run().await;
    let get = |query: String| world.get_owned(format!("/jobs?{query}"));
    let all = get(String::new()).await.expect(200).json();
    assert_eq!(
        (all["data"].as_array().unwrap().len(), &all["_meta"]),
        (2, &json!({"next": null, "prev": null, "limit": 20}))
    );
    assert!(all["data"][1].get("results").is_none(), "left out in lists");
    let page = get("limit=1".to_owned()).await.json();
    assert_eq!(page["data"][0]["id"], json!(two.to_base32()), "newest first");
    let next = get(format!("limit=1&cursor={}", page["_meta"]["next"].as_str().unwrap())).await.json();
    assert_eq!((&next["data"][0]["id"], &next["_meta"]["next"]), (&json!(one.to_base32()), &Value::Null));
    assert!(next["_meta"]["prev"].is_string());
    let target = all["data"][1]["target_id"].as_str().unwrap().to_owned();
    let at = all["data"][0]["created_at"].as_str().unwrap().to_owned();
    for (query, count) in [
        ("status=COMPLETED".to_owned(), 1),
        ("status=Queued".to_owned(), 1),
        ("status=canceled".to_owned(), 0),
        ("type=document.extract".to_owned(), 2),
        ("type=overlay.generate".to_owned(), 0),
        (format!("parent_id={one}"), 0),
        (format!("target_id={target}"), 1),
        (format!("created_before={at}"), 1),
        (format!("created_after={at}"), 0),
        ("created_after=2020-01-01T00:00:00Z".to_owned(), 2),
    ] {
        assert_eq!(get(query.clone()).await.expect(200).json()["data"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_filter_is_400_with_the_field() {
    let world = World::new().await;
    let reply = world.get("/v1/jobs?status=paused&limit=101&created_after=noon&parent_id=x").await.expect(400);
    insta::assert_json_snapshot!(reply.json(), {".request_id" => "[id]"}, @r###"
    {
      "type": "https://github.com/sluice-dev/sluice/blob/main/docs/http-problems.md#validation_error",
      "title": "The request is not valid",
      "status": 400,
      "detail": "4 things are not valid",
      "code": "VALIDATION_ERROR",
      "request_id": "[id]",
      "instance": "/v1/jobs",
      "errors": {
        "limit": [
          "Input should be less than or equal to 100"
        ],
        "status": [
          "Input should be pending, processing, retrying, completed, failed or cancelled"
        ],
        "parent_id": [
          "Input should be an id"
        ],
        "created_after": [
          "Input should be a time as in 2026-01-31T23:59:59Z"
        ]
      }
    }
    "###);
    world.get("/jobs?cursor=nonsense").await.expect(400);
}

#[tokio::test]
async fn another_version_is_400() {
    let world = World::new().await;
    let get = |version: &'static str, path: &'static str| {
        send(world.request(Method::GET, path).header("x-api-version", version))
    };
    get("2026-01-01", "/jobs").await.expect(200);
    assert_eq!(get("2027-01-01", "/jobs").await.expect(400).json()["code"], "BAD_REQUEST");
    get("2027-01-01", "/v1/jobs").await.expect(400);
    get("2027-01-01", "/v1/models").await.expect(200);
}

#[tokio::test]
async fn waiting_ends_when_the_status_changes() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    let (pending, ()) = tokio::join!(world.get_owned(format!("/jobs/{job}?wait=15")), hand.begin());
    assert_eq!(pending.expect(200).json()["data"]["status"], "RUNNING");
    let (done, ()) = tokio::join!(world.get_owned(format!("/jobs/{job}?wait=15")), async {
        hand.finish("s1", 1, part_one()).await;
        hand.fail().await;
    });
    assert_eq!(done.expect(200).json()["data"]["status"], "FAILED");
    assert_eq!(world.get(&format!("/jobs/{job}?wait=15")).await.json()["data"]["status"], "FAILED", "at once");
    world.get(&format!("/jobs/{job}?wait=56")).await.expect(400);
}

#[tokio::test]
async fn the_log_is_the_data_of_the_streams_events() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let frames = Stream::of(&world, &format!("/v1/extract/jobs/{job}/stream?starting_after=0")).await.rest().await;
    let data: Vec<Value> = frames.into_iter().map(|frame| frame.data).collect();
    let log = world.get(&format!("/jobs/{job}/events")).await.expect(200).json();
    assert_eq!(log["data"], json!(data));
    assert_eq!(log["_meta"], json!({"next": null, "log_end": 6, "ended": true, "limit": 100}));
    let part = world.get(&format!("/jobs/{job}/events?after=2&limit=3")).await.expect(200).json();
    assert_eq!((&part["data"], &part["_meta"]["next"]), (&json!(data[2..5]), &json!(5)));
    assert_eq!(world.get(&format!("/jobs/{job}/events?after=6")).await.expect(200).json()["data"], json!([]));
}

#[tokio::test]
async fn a_place_past_the_end_of_the_log_is_refused_and_not_waited_for() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    for after in [7, u32::MAX] {
        let problem = world.get(&format!("/jobs/{job}/events?after={after}")).await.expect(400).json();
        assert_eq!(problem["detail"], format!("the log ends at 6, before {after}"));
    }
}

#[tokio::test]
async fn cancelling_at_this_door_is_the_same() {
    let world = World::new().await;
    let job = world.job().await;
    let path = format!("/v1/jobs/{}/cancel", job.to_base32());
    for _ in 0..2 {
        assert_eq!(send(world.request(Method::POST, &path)).await.expect(202).json()["data"]["status"], "PENDING");
    }
    world.hand(job).tell(Event::JobCancelled).await;
    assert_eq!(send(world.request(Method::POST, &path)).await.expect(200).json()["data"]["status"], "CANCELED");
}

fn path(job: JobId) -> String {
    format!("/jobs/{}/stream", job.to_base32())
}

#[tokio::test]
async fn stream_first_the_current_status_then_each_change_and_one_end() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    let mut stream = Stream::of(&world, &path(job)).await;
    let first = stream.next().await.unwrap();
    hand.finish("s1", 1, part_one()).await;
    hand.complete(&whole()).await;
    let mut frames = vec![first];
    frames.extend(stream.rest().await);
    assert_eq!(ids(&frames), [3, 4, 5], "the ids of the one log");
    let told: Vec<String> = frames
        .iter()
        .map(|frame| {
            let mut data = frame.data.clone();
            for key in ["job_id", "timestamp"] {
                assert!(data.as_object_mut().unwrap().shift_remove(key).is_some());
            }
            format!("{} {data}", frame.event)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
    status {"type":"document.extract","status":"RUNNING","sequence":3,"progress":0.0,"message":"extracting: 0 of 2 parts"}
    progress {"type":"document.extract","status":"RUNNING","sequence":4,"progress":0.5,"message":"extracting: 1 of 2 parts"}
    completed {"type":"document.extract","status":"COMPLETED","sequence":5,"progress":1.0,"message":"completed","results":{"number":"A-1","total":12.5,"lines":[{"what":"ink","price":12.5}]}}
    "###);
}

#[tokio::test]
async fn stream_of_a_finished_job_is_its_one_end() {
    let world = World::new().await;
    let (one, two, three) = (world.job().await, world.job().await, world.job().await);
    world.hand(one).run().await;
    world.hand(two).fail().await;
    world.hand(three).tell(Event::JobCancelled).await;
    let completed = Stream::of(&world, &path(one)).await.rest().await;
    assert_eq!((names(&completed), &completed[0].data["results"]), (vec!["completed"], &whole()));
    let failed = Stream::of(&world, &path(two)).await.rest().await;
    assert_eq!((names(&failed), &failed[0].data["error"]["code"]), (vec!["failed"], &json!("damaged")));
    assert_eq!(names(&Stream::of(&world, &path(three)).await.rest().await), ["canceled"]);
}

#[tokio::test]
async fn stream_goes_on_after_a_last_event_id_and_is_204_after_the_end() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let resume = |id: &'static str| world.request(Method::GET, &path(job)).header("last-event-id", id);
    let all = Stream::of(&world, &format!("{}?starting_after=0", path(job))).await.rest().await;
    assert_eq!(names(&all), ["status", "progress", "progress", "progress", "progress", "completed"]);
    assert_eq!(Stream::open(resume("4")).await.rest().await.len(), 2);
    send(resume("6")).await.expect(204);
    send(resume("7")).await.expect(400);
}

#[tokio::test]
async fn stream_ends_without_an_end_when_it_has_lived_long_enough() {
    let jobs_stream_max = Duration::from_millis(50);
    let world = World::with(Settings { jobs_stream_max, ..Settings::default() }).await;
    let job = world.job().await;
    world.hand(job).begin().await;
    assert_eq!(names(&Stream::of(&world, &path(job)).await.rest().await), ["status"]);
    let mut other = Stream::of(&world, &format!("/v1/extract/jobs/{job}/stream")).await;
    world.hand(job).fail().await;
    assert_eq!(names(&other.rest().await), ["state", "failed"], "the other door's stream has no such end");
}

#[tokio::test]
async fn errors_come_before_the_stream_starts() {
    let world = World::new().await;
    for (path, status) in [("/jobs/x/stream", 400), ("/jobs/job_01M5VJ1JG0EW3RE1R70W3GE1R7/stream", 404)] {
        let reply = world.get(path).await.expect(status);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    }
    send(world.bare(Method::GET, "/jobs/x/stream")).await.expect(401);
}
