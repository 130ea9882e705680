//! OpenAI's chat completions: what is sent, and what becomes of what comes back.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Map, Value, json};
use sluice_model::http::Secret;
use sluice_model::openai::{OpenAi, Setup};
use sluice_model::{PaceLimits, Settings, Showing, Usage};
use sluice_testkit::vendor::{Reply, Vendor};

use crate::asked::{ask, http, question, said, shown, took};

fn model(vendor: &Vendor) -> OpenAi {
    OpenAi::new(setup(vendor), http())
}

fn setup(vendor: &Vendor) -> Setup {
    Setup {
        name: "mine".to_owned(),
        base_url: format!("{}/v1/", vendor.base),
        key: Some(Secret::new("sk-of-mine\n")),
        model: "small".to_owned(),
        words_per_question_max: None,
        leaves_per_subtree_max: None,
        rows_per_answer_max: None,
        price: None,
        showing: Showing::Auto,
        thinks: false,
        token_probabilities: false,
        tokens_per_picture: None,
        limits: PaceLimits::default(),
        extra: Map::new(),
    }
}

/// A stream that says a text in pieces, as OpenAI does.
fn stream(text: &str, finish: &str) -> Reply {
    let pieces: Vec<char> = text.chars().collect();
    let mut events: Vec<Value> = vec![json!({"choices": [{"delta": {"role": "assistant", "content": ""}}]})];
    events.extend(pieces.chunks(7).map(|piece| {
        let content: String = piece.iter().collect();
        json!({"choices": [{"delta": {"content": content}, "finish_reason": null}]})
    }));
    events.push(json!({"choices": [{"delta": {}, "finish_reason": finish}]}));
    events.push(json!({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 30,
        "prompt_tokens_details": {"cached_tokens": 60}, "completion_tokens_details": {"reasoning_tokens": 10}}}));
    let data = events.iter().map(ToString::to_string).chain(["[DONE]".to_owned()]);
    Reply::events(data)
}

fn whole() -> Reply {
    stream(&said().to_string(), "stop")
}

fn outcome(replies: Vec<Reply>) -> String {
    let vendor = Vendor::saying(replies);
    shown(&ask(&model(&vendor), &question(0, Settings::default())))
}

#[test]
fn what_is_sent() {
    let vendor = Vendor::saying(vec![whole()]);
    let instructions = Some("Numbers begin with R.".to_owned());
    let settings = Settings {
        temperature: Some(0.3),
        seed: Some(7),
        additional_instructions: instructions,
        ..Settings::default()
    };
    ask(&model(&vendor), &question(0, settings)).unwrap();
    let request = &vendor.heard()[0];
    assert_eq!(request.path, "/v1/chat/completions");
    assert_eq!(request.header("authorization"), Some("Bearer sk-of-mine"));
    assert_json_snapshot!(request.body);
    assert_snapshot!(request.body["messages"][1]["content"].as_str().unwrap());
}

#[test]
fn how_probable_a_value_was_is_heard_where_its_server_tells() {
    let token =
        |text: &str, probable: f64| json!({"token": text, "logprob": probable.ln(), "bytes": [1], "top_logprobs": []});
    let said = [("{\"data\": {\"number\": \"R", 0.9), ("-7", 0.5), ("\", \"cash\": true}}", 0.8)];
    let events = |told: &[(&str, f64)]| {
        let part = |(text, (token_text, probable)): (&(&str, f64), &(&str, f64))| {
            let logprobs = json!({"content": [token(token_text, *probable)]});
            json!({"choices": [{"delta": {"content": text.0}, "logprobs": logprobs, "finish_reason": null}]})
        };
        let end = json!({"choices": [{"delta": {}, "logprobs": null, "finish_reason": "stop"}]});
        Reply::events(said.iter().zip(told).map(part).chain([end]))
    };
    let other = [said[0], ("-8", 0.5), said[2]];
    let refused = Reply::json(400, &json!({"error": {"message": "this model does not take logprobs"}}));
    let outcome = |replies: Vec<Reply>| {
        let vendor = Vendor::saying(replies);
        let model = OpenAi::new(Setup { token_probabilities: true, ..setup(&vendor) }, http());
        let answer = ask(&model, &question(0, Settings::default())).unwrap();
        assert_eq!(answer.value["number"], "R-7");
        let told: Vec<String> =
            answer.probabilities.iter().map(|(pointer, probable)| format!("{pointer} {probable:.2}")).collect();
        let findings: Vec<String> = answer.findings.into_iter().map(|finding| finding.message).collect();
        let asked: Vec<bool> = vendor.heard().iter().map(|request| request.body["logprobs"] == true).collect();
        (told.join(", "), findings.join(", "), asked)
    };
    assert_eq!(outcome(vec![events(&said)]), ("/cash 0.80, /number 0.50".to_owned(), String::new(), vec![true]));
    assert_eq!(outcome(vec![events(&other)]).0, "", "the tokens are not what was said");
    let told = "mine does not tell how probable its tokens are".to_owned();
    assert_eq!(outcome(vec![refused, whole()]), (String::new(), told, vec![true, false]));
}

