//! Periods free of the calendar: every 25 minutes, every 7 hours, counted from one start.

use super::code_length::{HALF_WIDTHS_MS, RARE_FAMILY_NATS};
use super::cursor::Cursor;
use super::evidence::{ln_sequence_probability, ln_slot_evidence};
use super::explain::LEAST_NET;
use super::flanks::{LEAST_EXCESS, flank_evidence};
use super::gaps::likely_gaps;
use super::phase::{mean_phase, phase_proof};
use super::regime::best_segment;
use super::scatter::median;
use super::surroundings::Surroundings;
use crate::domain::kernels::{Band, Events, longest_resultant, nearest_whole, resultants};
use crate::domain::patterns::Proof;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// A period with the evidence for it.
#[derive(Clone, Debug)]
pub(super) struct PeriodCandidate {
    /// Length in ms.
    pub(super) period_ms: f64,
    /// Middle of the slot numbered 0.
    pub(super) anchor_ms: f64,
    /// Half width of a slot's window.
    pub(super) half_width_ms: i64,
    /// First and last slot number of the time it was kept.
    pub(super) kept: (i64, i64),
    /// Whether it was kept to the end of the starts.
    pub(super) is_open: bool,
    /// ln e-value after all charges.
    pub(super) net: f64,
    /// What it is made of.
    pub(super) proof: Proof,
    /// ln of the p-value after all charges, where the phase of all starts was tested.
    pub(super) ln_p_value: Option<f64>,
    /// Chance of a hit by accident.
    pub(super) chance: f64,
    /// Starts explained, ascending indices.
    pub(super) hits: Vec<usize>,
}

impl PeriodCandidate {
    /// Middle of a slot, ms UTC.
    pub(super) fn place(&self, number: i64) -> i64 {
        (self.anchor_ms + number as f64 * self.period_ms).round() as i64
    }
}

/// Starts that the search for the length looks at; the evidence looks at all.
const SEARCHED: usize = 400;
/// Slots per start at most.
const SLOTS_PER_START: i64 = 12;
/// Starts beyond which only the newest are searched for periods.
const MOST_STARTS: usize = 10_000;
/// Nats by which the most crowded window of all cycles together must stand out before slots are counted; the charges
/// that follow are higher.
const STANDS_OUT_NATS: f64 = 6.0;
/// Shortest period looked for.
const SHORTEST_MS: f64 = 10.0 * SECOND_MS as f64;

