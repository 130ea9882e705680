//! From commit to the frame at the client, with many streams on one job, and the memory of a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::server::{Bench, Server, told_ms};

const STREAMS: [usize; 2] = [1_000, 10_000];
const SUBTREES: usize = 30;

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    println!("streams | frames | commit to frame p50, p99, worst | memory of a stream");
    for streams in STREAMS {
        // An answer every half second, so that frames of one event are out before the next.
        let folder = bench.folder(&json!({"rules": [{"delay_ms": 500}]})).await?;
        let server = Arc::new(bench.start(&folder).await?);
        let prepared = server.prepare(SUBTREES).await?;
        let config = json!({"model": folder.model, "seed": 1, "max_num_concurrent_requests": 1});
        let job = server.start_job(&prepared, config).await?;
        let open = Arc::new(AtomicUsize::new(0));
        let new = |number| tokio::spawn(follow(Arc::clone(&server), job.clone(), number, Arc::clone(&open)));
        // What the job itself takes, and the first stream, is no stream's.
        let first = new(0);
        while open.load(Ordering::Relaxed) < 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before_kib = server.resident_kib()?;
        let followers: Vec<_> = std::iter::once(first).chain((1..streams).map(new)).collect();
        while open.load(Ordering::Relaxed) < streams {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let opened_ms = now_ms();
        let memory_kib = server.resident_kib()?.saturating_sub(before_kib);
        let mut waits = Vec::new();
        for follower in followers {
            // What was written before all streams were open measures their opening, not a frame's way.
            let frames = follower.await??;
            waits
                .extend(frames.into_iter().filter(|(told_ms, _)| *told_ms > opened_ms).map(|(told, seen)| seen - told));
        }
        waits.sort_unstable();
        let at = |share: f64| waits.get(((waits.len() as f64 - 1.0) * share) as usize).copied().context("no frames");
        let (p50, p99, worst) = (at(0.5)?, at(0.99)?, at(1.0)?);
        let each = memory_kib as f64 / streams as f64;
        println!("{streams:>7} | {:>6} | {p50} ms, {p99} ms, {worst} ms | {each:.1} KiB", waits.len());
    }
    Ok(())
}

/// When each frame was told and when it was seen.
async fn follow(
    server: Arc<Server>,
    job: String,
    number: usize,
    open: Arc<AtomicUsize>,
) -> anyhow::Result<Vec<(i64, i64)>> {
    // Not all in the same instant: the queue of new connections has an end.
    tokio::time::sleep(Duration::from_micros(number as u64 * 200)).await;
    let answer = server.stream(&job, 0).send().await?.error_for_status()?;
    open.fetch_add(1, Ordering::Relaxed);
    let mut body = answer.bytes_stream();
    let mut left = String::new();
    let mut seen = Vec::new();
    while let Some(bytes) = body.next().await {
        let now = now_ms();
        left.push_str(std::str::from_utf8(&bytes?)?);
        while let Some(end) = left.find('\n') {
            let line: String = left.drain(..=end).collect();
            if let Some(data) = line.strip_prefix("data: ") {
                let data: Value = serde_json::from_str(data)?;
                seen.push((told_ms(&data)?, now));
            }
        }
    }
    Ok(seen)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
