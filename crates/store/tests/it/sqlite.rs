//! The suite on SQLite, and what only the real file can show: reopening, a second process, a full disk, a busy file.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use futures::StreamExt as _;
use sluice_extract::event::Event;
use sluice_extract::id::KeyId;
use sluice_extract::job::Status;
use sluice_extract::page::ContentHash;
use sluice_store::{
    Admission, Append, Appended, KeyHash, NewKey, OpenOptions, Role, SqliteStore, Store, StoreError, WishRequest,
    follow,
};
use tempfile::TempDir;

use crate::conformance::{World, finished, job_id, names, new_job, standing_clock, suite, tenant};

async fn world() -> (World, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let now_ms = Arc::new(AtomicU64::new(1_000_000));
    let options = OpenOptions { clock: standing_clock(&now_ms), ..OpenOptions::new(Role::Server) };
    let store = SqliteStore::open(directory.path(), options).await.unwrap();
    (World { store: Arc::new(store), now_ms }, directory)
}

names!(suite; world);

async fn open(directory: &Path, role: Role) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(directory, OpenOptions::new(role)).await
}

fn processing(attempt: u32) -> Append {
    Append::new(finished("s1", attempt), Some(Status::Processing))
}

#[tokio::test]
async fn what_was_told_is_there_after_reopening_and_leases_are_free() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), Role::Server).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    store.event_append(&tenant("a"), job_id(1), processing(1)).await.unwrap();
    let request = WishRequest { worker: "w".to_owned(), limit: 1, lease_ms: 1_000_000, only: None, newcomers: false };
    let lost = store.wish_claim(&request).await.unwrap()[0].lease;
    drop(store);

    let store = open(directory.path(), Role::Server).await.unwrap();
    let slice = store.event_list(&tenant("a"), job_id(1), 0, 10).await.unwrap().unwrap();
    assert_eq!(slice.events[0].event, finished("s1", 1));
    let claims = store.wish_claim(&request).await.unwrap();
    assert_eq!(claims.len(), 1, "nobody waits for the lease of a process that is dead");
    assert_ne!(claims[0].lease, lost);
}

#[tokio::test]
async fn two_servers_are_refused_and_a_command_may_come_beside() {
    let directory = tempfile::tempdir().unwrap();
    let server = open(directory.path(), Role::Server).await.unwrap();
    let second = open(directory.path(), Role::Server).await.map(|_| ());
    assert_eq!(second, Err(StoreError::InUse { path: directory.path().to_owned() }));

    let beside = open(directory.path(), Role::Beside).await.unwrap();
    let hash = KeyHash::of("sk_x");
    let key = NewKey { id: KeyId::new(1, [1; 10]), tenant: tenant("a"), label: String::new(), hash };
    beside.key_insert(key).await.unwrap();
    assert!(server.key_find(&hash).await.unwrap().is_some());
    drop(server);
    open(directory.path(), Role::Server).await.unwrap();
}

#[tokio::test]
async fn what_another_process_writes_reaches_those_who_follow() {
    let directory = tempfile::tempdir().unwrap();
    let server: Arc<dyn Store> = Arc::new(open(directory.path(), Role::Server).await.unwrap());
    server.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let mut following = follow(Arc::clone(&server), tenant("a"), job_id(1), 0);
    let mut wishes = server.wish_hint();
    wishes.mark_unchanged();
    let beside = open(directory.path(), Role::Beside).await.unwrap();
    let writing = async {
        let cancel = Append::new(Event::CancelRequested, None);
        beside.event_append(&tenant("a"), job_id(1), cancel).await.unwrap();
    };
    let (next, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(20), following.next()), writing);
    assert_eq!(next.unwrap().unwrap().unwrap().event, Event::CancelRequested);
    tokio::time::timeout(Duration::from_secs(20), wishes.changed()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_newer_release_s_data_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path(), Role::Server).await.unwrap());
    let path = directory.path().join("sluice.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for role in [Role::Server, Role::Beside] {
        let refused = open(directory.path(), role).await.map(|_| ());
        assert_eq!(refused, Err(StoreError::NewerData { place: path.display().to_string(), found: 99, known: 3 }));
    }
}

#[tokio::test]
async fn what_is_no_database_is_told() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sluice.db"), "not a database at all, and long enough".repeat(50)).unwrap();
    assert!(matches!(open(directory.path(), Role::Server).await, Err(StoreError::Damaged(_))));
}

