//! The hours at which a resource is busier than at others, day after day: chosen on one half of the days, tested
//! on the other.

use super::evidence::ln_slot_evidence;
use super::load_profile::{DAY_HOURS, HourlyLoad, LoadedResource};
use super::slot_life::{OpenSlot, SlotTest, slot_life};
use super::surroundings::Surroundings;
use crate::domain::calendar::{DayFilter, Schedule, WeekdaySet};
use crate::domain::patterns::{
    EvidenceDetails, JitterSeconds, LoadDetails, Pattern, PatternType, Quantiles, ResourceProfile, SlotCounts,
};
use crate::domain::time::HOUR_MS;

/// Days with load below which nothing is said.
const FEWEST_DAYS: usize = 14;
/// Longest busy stretch in hours: one as long must fit on either side of it within a day.
const LONGEST: i64 = 8;
/// Load inside over load outside below which a window is not worth a word.
const LEAST_RATIO: f64 = 1.2;
const WEEKEND: u8 = 0b110_0000;

/// One day's load in a window beside that around it.
#[derive(Clone, Copy, Debug)]
struct DayLoad {
    day: i32,
    weekday: u8,
    excess: f64,
    hit: bool,
}

/// The window that stands out, with its ln e-value, if the resource has one.
pub(super) fn busy_hours(
    resource: LoadedResource,
    load: &HourlyLoad,
    around: &Surroundings,
) -> Option<(f64, Pattern)> {
    let sums = PrefixSums::new(&load.hours);
    let mut best: Option<(f64, u8, i64, i64)> = None;
    for length in 1..=LONGEST {
        for start in 0..DAY_HOURS {
            let days = day_loads(load, &sums, start, length, around);
            if days.len() < FEWEST_DAYS {
                continue;
            }
            let weight = (length * (DAY_HOURS - length)) as f64 / DAY_HOURS as f64;
            for bits in day_sets() {
                let training = days.iter().filter(|day| is_training(day.day) && on(day, bits));
                let (count, sum, hits) = training.fold((0.0, 0.0, 0.0), |(count, sum, hits), day| {
                    (count + 1.0, sum + day.excess, hits + f64::from(u8::from(day.hit)))
                });
                // The share of all variance that the window explains.
                let explained = sum * sum / f64::max(count, 1.0) * weight;
                let usually = sum > 0.0 && hits >= 0.6 * count;
                if usually && best.is_none_or(|(most, ..)| explained > most) {
                    best = Some((explained, bits, start, length));
                }
            }
        }
    }
    let (_, bits, start, length) = best?;
    let days = day_loads(load, &sums, start, length, around);
    let tested: Vec<&DayLoad> = days.iter().filter(|day| !is_training(day.day) && on(day, bits)).collect();
    report(resource, load, &tested, (bits, start, length), around)
}

/// Every day, Monday to Friday, the weekend, or one weekday; Monday is the lowest bit.
fn day_sets() -> impl Iterator<Item = u8> {
    [WeekdaySet::ALL.bits(), WeekdaySet::WORKDAYS.bits(), WEEKEND]
        .into_iter()
        .chain((0..7).map(|day| 1 << day))
}

fn on(day: &DayLoad, bits: u8) -> bool {
    bits & (1 << day.weekday) != 0
}

/// As a week has an odd number of days, this takes every second one of each weekday, too.
fn is_training(day: i32) -> bool {
    day.rem_euclid(2) == 0
}

/// Stretches compared with one of `length` hours on either side of it.
fn stretches_aside(length: i64) -> i64 {
    (DAY_HOURS / length - 1) / 2
}

/// Each day on which the window and as many hours around it as make a day were observed. A hit is a day on which
/// fewer than half of the stretches around it reach the window's load: if all hours were alike, it would be
/// one among 2 m + 1 stretches whose m busiest are hits. Stretches lie alike on both sides, so that a load that
/// grows all day long makes no hit.
fn day_loads(
    load: &HourlyLoad,
    sums: &PrefixSums,
    start: i64,
    length: i64,
    around: &Surroundings,
) -> Vec<DayLoad> {
    let aside = stretches_aside(length);
    let days = load.hours.len() as i64 / DAY_HOURS + 1;
    (0..days)
        .filter_map(|index| {
            let at = index * DAY_HOURS + start;
            let inside = sums.mean(at, length)?;
            let (mut less, mut outside) = (0, 0.0);
            for step in (1..=aside).flat_map(|step| [-step, step]) {
                let other = sums.mean(at + step * length, length)?;
                outside += other;
                less += i64::from(other < inside);
            }
            let day = load.first_day + index as i32;
            let weekday = around.days.get(day).weekday;
            let excess = inside - outside / (2 * aside) as f64;
            Some(DayLoad { day, weekday, excess, hit: less > aside })
        })
        .collect()
}

