//! The stream of the Extract API: the seven rules of its contract, and what stands around them.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sluice_extract::code::Code;
use sluice_extract::event::{Event, Failure, WholeStep};
use sluice_extract::id::JobId;
use sluice_server::Settings;
use sluice_store::Store as _;

use crate::frames::{Frame, Stream, ids, names};
use crate::hand::{acme, part_one, part_two, whole};
use crate::world::{KEY, OTHER_KEY, PATIENCE, World, send};

fn path(job: JobId) -> String {
    format!("/v1/extract/jobs/{job}/stream")
}

async fn from(world: &World, job: JobId, after: u64) -> Stream {
    Stream::of(world, &format!("{}?starting_after={after}", path(job))).await
}

async fn resumed(world: &World, job: JobId, last_event_id: &str) -> Stream {
    Stream::open(world.request(Method::GET, &path(job)).header("last-event-id", last_event_id)).await
}

/// A job with one of every event: 12 of them.
pub(crate) async fn eventful(world: &World) -> JobId {
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, part_one()).await;
    hand.retrying("s2", 1).await;
    hand.rows(1, vec![json!({"what": "ink", "price": 12.5})], false).await;
    hand.rows(2, Vec::new(), true).await;
    hand.give_up("s2", 2).await;
    hand.tell(Event::CancelRequested).await;
    let failure = Failure { code: Code::Internal, message: "it was internal".to_owned() };
    hand.tell(Event::StepFailed { step: WholeStep::Assemble, failure }).await;
    hand.complete(&json!({"number": "A-1", "total": 12.5, "lines": null})).await;
    job
}

#[tokio::test]
async fn rule_1_every_event_with_an_id_is_a_row_and_ids_have_no_gaps() {
    let world = World::new().await;
    let job = eventful(&world).await;
    let frames = from(&world, job, 0).await.rest().await;
    let log = world.hand(job).log().await;
    assert_eq!(ids(&frames), log.iter().map(|recorded| recorded.sequence).collect::<Vec<_>>());
    assert_eq!(ids(&frames), (1..=frames.len() as u64).collect::<Vec<_>>());
    assert!(frames.iter().all(|frame| frame.data["sequence"] == json!(frame.id)), "also in the data");
    assert_eq!(
        names(&frames),
        [
            "start",
            "progress",
            "progress",
            "subtree_result",
            "subtree_retry",
            "agentic_array_progress",
            "agentic_array_progress",
            "subtree_error",
            "progress",
            "progress",
            "completed",
        ]
    );
}

