//! The lines of a report that have figures: a label, and what stands right of it. Read once for a document.
//!
//! Called by `series` and by its reader of segments.

use super::LIKE_LEAST;
use super::asked::LabelBags;
use super::columns::parts;
use crate::embedded::rows::frame::{Frame, Run};
use crate::embedded::text::fold;

/// A line of a statement that answers.
#[derive(Clone, Debug)]
pub(super) struct Line<'f> {
    pub(super) frame: &'f Frame,
    /// Index of the band.
    pub(super) band: usize,
    pub(super) label: String,
    pub(super) words: Vec<u32>,
    pub(super) figures: Vec<Run>,
    pub(super) like: f32,
}

/// A line with figures, ready to be compared.
#[derive(Debug)]
pub(super) struct Labelled {
    pub(super) frame: usize,
    pub(super) band: usize,
    text: String,
    label: Vec<usize>,
    pub(super) figures: Vec<Run>,
    bags: LabelBags,
}

impl Labelled {
    /// As a line that answers so well.
    pub(super) fn line<'f>(&self, frame: &'f Frame, like: f32) -> Line<'f> {
        let words = self.label.iter().map(|&at| frame.pieces[at].word).collect();
        Line { frame, band: self.band, label: self.text.clone(), words, figures: self.figures.clone(), like }
    }
}

/// Every line with at least two figures, in reading order.
pub(super) fn all(frames: &[Frame]) -> Vec<Labelled> {
    let mut found = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        for (band, own) in frame.bands.iter().enumerate() {
            let (label, figures) = parts(frame, own);
            if figures.len() < 2 || label.is_empty() {
                continue;
            }
            let text = frame.text(&label);
            let bags = LabelBags::of(&text);
            found.push(Labelled { frame: index, band, text, label, figures, bags });
        }
    }
    found
}

/// The lines that are called like one of the labels.
pub(super) fn called<'f>(frames: &'f [Frame], all: &[Labelled], labels: &[Vec<String>]) -> Vec<Line<'f>> {
    let line = |line: &Labelled| {
        let like = line.bags.likeness(labels);
        Some(line.line(frames.get(line.frame).filter(|_| like >= LIKE_LEAST)?, like))
    };
    all.iter().filter_map(line).collect()
}

/// Stands under a heading of numbers of shares: `Basic` is there again.
pub(super) fn counts_shares(line: &Line<'_>) -> bool {
    /// Lines above that may be the heading.
    const REACH: usize = 6;
    let label = fold(&line.label);
    let bands = line.frame.bands[line.band.saturating_sub(REACH)..line.band].iter().rev();
    let heading = bands.map(|band| (parts(line.frame, band).1, fold(&line.frame.text(&band.pieces))));
    let heading = heading.filter(|(figures, _)| figures.is_empty()).map(|(_, text)| text).next().unwrap_or_default();
    let counts =
        |text: &str| text.contains("shares") && !text.contains("per share") && !text.contains("per common share");
    counts(&label) || !label.contains("per ") && counts(&heading)
}

/// The line right below that says how much the figures have grown: `YoY Growth`, `% change`.
pub(super) fn sub_line<'f>(line: &Line<'f>) -> Option<Line<'f>> {
    const SAYS: [&str; 12] =
        ["yoy", "year", "over", "on", "growth", "change", "percent", "percentage", "increase", "decrease", "y", "in"];
    let band = line.frame.bands.get(line.band + 1)?;
    let (label, figures) = parts(line.frame, band);
    let text = line.frame.text(&label);
    let folded = fold(&text);
    let says = !folded.is_empty() && folded.split(' ').all(|word| SAYS.contains(&word));
    let marked = figures.iter().filter(|run| line.frame.text(&run.pieces).contains('%')).count();
    let words = label.iter().map(|&at| line.frame.pieces[at].word).collect();
    let found = says && marked > 0 && 2 * marked >= figures.len();
    found.then(|| Line { frame: line.frame, band: line.band + 1, label: text, words, figures, like: line.like })
}
