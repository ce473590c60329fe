//! When in the week something runs: 168 hours on a circle, smoothed so that neighbours in time are neighbours.

use chrono::{Datelike, Timelike};

use crate::domain::calendar::{Schedule, Zone, local_time};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Hours of a week.
const HOURS: usize = 168;

/// Monday 2024-01-01T00:00:00Z. A fixed reference keeps signatures the same from day to day.
const REFERENCE_MS: i64 = 1_704_067_200_000;

/// Four weeks, and 52 for what runs too seldom to show in four.
const SHORT_MS: i64 = 28 * DAY_MS;
const LONG_MS: i64 = 364 * DAY_MS;

/// Starts in four weeks from which these tell enough.
const ENOUGH_STARTS: usize = 4;

/// Starts looked at; a schedule that fires more often in four weeks fills the week evenly anyway.
const MOST_STARTS: usize = 28 * 1440;

/// Standard deviation of the smoothing in hours: half an hour apart is nearly the same (cosine 0.94), two
/// hours apart is something else (0.37).
const SMOOTHING_HOURS: f64 = 1.0;

/// The starts of a schedule over the reference weeks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReferenceStarts {
    /// By whose clocks it runs.
    pub zone: Zone,
    /// Ascending.
    pub starts: Vec<Timestamp>,
    /// How long after each start a run may come: the length of a window schedule, else 0.
    pub spread_ms: i64,
}

impl ReferenceStarts {
    /// The same, later by `lag_ms`.
    pub fn delayed(mut self, lag_ms: i64) -> ReferenceStarts {
        for start in &mut self.starts {
            *start = start.plus_ms(lag_ms);
        }
        self
    }
}

/// The starts of `schedule` over four weeks, or 52 where four hold too few.
pub(super) fn reference_starts(schedule: &Schedule, zone: Zone) -> ReferenceStarts {
    let spread_ms = match schedule {
        Schedule::Window { start_minute, end_minute, .. } => {
            i64::from(end_minute.saturating_sub(*start_minute)) * MINUTE_MS
        }
        _ => 0,
    };
    let over = |length_ms: i64| -> Vec<Timestamp> {
        let start = Timestamp::clamped(REFERENCE_MS);
        let span = TimeSpan { start, end: start.plus_ms(length_ms) };
        schedule.occurrences_iter(span, zone).take(MOST_STARTS).collect()
    };
    let short = over(SHORT_MS);
    let starts = if short.len() >= ENOUGH_STARTS { short } else { over(LONG_MS) };
    ReferenceStarts { zone, starts, spread_ms }
}

/// The share of starts in each hour of the week (Monday 00:00 UTC first), smoothed on the circle. Hours are those of
/// the schedule's own clock, shifted to UTC as in the reference week: so schedules of different zones can be compared,
/// and what keeps to one hour of its clock keeps to one hour here, in summer too.
pub(super) fn week_profile(reference: &ReferenceStarts) -> Vec<f64> {
    let zone = reference.zone;
    let monday = Timestamp::clamped(REFERENCE_MS);
    let shift_hours = (local_time(zone, monday) - local_time(Zone::UTC, monday)).num_minutes() as f64 / 60.0;
    let mut hours = vec![0.0; HOURS];
    if reference.starts.len() >= MOST_STARTS {
        return vec![1.0; HOURS];
    }
    // A window counts at each of its hours.
    let steps = (reference.spread_ms / HOUR_MS).clamp(0, 24);
    for start in &reference.starts {
        for step in 0..=steps {
            let offset = if steps == 0 { reference.spread_ms / 2 } else { step * HOUR_MS };
            let local = local_time(zone, start.plus_ms(offset));
            let hour = f64::from(local.weekday().num_days_from_monday() * 24 + local.hour())
                + f64::from(local.minute()) / 60.0
                + f64::from(local.second()) / 3600.0;
            // Between the centres of two hours, so that one minute never moves a start by a whole hour.
            let position = (hour - shift_hours - 0.5).rem_euclid(HOURS as f64);
            let below = position.floor();
            let share = position - below;
            let index = below as usize % HOURS;
            hours[index] += 1.0 - share;
            hours[(index + 1) % HOURS] += share;
        }
    }
    smooth(&hours)
}

/// Convolution with a normal density on the circle, cut off at four standard deviations.
fn smooth(hours: &[f64]) -> Vec<f64> {
    let reach = (4.0 * SMOOTHING_HOURS).ceil() as usize;
    let weight = |distance: usize| (-0.5 * (distance as f64 / SMOOTHING_HOURS).powi(2)).exp();
    (0..HOURS)
        .map(|hour| {
            let neighbours = (0..=2 * reach).map(|step| {
                let distance = step.abs_diff(reach);
                hours[(hour + HOURS + step - reach) % HOURS] * weight(distance)
            });
            neighbours.sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CalendarSchedule, DayFilter, MonthSet, WeekdaySet};

    fn cosine(one: &[f64], other: &[f64]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
    }

    fn profile(days: DayFilter, minute: u16) -> Vec<f64> {
        let schedule = Schedule::Calendar(CalendarSchedule {
            months: MonthSet::ALL,
            days,
            minutes_of_day: vec![minute],
        });
        week_profile(&reference_starts(&schedule, Zone::UTC))
    }

    #[test]
    fn summer_time_does_not_smear_what_keeps_to_its_clock() {
        let first_of_months = Schedule::Calendar(CalendarSchedule {
            months: MonthSet::ALL,
            days: DayFilter::MonthDays { days: 1 << 1 },
            minutes_of_day: vec![120],
        });
        let berlin = week_profile(&reference_starts(&first_of_months, Zone::Europe__Berlin));
        let one_hour_earlier: Vec<f64> = {
            let utc = week_profile(&reference_starts(&first_of_months, Zone::UTC));
            (0..HOURS).map(|hour| utc[(hour + 1) % HOURS]).collect()
        };
        assert!(cosine(&berlin, &one_hour_earlier) > 0.9999);
    }

    #[test]
    fn a_minute_before_and_a_minute_after_midnight_are_near() {
        let similarity = cosine(&profile(DayFilter::Daily, 1439), &profile(DayFilter::Daily, 1));
        assert!(similarity > 0.99, "{similarity}");
        let sunday_night = DayFilter::Weekdays { days: WeekdaySet::from_bits(0b100_0000) };
        let monday = DayFilter::Weekdays { days: WeekdaySet::from_bits(1) };
        assert!(cosine(&profile(sunday_night, 1439), &profile(monday, 1)) > 0.99);
    }

    #[test]
    fn hours_apart_and_other_days_are_far() {
        assert!(cosine(&profile(DayFilter::Daily, 120), &profile(DayFilter::Daily, 480)) < 0.01);
        let monday = DayFilter::Weekdays { days: WeekdaySet::from_bits(1) };
        assert!(cosine(&profile(DayFilter::Daily, 120), &profile(monday, 120)) < 0.5);
    }
}
