//! The whole command against vendors on this machine: settings, keys, faults, and what is told of them.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::run::{Ran, command, folder, word};

const SCHEMA: &str = r#"{"type": "object", "properties": {
    "number": {"type": "string", "description": "invoice number"},
    "paid": {"type": "number"},
    "lines": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}}}}"#;

/// A model that answers each part; `paid` is a lie about the schema.
fn answer(request: &Request) -> String {
    let asked = request.body.to_string();
    let data = if asked.contains("the part /lines") { json!([]) } else { json!({"number": "A-1", "paid": "much"}) };
    json!({"data": data, "sources": []}).to_string()
}

fn openai(request: &Request) -> Reply {
    let events = [
        json!({"choices": [{"delta": {"content": answer(request)}, "finish_reason": "stop"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 1_000_000, "completion_tokens": 0}}),
    ];
    Reply::events(events.iter().map(ToString::to_string).chain(["[DONE]".to_owned()]))
}

fn settings(vendor: &Vendor) -> String {
    format!(
        "[[models]]\nname = \"mine\"\nvendor = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"small\"\nkey_env = \"MY_KEY\"\n\
         price = {{ usd_per_million_input = 0.5 }}\n",
        vendor.base
    )
}

fn extract(model: &str, settings: &str, environment: &[(&str, &str)]) -> Ran {
    let files = folder(&[("schema.json", SCHEMA.as_bytes()), ("sluice.toml", settings.as_bytes())]);
    let (schema, config) = (word(&files, "schema.json"), word(&files, "sluice.toml"));
    let mut command = command(files.path());
    command.args(["extract", "examples/invoice/document.pdf", "--schema", &schema, "--format", "jsonl"]);
    command.args(["--model", model, "--config", &config]).envs(environment.iter().copied());
    let output = command.output().unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

#[test]
fn a_model_by_its_name_in_the_settings_through_a_fault() {
    let vendor = Vendor::start(|request, nth| match nth {
        0 => Reply::json(429, &json!({"error": {"message": "slow down"}})).with("retry-after-ms", "10"),
        _ => openai(request),
    });
    let ran = extract("mine", &settings(&vendor), &[("MY_KEY", "sk-1")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line["data"], json!({"number": "A-1", "lines": []}), "the lie is taken out");
    assert_eq!(line["metadata"]["cost_usd"], json!(1.0));
    assert_eq!(line["metadata"]["usage"]["calls"], json!(3));
    assert!(vendor.heard().iter().all(|request| request.header("authorization") == Some("Bearer sk-1")));
}

#[test]
fn what_a_server_does_not_tell_is_null_and_not_zero() {
    let vendor = Vendor::start(|request, _| {
        let event = json!({"choices": [{"delta": {"content": answer(request)}, "finish_reason": "stop"}]});
        Reply::events([event])
    });
    let ran = extract("mine", &settings(&vendor), &[("MY_KEY", "sk-1")]);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    let metadata = &line["metadata"];
    assert_eq!((&metadata["cost_usd"], &metadata["usage"]["calls"]), (&Value::Null, &json!(2)), "{}", ran.stderr);
    assert_eq!(metadata["usage"]["input_tokens"], Value::Null);
}

#[test]
fn any_model_of_the_server_that_the_environment_names() {
    let vendor = Vendor::start(|request, _| openai(request));
    let ran = extract("openai:tiny", "", &[("OPENAI_BASE_URL", &format!("{}/v1", vendor.base))]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(vendor.heard()[0].body["model"], "tiny");
    assert_eq!(vendor.heard()[0].header("authorization"), None);
}

#[test]
fn what_is_missing_is_told() {
    let vendor = Vendor::start(|request, _| openai(request));
    let ran = extract("mine", &settings(&vendor), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_snapshot!(ran.stderr, @r###"
    error: the model "mine" has no key
    hint: set MY_KEY to its key
    "###);
    assert_snapshot!(extract("openai:gpt", "", &[]).stderr, @r###"
    error: "openai:gpt" is at OpenAI, and there is no key for it
    hint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own
    "###);
    let wrong = extract("mine", "[[models]]\nname = \"mine\"\nvendor = \"opanai\"\n", &[]);
    assert!(wrong.stderr.contains("opanai") && wrong.code == 2, "{}", wrong.stderr);
    assert!(vendor.heard().is_empty());
}

#[test]
fn models_and_doctor_name_what_is_set_up_and_never_a_key() {
    let vendor = Vendor::start(|request, _| openai(request));
    let files = folder(&[("sluice.toml", settings(&vendor).as_bytes())]);
    for (words, key) in [("models", None), ("models", Some("sk-1")), ("doctor", Some("sk-1"))] {
        let mut command = command(files.path());
        command.args([words, "--config", &word(&files, "sluice.toml")]);
        command.envs(key.map(|key| ("MY_KEY", key)));
        let shown = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(shown.contains("mine") && !shown.contains("sk-1"), "{shown}");
        assert_eq!(shown.contains("set MY_KEY"), key.is_none(), "{shown}");
    }
    assert!(vendor.heard().is_empty(), "neither asks anybody");
}
