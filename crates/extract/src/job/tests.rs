//! Any interleaving of outcomes, crashes, late duplicates and wishes to stop: a job ends once, and asks no finished
//! subtree again.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::code::Code;
use crate::event::{AskedSubtree, Event, Failure, PlannedQuestion, Recorded, Spent, WholeStep};

/// What an engine and a store do, in memory: the log refuses what it holds already and what follows an end.
#[derive(Default)]
struct World {
    log: Vec<Recorded>,
    keys: BTreeSet<String>,
    round: u32,
    now_ms: u64,
    running: BTreeMap<Step, u32>,
    subtrees: usize,
    asked_after_finish: Vec<String>,
    most_at_once: usize,
}

impl World {
    fn new(subtrees: usize) -> Self {
        Self { subtrees, now_ms: 1_000, ..Self::default() }
    }

    /// The same log after everybody died.
    fn after_crash(&self, events: usize) -> Self {
        let mut world = Self { subtrees: self.subtrees, now_ms: self.now_ms, ..Self::default() };
        for recorded in self.log.iter().take(events) {
            world.append(recorded.event.clone());
        }
        world
    }

    fn append(&mut self, event: Event) -> bool {
        let is_ended = self.log.last().is_some_and(|recorded| recorded.event.is_terminal());
        if is_ended != matches!(event, Event::JobReopened) {
            return false;
        }
        self.round += u32::from(is_ended);
        if !self.keys.insert(event.outcome_key(self.round)) {
            return false;
        }
        let sequence = self.log.len() as u64 + 1;
        self.log.push(Recorded { sequence, at_ms: self.now_ms, event });
        true
    }

    fn state(&self) -> JobState {
        JobState::of(&self.log)
    }

    fn is_ended(&self) -> bool {
        self.log.last().is_some_and(|recorded| recorded.event.is_terminal())
    }

    /// Does what is commanded; says until when to wait where that is all.
    fn obey(&mut self, settings: &Settings) {
        let moment = Moment { now_ms: self.now_ms, running: self.running.keys().cloned().collect() };
        let state = self.state();
        for command in decide(&state, settings, &moment) {
            match command {
                Command::Start => self.begin(Step::Start, 1),
                Command::ReadDocument => self.begin(Step::ReadDocument, 1),
                Command::Plan => self.begin(Step::Plan, 1),
                Command::Assemble => self.begin(Step::Assemble, 1),
                Command::ExtractSubtree { subtree, attempt } => {
                    if state.subtree(&subtree).unwrap().is_ended() {
                        self.asked_after_finish.push(subtree.clone());
                    }
                    self.begin(Step::ExtractSubtree { subtree }, attempt);
                }
                Command::GiveUp { subtree, attempt, failure } => {
                    self.append(Event::SubtreeFailed { subtree, attempt, failure, spent: Spent::default() });
                }
                Command::Wait { until_ms } if self.running.is_empty() => self.now_ms = self.now_ms.max(until_ms),
                Command::Wait { .. } => {}
                Command::Stop(step) => {
                    self.running.remove(&step);
                }
                Command::Fail(failure) => assert!(self.append(Event::JobFailed { failure })),
                Command::Cancel => assert!(self.append(Event::JobCancelled)),
            }
        }
    }

    fn begin(&mut self, step: Step, attempt: u32) {
        assert!(self.running.insert(step, attempt).is_none(), "what runs is not begun again");
        self.most_at_once = self.most_at_once.max(self.running.len());
    }

    /// One running step ends; `luck` says how.
    fn finish_one(&mut self, which: usize, luck: u8, settings: &Settings) {
        let Some((step, attempt)) = self.running.iter().nth(which % self.running.len().max(1)) else { return };
        let (step, attempt) = (step.clone(), *attempt);
        self.running.remove(&step);
        let event = self.outcome(&step, attempt, luck, settings);
        self.append(event);
    }

