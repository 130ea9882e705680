//! Rows of jobs.
//!
//! Never what a status means. Called by `PostgresStore`.

use sluice_extract::id::{DocumentId, JobId, KeyId, SchemaId};
use sluice_extract::page::ContentHash;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row as _};

use super::list::{Filter, one, page};
use super::{id, idempotency, locks, text};
use crate::cells::{self, given_once, hash, job_search, tenant as tenant_of, time, unsigned};
use crate::{Admission, JobInsert, JobQuery, JobRow, Listing, NewJob, StoreError, Tenant};

/// The columns that [`from_row`] reads, in its order.
pub(super) const COLUMNS: &str = "job.id, job.tenant, job.kind, job.parent, job.document, job.document_hash, \
    job.schema, job.schema_hash, job.request, job.label, job.status, job.round, job.log_end, job.created_at, \
    job.changed_at, job.ended_at";

pub(super) async fn insert(
    pool: &PgPool,
    new: &NewJob,
    admission: &Admission,
    now_ms: u64,
) -> Result<JobInsert, StoreError> {
    let mut transaction = pool.begin().await?;
    if admission.active_max.is_some() || admission.repeated_since_ms.is_some() {
        locks::take_tenant(&mut transaction, new.tenant.as_str()).await?;
    }
    if let Some(repeated) = repeated(&mut transaction, new, admission).await? {
        return Ok(JobInsert::Repeated(repeated));
    }
    if let Some(active) = too_many(&mut transaction, new, admission).await? {
        return Ok(JobInsert::TooManyActive { active });
    }
    // As the database takes it.
    let row = JobRow { label: text(&new.label).into_owned(), ..new.begun(now_ms) };
    let number = put(&mut transaction, &row, new.key, new.request_hash.as_ref(), now_ms).await?;
    given_once(number.is_some())?;
    if let Some((key, answer)) = &admission.idempotency {
        idempotency::finish(&mut transaction, &new.tenant, key, answer).await?;
    }
    transaction.commit().await?;
    Ok(JobInsert::Inserted(row))
}

/// The row, and the wish that somebody works on it, where it has not ended; gives its number. `None` where there is one
/// of its name, which stays as it is.
pub(super) async fn put(
    connection: &mut PgConnection,
    row: &JobRow,
    key: Option<KeyId>,
    request_hash: Option<&ContentHash>,
    now_ms: u64,
) -> Result<Option<i64>, StoreError> {
    let number = sqlx::query_scalar(
        "with job as (insert into job (id, tenant, kind, parent, document, document_hash, schema, schema_hash, request, \
         label, search, key, request_hash, status, round, log_end, created_at, changed_at, ended_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         on conflict do nothing returning number, tenant, ended_at), \
         wish as (insert into wish (job, tenant, due_at, lease_until) \
         select number, tenant, $20, $20 from job where ended_at is null) \
         select number from job",
    )
    .bind(row.id.to_bytes())
    .bind(row.tenant.as_str())
    .bind(text(&row.kind))
    .bind(row.parent.map(JobId::to_bytes))
    .bind(row.document.to_bytes())
    .bind(row.document_hash.as_str())
    .bind(row.schema.to_bytes())
    .bind(row.schema_hash.as_str())
    .bind(row.request.to_string())
    .bind(text(&row.label))
    .bind(job_search(&text(&row.label), row.id))
    .bind(key.map(KeyId::to_bytes))
    .bind(request_hash.map(ContentHash::as_str))
    .bind(row.status.as_str())
    .bind(i64::from(row.round))
    .bind(time(row.log_end))
    .bind(time(row.created_at_ms))
    .bind(time(row.changed_at_ms))
    .bind(row.ended_at_ms.map(time))
    .bind(time(now_ms))
    .fetch_optional(connection)
    .await?;
    Ok(number)
}

