//! `sluice doctor`: what is set up, what is missing, and how to mend it. Tries things instead of believing them.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str};
use sluice_document::{PageSelection, ocr};

use crate::cli::{DataFolder, OcrArgs, OcrWhen};
use crate::config::{Settings, Setup};
use crate::trouble;

enum Health {
    Fine,
    /// Works, but something that helps is not there.
    Missing,
    Broken,
}

struct Check {
    what: &'static str,
    health: Health,
    told: String,
    mend: Option<String>,
}

/// Prints a line for each check; exit code 1 where something is broken.
pub(super) fn run(settings: &Settings, ocr: &OcrArgs, folder: &DataFolder) -> anyhow::Result<ExitCode> {
    let mut checks = vec![program(), reading(), pictures(), recognition(ocr, folder), models(settings)?];
    checks.extend(settings.setups().into_iter().map(setup));
    for check in &checks {
        let (word, colour) = match check.health {
            Health::Fine => ("ok", AnsiColor::Green),
            Health::Missing => ("missing", AnsiColor::Yellow),
            Health::Broken => ("broken", AnsiColor::Red),
        };
        let style = Style::new().bold().fg_color(Some(colour.into()));
        anstream::println!("{style}{word:<8}{style:#} {:<12} {}", check.what, check.told);
        if let Some(mend) = &check.mend {
            anstream::println!("{:22}{mend}", "");
        }
    }
    let broken = checks.iter().any(|check| matches!(check.health, Health::Broken));
    Ok(if broken { ExitCode::from(trouble::SOME_FAILED) } else { ExitCode::SUCCESS })
}

fn fine(what: &'static str, told: impl Into<String>) -> Check {
    Check { what, health: Health::Fine, told: told.into(), mend: None }
}

fn broken(what: &'static str, told: impl Into<String>) -> Check {
    let mend = Some("please report it with the lines above".to_owned());
    Check { what, health: Health::Broken, told: told.into(), mend }
}

fn program() -> Check {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    fine("sluice", format!("{} on {system}", env!("CARGO_PKG_VERSION")))
}

/// Reads a page that is made here, through the child with its limits.
fn reading() -> Check {
    const WHAT: &str = "reading";
    let reader = match crate::config::reader(&OcrArgs::default(), &DataFolder::default()) {
        Ok(reader) => reader,
        Err(error) => return broken(WHAT, format!("{error:#}")),
    };
    match reader.read(&page_saying("Sluice reads 42 pages"), &PageSelection::All) {
        Ok(reading) if reading.document.pages.iter().any(|page| page.text().contains("reads 42 pages")) => {
            fine(WHAT, "PDF, PNG, JPEG, TIFF, WebP; in a child process with limits")
        }
        Ok(_) => broken(WHAT, "a page made for this check came back with other words"),
        Err(error) => broken(WHAT, format!("{} ({})", error.message, error.code)),
    }
}

fn pictures() -> Check {
    const WHAT: &str = "pictures";
    let reader = crate::config::reader(&OcrArgs::default(), &DataFolder::default());
    let drawn = reader.and_then(|reader| Ok(reader.render(&page_saying("drawn"), &[1], 72.0)?));
    match drawn {
        Ok(pictures) if pictures.len() == 1 => fine(WHAT, "pages can be drawn for --explain"),
        Ok(_) => broken(WHAT, "a page made for this check was not drawn"),
        Err(error) => broken(WHAT, format!("{error:#}")),
    }
}

/// Draws a page that is made here, and reads it from its picture.
fn recognition(asked: &OcrArgs, folder: &DataFolder) -> Check {
    const WHAT: &str = "scans";
    let missing = |told: String| Check {
        what: WHAT,
        health: Health::Missing,
        told,
        mend: Some("`sluice ocr install` sets it up (31 MB); until then scanned pages give no values".to_owned()),
    };
    let always = OcrArgs { when: OcrWhen::Always, models: asked.models.clone() };
    let reader = match crate::config::reader(&always, folder) {
        Ok(reader) => reader,
        Err(error) => return missing(format!("{error:#}")),
    };
    let Some(folder) = reader.ocr.models.clone() else {
        return missing("optical character recognition is not set up".to_owned());
    };
    match reader.read(&page_saying("Sluice reads 42 pages"), &PageSelection::All) {
        Ok(reading) if reading.document.pages.iter().any(|page| page.text().contains("reads 42 pages")) => {
            fine(WHAT, format!("{} from {}", ocr::models::NAME, folder.display()))
        }
        Ok(reading) => {
            let why = reading.findings.first().map(|finding| finding.message.clone());
            missing(why.unwrap_or_else(|| "a page drawn for this check came back with other words".to_owned()))
        }
        Err(error) => broken(WHAT, format!("{} ({})", error.message, error.code)),
    }
}

fn models(settings: &Settings) -> anyhow::Result<Check> {
    let names: Vec<String> = settings.models()?.cards().map(|card| card.name.clone()).collect();
    let from = settings.file.as_ref().map(|file| format!(" (settings: {})", file.display())).unwrap_or_default();
    Ok(fine("models", format!("{}; embedded needs no key and no network{from}", names.join(", "))))
}

/// A model's server is not asked: that could cost something.
fn setup(setup: Setup) -> Check {
    let health = if setup.missing.is_some() { Health::Missing } else { Health::Fine };
    Check { what: "model", health, told: format!("{}: {}", setup.name, setup.told), mend: setup.missing }
}

/// A page with one line of text.
fn page_saying(text: &str) -> Vec<u8> {
    let [catalog, pages, page, content, font] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut written = pdf.page(page);
    written.media_box(Rect::new(0.0, 0.0, 300.0, 100.0)).parent(pages).contents(content);
    written.resources().fonts().pair(Name(b"F"), font);
    written.finish();
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut drawn = Content::new();
    drawn.begin_text().set_font(Name(b"F"), 14.0).next_line(20.0, 50.0).show(Str(text.as_bytes())).end_text();
    pdf.stream(content, &drawn.finish());
    pdf.finish()
}
