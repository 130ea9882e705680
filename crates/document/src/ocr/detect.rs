//! Where lines of text stand in a picture: the network's map of likelihoods, cut into strips.
//!
//! The network marks the core of each line ("Real-time Scene Text Detection with Differentiable Binarization", Liao et
//! al., 2020); what belongs together is joined, framed at its own angle, and grown back to the line's full size.

use image::RgbImage;
use image::imageops::{self, FilterType};

use super::engine::Engine;
use super::hull::{self, Point};
use super::strip::Strip;

/// Pixels that the network looks at. Measured on scans at 200 dpi: word F1 .960 at 1,280 a side, .964 at full size, for
/// twice the time.
const PIXELS: f32 = 1_200_000.0;
/// A picture is not made larger than this many times: nothing is gained.
const GROWN_MAX: f32 = 2.5;
/// The network halves a side five times.
const STEP: u32 = 32;
/// As published with the network: a pixel is text from here on, a line from there on, and how far it grows back.
const PIXEL_MIN: f32 = 0.3;
const LINE_MIN: f32 = 0.5;
const GROWTH: f32 = 1.6;
/// Smaller than this many of the network's pixels is dirt.
const SIDE_MIN: f32 = 3.0;
/// Most lines of one picture that are kept, the surest first.
const LINES_MAX: usize = 4_000;
/// A shorter line does not tell its own angle.
const ANGLE_ASPECT_MIN: f32 = 4.0;
/// Lines off the others by less than this do not differ, they are measured badly.
const ANGLE_NOISE: f32 = 0.02;

/// Lines of a picture.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) strips: Vec<Strip>,
    /// What most of the text is off the horizontal or the vertical, in radians, clockwise.
    pub(super) skew: f32,
}

pub(super) fn lines(engine: &Engine, picture: &RgbImage) -> Result<Lines, String> {
    let (width, height) = (picture.width().max(1), picture.height().max(1));
    let grown = (PIXELS / (width as f32 * height as f32)).sqrt().min(GROWN_MAX);
    let side = |side: u32| (((side as f32 * grown / STEP as f32).round() as u32) * STEP).max(STEP);
    let (across, down) = (side(width), side(height));
    // Much smaller is a mean of boxes; a filter over so many pixels takes longer and shows no more.
    let small = if grown < 0.5 {
        imageops::thumbnail(picture, across, down)
    } else {
        imageops::resize(picture, across, down, FilterType::Triangle)
    };
    let output = engine.detect(planes(&small), [1, 3, down as usize, across as usize])?;
    let blobs = blobs(&output.values, across as usize, down as usize);
    let (over, under) = (width as f32 / across as f32, height as f32 / down as f32);
    let grow = |edge: Vec<Point>| edge.into_iter().map(|(x, y)| (x * over, y * under)).collect();
    let blobs = blobs.into_iter().map(|blob| Blob { hull: hull::around(grow(blob.hull)), ..blob }).collect::<Vec<_>>();
    Ok(framed(&blobs, over.max(under)))
}

/// What hangs together: a line, or a part of one.
#[derive(Clone, Debug)]
struct Blob {
    hull: Vec<Point>,
    /// Direction in which its pixels are spread most, within 45 degrees of the horizontal.
    angle: f32,
    likelihood: f32,
}

/// Sums over the pixels of a blob, for the direction in which they are spread.
#[derive(Default)]
struct Moments {
    count: f64,
    sums: [f64; 5],
}

impl Moments {
    fn add(&mut self, x: usize, y: usize) {
        let (x, y) = (x as f64, y as f64);
        self.count += 1.0;
        for (sum, value) in self.sums.iter_mut().zip([x, y, x * x, x * y, y * y]) {
            *sum += value;
        }
    }

    /// The principal axis of the pixels.
    fn angle(&self) -> f32 {
        let [x, y, xx, xy, yy] = self.sums.map(|sum| sum / self.count.max(1.0));
        let (across, both, down) = (xx - x * x, xy - x * y, yy - y * y);
        hull::fold((0.5 * (2.0 * both).atan2(across - down)) as f32)
    }
}

fn planes(picture: &RgbImage) -> Vec<f32> {
    let raw = picture.as_raw();
    [2, 1, 0]
        .into_iter()
        .flat_map(|channel| raw.iter().skip(channel).step_by(3).map(|&value| f32::from(value) / 127.5 - 1.0))
        .collect()
}

