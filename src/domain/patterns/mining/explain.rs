//! Explaining one history: the strongest schedule first, then what it leaves over, until nothing stands out.

use std::f64::consts::LN_2;

use super::bursts::by_gaps;
use super::clock_evidence::ClockCandidate;
use super::clock_minute::at_the_minute;
use super::clock_search::clock_candidates;
use super::credibility::MOST_NATS_PER_HIT;
use super::finer_times::are_finer;
use super::history::Starts;
use super::loops::{LoopCandidate, best_loop};
use super::period::{PeriodCandidate, period_candidates};
use super::rhythm::rhythm;
use super::surroundings::Surroundings;
use super::zone_choice::settle_zone;
use crate::domain::time::DAY_MS;

/// Nats below which nothing can pass: one history alone at the 1 % level.
pub(super) const LEAST_NET: f64 = 4.605_170_185_988_091;
/// The same for what may be tentative: 5 %.
const LEAST_TENTATIVE: f64 = 2.995_732_273_553_991;
/// Nats by which a phase shared by all starts must outweigh windows that hold some of them.
const CLEAR_NATS: f64 = 5.0;
/// Rounds of explaining what is left.
const ROUNDS: usize = 8;

/// What explains part of a history.
#[derive(Clone, Debug)]
pub(super) enum Explanation {
    /// Local clock times.
    Clock(ClockCandidate),
    /// A period free of the calendar.
    Period(PeriodCandidate),
    /// A loop whose phase drifts, with the starts it was found in.
    Loop(LoopCandidate, Vec<usize>),
}

impl Explanation {
    /// ln e-value after all charges.
    pub(super) fn net(&self) -> f64 {
        match self {
            Explanation::Clock(candidate) => candidate.net,
            Explanation::Period(candidate) => candidate.net,
            Explanation::Loop(candidate, _) => candidate.net,
        }
    }

    /// The clock times, where that is what it is.
    pub(super) fn clock(&self) -> Option<&ClockCandidate> {
        match self {
            Explanation::Clock(candidate) => Some(candidate),
            _ => None,
        }
    }

    fn hits(&self) -> &[usize] {
        match self {
            Explanation::Clock(candidate) => &candidate.hits,
            Explanation::Period(candidate) => &candidate.hits,
            Explanation::Loop(_, starts) => starts,
        }
    }

    /// Breaks ties between equally good explanations in a fixed way: longer steps first.
    fn order(&self) -> (i64, i64, i64) {
        match self {
            Explanation::Clock(candidate) => {
                (-candidate.times.step_ms, candidate.times.label_ms, candidate.times.half_width_ms)
            }
            Explanation::Period(candidate) => (0, candidate.period_ms as i64, candidate.half_width_ms),
            Explanation::Loop(candidate, _) => (1, candidate.period_ms as i64, 0),
        }
    }
}

/// Schedules that explain `starts`. Where these come in bursts and no schedule of all of them explains most, but
/// one of the first runs of bursts does, only these first runs are kept: the others tried again.
pub(super) fn explain_bursts(starts: &mut Starts<'_>, around: &Surroundings) -> Vec<Explanation> {
    let found = explain(&starts.at_ms, around, starts.resolution_ms);
    if explains_most(&found, starts.at_ms.len()) {
        return found;
    }
    let Some(bursts) = by_gaps(starts) else { return found };
    let heads = starts.only_heads(&bursts);
    let of_heads = explain(&heads.at_ms, around, heads.resolution_ms);
    let strongest = |found: &[Explanation]| found.iter().map(Explanation::net).fold(0.0, f64::max);
    // Looking twice costs a bit; the tries that are gone take some of the evidence of a wide slot with them.
    let is_as_strong = strongest(&of_heads) >= (0.8 * strongest(&found)).max(LEAST_NET + LN_2);
    if !is_as_strong || !explains_most(&of_heads, heads.at_ms.len()) {
        return found;
    }
    *starts = heads;
    of_heads
}

/// Whether clocks and periods place at least seven of ten starts.
fn explains_most(found: &[Explanation], starts: usize) -> bool {
    let placed: usize =
        found.iter().filter(|one| !matches!(one, Explanation::Loop(..))).map(|one| one.hits().len()).sum();
    placed * 10 >= starts * 7
}

