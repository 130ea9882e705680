//! The entries of a section: jobs, schools, papers, one after the other.
//!
//! An entry begins where numbers, bullets, bold type, gaps or dates say so, whichever the section uses. Its head is told
//! from its points and its text. What a head's parts mean is decided elsewhere.

use std::ops::Range;

use super::outline::{Bit, Line, Outline};
use super::period;

/// One entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    /// Rows of the head: lines that belong together, the parts of each told apart by wide gaps and by weight.
    pub(crate) head: Vec<Vec<Bit>>,
    /// Points of its list.
    pub(crate) items: Vec<Vec<Bit>>,
    /// Paragraphs and lines `Label: text` below the head.
    pub(crate) texts: Vec<Vec<Bit>>,
}

/// A gap this much greater than the usual one parts entries.
const WIDE_GAP: f32 = 1.35;
/// A gap between two points is greater than that between two lines of one by this much.
const ITEM_GAP: f32 = 1.07;
/// Type that differs by no more points is of one size.
const SAME_SIZE: f32 = 0.6;
/// Points below a head are indented by at least this many points.
const INDENT: f32 = 5.0;
/// A line of a head has no more words.
const HEAD_WORDS_MAX: usize = 16;
/// Rows of a head.
const HEAD_ROWS_MAX: usize = 4;

/// The entries of some lines.
pub(crate) fn entries(outline: &Outline, lines: Range<usize>) -> Vec<Entry> {
    let asides = asides(outline, &lines);
    let pitches = Pitches::of(outline, lines.clone());
    let main: Vec<usize> = lines.clone().filter(|line| !asides.contains(line)).collect();
    let starts = starts(outline, &main);
    let mut entries = Vec::new();
    for (position, &start) in starts.iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(lines.end);
        let own: Vec<usize> = (start..end).collect();
        let Some(first) = outline.lines.get(start) else { continue };
        let leads = first.text.ends_with(':') && first.is_bold();
        let rest = own.get(1..).unwrap_or_default();
        if leads && rest.iter().all(|&line| continues_list(outline, line)) {
            // A heading inside the section: its points are entries of their own.
            let points = rest.iter().filter(|&&line| outline.lines.get(line).is_some_and(Line::has_bullet));
            let points: Vec<usize> = points.copied().collect();
            for (at, &point) in points.iter().enumerate() {
                let until = points.get(at + 1).copied().unwrap_or(end);
                entries.push(entry(outline, &(point..until).collect::<Vec<_>>(), &asides, &pitches));
            }
        } else {
            entries.push(entry(outline, &own, &asides, &pitches));
        }
    }
    entries.retain(|entry| !entry.head.is_empty());
    entries
}

fn continues_list(outline: &Outline, line: usize) -> bool {
    let Some(line) = outline.lines.get(line) else { return false };
    line.has_bullet() || !line.has_bold_start()
}

/// Lines beside others: dates and places at the right of an entry.
fn asides(outline: &Outline, lines: &Range<usize>) -> Vec<usize> {
    let section = outline.lines.get(lines.clone()).unwrap_or_default();
    let beside = |line: &Line| {
        section.iter().any(|other| {
            other.page == line.page
                && other.rect.x1 < line.rect.x0
                && other.rect.overlap_y(&line.rect) > 0.5 * line.rect.height()
        })
    };
    lines.clone().zip(section).filter(|(_, line)| beside(line)).map(|(index, _)| index).collect()
}

