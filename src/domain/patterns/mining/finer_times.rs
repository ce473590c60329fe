//! Whether several narrow clock times explain what one repeated time seems to: 03:37, 09:37 and 14:37 are no
//! "every six hours, give or take forty minutes".

use super::clock_evidence::ClockCandidate;

/// Nats that a candidate saves in writing down the starts, which come `per_ms` often without it: its slots that
/// are kept and those that are not, and where in the window the starts lie, after its own description.
fn saved_nats(candidate: &ClockCandidate, per_ms: f64) -> f64 {
    let (hits, slots) = (candidate.choice.hits as f64, candidate.choice.slots as f64);
    let rate = hits / slots.max(1.0);
    let window_ms = 2.0 * candidate.times.half_width_ms as f64;
    let misses = slots - hits;
    let miss = if misses > 0.0 { misses * (misses / slots).ln() } else { 0.0 };
    hits * (rate / (per_ms * window_ms)).ln() + miss - candidate.nats
}

/// Whether some of `others` (strongest first), which share no starts with each other, explain most of the starts
/// of `candidate` and say more of them. `starts` begin over `span_ms`.
pub(super) fn are_finer<'a>(
    others: impl Iterator<Item = &'a ClockCandidate>,
    candidate: &ClockCandidate,
    starts: usize,
    span_ms: i64,
) -> bool {
    let per_ms = starts as f64 / span_ms.max(1) as f64;
    let mut free = vec![false; starts];
    for hit in &candidate.hits {
        free[*hit] = true;
    }
    let (mut saved, mut explained) = (0.0, 0);
    for other in others {
        let narrower = other.times.half_width_ms < candidate.times.half_width_ms
            && other.times.step_ms > candidate.times.step_ms;
        let inside = other.hits.iter().filter(|hit| free[**hit]).count();
        if narrower && inside * 10 >= other.hits.len() * 8 {
            saved += saved_nats(other, per_ms).max(0.0);
            explained += inside;
            for hit in &other.hits {
                free[*hit] = false;
            }
        }
    }
    explained * 10 >= candidate.hits.len() * 6 && saved > saved_nats(candidate, per_ms).max(0.0)
}
