//! Pictures of text become words: where lines stand, what they say, how sure that is.
//!
//! Two small neural networks (PP-OCRv6) on a pure Rust engine: one finds lines at any angle, the other reads a line.
//! Their files are named by the caller and checked against pinned hashes before they are used. Never knows what a PDF
//! is: it gets pixels. Runs in the child; called by `scan`.

mod detect;
mod engine;
mod hull;
pub mod models;
mod recognise;
mod ruled;
mod strip;
mod turned;

use std::cell::OnceCell;
use std::path::PathBuf;

use image::RgbImage;
use serde::{Deserialize, Serialize};
use sluice_extract::page::Rect;

use self::engine::Engine;
pub(crate) use self::engine::THREADS_MAX;
pub(crate) use self::recognise::Reading as StripReading;
pub(crate) use self::strip::Strip;

/// When pictures of text are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OcrMode {
    /// Only pages, or large parts of them, that have no usable text of their own.
    #[default]
    Auto,
    /// Every page is read from its picture, whatever text it carries.
    Always,
    /// No picture is read.
    Never,
}

/// How pictures of text are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ocr {
    /// When.
    pub mode: OcrMode,
    /// The folder with the model files; without it no picture can be read, and pages say so.
    pub models: Option<PathBuf>,
}

impl Ocr {
    /// The name of this way of reading: words may differ where it differs.
    #[must_use]
    pub fn version(&self) -> String {
        match (self.mode, &self.models) {
            (OcrMode::Never, _) => "never".to_owned(),
            (mode, None) => format!("{mode:?}-without-models").to_lowercase(),
            (mode, Some(_)) => format!("{mode:?}-{}", models::version()).to_lowercase(),
        }
    }
}

/// Reads pictures; the networks are loaded for the first one.
pub(crate) struct Recogniser {
    pub(crate) ocr: Ocr,
    engine: OnceCell<Result<Engine, String>>,
}

/// What a picture says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recognised {
    /// Lines, or parts of them, top to bottom as the text stands, each with what it says.
    pub(crate) lines: Vec<(Strip, StripReading)>,
    /// Direction of the text in degrees, clockwise: 0, 90, 180 or 270.
    pub(crate) turn: u16,
    /// What the text is off that direction, in radians, clockwise.
    pub(crate) skew: f32,
    /// Rules that are printed on it, in the pixels of the picture laid straight around its middle.
    pub(crate) rules: Vec<Rect>,
}

impl Recogniser {
    pub(crate) fn new(ocr: Ocr) -> Self {
        Self { ocr, engine: OnceCell::new() }
    }

    /// Why no picture can be read; `None` if they can.
    pub(crate) fn trouble(&self) -> Option<String> {
        const MEND: &str = "`sluice ocr install` sets it up";
        if self.ocr.mode == OcrMode::Never {
            return Some("optical character recognition is turned off".to_owned());
        }
        match self.engine() {
            None => Some(format!("optical character recognition is not set up: {MEND}")),
            Some(Err(why)) => Some(format!("optical character recognition cannot be used: {why}; {MEND} anew")),
            Some(Ok(_)) => None,
        }
    }

    fn engine(&self) -> Option<&Result<Engine, String>> {
        let folder = self.ocr.models.as_ref()?;
        Some(self.engine.get_or_init(|| Engine::load(folder)))
    }

    /// Reads a picture.
    pub(crate) fn read(&self, picture: &RgbImage) -> Result<Recognised, String> {
        match self.engine() {
            Some(Ok(engine)) => read(engine, picture),
            Some(Err(why)) => Err(why.clone()),
            None => Err("there are no model files".to_owned()),
        }
    }
}

fn read(engine: &Engine, picture: &RgbImage) -> Result<Recognised, String> {
    let found = detect::lines(engine, picture)?;
    let mut recognised = turned::read(engine, picture, &found)?;
    // Words that the network itself doubts are stains, hatching and signatures.
    recognised.lines.retain(|(_, reading)| !reading.is_doubtful());
    recognised.rules = ruled::rules(picture, &recognised);
    Ok(recognised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_ways_of_reading_have_other_names() {
        let models = || Some(PathBuf::from("ocr"));
        let names: std::collections::BTreeSet<String> = [
            Ocr { mode: OcrMode::Auto, models: models() },
            Ocr { mode: OcrMode::Auto, models: None },
            Ocr { mode: OcrMode::Always, models: models() },
            Ocr { mode: OcrMode::Never, models: models() },
        ]
        .iter()
        .map(Ocr::version)
        .collect();
        assert_eq!(names.len(), 4, "{names:?}");
        let elsewhere = Ocr { mode: OcrMode::Auto, models: Some("other".into()) };
        assert!(names.contains(&elsewhere.version()), "where the files are does not matter");
    }
}
