//! Which way the text of a picture runs, and what it says that way.
//!
//! A page that was scanned sideways or upside down is read as it is: only the strips are turned. Which of two opposite
//! directions is right is asked of the reading network itself, which is sure of one of them only.

use image::RgbImage;

use super::Recognised;
use super::detect::Lines;
use super::engine::Engine;
use super::recognise::{self, Reading};
use super::strip::Strip;

/// So many of the longest lines are asked for their direction.
const ASKED: usize = 6;
/// A direction that is read as surely as this needs no other tried.
const SURE: f32 = 0.92;
/// A strip that stands across the others must be read so much more surely than along with them.
const ACROSS_BONUS_MIN: f32 = 0.1;
/// How much longer than the others lines that stand on end must be for the page to be on its side.
const SIDEWAYS: f32 = 1.5;

/// Reads every line in the direction that makes sense of it.
pub(super) fn read(engine: &Engine, picture: &RgbImage, lines: &Lines) -> Result<Recognised, String> {
    let length = |tall: bool| -> f32 {
        let such = lines.strips.iter().filter(|strip| strip.is_tall() == tall && strip.aspect() > 2.0);
        such.map(|strip| strip.half_width.max(strip.half_height)).sum()
    };
    let sideways = length(true) > SIDEWAYS * length(false);
    let along = |strip: &Strip| if sideways { strip.quartered() } else { *strip };
    let mut strips: Vec<Strip> = lines.strips.iter().map(along).collect();
    let reversed = is_reversed(engine, picture, &strips)?;
    if reversed {
        strips.iter_mut().for_each(|strip| *strip = strip.reversed());
    }
    let mut readings = recognise::read(engine, picture, &strips)?;
    across(engine, picture, &mut strips, &mut readings)?;
    let turn = 90 * u16::from(sideways) + 180 * u16::from(reversed);
    let angle = f32::from(turn).to_radians() + lines.skew;
    let found = strips.into_iter().zip(readings).collect();
    Ok(Recognised { lines: in_rows(found, angle), turn, skew: lines.skew, rules: vec![] })
}

/// Is the text read more surely from its end?
fn is_reversed(engine: &Engine, picture: &RgbImage, strips: &[Strip]) -> Result<bool, String> {
    let mut longest: Vec<Strip> = strips.iter().filter(|strip| !strip.is_tall()).copied().collect();
    longest.sort_by(|a, b| b.half_width.total_cmp(&a.half_width));
    // The very longest take longest to read, and tell no more.
    let skipped = longest.len().saturating_sub(ASKED) / 4;
    let asked: Vec<Strip> = longest.into_iter().skip(skipped).take(ASKED).collect();
    let sure = |strips: &[Strip]| -> Result<f32, String> {
        let readings = recognise::read(engine, picture, strips)?;
        Ok(readings.iter().map(Reading::confidence).sum::<f32>() / strips.len().max(1) as f32)
    };
    let forwards = sure(&asked)?;
    if asked.is_empty() || forwards > SURE {
        return Ok(false);
    }
    let reversed: Vec<Strip> = asked.into_iter().map(Strip::reversed).collect();
    Ok(sure(&reversed)? > forwards)
}

/// Strips that stand on end among the others: notes in a margin, or a single letter.
fn across(engine: &Engine, picture: &RgbImage, strips: &mut [Strip], readings: &mut [Reading]) -> Result<(), String> {
    let tall: Vec<usize> = (0..strips.len()).filter(|&index| strips[index].is_tall()).collect();
    let other = |turn: fn(Strip) -> Strip| tall.iter().map(|&index| turn(strips[index])).collect::<Vec<Strip>>();
    for turned in [other(Strip::quartered), other(|strip| strip.quartered().reversed())] {
        let tried = recognise::read(engine, picture, &turned)?;
        for ((&index, strip), reading) in tall.iter().zip(turned).zip(tried) {
            if reading.confidence() > readings[index].confidence() + ACROSS_BONUS_MIN {
                (strips[index], readings[index]) = (strip, reading);
            }
        }
    }
    Ok(())
}

/// From top to bottom, and from left to right where strips are level, as the text runs.
fn in_rows(mut lines: Vec<(Strip, Reading)>, angle: f32) -> Vec<(Strip, Reading)> {
    let (sin, cos) = angle.sin_cos();
    let down = |strip: &Strip| strip.y * cos - strip.x * sin;
    let over = |strip: &Strip| strip.x * cos + strip.y * sin;
    lines.sort_by(|a, b| down(&a.0).total_cmp(&down(&b.0)));
    let mut sorted = vec![];
    let is_level = |a: &(Strip, Reading), b: &(Strip, Reading)| {
        let reach = 0.6 * a.0.half_height.min(b.0.half_height);
        (down(&a.0) - down(&b.0)).abs() < reach
    };
    for row in lines.chunk_by_mut(is_level) {
        row.sort_by(|a, b| over(&a.0).total_cmp(&over(&b.0)));
        sorted.extend(row.iter().cloned());
    }
    sorted
}
