//! Points on a circle, without a branch or a call, so that several are worked on side by side.

use std::f64::consts::TAU;

/// Points worked on side by side; a sum over each lane keeps the order of additions fixed.
pub(in crate::domain) const LANES: usize = 8;

/// The nearest whole number, of those below 2^51, without a call.
#[inline(always)]
pub(in crate::domain) fn nearest_whole(value: f64) -> f64 {
    // Adding and taking away 1.5 * 2^52 leaves no room for a fraction.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    (value + ROUNDER) - ROUNDER
}

/// The point `turns` times around the circle as (sine, cosine), to about 1e-12: Taylor polynomials at a quarter
/// of the angle, doubled twice. No branch and no library call, so that several points are worked on at once, and nothing
/// but sums and products, which round alike everywhere (`kernels.cu` has the same).
#[inline(always)]
pub(in crate::domain) fn point(turns: f64) -> (f64, f64) {
    let angle = (turns - nearest_whole(turns)) * (TAU / 4.0);
    let square = angle * angle;
    let sine_terms = -1.0 / 5_040.0 + square * (1.0 / 362_880.0 + square * (-1.0 / 39_916_800.0));
    let sine = angle * (1.0 + square * (-1.0 / 6.0 + square * (1.0 / 120.0 + square * sine_terms)));
    let cosine_terms = 1.0 / 40_320.0 + square * (-1.0 / 3_628_800.0 + square * (1.0 / 479_001_600.0));
    let cosine =
        1.0 + square * (-0.5 + square * (1.0 / 24.0 + square * (-1.0 / 720.0 + square * cosine_terms)));
    let (half_sine, half_cosine) = (2.0 * sine * cosine, 1.0 - 2.0 * sine * sine);
    (2.0 * half_sine * half_cosine, 1.0 - 2.0 * half_sine * half_sine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_agree_with_the_library() {
        for step in -4_000..4_000 {
            let turns = f64::from(step) * 0.001_37;
            let (sine, cosine) = point(turns);
            assert!((sine - (turns * TAU).sin()).abs() < 2e-10, "{turns}");
            assert!((cosine - (turns * TAU).cos()).abs() < 2e-10, "{turns}");
        }
    }
}
