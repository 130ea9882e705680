//! Tables that no rule encloses: a line of heads that name what is asked, and the words that stand under it.
//!
//! Finds the line by the wording of the properties, takes the lines above and below that belong to it, and cuts the
//! bands that follow into cells. Which bands make a row is decided later (`body`), when columns have a meaning.

use sluice_extract::page::Rect;

use super::columns::columns;
use super::frame::{Band, Frame, Run};
use super::sheet::{CellText, Head, Sheet, SheetRow};
use super::wording::{Headings, Wording};

/// A head is a few words; longer ones are prose.
const HEAD_WORDS_MAX: usize = 4;

/// The least agreement of words for a head to count.
const HEAD_LEAST: f32 = 0.45;

/// A line of more words is prose, whatever its gaps.
const BAND_WORDS_MAX: usize = 80;

/// White space of this many line heights ends a table.
const GAP_END: f32 = 6.0;

/// A table that grows upwards has its first row within this many line heights of its heads.
const GAP_BEGIN: f32 = 3.0;

/// Lines that a row may be wrapped over, before its full line is seen from below.
const ROW_LINES_MAX: usize = 2;

/// Candidates looked at on one page.
const HEADERS_PER_PAGE: usize = 4;

/// What the array asks for.
pub(crate) struct Asked<'a> {
    /// Names of the properties.
    pub(crate) wording: &'a Wording,
    /// Heads that were read before.
    pub(crate) headings: &'a Headings,
    /// How many properties there are.
    pub(crate) count: usize,
    /// Some of them are numbers: a row has digits.
    pub(crate) numeric: bool,
}

/// Every table under (and over) a line of heads, best first on each page.
pub(crate) fn sheets(frames: &[Frame], asked: &Asked<'_>) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let scores: Vec<f32> = frame.bands.iter().map(|band| header_score(frame, band, asked)).collect();
        let mut order: Vec<usize> = (0..scores.len()).filter(|&at| scores[at] > 0.0).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let best = order.first().map_or(0.0, |&at| scores[at]);
        order.retain(|&at| scores[at] >= 0.5 * best);
        order.truncate(HEADERS_PER_PAGE);
        for &at in &order {
            let block = header_block(frame, at);
            let fence = |other: &usize| {
                scores[*other] >= 0.35 * best && !block.contains(other) && !is_data(frame, &frame.bands[*other])
            };
            let fences: Vec<usize> = (0..scores.len()).filter(fence).collect();
            sheets.extend(below(frame, index, asked, &block, &fences));
            sheets.extend(above(frame, index, asked, &block));
        }
    }
    sheets
}

