//! Glyphs to words: gaps along the direction of the text, spaces, leaders, raised figures, letter-spaced headings.
//!
//! Pure geometry over glyphs in the order they are drawn. Knows nothing of lines. Called by `pdf`.

mod leaders;

use sluice_extract::page::{FieldValue, FormField, Rect, Word};

use super::direction::{self, Kind};
use super::upright;

/// A gap wider than this many em parts two words. TeX's narrowest justified space is .2 em.
const WORD_GAP: f32 = 0.16;
/// A glyph that starts this many em before the end of the last one belongs to something else.
const BACKSTEP: f32 = 0.7;
/// A baseline that moves by more than this many em parts two words, however near they are.
const BASELINE_STEP: f32 = 0.5;
/// Smaller type moved by this many em is raised or lowered: a footnote mark, not part of the word.
const RAISED_STEP: f32 = 0.15;
/// Type is smaller if it is less than this share of its neighbour.
const SMALLER: f32 = 0.8;
/// Letters spread evenly, at least so many, each less than an em apart, are one word.
const SPREAD_LETTERS_MIN: usize = 4;

/// One glyph as it stands on the page.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    pub(crate) text: String,
    pub(crate) rect: Rect,
    pub(crate) origin: (f32, f32),
    pub(crate) end: (f32, f32),
    /// Unit vector along the text.
    pub(crate) direction: (f32, f32),
    /// Em in points.
    pub(crate) size: f32,
    pub(crate) bold: Option<bool>,
    /// Drawn after the page itself: the value of a form field, a note.
    pub(crate) late: bool,
}

impl Glyph {
    fn is_space(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn is_right_to_left(&self) -> bool {
        direction::has_left_running(&self.text)
    }

    /// Distance from this glyph's end to the start of the next, along and across the text.
    fn step_to(&self, next: &Self) -> (f32, f32) {
        let (x, y) = (next.origin.0 - self.end.0, next.origin.1 - self.end.1);
        let (along, across) = self.direction;
        (x * along + y * across, y * along - x * across)
    }
}

/// A word that has no place in a line yet.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) word: Word,
    /// The box turned so that its text runs to the right.
    pub(crate) upright: Rect,
    /// A space was drawn before it.
    pub(crate) spaced: bool,
    /// Drawn after the page itself.
    pub(crate) late: bool,
}

/// The words of a form field's value that its file does not draw, spread over the field.
pub(crate) fn of_field(field: &FormField) -> Vec<Piece> {
    let FieldValue::Text(value) = &field.value else { return vec![] };
    #[allow(clippy::cast_precision_loss, reason = "values of fields are short")]
    let (lines, longest) =
        (value.lines().count() as f32, value.lines().map(|it| it.chars().count()).max().unwrap_or(0) as f32);
    let size = (0.8 * field.rect.height() / lines.max(1.0)).clamp(1.0, 12.0);
    let step = (0.5 * size).min(field.rect.width() / longest.max(1.0));
    let mut pieces = vec![];
    for (row, line) in (0_u8..).zip(value.lines()) {
        let top = field.rect.y0 + f32::from(row) * field.rect.height() / lines.max(1.0);
        let mut x = field.rect.x0;
        for text in line.split_inclusive(char::is_whitespace) {
            #[allow(clippy::cast_precision_loss, reason = "words are short")]
            let width = |text: &str| text.chars().count() as f32 * step;
            let rect = Rect::new(x, top, x + width(text.trim_end()), top + size);
            x += width(text);
            let text = text.trim().to_owned();
            if !text.is_empty() {
                let word = Word { text, rect, size, bold: false, rotation: 0, confidence: None };
                pieces.push(Piece { word, upright: rect, spaced: true, late: true });
            }
        }
    }
    pieces
}

/// Words in the order in which they are drawn.
pub(crate) fn assemble(glyphs: &[Glyph]) -> Vec<Piece> {
    let mut pieces = vec![];
    let mut start = 0;
    let mut spaced = false;
    for (index, glyph) in glyphs.iter().enumerate() {
        let space = glyph.is_space();
        let parted = index > start && parts(&glyphs[index - 1], glyph);
        if (space || parted) && index > start {
            finish(&glyphs[start..index], spaced, &mut pieces);
            spaced = false;
        }
        if space || parted {
            start = if space { index + 1 } else { index };
        }
        spaced |= space;
    }
    if let Some(rest) = glyphs.get(start..).filter(|rest| !rest.is_empty()) {
        finish(rest, spaced, &mut pieces);
    }
    leaders::join(&mut pieces);
    join_spread_letters(&mut pieces);
    pieces
}

/// Do two glyphs, drawn one after the other, belong to different words?
fn parts(last: &Glyph, next: &Glyph) -> bool {
    let size = last.size.max(0.1);
    let (along, across) = last.step_to(next);
    if last.late != next.late {
        return true;
    }
    let turned = last.direction.0 * next.direction.0 + last.direction.1 * next.direction.1 < 0.98;
    if turned || across.abs() > BASELINE_STEP * size {
        return true;
    }
    let smaller = next.size.min(last.size) < SMALLER * next.size.max(last.size);
    if smaller && across.abs() > RAISED_STEP * size.max(next.size) {
        return !is_ordinal(last, next);
    }
    if last.is_right_to_left() || next.is_right_to_left() {
        // Drawn from right to left the next glyph ends where this one begins.
        let (back, _) = next.step_to(last);
        return along.abs().min(back.abs()) > WORD_GAP * size;
    }
    along > WORD_GAP * size || along < -BACKSTEP * size
}