fn large(subtree: &str) -> Append {
    let mut event = finished(subtree, 1);
    if let Event::SubtreeFinished { value, .. } = &mut event {
        *value = serde_json::json!("x".repeat(100_000));
    }
    Append::new(event, Some(Status::Processing))
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_told() {
    let directory = tempfile::tempdir().unwrap();
    let options = OpenOptions { pages_max: Some(120), ..OpenOptions::new(Role::Server) };
    let store = SqliteStore::open(directory.path(), options).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let mut told = 0;
    let error = loop {
        match store.event_append(&tenant("a"), job_id(1), processing(told + 1)).await {
            Ok(Appended::Recorded(_)) => told += 1,
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        assert!(told < 100_000, "the disk is never full");
    };
    assert_eq!(error, StoreError::Full);
    let owner = tenant("a");
    let at_once = (0..20).map(|more| store.event_append(&owner, job_id(1), large(&format!("other{more}"))));
    for outcome in futures::future::join_all(at_once).await {
        assert_eq!(outcome, Err(StoreError::Full), "all that were in the batch are told");
    }
    let slice = store.event_list(&tenant("a"), job_id(1), 0, 100_000).await.unwrap().unwrap();
    assert_eq!((slice.events.len(), slice.log_end), (told as usize, u64::from(told)), "it can still be read");
    drop(store);

    let store = open(directory.path(), Role::Server).await.unwrap();
    let appended = store.event_append(&tenant("a"), job_id(1), processing(told + 1)).await.unwrap();
    assert!(matches!(appended, Appended::Recorded(recorded) if recorded.sequence == u64::from(told) + 1));
}

#[tokio::test]
async fn a_busy_database_is_told_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let options = OpenOptions { busy_wait_ms: 20, ..OpenOptions::new(Role::Server) };
    let store = SqliteStore::open(directory.path(), options).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let other = rusqlite::Connection::open(directory.path().join("sluice.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let refused = store.event_append(&tenant("a"), job_id(1), processing(1)).await;
    assert_eq!(refused, Err(StoreError::Busy));
    assert!(StoreError::Busy.is_retryable());
    other.execute_batch("rollback").unwrap();
    let appended = store.event_append(&tenant("a"), job_id(1), processing(1)).await.unwrap();
    assert!(matches!(appended, Appended::Recorded(recorded) if recorded.sequence == 1));
}

#[tokio::test]
async fn one_call_that_fails_takes_no_other_along() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), Role::Server).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let calls = (1..=40).map(|number| {
        // Every second one takes a name that is taken.
        let name = if number % 2 == 0 { number } else { 1 };
        store.job_insert(new_job("a", name), Admission::default())
    });
    let outcomes = futures::future::join_all(calls).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
    assert_eq!(store.stats().await.unwrap().jobs, 21);
}

#[tokio::test]
async fn a_copy_is_whole_and_compacting_gives_room_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), Role::Server).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    for attempt in 1..=300 {
        store.event_append(&tenant("a"), job_id(1), processing(attempt)).await.unwrap();
    }
    let copy = tempfile::tempdir().unwrap();
    store.backup(&copy.path().join("sluice.db")).await.unwrap();
    assert!(store.backup(&copy.path().join("sluice.db")).await.is_err(), "a copy is never written over");
    let copied = open(copy.path(), Role::Server).await.unwrap();
    assert_eq!(copied.event_list(&tenant("a"), job_id(1), 299, 10).await.unwrap().unwrap().log_end, 300);

    let ended = Append::new(Event::JobCancelled, Some(Status::Cancelled));
    store.event_append(&tenant("a"), job_id(1), ended).await.unwrap();
    assert!(store.job_delete(&tenant("a"), job_id(1)).await.unwrap());
    let before = store.stats().await.unwrap().database_bytes;
    store.compact().await.unwrap();
    assert!(store.stats().await.unwrap().database_bytes < before);
}

#[tokio::test]
async fn the_bytes_that_a_row_needs_are_known() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path(), Role::Server).await.unwrap();
    store.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let result = ContentHash::of(b"result");
    let ended = Event::JobCompleted { result: result.clone(), valid: true, findings: Vec::new() };
    store.event_append(&tenant("a"), job_id(1), Append::new(ended, Some(Status::Completed))).await.unwrap();
    let in_use = store.blobs_in_use().await.unwrap();
    assert_eq!(in_use, [ContentHash::of(b"document"), ContentHash::of(b"schema"), result].into());
    store.job_delete(&tenant("a"), job_id(1)).await.unwrap();
    assert!(store.blobs_in_use().await.unwrap().is_empty());
}
