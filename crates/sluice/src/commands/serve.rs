//! `sluice serve`: the door and the engine in one process, on one folder.
//!
//! They never meet but in the store: this wires both to it, and ends both when it is told to stop. The rules of HTTP are
//! the server's, those of the work the engine's.

mod inspect;
mod traces;
mod upkeep;
mod working;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sluice_engine::worker::{Options, Parts as WorkerParts, Remembering};
use sluice_model::registry::Registry;
use sluice_server::{Metrics, ModelOffer, Models, Parts, Settings};
use sluice_store::{Role, Store as _, Tenant, system_clock};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::inspect::InChild;
use self::traces::Traces;
use self::working::Working;
use super::keys;
use crate::cli::{LogFormat, ServeArgs};
use crate::config;
use crate::kept::Kept;
use crate::trouble::hinted;

/// The tenant of the key that is made where there is none.
const TENANT_FIRST: &str = "default";

/// Serves until it is told to stop.
pub(super) async fn run(args: ServeArgs, setup: &config::Settings) -> anyhow::Result<ExitCode> {
    let traces = start_log(args.log, args.otlp.as_deref())?;
    allow_many_streams();
    let models = setup.models_with(&args.script)?;
    let default = args.model.as_deref().unwrap_or(setup.model_default());
    models.get(default)?;
    let kept = args.folder.open(Role::Server).await?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        hinted(
            format!("{} cannot be listened on: {error}", args.listen),
            "name another address with `--listen`, e.g. 127.0.0.1:0",
        )
    })?;
    let base = format!("http://{}", listener.local_addr().context("the address that was taken")?);
    let reader = Arc::new(config::reader(&args.ocr, &args.folder)?);

    let worker_parts = WorkerParts {
        store: kept.store.clone(),
        blobs: kept.blobs.clone(),
        reader: Arc::clone(&reader),
        models: Arc::new(models.clone()),
        clock: system_clock(),
    };
    let working = Working::start(worker_parts, options(&args), &args.temporal)?;
    let upkeep = tokio::spawn(upkeep::run(kept.clone(), args.keep_days));

    let parts = Parts {
        store: kept.store.clone(),
        blobs: kept.blobs.clone(),
        models: offered(&models, default),
        inspect: Arc::new(InChild::new(kept.blobs.clone(), reader)),
        clock: system_clock(),
        metrics: Some(Metrics::install().context("metrics cannot be counted")?),
    };
    anstream::eprintln!("sluice serves {base} from {}", kept.folder.display());
    first_key(&kept, &base).await?;
    sluice_server::serve(listener, parts, settings(&args), told_to_stop()?).await.context("serving ended")?;
    upkeep.abort();
    working.stop().await;
    traces.end().await;
    Ok(ExitCode::SUCCESS)
}

fn options(args: &ServeArgs) -> Options {
    Options {
        jobs_max: usize::from(args.jobs_max),
        questions_max: usize::from(args.questions_max),
        remembering: if args.ask_again { Remembering::Off } else { Remembering::On },
        ..Options::default()
    }
}

fn settings(args: &ServeArgs) -> Settings {
    Settings {
        upload_bytes_max: u64::from(args.upload_mib_max) * 1024 * 1024,
        requests_per_minute: args.requests_per_minute,
        streams_per_key_max: args.streams_per_key_max,
        active_jobs_max: args.active_jobs_max,
        heartbeat: Duration::from_secs(u64::from(args.heartbeat_seconds)),
        cors_origins: args.allow_origin.clone(),
        ..Settings::default()
    }
}

fn offered(models: &Registry, default: &str) -> Models {
    let offers = models.cards().map(|card| ModelOffer {
        name: card.name.clone(),
        vendor: card.vendor.clone(),
        summary: card.summary.clone(),
        answer_ms_typical: card.answer_ms_typical,
        price: card.price,
    });
    let known = models.clone();
    Models {
        offers: offers.collect(),
        default: default.to_owned(),
        knows: Arc::new(move |name| known.get(name).is_ok()),
    }
}

/// Where there is no key, nobody could ask: one is made and shown, once.
async fn first_key(kept: &Kept, base: &str) -> anyhow::Result<()> {
    if kept.store.key_list(None).await?.iter().any(|row| row.revoked_at_ms.is_none()) {
        return Ok(());
    }
    let tenant: Tenant = TENANT_FIRST.parse()?;
    let key = keys::create(kept.store.as_ref(), &system_clock(), tenant, "made at the first start".to_owned()).await?;
    anstream::println!("There was no key yet; this one is shown once:\n\n  {key}\n\nTry it:\n");
    anstream::println!("  curl -H 'Authorization: Bearer {key}' {base}/v1/models\n");
    Ok(())
}

/// A stream is an open file: as many as the system lets this user have.
fn allow_many_streams() {
    let limits = getrlimit(Resource::Nofile);
    // A system that refuses leaves what there was; the server then takes fewer connections, and no harm is done.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limits.maximum, maximum: limits.maximum });
}

/// Ends when somebody asks the process to end.
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be heard")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Standard output carries data only, so the log goes to standard error; traces go to a collector, where one is named.
fn start_log(format: LogFormat, collector: Option<&str>) -> anyhow::Result<Traces> {
    let targets = Targets::new().with_default(LevelFilter::WARN).with_targets([
        ("sluice_server", LevelFilter::INFO),
        ("sluice_engine", LevelFilter::INFO),
        ("sluice_temporal", LevelFilter::INFO),
        ("sluice", LevelFilter::INFO),
    ]);
    let traces = Traces::to(collector)?;
    let registry = tracing_subscriber::registry().with(targets).with(traces.layer());
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => registry.with(layer.with_ansi(false)).init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).init(),
    }
    Ok(traces)
}