/// Sum of the best agreements of properties with a few words of the band, each word used once; 0 for no header.
fn header_score(frame: &Frame, band: &Band, asked: &Asked<'_>) -> f32 {
    let mut found: Vec<(f32, usize, usize, usize)> = Vec::new();
    let mut offset = 0;
    if band.pieces.len() > BAND_WORDS_MAX
        || !band.pieces.iter().any(|&at| asked.wording.may_name(&asked.headings.of(&frame.pieces[at].text)))
    {
        return 0.0;
    }
    for run in frame.runs(band, 1.2) {
        let count = run.pieces.len();
        if count <= 14 {
            score_run(frame, &run, offset, asked, &mut found);
        }
        offset += count;
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut used_words = vec![false; offset];
    let mut used_asked = vec![false; asked.count];
    let (mut total, mut hits) = (0.0, 0);
    for (score, property, start, end) in found {
        if used_asked[property] || used_words[start..end].iter().any(|&used| used) {
            continue;
        }
        used_asked[property] = true;
        used_words[start..end].fill(true);
        total += score;
        hits += 1;
    }
    let wanted = if asked.count >= 3 { 2 } else { 1 };
    if hits < wanted { 0.0 } else { total * share_of_heads(&used_words) }
}

/// A line most of whose words are nobody's head is prose that mentions some.
fn share_of_heads(used: &[bool]) -> f32 {
    let share = used.iter().filter(|&&used| used).count() as f32 / used.len().max(1) as f32;
    0.4 + 0.6 * share
}

fn score_run(frame: &Frame, run: &Run, offset: usize, asked: &Asked<'_>, found: &mut Vec<(f32, usize, usize, usize)>) {
    let count = run.pieces.len();
    for start in 0..count {
        for end in start + 1..=count.min(start + HEAD_WORDS_MAX) {
            let heading = asked.headings.of(&frame.text(&run.pieces[start..end]));
            for property in 0..asked.count {
                let score = asked.wording.score(property, &heading);
                if score >= HEAD_LEAST {
                    found.push((score, property, offset + start, offset + end));
                }
            }
        }
    }
}

/// The bands that belong to a header: those right above and below with heads of their own.
fn header_block(frame: &Frame, at: usize) -> Vec<usize> {
    let bands = &frame.bands;
    let mut block = vec![at];
    let runs = frame.runs(&bands[at], 0.8).len();
    let width = bands[at].rect.width();
    for above in (at.saturating_sub(3)..at).rev() {
        let band = &bands[above];
        let own = frame.runs(band, 0.8);
        let near = bands[above + 1].rect.y0 - band.rect.y1 < 0.8 * band.size;
        let widest = own.iter().map(|run| run.rect.width()).fold(0.0, f32::max);
        if !near || widest > 0.4 * width || is_data(frame, band) || has_colon(frame, band) {
            break;
        }
        block.insert(0, above);
    }
    for below in at + 1..(at + 4).min(bands.len()) {
        let band = &bands[below];
        let near = band.rect.y0 - bands[below - 1].rect.y1 < 0.6 * band.size;
        let partial = frame.runs(band, 0.8).len() * 10 < runs * 8;
        let count = frame.runs(band, 0.8).len();
        let more = bands[below + 1..].iter().take(3).any(|next| frame.runs(next, 0.8).len() > count);
        let title = is_title(frame, band, &bands[at]);
        if !near || !partial || !more || title || has_digit(frame, band) {
            break;
        }
        block.push(below);
    }
    block
}

/// One text that begins where the heads begin: the title of the first section rather than a head's second line.
fn is_title(frame: &Frame, band: &Band, heads: &Band) -> bool {
    frame.runs(band, 0.8).len() == 1 && (band.rect.x0 - heads.rect.x0).abs() < band.size
}

/// `Label: value`: a form, no heads.
fn has_colon(frame: &Frame, band: &Band) -> bool {
    band.pieces.iter().any(|&at| frame.pieces[at].text.ends_with(':'))
}

/// The bands of a page as lines of a table that began on a page before.
pub(crate) fn continued(frame: &Frame, index: usize, heads: &[Head]) -> Option<Sheet> {
    let rect = Rect::around(frame.bands.iter().map(|band| &band.rect))?;
    let rows: Vec<SheetRow> = frame.bands.iter().map(|band| cells(frame, index, band, heads)).collect();
    Some(Sheet { frame: index, rect, heads_y: rect.y0 - 1.0, heads: heads.to_vec(), rows, whole_rows: false })
}

fn has_digit(frame: &Frame, band: &Band) -> bool {
    band.pieces.iter().any(|&at| frame.pieces[at].text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Half of the words are amounts: decimals or thousands, which heads have not.
fn is_data(frame: &Frame, band: &Band) -> bool {
    let amounts = band.pieces.iter().filter(|&&at| is_amount(&frame.pieces[at].text)).count();
    amounts * 3 > band.pieces.len()
}

fn is_amount(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.chars().all(|char| char.is_ascii_digit() || ".,$€£()-'%".contains(char));
    plain && digits > 0 && (text.contains(['.', ',']) || digits == text.len() && digits > 4)
}

fn below(frame: &Frame, index: usize, asked: &Asked<'_>, block: &[usize], fences: &[usize]) -> Option<Sheet> {
    let (&first, &last) = (block.first()?, block.last()?);
    let end = fences.iter().copied().filter(|&fence| fence > last).min().unwrap_or(frame.bands.len());
    let body: Vec<usize> = until_gap(frame, last, last + 1..end);
    cut(frame, index, asked, first..=last, &body)
}

fn above(frame: &Frame, index: usize, asked: &Asked<'_>, block: &[usize]) -> Option<Sheet> {
    let (&first, &last) = (block.first()?, block.last()?);
    let mut body: Vec<usize> = until_gap(frame, first, (0..first).rev());
    // What grows upwards begins right above its heads.
    let heads: Vec<&Band> = frame.bands[first..=last].iter().collect();
    let begins = |&at: &usize| {
        let band = &frame.bands[at];
        let gap = heads[0].rect.y0 - band.rect.y1;
        gap < GAP_BEGIN * band.size && is_row_like(frame, &heads, band, asked)
    };
    if !body.iter().take(ROW_LINES_MAX).any(begins) {
        return None;
    }
    body.reverse();
    cut(frame, index, asked, first..=last, &body)
}

/// The bands from the heads on, up to white space that no table has inside.
fn until_gap(frame: &Frame, heads: usize, order: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut last = &frame.bands[heads];
    let mut body = Vec::new();
    for at in order {
        let band = &frame.bands[at];
        let gap = -band.rect.overlap_y(&last.rect);
        if gap > GAP_END * band.size.max(last.size) {
            break;
        }
        body.push(at);
        last = band;
    }
    body
}

fn cut(
    frame: &Frame,
    index: usize,
    asked: &Asked<'_>,
    block: std::ops::RangeInclusive<usize>,
    body: &[usize],
) -> Option<Sheet> {
    let heads: Vec<&Band> = frame.bands[block].iter().collect();
    let first_y = heads.first()?.rect.y0;
    let body: Vec<&Band> = body.iter().map(|&at| &frame.bands[at]).collect();
    let (model, end) = model_rows(frame, &heads, &body, asked);
    if model.is_empty() {
        return None;
    }
    let body = match end {
        Some(end) if first_y < body[0].rect.y0 => body.into_iter().filter(|band| band.rect.y0 < end).collect(),
        _ => body,
    };
    let columns = columns(frame, &heads, &model, &body);
    let rows: Vec<SheetRow> = body.iter().map(|band| cells(frame, index, band, &columns)).collect();
    let rect = Rect::around(heads.iter().chain(&model).map(|band| &band.rect))?;
    let heads_y = heads.last().map_or(0.0, |band| band.rect.y0);
    Some(Sheet { frame: index, rect, heads_y, heads: columns, rows, whole_rows: false })
}

/// The bands that show where the columns are: the fullest of those that stand under the heads.
/// With them, where the heads of another table begin.
fn model_rows<'a>(
    frame: &Frame,
    heads: &[&Band],
    body: &[&'a Band],
    asked: &Asked<'_>,
) -> (Vec<&'a Band>, Option<f32>) {
    let counted: Vec<(usize, &Band)> = body.iter().take(400).map(|band| (frame.runs(band, 0.8).len(), *band)).collect();
    let like = |band: &Band| is_row_like(frame, heads, band, asked);
    let mut counts: Vec<usize> = counted.iter().filter(|(_, band)| like(band)).map(|&(count, _)| count).collect();
    counts.sort_unstable();
    let full = counts.get(counts.len() * 9 / 10).copied().unwrap_or(0);
    let mut edges: Vec<(f32, f32)> = Vec::new();
    let mut rows = Vec::new();
    for (count, band) in counted {
        let runs = frame.runs(band, 0.8);
        let near = 0.6 * band.size;
        let aligned =
            runs.iter().filter(|run| edges.iter().any(|&(x0, x1)| is_aligned(&run.rect, x0, x1, near))).count();
        let foreign = count >= 3 && aligned * 2 < count && asked.numeric && !has_digit(frame, band);
        if foreign && !rows.is_empty() {
            return (rows, Some(band.rect.y0));
        }
        if count * 5 >= full * 3 && like(band) && (rows.is_empty() || aligned * 3 >= runs.len() * 2) {
            edges.extend(runs.iter().map(|run| (run.rect.x0, run.rect.x1)));
            rows.push(band);
        }
    }
    (rows, None)
}

fn is_aligned(rect: &Rect, x0: f32, x1: f32, near: f32) -> bool {
    (rect.x0 - x0).abs() < near || (rect.x1 - x1).abs() < near || (rect.center_x() - f32::midpoint(x0, x1)).abs() < near
}

/// The band's words stand under heads, none of its texts under two.
fn is_row_like(frame: &Frame, heads: &[&Band], band: &Band, asked: &Asked<'_>) -> bool {
    if asked.numeric && !has_digit(frame, band) {
        return false;
    }
    let Some(bottom) = heads.iter().max_by_key(|band| band.pieces.len()) else { return false };
    let tops = frame.runs(bottom, 0.8);
    let centers: Vec<f32> = tops.iter().map(|run| run.rect.center_x()).collect();
    let runs = frame.runs(band, 0.8);
    let crossing = runs
        .iter()
        .any(|run| centers.iter().filter(|&&center| run.rect.x0 < center && center < run.rect.x1).count() > 1);
    let under = runs.iter().filter(|run| tops.iter().any(|top| top.rect.overlap_x(&run.rect) > 0.0)).count();
    let wanted = if tops.len() >= 2 { 2 } else { 1 };
    !crossing && under >= wanted && under * 2 >= runs.len()
}

/// Cuts a band into the cells of the columns.
fn cells(frame: &Frame, index: usize, band: &Band, columns: &[Head]) -> SheetRow {
    let mut cells = vec![CellText::default(); columns.len()];
    let mut crosses = false;
    for &at in &band.pieces {
        let piece = &frame.pieces[at];
        let column = column_of(piece.rect.center_x(), columns);
        crosses |= straddles(&piece.rect, columns, column);
        if let Some(cell) = cells.get_mut(column) {
            cell.push(piece);
        }
    }
    SheetRow { frame: index, rect: band.rect, cells, crosses }
}

fn column_of(x: f32, columns: &[Head]) -> usize {
    columns.windows(2).take_while(|pair| x > f32::midpoint(pair[0].x1, pair[1].x0)).count()
}

/// A good part of the word stands in the column beside.
fn straddles(rect: &Rect, columns: &[Head], column: usize) -> bool {
    let over = |other: Option<&Head>| {
        other.is_some_and(|head| rect.x1.min(head.x1) - rect.x0.max(head.x0) > 0.2 * rect.width())
    };
    over(column.checked_sub(1).and_then(|left| columns.get(left))) || over(columns.get(column + 1))
}
