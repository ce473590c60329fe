//! Busy ends of months: whether the first or the last days of months have more starts than any others.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use rayon::prelude::*;

use super::code_length::RARE_FAMILY_NATS;
use super::evidence::ln_slot_evidence;
use super::explain::LEAST_NET;
use super::slot_life::{OpenSlot, SlotTest, slot_life};
use super::surroundings::Surroundings;
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{DayFilter, Schedule};
use crate::domain::patterns::{
    EvidenceDetails, JitterSeconds, MonthEdge, Pattern, PatternType, ResourceProfile, SeasonDetails,
    SlotCounts,
};
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Months that must have been observed.
const FEWEST_MONTHS: usize = 4;
/// Longest stretch of days.
const LONGEST: i32 = 3;
/// Starts a day on busy days over those on others below which they are not busy.
const LEAST_RATIO: f64 = 1.5;
/// Busiest task types that all runs together are said to come from.
const NAMED: usize = 3;

/// Candidates with their ln e-values for each of `histories` that no schedule explains (by its name, in
/// `scheduled`) and for all together, and how many were tested.
pub(super) fn seasonal_candidates(
    histories: &[&TaskHistory],
    is_scheduled: &(dyn Fn(&str) -> bool + Sync),
    around: &Surroundings,
) -> (Vec<(f64, Pattern)>, usize) {
    let months = observed_months(around);
    if months.len() < FEWEST_MONTHS {
        return (Vec::new(), 0);
    }
    let counts: Vec<BTreeMap<i32, u32>> =
        histories.par_iter().map(|history| starts_by_day(history, around)).collect();
    let mut together: BTreeMap<i32, u32> = BTreeMap::new();
    for (day, count) in counts.iter().flatten() {
        *together.entry(*day).or_default() += count;
    }
    let mut busiest: Vec<&TaskHistory> = histories.to_vec();
    busiest.sort_by(|one, other| other.runs.len().cmp(&one.runs.len()).then(one.name.cmp(&other.name)));
    let names: Vec<String> = busiest.iter().take(NAMED).map(|history| history.name.clone()).collect();
    let mut streams: Vec<(Vec<String>, &BTreeMap<i32, u32>)> = histories
        .iter()
        .zip(&counts)
        .filter(|(history, counts)| counts.len() >= 2 * FEWEST_MONTHS && !is_scheduled(&history.name))
        .map(|(history, counts)| (vec![history.name.clone()], counts))
        .collect();
    if histories.len() > 1 {
        streams.push((names, &together));
    }
    let tested = streams.len();
    let found = streams
        .into_par_iter()
        .filter_map(|(task_types, counts)| busiest_edge(task_types, counts, &months, around))
        .collect();
    (found, tested)
}

/// Local day numbers of the first days of months of which nine tenths were observed, and of the months after.
fn observed_months(around: &Surroundings) -> Vec<(i32, i32)> {
    let number = |date: NaiveDate| date.to_epoch_days();
    let first = around.days.first();
    let last = around.observation.end_ms().div_euclid(DAY_MS) as i32 + 1;
    let mut month = NaiveDate::from_epoch_days(first).and_then(|date| date.with_day(1));
    let mut months = Vec::new();
    while let Some(start) = month {
        let Some(next) = start.checked_add_months(Months::new(1)) else { break };
        if number(start) > last {
            break;
        }
        let (from_ms, to_ms) = (local_midnight(number(start), around), local_midnight(number(next), around));
        if around.observation.observed_ms(from_ms, to_ms) * 10 >= (to_ms - from_ms) * 9 {
            months.push((number(start), number(next)));
        }
        month = Some(next);
    }
    months
}

fn local_midnight(day: i32, around: &Surroundings) -> i64 {
    let local = i64::from(day) * DAY_MS;
    around.clocks[0].utc(local)[0].or(around.clocks[0].utc(local + HOUR_MS)[0]).unwrap_or(local)
}

fn starts_by_day(history: &TaskHistory, around: &Surroundings) -> BTreeMap<i32, u32> {
    let mut counts = BTreeMap::new();
    for run in &history.runs {
        let day = around.clocks[0].local(run.started_at.millis()).div_euclid(DAY_MS) as i32;
        *counts.entry(day).or_default() += 1;
    }
    counts
}

