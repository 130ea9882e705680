//! Who works on the jobs of a server: the embedded engine, or Temporal.
//!
//! Only starts and ends them. Called by `serve`.

use sluice_engine::worker::{Options, Parts, Worker};

use crate::cli::{Engine, TemporalArgs};

/// Works until it is stopped.
pub(super) enum Working {
    /// In this process alone.
    Embedded(Worker),
    /// With what a Temporal server orders.
    #[cfg(feature = "temporal")]
    Temporal(temporal::Working),
}

impl Working {
    pub(super) fn start(parts: Parts, options: Options, args: &TemporalArgs) -> anyhow::Result<Self> {
        match args.engine {
            Engine::Embedded => Ok(Self::Embedded(Worker::start(parts, options))),
            #[cfg(feature = "temporal")]
            Engine::Temporal => temporal::Working::start(parts, options, args).map(Self::Temporal),
            #[cfg(not(feature = "temporal"))]
            Engine::Temporal => Err(crate::trouble::hinted(
                "this build of Sluice has no Temporal in it",
                "build it with `cargo build --release --features temporal`, or leave `--engine` out",
            )),
        }
    }

    pub(super) async fn stop(self) {
        match self {
            Self::Embedded(worker) => worker.stop().await,
            #[cfg(feature = "temporal")]
            Self::Temporal(working) => working.stop().await,
        }
    }
}

#[cfg(feature = "temporal")]
mod temporal {
    use std::sync::Arc;
    use std::time::Duration;

    use anyhow::Context as _;
    use sluice_engine::stepwise::Stepwise;
    use sluice_engine::worker::{Options, Parts};
    use sluice_temporal::{Dispatcher, Server, Worker, WorkerOptions};

    use crate::cli::TemporalArgs;
    use crate::trouble::hinted;

    /// The dispatcher of this process, and its worker, if it has one.
    pub(in super::super) struct Working {
        dispatcher: Dispatcher,
        worker: Option<Worker>,
    }

    impl Working {
        pub(super) fn start(parts: Parts, options: Options, args: &TemporalArgs) -> anyhow::Result<Self> {
            let namespace = args.temporal_namespace.clone();
            let server = Server::new(&args.temporal_url, namespace, args.temporal_task_queue.clone());
            let server = server.map_err(|error| hinted(error.to_string(), "name it with `--temporal-url`"))?;
            let lost_after = Duration::from_secs(u64::from(args.temporal_lost_after_seconds));
            let (store, clock) = (Arc::clone(&parts.store), Arc::clone(&parts.clock));
            let worker_options = WorkerOptions {
                steps_max: options.questions_max.saturating_add(options.readings_max),
                steps_per_second: args.temporal_steps_per_second.map(f64::from),
            };
            let worker = match args.no_worker {
                true => None,
                false => {
                    let worker = Worker::start(Stepwise::new(parts, options), server.clone(), worker_options);
                    Some(worker.context("no thread for the worker")?)
                }
            };
            Ok(Self { dispatcher: Dispatcher::start(store, clock, server, lost_after), worker })
        }

        pub(super) async fn stop(self) {
            self.dispatcher.stop().await;
            if let Some(worker) = self.worker {
                worker.stop().await;
            }
        }
    }
}
