//! The idle gaps of a host, exactly: a gap costs its idle energy or one start, whichever is less.
//!
//! Written as a reward: a host that is used pays idle power all day, and gets back of each gap what
//! lies above the price of a start.

use super::landscape::{COST_DIVISOR, START_COST};
use super::model::{Model, ModelRule};

/// Room for looking at one host, kept between calls.
#[derive(Clone, Debug, Default)]
pub struct IdleView {
    /// First busy slot at or after, over two turns.
    next_busy: Vec<u32>,
    /// Last busy slot at or before, plus one turn, over two turns.
    last_busy: Vec<u32>,
    /// Rewards of gaps ended by a busy slot at or before, over two turns.
    rewards: Vec<f64>,
    /// Reward of all gaps of one turn.
    turn_reward: f64,
    horizon: usize,
    occupancy: Occupancy,
}

/// How much of the day a host is busy without the rule in question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Occupancy {
    /// Never.
    #[default]
    Unused,
    /// Sometimes.
    Partly,
    /// Always: another rule changes nothing.
    Full,
}

/// What a gap of this idle energy gives back.
fn reward(energy: f64) -> f64 {
    (energy - START_COST).max(0.0)
}

/// Watt-slot-cents that a host costs besides its rules: idle power while on, and starts.
pub fn idle_cost(model: &Model, host: usize, busy: &[u32]) -> f64 {
    let mut view = IdleView::default();
    view.look(model, host, busy);
    view.cost(model, host)
}

/// Idle energy of the slots `from..to`, both below three turns.
fn span(energy: &[f64], from: usize, to: usize) -> f64 {
    energy[to] - energy[from]
}

impl IdleView {
    /// Reads the busy slots of a host.
    pub fn look(&mut self, model: &Model, host: usize, busy: &[u32]) {
        let horizon = busy.len();
        self.horizon = horizon;
        self.turn_reward = 0.0;
        let Some(first) = busy.iter().position(|&count| count > 0) else {
            self.occupancy = Occupancy::Unused;
            return;
        };
        if busy.iter().all(|&count| count > 0) {
            self.occupancy = Occupancy::Full;
            return;
        }
        self.occupancy = Occupancy::Partly;
        self.next_busy.resize(2 * horizon, 0);
        self.last_busy.resize(2 * horizon, 0);
        self.rewards.resize(2 * horizon, 0.0);
        let mut next = first + horizon;
        for slot in (0..horizon).rev() {
            if busy[slot] > 0 {
                next = slot;
            }
            self.next_busy[slot] = next as u32;
            self.next_busy[slot + horizon] = (next + horizon) as u32;
        }
        let energy = &model.idle_energy[host];
        let last = busy.iter().rposition(|&count| count > 0).unwrap_or(0);
        // One turn ahead, so that "the busy slot before slot 0" is not negative.
        let mut previous = last;
        let mut sum = 0.0;
        for (slot, &count) in busy.iter().enumerate() {
            if count > 0 {
                let here = slot + horizon;
                if here > previous + 1 {
                    sum += reward(span(energy, previous + 1, here));
                }
                previous = here;
            }
            self.last_busy[slot] = previous as u32;
            self.rewards[slot] = sum;
        }
        self.turn_reward = sum;
        for slot in 0..horizon {
            // Before the first busy slot of a turn the last one is the turn's before.
            self.last_busy[slot + horizon] = self.last_busy[slot] + horizon as u32;
            self.rewards[slot + horizon] = self.rewards[slot] + sum;
        }
    }

    /// Watt-slot-cents of the host as it is.
    pub fn cost(&self, model: &Model, host: usize) -> f64 {
        match self.occupancy {
            Occupancy::Unused => 0.0,
            _ => model.idle_energy[host][self.horizon] - self.turn_reward,
        }
    }

    /// Adds to `costs`, per shift, what `host` costs more when `rule` runs on it; in cents.
    pub fn add_marginals(&self, model: &Model, host: usize, rule: &ModelRule, costs: &mut [f64]) {
        if rule.segments.is_empty() || self.occupancy == Occupancy::Full {
            return;
        }
        let energy = &model.idle_energy[host];
        let constant = energy[self.horizon] - self.cost(model, host);
        for cost in costs.iter_mut() {
            *cost += constant / COST_DIVISOR;
        }
        for (position, segment) in rule.segments.iter().enumerate() {
            let end = segment.start + segment.length;
            let next_start = match rule.segments.get(position + 1) {
                Some(next) => next.start,
                None => rule.segments[0].start + self.horizon,
            };
            if next_start <= end {
                continue;
            }
            let stretch = next_start - end;
            let mut from = end % self.horizon;
            for cost in costs.iter_mut() {
                *cost -= self.between(energy, from, from + stretch) / COST_DIVISOR;
                from += 1;
                if from == self.horizon {
                    from = 0;
                }
            }
        }
    }

    /// Rewards of the gaps in `from..to` when both ends are busy; `from` in the first turn.
    fn between(&self, energy: &[f64], from: usize, to: usize) -> f64 {
        if self.occupancy == Occupancy::Unused {
            return reward(span(energy, from, to));
        }
        let next = self.next_busy[from] as usize;
        if next >= to {
            return reward(span(energy, from, to));
        }
        let last = self.last_busy[to - 1] as usize - self.horizon;
        let mut rewards = self.rewards[last] - self.rewards[next];
        if next > from {
            rewards += reward(span(energy, from, next));
        }
        if to > last + 1 {
            rewards += reward(span(energy, last + 1, to));
        }
        rewards
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::choice::Strategy;
    use crate::domain::plan::landscape::Landscape;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::sample::random_problem;
    use crate::domain::plan::state::SearchState;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn marginal_idle_cost_is_the_difference_of_two_idle_costs(seed in any::<u64>()) {
            let mut problem = random_problem(seed);
            problem.precedences.clear();
            for host in &mut problem.hosts {
                host.idle_w *= 20;
            }
            let windows = Windows::propagate(&problem).expect("no precedences");
            let model = Model::new(&problem, &windows);
            let landscape = Landscape::new(&model, Strategy::ResourceEfficiency, 0.0);
            let mut state = SearchState::new(&model, vec![0; model.rules.len()], &landscape.limit);
            let mut view = IdleView::default();
            for (position, rule) in model.rules.iter().enumerate() {
                state.remove(&model, position);
                for (place, &host) in rule.hosts.iter().enumerate() {
                    let slots = host * model.horizon..(host + 1) * model.horizon;
                    view.look(&model, host, &state.busy[slots.clone()]);
                    let mut costs = vec![0.0; rule.width];
                    view.add_marginals(&model, host, rule, &mut costs);
                    for (step, cost) in costs.iter().enumerate() {
                        state.place(&model, position, place * rule.width + step);
                        let after = idle_cost(&model, host, &state.busy[slots.clone()]);
                        state.remove(&model, position);
                        assert!(((after - view.cost(&model, host)) / COST_DIVISOR - cost).abs() < 1e-6);
                    }
                }
                state.place(&model, position, 0);
            }
        }
    }
}
