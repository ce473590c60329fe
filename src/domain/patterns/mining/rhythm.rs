//! Periods that only the common phase of all starts shows: kept too loosely for a window to stand out, or too
//! seldom for gaps to repeat.

use super::code_length::{RARE_FAMILY_NATS, rhythm_nats};
use super::cursor::Cursor;
use super::evenness::one_rate;
use super::evidence::ln_sequence_probability;
use super::gaps::likely_gaps;
use super::period::{PeriodCandidate, rounded};
use super::phase::{background, ln_likelihood_of, ln_rayleigh, mean_phase, resultant};
use super::regime::best_segment;
use super::spectrum::spectral_periods;
use super::surroundings::Surroundings;
use crate::domain::kernels::{Band, Events, longest_resultant, resultants};
use crate::domain::patterns::{Proof, Test};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// Fewest starts that can show a period which most slots miss.
const FEWEST: usize = 6;
/// Starts looked at, the newest; more would only sharpen what is clear already.
const MOST_STARTS: usize = 2000;
/// Least share of slots that are hit, where hits are few and where they are many.
const LEAST_RATE: f64 = 0.03;
const LEAST_RATE_OF_MANY: f64 = 0.08;
/// Hits from which on they are many.
const MANY: usize = 150;
/// Longer periods than this are parts of the day, which activity without a schedule has, too.
const LONGEST_MS: f64 = 3.0 * HOUR_MS as f64;
/// Share of the level that goes to the test of the resultant, the rest to that of the e-value.
const RESULTANT_SHARE: f64 = 0.7;

/// Lengths people choose, in seconds. Each has the same share of half of the mass.
pub(super) const HUMAN_SECONDS: [i64; 21] = [
    10, 15, 20, 30, 60, 120, 180, 240, 300, 360, 600, 720, 900, 1200, 1800, 2400, 2700, 3600, 5400, 7200,
    10_800,
];

/// One slot: its number from the anchor, its middle (ms UTC), and the start that hit it.
#[derive(Clone, Copy)]
struct Slot {
    number: i64,
    at_ms: i64,
    hit: Option<usize>,
}

/// What the phases of all starts say about one length.
struct Phased {
    period_ms: f64,
    /// Length of the resultant over the number of starts.
    share: f64,
    /// Nats to name the length.
    nats: f64,
    /// ln e-value before charges, and ln of the p-value of the resultant.
    ln_e: f64,
    ln_p: f64,
    /// What `ln_e` follows from.
    test: Test,
}

impl Phased {
    /// The same where bursts lift the weight of every period by this factor.
    fn divided_by(mut self, lifted: f64) -> Phased {
        (self.ln_e, self.ln_p) = (self.ln_e / lifted, self.ln_p / lifted);
        if let Test::Phase { divisor, .. } = &mut self.test {
            *divisor = lifted;
        }
        self
    }

    /// The better of both ways to test, after charges: how far the chance of an accident lies below 1, in nats.
    fn strength(&self) -> f64 {
        (RESULTANT_SHARE.ln() - self.ln_p).max((1.0 - RESULTANT_SHARE).ln() + self.ln_e) - self.nats
    }
}

