//! The whole command against vendors on this machine: settings, keys, faults, and what is told of them.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::paper::table_of;
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
         price = {{ usd_per_million_input = 0.5, usd_per_million_output = 1 }}\n",
        vendor.base
    )
}

fn extract(model: &str, settings: &str, environment: &[(&str, &str)]) -> Ran {
    extract_with(model, settings, environment, &[])
}

fn extract_with(model: &str, settings: &str, environment: &[(&str, &str)], more: &[&str]) -> Ran {
    let files = folder(&[("schema.json", SCHEMA.as_bytes()), ("sluice.toml", settings.as_bytes())]);
    let (schema, config) = (word(&files, "schema.json"), word(&files, "sluice.toml"));
    let mut command = command(files.path());
    command.args(["extract", "examples/invoice/document.pdf", "--schema", &schema, "--format", "jsonl"]);
    command.args(["--model", model, "--config", &config]).args(more).envs(environment.iter().copied());
    Ran::of(&mut command)
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
    // One call was refused and not paid for, one asked again for what was no number.
    assert_eq!(line["metadata"]["cost_usd"], json!(1.5));
    assert_eq!(line["metadata"]["usage"]["calls"], json!(4));
    assert!(vendor.heard().iter().all(|request| request.header("authorization") == Some("Bearer sk-1")));
}

#[test]
fn what_the_embedded_model_says_too_is_surer_than_what_it_says_otherwise() {
    let schema = r#"{"type": "object", "properties": {"invoice_number": {"type": "string"}}}"#;
    let confidence = |number: &str| {
        let number = number.to_owned();
        let vendor = Vendor::start(move |_, _| {
            said(&json!({"data": {"invoice_number": number}, "sources": []}).to_string(), "stop")
        });
        let files = folder(&[("schema.json", schema.as_bytes()), ("sluice.toml", settings(&vendor).as_bytes())]);
        let mut command = command(files.path());
        command.args(["extract", "examples/invoice/document.pdf", "--schema", &word(&files, "schema.json")]);
        command.args(["--attributions", "--model", "mine", "--config", &word(&files, "sluice.toml")]);
        let output = command.env("MY_KEY", "sk-1").output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["invoice_number"]["match"], "exact", "{found}");
        found["invoice_number"]["confidence"].as_f64().unwrap()
    };
    let (agreed, differing) = (confidence("INV-2026-04817"), confidence("14 October 2026"));
    assert!(agreed > 0.95 && differing < 0.6, "{agreed} {differing}");
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
    assert_eq!((&metadata["cost_usd"], &metadata["usage"]["calls"]), (&Value::Null, &json!(3)), "{}", ran.stderr);
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

/// A stream that says this text and ends so.
fn said(text: &str, finish: &str) -> Reply {
    Reply::events([json!({"choices": [{"delta": {"content": text}, "finish_reason": finish}]})])
}

/// What a fault of the vendor becomes: the kind of failure of the first part, and its message. Asked once, with short
/// times for each phase.
fn fault(reply: Reply) -> String {
    let vendor = Vendor::start(move |_, _| reply.clone());
    let settings = settings(&vendor) + "timeouts = { first = 0.3, silence = 0.3, whole = 1.0 }\n";
    let ran = extract_with("mine", &settings, &[("MY_KEY", "sk-1")], &["--retries", "0"]);
    assert_eq!((ran.code, vendor.heard().len()), (1, 2), "each part is asked once: {}", ran.stderr);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line.get("data"), None, "nothing is made up: {line}");
    format!(
        "{}: {}",
        line["error"]["code"].as_str().unwrap_or_default(),
        line["error"]["message"].as_str().unwrap_or("")
    )
}

