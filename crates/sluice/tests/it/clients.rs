//! Other people's clients against the real server: `clients/` says what each shows.
//!
//! `./setup` installs what they need; where it is missing these tests fail and say so.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::run::{example, root};
use crate::server::{Server, script};

/// A program of `clients/` with its arguments.
pub fn client(name: &str, arguments: &[(&str, &str)]) -> Command {
    let python = root().join("target/clients/bin/python");
    assert!(python.is_file(), "{} is missing: run ./setup", python.display());
    let mut command = Command::new(python);
    command
        .arg(root().join("clients").join(name))
        .args(arguments.iter().map(|(name, value)| format!("{name}={value}")));
    // Nothing of the machine's own proxies may stand between two programs on it.
    command.env("NO_PROXY", "*").stdin(Stdio::null());
    command
}

pub fn passes(output: &Output) {
    let said = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
}

pub fn file(name: &str) -> String {
    root().join("examples/invoice").join(name).display().to_string()
}

pub fn gold() -> Value {
    serde_json::from_slice(&std::fs::read(file("gold.json")).unwrap()).unwrap()
}

/// Scripts under their names, and the arguments that make a server know them.
pub fn scripts(
    folder: &tempfile::TempDir,
    scripts: &[(&'static str, Value)],
) -> (Vec<(&'static str, String)>, Vec<String>) {
    let written: Vec<(&str, String)> =
        scripts.iter().map(|(name, text)| (*name, script(&folder.path().join(format!("{name}.json")), text))).collect();
    let arguments = written.iter().flat_map(|(_, path)| ["--script".to_owned(), path.clone()]).collect();
    (written.into_iter().map(|(name, path)| (name, format!("scripted:{path}"))).collect(), arguments)
}

fn slow(delay_ms: u64) -> Value {
    json!({"result": gold(), "rules": [{"delay_ms": delay_ms}]})
}

fn run(name: &str, made: &[(&'static str, Value)], more: &[&str], given: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let (models, arguments) = scripts(&folder, made);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let server = Server::start(&arguments);
    let (document, schema) = (file("document.pdf"), file("schema.json"));
    let mut all =
        vec![("base", server.base.as_str()), ("key", &server.key), ("document", &document), ("schema", &schema)];
    all.extend(models.iter().map(|(name, model)| (*name, model.as_str())));
    all.extend(given);
    passes(&client(name, &all).output().unwrap());
}

#[test]
fn the_published_client_works_with_another_base_url_and_nothing_else() {
    let busy = json!({"code": "model_unavailable", "message": "busy", "retry_after_ms": 20});
    let failing = json!({"result": gold(), "rules": [{"failures": [busy]}]});
    run("published.py", &[("slow", slow(120)), ("failing", failing), ("stuck", slow(60_000))], &[], &[]);
}

#[test]
fn a_minute_of_silence_does_not_break_the_published_client() {
    run("silence.py", &[("quiet", slow(63_000))], &[], &[("seconds", "62")]);
}

#[test]
fn httpx_sse_reads_every_frame_and_resumes_after_each() {
    run("sse.py", &[("slow", slow(50))], &[], &[]);
}

#[test]
fn curl_shows_a_stream_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let (models, arguments) = scripts(&folder, &[("slow", slow(100))]);
    let server = Server::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let started = start(&server, &models[0].1);
    let url = format!("{}/v1/extract/jobs/{started}/stream?starting_after=0", server.base);
    let key = format!("Authorization: Bearer {}", server.key);
    let output =
        Command::new("curl").args(["-sSN", "--noproxy", "*", "--max-time", "30", "-H", &key, &url]).output().unwrap();
    passes(&output);
    let said = String::from_utf8(output.stdout).unwrap();
    let events: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!((events.first(), events.last()), (Some(&"start"), Some(&"completed")), "{said}");
}

#[test]
fn a_browser_goes_on_after_a_crash_and_stops_after_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let rules: Vec<Value> = (0..40).map(|number| json!({"path": format!("/p{number}"), "delay_ms": 600})).collect();
    let (models, arguments) = scripts(&folder, &[("slow", json!({"rules": rules}))]);
    let mut server = Server::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    // 40 parts of their own, five at a time: seconds, enough to be killed in the middle.
    let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let properties: serde_json::Map<String, Value> =
        (0..40).map(|number| (format!("p{number}"), array.clone())).collect();
    let client_of = server.client();
    let document = client_of.upload("a.pdf", &example("invoice"));
    let schema = client_of.schema(&json!({"type": "object", "properties": properties}));
    let body = json!({"document_id": document, "schema_id": schema, "config": {"model": models[0].1}});
    let restart = server.path("restart");
    let given = [
        ("base", server.base.clone()),
        ("key", server.key.clone()),
        ("body", body.to_string()),
        ("pid", server.pid().to_string()),
        ("restart", restart.display().to_string()),
        ("chromium", browser().display().to_string()),
    ];
    let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let browser = client("browser.py", &given).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    server.restart_when(&restart);
    passes(&browser.wait_with_output().unwrap());
}

pub fn browser() -> PathBuf {
    let places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    places.into_iter().find(|place| place.exists()).expect("no Chromium: run ./setup")
}

fn start(server: &Server, model: &str) -> String {
    let client = server.client();
    let document = client.upload("a.pdf", &example("invoice"));
    let schema: Value = serde_json::from_slice(&std::fs::read(file("schema.json")).unwrap()).unwrap();
    let schema = client.schema(&schema);
    let body = json!({"document_id": document, "schema_id": schema, "config": {"model": model}});
    client.post("/v1/extract/jobs", &body, None).unwrap()["job_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_property_based_tester_finds_no_request_that_is_answered_otherwise_than_described() {
    let program = root().join("target/clients/bin/schemathesis");
    assert!(program.is_file(), "{} is missing: run ./setup", program.display());
    let server = Server::start(&["--requests-per-minute", "1000000", "--active-jobs-max", "1000000"]);
    // It is told of one of each, beside all that it makes up.
    let of_server = server.client();
    let document = of_server.upload("invoice.pdf", &example("invoice"));
    let schema = of_server.schema(&serde_json::from_slice(&std::fs::read(file("schema.json")).unwrap()).unwrap());
    let job = start(&server, "embedded");
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("schemathesis.toml"), folder.path().join("schemathesis.toml")).unwrap();
    for (name, id) in [("documents", &document), ("schemas", &schema), ("jobs", &job)] {
        std::fs::write(folder.path().join(format!("{name}.txt")), format!("\"{id}\"\n")).unwrap();
    }
    let output = Command::new(program)
        .current_dir(folder.path())
        .env("NO_PROXY", "*")
        .env("SLUICE_KEY", &server.key)
        .args(["--config-file", "schemathesis.toml", "run", "--no-color"])
        .arg(format!("{}/openapi.json", server.base))
        .output()
        .unwrap();
    passes(&output);
}
