//! The rows as those who call a store see them.
//!
//! Data only. Times are Unix milliseconds. Made by `sqlite`; read by the engine and the server.

mod asked;
mod carried;
mod corrections;
mod job;
mod kept;
mod usage;

pub use asked::{DocumentRow, KeyHash, KeyRow, NewDocument, NewKey, NewSchema, SchemaChange, SchemaRow};
pub use carried::{Carried, CarriedAnswer, CarriedEvent, CarriedJob, CarriedKind};
pub use corrections::{CarriedCorrections, CorrectionsPut, CorrectionsRow};
pub use job::{
    Admission, Append, Appended, Claim, JobInsert, JobQuery, JobRow, Lease, LogSlice, NewJob, Remember, WishRequest,
};
pub use kept::{Answer, IdempotencyBegin, IdempotencyRequest, Retention, Retired, Stats};
pub use usage::{DayUsage, Ending, UsageRow};
