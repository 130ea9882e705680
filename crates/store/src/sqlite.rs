//! The store in one SQLite file: WAL, every commit on disk before it is told, one thread that writes.
//!
//! Calls that write become closures for that thread, which runs as many as have gathered in one transaction: they share
//! one flush of the disk. Readers have connections of their own and never wait for it. Another process may write beside
//! (the CLI adds a key): it is noticed within a quarter of a second. Called as `Store`.

mod carry;
mod corrections;
mod documents;
mod events;
mod idempotency;
mod jobs;
mod keep;
mod keys;
mod list;
mod lock;
mod migrations;
mod open;
mod readers;
mod remembered;
mod schemas;
mod usage;
mod wishes;
mod writer;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use serde_json::Value;
use sluice_extract::event::Recorded;
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use tokio::sync::watch;

use crate::tail::Tails;
use crate::{
    Admission, Answer, Append, Appended, Carried, CarriedKind, Claim, Clock, CorrectionsPut, CorrectionsRow, DayUsage,
    DocumentRow, IdempotencyBegin, IdempotencyRequest, JobInsert, JobQuery, JobRow, KeyHash, KeyRow, Lease, Listing,
    LogSlice, NewDocument, NewJob, NewKey, NewSchema, PageQuery, Retention, Retired, SchemaChange, SchemaRow, Stats,
    Store, StoreError, TailReceiver, Tenant, WishRequest,
};

pub use open::{OpenOptions, Role, Synchronous};

use events::Detail;
use lock::ServerLock;
use readers::Readers;
use writer::{Transaction, Writer};

/// The store in one SQLite file.
pub struct SqliteStore {
    // Dropped in this order: the writer ends before the lock is given back.
    writer: Writer,
    readers: Readers,
    tails: Arc<Tails>,
    wishes: watch::Receiver<u64>,
    clock: Clock,
    directory: PathBuf,
    _lock: Option<ServerLock>,
}

impl SqliteStore {
    /// Opens the store of a data directory; makes what is missing.
    ///
    /// # Errors
    /// Another server works there, a newer release wrote there, or the disk does not do what is asked.
    pub async fn open(directory: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        let directory = directory.to_owned();
        blocking(move || open::open(directory, options)).await
    }

    /// The data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a copy of the rows as they are now into a new file, while the server goes on.
    ///
    /// # Errors
    /// The file is there already, or the disk does not do what is asked.
    pub async fn backup(&self, target: &Path) -> Result<(), StoreError> {
        let (path, target) = (open::database(&self.directory), target.to_owned());
        blocking(move || keep::backup(&path, &target)).await
    }

    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.readers.read(work).await
    }
}

/// Runs what may block on a thread for that.
async fn blocking<T, F>(work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Internal(error.to_string()))?
}

#[async_trait]
impl Store for SqliteStore {
    async fn job_insert(&self, job: NewJob, admission: Admission) -> Result<JobInsert, StoreError> {
        self.write(move |tx| jobs::insert(tx, &job, &admission)).await
    }

