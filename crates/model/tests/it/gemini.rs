//! Gemini's `generateContent`: what is sent, and what becomes of what comes back.

use std::sync::Arc;

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};
use sluice_model::gemini::{DEFAULT, Gemini, Setup};
use sluice_model::http::Secret;
use sluice_model::{Model as _, PaceLimits, Question, Settings, Usage};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::asked::{ask, http, question, said, shown, took};

fn named(vendor: &Vendor, model: &str) -> Gemini {
    let setup = Setup {
        name: model.to_owned(),
        base_url: vendor.base.clone(),
        key: Secret::new("AIza-of-mine"),
        model: model.to_owned(),
        price: None,
        showing: None,
        limits: PaceLimits::default(),
        today: "2026-11-22".to_owned(),
    };
    Gemini::new(setup, http())
}

/// A stream that says a text in pieces, as Gemini does.
fn stream(text: &str, finish: &str) -> Reply {
    let characters: Vec<char> = text.chars().collect();
    let thought = json!({"candidates": [{"content": {"parts": [{"text": "Let me see.", "thought": true}]}}]});
    let mut events: Vec<Value> = vec![thought];
    events.extend(characters.chunks(9).map(|piece| {
        let text: String = piece.iter().collect();
        json!({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}}], "usageMetadata": {"promptTokenCount": 100}})
    }));
    let usage = json!({"promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 20,
        "thoughtsTokenCount": 10, "totalTokenCount": 130});
    events.push(json!({"candidates": [{"finishReason": finish}], "usageMetadata": usage}));
    Reply::events(events)
}

fn outcome(reply: Reply) -> String {
    let vendor = Vendor::saying(vec![reply]);
    shown(&ask(&named(&vendor, DEFAULT), &question(0, Settings::default())))
}