#[test]
fn every_fault_of_a_vendor_has_its_kind() {
    let error = |status, message: &str| Reply::json(status, &json!({"error": {"message": message}}));
    let page = "<html><title>Bad gateway</title></html>";
    let whole = || said(&json!({"data": {"number": "A-1"}, "sources": []}).to_string(), "stop");
    let half = "data: {\"choices\": [{\"delta\": {\"content\": \"\u{20ac}";
    let faults = [
        ("429", error(429, "slow down")),
        ("500", error(500, "oops")),
        ("503", error(503, "overloaded")),
        ("401", error(401, "bad key sk-1")),
        ("a web page", Reply::new(502, "text/html", page)),
        ("a web page as an answer", Reply::new(200, "text/html", page)),
        ("cut", whole().cut_at(60)),
        ("cut in a character", Reply::new(200, "text/event-stream", half).cut_at(45)),
        ("silence at once", whole().silent_after(0)),
        ("silence in the middle", whole().silent_after(40)),
        ("a drip", whole().in_pieces_of(1).each_after(Duration::from_millis(50))),
        ("no JSON", said("The number is A-1.", "stop")),
        ("nothing", said("", "stop")),
        ("a filter", said("{", "content_filter")),
        ("a refusal", Reply::events([json!({"choices": [{"delta": {"refusal": "No."}, "finish_reason": "stop"}]})])),
        ("another shape", said("[1, 2", "stop")),
    ];
    let told: Vec<String> = faults.into_iter().map(|(name, reply)| format!("{name}: {}", fault(reply))).collect();
    assert_snapshot!(told.join("\n"), @r###"
    429: rate_limited: mine takes no more questions for now (HTTP 429): slow down
    500: model_unavailable: mine is in trouble (HTTP 500): oops
    503: model_unavailable: mine is in trouble (HTTP 503): overloaded
    401: model_refused: mine does not accept the key (HTTP 401): bad key [key]
    a web page: model_unavailable: mine is in trouble (HTTP 502): a web page "Bad gateway"
    a web page as an answer: model_unavailable: the model's server answered with a web page instead of a chat completion
    cut: model_unavailable: the model's server stopped in the middle of its answer: unexpected EOF during chunk size line
    cut in a character: model_unavailable: the model's server stopped in the middle of its answer: unexpected EOF during chunk size line
    silence at once: model_unavailable: the model's server said nothing for 300ms
    silence in the middle: model_unavailable: the model's server fell silent for 300ms in the middle of its answer
    a drip: model_unavailable: the model's server was not done after 1s
    no JSON: answer_invalid: the model's answer is no JSON (line 1, column 1)
    nothing: answer_invalid: the model's answer is empty
    a filter: model_refused: the server's filter stopped the answer (content_filter)
    a refusal: model_refused: the model refused: No.
    another shape: answer_invalid: the model's answer is no JSON (line 1, column 5)
    "###);
}

#[test]
fn wherever_an_answer_is_cut_nothing_is_made_up() {
    let request = Request { method: String::new(), path: String::new(), headers: Vec::new(), body: json!({}) };
    let whole = openai(&request).body().len();
    for at in (1..whole).step_by(37) {
        let vendor = Vendor::start(move |request, _| openai(request).cut_at(at));
        let ran = extract_with("mine", &settings(&vendor), &[("MY_KEY", "sk-1")], &["--retries", "0"]);
        let line: Value = serde_json::from_str(&ran.stdout).unwrap();
        let is_whole = line["data"] == json!({"number": "A-1", "lines": []});
        assert!(
            is_whole
                || line["error"]["code"] == "model_unavailable"
                || line["metadata"]["failed_subtrees"] != json!([]),
            "{at}: {line}"
        );
    }
}

#[test]
fn another_model_stands_in_and_who_answered_is_told() {
    let vendor = Vendor::start(|request, _| match request.body["model"].as_str() {
        Some("small") => Reply::json(503, &json!({"error": {"message": "overloaded"}})),
        _ => {
            let event = json!({"model": "tiny-2026-10-01", "choices": [{"delta": {"content": answer(request)}, "finish_reason": "stop"}]});
            Reply::events([event])
        }
    });
    let settings = settings(&vendor)
        + &format!(
            "[[models]]\nname = \"other\"\nvendor = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"tiny\"\n",
            vendor.base
        );
    let more = ["--retries", "0", "--fallback-model", "other"];
    let ran = extract_with("mine", &settings, &[("MY_KEY", "sk-1")], &more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line["data"], json!({"number": "A-1", "lines": []}));
    assert_eq!(line["metadata"]["answered_by"], json!(["tiny-2026-10-01"]));
    assert!(ran.stderr.contains("overloaded; other is asked instead"), "{}", ran.stderr);
}

#[test]
fn another_model_than_the_one_that_was_asked_is_told() {
    let vendor = Vendor::start(|request, _| {
        Reply::events([
            json!({"model": "huge", "choices": [{"delta": {"content": answer(request)}, "finish_reason": "stop"}]}),
        ])
    });
    let ran = extract("mine", &settings(&vendor), &[("MY_KEY", "sk-1")]);
    assert!(ran.stderr.contains("mine answered as \"huge\", not as \"small\""), "{}", ran.stderr);
}

/// Answers the part with the fields by `fields`, the list as empty.
fn fields(fields: impl Fn(&str) -> (String, &'static str) + Send + Sync + 'static) -> Vendor {
    Vendor::start(move |request, _| {
        let asked = request.body["messages"][1]["content"].as_str().unwrap().to_owned();
        if asked.contains("the part /lines") {
            return said(&json!({"data": [], "sources": []}).to_string(), "stop");
        }
        let (text, finish) = fields(&asked);
        said(&text, finish)
    })
}

#[test]
fn what_is_not_valid_is_asked_again_once_with_the_reason() {
    for (second, expect) in [
        (json!(12.5), json!({"number": "A-1", "paid": 12.5, "lines": []})),
        (json!("a lot"), json!({"number": "A-1", "lines": []})),
    ] {
        let vendor = fields(move |asked| {
            let data = if asked.contains("cannot be used") {
                json!({"v1": second})
            } else {
                json!({"number": "A-1", "paid": "much"})
            };
            (json!({"data": data, "sources": []}).to_string(), "stop")
        });
        let ran = extract("mine", &settings(&vendor), &[("MY_KEY", "sk-1")]);
        let line: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(line["data"], expect, "{}", ran.stderr);
        let heard = vendor.heard();
        assert_eq!(heard.len(), 3, "once");
        let again = heard.iter().find(|request| request.body.to_string().contains("cannot be used")).unwrap();
        let told = again.body["messages"][1]["content"].as_str().unwrap();
        assert!(
            told.contains(
                "- v1, which is /paid of the whole, was \"much\": \"much\" is not of types \"null\", \"number\""
            ) || told.contains("- v1, which is /paid of the whole, was \"much\": \"much\" is not of type \"number\""),
            "{told}"
        );
    }
}

#[test]
fn an_answer_that_is_cut_off_is_gone_on_with() {
    let vendor = fields(|asked| match asked.contains("cannot be used") {
        true => (json!({"data": {"v1": 7}, "sources": []}).to_string(), "stop"),
        false => ("{\"data\": {\"number\": \"A-1\", \"pa".to_owned(), "length"),
    });
    let ran = extract("mine", &settings(&vendor), &[("MY_KEY", "sk-1")]);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(line["data"], json!({"number": "A-1", "paid": 7, "lines": []}), "{}", ran.stderr);
    assert!(!ran.stderr.contains("cut off"), "nothing is missing: {}", ran.stderr);
}

#[test]
fn that_a_list_inside_an_answer_was_cut_off_is_told() {
    let schema = r#"{"type": "object", "properties": {"box": {"type": "object", "additionalProperties": {
        "type": "array", "items": {"type": "string"}}}}}"#;
    let vendor = Vendor::start(|_, _| said("{\"data\": {\"box\": [{\"key\": \"a\", \"value\": [\"x\", \"y", "length"));
    let files = folder(&[("schema.json", schema.as_bytes()), ("sluice.toml", settings(&vendor).as_bytes())]);
    let mut command = command(files.path());
    command.args(["extract", "examples/invoice/document.pdf", "--schema", &word(&files, "schema.json")]);
    command.args(["--model", "mine", "--retries", "0", "--config", &word(&files, "sluice.toml")]).env("MY_KEY", "sk-1");
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cut off at the model's limit"), "{told}");
}

