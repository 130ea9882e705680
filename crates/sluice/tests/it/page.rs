//! The page at `/` in a real browser: `clients/page_*.py` says what each shows.
//!
//! `./setup` builds the page and installs the browser; where either is missing these tests fail and say so.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::clients::{browser, client, file, gold, passes, scripts};
use crate::run::root;
use crate::server::Server;

/// A program of `clients/` on this server's page, to its end.
fn look(server: &Server, name: &str, more: &[(&str, &str)]) {
    passes(&program(server, name, more).output().unwrap());
}

fn program(server: &Server, name: &str, more: &[(&str, &str)]) -> std::process::Command {
    assert!(root().join("page/dist/index.html").is_file(), "the page is not built: run ./setup --page");
    let chromium = browser().display().to_string();
    let mut given = vec![("base", server.base.as_str()), ("key", &server.key), ("chromium", &chromium)];
    given.extend(more);
    client(name, &given)
}

#[test]
fn a_person_goes_the_whole_path_from_a_key_to_files() {
    let server = Server::start(&[]);
    look(&server, "page_path.py", &[("document", &file("document.pdf")), ("gold", &file("gold.json"))]);
}

#[test]
fn a_schema_is_inferred_looked_over_and_used() {
    let server = Server::start(&[]);
    let other = root().join("examples/invoice-de/document.pdf").display().to_string();
    look(&server, "page_infer.py", &[("document", &file("document.pdf")), ("other", &other)]);
}

#[test]
fn corrections_are_kept_for_everybody_and_are_gold() {
    let server = Server::start(&[]);
    let folder = server.path("gold");
    let given = [("document", &*file("document.pdf")), ("gold_folder", &*folder.display().to_string())];
    look(&server, "page_corrections.py", &given);
    // Found as it was, but for the one value that a person knows better.
    let words = ["eval", &folder.display().to_string(), "--model", "embedded"];
    let judged = server.command(&words).output().unwrap();
    passes(&judged);
    let judged = String::from_utf8(judged.stdout).unwrap();
    let all: Vec<&str> = judged.lines().find(|line| line.starts_with("ALL ")).unwrap().split_whitespace().collect();
    let (documents, wrong, missing, extra) = (all[1], all[13], all[14], all[15]);
    assert_eq!((documents, wrong, missing, extra), ("1", "1", "0", "0"), "{judged}");
}

#[test]
fn usage_is_shown_by_day_and_keys_are_made_and_revoked() {
    let server = Server::start(&[]);
    look(&server, "page_usage.py", &[("document", &file("document.pdf")), ("schema", &file("schema.json"))]);
}

#[test]
fn a_large_file_comes_in_pieces_and_a_tiff_as_pictures() {
    look(&Server::start(&[]), "page_files.py", &[]);
}

#[test]
fn a_person_without_a_mouse_goes_it_too() {
    let server = Server::start(&[]);
    look(&server, "page_keys.py", &[("document", &file("document.pdf"))]);
}

#[test]
fn every_view_can_be_read_by_everybody_in_light_and_dark_wide_and_narrow() {
    let server = Server::start(&[]);
    let axe = root().join("page/node_modules/axe-core/axe.min.js").display().to_string();
    let (document, schema) = (file("document.pdf"), file("schema.json"));
    look(&server, "page_look.py", &[("document", &document), ("schema", &schema), ("axe", &axe)]);
}

#[test]
fn values_come_while_the_job_runs_and_go_on_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let rules = json!([{"path": "/line_items", "delay_ms": 6_000}, {"delay_ms": 300}]);
    let (models, arguments) = scripts(&folder, &[("slow", json!({"result": gold(), "rules": rules}))]);
    let mut server = Server::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let restart = server.path("restart");
    let (pid, restart_path) = (server.pid().to_string(), restart.display().to_string());
    let document = file("document.pdf");
    let given = [("document", document.as_str()), ("model", &models[0].1), ("pid", &pid), ("restart", &restart_path)];
    let mut program = program(&server, "page_live.py", &given);
    let seen = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    server.restart_when(&restart);
    passes(&seen.wait_with_output().unwrap());
}

#[test]
fn what_failed_and_what_changed_is_asked_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let no = json!([{"code": "model_refused", "message": "not now"}]);
    let rules = json!([{"path": "/line_items", "failures": no}]);
    let (models, arguments) = scripts(&folder, &[("failing", json!({"result": gold(), "rules": rules}))]);
    let server = Server::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    look(&server, "page_again.py", &[("document", &file("document.pdf")), ("model", &models[0].1)]);
}

#[test]
fn what_looks_like_markup_stays_text() {
    let evil = "<img src=x onerror=window.ran=1><svg onload=window.ran=1>";
    let row = json!({"cell": evil, evil: evil});
    let result = json!({"plain": evil, evil: evil, "rows": [row]});
    let (server, model) = with_answer(&result);
    look(&server, "page_markup.py", &[("document", &file("document.pdf")), ("model", &model), ("evil", evil)]);
}

#[test]
fn five_thousand_rows_are_shown_a_few_at_a_time_and_no_frame_is_long() {
    let row = |at: usize| {
        let cell = |name: &str| (name.to_owned(), json!(format!("{name} {at}")));
        Value::Object(["code", "name", "unit", "price", "note"].map(cell).into_iter().collect())
    };
    let rows: Vec<Value> = (0..5_000).map(row).collect();
    let (server, model) = with_answer(&json!({"rows": rows}));
    look(&server, "page_rows.py", &[("document", &file("document.pdf")), ("model", &model), ("rows", "5000")]);
}

/// A server whose model gives this, and the model's name.
fn with_answer(result: &Value) -> (Server, String) {
    let folder = tempfile::tempdir().unwrap();
    let (models, arguments) = scripts(&folder, &[("answer", json!({"result": result}))]);
    // The script is read when the server starts.
    let server = Server::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    (server, models[0].1.clone())
}

#[test]
fn the_page_is_typed_by_the_description_that_the_server_gives() {
    let server = Server::start(&[]);
    let described: Value =
        ureq::get(format!("{}/openapi.json", server.base)).call().unwrap().body_mut().read_json().unwrap();
    let described = without_models(described);
    let path = root().join("page/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&described).unwrap())).unwrap();
    }
    let kept: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let name = "the_page_is_typed_by";
    assert!(kept == described, "page/openapi.json is old: UPDATE_OPENAPI=1 cargo test --test it {name}");
}

/// The names of models are a server's own.
fn without_models(mut described: Value) -> Value {
    let model = &mut described["components"]["schemas"]["JobConfig"]["properties"]["model"];
    if let Some(model) = model.as_object_mut() {
        model.remove("enum");
    }
    assert_eq!(model["type"], json!("string"));
    described
}
