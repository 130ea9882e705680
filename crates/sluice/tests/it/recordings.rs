//! Vendor traffic written down and given again: the same bytes without a server, and nothing in it that is secret.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::run::{Ran, command, folder, word};

const KEY: &str = "sk-never-written";
const SCHEMA: &str = r#"{"type": "object", "properties": {
    "number": {"type": "string", "description": "invoice number"},
    "paid": {"type": "number"},
    "lines": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}}}}"#;

/// What the model says: words of the document, and a value that is not valid and asked again.
fn said(request: &Request) -> String {
    let asked = request.body.to_string();
    let data = match () {
        () if asked.contains("the part /lines") => json!([{"text": "Chairs"}, {"text": "Tables"}]),
        () if asked.contains("cannot be used") => json!({"v1": 12.5}),
        () => json!({"number": "INV-2026-04817", "paid": "14 October 2026"}),
    };
    json!({"data": data, "sources": [{"path": "/number", "lines": ["1:2"]}]}).to_string()
}

fn openai(request: &Request) -> Reply {
    let text: Vec<char> = said(request).chars().collect();
    let events = text.chunks(5).map(
        |piece| json!({"model": "small-2026", "choices": [{"delta": {"content": piece.iter().collect::<String>()}}]}),
    );
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 3}});
    Reply::events(events.chain([end]).map(|event| event.to_string()).chain(["[DONE]".to_owned()]))
}

