//! Lines that are printed on a picture of a page: the rules of its tables, found by their pixels.
//!
//! A rule is dark, long and thin; what is thick is an area, what is short is a letter. Looked for on the page laid straight,
//! so that a crooked scan has level rules. Called once a picture, after its words are known.

use image::RgbImage;
use sluice_extract::page::Rect;

use super::Recognised;

/// Cells of the longer side that are looked at: a line of half a millimetre on A4 is three of them.
const CELLS_MAX: usize = 1_800;
/// Cells of a tile whose brightness a cell is held against: paper is darker in the corner of a photograph.
const TILE: usize = 48;
/// Share of its tile's brightness below which a cell is ink.
const INK: f32 = 0.72;
/// A rule is this many heights of a line of text long, at least; across the text letters are no longer than one.
const LEVEL_HEIGHTS: f32 = 4.0;
const UPRIGHT_HEIGHTS: f32 = 2.2;
/// A piece of it, and the gap between two pieces, in heights.
const PIECE_HEIGHTS: f32 = 1.6;
const GAP_HEIGHTS: f32 = 0.5;
/// Thickest rule, in heights.
const THICK_HEIGHTS: f32 = 0.3;
/// More rules than this are a pattern or noise, and no table.
const RULES_MAX: usize = 600;

/// The rules of a picture, level and upright, in the pixels of the picture laid straight around its middle.
pub(super) fn rules(picture: &RgbImage, recognised: &Recognised) -> Vec<Rect> {
    let Some(height) = height_of_text(recognised) else { return vec![] };
    let page = Page::straight(picture, f32::from(recognised.turn).to_radians() + recognised.skew);
    let height = height / page.cell;
    let mut rules = Runs::level(&page).rules(LEVEL_HEIGHTS, height);
    let upright = Runs::upright(&page).rules(UPRIGHT_HEIGHTS, height);
    rules.extend(upright.into_iter().map(|rect| Rect::new(rect.y0, rect.x0, rect.y1, rect.x1)));
    if rules.len() > RULES_MAX {
        return vec![];
    }
    rules.iter().map(|rect| page.in_pixels(rect)).collect()
}

/// The usual height of a line of text, in pixels.
fn height_of_text(recognised: &Recognised) -> Option<f32> {
    let mut heights: Vec<f32> = recognised.lines.iter().map(|(strip, _)| 2.0 * strip.half_height).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().filter(|height| *height > 1.0)
}

/// A picture laid straight, made of cells that hold ink or none.
struct Page {
    width: usize,
    height: usize,
    ink: Vec<bool>,
    /// Pixels of a side of a cell.
    cell: f32,
    /// Where the first cell lies, in pixels of the straight picture.
    origin: (f32, f32),
}

impl Page {
    fn straight(picture: &RgbImage, angle: f32) -> Self {
        let (over, down) = (picture.width() as f32, picture.height() as f32);
        let (sin, cos) = angle.sin_cos();
        let (across, along) = (over * cos.abs() + down * sin.abs(), over * sin.abs() + down * cos.abs());
        let cell = (across.max(along) / CELLS_MAX as f32).max(1.0);
        let (width, height) = ((across / cell) as usize, (along / cell) as usize);
        let origin = ((over - across) / 2.0, (down - along) / 2.0);
        let middle = (over / 2.0, down / 2.0);
        // The darkest of a few samples: a thin line must not fall between two of them.
        let samples = (cell.ceil() as usize).clamp(1, 4);
        let mut light = vec![255_u8; width * height];
        for (index, light) in light.iter_mut().enumerate() {
            let (column, row) = (index % width, index / width);
            for sample in 0..samples * samples {
                let part = |number: usize| (number as f32 + 0.5) / samples as f32;
                let x = origin.0 + cell * (column as f32 + part(sample % samples)) - middle.0;
                let y = origin.1 + cell * (row as f32 + part(sample / samples)) - middle.1;
                let (x, y) = (x * cos - y * sin + middle.0, x * sin + y * cos + middle.1);
                if x >= 0.0 && y >= 0.0 && x < over && y < down {
                    *light = (*light).min(brightness(picture.get_pixel(x as u32, y as u32).0));
                }
            }
        }
        let ink = ink(&light, width, height);
        Self { width, height, ink, cell, origin }
    }

    fn in_pixels(&self, rect: &Rect) -> Rect {
        let x = |x: f32| self.origin.0 + x * self.cell;
        let y = |y: f32| self.origin.1 + y * self.cell;
        Rect::new(x(rect.x0), y(rect.y0), x(rect.x1), y(rect.y1))
    }
}

fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 3 * u32::from(red) + 6 * u32::from(green) + u32::from(blue);
    u8::try_from(sum / 10).unwrap_or(u8::MAX)
}

/// Which cells are darker than what is around them.
fn ink(light: &[u8], width: usize, height: usize) -> Vec<bool> {
    let (tiles_across, tiles_down) = (width.div_ceil(TILE).max(1), height.div_ceil(TILE).max(1));
    let mut sums = vec![(0_u64, 0_u64); tiles_across * tiles_down];
    let tile = |index: usize| (index / width / TILE) * tiles_across + (index % width) / TILE;
    for (index, light) in light.iter().enumerate() {
        if let Some((sum, count)) = sums.get_mut(tile(index)) {
            (*sum, *count) = (*sum + u64::from(*light), *count + 1);
        }
    }
    let dark = |index: usize, light: u8| {
        let (sum, count) = sums.get(tile(index)).copied().unwrap_or_default();
        f32::from(light) < INK * sum as f32 / count.max(1) as f32
    };
    light.iter().enumerate().map(|(index, light)| dark(index, *light)).collect()
}

