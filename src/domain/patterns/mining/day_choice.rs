//! On which days, and from when to when, a time of day is kept: the explanation of the daily hits that takes
//! the fewest nats to write down (two-part code: filter and interval, then hits inside and outside).

use super::civil_days::CivilDay;
use super::evidence::ln_sequence_probability;
use super::numerics::ln_choose;
use super::regime::best_segment;
use crate::domain::calendar::{DayFilter, WeekdaySet};

/// Observed slots of one day and how many of them have a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayCount {
    /// The day.
    pub(super) day: CivilDay,
    /// Observed slots; not 0.
    pub(super) slots: u32,
    /// Slots with a run.
    pub(super) hits: u32,
}

/// The chosen days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DayChoice {
    /// Which days.
    pub(super) filter: DayFilter,
    /// First and last day number of the time it was kept.
    pub(super) days: (i32, i32),
    /// Hits and observed slots on those days.
    pub(super) hits: u64,
    /// Observed slots on those days.
    pub(super) slots: u64,
    /// ln probability of all daily hits under this choice, its own description included.
    pub(super) ln_probability: f64,
    /// Nats that the description costs.
    pub(super) nats: f64,
}

/// Nats to name a filter.
pub(super) fn filter_nats(filter: DayFilter) -> f64 {
    const BIT: f64 = std::f64::consts::LN_2;
    match filter {
        DayFilter::Daily => BIT,
        DayFilter::Weekdays { days } if days == WeekdaySet::WORKDAYS => 2.0 * BIT,
        DayFilter::Weekdays { days } => {
            (3.0 + f64::from(days.len().min(7 - days.len()))) * BIT + ln_choose(7, days.len())
        }
        DayFilter::MonthDays { days } => {
            (3.0 + f64::from(days.count_ones())) * BIT + ln_choose(31, days.count_ones())
        }
        DayFilter::MonthDaysOrWeekdays { month_days, weekdays }
        | DayFilter::MonthDaysAndWeekdays { month_days, weekdays } => {
            6.0 * BIT + ln_choose(31, month_days.count_ones()) + ln_choose(7, weekdays.len())
        }
        DayFilter::LastDayOfMonth => 4.0 * BIT,
        DayFilter::NthWeekday { .. } => 4.0 * BIT + 35.0_f64.ln(),
        DayFilter::LastWeekday { .. } => 4.0 * BIT + 7.0_f64.ln(),
        DayFilter::EveryDays { every, .. } => 5.0 * BIT + 10.0_f64.ln() + f64::from(every).ln(),
    }
}

/// Chooses filter and interval for `counts` (ascending by day). `None` without a hit.
pub(super) fn choose_days(counts: &[DayCount]) -> Option<DayChoice> {
    let total = sum(counts.iter());
    if total.0 == 0 {
        return None;
    }
    let mut filters = promising_filters(counts);
    // A schedule that began or ended within the history shows its filter only within its own time.
    if let Some((from, to)) = kept_interval(counts, DayFilter::Daily, total) {
        let part: Vec<DayCount> =
            counts.iter().filter(|count| (from..=to).contains(&count.day.number)).copied().collect();
        if part.len() < counts.len() && part.len() >= 3 {
            filters.extend(promising_filters(&part));
        }
    }
    filters.sort_by(|one, other| filter_nats(*one).total_cmp(&filter_nats(*other)));
    filters.dedup();
    let mut best: Option<DayChoice> = None;
    for filter in filters {
        for choice in [Some(whole(counts, filter, total)), shortened(counts, filter, total)] {
            let Some(choice) = choice else { continue };
            if best.is_none_or(|best| choice.ln_probability > best.ln_probability + 1e-9) {
                best = Some(choice);
            }
        }
    }
    best
}

/// The choice of `filter` on the days from `days.0` to `days.1`.
pub(super) fn describe_choice(counts: &[DayCount], filter: DayFilter, days: (i32, i32)) -> DayChoice {
    let total = sum(counts.iter());
    let ends = match (counts.first(), counts.last()) {
        (Some(first), Some(last)) => {
            u32::from(first.day.number < days.0) + u32::from(last.day.number > days.1)
        }
        _ => 0,
    };
    choice(counts, filter, days, ends, total)
}

fn sum<'a>(counts: impl Iterator<Item = &'a DayCount>) -> (u64, u64) {
    counts.fold((0, 0), |(hits, slots), count| (hits + u64::from(count.hits), slots + u64::from(count.slots)))
}

fn whole(counts: &[DayCount], filter: DayFilter, total: (u64, u64)) -> DayChoice {
    choice(counts, filter, (i32::MIN, i32::MAX), 0, total)
}

fn shortened(counts: &[DayCount], filter: DayFilter, total: (u64, u64)) -> Option<DayChoice> {
    let (from, to) = kept_interval(counts, filter, total)?;
    let mut passing = counts.iter().filter(|count| count.day.passes(filter));
    let first = passing.next()?.day.number;
    let last = passing.next_back().map_or(first, |count| count.day.number);
    let ends = u32::from(first < from) + u32::from(to < last);
    (ends > 0).then(|| {
        let days = (if first < from { from } else { i32::MIN }, if to < last { to } else { i32::MAX });
        choice(counts, filter, days, ends, total)
    })
}