    fn outcome(&self, step: &Step, attempt: u32, luck: u8, settings: &Settings) -> Event {
        let failure = |code| Failure { code, message: "no".to_owned() };
        match step {
            Step::Start => Event::JobStarted { subtrees: (0..self.subtrees).map(asked).collect() },
            Step::ReadDocument if luck == 255 => {
                Event::StepFailed { step: WholeStep::ReadDocument, failure: failure(Code::Encrypted) }
            }
            Step::ReadDocument => Event::DocumentRead { page_count: 3, pages_read: 3, findings: Vec::new() },
            Step::Plan => Event::Planned {
                questions: (0..self.subtrees).map(|at| PlannedQuestion::new(asked(at).id, &[1, 2, 3])).collect(),
            },
            Step::Assemble => Event::JobCompleted { result: ContentHash::of(b"{}"), valid: true, findings: Vec::new() },
            Step::ExtractSubtree { subtree } if luck < 128 => finished(subtree, attempt),
            Step::ExtractSubtree { subtree } => {
                let code = if luck < 224 { Code::ModelUnavailable } else { Code::ModelRefused };
                let failed = FailedAttempt {
                    subtree: subtree.clone(),
                    attempt,
                    failure: failure(code),
                    retry_after_ms: None,
                    spent: spent(),
                };
                after_failure(&self.state(), settings, failed, self.now_ms, 1.0)
            }
        }
    }

    /// Goes on without any more trouble until the end.
    fn go_on(&mut self, settings: &Settings) {
        for _ in 0..1_000 {
            if self.is_ended() {
                return;
            }
            self.obey(settings);
            self.finish_one(0, 0, settings);
        }
        panic!("the job does not end: {:?}", self.log);
    }

    fn hold_what_is_promised(&self, settings: &Settings) {
        assert!(self.asked_after_finish.is_empty());
        assert!(self.most_at_once <= settings.questions_max as usize);
        let ends = self.log.iter().filter(|recorded| recorded.event.is_terminal()).count();
        assert_eq!(ends, 1 + self.round as usize, "each round ends once");
        assert!(self.is_ended(), "... and the end is last");
        let state = self.state();
        let twice = JobState::of(self.log.iter().chain(&self.log));
        assert_eq!(state, twice, "a log may be applied again");
        assert!(state.status().is_ended());
        let has_answer = state.subtrees.iter().any(|subtree| matches!(subtree.phase, Phase::Finished(_)));
        match state.status() {
            Status::Completed => assert!(has_answer, "a result has an answer"),
            Status::Failed => assert!(!has_answer || state.failure.is_some(), "answers are kept"),
            Status::Cancelled | Status::Pending | Status::Processing | Status::Retrying => {}
        }
    }
}

fn asked(at: usize) -> AskedSubtree {
    AskedSubtree { id: format!("s{}", at + 1), path: format!("/p{at}"), leaves: 2 }
}

fn spent() -> Spent {
    let usage = Usage { input_tokens: Some(10), ..Usage::calls(1) };
    Spent { model: "m".to_owned(), usage, answered_by: None, cost_usd: Some(0.01) }
}

fn finished(subtree: &str, attempt: u32) -> Event {
    Event::SubtreeFinished {
        subtree: subtree.to_owned(),
        attempt,
        value: json!({"a": attempt}),
        attributions: AttributionMap::new(),
        findings: Vec::new(),
        remembered: false,
        spent: spent(),
    }
}

fn any_settings() -> impl Strategy<Value = Settings> {
    (1..4u32, 0..3u32, prop::option::of(0.0..0.1f64)).prop_map(|(questions_max, retries_max, cost_usd_max)| {
        let retry = RetryRule { retries_max, wait_ms_first: 10, wait_ms_max: 40 };
        Settings { questions_max, retry, cost_usd_max, fallback: None }
    })
}

/// A job in a bad world: each step of it is one byte of what happens and one of luck.
fn run(subtrees: usize, settings: &Settings, script: &[(u8, u8)]) -> World {
    let mut world = World::new(subtrees);
    for &(what, luck) in script {
        if world.is_ended() {
            break;
        }
        world.obey(settings);
        match what % 16 {
            0 => world.running.clear(),
            1 if luck < 16 => {
                world.append(Event::CancelRequested);
            }
            2 if !world.log.is_empty() => {
                let late = world.log[luck as usize % world.log.len()].event.clone();
                assert!(!world.append(late), "an outcome is told once");
            }
            3 => world.now_ms += u64::from(luck),
            4 => world.now_ms = world.now_ms.saturating_sub(u64::from(luck)),
            _ => world.finish_one(what as usize, luck, settings),
        }
    }
    world
}