#[test]
fn what_is_sent() {
    let vendor = Vendor::saying(vec![stream(&said().to_string(), "STOP")]);
    let settings = Settings { temperature: Some(0.3), seed: Some(7), ..Settings::default() };
    ask(&named(&vendor, DEFAULT), &question(0, settings)).unwrap();
    let request = &vendor.heard()[0];
    assert_eq!(request.path, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    assert_eq!(request.header("x-goog-api-key"), Some("AIza-of-mine"));
    assert_json_snapshot!(request.body);
}

#[test]
fn thinking_is_turned_down_as_each_model_has_it() {
    let thinking = |model: &str, enable_thinking: bool| {
        let vendor = Vendor::saying(vec![stream(&said().to_string(), "STOP")]);
        ask(&named(&vendor, model), &question(0, Settings { enable_thinking, ..Settings::default() })).unwrap();
        vendor.heard()[0].body["generationConfig"]["thinkingConfig"].to_string()
    };
    assert_eq!(thinking(DEFAULT, true), "null");
    assert_eq!(thinking(DEFAULT, false), r#"{"thinkingBudget":0}"#);
    assert_eq!(thinking("gemini-2.5-pro", false), r#"{"thinkingBudget":128}"#);
    assert_eq!(thinking("gemini-3-flash-preview", false), r#"{"thinkingLevel":"LOW"}"#);
}

#[test]
fn an_answer_in_any_pieces_and_what_it_took() {
    for bytes in [1, 3, 1_000_000] {
        let text =
            json!({"data": {"number": "R-\u{20ac}7"}, "sources": [{"path": "/number", "lines": ["1:1"]}]}).to_string();
        let vendor = Vendor::saying(vec![stream(&text, "STOP").in_pieces_of(bytes)]);
        let model = named(&vendor, DEFAULT);
        let answer = ask(&model, &question(0, Settings::default())).unwrap();
        assert_eq!(answer.value, json!({"number": "R-\u{20ac}7"}), "in pieces of {bytes}");
        assert_eq!(answer.evidence["/number"].places[0].words, [0, 1]);
        let usage = took(100, 60, 20, 10);
        assert_eq!(answer.usage, usage);
        let dollars = model.card().price.unwrap().of(&answer.usage).unwrap();
        assert!((dollars - (40.0 * 0.30 + 60.0 * 0.03 + 30.0 * 2.50) / 1e6).abs() < 1e-12, "{dollars}");
    }
}

#[test]
fn of_an_answer_that_breaks_off_only_the_prompt_is_known() {
    let text = said().to_string();
    let vendor = Vendor::saying(vec![stream(&text, "STOP").cut_at(400)]);
    let error = ask(&named(&vendor, DEFAULT), &question(0, Settings::default())).unwrap_err();
    let told = Usage { input_tokens: Some(100), cached_tokens: Some(0), ..Usage::untold() };
    assert_eq!(error.usage, told);
}

#[test]
fn a_server_that_cannot_now() {
    let error = |details: Value| json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded.", "details": details}});
    let minute = json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}]);
    assert_snapshot!(outcome(Reply::json(429, &error(minute))), @"rate_limited after 1500 ms: gemini-2.5-flash takes no more questions for now (HTTP 429): Quota exceeded.");
    let day = json!([{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}]);
    assert_snapshot!(outcome(Reply::json(429, &error(day))), @"model_refused: gemini-2.5-flash takes no more questions for now (HTTP 429): Quota exceeded.");
    assert_snapshot!(outcome(Reply::json(503, &json!({"error": {"message": "The model is overloaded."}}))), @"model_unavailable: gemini-2.5-flash is in trouble (HTTP 503): The model is overloaded.");
    assert_snapshot!(outcome(Reply::new(500, "text/html", "<html><title>Error 500</title></html>")), @r###"model_unavailable: gemini-2.5-flash is in trouble (HTTP 500): a web page "Error 500""###);
    assert_snapshot!(outcome(Reply::new(200, "text/html", "<html><title>Log in</title></html>")), @"model_unavailable: the model's server answered with something else than Gemini's words");
    assert_snapshot!(outcome(stream(&said().to_string(), "STOP").cut_at(150)), @"model_unavailable: the model's server stopped in the middle of its answer: unexpected EOF during chunk size line");
    assert_snapshot!(outcome(stream(&said().to_string(), "STOP").silent_after(150)), @"model_unavailable: the model's server fell silent for 300ms in the middle of its answer");
}

#[test]
fn a_server_that_will_not() {
    let key = json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT",
        "details": [{"reason": "API_KEY_INVALID"}]}});
    assert_snapshot!(outcome(Reply::json(400, &key)), @"model_refused: gemini-2.5-flash does not accept the key");
    let other = json!({"error": {"message": "Request contains an invalid argument."}});
    assert_snapshot!(outcome(Reply::json(400, &other)), @"model_refused: gemini-2.5-flash does not take the question (HTTP 400): Request contains an invalid argument.");
    assert_snapshot!(outcome(Reply::json(403, &json!({"error": {"message": "AIza-of-mine is suspended"}}))), @"model_refused: gemini-2.5-flash does not accept the key (HTTP 403): [key] is suspended");
    assert_snapshot!(outcome(Reply::json(404, &json!({"error": {"message": "models/x is not found"}}))), @"model_unknown: gemini-2.5-flash has no such model or address (HTTP 404): models/x is not found");
    assert_snapshot!(outcome(Reply::events([json!({"promptFeedback": {"blockReason": "SAFETY"}})])), @"model_refused: the vendor blocked the question (SAFETY)");
    assert_snapshot!(outcome(stream("{", "SAFETY")), @"model_refused: the vendor's filter stopped the answer (SAFETY)");
    assert_snapshot!(outcome(stream("{", "MALFORMED_FUNCTION_CALL")), @"answer_invalid: the answer ended with MALFORMED_FUNCTION_CALL");
}

