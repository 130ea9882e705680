//! Tables whose columns are the segments: one line has a figure for each, and their sum is the whole's.
//!
//! The sum is the proof: no title is read. Called by `series` where no lines of segments were found.

use super::columns::{Column, heads_over};
use super::lines::{Labelled, Line};
use super::segments::is_rest;
use crate::embedded::rows::frame::{Frame, Run};
use crate::embedded::text::fold;

use std::collections::BTreeSet;

/// Bands above a line that may hold the heads of its columns.
const HEADS_REACH: usize = 30;

/// A figure of a segment.
pub(super) struct OfSegment<'f> {
    pub(super) line: Line<'f>,
    pub(super) name: String,
    pub(super) column: Column,
}

/// The figures of the lines that end in one of the whole's figures and add up to it; `names` are the segments that are
/// known, folded.
pub(super) fn figures<'f>(
    frames: &'f [Frame],
    lines: &[Labelled],
    names: &BTreeSet<String>,
    whole: &[(f64, String)],
    value: impl Fn(&Frame, &Run) -> Option<f64>,
) -> Vec<OfSegment<'f>> {
    const KNOWN_LEAST: usize = 2;
    let mut found = Vec::new();
    for labelled in lines.iter().filter(|line| line.figures.len() > KNOWN_LEAST) {
        let Some(frame) = frames.get(labelled.frame) else { continue };
        let values: Option<Vec<f64>> = labelled.figures.iter().map(|run| value(frame, run)).collect();
        let Some((sum, parts)) = values.as_deref().and_then(<[f64]>::split_last) else { continue };
        let added: f64 = parts.iter().sum();
        let Some((_, heads)) = whole.iter().find(|(whole, _)| (whole - sum).abs() < 1e-6) else { continue };
        let bands = &frame.bands[labelled.band.saturating_sub(HEADS_REACH)..labelled.band];
        let heads_of: Vec<String> =
            labelled.figures.iter().take(parts.len()).map(|run| heads_over(frame, bands, &run.rect)).collect();
        let known = heads_of.iter().filter(|head| names.contains(&fold(head))).count();
        let named = heads_of.iter().all(|head| names.contains(&fold(head)) || is_rest(head));
        if (added - sum).abs() > 0.51 * parts.len() as f64 * unit(*sum) || known < KNOWN_LEAST || !named {
            continue;
        }
        for (run, name) in labelled.figures.iter().zip(heads_of) {
            let column = Column { run: run.clone(), heads: heads.clone() };
            found.push(OfSegment { line: labelled.line(frame, 1.0), name, column });
        }
    }
    found
}

/// The last place that figures of this kind are rounded to.
fn unit(figure: f64) -> f64 {
    if figure.fract() == 0.0 { 1.0 } else { 0.1 }
}