proptest! {
    #[test]
    fn any_interleaving_ends_once(
        subtrees in 1..6usize,
        settings in any_settings(),
        script in prop::collection::vec((any::<u8>(), any::<u8>()), 0..60),
    ) {
        let mut world = run(subtrees, &settings, &script);
        world.go_on(&settings);
        world.hold_what_is_promised(&settings);
    }

    #[test]
    fn after_a_crash_at_any_event_the_job_still_ends(
        subtrees in 1..5usize,
        settings in any_settings(),
        script in prop::collection::vec((any::<u8>(), any::<u8>()), 0..40),
    ) {
        let mut world = run(subtrees, &settings, &script);
        world.go_on(&settings);
        for events in 0..=world.log.len() {
            let mut again = world.after_crash(events);
            again.go_on(&settings);
            again.hold_what_is_promised(&settings);
        }
    }

    #[test]
    fn reopening_asks_only_what_failed(
        subtrees in 1..5usize,
        settings in any_settings(),
        script in prop::collection::vec((any::<u8>(), any::<u8>()), 0..60),
    ) {
        let mut world = run(subtrees, &settings, &script);
        world.go_on(&settings);
        let before = world.state();
        prop_assert!(world.append(Event::JobReopened));
        prop_assert!(!world.state().status().is_ended());
        world.go_on(&settings);
        world.hold_what_is_promised(&settings);
        for (old, new) in before.subtrees.iter().zip(&world.state().subtrees) {
            if matches!(old.phase, Phase::Finished(_)) {
                prop_assert_eq!(old, new);
            }
        }
    }

    #[test]
    fn no_log_stops_its_reader(events in prop::collection::vec((0..14usize, 0..4usize, 0..4u32), 0..40)) {
        let mut state = JobState::default();
        let world = World::new(3);
        let settings = Settings { questions_max: 2, retry: RetryRule::default(), cost_usd_max: None, fallback: None };
        for (sequence, (kind, subtree, attempt)) in (1..).zip(events) {
            let id = asked(subtree).id;
            let step = Step::ExtractSubtree { subtree: id.clone() };
            let failure = Failure { code: Code::Internal, message: String::new() };
            let event = match kind {
                0 => world.outcome(&Step::Start, 1, 0, &settings),
                1 => world.outcome(&Step::ReadDocument, 1, 0, &settings),
                2 => world.outcome(&Step::Plan, 1, 0, &settings),
                3 => world.outcome(&Step::Assemble, 1, 0, &settings),
                4 => world.outcome(&step, attempt, 200, &settings),
                5 => world.outcome(&step, attempt, 230, &settings),
                6 => Event::CancelRequested,
                7 => Event::JobReopened,
                8 => Event::JobCancelled,
                9 => Event::JobFailed { failure },
                10 => Event::RowsArrived {
                    subtree: id,
                    turn: attempt,
                    items_new: vec![json!(1)],
                    places: vec![Some((1, 2))],
                    pages_covered: vec![1],
                    done: false,
                    spent: spent(),
                },
                _ => finished(&id, attempt),
            };
            state.apply(&Recorded { sequence, at_ms: 1, event });
            let ended = state.subtrees.iter().filter(|subtree| subtree.is_ended()).count();
            prop_assert!(ended <= 3);
            prop_assert!(state.progress().completion_percentage <= 100);
            for command in decide(&state, &settings, &Moment::default()) {
                if let Command::ExtractSubtree { subtree, .. } = command {
                    prop_assert!(!state.subtree(&subtree).unwrap().is_ended());
                }
            }
        }
    }
}

fn settings() -> Settings {
    let retry = RetryRule { retries_max: 1, wait_ms_first: 100, wait_ms_max: 100 };
    Settings { questions_max: 2, retry, cost_usd_max: None, fallback: None }
}

/// The commands after some events at a time, and the status.
fn check(events: &[Event], now_ms: u64, expect_status: Status, expect: &[Command]) {
    let mut world = World::new(3);
    for event in events {
        assert!(world.append(event.clone()), "{event:?}");
    }
    let state = world.state();
    assert_eq!(state.status(), expect_status, "{events:?}");
    assert_eq!(decide(&state, &settings(), &Moment { now_ms, running: BTreeSet::new() }), expect, "{events:?}");
}

fn begun() -> Vec<Event> {
    let world = World::new(3);
    [Step::Start, Step::ReadDocument, Step::Plan].iter().map(|step| world.outcome(step, 1, 0, &settings())).collect()
}

fn with(more: &[Event]) -> Vec<Event> {
    begun().into_iter().chain(more.iter().cloned()).collect()
}

fn ask(subtree: &str, attempt: u32) -> Command {
    Command::ExtractSubtree { subtree: subtree.to_owned(), attempt }
}

