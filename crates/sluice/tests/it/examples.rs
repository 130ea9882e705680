//! What the embedded model finds in the examples: no value is worse than it was.
//!
//! The table below is a record, not a wish. A line that gets better is raised with the change that made it better.

use serde_json::Value;
use sluice_extract::score::{Rules, score_document};

use crate::run::{root, sluice};

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

/// `right` values at least, and at most `wrong` ones that are not what the gold says.
fn check(name: &str, right: u64, wrong: u64) {
    let document = format!("examples/{name}/document.pdf");
    let schema = format!("examples/{name}/schema.json");
    let ran = sluice(&["extract", &document, "--schema", &schema, "--quiet"]);
    assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    let gold = json(&format!("examples/{name}/gold.json"));
    let score = score_document(&gold, &found, Some(&json(&schema)), Rules::default());
    let told = format!("{name}: {:?}\n{:#?}", score.counts, score.differences);
    assert!(score.counts.tp >= right && score.counts.fp <= wrong, "{told}");
}

#[test]
fn an_invoice_over_two_pages() {
    check("invoice", 316, 0);
}

#[test]
fn a_german_invoice() {
    check("invoice-de", 85, 0);
}

#[test]
fn a_form_with_fields_and_ticked_boxes() {
    check("form", 48, 0);
}

#[test]
fn a_report_in_two_columns() {
    check("report", 65, 0);
}

#[test]
fn a_contract_of_ten_pages() {
    check("contract", 73, 0);
}

#[test]
fn a_resume() {
    check("resume", 87, 0);
}

#[test]
fn a_till_receipt_that_was_scanned_askew() {
    check("receipt-scan", 50, 3);
}

#[test]
fn both_revisions_of_a_drawing() {
    check("drawing-rev-a", 61, 0);
    check("drawing-rev-b", 66, 0);
}
