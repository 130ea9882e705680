//! A store that can die, fail and count, around a real one.
//!
//! Time stands while a call is under way: tokio moves a paused clock on when nothing is left to run, and it does not see
//! the store's own thread.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use sluice_store::{
    Admission, Answer, Append, Appended, Carried, CarriedKind, Claim, CorrectionsPut, CorrectionsRow, DayUsage,
    DocumentRow, IdempotencyBegin, IdempotencyRequest, JobInsert, JobQuery, JobRow, KeyHash, KeyRow, Lease, Listing,
    LogSlice, NewDocument, NewJob, NewKey, NewSchema, PageQuery, Retention, Retired, SchemaChange, SchemaRow, Stats,
    Store, StoreError, TailReceiver, Tenant, WishRequest,
};
use tokio::sync::watch;

/// What happens to its calls.
#[derive(Default)]
pub(crate) struct Fate {
    /// Calls until it is dead; `i64::MAX` for never. The last one is done, and nobody hears of it.
    calls_left: AtomicI64,
    /// Calls that fail with `Busy` before they do anything.
    busy_left: AtomicU64,
    /// Calls that were made.
    pub(crate) calls: AtomicU64,
    /// No log takes an answer of this subtree.
    pub(crate) spoils: Mutex<Option<String>>,
}

impl Fate {
    pub(crate) fn long_life() -> Arc<Self> {
        Arc::new(Self { calls_left: AtomicI64::new(i64::MAX), ..Self::default() })
    }

    /// From now on.
    pub(crate) fn die_after(&self, calls: i64) {
        self.calls_left.store(calls, Ordering::SeqCst);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.calls_left.load(Ordering::SeqCst) <= 0
    }

    pub(crate) fn busy_for(&self, calls: u64) {
        self.busy_left.store(calls, Ordering::SeqCst);
    }

    async fn call<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.busy_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Busy);
        }
        let is_last = self.calls_left.fetch_sub(1, Ordering::SeqCst) == 1;
        let outcome = while_time_stands(work).await;
        if is_last {
            std::future::pending::<()>().await;
        }
        outcome
    }
}

/// A paused clock does not move while a thread of the blocking pool is at work.
pub(crate) async fn while_time_stands<T>(work: impl Future<Output = T>) -> T {
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let standing = tokio::task::spawn_blocking(move || {
        let _ = is_done.recv();
    });
    let outcome = work.await;
    drop(done);
    standing.await.unwrap();
    outcome
}

pub(crate) struct Mortal {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) fate: Arc<Fate>,
}

macro_rules! delegate {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $output:ty;)*) => {
        #[async_trait]
        impl Store for Mortal {
            $(async fn $name(&self, $($argument: $kind),*) -> Result<$output, StoreError> {
                self.fate.call(self.inner.$name($($argument),*)).await
            })*

            async fn event_append(&self, tenant: &Tenant, job: JobId, append: Append) -> Result<Appended, StoreError> {
                if let Event::SubtreeFinished { subtree, .. } = &append.event
                    && self.fate.spoils.lock().unwrap().as_ref() == Some(subtree)
                {
                    return Err(StoreError::Internal("spoiled".to_owned()));
                }
                self.fate.call(self.inner.event_append(tenant, job, append)).await
            }

            fn event_tail(&self, job: JobId) -> TailReceiver {
                self.inner.event_tail(job)
            }

            fn wish_hint(&self) -> watch::Receiver<u64> {
                self.inner.wish_hint()
            }
        }
    };
}

delegate! {
    job_insert(job: NewJob, admission: Admission) -> JobInsert;
    job_get(tenant: &Tenant, id: JobId) -> Option<JobRow>;
    job_list(tenant: &Tenant, query: &JobQuery) -> Listing<JobRow>;
    job_delete(tenant: &Tenant, id: JobId) -> bool;
    corrections_get(tenant: &Tenant, job: JobId) -> Option<CorrectionsRow>;
    corrections_put(tenant: &Tenant, job: JobId, before: u64, content: Value) -> CorrectionsPut;
    event_list(tenant: &Tenant, job: JobId, after: u64, limit: u32) -> Option<LogSlice>;
    wish_claim(request: &WishRequest) -> Vec<Claim>;
    wish_renew(leases: &[Lease], lease_ms: u64) -> Vec<Lease>;
    wish_release(lease: Lease, due_at_ms: u64) -> ();
    wish_next_due() -> Option<u64>;
    remembered_get(tenant: &Tenant, question: &ContentHash) -> Option<Value>;
    document_insert(document: NewDocument) -> DocumentRow;
    document_get(tenant: &Tenant, id: DocumentId) -> Option<DocumentRow>;
    document_list(tenant: &Tenant, page: &PageQuery, search: Option<&str>) -> Listing<DocumentRow>;
    document_delete(tenant: &Tenant, id: DocumentId) -> bool;
    schema_insert(schema: NewSchema) -> SchemaRow;
    schema_get(tenant: &Tenant, id: SchemaId) -> Option<SchemaRow>;
    schema_list(tenant: &Tenant, page: &PageQuery, search: Option<&str>) -> Listing<SchemaRow>;
    schema_update(tenant: &Tenant, id: SchemaId, change: SchemaChange) -> Option<SchemaRow>;
    schema_delete(tenant: &Tenant, id: SchemaId) -> bool;
    key_insert(key: NewKey) -> KeyRow;
    key_find(hash: &KeyHash) -> Option<KeyRow>;
    key_revoked(ids: &[KeyId]) -> Vec<KeyId>;
    key_list(tenant: Option<&Tenant>) -> Vec<KeyRow>;
    key_revoke(id: KeyId) -> bool;
    usage_by_day(tenant: &Tenant, first: u64, last: u64) -> Vec<DayUsage>;
    idempotency_begin(request: IdempotencyRequest) -> IdempotencyBegin;
    idempotency_finish(tenant: &Tenant, key: &str, answer: Answer) -> ();
    idempotency_free(tenant: &Tenant, key: &str) -> ();
    retire(retention: &Retention) -> Retired;
    stats() -> Stats;
    carry_out(kind: CarriedKind, after: i64, limit: u32) -> Vec<(i64, Carried)>;
    carry_in(carried: Carried, log: Vec<Recorded>) -> bool;
    compact() -> ();
    blobs_in_use() -> BTreeSet<ContentHash>;
}
