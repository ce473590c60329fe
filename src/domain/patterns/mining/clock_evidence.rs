//! What a history says for and against slots at clock times.

use super::clock_times::{ClockTimes, Slot};
use super::code_length::{FAMILY_NATS, clock_times_nats, step_nats, zone_nats};
use super::day_choice::{DayChoice, DayCount, choose_days, describe_choice, filter_nats};
use super::evenness::is_even;
use super::evidence::ln_slot_evidence;
use super::explain::LEAST_NET;
use super::flanks::{Flanked, LEAST_EXCESS, flank_evidence};
use super::phase::phase_proof;
use super::surroundings::Surroundings;
use crate::domain::calendar::DayFilter;
use crate::domain::patterns::{Proof, SlotCounts, Test};
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Clock times with the days they were kept on and the evidence for them.
#[derive(Clone, Debug)]
pub(super) struct ClockCandidate {
    /// When.
    pub(super) times: ClockTimes,
    /// On which days.
    pub(super) choice: DayChoice,
    /// ln e-value after all charges.
    pub(super) net: f64,
    /// What it is made of.
    pub(super) proof: Proof,
    /// Nats that naming the times and the days costs.
    pub(super) nats: f64,
    /// Chance of a hit by accident.
    pub(super) chance: f64,
    /// Starts explained, ascending indices.
    pub(super) hits: Vec<usize>,
    /// Whether they were kept to the end of the starts.
    pub(super) is_open: bool,
    /// Minutes of the day that may be meant, with the ln of their weight, the likeliest first; empty until it
    /// has been asked which.
    pub(super) minutes: Vec<(i64, f64)>,
}

/// What `starts` say about slots at `times`, on the days that suit them best or on those given. `None` when
/// they speak against any such slots: too few, too seldom kept, or kept only at part of the times.
pub(super) fn examine(
    times: ClockTimes,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    given: Option<(DayFilter, (i32, i32))>,
) -> Option<ClockCandidate> {
    let slots: Vec<Slot> = times
        .slots(around, starts, *starts.first()?, *starts.last()?)
        .into_iter()
        .filter(|slot| slot.observed)
        .collect();
    let counts = count_by_day(&slots, around);
    let choice = match given {
        None => choose_days(&counts)?,
        Some((filter, days)) => describe_choice(&counts, filter, days),
    };
    let least_rate = if times.step_ms == DAY_MS { 0.3 } else { 0.4 };
    if choice.hits < around.min_occurrences || (choice.hits as f64) < least_rate * choice.slots as f64 {
        return None;
    }
    let kept: Vec<Slot> = slots
        .iter()
        .copied()
        .filter(|slot| {
            (choice.days.0..=choice.days.1).contains(&slot.day)
                && around.days.get(slot.day).passes(choice.filter)
        })
        .collect();
    if times.step_ms < DAY_MS && !is_even(&kept, &times, around) {
        return None;
    }
    let hits: Vec<usize> = kept.iter().filter_map(|slot| slot.hit).collect();
    let nats = FAMILY_NATS
        + zone_nats(times.clock)
        + clock_times_nats(times.step_ms, times.label_ms + times.delay_ms, times.half_width_ms);
    let weigh = |slots: &[Slot]| {
        let places: Vec<i64> = slots.iter().map(|slot| slot.at_ms).collect();
        flank_evidence(starts, &places, times.half_width_ms, times.flank_ms(), resolution_ms)
    };
    let on_kept = weigh(&kept);
    let Flanked { ln_e, chance, excess, ref test } = on_kept;
    if excess < LEAST_EXCESS {
        return None;
    }
    // On days without any start around the time nothing speaks against slots there, so the evidence may as
    // well be taken over all days, at no cost for naming the days, and that of the days be added.
    let mut proof = Proof { test: test.clone(), ln_e, charge_nats: choice.nats + nats };
    let on_all_days = if kept.len() == slots.len() { on_kept.clone() } else { weigh(&slots) };
    let all_days =
        with_days(on_all_days, day_counts(&slots, choice.filter, starts, &times, around), &choice, nats);
    if all_days.net() > proof.net() {
        proof = all_days;
    }
    let net = proof.net();
    if times.step_ms <= HOUR_MS && (net < LEAST_NET || times.half_width_ms * 4 >= times.step_ms) {
        // Jitter of a quarter of the distance leaves no window that stands out, but a phase that does; whatever
        // phase it is, so that none need be named.
        let inside: Vec<i64> = within(starts, &kept, times.step_ms);
        let step_nats =
            FAMILY_NATS + zone_nats(times.clock) + step_nats(times.step_ms) + std::f64::consts::LN_2;
        let phase = phase_proof(&inside, times.step_ms as f64, resolution_ms as f64, step_nats + choice.nats);
        if phase.net() > net {
            proof = phase;
        }
    }
    let is_open = counts.last().is_none_or(|last| choice.days.1 >= last.day.number);
    Some(ClockCandidate {
        times,
        choice,
        net: proof.net(),
        proof,
        nats: nats + choice.nats,
        chance,
        hits,
        is_open,
        minutes: Vec::new(),
    })
}

