//! The instants at which a schedule fires, found one after another.

use std::borrow::Cow;

use super::walk::CalendarWalk;
use super::{MonthSet, Schedule, Zone};
use crate::domain::time::{TimeSpan, Timestamp};

/// The most instants [`Schedule::occurrences`] collects: nineteen years of every minute, 80 MB.
pub const MAX_OCCURRENCES: usize = 10_000_000;

impl Schedule {
    /// The instants in `span` at which it fires, ascending: window openings for a window; none for `Follows`,
    /// whose instants depend on the predecessor's. A local time that clocks skip fires at the end of the
    /// gap, one that they repeat fires once (the first), except that a schedule that fires in all 24 hours
    /// keeps to real time, as cron does: skipped times are left out and repeated ones fire again.
    ///
    /// At most [`MAX_OCCURRENCES`]; [`Schedule::occurrences_iter`] knows no such limit.
    pub fn occurrences(&self, span: TimeSpan, zone: Zone) -> Vec<Timestamp> {
        self.occurrences_iter(span, zone).take(MAX_OCCURRENCES).collect()
    }

    /// Like [`Schedule::occurrences`], in constant memory.
    pub fn occurrences_iter(&self, span: TimeSpan, zone: Zone) -> Occurrences<'_> {
        let source = match self {
            Schedule::Calendar(calendar) => Source::Calendar(CalendarWalk::new(
                calendar.months,
                calendar.days,
                Cow::Borrowed(&calendar.minutes_of_day),
                span,
                zone,
            )),
            Schedule::Window { days, start_minute, .. } => Source::Calendar(CalendarWalk::new(
                MonthSet::ALL,
                *days,
                Cow::Owned(vec![*start_minute]),
                span,
                zone,
            )),
            Schedule::Period { period_ms, anchor } => periodic(*period_ms, *anchor, span),
            Schedule::Follows { .. } => Source::Nothing,
        };
        Occurrences { source }
    }

    /// The first instant after `instant` at which it fires; `None` if there is none before the year 10000.
    pub fn next_after(&self, instant: Timestamp, zone: Zone) -> Option<Timestamp> {
        self.occurrences_iter(TimeSpan { start: instant.plus_ms(1), end: Timestamp::MAX }, zone).next()
    }
}

/// The instants of [`Schedule::occurrences_iter`], ascending, without repeats.
pub struct Occurrences<'a> {
    source: Source<'a>,
}

enum Source<'a> {
    Nothing,
    Period { next: i64, period_ms: i64, end: i64 },
    Calendar(CalendarWalk<'a>),
}

impl Iterator for Occurrences<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        match &mut self.source {
            Source::Nothing => None,
            Source::Period { next, period_ms, end } => {
                let instant = *next;
                if instant >= *end {
                    return None;
                }
                *next = instant.saturating_add(*period_ms);
                Timestamp::from_millis(instant)
            }
            Source::Calendar(walk) => walk.next(),
        }
    }
}