/// Where entries begin.
fn starts(outline: &Outline, main: &[usize]) -> Vec<usize> {
    let line = |index: usize| outline.lines.get(index);
    let Some(first) = main.first().and_then(|&index| line(index)) else { return Vec::new() };
    let select = |wanted: &dyn Fn(&Line) -> bool| -> Vec<usize> {
        main.iter().copied().filter(|&index| line(index).is_some_and(wanted)).collect()
    };
    if first.number().is_some() {
        return select(&|line| line.number().is_some() && (line.rect.x0 - first.rect.x0).abs() < INDENT);
    }
    if first.has_bullet() {
        let outer = |line: &Line| line.has_bullet() && (line.rect.x0 - first.rect.x0).abs() < INDENT;
        return select(&|line| outer(line) || line.has_bold_start() && !line.has_bullet());
    }
    let bold = |line: &Line| !line.has_bullet() && has_bold_head(line);
    if bold(first) {
        return bold_starts(outline, main, &bold);
    }
    let gaps = gap_starts(outline, main);
    if gaps.len() > 1 {
        return gaps;
    }
    let dated: Vec<usize> = select(&|line| !line.has_bullet() && period::find_range(&line.text).is_some());
    if dated.len() > 1 && dated.first() == main.first() {
        return dated;
    }
    let plain =
        main.iter().all(|&index| line(index).is_some_and(|line| line.text.split(' ').count() <= HEAD_WORDS_MAX));
    if plain && !main.iter().any(|&index| line(index).is_some_and(Line::has_bullet)) { main.to_vec() } else { gaps }
}

/// The line, or its first part that is no date, begins with bold type.
fn has_bold_head(line: &Line) -> bool {
    line.has_bold_start() || line.late_bold
}

/// Lines in bold; of several in a row the first, unless all lines are.
fn bold_starts(outline: &Outline, main: &[usize], bold: &dyn Fn(&Line) -> bool) -> Vec<usize> {
    let size = main.first().and_then(|&index| outline.lines.get(index)).map_or(0.0, |line| line.size);
    let in_size = |line: &Line| bold(line) && line.size > size - SAME_SIZE;
    let sized = main.iter().filter(|&&index| outline.lines.get(index).is_some_and(in_size)).count();
    // Titles are larger than what else is bold, where they are.
    let least = if sized > 1 || main.len() > sized + 2 { size - SAME_SIZE } else { 0.0 };
    let is_bold = |index: usize| outline.lines.get(index).is_some_and(|line| bold(line) && line.size > least);
    let all = main.iter().all(|&index| is_bold(index));
    let mut starts = Vec::new();
    for (position, &index) in main.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| main.get(before)).copied();
        let joined = before.is_some_and(|before| is_bold(before) && same_paragraph(outline, before, index));
        if is_bold(index) && (all || !joined) {
            starts.push(index);
        }
    }
    if all { starts } else { with_bodies(outline, main, &starts) }
}

/// Starts without those right after another that has nothing of its own: a date or a title below a name. Two that both
/// say when are two entries.
fn with_bodies(outline: &Outline, main: &[usize], starts: &[usize]) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut bare: Option<usize> = None;
    for (position, &start) in starts.iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(usize::MAX);
        let own: Vec<usize> = main.iter().copied().filter(|index| (start..end).contains(index)).collect();
        let dated = |line: usize| outline.lines.get(line).is_some_and(|line| period::find(&line.text).is_some());
        let joins =
            |before: usize| follows(outline, before, start) && !(dated(before) && own.iter().copied().any(dated));
        if !bare.is_some_and(joins) {
            kept.push(start);
        }
        let whole = |line: &Line| line.is_bold() && line.parts.len() == 1 && !line.text.contains(": ");
        bare = (own.len() == 1 && outline.lines.get(start).is_some_and(whole)).then_some(start);
    }
    kept
}

/// One line stands right below another.
fn follows(outline: &Outline, above: usize, below: usize) -> bool {
    let (Some(a), Some(b)) = (outline.lines.get(above), outline.lines.get(below)) else { return false };
    a.page == b.page && (0.0..2.2 * a.rect.height()).contains(&(b.rect.y0 - a.rect.y1))
}

/// Both lines of one block, and the first is wholly bold without a date or colon of its own.
fn same_paragraph(outline: &Outline, a: usize, b: usize) -> bool {
    let (Some(a), Some(b)) = (outline.lines.get(a), outline.lines.get(b)) else { return false };
    a.page == b.page && a.block == b.block && !a.text.contains(':') && !b.text.contains(':')
}