#[tokio::test]
async fn rule_1_frames_of_a_whole_job() {
    let world = World::new().await;
    let job = eventful(&world).await;
    let frames = from(&world, job, 0).await.rest().await;
    let told: Vec<String> = frames.iter().map(|frame| redacted(job, &frame.data)).collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
    {"type":"start","sequence":1,"total_subtrees":2,"subtrees":[{"id":"s1","path":"","leaves":2},{"id":"s2","path":"/lines","leaves":2}]}
    {"type":"progress","sequence":2,"cause":"document_read","status":"processing","current_activity":"planning","progress":{"completion_percentage":0,"current_step":"planning","fields_processed":0,"total_fields":4},"page_count":3,"pages_read":3,"findings":[]}
    {"type":"progress","sequence":3,"cause":"planned","status":"processing","current_activity":"extracting: 0 of 2 parts","progress":{"completion_percentage":0,"current_step":"extracting: 0 of 2 parts","fields_processed":0,"total_fields":4}}
    {"type":"subtree_result","sequence":4,"subtree_id":"s1","path":"","extracted_result":{"number":"A-1","total":12.5},"attributions":{"/number":{"match":"missing","confidence":0.5,"page_numbers":[],"locations":[]}},"findings":[],"attempt":1,"remembered":false,"usage_metadata":{"model":"embedded","cost_usd":0.0,"calls":1,"input_tokens":100,"cached_tokens":0,"output_tokens":10,"thinking_tokens":0},"progress":{"completion_percentage":50,"current_step":"extracting: 1 of 2 parts","fields_processed":2,"total_fields":4}}
    {"type":"subtree_retry","sequence":5,"subtree_id":"s2","attempt":1,"error_type":"model_unavailable","error_message":"it was model_unavailable","retry_in_ms":500}
    {"type":"agentic_array_progress","sequence":6,"subtree_id":"s2","path":"/lines","items_extracted":1,"items_new":[{"what":"ink","price":12.5}],"pages_covered":[1],"turn":1,"done":false,"usage_metadata":{"model":"embedded","cost_usd":0.0,"calls":1,"input_tokens":100,"cached_tokens":0,"output_tokens":10,"thinking_tokens":0}}
    {"type":"agentic_array_progress","sequence":7,"subtree_id":"s2","path":"/lines","items_extracted":1,"items_new":[],"pages_covered":[1],"turn":2,"done":true,"usage_metadata":{"model":"embedded","cost_usd":0.0,"calls":1,"input_tokens":100,"cached_tokens":0,"output_tokens":10,"thinking_tokens":0}}
    {"type":"subtree_error","sequence":8,"subtree_id":"s2","path":"/lines","error_message":"it was model_refused","error_type":"model_refused","attempts":2,"progress":{"completion_percentage":99,"current_step":"assembling the result","fields_processed":4,"total_fields":4}}
    {"type":"progress","sequence":9,"cause":"cancel_requested","status":"processing","current_activity":"stopping","progress":{"completion_percentage":99,"current_step":"stopping","fields_processed":4,"total_fields":4}}
    {"type":"progress","sequence":10,"cause":"step_failed","status":"processing","current_activity":"stopping","progress":{"completion_percentage":99,"current_step":"stopping","fields_processed":4,"total_fields":4},"error_type":"internal","error_message":"it was internal"}
    {"type":"completed","sequence":11,"status":"completed","metadata":{"model":"embedded","has_attributions":false,"usage":{"embedded":{"calls":5,"input_tokens":500,"cached_tokens":0,"output_tokens":50,"thinking_tokens":0}},"cost_usd":0.0,"duration_ms":"[ms]","time_to_first_subtree_ms":"[ms]","pages":3,"subtrees":{"total":2,"completed":1,"failed":1,"remembered":0},"failed_subtrees":[{"subtree_id":"s2","path":"/lines","error_type":"model_refused","error_message":"it was model_refused","attempts":2}],"validation":{"valid":true,"findings":[]},"partial":false}}
    "###);
}

/// An event's data without what differs from run to run.
fn redacted(job: JobId, data: &Value) -> String {
    assert_eq!(data["job_id"], json!(job));
    let mut data = data.clone();
    for key in ["job_id", "timestamp", "start_time"] {
        data.as_object_mut().unwrap().shift_remove(key);
    }
    for key in ["duration_ms", "time_to_first_subtree_ms"] {
        if let Some(metadata) = data.get_mut("metadata") {
            metadata[key] = json!("[ms]");
        }
    }
    data.to_string()
}

#[tokio::test]
async fn rule_2_the_type_stands_in_the_data_too() {
    let world = World::new().await;
    let job = eventful(&world).await;
    for path in [path(job), format!("{}?starting_after=0", path(job))] {
        for frame in Stream::of(&world, &path).await.rest().await {
            assert_eq!(frame.data["type"], json!(frame.event));
        }
    }
}

#[tokio::test]
async fn rule_3_a_re_attach_gets_exactly_what_comes_after_its_cursor_then_live() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    let mut all = from(&world, job, 0).await;
    let mut after_two = resumed(&world, job, "2").await;
    assert_eq!(ids(&all.take(3).await), [1, 2, 3]);
    assert_eq!(ids(&after_two.take(1).await), [3]);
    hand.finish("s1", 1, part_one()).await;
    hand.finish("s2", 1, part_two()).await;
    hand.complete(&whole()).await;
    assert_eq!(ids(&all.rest().await), [4, 5, 6]);
    assert_eq!(ids(&after_two.rest().await), [4, 5, 6]);
}

