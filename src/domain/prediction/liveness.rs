//! Whether a schedule is still kept: by what was observed to be missing, and by how long nobody looked.

use super::window::half_window;
use crate::domain::patterns::Pattern;
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

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
        .filter(|pattern| is_clock(pattern))
        // A schedule of another one's runs has no next instant, and a late run is no silence.
        .filter_map(|pattern| pattern.schedule.next_after(end.plus_ms(half_window(pattern)), pattern.zone))
        .min()
        .or(Some(end))
}

/// Chance that a record ends with its last run, before anything is known of the time since: somebody imported it once.
const ENDED_RECORD: f64 = 0.2;

/// What the time between the last recorded run and now says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Silence {
    /// Chance that it was recorded, and nothing ran.
    pub recorded: f64,
    /// What is left of a confidence where it was not.
    pub factor: f64,
}

impl Silence {
    /// What is left of a confidence, all in all.
    pub fn overall(self) -> f64 {
        self.recorded + (1.0 - self.recorded) * self.factor
    }
}

/// The silence between `history_end` and `now`. Where one monthly job is all there is, two months without a run are no
/// sign that nobody records any more; where a hundred runs were expected, they are: Bayes' rule with the chance that
/// every slot since was missed by itself.
pub fn silence<'a>(
    history_end: Option<Timestamp>,
    patterns: impl Iterator<Item = &'a Pattern> + Clone,
    now: Timestamp,
) -> Silence {
    let factor = silence_factor(silent_since(history_end, patterns.clone()), now);
    let Some(end) = history_end else { return Silence { recorded: 0.0, factor } };
    // Beyond this the record has ended, however much less likely the rest of the silence is.
    const NEGLIGIBLE: f64 = 1e-9;
    let mut all_missed = 1.0;
    for pattern in patterns.filter(|pattern| is_clock(pattern)) {
        let half = half_window(pattern);
        let span = TimeSpan { start: end.plus_ms(half), end: now.plus_ms(half.saturating_neg()) };
        if span.start >= span.end {
            continue;
        }
        for _ in pattern.schedule.occurrences_iter(span, pattern.zone) {
            all_missed *= 1.0 - pattern.confidence.clamp(0.0, 1.0);
            if all_missed < NEGLIGIBLE {
                return Silence { recorded: 0.0, factor };
            }
        }
    }
    let recorded = (1.0 - ENDED_RECORD) * all_missed;
    Silence { recorded: recorded / (recorded + ENDED_RECORD), factor }
}

/// Whether a pattern is kept and has instants of its own, whatever else runs.
fn is_clock(pattern: &Pattern) -> bool {
    pattern.is_active && !pattern.evidence.details.rests_on_all_runs()
}

/// Chance (0..1) that a schedule is still kept after `trailing_misses` observed slots in a row without a run, when
/// `slots` slots have shown that it is hit with `hit_chance`: Bayes' rule with a constant hazard of one in a hundred per
/// slot. The hit chance is known as well as so many slots tell (a beta distribution): ten slots that were all kept do
/// not rule out that one in five is missed.
pub fn alive_chance(trailing_misses: u64, hit_chance: f64, slots: u64) -> f64 {
    // Hits weigh half after every forty slots, so that no more than these ever count; before any slot there are two
    // and a half, as where the hit chance comes from.
    const MOST_SLOTS: f64 = 58.0;
    const PRIOR_SLOTS: f64 = 2.5;
    // As many misses leave no schedule alive.
    const MOST_MISSES: u64 = 1_000;
    let mut all = (slots as f64).min(MOST_SLOTS) + PRIOR_SLOTS;
    let mut missed = (1.0 - hit_chance.clamp(0.0, 1.0)) * all;
    let (mut kept, mut given_up) = (1.0, 0.0);
    for _ in 0..trailing_misses.min(MOST_MISSES) {
        given_up += HAZARD * kept;
        kept *= (1.0 - HAZARD) * missed / all;
        (missed, all) = (missed + 1.0, all + 1.0);
    }
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
    fn a_silence_that_is_usual_says_nothing_and_one_that_is_not_ends_the_record() {
        let mut monthly = pattern("invoice", schedule("0 3 1 * *"));
        monthly.confidence = 0.7;
        let hourly = pattern("poll", schedule("0 * * * *"));
        let (end, now) = (at("2026-02-01T03:00:05Z"), at("2026-03-20T00:00:00Z"));
        let alone = silence(Some(end), [&monthly].into_iter(), now);
        // One slot of chance 0.3 missed: 0.8 * 0.3 against 0.2.
        assert!((alone.recorded - 0.24 / 0.44).abs() < 1e-12, "{alone:?}");
        assert!(alone.factor < 0.7 && alone.overall() > 0.8, "{alone:?}");
        let busy = silence(Some(end), [&monthly, &hourly].into_iter(), now);
        assert_eq!((busy.recorded, busy.overall()), (0.0, busy.factor));
        assert_eq!(silence(None, [&hourly].into_iter(), now).overall(), 1.0);
    }

    #[test]
    fn a_reliable_job_is_given_up_sooner_than_an_unreliable_one() {
        assert_eq!(alive_chance(0, 0.95, 30), 1.0);
        assert!(alive_chance(1, 0.95, 30) > 0.7);
        assert!(alive_chance(3, 0.95, 30) < 0.05);
        assert!(alive_chance(3, 0.3, 30) > 0.9);
        assert!(alive_chance(u64::MAX, 0.3, 30) < 0.01);
        assert_eq!(alive_chance(1, 1.0, 30), 0.0);
        assert!(alive_chance(2, 0.95, 10) > alive_chance(2, 0.95, 50));
    }
}
