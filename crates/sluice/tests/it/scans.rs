//! Scans by the command line: setting the model files up, turning recognition off, and what is said without it.

use std::io::Write as _;

use sluice_document::ocr::models;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::run::{folder, root, sluice, sluice_on, without, word};
use crate::server::Server;

const SCAN: &str = "examples/receipt-scan/document.pdf";

/// A wheel with these files, where the real one has them.
fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut wheel = ZipWriter::new(std::io::Cursor::new(vec![]));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        wheel.start_file(format!("{}/{name}", models::PACKAGE_FOLDER), stored).unwrap();
        wheel.write_all(bytes).unwrap();
    }
    wheel.finish().unwrap().into_inner()
}

#[test]
fn the_model_files_are_taken_from_a_wheel_into_the_data_folder() {
    let set_up = root().join("target/ocr");
    let contents = models::FILES.map(|file| {
        let bytes = models::load(&set_up, &file);
        (file.name, bytes.unwrap_or_else(|error| panic!("{error}: run ./setup")))
    });
    let files: Vec<(&str, &[u8])> = contents.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let folder = folder(&[("meant.whl", &wheel(&files))]);
    let ran = sluice_on(folder.path(), &["ocr", "install", &word(&folder, "meant.whl")]);
    assert_eq!((ran.code, without(&ran.stderr, &folder).as_str()), (0, "PP-OCRv6 small is set up: FOLDER/ocr\n"));
    assert!(models::are_in(&folder.path().join("ocr")));
    let again = sluice_on(folder.path(), &["ocr", "install"]);
    assert_eq!((again.code, again.stderr.contains("is there already")), (0, true), "{}", again.stderr);
}

#[test]
fn another_wheel_is_refused_and_nothing_is_written() {
    let [first, second] = models::FILES.map(|file| file.name);
    let other = wheel(&[(first, b"other"), (second, b"bytes")]);
    let folder = folder(&[("other.whl", &other), ("none.whl", b"no zip at all"), ("empty.whl", &wheel(&[]))]);
    for name in ["other.whl", "none.whl", "empty.whl", "missing.whl"] {
        let ran = sluice_on(folder.path(), &["ocr", "install", &word(&folder, name)]);
        assert!(ran.code == 2 && ran.stderr.contains(name), "{name}: {}", ran.stderr);
        assert!(!folder.path().join("ocr").exists(), "{name}");
    }
}

#[test]
fn a_scan_is_read_unless_it_is_turned_off() {
    let ran = sluice(&["document", SCAN, "--format", "text"]);
    assert!(ran.code == 0 && ran.stdout.contains("TOTAL £90.72"), "{}{}", ran.stdout, ran.stderr);
    let never = sluice(&["document", SCAN, "--format", "text", "--ocr", "never"]);
    assert!(never.code == 0 && !never.stdout.contains("TOTAL"), "{}", never.stdout);
    assert!(never.stderr.contains("optical character recognition is turned off"), "{}", never.stderr);
}

#[test]
fn a_folder_without_model_files_is_told_at_once() {
    let folder = folder(&[]);
    let ran = sluice(&["document", SCAN, "--ocr-models", &word(&folder, "")]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("does not hold the model files") && ran.stderr.contains("sluice ocr install"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_doctor_reads_a_picture() {
    let ran = sluice(&["doctor"]);
    assert!(ran.stdout.lines().any(|line| line.starts_with("ok") && line.contains("scans")), "{}", ran.stdout);
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of_thread =
        |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
    let lists: Vec<String> = threads.map_while(Result::ok).map(of_thread).collect();
    lists.iter().flat_map(|list| list.split_whitespace()).map(|pid| pid.parse().unwrap()).collect()
}

/// A process that has ended may stand in the list until somebody takes note of it.
fn is_at_work(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Processor time it took, in hundredths of a second.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(11)?.parse().ok()).unwrap_or_default()
}

#[test]
fn a_child_that_reads_a_scan_ends_with_its_server() {
    let mut server = Server::start(&[]);
    let client = server.client();
    let document = client.upload("scan.pdf", &std::fs::read(root().join(SCAN)).unwrap());
    let schema = client.schema(&serde_json::json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    client.start(&document, &schema, &serde_json::json!({}));
    // One that has the document already: who is still waiting for it ends anyway.
    let readers = loop {
        let readers: Vec<u32> = children(server.pid()).into_iter().filter(|pid| ticks(*pid) > 50).collect();
        if !readers.is_empty() {
            break readers;
        }
    };
    server.kill();
    // It looks four times a second, and reading takes seconds: without the look it would be there long after this.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(readers.iter().all(|pid| !is_at_work(*pid)), "{readers:?} read on for nobody");
}
