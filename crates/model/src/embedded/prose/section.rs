//! Which sections of a document a property asks for, by their headings.

use std::ops::Range;

use sluice_extract::schema::Node;

use super::outline::Outline;
use super::words::{Words, folded_heading};
use crate::embedded::confidence;
use crate::embedded::query::{LabelText, Query};
use crate::embedded::text::name_words;

/// A heading that answers a property is at least this similar.
const SIMILAR_MIN: f32 = 0.8;

/// A heading and the lines below it.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// The heading as it is printed.
    pub(crate) title: String,
    /// The lines below it.
    pub(crate) lines: Range<usize>,
    /// How surely it is the one that is asked for, as a confidence.
    pub(crate) confidence: f32,
}

/// The sections that a property asks for, in the order of the document. Several only where each is a known one.
pub(crate) fn sections(outline: &Outline, path: &[&str], node: &Node) -> Vec<Section> {
    let Some(name) = path.last() else { return Vec::new() };
    let query = Query::of(path.get(path.len() - 1..).unwrap_or_default(), node);
    let words = name_words(name);
    let mut scored: Vec<(usize, f32, bool)> = Vec::new();
    for (index, line) in outline.lines.iter().enumerate() {
        if !outline.is_heading(index) {
            continue;
        }
        let text = line.heading_text();
        let known = Words::shared().heads(&words, &folded_heading(text));
        let score = known.max(query.similarity(&LabelText::of(text)));
        if score >= SIMILAR_MIN {
            scored.push((index, score, known > 0.0));
        }
    }
    let best = scored.iter().map(|(_, score, _)| *score).fold(0.0, f32::max);
    let known = scored.iter().any(|(_, score, known)| *known && *score >= best - 1e-6);
    scored.retain(
        |(_, score, known_one)| if known { *known_one && *score >= best - 0.16 } else { *score >= best - 1e-6 },
    );
    let most = if known { usize::MAX } else { 1 };
    scored
        .into_iter()
        .take(most)
        .map(|(index, score, _)| section(outline, index, score))
        .filter(|section| !section.lines.is_empty())
        .collect()
}

fn section(outline: &Outline, heading: usize, score: f32) -> Section {
    let title = outline.lines.get(heading).map_or("", |line| line.heading_text()).to_owned();
    let lines = outline.section(heading, |other| ends(outline, heading, other));
    Section { title, lines, confidence: confidence::below_a_heading(score) }
}

/// A section with a known name goes on below headings of its own weight that are none: titles of jobs.
fn ends(outline: &Outline, heading: usize, other: usize) -> bool {
    let known = |index: usize| {
        outline.lines.get(index).is_some_and(|line| Words::shared().is_section(&folded_heading(line.heading_text())))
    };
    let (Some(own), Some(next)) = (outline.lines.get(heading), outline.lines.get(other)) else { return true };
    let plain = !own.is_caps() && own.size <= outline.body_size * 1.05;
    let alike = own.is_bold() == next.is_bold() && own.is_caps() == next.is_caps();
    !known(heading) || known(other) || alike && !plain || next.size > own.size * 1.05
}