/// Candidates with at least `least_net` nats.
pub(super) fn period_candidates(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Vec<PeriodCandidate> {
    if starts.len() < 6 {
        return Vec::new();
    }
    // The newest starts say which periods there are; only those are looked for in the rest.
    let newest = &starts[starts.len().saturating_sub(MOST_STARTS)..];
    let (mut found, mut tried) = (Vec::new(), Vec::new());
    let span_ms = (newest[newest.len() - 1] - newest[0]) as f64;
    for gap in likely_gaps(newest, 5, 0.02) {
        for share in [1.0, 2.0, 3.0] {
            // Far more slots than starts: it cannot be kept often enough, whatever part of the time.
            if span_ms > gap / share * (SLOTS_PER_START * newest.len() as i64 + 100) as f64 {
                continue;
            }
            let Some(period_ms) = refine_length(newest, gap / share) else { continue };
            let period_ms = rounded(period_ms, newest, resolution_ms);
            if period_ms < SHORTEST_MS.max(4.0 * resolution_ms as f64) || belongs_to_clock(period_ms) {
                continue;
            }
            if tried.contains(&period_ms.to_bits()) {
                continue;
            }
            tried.push(period_ms.to_bits());
            let weighed = weigh_period(starts, period_ms, around, resolution_ms, least_net);
            let explains_all = weighed.as_ref().is_some_and(|period| explains_all(period, starts.len()));
            found.extend(weighed);
            if explains_all {
                return found;
            }
        }
    }
    found
}

/// Whether a period leaves no room for another of the same starts: nearly all are its hits, and each says more than
/// a window as wide as a multiple's or a part's would let it say.
fn explains_all(period: &PeriodCandidate, starts: usize) -> bool {
    const NATS_PER_HIT: f64 = 2.5;
    period.hits.len() * 10 >= starts * 9 && period.net >= NATS_PER_HIT * period.hits.len() as f64
}

/// What all starts say about a period that the newest of them give at least `least_net` nats; what those say where
/// that is more.
pub(super) fn weigh_period(
    starts: &[i64],
    period_ms: f64,
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Option<PeriodCandidate> {
    let skipped = starts.len().saturating_sub(MOST_STARTS);
    let mut found = examine(&starts[skipped..], period_ms, around, resolution_ms)
        .filter(|candidate| candidate.net >= least_net)?;
    if skipped == 0 {
        return Some(found);
    }
    found.hits.iter_mut().for_each(|hit| *hit += skipped);
    match examine(starts, period_ms, around, resolution_ms) {
        Some(whole) if whole.net > found.net => Some(whole),
        _ => Some(found),
    }
}

/// Whether slots at this distance are clock times: what divides a day as cron does, or whole days.
fn belongs_to_clock(period_ms: f64) -> bool {
    super::code_length::STEPS_MINUTES.iter().any(|step| (period_ms - (step * MINUTE_MS) as f64).abs() < 1.0)
        || (period_ms >= DAY_MS as f64 && (period_ms % DAY_MS as f64) < 1.0)
}

/// The length near `guess_ms` that keeps one phase over longer and longer stretches, starting at the middle.
fn refine_length(starts: &[i64], guess_ms: f64) -> Option<f64> {
    const STEPS: usize = 14;
    if guess_ms < SHORTEST_MS / 2.0 {
        return None;
    }
    let searched = &starts[starts.len().saturating_sub(SEARCHED) / 2..];
    let searched = &searched[..searched.len().min(SEARCHED)];
    let middle = searched.len() / 2;
    let (mut length, mut spread) = (guess_ms, 0.03);
    let mut cycles = 12.0;
    loop {
        let reach = (cycles * guess_ms) as i64;
        let from = searched.partition_point(|start| *start < searched[middle] - reach);
        let to = searched.partition_point(|start| *start <= searched[middle] + reach);
        let part = &searched[from..to];
        if part.len() >= 4 {
            let count = 2 * STEPS + 1;
            let (first, last) = (1.0 / (length * (1.0 + spread)), 1.0 / (length * (1.0 - spread)));
            let step = (last - first) / (count - 1) as f64;
            let band = Band { series: 0, first_per_ms: first, step_per_ms: step, count };
            let lengths = resultants(&Events { times_ms: part, weights: None }, &band);
            length = 1.0 / band.frequency(longest_resultant(&lengths).map_or(0, |best| best.0));
            // Over twice this reach a phase error of an eighth of the period is what is left to correct.
            spread = (0.25 / cycles).min(0.03);
        }
        if from == 0 && to == searched.len() {
            break;
        }
        cycles *= 2.0;
    }
    (length.is_finite() && length > 0.0).then_some(length)
}

/// Snaps the length to whole minutes or seconds where the starts cannot tell the difference.
pub(super) fn rounded(period_ms: f64, starts: &[i64], resolution_ms: i64) -> f64 {
    let cycles = (starts[starts.len() - 1] - starts[0]) as f64 / period_ms;
    // An eighth of a period over all cycles would show in the phase.
    let error = (period_ms / (8.0 * cycles.max(1.0))).max(resolution_ms as f64 / cycles.max(1.0));
    for grain in [HOUR_MS, 5 * MINUTE_MS, MINUTE_MS, 10 * SECOND_MS, SECOND_MS] {
        let grain = grain as f64;
        let snapped = (period_ms / grain).round() * grain;
        if snapped > 0.0 && (snapped - period_ms).abs() <= error {
            return snapped;
        }
    }
    period_ms
}

/// Nats to name a period: half of the mass on whole minutes, weighted towards few, half on a fine grid.
fn period_nats(period_ms: f64, starts: &[i64]) -> f64 {
    let span = (starts[starts.len() - 1] - starts[0]) as f64;
    let minutes = period_ms / MINUTE_MS as f64;
    let human = if (minutes - minutes.round()).abs() < 1e-6 && minutes <= 10_080.0 {
        0.5 / (minutes.max(1.0) * 10_080.0_f64.ln())
    } else {
        0.0
    };
    let grid = 0.5 * period_ms / (4.0 * span) * (period_ms / span).min(1.0);
    -(human + grid.max(1e-12)).ln()
}

fn examine(
    starts: &[i64],
    period_ms: f64,
    around: &Surroundings,
    resolution_ms: i64,
) -> Option<PeriodCandidate> {
    let anchor = mean_phase(starts, period_ms);
    let offsets = offsets(starts, anchor, period_ms);
    let flank_ms = ((period_ms / 2.0) as i64).min(3 * HOUR_MS);
    let mut best: Option<PeriodCandidate> = None;
    let mut phase: Option<Proof> = None;
    let quarter = flank_ms / 2;
    let widths = HALF_WIDTHS_MS.into_iter().filter(|half| half * 6 <= period_ms as i64).chain([quarter]);
    for half_width_ms in widths.filter(|half| half * 2 >= resolution_ms) {
        let (middle, inside) = crowded(&offsets, half_width_ms);
        let chance = (2 * half_width_ms + resolution_ms) as f64 / period_ms;
        if ln_slot_evidence(inside as u64, starts.len() as u64, chance) < STANDS_OUT_NATS {
            continue;
        }
        let centre = anchor + middle;
        let Some(kept) = kept_slots(starts, centre, period_ms, half_width_ms, around) else { continue };
        let (places, hits) = (&kept.places, kept.hits);
        if (hits.len() as u64) < around.min_occurrences.max(4) || hits.len() * 10 < places.len() * 4 {
            continue;
        }
        let flanked = flank_evidence(starts, places, half_width_ms, flank_ms, resolution_ms);
        if flanked.excess < LEAST_EXCESS {
            continue;
        }
        let place = (period_ms / (2.0 * half_width_ms as f64)).max(1.0).ln();
        let ends = 2.0 * (places.len().max(2) as f64).ln();
        let nats = RARE_FAMILY_NATS
            + period_nats(period_ms, starts)
            + place
            + (HALF_WIDTHS_MS.len() as f64).ln()
            + if kept.is_shorter { ends } else { std::f64::consts::LN_2 };
        let mut proof = Proof { test: flanked.test, ln_e: flanked.ln_e, charge_nats: nats };
        let net = proof.net();
        if net < LEAST_NET && period_ms <= 3.0 * HOUR_MS as f64 {
            let phase =
                phase.get_or_insert_with(|| phase_proof(starts, period_ms, resolution_ms as f64, 0.0));
            if phase.ln_e - nats > net {
                proof = Proof { charge_nats: nats, ..phase.clone() };
            }
        }
        let net = proof.net();
        if best.as_ref().is_none_or(|best| net > best.net) {
            best = Some(PeriodCandidate {
                period_ms,
                anchor_ms: centre,
                half_width_ms,
                kept: kept.ends,
                is_open: kept.is_open,
                net,
                proof,
                ln_p_value: None,
                chance: flanked.chance,
                hits,
            });
        }
    }
    best
}

/// How far each start lies from the nearest place of a period, ascending.
fn offsets(starts: &[i64], anchor_ms: f64, period_ms: f64) -> Vec<i64> {
    let per_ms = 1.0 / period_ms;
    let mut offsets: Vec<i64> = starts
        .iter()
        .map(|start| {
            let after = *start as f64 - anchor_ms;
            (after - nearest_whole(after * per_ms) * period_ms) as i64
        })
        .collect();
    offsets.sort_unstable();
    offsets
}

/// The most crowded window of `half_width_ms` among ascending `offsets`: its middle, and how many lie in it.
fn crowded(offsets: &[i64], half_width_ms: i64) -> (f64, usize) {
    let (mut best, mut end) = (0..0, 0);
    for start in 0..offsets.len() {
        while end < offsets.len() && offsets[end] - offsets[start] <= 2 * half_width_ms {
            end += 1;
        }
        if end - start > best.len() {
            best = start..end;
        }
    }
    let inside = &offsets[best];
    let (low, high) = (inside.first().copied().unwrap_or(0), inside.last().copied().unwrap_or(0));
    // A full window is centred on its middle, one with room to spare on its starts.
    let middle = if inside.len() > 4 { median(inside) as f64 } else { (low + high) as f64 / 2.0 };
    (middle, inside.len())
}

/// The stretch of slots over which a period was kept.
struct Kept {
    /// Its first and last slot number.
    ends: (i64, i64),
    /// Whether it is shorter than the history.
    is_shorter: bool,
    /// Whether it lasts to the end of the history.
    is_open: bool,
    /// Its observed places.
    places: Vec<i64>,
    /// The starts that hit them.
    hits: Vec<usize>,
}

/// Where a period was kept best. `None` where that is nowhere, or where hits belong to some of the slots only.
fn kept_slots(
    starts: &[i64],
    anchor_ms: f64,
    period_ms: f64,
    half_width_ms: i64,
    around: &Surroundings,
) -> Option<Kept> {
    let number = |at: i64| ((at as f64 - anchor_ms) / period_ms).round() as i64;
    let (first, last) = (number(*starts.first()?), number(*starts.last()?));
    // Far more slots than starts: it cannot be kept often enough.
    if last - first > SLOTS_PER_START * starts.len() as i64 + 100 {
        return None;
    }
    let mut cursor = Cursor::new(starts);
    let slots: Vec<(i64, i64, Option<usize>)> = (first..=last)
        .filter_map(|number| {
            let at = (anchor_ms + number as f64 * period_ms).round() as i64;
            let hit = cursor.nearest(at, half_width_ms);
            let seen = hit.is_some() || around.observation.covers(at - half_width_ms, at + half_width_ms);
            seen.then_some((number, at, hit))
        })
        .collect();
    let rate = slots.iter().filter(|slot| slot.2.is_some()).count() as f64 / slots.len().max(1) as f64;
    let chance = (2.0 * half_width_ms as f64 / period_ms).clamp(0.01, 0.5);
    let kept = rate.clamp(0.7, 0.98);
    let scores: Vec<f64> = slots
        .iter()
        .map(
            |slot| if slot.2.is_some() { (kept / chance).ln() } else { ((1.0 - kept) / (1.0 - chance)).ln() },
        )
        .collect();
    let (from, to) = best_segment(&scores)?;
    let count = |part: &[(i64, i64, Option<usize>)]| {
        (part.iter().filter(|slot| slot.2.is_some()).count() as u64, part.len() as u64)
    };
    let (all, inside) = (count(&slots), count(&slots[from..=to]));
    let cut = ln_sequence_probability(inside.0, inside.1)
        + ln_sequence_probability(all.0 - inside.0, all.1 - inside.1)
        - 2.0 * (slots.len().max(2) as f64).ln();
    let shorter = cut > ln_sequence_probability(all.0, all.1);
    let part = if shorter { &slots[from..=to] } else { &slots[..] };
    // Hits at every second or third slot only belong to a longer period.
    for every in [2, 3, 5] {
        let mut classes = vec![(0_u64, 0_u64); every as usize];
        for slot in part {
            let class = &mut classes[slot.0.rem_euclid(every) as usize];
            *class = (class.0 + u64::from(slot.2.is_some()), class.1 + 1);
        }
        let least = classes.iter().map(|class| class.0).min().unwrap_or(0);
        let most = classes.iter().map(|class| class.0).max().unwrap_or(0);
        if least * 2 < most && most >= 3 {
            return None;
        }
    }
    Some(Kept {
        ends: (part.first()?.0, part.last()?.0),
        is_shorter: shorter,
        is_open: part.last()?.0 == slots.last()?.0,
        places: part.iter().map(|slot| slot.1).collect(),
        hits: part.iter().filter_map(|slot| slot.2).collect(),
    })
}
