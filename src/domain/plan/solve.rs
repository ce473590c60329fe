//! The optimizer: presolve, chains in parallel, and the judge's word on what they found.

use super::choice::{PlanChoice, PlanStatus, Solution, Strategy};
use super::core::{impossible_rules, shrink_impossible};
use super::model::Model;
use super::obstacle::Obstacle;
use super::presolve::{Windows, obstacles};
use super::problem::Problem;
use super::score::score;
use super::search::{Ended, Search};
use super::settle::settle;
use super::validate::ProblemError;

/// Units of work that one core does in a millisecond at the least. Work is counted in slots looked at; the
/// constant turns a time limit into work, so that the same limit gives the same plan on any machine.
pub const WORK_PER_MILLISECOND: u64 = 400_000;
/// Relative difference below which bound and objective are one.
pub const CLOSED: f64 = 1e-9;

/// The search for the rules that cannot be placed together gets this part of the budget, on top of it.
const CORE_SHARE: u64 = 2;

/// How long and how wide to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SolveOptions {
    /// Drives every random choice.
    pub seed: u64,
    /// Units of work per chain.
    pub work_budget: u64,
    /// Chains; the plan depends on their number, not on the number of threads that run them.
    pub chains: usize,
}

impl SolveOptions {
    /// Two chains with the work that fits a time limit.
    pub fn for_time_limit(seed: u64, milliseconds: u64) -> SolveOptions {
        SolveOptions { seed, work_budget: milliseconds.saturating_mul(WORK_PER_MILLISECOND), chains: 2 }
    }
}

/// What `control` is told between slices of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Units of work done per chain.
    pub work_done: u64,
    /// Units of work allowed per chain.
    pub work_budget: u64,
    /// Objective of the best valid plan so far.
    pub objective: Option<f64>,
    /// What no plan is below, as far as it is known.
    pub lower_bound: Option<f64>,
}

/// What `control` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Return the best plan so far.
    Stop,
}

/// Searches for the plan that is best under `strategy`.
///
/// Pure: the clock, the progress bar and Ctrl-C live in `control`, which is called between slices of some
/// twenty milliseconds. The plan depends on the problem, the strategy, the options and on the slice in
/// which `control` stops, if it does; not on the number of threads.
///
/// # Errors
/// The problem is not valid.
pub fn solve(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    control: &mut dyn FnMut(&Progress) -> Control,
) -> Result<Solution, ProblemError> {
    problem.validate()?;
    let windows = match Windows::propagate(problem) {
        Ok(windows) => windows,
        Err(obstacle) => return Ok(infeasible(problem, strategy, options, vec![obstacle])),
    };
    let found = obstacles(problem, &windows, strategy);
    if !found.is_empty() {
        return Ok(infeasible(problem, strategy, options, found));
    }
    let model = Model::new(problem, &windows);
    let start = start_options(problem, &model, &windows);
    let mut search = Search::new(problem, &model, strategy, options, &start);
    let ended = search.run(control);
    let choice = match &search.best {
        Some(best) => {
            let settled = settle(&model, strategy, best);
            let (searched, settled) = (model.choice(&best.options), model.choice(&settled));
            prefer_settled(problem, strategy, searched, settled)
        }
        None => model.choice(&start),
    };
    let mut solution = judge(problem, strategy, options, choice, search.bound);
    solution.work_done = search.work_done;
    solution.interrupted = ended == Ended::Stopped;
    if solution.status == PlanStatus::Infeasible {
        let work = options.work_budget / CORE_SHARE;
        solution.obstacles = vec![match ended {
            Ended::ProvenInfeasible => shrink_impossible(problem, strategy, work),
            Ended::Done => impossible_rules(problem, strategy, work).unwrap_or(Obstacle::NotFound),
            Ended::Stopped => Obstacle::NotFound,
        }];
    }
    Ok(solution)
}

/// The settled plan, unless the judge finds it worse than the one the search found.
fn prefer_settled(
    problem: &Problem,
    strategy: Strategy,
    searched: PlanChoice,
    settled: PlanChoice,
) -> PlanChoice {
    let (found, home) = (score(problem, &searched), score(problem, &settled));
    let limit = found.objective(strategy) * (1.0 + 1e-9);
    if home.is_valid(strategy) && home.objective(strategy) <= limit { settled } else { searched }
}

/// Shifts that keep the precedences, on the wanted hosts.
fn start_options(problem: &Problem, model: &Model, windows: &Windows) -> Vec<usize> {
    let shifts = windows.nearest_shifts(problem);
    let rules = model.rules.iter().zip(&problem.rules).zip(shifts);
    rules
        .map(|((rule, described), shift)| {
            let home = rule.encode(shift, described.host);
            home.or_else(|| rule.encode(shift, rule.hosts[0])).unwrap_or(0)
        })
        .collect()
}

fn infeasible(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    obstacles: Vec<Obstacle>,
) -> Solution {
    let mut solution = judge(problem, strategy, options, problem.unmoved(), None);
    solution.status = PlanStatus::Infeasible;
    solution.obstacles = obstacles;
    solution
}