    async fn job_get(&self, tenant: &Tenant, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| jobs::get(connection, &tenant, id)).await
    }

    async fn job_list(&self, tenant: &Tenant, query: &JobQuery) -> Result<Listing<JobRow>, StoreError> {
        let (tenant, query) = (tenant.clone(), query.clone());
        self.read(move |connection| jobs::list(connection, &tenant, &query)).await
    }

    async fn job_delete(&self, tenant: &Tenant, id: JobId) -> Result<bool, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| jobs::delete(tx, &tenant, id)).await
    }

    async fn corrections_get(&self, tenant: &Tenant, job: JobId) -> Result<Option<CorrectionsRow>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| corrections::get(connection, &tenant, job)).await
    }

    async fn corrections_put(
        &self,
        tenant: &Tenant,
        job: JobId,
        before: u64,
        content: Value,
    ) -> Result<CorrectionsPut, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| corrections::put(tx, &tenant, job, before, content)).await
    }

    async fn event_append(&self, tenant: &Tenant, job: JobId, append: Append) -> Result<Appended, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| events::append(tx, &tenant, job, &append)).await
    }

    async fn event_list(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| events::list(connection, &tenant, job, after, limit, Detail::Whole)).await
    }

    async fn event_outline(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| events::list(connection, &tenant, job, after, limit, Detail::Outline)).await
    }

    fn event_tail(&self, job: JobId) -> TailReceiver {
        self.tails.receiver(job)
    }

    async fn wish_claim(&self, request: &WishRequest) -> Result<Vec<Claim>, StoreError> {
        let request = request.clone();
        self.write(move |tx| wishes::claim(tx, &request)).await
    }

    async fn wish_renew(&self, leases: &[Lease], lease_ms: u64) -> Result<Vec<Lease>, StoreError> {
        let leases = leases.to_vec();
        self.write(move |tx| wishes::renew(tx, &leases, lease_ms)).await
    }

    async fn wish_release(&self, lease: Lease, due_at_ms: u64) -> Result<(), StoreError> {
        self.write(move |tx| wishes::release(tx, lease, due_at_ms)).await
    }

    async fn wish_next_due(&self) -> Result<Option<u64>, StoreError> {
        self.read(wishes::next_due).await
    }

    fn wish_hint(&self) -> watch::Receiver<u64> {
        self.wishes.clone()
    }

    async fn remembered_get(&self, tenant: &Tenant, question: &ContentHash) -> Result<Option<Value>, StoreError> {
        let (tenant, question) = (tenant.clone(), question.clone());
        self.write(move |tx| remembered::get(tx, &tenant, &question)).await
    }

    async fn document_insert(&self, document: NewDocument) -> Result<DocumentRow, StoreError> {
        self.write(move |tx| documents::insert(tx, document)).await
    }

    async fn document_get(&self, tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| documents::get(connection, &tenant, id)).await
    }

    async fn document_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<DocumentRow>, StoreError> {
        let (tenant, page, search) = (tenant.clone(), page.clone(), search.map(str::to_owned));
        self.read(move |connection| documents::list(connection, &tenant, &page, search.as_deref())).await
    }

    async fn document_delete(&self, tenant: &Tenant, id: DocumentId) -> Result<bool, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| documents::delete(tx, &tenant, id)).await
    }

    async fn schema_insert(&self, schema: NewSchema) -> Result<SchemaRow, StoreError> {
        self.write(move |tx| schemas::insert(tx, schema)).await
    }

    async fn schema_get(&self, tenant: &Tenant, id: SchemaId) -> Result<Option<SchemaRow>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| schemas::get(connection, &tenant, id)).await
    }

    async fn schema_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<SchemaRow>, StoreError> {
        let (tenant, page, search) = (tenant.clone(), page.clone(), search.map(str::to_owned));
        self.read(move |connection| schemas::list(connection, &tenant, &page, search.as_deref())).await
    }

    async fn schema_update(
        &self,
        tenant: &Tenant,
        id: SchemaId,
        change: SchemaChange,
    ) -> Result<Option<SchemaRow>, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| schemas::update(tx, &tenant, id, change)).await
    }

    async fn schema_delete(&self, tenant: &Tenant, id: SchemaId) -> Result<bool, StoreError> {
        let tenant = tenant.clone();
        self.write(move |tx| schemas::delete(tx, &tenant, id)).await
    }

    async fn key_insert(&self, key: NewKey) -> Result<KeyRow, StoreError> {
        self.write(move |tx| keys::insert(tx, key)).await
    }

    async fn key_find(&self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
        let hash = *hash;
        self.read(move |connection| keys::find(connection, &hash)).await
    }

    async fn key_revoked(&self, ids: &[KeyId]) -> Result<Vec<KeyId>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| keys::revoked(connection, &ids)).await
    }

    async fn key_list(&self, tenant: Option<&Tenant>) -> Result<Vec<KeyRow>, StoreError> {
        let tenant = tenant.cloned();
        self.read(move |connection| keys::list(connection, tenant.as_ref())).await
    }

    async fn key_revoke(&self, id: KeyId) -> Result<bool, StoreError> {
        self.write(move |tx| keys::revoke(tx, id)).await
    }

    async fn usage_by_day(&self, tenant: &Tenant, first: u64, last: u64) -> Result<Vec<DayUsage>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| usage::by_day(connection, &tenant, first, last)).await
    }

    async fn idempotency_begin(&self, request: IdempotencyRequest) -> Result<IdempotencyBegin, StoreError> {
        self.write(move |tx| idempotency::begin(tx, &request)).await
    }

    async fn idempotency_finish(&self, tenant: &Tenant, key: &str, answer: Answer) -> Result<(), StoreError> {
        let (tenant, key) = (tenant.clone(), key.to_owned());
        self.write(move |tx| idempotency::finish(tx, &tenant, &key, &answer)).await
    }

    async fn idempotency_free(&self, tenant: &Tenant, key: &str) -> Result<(), StoreError> {
        let (tenant, key) = (tenant.clone(), key.to_owned());
        self.write(move |tx| idempotency::free(tx, &tenant, &key)).await
    }

    async fn retire(&self, retention: &Retention) -> Result<Retired, StoreError> {
        let retention = *retention;
        let now_ms = (self.clock)();
        let mut retired = Retired::default();
        // In small bites: nobody who appends waits for thousands of rows to go.
        loop {
            let bite = self.write(move |tx| keep::retire(tx, &retention, now_ms)).await?;
            if bite == Retired::default() {
                return Ok(retired);
            }
            retired += bite;
        }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.read(keep::stats).await
    }

    async fn carry_out(&self, kind: CarriedKind, after: i64, limit: u32) -> Result<Vec<(i64, Carried)>, StoreError> {
        self.read(move |connection| carry::out(connection, kind, after, limit)).await
    }

    async fn carry_in(&self, carried: Carried, log: Vec<Recorded>) -> Result<bool, StoreError> {
        self.write(move |tx| carry::take(tx, &carried, &log)).await
    }

    async fn compact(&self) -> Result<(), StoreError> {
        let path = open::database(&self.directory);
        blocking(move || keep::compact(&path)).await
    }

    async fn blobs_in_use(&self) -> Result<BTreeSet<ContentHash>, StoreError> {
        self.read(keep::blobs_in_use).await
    }
}
