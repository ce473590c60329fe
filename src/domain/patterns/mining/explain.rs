//! Explaining one history: the strongest schedule first, then what it leaves over, until nothing stands out.

use std::f64::consts::LN_2;

use super::bursts::by_gaps;
use super::clock_evidence::ClockCandidate;
use super::clock_minute::at_the_minute;
use super::credibility::MOST_NATS_PER_HIT;
use super::finer_times::are_finer;
use super::fold::fold_candidate;
use super::history::Starts;
use super::loops::{LoopCandidate, best_loop};
use super::memory::{PhaseRank, Place, Remembered, Trail};
use super::period::PeriodCandidate;
use super::rhythm::rhythm;
use super::source::Source;
use super::successor::successors;
use super::surroundings::Surroundings;
use super::zone_choice::settle_zone;
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// Nats below which nothing can pass: one history alone at the 1 % level.
pub(super) const LEAST_NET: f64 = 4.605_170_185_988_091;
/// The same for what may be tentative: 5 %.
const LEAST_TENTATIVE: f64 = 2.995_732_273_553_991;
/// How many times the evidence of all starts together that of windows which hold few of them must be, to be preferred:
/// windows are chosen among many, and their runs are partly others'.
const AS_STRONG: f64 = 1.5;
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

/// What explains a history, and what is to be remembered of the search for it.
pub(super) struct Explained {
    /// What explains it, strongest first.
    pub(super) by: Vec<Explanation>,
    /// What the search found, where there was one; `None` where what was remembered still holds.
    pub(super) learnt: Option<Remembered>,
}

/// Schedules that explain `starts`, from what was `known` of them where that still holds, from a search otherwise.
pub(super) fn explain(
    starts: &mut Starts<'_>,
    around: &Surroundings,
    known: Option<&Remembered>,
) -> Explained {
    if let Some(by) = known.and_then(|known| recall(starts, around, known)) {
        return Explained { by, learnt: None };
    }
    let (count, ends) = (starts.at_ms.len(), (starts.at_ms.first().copied(), starts.at_ms.last().copied()));
    let resolution_ms = starts.resolution_ms;
    let (found, heads_only) = search(starts, around);
    let learnt = match ends {
        (Some(first), Some(last)) => Some(Remembered {
            searched_ms: (first, last),
            starts: count,
            left: found.left.len(),
            resolution_ms,
            heads_only,
            trail: found.trail,
        }),
        _ => None,
    };
    Explained { by: found.by, learnt }
}

/// What is `known`, weighed on `starts` as they are now. `None` where it does not hold as it did.
fn recall(starts: &mut Starts<'_>, around: &Surroundings, known: &Remembered) -> Option<Vec<Explanation>> {
    if !known.may_hold_for(&starts.at_ms, starts.resolution_ms) {
        return None;
    }
    let heads = match known.heads_only {
        true => Some(starts.only_heads(&by_gaps(starts)?)),
        false => None,
    };
    let used = heads.as_ref().unwrap_or(starts);
    let found = peel(&used.at_ms, around, used.resolution_ms, &Source::Known(&known.trail));
    if !known.is_confirmed_by(&found.trail, &found.left)
        || (known.heads_only && !explains_most(&found.by, used.at_ms.len()))
    {
        return None;
    }
    if let Some(heads) = heads {
        *starts = heads;
    }
    Some(found.by)
}

/// Schedules that explain `starts`. Where these come in bursts and no schedule of all of them explains most, but
/// one of the first runs of bursts does, only these first runs are kept, and it is said so: the others tried again.
fn search(starts: &mut Starts<'_>, around: &Surroundings) -> (Peeled, bool) {
    let found = peel(&starts.at_ms, around, starts.resolution_ms, &Source::Search);
    if explains_most(&found.by, starts.at_ms.len()) {
        return (found, false);
    }
    let Some(bursts) = by_gaps(starts) else { return (found, false) };
    let heads = starts.only_heads(&bursts);
    let of_heads = peel(&heads.at_ms, around, heads.resolution_ms, &Source::Search);
    let strongest = |found: &Peeled| found.by.iter().map(Explanation::net).fold(0.0, f64::max);
    // Looking twice costs a bit; the tries that are gone take some of the evidence of a wide slot with them.
    let is_as_strong = strongest(&of_heads) >= (0.8 * strongest(&found)).max(LEAST_NET + LN_2);
    if !is_as_strong || !explains_most(&of_heads.by, heads.at_ms.len()) {
        return (found, false);
    }
    *starts = heads;
    (of_heads, true)
}

/// Whether clocks and periods place at least seven of ten starts.
fn explains_most(found: &[Explanation], starts: usize) -> bool {
    let placed: usize =
        found.iter().filter(|one| !matches!(one, Explanation::Loop(..))).map(|one| one.hits().len()).sum();
    placed * 10 >= starts * 7
}

