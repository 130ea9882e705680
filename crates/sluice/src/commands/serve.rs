//! `sluice serve`: the door and, unless it is told not to, the engine in one process, on one store.
//!
//! They never meet but in the store: this wires both to it, and ends both when it is told to stop. The rules of HTTP are
//! the server's, those of the work the engine's.

mod draw;
mod inspect;
mod propose;
mod upkeep;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sluice_model::registry::Registry;
use sluice_server::{Metrics, ModelOffer, Models, Parts, Settings};
use sluice_store::{Role, Tenant, system_clock};
use tokio::net::TcpListener;

use self::draw::ByChild;
use self::inspect::InChild;
use self::propose::ByLayout;
use super::work::Share;
use super::{keys, log, work};
use crate::cli::ServeArgs;
use crate::config;
use crate::kept::Kept;
use crate::trouble::hinted;

/// The tenant of the key that is made where there is none.
const TENANT_FIRST: &str = "default";

/// Serves until it is told to stop.
pub(super) async fn run(args: ServeArgs, setup: &config::Settings) -> anyhow::Result<ExitCode> {
    let traces = log::start(args.work.log, args.work.otlp.as_deref())?;
    allow_many_streams();
    let models = setup.models_with(&args.work.script)?;
    let default = args.model.as_deref().unwrap_or(setup.model_default());
    models.get(default)?;
    let kept = args.work.place.open(Role::Server).await?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        hinted(
            format!("{} cannot be listened on: {error}", args.listen),
            "name another address with `--listen`, e.g. 127.0.0.1:0",
        )
    })?;
    let base = format!("http://{}", listener.local_addr().context("the address that was taken")?);
    let reader = Arc::new(config::reader(&args.work.ocr, &args.work.place.folder)?);

    let share = if args.no_work { Share::Orders } else { Share::All };
    let working = work::start(share, &args.work, &kept, Arc::clone(&reader), models.clone())?;
    let upkeep = tokio::spawn(upkeep::run(kept.clone(), args.keep_days));

    let parts = Parts {
        store: kept.store.clone(),
        blobs: kept.blobs.clone(),
        models: offered(&models, default),
        inspect: Arc::new(InChild::new(kept.blobs.clone(), Arc::clone(&reader))),
        draw: Arc::new(ByChild::new(kept.blobs.clone(), Arc::clone(&reader))),
        propose: Arc::new(ByLayout::new(kept.blobs.clone(), reader)),
        clock: system_clock(),
        metrics: Some(Metrics::install().context("metrics cannot be counted")?),
    };
    anstream::eprintln!("sluice serves {base} from {}", kept.place);
    first_key(&kept, &base).await?;
    sluice_server::serve(listener, parts, settings(&args), work::told_to_stop()?).await.context("serving ended")?;
    upkeep.abort();
    working.stop().await;
    traces.end().await;
    Ok(ExitCode::SUCCESS)
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
    let key = keys::create(&*kept.store, &system_clock(), tenant, "made at the first start".to_owned()).await?;
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
