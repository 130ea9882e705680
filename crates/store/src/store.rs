//! What a store does, whatever the database.
//!
//! Methods are noun first. Each call is one transaction: what it returns is durable, what fails was not kept. Rows of
//! another tenant are not there. One suite of tests (`tests/it/conformance.rs`) holds every implementation to this.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::Value;
use sluice_extract::event::Recorded;
use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use tokio::sync::watch;

use crate::{
    Admission, Answer, Append, Appended, Carried, CarriedKind, Claim, CorrectionsPut, CorrectionsRow, DayUsage,
    DocumentRow, IdempotencyBegin, IdempotencyRequest, JobInsert, JobQuery, JobRow, KeyHash, KeyRow, Lease, Listing,
    LogSlice, NewDocument, NewJob, NewKey, NewSchema, PageQuery, Retention, Retired, SchemaChange, SchemaRow, Stats,
    StoreError, TailReceiver, Tenant, WishRequest,
};

/// Rows of jobs and of what they are made from.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Keeps a job and the wish to work on it, if it is admitted.
    async fn job_insert(&self, job: NewJob, admission: Admission) -> Result<JobInsert, StoreError>;

    /// A job of this tenant.
    async fn job_get(&self, tenant: &Tenant, id: JobId) -> Result<Option<JobRow>, StoreError>;

    /// Jobs of this tenant.
    async fn job_list(&self, tenant: &Tenant, query: &JobQuery) -> Result<Listing<JobRow>, StoreError>;

    /// Removes an ended job with its log; `false` where there is none, or it has not ended.
    async fn job_delete(&self, tenant: &Tenant, id: JobId) -> Result<bool, StoreError>;

    /// What people said of a job's values; `None` where there is no such job.
    async fn corrections_get(&self, tenant: &Tenant, job: JobId) -> Result<Option<CorrectionsRow>, StoreError>;

    /// Keeps what people say of a job's values, if `before` is the revision that is there.
    async fn corrections_put(
        &self,
        tenant: &Tenant,
        job: JobId,
        before: u64,
        content: Value,
    ) -> Result<CorrectionsPut, StoreError>;

    /// Appends to a job's log. An outcome is recorded once, however often it is told; nothing follows a terminal event
    /// but `JobReopened`. A terminal event ends the wish, `JobReopened` and `CancelRequested` make it due.
    async fn event_append(&self, tenant: &Tenant, job: JobId, append: Append) -> Result<Appended, StoreError>;

    /// The events after `after`, at most `limit`; `None` where there is no such job.
    async fn event_list(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError>;

    /// The same events without values and proofs (`Event::outline`): what a status needs, and small however much was found.
    async fn event_outline(
        &self,
        tenant: &Tenant,
        job: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Option<LogSlice>, StoreError> {
        let slice = self.event_list(tenant, job, after, limit).await?;
        Ok(slice.map(|mut slice| {
            slice.events.iter_mut().for_each(|recorded| recorded.event = recorded.event.outline());
            slice
        }))
    }

    /// The newest events and the wake-up for more. A hint: see [`crate::follow()`], which is what to use.
    fn event_tail(&self, job: JobId) -> TailReceiver;

    /// Hands out jobs that are due, fair between tenants: who has fewest handed out comes first.
    async fn wish_claim(&self, request: &WishRequest) -> Result<Vec<Claim>, StoreError>;

    /// Holds leases for longer; gives those that were lost.
    async fn wish_renew(&self, leases: &[Lease], lease_ms: u64) -> Result<Vec<Lease>, StoreError>;

    /// Gives a job back, to be handed out from this time on.
    async fn wish_release(&self, lease: Lease, due_at_ms: u64) -> Result<(), StoreError>;

    /// When the next wish is due: the timer to wait for. `None` where there is none.
    async fn wish_next_due(&self) -> Result<Option<u64>, StoreError>;

    /// Wakes up when a wish may have become due. A hint.
    fn wish_hint(&self) -> watch::Receiver<u64>;

    /// A remembered answer.
    async fn remembered_get(&self, tenant: &Tenant, question: &ContentHash) -> Result<Option<Value>, StoreError>;

    /// Keeps a document's row.
    async fn document_insert(&self, document: NewDocument) -> Result<DocumentRow, StoreError>;

    /// A document of this tenant.
    async fn document_get(&self, tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>, StoreError>;

    /// Documents of this tenant; `search` is in the file's name.
    async fn document_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<DocumentRow>, StoreError>;

    /// Removes a document's row; `false` where there is none.
    async fn document_delete(&self, tenant: &Tenant, id: DocumentId) -> Result<bool, StoreError>;

    /// Keeps a schema.
    async fn schema_insert(&self, schema: NewSchema) -> Result<SchemaRow, StoreError>;

    /// A schema of this tenant.
    async fn schema_get(&self, tenant: &Tenant, id: SchemaId) -> Result<Option<SchemaRow>, StoreError>;

    /// Schemas of this tenant; `search` is in the name.
    async fn schema_list(
        &self,
        tenant: &Tenant,
        page: &PageQuery,
        search: Option<&str>,
    ) -> Result<Listing<SchemaRow>, StoreError>;

    /// Changes a schema; `None` where there is none.
    async fn schema_update(
        &self,
        tenant: &Tenant,
        id: SchemaId,
        change: SchemaChange,
    ) -> Result<Option<SchemaRow>, StoreError>;

    /// Removes a schema; `false` where there is none.
    async fn schema_delete(&self, tenant: &Tenant, id: SchemaId) -> Result<bool, StoreError>;

    /// Keeps a key.
    async fn key_insert(&self, key: NewKey) -> Result<KeyRow, StoreError>;

    /// The key with this hash, if it is worth something.
    async fn key_find(&self, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError>;

    /// Of these keys, those that are worth nothing any more.
    async fn key_revoked(&self, ids: &[KeyId]) -> Result<Vec<KeyId>, StoreError>;

    /// All keys, newest first, of one tenant or of all.
    async fn key_list(&self, tenant: Option<&Tenant>) -> Result<Vec<KeyRow>, StoreError>;

    /// Makes a key worth nothing; `false` where there is none.
    async fn key_revoke(&self, id: KeyId) -> Result<bool, StoreError>;

    /// What a tenant's jobs took that ended on these days, both included: by day since 1970-01-01 (UTC), then by model.
    async fn usage_by_day(&self, tenant: &Tenant, first: u64, last: u64) -> Result<Vec<DayUsage>, StoreError>;

    /// Begins a request under an idempotency key.
    async fn idempotency_begin(&self, request: IdempotencyRequest) -> Result<IdempotencyBegin, StoreError>;

    /// Remembers its answer.
    async fn idempotency_finish(&self, tenant: &Tenant, key: &str, answer: Answer) -> Result<(), StoreError>;

    /// Forgets it: the request may be repeated as if it were new.
    async fn idempotency_free(&self, tenant: &Tenant, key: &str) -> Result<(), StoreError>;

    /// Removes what is older than it should get.
    async fn retire(&self, retention: &Retention) -> Result<Retired, StoreError>;

    /// How much there is.
    async fn stats(&self) -> Result<Stats, StoreError>;

    /// Rows of a kind after this place, in the order in which they were made, each with its place; 0 is before the first.
    async fn carry_out(&self, kind: CarriedKind, after: i64, limit: u32) -> Result<Vec<(i64, Carried)>, StoreError>;

    /// Keeps a row of another store, a job with its whole log; `false` where there is one of its name, which stays as it is.
    async fn carry_in(&self, carried: Carried, log: Vec<Recorded>) -> Result<bool, StoreError>;

    /// Gives room back that removed rows took.
    async fn compact(&self) -> Result<(), StoreError>;

    /// The blobs that some row needs; the others may go.
    async fn blobs_in_use(&self) -> Result<BTreeSet<ContentHash>, StoreError>;
}
