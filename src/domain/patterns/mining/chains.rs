//! One task type after another: a lag that keeps, and more than two schedules that happen to keep a distance.

use std::ops::Range;

use super::co_occurrence::{LONGEST_LAG_MS, References};
use super::code_length::{HALF_WIDTHS_MS, RARE_FAMILY_NATS};
use super::credibility::MOST_CHAIN_CHANCE;
use super::cursor::Cursor;
use super::evidence::ln_slot_evidence;
use super::explain::LEAST_NET;
use super::flanks::{LEAST_EXCESS, flank_evidence};
use super::history::Starts;
use super::regime::has_fallen_silent;
use super::report::{Claim, Draft, cut_life, draft, life_slots};
use super::scatter::{median, robust_deviation};
use super::surroundings::Surroundings;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{PatternType, Proof};
use crate::domain::time::{DAY_MS, HOUR_MS, SECOND_MS};

/// A lag between two task types with the evidence for it.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// Index of the predecessor's history.
    pub(super) predecessor: usize,
    /// Index of the successor's history.
    pub(super) successor: usize,
    /// ln e-value after charges.
    pub(super) net: f64,
    /// What it is made of.
    proof: Proof,
    lag_ms: i64,
    half_width_ms: i64,
    from_end: bool,
    chance: f64,
}