fn gap_starts(outline: &Outline, main: &[usize]) -> Vec<usize> {
    let gap = |pair: &[usize]| {
        let (a, b) = (outline.lines.get(pair[0])?, outline.lines.get(pair[1])?);
        (a.page == b.page).then_some(b.rect.y0 - a.rect.y0)
    };
    let mut gaps: Vec<f32> = main.windows(2).filter_map(gap).filter(|gap| *gap > 0.0).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = gaps.get(gaps.len() / 4).copied().unwrap_or(0.0);
    let wide = main.windows(2).filter(|pair| gap(pair).is_none_or(|gap| gap > WIDE_GAP * usual || gap < 0.0));
    main.first().copied().into_iter().chain(wide.map(|pair| pair[1])).collect()
}

fn entry(outline: &Outline, lines: &[usize], asides: &[usize], pitches: &Pitches) -> Entry {
    let mut entry = Entry::default();
    let Some(first) = lines.first().and_then(|&index| outline.lines.get(index)) else { return entry };
    let mut body = Vec::new();
    let mut before: Option<&Line> = None;
    for (position, &index) in lines.iter().enumerate() {
        let Some(line) = outline.lines.get(index) else { continue };
        if asides.contains(&index) {
            entry.head.push(bits(index, line));
            continue;
        }
        let inside = position > 0 && (!body.is_empty() || is_body(line, first, entry.head.len()));
        if position == 0 || !inside && before.is_some_and(|before| pitches.wraps(before, line)) {
            match entry.head.last_mut().filter(|_| position > 0) {
                Some(row) => row.extend(bits(index, line)),
                None => entry.head.push(bits(index, line)),
            }
        } else if inside {
            body.push(index);
        } else {
            entry.head.push(bits(index, line));
        }
        before = Some(line);
    }
    let listed = body.iter().filter_map(|&index| outline.lines.get(index)).any(Line::has_bullet);
    let indented = body
        .first()
        .and_then(|&index| outline.lines.get(index))
        .is_some_and(|line| line.text_x > first.text_x + INDENT);
    for group in groups(outline, &body, pitches) {
        let start = group.first().and_then(|bit| outline.lines.get(bit.line));
        let starts_item = start.is_some_and(Line::has_bullet);
        let deeper = start.is_some_and(|line| line.text_x > first.text_x + 2.0 * INDENT);
        let is_item = listed || indented || deeper && !body.is_empty();
        if is_item && (starts_item || !listed) { entry.items.push(group) } else { entry.texts.push(group) }
    }
    entry
}

/// The text goes on: a separator or an open bracket at its end.
fn ends_open(text: &str) -> bool {
    text.ends_with(['|', ',', '&', '-', '–', '(']) || text.matches('(').count() > text.matches(')').count()
}

/// Is a line below the first one not of the head?
fn is_body(line: &Line, first: &Line, rows: usize) -> bool {
    let text = line.heading_text();
    let long = text.split(' ').count() > HEAD_WORDS_MAX;
    let labelled = text.find(": ").is_some_and(|colon| colon < 30) && !line.has_bold_start();
    let indented = line.parts.len() == 1
        && line.text_x > first.text_x + INDENT
        && !first.late_bold
        && line.text_x > first.rect.x0 + INDENT;
    line.has_bullet() || long || labelled || indented || rows >= HEAD_ROWS_MAX || line.text.ends_with('.')
}

/// The parts of a line, its bold beginning told apart.
fn bits(index: usize, line: &Line) -> Vec<Bit> {
    let mut bits = Vec::new();
    for part in &line.parts {
        let mut from = part.start;
        for cut in [line.bold.start, line.bold.end] {
            if cut > from && cut < part.end {
                bits.push(Bit { line: index, bytes: from..cut });
                from = cut;
            }
        }
        bits.push(Bit { line: index, bytes: from..part.end });
    }
    bits
}

