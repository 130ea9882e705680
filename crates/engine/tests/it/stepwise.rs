//! Steps that somebody else orders: the same log as the embedded engine writes, whatever dies.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_engine::stepwise::{FinishedSubtree, JobName, Stepwise};
use sluice_extract::event::Event;
use sluice_extract::id::JobId;
use sluice_extract::job::{FailedSubtree, JobState, Progress, Step};
use sluice_model::Model;
use tokio::task::{Id, JoinSet};

use crate::cast::Watched;
use crate::world::{World, options, script, tenant, told};

/// What the other side of the network does: asks what is next, has it done, waits. Dropping it is a kill.
pub(crate) struct Interpreter {
    _tasks: JoinSet<SoFarSeen>,
}

/// How far a job is, as it was told bit by bit.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SoFarSeen {
    progress: Option<Progress>,
    finished: Vec<FinishedSubtree>,
    failed: Vec<FailedSubtree>,
}

impl Interpreter {
    /// For these jobs.
    pub(crate) fn start(world: &World, model: Arc<dyn Model>, jobs: &[(&str, JobId)]) -> Self {
        let stepwise = Arc::new(Stepwise::new(world.parts(model), options()));
        let mut tasks = JoinSet::new();
        for (owner, job) in jobs {
            tasks.spawn(interpret(Arc::clone(&stepwise), JobName { tenant: tenant(owner), job: *job }));
        }
        Self { _tasks: tasks }
    }
}

async fn interpret(stepwise: Arc<Stepwise>, name: JobName) -> SoFarSeen {
    let mut steps: JoinSet<()> = JoinSet::new();
    let mut running: Vec<(Id, Step, tokio::task::AbortHandle)> = Vec::new();
    let (mut seen, mut after) = (SoFarSeen::default(), 0);
    loop {
        let now_running: BTreeSet<Step> = running.iter().map(|(_, step, _)| step.clone()).collect();
        let next = stepwise.next(&name, &now_running, after).await.unwrap();
        after = next.so_far.after;
        seen.progress = next.so_far.progress.or(seen.progress);
        seen.finished.extend(next.so_far.finished);
        seen.failed.extend(next.so_far.failed);
        if next.ended {
            return seen;
        }
        for stopped in &next.stop {
            running.iter().filter(|(_, step, _)| step == stopped).for_each(|(_, _, handle)| handle.abort());
        }
        for (step, attempt) in next.begin {
            let (stepwise, name, step_too) = (Arc::clone(&stepwise), name.clone(), step.clone());
            let handle = steps.spawn(async move { stepwise.run(&name, &step_too, attempt).await.unwrap() });
            running.push((handle.id(), step, handle));
        }
        tokio::select! {
            Some(ended) = steps.join_next_with_id(), if !steps.is_empty() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                running.retain(|(known, _, _)| *known != id);
            }
            () = tokio::time::sleep(Duration::from_millis(next.wait_ms.unwrap_or_default())), if next.wait_ms.is_some() => {}
        }
    }
}

/// Both engines work on such a job; gives what they wrote.
async fn check_same(config: &Value, rules: &Value) -> String {
    let embedded = World::new().await;
    let worker = embedded.start(Watched::new(&script(rules)));
    let job = embedded.job("t", config).await;
    let expect = told(&embedded.log_at_end("t", job).await);
    worker.stop().await;

    let world = World::with_blobs_of(&embedded).await;
    let model = Watched::new(&script(rules));
    let job = world.job("t", config).await;
    let interpreter = Interpreter::start(&world, model, &[("t", job)]);
    let found = told(&world.log_at_end("t", job).await);
    drop(interpreter);
    assert_eq!(found, expect);
    found
}

