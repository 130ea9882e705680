//! What a strip says: characters with their place along it, and words of them.

use image::RgbImage;

use super::engine::{Engine, Output};
use super::strip::{ROWS, Strip};

/// Strips that are read at once, of about the same length.
const BATCH: usize = 6;
/// The network was taught with pictures at least so wide.
const COLUMNS_MIN: usize = 320;
/// Widths are rounded up to this.
const COLUMNS_STEP: usize = 32;
/// Below this mean confidence the strip says nothing, as published with the network.
const CONFIDENCE_MIN: f32 = 0.5;
/// A gap between characters wider than this many heights of the line parts words though no space was seen.
const GAP: f32 = 1.3;

/// A character at its place, as a share of the strip's length.
#[derive(Clone, Debug, PartialEq)]
struct Sign {
    text: String,
    from: f32,
    to: f32,
    confidence: f32,
}

/// What a strip says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    signs: Vec<Sign>,
    /// Heights of the strip in its length.
    heights: f32,
}

/// A word of a strip, between two shares of its length.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    pub(crate) from: f32,
    pub(crate) to: f32,
    pub(crate) confidence: f32,
}

impl Reading {
    /// How sure the network is, over all characters.
    pub(super) fn confidence(&self) -> f32 {
        mean(self.signs.iter().map(|sign| sign.confidence))
    }

    pub(super) fn is_doubtful(&self) -> bool {
        self.confidence() < CONFIDENCE_MIN || self.signs.iter().all(|sign| sign.text.trim().is_empty())
    }

    /// The words with their places.
    pub(crate) fn words(&self) -> Vec<Spoken> {
        let mut words = vec![];
        let mut start = 0;
        for index in 0..=self.signs.len() {
            let ends = match (self.signs.get(index), index.checked_sub(1).and_then(|last| self.signs.get(last))) {
                (None, _) => true,
                (Some(sign), _) if is_space(sign) => true,
                (Some(sign), Some(last)) => index > start && (sign.from - last.to) * self.heights > GAP,
                (Some(_), None) => false,
            };
            if !ends {
                continue;
            }
            words.extend(self.word(start, index));
            start = if self.signs.get(index).is_some_and(is_space) { index + 1 } else { index };
        }
        words
    }

    fn word(&self, start: usize, end: usize) -> Option<Spoken> {
        let signs = self.signs.get(start..end)?;
        let (first, last) = (signs.first()?, signs.last()?);
        // The network fires somewhere on a character: its half width is guessed from how the word's characters stand.
        let steps = (signs.len() - 1) as f32;
        let pitch = if steps > 0.0 { (last.middle() - first.middle()) / steps } else { 0.45 / self.heights.max(0.1) };
        let half = (0.5 * pitch).min(0.5 / self.heights.max(0.1));
        let left = start.checked_sub(1).and_then(|index| self.signs.get(index)).map_or(0.0, Sign::middle);
        let right = self.signs.get(end).map_or(1.0, Sign::middle);
        let from = (first.middle() - half).min(first.from).max(left).clamp(0.0, 1.0);
        let to = (last.middle() + half).max(last.to).min(right).clamp(from, 1.0);
        let text = signs.iter().map(|sign| sign.text.as_str()).collect();
        Some(Spoken { text, from, to, confidence: mean(signs.iter().map(|sign| sign.confidence)) })
    }
}

impl Sign {
    fn middle(&self) -> f32 {
        f32::midpoint(self.from, self.to)
    }
}