/// Lines of a body as points or paragraphs; a point inside a point is joined to it.
fn groups(outline: &Outline, body: &[usize], pitches: &Pitches) -> Vec<Vec<Bit>> {
    let outer = body.iter().filter_map(|&index| outline.lines.get(index)).filter(|line| line.has_bullet());
    let outer = outer.map(|line| line.rect.x0).fold(f32::MAX, f32::min);
    let mut groups: Vec<Vec<Bit>> = Vec::new();
    for (position, &index) in body.iter().enumerate() {
        let Some(line) = outline.lines.get(index) else { continue };
        let before = position.checked_sub(1).and_then(|before| body.get(before)).copied();
        let glyphs = outer < f32::MAX;
        let begins = match before {
            None => true,
            Some(_) if glyphs && line.has_bullet() => line.rect.x0 < outer + INDENT,
            Some(_) if glyphs => line.has_bold_start(),
            Some(before) => outline.lines.get(before).is_some_and(|before| pitches.part(before, line)),
        };
        let inner = glyphs && !begins && line.has_bullet();
        let bytes = if inner { 0..line.text.len() } else { line.body() };
        match groups.last_mut().filter(|_| !begins) {
            Some(group) => group.push(Bit { line: index, bytes }),
            None => groups.push(vec![Bit { line: index, bytes }]),
        }
    }
    groups
}

/// Distances from line to line in a section: points stand further apart than the lines of one.
struct Pitches {
    least: f32,
    uneven: bool,
    left: f32,
    right: f32,
}

impl Pitches {
    fn of(outline: &Outline, lines: Range<usize>) -> Self {
        let lines = outline.lines.get(lines).unwrap_or_default();
        let pairs = lines.windows(2).filter(|pair| (pair[0].text_x - pair[1].text_x).abs() < 1.0);
        let pitches: Vec<f32> = pairs.filter_map(|pair| pitch(&pair[0], &pair[1])).collect();
        let least = pitches.iter().copied().fold(f32::MAX, f32::min);
        let uneven = pitches.iter().any(|pitch| *pitch > ITEM_GAP * least);
        let right = lines.iter().map(|line| line.rect.x1).fold(0.0, f32::max);
        let left = lines.iter().map(|line| line.text_x).fold(f32::MAX, f32::min);
        Self { least, uneven, left, right }
    }

    /// A line goes on in the next: something is open, or the line is long and full.
    fn wraps(&self, line: &Line, next: &Line) -> bool {
        let reach = (line.rect.x1 - self.left) / (self.right - self.left).max(1.0);
        let lower = next.text.chars().next().is_some_and(|char| char.is_lowercase() || char == '(');
        let long = line.text.split(' ').count() >= 6 && line.is_bold() == next.is_bold() && !line.text.ends_with('.');
        let whole = line.parts.len() == 1 && next.parts.len() == 1;
        whole && reach > 0.6 && (lower || long && reach > 0.85) || ends_open(&line.text)
    }

    /// Does a point end with one line and begin with the next?
    fn part(&self, line: &Line, next: &Line) -> bool {
        let upper = next.text.chars().next().is_some_and(|char| char.is_uppercase() || char.is_numeric());
        let labelled = next.text.find(": ").is_some_and(|colon| colon < 30);
        let wide = pitch(line, next).is_some_and(|pitch| pitch > ITEM_GAP * self.least);
        let ended = line.text.ends_with(['.', ';', '!', '?']) || line.rect.x1 < 0.75 * self.right;
        // The next word would have had room beside it, and much more.
        let word = next.text.split(' ').next().unwrap_or_default().chars().count().max(1) as f32;
        let word = word / next.text.chars().count().max(1) as f32 * next.rect.width();
        let early = line.rect.x1 + word + 0.15 * (self.right - self.left) < self.right;
        let parted = if self.uneven && pitch(line, next).is_some() { wide || early } else { ended };
        !ends_open(&line.text) && (parted && upper || labelled)
    }
}

/// From one line to the next below it, if both are of one size.
fn pitch(a: &Line, b: &Line) -> Option<f32> {
    let down = b.rect.y0 - a.rect.y0;
    (a.page == b.page && down > 0.0 && (a.size - b.size).abs() < 0.3).then_some(down)
}
