//! A whole job with a real server and a real small model: llama.cpp and SmolLM2, which `./setup` puts into target/llama.
//!
//! Not for quality, for 135 million weights understand little: to see the protocol work as servers really speak it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::paper::table_of;
use crate::run::{Ran, command, folder, root, word};

/// How long the server may take to load the model, on a machine that does much else.
const START_PATIENCE: Duration = Duration::from_secs(240);

/// The form of an answer is the server's to keep: each value is one of a few.
const SCHEMA: &str = r#"{"type": "object", "properties": {
    "kind": {"type": "string", "enum": ["price list", "letter", "contract"], "description": "what kind of document it is"},
    "has_prices": {"type": "boolean", "description": "prices are in it"},
    "colours": {"type": "array", "items": {"type": "string", "enum": ["red", "green", "blue"]}, "maxItems": 3}},
    "required": ["kind", "has_prices"]}"#;

struct Llama {
    child: Child,
    base: String,
}

impl Drop for Llama {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Llama {
    fn start() -> Self {
        let set_up = root().join("target/llama");
        assert!(set_up.join("model.gguf").exists(), "there is no server in target/llama: run ./setup");
        // Between looking for a free port and taking it another program may be faster.
        (0..3).find_map(|_| Self::start_on(&set_up, free_port())).expect("llama-server does not start")
    }

    fn start_on(set_up: &PathBuf, port: u16) -> Option<Self> {
        let port = port.to_string();
        let mut server = Command::new(set_up.join("llama-server"));
        server.current_dir(set_up).args([
            "-m",
            "model.gguf",
            "--device",
            "none",
            "-t",
            "2",
            "-c",
            "4096",
            "-np",
            "1",
            "--alias",
            "SmolLM2",
        ]);
        server.args(["--host", "127.0.0.1", "--port", &port]).stdin(Stdio::null());
        let child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut llama = Self { child, base: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while begun.elapsed() < START_PATIENCE {
            if llama.child.try_wait().unwrap().is_some() {
                return None;
            }
            if ureq::get(format!("{}/health", llama.base)).call().is_ok() {
                return Some(llama);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("llama-server is not ready after {START_PATIENCE:?}");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn extract(base: &str, words: &[&str]) -> Ran {
    let settings = format!(
        "[[models]]\nname = \"real\"\nvendor = \"openai\"\nbase_url = \"{base}/v1\"\nmodel = \"SmolLM2\"\n\
         timeouts = {{ first = 600, silence = 600, whole = 1800 }}\nextra = {{ max_tokens = 120, temperature = 0 }}\n\
         price = {{ usd_per_million_input = 1, usd_per_million_output = 1 }}\n"
    );
    let rows = [["Chair", "12", "30.50"], ["Table", "2", "110.00"]].map(|row| row.map(str::to_owned));
    let document = table_of(&["Article", "Pieces", "Price"], &rows, 40);
    let files =
        [("it.pdf", document.as_slice()), ("schema.json", SCHEMA.as_bytes()), ("sluice.toml", settings.as_bytes())];
    let files = folder(&files);
    let mut command = command(files.path());
    command.current_dir(files.path()).args(["extract", "it.pdf", "--schema", "schema.json", "--format", "jsonl"]);
    command.args(["--model", "real", "--config", &word(&files, "sluice.toml")]).args(words);
    Ran::of(&mut command)
}

#[test]
fn a_job_with_a_real_server_and_the_same_again_without_it() {
    let recording = tempfile::tempdir().unwrap();
    let recording = recording.path().to_str().unwrap();
    let server = Llama::start();
    let ran = extract(&server.base, &["--record", recording]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    let (data, metadata) = (&line["data"], &line["metadata"]);
    // Held to the schema by its server.
    assert!(["price list", "letter", "contract"].iter().any(|kind| data["kind"] == *kind), "{line}");
    assert!(data["has_prices"].is_boolean() && data["colours"].is_array(), "{line}");
    assert_eq!(
        (&metadata["validation"]["valid"], &metadata["subtrees"]["failed"]),
        (&json!(true), &json!(0)),
        "{line}"
    );
    // What it took is told, and so is who answered.
    let told = |name: &str| metadata["usage"][name].as_u64().unwrap_or_default();
    assert!(told("calls") >= 2 && told("input_tokens") > 500 && told("output_tokens") > 20, "{line}");
    assert!(metadata["cost_usd"].as_f64().unwrap_or_default() > 0.0, "{line}");
    assert!(metadata["answered_by"][0].as_str().is_some_and(|who| who.contains("SmolLM2")), "{line}");

    drop(server);
    let again = extract("http://127.0.0.1:9", &["--replay", recording]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&again["data"], &again["metadata"]["usage"]), (data, &metadata["usage"]));
}
