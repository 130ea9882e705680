//! `sluice work`: the engine without a door. Any number of them share the jobs of one store.
//!
//! What it was started with is what `serve` starts its own worker with; this is the one place that makes one of it.

mod working;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use sluice_document::Reader;
use sluice_engine::worker::{Options, Parts, Remembering};
use sluice_model::registry::Registry;
use sluice_store::{Role, random, system_clock};
use tokio::signal::unix::{SignalKind, signal};

use self::working::Working;
pub(crate) use self::working::{Share, query};
use super::log;
use crate::cli::WorkArgs;
use crate::config;
use crate::kept::Kept;

/// Works until it is told to stop.
pub(super) async fn run(args: &WorkArgs, setup: &config::Settings) -> anyhow::Result<ExitCode> {
    let traces = log::start(args.log, args.otlp.as_deref())?;
    let models = setup.models_with(&args.script)?;
    let kept = args.place.open(Role::Server).await?;
    let reader = Arc::new(config::reader(&args.ocr, &args.place.folder)?);
    let stop = told_to_stop()?;
    let working = start(Share::Steps, args, &kept, reader, models)?;
    anstream::eprintln!("sluice works on the jobs in {}", kept.place);
    stop.await;
    working.stop().await;
    traces.end().await;
    Ok(ExitCode::SUCCESS)
}

/// Begins to do this share of the work on what is kept.
pub(super) fn start(
    share: Share,
    args: &WorkArgs,
    kept: &Kept,
    reader: Arc<Reader>,
    models: Registry,
) -> anyhow::Result<Working> {
    let parts = Parts {
        store: Arc::clone(&kept.store),
        blobs: kept.blobs.clone(),
        reader,
        models: Arc::new(models),
        clock: system_clock(),
    };
    let options = Options {
        name: a_name()?,
        jobs_max: usize::from(args.jobs_max),
        questions_max: usize::from(args.questions_max),
        remembering: if args.ask_again { Remembering::Off } else { Remembering::On },
        ..Options::default()
    };
    Working::start(share, parts, options, &args.temporal)
}

/// Its own among all that work on the same jobs, also on other machines.
fn a_name() -> anyhow::Result<String> {
    Ok(format!("process {} {:08x}", std::process::id(), u32::from_be_bytes(random()?)))
}

/// Ends when somebody asks the process to end.
pub(super) fn told_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be heard")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