/// The lag that the starts of `successor` keep to the runs of `predecessor`, if any: to less than `kept_within_ms`
/// where schedules place them so well already.
pub(super) fn find_chain(
    histories: &[Starts<'_>],
    references: &[References],
    (predecessor, successor): (usize, usize),
    kept_within_ms: Option<i64>,
    min_occurrences: u64,
) -> Option<Chain> {
    let starts = &histories[successor];
    let References { at_ms: instants, are_ends, usual_distance_ms } = &references[predecessor];
    let longest = (*usual_distance_ms).min(LONGEST_LAG_MS);
    let mut lags: Vec<i64> = Vec::new();
    let mut cursor = Cursor::new(&starts.at_ms);
    for instant in instants {
        let from = cursor.below(*instant);
        // More starts than these within reach are no successors of one run.
        lags.extend(
            starts.at_ms[from..]
                .iter()
                .take(8)
                .map(|start| start - instant)
                .take_while(|lag| *lag <= longest),
        );
    }
    lags.sort_unstable();
    let resolution_ms = starts.resolution_ms.max(histories[predecessor].resolution_ms);
    let mut best: Option<Chain> = None;
    let narrower = |half_width_ms: &i64| kept_within_ms.is_none_or(|kept| *half_width_ms < kept);
    for half_width_ms in HALF_WIDTHS_MS.into_iter().filter(narrower) {
        let flank_ms = (longest / 2).min(3 * HOUR_MS);
        if half_width_ms * 2 < resolution_ms || half_width_ms * 3 > flank_ms {
            continue;
        }
        let Some(crowd) = crowded(&lags, half_width_ms) else { continue };
        let lag_ms = median(&lags[crowd.clone()]);
        let nats = RARE_FAMILY_NATS
            + (histories.len() as f64).ln()
            + (longest as f64 / (2 * half_width_ms) as f64).max(2.0).ln()
            + std::f64::consts::LN_2
            + (HALF_WIDTHS_MS.len() as f64).ln();
        let stands_out = concentration(&lags, crowd.len(), lag_ms, (half_width_ms, flank_ms), longest);
        if stands_out < 0.5 * (nats + LEAST_NET) {
            continue;
        }
        let places = spread_places(instants, lag_ms, half_width_ms, starts);
        let mut cursor = Cursor::new(&starts.at_ms);
        let hits = places.iter().filter(|place| cursor.nearest(**place, half_width_ms).is_some()).count();
        if (hits as u64) < min_occurrences.max(4) || hits * 10 < places.len() * 4 {
            continue;
        }
        let flanked = flank_evidence(&starts.at_ms, &places, half_width_ms, flank_ms, resolution_ms);
        if flanked.excess < LEAST_EXCESS || flanked.chance > MOST_CHAIN_CHANCE {
            continue;
        }
        let proof = Proof { test: flanked.test, ln_e: flanked.ln_e, charge_nats: nats };
        let net = proof.net();
        if net >= LEAST_NET && best.as_ref().is_none_or(|best| net > best.net) {
            let chance = flanked.chance;
            best = Some(Chain {
                predecessor,
                successor,
                net,
                proof,
                lag_ms,
                half_width_ms,
                from_end: *are_ends,
                chance,
            });
        }
    }
    best
}

/// The lags in the most crowded window.
fn crowded(lags: &[i64], half_width_ms: i64) -> Option<Range<usize>> {
    let (mut best, mut end) = (0..0, 0);
    for start in 0..lags.len() {
        while end < lags.len() && lags[end] - lags[start] <= 2 * half_width_ms {
            end += 1;
        }
        if end - start > best.len() {
            best = start..end;
        }
    }
    (!best.is_empty()).then_some(best)
}

/// ln e-value of `count` of ascending `lags` within the half width of `lag_ms`, against evenly spread ones within the
/// flank: what a look at the lags alone says, before any slot is counted.
fn concentration(
    lags: &[i64],
    count: usize,
    lag_ms: i64,
    (half_width_ms, flank_ms): (i64, i64),
    longest_ms: i64,
) -> f64 {
    let (from, to) = ((lag_ms - flank_ms).max(0), (lag_ms + flank_ms).min(longest_ms));
    let around = lags.partition_point(|lag| *lag <= to) - lags.partition_point(|lag| *lag < from);
    let chance = (2 * half_width_ms) as f64 / (to - from).max(1) as f64;
    ln_slot_evidence(count as u64, around.max(count) as u64, chance.min(0.999))
}

/// Where the successor would start, within its own life, no two so close that one start could serve both.
fn spread_places(instants: &[i64], lag_ms: i64, half_width_ms: i64, starts: &Starts<'_>) -> Vec<i64> {
    let (Some(first), Some(last)) = (starts.at_ms.first(), starts.at_ms.last()) else { return Vec::new() };
    let mut places: Vec<i64> = Vec::new();
    for place in instants.iter().map(|instant| instant + lag_ms) {
        let alive = place + half_width_ms >= *first && place - half_width_ms <= *last;
        if alive && places.last().is_none_or(|previous| place - previous > 2 * half_width_ms) {
            places.push(place);
        }
    }
    places
}

/// The pattern of a chain with, for each run of the successor it explains, how far that lies from its place.
pub(super) fn report_chain(
    chain: &Chain,
    histories: &[Starts<'_>],
    references: &[References],
    around: &Surroundings,
) -> Option<Draft> {
    let starts = &histories[chain.successor];
    let References { at_ms: instants, usual_distance_ms, .. } = &references[chain.predecessor];
    let half_distance = usual_distance_ms / 2;
    let tolerance_ms = (2 * chain.half_width_ms).clamp(30 * SECOND_MS, (half_distance).max(30 * SECOND_MS));
    let places = spread_places(instants, chain.lag_ms, chain.half_width_ms, starts);
    // Runs of the predecessor after the last start of the successor are misses, too.
    let later = instants.iter().map(|instant| instant + chain.lag_ms);
    let last = places.last().copied().unwrap_or(i64::MIN);
    let all = places.iter().copied().chain(later.filter(|place| *place > last + 2 * chain.half_width_ms));
    let slots = life_slots(all, 0, tolerance_ms, &starts.at_ms, around);
    let mut life = cut_life(slots, i64::MAX)?;
    let hits: Vec<i64> = life.slots.iter().filter_map(|slot| slot.hit.map(|hit| starts.at_ms[hit])).collect();
    // A predecessor that stopped with its successor leaves no misses behind.
    if has_fallen_silent(&hits, around.observation.end_ms()) {
        let last = life.slots.iter().rposition(|slot| slot.hit.is_some())?;
        life.slots.truncate(last + 1);
        life.is_active = false;
    }
    let claim = Claim {
        pattern_type: PatternType::TaskCorrelation,
        schedule: Schedule::Follows {
            predecessor: histories[chain.predecessor].name.to_owned(),
            lag_ms: chain.lag_ms,
            from_end: chain.from_end,
        },
        zone: around.clocks[0].zone,
        proofs: vec![chain.proof.clone()],
        chance: chain.chance,
        tolerance_ms,
        zone_undetermined: Vec::new(),
    };
    let mut found = draft(claim, &life, starts)?;
    found.pattern.task_types = vec![histories[chain.predecessor].name.to_owned(), starts.name.to_owned()];
    Some(found)
}

/// How far start `hit` lies from the nearest one that `schedule` explains, if no farther than its slots reach.
fn beside(schedule: &Draft, hit: usize, at_ms: &[i64]) -> Option<i64> {
    let next = schedule.hits.partition_point(|other| *other < hit);
    let before = next.checked_sub(1).and_then(|index| schedule.hits.get(index));
    let reach_ms = (schedule.pattern.evidence.tolerance_seconds * 1000.0) as i64;
    [before, schedule.hits.get(next)]
        .into_iter()
        .flatten()
        .map(|other| (at_ms[*other] - at_ms[hit]).abs())
        .min()
        .filter(|apart| *apart <= reach_ms)
}

/// Nats that `chain` saves over what the successor's own schedules say of the same runs: how precisely each
/// places them, and what it takes to say which of its slots were hit. Runs in `explained` already follow
/// another task type.
pub(super) fn saved_nats(chain: &Draft, own: &[Draft], explained: &[bool], starts: &Starts<'_>) -> f64 {
    let floor = starts.resolution_ms as f64 / 2000.0;
    let deviation = |draft: &Draft| robust_deviation(&draft.offsets_ms).max(floor).max(0.5);
    // A start that nothing places costs as much as naming its second of the day.
    let unplaced = (DAY_MS / SECOND_MS) as f64;
    let by_chain = deviation(chain);
    let deviations: Vec<f64> = own.iter().map(deviation).collect();
    let mut saved = 0.0;
    let mut placed = vec![0; own.len()];
    for hit in chain.hits.iter().filter(|hit| !explained[**hit]) {
        let by_schedule = own
            .iter()
            .enumerate()
            .filter_map(|(index, draft)| {
                let beside_ms = beside(draft, *hit, &starts.at_ms)?;
                // Another try of the run that the schedule placed is hardly less well placed than that.
                Some((deviations[index].max(beside_ms as f64 / 1000.0), index))
            })
            .min_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, index)) = by_schedule {
            placed[index] += 1;
        }
        // Two estimates of the same scatter differ by chance, the smallest of many by more.
        let margin = if by_schedule.is_some() { 0.3 } else { 0.0 };
        saved += (by_schedule.map_or(unplaced, |found| found.0) / by_chain).ln() - margin;
    }
    let hit_code = |draft: &Draft| {
        -super::evidence::ln_sequence_probability(
            draft.pattern.evidence.hits,
            draft.pattern.evidence.expected,
        )
    };
    // A schedule that also places many runs beside the chain's is needed with or without the chain.
    let replaced = |draft: &Draft, placed: usize| placed * 10 >= draft.hits.len() * 8;
    let own_code: f64 = own
        .iter()
        .zip(&placed)
        .filter(|(draft, placed)| replaced(draft, **placed))
        .map(|(draft, _)| hit_code(draft))
        .sum();
    saved + own_code - hit_code(chain)
}