/// The raised letters of 1st, 2nd, 3e: part of the number.
fn is_ordinal(last: &Glyph, next: &Glyph) -> bool {
    let digit = last.text.chars().all(|char| char.is_ascii_digit()) || last.size < next.size * 1.05;
    digit && next.size < last.size && next.text.chars().all(char::is_alphabetic)
        || (last.size - next.size).abs() < 0.1 * last.size
}

/// Makes a word of glyphs, or several where leaders are glued to text.
fn finish(glyphs: &[Glyph], spaced: bool, pieces: &mut Vec<Piece>) {
    for (index, part) in leaders::cut(glyphs).into_iter().enumerate() {
        pieces.extend(piece(part, spaced && index == 0));
    }
}

fn piece(glyphs: &[Glyph], spaced: bool) -> Option<Piece> {
    let first = glyphs.first()?;
    let rect = Rect::around(glyphs.iter().map(|glyph| &glyph.rect))?;
    let (bold, light) = glyphs.iter().fold((0, 0), |(bold, light), glyph| match glyph.bold {
        Some(true) => (bold + 1, light),
        Some(false) => (bold, light + 1),
        None => (bold, light),
    });
    let size = glyphs.iter().map(|glyph| glyph.size).fold(0.0, f32::max);
    let rotation = rotation(first.direction);
    let word = Word { text: text(glyphs), rect, size, bold: bold > light, rotation, confidence: None };
    Some(Piece { word, upright: upright(&rect, rotation), spaced, late: first.late })
}

/// The characters in the order in which they are read, whichever way they were drawn.
fn text(glyphs: &[Glyph]) -> String {
    let text: String = if glyphs.iter().any(Glyph::is_right_to_left) {
        let standing = as_they_stand(glyphs);
        let standing: Vec<&str> = standing.iter().map(String::as_str).collect();
        direction::word(&standing, direction::runs_left(&standing.iter().map(|it| Kind::of(it)).collect::<Vec<_>>()))
    } else {
        glyphs.iter().map(|glyph| glyph.text.as_str()).collect()
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The glyphs' characters from left to right, marks with the letter that they belong to: the nearest.
fn as_they_stand(glyphs: &[Glyph]) -> Vec<String> {
    let along = |glyph: &Glyph| {
        let (x, y) = (f32::midpoint(glyph.origin.0, glyph.end.0), f32::midpoint(glyph.origin.1, glyph.end.1));
        x * glyph.direction.0 + y * glyph.direction.1
    };
    let (marks, letters): (Vec<&Glyph>, Vec<&Glyph>) = glyphs.iter().partition(|glyph| direction::is_mark(&glyph.text));
    let mut standing: Vec<(f32, String)> = letters.into_iter().map(|it| (along(it), it.text.clone())).collect();
    for mark in marks {
        let distance = |place: &(f32, String)| (place.0 - along(mark)).abs();
        if let Some(letter) = standing.iter_mut().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
            letter.1.push_str(&mark.text);
        }
    }
    standing.sort_by(|a, b| a.0.total_cmp(&b.0));
    standing.into_iter().map(|(_, text)| text).collect()
}

/// The nearest quarter turn, clockwise, of a direction with y down.
fn rotation((x, y): (f32, f32)) -> u16 {
    match () {
        () if x.abs() >= y.abs() => {
            if x >= 0.0 {
                0
            } else {
                180
            }
        }
        () => {
            if y > 0.0 {
                90
            } else {
                270
            }
        }
    }
}

/// Joins runs of single letters that stand evenly apart without a space between them: a heading set wide.
fn join_spread_letters(pieces: &mut Vec<Piece>) {
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut run: Vec<Piece> = vec![];
    for piece in pieces.drain(..) {
        if !goes_on(&run, &piece) {
            settle(&mut run, &mut kept);
        }
        run.push(piece);
    }
    settle(&mut run, &mut kept);
    *pieces = kept;
}

fn goes_on(run: &[Piece], piece: &Piece) -> bool {
    let single = |piece: &Piece| {
        let mut chars = piece.word.text.chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    };
    let gap = |a: &Piece, b: &Piece| b.upright.x0 - a.upright.x1;
    let Some(last) = run.last() else { return true };
    let level = last.upright.overlap_y(&piece.upright) > 0.5 * piece.upright.height();
    let near = (0.0..piece.word.size).contains(&gap(last, piece));
    let even = match run {
        [.., before, last] => (gap(before, last) - gap(last, piece)).abs() < 0.15 * piece.word.size,
        _ => true,
    };
    !piece.spaced && last.word.rotation == piece.word.rotation && single(last) && single(piece) && level && near && even
}

fn settle(run: &mut Vec<Piece>, kept: &mut Vec<Piece>) {
    if run.len() < SPREAD_LETTERS_MIN {
        kept.append(run);
        return;
    }
    kept.extend(run.drain(..).reduce(|first, second| merged(first, &second)));
}

/// Two pieces as one, text glued.
fn merged(mut first: Piece, second: &Piece) -> Piece {
    first.word.text.push_str(&second.word.text);
    first.word.rect = first.word.rect.union(&second.word.rect);
    first.word.size = first.word.size.max(second.word.size);
    first.upright = first.upright.union(&second.upright);
    first
}
