//! What can be known before searching: windows narrowed along precedences, and what cannot fit.

use super::choice::Strategy;
use super::obstacle::Obstacle;
use super::problem::{PlanRule, Problem};
use super::profile::occupied_slots;

/// Least and greatest shift per rule; every value in between extends to all precedences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Least shift.
    pub low: Vec<i64>,
    /// Greatest shift.
    pub high: Vec<i64>,
}

impl Windows {
    /// Narrows the windows of a validated problem until nothing changes (Bellman and Ford).
    ///
    /// # Errors
    /// The rule whose window becomes empty, and the chain that empties it.
    pub fn propagate(problem: &Problem) -> Result<Windows, Obstacle> {
        let mut windows = Windows {
            low: problem.rules.iter().map(|rule| rule.earliest).collect(),
            high: problem.rules.iter().map(|rule| rule.latest).collect(),
        };
        // Who last raised a rule's least shift, and who last lowered its greatest.
        let mut raised_by: Vec<Option<usize>> = vec![None; problem.rules.len()];
        let mut lowered_by = raised_by.clone();
        loop {
            let mut changed = false;
            for precedence in &problem.precedences {
                let gap = problem.precedence_gap(precedence);
                let (before, after) = (precedence.before, precedence.after);
                if windows.low[before] + gap > windows.low[after] {
                    windows.low[after] = windows.low[before] + gap;
                    raised_by[after] = Some(before);
                    changed = true;
                }
                if windows.high[after] - gap < windows.high[before] {
                    windows.high[before] = windows.high[after] - gap;
                    lowered_by[before] = Some(after);
                    changed = true;
                }
                for rule in [before, after] {
                    if windows.low[rule] > windows.high[rule] {
                        let mut chain = chain_of(&raised_by, rule);
                        chain.reverse();
                        chain.push(rule);
                        chain.extend(chain_of(&lowered_by, rule));
                        chain.dedup();
                        return Err(Obstacle::PrecedenceImpossible { rule, chain });
                    }
                }
            }
            if !changed {
                return Ok(windows);
            }
        }
    }

    /// A choice of shifts that keeps all precedences, each as near to 0 as those before it leave.
    pub fn nearest_shifts(&self, problem: &Problem) -> Vec<i64> {
        let mut windows = self.clone();
        let mut neighbours: Vec<Vec<(usize, i64, bool)>> = vec![Vec::new(); problem.rules.len()];
        for precedence in &problem.precedences {
            let gap = problem.precedence_gap(precedence);
            neighbours[precedence.before].push((precedence.after, gap, true));
            neighbours[precedence.after].push((precedence.before, gap, false));
        }
        for rule in 0..problem.rules.len() {
            let shift = 0.clamp(windows.low[rule], windows.high[rule]);
            windows.low[rule] = shift;
            windows.high[rule] = shift;
            let mut waiting = vec![rule];
            while let Some(source) = waiting.pop() {
                for &(other, gap, other_is_after) in &neighbours[source] {
                    let before = (windows.low[other], windows.high[other]);
                    if other_is_after {
                        windows.low[other] = before.0.max(windows.low[source] + gap);
                    } else {
                        windows.high[other] = before.1.min(windows.high[source] - gap);
                    }
                    if before != (windows.low[other], windows.high[other]) {
                        waiting.push(other);
                    }
                }
            }
        }
        windows.low
    }
}

/// Follows `cause` from `rule` until it ends or comes round.
fn chain_of(cause: &[Option<usize>], rule: usize) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut at = rule;
    while let Some(next) = cause[at] {
        if next == rule || chain.contains(&next) {
            break;
        }
        chain.push(next);
        at = next;
    }
    chain
}

/// Everything that shows, without search, that no plan is valid under `strategy`.
pub fn obstacles(problem: &Problem, windows: &Windows, strategy: Strategy) -> Vec<Obstacle> {
    let mut found = Vec::new();
    exclusion_obstacles(problem, windows, &mut found);
    if strategy == Strategy::ConflictResolution {
        demand_obstacles(problem, &mut found);
        fixed_load_obstacles(problem, windows, &mut found);
    }
    found
}