fn is_space(sign: &Sign) -> bool {
    sign.text.trim().is_empty()
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Reads strips; what came of each stands at its place.
pub(super) fn read(engine: &Engine, picture: &RgbImage, strips: &[Strip]) -> Result<Vec<Reading>, String> {
    let mut order: Vec<usize> = (0..strips.len()).collect();
    order.sort_by_key(|&index| strips[index].columns());
    let mut readings = vec![Reading::default(); strips.len()];
    for batch in order.chunks(BATCH) {
        let widest = batch.iter().map(|&index| strips[index].columns()).max().unwrap_or(0);
        let columns = widest.max(COLUMNS_MIN).next_multiple_of(COLUMNS_STEP);
        let size = 3 * ROWS * columns;
        let mut input = vec![0.0; batch.len() * size];
        for (&index, planes) in batch.iter().zip(input.chunks_mut(size)) {
            strips[index].write(picture, columns, planes);
        }
        let output = engine.recognise(input, [batch.len(), 3, ROWS, columns])?;
        for (at, &index) in batch.iter().enumerate() {
            let share = strips[index].columns() as f32 / columns as f32;
            let heights = strips[index].half_width / strips[index].half_height.max(0.5);
            readings[index] = Reading { signs: signs(engine, &output, at, share), heights };
        }
    }
    Ok(readings)
}

/// The characters of one strip of a batch: in each column the likeliest class, repeats and none left out
/// ("Connectionist Temporal Classification", Graves et al., 2006).
fn signs(engine: &Engine, output: &Output, at: usize, share: f32) -> Vec<Sign> {
    let &[_, columns, classes] = output.shape.as_slice() else { return vec![] };
    let start = at * columns * classes;
    let Some(values) = output.values.get(start..start + columns * classes) else { return vec![] };
    let mut signs: Vec<Sign> = vec![];
    let mut last = 0;
    for (column, row) in values.chunks_exact(classes.max(1)).enumerate() {
        let (class, likely) = likeliest(row);
        let place = |column: usize| column as f32 / columns as f32 / share.max(f32::EPSILON);
        match signs.last_mut() {
            Some(sign) if class == last && class != 0 => {
                sign.to = place(column + 1);
                sign.confidence = sign.confidence.max(likely);
            }
            _ if class != 0 => {
                let text = engine.alphabet.get(class).cloned().unwrap_or_default();
                signs.push(Sign {
                    text,
                    from: place(column),
                    to: place(column + 1),
                    confidence: likely.clamp(0.0, 1.0),
                });
            }
            _ => {}
        }
        last = class;
    }
    // What is read in the padding behind a strip is not there.
    signs.retain(|sign| sign.from < 1.0);
    signs
}

fn likeliest(row: &[f32]) -> (usize, f32) {
    row.iter()
        .enumerate()
        .fold((0, f32::MIN), |best, (class, &likely)| if likely > best.1 { (class, likely) } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str, heights: f32) -> Reading {
        let step = 1.0 / text.chars().count() as f32;
        let sign = |(at, char): (usize, char)| Sign {
            text: char.to_string(),
            from: at as f32 * step,
            to: (at as f32 + 0.5) * step,
            confidence: if char == '7' { 0.5 } else { 1.0 },
        };
        Reading { signs: text.chars().enumerate().filter(|(_, char)| *char != '_').map(sign).collect(), heights }
    }

    fn check(text: &str, heights: f32, expect: &[&str]) {
        let words = reading(text, heights).words();
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expect, "{words:?}");
        assert!(words.windows(2).all(|pair| pair[0].to <= pair[1].from + 1e-6), "{words:?}");
        assert!(words.iter().all(|word| word.from < word.to), "{words:?}");
    }

    #[test]
    fn words_part_at_spaces_and_at_wide_gaps() {
        check("Total due 12.50", 8.0, &["Total", "due", "12.50"]);
        check("Total________12.50", 12.0, &["Total", "12.50"]);
        check(" a ", 2.0, &["a"]);
        check("", 1.0, &[]);
    }

    #[test]
    fn a_word_is_as_sure_as_its_characters() {
        let words = reading("ab 77", 3.0).words();
        assert_eq!(words.iter().map(|word| word.confidence).collect::<Vec<_>>(), [1.0, 0.5]);
    }
}
