//! What a hypothesis costs before it has explained anything, in nats: -ln of its share of all hypotheses.
//! As the shares sum to at most one, ln e-value minus cost stays valid whatever search found the hypothesis.

use std::f64::consts::LN_2;

use super::rhythm::HUMAN_SECONDS;
use crate::domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};

/// Half widths of slots that are tried, in ms.
pub(super) const HALF_WIDTHS_MS: [i64; 8] =
    [1_000, 5_000, 30_000, 60_000, 180_000, 600_000, 1_200_000, 2_400_000];

/// Distances of slots within a day that are tried, in minutes; a day itself comes first.
pub(super) const STEPS_MINUTES: [i64; 19] =
    [1440, 60, 30, 20, 15, 10, 5, 120, 180, 240, 360, 480, 720, 12, 6, 4, 3, 2, 1];

/// Share of all clock times that one minute of the day has: round minutes are what people write.
pub(super) fn minute_share(minute_of_day: i64) -> f64 {
    let base = 0.5 / 1440.0;
    let minute = minute_of_day.rem_euclid(60);
    let round = match minute {
        0 => 0.2 / 24.0,
        15 | 30 | 45 => 0.1 / 72.0,
        _ => 0.0,
    };
    let five = if minute % 5 == 0 { 0.2 / 288.0 } else { 0.0 };
    base + round + five
}

/// Nats to name slots every `step_ms` whose window of `half_width_ms` lies around `phase_ms`.
pub(super) fn clock_times_nats(step_ms: i64, phase_ms: i64, half_width_ms: i64) -> f64 {
    // A daemon that wakes at the full minute starts its jobs within the next two seconds.
    const LATENESS_MS: i64 = 2_000;
    let uniform = (2.0 * half_width_ms as f64 / step_ms as f64).min(1.0);
    let first = (phase_ms - half_width_ms - LATENESS_MS).div_euclid(MINUTE_MS) + 1;
    let last = (phase_ms + half_width_ms).div_euclid(MINUTE_MS);
    let copies = (DAY_MS / step_ms).max(1);
    let aligned: f64 = (first..=last)
        .map(|minute| (0..copies).map(|copy| minute_share(minute + copy * step_ms / MINUTE_MS)).sum::<f64>())
        .sum();
    // Windows are placed freely, so each overlaps about one other: LN_2 more.
    let place = LN_2 - (0.5 * uniform + 0.5 * aligned.min(1.0)).ln();
    step_nats(step_ms) + place + (HALF_WIDTHS_MS.len() as f64).ln()
}

/// Nats to name the distance of slots.
pub(super) fn step_nats(step_ms: i64) -> f64 {
    if step_ms == DAY_MS { LN_2 } else { LN_2 + (STEPS_MINUTES.len() as f64 - 1.0).ln() }
}

/// Nats to name a period that all starts share, in ms, for a history of `span_ms`: half of the mass on what people
/// choose, a quarter on whole minutes, a quarter on a grid as fine as the history can tell lengths apart.
pub(super) fn rhythm_nats(period_ms: f64, span_ms: f64) -> f64 {
    const LONGEST_MINUTES: f64 = 180.0;
    let among = |grain_ms: f64| (period_ms / grain_ms - (period_ms / grain_ms).round()).abs() < 1e-6;
    let seconds = (period_ms / SECOND_MS as f64).round() as i64;
    let human = if among(SECOND_MS as f64) && HUMAN_SECONDS.contains(&seconds) {
        0.5 / HUMAN_SECONDS.len() as f64
    } else {
        0.0
    };
    let minutes = period_ms / MINUTE_MS as f64;
    let whole = if among(MINUTE_MS as f64) && minutes <= LONGEST_MINUTES {
        // Harmonic numbers stay below their logarithm and one.
        0.25 / (minutes.max(1.0) * (LONGEST_MINUTES.ln() + 1.0))
    } else {
        0.0
    };
    // Lengths that differ by a quarter of a cycle over the history; their number falls with the square of the
    // cycles, as eight cycles are the fewest.
    const FEWEST_CYCLES: f64 = 8.0;
    let cycles = (span_ms / period_ms).max(FEWEST_CYCLES);
    let grid = 0.25 * FEWEST_CYCLES / (4.5 * cycles * cycles);
    -(human + whole + grid.max(1e-12)).ln()
}

/// Nats to say that local times are read in the configured zone (index 0) or in UTC.
pub(super) fn zone_nats(clock: usize) -> f64 {
    if clock == 0 { 0.02 } else { 4.0 }
}

/// Nats to say which family explains the runs: clock times, a free period, a loop, another task type.
pub(super) const FAMILY_NATS: f64 = LN_2;
/// The same for the three rarer families.
pub(super) const RARE_FAMILY_NATS: f64 = 3.0 * LN_2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_share_one_unit() {
        let sum: f64 = (0..1440).map(minute_share).sum();
        assert!((sum - 1.0).abs() < 1e-9);
    }

    #[test]
    fn periods_that_a_history_can_tell_apart_share_one_unit() {
        let span_ms = 2.0 * DAY_MS as f64;
        let grid: f64 = (32..40_000)
            .map(|quarter| span_ms / (f64::from(quarter) + 0.123) * 4.0)
            .map(|period| (-rhythm_nats(period, span_ms)).exp())
            .sum();
        let minutes: f64 =
            (1..=180).map(|minute| (-rhythm_nats((minute * MINUTE_MS) as f64, span_ms)).exp()).sum();
        assert!(grid > 0.1 && grid + minutes < 1.0, "{grid} {minutes}");
    }

    #[test]
    fn a_round_time_costs_less_than_an_odd_one() {
        let round = clock_times_nats(DAY_MS, 2 * 60 * MINUTE_MS, 1_000);
        let odd = clock_times_nats(DAY_MS, 2 * 60 * MINUTE_MS + 17 * MINUTE_MS + 23_000, 1_000);
        assert!(round + 3.0 < odd);
    }
}
