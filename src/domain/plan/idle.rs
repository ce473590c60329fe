//! The idle gaps of a host, exactly: a gap costs its idle energy or one start, whichever is less.
//!
//! Written as a reward: a host that is used pays idle power all day, and gets back of each gap what
//! lies above the price of a start.

use super::landscape::{COST_DIVISOR, START_COST};
use super::model::{Model, ModelRule};

/// Room for [`IdleView`], kept between calls.
#[derive(Clone, Debug, Default)]
pub struct IdleView {
    /// Idle energy of slots before, over two turns.
    energy: Vec<f64>,
    /// First busy slot at or after, over two turns.
    next_busy: Vec<usize>,
    /// Last busy slot at or before, plus one turn, over two turns.
    last_busy: Vec<usize>,
    /// Rewards of gaps ended by a busy slot at or before, over two turns.
    rewards: Vec<f64>,
    /// Reward of all gaps of one turn.
    turn_reward: f64,
    horizon: usize,
    used: bool,
}

/// What a gap of this idle energy gives back.
fn reward(energy: f64) -> f64 {
    (energy - START_COST).max(0.0)
}

/// Watt-slot-cents that a host costs besides its rules: idle power while on, and starts.
pub fn idle_cost(model: &Model, host: usize, busy: &[u32]) -> f64 {
    let mut view = IdleView::default();
    view.look(model, host, busy);
    view.cost()
}

impl IdleView {
    /// Reads the busy slots of a host.
    pub fn look(&mut self, model: &Model, host: usize, busy: &[u32]) {
        let horizon = busy.len();
        self.horizon = horizon;
        let power = model.idle_power[host];
        self.energy.resize(2 * horizon + 1, 0.0);
        let mut sum = 0.0;
        for turn in [0, horizon] {
            for (slot, &price) in model.price.iter().enumerate() {
                self.energy[turn + slot] = sum;
                sum += price * power;
            }
        }
        self.energy[2 * horizon] = sum;
        self.used = busy.iter().any(|&count| count > 0);
        if !self.used {
            self.turn_reward = 0.0;
            return;
        }
        self.next_busy.resize(2 * horizon, 0);
        self.last_busy.resize(2 * horizon, 0);
        self.rewards.resize(2 * horizon, 0.0);
        let first = busy.iter().position(|&count| count > 0).unwrap_or(0);
        let mut next = first + 2 * horizon;
        for slot in (0..2 * horizon).rev() {
            if busy[slot % horizon] > 0 {
                next = slot;
            }
            self.next_busy[slot] = next;
        }
        let last = busy.iter().rposition(|&count| count > 0).unwrap_or(0);
        // One turn ahead, so that "the busy slot before slot 0" is not negative.
        let mut previous = last;
        let mut sum = 0.0;
        for slot in 0..2 * horizon {
            if busy[slot % horizon] > 0 {
                let from = previous + 1;
                let here = slot + horizon;
                if here > from {
                    sum += reward(self.span(from, here));
                }
                previous = here;
            }
            self.last_busy[slot] = previous;
            self.rewards[slot] = sum;
            if slot + 1 == horizon {
                self.turn_reward = sum;
            }
        }
    }

    /// Idle energy of the slots `from..to`, whatever the turn.
    fn span(&self, from: usize, to: usize) -> f64 {
        let turn = self.energy[self.horizon];
        let up_to = |slot: usize| (slot / self.horizon) as f64 * turn + self.energy[slot % self.horizon];
        up_to(to) - up_to(from)
    }

    /// Watt-slot-cents of the host as it is.
    pub fn cost(&self) -> f64 {
        if !self.used {
            return 0.0;
        }
        self.energy[self.horizon] - self.turn_reward
    }

    /// Adds to `costs`, per shift, what the host costs more when `rule` runs on it; in cents.
    pub fn add_marginals(&self, rule: &ModelRule, costs: &mut [f64]) {
        if rule.segments.is_empty() {
            return;
        }
        let full = self.energy[self.horizon];
        let before = self.cost();
        for (step, cost) in costs.iter_mut().enumerate() {
            let mut rewards = 0.0;
            for (position, segment) in rule.segments.iter().enumerate() {
                let end = segment.start + segment.length;
                let next_start = match rule.segments.get(position + 1) {
                    Some(next) => next.start,
                    None => rule.segments[0].start + self.horizon,
                };
                if next_start > end {
                    rewards += self.between(end + step, next_start + step);
                }
            }
            *cost += (full - rewards - before) / COST_DIVISOR;
        }
    }

    /// Rewards of the gaps in `from..to` when both ends are busy.
    fn between(&self, from: usize, to: usize) -> f64 {
        let turns = from / self.horizon;
        let (from, to) = (from - turns * self.horizon, to - turns * self.horizon);
        if !self.used {
            return reward(self.span(from, to));
        }
        let next = self.next_busy[from];
        if next >= to {
            return reward(self.span(from, to));
        }
        // `to - 1` lies within two turns: `from` within the first, and the stretch is at most one long.
        let last = self.last_busy[to - 1] - self.horizon;
        let mut rewards = 0.0;
        if next > from {
            rewards += reward(self.span(from, next));
        }
        if to > last + 1 {
            rewards += reward(self.span(last + 1, to));
        }
        rewards + self.rewards[last] - self.rewards[next]
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
                    view.add_marginals(rule, &mut costs);
                    for (step, cost) in costs.iter().enumerate() {
                        state.place(&model, position, place * rule.width + step);
                        let after = idle_cost(&model, host, &state.busy[slots.clone()]);
                        state.remove(&model, position);
                        assert!(((after - view.cost()) / COST_DIVISOR - cost).abs() < 1e-6);
                    }
                }
                state.place(&model, position, 0);
            }
        }
    }
}
