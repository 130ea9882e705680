//! What a vendor's model is shown of a document by the real binary, and what that is said to take.

use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::run::{Ran, command, folder, word};

const SCHEMA: &str = r#"{"type": "object", "properties": {"total": {"type": "number"}}}"#;
const SCAN: &str = "examples/receipt-scan/document.pdf";
const DIGITAL: &str = "examples/report/document.pdf";

fn gemini(request: &Request) -> Reply {
    let _ = request;
    let text = json!({"data": {"total": 1}, "sources": []}).to_string();
    Reply::events([json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
        "modelVersion": "theirs", "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}})])
}

fn openai(_: &Request) -> Reply {
    let text = json!({"data": {"total": 1}, "sources": []}).to_string();
    Reply::events([json!({"choices": [{"delta": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3}})])
}

/// Extracts with the model `it` of this vendor; `more` stands in its settings.
fn extract(vendor: (&str, &str), document: &str, more: &str, words: &[&str]) -> Ran {
    let (kind, base) = vendor;
    let settings = format!(
        "[[models]]\nname = \"it\"\nvendor = \"{kind}\"\nbase_url = \"{base}\"\nmodel = \"theirs\"\nkey_env = \"MY_KEY\"\n\
         price = {{ usd_per_million_input = 1, usd_per_million_output = 1 }}\n{more}\n"
    );
    let files = folder(&[("schema.json", SCHEMA.as_bytes()), ("sluice.toml", settings.as_bytes())]);
    let mut command = command(files.path());
    command.args(["extract", document, "--schema", &word(&files, "schema.json"), "--ocr", "never"]).args(words);
    command.args(["--model", "it", "--config", &word(&files, "sluice.toml")]).env("MY_KEY", "k");
    Ran::of(&mut command)
}

/// Kinds of what was shown with the first question, and the first bytes of each.
fn shown(request: &Request) -> Vec<(String, String)> {
    let parts =
        request.body["contents"][0]["parts"].as_array().or_else(|| request.body["messages"][1]["content"].as_array());
    let data = |part: &Value| {
        let url = part["image_url"]["url"].as_str().or_else(|| part["file"]["file_data"].as_str());
        let own = part["inlineData"]["mimeType"].as_str().zip(part["inlineData"]["data"].as_str());
        let (kind, data) = own.or_else(|| url?.strip_prefix("data:")?.split_once(";base64,"))?;
        Some((kind.to_owned(), data.chars().take(8).collect()))
    };
    parts.into_iter().flatten().filter_map(data).collect()
}

fn kinds(shown: &[(String, String)]) -> Vec<&str> {
    shown.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[test]
fn a_scan_is_shown_and_a_page_that_says_all_by_its_text_is_not() {
    let vendor = Vendor::start(|request, _| gemini(request));
    let of = ("gemini", vendor.base.as_str());
    let asked = |document, more: &str| {
        let before = vendor.heard().len();
        let ran = extract(of, document, more, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        shown(&vendor.heard()[before])
    };
    assert_eq!(asked(SCAN, ""), [("application/pdf".to_owned(), "JVBERi0x".to_owned())], "%PDF-1, as it is");
    assert_eq!(kinds(&asked(SCAN, "pages_as = \"pictures\"")), ["image/png"]);
    assert!(asked(SCAN, "pages_as = \"text\"").is_empty());
    assert!(asked(DIGITAL, "").is_empty());
    assert_eq!(kinds(&asked(DIGITAL, "pages_as = \"pdf\"")), ["application/pdf"]);
}

#[test]
fn a_server_is_shown_what_its_settings_say() {
    let vendor = Vendor::start(|request, _| openai(request));
    let base = format!("{}/v1", vendor.base);
    for (more, expect) in
        [("", vec![]), ("pages_as = \"auto\"", vec!["image/png"]), ("pages_as = \"pdf\"", vec!["application/pdf"])]
    {
        let before = vendor.heard().len();
        let ran = extract(("openai", &base), SCAN, more, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(kinds(&shown(&vendor.heard()[before])), expect, "{more}");
    }
}

#[test]
fn what_is_shown_is_in_the_estimate_and_in_the_bound() {
    let vendor = Vendor::start(|request, _| openai(request));
    let base = format!("{}/v1", vendor.base);
    let tokens = |more: &str| {
        let told = extract(("openai", &base), SCAN, more, &["--estimate"]);
        let told: Value = serde_json::from_str(&told.stdout).unwrap();
        told["input_tokens"].as_u64().unwrap()
    };
    let text = tokens("");
    assert_eq!(tokens("pages_as = \"auto\"\ntokens_per_picture = 5000"), text + 5_000);
    assert!(vendor.heard().is_empty());
    let bound = ["--max-cost-usd", "0.004", "--retries", "0", "--format", "jsonl"];
    let refused = extract(("openai", &base), SCAN, "pages_as = \"auto\"\ntokens_per_picture = 5000", &bound);
    assert!(refused.stdout.contains("budget_spent"), "{}", refused.stdout);
    assert!(vendor.heard().is_empty());
    assert_eq!(extract(("openai", &base), SCAN, "", &bound).code, 0, "without the picture it is within the bound");
}
