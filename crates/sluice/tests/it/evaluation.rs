//! `sluice eval` as a user runs it: what changed against an earlier run, and a report to look at.

use crate::run::{folder, root, sluice, word};

#[test]
fn a_report_shows_pages_with_boxes_beside_what_is_true() {
    let folder = folder(&[]);
    let (report, figures) = (word(&folder, "report"), word(&folder, "figures.json"));
    let ran = sluice(&["eval", "examples", "--only", "invoice", "--html", &report, "--json", &figures]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("report").join(name)).unwrap();
    assert!(read("index.html").contains("<a href=\"invoice.html\">invoice</a>"));
    let page = read("invoice.html");
    for part in
        ["<img src=\"invoice-1.png\"", "<img src=\"invoice-2.png\"", "<i class=\"right\" data-at=", "INV-2026-04817"]
    {
        assert!(page.contains(part), "{part}");
    }
    // One picture for each page, and nothing from another server.
    assert!(!page.contains("http") && !page.contains("src=\"//"), "nothing of it needs a network");
    let picture = std::fs::read(folder.path().join("report/invoice-1.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000);
    let again = sluice(&["eval", "examples", "--only", "invoice", "--baseline", &figures]);
    assert!(again.stdout.starts_with("0 changed, 1 as before; micro F1 of both 1.000 -> 1.000\n"), "{}", again.stdout);
    let other = root().join("examples/invoice/schema.json").display().to_string();
    let refused = sluice(&["eval", "examples", "--only", "invoice", "--baseline", &other]);
    assert!(refused.code == 2 && refused.stderr.contains("is no report of an earlier run"), "{}", refused.stderr);
}
