//! The suite on a real PostgreSQL, and what only several processes on it can show.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use sluice_extract::event::Event;
use sluice_extract::job::Status;
use sluice_extract::page::ContentHash;
use sluice_store::{
    Admission, Answer, Append, Appended, IdempotencyBegin, IdempotencyRequest, PostgresOptions, PostgresStore, Store,
    StoreError, WishRequest, follow,
};
use sluice_testkit::postgres::Postgres;

use crate::conformance::{self, World, finished, job_id, new_job, standing_clock, tenant};

/// Longest wait for another process to hear of something.
const PATIENCE: Duration = Duration::from_secs(20);

async fn world(server: &Postgres) -> World {
    let now_ms = Arc::new(AtomicU64::new(1_000_000));
    let options = PostgresOptions { clock: Some(standing_clock(&now_ms)), ..PostgresOptions::default() };
    let store = PostgresStore::open(&server.database(), options).await.unwrap();
    World { store: Arc::new(store), now_ms }
}

/// One server for all of them, since starting one takes longer than most; a database for each.
macro_rules! on_one_server {
    ($server:ident; $($name:ident),* $(,)?) => {
        $(
            let fresh = world(&$server).await;
            let ran = AssertUnwindSafe(conformance::$name(fresh)).catch_unwind().await;
            assert!(ran.is_ok(), "{} failed on PostgreSQL", stringify!($name));
        )*
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_does_what_every_store_does() {
    let server = Postgres::start();
    conformance::names!(on_one_server; server);
}

async fn open(place: &str) -> Arc<dyn Store> {
    Arc::new(PostgresStore::open(place, PostgresOptions::default()).await.unwrap())
}

fn claim(limit: u32) -> WishRequest {
    WishRequest { worker: "w".to_owned(), limit, lease_ms: 1_000_000, only: None, newcomers: false }
}

fn processing(attempt: u32) -> Append {
    Append::new(finished("s1", attempt), Some(Status::Processing))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_together_make_the_tables_once() {
    let server = Postgres::start();
    let place = server.database();
    let stores = futures::future::join_all((0..6).map(|_| open(&place))).await;
    for (number, store) in (1..).zip(&stores) {
        store.job_insert(new_job("a", number), Admission::default()).await.unwrap();
    }
    assert_eq!(stores[0].stats().await.unwrap().jobs, 6);
    assert_eq!(server.run("sluice_0", "select count(*) from sluice_version"), "1");
    server.run("sluice_0", "update sluice_version set version = 99");
    let newer = PostgresStore::open(&place, PostgresOptions::default()).await.map(|_| ());
    assert!(
        matches!(&newer, Err(StoreError::NewerData { found: 99, place, .. }) if !place.contains("//:")),
        "{newer:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_appends_reaches_those_who_follow_in_another() {
    let server = Postgres::start();
    let place = server.database();
    let (writes, reads) = (open(&place).await, open(&place).await);
    let mut wishes = reads.wish_hint();
    wishes.mark_unchanged();
    writes.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    tokio::time::timeout(PATIENCE, wishes.changed()).await.expect("hears that there is work").unwrap();
    let followers: Vec<_> = (0..50)
        .map(|_| {
            let following = follow(Arc::clone(&reads), tenant("a"), job_id(1), 0);
            tokio::spawn(following.map(|next| next.unwrap().sequence).collect::<Vec<u64>>())
        })
        .collect();
    for attempt in 1..=200 {
        writes.event_append(&tenant("a"), job_id(1), processing(attempt)).await.unwrap();
    }
    let end = Append::new(Event::JobCancelled, Some(Status::Cancelled));
    writes.event_append(&tenant("a"), job_id(1), end).await.unwrap();
    for follower in followers {
        let seen = tokio::time::timeout(PATIENCE, follower).await.expect("the end is heard").unwrap();
        assert_eq!(seen, (1..=201).collect::<Vec<u64>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_append_and_claim_without_a_gap_or_a_double() {
    let server = Postgres::start();
    let place = server.database();
    let stores = futures::future::join_all((0..4).map(|_| open(&place))).await;
    for number in 1..=40 {
        stores[0].job_insert(new_job(&format!("t{}", number % 3), number), Admission::default()).await.unwrap();
    }
    let taken = stores.iter().map(async |store| {
        let mut taken = Vec::new();
        loop {
            let claims = store.wish_claim(&claim(3)).await.unwrap();
            if claims.is_empty() {
                return taken;
            }
            for claim in claims {
                let append = Append { lease: Some(claim.lease), ..processing(1) };
                let appended = store.event_append(&claim.job.tenant, claim.job.id, append).await.unwrap();
                assert!(matches!(appended, Appended::Recorded(_)), "{appended:?}");
                taken.push(claim.job.id);
            }
        }
    });
    let mut taken = futures::future::join_all(taken).await.concat();
    taken.sort_unstable();
    let mut expect: Vec<_> = (1..=40).map(job_id).collect();
    expect.sort_unstable();
    assert_eq!(taken, expect, "each is handed out once");
    let appends = (0..100_u32).map(|number| {
        let store = &stores[number as usize % 4];
        async move { store.event_append(&tenant("t1"), job_id(1), processing(2 + number / 2)).await.unwrap() }
    });
    let appended = futures::future::join_all(appends).await;
    let known = appended.iter().filter(|appended| matches!(appended, Appended::Known(_))).count();
    let log = stores[0].event_list(&tenant("t1"), job_id(1), 0, 1_000).await.unwrap().unwrap();
    let sequences: Vec<u64> = log.events.iter().map(|recorded| recorded.sequence).collect();
    assert_eq!((known, sequences), (50, (1..=51).collect()), "told twice, recorded once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_held_is_free_for_the_living() {
    let server = Postgres::start();
    let place = server.database();
    let (dead, alive) = (open(&place).await, open(&place).await);
    dead.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let held = dead.wish_claim(&claim(1)).await.unwrap();
    assert_eq!(held.len(), 1);
    assert!(alive.wish_claim(&claim(1)).await.unwrap().is_empty());
    drop(dead);
    let taken = tokio::time::timeout(PATIENCE, async {
        loop {
            let claims = alive.wish_claim(&claim(1)).await.unwrap();
            if let [one] = &claims[..] {
                return one.lease;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let lease = taken.await.expect("nobody waits for its lease");
    assert_ne!(lease, held[0].lease);
    let late = Append { lease: Some(held[0].lease), ..processing(1) };
    assert_eq!(alive.event_append(&tenant("a"), job_id(1), late).await, Err(StoreError::LeaseLost));
    drop(alive);
    // Who starts finds that nobody is there, and need not look twice.
    let next = open(&place).await;
    assert_eq!(next.wish_claim(&claim(1)).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_died_with_its_process_may_be_repeated_after_a_while() {
    let server = Postgres::start();
    let (place, now_ms) = (server.database(), Arc::new(AtomicU64::new(1_000_000)));
    let open = async || {
        let options = PostgresOptions { clock: Some(standing_clock(&now_ms)), ..PostgresOptions::default() };
        PostgresStore::open(&place, options).await.unwrap()
    };
    let request = || IdempotencyRequest {
        tenant: tenant("a"),
        key: "k\0".to_owned(),
        request_hash: ContentHash::of(b"x"),
        keep_ms: 1_000_000,
    };
    let (dead, alive) = (open().await, open().await);
    assert_eq!(dead.idempotency_begin(request()).await, Ok(IdempotencyBegin::New));
    now_ms.fetch_add(60_000, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(alive.idempotency_begin(request()).await, Ok(IdempotencyBegin::Running), "it may take long");
    drop(dead);
    let begun = tokio::time::timeout(PATIENCE, async {
        while alive.idempotency_begin(request()).await != Ok(IdempotencyBegin::New) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    begun.await.expect("nobody answers it any more");
    let answer = Answer { status: 200, media_type: "application/json".to_owned(), body: "{}".to_owned() };
    alive.idempotency_finish(&tenant("a"), "k\0", answer.clone()).await.unwrap();
    assert_eq!(alive.idempotency_begin(request()).await, Ok(IdempotencyBegin::Answered(answer)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_anew_or_is_killed_loses_nothing() {
    let mut server = Postgres::start();
    let place = server.database();
    let (writes, reads) = (open(&place).await, open(&place).await);
    writes.job_insert(new_job("a", 1), Admission::default()).await.unwrap();
    let mut following = follow(Arc::clone(&reads), tenant("a"), job_id(1), 0);
    let mut acknowledged = 0;
    for end in [Postgres::stop, Postgres::kill, Postgres::stop] {
        writes.event_append(&tenant("a"), job_id(1), processing(acknowledged + 1)).await.unwrap();
        acknowledged += 1;
        let seen = tokio::time::timeout(PATIENCE, following.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(seen.sequence, u64::from(acknowledged));
        end(&mut server);
        let refused = writes.event_append(&tenant("a"), job_id(1), processing(acknowledged + 1)).await;
        assert!(refused.as_ref().is_err_and(StoreError::is_retryable), "{refused:?}");
        server.resume();
        let again = tokio::time::timeout(PATIENCE, async {
            loop {
                match writes.event_append(&tenant("a"), job_id(1), processing(acknowledged + 1)).await {
                    Ok(appended) => return appended,
                    Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let Appended::Recorded(recorded) = again.await.unwrap() else { panic!("it was refused, and yet recorded") };
        acknowledged += 1;
        assert_eq!(recorded.sequence, u64::from(acknowledged));
        // The follower lost its connection too: it looks around by itself.
        let seen = tokio::time::timeout(PATIENCE, following.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(seen, Arc::new(recorded));
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_without_the_password() {
    let options = || PostgresOptions { connect_wait: Duration::from_millis(200), ..PostgresOptions::default() };
    let open = async |place| PostgresStore::open(place, options()).await.map(|_| ()).unwrap_err();
    let place = "postgres://me:secret@127.0.0.1:1/none";
    let error = open(place).await;
    assert!(error.is_retryable() && !error.to_string().contains("secret"), "{error}");
    let error = open("nonsense://").await;
    assert!(matches!(error, StoreError::Away(_)), "{error:?}");
}
