//! Time zones by their IANA name, and local times that exist once, twice or never.

use chrono::{LocalResult, NaiveDateTime, TimeZone};

use crate::domain::time::{DAY_MS, Timestamp};

/// A zone of the IANA database, compiled in.
pub type Zone = chrono_tz::Tz;

/// A text that names no zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no IANA time zone")]
pub struct UnknownZone(pub String);

/// Reads an IANA name such as `America/New_York` or `UTC`.
pub fn parse_zone(name: &str) -> Result<Zone, UnknownZone> {
    name.trim().parse::<Zone>().map_err(|_| UnknownZone(name.to_owned()))
}

/// What a local time means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalInstant {
    /// It occurs once.
    Once(Timestamp),
    /// Clocks went back over it: it occurs twice.
    Twice(Timestamp, Timestamp),
    /// Clocks went forward over it: it does not occur; this is the first instant after the gap.
    Skipped(Timestamp),
}

impl LocalInstant {
    /// The one instant, the first of two, or the end of the gap.
    pub fn first(self) -> Timestamp {
        match self {
            LocalInstant::Once(instant)
            | LocalInstant::Twice(instant, _)
            | LocalInstant::Skipped(instant) => instant,
        }
    }
}

/// Finds the instants at which clocks in `zone` show `local`.
pub fn resolve_local(zone: Zone, local: NaiveDateTime) -> LocalInstant {
    let stamp = |datetime: chrono::DateTime<Zone>| Timestamp::clamped(datetime.timestamp_millis());
    match zone.from_local_datetime(&local) {
        LocalResult::Single(datetime) => LocalInstant::Once(stamp(datetime)),
        LocalResult::Ambiguous(early, late) => LocalInstant::Twice(stamp(early), stamp(late)),
        LocalResult::None => LocalInstant::Skipped(end_of_gap(zone, local)),
    }
}

/// The first instant after the gap that swallowed `local`, found by bisection to the second.
fn end_of_gap(zone: Zone, local: NaiveDateTime) -> Timestamp {
    // Read as UTC, `local` is at most 26 hours from any instant at which clocks are near it.
    let guess = local.and_utc().timestamp();
    let (mut before, mut after) = (guess - 30 * 3600, guess + 30 * 3600);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let shown = Timestamp::clamped(middle * 1000);
        if local_time(zone, shown) < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    Timestamp::clamped(after * 1000)
}

/// What clocks in `zone` show at `instant`.
pub fn local_time(zone: Zone, instant: Timestamp) -> NaiveDateTime {
    instant.to_datetime().with_timezone(&zone).naive_local()
}

/// Whether clocks of both zones have shown the same since 1970, as those of `US/Pacific` and `America/Los_Angeles`:
/// looked at each week up to 2037.
pub fn is_same_clock(one: Zone, other: Zone) -> bool {
    const WEEKS: i64 = 68 * 52;
    let shows_same = |week: i64| {
        let instant = Timestamp::clamped(week * 7 * DAY_MS);
        local_time(one, instant) == local_time(other, instant)
    };
    one == other || (0..WEEKS).all(shows_same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("valid instant")
    }

    fn local(day: u32, month: u32, hour: u32, minute: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2016, month, day)
            .and_then(|date| date.and_hms_opt(hour, minute, 0))
            .expect("valid local time")
    }

    #[test]
    fn zones_of_two_names_show_the_same_and_others_do_not() {
        assert!(is_same_clock(Zone::US__Pacific, Zone::America__Los_Angeles));
        assert!(is_same_clock(Zone::UTC, Zone::Etc__GMT));
        assert!(!is_same_clock(Zone::Europe__London, Zone::UTC), "half a year apart");
        assert!(!is_same_clock(Zone::Europe__Berlin, Zone::Europe__Helsinki));
    }

    #[test]
    fn the_hour_that_clocks_repeat_occurs_twice() {
        let zone = parse_zone("America/New_York").expect("known zone");
        assert_eq!(
            resolve_local(zone, local(6, 11, 1, 30)),
            LocalInstant::Twice(at("2016-11-06T05:30:00Z"), at("2016-11-06T06:30:00Z"))
        );
    }

    #[test]
    fn a_skipped_local_time_resolves_to_the_end_of_its_gap() {
        let zone = parse_zone("America/New_York").expect("known zone");
        assert_eq!(
            resolve_local(zone, local(13, 3, 2, 30)),
            LocalInstant::Skipped(at("2016-03-13T07:00:00Z"))
        );
    }
}
