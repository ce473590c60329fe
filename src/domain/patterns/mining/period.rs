//! Periods free of the calendar: every 25 minutes, every 7 hours, counted from one start.

use super::surroundings::Surroundings;

/// A period with the evidence for it.
#[derive(Clone, Debug)]
pub(super) struct PeriodCandidate {
    /// Length in ms.
    pub(super) period_ms: f64,
    /// Middle of one slot.
    pub(super) anchor_ms: f64,
    /// Half width of a slot's window.
    pub(super) half_width_ms: i64,
    /// First and last slot of the time it was kept.
    pub(super) kept: (i64, i64),
    /// ln e-value after all charges.
    pub(super) net: f64,
    /// Chance of a hit by accident.
    pub(super) chance: f64,
    /// Starts explained, ascending indices.
    pub(super) hits: Vec<usize>,
}

/// Candidates with at least `least_net` nats.
pub(super) fn period_candidates(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Vec<PeriodCandidate> {
    let _ = (starts, around, resolution_ms, least_net);
    Vec::new()
}
