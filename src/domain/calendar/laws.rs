//! Laws that hold for every schedule in every zone.

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::arbitrary::{calendar, instant, schedule, span, zone};
use super::times_of_day::{ALL_HOURS, hours_of};
use super::{
    CalendarSchedule, CronEntry, DayFilter, MonthSet, Schedule, Zone, local_time, parse_cron,
    year_and_day_from,
};
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// The documented meaning, minute by minute: an ordinary schedule fires when clocks first reach or pass one of
/// its local times, one that fires in all 24 hours whenever clocks show one.
fn reference(calendar: &CalendarSchedule, span: TimeSpan, zone: Zone) -> Vec<Timestamp> {
    let fires_at = |local: NaiveDateTime| {
        let minute = (local.hour() * 60 + local.minute()) as u16;
        let month = chrono::Datelike::month(&local);
        calendar.minutes_of_day.contains(&minute)
            && calendar.months.contains_number(month)
            && calendar.days.matches(local.date())
    };
    let keeps_real_time = hours_of(&calendar.minutes_of_day) == ALL_HOURS;
    let mut found = Vec::new();
    let mut instant = span.start.plus_ms(-2 * DAY_MS);
    let mut shown_so_far = local_time(zone, instant.plus_ms(-MINUTE_MS));
    while instant < span.end {
        let local = local_time(zone, instant);
        let mut fires = keeps_real_time && fires_at(local);
        while shown_so_far < local {
            shown_so_far += TimeDelta::minutes(1);
            fires |= !keeps_real_time && fires_at(shown_so_far);
        }
        if fires && span.contains(instant) {
            found.push(instant);
        }
        instant = instant.plus_ms(MINUTE_MS);
    }
    found
}