/// The multiples of the period, counted from the anchor, from the start of the span on.
fn periodic(period_ms: i64, anchor: Timestamp, span: TimeSpan) -> Source<'static> {
    if period_ms <= 0 {
        return Source::Nothing;
    }
    let ahead = i128::from(span.start.since(anchor));
    let period = i128::from(period_ms);
    let steps = -(-ahead).div_euclid(period);
    let first = i128::from(anchor.millis()) + steps * period;
    let next = i64::try_from(first).unwrap_or(i64::MAX);
    Source::Period { next, period_ms, end: span.end.millis() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CalendarSchedule, DayFilter, parse_zone};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("valid instant")
    }

    fn daily(minutes_of_day: Vec<u16>) -> Schedule {
        Schedule::Calendar(CalendarSchedule { months: MonthSet::ALL, days: DayFilter::Daily, minutes_of_day })
    }

    fn fired(schedule: &Schedule, zone: &str, from: &str, to: &str) -> Vec<String> {
        schedule
            .occurrences(TimeSpan::new(at(from), at(to)), parse_zone(zone).expect("known zone"))
            .into_iter()
            .map(Timestamp::to_rfc3339)
            .collect()
    }

    #[test]
    fn a_skipped_local_time_fires_once_at_the_end_of_its_gap() {
        let schedule = daily(vec![120, 150, 180]);
        assert_eq!(
            fired(&schedule, "America/New_York", "2016-03-13T00:00:00Z", "2016-03-14T06:30:00Z"),
            ["2016-03-13T07:00:00Z", "2016-03-14T06:00:00Z"]
        );
    }

    #[test]
    fn a_repeated_local_time_fires_the_first_time_only() {
        assert_eq!(
            fired(&daily(vec![90]), "Europe/London", "2016-10-30T00:00:00Z", "2016-11-01T00:00:00Z"),
            ["2016-10-30T00:30:00Z", "2016-10-31T01:30:00Z"]
        );
    }

    #[test]
    fn an_hourly_schedule_keeps_to_real_time() {
        let hourly = daily((0..24).map(|hour| hour * 60 + 17).collect());
        for (from, to) in [
            ("2016-03-12T12:00:00Z", "2016-03-14T12:00:00Z"),
            ("2016-11-05T12:00:00Z", "2016-11-07T12:00:00Z"),
        ] {
            let span = TimeSpan::new(at(from), at(to));
            let instants = hourly.occurrences(span, parse_zone("America/New_York").expect("known"));
            assert_eq!(instants.len(), 48);
            assert!(instants.windows(2).all(|pair| pair[1].since(pair[0]) == 3_600_000));
        }
    }

    #[test]
    fn half_hour_clock_changes_skip_and_repeat_half_an_hour() {
        // 2026-10-04 02:00 +10:30 becomes 02:30 +11; 2027-04-04 02:00 +11 becomes 01:30 +10:30.
        let zone = "Australia/Lord_Howe";
        assert_eq!(
            fired(&daily(vec![135, 150]), zone, "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z"),
            ["2026-10-03T15:30:00Z"]
        );
        assert_eq!(
            fired(&daily(vec![105, 120]), zone, "2027-04-03T12:00:00Z", "2027-04-04T12:00:00Z"),
            ["2027-04-03T14:45:00Z", "2027-04-03T15:30:00Z"]
        );
        let hourly = daily((0..24).map(|hour| hour * 60 + 45).collect());
        assert_eq!(
            fired(&hourly, zone, "2027-04-03T14:00:00Z", "2027-04-03T17:00:00Z"),
            ["2027-04-03T14:45:00Z", "2027-04-03T15:15:00Z", "2027-04-03T16:15:00Z"]
        );
    }

    #[test]
    fn a_clock_set_back_over_midnight_keeps_the_order() {
        // St John's set its clocks from 00:01 back to 23:01 of the day before.
        let hourly = daily((0..24).map(|hour| hour * 60).collect());
        assert_eq!(
            fired(&hourly, "America/St_Johns", "2006-10-29T01:00:00Z", "2006-10-29T04:45:00Z"),
            ["2006-10-29T01:30:00Z", "2006-10-29T02:30:00Z", "2006-10-29T03:30:00Z", "2006-10-29T04:30:00Z"]
        );
    }

    #[test]
    fn a_day_that_a_zone_left_out_fires_at_its_end() {
        // Samoa went from the 29th to the 31st of December 2011.
        assert_eq!(
            fired(&daily(vec![0, 720]), "Pacific/Apia", "2011-12-29T11:00:00Z", "2011-12-31T11:00:00Z"),
            ["2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z", "2011-12-31T10:00:00Z"]
        );
    }

    #[test]
    fn a_period_fires_at_exact_multiples_on_both_sides_of_its_anchor() {
        let schedule = Schedule::Period { period_ms: 7_000, anchor: at("2026-01-01T00:00:00Z") };
        assert_eq!(
            fired(&schedule, "UTC", "2025-12-31T23:59:53Z", "2026-01-01T00:00:07Z"),
            ["2025-12-31T23:59:53Z", "2026-01-01T00:00:00Z"]
        );
        for period_ms in [0, -5, i64::MIN] {
            let never = Schedule::Period { period_ms, anchor: Timestamp::MIN };
            assert_eq!(never.next_after(Timestamp::MIN, Zone::UTC), None);
        }
        let once = Schedule::Period { period_ms: i64::MAX, anchor: Timestamp::MIN };
        let always = TimeSpan { start: Timestamp::MIN, end: Timestamp::MAX };
        assert_eq!(once.occurrences(always, Zone::UTC), [Timestamp::MIN]);
    }

    #[test]
    fn ten_thousand_years_are_walked_lazily() {
        let always = TimeSpan { start: Timestamp::MIN, end: Timestamp::MAX };
        let minutely = Schedule::Period { period_ms: 60_000, anchor: Timestamp::MIN };
        assert_eq!(minutely.occurrences_iter(always, Zone::UTC).take(5).count(), 5);
        let each_minute = daily((0..1440).collect());
        assert_eq!(each_minute.occurrences_iter(always, Zone::UTC).take(5000).count(), 5000);
    }

    #[test]
    fn the_next_occurrence_may_be_decades_away_or_never_come() {
        let on = |days, months| {
            Schedule::Calendar(CalendarSchedule {
                months: MonthSet::from_bits(months),
                days: DayFilter::MonthDays { days },
                minutes_of_day: vec![0],
            })
        };
        let next = |schedule: Schedule| schedule.next_after(at("2096-03-01T00:00:00Z"), Zone::UTC);
        assert_eq!(next(on(1 << 29, 0b10)), Some(at("2104-02-29T00:00:00Z")));
        assert_eq!(next(on(1 << 31, 0b10)), None);
        assert_eq!(next(on(0, 0xfff)), None);
        assert_eq!(next(on(1 << 1, 0)), None);
    }

    #[test]
    fn a_window_fires_when_it_opens() {
        let window = Schedule::Window { days: DayFilter::Daily, start_minute: 540, end_minute: 720 };
        assert_eq!(
            fired(&window, "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ["2026-01-01T09:00:00Z"]
        );
    }
}