fn gemini(request: &Request) -> Reply {
    if request.path.contains("/cachedContents?") || request.method == "DELETE" {
        return Reply::json(200, &json!({}));
    }
    if request.path.ends_with("/cachedContents") {
        return Reply::json(200, &json!({"name": "cachedContents/7", "usageMetadata": {"totalTokenCount": 9}}));
    }
    Reply::events([json!({"candidates": [{"content": {"parts": [{"text": said(request)}]}, "finishReason": "STOP"}],
        "modelVersion": "flash", "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}})])
}

fn settings(base: &str, seconds: f64) -> String {
    let of = |name: &str, vendor: &str, base: String| {
        format!(
            "[[models]]\nname = \"{name}\"\nvendor = \"{vendor}\"\nbase_url = \"{base}\"\nmodel = \"small\"\nkey_env = \"MY_KEY\"\ntimeouts = {{ first = {seconds}, silence = {seconds}, whole = {} }}\n",
            4.0 * seconds
        )
    };
    of("mine", "openai", format!("{base}/v1")) + &of("theirs", "gemini", base.to_owned())
}

struct Run<'a> {
    model: &'a str,
    /// Where the vendor is.
    base: &'a str,
    schema: &'a str,
    document: &'a str,
    more: &'a [&'a str],
    /// How long each phase of an exchange may take.
    seconds: f64,
    key: Option<&'a str>,
}

impl Run<'_> {
    fn go(&self) -> Ran {
        let files = folder(&[
            ("schema.json", self.schema.as_bytes()),
            ("sluice.toml", settings(self.base, self.seconds).as_bytes()),
        ]);
        let mut command = command(files.path());
        command.args(["extract", self.document, "--schema", &word(&files, "schema.json"), "--attributions", "--quiet"]);
        command.args(["--model", self.model, "--config", &word(&files, "sluice.toml")]).args(self.more);
        Ran::of(command.envs(self.key.map(|key| ("MY_KEY", key))))
    }
}

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const INVOICE: &str = "examples/invoice/document.pdf";

/// Records with a server and replays without one; gives both.
fn both(model: &str, vendor: &Vendor, recording: &Path, seconds: f64, more: &[&str]) -> (Ran, Ran) {
    let dir = recording.to_str().unwrap();
    let run = |base, how, key| {
        let more: Vec<&str> = more.iter().copied().chain([how, dir]).collect();
        Run { model, base, schema: SCHEMA, document: INVOICE, more: &more, seconds, key }.go()
    };
    (run(&vendor.base, "--record", Some(KEY)), run(NOWHERE, "--replay", None))
}

fn files_of(recording: &Path) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(recording).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn words_of(text: &str) -> HashSet<&str> {
    text.split(|character: char| !character.is_alphanumeric()).collect()
}

/// Words of the document that somebody would know it by, and that are not the schema's.
fn telling_words() -> Vec<String> {
    let shown = crate::run::sluice(&["document", INVOICE, "--format", "text"]).stdout;
    let (words, schema) = (words_of(&shown), words_of(SCHEMA));
    let telling =
        |word: &&str| word.len() >= 5 && !word.chars().all(|c| c.is_ascii_lowercase()) && !schema.contains(*word);
    words.into_iter().filter(telling).map(str::to_owned).collect()
}

#[test]
fn what_was_recorded_is_given_again_byte_by_byte_and_holds_no_secret() {
    for (model, vendor) in [
        (
            "mine",
            Vendor::start(|request, nth| match nth {
                // One is refused for its temperature, as it were; one is too much.
                0 => Reply::json(400, &json!({"error": {"message": format!("unknown field stream_options, {KEY}")}})),
                1 => Reply::json(429, &json!({"error": {"message": "slow down"}})).with("retry-after-ms", "10"),
                _ => openai(request),
            }),
        ),
        ("theirs", Vendor::start(|request, _| gemini(request))),
    ] {
        let recording = tempfile::tempdir().unwrap();
        let (first, again) = both(model, &vendor, recording.path(), 60.0, &[]);
        assert_eq!(first.code, 0, "{}", first.stderr);
        assert!(first.stdout.contains("INV-2026-04817") && first.stdout.contains("12.5"), "{}", first.stdout);
        assert_eq!((again.stdout, again.code), (first.stdout, 0), "{}", again.stderr);
        let files = files_of(recording.path());
        assert_eq!(files.len(), vendor.heard().len(), "each exchange is a file");
        let words = telling_words();
        assert!(words.len() > 20, "{words:?}");
        for file in &files {
            assert!(!file.contains(KEY) && !file.contains(&vendor.base), "{file}");
            let written = words_of(file);
            for word in words.iter().map(String::as_str).chain(["04817", "October"]) {
                assert!(!written.contains(word), "{word} in {file}");
            }
        }
        let told = files.concat();
        assert!(
            told.contains("\"path\": \"/v1") && told.contains("invoice number"),
            "what was asked can be read: {told}"
        );
    }
}

#[test]
fn how_it_went_wrong_goes_wrong_again() {
    let faults: [fn(&Request) -> Reply; 7] = [
        |request| openai(request).cut_at(300),
        |request| openai(request).silent_after(0),
        |request| openai(request).silent_after(300),
        |_| Reply::json(401, &json!({"error": {"message": format!("bad key {KEY}")}})),
        |_| Reply::new(200, "text/event-stream", b"data: {\"choices\": [{\"delta\": {\"content\": \"\xe2\x82".to_vec()),
        |request| openai(request).in_pieces_of(1).each_after(Duration::from_millis(10)),
        |_| Reply::new(502, "text/html", "<html><title>Bad gateway</title><p>INV-2026-04817</html>"),
    ];
    for reply in faults {
        let vendor = Vendor::start(move |request, _| reply(request));
        let recording = tempfile::tempdir().unwrap();
        let (first, again) = both("mine", &vendor, recording.path(), 0.5, &["--retries", "0", "--format", "jsonl"]);
        let told = |ran: &Ran| {
            let line: Value = serde_json::from_str(&ran.stdout).unwrap();
            (line["error"].clone(), line["data"].clone(), ran.code)
        };
        assert_eq!(told(&again), told(&first), "{}", again.stderr);
        assert_eq!(first.code, 1, "{}", first.stdout);
        assert!(!files_of(recording.path()).concat().contains("04817"));
    }
}

#[test]
fn what_was_not_recorded_is_told_and_nobody_is_asked() {
    let vendor = Vendor::start(|request, _| openai(request));
    let recording = tempfile::tempdir().unwrap();
    let dir = recording.path().to_str().unwrap();
    let (first, _) = both("mine", &vendor, recording.path(), 60.0, &[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let asked = vendor.heard().len();
    let other_schema = SCHEMA.replace("invoice number", "number of the order");
    let replay = ["--replay", dir, "--format", "jsonl"];
    for (schema, document) in [(other_schema.as_str(), INVOICE), (SCHEMA, "examples/report/document.pdf")] {
        // With a server at hand, to see that it is not asked.
        let ran =
            Run { model: "mine", base: &vendor.base, schema, document, more: &replay, seconds: 60.0, key: Some(KEY) }
                .go();
        assert!(ran.stdout.contains("not_recorded"), "{} {}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("is not among the {asked} exchanges")), "{}", ran.stdout);
    }
    assert_eq!(vendor.heard().len(), asked);
}

#[test]
fn a_folder_that_cannot_be_used_is_told_at_once() {
    let vendor = Vendor::start(|request, _| openai(request));
    let recording = tempfile::tempdir().unwrap();
    let dir = recording.path().to_str().unwrap();
    let run = |how: &str| {
        Run {
            model: "mine",
            base: &vendor.base,
            schema: SCHEMA,
            document: INVOICE,
            more: &[how, dir],
            seconds: 60.0,
            key: Some(KEY),
        }
        .go()
    };
    let empty = run("--replay");
    assert!(empty.code == 2 && empty.stderr.contains("it holds no recording"), "{}", empty.stderr);
    std::fs::write(recording.path().join("0001.exchange.json"), "{}").unwrap();
    let twice = run("--record");
    assert!(twice.code == 2 && twice.stderr.contains("it holds a recording already"), "{}", twice.stderr);
    let broken = run("--replay");
    assert!(broken.code == 2 && broken.stderr.contains("is no recorded exchange"), "{}", broken.stderr);
    assert!(vendor.heard().is_empty());
}