/// The period whose phase ascending `starts` keep best, if it is no accident at the level `exp(-least_strength)`
/// for this history alone.
pub(super) fn rhythm(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_strength: f64,
) -> Option<PeriodCandidate> {
    let skipped = starts.len().saturating_sub(MOST_STARTS);
    let used = &starts[skipped..];
    if used.len() < FEWEST.max(around.min_occurrences as usize) {
        return None;
    }
    let span_ms = (used[used.len() - 1] - used[0]) as f64;
    let most_slots = (used.len().min(MANY) as f64 / LEAST_RATE).max(used.len() as f64 / LEAST_RATE_OF_MANY);
    let shortest = (10.0 * SECOND_MS as f64).max(4.0 * resolution_ms as f64).max(span_ms / most_slots);
    // Too few cycles tell a period from a change of the rate.
    let longest = LONGEST_MS.min(span_ms / 8.0);
    if longest < shortest {
        return None;
    }
    let mut lengths: Vec<f64> = HUMAN_SECONDS.iter().map(|seconds| (seconds * SECOND_MS) as f64).collect();
    let guessed = spectral_periods(used, shortest, longest).into_iter().chain(likely_gaps(used, 2, 0.02));
    lengths.extend(guessed.filter_map(|guess| sharpened(used, guess, resolution_ms)));
    lengths.retain(|length| (shortest..=longest).contains(length));
    let mut phased: Vec<Phased> =
        lengths.into_iter().map(|length| phase_of(used, length, span_ms, resolution_ms)).collect();
    phased.retain(|one| one.strength() >= least_strength);
    phased.sort_by(|one, other| {
        other.strength().total_cmp(&one.strength()).then(one.period_ms.total_cmp(&other.period_ms))
    });
    // Neighbours and harmonics of the best come next; what fails once fails for them, too.
    const EXAMINED: usize = 4;
    phased.truncate(EXAMINED);
    phased.into_iter().find_map(|one| {
        let lifted = background(used, one.period_ms);
        let one = one.divided_by(lifted);
        if one.strength() < least_strength {
            return None;
        }
        let mut found = kept(used, &one, around, resolution_ms)?;
        found.hits.iter_mut().for_each(|hit| *hit += skipped);
        Some(found)
    })
}

/// The length beside `guess_ms`, less than half a cycle off over all `starts`, that has the longest resultant.
fn sharpened(starts: &[i64], guess_ms: f64, resolution_ms: i64) -> Option<f64> {
    const STEPS: usize = 4;
    let cycles = ((starts[starts.len() - 1] - starts[0]) as f64 / guess_ms).max(1.0);
    let step = 0.5 / STEPS as f64 / cycles / guess_ms;
    let first = 1.0 / guess_ms - STEPS as f64 * step;
    let band = Band { series: 0, first_per_ms: first, step_per_ms: step, count: 2 * STEPS + 1 };
    let lengths = resultants(&Events { times_ms: starts, weights: None }, &band);
    let best = 1.0 / band.frequency(longest_resultant(&lengths)?.0);
    (best.is_finite() && best > 0.0).then(|| rounded(best, starts, resolution_ms))
}

fn phase_of(starts: &[i64], period_ms: f64, span_ms: f64, resolution_ms: i64) -> Phased {
    let length = resultant(starts, period_ms);
    Phased {
        period_ms,
        share: length / starts.len() as f64,
        nats: rhythm_nats(period_ms, span_ms),
        ln_e: ln_likelihood_of(length, starts.len(), period_ms, resolution_ms as f64),
        ln_p: ln_rayleigh(length, starts.len()),
        test: Test::Phase {
            starts: starts.len() as u64,
            resultant: length,
            period_seconds: period_ms / 1000.0,
            resolution_seconds: resolution_ms as f64 / 1000.0,
            beside_ln_e: 0.0,
            divisor: 1.0,
        },
    }
}