#[tokio::test]
async fn rule_3_the_header_wins_over_the_query() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let request = world.request(Method::GET, &format!("{}?starting_after=1", path(job))).header("last-event-id", "4");
    assert_eq!(ids(&Stream::open(request).await.rest().await), [5, 6]);
}

#[tokio::test]
async fn rule_3_without_a_cursor_first_the_state_then_live_without_gap_or_double() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, part_one()).await;
    let mut stream = Stream::of(&world, &path(job)).await;
    let state = stream.next().await.unwrap();
    assert_eq!((state.event.as_str(), state.id), ("state", Some(4)), "its id is the log's end");
    let mut data = state.data;
    for key in ["job_id", "timestamp"] {
        assert!(data.as_object_mut().unwrap().remove(key).is_some());
    }
    insta::assert_json_snapshot!(data, @r###"
    {
      "type": "state",
      "total_subtrees": 2,
      "sequence": 4,
      "progress": {
        "completion_percentage": 50,
        "current_step": "extracting: 1 of 2 parts",
        "fields_processed": 2,
        "total_fields": 4
      },
      "status": "processing",
      "accumulated_results": {
        "number": "A-1",
        "total": 12.5
      },
      "failed_subtrees": []
    }
    "###);
    hand.finish("s2", 1, part_two()).await;
    hand.complete(&whole()).await;
    assert_eq!(ids(&stream.rest().await), [5, 6]);
}

#[tokio::test]
async fn rule_3_no_gap_and_no_double_wherever_one_attaches() {
    let world = World::new().await;
    let job = eventful(&world).await;
    let all = from(&world, job, 0).await.rest().await;
    for cut in 0..all.len() - 1 {
        let rest = from(&world, job, cut as u64).await.rest().await;
        let data = |frames: &[Frame]| frames.iter().map(|frame| frame.data.clone()).collect::<Vec<_>>();
        assert_eq!(data(&rest), data(&all[cut..]), "after {cut}");
    }
}

#[tokio::test]
async fn rule_3_a_cursor_past_the_end_or_malformed_is_400() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).begin().await;
    for cursor in ["4", "x", "-1", "1.5", "99999999999999999999"] {
        let request = world.request(Method::GET, &path(job)).header("last-event-id", cursor);
        assert_eq!(send(request).await.expect(400).json()["code"], "BAD_REQUEST", "{cursor}");
    }
    world.get(&format!("{}?starting_after=4", path(job))).await.expect(400);
    let both = world.request(Method::GET, &format!("{}?starting_after=4", path(job))).header("last-event-id", "1");
    send(both).await.expect(400);
}

#[tokio::test]
async fn rule_3_at_the_terminal_event_it_is_204() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let reply = send(world.request(Method::GET, &path(job)).header("last-event-id", "6")).await.expect(204);
    assert_eq!(reply.text, "");
}

#[tokio::test]
async fn rule_3_a_finished_job_without_cursor_is_state_end_close() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let frames = Stream::of(&world, &path(job)).await.rest().await;
    assert_eq!(names(&frames), ["state", "completed"]);
    assert_eq!(ids(&frames), [6, 6]);
    assert_eq!(frames[0].data["accumulated_results"], whole());
}

#[tokio::test]
async fn rule_3_a_job_without_events_has_a_state_without_an_id() {
    let world = World::new().await;
    let job = world.job().await;
    let mut stream = Stream::of(&world, &path(job)).await;
    let state = stream.next().await.unwrap();
    assert_eq!((state.id, &state.data["status"]), (None, &json!("pending")));
    world.hand(job).begin().await;
    assert_eq!(ids(&stream.take(3).await), [1, 2, 3]);
}

