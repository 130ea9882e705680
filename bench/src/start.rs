//! Start to ready, and memory when nothing is asked.

use std::time::Duration;

use serde_json::json;

use crate::server::Bench;

const RUNS: usize = 10;

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    let folder = bench.folder(&json!({})).await?;
    let mut ready = Vec::new();
    let mut idle_kib = 0;
    for _ in 0..RUNS {
        let server = bench.start(&folder).await?;
        ready.push(server.ready_after);
        tokio::time::sleep(Duration::from_millis(300)).await;
        idle_kib = server.resident_kib()?;
        server.kill().await?;
    }
    ready.sort();
    println!(
        "start to ready, {RUNS} times, each after a kill: median {:?}, worst {:?}",
        ready[RUNS / 2],
        ready[RUNS - 1]
    );
    println!("memory when idle: {:.1} MiB", idle_kib as f64 / 1024.0);
    Ok(())
}
