//! Loops that sleep for a while after each run: no common phase survives, but the gaps do.

use super::code_length::RARE_FAMILY_NATS;
use super::gaps::likely_gaps;
use crate::domain::patterns::{Proof, Test};
use crate::domain::time::DAY_MS;

/// A loop with the evidence for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LoopCandidate {
    /// Usual distance of starts in ms.
    pub(super) period_ms: f64,
    /// Standard deviation of one distance, as a share of it.
    pub(super) spread: f64,
    /// Standard error of `period_ms`, in ms.
    pub(super) error_ms: f64,
    /// Standard deviations by which long gaps follow short ones more than the gaps of a loop would: starts that
    /// scatter around slots of their own do that, while a loop carries every delay on.
    pub(super) lattice_deviations: f64,
    /// ln likelihood ratio against the best distribution of gaps without a loop, after charges.
    pub(super) net: f64,
    /// Gaps, and ln likelihood with and without a loop.
    gaps: (u64, f64, f64),
}

impl LoopCandidate {
    /// What is worked out only for the best of all.
    const UNKNOWN: LoopCandidate = LoopCandidate {
        period_ms: 0.0,
        spread: 0.0,
        error_ms: 0.0,
        lattice_deviations: 0.0,
        net: 0.0,
        gaps: (0, 0.0, 0.0),
    };

    /// What its evidence is made of.
    pub(super) fn proof(&self) -> Proof {
        let (gaps, ln_with_loop, ln_without_loop) = self.gaps;
        let ln_e = ln_with_loop - ln_without_loop;
        let test = Test::Gaps { gaps, ln_with_loop, ln_without_loop };
        Proof { test, ln_e, charge_nats: ln_e - self.net }
    }
}

/// Spreads and shares of missing runs that are tried.
const SPREADS: [f64; 5] = [0.005, 0.02, 0.05, 0.1, 0.2];
const MISSING: [f64; 4] = [0.02, 0.15, 0.35, 0.55];
/// Share of gaps that belong to nothing.
const STRAY: f64 = 0.1;
/// Gaps that are multiples of the period up to this one are explained by missing runs.
const MULTIPLES: i32 = 8;

/// The best loop for ascending `starts`, if there are enough of them.
pub(super) fn best_loop(starts: &[i64], resolution_ms: i64) -> Option<LoopCandidate> {
    const FEWEST: usize = 16;
    const USED: usize = 800;
    let used = &starts[starts.len().saturating_sub(USED)..];
    let gaps: Vec<f64> =
        used.windows(2).map(|pair| (pair[1] - pair[0]) as f64).filter(|gap| *gap > 0.0).collect();
    if gaps.len() < FEWEST {
        return None;
    }
    let without = ln_without_loop(&gaps);
    let stray = stray_densities(&gaps);
    let mut best: Option<LoopCandidate> = None;
    let mut attempt = |period_ms: f64, spread: f64, missing: f64| {
        let narrow = spread * period_ms < resolution_ms as f64 / 2.0;
        if narrow || period_ms < 4.0 * resolution_ms as f64 {
            return;
        }
        let net = ln_with_loop(&gaps, &stray, period_ms, spread, missing) - without;
        if best.is_none_or(|best| net > best.net) {
            best = Some(LoopCandidate { period_ms, spread, net, ..LoopCandidate::UNKNOWN });
        }
    };
    let mut tried = 0.0_f64;
    for guess in likely_gaps(used, 1, 0.12) {
        for part in [1.0, 0.5] {
            for spread in [0.05, 0.2] {
                tried += 1.0;
                attempt(guess * part, spread, 0.25);
            }
        }
    }
    let rough = best?;
    // A finer grid only where the rough one comes near.
    if rough.net < -0.3 * gaps.len() as f64 {
        return None;
    }
    let mut attempt = |period_ms: f64, spread: f64, missing: f64| {
        if spread * period_ms >= resolution_ms as f64 / 2.0 {
            let net = ln_with_loop(&gaps, &stray, period_ms, spread, missing) - without;
            if best.is_none_or(|best| net > best.net) {
                best = Some(LoopCandidate { period_ms, spread, net, ..LoopCandidate::UNKNOWN });
            }
        }
    };
    for nudge in [-0.08, -0.05, -0.025, 0.0, 0.025, 0.05, 0.08] {
        for spread in SPREADS {
            for missing in MISSING {
                tried += 1.0;
                attempt(rough.period_ms * (1.0 + nudge), spread, missing);
            }
        }
    }
    // Beyond this they are no loop, whatever else they are.
    const LATTICE_DEVIATIONS: f64 = 3.5;
    let best = best?;
    let nats = RARE_FAMILY_NATS + 1.5 * (gaps.len() as f64).ln() + tried.max(1.0).ln();
    let period_ms = current_period(&gaps, best);
    let lattice_deviations = lattice_deviations(&gaps, period_ms);
    let likelihoods = (gaps.len() as u64, best.net + without, without);
    let error_ms = period_error(&gaps, &LoopCandidate { period_ms, ..best });
    let net = best.net - nats;
    let found = LoopCandidate { period_ms, error_ms, lattice_deviations, net, gaps: likelihoods, ..best };
    // A person who comes every day at about the same time makes gaps of a day, too, and weekends hide how they make up
    // for each other.
    const DAILY_DEVIATIONS: f64 = 1.5;
    let most = if is_whole_days(&found) { DAILY_DEVIATIONS } else { LATTICE_DEVIATIONS };
    (lattice_deviations <= most).then_some(found)
}

