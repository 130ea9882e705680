//! The engine, played by hand: appends to a job's log what an engine would.

use bytes::Bytes;
use serde_json::{Value, json};
use sluice_extract::attribution::{Attribution, AttributionMap, Match};
use sluice_extract::code::Code;
use sluice_extract::event::{AskedSubtree, Event, Failure, PlannedQuestion, Recorded, Spent};
use sluice_extract::id::JobId;
use sluice_extract::job::JobState;
use sluice_extract::schema::{Schema, SplitOptions, split};
use sluice_extract::usage::Usage;
use sluice_store::{Append, Appended, Ending, Store as _, Tenant};

use crate::world::{World, definition};

pub(crate) struct Hand<'a> {
    pub(crate) world: &'a World,
    pub(crate) job: JobId,
}

pub(crate) fn acme() -> Tenant {
    "acme".parse().unwrap()
}

impl Hand<'_> {
    pub(crate) async fn log(&self) -> Vec<Recorded> {
        self.world.store.event_list(&acme(), self.job, 0, 10_000).await.unwrap().unwrap().events
    }

    /// Appends an event with the status that follows from it.
    pub(crate) async fn tell(&self, event: Event) -> u64 {
        let mut state = JobState::of(&self.log().await);
        let sequence = state.sequence + 1;
        state.apply(&Recorded { sequence, at_ms: 0, event: event.clone() });
        let ending = Ending { model: "embedded".to_owned(), took: state.round_took };
        let append = Append { ending: Some(ending), ..Append::new(event, Some(state.status())) };
        match self.world.store.event_append(&acme(), self.job, append).await.unwrap() {
            Appended::Recorded(recorded) => recorded.sequence,
            other => panic!("{other:?}"),
        }
    }

    /// 1, 2, 3: started, read, planned.
    pub(crate) async fn begin(&self) {
        let schema = Schema::parse(&definition()).unwrap();
        let parts = split(&schema, &SplitOptions::default());
        let subtrees: Vec<AskedSubtree> = parts
            .iter()
            .map(|part| AskedSubtree { id: part.id.clone(), path: part.path.clone(), leaves: part.leaves as u32 })
            .collect();
        let questions = parts.iter().map(|part| PlannedQuestion::new(&part.id, &[1, 2, 3])).collect();
        self.tell(Event::JobStarted { subtrees }).await;
        self.tell(Event::DocumentRead { page_count: 3, pages_read: 3, findings: Vec::new() }).await;
        self.tell(Event::Planned { questions }).await;
    }

    pub(crate) async fn finish(&self, subtree: &str, attempt: u32, value: Value) -> u64 {
        let attribution = Attribution {
            matched: Match::Missing,
            confidence: 0.5,
            reasoning: None,
            page_numbers: Vec::new(),
            locations: Vec::new(),
        };
        let attributions: AttributionMap = match subtree {
            "s1" => [("/number".to_owned(), attribution)].into(),
            _ => AttributionMap::new(),
        };
        let (subtree, spent) = (subtree.to_owned(), spent());
        let findings = Vec::new();
        self.tell(Event::SubtreeFinished { subtree, attempt, value, attributions, findings, remembered: false, spent })
            .await
    }

    pub(crate) async fn retrying(&self, subtree: &str, attempt: u32) -> u64 {
        let (subtree, spent) = (subtree.to_owned(), spent());
        let failure = failure(Code::ModelUnavailable);
        self.tell(Event::SubtreeRetrying {
            subtree,
            attempt,
            failure,
            wait_ms: 500,
            retry_at_ms: 0,
            instead: None,
            spent,
        })
        .await
    }

    pub(crate) async fn give_up(&self, subtree: &str, attempt: u32) -> u64 {
        let (subtree, spent) = (subtree.to_owned(), spent());
        self.tell(Event::SubtreeFailed { subtree, attempt, failure: failure(Code::ModelRefused), spent }).await
    }

    pub(crate) async fn rows(&self, turn: u32, items_new: Vec<Value>, done: bool) -> u64 {
        let (subtree, spent) = ("s2".to_owned(), spent());
        self.tell(Event::RowsArrived {
            subtree,
            turn,
            items_new,
            places: Vec::new(),
            pages_covered: vec![1],
            done,
            spent,
        })
        .await
    }

    pub(crate) async fn complete(&self, result: &Value) -> u64 {
        let result = self.world.blobs.put(Bytes::from(result.to_string())).await.unwrap();
        self.tell(Event::JobCompleted { result, valid: true, findings: Vec::new() }).await
    }

    pub(crate) async fn fail(&self) -> u64 {
        self.tell(Event::JobFailed { failure: failure(Code::Damaged) }).await
    }

    /// The whole life of a job that has two answers: 6 events.
    pub(crate) async fn run(&self) {
        self.begin().await;
        self.finish("s1", 1, part_one()).await;
        self.finish("s2", 1, part_two()).await;
        self.complete(&whole()).await;
    }
}

fn spent() -> Spent {
    let usage = Usage { input_tokens: Some(100), output_tokens: Some(10), ..Usage::calls(1) };
    Spent { model: "embedded".to_owned(), usage, answered_by: None, cost_usd: Some(0.0) }
}

fn failure(code: Code) -> Failure {
    Failure { code, message: format!("it was {code}") }
}

pub(crate) fn part_one() -> Value {
    json!({"number": "A-1", "total": 12.5})
}

pub(crate) fn part_two() -> Value {
    json!([{"what": "ink", "price": 12.5}])
}

pub(crate) fn whole() -> Value {
    json!({"number": "A-1", "total": 12.5, "lines": part_two()})
}
