//! Years for logs that do not name them: counted by their new years, anchored by their latest line.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::syslog_stamp::{Stamp, YearlessStamp};
use crate::domain::calendar::{Zone, local_time, resolve_local};
use crate::domain::time::{DAY_MS, Timestamp};

/// A step back by more than this is a new year, not a clock that was set.
const NEW_YEAR_STEP_DAYS: i64 = 180;
/// A step forward by more than this is a line of the old year logged late (or an older log appended).
const OLD_YEAR_STEP_DAYS: i64 = 350;
/// Every leap day recurs within eight years.
const LEAP_SEARCH_YEARS: i32 = 8;

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
            let candidate = (years_passed, local);
            self.latest = Some(self.latest.map_or(candidate, |latest| latest.max(candidate)));
        }
    }

    /// The latest years in which no line is later than `latest` by more than a day (a log copied from a
    /// machine whose clock or zone differs) and every 29 February exists. `None` without a line that needs it.
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
        let first = (0..LEAP_SEARCH_YEARS)
            .map(|back| newest_first - back)
            .find(|first| self.leap_days.iter().all(|passed| is_leap_year(first + passed)))
            .unwrap_or(newest_first);
        Some(InferredYears { first, last: first + self.last_year })
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
        let mut inference = YearInference::default();
        for text in stamps {
            let line = format!("{text} host");
            inference.observe(split_stamp(&line).expect("a stamp").0);
        }
        let latest = Timestamp::parse_rfc3339(latest).expect("valid instant");
        inference.years(latest, Zone::UTC).map(|years| (years.first, years.last))
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
    fn dated_lines_that_follow_bound_the_ones_before() {
        let stamps = ["Oct  2 10:00:00", "2015-10-03T00:00:00Z", "2019-10-03T00:00:00Z"];
        assert_eq!(years(&stamps, "2026-01-01T00:00:00Z"), Some((2015, 2015)));
    }

    #[test]
    fn a_log_whose_lines_are_all_dated_needs_no_year() {
        assert_eq!(years(&["2015-10-03T00:00:00Z"], "2026-01-01T00:00:00Z"), None);
    }
}