fn retrying(subtree: &str) -> Event {
    let failure = Failure { code: Code::ModelUnavailable, message: "busy".to_owned() };
    let subtree = subtree.to_owned();
    Event::SubtreeRetrying {
        subtree,
        attempt: 1,
        failure,
        wait_ms: 100,
        retry_at_ms: 1_100,
        instead: None,
        spent: spent(),
    }
}

fn failed(subtree: &str) -> Event {
    let failure = Failure { code: Code::ModelRefused, message: "no".to_owned() };
    Event::SubtreeFailed { subtree: subtree.to_owned(), attempt: 1, failure, spent: spent() }
}

#[test]
fn each_state_has_its_commands() {
    check(&[], 0, Status::Pending, &[Command::Start]);
    check(&begun()[..1], 0, Status::Processing, &[Command::ReadDocument]);
    check(&begun()[..2], 0, Status::Processing, &[Command::Plan]);
    check(&begun(), 0, Status::Processing, &[ask("s1", 1), ask("s2", 1)]);
    check(&with(&[finished("s2", 1)]), 0, Status::Processing, &[ask("s1", 1), ask("s3", 1)]);
    check(&[Event::CancelRequested], 0, Status::Pending, &[Command::Cancel]);
    check(&with(&[failed("s1"), finished("s2", 1), failed("s3")]), 0, Status::Processing, &[Command::Assemble]);
    let no = Failure { code: Code::ModelRefused, message: "no".to_owned() };
    check(&with(&[failed("s1"), failed("s2"), failed("s3")]), 0, Status::Processing, &[Command::Fail(no)]);
    check(&with(&[Event::CancelRequested, Event::JobCancelled]), 0, Status::Cancelled, &[]);
}

#[test]
fn a_failed_attempt_waits_unless_the_clock_is_wrong() {
    let events = with(&[retrying("s1"), finished("s2", 1), finished("s3", 1)]);
    check(&events, 1_050, Status::Retrying, &[Command::Wait { until_ms: 1_100 }]);
    check(&events, 1_100, Status::Retrying, &[ask("s1", 2)]);
    check(&events, 500, Status::Retrying, &[ask("s1", 2)]);
}

#[test]
fn what_runs_is_stopped_before_the_end() {
    let state = JobState::of(&[Recorded { sequence: 1, at_ms: 0, event: Event::CancelRequested }]);
    let moment = Moment { now_ms: 0, running: BTreeSet::from([Step::ReadDocument]) };
    assert_eq!(decide(&state, &settings(), &moment), [Command::Stop(Step::ReadDocument)]);
}

#[test]
fn a_spent_budget_keeps_what_is_finished() {
    let mut settings = settings();
    settings.cost_usd_max = Some(0.005);
    settings.questions_max = 1;
    let mut world = World::new(3);
    world.go_on(&settings);
    let state = world.state();
    assert_eq!(state.status(), Status::Completed);
    let told: Vec<_> = state.failed_subtrees().into_iter().map(|failed| (failed.error_type, failed.attempts)).collect();
    assert_eq!(told, [(Code::BudgetSpent, 0), (Code::BudgetSpent, 0)]);
}

#[test]
fn the_metadata_is_the_sum_of_the_log() {
    let mut world = World::new(3);
    with(&[retrying("s1"), finished("s1", 2), finished("s2", 1), failed("s3")]).into_iter().for_each(|event| {
        world.now_ms += 100;
        assert!(world.append(event));
    });
    insta::assert_json_snapshot!((world.state().progress(), world.state().metadata()), @r##"
    [
      {
        "completion_percentage": 99,
        "current_step": "assembling the result",
        "fields_processed": 6,
        "total_fields": 6
      },
      {
        "usage": {
          "m": {
            "calls": 4,
            "input_tokens": 40,
            "cached_tokens": 0,
            "output_tokens": 0,
            "thinking_tokens": 0
          }
        },
        "cost_usd": 0.04,
        "duration_ms": 600,
        "time_to_first_subtree_ms": 400,
        "pages": 3,
        "subtrees": {
          "total": 3,
          "completed": 2,
          "failed": 1,
          "remembered": 0
        },
        "failed_subtrees": [
          {
            "subtree_id": "s3",
            "path": "/p2",
            "error_type": "model_refused",
            "error_message": "no",
            "attempts": 1
          }
        ],
        "validation": {
          "valid": null,
          "findings": []
        },
        "partial": true
      }
    ]
    "##);
}

#[test]
fn the_results_so_far_are_the_merge_of_the_finished_parts() {
    let schema = crate::schema::Schema::parse(&json!({"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "string"}, "b": {"type": "array", "items": {"type": "object", "properties": {
            "c": {"type": "string"}}}}}}))
    .unwrap();
    let subtrees = crate::schema::split(&schema, &crate::schema::SplitOptions::default());
    let asked = |subtree: &crate::schema::Subtree| AskedSubtree {
        id: subtree.id.clone(),
        path: subtree.path.clone(),
        leaves: u32::try_from(subtree.leaves).unwrap(),
    };
    let mut world = World::new(2);
    world.append(Event::JobStarted { subtrees: subtrees.iter().map(asked).collect() });
    assert_eq!(world.state().accumulated_results(&schema, &subtrees), json!({}));
    let Event::SubtreeFinished { subtree, attempt, attributions, findings, remembered, spent, .. } = finished("s2", 1)
    else {
        unreachable!()
    };
    let value = json!([{"c": "x"}]);
    world.append(Event::SubtreeFinished { subtree, attempt, value, attributions, findings, remembered, spent });
    assert_eq!(world.state().accumulated_results(&schema, &subtrees), json!({"b": [{"c": "x"}]}));
}

