//! A report to look at: for each document its pages with boxes, and beside them what is true and what was found.
//!
//! A folder of plain files that need no network: `index.html`, and a page and pictures for each document. What stands in
//! documents is data and is written as such. Called by `eval` with `--html`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use sluice_document::Reader;
use sluice_extract::score::Difference;
use sluice_extract::score::summary::Prf;

use super::Scored;
use super::baseline::kind_of;

/// Pages of a document that are drawn: those with boxes, and the first ones.
const PAGES_MAX: usize = 12;
/// Pages that are drawn where nothing was found.
const FIRST_PAGES: u32 = 2;
/// Resolution of the pictures: print of eight points can be read.
const DPI: f32 = 100.0;

/// A line of the table: a leaf, what is true of it, and what was found.
struct Line<'a> {
    state: &'static str,
    path: String,
    gold: Option<&'a Value>,
    found: Option<&'a Value>,
    /// Its place in the prediction.
    pointer: Option<&'a str>,
}

/// Writes the report into a folder.
pub(super) fn write(folder: &Path, documents: &[Scored], reader: &Reader) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let put = |name: String, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
    };
    let mut sorted: Vec<&Scored> = documents.iter().collect();
    sorted.sort_by(|a, b| Prf::of(a.score.counts).f1.total_cmp(&Prf::of(b.score.counts).f1));
    for document in &sorted {
        // A document that cannot be drawn has its table all the same.
        let pictures = reader.render(&document.bytes, &pages(document), DPI).unwrap_or_default();
        for picture in &pictures {
            put(format!("{}-{}.png", file_name(&document.name), picture.page), &picture.png)?;
        }
        let drawn: Vec<u32> = pictures.iter().map(|picture| picture.page).collect();
        put(format!("{}.html", file_name(&document.name)), page(document, &drawn).as_bytes())?;
    }
    put("index.html".to_owned(), index(&sorted).as_bytes())
}

/// A name that is a file's and nothing else.
fn file_name(name: &str) -> String {
    name.chars().map(|char| if char.is_alphanumeric() || matches!(char, '-' | '_') { char } else { '_' }).collect()
}

fn pages(document: &Scored) -> Vec<u32> {
    let boxed = document.attributions.values().flat_map(|found| found.locations.iter().map(|place| place.page));
    let mut pages: Vec<u32> = boxed.chain(1..=FIRST_PAGES).collect();
    pages.sort_unstable();
    pages.dedup();
    pages.truncate(PAGES_MAX);
    pages
}

/// Faults first, for these are looked for; then what is right.
fn lines(document: &Scored) -> Vec<Line<'_>> {
    let fault = |fault: &'_ Difference| kind_of(fault.kind);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for difference in &document.score.differences {
        lines.push(Line {
            state: fault(difference),
            path: difference.path.clone(),
            gold: difference.gold.as_ref(),
            found: difference.found.as_ref(),
            pointer: difference.pointer.as_deref(),
        });
    }
    for judged in document.score.judged.iter().filter(|judged| judged.right) {
        let value = document.data.pointer(&judged.pointer);
        let path = judged.pointer.trim_start_matches('/').replace('/', ".");
        lines.push(Line { state: "right", path, gold: value, found: value, pointer: Some(&judged.pointer) });
    }
    lines
}

fn page(document: &Scored, drawn: &[u32]) -> String {
    let lines = lines(document);
    let mut out = head(&document.name);
    let _ = write!(out, "<p><a href=\"index.html\">all documents</a> · {}</p>", told(document));
    if let Some(missing) = &document.missing {
        let _ = write!(out, "<p class=\"wrong\">no prediction: {}</p>", escaped(missing));
    }
    out.push_str("<div class=\"sides\"><div class=\"pages\">");
    for number in drawn {
        let name = file_name(&document.name);
        let _ = write!(out, "<figure><img src=\"{name}-{number}.png\" alt=\"page {number}\">");
        for (at, line) in lines.iter().enumerate() {
            boxes(&mut out, document, line, at, *number);
        }
        let _ = write!(out, "<figcaption>page {number}</figcaption></figure>");
    }
    out.push_str("</div><div class=\"values\"><table><thead><tr><th><th>field<th>true<th>found<th>confidence</tr></thead><tbody>");
    for (at, line) in lines.iter().enumerate() {
        row(&mut out, document, line, at);
    }
    out.push_str("</tbody></table></div></div>");
    out.push_str(SCRIPT);
    out
}

