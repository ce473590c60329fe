//! Whether the days with hits can tell a day filter from an accident: it must have come round often enough.

use super::day_choice::DayCount;
use crate::domain::calendar::{DayFilter, WeekdaySet};

/// Months in which a filter of the month must have been kept.
pub(super) const FEWEST_MONTHS: usize = 3;
/// Months in which each of several days of the month must have been kept.
const FEWEST_MONTHS_EACH: usize = 2;

/// Counts different values of an ascending sequence.
#[derive(Clone, Copy, Default)]
struct Distinct {
    last: Option<i32>,
    count: usize,
}

impl Distinct {
    fn see(&mut self, value: i32) {
        if self.last != Some(value) {
            self.last = Some(value);
            self.count += 1;
        }
    }
}

/// Whether `filter` was kept in enough months or weeks of `counts` between the days `kept.0` and `kept.1`:
/// twenty-seven days of data always have some four days of the month that were busier than the others.
pub(super) fn is_supported(filter: DayFilter, counts: &[DayCount], kept: (i32, i32)) -> bool {
    if filter == DayFilter::Daily {
        return true;
    }
    let mut months = Distinct::default();
    let mut months_of_day = [Distinct::default(); 32];
    let mut weeks_of_weekday = [Distinct::default(); 7];
    let mut often = false;
    let inside = |count: &&DayCount| {
        count.hits > 0 && (kept.0..=kept.1).contains(&count.day.number) && count.day.passes(filter)
    };
    for count in counts.iter().filter(inside) {
        let day = count.day;
        // The day before a month's first names the month; day 4 of the epoch was a Monday.
        let month = day.number - i32::from(day.day_of_month);
        months.see(month);
        months_of_day[usize::from(day.day_of_month)].see(month);
        weeks_of_weekday[usize::from(day.weekday)].see((day.number + 3).div_euclid(7));
        often |= count.slots > 1;
    }
    let all_weekdays = |days: WeekdaySet| {
        // Many hits a day make one busy day look like a rule, so one more week must confirm it.
        let fewest = if often && days != WeekdaySet::WORKDAYS { 3 } else { 2 };
        (0..7).filter(|day| days.bits() & (1 << day) != 0).all(|day| weeks_of_weekday[day].count >= fewest)
    };
    let all_month_days = |days: u32| {
        days.count_ones() < 2
            || (1..32)
                .filter(|day| days & (1 << day) != 0)
                .all(|day| months_of_day[day].count >= FEWEST_MONTHS_EACH)
    };
    let enough_months = months.count >= FEWEST_MONTHS;
    match filter {
        DayFilter::Daily => true,
        // Slots many times a day that drift come round to their places every so many days.
        DayFilter::EveryDays { .. } => !often,
        DayFilter::Weekdays { days } => all_weekdays(days),
        DayFilter::MonthDays { days } => enough_months && all_month_days(days),
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays } => {
            enough_months && all_month_days(month_days) && all_weekdays(weekdays)
        }
        DayFilter::MonthDaysAndWeekdays { .. }
        | DayFilter::LastDayOfMonth
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. } => enough_months,
    }
}

#[cfg(test)]
mod tests {
    use super::super::civil_days::CivilDay;
    use super::super::day_choice::choose_days;
    use super::*;

    const ALWAYS: (i32, i32) = (i32::MIN, i32::MAX);
    /// 2024-01-01, a Monday.
    const FIRST: i32 = 19_723;

    fn counts(days: i32, slots: u32, hit: impl Fn(CivilDay) -> bool) -> Vec<DayCount> {
        (FIRST..FIRST + days)
            .map(CivilDay::of)
            .map(|day| DayCount { day, slots, hits: if hit(day) { slots } else { 0 } })
            .collect()
    }

    #[test]
    fn busy_days_of_one_month_are_no_days_of_the_month() {
        let busy = |day: CivilDay| [1, 19, 24, 28].contains(&day.day_of_month);
        let filter = DayFilter::MonthDays { days: 1 << 1 | 1 << 19 | 1 << 24 | 1 << 28 };
        assert!(!is_supported(filter, &counts(28, 72, busy), ALWAYS));
        assert!(is_supported(filter, &counts(91, 72, busy), ALWAYS));
        let chosen = choose_days(&counts(28, 72, busy)).expect("hits");
        assert!(!matches!(chosen.filter, DayFilter::MonthDays { .. }), "{:?}", chosen.filter);
    }

    #[test]
    fn each_day_of_the_month_of_several_must_have_come_twice() {
        let filter = DayFilter::MonthDays { days: 1 << 1 | 1 << 15 };
        let lone = |day: CivilDay| day.day_of_month == 1 || day.number == FIRST + 14;
        assert!(!is_supported(filter, &counts(120, 1, lone), ALWAYS));
        assert!(is_supported(DayFilter::MonthDays { days: 1 << 1 }, &counts(120, 1, lone), ALWAYS));
    }

    #[test]
    fn a_weekday_needs_two_weeks_and_three_where_there_are_many_slots_a_day() {
        let filter = DayFilter::Weekdays { days: WeekdaySet::from_bits(1 << 2) };
        let wednesday = |day: CivilDay| day.weekday == 2;
        assert!(!is_supported(filter, &counts(7, 1, wednesday), ALWAYS));
        assert!(is_supported(filter, &counts(14, 1, wednesday), ALWAYS));
        assert!(!is_supported(filter, &counts(14, 24, wednesday), ALWAYS));
        assert!(is_supported(filter, &counts(21, 24, wednesday), ALWAYS));
        assert!(!is_supported(filter, &counts(21, 24, wednesday), (FIRST, FIRST + 13)));
    }
}
