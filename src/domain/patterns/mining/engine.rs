//! Mining all histories: explain each, decide over all of them what is no accident, report.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::beyond_schedules::with_patterns_beyond;
use super::chains::{Chain, find_chain, report_chain, saved_nats};
use super::co_occurrence::{References, frequent_pairs};
use super::credibility::{Follower, explains_successor, is_credible, without_reciprocals};
use super::evidence::{e_bh_threshold, ln_adjusted_p_values};
use super::explain::{Explained, Explanation, LEAST_NET, explain};
use super::history::Starts;
use super::holidays::note_holidays;
use super::input::{MiningInput, MiningOptions};
use super::memory::Remembered;
use super::moves::link_moves;
use super::observation::Observation;
use super::period::PeriodCandidate;
use super::report::{Draft, report_timetable};
use super::report_period::{report_loop, report_period};
use super::stretches::outlived;
use super::surroundings::Surroundings;
use super::tentative::tentative_pattern;
use super::timetable::timetables;
use super::twins::without_twins;
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, Tier, Verdict, pool_spreads, resource_profile};
use crate::domain::time::DAY_MS;

/// Share of false patterns among the confirmed ones, at most, in expectation.
const FALSE_DISCOVERIES: f64 = 0.01;
/// The same of tentative patterns.
const FALSE_TENTATIVES: f64 = 0.05;
/// Runs older than this before the newest are left out: no schedule of today hangs on them.
const LONGEST_MS: i64 = 40 * 365 * DAY_MS;
/// Runs that schedules place to so few milliseconds follow nothing: no chain says more.
const PUNCTUAL_MS: i64 = 5_000;
/// Nats a chain must save over the schedules of its successor.
const LEAST_SAVED_NATS: f64 = 8.0;

/// Finds the patterns in `input`: in a fixed order, whatever the order of the histories or the number of threads.
pub fn mine(input: &MiningInput<'_>, options: &MiningOptions) -> Vec<Pattern> {
    mine_until(input, options, &|| false)
}

