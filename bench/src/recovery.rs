//! From the start to a flowing stream, with a thousand unfinished jobs.

use std::time::Instant;

use futures::StreamExt as _;
use serde_json::json;

use crate::server::Bench;

const JOBS: usize = 1_000;
const SUBTREES: usize = 10;

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    // Slow enough that none of them ends before the kill.
    let folder = bench.folder(&json!({"rules": [{"delay_ms": 150}]})).await?;
    let server = bench.start(&folder).await?;
    let prepared = server.prepare(SUBTREES).await?;
    let mut first = String::new();
    for seed in 0..JOBS {
        let config = json!({"model": folder.model, "seed": seed, "max_num_concurrent_requests": 1});
        let job = server.start_job(&prepared, config).await?;
        if seed == JOBS - 100 {
            first = job;
        }
    }
    server.kill().await?;

    let begun = Instant::now();
    let server = bench.start(&folder).await?;
    let active = server.get("/v1/extract/jobs?job_status=pending&limit=1").await?["total_count"].clone();
    // Any job that was in hand goes on; the first event of any of them is what counts.
    let listed = server.get("/v1/extract/jobs?job_status=processing&limit=100").await?;
    let mut jobs: Vec<String> = listed["jobs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|job| Some(job["job_id"].as_str()?.to_owned()))
        .collect();
    jobs.push(first);
    let mut waiting: futures::stream::FuturesUnordered<_> = jobs.iter().map(|job| next_event(&server, job)).collect();
    let flowed = waiting.next().await;
    println!(
        "recovery with {JOBS} unfinished jobs ({active} not begun): ready after {:?}, the first new event at a client after {:?} ({})",
        server.ready_after,
        begun.elapsed(),
        if matches!(flowed, Some(Ok(()))) { "flowing" } else { "NOT flowing" },
    );
    Ok(())
}

/// Waits for an event that is not in the log yet.
async fn next_event(server: &crate::server::Server, job: &str) -> anyhow::Result<()> {
    let log = server.get(&format!("/v1/jobs/{job}/events?limit=100")).await?;
    let end = log["data"].as_array().map_or(0, Vec::len) as u64;
    let answer = server.stream(job, end).send().await?.error_for_status()?;
    let mut body = answer.bytes_stream();
    body.next().await.ok_or_else(|| anyhow::anyhow!("the stream ended"))??;
    Ok(())
}
