//! Where loads stay above their limit: slots whose excess is charged more the longer it lasts (breakout, Morris
//! 1993), and the rules that run there, which are moved more often than the others.

use super::landscape::Landscape;
use super::model::Model;
use super::random::Random;
use super::state::SearchState;

/// What the factor of a slot above its limit grows by at every look.
const GROWTH: f64 = 0.2;
/// Share of its growth that a slot within its limit loses at every look.
const DECAY: f64 = 0.003;
/// One step in this many goes to a rule that runs where some limit is exceeded. Measured on problems of 200 rules:
/// without them the peak is found in four times the work.
const FOCUS: usize = 2;

/// The rules to move more often.
#[derive(Clone, Debug, Default)]
pub struct Stubborn {
    rules: Vec<usize>,
    above: Vec<u32>,
    /// Work after which the rules are noted anew, so that it takes no more than half of the work.
    due: u64,
}

impl Stubborn {
    /// Charges slots above their limit more than before, and from time to time notes the rules that run there; the
    /// work it took. `now` is the work done before.
    pub fn look(&mut self, model: &Model, state: &SearchState, landscape: &mut Landscape, now: u64) -> u64 {
        landscape.stubbornness.resize(state.loads.len(), 1.0);
        let rows = state.loads.chunks_exact(model.horizon);
        let factors = landscape.stubbornness.chunks_exact_mut(model.horizon);
        for ((loads, factors), &limit) in rows.zip(factors).zip(&landscape.limit) {
            for (&load, factor) in loads.iter().zip(factors) {
                *factor += if load > limit { GROWTH } else { DECAY * (1.0 - *factor) };
            }
        }
        let mut work = state.loads.len() as u64;
        if now >= self.due {
            work += self.note_rules(model, state, &landscape.limit);
            self.due = now + 2 * work;
        }
        work
    }

    fn note_rules(&mut self, model: &Model, state: &SearchState, limits: &[f64]) -> u64 {
        let horizon = model.horizon;
        self.above.clear();
        for (loads, &limit) in state.loads.chunks_exact(horizon).zip(limits) {
            let mut count = 0;
            self.above.extend(loads.iter().map(|&load| {
                count += u32::from(load > limit);
                count
            }));
        }
        let above = |cell: usize| &self.above[cell * horizon..(cell + 1) * horizon];
        self.rules.clear();
        let mut asked = 0;
        for &rule in &model.movable {
            let described = &model.rules[rule];
            let option = state.options[rule];
            let (step, host) = (option % described.width, described.hosts[option / described.width]);
            let exceeds = described.demand.iter().any(|&(resource, _)| {
                let above = above(host * model.resources + resource);
                let exceeded = above.last().is_some_and(|&count| count > 0);
                asked += if exceeded { described.segments.len() } else { 1 };
                exceeded
                    && described
                        .stretches(step)
                        .any(|(first, length, _)| counts_any(above, first % horizon, length))
            });
            if exceeds {
                self.rules.push(rule);
            }
        }
        (state.loads.len() + 2 * asked) as u64
    }

    /// One of the rules, every now and then.
    pub fn pick(&self, random: &mut Random) -> Option<usize> {
        let due = !self.rules.is_empty() && random.below(FOCUS) == 0;
        due.then(|| self.rules[random.below(self.rules.len())])
    }
}

/// Whether a sum up to and with each slot grows anywhere in `length` slots from `first` on.
fn counts_any(above: &[u32], first: usize, length: usize) -> bool {
    let before = if first == 0 { 0 } else { above[first - 1] };
    let end = first + length;
    match above.len() {
        slots if end <= slots => above[end - 1] > before,
        slots => above[slots - 1] > before || above[end - slots - 1] > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::choice::Strategy;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::{random_problem, rule, two_hour_problem};
    use proptest::prelude::{any, proptest};

    fn looked(model: &Model, limit: f64) -> (Stubborn, Landscape, SearchState) {
        let mut landscape = Landscape::new(model, Strategy::PeakMitigation, 1.0);
        landscape.limit.fill(limit);
        let state = SearchState::new(model, vec![0; model.rules.len()], &landscape.limit);
        let mut stubborn = Stubborn::default();
        assert!(stubborn.look(model, &state, &mut landscape, 0) > 0);
        (stubborn, landscape, state)
    }

    #[test]
    fn slots_that_stay_above_their_limit_cost_more_and_less_once_they_are_within_it() {
        let problem = two_hour_problem(vec![rule("a", 10, 2, &[6]), rule("b", 11, 2, &[6])]);
        let model = Model::new(&problem, &Windows::propagate(&problem).expect("no precedences"));
        let (mut stubborn, mut landscape, mut state) = looked(&model, 10.0);
        // At their earliest they run in slots 6 and 7, and 7 and 8.
        assert_eq!((stubborn.rules.len(), state.over), (2, 1));
        assert!((landscape.stubbornness[7] - 1.0 - GROWTH).abs() < 1e-12);
        let charged = landscape.stubbornness[7];
        state.shift(&model, 1, 8);
        stubborn.look(&model, &state, &mut landscape, 1_000_000);
        assert!(stubborn.rules.is_empty() && landscape.stubbornness[7] < charged);
        assert!(landscape.stubbornness.iter().all(|&factor| factor >= 1.0));
    }

    proptest! {
        #[test]
        fn the_rules_noted_are_those_that_run_above_a_limit(seed in any::<u64>()) {
            let problem = random_problem(seed);
            let Ok(windows) = Windows::propagate(&problem) else { return Ok(()) };
            let model = Model::new(&problem, &windows);
            let (stubborn, landscape, state) = looked(&model, 5.0);
            for &rule in &model.movable {
                let described = &model.rules[rule];
                let runs_above = described.stretches(0).any(|(first, length, _)| {
                    (first..first + length).any(|slot| described.demand.iter().any(|&(resource, _)| {
                        let cell = described.hosts[0] * model.resources + resource;
                        state.loads[cell * model.horizon + slot % model.horizon] > landscape.limit[cell]
                    }))
                });
                assert_eq!(stubborn.rules.contains(&rule), runs_above);
            }
        }
    }
}
