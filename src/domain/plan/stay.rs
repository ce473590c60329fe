//! Why a rule stays, and what a moved one would cost at home: every other place is tried and judged by `score`, with all
//! other rules where the plan has them.

use serde::{Deserialize, Serialize};

use super::choice::{PlanChoice, Strategy};
use super::problem::Problem;
use super::profile::occupied_slots;
use super::score::{Score, score};

/// Steps of judging that all rules of a problem together may take; beyond them a rule is not looked at. About a
/// second.
const MOST_WORK: u64 = 300_000_000;

/// Objectives closer than this, relative to their size, are the same.
const SAME: f64 = 1e-9;

/// Why a rule stays where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum StayReason {
    /// It has one place only.
    NoWindow,
    /// Every other place breaks what no plan may break.
    Blocked {
        /// Places tried.
        places: usize,
        /// Rules that it shares a tag with and would meet, by position.
        meets: Vec<usize>,
        /// Whether the order with another rule breaks at some place.
        breaks_order: bool,
        /// Whether some place leaves a host with too little.
        overloads: bool,
    },
    /// Every other place is worse.
    Worse {
        /// Places tried that break nothing.
        places: usize,
        /// The objective at the best of them.
        least: f64,
    },
    /// No other place is better, and some are as good.
    NoEffect {
        /// Places tried that break nothing.
        places: usize,
    },
    /// Another place would be better: the search ended before it was found.
    NotFound {
        /// The objective there.
        objective: f64,
        /// Slots it would be moved by.
        shift: i64,
        /// The host it would run on.
        host: usize,
    },
    /// The problem is too large for trying every place.
    Untried,
}

/// Tries the places of rules, one after the other, as long as there is work left to spend.
#[derive(Debug)]
pub struct Trials<'a> {
    problem: &'a Problem,
    plan: &'a PlanChoice,
    strategy: Strategy,
    present: Score,
    work_left: u64,
    work_of_one: u64,
}