/// A frame around each hull: at its own angle where that can be told, else at that of the others.
fn framed(blobs: &[Blob], pixel: f32) -> Lines {
    let framed = |blob: &Blob| {
        let least = hull::smallest_rectangle(&blob.hull)?;
        // The rectangle leans towards a tail or a tall letter; the pixels as a whole do not, if there are enough.
        if least.aspect() < ANGLE_ASPECT_MIN { Some(least) } else { hull::along(&blob.hull, blob.angle) }
    };
    let own: Vec<Option<Strip>> = blobs.iter().map(framed).collect();
    let skew = skew(own.iter().flatten());
    let mut strips = vec![];
    for (blob, own) in blobs.iter().zip(own) {
        let tells = |own: &Strip| own.aspect() >= ANGLE_ASPECT_MIN && (own.angle - skew).abs() > ANGLE_NOISE;
        let Some(strip) = own.filter(tells).or_else(|| hull::along(&blob.hull, skew)) else { continue };
        if strip.half_width.min(strip.half_height) * 2.0 < SIDE_MIN * pixel {
            continue;
        }
        let (width, height) = (2.0 * strip.half_width, 2.0 * strip.half_height);
        let growth = GROWTH * width * height / (2.0 * (width + height));
        let (half_width, half_height) = (strip.half_width + growth, strip.half_height + growth);
        strips.push(Strip { half_width, half_height, ..strip });
    }
    Lines { strips, skew }
}

/// The angle in the middle, long lines counting for more.
fn skew<'a>(strips: impl Iterator<Item = &'a Strip>) -> f32 {
    let tells = strips.filter(|strip| strip.aspect() >= ANGLE_ASPECT_MIN);
    let mut angles: Vec<(f32, f32)> =
        tells.map(|strip| (strip.angle, strip.half_width.max(strip.half_height).powi(2))).collect();
    angles.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f32 = angles.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    let middle = angles.iter().find(|(_, length)| {
        sum += length;
        sum >= half
    });
    middle.map_or(0.0, |&(angle, _)| angle)
}

/// What hangs together and is likely text, the surest first.
fn blobs(likely: &[f32], width: usize, height: usize) -> Vec<Blob> {
    let mut open = marked(likely, width, height);
    let mut blobs: Vec<Blob> = vec![];
    let mut stack = vec![];
    for start in 0..open.len() {
        if !open[start] {
            continue;
        }
        open[start] = false;
        stack.push(start);
        let (mut sum, mut moments) = (0.0, Moments::default());
        // Looked for row by row: nothing of it stands higher than its first pixel.
        let top = start / width;
        let mut rows: Vec<(usize, usize)> = vec![];
        while let Some(place) = stack.pop() {
            let (x, y) = (place % width, place / width);
            let likelihood = likely.get(place).copied().unwrap_or(0.0);
            if likelihood > PIXEL_MIN {
                sum += likelihood;
                moments.add(x, y);
            }
            if rows.len() <= y - top {
                rows.resize(y - top + 1, (usize::MAX, 0));
            }
            rows[y - top] = (rows[y - top].0.min(x), rows[y - top].1.max(x));
            for near_y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for near_x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let near = near_y * width + near_x;
                    if open[near] {
                        open[near] = false;
                        stack.push(near);
                    }
                }
            }
        }
        let likelihood = sum / (moments.count as f32).max(1.0);
        if likelihood >= LINE_MIN {
            blobs.push(Blob { hull: edge(&rows, top), angle: moments.angle(), likelihood });
        }
    }
    blobs.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
    blobs.truncate(LINES_MAX);
    blobs
}

/// Pixels that are text, each grown by one to the right and down, which closes cracks.
fn marked(likely: &[f32], width: usize, height: usize) -> Vec<bool> {
    let mut marked = vec![false; width * height];
    for (place, _) in likely.iter().take(marked.len()).enumerate().filter(|(_, likely)| **likely > PIXEL_MIN) {
        let (right, below) = (place % width + 1 < width, place / width + 1 < height);
        marked[place] = true;
        marked[place + usize::from(right)] = true;
        if below {
            marked[place + width] = true;
            marked[place + width + usize::from(right)] = true;
        }
    }
    marked
}

/// The corners of the outermost pixels of each row.
fn edge(rows: &[(usize, usize)], top: usize) -> Vec<Point> {
    let corners = |(row, &(left, right)): (usize, &(usize, usize))| {
        let (y, left, right) = ((top + row) as f32, left as f32, right as f32 + 1.0);
        [(left, y), (right, y), (left, y + 1.0), (right, y + 1.0)]
    };
    rows.iter().enumerate().filter(|(_, (left, _))| *left != usize::MAX).flat_map(corners).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_together_is_one_line_and_faint_spots_are_none() {
        let (width, height) = (64, 32);
        let mut likely = vec![0.0; width * height];
        for x in 4..40 {
            for y in 8..12 {
                likely[y * width + x] = 0.9;
            }
        }
        for x in 50..60 {
            likely[20 * width + x] = 0.35;
        }
        let blobs = blobs(&likely, width, height);
        assert_eq!(blobs.len(), 1);
        let lines = framed(&blobs, 1.0);
        let strip = lines.strips[0];
        assert!((strip.x - 22.5).abs() < 0.1 && (strip.y - 10.5).abs() < 0.1 && lines.skew.abs() < 1e-3, "{strip:?}");
        assert!(strip.half_width > 18.5 && strip.half_height > 2.5, "{strip:?}");
    }
}
