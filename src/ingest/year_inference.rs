//! Years for logs that do not name them: counted by their new years, anchored by their latest line.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::syslog_stamp::{Stamp, YearlessStamp};
use crate::domain::calendar::{LocalInstant, Zone, local_time, resolve_local};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

/// A step back by more than this is a new year, not a clock that was set.
const NEW_YEAR_STEP_DAYS: i64 = 180;
/// A step forward by more than this is a line of the old year logged late (or an older log appended).
const OLD_YEAR_STEP_DAYS: i64 = 350;
/// Weekdays, leap days and with them the days on which clocks change recur within 28 years.
const SEARCHED_YEARS: i32 = 28;
/// How far a log steps back within the hour that clocks repeat: less is disorder, more a clock that was set.
const REPEATED_STEP_MS: RangeInclusive<i64> = 15 * MINUTE_MS..=HOUR_MS;
/// Steps back that are remembered; a log of a year has one or two.
const STEPS_REMEMBERED: usize = 8;

/// Tells how many new years lie between the first line of a log and the line at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct YearCounter {
    previous_day: Option<i64>,
    years_passed: i32,
}

impl YearCounter {
    /// Years between the first line and this one; negative when older lines follow newer ones.
    pub(super) fn advance(&mut self, stamp: YearlessStamp) -> i32 {
        let day = stamp.in_year(2000).map_or(0, |local| i64::from(local.ordinal()));
        if let Some(previous) = self.previous_day {
            let step = day - previous;
            if step < -NEW_YEAR_STEP_DAYS {
                self.years_passed = self.years_passed.saturating_add(1);
            } else if step > OLD_YEAR_STEP_DAYS {
                self.years_passed = self.years_passed.saturating_sub(1);
            }
        }
        self.previous_day = Some(day);
        self.years_passed
    }
}

/// Collects, in a first pass, what decides the year of the first line.
#[derive(Clone, Debug, Default)]
pub(super) struct YearInference {
    counter: YearCounter,
    lines: u64,
    last_year: i32,
    /// The latest line: years passed and its local time within a leap year.
    latest: Option<(i32, NaiveDateTime)>,
    /// Years passed at lines of 29 February, each once.
    leap_days: Vec<i32>,
    previous: Option<NaiveDateTime>,
    /// Where the log steps back by less than an hour: years passed and the stamp.
    steps_back: Vec<(i32, YearlessStamp)>,
    /// The first stamp with a full date after the last one without a year: nothing before it is later.
    dated_after: Option<Stamp>,
}

/// The years that a log was read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InferredYears {
    /// Year of the first line.
    pub(super) first: i32,
    /// Year of the last line.
    pub(super) last: i32,
    /// Whether a later year would do but for the hour that the log repeats.
    pub(super) by_clock_change: bool,
}

impl YearInference {
    /// Takes note of one line's stamp.
    pub(super) fn observe(&mut self, stamp: Stamp) {
        let Stamp::Yearless(yearless) = stamp else {
            self.dated_after.get_or_insert(stamp);
            return;
        };
        self.lines += 1;
        self.dated_after = None;
        let years_passed = self.counter.advance(yearless);
        self.last_year = years_passed;
        if (yearless.month, yearless.day) == (2, 29) && !self.leap_days.contains(&years_passed) {
            self.leap_days.push(years_passed);
        }
        if let Some(local) = yearless.in_year(2000) {
            let step_ms = self.previous.map(|previous| (previous - local).num_milliseconds());
            let repeats = step_ms.is_some_and(|step_ms| REPEATED_STEP_MS.contains(&step_ms));
            if repeats && self.steps_back.len() < STEPS_REMEMBERED {
                self.steps_back.push((years_passed, yearless));
            }
            self.previous = Some(local);
            let candidate = (years_passed, local);
            self.latest = Some(self.latest.map_or(candidate, |latest| latest.max(candidate)));
        }
    }

    /// The latest years in which no line is later than `latest` by more than a day (a log copied from a
    /// machine whose clock or zone differs), every 29 February exists, and clocks in `zone` go back where the
    /// log does: an archived log is not of this year, and with the day of that change its weekdays are right.
    /// `None` without a line that needs a year.
    pub(super) fn years(&self, latest: Timestamp, zone: Zone) -> Option<InferredYears> {
        let (years_passed, local) = self.latest?;
        let bound = match self.dated_after {
            Some(Stamp::Instant(instant)) => instant.min(latest),
            Some(Stamp::Local(local)) => resolve_local(zone, local).first().min(latest),
            _ => latest,
        };
        let bound = local_time(zone, bound.plus_ms(DAY_MS));
        let in_year = |year: i32| {
            NaiveDate::from_ymd_opt(year, local.month(), local.day())
                .or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
                .map(|date| date.and_time(local.time()))
        };
        let year = if in_year(bound.year())? <= bound { bound.year() } else { bound.year() - 1 };
        let newest_first = year - years_passed;
        let has_leap_days = |first: &i32| self.leap_days.iter().all(|passed| is_leap_year(first + passed));
        let candidates = (0..SEARCHED_YEARS).map(|back| newest_first - back).filter(has_leap_days);
        let newest = candidates.clone().next().unwrap_or(newest_first);
        // The first of those that explain most is the latest.
        let mut best = (self.repeats_explained(newest, zone), newest);
        for first in candidates {
            let explained = self.repeats_explained(first, zone);
            if explained > best.0 {
                best = (explained, first);
            }
        }
        let first = best.1;
        Some(InferredYears { first, last: first + self.last_year, by_clock_change: first != newest })
    }

