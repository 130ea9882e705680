//! What every store does, whatever the database. Each function takes a fresh and empty one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt as _;
use serde_json::json;
use sluice_extract::code::Code;
use sluice_extract::event::{Event, Failure, Recorded, Spent};
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::job::{Cost, Status, Took};
use sluice_extract::limits::{DAY_MS, USAGE_KEPT_MS};
use sluice_extract::page::ContentHash;
use sluice_extract::usage::Usage;
use sluice_store::{
    Admission, Answer, Append, Appended, Carried, CarriedKind, Clock, CorrectionsPut, CorrectionsRow, DayUsage, Ending,
    IdempotencyBegin, IdempotencyRequest, JobInsert, JobQuery, KeyHash, Lease, NewDocument, NewJob, NewKey, NewSchema,
    PageQuery, Remember, Retention, SchemaChange, Store, StoreError, Tenant, WishRequest, follow,
};

/// A store and the hands of its clock.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) now_ms: Arc<AtomicU64>,
}

/// A clock that stands until it is moved.
pub(crate) fn standing_clock(now_ms: &Arc<AtomicU64>) -> Clock {
    let now_ms = Arc::clone(now_ms);
    Arc::new(move || now_ms.load(Ordering::SeqCst))
}

/// The names of the suite's functions, handed to another macro.
macro_rules! names {
    ($with:ident; $first:ident) => {
        $with!($first; a_job_is_kept_with_its_wish, a_tenant_sees_only_its_own, admission_counts_and_repeats,
            lists_go_newest_first_and_back, lists_are_filtered, ids_are_contiguous_and_outcomes_told_once,
            nothing_follows_the_end_but_reopening, appending_at_once_leaves_no_gap,
            a_follower_sees_every_event_once, an_outline_leaves_the_values_out, followers_may_come_at_any_time,
            work_is_handed_out_fairly,
            newcomers_are_tenants_that_have_none_handed_out,
            a_lost_lease_cannot_write, wishes_are_timers,
            a_clock_set_back_stalls_no_wish, who_wants_some_jobs_gets_no_other, a_wish_to_stop_survives_giving_back,
            answers_are_remembered_with_their_event,
            documents_are_kept, schemas_are_kept_and_changed, keys_are_found_by_hash, what_jobs_took_is_told_by_day,
            usage_outlives_its_jobs_and_moves,
            idempotency_keys_remember_one_answer, corrections_are_changed_by_who_saw_them,
            corrections_go_with_their_job, corrections_are_carried,
            what_is_old_goes, blobs_in_use_are_named);
    };
}
pub(crate) use names;

/// One test for each function of the suite, over the stores that `$make` makes.
macro_rules! suite {
    ($make:ident; $($name:ident),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let (world, _kept) = $make().await;
            $crate::conformance::$name(world).await;
        })*
    };
}
pub(crate) use suite;

pub(crate) fn tenant(name: &str) -> Tenant {
    name.parse().unwrap()
}

pub(crate) fn job_id(number: u8) -> JobId {
    JobId::new(1_000, [number; 10])
}

pub(crate) fn new_job(owner: &str, number: u8) -> NewJob {
    NewJob {
        id: job_id(number),
        tenant: tenant(owner),
        kind: "document.extract".to_owned(),
        parent: None,
        document: DocumentId::new(1, [number; 10]),
        document_hash: ContentHash::of(b"document"),
        schema: SchemaId::new(1, [1; 10]),
        schema_hash: ContentHash::of(b"schema"),
        request: json!({"model": "m"}),
        label: format!("Report {number}.pdf"),
        key: Some(KeyId::new(1, [9; 10])),
        request_hash: Some(ContentHash::of(b"request")),
    }
}

impl World {
    async fn insert(&self, owner: &str, number: u8) -> JobId {
        let inserted = self.store.job_insert(new_job(owner, number), Admission::default()).await.unwrap();
        assert!(matches!(inserted, JobInsert::Inserted(_)));
        job_id(number)
    }

    async fn append(&self, owner: &str, job: JobId, event: Event, status: Status) -> Appended {
        self.store.event_append(&tenant(owner), job, Append::new(event, Some(status))).await.unwrap()
    }

    async fn end(&self, owner: &str, job: JobId) -> Appended {
        self.append(owner, job, Event::JobCancelled, Status::Cancelled).await
    }

    async fn log(&self, owner: &str, job: JobId) -> Vec<Recorded> {
        self.store.event_list(&tenant(owner), job, 0, 10_000).await.unwrap().unwrap().events
    }

    async fn claim(&self, limit: u32) -> Vec<(JobId, Lease)> {
        let request = WishRequest { worker: "w".to_owned(), limit, lease_ms: 100, only: None, newcomers: false };
        let claims = self.store.wish_claim(&request).await.unwrap();
        claims.into_iter().map(|claim| (claim.job.id, claim.lease)).collect()
    }

