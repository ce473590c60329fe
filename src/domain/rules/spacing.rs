//! How close together a schedule fires, and how far a rule may move because of it.

use super::Flexibility;
use crate::domain::calendar::{Schedule, Zone, year_and_day_from};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Instants looked at: a day and a half of every minute, two years of every day.
const LOOKED_AT: usize = 2_000;

/// The shortest time between two firings after `from`, in milliseconds; `None` where it fires less than twice
/// in a year and a day, or where its instants depend on another task type's.
pub fn shortest_spacing_ms(schedule: &Schedule, zone: Zone, from: Timestamp) -> Option<i64> {
    if let Schedule::Period { period_ms, .. } = schedule {
        return (*period_ms > 0).then_some(*period_ms);
    }
    let mut previous: Option<Timestamp> = None;
    let mut shortest: Option<i64> = None;
    for instant in schedule.occurrences_iter(year_and_day_from(from), zone).take(LOOKED_AT) {
        if let Some(earlier) = previous {
            let gap = instant.since(earlier);
            shortest = Some(shortest.map_or(gap, |known| known.min(gap)));
        }
        previous = Some(instant);
    }
    shortest
}

impl Flexibility {
    /// A rule that cannot move.
    pub const FIXED: Flexibility = Flexibility { earlier_minutes: 0, later_minutes: 0 };

    /// At most half of the spacing on either side: further, and a run would lie nearer to its neighbour's
    /// time than to its own.
    pub fn within_spacing(self, spacing_ms: Option<i64>) -> Flexibility {
        let Some(spacing_ms) = spacing_ms else { return self };
        let half = u32::try_from((spacing_ms / (2 * MINUTE_MS)).max(0)).unwrap_or(u32::MAX);
        Flexibility {
            earlier_minutes: self.earlier_minutes.min(half),
            later_minutes: self.later_minutes.min(half),
        }
    }

    /// Whether a rule may be moved by `shift_minutes` from its wanted time.
    pub fn allows(self, shift_minutes: i64) -> bool {
        (-i64::from(self.earlier_minutes)..=i64::from(self.later_minutes)).contains(&shift_minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CronEntry, parse_cron};
    use crate::domain::time::{DAY_MS, HOUR_MS};

    fn spacing(cron: &str) -> Option<i64> {
        let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
        let from = Timestamp::parse_rfc3339("2026-02-10T12:00:00Z").expect("instant");
        shortest_spacing_ms(&Schedule::Calendar(calendar), Zone::UTC, from)
    }

    #[test]
    fn the_shortest_gap_counts() {
        assert_eq!(spacing("*/20 * * * *"), Some(20 * MINUTE_MS));
        assert_eq!(spacing("9,29 * * * *"), Some(20 * MINUTE_MS));
        assert_eq!(spacing("0 6,22 * * *"), Some(8 * HOUR_MS));
        assert_eq!(spacing("0 0 1 * *"), Some(30 * DAY_MS));
        assert_eq!(spacing("0 0 31 2 *"), None);
    }

    #[test]
    fn a_rule_moves_by_at_most_half_of_its_spacing() {
        let wide = Flexibility { earlier_minutes: 45, later_minutes: 120 };
        let bounded = |cron| {
            let flexibility = wide.within_spacing(spacing(cron));
            (flexibility.earlier_minutes, flexibility.later_minutes)
        };
        assert_eq!(bounded("*/20 * * * *"), (10, 10));
        assert_eq!(bounded("17 * * * *"), (30, 30));
        assert_eq!(bounded("25 6 * * *"), (45, 120));
        assert_eq!(bounded("* * * * *"), (0, 0));
    }
}
