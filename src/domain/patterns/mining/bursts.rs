//! Retry bursts: a run that is tried again at once is one run of its schedule, not several.

use super::history::Starts;
use super::scatter::median;
use crate::domain::activity::{HistoryRun, RunStatus};
use crate::domain::patterns::{BurstDetails, Quantiles};
use crate::domain::time::MINUTE_MS;

/// Starts below which gaps say nothing.
const FEWEST: usize = 8;
/// Gaps vary at least this much (their coefficient of variation) where there are bursts.
const LEAST_VARIATION: f64 = 1.25;
/// Share of the variance of the gaps' logarithms that telling short from long ones explains at least.
const LEAST_EXPLAINED: f64 = 0.6;
/// Long gaps are this many times as long as short ones, at least.
const LEAST_RATIO: f64 = 10.0;
/// A failed run is tried again at once if the next starts within this share of the usual gap.
const AT_ONCE: i64 = 10;

/// What nobody says has failed is taken for a retry only if it mostly came within this time, ...
const USUAL_RETRY_MS: i64 = 3 * MINUTE_MS;
/// ... never after a longer one, ...
const LONGEST_RETRY_MS: i64 = 15 * MINUTE_MS;
/// ... and most runs were tried no more often: the working days of a person are bursts, too.
const USUAL_SIZE: f64 = 3.0;

/// The first runs of bursts, and what was collapsed into them.
#[derive(Clone, Debug)]
pub(super) struct Bursts {
    /// Indices of the first runs, ascending.
    pub(super) heads: Vec<usize>,
    /// How large bursts are.
    pub(super) details: BurstDetails,
}

/// Bursts of runs that were started again right after one had failed.
pub(super) fn after_failures(starts: &Starts<'_>) -> Option<Bursts> {
    let mut gaps = gaps_of(&starts.at_ms)?;
    let in_order = gaps.clone();
    gaps.sort_unstable();
    let usual = median(&gaps);
    // Whose runs fail more often than not has more short gaps than long ones, and these do not vary as much.
    let limit_ms = valley_ms(&gaps, 0.0).unwrap_or(0).max(usual / AT_ONCE);
    collapse(&in_order, limit_ms, |index| has_failed(starts.runs[index]))
}

/// Bursts by their gaps alone, of runs of which nobody knows how they ended.
pub(super) fn by_gaps(starts: &Starts<'_>) -> Option<Bursts> {
    let in_order = gaps_of(&starts.at_ms)?;
    let mut gaps = in_order.clone();
    gaps.sort_unstable();
    let limit_ms = valley_ms(&gaps, LEAST_VARIATION)?;
    let short: Vec<i64> = gaps.into_iter().take_while(|gap| *gap < limit_ms).collect();
    if short.is_empty() || median(&short) > USUAL_RETRY_MS {
        return None;
    }
    let may_be_tried_again = |index: usize| starts.runs[index].status.is_none();
    collapse(&in_order, limit_ms.min(LONGEST_RETRY_MS), may_be_tried_again)
        .filter(|bursts| bursts.details.p50 <= USUAL_SIZE)
}

fn has_failed(run: &HistoryRun) -> bool {
    matches!(run.status, Some(RunStatus::Failed | RunStatus::Timeout | RunStatus::OutOfMemory))
}

fn gaps_of(at_ms: &[i64]) -> Option<Vec<i64>> {
    let gaps: Vec<i64> = at_ms.windows(2).map(|pair| pair[1] - pair[0]).collect();
    (at_ms.len() >= FEWEST).then_some(gaps)
}

/// Starts that follow another within `limit_ms`, where `may_be_tried_again` says so of that other, join its burst.
fn collapse(gaps: &[i64], limit_ms: i64, may_be_tried_again: impl Fn(usize) -> bool) -> Option<Bursts> {
    let mut heads = vec![0];
    let mut sizes = vec![1_u64];
    for (before, gap) in gaps.iter().enumerate() {
        if *gap < limit_ms && may_be_tried_again(before) {
            if let Some(size) = sizes.last_mut() {
                *size += 1;
            }
        } else {
            heads.push(before + 1);
            sizes.push(1);
        }
    }
    let retries = (gaps.len() + 1 - heads.len()) as u64;
    if retries == 0 {
        return None;
    }
    let quantiles = Quantiles::of(sizes.iter().map(|size| *size as f64))?;
    let details = BurstDetails {
        bursts: heads.len() as u64,
        retries,
        gap_seconds: limit_ms as f64 / 1000.0,
        p50: quantiles.p50,
        p95: quantiles.p95,
        max: sizes.into_iter().max()?,
    };
    Some(Bursts { heads, details })
}

/// The gap between short and long ones among ascending `gaps`, by the best split of their logarithms in two;
/// `None` where they are not of two kinds.
fn valley_ms(gaps: &[i64], least_variation: f64) -> Option<i64> {
    let count = gaps.len() as f64;
    let mean = gaps.iter().map(|gap| *gap as f64).sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (*gap as f64 - mean).powi(2)).sum::<f64>() / count;
    if mean <= 0.0 || variance.sqrt() <= least_variation * mean {
        return None;
    }
    let logarithms: Vec<f64> = gaps.iter().map(|gap| (*gap).max(1) as f64).map(f64::ln).collect();
    let total: f64 = logarithms.iter().sum();
    let spread: f64 = logarithms.iter().map(|value| (value - total / count).powi(2)).sum();
    let (mut sum, mut best) = (0.0, (0.0, 0.0));
    for (index, value) in logarithms.iter().enumerate().take(logarithms.len() - 1) {
        sum += value;
        let (below, above) = ((index + 1) as f64, count - (index + 1) as f64);
        let (short, long) = (sum / below, (total - sum) / above);
        let explained = below * above / count * (long - short).powi(2);
        let apart = long - short >= LEAST_RATIO.ln();
        if apart && explained > best.0 {
            best = (explained, 0.5 * (short + long));
        }
    }
    (spread > 0.0 && best.0 > LEAST_EXPLAINED * spread).then(|| best.1.exp() as i64)
}