#[test]
fn a_schema_that_is_not_taken_is_said_in_words() {
    let states = json!({"error": {"message": "The specified schema produces a constraint that has too many states for serving."}});
    let vendor = Vendor::saying(vec![Reply::json(400, &states), stream(&said().to_string(), "STOP")]);
    assert_snapshot!(shown(&ask(&named(&vendor, DEFAULT), &question(0, Settings::default()))), @r###"
    {"number":"R-7","cash":true}
      gemini-2.5-flash does not take this schema; it was asked for JSON with the schema in words
    "###);
    assert_eq!(vendor.heard()[1].body["generationConfig"].get("responseJsonSchema"), None);
}

#[test]
fn a_model_that_lies_or_is_cut_off() {
    assert_snapshot!(outcome(stream("The number is R-7.", "STOP")), @"answer_invalid: the model's answer is no JSON (line 1, column 1)");
    assert_snapshot!(outcome(stream("", "STOP")), @"answer_invalid: the model's answer is empty");
    assert_snapshot!(outcome(stream("{\"data\": {\"number\": \"R-7\", \"ca", "MAX_TOKENS")), @r###"{"number":"R-7"}"###);
}

/// A question about a document that is long enough to be kept.
fn long_question(job: &str) -> Question {
    let mut question = Question { keep_for: Some(job.to_owned()), ..question(0, Settings::default()) };
    let mut document = (*question.document).clone();
    document.pages[0].words[1].text = "R-7 ".repeat(10_000);
    question.document = Arc::new(document);
    question
}

/// A vendor that keeps what it is given, or says no.
fn keeping(keeps: Reply) -> Vendor {
    Vendor::start(move |request, _| match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1beta/cachedContents") => keeps.clone(),
        ("GET", _) => Reply::json(
            200,
            &json!({"cachedContents": [{"name": "cachedContents/1", "displayName": "sluice-j"},
                {"name": "cachedContents/2", "displayName": "sluice-other"}, {"name": "cachedContents/3"}]}),
        ),
        ("DELETE", _) => Reply::json(200, &json!({})),
        _ => stream(&said().to_string(), "STOP"),
    })
}

fn heard(vendor: &Vendor) -> Vec<String> {
    let short =
        |path: &str| path.trim_start_matches("/v1beta/").split(['?', ':']).next().unwrap_or_default().to_owned();
    let told = |request: &Request| {
        let says_it = if request.body.to_string().contains("R-7 R-7") { " with the document" } else { "" };
        let names_it = request.body["cachedContent"].as_str().map(|name| format!(" of {name}")).unwrap_or_default();
        format!("{} {}{says_it}{names_it}", request.method, short(&request.path))
    };
    vendor.heard().iter().map(told).collect()
}

fn release(model: &Gemini, job: &str) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(model.release(job)).unwrap();
}

#[test]
fn a_document_is_kept_once_for_a_job_and_given_back() {
    let made = json!({"name": "cachedContents/7", "usageMetadata": {"totalTokenCount": 20_000}});
    let vendor = keeping(Reply::json(200, &made));
    let model = named(&vendor, DEFAULT);
    let first = ask(&model, &long_question("j")).unwrap();
    assert_eq!((first.usage.calls, first.usage.input_tokens), (2, Some(20_100)), "keeping it is paid for");
    assert_eq!(ask(&model, &long_question("j")).unwrap().usage.calls, 1);
    release(&model, "j");
    assert_eq!(
        heard(&vendor),
        [
            "POST cachedContents with the document",
            "POST models/gemini-2.5-flash of cachedContents/7",
            "POST models/gemini-2.5-flash of cachedContents/7",
            "DELETE cachedContents/7",
        ]
    );
    assert_eq!(vendor.heard()[1].body.get("systemInstruction"), None, "it stands in what is kept");
}

#[test]
fn what_another_process_had_kept_for_a_job_is_given_back_and_nothing_else() {
    let vendor = keeping(Reply::json(200, &json!({})));
    release(&named(&vendor, DEFAULT), "j");
    assert_eq!(heard(&vendor), ["GET cachedContents", "DELETE cachedContents/1"]);
}

#[test]
fn where_nothing_is_kept_it_is_asked_as_if_nobody_had_wanted_it() {
    let no = Reply::json(400, &json!({"error": {"message": "Cached content is too small."}}));
    let vendor = keeping(no);
    let model = named(&vendor, DEFAULT);
    ask(&model, &long_question("j")).unwrap();
    release(&model, "j");
    assert_eq!(
        heard(&vendor),
        ["POST cachedContents with the document", "POST models/gemini-2.5-flash with the document"]
    );
    let gone = Vendor::start(|request, _| match request.path.as_str() {
        "/v1beta/cachedContents" => Reply::json(200, &json!({"name": "cachedContents/7"})),
        _ if request.body.get("cachedContent").is_some() => {
            Reply::json(403, &json!({"error": {"message": "CachedContent not found (or permission denied)"}}))
        }
        _ => stream(&said().to_string(), "STOP"),
    });
    assert!(ask(&named(&gone, DEFAULT), &long_question("j")).is_ok(), "it had ended by itself");
    let short = Question { keep_for: Some("j".to_owned()), ..question(0, Settings::default()) };
    let vendor = keeping(Reply::json(200, &json!({"name": "cachedContents/7"})));
    ask(&named(&vendor, DEFAULT), &short).unwrap();
    assert_eq!(heard(&vendor), ["POST models/gemini-2.5-flash"], "a short document is not worth it");
}
