//! What a plan is worth, computed from the plan alone. Shares no code with the search.

use serde::{Deserialize, Serialize};

use super::choice::{PlanChoice, Strategy};
use super::problem::Problem;
use super::profile::{LoadProfile, occupied_slots};

/// Watt-slot-cents that switching a host on costs.
const START_COST: i128 = 240_000;
/// Cost of a unit-slot above the target is this over the capacity, rounded down.
const ABOVE_TARGET: i64 = 600_000;
/// Cost of a unit-slot above the capacity is this over the capacity, rounded down.
const ABOVE_CAPACITY: i64 = 12_000_000;
/// Watt-slot-cents per kWh in five-minute slots and thousand watts.
const COST_DIVISOR: f64 = 12_000.0;

/// All objectives of a plan and what they are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Mean variance of the load, percent squared.
    pub balance: f64,
    /// Highest utilisation, percent; infinite where a host has none of what runs on it.
    pub peak: f64,
    /// Energy, idle time and overload, cents.
    pub efficiency: f64,
    /// Displacement and migration weighted by priority and occurrences, minutes.
    pub conflict: f64,
    /// Pairs of host and slot in which some resource is above its capacity.
    pub overload_slots: u64,
    /// Rules beyond the first that share a tag in one slot, summed over tags and slots.
    pub exclusion_violations: u64,
    /// Precedences not kept.
    pub precedence_violations: u64,
    /// Rules outside their window or on a host they may not use.
    pub window_violations: u64,
    /// Minutes moved, over all occurrences.
    pub displacement_minutes: i64,
    /// Minutes moved to later, over all occurrences.
    pub waiting_minutes: i64,
    /// Rules with another time or host than wanted.
    pub moved: u64,
    /// Hosts switched off and on again.
    pub starts: u64,
    /// The same per resource, in the order of the problem.
    pub resources: Vec<ResourceScore>,
}

/// A plan as one resource sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceScore {
    /// Its name.
    pub resource: String,
    /// Highest load over capacity, 0..1 (above 1 where overloaded).
    pub peak_utilization: f64,
    /// Variance of the load, percent squared; 0 for a resource nobody asks for.
    pub load_variance: f64,
    /// Pairs of host and slot above capacity.
    pub capacity_violations: u64,
    /// Minutes moved to later, over the occurrences of the rules that ask for it.
    pub waiting_minutes: i64,
}

impl Score {
    /// The value under `strategy`; smaller is better.
    pub fn objective(&self, strategy: Strategy) -> f64 {
        match strategy {
            Strategy::BalanceLoad => self.balance,
            Strategy::PeakMitigation => self.peak,
            Strategy::ResourceEfficiency => self.efficiency,
            Strategy::ConflictResolution => self.conflict,
        }
    }

    /// Whether the plan keeps every rule that `strategy` may not break.
    pub fn is_valid(&self, strategy: Strategy) -> bool {
        let placed =
            self.exclusion_violations == 0 && self.precedence_violations == 0 && self.window_violations == 0;
        placed && (strategy != Strategy::ConflictResolution || self.overload_slots == 0)
    }
}

