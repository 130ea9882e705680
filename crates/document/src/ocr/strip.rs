//! A strip: a rectangle of a picture at any angle in which text runs, and its pixels laid straight.

use std::f32::consts::{FRAC_PI_2, PI};

use image::RgbImage;

/// Rows of a straightened strip, as the network wants them.
pub(super) const ROWS: usize = 48;
/// Widest straightened strip: a line of 200 characters.
const COLUMNS_MAX: usize = 3_200;
const COLUMNS_MIN: usize = 16;
/// Most samples a side that are averaged for one pixel.
const SAMPLES_MAX: usize = 4;

/// A rectangle around its centre, in pixels. The text runs along `angle` (radians, clockwise, 0 to the right).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Strip {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) half_width: f32,
    pub(crate) half_height: f32,
    pub(crate) angle: f32,
}

impl Strip {
    pub(super) fn is_tall(&self) -> bool {
        self.half_height > 1.5 * self.half_width
    }

    pub(super) fn aspect(&self) -> f32 {
        let (long, short) =
            (self.half_width.max(self.half_height), self.half_width.min(self.half_height).max(f32::EPSILON));
        long / short
    }

    /// Upside down.
    pub(super) fn reversed(self) -> Self {
        Self { angle: wrapped(self.angle + PI), ..self }
    }

    /// The same place with text that runs a quarter further, clockwise.
    pub(super) fn quartered(self) -> Self {
        let (half_width, half_height) = (self.half_height, self.half_width);
        Self { half_width, half_height, angle: wrapped(self.angle + FRAC_PI_2), ..self }
    }

    /// The part between two shares of its width.
    pub(crate) fn part(&self, from: f32, to: f32) -> Self {
        let middle = (from + to - 1.0) * self.half_width;
        let (sin, cos) = self.angle.sin_cos();
        let half_width = (to - from) * self.half_width;
        Self { x: self.x + middle * cos, y: self.y + middle * sin, half_width, ..*self }
    }

    /// Pixels across when laid straight.
    pub(super) fn columns(&self) -> usize {
        let columns = (ROWS as f32 * self.half_width / self.half_height.max(0.5)).ceil();
        (columns as usize).clamp(COLUMNS_MIN, COLUMNS_MAX)
    }

    /// Writes the straightened pixels into a tensor of three planes (blue, green, red) that are `stride` wide, as
    /// -1..1; what the strip does not fill stays as it is.
    pub(super) fn write(&self, picture: &RgbImage, stride: usize, planes: &mut [f32]) {
        let columns = self.columns().min(stride);
        let (step_x, step_y) = (2.0 * self.half_width / columns as f32, 2.0 * self.half_height / ROWS as f32);
        let samples = ((step_x.max(step_y)).ceil() as usize).clamp(1, SAMPLES_MAX);
        let (sin, cos) = self.angle.sin_cos();
        let weight = 1.0 / (samples * samples) as f32;
        for row in 0..ROWS {
            for column in 0..columns {
                let mut sum = [0.0; 3];
                for sample in 0..samples * samples {
                    let (over, down) = ((sample % samples) as f32 + 0.5, (sample / samples) as f32 + 0.5);
                    let u = (column as f32 + over / samples as f32) * step_x - self.half_width;
                    let v = (row as f32 + down / samples as f32) * step_y - self.half_height;
                    let pixel = at(picture, self.x + u * cos - v * sin - 0.5, self.y + u * sin + v * cos - 0.5);
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value * weight);
                }
                for (plane, value) in [sum[2], sum[1], sum[0]].into_iter().enumerate() {
                    if let Some(place) = planes.get_mut((plane * ROWS + row) * stride + column) {
                        *place = value / 127.5 - 1.0;
                    }
                }
            }
        }
    }
}

/// The colour at a place between pixels.
fn at(picture: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (x, y) = (x.clamp(0.0, width as f32 - 1.0), y.clamp(0.0, height as f32 - 1.0));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (over, down) = (x - left as f32, y - top as f32);
    let raw = picture.as_raw();
    let value =
        |x: usize, y: usize, channel: usize| raw.get((y * width + x) * 3 + channel).copied().map_or(255.0, f32::from);
    [0, 1, 2].map(|channel| {
        let above = value(left, top, channel) * (1.0 - over) + value(right, top, channel) * over;
        let below = value(left, bottom, channel) * (1.0 - over) + value(right, bottom, channel) * over;
        above * (1.0 - down) + below * down
    })
}

fn wrapped(angle: f32) -> f32 {
    let turn = angle.rem_euclid(2.0 * PI);
    if turn > PI { turn - 2.0 * PI } else { turn }
}
