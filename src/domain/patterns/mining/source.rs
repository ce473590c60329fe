//! Where candidates come from: a search of the history, or what an earlier one found.

use super::clock_evidence::examine;
use super::clock_search::{Rival, clock_candidates};
use super::explain::{Explanation, LEAST_NET};
use super::memory::{PhaseRank, Place, Trail};
use super::period::{PeriodCandidate, period_candidates, weigh_period};
use super::surroundings::Surroundings;

/// Nats by which a phase shared by all starts must outweigh windows that hold some of them.
const CLEAR_NATS: f64 = 5.0;

/// Where candidates come from.
pub(super) enum Source<'a> {
    /// Everything the history suggests.
    Search,
    /// What was accepted before, each in its round: on the same starts it is accepted again, in the same order.
    Known(&'a Trail),
}

impl Source<'_> {
    /// Candidates for the starts that are `left` in this round, in no particular order.
    pub(super) fn candidates(
        &self,
        round: usize,
        left: &[i64],
        around: &Surroundings,
        resolution_ms: i64,
    ) -> Vec<Explanation> {
        match self {
            Source::Search => {
                let periods = period_candidates(left, around, resolution_ms, LEAST_NET);
                let clocks = clock_candidates(left, around, resolution_ms, LEAST_NET, Rival::of(&periods));
                clocks
                    .into_iter()
                    .map(Explanation::Clock)
                    .chain(periods.into_iter().map(Explanation::Period))
                    .collect()
            }
            Source::Known(trail) => {
                let of_round = trail.places.iter().filter(|(accepted_in, _)| *accepted_in == round);
                of_round
                    .filter_map(|(_, place)| match place {
                        Place::Clock { times, .. } if times.clock >= around.clocks.len() => None,
                        Place::Clock { times, .. } => examine(*times, left, around, resolution_ms, None)
                            .filter(|found| found.net >= LEAST_NET)
                            .map(Explanation::Clock),
                        Place::Period { length_bits, .. } => {
                            let period_ms = f64::from_bits(*length_bits);
                            weigh_period(left, period_ms, around, resolution_ms, LEAST_NET)
                                .map(Explanation::Period)
                        }
                    })
                    .collect()
            }
        }
    }

    /// Whether to look for a phase that all `left` share, when windows hold `placed` of them. The spectrum is
    /// looked at only where they leave more than a tenth unexplained.
    pub(super) fn asks_for_phase(&self, placed: usize, left: usize) -> bool {
        match self {
            Source::Search => placed * 10 < left * 9,
            Source::Known(trail) => trail.phase.is_some(),
        }
    }

    /// Whether to fold all starts where nothing else explains any of them.
    pub(super) fn asks_for_fold(&self) -> bool {
        match self {
            Source::Search => true,
            Source::Known(trail) => trail.is_fold,
        }
    }

    /// Whether that phase comes before windows, the best of which holds `best.0` starts with `best.1` nats.
    pub(super) fn puts_first(&self, phase: &PeriodCandidate, best: (usize, f64)) -> bool {
        match self {
            Source::Search => phase.net > best.1 + CLEAR_NATS && phase.hits.len() * 2 > best.0 * 3,
            Source::Known(trail) => trail.phase == Some(PhaseRank::First),
        }
    }

    /// Whether to look for a loop among the starts that nothing explains.
    pub(super) fn asks_for_loop(&self, left: usize, starts: usize) -> bool {
        // A loop is looked for only where clocks and periods explain little: gaps of a kept schedule are even, too.
        left * 2 > starts
            && match self {
                Source::Search => true,
                Source::Known(trail) => trail.is_loop || trail.phase == Some(PhaseRank::Last),
            }
    }
}
