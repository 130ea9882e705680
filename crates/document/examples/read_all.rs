//! Reads files one after the other in this process and prints a line of JSON for each page: its words in reading order.
//! For `bench/reading.py`; pictures of text are left out. `cargo run --release -p sluice-document --example read_all FILE...`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example that prints")]

use sluice_document::{Limits, PageSelection, read_here};

fn main() {
    for file in std::env::args().skip(1) {
        let read = std::fs::read(&file).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| {
            read_here(&bytes, &Limits::default(), &PageSelection::All).map_err(|error| error.to_string())
        });
        match read {
            Ok((document, _)) => {
                for page in &document.pages {
                    let line = serde_json::json!({"file": file, "page": page.number, "text": page.text()});
                    println!("{line}");
                }
            }
            Err(error) => eprintln!("{file}: {error}"),
        }
    }
}
