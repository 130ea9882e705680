//! The examples with each kind of vendor: a fake that knows the answers and says them in the vendor's words, and in the form
//! that it was asked for. What comes out is all that the gold has, valid and proven.

use serde_json::{Map, Value, json};
use sluice_extract::score::{Rules, score_document};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::run::{command, folder, root, word};

const EXAMPLES: [&str; 6] = ["invoice", "invoice-de", "form", "report", "contract", "resume"];

fn json_of(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// The part of the gold that a question is about, in the form of its schema.
fn known(gold: &Value, question: &str, schema: &Value) -> Value {
    let path =
        question.split_once("It is the part ").map_or("", |(_, rest)| rest.split_once(" of a larger").unwrap().0);
    let data = shaped(gold.pointer(path).unwrap_or(&Value::Null), &schema["properties"]["data"], schema);
    json!({"data": data, "sources": []})
}

fn shaped(value: &Value, schema: &Value, root: &Value) -> Value {
    let schema = match schema["$ref"].as_str() {
        Some(name) => root.pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let either = schema["anyOf"].as_array().into_iter().flatten();
    let schema = either.into_iter().find(|other| other["type"] != "null").unwrap_or(schema);
    match value {
        Value::Array(items) => items.iter().map(|item| shaped(item, &schema["items"], root)).collect(),
        Value::Object(entries) if schema["properties"].is_object() => {
            let asked = schema["properties"].as_object().unwrap();
            let of = |name: &String| shaped(entries.get(name).unwrap_or(&Value::Null), &asked[name], root);
            Value::Object(asked.keys().map(|name| (name.clone(), of(name))).collect::<Map<_, _>>())
        }
        value => value.clone(),
    }
}

fn openai(gold: &Value, request: &Request) -> Reply {
    let question = request.body["messages"][1]["content"].as_str().unwrap();
    let text = known(gold, question, &request.body["response_format"]["json_schema"]["schema"]).to_string();
    Reply::events([json!({"choices": [{"delta": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3}})])
}

fn gemini(gold: &Value, request: &Request) -> Reply {
    let parts = request.body["contents"][0]["parts"].as_array().unwrap();
    let question = parts.last().unwrap()["text"].as_str().unwrap();
    let text = known(gold, question, &request.body["generationConfig"]["responseJsonSchema"]).to_string();
    Reply::events([json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
        "modelVersion": "it", "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}})])
}

fn check(kind: &str, answer: fn(&Value, &Request) -> Reply) {
    for name in EXAMPLES {
        let gold = json_of(&format!("examples/{name}/gold.json"));
        let said = gold.clone();
        let vendor = Vendor::start(move |request, _| answer(&said, request));
        let base = if kind == "openai" { format!("{}/v1", vendor.base) } else { vendor.base.clone() };
        let settings =
            format!("[[models]]\nname = \"it\"\nvendor = \"{kind}\"\nbase_url = \"{base}\"\nkey_env = \"MY_KEY\"\n");
        let files = folder(&[("sluice.toml", settings.as_bytes())]);
        let (document, schema) = (format!("examples/{name}/document.pdf"), format!("examples/{name}/schema.json"));
        let mut command = command(files.path());
        command.args(["extract", &document, "--schema", &schema, "--format", "jsonl", "--quiet"]);
        command.args(["--model", "it", "--config", &word(&files, "sluice.toml")]).env("MY_KEY", "k");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        let score = score_document(&gold, &line["data"], Some(&json_of(&schema)), Rules::default());
        assert_eq!((score.counts.fp, score.counts.fn_), (0, 0), "{name}: {:#?}", score.differences);
        assert_eq!(line["metadata"]["validation"]["valid"], true, "{name}: {line}");
    }
}

#[test]
fn the_examples_with_a_server_that_has_openais_words() {
    check("openai", openai);
}

#[test]
fn the_examples_with_gemini() {
    check("gemini", gemini);
}