fn failing(code: Code, retry_after_ms: Option<u64>, attempt: u32) -> FailedAttempt {
    let failure = Failure { code, message: "no".to_owned() };
    FailedAttempt { subtree: "s1".to_owned(), attempt, failure, retry_after_ms, spent: spent() }
}

/// Who is asked after this, and after how long; `None` where nobody is.
fn asked_next(world: &World, settings: &Settings, failed: FailedAttempt) -> Option<(Option<String>, u64)> {
    match after_failure(&world.state(), settings, failed, 1_000, 1.0) {
        Event::SubtreeRetrying { instead, wait_ms, .. } => Some((instead, wait_ms)),
        _ => None,
    }
}

#[test]
fn where_a_model_gives_no_answer_the_other_one_is_asked_once() {
    let settings = Settings { fallback: Some("other".to_owned()), ..settings() };
    let other = || Some("other".to_owned());
    let mut world = World::new(3);
    begun().into_iter().for_each(|event| assert!(world.append(event)));
    let next = |world: &World, code, after_ms, attempt| asked_next(world, &settings, failing(code, after_ms, attempt));
    assert_eq!(next(&world, Code::ModelUnavailable, None, 1), Some((None, 100)), "first it is repeated");
    assert_eq!(next(&world, Code::ModelUnavailable, None, 2), Some((other(), 0)), "then the other one is asked");
    assert_eq!(next(&world, Code::RateLimited, Some(101), 1), Some((other(), 0)), "at once where the wait is long");
    assert_eq!(next(&world, Code::ModelRefused, None, 1), Some((other(), 0)));
    assert_eq!(next(&world, Code::SchemaInvalid, None, 1), None, "no model can help");
    let refused = failing(Code::ModelRefused, None, 1);
    assert!(world.append(after_failure(&world.state(), &settings, refused, 1_000, 1.0)));
    assert_eq!(world.state().subtree("s1").unwrap().instead, other());
    assert_eq!(next(&world, Code::ModelUnavailable, None, 2), Some((None, 100)), "it has its own retries");
    assert_eq!(next(&world, Code::ModelUnavailable, None, 3), None, "and nobody stands behind it");
}

#[test]
fn the_entries_of_a_list_that_are_there_are_among_the_results_so_far() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}});
    let schema = crate::schema::Schema::parse(&schema).unwrap();
    let subtrees = crate::schema::split(&schema, &crate::schema::SplitOptions::default());
    let started = Event::JobStarted {
        subtrees: vec![AskedSubtree { id: subtrees[0].id.clone(), path: "/a".to_owned(), leaves: 1 }],
    };
    let rows = |turn, texts: &[&str], places| Event::RowsArrived {
        subtree: subtrees[0].id.clone(),
        turn,
        items_new: texts.iter().map(|text| json!(text)).collect(),
        places,
        pages_covered: vec![1],
        done: false,
        spent: spent(),
    };
    let events = [started, rows(1, &["two"], vec![Some((1, 3))]), rows(2, &["one"], vec![Some((1, 2))])];
    let log: Vec<Recorded> =
        (1..).zip(events).map(|(sequence, event)| Recorded { sequence, at_ms: 0, event }).collect();
    let so_far = JobState::of(&log).accumulated_results(&schema, &subtrees);
    assert_eq!(so_far, json!({"a": ["one", "two"]}), "in the order of the document");
}