fn choice(
    counts: &[DayCount],
    filter: DayFilter,
    days: (i32, i32),
    ends: u32,
    total: (u64, u64),
) -> DayChoice {
    let inside =
        |count: &&DayCount| (days.0..=days.1).contains(&count.day.number) && count.day.passes(filter);
    let (hits, slots) = sum(counts.iter().filter(inside));
    let ln_data =
        ln_sequence_probability(hits, slots) + ln_sequence_probability(total.0 - hits, total.1 - slots);
    let interval_nats = std::f64::consts::LN_2 + f64::from(ends) * (counts.len().max(2) as f64).ln();
    let nats = filter_nats(filter) + interval_nats;
    // Days that are left out must be days without the schedule, not days on which it is kept a little less.
    let left_out_slots = (total.1 - slots) as f64;
    let kept_a_little_less = 2.0 * (total.0 - hits) as f64 * slots as f64 > hits as f64 * left_out_slots;
    let ln_data = if left_out_slots > 0.0 && kept_a_little_less { ln_data - 1e6 } else { ln_data };
    let first = counts.first().map_or(0, |count| count.day.number);
    let last = counts.last().map_or(0, |count| count.day.number);
    DayChoice {
        filter,
        days: (days.0.max(first), days.1.min(last)),
        hits,
        slots,
        ln_probability: ln_data - nats,
        nats,
    }
}

/// The days between which `filter` was kept best.
fn kept_interval(counts: &[DayCount], filter: DayFilter, total: (u64, u64)) -> Option<(i32, i32)> {
    let passing: Vec<&DayCount> = counts.iter().filter(|count| count.day.passes(filter)).collect();
    let (hits, slots) = sum(passing.iter().copied());
    let outside = (total.0 - hits) as f64 / ((total.1 - slots) as f64 + 1.0);
    let mut kept = (hits as f64 / slots.max(1) as f64).clamp(0.7, 0.98);
    let chance = outside.clamp(0.01, 0.3);
    let mut found = None;
    for _ in 0..2 {
        let (for_hit, for_miss) = ((kept / chance).ln(), ((1.0 - kept) / (1.0 - chance)).ln());
        let scores: Vec<f64> = passing
            .iter()
            .map(|count| {
                let misses = count.slots.saturating_sub(count.hits);
                f64::from(count.hits) * for_hit + f64::from(misses) * for_miss
            })
            .collect();
        let (from, to) = best_segment(&scores)?;
        let (hits, slots) = sum(passing[from..=to].iter().copied());
        kept = (hits as f64 / slots.max(1) as f64).clamp(0.4, 0.98).max(chance + 0.1);
        found = Some((passing[from].day.number, passing[to].day.number));
    }
    found
}

/// Hits and slots by every class of days that a filter can name.
struct Tally {
    weekday: [(u64, u64); 7],
    month_day: [(u64, u64); 32],
    last: (u64, u64),
    nth: [[(u64, u64); 7]; 6],
    last_weekday: [(u64, u64); 7],
    every: Vec<(u16, Vec<(u64, u64)>)>,
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
            every: EVERY_DAYS.iter().map(|&every| (every, vec![(0, 0); usize::from(every)])).collect(),
        };
        for count in counts {
            let day = count.day;
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
            for (every, cells) in &mut tally.every {
                add(&mut cells[day.number.rem_euclid(i32::from(*every)) as usize]);
            }
        }
        tally
    }
}

/// The few filters that explain the hits over all of `counts` best.
fn promising_filters(counts: &[DayCount]) -> Vec<DayFilter> {
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
            push(DayFilter::NthWeekday { nth, weekday }, tally.nth[usize::from(nth)][usize::from(weekday)]);
        }
    }
    for (every, cells) in &tally.every {
        for (offset, cell) in cells.iter().enumerate() {
            push(DayFilter::EveryDays { every: *every, offset: offset as u16 }, *cell);
        }
    }
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored.truncate(KEPT);
    scored.into_iter().map(|(_, filter)| filter).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(from: i32, to: i32, hit: impl Fn(CivilDay) -> bool) -> Vec<DayCount> {
        (from..=to)
            .map(CivilDay::of)
            .map(|day| DayCount { day, slots: 1, hits: u32::from(hit(day)) })
            .collect()
    }

    #[test]
    fn each_kind_of_days_is_recognised() {
        let filters = [
            DayFilter::Daily,
            DayFilter::Weekdays { days: WeekdaySet::WORKDAYS },
            DayFilter::Weekdays { days: WeekdaySet::from_bits(0b100_0000) },
            DayFilter::Weekdays { days: WeekdaySet::from_bits(0b001_0101) },
            DayFilter::MonthDays { days: 1 << 15 },
            DayFilter::LastDayOfMonth,
            DayFilter::NthWeekday { nth: 1, weekday: 0 },
            DayFilter::LastWeekday { weekday: 4 },
            DayFilter::EveryDays { every: 3, offset: 2 },
        ];
        for filter in filters {
            let chosen = choose_days(&counts(17_000, 17_200, |day| day.passes(filter))).expect("hits");
            assert_eq!(chosen.filter, filter);
            assert_eq!(chosen.hits, chosen.slots);
        }
    }

    #[test]
    fn three_sundays_are_a_weekly_pattern() {
        let chosen = choose_days(&counts(17_097, 17_118, |day| day.weekday == 6)).expect("hits");
        assert_eq!(chosen.filter, DayFilter::Weekdays { days: WeekdaySet::from_bits(0b100_0000) });
    }

    #[test]
    fn a_schedule_that_began_late_is_judged_from_its_beginning() {
        let chosen = choose_days(&counts(17_000, 17_060, |day| day.number > 17_056)).expect("hits");
        assert_eq!((chosen.filter, chosen.days), (DayFilter::Daily, (17_057, 17_060)));
    }
}
