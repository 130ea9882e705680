//! The same figure by segment: lines below a title that names the figure, as `North America` and `Europe` below `Net sales`.
//!
//! A line is a segment's where at least two titles of the report have it below them together with another: what a
//! company is divided into comes back for sales, profit and assets; the lines of a statement do not. Called by `series`
//! for arrays whose items name a segment.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sluice_extract::values::number::{self, DecimalStyle};

use super::LIKE_LEAST;
use super::asked::{ACCOUNTS, bag, likeness_of};
use super::columns::{figures_of, parts};
use super::lines::Line;
use crate::embedded::lexicon::Lexicon;
use crate::embedded::rows::frame::{Band, Frame, Run};
use crate::embedded::text::fold;

/// The words of every label that statements have.
static ACCOUNT_BAGS: LazyLock<BTreeSet<Vec<String>>> = LazyLock::new(|| {
    let bags = ACCOUNTS.values().flatten().map(|label| bag(label));
    bags.filter(|bag| !bag.is_empty()).collect()
});

/// Lines above a line where its title may stand.
const TITLE_REACH: usize = 30;
/// Words of a segment's name.
const NAME_WORDS_MAX: usize = 6;

/// Parts of the world that companies report by and that are no countries.
const REGIONS: [&str; 20] = [
    "americas",
    "north america",
    "latin america",
    "south america",
    "europe",
    "emea",
    "middle east and africa",
    "europe middle east and africa",
    "africa",
    "asia",
    "asia pacific",
    "apac",
    "greater china",
    "rest of asia pacific",
    "international",
    "rest of world",
    "other countries",
    "foreign",
    "outside the united states",
    "domestic",
];

/// The segments of a report; made once for a document.
#[derive(Debug)]
pub(super) struct Segments {
    /// In reading order, only those whose names come back elsewhere.
    blocks: Vec<Block>,
}

/// The lines below a title.
#[derive(Debug)]
struct Block {
    /// Index into the frames.
    frame: usize,
    /// The band of the title.
    title_band: usize,
    title: String,
    /// The bands with a name each.
    lines: Vec<(usize, String)>,
}

impl Segments {
    /// Finds every line below a title.
    pub(super) fn of(frames: &[Frame]) -> Self {
        let blocks: Vec<Block> = (0..).zip(frames).flat_map(|(at, frame)| below_titles(at, frame)).collect();
        Self { blocks: recurring(blocks) }
    }

    /// The lines of segments below a title that is called like one of the labels, in reading order. With `whole` only
    /// those that add up to the whole's figures, and the line of their sum too.
    pub(super) fn lines<'f>(
        &self,
        frames: &'f [Frame],
        labels: &[Vec<String>],
        whole: Option<&Whole>,
    ) -> Vec<(Line<'f>, Whose)> {
        let mut found = Vec::new();
        for block in &self.blocks {
            let Some(frame) = frames.get(block.frame) else { continue };
            if likeness_of(block.title.trim_end_matches(':'), labels) < LIKE_LEAST {
                continue;
            }
            let sum = whole.and_then(|whole| block.sum(frame, whole));
            if whole.is_some() && sum.is_none() {
                continue;
            }
            let line = |band: usize, label: String| {
                let (_, figures) = parts_of_sum(frame, &frame.bands[band]);
                let words = parts(frame, &frame.bands[band]).0.iter().map(|&at| frame.pieces[at].word).collect();
                Line { frame, band, label, words, figures, like: LIKE_LEAST }
            };
            let own = block.lines.iter().map(|(band, name)| (line(*band, name.clone()), Whose::Segment(name.clone())));
            found.extend(own);
            found.extend(sum.map(|band| (line(band, block.title.clone()), Whose::Whole)));
        }
        found
    }

    /// Every name of a segment, folded.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.blocks.iter().flat_map(Block::names).collect()
    }
}

/// The figures of a line that may have no label.
fn parts_of_sum(frame: &Frame, band: &Band) -> (Vec<usize>, Vec<Run>) {
    let (label, figures) = parts(frame, band);
    if label.is_empty() { (label, figures_of(frame, &band.pieces)) } else { (label, figures) }
}

impl Block {
    /// The line soon after the last that has one of these figures: the sum.
    fn sum(&self, frame: &Frame, whole: &Whole) -> Option<usize> {
        const REACH: usize = 7;
        let (last, _) = self.lines.last()?;
        let is_sum = |band: &usize| {
            let text = frame.text(&frame.bands[*band].pieces);
            let figures =
                number::scan(&text).into_iter().filter_map(|found| found.value.under(whole.style).to_json().as_f64());
            { figures }.any(|figure| whole.figures.iter().any(|whole| (whole - figure).abs() < 1e-6))
        };
        (last + 1..frame.bands.len().min(last + 1 + REACH)).find(is_sum)
    }