#[tokio::test(start_paused = true)]
async fn both_engines_write_the_same_events() {
    let one_by_one = json!({"max_num_concurrent_requests": 1});
    let busy = json!({"code": "model_unavailable", "message": "busy"});
    let refused = json!({"code": "model_refused", "message": "never"});
    let rules = json!([{"path": "/a", "failures": [busy, busy]}, {"path": "/d", "failures": [refused]}]);
    let log = check_same(&one_by_one, &rules).await;
    insta::assert_snapshot!(log, @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    s1: attempt 1 failed (model_unavailable), next in 500 ms
    s2: attempt 1 answered: ["two"], 1 calls
    s3: attempt 1 answered: [], 1 calls
    s4: attempt 1 failed for good (model_refused): never
    s1: attempt 2 failed (model_unavailable), next in 1000 ms
    s1: attempt 3 answered: ["one"], 1 calls
    completed, valid: true
    "###);
    let all_refuse = json!([{"failures": [refused]}]);
    check_same(&one_by_one, &all_refuse).await;
}

#[tokio::test(start_paused = true)]
async fn how_far_a_job_is_is_told_bit_by_bit_and_is_what_the_log_says() {
    let world = World::new().await;
    let refused = json!({"code": "model_refused", "message": "never"});
    let model = Watched::new(&script(&json!([{"path": "/d", "failures": [refused]}])));
    let job = world.job("t", &json!({"max_num_concurrent_requests": 1})).await;
    let stepwise = Arc::new(Stepwise::new(world.parts(model), options()));
    let seen = interpret(stepwise, JobName { tenant: tenant("t"), job }).await;
    let log = world.log("t", job).await;
    let state = JobState::of(&log);
    let finished = log.iter().filter_map(|recorded| match &recorded.event {
        Event::SubtreeFinished { subtree, .. } => Some((subtree.clone(), recorded.sequence)),
        _ => None,
    });
    let told = seen.finished.iter().map(|finished| (finished.subtree_id.clone(), finished.event));
    assert_eq!(told.collect::<Vec<_>>(), finished.collect::<Vec<_>>());
    assert_eq!(seen.failed, state.failed_subtrees());
    assert_eq!(seen.progress, Some(state.progress()));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_has_its_outcome_is_not_run_again_and_one_that_runs_is_not_overtaken() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([{"delay_ms": 1_000}])));
    let job = world.job("t", &json!({})).await;
    let stepwise = Arc::new(Stepwise::new(world.parts(model.clone()), options()));
    let name = JobName { tenant: tenant("t"), job };
    for step in [Step::Start, Step::ReadDocument, Step::Plan] {
        stepwise.run(&name, &step, 1).await.unwrap();
        stepwise.run(&name, &step, 1).await.unwrap();
    }
    let state = JobState::of(&world.log("t", job).await);
    let subtree = state.subtrees[0].id.clone();
    let step = Step::ExtractSubtree { subtree };
    let (one, other) = tokio::join!(stepwise.run(&name, &step, 1), stepwise.run(&name, &step, 1));
    one.and(other).unwrap();
    stepwise.run(&name, &step, 1).await.unwrap();
    assert_eq!(model.asked().len(), 1, "{}", told(&world.log("t", job).await));
    assert_eq!(world.log("t", job).await.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_stopped_drops_what_runs_and_ends_once() {
    let world = World::new().await;
    let model = Watched::new(&script(&json!([{"delay_ms": 3_600_000}])));
    let job = world.job("t", &json!({})).await;
    let interpreter = Interpreter::start(&world, model.clone(), &[("t", job)]);
    while model.open() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.tell("t", job, Event::CancelRequested).await;
    let log = world.log_at_end("t", job).await;
    assert_eq!(model.open(), 0, "nobody is asked any more");
    drop(interpreter);
    insta::assert_snapshot!(told(&log), @r###"
    started: 4 subtrees
    read: 2 of 2 pages
    planned: 4 questions
    somebody asks to stop
    cancelled
    "###);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_not_there_has_ended() {
    let world = World::new().await;
    let stepwise = Stepwise::new(world.parts(Watched::new(&script(&json!([])))), options());
    let name = JobName { tenant: tenant("t"), job: JobId::new(1, [9; 10]) };
    let next = stepwise.next(&name, &BTreeSet::new(), 0).await.unwrap();
    assert!(next.ended && next.status.is_none(), "{next:?}");
    stepwise.run(&name, &Step::Start, 1).await.unwrap();
}