    /// Steps back that lie in an hour that clocks repeat, when the first line is of year `first`.
    fn repeats_explained(&self, first: i32, zone: Zone) -> usize {
        let repeated = |(passed, stamp): &&(i32, YearlessStamp)| {
            let local = stamp.in_year(first + passed);
            local.is_some_and(|local| matches!(resolve_local(zone, local), LocalInstant::Twice(..)))
        };
        self.steps_back.iter().filter(repeated).count()
    }
}

fn is_leap_year(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::syslog_stamp::split_stamp;

    fn years(stamps: &[&str], latest: &str) -> Option<(i32, i32)> {
        years_in(Zone::UTC, stamps, latest)
    }

    fn years_in(zone: Zone, stamps: &[&str], latest: &str) -> Option<(i32, i32)> {
        let mut inference = YearInference::default();
        for text in stamps {
            let line = format!("{text} host");
            inference.observe(split_stamp(&line).expect("a stamp").0);
        }
        let latest = Timestamp::parse_rfc3339(latest).expect("valid instant");
        inference.years(latest, zone).map(|years| (years.first, years.last))
    }

    #[test]
    fn the_last_line_is_the_latest_that_is_not_in_the_future() {
        assert_eq!(years(&["Oct  2 10:00:00"], "2016-11-01T00:00:00Z"), Some((2016, 2016)));
        assert_eq!(years(&["Oct  2 10:00:00"], "2016-09-01T00:00:00Z"), Some((2015, 2015)));
        assert_eq!(years(&["Oct  2 10:00:00"], "2016-10-02T01:00:00Z"), Some((2016, 2016)));
    }

    #[test]
    fn a_step_over_new_year_counts_a_year_and_a_late_line_takes_it_back() {
        let stamps = ["Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01"];
        assert_eq!(years(&stamps, "2020-01-05T00:00:00Z"), Some((2019, 2020)));
    }

    #[test]
    fn an_older_log_appended_to_a_newer_one_lies_in_the_year_before() {
        let stamps = ["Jan  1 00:00:00", "Jan  3 00:00:00", "Dec 30 00:00:00", "Dec 31 00:00:00"];
        assert_eq!(years(&stamps, "2020-01-05T00:00:00Z"), Some((2020, 2019)));
    }

    #[test]
    fn february_29_forces_a_leap_year() {
        assert_eq!(
            years(&["Feb 29 10:00:00", "Mar  1 00:00:00"], "2019-06-01T00:00:00Z"),
            Some((2016, 2016))
        );
    }

    #[test]
    fn the_hour_that_clocks_repeat_tells_an_older_year() {
        let stamps = ["Oct 30 01:39:01", "Nov  6 01:39:01", "Nov  6 01:09:01", "Nov  6 02:09:01"];
        let zone = Zone::America__New_York;
        assert_eq!(years_in(zone, &stamps, "2021-03-01T00:00:00Z"), Some((2016, 2016)));
        assert_eq!(years_in(zone, &stamps, "2022-11-07T00:00:00Z"), Some((2022, 2022)));
        assert_eq!(years_in(Zone::UTC, &stamps, "2021-03-01T00:00:00Z"), Some((2020, 2020)));
        let set_back = ["Jul  6 01:39:01", "Jul  6 01:09:01"];
        assert_eq!(years_in(zone, &set_back, "2021-03-01T00:00:00Z"), Some((2020, 2020)));
    }

    #[test]
    fn dated_lines_that_follow_bound_the_ones_before() {
        let stamps = ["Oct  2 10:00:00", "2015-10-03T00:00:00Z", "2019-10-03T00:00:00Z"];
        assert_eq!(years(&stamps, "2026-01-01T00:00:00Z"), Some((2015, 2015)));
    }

    #[test]
    fn a_log_whose_lines_are_all_dated_needs_no_year() {
        assert_eq!(years(&["2015-10-03T00:00:00Z"], "2026-01-01T00:00:00Z"), None);
    }
}
