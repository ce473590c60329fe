//! Whether a schedule is still kept: by what was observed to be missing, and by how long nobody looked.

use crate::domain::time::{DAY_MS, Timestamp};

/// Days of unobserved silence that halve the confidence of everything learned from the history.
pub const SILENCE_HALF_LIFE_DAYS: f64 = 30.0;

/// Silence that costs nothing: logs are usually imported once a day.
const SILENCE_GRACE_MS: i64 = DAY_MS;

/// Chance per slot that a schedule is given up: one in a hundred, so that a job which never failed is given
/// up for dead after its second or third miss in a row, and one that often fails much later.
const HAZARD: f64 = 0.01;

/// What is left (0..1] of a confidence when the record ended at `history_end` and it is now `now`: schedules
/// change, and nobody has looked since. 1 within a day of the end, then halved every
/// [`SILENCE_HALF_LIFE_DAYS`].
pub fn silence_factor(history_end: Option<Timestamp>, now: Timestamp) -> f64 {
    let Some(end) = history_end else { return 1.0 };
    let silent_ms = now.since(end).saturating_sub(SILENCE_GRACE_MS).max(0);
    0.5_f64.powf(silent_ms as f64 / DAY_MS as f64 / SILENCE_HALF_LIFE_DAYS)
}

/// Chance (0..1) that a schedule is still kept after `trailing_misses` observed slots in a row without a run,
/// when a slot of a kept schedule is hit with `hit_chance`: Bayes' rule with a constant hazard of one in a
/// hundred per slot. With a = (1 - hazard)(1 - hit chance): a^m / (a^m + hazard (1 + a + .. + a^(m-1))).
pub fn alive_chance(trailing_misses: u64, hit_chance: f64) -> f64 {
    let silent = (1.0 - HAZARD) * (1.0 - hit_chance.clamp(0.0, 1.0));
    let exponent = i32::try_from(trailing_misses).unwrap_or(i32::MAX);
    let kept = silent.powi(exponent);
    // silent <= 1 - HAZARD, so that the divisor is never zero.
    let given_up = HAZARD * (1.0 - kept) / (1.0 - silent);
    kept / (kept + given_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_of_a_day_costs_nothing_and_of_a_month_more_half_the_confidence() {
        let end = Timestamp::clamped(0);
        assert_eq!(silence_factor(Some(end), end.plus_ms(DAY_MS)), 1.0);
        assert!((silence_factor(Some(end), end.plus_ms(31 * DAY_MS)) - 0.5).abs() < 1e-12);
        assert_eq!(silence_factor(Some(end.plus_ms(DAY_MS)), end), 1.0);
        assert_eq!(silence_factor(None, end), 1.0);
    }

    #[test]
    fn a_reliable_job_is_given_up_sooner_than_an_unreliable_one() {
        assert_eq!(alive_chance(0, 0.95), 1.0);
        assert!(alive_chance(1, 0.95) > 0.7);
        assert!(alive_chance(3, 0.95) < 0.05);
        assert!(alive_chance(3, 0.3) > 0.9);
        assert!(alive_chance(u64::MAX, 0.3) < 1e-6);
        assert_eq!(alive_chance(1, 1.0), 0.0);
    }
}