impl<'a> Trials<'a> {
    /// Trials around `plan`, which is valid unless no plan is.
    pub fn new(problem: &'a Problem, plan: &'a PlanChoice, strategy: Strategy) -> Trials<'a> {
        let resources = problem.resources.len() as u64;
        let cells = problem.horizon_slots.unsigned_abs() * problem.hosts.len() as u64 * (4 * resources + 2);
        let tags: usize = problem.rules.iter().map(|rule| rule.tags.len()).sum();
        let occupied: u64 = problem
            .rules
            .iter()
            .map(|rule| rule.duration.unsigned_abs() * rule.wanted.len() as u64 * (resources + 2))
            .sum();
        // Every rule is asked for its tags and its place.
        let asked = 8 * problem.rules.len() as u64;
        let work_of_one = cells + occupied + asked + tags as u64 * problem.horizon_slots.unsigned_abs();
        Trials { problem, plan, strategy, present: score(problem, plan), work_left: MOST_WORK, work_of_one }
    }

    /// The same with at most so many steps of judging in all: for those who wait for the answer.
    pub fn within(self, most_work: u64) -> Trials<'a> {
        Trials { work_left: self.work_left.min(most_work), ..self }
    }

    fn spend(&mut self, trials: u64) -> bool {
        let work = trials.saturating_mul(self.work_of_one);
        let is_affordable = work <= self.work_left;
        if is_affordable {
            self.work_left -= work;
        }
        is_affordable
    }

    fn with(&self, position: usize, delta: i64, host: usize) -> (PlanChoice, Score) {
        let mut choice = self.plan.clone();
        choice.delta[position] = delta;
        choice.host[position] = host;
        let scored = score(self.problem, &choice);
        (choice, scored)
    }

    /// Of two plans with the same peak the one with the smaller variance is better.
    fn is_better(&self, one: &Score, other: &Score) -> Option<bool> {
        let differ = |one: f64, other: f64| (one - other).abs() > SAME * one.abs().max(other.abs()).max(1.0);
        let (mine, theirs) = (one.objective(self.strategy), other.objective(self.strategy));
        if differ(mine, theirs) {
            return Some(mine < theirs);
        }
        let ties = self.strategy == Strategy::PeakMitigation && differ(one.balance, other.balance);
        ties.then_some(one.balance < other.balance)
    }

    /// Why the rule at `position`, which the plan does not move, stays.
    pub fn why_it_stays(&mut self, position: usize) -> StayReason {
        let rule = &self.problem.rules[position];
        let (delta, host) = (self.plan.delta[position], self.plan.host[position]);
        let places: Vec<(i64, usize)> = rule
            .hosts
            .iter()
            .flat_map(|host| (rule.earliest..=rule.latest).map(move |delta| (delta, *host)))
            .filter(|place| *place != (delta, host))
            .collect();
        if places.is_empty() {
            return StayReason::NoWindow;
        }
        if !self.spend(places.len() as u64) {
            return StayReason::Untried;
        }
        let mut meets = Vec::new();
        let (mut breaks_order, mut overloads) = (false, false);
        let mut valid: Vec<((i64, usize), Score)> = Vec::new();
        for (delta, host) in &places {
            let (choice, scored) = self.with(position, *delta, *host);
            if scored.is_valid(self.strategy) || !self.present.is_valid(self.strategy) {
                valid.push(((*delta, *host), scored));
                continue;
            }
            breaks_order |= scored.precedence_violations > self.present.precedence_violations;
            let too_full = scored.overload_slots > self.present.overload_slots;
            overloads |= self.strategy == Strategy::ConflictResolution && too_full;
            if scored.exclusion_violations > self.present.exclusion_violations {
                meets.extend(self.mates_met(&choice, position));
            }
        }
        meets.sort_unstable();
        meets.dedup();
        if valid.is_empty() {
            return StayReason::Blocked { places: places.len(), meets, breaks_order, overloads };
        }
        let best = valid.iter().reduce(|best, next| match self.is_better(&next.1, &best.1) {
            Some(true) => next,
            _ => best,
        });
        let Some(((shift, host), best)) = best else { return StayReason::Untried };
        match self.is_better(best, &self.present) {
            Some(true) => {
                let (shift, host) = (*shift, *host);
                StayReason::NotFound { objective: best.objective(self.strategy), shift, host }
            }
            Some(false) => StayReason::Worse { places: valid.len(), least: best.objective(self.strategy) },
            None => StayReason::NoEffect { places: valid.len() },
        }
    }

    /// The plan's figures if the rule at `position` were left at home; `None` when the problem is too large.
    pub fn left_at_home(&mut self, position: usize) -> Option<Score> {
        self.spend(1).then(|| self.with(position, 0, self.problem.rules[position].host).1)
    }

    /// The plan's figures.
    pub fn present(&self) -> &Score {
        &self.present
    }

    /// Rules that share a tag with the one at `position` and run in one of its slots.
    fn mates_met(&self, choice: &PlanChoice, position: usize) -> Vec<usize> {
        let rules = &self.problem.rules;
        let mut mine = vec![false; self.problem.horizon_slots as usize];
        occupied_slots(self.problem, &rules[position], choice.delta[position])
            .for_each(|slot| mine[slot] = true);
        let is_mate = |other: &usize| {
            *other != position && rules[*other].tags.iter().any(|tag| rules[position].tags.contains(tag))
        };
        let meets = |other: &usize| {
            occupied_slots(self.problem, &rules[*other], choice.delta[*other]).any(|slot| mine[slot])
        };
        (0..rules.len()).filter(is_mate).filter(meets).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    fn why(problem: &Problem, plan: &PlanChoice, strategy: Strategy, position: usize) -> StayReason {
        Trials::new(problem, plan, strategy).why_it_stays(position)
    }

    #[test]
    fn a_rule_whose_every_other_place_raises_the_peak_says_so() {
        let mut problem = two_hour_problem(vec![rule("a", 10, 1, &[6]), rule("b", 0, 24, &[1])]);
        problem.rules[0].earliest = -1;
        problem.rules[0].latest = 1;
        // Both neighbours are taken.
        problem.rules.push(rule("c", 9, 1, &[2]));
        problem.rules.push(rule("d", 11, 1, &[2]));
        let plan = problem.unmoved();
        let reason = why(&problem, &plan, Strategy::PeakMitigation, 0);
        assert_eq!(reason, StayReason::Worse { places: 2, least: 90.0 });
    }

    #[test]
    fn a_rule_that_could_only_meet_its_tag_mate_is_blocked_by_it() {
        let mut problem = two_hour_problem(vec![rule("a", 5, 2, &[1]), rule("b", 7, 6, &[1])]);
        for rule in &mut problem.rules {
            rule.tags = vec!["disk".to_owned()];
        }
        problem.rules[0].earliest = 0;
        let plan = problem.unmoved();
        let reason = why(&problem, &plan, Strategy::BalanceLoad, 0);
        let meets = vec![1];
        assert_eq!(reason, StayReason::Blocked { places: 4, meets, breaks_order: false, overloads: false });
    }

    #[test]
    fn a_better_place_that_was_overlooked_is_told() {
        let problem = two_hour_problem(vec![rule("a", 5, 2, &[4]), rule("b", 5, 2, &[4])]);
        let plan = problem.unmoved();
        let reason = why(&problem, &plan, Strategy::PeakMitigation, 0);
        assert!(matches!(reason, StayReason::NotFound { objective: 40.0, .. }), "{reason:?}");
        let alone = two_hour_problem(vec![rule("a", 5, 2, &[4])]);
        let reason = why(&alone, &alone.unmoved(), Strategy::BalanceLoad, 0);
        assert_eq!(reason, StayReason::NoEffect { places: 8 });
    }
}