/// Whether the period is one or several days, as far as it is known.
fn is_whole_days(found: &LoopCandidate) -> bool {
    let day = DAY_MS as f64;
    let days = (found.period_ms / day).round();
    days >= 1.0 && (found.period_ms - days * day).abs() <= 3.0 * found.error_ms
}

/// The period of the newest gaps where it differs from that of all of them, by more than chance.
fn current_period(gaps: &[f64], found: LoopCandidate) -> f64 {
    const NEWEST: usize = 200;
    let overall = likeliest_period(gaps, found);
    if gaps.len() < 2 * NEWEST {
        return overall;
    }
    let newest =
        likeliest_period(&gaps[gaps.len() - NEWEST..], LoopCandidate { period_ms: overall, ..found });
    let error = found.spread.max(0.01) / (NEWEST as f64).sqrt();
    if (newest / overall - 1.0).abs() > 3.0 * error { newest } else { overall }
}

/// The period near that of `found` with the greatest likelihood, by expectation and maximisation: all cycles count,
/// those of several runs missing, too.
fn likeliest_period(gaps: &[f64], found: LoopCandidate) -> f64 {
    const STEPS: usize = 50;
    const SETTLED: f64 = 1e-5;
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let (mut period_ms, mut spread, mut missing, mut stray) = (found.period_ms, found.spread, 0.25, STRAY);
    for _ in 0..STEPS {
        let (mut length, mut cycles, mut weight, mut squares) = (0.0, 0.0, 0.0, 0.0);
        for gap in gaps {
            let nearest = (gap / period_ms).round().clamp(1.0, f64::from(MULTIPLES)) as i32;
            let parts = [nearest - 1, nearest, nearest + 1].map(|multiple| {
                let fits = (1..=MULTIPLES).contains(&multiple);
                let density = if fits { component(*gap, period_ms, spread, missing, multiple) } else { 0.0 };
                (f64::from(multiple), (1.0 - stray) * density)
            });
            let total = parts.iter().map(|part| part.1).sum::<f64>() + stray / mean * (-gap / mean).exp();
            for (number, density) in parts.into_iter().filter(|part| part.1 > 0.0) {
                let share = density / total;
                length += share * gap;
                cycles += share * number;
                weight += share;
                squares += share * (gap - number * period_ms).powi(2) / (number * period_ms * period_ms);
            }
        }
        if !(length > 0.0 && weight > 0.0) {
            return found.period_ms;
        }
        let before = std::mem::replace(&mut period_ms, length / cycles);
        spread = (squares / weight).sqrt().clamp(0.3 * found.spread, 2.0 * found.spread);
        missing = (1.0 - weight / cycles).clamp(0.01, 0.8);
        // With a fixed share, the shortest gaps of a loose loop would count as stray and the rest seem longer.
        stray = (1.0 - weight / gaps.len() as f64).clamp(1e-3, STRAY);
        if (period_ms / before - 1.0).abs() < SETTLED {
            break;
        }
    }
    period_ms
}

/// Standard error of the period, ms: how fast the likelihood falls beside it. Which multiple a gap stands for is
/// uncertain where gaps scatter widely, and that is part of it.
fn period_error(gaps: &[f64], found: &LoopCandidate) -> f64 {
    const STEP: f64 = 0.01;
    const MISSING_SHARE: f64 = 0.25;
    let spread = found.spread.max(STEP);
    let stray = stray_densities(gaps);
    let at = |factor: f64| ln_with_loop(gaps, &stray, found.period_ms * factor, spread, MISSING_SHARE);
    let curvature = (2.0 * at(1.0) - at(1.0 - STEP) - at(1.0 + STEP)) / (STEP * STEP);
    // Were every multiple known, this would be all: no estimate is better.
    let cycles = gaps.iter().sum::<f64>() / found.period_ms;
    let least = found.spread / cycles.max(1.0).sqrt();
    let error = if curvature > 0.0 { (1.0 / curvature.sqrt()).max(least) } else { STEP.max(least) };
    error * found.period_ms
}

