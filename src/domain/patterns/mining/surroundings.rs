//! What all task types of one mining share: clocks, days, observation.

use super::civil_days::CivilDays;
use super::local_clock::LocalClock;
use super::observation::Observation;
use crate::domain::calendar::Zone;
use crate::domain::time::DAY_MS;

/// Clocks, days and observation of one mining.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// The configured zone first, then UTC where it differs within the span.
    pub(super) clocks: Vec<LocalClock>,
    /// Days of the span and a few around it.
    pub(super) days: CivilDays,
    /// What could be seen.
    pub(super) observation: Observation,
    /// Whether the configured zone changes its offset at all, within the span or the year after it.
    pub(super) zone_can_change: bool,
    /// Least number of hits of a pattern.
    pub(super) min_occurrences: u64,
}

impl Surroundings {
    /// Tables for `start_ms` to `end_ms`.
    pub(super) fn new(
        zone: Zone,
        start_ms: i64,
        end_ms: i64,
        observation: Observation,
        min_occurrences: u64,
    ) -> Self {
        let mut clocks = vec![LocalClock::new(zone, start_ms, end_ms)];
        // Where the offset never changes within the history, UTC explains it equally well and adds nothing.
        if clocks[0].changes_within(start_ms, end_ms) {
            clocks.push(LocalClock::new(Zone::UTC, start_ms, end_ms));
        }
        let day = |instant: i64, more: i64| {
            (instant.div_euclid(DAY_MS) + more).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
        };
        let days = CivilDays::new(day(start_ms, -3), day(end_ms, 3));
        let later = end_ms.saturating_add(366 * DAY_MS);
        let zone_can_change =
            LocalClock::new(zone, end_ms, later).changes_within(start_ms, later) || clocks.len() > 1;
        Surroundings { clocks, zone_can_change, days, observation, min_occurrences }
    }
}
