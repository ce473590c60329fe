//! On which days, and from when to when, a time of day is kept: the explanation of the daily hits that takes
//! the fewest nats to write down (two-part code: filter and interval, then hits inside and outside).

use super::civil_days::CivilDay;
use super::day_support::is_supported;
use super::day_tally::promising_filters;
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
            let Some(choice) = choice.filter(|choice| is_supported(filter, counts, choice.days)) else {
                continue;
            };
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

/// Hits and slots of all counts together.
pub(super) fn sum<'a>(counts: impl Iterator<Item = &'a DayCount>) -> (u64, u64) {
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
