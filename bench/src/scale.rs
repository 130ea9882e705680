//! How much several processes do: embedded on SQLite, embedded on PostgreSQL, Temporal on PostgreSQL, from one worker to four.
//!
//! Starts a PostgreSQL of its own. Temporal is measured where `SLUICE_BENCH_TEMPORAL` says where one runs. Two measurements
//! of each: answers at once, which is what the processes cost themselves, and answers after a fixed delay with a bound on open
//! questions in each worker, beside the ideal of that bound. Everything shares this machine.

use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use serde_json::{Value, json};
use sluice_testkit::postgres::Postgres;
use tokio::process::{Child, Command};

use crate::server::{Bench, Folder, Server, Variable};

/// Workers beside a server that does not work.
const WORKERS: [usize; 3] = [1, 2, 4];
/// Jobs, and subtrees of each.
const JOBS: usize = 24;
const SUBTREES: usize = 25;
/// What an answer takes, and how many a worker waits for at the same time.
const DELAY_MS: u64 = 250;
const OPEN_MAX: usize = 16;

/// Where rows are, and who orders the steps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
    Temporal,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "embedded, SQLite",
            Self::Postgres => "embedded, PostgreSQL",
            Self::Temporal => "Temporal, PostgreSQL",
        }
    }
}

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await?;
    let temporal = std::env::var("SLUICE_BENCH_TEMPORAL").ok();
    println!(
        "where | workers | jobs/s | subtrees/s | with {DELAY_MS} ms each: subtrees/s, of the ideal | status p50, p99"
    );
    for kind in [Kind::Sqlite, Kind::Postgres, Kind::Temporal] {
        if kind == Kind::Temporal && temporal.is_none() {
            println!("{} | not measured: SLUICE_BENCH_TEMPORAL names no server", kind.name());
            continue;
        }
        for workers in WORKERS {
            if kind == Kind::Sqlite && workers > 1 {
                continue;
            }
            let mut environment = Vec::new();
            if kind != Kind::Sqlite {
                environment.push(("SLUICE_STORE", postgres.database()));
            }
            if let (Kind::Temporal, Some(url)) = (kind, &temporal) {
                environment.push(("SLUICE_ENGINE", "temporal".to_owned()));
                environment.push(("SLUICE_TEMPORAL_URL", url.clone()));
                // A queue of its own: what an earlier run left is none of it.
                environment.push(("SLUICE_TEMPORAL_TASK_QUEUE", format!("bench-{}-{workers}", std::process::id())));
            }
            let at_once = run(bench, &json!({}), kind, workers, &environment).await?;
            let slow = json!({"rules": [{"delay_ms": DELAY_MS}]});
            let delayed = run(bench, &slow, kind, workers, &environment).await?;
            let ideal = (workers * OPEN_MAX) as f64 * 1000.0 / DELAY_MS as f64;
            let all = (JOBS * SUBTREES) as f64;
            println!(
                "{} | {workers} | {:.1} | {:.0} | {:.0}, {:.2} | {:.1} ms, {:.1} ms",
                kind.name(),
                JOBS as f64 / at_once.seconds,
                all / at_once.seconds,
                all / delayed.seconds,
                all / delayed.seconds / ideal,
                delayed.status_ms(0.5),
                delayed.status_ms(0.99),
            );
        }
    }
    Ok(())
}

/// What came of one run.
struct Run {
    seconds: f64,
    status_ms: Vec<f64>,
}

impl Run {
    fn status_ms(&self, share: f64) -> f64 {
        let at = (self.status_ms.len() as f64 * share) as usize;
        self.status_ms.get(at.min(self.status_ms.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

async fn run(
    bench: &Bench,
    script: &Value,
    kind: Kind,
    workers: usize,
    environment: &[Variable],
) -> anyhow::Result<Run> {
    let folder = bench.folder_with(script, environment).await?;
    let questions = OPEN_MAX.to_string();
    let bounds = ["--questions-max", questions.as_str(), "--jobs-max", "64"];
    let alone = kind == Kind::Sqlite;
    let arguments = if alone { bounds.to_vec() } else { [&bounds[..], &["--no-work"]].concat() };
    let server = bench.start_with(&folder, &arguments, environment).await?;
    let count = if alone { 0 } else { workers };
    let workers =
        (0..count).map(|_| worker(bench, &folder, &bounds, environment)).collect::<anyhow::Result<Vec<Child>>>()?;
    let prepared = server.prepare(SUBTREES).await?;
    // Some jobs first, so that the document has been read and every worker is there.
    let config = |seed: usize| json!({"model": folder.model, "seed": seed, "max_num_concurrent_requests": 20});
    let first = try_join_all((0..4).map(|seed| server.start_job(&prepared, config(seed)))).await?;
    try_join_all(first.iter().map(|job| server.followed(job))).await?;

    let begun = Instant::now();
    let jobs = try_join_all((4..4 + JOBS).map(|seed| server.start_job(&prepared, config(seed)))).await?;
    let mut status_ms = Vec::new();
    let followed = tokio::select! {
        followed = try_join_all(jobs.iter().map(|job| server.followed(job))) => followed,
        looked = look(&server, &jobs, &mut status_ms) => looked.map(|()| Vec::new()),
    };
    followed?;
    let seconds = begun.elapsed().as_secs_f64();
    drop(workers);
    status_ms.sort_by(f64::total_cmp);
    Ok(Run { seconds, status_ms })
}

/// Asks for the status of one job after the other, for ever.
async fn look(server: &Server, jobs: &[String], took_ms: &mut Vec<f64>) -> anyhow::Result<()> {
    for job in jobs.iter().cycle() {
        let begun = Instant::now();
        server.get(&format!("/v1/extract/jobs/{job}")).await?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A worker process.
fn worker(bench: &Bench, folder: &Folder, bounds: &[&str], environment: &[Variable]) -> anyhow::Result<Child> {
    let mut command = Command::new(&bench.program);
    command.arg("work").args(bounds).arg("--script").arg(folder.folder.path().join("script.json"));
    command.env("SLUICE_DATA", folder.folder.path().join("data")).envs(environment.iter().cloned());
    command.env("SLUICE_CONFIG", folder.folder.path().join("sluice.toml"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command.spawn()?)
}