fn with_price(vendor: &Vendor, price: &str) -> String {
    settings(vendor).replace("price = { usd_per_million_input = 0.5, usd_per_million_output = 1 }", price)
}

#[test]
fn the_question_that_would_pass_the_bound_is_not_asked() {
    let dear = "price = { usd_per_million_input = 1000, usd_per_million_output = 0 }";
    for (price, usd_max, asked) in [(dear, "3", 1), (dear, "0.01", 0), ("", "100", 0)] {
        let vendor = Vendor::start(|request, _| openai(request));
        let settings = with_price(&vendor, price);
        let ran = extract_with("mine", &settings, &[("MY_KEY", "sk-1")], &["--max-cost-usd", usd_max]);
        assert_eq!(vendor.heard().len(), asked, "{usd_max}: {}", ran.stderr);
        let line: Value = serde_json::from_str(&ran.stdout).unwrap();
        if asked == 0 {
            assert_eq!(line["error"]["code"], "budget_spent", "{line}");
        } else {
            assert_eq!(line["metadata"]["failed_subtrees"][0]["error_type"], "budget_spent", "{line}");
            assert!(line["data"].is_object(), "what is finished is kept: {line}");
        }
    }
}

#[test]
fn what_it_would_take_is_said_and_nobody_asked() {
    let vendor = Vendor::start(|request, _| openai(request));
    let ran = extract_with("mine", &settings(&vendor), &[("MY_KEY", "sk-1")], &["--estimate"]);
    assert_eq!((ran.code, vendor.heard().len()), (0, 0), "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r###"{"file":"examples/invoice/document.pdf","model":"mine","pages":2,"calls":2,"input_tokens":4597,"output_tokens":120,"cost_usd":0.0024185}"###);
    let free = extract_with("embedded", "", &[], &["--estimate"]);
    let line: Value = serde_json::from_str(&free.stdout).unwrap();
    assert_eq!((&line["input_tokens"], &line["cost_usd"]), (&json!(0), &json!(0.0)), "it takes no tokens");
    let unknown = extract_with("mine", &with_price(&vendor, ""), &[("MY_KEY", "sk-1")], &["--estimate"]);
    let line: Value = serde_json::from_str(&unknown.stdout).unwrap();
    assert_eq!(line["cost_usd"], Value::Null);
}

#[test]
fn the_document_is_sent_once_for_all_questions_and_given_back() {
    let vendor = Vendor::start(|request, _| match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1beta/cachedContents") => Reply::json(200, &json!({"name": "cachedContents/7"})),
        ("DELETE", _) => Reply::json(200, &json!({})),
        _ => {
            let text = json!({"data": {"first": "A10001"}, "sources": []}).to_string();
            let said = json!({"content": {"parts": [{"text": text}]}, "finishReason": "STOP"});
            Reply::events([json!({"candidates": [said], "modelVersion": "gemini-2.5-flash"})])
        }
    });
    let rows: Vec<[String; 3]> =
        (0..1_000).map(|nth| [format!("A{}", 10_000 + nth), "Bolt".to_owned(), "1.50".to_owned()]).collect();
    let schema = json!({"type": "object", "properties": {
        "first": {"type": "string"}, "second": {"type": "string"}, "third": {"type": "string"}}});
    let settings = format!(
        "[[models]]\nname = \"gem\"\nvendor = \"gemini\"\nmodel = \"gemini-2.5-flash\"\nbase_url = \"{}\"\n",
        vendor.base
    );
    let files = folder(&[
        ("list.pdf", &table_of(&["Number", "Item", "Price"], &rows, 50)),
        ("schema.json", schema.to_string().as_bytes()),
        ("sluice.toml", settings.as_bytes()),
    ]);
    let mut command = command(files.path());
    command.args(["extract", &word(&files, "list.pdf"), "--schema", &word(&files, "schema.json"), "--model", "gem"]);
    command
        .args(["--max-leaves-per-subtree", "1", "--config", &word(&files, "sluice.toml")])
        .env("GEMINI_API_KEY", "k");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let heard = vendor.heard();
    assert_eq!(heard.len(), 5, "kept, three questions, given back");
    let with_document: Vec<&Request> =
        heard.iter().filter(|request| request.body.to_string().contains("A10500")).collect();
    assert_eq!(with_document.len(), 1, "the document is sent once");
    assert_eq!(heard.last().map(|request| request.method.as_str()), Some("DELETE"));
}
