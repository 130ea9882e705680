//! The columns of a statement: which figure stands under which period, and what stands beside the figures.
//!
//! Heads are the nearest line above that names at least two years, with what stands over it. Beside the figures of
//! periods reports print what share of the sales they are, and how much more than a year before: `% of Net Sales`,
//! `% Change`. Geometry and the words of heads; called by `series`.

use super::asked::Measure;
use super::lines::Line;
use super::period::{Period, year_of};
use crate::embedded::rows::frame::{Band, Frame, Run};
use crate::embedded::text::words;
use sluice_extract::page::Rect;

/// Bands above a line that may hold the heads of its columns.
const HEADS_REACH: usize = 70;
/// What stands apart by more than this many heights of its words is another head.
const APART: f32 = 2.0;

/// A figure and the heads of its column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) run: Run,
    /// From the top down.
    pub(super) heads: String,
}

/// The figures of a line that stand under periods, from left to right.
pub(super) fn columns(line: &Line<'_>) -> Vec<Column> {
    let frame = line.frame;
    let bands = &frame.bands[line.band.saturating_sub(HEADS_REACH)..line.band];
    let Some(at) = bands.iter().rposition(|band| years(frame, band).len() >= 2) else { return Vec::new() };
    let heads = years(frame, &bands[at]);
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (head, head_run) in heads.iter().enumerate() {
        for (figure, run) in line.figures.iter().enumerate() {
            let apart = (run.rect.center_x() - head_run.rect.center_x()).abs();
            if apart <= 8.0 * bands[at].size {
                pairs.push((apart, head, figure));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut of_head: Vec<Option<usize>> = vec![None; heads.len()];
    for (_, head, figure) in pairs {
        if of_head[head].is_none() && !of_head.contains(&Some(figure)) {
            of_head[head] = Some(figure);
        }
    }
    let column = |(head, figure): (&Run, &Option<usize>)| {
        let run = line.figures.get((*figure)?)?.clone();
        Some(Column { run, heads: format!("{} {}", above(frame, bands, at, head), frame.text(&head.pieces)) })
    };
    heads.iter().zip(&of_head).filter_map(column).collect()
}

/// The figures beside those of periods that are shares, or growth; each with the heads of its period.
pub(super) fn beside(line: &Line<'_>, periods: &[Column], measure: Measure) -> Vec<Column> {
    let frame = line.frame;
    let bands = &frame.bands[line.band.saturating_sub(HEADS_REACH)..line.band];
    let is_period = |run: &Run| periods.iter().any(|period| period.run.pieces == run.pieces);
    let mut found = Vec::new();
    for run in line.figures.iter().filter(|run| !is_period(run)) {
        let head = heads_over(frame, bands, &run.rect);
        if kind_of(&head, frame.text(&run.pieces).contains('%')) != Some(measure) {
            continue;
        }
        let left: Vec<&Column> = periods.iter().filter(|period| period.run.rect.x0 < run.rect.x0).collect();
        let heads = match measure {
            Measure::Growth => later(&left),
            _ => left.last().map(|period| period.heads.clone()),
        };
        found.extend(heads.map(|heads| Column { run: run.clone(), heads }));
    }
    found
}

/// Of the last two periods the later one, where they are a year apart.
fn later(periods: &[&Column]) -> Option<String> {
    let [.., one, other] = periods else { return None };
    let years = (Period::of(&one.heads)?, Period::of(&other.heads)?);
    if years.0.follows(years.1) {
        Some(one.heads.clone())
    } else {
        years.1.follows(years.0).then(|| other.heads.clone())
    }
}

/// Is a text about what is corrected for currencies, acquisitions or single events? That is another figure.
pub(super) fn is_corrected(text: &str) -> bool {
    const CORRECTED: [&str; 9] =
        ["organic", "constant", "currency", "adjusted", "bps", "points", "basis", "excluding", "comparable"];
    words(text).iter().any(|word| CORRECTED.contains(&word.as_str()))
}

/// What a column beside the periods holds, by the words over it.
fn kind_of(head: &str, percent: bool) -> Option<Measure> {
    const GROWTH: [&str; 8] = ["change", "growth", "reported", "yoy", "variance", "increase", "decrease", "vs"];
    let named = words(head);
    let says = |among: &[&str]| named.iter().any(|word| among.contains(&word.as_str()));
    if is_corrected(head) || !percent && !says(&["percent"]) {
        return None;
    }
    if says(&GROWTH) {
        return Some(Measure::Growth);
    }
    (says(&["of"]) && !says(&["total"]) && says(&["sales", "revenue", "revenues"]) || says(&["margin"]))
        .then_some(Measure::Share)
}

/// The texts over a figure, from the top down: of the nearest lines above that have words there.
pub(super) fn heads_over(frame: &Frame, bands: &[Band], rect: &Rect) -> String {
    const WORDS_MAX: usize = 6;
    const LEVELS_MAX: usize = 4;
    let mut texts: Vec<String> = Vec::new();
    for band in bands.iter().rev() {
        let over = |run: &Run| run.rect.x0 < rect.x1 + band.size && rect.x0 - band.size < run.rect.x1;
        let run = frame.runs(band, 1.0).into_iter().find(over);
        let text = run.as_ref().map(|run| frame.text(&run.pieces)).unwrap_or_default();
        let is_head = text.chars().any(char::is_alphabetic) && !is_filler(&text) || text.trim() == "%";
        let is_line = run.is_some_and(|run| run.pieces.len() > WORDS_MAX);
        if is_head && !is_line && texts.len() < LEVELS_MAX {
            texts.insert(0, text);
        } else if !texts.is_empty() || is_line {
            break;
        }
    }
    texts.join(" ")
}

/// What stands in a cell for no figure.
fn is_filler(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "n/m" | "nm" | "n/a" | "na" | "n.m." | "*")
}

/// The words before the figures, and each figure with its signs.
pub(super) fn parts(frame: &Frame, band: &Band) -> (Vec<usize>, Vec<Run>) {
    let mut label: Vec<usize> = Vec::new();
    let mut figures: Vec<Run> = Vec::new();
    for run in frame.runs(band, 0.9) {
        let text = frame.text(&run.pieces);
        let is_figure = text.chars().all(is_of_figure);
        let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
        match (is_figure, label.is_empty()) {
            (false, _) if figures.is_empty() => label.extend(&run.pieces),
            (true, false) if has_digit => figures.extend(each_figure(frame, &run)),
            // Set apart from its figure, in a column of its own.
            (true, false) if text == "%" => {
                let near = |figure: &&mut Run| run.rect.x0 - figure.rect.x1 < 2.5 * band.size;
                if let Some(figure) = figures.last_mut().filter(near) {
                    figure.pieces.extend(&run.pieces);
                }
            }
            _ => {}
        }
    }
    (label, figures)
}

/// The figures among some pieces, each with its signs.
pub(super) fn figures_of(frame: &Frame, pieces: &[usize]) -> Vec<Run> {
    let run = Run { pieces: pieces.to_vec(), rect: frame.pieces[pieces[0]].rect };
    let plain = pieces.iter().all(|&at| frame.pieces[at].text.chars().all(is_of_figure));
    if plain { each_figure(frame, &run) } else { Vec::new() }
}

fn is_of_figure(char: char) -> bool {
    char.is_ascii_digit() || " .,()$€£%-—–".contains(char)
}

/// Figures that stand close, each with its signs: `$ 1,919.5 $ 1,737.8`.
fn each_figure(frame: &Frame, run: &Run) -> Vec<Run> {
    let mut figures: Vec<Run> = Vec::new();
    let mut complete = true;
    for &at in &run.pieces {
        let piece = &frame.pieces[at];
        let digits = piece.text.bytes().any(|byte| byte.is_ascii_digit());
        let opens = digits || piece.text.starts_with(['$', '€', '£', '(']);
        match figures.last_mut().filter(|_| !(complete && opens)) {
            Some(figure) => {
                figure.pieces.push(at);
                figure.rect = figure.rect.union(&piece.rect);
                complete |= digits;
            }
            None => {
                figures.push(Run { pieces: vec![at], rect: piece.rect });
                complete = digits;
            }
        }
    }
    // The sign of a figure that stands further to the right.
    figures.retain(|run| run.pieces.iter().any(|&at| frame.pieces[at].text.bytes().any(|byte| byte.is_ascii_digit())));
    figures
}

/// The texts of a band that end in a year: heads of periods. What stands apart and names none is another column's head,
/// or the table's title; what goes on behind the last year is a sentence.
fn years(frame: &Frame, band: &Band) -> Vec<Run> {
    const WORDS_MAX: usize = 4;
    let mut heads: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    for &at in &band.pieces {
        let piece = &frame.pieces[at];
        let is_apart = |run: &mut Run| piece.rect.x0 - run.rect.x1 > APART * band.size;
        open.take_if(is_apart);
        let run = open.get_or_insert_with(|| Run { pieces: Vec::new(), rect: piece.rect });
        run.pieces.push(at);
        run.rect = run.rect.union(&piece.rect);
        if year_of(piece.text.trim_end_matches([',', ')', '*'])).is_some() {
            heads.extend(open.take());
        }
    }
    let goes_on = |run: &Run| heads.last().is_some_and(|head| run.rect.x0 - head.rect.x1 <= APART * band.size);
    let words = heads.iter().map(|run| run.pieces.len()).max().unwrap_or(0);
    if words <= WORDS_MAX && !open.as_ref().is_some_and(goes_on) { heads } else { Vec::new() }
}

/// The nearest texts over a head that tell a period, from the top down; heads of other columns may stand between.
fn above(frame: &Frame, bands: &[Band], years: usize, head: &Run) -> String {
    const REACH: usize = 6;
    const LEVELS_MAX: usize = 3;
    let mut texts: Vec<String> = Vec::new();
    for band in bands[..years].iter().rev().take(REACH) {
        let near = |run: &Run| (run.rect.center_x() - head.rect.center_x()).abs();
        let telling = frame.runs(band, 1.0).into_iter().filter(|run| run.pieces.len() <= 6);
        let telling = telling.map(|run| (near(&run), frame.text(&run.pieces))).filter(|(_, text)| tells_period(text));
        let nearest = telling.min_by(|a, b| a.0.total_cmp(&b.0));
        let is_line = parts(frame, band).1.len() >= 2;
        match nearest.filter(|_| !is_line && texts.len() < LEVELS_MAX) {
            Some((_, text)) => texts.insert(0, text),
            None if is_line || !texts.is_empty() => break,
            None => {}
        }
    }
    texts.join(" ")
}

fn tells_period(text: &str) -> bool {
    words(text).iter().any(|word| {
        matches!(word.as_str(), "months" | "weeks" | "quarter" | "year" | "ended")
            || sluice_extract::values::date::month_of(word).is_some()
    })
}
