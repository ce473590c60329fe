//! How a chain divides its work: the lengths and temperatures of its cycles, and which rules it visits.
//! Measured on problems of 200 rules.

use super::choice::Strategy;
use super::model::Model;

/// Shares of a chain's work that its cycles get. The first one only descends: it gives a plan
/// at once. From `FIRST_REHEAT` on they start from the best plan.
const CYCLES: [f64; 7] = [0.0, 0.01, 0.07, 0.30, 0.2, 0.2, 0.2];
/// The same for `PeakMitigation`, which asks for a lower peak in each; the last one repeats.
const PEAK_CYCLES: [f64; 6] = [0.0, 0.005, 0.015, 0.04, 0.08, 0.15];
/// Rounds over all rules that a cycle needs to start at the warmest temperature.
const PATIENT_ROUNDS: f64 = 100.0;
/// First cycle that starts from the best plan, warmed a little, instead of afresh.
pub const FIRST_REHEAT: usize = 4;
/// Its temperature relative to a fresh start.
const REHEAT: f64 = 0.1;

/// What a cycle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The best plan there is.
    Best,
    /// Any plan below a limit that keeps falling.
    LowerPeak,
}

/// Share of a chain's work that a cycle gets; 0 where it only descends.
pub fn cycle_share(purpose: Purpose, cycle: usize) -> f64 {
    let cycles: &[f64] = match purpose {
        Purpose::Best => &CYCLES,
        Purpose::LowerPeak => &PEAK_CYCLES,
    };
    cycles[cycle.min(cycles.len() - 1)]
}

/// Temperature at which a cycle of `rounds` over all rules starts.
pub fn first_temperature(purpose: Purpose, cycle: usize, rounds: f64, (warmest, coldest): (f64, f64)) -> f64 {
    // A cycle too short to cool from the top starts further down, from what the last one left.
    let fresh = (warmest * rounds / PATIENT_ROUNDS).clamp((3.0 * coldest).min(warmest), warmest);
    if purpose == Purpose::Best && cycle >= FIRST_REHEAT { REHEAT * fresh } else { fresh }
}

/// First and last temperature of a cycle, relative to the mean spread of the options' costs.
pub fn temperatures(strategy: Strategy) -> (f64, f64) {
    match strategy {
        Strategy::BalanceLoad => (1.0, 3e-3),
        Strategy::PeakMitigation => (1.0, 1e-2),
        Strategy::ResourceEfficiency => (0.1, 1e-3),
        Strategy::ConflictResolution => (0.1, 1e-3),
    }
}

/// Movable rules, the quick ones several times: what a step costs decides how often it is worth taking.
pub fn picks(model: &Model, work_of: impl Fn(usize) -> u64) -> Vec<usize> {
    let dearest = model.movable.iter().map(|&rule| work_of(rule)).max().unwrap_or(1);
    let mut picks = Vec::new();
    for &rule in &model.movable {
        let ratio = dearest as f64 / work_of(rule) as f64;
        let times = ratio.round().clamp(1.0, 16.0) as usize;
        picks.extend(std::iter::repeat_n(rule, times));
    }
    picks
}