/// The last change of the clocks in `zone` before `instant`, if there is one within a year.
fn change_before(zone: Zone, instant: Timestamp) -> Option<Timestamp> {
    let offset = |at: Timestamp| local_time(zone, at) - local_time(Zone::UTC, at);
    (0..366).map(|days| instant.plus_ms(-days * DAY_MS)).find(|&at| offset(at) != offset(at.plus_ms(-DAY_MS)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cron_text_means_what_it_was_written_from(
        calendar in calendar(), zone in zone(), start in instant()
    ) {
        let schedule = Schedule::Calendar(calendar);
        if let Some(text) = schedule.cron() {
            let Ok(CronEntry::Calendar(read)) = parse_cron(&text) else { panic!("{text} is not read") };
            let read = Schedule::Calendar(read);
            prop_assert_eq!(read.cron(), Some(text));
            prop_assert!(read.same_meaning(&schedule, zone, year_and_day_from(start)));
        }
    }

    #[test]
    fn occurrences_rise_within_their_span(schedule in schedule(), zone in zone(), span in span(100)) {
        let instants = schedule.occurrences(span, zone);
        prop_assert!(instants.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(instants.iter().all(|&instant| span.contains(instant)));
    }

    #[test]
    fn a_span_cut_in_two_gives_the_same_occurrences(
        schedule in schedule(), zone in zone(), span in span(40), share in 0.0..1.0_f64
    ) {
        let cut = span.start.plus_ms((span.length_ms() as f64 * share) as i64);
        let mut parts = schedule.occurrences(TimeSpan::new(span.start, cut), zone);
        parts.extend(schedule.occurrences(TimeSpan::new(cut, span.end), zone));
        prop_assert_eq!(parts, schedule.occurrences(span, zone));
    }

    #[test]
    fn the_next_occurrence_is_the_first_of_those_after(
        schedule in schedule(), zone in zone(), span in span(100)
    ) {
        let after_start = TimeSpan::new(span.start.plus_ms(1), span.end.plus_ms(1));
        let first = schedule.occurrences(after_start, zone).first().copied();
        let next = schedule.next_after(span.start, zone).filter(|&next| next < after_start.end);
        prop_assert_eq!(next, first);
    }

    #[test]
    fn clock_changes_are_walked_as_minute_by_minute(
        calendar in calendar(), zone in zone(), somewhere in instant(), hours_before in 1_i64..60
    ) {
        let near_change = change_before(zone, somewhere).unwrap_or(somewhere);
        let start = near_change.plus_ms(-hours_before * 60 * MINUTE_MS);
        let span = TimeSpan::new(start, start.plus_ms(3 * DAY_MS));
        let every_day = CalendarSchedule { months: MonthSet::ALL, days: DayFilter::Daily, ..calendar.clone() };
        for calendar in [calendar, every_day] {
            let expected = reference(&calendar, span, zone);
            prop_assert_eq!(Schedule::Calendar(calendar).occurrences(span, zone), expected);
        }
    }

    #[test]
    fn a_shifted_schedule_fires_that_much_later(
        schedule in schedule(), shift_minutes in -3000_i64..3000, span in span(500)
    ) {
        // A schedule of all hours turns within its days instead.
        let turns = matches!(&schedule, Schedule::Calendar(calendar)
            if hours_of(&calendar.minutes_of_day) == ALL_HOURS);
        if let (false, Some(shifted)) = (turns, schedule.shifted(shift_minutes)) {
            let shift_ms = shift_minutes * MINUTE_MS;
            let later = TimeSpan::new(span.start.plus_ms(shift_ms), span.end.plus_ms(shift_ms));
            let expected: Vec<Timestamp> =
                schedule.occurrences(span, Zone::UTC).into_iter().map(|at| at.plus_ms(shift_ms)).collect();
            prop_assert_eq!(shifted.occurrences(later, Zone::UTC), expected);
        }
    }

    #[test]
    fn a_normalised_filter_passes_the_same_days(calendar in calendar(), start in instant()) {
        let date = local_time(Zone::UTC, start).date();
        for date in date.iter_days().take(366) {
            prop_assert_eq!(calendar.days.matches(date), calendar.days.normalised().matches(date));
        }
    }

    #[test]
    fn no_text_and_no_contents_make_it_panic(
        text in "[-*/,0-9a-zA-Z@ ]{0,20}",
        fields in "([-*/,0-9]{1,4} ){4}[-*/,0-9]{1,4}",
        bits in proptest::num::u32::ANY,
        minutes_of_day in proptest::collection::vec(proptest::num::u16::ANY, 0..5),
        shift_minutes in proptest::num::i64::ANY,
        small in proptest::num::u16::ANY,
    ) {
        let _ = parse_cron(&text);
        let _ = parse_cron(&fields);
        let byte = small as u8;
        for days in [
            DayFilter::MonthDays { days: bits },
            DayFilter::NthWeekday { nth: byte, weekday: byte },
            DayFilter::LastWeekday { weekday: byte },
            DayFilter::EveryDays { every: small, offset: bits as u16 },
            DayFilter::EveryDays { every: 0, offset: small },
        ] {
            let calendar = CalendarSchedule {
                months: MonthSet::from_bits(small),
                days,
                minutes_of_day: minutes_of_day.clone(),
            };
            let window = Schedule::Window { days, start_minute: small, end_minute: bits as u16 };
            let follows =
                Schedule::Follows { predecessor: text.clone(), lag_ms: shift_minutes, from_end: true };
            let period = Schedule::Period { period_ms: shift_minutes, anchor: Timestamp::MIN };
            for schedule in [Schedule::Calendar(calendar), window, follows, period] {
                let _ = schedule.shifted(shift_minutes).map(|shifted| shifted.describe());
                let _ = schedule.shifted(i64::from(bits)).map(|shifted| shifted.describe());
                let _ = (schedule.cron(), schedule.rrule(), schedule.systemd_calendar(Zone::UTC));
                let _ = (schedule.describe(), schedule.next_after(Timestamp::clamped(0), Zone::UTC));
            }
        }
    }
}
