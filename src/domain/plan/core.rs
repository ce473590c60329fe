//! Which rules cannot be placed together, as few as can be: rules are left out while the rest stays impossible.

use super::choice::Strategy;
use super::exact::{ExactSearch, Proof};
use super::model::Model;
use super::obstacle::Obstacle;
use super::pairs::allowed_options;
use super::presolve::{Windows, obstacles};
use super::problem::{Precedence, Problem};
use super::relaxation::{Parabolas, Relaxation, Standing};

/// Sweeps that a relaxation gets to show that limits cannot be kept.
const SWEEPS: u32 = 60;
/// Sweeps between two looks.
const SWEEPS_PER_LOOK: u32 = 6;
/// One question gets this part of the work.
const QUESTIONS: u64 = 40;

/// Movable rules above which one node of branch and bound alone takes too long.
const MOST_EXACT_RULES: usize = 1_000;

/// What is known of a set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Impossible,
    Possible,
    Unknown,
}

/// The rules that cannot be placed together within the limits of `strategy`, in about `work` units; `None` where
/// that all of them cannot is not proven.
pub fn impossible_rules(problem: &Problem, strategy: Strategy, work: u64) -> Option<Obstacle> {
    let mut question = Question { problem, strategy, left: work, each: work / QUESTIONS };
    let mut core: Vec<usize> = (0..problem.rules.len()).collect();
    if question.ask(&core) != Verdict::Impossible {
        return None;
    }
    Some(shrink(&mut question, &mut core))
}

/// Whether all rules together are proven impossible within the limits of `strategy`, in about `work` units.
pub fn are_impossible(problem: &Problem, strategy: Strategy, work: u64) -> bool {
    let all: Vec<usize> = (0..problem.rules.len()).collect();
    Question { problem, strategy, left: work, each: work }.ask(&all) == Verdict::Impossible
}

/// The same for rules that are known to be impossible together.
pub fn shrink_impossible(problem: &Problem, strategy: Strategy, work: u64) -> Obstacle {
    let mut question = Question { problem, strategy, left: work, each: work / QUESTIONS };
    shrink(&mut question, &mut (0..problem.rules.len()).collect())
}

/// Leaves out halves, quarters, and at last single rules. What could be placed without a rule can be placed
/// without it later too, so that one pass over single rules suffices.
fn shrink(question: &mut Question<'_>, core: &mut Vec<usize>) -> Obstacle {
    let mut chunk = core.len().div_ceil(2).max(1);
    let mut irreducible = true;
    loop {
        let mut at = 0;
        while at < core.len() && core.len() > 1 {
            let end = (at + chunk).min(core.len());
            let rest: Vec<usize> = core[..at].iter().chain(&core[end..]).copied().collect();
            match question.ask(&rest) {
                Verdict::Impossible => *core = rest,
                verdict => {
                    irreducible &= chunk > 1 || verdict == Verdict::Possible;
                    at = end;
                }
            }
        }
        if chunk == 1 {
            break;
        }
        chunk = chunk.div_ceil(2);
    }
    Obstacle::RulesCannotFit { rules: core.clone(), irreducible }
}

/// Asks whether some of the rules can be placed, within what is left of the work.
struct Question<'a> {
    problem: &'a Problem,
    strategy: Strategy,
    left: u64,
    each: u64,
}

impl Question<'_> {
    fn ask(&mut self, rules: &[usize]) -> Verdict {
        if rules.is_empty() {
            return Verdict::Possible;
        }
        if self.left == 0 {
            return Verdict::Unknown;
        }
        let some = restricted(self.problem, rules);
        let Ok(windows) = Windows::propagate(&some) else {
            return Verdict::Impossible;
        };
        if !obstacles(&some, &windows, self.strategy).is_empty() {
            return Verdict::Impossible;
        }
        let model = Model::new(&some, &windows);
        let (verdict, work) = self.examine(&model);
        self.left = self.left.saturating_sub(work);
        verdict
    }

    /// The verdict by pairs, by a relaxation, and by exhaustion, in this order; and the work that it cost.
    fn examine(&self, model: &Model) -> (Verdict, u64) {
        let limits = match self.strategy {
            Strategy::ConflictResolution => model.capacity.clone(),
            _ => vec![f64::INFINITY; model.capacity.len()],
        };
        let (allowed, mut work) = allowed_options(model, &limits, self.each);
        if allowed.is_none() {
            return (Verdict::Impossible, work);
        }
        let start = vec![0; model.rules.len()];
        let mut relaxation = Relaxation::new(model, &start);
        let parabolas = Parabolas::of_limits(model, &relaxation.rows, &limits);
        let charges: Vec<Vec<f64>> = model.rules.iter().map(|rule| vec![0.0; rule.options()]).collect();
        for _ in 0..SWEEPS / SWEEPS_PER_LOOK {
            (0..SWEEPS_PER_LOOK).for_each(|_| relaxation.sweep(&parabolas, &charges));
            match relaxation.standing(&parabolas, &charges) {
                Standing::Refuted => return (Verdict::Impossible, work + relaxation.work),
                Standing::Kept => break,
                Standing::Open if relaxation.work > self.each => break,
                Standing::Open => {}
            }
        }
        work += relaxation.work;
        if model.movable.len() > MOST_EXACT_RULES {
            return (Verdict::Unknown, work);
        }
        let mut search = ExactSearch::new(model, self.strategy, limits, f64::INFINITY);
        let verdict = match search.advance(self.each) {
            Proof::Closed => Verdict::Impossible,
            Proof::Better(_) => Verdict::Possible,
            Proof::Open => Verdict::Unknown,
        };
        (verdict, work + search.work)
    }
}

/// The problem with some of its rules, and the precedences between them.
fn restricted(problem: &Problem, rules: &[usize]) -> Problem {
    let mut place = vec![None; problem.rules.len()];
    for (position, &rule) in rules.iter().enumerate() {
        place[rule] = Some(position);
    }
    let both = |precedence: &Precedence| {
        let (before, after) = (place[precedence.before]?, place[precedence.after]?);
        Some(Precedence { before, after, lag: precedence.lag })
    };
    Problem {
        rules: rules.iter().map(|&rule| problem.rules[rule].clone()).collect(),
        precedences: problem.precedences.iter().filter_map(both).collect(),
        ..Problem { rules: Vec::new(), precedences: Vec::new(), ..problem.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    #[test]
    fn three_long_rules_in_a_short_window_are_named_and_no_other() {
        let mut rules = vec![rule("easy", 20, 1, &[2])];
        rules.extend((0..3).map(|_| rule("long", 6, 6, &[8])));
        rules.push(rule("small", 2, 1, &[1]));
        let problem = two_hour_problem(rules);
        let found = impossible_rules(&problem, Strategy::ConflictResolution, 50_000_000);
        assert_eq!(found, Some(Obstacle::RulesCannotFit { rules: vec![1, 2, 3], irreducible: true }));
    }

    #[test]
    fn a_problem_with_a_plan_has_no_impossible_rules() {
        let problem = two_hour_problem(vec![rule("a", 0, 2, &[6]), rule("b", 1, 2, &[6])]);
        assert_eq!(impossible_rules(&problem, Strategy::ConflictResolution, 50_000_000), None);
    }

    #[test]
    fn without_work_nothing_is_claimed_to_be_smallest() {
        let problem = two_hour_problem((0..3).map(|_| rule("long", 6, 6, &[8])).collect());
        let found = shrink_impossible(&problem, Strategy::ConflictResolution, 0);
        assert_eq!(found, Obstacle::RulesCannotFit { rules: vec![0, 1, 2], irreducible: false });
    }
}
