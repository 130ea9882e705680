//! Traces, as a collector gets them from the real server.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};

use crate::run::example;
use crate::server::{Around, Server, script};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector: all bodies that were sent to it.
struct Collector {
    address: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let bodies: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || take(stream, &kept));
            }
        });
        Self { address, bodies }
    }

    fn spans(&self) -> Vec<Span> {
        let bodies = self.bodies.lock().unwrap();
        let requests = bodies.iter().map(|body| ExportTraceServiceRequest::decode(&body[..]).unwrap());
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

/// Answers the requests of one connection.
fn take(stream: TcpStream, kept: &Mutex<Vec<Vec<u8>>>) {
    let mut answers = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) && line.trim() != "" {
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if line.is_empty() || reader.read_exact(&mut body).is_err() {
            return;
        }
        kept.lock().unwrap().push(body);
        if answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attributes(span: &Span) -> HashMap<String, String> {
    let text = |value: Option<any_value::Value>| match value {
        Some(any_value::Value::StringValue(text)) => text,
        other => format!("{other:?}"),
    };
    span.attributes.iter().map(|it| (it.key.clone(), text(it.value.clone().and_then(|value| value.value)))).collect()
}

/// Starts a job as a caller that is part of a trace.
fn start(server: &Server, document: &str, schema: &str, model: &str) -> String {
    let body = json!({"document_id": document, "schema_id": schema, "config": {"model": model}});
    let answer = ureq::post(format!("{}/v1/extract/jobs", server.base))
        .header("authorization", format!("Bearer {}", server.key))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .send_json(body)
        .unwrap();
    let created: Value = answer.into_body().read_json().unwrap();
    created["job_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_job_is_one_trace_with_who_started_it_also_over_a_crash() {
    let collector = Collector::start();
    let folder = tempfile::tempdir().unwrap();
    let busy = json!({"code": "model_unavailable", "message": "a-message-for-people", "retry_after_ms": 20});
    let rules =
        [json!({"path": "/first", "delay_ms": 50}), json!({"path": "/second", "delay_ms": 1_500, "failures": [busy]})];
    let model = json!({"result": {"first": ["a-value-of-the-answer"]}, "rules": rules});
    let model = script(&folder.path().join("model.json"), &model);
    // Spans are sent soon, so that few are lost in a crash.
    let environment = vec![("OTEL_BSP_SCHEDULE_DELAY", "50".to_owned())];
    let around = Around { environment, ..Around::default() };
    let mut server = Server::start_within(around, &["--script", &model, "--otlp", &collector.address]);
    let client = server.client();
    let document = client.upload("a-secret-name.pdf", &example("invoice"));
    let array = json!({"type": "array", "items": {"type": "string"}});
    let schema = client.schema(&json!({"type": "object", "properties": {"first": array, "second": array}}));
    let job = start(&server, &document, &schema, &format!("scripted:{model}"));
    let is_sent = |name: &str| collector.spans().iter().any(|span| span.name == name);
    while !is_sent("extract_subtree") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    server.kill();
    server.resume();
    assert_eq!(client.log(&job).pop().unwrap().event, "completed");
    server.terminate();

    let spans = collector.spans();
    let traced: Vec<&Span> = spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let named = |name: &str| traced.iter().copied().filter(|span| span.name == name).collect::<Vec<_>>();
    let requests = named("request");
    assert_eq!(requests.len(), 1, "{spans:?}");
    assert_eq!(hex(&requests[0].parent_span_id), CALLER);
    let told = attributes(requests[0]);
    assert_eq!((told["http.request.method"].as_str(), told["http.route"].as_str()), ("POST", "/v1/extract/jobs"));

    // The job's own span before the crash is lost with the process; the one after it has the same parent.
    let jobs = named("job");
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].parent_span_id, requests[0].span_id);
    assert_eq!(
        (attributes(jobs[0])["job_id"].as_str(), attributes(jobs[0])["tenant"].as_str()),
        (job.as_str(), "acme")
    );
    for name in ["start", "read_document", "plan"] {
        assert_eq!(named(name).len(), 1, "{name} is not done again");
    }
    let assembled = named("assemble");
    assert_eq!((assembled.len(), &assembled[0].parent_span_id), (1, &jobs[0].span_id));
    let asked = named("extract_subtree");
    let failed = asked.iter().find(|span| attributes(span).contains_key("error.type")).expect("one attempt failed");
    assert_eq!(attributes(failed)["error.type"], "model_unavailable");

    let sent = collector.bodies.lock().unwrap().concat();
    let holds = |text: &str| sent.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("extract_subtree"), "what is searched can be found");
    for secret in ["a-value-of-the-answer", "a-secret-name", "a-message-for-people", server.key.as_str()] {
        assert!(!holds(secret), "{secret} was sent to the collector");
    }
}

#[test]
fn a_collector_that_is_away_costs_nothing_but_its_spans() {
    // A port that was free a moment ago: nobody listens there.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Server::start(&["--otlp", &format!("http://{nobody}")]);
    let client = server.client();
    let document = client.upload("a.pdf", &example("invoice"));
    let schema = client.schema(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let job = client.start(&document, &schema, &json!({}));
    assert_eq!(client.log(&job).pop().unwrap().event, "completed");
    server.terminate();
}
