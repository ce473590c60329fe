//! A zone's offsets over one span, tabulated: local times of a million instants without a database look-up each.

use crate::domain::calendar::{Zone, local_time};
use crate::domain::time::{DAY_MS, HOUR_MS, Timestamp};

/// What clocks in one zone show over a span.
#[derive(Clone, Debug)]
pub(super) struct LocalClock {
    /// The zone.
    pub(super) zone: Zone,
    /// First instant (ms UTC) and offset from UTC (ms) of each stretch, ascending.
    stretches: Vec<(i64, i64)>,
}

impl LocalClock {
    /// Tabulates `zone` from `start_ms` to `end_ms` and some days around.
    pub(super) fn new(zone: Zone, start_ms: i64, end_ms: i64) -> LocalClock {
        // No zone has ever changed twice within two days.
        const PROBE_MS: i64 = 2 * DAY_MS;
        let mut at = start_ms - 3 * DAY_MS;
        let mut offset = offset_ms(zone, at);
        let mut stretches = vec![(i64::MIN, offset)];
        while at < end_ms + 3 * DAY_MS {
            let next = at + PROBE_MS;
            let next_offset = offset_ms(zone, next);
            if next_offset != offset {
                stretches.push((change_between(zone, at, next, offset), next_offset));
                offset = next_offset;
            }
            at = next;
        }
        LocalClock { zone, stretches }
    }

    /// Local milliseconds since 1970-01-01T00:00 local at `utc_ms`.
    pub(super) fn local(&self, utc_ms: i64) -> i64 {
        let index = self.stretches.partition_point(|stretch| stretch.0 <= utc_ms).max(1) - 1;
        utc_ms + self.stretches[index].1
    }

    /// The instants at which clocks show `local_ms`: none where they skip it, two where they repeat it.
    pub(super) fn utc(&self, local_ms: i64) -> [Option<i64>; 2] {
        // Offsets stay below 30 hours, so only stretches near the instant read as UTC can hold it.
        const REACH_MS: i64 = 30 * HOUR_MS;
        let from = self.stretches.partition_point(|stretch| stretch.0 <= local_ms - REACH_MS).max(1) - 1;
        let mut found = [None, None];
        for (index, &(start, offset)) in self.stretches.iter().enumerate().skip(from) {
            if start > local_ms + REACH_MS {
                break;
            }
            let utc = local_ms - offset;
            let end = self.stretches.get(index + 1).map_or(i64::MAX, |next| next.0);
            if start <= utc && utc < end {
                if found[0].is_none() {
                    found[0] = Some(utc);
                } else {
                    found[1] = Some(utc);
                }
            }
        }
        found
    }

    /// The offset on the whole local day that begins at `local_ms`, unless it changes then or on a day beside it.
    pub(super) fn steady_offset(&self, local_ms: i64) -> Option<i64> {
        let (from, to) = (local_ms - 2 * DAY_MS, local_ms + 3 * DAY_MS);
        let index = self.stretches.partition_point(|stretch| stretch.0 <= from).max(1) - 1;
        let steady = self.stretches.get(index + 1).is_none_or(|next| next.0 > to);
        steady.then_some(self.stretches[index].1)
    }

    /// Whether the offset changes between two instants.
    pub(super) fn changes_within(&self, start_ms: i64, end_ms: i64) -> bool {
        self.stretches.iter().any(|stretch| start_ms < stretch.0 && stretch.0 <= end_ms)
    }
}

/// Offset from UTC in milliseconds.
fn offset_ms(zone: Zone, utc_ms: i64) -> i64 {
    let instant = Timestamp::clamped(utc_ms);
    local_time(zone, instant).and_utc().timestamp_millis() - instant.millis()
}

/// The first second after `before` at which the offset is no longer `offset`.
fn change_between(zone: Zone, before: i64, after: i64, offset: i64) -> i64 {
    let (mut low, mut high) = (before.div_euclid(1000), after.div_euclid(1000));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset_ms(zone, middle * 1000) == offset {
            low = middle;
        } else {
            high = middle;
        }
    }
    high * 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::parse_zone;

    fn at(text: &str) -> i64 {
        Timestamp::parse_rfc3339(text).expect("valid").millis()
    }

    #[test]
    fn local_times_follow_the_change_of_clocks() {
        let zone = parse_zone("America/New_York").expect("known");
        let clock = LocalClock::new(zone, at("2016-10-20T00:00:00Z"), at("2016-11-20T00:00:00Z"));
        assert_eq!(clock.local(at("2016-11-06T05:59:59Z")), at("2016-11-06T01:59:59Z"));
        assert_eq!(clock.local(at("2016-11-06T06:00:00Z")), at("2016-11-06T01:00:00Z"));
        assert_eq!(clock.utc(at("2016-11-06T01:30:00Z")).iter().flatten().count(), 2);
        assert_eq!(clock.utc(at("2016-11-06T02:00:00Z")), [Some(at("2016-11-06T07:00:00Z")), None]);
        assert_eq!(clock.steady_offset(at("2016-11-02T00:00:00Z")), Some(-4 * HOUR_MS));
        assert_eq!(clock.steady_offset(at("2016-11-06T00:00:00Z")), None);
    }
}