#[tokio::test]
async fn rule_4_a_heartbeat_is_a_colon_and_one_newline() {
    let heartbeat = Duration::from_millis(20);
    let world = World::with(Settings { heartbeat, ..Settings::default() }).await;
    let job = world.job().await;
    world.hand(job).begin().await;
    let mut stream = from(&world, job, 3).await;
    while stream.text.len() < 6 {
        assert!(stream.more().await);
    }
    assert_eq!(&stream.text[..6], ":\n:\n:\n", "and no blank line");
    world.hand(job).finish("s1", 1, part_one()).await;
    let frame = stream.next().await.unwrap();
    assert_eq!(frame.id, Some(4));
    assert!(frame.raw.starts_with("retry: 1000\nid: 4\nevent: subtree_result\ndata: {"), "{}", frame.raw);
}

#[tokio::test]
async fn rule_4_retry_stands_inside_the_first_event_and_nowhere_else() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    for path in [path(job), format!("{}?starting_after=0", path(job)), format!("/jobs/{job}/stream")] {
        let frames = Stream::of(&world, &path).await.rest().await;
        let with_retry = frames.iter().filter(|frame| frame.raw.contains("retry:")).count();
        assert!(frames[0].raw.starts_with("retry: 1000\nid: ") && with_retry == 1, "{path}");
        assert!(frames.iter().all(|frame| frame.raw.contains("\ndata: {")), "no block is without data");
    }
}

#[tokio::test]
async fn rule_4_streams_are_never_compressed_nor_kept() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let request = world.request(Method::GET, &path(job)).header("accept-encoding", "gzip, br");
    let stream = Stream::open(request.header("accept", "application/json")).await;
    let header = |name: &str| stream.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"), "whatever Accept says");
    assert_eq!(header("cache-control").as_deref(), Some("no-cache, no-transform"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("content-encoding"), None);
}

#[tokio::test]
async fn rule_5_a_client_that_goes_away_cancels_nothing() {
    let world = World::new().await;
    let body = world.start_body(json!({"stream": true})).await;
    let mut stream = Stream::open(world.request(Method::POST, "/v1/extract/jobs").json(&body)).await;
    let list = world.get("/v1/extract/jobs").await.json();
    let job: JobId = list["jobs"][0]["job_id"].as_str().unwrap().parse().unwrap();
    world.hand(job).begin().await;
    stream.take(3).await;
    drop(stream);
    world.hand(job).finish("s1", 1, part_one()).await;
    assert_eq!(world.get(&format!("/v1/extract/jobs/{job}")).await.json()["status"], "processing");
    assert_eq!(world.hand(job).log().await.len(), 4, "nobody asked for it to stop");
}