/// The solution that a plan makes, by the judge's figures; the unmoved plan where it is no worse.
fn judge(
    problem: &Problem,
    strategy: Strategy,
    options: &SolveOptions,
    mut choice: PlanChoice,
    bound: Option<f64>,
) -> Solution {
    let unmoved = problem.unmoved();
    let before = score(problem, &unmoved);
    let mut after = score(problem, &choice);
    // A plan that only breaks ties is no reason to move anything.
    let stays = before.is_valid(strategy) && before.objective(strategy) <= after.objective(strategy);
    if stays || (before.is_valid(strategy) && !after.is_valid(strategy)) {
        choice = unmoved;
        after = before.clone();
    }
    let valid = after.is_valid(strategy);
    let objective = after.objective(strategy);
    let bound = bound.map(|bound| bound.min(objective)).filter(|_| valid);
    let gap =
        bound.map(|bound| if objective.abs() > 0.0 { (objective - bound) / objective.abs() } else { 0.0 });
    let status = if !valid {
        PlanStatus::Infeasible
    } else if after.moved == 0 {
        PlanStatus::Unchanged
    } else if gap.is_some_and(|gap| gap <= CLOSED) {
        PlanStatus::Optimal
    } else {
        PlanStatus::Feasible
    };
    Solution {
        strategy,
        status,
        objective,
        lower_bound: bound,
        gap,
        choice,
        before,
        after,
        obstacles: Vec::new(),
        seed: options.seed,
        work_done: 0,
        interrupted: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::problem::Precedence;
    use crate::domain::plan::sample::{least_objective, random_problem, rule, two_hour_problem};
    use crate::domain::plan::verify::verify;
    use proptest::prelude::{ProptestConfig, any, proptest};

    const STRATEGIES: [Strategy; 4] = [
        Strategy::BalanceLoad,
        Strategy::PeakMitigation,
        Strategy::ResourceEfficiency,
        Strategy::ConflictResolution,
    ];

    fn solved(problem: &Problem, strategy: Strategy, work: u64) -> Solution {
        let options = SolveOptions { seed: 1, work_budget: work, chains: 2 };
        solve(problem, strategy, &options, &mut |_| Control::Continue).expect("a valid problem")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_plan_verifies_is_no_worse_than_staying_and_not_below_its_bound(seed in any::<u64>()) {
            let problem = random_problem(seed);
            for strategy in STRATEGIES {
                let solution = solved(&problem, strategy, 300_000);
                let verified = verify(&problem, &solution.choice, strategy);
                assert_eq!(verified.is_ok(), solution.status != PlanStatus::Infeasible);
                assert_eq!(solution.after, score(&problem, &solution.choice));
                if verified.is_ok() && solution.before.is_valid(strategy) {
                    assert!(solution.objective <= solution.before.objective(strategy));
                }
                assert_eq!(solution.status == PlanStatus::Infeasible, !solution.obstacles.is_empty());
            }
        }

        #[test]
        fn bounds_and_proofs_hold_against_all_combinations(seed in any::<u64>()) {
            let mut problem = random_problem(seed);
            problem.rules.truncate(3);
            for strategy in STRATEGIES {
                let Some(least) = least_objective(&problem, strategy) else {
                    return Ok(());
                };
                let solution = solved(&problem, strategy, 1_000_000);
                let Some(least) = least else {
                    assert_eq!(solution.status, PlanStatus::Infeasible);
                    continue;
                };
                let margin = 1e-6 * least.abs().max(1.0);
                assert!(solution.lower_bound.is_some_and(|bound| bound <= least + margin));
                assert!(solution.objective >= least - margin);
                if solution.status == PlanStatus::Optimal {
                    assert!((solution.objective - least).abs() <= margin);
                }
            }
        }

        #[test]
        fn one_thread_and_three_give_one_plan(seed in any::<u64>()) {
            let problem = random_problem(seed);
            let with_threads = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.expect("a pool").install(|| {
                    STRATEGIES.map(|strategy| solved(&problem, strategy, 100_000))
                })
            };
            assert_eq!(with_threads(1), with_threads(3));
        }
    }

    #[test]
    fn two_rules_in_one_place_are_taken_apart() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 1, 2, &[6])]);
        let solution = solved(&problem, Strategy::ConflictResolution, 2_000_000);
        assert_eq!((solution.status, solution.objective), (PlanStatus::Optimal, 5.0));
        assert_eq!(solution.after.moved, 1);
    }

    #[test]
    fn a_plan_that_cannot_be_better_is_left_alone() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 5, 2, &[6])]);
        let solution = solved(&problem, Strategy::ConflictResolution, 2_000_000);
        assert_eq!((solution.status, solution.after.moved), (PlanStatus::Unchanged, 0));
        assert_eq!(solution.gap, Some(0.0));
    }

    #[test]
    fn a_circle_of_precedences_is_answered_with_its_rules() {
        let mut problem = two_hour_problem(vec![rule("a", 0, 2, &[1]), rule("b", 0, 2, &[1])]);
        for (before, after) in [(0, 1), (1, 0)] {
            problem.precedences.push(Precedence { before, after, lag: 0 });
        }
        let solution = solved(&problem, Strategy::BalanceLoad, 1_000);
        assert_eq!(solution.status, PlanStatus::Infeasible);
        assert!(matches!(solution.obstacles[..], [Obstacle::PrecedenceImpossible { .. }]));
    }

    #[test]
    fn too_much_work_for_the_windows_is_proven_impossible() {
        let rules = (0..4).map(|_| rule("r", 6, 6, &[8])).collect();
        let solution = solved(&two_hour_problem(rules), Strategy::ConflictResolution, 30_000_000);
        let [Obstacle::RulesCannotFit { rules, irreducible: true }] = &solution.obstacles[..] else {
            panic!("{:?}", solution.obstacles);
        };
        // Two of them fit one after the other.
        assert_eq!(rules.len(), 3);
    }

    #[test]
    fn stopping_at_once_still_gives_an_answer() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 1, 2, &[6])]);
        let options = SolveOptions::for_time_limit(1, 1000);
        let mut calls = 0;
        let solution = solve(&problem, Strategy::BalanceLoad, &options, &mut |_| {
            calls += 1;
            Control::Stop
        });
        let solution = solution.expect("a valid problem");
        assert!(solution.interrupted && calls == 1 && solution.work_done == 0);
    }
}
