//! Durable subtrees a second with a model that answers at once, beside what the disk flushes in the same run.

use std::time::Instant;

use futures::future::try_join_all;
use serde_json::json;

use crate::disk::flushes_per_second;
use crate::server::{Bench, told_ms};

/// Subtrees of a job.
const SUBTREES: usize = 50;
/// Jobs side by side.
const SIDE_BY_SIDE: [usize; 3] = [1, 16, 64];

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    println!("jobs side by side | flushes/s before, after | durable subtrees/s | events/s | subtrees per flush");
    for jobs in SIDE_BY_SIDE {
        let folder = bench.folder(&json!({})).await?;
        let server = bench.start(&folder).await?;
        let prepared = server.prepare(SUBTREES).await?;
        // One job first, so that the document has been read.
        let config = |seed: usize| json!({"model": folder.model, "seed": seed, "max_num_concurrent_requests": 20});
        let first = server.start_job(&prepared, config(0)).await?;
        server.followed(&first).await?;
        let before = flushes_per_second(folder.folder.path())?;
        let begun = Instant::now();
        let started = try_join_all((1..=jobs).map(|seed| server.start_job(&prepared, config(seed)))).await?;
        let logs = try_join_all(started.iter().map(|job| server.followed(job))).await?;
        let outside = begun.elapsed();
        let after = flushes_per_second(folder.folder.path())?;
        let mut first_ms = i64::MAX;
        let mut last_ms = 0;
        for event in logs.iter().flatten() {
            let at_ms = told_ms(event)?;
            first_ms = first_ms.min(at_ms);
            last_ms = last_ms.max(at_ms);
        }
        let seconds = (last_ms - first_ms).max(1) as f64 / 1000.0;
        let subtrees = (jobs * SUBTREES) as f64 / seconds;
        let events = logs.iter().map(Vec::len).sum::<usize>() as f64 / seconds;
        let ratio = subtrees / ((before + after) / 2.0);
        println!(
            "{jobs:>17} | {before:>9.0}, {after:<9.0} | {subtrees:>18.0} | {events:>8.0} | {ratio:.2}  (seen from outside: {outside:?})"
        );
    }
    Ok(())
}