/// Scores `choice`, whose lists have one entry per rule of the validated `problem`.
///
/// The formulas are those of the format `sched-opt/1`.
pub fn score(problem: &Problem, choice: &PlanChoice) -> Score {
    let profile = LoadProfile::of(problem, choice);
    let resources = resource_scores(problem, choice, &profile);
    let active = active_resources(problem);
    let variances = active.iter().map(|&resource| resources[resource].load_variance);
    let balance = match active.len() {
        0 => 0.0,
        count => variances.sum::<f64>() / count as f64,
    };
    let (energy, starts) = energy_cost(problem, choice, &profile);
    let mut score = Score {
        balance,
        peak: 100.0 * resources.iter().map(|r| r.peak_utilization).fold(0.0, f64::max),
        efficiency: (energy + overload_cost(problem, &profile)) as f64 / COST_DIVISOR,
        conflict: 0.0,
        overload_slots: overloaded_slots(problem, &profile),
        exclusion_violations: profile.shared_tag_slots,
        precedence_violations: 0,
        window_violations: 0,
        displacement_minutes: 0,
        waiting_minutes: 0,
        moved: 0,
        starts,
        resources,
    };
    let mut weighted: i128 = 0;
    for (position, rule) in problem.rules.iter().enumerate() {
        let (delta, host) = (choice.delta[position], choice.host[position]);
        let minutes = problem.slot_minutes.saturating_mul(delta);
        let occurrences = rule.wanted.len() as i64;
        let migration = if host == rule.host { 0 } else { rule.migrate_minutes };
        weighted += i128::from(rule.priority)
            * i128::from(occurrences)
            * (i128::from(minutes).abs() + i128::from(migration));
        let moved_minutes = occurrences.saturating_mul(minutes);
        score.displacement_minutes =
            score.displacement_minutes.saturating_add(moved_minutes.saturating_abs());
        score.waiting_minutes = score.waiting_minutes.saturating_add(moved_minutes.max(0));
        score.moved += u64::from(delta != 0 || host != rule.host);
        let in_window = (rule.earliest..=rule.latest).contains(&delta);
        score.window_violations += u64::from(!in_window || !rule.hosts.contains(&host));
    }
    score.conflict = weighted as f64;
    for precedence in &problem.precedences {
        let gap = choice.delta[precedence.after].saturating_sub(choice.delta[precedence.before]);
        score.precedence_violations += u64::from(gap < problem.precedence_gap(precedence));
    }
    score
}

/// Resources that some host has and some rule uses: the ones the variance is averaged over.
fn active_resources(problem: &Problem) -> Vec<usize> {
    (0..problem.resources.len())
        .filter(|&resource| {
            total_capacity(problem, resource) > 0
                && problem.rules.iter().any(|rule| rule.duration > 0 && rule.demand[resource] > 0)
        })
        .collect()
}

fn total_capacity(problem: &Problem, resource: usize) -> i64 {
    problem.hosts.iter().map(|host| host.capacity[resource]).sum()
}

fn resource_scores(problem: &Problem, choice: &PlanChoice, profile: &LoadProfile) -> Vec<ResourceScore> {
    let horizon = problem.horizon_slots as f64;
    let one = |resource: usize, name: &String| {
        let total = total_capacity(problem, resource);
        let mut peak: f64 = 0.0;
        let mut over = 0;
        let mut square_sum = 0.0;
        let mut load_sum = 0.0;
        for (host, described) in problem.hosts.iter().enumerate() {
            let capacity = described.capacity[resource];
            let loads = profile.loads(host, resource);
            let highest = loads.iter().copied().max().unwrap_or(0);
            over += loads.iter().filter(|&&load| load > capacity).count() as u64;
            load_sum += loads.iter().map(|&load| load as f64).sum::<f64>();
            if capacity > 0 {
                peak = peak.max(highest as f64 / capacity as f64);
                let squares: f64 = loads.iter().map(|&load| (load as f64).powi(2)).sum();
                square_sum += squares / (capacity as f64 * total as f64);
            } else if highest > 0 {
                peak = f64::INFINITY;
            }
        }
        let load_variance = if total > 0 && load_sum > 0.0 {
            let mean = load_sum / (horizon * total as f64);
            1e4 * (square_sum / horizon - mean * mean)
        } else {
            0.0
        };
        let waits = problem.rules.iter().zip(&choice.delta).map(|(rule, &delta)| {
            let asks = rule.demand[resource] > 0;
            let minutes = problem.slot_minutes.saturating_mul(delta.max(0));
            if asks { minutes.saturating_mul(rule.wanted.len() as i64) } else { 0 }
        });
        ResourceScore {
            resource: name.clone(),
            peak_utilization: peak,
            load_variance,
            capacity_violations: over,
            waiting_minutes: waits.fold(0, i64::saturating_add),
        }
    };
    let names = problem.resources.iter().enumerate();
    names.map(|(resource, name)| one(resource, name)).collect()
}

