//! The window of the day in which a user starts one kind of work more often than the user's other work tells.

use std::f64::consts::LN_2;

use super::activity_profile::{ActivityProfile, HALF_HOURS, WindowChances};
use super::code_length::RARE_FAMILY_NATS;
use super::evidence::{ln_sequence_probability, ln_slot_evidence};
use crate::domain::calendar::{DayFilter, WeekdaySet};
use crate::domain::patterns::SlotCounts;

/// Lengths of windows that are tried, in half hours.
const LENGTHS: [usize; 4] = [2, 4, 6, 8];
/// Share of a day's runs that a habit explains at least.
const LEAST_SHARE: f64 = 0.5;
/// Days with a run in the window that a habit needs.
const FEWEST_HITS: u64 = 6;

/// One run, drawn from those of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct DrawnRun {
    /// Local day number.
    pub(super) day: i32,
    /// Monday is 0.
    pub(super) weekday: u8,
    /// Minute of the local day.
    pub(super) minute: u16,
}

/// A window that stands out.
#[derive(Clone, Copy, Debug)]
pub(super) struct HabitWindow {
    /// Minutes after local midnight.
    pub(super) start_minute: u16,
    /// Later than `start_minute`.
    pub(super) end_minute: u16,
    /// Days it opens on.
    pub(super) days: DayFilter,
    /// Days of the filter with a run, those of them whose drawn run lies in the window, and the chance of that by the
    /// profile of other work.
    pub(super) counts: SlotCounts,
    /// Nats that naming it costs.
    pub(super) charge_nats: f64,
    /// ln e-value after charges.
    pub(super) net: f64,
}

/// Daily, Monday to Friday, or one weekday, with what naming it costs.
fn day_filters() -> impl Iterator<Item = (DayFilter, WeekdaySet, f64)> {
    let single = (0..7).map(|day| {
        let days = WeekdaySet::from_bits(1 << day);
        (DayFilter::Weekdays { days }, days, 2.0 * LN_2 + 7.0_f64.ln())
    });
    let workdays = WeekdaySet::WORKDAYS;
    [
        (DayFilter::Daily, WeekdaySet::ALL, LN_2),
        (DayFilter::Weekdays { days: workdays }, workdays, 2.0 * LN_2),
    ]
    .into_iter()
    .chain(single)
}

/// The most telling window for `drawn` (at most one run a day, ascending) against `profile`, the other work.
pub(super) fn best_window(drawn: &[DrawnRun], profile: &ActivityProfile) -> Option<HabitWindow> {
    let mut own = ActivityProfile::default();
    for run in drawn {
        own.add(run.weekday, run.minute);
    }
    let places = (HALF_HOURS * LENGTHS.len()) as f64;
    let mut best: Option<(f64, HabitWindow)> = None;
    for (days, weekdays, filter_nats) in day_filters() {
        let counts = own.on(weekdays.bits());
        let days_with_runs = counts.iter().sum::<f64>() as u64;
        // The day filter is no part of the evidence: it only has to say on which days there are runs at all.
        let fit = filter_fit(drawn, weekdays) - filter_nats;
        let chances = WindowChances::new(&profile.on(weekdays.bits()));
        for length in LENGTHS {
            for start in 0..=HALF_HOURS - length {
                let drawn_hits = counts[start..start + length].iter().sum::<f64>() as u64;
                let chance = chances.chance(start, length);
                let share = drawn_hits as f64 / days_with_runs.max(1) as f64;
                if drawn_hits < FEWEST_HITS || share < LEAST_SHARE || share <= chance {
                    continue;
                }
                let ln_e = ln_slot_evidence(drawn_hits, days_with_runs, chance);
                let charge_nats = RARE_FAMILY_NATS + places.ln() + filter_nats;
                let net = ln_e - charge_nats;
                if best.as_ref().is_none_or(|(worth, _)| net + fit > *worth) {
                    let (start_minute, end_minute) = (30 * start as u16, 30 * (start + length) as u16);
                    let found = HabitWindow {
                        start_minute,
                        end_minute,
                        days,
                        counts: SlotCounts { hits: drawn_hits, slots: days_with_runs, chance },
                        charge_nats,
                        net,
                    };
                    best = Some((net + fit, found));
                }
            }
        }
    }
    best.map(|(_, window)| window)
}

/// Nats that telling the days of `weekdays` from others saves in saying which days have runs.
fn filter_fit(drawn: &[DrawnRun], weekdays: WeekdaySet) -> f64 {
    let (Some(first), Some(last)) = (drawn.first(), drawn.last()) else { return 0.0 };
    let passes = |weekday: i32| weekdays.bits() & (1 << weekday.rem_euclid(7)) != 0;
    let all = (last.day - first.day + 1).max(1) as u64;
    let offset = i32::from(first.weekday) - first.day.rem_euclid(7);
    let within = (first.day..=last.day).filter(|day| passes(day.rem_euclid(7) + offset)).count() as u64;
    let hits = drawn.iter().filter(|run| passes(i32::from(run.weekday))).count() as u64;
    let runs = drawn.len() as u64;
    ln_sequence_probability(hits, within) + ln_sequence_probability(runs - hits, all - within)
        - ln_sequence_probability(runs, all)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Chance;
    use super::*;

    fn office(count: usize, chance: &mut Chance) -> ActivityProfile {
        let mut profile = ActivityProfile::default();
        for _ in 0..count {
            profile.add(chance.index(5) as u8, chance.between(540.0, 1020.0) as u16);
        }
        profile
    }

    fn runs(minute: impl Fn(&mut Chance) -> f64, chance: &mut Chance) -> Vec<DrawnRun> {
        (0..28)
            .filter(|day| day % 7 < 5)
            .map(|day| DrawnRun { day, weekday: (day % 7) as u8, minute: minute(chance) as u16 })
            .collect()
    }

    #[test]
    fn a_habit_within_office_hours_is_found_on_workdays() {
        let mut chance = Chance::new(1);
        let profile = office(300, &mut chance);
        let drawn = runs(|chance| 550.0 + 15.0 * chance.normal(), &mut chance);
        let found = best_window(&drawn, &profile).expect("a window");
        assert!(found.net > 4.7, "{found:?}");
        assert!(found.start_minute <= 540 && found.end_minute >= 570);
        assert_eq!(found.days, DayFilter::Weekdays { days: WeekdaySet::WORKDAYS });
    }

    #[test]
    fn office_hours_themselves_are_no_habit() {
        let mut chance = Chance::new(2);
        let profile = office(300, &mut chance);
        let drawn = runs(|chance| chance.between(540.0, 1020.0), &mut chance);
        assert!(best_window(&drawn, &profile).is_none_or(|found| found.net < 0.0));
    }
}
