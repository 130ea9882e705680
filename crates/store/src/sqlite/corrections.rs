//! What people said of jobs.
//!
//! Reached by its job only, which knows whose it is. Called by `SqliteStore`.

use rusqlite::{Connection, Row, params};
use serde_json::Value;
use sluice_extract::id::JobId;

use super::writer::Transaction;
use crate::cells::{tenant as tenant_of, time, unsigned};
use crate::{CarriedCorrections, CorrectionsPut, CorrectionsRow, StoreError, Tenant};

/// As [`carried`] reads them, from the job and what was said of it.
pub(super) const CARRIED: &str =
    "(select corrections.*, job.id, job.tenant, job.number from corrections join job on job.number = corrections.job)";

pub(super) fn get(connection: &Connection, tenant: &Tenant, job: JobId) -> Result<Option<CorrectionsRow>, StoreError> {
    Ok(found(connection, tenant, job)?.map(|(_, row)| row))
}

/// The job's number, and what was said of it.
fn found(connection: &Connection, tenant: &Tenant, job: JobId) -> Result<Option<(i64, CorrectionsRow)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "select job.number, revision, content, corrections.changed_at from job \
         left join corrections on corrections.job = job.number where job.id = ?1 and job.tenant = ?2",
    )?;
    let mut rows = statement.query(params![job.to_bytes(), tenant.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let number = row.get(0)?;
    let Some(revision) = row.get::<_, Option<i64>>(1)? else { return Ok(Some((number, CorrectionsRow::none()))) };
    let changed_at: Option<i64> = row.get(3)?;
    let said = CorrectionsRow {
        revision: unsigned(revision),
        content: serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        changed_at_ms: changed_at.map(unsigned),
    };
    Ok(Some((number, said)))
}

pub(super) fn put(
    tx: &Transaction<'_>,
    tenant: &Tenant,
    job: JobId,
    before: u64,
    content: Value,
) -> Result<CorrectionsPut, StoreError> {
    let Some((number, row)) = found(tx.connection, tenant, job)? else { return Ok(CorrectionsPut::NoJob) };
    if row.revision != before {
        return Ok(CorrectionsPut::Outdated { revision: row.revision });
    }
    let revision = before.saturating_add(1);
    tx.connection
        .prepare_cached(
            "insert or replace into corrections (job, revision, content, changed_at) values (?1, ?2, ?3, ?4)",
        )?
        .execute(params![number, time(revision), content.to_string(), time(tx.now_ms)])?;
    Ok(CorrectionsPut::Kept(CorrectionsRow { revision, content, changed_at_ms: Some(tx.now_ms) }))
}

/// `false` where something was said there already, which stays as it is.
pub(super) fn take(connection: &Connection, row: &CarriedCorrections) -> Result<bool, StoreError> {
    let done = connection
        .prepare_cached(
            "insert into corrections (job, revision, content, changed_at) \
             select number, ?3, ?4, ?5 from job where id = ?1 and tenant = ?2 on conflict do nothing",
        )?
        .execute(params![
            row.job.to_bytes(),
            row.tenant.as_str(),
            time(row.revision),
            row.content.to_string(),
            time(row.changed_at_ms),
        ])?;
    Ok(done > 0)
}

/// A row of [`CARRIED`].
pub(super) fn carried(row: &Row<'_>) -> Result<CarriedCorrections, StoreError> {
    Ok(CarriedCorrections {
        tenant: tenant_of(row.get("tenant")?)?,
        job: JobId::from_bytes(row.get("id")?),
        revision: unsigned(row.get("revision")?),
        content: serde_json::from_str(row.get_ref("content")?.as_str().map_err(rusqlite::Error::from)?)?,
        changed_at_ms: unsigned(row.get("changed_at")?),
    })
}
