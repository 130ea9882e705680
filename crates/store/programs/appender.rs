//! Appends to the logs of many jobs at once until it is killed, and prints each event that the store acknowledged.
//!
//! Exists for `tests/it/kill.rs` alone. Arguments: the data directory and how many jobs.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helper: its output is what the test reads"
)]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use sluice_extract::event::{Event, Spent};
use sluice_extract::id::{DocumentId, JobId, SchemaId};
use sluice_extract::job::Status;
use sluice_extract::page::ContentHash;
use sluice_store::{
    Admission, Append, Appended, NewJob, OpenOptions, Remember, Role, SqliteStore, Store, Tenant, random,
};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (directory, jobs) = (arguments.get(1).unwrap(), arguments.get(2).unwrap().parse::<usize>().unwrap());
    let store = SqliteStore::open(Path::new(directory), OpenOptions::new(Role::Server)).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let appending: Vec<_> = (0..jobs).map(|_| tokio::spawn(append_for_ever(Arc::clone(&store)))).collect();
    for task in appending {
        task.await.unwrap();
    }
}

async fn append_for_ever(store: Arc<dyn Store>) {
    let tenant: Tenant = "t".parse().unwrap();
    let id = JobId::new(1, random().unwrap());
    let job = NewJob {
        id,
        tenant: tenant.clone(),
        kind: "document.extract".to_owned(),
        parent: None,
        document: DocumentId::new(1, random().unwrap()),
        document_hash: ContentHash::of(b"d"),
        schema: SchemaId::new(1, random().unwrap()),
        schema_hash: ContentHash::of(b"s"),
        request: json!({}),
        label: "d.pdf".to_owned(),
        key: None,
        request_hash: None,
    };
    store.job_insert(job, Admission::default()).await.unwrap();
    for attempt in 1.. {
        let event = Event::SubtreeFinished {
            subtree: "s1".to_owned(),
            attempt,
            value: json!({"n": attempt, "text": "x".repeat(300)}),
            attributions: Default::default(),
            findings: Vec::new(),
            remembered: false,
            spent: Spent::default(),
        };
        let question = ContentHash::of(format!("{id} {attempt}").as_bytes());
        let remember = Some(Remember { question, answer: json!(attempt) });
        let append = Append { event, status: Some(Status::Processing), remember, lease: None, ending: None };
        let appended = store.event_append(&tenant, id, append).await.unwrap();
        let Appended::Recorded(recorded) = appended else { panic!("{appended:?}") };
        // One write for each line: what is killed in between prints nothing or all of it.
        let line = format!("ack {id} {} {attempt}\n", recorded.sequence);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}