/// The slots of a length, the part of the time in which they were kept, and what they explain. `None` where hits
/// belong to some slots only: then they keep something else.
fn kept(
    starts: &[i64],
    phased: &Phased,
    around: &Surroundings,
    resolution_ms: i64,
) -> Option<PeriodCandidate> {
    let period_ms = phased.period_ms;
    let anchor_ms = mean_phase(starts, period_ms);
    // The spread of a wrapped normal distribution with this resultant.
    let deviation = (-2.0 * phased.share.clamp(1e-9, 1.0 - 1e-12).ln()).sqrt() / (2.0 * std::f64::consts::PI);
    let half_width_ms = ((3.0 * deviation * period_ms).max(resolution_ms as f64).max(SECOND_MS as f64))
        .min(period_ms / 2.0) as i64;
    let number = |at: i64| ((at as f64 - anchor_ms) / period_ms).round() as i64;
    let mut cursor = Cursor::new(starts);
    let slots: Vec<Slot> = (number(*starts.first()?)..=number(*starts.last()?))
        .filter_map(|number| {
            let at_ms = (anchor_ms + number as f64 * period_ms).round() as i64;
            let hit = cursor.nearest(at_ms, half_width_ms);
            let seen =
                hit.is_some() || around.observation.covers(at_ms - half_width_ms, at_ms + half_width_ms);
            seen.then_some(Slot { number, at_ms, hit })
        })
        .collect();
    let part = lived(&slots);
    let hits: Vec<usize> = part.iter().filter_map(|slot| slot.hit).collect();
    let least = if hits.len() > MANY { LEAST_RATE_OF_MANY } else { LEAST_RATE };
    if hits.len() < FEWEST || (hits.len() as f64) < least * part.len() as f64 || !is_even(part, around) {
        return None;
    }
    let rate = starts.len() as f64 / (starts[starts.len() - 1] - starts[0]).max(1) as f64;
    let ends = if part.len() < slots.len() { 2.0 * (slots.len() as f64).ln() } else { 0.0 };
    let charge_nats = phased.nats + RARE_FAMILY_NATS;
    let proof = Proof { test: phased.test.clone(), ln_e: phased.ln_e, charge_nats };
    Some(PeriodCandidate {
        is_open: part.last()?.number == slots.last()?.number,
        period_ms,
        anchor_ms,
        half_width_ms,
        kept: (part.first()?.number, part.last()?.number),
        net: proof.net(),
        proof,
        ln_p_value: Some((ends - phased.strength()).min(0.0)),
        chance: (1.0 - (-rate * 2.0 * half_width_ms as f64).exp()).clamp(1e-6, 0.99),
        hits,
    })
}

/// The part of the slots in which they were kept: all, unless two rates describe them far better.
fn lived(slots: &[Slot]) -> &[Slot] {
    let count =
        |part: &[Slot]| (part.iter().filter(|slot| slot.hit.is_some()).count() as u64, part.len() as u64);
    let all = count(slots);
    let rate = (all.0 as f64 / all.1.max(1) as f64).clamp(0.01, 0.6);
    let (kept, idle) = ((1.5 * rate).min(0.95), rate / 4.0);
    let scores: Vec<f64> = slots
        .iter()
        .map(|slot| if slot.hit.is_some() { (kept / idle).ln() } else { ((1.0 - kept) / (1.0 - idle)).ln() })
        .collect();
    let Some((from, to)) = best_segment(&scores) else { return slots };
    let inside = count(&slots[from..=to]);
    let cut = ln_sequence_probability(inside.0, inside.1)
        + ln_sequence_probability(all.0 - inside.0, all.1 - inside.1)
        - 2.0 * (slots.len().max(2) as f64).ln();
    if cut > ln_sequence_probability(all.0, all.1) + 3.0 { &slots[from..=to] } else { slots }
}

/// Whether hits are spread over all times of the day and minutes of the hour, and over slots of every remainder.
fn is_even(slots: &[Slot], around: &Surroundings) -> bool {
    let local = |at: i64| around.clocks[0].local(at);
    // A schedule of a few times a day splits the slots by far more; a seldom kept period must not fail by accident.
    const CLEAR_NATS: f64 = 5.0;
    let spread = |classes: usize, class: &dyn Fn(&Slot) -> i64| {
        one_rate(slots.iter().map(|slot| (class(slot) as usize, slot.hit.is_some())), classes, CLEAR_NATS)
    };
    spread(24, &|slot| local(slot.at_ms).rem_euclid(DAY_MS) / HOUR_MS)
        && spread(60, &|slot| local(slot.at_ms).rem_euclid(HOUR_MS) / MINUTE_MS)
        && [2, 3, 5, 7].into_iter().all(|every| spread(every, &|slot| slot.number.rem_euclid(every as i64)))
}