    fn pass(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

pub(crate) async fn an_outline_leaves_the_values_out(world: World) {
    let job = world.insert("acme", 1).await;
    let spent = Spent { model: "m \"1\"".to_owned(), cost_usd: Some(0.1), ..Spent::default() };
    let (subtree, items_new, pages_covered) = ("s1".to_owned(), vec![json!({"a": 1}), json!(2)], vec![1]);
    let rows = |turn, items_new, done| {
        let (subtree, pages_covered, spent) = (subtree.clone(), pages_covered.clone(), spent.clone());
        Event::RowsArrived { subtree, turn, items_new, places: Vec::new(), pages_covered, done, spent }
    };
    let events = [rows(1, items_new, false), rows(2, vec![], true), finished("s1", 1), Event::CancelRequested];
    for event in events {
        world.store.event_append(&tenant("acme"), job, Append::new(event, None)).await.unwrap();
    }
    let whole = world.store.event_list(&tenant("acme"), job, 1, 2).await.unwrap().unwrap();
    let outline = world.store.event_outline(&tenant("acme"), job, 1, 2).await.unwrap().unwrap();
    assert_eq!((outline.log_end, outline.ended, outline.events.len()), (whole.log_end, whole.ended, 2));
    let whole = world.store.event_list(&tenant("acme"), job, 0, 9).await.unwrap().unwrap().events;
    let outline = world.store.event_outline(&tenant("acme"), job, 0, 9).await.unwrap().unwrap().events;
    for (whole, outline) in whole.iter().zip(&outline) {
        assert_eq!(whole.event.outline(), outline.event);
        assert_eq!((whole.sequence, whole.at_ms), (outline.sequence, outline.at_ms));
    }
    assert_ne!(whole[2], outline[2], "the value is left out");
    assert!(world.store.event_outline(&tenant("other"), job, 0, 9).await.unwrap().is_none());
}

pub(crate) fn finished(subtree: &str, attempt: u32) -> Event {
    Event::SubtreeFinished {
        subtree: subtree.to_owned(),
        attempt,
        value: json!({"attempt": attempt}),
        attributions: BTreeMap::new(),
        findings: Vec::new(),
        remembered: false,
        spent: Spent::default(),
    }
}

fn recorded(appended: Appended) -> Recorded {
    match appended {
        Appended::Recorded(recorded) => recorded,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_job_is_kept_with_its_wish(world: World) {
    let id = world.insert("a", 1).await;
    let row = world.store.job_get(&tenant("a"), id).await.unwrap().unwrap();
    assert_eq!((row.status, row.round, row.log_end, row.ended_at_ms), (Status::Pending, 0, 0, None));
    assert_eq!((row.request, row.label.as_str()), (json!({"model": "m"}), "Report 1.pdf"));
    assert_eq!(world.claim(10).await.len(), 1);
    assert!(world.store.job_insert(new_job("a", 1), Admission::default()).await.is_err(), "a name is given once");
}

pub(crate) async fn a_tenant_sees_only_its_own(world: World) {
    let id = world.insert("a", 1).await;
    let other = tenant("b");
    assert_eq!(world.store.job_get(&other, id).await.unwrap(), None);
    assert_eq!(world.store.event_list(&other, id, 0, 10).await.unwrap(), None);
    assert_eq!(world.store.job_list(&other, &JobQuery::all(PageQuery::first(10))).await.unwrap().total, 0);
    assert_eq!(world.end("b", id).await, Appended::NoJob);
    assert!(follow(Arc::clone(&world.store), other.clone(), id, 0).next().await.is_none());
    recorded(world.end("a", id).await);
    assert!(!world.store.job_delete(&other, id).await.unwrap());
    assert!(world.store.job_delete(&tenant("a"), id).await.unwrap());
    assert_eq!(world.store.job_get(&tenant("a"), id).await.unwrap(), None);
}

pub(crate) async fn admission_counts_and_repeats(world: World) {
    let at_most_one = || Admission { active_max: Some(1), ..Admission::default() };
    world.insert("a", 1).await;
    let refused = world.store.job_insert(new_job("a", 2), at_most_one()).await.unwrap();
    assert_eq!(refused, JobInsert::TooManyActive { active: 1 });
    let of_another = world.store.job_insert(new_job("b", 3), at_most_one()).await.unwrap();
    assert!(matches!(of_another, JobInsert::Inserted(_)));
    let since = |ms| Admission { repeated_since_ms: Some(ms), ..at_most_one() };
    let now_ms = world.now_ms.load(Ordering::SeqCst);
    let repeated = world.store.job_insert(new_job("a", 4), since(now_ms)).await.unwrap();
    assert!(matches!(repeated, JobInsert::Repeated(row) if row.id == job_id(1)));
    let too_late = world.store.job_insert(new_job("a", 5), since(now_ms + 1)).await.unwrap();
    assert!(matches!(too_late, JobInsert::TooManyActive { .. }));
    world.end("a", job_id(1)).await;
    let again = world.store.job_insert(new_job("a", 6), at_most_one()).await.unwrap();
    assert!(matches!(again, JobInsert::Inserted(_)), "an ended job counts no more");
}

pub(crate) async fn lists_go_newest_first_and_back(world: World) {
    for number in 1..=5 {
        world.insert("a", number).await;
    }
    world.insert("b", 6).await;
    let page = async |cursor: Option<String>| {
        let query = JobQuery::all(PageQuery { limit: 2, cursor });
        let listing = world.store.job_list(&tenant("a"), &query).await.unwrap();
        assert_eq!(listing.total, 5);
        let ids: Vec<JobId> = listing.items.iter().map(|job| job.id).collect();
        (ids, listing.next_cursor, listing.prev_cursor)
    };
    let (first, next, none) = page(None).await;
    assert_eq!((first, none), (vec![job_id(5), job_id(4)], None));
    let (second, next, _) = page(next).await;
    assert_eq!(second, [job_id(3), job_id(2)]);
    let (third, none, back) = page(next).await;
    assert_eq!((third, none), (vec![job_id(1)], None));
    let (second_again, _, back) = page(back).await;
    assert_eq!(second_again, second);
    let (first_again, _, none) = page(back).await;
    assert_eq!((first_again, none), (vec![job_id(5), job_id(4)], None));
    let wrong = JobQuery::all(PageQuery { limit: 2, cursor: Some("nonsense".to_owned()) });
    assert_eq!(world.store.job_list(&tenant("a"), &wrong).await, Err(StoreError::CursorInvalid));
}

pub(crate) async fn lists_are_filtered(world: World) {
    for number in 1..=3 {
        world.insert("a", number).await;
        world.pass(100);
    }
    world.end("a", job_id(2)).await;
    let check = async |change: &dyn Fn(&mut JobQuery), expect: &[u8]| {
        let mut query = JobQuery::all(PageQuery::first(10));
        change(&mut query);
        let listing = world.store.job_list(&tenant("a"), &query).await.unwrap();
        let ids: Vec<JobId> = listing.items.iter().map(|job| job.id).collect();
        assert_eq!(ids, expect.iter().map(|number| job_id(*number)).collect::<Vec<_>>(), "{query:?}");
        assert_eq!(listing.total as usize, expect.len());
    };
    let start = world.now_ms.load(Ordering::SeqCst) - 300;
    check(&|query| query.status = vec![Status::Cancelled], &[2]).await;
    check(&|query| query.status = vec![Status::Pending, Status::Cancelled], &[3, 2, 1]).await;
    check(&|query| query.status = vec![Status::Failed], &[]).await;
    check(&|query| query.search = Some("rEPORT 3".to_owned()), &[3]).await;
    check(&|query| query.search = Some("%".to_owned()), &[]).await;
    check(&|query| query.search = Some(job_id(1).to_string()), &[1]).await;
    check(&|query| query.document = Some(DocumentId::new(1, [2; 10])), &[2]).await;
    check(&|query| query.kind = Some("overlay.generate".to_owned()), &[]).await;
    check(&|query| query.parent = Some(job_id(1)), &[]).await;
    check(&|query| query.created_from_ms = Some(start + 100), &[3, 2]).await;
    check(&|query| query.created_before_ms = Some(start + 100), &[1]).await;
}

pub(crate) async fn ids_are_contiguous_and_outcomes_told_once(world: World) {
    let id = world.insert("a", 1).await;
    let start = || Event::JobStarted { subtrees: Vec::new() };
    let first = recorded(world.append("a", id, start(), Status::Processing).await);
    assert_eq!(first.sequence, 1);
    assert_eq!(world.append("a", id, start(), Status::Processing).await, Appended::Known(first));
    let second = recorded(world.append("a", id, finished("s1", 1), Status::Processing).await);
    let late = Event::SubtreeFailed {
        subtree: "s1".to_owned(),
        attempt: 1,
        failure: Failure { code: Code::ModelUnavailable, message: String::new() },
        spent: Spent::default(),
    };
    assert_eq!(world.append("a", id, late, Status::Retrying).await, Appended::Known(second.clone()));
    let row = world.store.job_get(&tenant("a"), id).await.unwrap().unwrap();
    assert_eq!((row.status, row.log_end), (Status::Processing, 2), "what is refused changes nothing");
    assert_eq!(world.log("a", id).await.last(), Some(&second));
    let after = world.store.event_list(&tenant("a"), id, 1, 10).await.unwrap().unwrap();
    assert_eq!((after.events, after.log_end, after.ended), (vec![second], 2, false));
    let past = world.store.event_list(&tenant("a"), id, u64::MAX, 10).await.unwrap().unwrap();
    assert_eq!((past.events, past.log_end), (vec![], 2));
}

pub(crate) async fn nothing_follows_the_end_but_reopening(world: World) {
    let id = world.insert("a", 1).await;
    assert_eq!(world.append("a", id, Event::JobReopened, Status::Processing).await, Appended::Refused);
    let wrong = Append::new(Event::JobCancelled, Some(Status::Processing));
    assert!(world.store.event_append(&tenant("a"), id, wrong).await.is_err(), "an end has the status of one");
    assert!(!world.store.job_delete(&tenant("a"), id).await.unwrap(), "what has not ended is not removed");
    let end = recorded(world.end("a", id).await);
    assert_eq!(world.end("a", id).await, Appended::Known(end));
    assert_eq!(world.append("a", id, finished("s1", 1), Status::Processing).await, Appended::Refused);
    assert!(world.claim(10).await.is_empty(), "an ended job is no work");
    let row = world.store.job_get(&tenant("a"), id).await.unwrap().unwrap();
    assert_eq!((row.status, row.ended_at_ms.is_some()), (Status::Cancelled, true));

    let reopened = recorded(world.append("a", id, Event::JobReopened, Status::Processing).await);
    assert_eq!(reopened.sequence, 2);
    let row = world.store.job_get(&tenant("a"), id).await.unwrap().unwrap();
    assert_eq!((row.status, row.round, row.ended_at_ms), (Status::Processing, 1, None));
    assert_eq!(world.claim(10).await.len(), 1, "a reopened job is work");
    assert_eq!(recorded(world.end("a", id).await).sequence, 3);
}

pub(crate) async fn appending_at_once_leaves_no_gap(world: World) {
    let jobs: Vec<JobId> = futures::future::join_all((1..=8).map(|number| world.insert("a", number))).await;
    let store = &world.store;
    let appends = jobs.iter().flat_map(|job| (1..=50).map(move |attempt| (*job, attempt))).map(|(job, attempt)| {
        let append = Append::new(finished("s1", attempt), Some(Status::Processing));
        async move { store.event_append(&tenant("a"), job, append).await.unwrap() }
    });
    futures::future::join_all(appends).await;
    for job in jobs {
        let sequences: Vec<u64> = world.log("a", job).await.iter().map(|recorded| recorded.sequence).collect();
        assert_eq!(sequences, (1..=50).collect::<Vec<u64>>());
    }
}

pub(crate) async fn a_follower_sees_every_event_once(world: World) {
    const EVENTS: u32 = 200;
    let id = world.insert("a", 1).await;
    let followers: Vec<_> = (0..20)
        .map(|_| {
            let following = follow(Arc::clone(&world.store), tenant("a"), id, 0);
            tokio::spawn(async move { following.map(|next| next.unwrap().sequence).collect::<Vec<u64>>().await })
        })
        .collect();
    for attempt in 1..=EVENTS {
        recorded(world.append("a", id, finished("s1", attempt), Status::Processing).await);
    }
    recorded(world.end("a", id).await);
    for follower in followers {
        assert_eq!(follower.await.unwrap(), (1..=u64::from(EVENTS) + 1).collect::<Vec<u64>>());
    }
}

pub(crate) async fn followers_may_come_at_any_time(world: World) {
    let id = world.insert("a", 1).await;
    for attempt in 1..=150 {
        recorded(world.append("a", id, finished("s1", attempt), Status::Processing).await);
    }
    let mut late = follow(Arc::clone(&world.store), tenant("a"), id, 148);
    assert_eq!(late.next().await.unwrap().unwrap().sequence, 149);
    assert_eq!(late.next().await.unwrap().unwrap().sequence, 150);
    let (next, _) = tokio::join!(late.next(), world.end("a", id));
    assert_eq!(next.unwrap().unwrap().event, Event::JobCancelled);
    assert!(late.next().await.is_none(), "it ends with the job");

    let all = follow(Arc::clone(&world.store), tenant("a"), id, 0);
    assert_eq!(all.count().await, 151);
    assert_eq!(follow(Arc::clone(&world.store), tenant("a"), id, 151).count().await, 0);
    recorded(world.append("a", id, Event::JobReopened, Status::Processing).await);
    recorded(world.end("a", id).await);
    let across = follow(Arc::clone(&world.store), tenant("a"), id, 150);
    assert_eq!(across.map(|next| next.unwrap().sequence).collect::<Vec<_>>().await, [151, 152, 153]);
}

pub(crate) async fn work_is_handed_out_fairly(world: World) {
    for number in 1..=6 {
        world.insert("busy", number).await;
    }
    world.insert("calm", 7).await;
    let first: Vec<JobId> = world.claim(2).await.into_iter().map(|(job, _)| job).collect();
    assert_eq!(first, [job_id(1), job_id(7)], "each tenant gets one before one gets two");
    world.insert("calm", 8).await;
    let second: Vec<JobId> = world.claim(2).await.into_iter().map(|(job, _)| job).collect();
    assert_eq!(second, [job_id(2), job_id(8)]);
    assert_eq!(world.claim(10).await.len(), 4, "nothing is handed out twice");
    assert!(world.claim(10).await.is_empty());
}

pub(crate) async fn newcomers_are_tenants_that_have_none_handed_out(world: World) {
    for number in 1..=3 {
        world.insert("busy", number).await;
    }
    assert_eq!(world.claim(1).await.len(), 1);
    world.insert("calm", 4).await;
    world.insert("calm", 5).await;
    let newcomers = async || {
        let request = WishRequest { worker: "w".to_owned(), limit: 9, lease_ms: 100, only: None, newcomers: true };
        let claims = world.store.wish_claim(&request).await.unwrap();
        claims.into_iter().map(|claim| claim.job.id).collect::<Vec<_>>()
    };
    assert_eq!(newcomers().await, [job_id(4)], "one of each");
    assert_eq!(newcomers().await, [], "now it has one");
}

pub(crate) async fn who_wants_some_jobs_gets_no_other(world: World) {
    let (first, second) = (world.insert("a", 1).await, world.insert("a", 2).await);
    let claim = async |only: &[JobId]| {
        let request = WishRequest {
            worker: "w".to_owned(),
            limit: 9,
            lease_ms: 100,
            only: Some(only.to_vec()),
            newcomers: false,
        };
        let claims = world.store.wish_claim(&request).await.unwrap();
        claims.into_iter().map(|claim| claim.job.id).collect::<Vec<_>>()
    };
    assert_eq!(claim(&[]).await, []);
    assert_eq!(claim(&[second, job_id(3)]).await, [second]);
    assert_eq!(claim(&[first, second]).await, [first]);
}

pub(crate) async fn a_lost_lease_cannot_write(world: World) {
    let id = world.insert("a", 1).await;
    let (_, slow) = world.claim(1).await[0];
    assert!(world.store.wish_renew(&[slow], 100).await.unwrap().is_empty());
    world.pass(101);
    let (_, quick) = world.claim(1).await[0];
    assert_eq!(world.store.wish_renew(&[slow, quick], 100).await.unwrap(), [slow]);
    let with = |lease, attempt| Append {
        lease: Some(lease),
        ..Append::new(finished("s1", attempt), Some(Status::Processing))
    };
    let refused = world.store.event_append(&tenant("a"), id, with(slow, 1)).await;
    assert_eq!(refused, Err(StoreError::LeaseLost));
    assert!(world.log("a", id).await.is_empty(), "nothing of it was kept");
    recorded(world.store.event_append(&tenant("a"), id, with(quick, 1)).await.unwrap());
    world.store.wish_release(quick, 0).await.unwrap();
    let gone = world.store.event_append(&tenant("a"), id, with(quick, 2)).await;
    assert_eq!(gone, Err(StoreError::LeaseLost));
}

pub(crate) async fn wishes_are_timers(world: World) {
    let hint = world.store.wish_hint();
    let id = world.insert("a", 1).await;
    assert!(hint.has_changed().unwrap(), "who waits for work hears of it");
    let now_ms = world.now_ms.load(Ordering::SeqCst);
    let (_, lease) = world.claim(1).await[0];
    assert_eq!(world.store.wish_next_due().await.unwrap(), Some(now_ms + 100), "a lease runs out");
    world.store.wish_release(lease, now_ms + 500).await.unwrap();
    assert_eq!(world.store.wish_next_due().await.unwrap(), Some(now_ms + 500));
    assert!(world.claim(1).await.is_empty());
    world.pass(500);
    let (_, lease) = world.claim(1).await[0];
    world.store.wish_release(lease, now_ms + 10_000).await.unwrap();
    let cancel = Append::new(Event::CancelRequested, None);
    recorded(world.store.event_append(&tenant("a"), id, cancel).await.unwrap());
    assert_eq!(world.claim(1).await.len(), 1, "a wish to stop is not kept waiting");
    world.end("a", id).await;
    assert_eq!(world.store.wish_next_due().await.unwrap(), None);
}

pub(crate) async fn a_clock_set_back_stalls_no_wish(world: World) {
    let set_to = |ms: u64| world.now_ms.store(ms, Ordering::SeqCst);
    let now_ms = world.now_ms.load(Ordering::SeqCst);
    world.insert("a", 1).await;
    set_to(now_ms - 10_000);
    let (_, lease) = world.claim(1).await[0];
    assert!(world.claim(1).await.is_empty(), "it is held now");
    set_to(now_ms);
    world.store.wish_release(lease, now_ms + 500).await.unwrap();
    set_to(now_ms - 10_000);
    let (_, lease) = world.claim(1).await[0];
    world.store.wish_release(lease, now_ms - 10_000 + 500).await.unwrap();
    assert!(world.claim(1).await.is_empty(), "by the new clock it waits as it was told");
    world.pass(500);
    assert_eq!(world.claim(1).await.len(), 1);
}

pub(crate) async fn a_wish_to_stop_survives_giving_back(world: World) {
    let id = world.insert("a", 1).await;
    let now_ms = world.now_ms.load(Ordering::SeqCst);
    let (_, lease) = world.claim(1).await[0];
    recorded(world.store.event_append(&tenant("a"), id, Append::new(Event::CancelRequested, None)).await.unwrap());
    world.store.wish_release(lease, now_ms + 500).await.unwrap();
    let (_, lease) = world.claim(1).await[0];
    world.store.wish_release(lease, now_ms + 500).await.unwrap();
    assert!(world.claim(1).await.is_empty(), "who has it the second time knows of it");
}

pub(crate) async fn answers_are_remembered_with_their_event(world: World) {
    let id = world.insert("a", 1).await;
    let question = ContentHash::of(b"question");
    let remember = || Some(Remember { question: question.clone(), answer: json!({"value": 1}) });
    let get = async |owner: &str| world.store.remembered_get(&tenant(owner), &question).await.unwrap();
    assert_eq!(get("a").await, None);
    let append = Append { remember: remember(), ..Append::new(finished("s1", 1), Some(Status::Processing)) };
    recorded(world.store.event_append(&tenant("a"), id, append).await.unwrap());
    assert_eq!(get("a").await, Some(json!({"value": 1})));
    assert_eq!(get("b").await, None, "nobody learns what another asked");
}

pub(crate) async fn documents_are_kept(world: World) {
    let document = |owner: &str, number: u8| NewDocument {
        id: DocumentId::new(1, [number; 10]),
        tenant: tenant(owner),
        hash: ContentHash::of(&[number]),
        file_name: format!("Übersicht {number}.pdf"),
        file_size: 5_000_000_000,
        page_count: 3,
        media_type: "application/pdf".to_owned(),
    };
    let kept = world.store.document_insert(document("a", 1)).await.unwrap();
    world.store.document_insert(document("b", 2)).await.unwrap();
    assert_eq!(world.store.document_get(&tenant("a"), kept.document.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(world.store.document_get(&tenant("b"), kept.document.id).await.unwrap(), None);
    let found = world.store.document_list(&tenant("a"), &PageQuery::first(5), Some("üBERSICHT")).await.unwrap();
    assert_eq!(found.items, std::slice::from_ref(&kept));
    assert!(!world.store.document_delete(&tenant("b"), kept.document.id).await.unwrap());
    assert!(world.store.document_delete(&tenant("a"), kept.document.id).await.unwrap());
}

pub(crate) async fn schemas_are_kept_and_changed(world: World) {
    let schema = NewSchema {
        id: SchemaId::new(1, [1; 10]),
        tenant: tenant("a"),
        name: "Invoice".to_owned(),
        description: None,
        definition: json!({"type": "object", "properties": {"z": {}, "a": {}}}),
        metadata: json!({}),
    };
    let kept = world.store.schema_insert(schema).await.unwrap();
    world.pass(10);
    let change = SchemaChange { name: Some("Bill".to_owned()), ..SchemaChange::default() };
    let none = world.store.schema_update(&tenant("b"), kept.schema.id, change.clone()).await.unwrap();
    assert_eq!(none, None);
    let changed = world.store.schema_update(&tenant("a"), kept.schema.id, change).await.unwrap().unwrap();
    assert_eq!((changed.schema.name.as_str(), changed.updated_at_ms), ("Bill", kept.created_at_ms + 10));
    assert_eq!(changed.schema.definition.to_string(), kept.schema.definition.to_string(), "order is kept");
    let page = PageQuery::first(5);
    assert_eq!(world.store.schema_list(&tenant("a"), &page, Some("bill")).await.unwrap().items, [changed]);
    assert!(world.store.schema_delete(&tenant("a"), kept.schema.id).await.unwrap());
    assert!(!world.store.schema_delete(&tenant("a"), kept.schema.id).await.unwrap());
}

pub(crate) async fn keys_are_found_by_hash(world: World) {
    let hash = KeyHash::of("sk_one");
    let id = KeyId::new(1, [1; 10]);
    let key = NewKey { id, tenant: tenant("a"), label: "laptop".to_owned(), hash };
    let kept = world.store.key_insert(key).await.unwrap();
    assert_eq!(world.store.key_find(&hash).await.unwrap(), Some(kept));
    assert_eq!(world.store.key_find(&KeyHash::of("sk_two")).await.unwrap(), None);
    let nobodys = KeyId::new(1, [2; 10]);
    assert_eq!(world.store.key_revoked(&[id, nobodys]).await.unwrap(), [nobodys]);
    assert!(world.store.key_revoke(id).await.unwrap());
    assert_eq!(world.store.key_revoked(&[id]).await.unwrap(), [id]);
    assert_eq!(world.store.key_find(&hash).await.unwrap(), None);
    assert_eq!(world.store.key_list(Some(&tenant("a"))).await.unwrap().len(), 1, "who had one is still known");
    assert!(world.store.key_list(Some(&tenant("b"))).await.unwrap().is_empty());
    assert!(!world.store.key_revoke(KeyId::new(1, [2; 10])).await.unwrap());
}

fn cancelled(model: &str, pages: u32, usage: Usage, cost: Cost) -> Append {
    let ending = Ending { model: model.to_owned(), took: Took { pages, usage, cost } };
    Append { ending: Some(ending), ..Append::new(Event::JobCancelled, Some(Status::Cancelled)) }
}

fn tokens(input: u64) -> Usage {
    Usage { input_tokens: Some(input), thinking_tokens: Some(2), ..Usage::calls(1) }
}

fn usd(known_usd: f64) -> Cost {
    Cost { known_usd, is_partly_unknown: false }
}

impl World {
    async fn usage(&self, owner: &str, first: u64, last: u64) -> Vec<DayUsage> {
        self.store.usage_by_day(&tenant(owner), first, last).await.unwrap()
    }

    /// Four jobs that ended today, of two tenants and two models.
    async fn spend(&self) -> u64 {
        for (number, owner, append) in [
            (1, "a", cancelled("m", 3, tokens(10), usd(0.25))),
            (2, "a", cancelled("m", 4, tokens(20), usd(0.5))),
            (3, "a", cancelled("l", 5, Usage::untold(), Cost { known_usd: 1.0, is_partly_unknown: true })),
            (4, "b", cancelled("m", 6, tokens(30), usd(2.0))),
        ] {
            let job = self.insert(owner, number).await;
            recorded(self.store.event_append(&tenant(owner), job, append.clone()).await.unwrap());
            let again = self.store.event_append(&tenant(owner), job, append).await.unwrap();
            assert!(matches!(again, Appended::Known(_)), "told twice, counted once");
        }
        self.now_ms.load(Ordering::SeqCst) / DAY_MS
    }
}

pub(crate) async fn what_jobs_took_is_told_by_day(world: World) {
    let today = world.spend().await;
    let unknown = world.insert("a", 5).await;
    world.append("a", unknown, Event::JobCancelled, Status::Cancelled).await;
    let sum = DayUsage {
        day: today,
        model: "m".to_owned(),
        completed: 0,
        failed: 0,
        cancelled: 2,
        pages: 7,
        input_tokens: 30,
        output_tokens: 4,
        cost_usd: 0.75,
        partly_unknown: 0,
    };
    let other = DayUsage {
        model: "l".to_owned(),
        cancelled: 1,
        pages: 5,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 1.0,
        partly_unknown: 1,
        ..sum.clone()
    };
    assert_eq!(world.usage("a", today, today).await, [other, sum], "what names no ending is not counted");
    assert_eq!(world.usage("b", 0, today + 1).await.len(), 1);
    assert_eq!(world.usage("a", today + 1, today + 9).await, []);
}

pub(crate) async fn usage_outlives_its_jobs_and_moves(world: World) {
    let today = world.spend().await;
    let before = world.usage("a", 0, today).await;
    world.pass(DAY_MS);
    world.append("a", job_id(1), Event::JobReopened, Status::Processing).await;
    let again = cancelled("m", 0, tokens(1), usd(0.125));
    recorded(world.store.event_append(&tenant("a"), job_id(1), again).await.unwrap());
    assert!(world.store.job_delete(&tenant("a"), job_id(2)).await.unwrap());
    let later = world.usage("a", 0, today + 1).await;
    assert_eq!(later[..2], before, "what is deleted was there");
    assert_eq!((later[2].day, later[2].cancelled, later[2].cost_usd, later.len()), (today + 1, 1, 0.125, 3));

    let rows = world.store.carry_out(CarriedKind::Usage, 0, 100).await.unwrap();
    assert_eq!(rows.len(), 5);
    for (_, row) in rows {
        let row: Carried = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
        assert!(!world.store.carry_in(row, Vec::new()).await.unwrap(), "it is there already");
    }
    world.pass(USAGE_KEPT_MS - DAY_MS / 2);
    assert_eq!(world.store.retire(&Retention::default()).await.unwrap().usage, 4);
    assert_eq!(world.usage("a", 0, today + 1).await.len(), 1);
}

pub(crate) async fn idempotency_keys_remember_one_answer(world: World) {
    let begin = async |owner: &str, body: &[u8]| {
        let (tenant, key) = (tenant(owner), "k".to_owned());
        let request = IdempotencyRequest { tenant, key, request_hash: ContentHash::of(body), keep_ms: 1_000 };
        world.store.idempotency_begin(request).await.unwrap()
    };
    let answer = Answer { status: 200, media_type: "application/json".to_owned(), body: "{}".to_owned() };
    assert_eq!(begin("a", b"x").await, IdempotencyBegin::New);
    assert_eq!(begin("a", b"x").await, IdempotencyBegin::Running);
    assert_eq!(begin("b", b"x").await, IdempotencyBegin::New);
    world.store.idempotency_free(&tenant("a"), "k").await.unwrap();
    assert_eq!(begin("a", b"x").await, IdempotencyBegin::New);
    let admission = Admission { idempotency: Some(("k".to_owned(), answer.clone())), ..Admission::default() };
    world.store.job_insert(new_job("a", 1), admission).await.unwrap();
    assert_eq!(begin("a", b"x").await, IdempotencyBegin::Answered(answer.clone()), "kept with the job it is about");
    assert_eq!(begin("a", b"y").await, IdempotencyBegin::Conflict);
    world.store.idempotency_finish(&tenant("b"), "k", answer.clone()).await.unwrap();
    assert_eq!(begin("b", b"x").await, IdempotencyBegin::Answered(answer));
    world.pass(1_000);
    assert_eq!(begin("a", b"y").await, IdempotencyBegin::New, "after its time it is forgotten");
}

pub(crate) async fn what_is_old_goes(world: World) {
    for number in 1..=150 {
        world.insert("a", number).await;
        recorded(world.append("a", job_id(number), finished("s1", 1), Status::Processing).await);
        if number != 2 {
            world.end("a", job_id(number)).await;
        }
    }
    world.pass(1_000);
    world.insert("a", 151).await;
    world.end("a", job_id(151)).await;
    let retention = Retention { jobs_ms: Some(500), ..Retention::default() };
    assert_eq!(world.store.retire(&retention).await.unwrap().jobs, 149);
    let left = world.store.job_list(&tenant("a"), &JobQuery::all(PageQuery::first(10))).await.unwrap();
    assert_eq!(left.items.iter().map(|job| job.id).collect::<Vec<_>>(), [job_id(151), job_id(2)]);
    assert_eq!(world.store.event_list(&tenant("a"), job_id(1), 0, 1).await.unwrap(), None);
    let stats = world.store.stats().await.unwrap();
    assert_eq!((stats.jobs, stats.jobs_active, stats.events), (2, 1, 2));
}

impl World {
    async fn say(&self, owner: &str, job: JobId, before: u64, content: serde_json::Value) -> CorrectionsPut {
        self.store.corrections_put(&tenant(owner), job, before, content).await.unwrap()
    }

    async fn said(&self, owner: &str, job: JobId) -> Option<CorrectionsRow> {
        self.store.corrections_get(&tenant(owner), job).await.unwrap()
    }
}

pub(crate) async fn corrections_are_changed_by_who_saw_them(world: World) {
    let id = world.insert("a", 1).await;
    assert_eq!(world.said("a", id).await, Some(CorrectionsRow::none()));
    let content = json!({"/a": {"value": "\0 b", "checked": true}});
    let first = CorrectionsRow { revision: 1, content: content.clone(), changed_at_ms: Some(1_000_000) };
    assert_eq!(world.say("a", id, 0, content).await, CorrectionsPut::Kept(first.clone()));
    assert_eq!(world.said("a", id).await, Some(first.clone()));
    // Who did not see the first one changes nothing.
    for before in [0, 2] {
        assert_eq!(world.say("a", id, before, json!({})).await, CorrectionsPut::Outdated { revision: 1 });
    }
    assert_eq!(world.said("a", id).await, Some(first));
    world.pass(5);
    let second = CorrectionsRow { revision: 2, content: json!({}), changed_at_ms: Some(1_000_005) };
    assert_eq!(world.say("a", id, 1, json!({})).await, CorrectionsPut::Kept(second));
    // Of many at once one is the first.
    let many = (0..8).map(|number| world.say("a", id, 2, json!({"/n": {"value": number}})));
    let done = futures::future::join_all(many).await;
    assert_eq!(done.iter().filter(|done| matches!(done, CorrectionsPut::Kept(_))).count(), 1);
}

pub(crate) async fn corrections_go_with_their_job(world: World) {
    let (id, none) = (world.insert("a", 1).await, job_id(2));
    world.say("a", id, 0, json!({"/a": {}})).await;
    for (owner, job) in [("b", id), ("a", none)] {
        assert_eq!(
            (world.said(owner, job).await, world.say(owner, job, 0, json!({})).await),
            (None, CorrectionsPut::NoJob)
        );
    }
    world.end("a", id).await;
    assert!(world.store.job_delete(&tenant("a"), id).await.unwrap());
    assert_eq!(world.said("a", id).await, None);
    world.insert("a", 1).await;
    assert_eq!(world.said("a", id).await, Some(CorrectionsRow::none()));
}

pub(crate) async fn corrections_are_carried(world: World) {
    for number in 1..=3 {
        let id = world.insert("a", number).await;
        let content = json!({"/a": {"value": number}});
        world.store.corrections_put(&tenant("a"), id, 0, content).await.unwrap();
    }
    let (first, _) = world.store.carry_out(CarriedKind::Corrections, 0, 1).await.unwrap().remove(0);
    let mut rest = world.store.carry_out(CarriedKind::Corrections, first, 10).await.unwrap();
    assert_eq!(rest.len(), 2);
    let (_, Carried::Corrections(mut row)) = rest.remove(0) else { panic!("{rest:?}") };
    assert_eq!((row.job, row.revision, row.changed_at_ms), (job_id(2), 1, 1_000_000));
    // What is there stays; what is not comes whole; where no job is nothing is kept.
    let take = async |row: &_| world.store.carry_in(Carried::Corrections(Clone::clone(row)), Vec::new()).await.unwrap();
    assert!(!take(&row).await);
    row.job = world.insert("a", 4).await;
    (row.revision, row.changed_at_ms) = (7, 5);
    assert!(take(&row).await);
    let kept = CorrectionsRow { revision: 7, content: row.content.clone(), changed_at_ms: Some(5) };
    assert_eq!(world.store.corrections_get(&tenant("a"), row.job).await.unwrap(), Some(kept));
    row.tenant = tenant("b");
    assert!(!take(&row).await);
}

pub(crate) async fn blobs_in_use_are_named(world: World) {
    let id = world.insert("a", 1).await;
    let in_use = async || world.store.blobs_in_use().await.unwrap().into_iter().collect::<Vec<_>>();
    let mut expect = vec![ContentHash::of(b"document"), ContentHash::of(b"schema")];
    expect.sort();
    assert_eq!(in_use().await, expect);
    // Neither a result nor none: what a value says is not taken for the name of a blob.
    recorded(world.append("a", id, finished("s1", 1), Status::Processing).await);
    let end = Event::JobCompleted { result: ContentHash::of(b"result"), valid: true, findings: Vec::new() };
    recorded(world.append("a", id, end, Status::Completed).await);
    expect.push(ContentHash::of(b"result"));
    expect.sort();
    assert_eq!(in_use().await, expect);
    assert!(world.store.job_delete(&tenant("a"), id).await.unwrap());
    assert_eq!(in_use().await, []);
    world.store.compact().await.unwrap();
}
