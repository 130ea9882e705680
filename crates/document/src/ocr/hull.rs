//! The smallest rectangle around points, at any angle: convex hull by Andrew's monotone chain, then one side of the
//! rectangle lies on one side of the hull (Freeman and Shapira, 1975).

use super::strip::Strip;

pub(super) type Point = (f32, f32);

/// The corners of the hull, in order.
pub(super) fn around(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let mut hull = chain(points.iter().copied());
    hull.pop();
    let mut back = chain(points.iter().rev().copied());
    back.pop();
    hull.extend(back);
    hull
}

fn chain(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = vec![];
    for point in points {
        while let [.., a, b] = chain.as_slice() {
            if (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0) > 0.0 {
                break;
            }
            chain.pop();
        }
        chain.push(point);
    }
    chain
}

/// The rectangle with the smallest area; its wide axis is the one nearer to the horizontal.
pub(super) fn smallest_rectangle(hull: &[Point]) -> Option<Strip> {
    let sides = hull.iter().zip(hull.iter().cycle().skip(1));
    let angles = sides.map(|(a, b)| fold((b.1 - a.1).atan2(b.0 - a.0)));
    let candidates = angles.filter_map(|angle| along(hull, angle));
    candidates.min_by(|a, b| (a.half_width * a.half_height).total_cmp(&(b.half_width * b.half_height)))
}

/// The rectangle at this angle.
pub(super) fn along(hull: &[Point], angle: f32) -> Option<Strip> {
    hull.first()?;
    let (sin, cos) = angle.sin_cos();
    let (mut u0, mut u1, mut v0, mut v1) = (f32::MAX, f32::MIN, f32::MAX, f32::MIN);
    for &(x, y) in hull {
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        (u0, u1, v0, v1) = (u0.min(u), u1.max(u), v0.min(v), v1.max(v));
    }
    let (u, v) = (f32::midpoint(u0, u1), f32::midpoint(v0, v1));
    let (x, y) = (u * cos - v * sin, u * sin + v * cos);
    Some(Strip { x, y, half_width: (u1 - u0) / 2.0, half_height: (v1 - v0) / 2.0, angle })
}

/// The same direction but for quarter turns, within 45 degrees of the horizontal.
pub(super) fn fold(angle: f32) -> f32 {
    let quarter = std::f32::consts::FRAC_PI_2;
    let rest = angle.rem_euclid(quarter);
    if rest > quarter / 2.0 { rest - quarter } else { rest }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_turned_rectangle_is_found_again(
            (width, height) in (20.0_f32..200.0, 4.0_f32..15.0),
            angle in -0.7_f32..0.7,
        ) {
            let (sin, cos) = angle.sin_cos();
            let corner = |u: f32, v: f32| (300.0 + u * cos - v * sin, 200.0 + u * sin + v * cos);
            let mut points = vec![corner(0.0, 0.0), corner(width / 4.0, height / 8.0)];
            for (u, v) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
                points.push(corner(u * width / 2.0, v * height / 2.0));
            }
            let found = smallest_rectangle(&around(points)).unwrap();
            prop_assert!((found.angle - angle).abs() < 0.01, "{found:?}");
            prop_assert!((found.half_width - width / 2.0).abs() < 0.1 && (found.x - 300.0).abs() < 0.1);
        }
    }

    #[test]
    fn few_points_do_no_harm() {
        assert!(smallest_rectangle(&around(vec![])).is_none());
        assert!(around(vec![(1.0, 1.0), (1.0, 1.0)]).len() == 1);
    }
}