/// The evidence of slots on all days, with that of the days where it outweighs the cost of naming them.
fn with_days(all: Flanked, days: Option<SlotCounts>, choice: &DayChoice, nats: f64) -> Proof {
    use std::f64::consts::LN_2;
    let named = filter_nats(choice.filter);
    let ln_days = days.map_or(0.0, |days| ln_slot_evidence(days.hits, days.slots, days.chance));
    match (all.test, days) {
        (Test::Windows { chance, counts, .. }, days) if ln_days - named > -LN_2 => Proof {
            test: Test::Windows { chance, counts, days },
            ln_e: all.ln_e + ln_days,
            charge_nats: LN_2 + named + nats,
        },
        (test, _) => Proof { test, ln_e: all.ln_e, charge_nats: 2.0 * LN_2 + nats },
    }
}

/// The days that hits fall on: when nothing recurs, a start's day does not depend on its time of day, so hits lie on
/// the filter's days as often as all other starts do. `None` for all days.
fn day_counts(
    slots: &[Slot],
    filter: DayFilter,
    starts: &[i64],
    times: &ClockTimes,
    around: &Surroundings,
) -> Option<SlotCounts> {
    if filter == DayFilter::Daily {
        return None;
    }
    let passes = |day: i32| around.days.get(day).passes(filter);
    let (mut hits, mut hits_inside, mut slots_inside) = (0_u64, 0_u64, 0_u64);
    for slot in slots {
        let inside = u64::from(passes(slot.day));
        slots_inside += inside;
        if slot.hit.is_some() {
            hits += 1;
            hits_inside += inside;
        }
    }
    let clock = &around.clocks[times.clock];
    let (mut others, mut others_inside) = (0_u64, 0_u64);
    for start in starts {
        let local = clock.local(*start) - times.delay_ms;
        let apart = (local - times.label_ms).rem_euclid(times.step_ms);
        if apart.min(times.step_ms - apart) > times.half_width_ms {
            others += 1;
            others_inside += u64::from(passes(local.div_euclid(DAY_MS) as i32));
        }
    }
    let by_slots = slots_inside as f64 / slots.len().max(1) as f64;
    // Without others any day is as likely as another.
    let by_others = (others_inside as f64 + by_slots) / (others as f64 + 1.0);
    Some(SlotCounts { hits: hits_inside, slots: hits, chance: by_slots.max(by_others) })
}

/// The starts from the first to the last of `slots`.
fn within(starts: &[i64], slots: &[Slot], step_ms: i64) -> Vec<i64> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Vec::new() };
    let from = starts.partition_point(|start| *start < first.at_ms - step_ms / 2);
    let to = starts.partition_point(|start| *start <= last.at_ms + step_ms / 2);
    starts[from..to.max(from)].to_vec()
}

/// Observed slots and hits of each day.
pub(super) fn count_by_day(slots: &[Slot], around: &Surroundings) -> Vec<DayCount> {
    let mut counts: Vec<DayCount> = Vec::new();
    for slot in slots {
        let hit = u32::from(slot.hit.is_some());
        match counts.last_mut() {
            Some(last) if last.day.number == slot.day => {
                last.slots += 1;
                last.hits += hit;
            }
            _ => counts.push(DayCount { day: around.days.get(slot.day), slots: 1, hits: hit }),
        }
    }
    counts
}
