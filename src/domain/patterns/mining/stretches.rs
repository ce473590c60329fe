//! Stretches of one period: a loop that changes its pace a little, or is started anew, is one pattern and not many.

use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, Tier};

/// Share by which the lengths of two stretches of one loop may differ.
const ALIKE: f64 = 0.1;

/// For each of the patterns of one history, whether another one states its period as it is now.
pub(super) fn outlived(patterns: &[Pattern]) -> Vec<bool> {
    patterns
        .iter()
        .map(|pattern| patterns.iter().any(|other| is_alike(pattern, other) && rank(other) > rank(pattern)))
        .collect()
}

/// Confirmed before tentative, what was kept last before what ended earlier, the shorter of two that did both.
fn rank(pattern: &Pattern) -> (bool, bool, i64, std::cmp::Reverse<i64>) {
    let length = period_ms(pattern).unwrap_or(i64::MAX);
    let confirmed = pattern.evidence.tier == Tier::Confirmed;
    let last_seen = pattern.evidence.last_seen.millis();
    (confirmed, pattern.is_active, last_seen, std::cmp::Reverse(length))
}

fn is_alike(one: &Pattern, other: &Pattern) -> bool {
    match (period_ms(one), period_ms(other)) {
        (Some(one), Some(other)) => (one as f64 / other as f64).ln().abs() <= ALIKE,
        _ => false,
    }
}

fn period_ms(pattern: &Pattern) -> Option<i64> {
    match pattern.schedule {
        Schedule::Period { period_ms, .. } => Some(period_ms),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, MONDAY_MS, days, history, mined};
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::time::{DAY_MS, MINUTE_MS};

    /// Periods, ascending by when they were last kept, of runs at two paces with a pause of two days between them.
    fn of_two_paces(first_ms: i64, second_ms: i64) -> Vec<i64> {
        let mut chance = Chance::new(11);
        let mut starts = Vec::new();
        for (from, period_ms) in [(MONDAY_MS, first_ms), (MONDAY_MS + 8 * DAY_MS, second_ms)] {
            let slots = 6 * DAY_MS / period_ms;
            starts.extend(
                (0..slots).map(|slot| from + slot * period_ms + chance.between(0.0, 30_000.0) as i64),
            );
        }
        let mut found = mined(&[history("loop", starts)], days(14), Zone::UTC);
        found.sort_by_key(|pattern| pattern.evidence.last_seen);
        found.iter().filter_map(period_ms).collect()
    }

    #[test]
    fn a_pace_that_changed_a_little_is_one_period_and_another_pace_is_another() {
        let slower = of_two_paces(50 * MINUTE_MS, 51 * MINUTE_MS);
        assert_eq!(slower, [51 * MINUTE_MS]);
        let other = of_two_paces(50 * MINUTE_MS, 77 * MINUTE_MS);
        assert_eq!(other, [50 * MINUTE_MS, 77 * MINUTE_MS]);
    }
}
