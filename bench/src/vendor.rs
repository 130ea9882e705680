//! What the service adds to a vendor of fixed delay over the network, and how often the document goes over the wire.
//!
//! The vendor is a fake of Gemini's on this machine: it answers every question with an empty list after a fixed time.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::server::{Bench, KEY_VARIABLE, told_ms};

const DELAY: Duration = Duration::from_millis(1_000);
const SUBTREES: usize = 60;
const AT_ONCE: [usize; 2] = [5, 20];
/// Long enough to be worth keeping at the vendor.
const EXAMPLE: &str = "contract";

pub(crate) async fn measure(bench: &Bench) -> anyhow::Result<()> {
    let vendor = Vendor::start(|request, _| answer(request));
    let folder = bench.folder(&json!({"rules": []})).await?;
    let settings = format!(
        "[[models]]\nname = \"fake\"\nvendor = \"gemini\"\nbase_url = \"{}\"\nkey_env = \"{KEY_VARIABLE}\"\n",
        vendor.base
    );
    std::fs::write(folder.folder.path().join("sluice.toml"), settings)?;
    let server = bench.start(&folder).await?;
    let prepared = server.prepare_with(EXAMPLE, SUBTREES).await?;
    println!("{SUBTREES} subtrees over a vendor that takes {} ms", DELAY.as_millis());
    for (nth, at_once) in AT_ONCE.into_iter().enumerate() {
        let config = json!({"model": "fake", "seed": nth, "max_num_concurrent_requests": at_once,
            "use_explicit_context_cache": false});
        let job = server.start_job(&prepared, config).await?;
        let log = server.followed(&job).await?;
        let took_ms = told_ms(&log[log.len() - 1])? - told_ms(&log[0])?;
        let ideal_ms = SUBTREES.div_ceil(at_once) as f64 * DELAY.as_millis() as f64;
        println!("  {at_once} at once: {took_ms} ms, {:.3} x the ideal of {ideal_ms} ms", took_ms as f64 / ideal_ms);
    }
    let before = vendor.heard().len();
    let config =
        json!({"model": "fake", "seed": 9, "max_num_concurrent_requests": 20, "use_explicit_context_cache": true});
    let job = server.start_job(&prepared, config).await?;
    server.followed(&job).await?;
    let heard = vendor.heard();
    let (without, with) = (sent(&heard[..SUBTREES]), sent(&heard[before..]));
    println!("  letters sent by a job: {} in {} requests;", without.letters, without.requests);
    println!(
        "  with the document kept: {} in {} requests, {:.3} x one document and the questions; {} of them hold the document",
        with.letters,
        with.requests,
        with.letters as f64 / (with.document + with.questions) as f64,
        with.with_document
    );
    Ok(())
}

fn answer(request: &Request) -> Reply {
    if request.path.ends_with("/cachedContents") {
        return Reply::json(200, &json!({"name": "cachedContents/it", "usageMetadata": {"totalTokenCount": 9_000}}));
    }
    if request.path.contains("/cachedContents") {
        return Reply::json(200, &json!({}));
    }
    let text = json!({"data": [], "sources": []}).to_string();
    let said = json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1}});
    Reply::events([said]).each_after(DELAY)
}

#[derive(Default)]
struct Sent {
    requests: usize,
    /// Letters of all texts of all requests.
    letters: usize,
    /// Of the longest document.
    document: usize,
    questions: usize,
    with_document: usize,
}

fn sent(requests: &[Request]) -> Sent {
    requests.iter().fold(Sent::default(), |mut sum, request| {
        let parts = request.body["contents"][0]["parts"].as_array().cloned().unwrap_or_default();
        let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
        let is_document = |text: &&&str| text.starts_with("<page ");
        let document = texts.iter().find(is_document).map_or(0, |text| text.len());
        let all: usize = texts.iter().map(|text| text.len()).sum::<usize>() + system(&request.body);
        sum.requests += usize::from(!parts.is_empty());
        sum.letters += all;
        sum.document = sum.document.max(document);
        sum.questions += all - document;
        sum.with_document += usize::from(document > 0);
        sum
    })
}

fn system(body: &Value) -> usize {
    body["systemInstruction"]["parts"][0]["text"].as_str().map_or(0, str::len)
}