/// Like [`mine`]; once `stop` says so, what is left is passed over and the answer means nothing. `stop` is asked
/// between task types, from any thread.
pub fn mine_until(
    input: &MiningInput<'_>,
    options: &MiningOptions,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Pattern> {
    mine_remembering(input, options, stop).patterns
}

/// Patterns, and what to remember of the search for them.
#[derive(Clone, Debug, Default)]
pub struct Mined {
    /// The patterns, in a fixed order.
    pub patterns: Vec<Pattern>,
    /// What was learnt of histories that were searched, by name; of the others what was remembered still holds.
    pub learnt: Vec<(String, Remembered)>,
    /// Histories that were not searched, as what was remembered of them still holds.
    pub recalled: u64,
}

/// Like [`mine_until`], and tells what to remember: given back with the next mining, only what has changed is
/// searched again.
pub fn mine_remembering(
    input: &MiningInput<'_>,
    options: &MiningOptions,
    stop: &(dyn Fn() -> bool + Sync),
) -> Mined {
    let Some((mut histories, around)) = prepare(input, options) else { return Mined::default() };
    let explained = explained(&mut histories, &around, &options.remembered, stop);
    let (mut learnt, mut by, mut recalled) = (Vec::new(), Vec::with_capacity(histories.len()), 0);
    for (starts, explained) in histories.iter().zip(explained) {
        match explained.learnt {
            Some(known) => learnt.push((starts.name.to_owned(), known)),
            None => recalled += 1,
        }
        by.push(explained.by);
    }
    let references: Vec<References> = histories.par_iter().map(References::of).collect();
    let mut scheduled = scheduled_patterns(&histories, &references, by, &around, stop);
    note_holidays(&mut scheduled, &histories, &around, &options.holidays);
    let mut patterns =
        with_patterns_beyond(scheduled, input, &histories, &references, &around, options, stop);
    patterns.sort_by(|one, other| order(one).cmp(&order(other)));
    pool_spreads(&mut patterns);
    Mined { patterns, learnt, recalled }
}

/// What explains each history.
fn explained(
    histories: &mut [Starts<'_>],
    around: &Surroundings,
    remembered: &BTreeMap<String, Remembered>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Explained> {
    histories
        .par_iter_mut()
        .map(|starts| match stop() {
            true => Explained { by: Vec::new(), learnt: None },
            false => {
                let known = remembered.get(starts.name);
                explain(starts, around, known)
            }
        })
        .collect()
}

/// Patterns of schedules and chains.
fn scheduled_patterns(
    histories: &[Starts<'_>],
    references: &[References],
    explained: Vec<Vec<Explanation>>,
    around: &Surroundings,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Pattern> {
    let kept_within: Vec<Option<i64>> =
        histories.iter().zip(&explained).map(|(starts, found)| kept_within(starts, found)).collect();
    let may_follow: Vec<bool> =
        kept_within.iter().map(|kept| kept.is_none_or(|half_width_ms| half_width_ms > PUNCTUAL_MS)).collect();
    let chains: Vec<Chain> = frequent_pairs(histories, references, &may_follow)
        .into_par_iter()
        .filter(|_| !stop())
        .filter_map(|pair| {
            find_chain(histories, references, pair, kept_within[pair.1], around.min_occurrences)
        })
        .collect();
    let mut strongest: Vec<f64> = explained
        .iter()
        .map(|found| found.iter().map(Explanation::net).fold(f64::NEG_INFINITY, f64::max))
        .collect();
    let mut predecessors: Vec<Vec<&Chain>> = vec![Vec::new(); histories.len()];
    for chain in &chains {
        strongest[chain.successor] = strongest[chain.successor].max(chain.net);
        predecessors[chain.successor].push(chain);
    }
    let threshold = e_bh_threshold(&strongest, histories.len(), FALSE_DISCOVERIES).unwrap_or(f64::INFINITY);
    let verdict = Verdict {
        level: FALSE_DISCOVERIES,
        tested: histories.len() as u64,
        accepted: strongest.iter().filter(|ln_e_value| **ln_e_value >= threshold).count() as u64,
        least_ln_e_value: threshold,
    };
    let chances: Vec<f64> =
        explained.iter().map(|found| strongest_tentative(found).map_or(0.0, |(ln_p, _)| ln_p)).collect();
    let adjusted = ln_adjusted_p_values(&chances);
    let (own, followers): (Vec<Vec<Draft>>, Vec<Vec<Follower>>) = explained
        .into_par_iter()
        .enumerate()
        .map(|(index, found)| {
            if stop() {
                return (Vec::new(), Vec::new());
            }
            let starts = &histories[index];
            let tentative = strongest_tentative(&found)
                .filter(|_| adjusted[index] <= FALSE_TENTATIVES.ln())
                .map(|(_, period)| period.clone());
            let kept = found.into_iter().filter(|one| one.net() >= threshold).collect();
            let mut own = drafts(starts, kept, around);
            let following: Vec<Draft> = predecessors[index]
                .iter()
                .filter(|chain| chain.net >= threshold)
                .filter_map(|chain| report_chain(chain, histories, references, around))
                .filter(|chain| explains_successor(chain, starts))
                .collect();
            let followers = true_followers(following, &own, starts);
            if own.is_empty() && followers.is_empty() {
                own.extend(tentative.and_then(|period| {
                    let draft = report_period(&period, starts, around)?;
                    Some(Draft { pattern: tentative_pattern(draft.pattern, adjusted[index]), ..draft })
                }));
            }
            (own, followers)
        })
        .unzip();
    own.into_par_iter()
        .zip(without_reciprocals(followers))
        .zip(histories)
        .flat_map_iter(|((mut drafts, followers), starts)| {
            drafts.extend(followers.into_iter().map(|follower| follower.draft));
            credible_patterns(drafts, starts)
        })
        .map(|mut pattern| {
            let is_confirmed = pattern.evidence.tier == Tier::Confirmed;
            pattern.evidence.details.verdict = is_confirmed.then_some(verdict);
            pattern
        })
        .collect()
}

/// Of what explains one history, the period that is least likely an accident, with ln of its p-value.
fn strongest_tentative(found: &[Explanation]) -> Option<(f64, &PeriodCandidate)> {
    found
        .iter()
        .filter_map(|explanation| match explanation {
            Explanation::Period(period) => period.ln_p_value.map(|ln_p| (ln_p, period)),
            Explanation::Clock(_) | Explanation::Loop(..) => None,
        })
        .min_by(|one, other| one.0.total_cmp(&other.0))
}

/// Half a width to which schedules place nearly all runs of a history: what they follow must place them better.
fn kept_within(starts: &Starts<'_>, found: &[Explanation]) -> Option<i64> {
    let schedules = || {
        found.iter().filter(|one| one.net() >= LEAST_NET).filter_map(|explanation| match explanation {
            Explanation::Clock(clock) => Some((clock.times.half_width_ms, clock.hits.len())),
            Explanation::Period(period) => Some((period.half_width_ms, period.hits.len())),
            Explanation::Loop(..) => None,
        })
    };
    let placed: usize = schedules().map(|(_, hits)| hits).sum();
    let widest = schedules().map(|(half_width_ms, _)| half_width_ms).max()?;
    (placed * 10 >= starts.runs.len() * 9).then_some(widest)
}

/// The histories that can be tested, by name, and what they share. `None` without any.
fn prepare<'a>(input: &MiningInput<'a>, options: &MiningOptions) -> Option<(Vec<Starts<'a>>, Surroundings)> {
    let min_occurrences = options.min_occurrences.max(2);
    let span = (input.span.start.millis(), input.span.end.millis());
    let newest_of = |history: &TaskHistory| {
        history
            .runs
            .iter()
            .map(|run| run.started_at.millis())
            .filter(|at| (span.0..=span.1).contains(at))
            .max()
    };
    let newest = input.histories.iter().filter_map(newest_of).max()?;
    let from_ms = span.0.max(newest - LONGEST_MS);
    let mut histories: Vec<Starts<'_>> = input
        .histories
        .par_iter()
        .map(|history| Starts::new(history, from_ms, span.1))
        .filter(|starts| starts.runs.len() as u64 >= min_occurrences)
        .collect();
    histories.sort_by(|one, other| one.name.cmp(other.name).then(one.at_ms.cmp(&other.at_ms)));
    let oldest = histories.iter().filter_map(|starts| starts.at_ms.first().copied()).min()?;
    let end_ms = span.1.min(newest + LONGEST_MS);
    let observation = Observation::new(input.span, input.observed, end_ms);
    Some((histories, Surroundings::new(input.zone, oldest, end_ms, observation, min_occurrences)))
}

/// The patterns that explanations of one history amount to.
fn drafts(starts: &Starts<'_>, found: Vec<Explanation>, around: &Surroundings) -> Vec<Draft> {
    let mut clocks = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    for explanation in found {
        match explanation {
            Explanation::Clock(candidate) => clocks.push(candidate),
            Explanation::Period(period) => drafts.extend(report_period(&period, starts, around)),
            Explanation::Loop(found, left) => drafts.extend(report_loop(&found, &left, starts, around)),
        }
    }
    for table in timetables(clocks, &starts.at_ms, around, starts.resolution_ms) {
        drafts.extend(report_timetable(&table, starts, around));
    }
    drafts
}

/// Of `chains` to one successor, those that say more than its `own` schedules, the one that says most first;
/// a further one must explain runs that follow none of those before it.
fn true_followers(mut chains: Vec<Draft>, own: &[Draft], starts: &Starts<'_>) -> Vec<Follower> {
    let mut explained = vec![false; starts.runs.len()];
    let mut kept: Vec<Follower> = Vec::new();
    // What a chain saves only shrinks as others explain its runs.
    chains.retain(|draft| saved_nats(draft, own, &explained, starts) >= LEAST_SAVED_NATS);
    while !chains.is_empty() {
        let saved = |draft: &Draft| saved_nats(draft, own, &explained, starts);
        let best = chains
            .iter()
            .enumerate()
            .map(|(index, draft)| (saved(draft), index))
            .max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
        let Some((nats, index)) = best else { break };
        let chain = chains.remove(index);
        let free = chain.hits.iter().filter(|hit| !explained[**hit]).count();
        if nats < LEAST_SAVED_NATS || free * 2 < chain.hits.len() {
            if nats < LEAST_SAVED_NATS {
                break;
            }
            continue;
        }
        for hit in &chain.hits {
            explained[*hit] = true;
        }
        kept.push(Follower { draft: chain, saved_nats: nats });
    }
    kept
}

/// The patterns of `drafts` that explain enough. Runs of one that does not are unexplained to the others.
fn credible_patterns(mut drafts: Vec<Draft>, starts: &Starts<'_>) -> Vec<Pattern> {
    loop {
        let mut patterns = with_extra_runs(&drafts, starts);
        let mut credible = patterns.iter().map(is_credible);
        let before = drafts.len();
        drafts.retain(|_| credible.next().unwrap_or(true));
        drop(credible);
        if drafts.len() == before {
            drafts = without_twins(drafts, starts);
        }
        if drafts.len() == before {
            let mut outlived = outlived(&patterns).into_iter();
            let mut needs = drafts.iter().map(|draft| &draft.hits);
            patterns.retain_mut(|pattern| {
                let is_kept = !outlived.next().unwrap_or(false);
                if let Some(hits) = needs.next().filter(|_| is_kept) {
                    pattern.resources = resource_profile(hits.iter().map(|hit| starts.runs[*hit]));
                }
                is_kept
            });
            link_moves(&mut patterns);
            return patterns;
        }
    }
}

/// Counts, for each pattern, the runs in its life that no pattern of the history explains.
fn with_extra_runs(drafts: &[Draft], starts: &Starts<'_>) -> Vec<Pattern> {
    let mut explained = vec![false; starts.runs.len()];
    for hit in drafts.iter().flat_map(|draft| &draft.hits) {
        explained[*hit] = true;
    }
    drafts
        .iter()
        .map(|draft| {
            let mut pattern = draft.pattern.clone();
            pattern.evidence.runs = starts.recorded_runs;
            pattern.evidence.details.burst = starts.burst;
            let (first, last) = (pattern.evidence.first_seen.millis(), pattern.evidence.last_seen.millis());
            let from = starts.at_ms.partition_point(|at| *at < first);
            let to = starts.at_ms.partition_point(|at| *at <= last);
            pattern.evidence.extra =
                explained[from..to].iter().filter(|explained| !**explained).count() as u64;
            pattern
        })
        .collect()
}

/// By task types, then by when the schedule fires, then by its life.
fn order(pattern: &Pattern) -> (&[String], u8, Vec<u16>, i64, i64) {
    let (rank, minutes, number) = match &pattern.schedule {
        Schedule::Calendar(calendar) => (0, calendar.minutes_of_day.clone(), 0),
        Schedule::Window { start_minute, .. } => (1, vec![*start_minute], 0),
        Schedule::Period { period_ms, .. } => (2, Vec::new(), *period_ms),
        Schedule::Follows { lag_ms, .. } => (3, Vec::new(), *lag_ms),
    };
    (&pattern.task_types, rank, minutes, number, pattern.evidence.first_seen.millis())
}
