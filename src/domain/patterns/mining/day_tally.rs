//! Which day filters are worth weighing: hits counted by every class of days that a filter can name.

use super::day_choice::{DayCount, filter_nats, sum};
use super::day_support::{FEWEST_MONTHS, is_supported};
use super::evidence::ln_sequence_probability;
use crate::domain::calendar::{DayFilter, WeekdaySet};

/// Hits and slots by every class of days that a filter can name.
struct Tally {
    weekday: [(u64, u64); 7],
    month_day: [(u64, u64); 32],
    last: (u64, u64),
    nth: [[(u64, u64); 7]; 6],
    last_weekday: [(u64, u64); 7],
    every: [[(u64, u64); 14]; EVERY_DAYS.len()],
    /// Months with a hit.
    months: usize,
    /// Whether some day has several slots.
    often: bool,
}

/// Day distances looked for; 7 is a weekday.
const EVERY_DAYS: [u16; 9] = [2, 3, 4, 5, 6, 8, 9, 10, 14];

impl Tally {
    fn of(counts: &[DayCount]) -> Tally {
        let mut tally = Tally {
            weekday: [(0, 0); 7],
            month_day: [(0, 0); 32],
            last: (0, 0),
            nth: [[(0, 0); 7]; 6],
            last_weekday: [(0, 0); 7],
            every: [[(0, 0); 14]; EVERY_DAYS.len()],
            months: 0,
            often: false,
        };
        let mut month = None;
        for count in counts {
            let day = count.day;
            if count.hits > 0 {
                tally.often |= count.slots > 1;
                // The day before a month's first names the month.
                let of_day = day.number - i32::from(day.day_of_month);
                tally.months += usize::from(month.replace(of_day) != Some(of_day));
            }
            let add = |cell: &mut (u64, u64)| {
                cell.0 += u64::from(count.hits);
                cell.1 += u64::from(count.slots);
            };
            let weekday = usize::from(day.weekday);
            add(&mut tally.weekday[weekday]);
            add(&mut tally.month_day[usize::from(day.day_of_month)]);
            add(&mut tally.nth[usize::from(day.nth)][weekday]);
            if day.is_last {
                add(&mut tally.last);
            }
            if day.is_last_weekday {
                add(&mut tally.last_weekday[weekday]);
            }
            for (every, cells) in EVERY_DAYS.iter().zip(&mut tally.every) {
                add(&mut cells[day.number.rem_euclid(i32::from(*every)) as usize]);
            }
        }
        tally
    }
}

/// The few filters that explain the hits over all of `counts` best.
pub(super) fn promising_filters(counts: &[DayCount]) -> Vec<DayFilter> {
    const KEPT: usize = 4;
    let tally = Tally::of(counts);
    let total = sum(counts.iter());
    let score = |filter: DayFilter, (hits, slots): (u64, u64)| {
        let (other_hits, other_slots) = (total.0.saturating_sub(hits), total.1.saturating_sub(slots));
        let kept = hits as f64 * other_slots as f64 >= other_hits as f64 * slots as f64;
        let value = ln_sequence_probability(hits, slots) + ln_sequence_probability(other_hits, other_slots)
            - filter_nats(filter);
        if kept { value } else { f64::NEG_INFINITY }
    };
    let mut scored = vec![(score(DayFilter::Daily, total), DayFilter::Daily)];
    let mut push = |filter: DayFilter, cell: (u64, u64)| {
        if cell.0 > 0 {
            scored.push((score(filter, cell), filter));
        }
    };
    let workdays = (0..5).fold((0, 0), |sum, day| joined(sum, tally.weekday[day]));
    push(DayFilter::Weekdays { days: WeekdaySet::WORKDAYS }, workdays);
    let mut bits = 0_u8;
    let mut cell = (0, 0);
    for day in by_rate(&tally.weekday).into_iter().take(6) {
        bits |= 1 << day;
        cell = joined(cell, tally.weekday[day]);
        push(DayFilter::Weekdays { days: WeekdaySet::from_bits(bits) }, cell);
    }
    // What no count of hits could support need not be weighed.
    if tally.months >= FEWEST_MONTHS {
        let mut days = 0_u32;
        let mut cell = (0, 0);
        for day in by_rate(&tally.month_day).into_iter().take(4) {
            days |= 1 << day;
            cell = joined(cell, tally.month_day[day]);
            push(DayFilter::MonthDays { days }, cell);
        }
        push(DayFilter::LastDayOfMonth, tally.last);
        for weekday in 0..7_u8 {
            push(DayFilter::LastWeekday { weekday }, tally.last_weekday[usize::from(weekday)]);
            for nth in 1..=5_u8 {
                push(
                    DayFilter::NthWeekday { nth, weekday },
                    tally.nth[usize::from(nth)][usize::from(weekday)],
                );
            }
        }
    }
    if !tally.often {
        for (every, cells) in EVERY_DAYS.iter().zip(&tally.every) {
            for (offset, cell) in cells.iter().enumerate() {
                push(DayFilter::EveryDays { every: *every, offset: offset as u16 }, *cell);
            }
        }
    }
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored
        .into_iter()
        .map(|(_, filter)| filter)
        .filter(|filter| is_supported(*filter, counts, (i32::MIN, i32::MAX)))
        .take(KEPT)
        .collect()
}

fn joined(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    (one.0 + other.0, one.1 + other.1)
}

/// Indices of cells with hits, highest rate first.
fn by_rate(cells: &[(u64, u64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cells.len()).filter(|&index| cells[index].0 > 0).collect();
    // Half a slot against it, so that one hit of one does not stand before nine of ten.
    let rate = |index: usize| cells[index].0 as f64 / (cells[index].1 as f64 + 0.5);
    order.sort_by(|&one, &other| rate(other).total_cmp(&rate(one)).then(one.cmp(&other)));
    order
}
