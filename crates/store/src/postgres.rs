//! The store in PostgreSQL: any number of processes work on the same rows.
//!
//! Every call is one transaction. Who appends to a log holds its job's row, so ids have no gaps; who hands out work holds
//! a lock. What was committed is told to other processes by `NOTIFY`, which is only a hint: each looks around by itself as
//! well, so a lost connection delays and loses nothing. Times are the database's, so that processes on several machines
//! agree when a lease runs out. Called as `Store`.

mod carry;
mod corrections;
mod documents;
mod ear;
mod events;
mod idempotency;
mod jobs;
mod keep;
mod keys;
mod list;
mod locks;
mod migrations;
mod open;
mod remembered;
mod schemas;
mod usage;
mod voice;
mod wishes;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use sluice_extract::event::Recorded;
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row as _};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::cells::unsigned;
use crate::tail::Tails;
use crate::{
    Admission, Answer, Append, Appended, Carried, CarriedKind, Claim, Clock, CorrectionsPut, CorrectionsRow, DayUsage,
    DocumentRow, IdempotencyBegin, IdempotencyRequest, JobInsert, JobQuery, JobRow, KeyHash, KeyRow, Lease, Listing,
    LogSlice, NewDocument, NewJob, NewKey, NewSchema, PageQuery, Retention, Retired, SchemaChange, SchemaRow, Stats,
    Store, StoreError, TailReceiver, Tenant, WishRequest,
};

pub use open::PostgresOptions;

use events::Detail;
use voice::{Told, Voice};

/// The store in a PostgreSQL database.
pub struct PostgresStore {
    pool: PgPool,
    place: String,
    tails: Arc<Tails>,
    hint: watch::Sender<u64>,
    voice: Voice,
    /// This process among all that work on the rows.
    process: i32,
    clock: Option<Clock>,
    listening: Vec<AbortHandle>,
}

impl PostgresStore {
    /// Opens the store of a database, `postgres://user:password@host:port/database`; makes the tables that are missing.
    ///
    /// # Errors
    /// The database cannot be reached, a newer release wrote there, or this user may not make tables.
    pub async fn open(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        open::open(url, options).await
    }

    /// Where it is, without the password.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    fn clock_ms(&self) -> Option<u64> {
        self.clock.as_ref().map(|clock| clock())
    }

    async fn now_ms(&self) -> Result<u64, StoreError> {
        now_ms(&self.pool, self.clock_ms()).await
    }

    fn tell_wishes(&self) {
        self.hint.send_modify(|count| *count += 1);
        self.voice.tell(Told::Wishes);
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listening.iter().for_each(AbortHandle::abort);
    }
}

/// The time that all processes go by: the database's, unless one was given.
async fn now_ms(executor: impl PgExecutor<'_>, clock_ms: Option<u64>) -> Result<u64, StoreError> {
    if let Some(clock_ms) = clock_ms {
        return Ok(clock_ms);
    }
    let sql = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
    Ok(unsigned(sqlx::query_scalar(sql).fetch_one(executor).await?))
}

/// The 16 bytes of a name.
fn id(row: &PgRow, at: usize) -> Result<[u8; 16], StoreError> {
    Ok(row.try_get(at)?)
}

/// Text as this database takes it: a zero byte, which it does not, becomes the sign for what cannot be shown.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[async_trait]
impl Store for PostgresStore {
    async fn job_insert(&self, job: NewJob, admission: Admission) -> Result<JobInsert, StoreError> {
        let inserted = jobs::insert(&self.pool, &job, &admission, self.now_ms().await?).await?;
        if matches!(inserted, JobInsert::Inserted(_)) {
            self.tell_wishes();
        }
        Ok(inserted)
    }

    async fn job_get(&self, tenant: &Tenant, id: JobId) -> Result<Option<JobRow>, StoreError> {
        jobs::get(&self.pool, tenant, id).await
    }

    async fn job_list(&self, tenant: &Tenant, query: &JobQuery) -> Result<Listing<JobRow>, StoreError> {
        jobs::list(&self.pool, tenant, query).await
    }

    async fn job_delete(&self, tenant: &Tenant, id: JobId) -> Result<bool, StoreError> {
        jobs::delete(&self.pool, tenant, id).await
    }

    async fn corrections_get(&self, tenant: &Tenant, job: JobId) -> Result<Option<CorrectionsRow>, StoreError> {
        corrections::get(&self.pool, tenant, job).await
    }

    async fn corrections_put(
        &self,
        tenant: &Tenant,
        job: JobId,
        before: u64,
        content: Value,
    ) -> Result<CorrectionsPut, StoreError> {
        corrections::put(&self.pool, tenant, job, before, content, self.now_ms().await?).await
    }

    async fn event_append(&self, tenant: &Tenant, job: JobId, append: Append) -> Result<Appended, StoreError> {
        let appended = events::append(&self.pool, tenant, job, &append, self.clock_ms()).await?;
        if let Appended::Recorded(recorded) = &appended {
            self.tails.publish(vec![(job, recorded.clone())]);
            self.voice.tell(Told::Event { job, sequence: recorded.sequence });
            if events::stirs_wishes(&recorded.event) {
                self.tell_wishes();
            }
        }
        Ok(appended)
    }

