//! What a process that runs for long says of itself: its log on standard error, and traces to a collector.
//!
//! Standard output carries data only. Documents and answers are in neither. Started by `serve` and `work`.

mod traces;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::LogFormat;

pub(crate) use self::traces::Traces;

/// Begins to log; the traces are to be ended before the process does.
pub(crate) fn start(format: LogFormat, collector: Option<&str>) -> anyhow::Result<Traces> {
    let targets = Targets::new().with_default(LevelFilter::WARN).with_targets([
        ("sluice_server", LevelFilter::INFO),
        ("sluice_engine", LevelFilter::INFO),
        ("sluice_temporal", LevelFilter::INFO),
        ("sluice", LevelFilter::INFO),
        // What it says of a statement holds the statement.
        ("sqlx", LevelFilter::ERROR),
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