/// Schedules that explain ascending `starts`, strongest first.
fn explain(starts: &[i64], around: &Surroundings, resolution_ms: i64) -> Vec<Explanation> {
    let mut accepted: Vec<Explanation> = Vec::new();
    let mut left: Vec<i64> = starts.to_vec();
    let mut indices: Vec<usize> = (0..starts.len()).collect();
    let mut shared_phase: Option<PeriodCandidate> = None;
    for round in 0..ROUNDS {
        if (left.len() as u64) < around.min_occurrences {
            break;
        }
        let mut candidates: Vec<Explanation> = clock_candidates(&left, around, resolution_ms, LEAST_NET)
            .into_iter()
            .map(Explanation::Clock)
            .collect();
        candidates.extend(
            period_candidates(&left, around, resolution_ms, LEAST_NET).into_iter().map(Explanation::Period),
        );
        candidates.retain(|one| one.net() <= MOST_NATS_PER_HIT * one.hits().len() as f64);
        candidates
            .sort_by(|one, other| other.net().total_cmp(&one.net()).then(one.order().cmp(&other.order())));
        // The spectrum is looked at only where windows leave more than a tenth of the starts unexplained.
        let best = candidates.first().map_or((0, LEAST_NET), |best| (best.hits().len(), best.net()));
        if round == 0 && best.0 * 10 < left.len() * 9 {
            shared_phase = rhythm(&left, around, resolution_ms, LEAST_TENTATIVE);
            if let Some(found) = shared_phase
                .take_if(|found| found.net > best.1 + CLEAR_NATS && found.hits.len() * 2 > best.0 * 3)
            {
                candidates.insert(0, Explanation::Period(found));
            }
        }
        let span_ms = left[left.len() - 1] - left[0];
        let before = accepted.len();
        let mut taken = vec![false; left.len()];
        for (index, candidate) in candidates.iter().enumerate() {
            let shared = candidate.hits().iter().filter(|hit| taken[**hit]).count();
            if shared * 10 > candidate.hits().len() {
                continue;
            }
            let refined = match candidate {
                Explanation::Clock(clock) => {
                    let others = candidates[index + 1..].iter().filter_map(Explanation::clock);
                    if clock.times.step_ms < DAY_MS && are_finer(others, clock, left.len(), span_ms) {
                        continue;
                    }
                    Explanation::Clock(at_the_minute(clock.clone(), &left, around, resolution_ms))
                }
                Explanation::Period(period) => {
                    let clocks = accepted.iter().chain(&candidates).filter_map(Explanation::clock);
                    if clocks.into_iter().any(|clock| is_that_step(clock, period.period_ms, span_ms)) {
                        continue;
                    }
                    candidate.clone()
                }
                other => other.clone(),
            };
            if accepted.iter().any(|other| same_place(&refined, other, around)) {
                continue;
            }
            for hit in refined.hits() {
                taken[*hit] = true;
            }
            let period_found = matches!(refined, Explanation::Period(_));
            accepted.push(refined);
            if period_found {
                break;
            }
        }
        if accepted.len() == before {
            break;
        }
        retain_free(&mut left, &taken);
        retain_free(&mut indices, &taken);
    }
    settle_zone(&mut accepted, starts, around, resolution_ms);
    // A loop is looked for only where clocks and periods explain little: gaps of a kept schedule are even, too.
    let found = match left.len() * 2 > starts.len() {
        true => best_loop(&left, resolution_ms).filter(|found| found.net >= LEAST_NET),
        false => None,
    };
    // A loop keeps a phase for some cycles, and starts around slots have gaps like a loop's. Gaps say more, unless
    // they make up for each other.
    const MAKING_UP: f64 = 1.5;
    let shared_phase = shared_phase.filter(|phase| {
        accepted.is_empty()
            && found.is_none_or(|looped| looped.lattice_deviations > MAKING_UP || phase.net > looped.net)
    });
    if let Some(found) = shared_phase {
        accepted.push(Explanation::Period(found));
    } else if let Some(found) = found {
        accepted.push(Explanation::Loop(found, indices));
    }
    accepted
}

/// Drops the values whose place is taken.
fn retain_free<T>(values: &mut Vec<T>, taken: &[bool]) {
    let mut index = 0;
    values.retain(|_| {
        index += 1;
        !taken[index - 1]
    });
}

/// Whether a period is the distance of clock times that stand out by themselves, as far as a history of `span_ms`
/// can tell: what is left of a free period then follows the accidents of lateness.
fn is_that_step(clock: &ClockCandidate, period_ms: f64, span_ms: i64) -> bool {
    let step_ms = clock.times.step_ms as f64;
    let drift_ms = (period_ms - step_ms).abs() * span_ms as f64 / step_ms;
    clock.times.step_ms < DAY_MS && clock.net >= 2.0 * LEAST_NET && drift_ms < step_ms / 4.0
}

/// Whether both put their windows over each other on some day that both are kept on.
fn same_place(one: &Explanation, other: &Explanation, around: &Surroundings) -> bool {
    let (Explanation::Clock(one), Explanation::Clock(other)) = (one, other) else { return false };
    let step = one.times.step_ms.min(other.times.step_ms);
    let place = |candidate: &ClockCandidate| candidate.times.label_ms + candidate.times.delay_ms;
    let apart = (place(one) - place(other)).rem_euclid(step);
    let touching = apart.min(step - apart) <= one.times.half_width_ms + other.times.half_width_ms
        || (one.times.label_ms - other.times.label_ms).rem_euclid(step) == 0;
    if one.times.clock != other.times.clock || !touching {
        return false;
    }
    let from = one.choice.days.0.max(other.choice.days.0);
    let to = one.choice.days.1.min(other.choice.days.1);
    debug_assert!(step <= DAY_MS);
    (from..=to).any(|number| {
        let day = around.days.get(number);
        day.passes(one.choice.filter) && day.passes(other.choice.filter)
    })
}