fn report(
    resource: LoadedResource,
    load: &HourlyLoad,
    tested: &[&DayLoad],
    (bits, start, length): (u8, i64, i64),
    around: &Surroundings,
) -> Option<(f64, Pattern)> {
    let aside = stretches_aside(length) as f64;
    let chance = aside / (2.0 * aside + 1.0);
    let hits = tested.iter().filter(|day| day.hit).count() as u64;
    let counts = SlotCounts { hits, slots: tested.len() as u64, chance };
    let net = ln_slot_evidence(hits, counts.slots, chance);
    let is_inside = |hour: i64| {
        let ahead = (hour - start).rem_euclid(DAY_HOURS);
        let day = load.first_day + (hour - ahead).div_euclid(DAY_HOURS) as i32;
        ahead < length && bits & (1 << around.days.get(day).weekday) != 0
    };
    let known = load.hours.iter().enumerate().filter_map(|(hour, load)| load.map(|load| (hour as i64, load)));
    let (inside, outside): (Vec<_>, Vec<_>) = known.partition(|(hour, _)| is_inside(*hour));
    let mean = |of: &[(i64, f64)]| of.iter().map(|(_, load)| load).sum::<f64>() / of.len().max(1) as f64;
    let (inside_mean, outside_mean) = (mean(&inside), mean(&outside));
    if inside_mean < LEAST_RATIO * outside_mean {
        return None;
    }
    let peak = inside.iter().chain(&outside).map(|(_, load)| *load).fold(0.0, f64::max);
    let quantiles = |of: &[(i64, f64)]| Quantiles::of(of.iter().map(|(_, load)| *load));
    let details = LoadDetails {
        resource: resource.name.to_owned(),
        unit: resource.unit.to_owned(),
        inside_mean,
        outside_mean,
        inside: quantiles(&inside)?,
        outside: quantiles(&outside)?,
        peak,
        known_runs: load.known_runs,
        runs: load.runs,
        hourly_means: weekly_means(load, around),
    };
    let clock = &around.clocks[0];
    let slots: Vec<OpenSlot> = tested
        .iter()
        .filter_map(|day| {
            let opens_ms = clock.utc((i64::from(day.day) * DAY_HOURS + start) * HOUR_MS)[0]?;
            Some(OpenSlot { opens_ms, hit_ms: day.hit.then_some(opens_ms) })
        })
        .collect();
    let life = slot_life(&slots)?;
    let test = SlotTest {
        runs: load.runs,
        extra: 0,
        counts,
        charge_nats: 0.0,
        half_width_ms: length * HOUR_MS / 2,
        jitter: JitterSeconds::default(),
    };
    let details = EvidenceDetails { load: Some(details), ..EvidenceDetails::default() };
    let weekdays = WeekdaySet::from_bits(bits);
    let days =
        if weekdays == WeekdaySet::ALL { DayFilter::Daily } else { DayFilter::Weekdays { days: weekdays } };
    let (start_minute, end_minute) = ((start * 60) as u16, ((start + length) * 60) as u16);
    let pattern = Pattern {
        pattern_type: PatternType::ResourceUsage,
        task_types: load.contributors(start, length),
        schedule: Schedule::Window { days, start_minute, end_minute },
        zone: clock.zone,
        confidence: life.confidence(),
        evidence: life.evidence(&test, details),
        resources: ResourceProfile::default(),
        is_active: life.is_active,
        group: None,
        moved_from: None,
    };
    Some((net, pattern))
}

/// Mean load of each hour of the week, Monday first.
fn weekly_means(load: &HourlyLoad, around: &Surroundings) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_u32); 7 * DAY_HOURS as usize];
    for (hour, mean) in load.hours.iter().enumerate() {
        let Some(mean) = mean else { continue };
        let day = load.first_day + (hour / DAY_HOURS as usize) as i32;
        let place =
            usize::from(around.days.get(day).weekday) * DAY_HOURS as usize + hour % DAY_HOURS as usize;
        sums[place] = (sums[place].0 + mean, sums[place].1 + 1);
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
}

/// Sums of loads from the first hour on, and how many hours of them are known.
struct PrefixSums(Vec<(f64, i64)>);

impl PrefixSums {
    fn new(hours: &[Option<f64>]) -> PrefixSums {
        let mut sums = vec![(0.0, 0)];
        for hour in hours {
            let (sum, known) = sums[sums.len() - 1];
            sums.push((sum + hour.unwrap_or(0.0), known + i64::from(hour.is_some())));
        }
        PrefixSums(sums)
    }

    /// The mean of `length` hours from `start` on; `None` unless all are known.
    fn mean(&self, start: i64, length: i64) -> Option<f64> {
        let from = self.0.get(usize::try_from(start).ok()?)?;
        let to = self.0.get(usize::try_from(start + length).ok()?)?;
        (to.1 - from.1 == length).then(|| (to.0 - from.0) / length as f64)
    }
}