#[tokio::test]
async fn rule_5_a_slow_reader_is_cut_off_and_loses_nothing() {
    let write_stall_max = Duration::from_millis(500);
    let world = World::with(Settings { write_stall_max, streams_per_key_max: 1, ..Settings::default() }).await;
    world.add_key("acme", "sk_second").await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    // Large enough that no buffer between the two takes it all.
    let large = "x".repeat(4_000_000);
    for turn in 1..=6 {
        hand.rows(turn, vec![json!({"what": large})], false).await;
    }
    let mut slow = tokio::net::TcpStream::connect(world.base.trim_start_matches("http://")).await.unwrap();
    let request =
        format!("GET {}?starting_after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\r\n", path(job));
    tokio::io::AsyncWriteExt::write_all(&mut slow, request.as_bytes()).await.unwrap();
    // It does not read. Others do, and the job goes on.
    let all = world.bare(Method::GET, &format!("{}?starting_after=0", path(job))).bearer_auth("sk_second");
    let mut other = Stream::open(all).await;
    assert_eq!(ids(&other.take(9).await), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    hand.finish("s1", 1, part_one()).await;
    assert_eq!(ids(&other.take(1).await), [10]);
    // It is cut off as soon as its key may open another.
    let began = std::time::Instant::now();
    while resumed(&world, job, "10").await.status == 429 {
        assert!(began.elapsed() < PATIENCE, "it was never cut off");
    }
    // What it can still read ends before the log does.
    let mut got = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut slow, &mut got);
    let _ = tokio::time::timeout(PATIENCE, read).await.expect("the connection was closed");
    assert!(got.len() < 20_000_000, "{}", got.len());
    let text = String::from_utf8_lossy(&got);
    let last_whole = text.matches("\nid: ").count().saturating_sub(1) as u64;
    let rest = world.bare(Method::GET, &path(job)).bearer_auth("sk_second").header("last-event-id", last_whole);
    drop(other);
    let mut rest = loop {
        let rest = Stream::open(rest.try_clone().unwrap()).await;
        if rest.status == 200 {
            break rest;
        }
    };
    let rest = rest.take(10 - last_whole as usize).await;
    assert_eq!(ids(&rest), (last_whole + 1..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn rule_6_on_shutdown_streams_end_after_a_whole_event_within_a_second() {
    let mut world = World::new().await;
    let job = world.job().await;
    world.hand(job).begin().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(from(&world, job, 0).await);
    }
    let one_event = streams[0].take(1).await;
    assert_eq!(ids(&one_event), [1]);
    let took = world.stop().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    // `next` holds that nothing but whole events came.
    assert!(streams.pop().unwrap().rest().await.len() <= 3);
    world.start_again().await;
    assert_eq!(ids(&resumed(&world, job, "1").await.take(2).await), [2, 3]);
}

#[tokio::test]
async fn rule_7_what_has_accumulated_is_the_merge_of_the_results_so_far() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s2", 1, part_two()).await;
    let state = Stream::of(&world, &path(job)).await.next().await.unwrap();
    let status = world.get(&format!("/v1/extract/jobs/{job}")).await.json();
    assert_eq!(state.data["accumulated_results"], status["accumulated_results"]);
    assert_eq!(state.data["accumulated_results"]["lines"], part_two());
    let result = from(&world, job, 3).await.next().await.unwrap();
    assert_eq!((&result.data["path"], &result.data["extracted_result"]), (&json!("/lines"), &part_two()));
}

#[tokio::test]
async fn a_streamed_start_gives_every_event_from_the_first() {
    let world = World::new().await;
    let body = world.start_body(json!({"stream": true})).await;
    let mut stream = Stream::open(world.request(Method::POST, "/v1/extract/jobs").json(&body)).await;
    assert_eq!(stream.status, 200);
    let list = world.get("/v1/extract/jobs").await.json();
    let job: JobId = list["jobs"][0]["job_id"].as_str().unwrap().parse().unwrap();
    world.hand(job).run().await;
    let frames = stream.rest().await;
    assert_eq!(ids(&frames), [1, 2, 3, 4, 5, 6]);
    assert_eq!((frames[0].event.as_str(), &frames[0].data["total_subtrees"]), ("start", &json!(2)));
}

#[tokio::test]
async fn there_is_one_terminal_event_and_it_is_the_last_also_after_a_retry() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    hand.finish("s1", 1, part_one()).await;
    hand.give_up("s2", 1).await;
    hand.complete(&json!({"number": "A-1"})).await;
    let mut early = from(&world, job, 0).await;
    assert_eq!(names(&early.rest().await).last(), Some(&"completed"));
    send(world.request(Method::POST, &format!("/v1/extract/jobs/{job}/retry"))).await.expect(200);
    hand.finish("s2", 2, part_two()).await;
    hand.complete(&whole()).await;
    for stream in [path(job), format!("/jobs/{job}/stream")] {
        let frames = Stream::of(&world, &format!("{stream}?starting_after=0")).await.rest().await;
        assert_eq!(ids(&frames), [1, 2, 3, 4, 5, 6, 7, 8, 9], "{stream}");
        let ends: Vec<usize> = (0..9).filter(|&at| frames[at].event == "completed").collect();
        assert_eq!(ends, [8], "{stream}: {:?}", names(&frames));
    }
    // Who had seen the first end goes on after it.
    assert_eq!(ids(&resumed(&world, job, "6").await.rest().await), [7, 8, 9]);
}

