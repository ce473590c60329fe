//! Random schedules, zones and instants for property tests.

use proptest::collection::btree_set;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::times_of_day::TimesOfDay;
use super::{CalendarSchedule, DayFilter, MonthSet, Schedule, WeekdaySet, Zone};
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

/// Every kind of day filter with valid contents.
pub(super) fn day_filter() -> impl Strategy<Value = DayFilter> {
    let month_days = || any::<u32>().prop_map(|bits| bits & !1 | 1 << 3);
    let few_month_days =
        || btree_set(1_u32..=31, 1..4).prop_map(|days| days.iter().fold(0, |all, day| all | 1 << day));
    let weekdays = || (1_u8..=0x7f).prop_map(WeekdaySet::from_bits);
    prop_oneof![
        3 => Just(DayFilter::Daily),
        3 => weekdays().prop_map(|days| DayFilter::Weekdays { days }),
        1 => month_days().prop_map(|days| DayFilter::MonthDays { days }),
        2 => few_month_days().prop_map(|days| DayFilter::MonthDays { days }),
        1 => (few_month_days(), weekdays())
            .prop_map(|(month_days, weekdays)| DayFilter::MonthDaysOrWeekdays { month_days, weekdays }),
        1 => (month_days(), weekdays())
            .prop_map(|(month_days, weekdays)| DayFilter::MonthDaysAndWeekdays { month_days, weekdays }),
        1 => (2_u32..=16, weekdays()).prop_map(|(step, weekdays)| DayFilter::MonthDaysAndWeekdays {
            month_days: (1..=31).step_by(step as usize).fold(0, |all, day| all | 1 << day),
            weekdays,
        }),
        1 => Just(DayFilter::LastDayOfMonth),
        1 => (1_u8..=5, 0_u8..7).prop_map(|(nth, weekday)| DayFilter::NthWeekday { nth, weekday }),
        1 => (0_u8..7).prop_map(|weekday| DayFilter::LastWeekday { weekday }),
        1 => (2_u16..40)
            .prop_flat_map(|every| (Just(every), 0..every))
            .prop_map(|(every, offset)| DayFilter::EveryDays { every, offset }),
    ]
}

/// Times of day: products of hours and minutes, all hours, and loose lists.
pub(super) fn minutes_of_day() -> impl Strategy<Value = Vec<u16>> {
    let minutes =
        || btree_set(0_u32..60, 1..4).prop_map(|set| set.iter().fold(0_u64, |all, minute| all | 1 << minute));
    let stepped = (1_usize..=30, 0_usize..5)
        .prop_map(|(step, first)| (first..60).step_by(step).fold(0_u64, |all, minute| all | 1 << minute));
    prop_oneof![
        (1_u32..1 << 24, minutes())
            .prop_map(|(hours, minutes)| TimesOfDay { hours, minutes }.minutes_of_day()),
        prop_oneof![minutes().boxed(), stepped.boxed()].prop_map(|minutes| TimesOfDay {
            hours: (1 << 24) - 1,
            minutes
        }
        .minutes_of_day()),
        btree_set(0_u16..1440, 1..6).prop_map(|set| set.into_iter().collect()),
    ]
}

/// Calendar schedules of all kinds.
pub(super) fn calendar() -> impl Strategy<Value = CalendarSchedule> {
    let months = prop_oneof![3 => Just(MonthSet::ALL), 1 => (1_u16..=0xfff).prop_map(MonthSet::from_bits)];
    (months, day_filter(), minutes_of_day()).prop_map(|(months, days, minutes_of_day)| CalendarSchedule {
        months,
        days,
        minutes_of_day,
    })
}

/// Schedules of the kinds that have occurrences.
pub(super) fn schedule() -> impl Strategy<Value = Schedule> {
    prop_oneof![
        4 => calendar().prop_map(Schedule::Calendar),
        1 => (60_000_i64..100_000_000, instant())
            .prop_map(|(period_ms, anchor)| Schedule::Period { period_ms, anchor }),
        1 => (day_filter(), 0_u16..1440, 1_u16..600).prop_map(|(days, start_minute, length)| {
            Schedule::Window { days, start_minute, end_minute: start_minute + length }
        }),
    ]
}

/// Zones with ordinary, half-hour, midnight and day-long changes of their clocks, and without any.
pub(super) fn zone() -> impl Strategy<Value = Zone> {
    proptest::sample::select(vec![
        Zone::UTC,
        Zone::Asia__Kolkata,
        Zone::America__New_York,
        Zone::Europe__London,
        Zone::Australia__Lord_Howe,
        Zone::America__St_Johns,
        Zone::America__Sao_Paulo,
        Zone::America__Havana,
        Zone::Africa__Cairo,
        Zone::Pacific__Apia,
    ])
}

/// Whole minutes from 1998 to 2038.
pub(super) fn instant() -> impl Strategy<Value = Timestamp> {
    (14_726_880_i64..35_773_920).prop_map(|minute| Timestamp::clamped(minute * MINUTE_MS))
}

/// Spans of up to `days` days.
pub(super) fn span(days: i64) -> impl Strategy<Value = TimeSpan> {
    (instant(), 0..days * 1440)
        .prop_map(|(start, minutes)| TimeSpan::new(start, start.plus_ms(minutes * MINUTE_MS)))
}