/// What explains starts, strongest first; where it was found; and the starts that no clock or period explains.
struct Peeled {
    by: Vec<Explanation>,
    trail: Trail,
    left: Vec<i64>,
}

/// Explains ascending `starts`: what explains most first, then what that leaves over.
fn peel(starts: &[i64], around: &Surroundings, resolution_ms: i64, source: &Source<'_>) -> Peeled {
    let mut accepted: Vec<Explanation> = Vec::new();
    let mut trail = Trail::default();
    let mut left: Vec<i64> = starts.to_vec();
    let mut indices: Vec<usize> = (0..starts.len()).collect();
    let mut shared_phase: Option<PeriodCandidate> = None;
    for round in 0..ROUNDS {
        if (left.len() as u64) < around.min_occurrences {
            break;
        }
        let mut candidates = source.candidates(round, &left, around, resolution_ms);
        candidates.retain(|one| one.net() <= MOST_NATS_PER_HIT * one.hits().len() as f64);
        candidates
            .sort_by(|one, other| other.net().total_cmp(&one.net()).then(one.order().cmp(&other.order())));
        let best = candidates.first().map_or((0, LEAST_NET), |best| (best.hits().len(), best.net()));
        let mut is_phase_first = false;
        if round == 0 && source.asks_for_phase(placed(&candidates, left.len()), left.len()) {
            shared_phase = rhythm(&left, around, resolution_ms, LEAST_TENTATIVE);
            if let Some(found) = shared_phase.take_if(|found| source.puts_first(found, best)) {
                candidates.insert(0, Explanation::Period(found));
                is_phase_first = true;
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
            match candidate {
                _ if index == 0 && is_phase_first => trail.phase = Some(PhaseRank::First),
                Explanation::Clock(found) => trail.places.push((round, Place::of_clock(found))),
                Explanation::Period(found) => trail.places.push((round, Place::of_period(found))),
                Explanation::Loop(..) => {}
            }
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
    let moved = successors(&accepted, &left, around, resolution_ms);
    accepted.extend(moved.into_iter().map(Explanation::Clock));
    let found = match source.asks_for_loop(left.len(), starts.len()) {
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
    // Where windows hold few of the starts, all of them folded to one distance may say more.
    let folded = match may_be_amid_others(&accepted, starts.len()) && source.asks_for_fold() {
        true => fold_candidate(starts, around, resolution_ms, LEAST_NET),
        false => None,
    };
    let others = shared_phase.as_ref().map(|phase| phase.net).into_iter().chain(found.map(|found| found.net));
    let strongest = accepted.iter().map(Explanation::net).chain(others).fold(f64::NEG_INFINITY, f64::max);
    let is_same = |folded: &ClockCandidate| match &accepted[..] {
        [Explanation::Clock(only)] => only.times.step_ms == folded.times.step_ms,
        _ => false,
    };
    if let Some(found) = folded.filter(|found| is_same(found) || AS_STRONG * found.net >= strongest) {
        (trail, left) = (Trail { is_fold: true, ..Trail::default() }, starts.to_vec());
        accepted = vec![Explanation::Clock(found)];
    } else if let Some(found) = shared_phase {
        trail.phase = Some(PhaseRank::Last);
        accepted.push(Explanation::Period(found));
    } else if let Some(found) = found {
        trail.is_loop = true;
        accepted.push(Explanation::Loop(found, indices));
    }
    Peeled { by: accepted, trail, left }
}

/// Whether what was `accepted` are slots many times a day that hold so few of the starts that they may be hit by chance.
fn may_be_amid_others(accepted: &[Explanation], starts: usize) -> bool {
    let placed: usize = accepted.iter().map(|one| one.hits().len()).sum();
    let is_frequent = |one: &Explanation| match one {
        Explanation::Clock(clock) => clock.times.step_ms < DAY_MS,
        Explanation::Period(period) => period.period_ms < DAY_MS as f64,
        Explanation::Loop(..) => false,
    };
    placed * 3 < starts && accepted.iter().all(is_frequent)
}

/// How many of `starts` some candidate explains: the largest of them, or narrow windows at times of day together. (Wide
/// ones of a whole day may hold all starts of whatever keeps no time.)
fn placed(candidates: &[Explanation], starts: usize) -> usize {
    let mut taken = vec![false; starts];
    let narrow =
        |clock: &&ClockCandidate| clock.times.step_ms == DAY_MS && clock.times.half_width_ms <= MINUTE_MS;
    for clock in candidates.iter().filter_map(Explanation::clock).filter(narrow) {
        for hit in &clock.hits {
            taken[*hit] = true;
        }
    }
    let together = taken.into_iter().filter(|taken| *taken).count();
    candidates.iter().map(|one| one.hits().len()).max().unwrap_or(0).max(together)
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