/// Ink along one direction: for each row of cells where it begins and ends.
struct Runs(Vec<Vec<(usize, usize)>>);

impl Runs {
    fn level(page: &Page) -> Self {
        Self::of(page.height, page.width, |row, column| page.ink.get(row * page.width + column) == Some(&true))
    }

    fn upright(page: &Page) -> Self {
        Self::of(page.width, page.height, |row, column| page.ink.get(column * page.width + row) == Some(&true))
    }

    fn of(rows: usize, columns: usize, is_ink: impl Fn(usize, usize) -> bool) -> Self {
        let runs = |row: usize| {
            let mut runs: Vec<(usize, usize)> = vec![];
            for column in (0..columns).filter(|&column| is_ink(row, column)) {
                match runs.last_mut() {
                    // A single light cell is dust on the glass.
                    Some((_, end)) if column <= *end + 1 => *end = column + 1,
                    _ => runs.push((column, column + 1)),
                }
            }
            runs
        };
        Self((0..rows).map(runs).collect())
    }

    /// Long thin stretches, as boxes of cells.
    fn rules(&self, heights: f32, height: f32) -> Vec<Rect> {
        let (piece_min, gap_max, thick_max) =
            (PIECE_HEIGHTS * height, GAP_HEIGHTS * height, (THICK_HEIGHTS * height).max(3.0));
        let mut open: Vec<Rect> = vec![];
        let mut rules = vec![];
        for (row, runs) in self.0.iter().enumerate() {
            let (top, bottom) = (row as f32, row as f32 + 1.0);
            for &(start, end) in runs.iter().filter(|(start, end)| (end - start) as f32 >= piece_min) {
                let run = Rect::new(start as f32, top, end as f32, bottom);
                let near = |rule: &Rect| run.x0 - rule.x1 <= gap_max && rule.x0 - run.x1 <= gap_max;
                match open.iter_mut().find(|rule| near(rule)) {
                    Some(rule) => *rule = rule.union(&run),
                    None => open.push(run),
                }
            }
            // A rule may drift by a row where the page is not quite straight; one that ended two rows ago has ended.
            rules.extend(open.extract_if(.., |rule| rule.y1 < top - 1.0));
        }
        rules.extend(open);
        rules.retain(|rule| rule.width() >= heights * height && rule.height() <= thick_max);
        rules
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::super::{Strip, StripReading};
    use super::*;

    /// White paper with these dark boxes, turned by an angle around its middle; text is 20 pixels high.
    fn found(boxes: &[(f32, f32, f32, f32)], angle: f32) -> Vec<Rect> {
        let (width, height) = (800_u32, 600_u32);
        let (sin, cos) = angle.sin_cos();
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let (dx, dy) = (x as f32 + 0.5 - 400.0, y as f32 + 0.5 - 300.0);
            let (x, y) = (dx * cos + dy * sin + 400.0, dy * cos - dx * sin + 300.0);
            let dark = boxes.iter().any(|&(x0, y0, x1, y1)| x >= x0 && x < x1 && y >= y0 && y < y1);
            Rgb(if dark { [60; 3] } else { [235; 3] })
        });
        let strip = Strip { x: 100.0, y: 100.0, half_width: 40.0, half_height: 10.0, angle };
        let lines = vec![(strip, StripReading::default())];
        rules(&picture, &Recognised { lines, turn: 0, skew: angle, ..Recognised::default() })
    }

    #[test]
    fn long_thin_lines_are_rules_and_letters_and_areas_are_not() {
        let frame = [(100.0, 100.0, 700.0, 102.0), (100.0, 300.0, 700.0, 302.0), (100.0, 100.0, 102.0, 302.0)];
        let other = [(120.0, 200.0, 150.0, 204.0), (300.0, 150.0, 420.0, 180.0), (500.0, 130.0, 503.0, 150.0)];
        for angle in [0.0, 0.01, -0.03] {
            let rules = found(&[&frame[..], &other[..]].concat(), angle);
            assert_eq!(rules.len(), 3, "{angle}: {rules:?}");
            let level = rules.iter().filter(|rule| rule.width() > 550.0).count();
            let upright = rules.iter().filter(|rule| rule.height() > 180.0).count();
            assert_eq!((level, upright), (2, 1), "{angle}: {rules:?}");
            assert!(rules.iter().all(|rule| (95.0..=305.0).contains(&rule.y0)), "{angle}: {rules:?}");
        }
    }

    #[test]
    fn a_line_with_small_gaps_is_one_rule() {
        let dashes: Vec<(f32, f32, f32, f32)> =
            (0_u8..6).map(|at| (100.0 + 100.0 * f32::from(at), 200.0, 194.0 + 100.0 * f32::from(at), 202.0)).collect();
        let rules = found(&dashes, 0.0);
        assert_eq!(rules.len(), 1, "{rules:?}");
    }
}
