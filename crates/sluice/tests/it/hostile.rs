//! A folder in which most files are made to hurt: the others come out whole, and each of the bad ones has a reason.

use serde_json::Value;
use sluice_testkit::hostile::{self, HELLO};

use crate::run::{example, folder, sluice, word};

const SCHEMA: &[u8] = br#"{"type": "object", "properties": {"invoice_number": {"type": "string"}}}"#;

#[test]
fn the_worst_costs_its_own_document() {
    // Those that a limit has to end take a while each: two of them here, all of them in the reader's own test.
    let is_meant = |it: &hostile::Hostile| {
        !it.ends.contains(&"too_large") || it.name.starts_with("packed-tw") || it.name.contains("2147483647.")
    };
    let files: Vec<hostile::Hostile> =
        hostile::corpus().into_iter().filter(is_meant).filter(|it| it.name != "drawings-in-drawings.pdf").collect();
    assert!(files.len() > 60, "{}", files.len());
    let ends_of =
        |name: &str| files.iter().find(|file| file.name == name).map_or(["read"].as_slice(), |file| file.ends);
    let folder = folder(&[("schema.json", SCHEMA)]);
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox).unwrap();
    for file in &files {
        std::fs::write(inbox.join(&file.name), &file.bytes).unwrap();
    }
    for name in ["aaa.pdf", "zzz.pdf"] {
        std::fs::write(inbox.join(name), example("invoice")).unwrap();
    }
    let ran =
        sluice(&["extract", &word(&folder, "inbox"), "--schema", &word(&folder, "schema.json"), "--format", "jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let rows: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!ran.stdout.contains("panicked") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert_eq!(rows.len(), files.len() + 2, "{}", ran.stdout);
    for row in &rows {
        let (name, end) = told(row);
        assert!(ends_of(&name).contains(&end.as_str()), "{name}: {end}: {row}");
    }
    let whole = rows.iter().filter(|row| row.to_string().contains("INV-2026-04817")).count();
    assert_eq!(whole, 2, "{}", ran.stdout);
    assert!(!ran.stdout.contains(HELLO), "nothing of them is an invoice number: {}", ran.stdout);
}

/// The name of a document and how it ended: `read`, or the code of its failure.
fn told(row: &Value) -> (String, String) {
    let path = row["file"].as_str().unwrap();
    let name = path.rsplit('/').next().unwrap().to_owned();
    let code = row["error"]["code"].as_str();
    assert_eq!(code.is_none(), row["status"] == "completed", "{row}");
    assert!(code.is_none() || row["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{row}");
    (name, code.unwrap_or("read").to_owned())
}