#[test]
fn an_answer_in_any_pieces() {
    for bytes in [1, 3, 1_000_000] {
        let text = json!({"data": {"number": "R-\u{20ac}7", "cash": null}, "sources": []}).to_string();
        let vendor = Vendor::saying(vec![stream(&text, "stop").in_pieces_of(bytes)]);
        let answer = ask(&model(&vendor), &question(0, Settings::default())).unwrap();
        assert_eq!(answer.value["number"], json!("R-\u{20ac}7"), "in pieces of {bytes}");
        let usage = took(100, 60, 20, 10);
        assert_eq!(answer.usage, usage);
    }
}

#[test]
fn what_it_took_is_unknown_where_nobody_told_it() {
    let usage = |reply: Reply| {
        let vendor = Vendor::saying(vec![reply]);
        match ask(&model(&vendor), &question(0, Settings::default())) {
            Ok(answer) => answer.usage,
            Err(error) => error.usage,
        }
    };
    let untold = json!({"choices": [{"delta": {"content": said().to_string()}, "finish_reason": "stop"}]});
    assert_eq!(usage(Reply::events([untold])), Usage::untold());
    assert_eq!(usage(whole().cut_at(300)), Usage::untold(), "it broke off before it told");
    assert_eq!(usage(Reply::json(429, &json!({}))), Usage::calls(1), "what is refused is not paid for");
    let prompt_only = json!({"choices": [{"delta": {"content": said().to_string()}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7}});
    let told = Usage { input_tokens: Some(7), cached_tokens: Some(0), ..Usage::untold() };
    assert_eq!(usage(Reply::events([prompt_only])), told);
}

#[test]
fn lines_that_the_model_names_are_hints_with_words() {
    let text = json!({"data": [{"name": "Nut", "price": 0.1}, {"name": "Nut", "price": 0.1}],
        "sources": [{"path": "/1", "lines": ["1:5"]}, {"path": "/0/name", "lines": ["1:99", "nonsense", "[1:4]"]}]});
    let vendor = Vendor::saying(vec![stream(&text.to_string(), "stop")]);
    let answer = ask(&model(&vendor), &question(1, Settings::default())).unwrap();
    let hints: Vec<String> = answer
        .evidence
        .iter()
        .map(|(pointer, hint)| {
            format!("{pointer} {:?}", hint.places.iter().map(|place| &place.words).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(hints, ["/items/0/name [[7, 8]]", "/items/1/name [[9, 10]]", "/items/1/price [[9, 10]]"]);
}

#[test]
fn an_answer_in_one_piece_from_a_server_that_does_not_stream() {
    let fenced = format!("<think>hm</think>\n```json\n{}\n```", said());
    let body = json!({"choices": [{"message": {"content": fenced}, "finish_reason": "stop"}]});
    assert_snapshot!(outcome(vec![Reply::json(200, &body)]), @r###"{"number":"R-7","cash":true}"###);
}

#[test]
fn a_server_that_takes_less_is_asked_with_less() {
    let no_schema = Reply::json(
        400,
        &json!({"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported"}}),
    );
    let no_usage = Reply::json(422, &json!({"detail": "stream_options: extra fields not permitted"}));
    let no_object = Reply::json(400, &json!({"error": "response_format is not supported"}));
    let vendor = Vendor::saying(vec![no_schema, no_usage, no_object, whole()]);
    let model = model(&vendor);
    assert_snapshot!(shown(&ask(&model, &question(0, Settings::default()))), @r###"
    {"number":"R-7","cash":true}
      mine is not held to JSON by its server; it was asked for it in words
    "###);
    assert_snapshot!(shown(&ask(&model, &question(0, Settings::default()))), @r###"
    {"number":"R-7","cash":true}
      mine is not held to JSON by its server; it was asked for it in words
    "###);
    let sent = vendor.heard().iter().map(|heard| heard.body["response_format"]["type"].to_string()).collect::<Vec<_>>();
    assert_eq!(sent, ["\"json_schema\"", "\"json_object\"", "\"json_object\"", "null", "null"], "it is remembered");
}

#[test]
fn a_temperature_that_is_not_taken_is_told() {
    let error = json!({"error": {"message": "Unsupported value: 'temperature' does not support 0 with this model.", "param": "temperature"}});
    let vendor = Vendor::saying(vec![Reply::json(400, &error), whole()]);
    let settings = Settings { temperature: Some(0.0), ..Settings::default() };
    assert_snapshot!(shown(&ask(&model(&vendor), &question(0, settings))), @r###"
    {"number":"R-7","cash":true}
      mine takes no temperature
    "###);
}

#[test]
fn a_server_that_cannot_now() {
    let slow = json!({"error": {"message": "Rate limit reached", "type": "tokens", "code": "rate_limit_exceeded"}});
    assert_snapshot!(outcome(vec![Reply::json(429, &slow).with("retry-after", "2")]), @"rate_limited after 2000 ms: mine takes no more questions for now (HTTP 429): Rate limit reached");
    assert_snapshot!(outcome(vec![Reply::json(429, &slow).with("retry-after-ms", "70").with("retry-after", "1")]), @"rate_limited after 70 ms: mine takes no more questions for now (HTTP 429): Rate limit reached");
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    assert_snapshot!(outcome(vec![Reply::new(502, "text/html", page)]), @r###"model_unavailable: mine is in trouble (HTTP 502): a web page "502 Bad Gateway""###);
    assert_snapshot!(outcome(vec![Reply::new(200, "text/html", page)]), @"model_unavailable: the model's server answered with a web page instead of a chat completion");
    assert_snapshot!(outcome(vec![Reply::events([json!({"error": {"message": "out of memory"}})])]), @"model_unavailable: the model's server broke off: out of memory");
}

#[test]
fn a_server_that_breaks_off_or_falls_silent() {
    assert_snapshot!(outcome(vec![whole().cut_at(300)]), @"model_unavailable: the model's server stopped in the middle of its answer: unexpected EOF during chunk size line");
    // In the middle of a character.
    let euro = Reply::new(200, "text/event-stream", "data: {\"choices\": [{\"delta\": {\"content\": \"\u{20ac}");
    assert_snapshot!(outcome(vec![euro.clone().cut_at(44)]), @"model_unavailable: the model's server stopped in the middle of its answer: unexpected EOF during chunk size line");
    assert_snapshot!(outcome(vec![euro]), @"model_unavailable: the model's server stopped in the middle of its answer");
    assert_snapshot!(outcome(vec![whole().silent_after(300)]), @"model_unavailable: the model's server fell silent for 300ms in the middle of its answer");
    assert_snapshot!(outcome(vec![Reply::new(200, "text/event-stream", vec![b'x'; 200_000])]), @"answer_invalid: the answer is longer than 100000 bytes");
    assert_snapshot!(outcome(vec![Reply::new(200, "text/event-stream", b"data: \xe2\x82\n\n".to_vec())]), @"answer_invalid: the answer is not UTF-8");
}

#[test]
fn a_server_that_will_not() {
    let key = json!({"error": {"message": "Incorrect API key provided: sk-of-mine.", "code": "invalid_api_key"}});
    assert_snapshot!(outcome(vec![Reply::json(401, &key)]), @"model_refused: mine does not accept the key (HTTP 401): Incorrect API key provided: [key].");
    let quota = json!({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}});
    assert_snapshot!(outcome(vec![Reply::json(429, &quota)]), @"model_refused: mine takes no more questions for now (HTTP 429): You exceeded your current quota");
    let window = json!({"error": {"message": "This model's maximum context length is 4096 tokens.", "code": "context_length_exceeded"}});
    assert_snapshot!(outcome(vec![Reply::json(400, &window)]), @"too_large: mine does not take the question (HTTP 400): This model's maximum context length is 4096 tokens.; set words_per_question_max for this model");
    assert_snapshot!(outcome(vec![Reply::json(404, &json!({"error": {"message": "The model `small` does not exist"}}))]), @"model_unknown: mine has no such model or address (HTTP 404): The model `small` does not exist");
    assert_snapshot!(outcome(vec![Reply::new(301, "text/plain", "").with("location", "https://elsewhere.example/")]), @"model_refused: mine sends on to another address; name that one as its base URL (HTTP 301); it points to https://elsewhere.example/");
    let refusal = json!({"choices": [{"delta": {"refusal": "I cannot help with that."}, "finish_reason": "stop"}]});
    assert_snapshot!(outcome(vec![Reply::events([refusal])]), @"model_refused: the model refused: I cannot help with that.");
    assert_snapshot!(outcome(vec![stream("{}", "content_filter")]), @"model_refused: the server's filter stopped the answer (content_filter)");
}

#[test]
fn a_model_that_lies() {
    assert_snapshot!(outcome(vec![stream("Here you are: the number is R-7", "stop")]), @"answer_invalid: the model's answer is no JSON (line 1, column 1)");
    assert_snapshot!(outcome(vec![stream("", "stop")]), @"answer_invalid: the model's answer is empty");
    assert_snapshot!(outcome(vec![stream("[1, 2]", "stop")]), @"[1,2]");
    assert_snapshot!(outcome(vec![stream("{\"number\": \"R-7\"}", "stop")]), @r###"{"number":"R-7"}"###);
}

#[test]
fn a_list_that_is_cut_off_goes_on_where_it_was() {
    let rows = |texts: &[&str]| format!("{{\"data\": [{}", texts.join(", "));
    let row = r#"{"name": "Nut", "price": 0.1}"#;
    let first = stream(&rows(&[row, row, r#"{"name": "Bo"#]), "length");
    let second =
        stream(&format!("{}], \"sources\": [{{\"path\": \"/0\", \"lines\": [\"1:5\"]}}]}}", rows(&[row])), "stop");
    let vendor = Vendor::saying(vec![first, second]);
    let answer = ask(&model(&vendor), &question(1, Settings::default()));
    assert_snapshot!(shown(&answer), @r###"[{"name":"Nut","price":0.1},{"name":"Nut","price":0.1},{"name":"Nut","price":0.1}]"###);
    let answer = answer.unwrap();
    assert_eq!(answer.usage.calls, 2);
    assert_eq!(answer.evidence.keys().collect::<Vec<_>>(), ["/items/2/name", "/items/2/price"]);
    let asked = vendor.heard()[1].body["messages"][1]["content"].to_string();
    assert!(asked.contains("the first 2 entries"), "{asked}");
}

#[test]
fn an_answer_whose_places_alone_are_cut_off_is_whole() {
    let cut = "{\"data\": [], \"sources\": [{\"path\": \"/0\", \"lines\": [\"1:1\", \"1:";
    let vendor = Vendor::saying(vec![stream(cut, "length")]);
    let answer = ask(&model(&vendor), &question(1, Settings::default())).unwrap();
    assert_eq!((answer.value, answer.is_cut, vendor.heard().len()), (json!([]), false, 1));
}

#[test]
fn what_is_cut_off_and_is_no_list_is_kept_as_far_as_it_goes() {
    let cut = "{\"data\": {\"number\": \"R-7\", \"cash\": tr";
    assert_snapshot!(outcome(vec![stream(cut, "length")]), @r###"{"number":"R-7"}"###);
    assert_snapshot!(outcome(vec![stream("{\"data\": {\"numb", "length")]), @"answer_invalid: the answer was cut off at the model's limit");
}