/// Slots of one rule at one shift, each once, ascending.
fn distinct_slots(problem: &Problem, rule: &PlanRule, delta: i64) -> Vec<usize> {
    let mut slots: Vec<usize> = occupied_slots(problem, rule, delta).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

fn exclusion_obstacles(problem: &Problem, windows: &Windows, found: &mut Vec<Obstacle>) {
    for (tag, members) in problem.members_by_tag() {
        let slots: Vec<Vec<usize>> =
            members.iter().map(|&rule| distinct_slots(problem, &problem.rules[rule], 0)).collect();
        let needed_slots: i64 = slots.iter().map(|slots| slots.len() as i64).sum();
        if needed_slots > problem.horizon_slots && members.len() > 1 {
            found.push(Obstacle::ExclusionTooLong {
                tag: tag.to_owned(),
                needed_slots,
                horizon_slots: problem.horizon_slots,
            });
            continue;
        }
        for (position, &second) in members.iter().enumerate() {
            for (earlier, &first) in members[..position].iter().enumerate() {
                if !can_avoid(problem, windows, (first, &slots[earlier]), (second, &slots[position])) {
                    found.push(Obstacle::ExclusionImpossible { tag: tag.to_owned(), first, second });
                }
            }
        }
    }
}

/// Whether two rules have shifts at which they share no slot. Only the difference of the shifts matters.
fn can_avoid(
    problem: &Problem,
    windows: &Windows,
    (first, first_slots): (usize, &[usize]),
    (second, second_slots): (usize, &[usize]),
) -> bool {
    let horizon = problem.horizon_slots as usize;
    let mut occupied = vec![false; horizon];
    for &slot in first_slots {
        occupied[slot] = true;
    }
    let least = windows.low[second] - windows.high[first];
    let greatest = windows.high[second] - windows.low[first];
    let turns = (greatest - least).min(problem.horizon_slots - 1);
    (least..=least + turns).any(|difference| {
        second_slots.iter().all(|&slot| {
            let shifted = (slot as i64 + difference).rem_euclid(problem.horizon_slots);
            !occupied[shifted as usize]
        })
    })
}

fn demand_obstacles(problem: &Problem, found: &mut Vec<Obstacle>) {
    for (rule, described) in problem.rules.iter().enumerate() {
        let mut overlap = vec![0i64; problem.horizon_slots as usize];
        for slot in occupied_slots(problem, described, 0) {
            overlap[slot] += 1;
        }
        let most = overlap.into_iter().max().unwrap_or(0);
        for (resource, &units) in described.demand.iter().enumerate() {
            let of_host = |&host: &usize| problem.hosts[host].capacity[resource];
            let capacity = described.hosts.iter().map(of_host).max().unwrap_or(0);
            if most * units > capacity {
                found.push(Obstacle::DemandTooLarge { rule, resource, demand: most * units, capacity });
            }
        }
    }
}

/// Slots that each rule on a single host covers at every shift, added up.
fn fixed_load_obstacles(problem: &Problem, windows: &Windows, found: &mut Vec<Obstacle>) {
    let horizon = problem.horizon_slots as usize;
    let resources = problem.resources.len();
    let mut loads = vec![0i64; problem.hosts.len() * horizon * resources];
    let mut always: Vec<(usize, Vec<usize>)> = Vec::new();
    for (rule, described) in problem.rules.iter().enumerate() {
        let width = windows.high[rule] - windows.low[rule] + 1;
        if described.hosts.len() > 1 || width > described.duration {
            continue;
        }
        // A window narrower than an occurrence leaves a core that no shift uncovers.
        let mut core = Vec::new();
        for &wanted in &described.wanted {
            let first = wanted + windows.high[rule];
            let last = wanted + windows.low[rule] + described.duration;
            core.extend((first..last).map(|slot| slot.rem_euclid(horizon as i64) as usize));
        }
        let host = described.hosts[0];
        for &slot in &core {
            for (resource, &units) in described.demand.iter().enumerate() {
                loads[(host * horizon + slot) * resources + resource] += units;
            }
        }
        core.sort_unstable();
        always.push((rule, core));
    }
    for (host, described) in problem.hosts.iter().enumerate() {
        for (resource, &capacity) in described.capacity.iter().enumerate() {
            let load = |slot: usize| loads[(host * horizon + slot) * resources + resource];
            let Some(slot) = (0..horizon).find(|&slot| load(slot) > capacity) else {
                continue;
            };
            let asked = |(rule, core): &(usize, Vec<usize>)| {
                let described = &problem.rules[*rule];
                let times = core.partition_point(|&at| at <= slot) - core.partition_point(|&at| at < slot);
                let units = described.demand[resource] * times as i64;
                (described.hosts[0] == host && units > 0).then_some((units, *rule))
            };
            let mut there: Vec<(i64, usize)> = always.iter().filter_map(asked).collect();
            // The most demanding first, and no more of them than are too many: the fewest rules that do not fit.
            there.sort_by_key(|&(units, rule)| (std::cmp::Reverse(units), rule));
            let mut load = 0;
            let enough = there.iter().take_while(|(units, _)| {
                let fits = load <= capacity;
                load += if fits { *units } else { 0 };
                fits
            });
            let mut rules: Vec<usize> = enough.map(|(_, rule)| *rule).collect();
            rules.sort_unstable();
            found.push(Obstacle::FixedLoadTooLarge { host, resource, slot, load, capacity, rules });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::problem::Precedence;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    fn chain(rules: usize, precedences: &[(usize, usize)]) -> Problem {
        let rules = (0..rules).map(|_| rule("r", 0, 3, &[1])).collect();
        let mut problem = two_hour_problem(rules);
        problem.precedences =
            precedences.iter().map(|&(before, after)| Precedence { before, after, lag: 0 }).collect();
        problem
    }

    #[test]
    fn windows_narrow_along_a_chain() {
        let windows = Windows::propagate(&chain(3, &[(0, 1), (1, 2)])).expect("fits");
        assert_eq!((windows.low, windows.high), (vec![-4, -1, 2], vec![-2, 1, 4]));
    }

    #[test]
    fn nearest_shifts_keep_the_chain() {
        let problem = chain(3, &[(0, 1), (1, 2)]);
        let windows = Windows::propagate(&problem).expect("fits");
        assert_eq!(windows.nearest_shifts(&problem), vec![-2, 1, 4]);
    }

    #[test]
    fn a_circle_of_precedences_is_found() {
        let obstacle = Windows::propagate(&chain(2, &[(0, 1), (1, 0)])).expect_err("circle");
        let Obstacle::PrecedenceImpossible { mut chain, .. } = obstacle else {
            panic!("{obstacle:?}");
        };
        chain.sort_unstable();
        chain.dedup();
        assert_eq!(chain, vec![0, 1]);
    }

    #[test]
    fn fixed_rules_of_one_tag_in_one_slot_cannot_be_placed() {
        let mut problem = chain(2, &[]);
        for rule in &mut problem.rules {
            rule.tags = vec!["t".to_owned()];
            rule.earliest = 0;
            rule.latest = 1;
        }
        let windows = Windows::propagate(&problem).expect("no precedences");
        assert_eq!(
            obstacles(&problem, &windows, Strategy::BalanceLoad),
            vec![Obstacle::ExclusionImpossible { tag: "t".to_owned(), first: 0, second: 1 }]
        );
    }

    #[test]
    fn of_a_crowd_that_cannot_move_only_as_many_are_named_as_are_too_many() {
        let mut problem = chain(6, &[]);
        for (rule, units) in problem.rules.iter_mut().zip([1, 4, 6, 2, 5, 3]) {
            rule.demand = vec![units];
            (rule.earliest, rule.latest) = (0, 1);
        }
        let windows = Windows::propagate(&problem).expect("no precedences");
        let found = obstacles(&problem, &windows, Strategy::ConflictResolution);
        let [Obstacle::FixedLoadTooLarge { load: 11, rules, .. }] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(rules, &[2, 4]);
    }

    #[test]
    fn a_demand_above_capacity_is_an_obstacle_under_conflict_resolution_only() {
        let mut problem = chain(1, &[]);
        problem.rules[0].demand = vec![11];
        let windows = Windows::propagate(&problem).expect("no precedences");
        assert_eq!(obstacles(&problem, &windows, Strategy::PeakMitigation), vec![]);
        assert_eq!(
            obstacles(&problem, &windows, Strategy::ConflictResolution),
            vec![Obstacle::DemandTooLarge { rule: 0, resource: 0, demand: 11, capacity: 10 }]
        );
    }
}