async fn repeated(
    connection: &mut PgConnection,
    new: &NewJob,
    admission: &Admission,
) -> Result<Option<JobRow>, StoreError> {
    let (Some(since_ms), Some(hash), Some(key)) = (admission.repeated_since_ms, &new.request_hash, new.key) else {
        return Ok(None);
    };
    let sql = format!(
        "select {COLUMNS} from job where tenant = $1 and key = $2 and request_hash = $3 and created_at >= $4 \
         order by number desc limit 1"
    );
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(new.tenant.as_str())
        .bind(key.to_bytes())
        .bind(hash.as_str())
        .bind(time(since_ms))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(from_row).transpose()
}

async fn too_many(
    connection: &mut PgConnection,
    new: &NewJob,
    admission: &Admission,
) -> Result<Option<u32>, StoreError> {
    let Some(max) = admission.active_max else { return Ok(None) };
    let active: i64 = sqlx::query_scalar("select count(*) from job where tenant = $1 and ended_at is null")
        .bind(new.tenant.as_str())
        .fetch_one(connection)
        .await?;
    let active = u32::try_from(active).unwrap_or(u32::MAX);
    Ok((active >= max).then_some(active))
}

pub(super) async fn get(pool: &PgPool, tenant: &Tenant, id: JobId) -> Result<Option<JobRow>, StoreError> {
    one(pool, "job", COLUMNS, tenant, id.to_bytes(), from_row).await
}

pub(super) async fn list(pool: &PgPool, tenant: &Tenant, query: &JobQuery) -> Result<Listing<JobRow>, StoreError> {
    let mut filter = Filter::of_tenant(tenant);
    filter.search.clone_from(&query.search);
    filter.statuses.extend(query.status.iter().map(|status| status.as_str().to_owned()));
    filter.texts.extend(query.kind.clone().map(|kind| ("kind = ", kind)));
    filter.ids.extend(query.parent.map(|parent| ("parent = ", parent.to_bytes())));
    filter.ids.extend(query.document.map(|document| ("document = ", document.to_bytes())));
    filter.numbers.extend(query.created_from_ms.map(|from_ms| ("created_at >= ", time(from_ms))));
    filter.numbers.extend(query.created_before_ms.map(|before_ms| ("created_at < ", time(before_ms))));
    page(pool, "job", COLUMNS, &filter, &query.page, from_row).await
}

pub(super) async fn delete(pool: &PgPool, tenant: &Tenant, id: JobId) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let number: Option<i64> =
        sqlx::query_scalar("select number from job where id = $1 and tenant = $2 and ended_at is not null for update")
            .bind(id.to_bytes())
            .bind(tenant.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(number) = number else { return Ok(false) };
    remove(&mut transaction, &[number]).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Removes jobs with all that hangs on them.
pub(super) async fn remove(connection: &mut PgConnection, numbers: &[i64]) -> Result<(), StoreError> {
    for sql in [
        "delete from event where job = any($1)",
        "delete from corrections where job = any($1)",
        "delete from wish where job = any($1)",
        "delete from job where number = any($1)",
    ] {
        sqlx::query(sql).bind(numbers).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) fn from_row(row: &PgRow) -> Result<JobRow, StoreError> {
    let parent: Option<[u8; 16]> = row.try_get(3)?;
    let ended_at: Option<i64> = row.try_get(15)?;
    Ok(JobRow {
        id: JobId::from_bytes(id(row, 0)?),
        tenant: tenant_of(row.try_get(1)?)?,
        kind: row.try_get(2)?,
        parent: parent.map(JobId::from_bytes),
        document: DocumentId::from_bytes(id(row, 4)?),
        document_hash: hash(row.try_get(5)?)?,
        schema: SchemaId::from_bytes(id(row, 6)?),
        schema_hash: hash(row.try_get(7)?)?,
        request: serde_json::from_str(row.try_get(8)?)?,
        label: row.try_get(9)?,
        status: cells::status(row.try_get(10)?)?,
        round: u32::try_from(row.try_get::<i64, _>(11)?).unwrap_or(u32::MAX),
        log_end: unsigned(row.try_get(12)?),
        created_at_ms: unsigned(row.try_get(13)?),
        changed_at_ms: unsigned(row.try_get(14)?),
        ended_at_ms: ended_at.map(unsigned),
    })
}
