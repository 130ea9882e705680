//! A list of 2,000 rows from a model that behaves as models do: it drops the tail, says again what it said, stops early,
//! and is cut off. Every row arrives, in order, none twice, and equal rows stay as many as they are.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluice_testkit::vendor::{Reply, Request, Vendor};

use crate::paper::table_of;
use crate::run::{command, folder, word};

const ROWS: usize = 2_000;
const ROWS_PER_PAGE: usize = 50;

const SCHEMA: &str = r#"{"type": "object", "properties": {
    "items": {"type": "array", "items": {"type": "object", "properties": {
        "number": {"type": "string"}, "item": {"type": "string"}, "price": {"type": "number"}}}}}}"#;

/// Number, item and price. Some rows are equal: within a page, and the last of a page and the first of the next.
fn rows() -> Vec<[String; 3]> {
    let twin = |nth: usize| match nth {
        101 | 102 => 100,
        nth if nth > 0 && nth.is_multiple_of(500) => nth - 1,
        nth => nth,
    };
    (0..ROWS)
        .map(twin)
        .map(|nth| [format!("A{}", 10_000 + nth), format!("Bolt {}", nth % 7), format!("{}.50", nth % 90 + 1)])
        .collect()
}

/// The rows that a prompt shows, by their line.
fn shown(prompt: &str) -> Vec<(String, Value)> {
    let lines = prompt.lines().filter_map(|line| line.strip_prefix('[')?.split_once("] "));
    lines
        .filter_map(|(place, text)| {
            let cells: Vec<&str> = text.split(" | ").collect();
            let [number, item, price] = cells[..] else { return None };
            let price = price.parse::<f64>().ok()?;
            Some((place.to_owned(), json!({"number": number, "item": item, "price": price})))
        })
        .collect()
}

/// `3:14` and `3:17-3:29`.
fn is_named(names: &str, place: &str) -> bool {
    let at = |place: &str| -> Option<(u32, u32)> {
        let (page, line) = place.split_once(':')?;
        Some((page.parse().ok()?, line.parse().ok()?))
    };
    names.split(", ").any(|name| {
        let (first, last) = name.split_once('-').unwrap_or((name, name));
        at(first) <= at(place) && at(place) <= at(last)
    })
}

/// The n-th answer of a model with every bad habit.
fn habits(request: &Request, nth: usize) -> Reply {
    let prompt = request.body["messages"][1]["content"].as_str().unwrap();
    let all = shown(prompt);
    let unseen =
        prompt.split_once("not given yet: ").map(|(_, rest)| rest.lines().next().unwrap().trim_end_matches('.'));
    let last = prompt.split_once("the last of them here: ").map(|(_, rest)| rest.lines().next().unwrap());
    let last: Vec<Value> = last.map(|last| serde_json::from_str(last).unwrap()).unwrap_or_default();
    let mut wanted: Vec<&(String, Value)> = match (unseen, last.last()) {
        (Some(names), _) => all.iter().filter(|(place, _)| is_named(names, place)).collect(),
        (None, Some(last)) => {
            let from = all.iter().rposition(|(_, row)| row == last).map_or(0, |at| at + 1);
            all[from..].iter().collect()
        }
        (None, None) => all.iter().collect(),
    };
    // It drops the tail, and every third time it stops after a few.
    wanted.truncate(if nth % 3 == 2 { 5 } else { 25 });
    // It says the last two again.
    let again: Vec<&(String, Value)> =
        last.iter().rev().take(2).rev().filter_map(|row| all.iter().find(|(_, known)| known == row)).collect();
    let said: Vec<&(String, Value)> = again.into_iter().chain(wanted).collect();
    let data: Vec<&Value> = said.iter().map(|(_, row)| row).collect();
    // Every other time it names no places.
    let places = said.iter().enumerate().map(|(at, (place, _))| json!({"path": format!("/{at}"), "lines": [place]}));
    let sources: Vec<Value> = if nth.is_multiple_of(2) { places.collect() } else { Vec::new() };
    let mut text = json!({"data": data, "sources": sources}).to_string();
    let is_cut = nth % 4 == 3;
    if is_cut {
        text.truncate(text.find("\"sources\"").unwrap_or(text.len()) * 2 / 3);
    }
    let finish = if is_cut { "length" } else { "stop" };
    Reply::events([
        json!({"choices": [{"delta": {"content": text}, "finish_reason": finish}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 1_000, "completion_tokens": 500}}),
    ])
}

fn expected() -> Vec<Value> {
    let price = |text: &str| text.parse::<f64>().unwrap();
    rows().iter().map(|[number, item, p]| json!({"number": number, "item": item, "price": price(p)})).collect()
}

fn count(rows: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row.to_string()).or_default() += 1);
    counts
}

/// The result of a run over the list, and what was told beside it.
fn extract(vendor: &Vendor, more: &[&str]) -> (Value, String) {
    let settings = format!(
        "[[models]]\nname = \"mine\"\nvendor = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"small\"\n\
         price = {{ usd_per_call = 0.01, usd_per_million_input = 0, usd_per_million_output = 0 }}\n",
        vendor.base
    );
    let pdf = table_of(&["Number", "Item", "Price"], &rows(), ROWS_PER_PAGE);
    let files = folder(&[("list.pdf", &pdf), ("schema.json", SCHEMA.as_bytes()), ("sluice.toml", settings.as_bytes())]);
    let mut command = command(files.path());
    command.args(["extract", &word(&files, "list.pdf"), "--schema", &word(&files, "schema.json")]);
    command.args(["--format", "jsonl", "--model", "mine", "--config", &word(&files, "sluice.toml")]).args(more);
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    (serde_json::from_slice(&output.stdout).unwrap(), told)
}

#[test]
fn what_of_a_list_was_paid_for_is_kept_where_the_money_ends() {
    let vendor = Vendor::start(habits);
    let (line, told) = extract(&vendor, &["--max-cost-usd", "0.055"]);
    assert_eq!(vendor.heard().len(), 5);
    let found = line["data"]["items"].as_array().unwrap();
    assert!(!found.is_empty() && expected().starts_with(found), "{line}");
    assert!(told.contains("there may be more of this list"), "{told}");
    assert_eq!(line["metadata"]["cost_usd"], json!(0.05));
}

#[test]
fn two_thousand_rows_complete_in_order_none_twice() {
    let vendor = Vendor::start(habits);
    let (line, told) = extract(&vendor, &[]);
    let found = line["data"]["items"].as_array().unwrap();
    assert_eq!(count(found), count(&expected()), "each as often as it stands there; {told}");
    assert_eq!(*found, expected(), "in the order of the document");
    let heard = vendor.heard();
    assert!(heard.len() < 250, "asked {} times", heard.len());
    let longest = heard.iter().map(|request| shown(request.body["messages"][1]["content"].as_str().unwrap()).len());
    assert!(longest.max().unwrap() <= 2 * ROWS_PER_PAGE, "no question shows the whole document");
}