fn overloaded_slots(problem: &Problem, profile: &LoadProfile) -> u64 {
    let mut count = 0;
    for (host, described) in problem.hosts.iter().enumerate() {
        for slot in 0..problem.horizon_slots as usize {
            let over = |resource: usize| profile.loads(host, resource)[slot] > described.capacity[resource];
            count += u64::from((0..problem.resources.len()).any(over));
        }
    }
    count
}

/// Overload part of the efficiency objective, in watt-slot-cents.
fn overload_cost(problem: &Problem, profile: &LoadProfile) -> i128 {
    let mut cost: i128 = 0;
    for (host, described) in problem.hosts.iter().enumerate() {
        for (resource, &capacity) in described.capacity.iter().enumerate() {
            if capacity == 0 {
                continue;
            }
            let target = capacity * problem.target_util_pct / 100;
            let above_target = i128::from(ABOVE_TARGET / capacity);
            let above_capacity = i128::from(ABOVE_CAPACITY / capacity);
            for &load in profile.loads(host, resource) {
                cost += i128::from((load - target).max(0)) * above_target;
                cost += i128::from((load - capacity).max(0)) * above_capacity;
            }
        }
    }
    cost
}

/// Energy of rules and of hosts that are on, in watt-slot-cents, and the number of starts.
fn energy_cost(problem: &Problem, choice: &PlanChoice, profile: &LoadProfile) -> (i128, u64) {
    let mut cost: i128 = 0;
    for (position, rule) in problem.rules.iter().enumerate() {
        let price: i128 = occupied_slots(problem, rule, choice.delta[position])
            .map(|slot| i128::from(problem.price[slot]))
            .sum();
        cost += price * i128::from(rule.power_w);
    }
    let mut starts = 0;
    for (host, described) in problem.hosts.iter().enumerate() {
        let busy = profile.busy(host);
        let Some(first) = busy.iter().position(|&on| on) else {
            continue;
        };
        let mut gap: i128 = 0;
        // One full turn from a busy slot, back to that slot, so that every gap is closed by a busy one.
        for step in 0..=busy.len() {
            let slot = (first + step) % busy.len();
            let idle = i128::from(problem.price[slot]) * i128::from(described.idle_w);
            if !busy[slot] {
                gap += idle;
                continue;
            }
            starts += u64::from(gap > START_COST);
            cost += gap.min(START_COST);
            gap = 0;
            if step < busy.len() {
                cost += idle;
            }
        }
    }
    (cost, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    #[test]
    fn a_constant_load_has_no_variance() {
        let mut wide = rule("a", 0, 24, &[5]);
        wide.power_w = 0;
        let problem = two_hour_problem(vec![wide]);
        let score = score(&problem, &problem.unmoved());
        assert_eq!((score.balance, score.peak, score.conflict), (0.0, 50.0, 0.0));
    }

    #[test]
    fn two_rules_in_one_place_overload_it() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 1, 2, &[6])]);
        let score = score(&problem, &problem.unmoved());
        assert_eq!((score.overload_slots, score.peak), (1, 120.0));
        assert_eq!(score.resources[0].capacity_violations, 1);
        assert!(!score.is_valid(Strategy::ConflictResolution));
        assert!(score.is_valid(Strategy::BalanceLoad));
    }

    #[test]
    fn a_long_idle_gap_costs_one_start() {
        let problem = two_hour_problem(vec![rule("a", 0, 1, &[1])]);
        let score = score(&problem, &problem.unmoved());
        // One slot at 10 cents: 100 W of the rule, 1000 W of the host; 23 idle slots cost more than a start.
        assert_eq!(score.starts, 1);
        assert_eq!(score.efficiency, (10.0 * 1100.0 + 240_000.0) / 12_000.0);
    }

    #[test]
    fn moving_is_charged_by_priority_and_occurrence() {
        let mut moved = rule("a", 0, 1, &[1]);
        moved.wanted = vec![0, 8, 16];
        moved.priority = 2;
        let problem = two_hour_problem(vec![moved]);
        let choice = PlanChoice { delta: vec![-3], host: vec![0] };
        let score = score(&problem, &choice);
        assert_eq!((score.conflict, score.displacement_minutes), (90.0, 45));
        assert_eq!((score.waiting_minutes, score.moved), (0, 1));
    }
}
