//! What is kept: jobs with their logs, wishes to work, documents, schemas, keys, remembered answers; and bytes by their
//! hash.
//!
//! `Store` is what a database has to do, and one suite of tests holds every implementation to it: rows of SQLite, one file
//! under the data directory, or of PostgreSQL, where several processes share them. Never knows why a row is wanted, what an event means beyond its key
//! and whether it ends a job, or what HTTP is. Called by the engine and the server.

mod blobs;
mod cells;
mod chance;
mod clock;
mod error;
mod follow;
mod listing;
mod postgres;
mod rows;
mod sqlite;
mod store;
mod tail;
mod tenant;

pub use blobs::Blobs;
pub use chance::{key_secret, random};
pub use clock::{Clock, system_clock};
pub use error::StoreError;
pub use follow::{Follow, follow};
pub use listing::{Listing, PageQuery};
pub use postgres::{PostgresOptions, PostgresStore};
pub use rows::{
    Admission, Answer, Append, Appended, Carried, CarriedAnswer, CarriedCorrections, CarriedEvent, CarriedJob,
    CarriedKind, Claim, CorrectionsPut, CorrectionsRow, DayUsage, DocumentRow, Ending, IdempotencyBegin,
    IdempotencyRequest, JobInsert, JobQuery, JobRow, KeyHash, KeyRow, Lease, LogSlice, NewDocument, NewJob, NewKey,
    NewSchema, Remember, Retention, Retired, SchemaChange, SchemaRow, Stats, UsageRow, WishRequest,
};
pub use sqlite::{OpenOptions, Role, SqliteStore, Synchronous};
pub use store::Store;
pub use tail::{Tail, TailReceiver};
pub use tenant::{Tenant, TenantInvalid};
