//! Whether a schedule is still kept: by what was observed to be missing, and by how long nobody looked.

use super::window::half_window;
use crate::domain::patterns::Pattern;
use crate::domain::time::{DAY_MS, Timestamp};

/// Days of unobserved silence that halve the confidence of everything learned from the history.
pub const SILENCE_HALF_LIFE_DAYS: f64 = 30.0;

/// Silence that costs nothing: logs are usually imported once a day.
const SILENCE_GRACE_MS: i64 = DAY_MS;

/// Chance per slot that a schedule is given up: one in a hundred, so that a job which never failed is given
/// up for dead after its second or third miss in a row, and one that often fails much later.
const HAZARD: f64 = 0.01;

/// What is left (0..1] of a confidence when nothing was recorded from `silent_since` on, although something was
/// expected, and it is now `now`: schedules change, and nobody has looked since. 1 within a day, then halved every
/// [`SILENCE_HALF_LIFE_DAYS`].
pub fn silence_factor(silent_since: Option<Timestamp>, now: Timestamp) -> f64 {
    let Some(since) = silent_since else { return 1.0 };
    let silent_ms = now.since(since).saturating_sub(SILENCE_GRACE_MS).max(0);
    0.5_f64.powf(silent_ms as f64 / DAY_MS as f64 / SILENCE_HALF_LIFE_DAYS)
}

/// From when on a record that ends at `history_end` says nothing, although something was expected: a store of one
/// monthly job is not out of date between its runs. Where no pattern has a clock, from the end on; `None` without a
/// record.
pub fn silent_since<'a>(
    history_end: Option<Timestamp>,
    patterns: impl Iterator<Item = &'a Pattern>,
) -> Option<Timestamp> {
    let end = history_end?;
    patterns
        .filter(|pattern| pattern.is_active && !pattern.evidence.details.rests_on_all_runs())
        // A schedule of another one's runs has no next instant, and a late run is no silence.
        .filter_map(|pattern| pattern.schedule.next_after(end.plus_ms(half_window(pattern)), pattern.zone))
        .min()
        .or(Some(end))
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
    use crate::domain::prediction::fixture::{at, pattern, schedule};

    #[test]
    fn silence_of_a_day_costs_nothing_and_of_a_month_more_half_the_confidence() {
        let end = Timestamp::clamped(0);
        assert_eq!(silence_factor(Some(end), end.plus_ms(DAY_MS)), 1.0);
        assert!((silence_factor(Some(end), end.plus_ms(31 * DAY_MS)) - 0.5).abs() < 1e-12);
        assert_eq!(silence_factor(Some(end.plus_ms(DAY_MS)), end), 1.0);
        assert_eq!(silence_factor(None, end), 1.0);
    }

    #[test]
    fn silence_begins_where_something_was_expected() {
        let monthly = pattern("invoice", schedule("0 3 1 * *"));
        let daily = pattern("backup", schedule("0 2 * * *"));
        let end = at("2026-02-01T03:00:05Z");
        let since = |patterns: &[Pattern]| silent_since(Some(end), patterns.iter());
        assert_eq!(since(std::slice::from_ref(&monthly)), Some(at("2026-03-01T03:00:00Z")));
        assert_eq!(since(&[monthly, daily]), Some(at("2026-02-02T02:00:00Z")));
        assert_eq!(since(&[]), Some(end));
        assert_eq!(silent_since(None, [].iter()), None);
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
