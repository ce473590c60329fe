//! One host's clock as its log shows it: local times become instants by the order of the lines.

use std::collections::HashSet;

use chrono::{NaiveDateTime, Timelike};

use crate::domain::calendar::{LocalInstant, Zone, resolve_local};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Lines of one second may stand in another order than they were logged in.
const DISORDER_MS: i64 = MINUTE_MS;

/// Resolves the local times of one host in the order of its log.
#[derive(Clone, Debug)]
pub(super) struct LogClock {
    zone: Zone,
    previous: Option<Timestamp>,
    /// What was logged so far within the hour that clocks repeat: minute of the day and text.
    seen_in_repeated_hour: HashSet<(u32, String)>,
}

/// One line's instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClockReading {
    /// When the line was logged.
    pub(super) instant: Timestamp,
    /// How far that lies before the host's line before, where that is more than disorder: its clock was set.
    pub(super) set_back_ms: Option<i64>,
}

impl LogClock {
    /// The clock of a host in `zone`.
    pub(super) fn new(zone: Zone) -> LogClock {
        LogClock { zone, previous: None, seen_in_repeated_hour: HashSet::new() }
    }

    /// Reads a stamp that names its instant.
    pub(super) fn at_instant(&mut self, instant: Timestamp) -> ClockReading {
        let set_back_ms =
            self.previous.map(|previous| previous.since(instant)).filter(|step| *step > DISORDER_MS);
        self.previous = Some(instant);
        ClockReading { instant, set_back_ms }
    }

    /// Reads a local stamp. In the hour that clocks repeat, a line is of the second pass when time would
    /// otherwise run backward, or when `once_a_minute` (a text that occurs at most once in a minute: cron
    /// starts a command that often) was seen in the same minute already.
    pub(super) fn at_local(&mut self, local: NaiveDateTime, once_a_minute: Option<&str>) -> ClockReading {
        let instant = match resolve_local(self.zone, local) {
            LocalInstant::Twice(first, second) => {
                let minute = local.hour() * 60 + local.minute();
                let repeats = once_a_minute
                    .is_some_and(|text| !self.seen_in_repeated_hour.insert((minute, text.to_owned())));
                let backward = self.previous.is_some_and(|previous| previous.since(first) > DISORDER_MS);
                // Far behind even the second pass, the clock was set and order tells nothing.
                let far = self.previous.is_some_and(|previous| previous.since(second) > DISORDER_MS);
                if (backward || repeats) && !far { second } else { first }
            }
            other => {
                self.seen_in_repeated_hour.clear();
                other.first()
            }
        };
        self.at_instant(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn november_6(hour: u32, minute: u32) -> NaiveDateTime {
        let time = NaiveDate::from_ymd_opt(2016, 11, 6).and_then(|date| date.and_hms_opt(hour, minute, 1));
        time.expect("valid local time")
    }

    fn read(locals: &[NaiveDateTime], once_a_minute: Option<&str>) -> Vec<String> {
        let mut clock = LogClock::new(Zone::America__New_York);
        locals.iter().map(|local| clock.at_local(*local, once_a_minute).instant.to_rfc3339()).collect()
    }

    #[test]
    fn after_a_step_back_the_repeated_hour_is_read_for_the_second_time() {
        let locals =
            [november_6(1, 9), november_6(1, 39), november_6(1, 9), november_6(1, 39), november_6(2, 9)];
        let expected = [
            "2016-11-06T05:09:01Z",
            "2016-11-06T05:39:01Z",
            "2016-11-06T06:09:01Z",
            "2016-11-06T06:39:01Z",
            "2016-11-06T07:09:01Z",
        ];
        assert_eq!(read(&locals, None), expected);
    }

    #[test]
    fn a_command_logged_twice_in_one_local_minute_ran_in_both_passes() {
        let locals = [november_6(0, 17), november_6(1, 17), november_6(1, 17), november_6(2, 17)];
        let expected =
            ["2016-11-06T04:17:01Z", "2016-11-06T05:17:01Z", "2016-11-06T06:17:01Z", "2016-11-06T07:17:01Z"];
        assert_eq!(read(&locals, Some("(root) CMD (hourly)")), expected);
    }

    #[test]
    fn a_time_that_clocks_skip_is_the_end_of_the_gap() {
        let local = NaiveDate::from_ymd_opt(2016, 3, 13).and_then(|date| date.and_hms_opt(2, 30, 0));
        assert_eq!(read(&[local.expect("valid")], None), ["2016-03-13T07:00:00Z"]);
    }

    #[test]
    fn a_clock_that_was_set_back_is_believed_and_reported() {
        let mut clock = LogClock::new(Zone::UTC);
        clock.at_local(november_6(18, 3), None);
        let reading = clock.at_local(november_6(14, 9), None);
        assert_eq!(reading.instant.to_rfc3339(), "2016-11-06T14:09:01Z");
        assert_eq!(reading.set_back_ms, Some((3 * 60 + 54) * MINUTE_MS));
    }
}