#[tokio::test]
async fn failed_and_cancelled_end_a_stream_too() {
    let world = World::new().await;
    let (one, two) = (world.job().await, world.job().await);
    world.hand(one).fail().await;
    world.hand(two).tell(Event::JobCancelled).await;
    let failed = from(&world, one, 0).await.rest().await;
    assert_eq!(failed[0].data["error"], json!({"code": "damaged", "message": "it was damaged"}));
    let cancelled = from(&world, two, 0).await.rest().await;
    assert_eq!((names(&failed), names(&cancelled)), (vec!["failed"], vec!["cancelled"]));
}

#[tokio::test]
async fn a_stream_takes_its_key_from_the_query_and_nothing_else_does() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).run().await;
    let with_key = |path: String| world.bare(Method::GET, &format!("{path}?access_token={KEY}"));
    send(with_key(path(job))).await.expect(200);
    send(with_key(format!("/jobs/{job}/stream"))).await.expect(200);
    send(with_key(format!("/v1/extract/jobs/{job}"))).await.expect(401);
    send(world.bare(Method::GET, &path(job)).bearer_auth(OTHER_KEY)).await.expect(404);
}

#[tokio::test]
async fn who_comes_late_to_a_long_log_sees_the_same_bytes() {
    let world = World::new().await;
    let job = world.job().await;
    let hand = world.hand(job);
    hand.begin().await;
    for turn in 1..=150 {
        hand.rows(turn, vec![json!({"price": turn})], false).await;
    }
    let mut early = from(&world, job, 0).await;
    early.take(153).await;
    // The early one has moved on what both share by now.
    let mut late = from(&world, job, 0).await;
    late.take(153).await;
    assert_eq!(late.text, early.text);
    hand.fail().await;
    early.rest().await;
    late.rest().await;
    assert_eq!(late.text, early.text);
}

#[tokio::test]
async fn a_thousand_followers_see_the_same_bytes() {
    let world = World::new().await;
    let job = world.job().await;
    let followers: Vec<Stream> = join_all((0..1_000).map(|_| from(&world, job, 0))).await;
    let told = tokio::spawn(join_all(followers.into_iter().map(|mut stream| async move {
        stream.rest().await;
        stream.text
    })));
    world.hand(job).run().await;
    let texts = told.await.unwrap();
    assert!(texts[0].ends_with("\n\n") && texts[0].contains("\nevent: completed\n"));
    assert!(texts.iter().all(|text| *text == texts[0]), "all the same");
    assert!(world.store.job_get(&acme(), job).await.unwrap().unwrap().status.is_ended());
}

#[tokio::test]
async fn the_streams_of_a_revoked_key_end_and_those_of_another_go_on() {
    let world = World::new().await;
    let job = world.job().await;
    world.hand(job).begin().await;
    let revoked = world.add_key("acme", "sk_revoked").await;
    let mut stays = from(&world, job, 0).await;
    let mut ends = Stream::open(world.bare(Method::GET, &path(job)).bearer_auth("sk_revoked")).await;
    assert_eq!((ends.status, stays.take(3).await.len()), (200, 3));
    assert!(world.store.key_revoke(revoked).await.unwrap());
    ends.rest().await;
    send(world.bare(Method::GET, &path(job)).bearer_auth("sk_revoked")).await.expect(401);
    world.hand(job).finish("s1", 1, part_one()).await;
    assert_eq!(stays.next().await.unwrap().event, "subtree_result");
}
