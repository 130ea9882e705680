//! What the service adds to a model of fixed delay: the whole job beside the ideal schedule.

use serde_json::json;

use crate::server::{Bench, told_ms};

const DELAY_MS: u64 = 200;
const SUBTREES: usize = 50;
const AT_ONCE: usize = 5;

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    let folder = bench.folder(&json!({"rules": [{"delay_ms": DELAY_MS}]})).await?;
    let server = bench.start(&folder).await?;
    let prepared = server.prepare(SUBTREES).await?;
    let ideal_ms = (SUBTREES.div_ceil(AT_ONCE) as u64) * DELAY_MS;
    println!("{SUBTREES} subtrees of {DELAY_MS} ms, {AT_ONCE} at once: ideal {ideal_ms} ms");
    for seed in 0..3 {
        let config = json!({"model": folder.model, "seed": seed, "max_num_concurrent_requests": AT_ONCE});
        let job = server.start_job(&prepared, config).await?;
        let log = server.followed(&job).await?;
        let took_ms = told_ms(&log[log.len() - 1])? - told_ms(&log[0])?;
        println!(
            "  job {seed}: {took_ms} ms from its start to its end, {:.3} x the ideal",
            took_ms as f64 / ideal_ms as f64
        );
    }
    Ok(())
}