fn boxes(out: &mut String, document: &Scored, line: &Line<'_>, at: usize, page: u32) {
    let Some(found) = line.pointer.and_then(|pointer| document.attributions.get(pointer)) else { return };
    for place in found.locations.iter().filter(|place| place.page == page) {
        let rect = &place.bounding_box;
        let _ = write!(
            out,
            "<i class=\"{}\" data-at=\"{at}\" title=\"{}\" style=\"left:{:.3}%;top:{:.3}%;width:{:.3}%;height:{:.3}%\"></i>",
            line.state,
            escaped(&line.path),
            rect.x0 * 100.0,
            rect.y0 * 100.0,
            rect.width() * 100.0,
            rect.height() * 100.0,
        );
    }
}

fn row(out: &mut String, document: &Scored, line: &Line<'_>, at: usize) {
    let proof = line.pointer.and_then(|pointer| document.attributions.get(pointer));
    let confidence = proof.map_or_else(String::new, |proof| format!("{:.2}", proof.confidence));
    let reasoning = proof.and_then(|proof| proof.reasoning.clone()).unwrap_or_default();
    let value = |value: Option<&Value>| match value {
        None => String::new(),
        Some(Value::String(text)) => escaped(text),
        Some(other) => escaped(&other.to_string()),
    };
    let _ = write!(
        out,
        "<tr class=\"{}\" data-at=\"{at}\" title=\"{}\"><td>{}<td>{}<td>{}<td>{}<td>{confidence}</tr>",
        line.state,
        escaped(&reasoning),
        line.state,
        escaped(&line.path),
        value(line.gold),
        value(line.found),
    );
}

fn index(documents: &[&Scored]) -> String {
    let mut out = head("Gold and found");
    out.push_str(
        "<table><thead><tr><th>document<th>type<th>F1<th>right<th>wrong<th>missing<th>extra</tr></thead><tbody>",
    );
    for document in documents {
        let score = &document.score;
        let _ = write!(
            out,
            "<tr><td><a href=\"{}.html\">{}</a><td>{}<td>{:.3}<td>{}<td>{}<td>{}<td>{}</tr>",
            file_name(&document.name),
            escaped(&document.name),
            escaped(&document.kind),
            Prf::of(score.counts).f1,
            score.counts.tp,
            score.wrong,
            score.missing,
            score.extra
        );
    }
    out.push_str("</tbody></table>");
    out
}

fn told(document: &Scored) -> String {
    let score = &document.score;
    let f1 = Prf::of(score.counts).f1;
    format!(
        "F1 {f1:.3}: {} right, {} wrong, {} missing, {} extra",
        score.counts.tp, score.wrong, score.missing, score.extra
    )
}

fn head(title: &str) -> String {
    let title = escaped(title);
    format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>{STYLE}<h1>{title}</h1>")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            char => out.push(char),
        }
    }
    out
}

const STYLE: &str = "<style>
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem;color:#1b1f24;background:#fff}
h1{font-size:1.2rem;margin:0 0 .5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #e3e6ea;vertical-align:top;overflow-wrap:break-word}
th,td:first-child,td:last-child{white-space:nowrap}
th{position:sticky;top:0;background:#fff}
.sides{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.5rem;align-items:start}
.values{position:sticky;top:0;max-height:100vh;overflow:auto}
figure{position:relative;margin:0 0 1rem;border:1px solid #c9ced6}
figure img{display:block;width:100%}
figcaption{position:absolute;top:0;right:0;padding:.1rem .4rem;background:#fffd;color:#59636e}
i{position:absolute;border:1.5px solid;box-sizing:content-box;margin:-2px;padding:1px}
i.right{border-color:#1a7f37;background:#1a7f371a}i.wrong{border-color:#c62828;background:#c628281f}
i.extra{border-color:#b26a00;background:#b26a001f}
tr.right td:first-child{color:#1a7f37}tr.wrong td:first-child,p.wrong{color:#c62828}
tr.extra td:first-child{color:#b26a00}tr.missing td:first-child{color:#59636e}
i.on{outline:3px solid #0969da;z-index:1}tr.on{background:#ddf4ff}
</style>";

const SCRIPT: &str = "<script>
const all = (at) => document.querySelectorAll(`[data-at=\"${at}\"]`)
let on = null
const mark = (at, from) => {
  if (on !== null) all(on).forEach((it) => it.classList.remove('on'))
  on = at
  all(at).forEach((it) => {
    it.classList.add('on')
    if (from && it.tagName !== from.tagName) it.scrollIntoView({ block: 'nearest' })
  })
}
document.addEventListener('click', (event) => {
  const it = event.target.closest('[data-at]')
  if (it) mark(it.dataset.at, it)
})
</script>";