    fn names(&self) -> BTreeSet<String> {
        self.lines.iter().map(|(_, name)| fold(name)).collect()
    }
}

/// Whose figures a line has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of all segments.
    Whole,
    /// By its name.
    Segment(String),
}

/// What the whole company's line says.
pub(super) struct Whole {
    pub(super) figures: Vec<f64>,
    pub(super) style: DecimalStyle,
}

/// Is a segment a part of the world?
pub(super) fn is_region(name: &str) -> bool {
    let name = fold(name);
    REGIONS.contains(&name.as_str()) || Lexicon::shared().is_country(&name)
}

/// The blocks that have most of their names in common with a block of another title; only these names of theirs.
fn recurring(blocks: Vec<Block>) -> Vec<Block> {
    const SHARED_LEAST: f32 = 0.6;
    let names: Vec<BTreeSet<String>> = blocks.iter().map(Block::names).collect();
    let shared = |one: usize, other: usize| -> BTreeSet<String> {
        let both: BTreeSet<String> = names[one].intersection(&names[other]).cloned().collect();
        let all = names[one].union(&names[other]).count().max(1);
        let alike = fold(&blocks[one].title) == fold(&blocks[other].title);
        let enough = both.len() > 1 && both.len() as f32 >= SHARED_LEAST * all as f32;
        if enough && !alike { both } else { BTreeSet::new() }
    };
    let kept: Vec<BTreeSet<String>> =
        (0..blocks.len()).map(|one| (0..blocks.len()).flat_map(|other| shared(one, other)).collect()).collect();
    let only = |(mut block, kept): (Block, BTreeSet<String>)| {
        block.lines.retain(|(_, name)| kept.contains(&fold(name)) || is_rest(name));
        (!kept.is_empty()).then_some(block)
    };
    blocks.into_iter().zip(kept).filter_map(only).collect()
}

/// What is left beside segments with names.
pub(super) fn is_rest(name: &str) -> bool {
    let folded = fold(name);
    ["other", "all other", "other net"].contains(&folded.as_str())
}

/// No sum, no correction, and nothing that statements have a line for.
fn may_be_segment(name: &str) -> bool {
    const NEVER: [&str; 8] =
        ["total", "subtotal", "elimination", "corporate", "unallocated", "reconcil", "adjust", "consolidated"];
    let folded = fold(name);
    let never = NEVER.iter().any(|never| folded.split(' ').any(|word| word.starts_with(never)));
    let own = bag(name);
    !never && !own.is_empty() && folded.split(' ').count() <= NAME_WORDS_MAX && !ACCOUNT_BAGS.contains(&own)
}

/// The lines with figures below each title.
fn below_titles(index: usize, frame: &Frame) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    for (band, own) in frame.bands.iter().enumerate() {
        let (label, figures) = parts(frame, own);
        let name = frame.text(&label);
        if figures.len() < 2 || !may_be_segment(&name) {
            continue;
        }
        let left = figures[0].rect.x0;
        let above = (band.saturating_sub(TITLE_REACH)..band).rev();
        let titles = above.map_while(|above| Some((above, step(frame, &frame.bands[above], left)?)));
        let Some((title_band, title)) = titles.filter_map(|(above, title)| Some((above, title?))).next() else {
            continue;
        };
        match found.iter_mut().find(|block| block.title_band == title_band) {
            Some(block) => block.lines.push((band, name)),
            None => found.push(Block { frame: index, title_band, title, lines: vec![(band, name)] }),
        }
    }
    found
}

/// One line up: `None` where the table above has ended, `Some(None)` for a line of it, else its title.
fn step(frame: &Frame, band: &Band, figures_from: f32) -> Option<Option<String>> {
    let (label, figures) = parts(frame, band);
    let runs = frame.runs(band, 1.0);
    let first = runs.first()?;
    let text = frame.text(&first.pieces);
    if label.is_empty() || figures.len() >= 2 && !text.ends_with(':') {
        // The last line of the table above: its sum, without a name or called so.
        let sums = figures.len() >= 2 && (label.is_empty() || fold(&frame.text(&label)) == "total");
        return if sums { None } else { Some(None) };
    }
    let centred = runs.len() == 1 && first.rect.x1 > figures_from;
    let known = || ACCOUNT_BAGS.contains(&bag(text.trim_end_matches(':')));
    let heads = text.bytes().any(|byte| byte.is_ascii_digit()) || text.contains(" Ended");
    let is_title = text.ends_with(':') || !heads && (centred || known());
    if text.split(' ').count() > 10 && !text.ends_with(':') {
        return None;
    }
    Some(is_title.then_some(text))
}