/// How strongly the errors of adjacent gaps oppose each other, in standard deviations of independent errors.
fn lattice_deviations(gaps: &[f64], period_ms: f64) -> f64 {
    let errors: Vec<f64> =
        gaps.iter().map(|gap| gap / period_ms - (gap / period_ms).round().max(1.0)).collect();
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    let products: f64 = errors.windows(2).map(|pair| pair[0] * pair[1]).sum();
    -products / squares.max(f64::MIN_POSITIVE) * (gaps.len() as f64).sqrt()
}

/// Density of a gap of `multiple` periods between which all runs but the last are missing.
fn component(gap: f64, period_ms: f64, spread: f64, missing: f64, multiple: i32) -> f64 {
    let deviation = spread * period_ms * f64::from(multiple).sqrt();
    let apart = (gap - f64::from(multiple) * period_ms) / deviation;
    (1.0 - missing) * missing.powi(multiple - 1) * (-0.5 * apart * apart).exp()
        / (deviation * (2.0 * std::f64::consts::PI).sqrt())
}

/// Density of each gap, were it one that belongs to nothing.
fn stray_densities(gaps: &[f64]) -> Vec<f64> {
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    gaps.iter().map(|gap| STRAY / mean * (-gap / mean).exp()).collect()
}

/// Gaps around multiples of the period, each further run missing with probability `missing`, the rest `stray`.
fn ln_with_loop(gaps: &[f64], stray: &[f64], period_ms: f64, spread: f64, missing: f64) -> f64 {
    // Deviations beyond which a density adds less than 1e-17 of its height.
    const FAR: f64 = 9.0;
    // Height and deviation of each multiple.
    let multiples: [(f64, f64); MULTIPLES as usize] = std::array::from_fn(|index| {
        let deviation = spread * period_ms * ((index + 1) as f64).sqrt();
        let share = (1.0 - missing) * missing.powi(index as i32);
        ((1.0 - STRAY) * share / (deviation * (2.0 * std::f64::consts::PI).sqrt()), 1.0 / deviation)
    });
    let mut product = Product::default();
    for (gap, stray) in gaps.iter().zip(stray) {
        let nearest = (gap / period_ms).round().clamp(1.0, f64::from(MULTIPLES)) as i32;
        let mut density = *stray;
        for multiple in (nearest - 1).max(1)..=(nearest + 1).min(MULTIPLES) {
            let (height, per_ms) = multiples[multiple as usize - 1];
            let apart = (gap - f64::from(multiple) * period_ms) * per_ms;
            if apart.abs() < FAR {
                density += height * (-0.5 * apart * apart).exp();
            }
        }
        product.times(density);
    }
    product.ln()
}

/// ln of a product of densities below one, with one logarithm for many of them.
struct Product {
    ln: f64,
    product: f64,
}

impl Default for Product {
    fn default() -> Self {
        Product { ln: 0.0, product: 1.0 }
    }
}

impl Product {
    fn times(&mut self, density: f64) {
        // Neither the product so far nor one factor more falls below the least number.
        const SMALL_PRODUCT: f64 = 1e-200;
        const SMALL_FACTOR: f64 = 1e-100;
        if density < SMALL_FACTOR {
            self.ln += density.ln();
            return;
        }
        self.product *= density;
        if self.product < SMALL_PRODUCT {
            self.ln += self.product.ln();
            self.product = 1.0;
        }
    }

    fn ln(self) -> f64 {
        self.ln + self.product.ln()
    }
}

/// The best of what gaps without a loop look like: exponential, two exponentials (bursts and pauses), or
/// broadly lognormal.
fn ln_without_loop(gaps: &[f64]) -> f64 {
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let single = -count * (mean.ln() + 1.0);
    let mut best = single;
    let mut sorted = gaps.to_vec();
    sorted.sort_by(f64::total_cmp);
    for share in [0.25, 0.5, 0.75, 0.9] {
        let cut = ((count * share) as usize).clamp(1, gaps.len() - 1);
        let short = sorted[..cut].iter().sum::<f64>() / cut as f64;
        let long = sorted[cut..].iter().sum::<f64>() / (gaps.len() - cut) as f64;
        let mut mixed = Product::default();
        for gap in gaps {
            mixed.times(share / short * (-gap / short).exp() + (1.0 - share) / long * (-gap / long).exp());
        }
        best = best.max(mixed.ln());
    }
    let middle = gaps.iter().map(|gap| gap.ln()).sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (gap.ln() - middle).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt().max(0.8);
    let lognormal: f64 = gaps
        .iter()
        .map(|gap| {
            let apart = (gap.ln() - middle) / deviation;
            -gap.ln() - (deviation * (2.0 * std::f64::consts::PI).sqrt()).ln() - 0.5 * apart * apart
        })
        .sum();
    best.max(lognormal)
}