    async fn event_list(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError> {
        events::list(&self.pool, tenant, job, after, limit, Detail::Whole).await
    }

    async fn event_outline(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError> {
        events::list(&self.pool, tenant, job, after, limit, Detail::Outline).await
    }

    fn event_tail(&self, job: JobId) -> TailReceiver {
        self.tails.receiver(job)
    }

    async fn wish_claim(&self, request: &WishRequest) -> Result<Vec<Claim>, StoreError> {
        wishes::claim(&self.pool, request, self.process, self.clock_ms()).await
    }

    async fn wish_renew(&self, leases: &[Lease], lease_ms: u64) -> Result<Vec<Lease>, StoreError> {
        wishes::renew(&self.pool, leases, lease_ms, self.now_ms().await?).await
    }

    async fn wish_release(&self, lease: Lease, due_at_ms: u64) -> Result<(), StoreError> {
        wishes::release(&self.pool, lease, due_at_ms, self.now_ms().await?).await?;
        self.tell_wishes();
        Ok(())
    }

    async fn wish_next_due(&self) -> Result<Option<u64>, StoreError> {
        wishes::next_due(&self.pool).await
    }

    fn wish_hint(&self) -> watch::Receiver<u64> {
        self.hint.subscribe()
    }

    async fn remembered_get(&self, tenant: &Tenant, question: &ContentHash) -> Result<Option<Value>, StoreError> {
        remembered::get(&self.pool, tenant, question, self.now_ms().await?).await
    }

    async fn document_insert(&self, document: NewDocument) -> Result<DocumentRow, StoreError> {
        documents::insert(&self.pool, document, self.now_ms().await?).await
    }

    async fn document_get(&self, tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        documents::get(&self.pool, tenant, id).await
    }

    async fn document_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<DocumentRow>, StoreError> {
        documents::list(&self.pool, tenant, page, search).await
    }

    async fn document_delete(&self, tenant: &Tenant, id: DocumentId) -> Result<bool, StoreError> {
        documents::delete(&self.pool, tenant, id).await
    }

    async fn schema_insert(&self, schema: NewSchema) -> Result<SchemaRow, StoreError> {
        schemas::insert(&self.pool, schema, self.now_ms().await?).await
    }

    async fn schema_get(&self, tenant: &Tenant, id: SchemaId) -> Result<Option<SchemaRow>, StoreError> {
        schemas::get(&self.pool, tenant, id).await
    }

    async fn schema_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<SchemaRow>, StoreError> {
        schemas::list(&self.pool, tenant, page, search).await
    }

    async fn schema_update(
        &self,
        tenant: &Tenant,
        id: SchemaId,
        change: SchemaChange,
    ) -> Result<Option<SchemaRow>, StoreError> {
        schemas::update(&self.pool, tenant, id, change, self.now_ms().await?).await
    }

    async fn schema_delete(&self, tenant: &Tenant, id: SchemaId) -> Result<bool, StoreError> {
        schemas::delete(&self.pool, tenant, id).await
    }

    async fn key_insert(&self, key: NewKey) -> Result<KeyRow, StoreError> {
        keys::insert(&self.pool, key, self.now_ms().await?).await
    }

    async fn key_find(&self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
        keys::find(&self.pool, hash).await
    }

    async fn key_revoked(&self, ids: &[KeyId]) -> Result<Vec<KeyId>, StoreError> {
        keys::revoked(&self.pool, ids).await
    }

    async fn key_list(&self, tenant: Option<&Tenant>) -> Result<Vec<KeyRow>, StoreError> {
        keys::list(&self.pool, tenant).await
    }

    async fn key_revoke(&self, id: KeyId) -> Result<bool, StoreError> {
        keys::revoke(&self.pool, id, self.now_ms().await?).await
    }

    async fn usage_by_day(&self, tenant: &Tenant, first: u64, last: u64) -> Result<Vec<DayUsage>, StoreError> {
        usage::by_day(&self.pool, tenant, first, last).await
    }

    async fn idempotency_begin(&self, request: IdempotencyRequest) -> Result<IdempotencyBegin, StoreError> {
        idempotency::begin(&self.pool, &request, self.process, self.now_ms().await?).await
    }

    async fn idempotency_finish(&self, tenant: &Tenant, key: &str, answer: Answer) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        idempotency::finish(&mut connection, tenant, key, &answer).await
    }

    async fn idempotency_free(&self, tenant: &Tenant, key: &str) -> Result<(), StoreError> {
        idempotency::free(&self.pool, tenant, key).await
    }

    async fn retire(&self, retention: &Retention) -> Result<Retired, StoreError> {
        let now_ms = self.now_ms().await?;
        let mut retired = Retired::default();
        // In small bites: nobody who appends waits for thousands of rows to go.
        loop {
            let bite = keep::retire(&self.pool, retention, now_ms).await?;
            if bite == Retired::default() {
                return Ok(retired);
            }
            retired += bite;
        }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        keep::stats(&self.pool).await
    }

    async fn carry_out(&self, kind: CarriedKind, after: i64, limit: u32) -> Result<Vec<(i64, Carried)>, StoreError> {
        carry::out(&self.pool, kind, after, limit).await
    }

    async fn carry_in(&self, carried: Carried, log: Vec<Recorded>) -> Result<bool, StoreError> {
        let is_new = carry::take(&self.pool, &carried, &log, self.clock_ms()).await?;
        if is_new && matches!(carried, Carried::Job(_)) {
            self.tell_wishes();
        }
        Ok(is_new)
    }

    async fn compact(&self) -> Result<(), StoreError> {
        keep::compact(&self.pool).await
    }

    async fn blobs_in_use(&self) -> Result<BTreeSet<ContentHash>, StoreError> {
        keep::blobs_in_use(&self.pool).await
    }
}
