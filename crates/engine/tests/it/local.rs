//! One document at a time, from its bytes to all that came of it.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::json;
use sluice_engine::local::{Local, Order};
use sluice_extract::code::Code;
use sluice_extract::config::Config;
use sluice_extract::job::Status;
use sluice_extract::schema::Schema;

use crate::cast::Watched;
use crate::world::{DOCUMENT, World, options, schema, script, tenant};

fn order() -> Order {
    let said = json!({"model": "scripted", "max_num_concurrent_requests": 1, "n_max_retries": 0});
    let config = Config::parse(&said, "scripted").unwrap();
    Order { tenant: tenant("t"), schema: Arc::new(Schema::parse(&schema()).unwrap()), config }
}

#[tokio::test(start_paused = true)]
async fn a_run_gives_all_that_came_of_it_and_a_second_one_pays_nothing() {
    let world = World::new().await;
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let model =
        Watched::new(&script(&json!([{"path": "/b", "failures": [busy]}, {"path": "/a", "value": ["Invoice"]}])));
    let local = Local::start(world.parts(model.clone()), options());
    let heard = Mutex::new(Vec::new());
    let watch = |progress| heard.lock().unwrap().push(progress);
    let found = local.run(&order(), "invoice.pdf", Bytes::from_static(DOCUMENT), &watch).await.unwrap();
    insta::assert_debug_snapshot!(heard.lock().unwrap(), @r###"
    [
        DocumentRead {
            pages: 2,
        },
        Planned {
            subtrees: 4,
        },
        SubtreeFinished {
            remembered: false,
        },
        SubtreeFailed,
        SubtreeFinished {
            remembered: false,
        },
        SubtreeFinished {
            remembered: false,
        },
    ]
    "###);
    assert_eq!(found.result, json!({"a": ["Invoice"], "c": [], "d": ["four"]}));
    assert_eq!((found.document.pages.len(), found.plan.subtrees.len(), found.valid), (2, 4, true));
    assert_eq!(found.attributions.keys().collect::<Vec<_>>(), ["/a/0", "/d/0"]);
    assert_eq!((found.failed.len(), found.remembered, found.usage.calls), (1, 0, 3));
    insta::assert_debug_snapshot!(found.findings, @r###"
    [
        Finding {
            kind: NotInDocument,
            page: None,
            pointer: Some(
                "/d/0",
            ),
            message: "this value stands nowhere in the document; check it",
        },
        Finding {
            kind: SubtreeFailed,
            page: None,
            pointer: Some(
                "/b",
            ),
            message: "no answer after 1 attempt (model_unavailable): busy",
        },
    ]
    "###);

    let again = local.run(&order(), "invoice.pdf", Bytes::from_static(DOCUMENT), &watch).await.unwrap();
    assert_eq!((again.failed.len(), again.remembered, again.usage.calls), (1, 3, 0));
    assert_eq!((again.result, again.attributions), (found.result, found.attributions));
    local.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_fails_says_why() {
    let world = World::new().await;
    let local = Local::start(world.parts(Watched::new(&script(&json!([])))), options());
    let error = local.run(&order(), "x", Bytes::from_static(b"no document"), &|_| {}).await.unwrap_err();
    assert_eq!(error.code, Code::UnsupportedMedia);
    local.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_jobs_of_others_are_left_alone() {
    let world = World::new().await;
    let others = world.job("t", &json!({})).await;
    let local = Local::start(world.parts(Watched::new(&script(&json!([])))), options());
    local.run(&order(), "x", Bytes::from_static(DOCUMENT), &|_| {}).await.unwrap();
    let row = world.store.job_get(&tenant("t"), others).await.unwrap().unwrap();
    assert_eq!((row.status, row.log_end), (Status::Pending, 0));
    local.stop().await;
}
