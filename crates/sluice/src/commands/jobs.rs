//! `sluice jobs`: a server's jobs from the command line, of all tenants. Works beside a running one.
//!
//! Reads the log and writes wishes, as the server does; never does the work of a job.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use sluice_extract::event::Event;
use sluice_extract::id::JobId;
use sluice_extract::job::{JobState, Status};
use sluice_store::{Append, Appended, JobQuery, JobRow, PageQuery, Store, Tenant};

use crate::cli::{JobsCommand, OneJob};
use crate::commands::work::query;
use crate::kept::Kept;
use crate::trouble::{hinted, moment};

/// Events that are read at once.
const SLICE: u32 = 256;

/// Runs one of its commands.
pub(super) async fn run(command: JobsCommand) -> anyhow::Result<ExitCode> {
    match command {
        JobsCommand::List { tenant, status, limit, place } => {
            list(&place.open_existing().await?, tenant, status, limit).await?;
        }
        JobsCommand::Show(one) => show(&one).await?,
        JobsCommand::Cancel(one) => cancel(&one).await?,
        JobsCommand::Retry(one) => retry(&one).await?,
        JobsCommand::Rm(one) => remove(&one).await?,
        JobsCommand::Query { id, name, timeout_seconds, place } => {
            let within = Duration::from_secs(timeout_seconds.into());
            let told = query(&place, &id.to_string(), name, within).await?;
            anstream::println!("{}", serde_json::to_string_pretty(&told)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(kept: &Kept, tenant: Option<Tenant>, status: Vec<Status>, limit: u32) -> anyhow::Result<()> {
    let tenants = match tenant {
        Some(tenant) => BTreeSet::from([tenant]),
        None => tenants(kept).await?,
    };
    for tenant in tenants {
        let query = JobQuery { status: status.clone(), ..JobQuery::all(PageQuery::first(limit)) };
        for job in kept.store.job_list(&tenant, &query).await?.items {
            let (id, status, made) = (job.id, job.status.as_str(), moment(job.created_at_ms));
            anstream::println!("{id}  {status:<10}  {made}  {tenant}  {}", job.label);
        }
    }
    Ok(())
}

/// Everybody who has or had a key.
async fn tenants(kept: &Kept) -> anyhow::Result<BTreeSet<Tenant>> {
    Ok(kept.store.key_list(None).await?.into_iter().map(|row| row.key.tenant).collect())
}

async fn show(one: &OneJob) -> anyhow::Result<()> {
    let (kept, job) = find(one).await?;
    let state = fold(kept.store.as_ref(), &job).await?;
    let subtrees: Vec<_> = state
        .subtrees
        .iter()
        .map(|subtree| json!({"id": subtree.id, "path": subtree.path, "leaves": subtree.leaves, "attempts": subtree.attempts}))
        .collect();
    let shown = json!({
        "job_id": job.id,
        "tenant": job.tenant,
        "status": job.status,
        "created_at": moment(job.created_at_ms),
        "ended_at": job.ended_at_ms.map(moment),
        "events": job.log_end,
        "request": job.request,
        "progress": state.progress(),
        "subtrees": subtrees,
        "metadata": state.metadata(),
    });
    anstream::println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(())
}

async fn fold(store: &dyn Store, job: &JobRow) -> anyhow::Result<JobState> {
    let mut state = JobState::default();
    loop {
        let slice = store.event_list(&job.tenant, job.id, state.sequence, SLICE).await?;
        let slice = slice.with_context(|| format!("the job {} was removed meanwhile", job.id))?;
        slice.events.iter().for_each(|recorded| state.apply(recorded));
        if slice.events.is_empty() || state.sequence >= slice.log_end {
            return Ok(state);
        }
    }
}

async fn cancel(one: &OneJob) -> anyhow::Result<()> {
    let (kept, job) = find(one).await?;
    let append = Append::new(Event::CancelRequested, None);
    match kept.store.event_append(&job.tenant, job.id, append).await? {
        Appended::Recorded(_) | Appended::Known(_) => anstream::eprintln!("{} will stop", job.id),
        Appended::Refused => anstream::eprintln!("{} has ended already: {}", job.id, job.status.as_str()),
        Appended::NoJob => return Err(missing(one.id)),
    }
    Ok(())
}

async fn retry(one: &OneJob) -> anyhow::Result<()> {
    let (kept, job) = find(one).await?;
    let state = fold(kept.store.as_ref(), &job).await?;
    if !job.status.is_ended() {
        let told = format!("{} has not ended: it is {}", job.id, job.status.as_str());
        return Err(hinted(told, "`sluice jobs show` tells how far it is"));
    }
    if state.is_whole() {
        anstream::eprintln!("{} has no failed part; nothing is asked again", job.id);
        return Ok(());
    }
    let append = Append::new(Event::JobReopened, Some(state.status_after(&Event::JobReopened)));
    match kept.store.event_append(&job.tenant, job.id, append).await? {
        Appended::Recorded(_) | Appended::Known(_) => {
            anstream::eprintln!("{} goes on as soon as a server works on it", job.id);
            Ok(())
        }
        Appended::Refused => {
            Err(hinted(format!("{} goes on already", job.id), "`sluice jobs show` tells how far it is"))
        }
        Appended::NoJob => Err(missing(one.id)),
    }
}

async fn remove(one: &OneJob) -> anyhow::Result<()> {
    let (kept, job) = find(one).await?;
    if !kept.store.job_delete(&job.tenant, job.id).await? {
        let told = format!("{} has not ended: it is {}", job.id, job.status.as_str());
        return Err(hinted(told, format!("stop it first: `sluice jobs cancel {}`", job.id)));
    }
    anstream::eprintln!("removed {}", job.id);
    Ok(())
}

/// The job, whosever it is.
async fn find(one: &OneJob) -> anyhow::Result<(Kept, JobRow)> {
    let kept = one.place.open_existing().await?;
    for tenant in tenants(&kept).await? {
        if let Some(job) = kept.store.job_get(&tenant, one.id).await? {
            return Ok((kept, job));
        }
    }
    Err(missing(one.id))
}

fn missing(id: JobId) -> anyhow::Error {
    hinted(format!("there is no job {id}"), "`sluice jobs list` shows the ones that are there")
}
