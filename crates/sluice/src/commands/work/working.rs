//! Who works on the jobs of a server: the embedded engine, or Temporal.
//!
//! Only starts and ends them. Called by `serve` and `work`.

use sluice_engine::worker::{Options, Parts, Worker};

use crate::cli::{Engine, TemporalArgs};

/// What a process does of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// All that there is to do.
    All,
    /// It sees to it that others do it.
    Orders,
    /// Only the steps of jobs.
    Steps,
}

/// Asks a job's workflow on Temporal what it says of itself.
#[cfg(feature = "temporal")]
pub(crate) use temporal::query;

/// There is no such workflow in this build.
#[cfg(not(feature = "temporal"))]
#[allow(clippy::unused_async, reason = "as the one with Temporal")]
pub(crate) async fn query(
    _place: &crate::cli::TemporalPlace,
    _job: &str,
    _name: crate::cli::WorkflowQuery,
    _within: std::time::Duration,
) -> anyhow::Result<serde_json::Value> {
    Err(no_temporal("use `sluice jobs show`"))
}

#[cfg(not(feature = "temporal"))]
fn no_temporal(instead: &str) -> anyhow::Error {
    let hint = format!("build it with `cargo build --release --features temporal`, or {instead}");
    crate::trouble::hinted("this build of Sluice has no Temporal in it", hint)
}

/// Works until it is stopped.
pub(crate) enum Working {
    /// With what the store hands out; nothing, where others work.
    Embedded(Option<Worker>),
    /// With what a Temporal server orders.
    #[cfg(feature = "temporal")]
    Temporal(temporal::Working),
}

impl Working {
    pub(crate) fn start(share: Share, parts: Parts, options: Options, args: &TemporalArgs) -> anyhow::Result<Self> {
        match args.engine {
            Engine::Embedded => Ok(Self::Embedded((share != Share::Orders).then(|| Worker::start(parts, options)))),
            #[cfg(feature = "temporal")]
            Engine::Temporal => temporal::Working::start(share, parts, options, args).map(Self::Temporal),
            #[cfg(not(feature = "temporal"))]
            Engine::Temporal => Err(no_temporal("leave `--engine` out")),
        }
    }

    pub(crate) async fn stop(self) {
        match self {
            Self::Embedded(None) => {}
            Self::Embedded(Some(worker)) => worker.stop().await,
            #[cfg(feature = "temporal")]
            Self::Temporal(working) => working.stop().await,
        }
    }
}

#[cfg(feature = "temporal")]
mod temporal {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use anyhow::Context as _;
    use serde_json::Value;
    use sluice_engine::stepwise::Stepwise;
    use sluice_engine::worker::{Options, Parts};
    use sluice_temporal::{Dispatcher, QueryName, Server, Worker, WorkerOptions};

    use super::Share;
    use crate::cli::{TemporalArgs, TemporalPlace, WorkflowQuery};
    use crate::trouble::hinted;

    /// Asks a job's workflow.
    pub(crate) async fn query(
        place: &TemporalPlace,
        job: &str,
        name: WorkflowQuery,
        within: Duration,
    ) -> anyhow::Result<Value> {
        let name = match name {
            WorkflowQuery::Progress => QueryName::Progress,
            WorkflowQuery::AccumulatedResults => QueryName::AccumulatedResults,
            WorkflowQuery::FailedSubtrees => QueryName::FailedSubtrees,
        };
        let answer = sluice_temporal::query(&server_at(place, "")?, job, name, within).await;
        answer.map_err(|error| hinted(error.to_string(), "`sluice jobs show` tells it from the log"))
    }

    fn server_at(place: &TemporalPlace, task_queue: &str) -> anyhow::Result<Server> {
        let server = Server::new(&place.temporal_url, place.temporal_namespace.clone(), task_queue.to_owned());
        let mut server = server.map_err(|error| hinted(error.to_string(), "name it with `--temporal-url`"))?;
        let pem = |path: &PathBuf| std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
        server.tls.server_ca = place.temporal_tls_ca.as_ref().map(pem).transpose()?;
        let own = place.temporal_tls_cert.as_ref().zip(place.temporal_tls_key.as_ref());
        server.tls.client = own.map(|(cert, key)| anyhow::Ok((pem(cert)?, pem(key)?))).transpose()?;
        if !place.temporal_url.starts_with("https://")
            && (server.tls.server_ca.is_some() || server.tls.client.is_some())
        {
            let told = format!("{} speaks no TLS, but certificates are given", place.temporal_url);
            return Err(hinted(told, "let `--temporal-url` begin with https://, or leave them out"));
        }
        Ok(server)
    }

    /// The dispatcher of this process, and its worker, as far as it has them.
    pub(crate) struct Working {
        dispatcher: Option<Dispatcher>,
        worker: Option<Worker>,
    }

    impl Working {
        pub(crate) fn start(share: Share, parts: Parts, options: Options, args: &TemporalArgs) -> anyhow::Result<Self> {
            let server = server_at(&args.place, &args.temporal_task_queue)?;
            let lost_after = Duration::from_secs(u64::from(args.temporal_lost_after_seconds));
            let (store, clock) = (Arc::clone(&parts.store), Arc::clone(&parts.clock));
            let worker_options = WorkerOptions {
                steps_max: options.questions_max.saturating_add(options.readings_max),
                steps_per_second: args.temporal_steps_per_second.map(f64::from),
            };
            let worker = (share != Share::Orders)
                .then(|| Worker::start(Stepwise::new(parts, options), server.clone(), worker_options))
                .transpose()
                .context("no thread for the worker")?;
            let dispatcher = (share != Share::Steps).then(|| Dispatcher::start(store, clock, server, lost_after));
            Ok(Self { dispatcher, worker })
        }

        pub(crate) async fn stop(self) {
            if let Some(dispatcher) = self.dispatcher {
                dispatcher.stop().await;
            }
            if let Some(worker) = self.worker {
                worker.stop().await;
            }
        }
    }
}