/// The edge of months that stands out most.
fn busiest_edge(
    task_types: Vec<String>,
    counts: &BTreeMap<i32, u32>,
    months: &[(i32, i32)],
    around: &Surroundings,
) -> Option<(f64, Pattern)> {
    let (first, last) = (*counts.keys().next()?, *counts.keys().next_back()?);
    let lived: Vec<(i32, i32)> =
        months.iter().copied().filter(|(start, next)| *next > first && *start <= last).collect();
    if lived.len() < FEWEST_MONTHS {
        return None;
    }
    let nats = RARE_FAMILY_NATS + (2.0 * f64::from(LONGEST)).ln();
    let mut edges: Vec<(f64, MonthEdge, i32, SlotCounts)> = Vec::new();
    for edge in [MonthEdge::Start, MonthEdge::End] {
        for days in 1..=LONGEST {
            let hits = lived.iter().filter(|month| is_busiest(counts, **month, edge, days)).count() as u64;
            // February has the fewest stretches.
            let chance = 1.0 / f64::from(28 / days);
            let counts = SlotCounts { hits, slots: lived.len() as u64, chance };
            let net = ln_slot_evidence(hits, counts.slots, chance) - nats;
            edges.push((net, edge, days, counts));
        }
    }
    // Part of a busy stretch is busy, too: of those that count at all, the one that tells most of each day.
    let (net, edge, days, tested) = edges
        .into_iter()
        .filter(|(net, ..)| *net > LEAST_NET)
        .map(|found| (gain(counts, &lived, found.1, found.2), found))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, found)| found)?;
    let daily_mean = |wanted: bool| {
        let within = |month: &(i32, i32)| {
            let busy = stretch(*month, edge, days, 0);
            (month.0..month.1).filter(move |day| busy.contains(day) == wanted)
        };
        let all: Vec<i32> = lived.iter().flat_map(within).collect();
        sum(counts, all.iter().copied()) as f64 / all.len().max(1) as f64
    };
    let season = SeasonDetails {
        edge,
        days: days as u8,
        busy_daily_mean: daily_mean(true),
        other_daily_mean: daily_mean(false),
    };
    if season.busy_daily_mean < LEAST_RATIO * season.other_daily_mean {
        return None;
    }
    let slots: Vec<OpenSlot> = lived
        .iter()
        .map(|month| {
            let opens_ms = local_midnight(stretch(*month, edge, days, 0).start, around);
            OpenSlot { opens_ms, hit_ms: is_busiest(counts, *month, edge, days).then_some(opens_ms) }
        })
        .collect();
    let life = slot_life(&slots)?;
    let test = SlotTest {
        runs: u64::from(sum(counts, first..last + 1)),
        extra: 0,
        counts: tested,
        charge_nats: nats,
        half_width_ms: i64::from(days) * DAY_MS / 2,
        jitter: JitterSeconds::default(),
    };
    let details = EvidenceDetails { season: Some(season), ..EvidenceDetails::default() };
    let pattern = Pattern {
        pattern_type: PatternType::Seasonal,
        task_types,
        schedule: window_of(edge, days),
        zone: around.clocks[0].zone,
        confidence: life.confidence(),
        evidence: life.evidence(&test, details),
        resources: ResourceProfile::default(),
        is_active: life.is_active,
        group: None,
        moved_from: None,
    };
    Some((net, pattern))
}

/// Nats that a rate of its own for the days at the edge saves over one rate for all days.
fn gain(counts: &BTreeMap<i32, u32>, months: &[(i32, i32)], edge: MonthEdge, days: i32) -> f64 {
    let busy_days: i32 = days * months.len() as i32;
    let all_days: i32 = months.iter().map(|month| month.1 - month.0).sum();
    let busy: u32 = months.iter().map(|month| sum(counts, stretch(*month, edge, days, 0))).sum();
    let all: u32 = months.iter().map(|month| sum(counts, month.0..month.1)).sum();
    let nats = |starts: u32, days: i32| match starts {
        0 => 0.0,
        _ => f64::from(starts) * (f64::from(starts) / f64::from(days)).ln(),
    };
    nats(busy, busy_days) + nats(all - busy, all_days - busy_days) - nats(all, all_days)
}

/// No day filter counts back from the end of a month: of several last days the schedule names the very last.
fn window_of(edge: MonthEdge, days: i32) -> Schedule {
    let (filter, length) = match edge {
        MonthEdge::Start => (DayFilter::MonthDays { days: 1 << 1 }, days),
        MonthEdge::End => (DayFilter::LastDayOfMonth, 1),
    };
    Schedule::Window { days: filter, start_minute: 0, end_minute: length as u16 * 24 * 60 }
}

/// The days of the stretch `index` places away from the edge; -1 lies in the neighbouring month.
fn stretch((start, next): (i32, i32), edge: MonthEdge, days: i32, index: i32) -> std::ops::Range<i32> {
    let from = match edge {
        MonthEdge::Start => start + index * days,
        MonthEdge::End => next - (index + 1) * days,
    };
    from..from + days
}

/// Whether the days at the edge have more starts than any other stretch of the month, and than the one just
/// beyond the edge, so that growth alone makes no end of a month busy.
fn is_busiest(counts: &BTreeMap<i32, u32>, month: (i32, i32), edge: MonthEdge, days: i32) -> bool {
    let of = |index: i32| sum(counts, stretch(month, edge, days, index));
    let busy = of(0);
    let others = (month.1 - month.0) / days;
    (1..others).chain([-1]).all(|index| of(index) < busy)
}

fn sum(counts: &BTreeMap<i32, u32>, days: impl Iterator<Item = i32>) -> u32 {
    days.filter_map(|day| counts.get(&day)).sum()
}
