//! What each move relieves and costs, and why the others stay: of a problem built from the store, or of one from a file.

use super::optimize_report::{name_of, rule_of, task_type};
use crate::domain::plan::{
    BuiltProblem, PlanComparison, PlanStatus, PlannedWork, Problem, Relief, Solution, Trials, WindowLimit,
};
use crate::domain::rules::{RuleId, StoredRule};
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::output::optimize::{
    CostShape, MoveShape, ReliefShape, RuleKey, StayCode, StayNames, UnmovedShape, move_words, stay_words,
};
use crate::output::shorten;

/// Where a problem comes from: that says what its rules are called, and when they run.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The store.
    Store { built: &'a BuiltProblem, rules: &'a [StoredRule] },
    /// A file: its rules have the names that it gives them, and its slots lie in no time.
    File(&'a Problem),
}

/// A rule as its reasons speak of it.
struct Subject {
    key: RuleKey,
    task_type: String,
    /// What ends its window on either side.
    limits: Option<(WindowLimit, WindowLimit)>,
    first: Option<Timestamp>,
    stored: Option<RuleId>,
}

impl<'a> Origin<'a> {
    fn problem(&self) -> &'a Problem {
        match self {
            Origin::Store { built, .. } => &built.problem,
            Origin::File(problem) => problem,
        }
    }

    /// The rule at a position; `None` where something else stands there.
    fn subject(&self, position: usize) -> Option<Subject> {
        match self {
            Origin::Store { built, rules } => match &built.work[position] {
                PlannedWork::Rule { id, first_occurrence, earlier, later } => Some(Subject {
                    key: RuleKey::Stored(*id),
                    task_type: task_type(rules, *id),
                    limits: Some((*earlier, *later)),
                    first: Some(*first_occurrence),
                    stored: Some(*id),
                }),
                _ => None,
            },
            Origin::File(problem) => {
                let name = problem.rules[position].id.clone();
                let key = RuleKey::OfFile(name.clone());
                Some(Subject { key, task_type: name, limits: None, first: None, stored: None })
            }
        }
    }

    fn name(&self, position: usize) -> String {
        match self {
            Origin::Store { built, rules } => name_of(&built.work[position], rules),
            Origin::File(problem) => problem.rules[position].id.clone(),
        }
    }

    fn at(&self, slot: usize) -> Option<Timestamp> {
        match self {
            Origin::Store { built, .. } => Some(built.grid.at(slot as i64)),
            Origin::File(_) => None,
        }
    }

    fn relief(&self, relief: Relief) -> ReliefShape {
        let together = &relief.together_with;
        ReliefShape {
            at: self.at(relief.slot),
            slot: relief.slot,
            utilization_before: relief.utilization_before,
            utilization_after: relief.utilization_after,
            together_with: together
                .iter()
                .filter_map(|other| self.subject(*other))
                .map(|subject| subject.key)
                .collect(),
            together_with_names: together.iter().map(|other| self.name(*other)).collect(),
            together_count: relief.together_count,
            resource: relief.resource,
        }
    }
}

/// The moves with their reasons, and the rules that stay with theirs. No more than `most_work` steps are spent on
/// trying other places.
pub(super) fn moves_and_reasons(
    origin: Origin<'_>,
    solution: &Solution,
    most_work: u64,
) -> (Vec<MoveShape>, Vec<UnmovedShape>) {
    let problem = origin.problem();
    let unmoved_choice = problem.unmoved();
    let mut comparison = PlanComparison::new(problem, &unmoved_choice, &solution.choice);
    let mut trials = Trials::new(problem, &solution.choice, solution.strategy).within(most_work);
    let mut moves = Vec::new();
    let mut unmoved = Vec::new();
    for position in 0..problem.rules.len() {
        let Some(subject) = origin.subject(position) else { continue };
        let is_home = solution.choice.host[position] == problem.rules[position].host;
        if solution.choice.delta[position] == 0 && is_home {
            unmoved.push(stay(origin, solution, &mut trials, (position, subject)));
        } else {
            let relief = comparison.relief_of(position).map(|relief| origin.relief(relief));
            moves.push(step(origin, solution, &mut trials, (position, subject), relief));
        }
    }
    (moves, unmoved)
}

fn stay(
    origin: Origin<'_>,
    solution: &Solution,
    trials: &mut Trials<'_>,
    (position, subject): (usize, Subject),
) -> UnmovedShape {
    let problem = origin.problem();
    let (code, reason) = if solution.status == PlanStatus::Infeasible {
        (StayCode::Infeasible, "no plan keeps every limit, so nothing is moved".to_owned())
    } else {
        let home = problem.rules[position].host;
        let host_name = |host: usize| (host != home).then(|| problem.hosts[host].id.clone());
        stay_words(
            &trials.why_it_stays(position),
            subject.limits,
            solution.strategy,
            &solution.after,
            problem.slot_minutes,
            StayNames { rule: &|other| shorten(&origin.name(other), 32), other_host: &host_name },
        )
    };
    UnmovedShape {
        rule_id: subject.key,
        position: Some(position),
        task_type: subject.task_type,
        reason,
        code,
    }
}

fn step(
    origin: Origin<'_>,
    solution: &Solution,
    trials: &mut Trials<'_>,
    (position, subject): (usize, Subject),
    relief: Option<ReliefShape>,
) -> MoveShape {
    let problem = origin.problem();
    let rule = &problem.rules[position];
    let delta = solution.choice.delta[position];
    let shift_minutes = delta * problem.slot_minutes;
    let runs = rule.wanted.len() as i64;
    let host = solution.choice.host[position];
    let migration = if host == rule.host { 0 } else { rule.migrate_minutes };
    let cost = CostShape {
        runs: runs.unsigned_abs(),
        displacement_minutes: shift_minutes.abs() * runs,
        priority: rule.priority,
        weighted_minutes: rule.priority * (shift_minutes.abs() + migration) * runs,
    };
    let left = trials.left_at_home(position);
    let moved = match (&origin, subject.stored) {
        (Origin::Store { rules, .. }, Some(id)) => rule_of(rules, id),
        _ => None,
    };
    let moved = moved.and_then(|stored| stored.rule.schedule.shifted(shift_minutes));
    let words =
        move_words(solution.strategy, trials.present(), left.as_ref(), relief.as_ref(), problem.slot_minutes);
    // Slots of the problem; where it is unrolled the first of them may lie before the horizon.
    let from_slot = match (&origin, subject.first) {
        (Origin::Store { built, .. }, Some(first)) => built.grid.slot_of(first),
        _ => rule.wanted.first().copied().unwrap_or_default(),
    };
    MoveShape {
        rule_id: subject.key,
        position,
        task_type: subject.task_type,
        from: subject.first,
        to: subject.first.map(|first| first.plus_ms(shift_minutes * MINUTE_MS)),
        from_slot,
        to_slot: from_slot + delta,
        shift_minutes,
        host_from: problem.hosts[rule.host].id.clone(),
        host_to: problem.hosts[host].id.clone(),
        schedule: moved.as_ref().map(|schedule| schedule.describe()).unwrap_or_default(),
        cron: moved.as_ref().and_then(|schedule| schedule.cron()),
        reason: words.reason,
        explanation: words.explanation,
        relief,
        objective_if_left: left.map(|score| score.objective(solution.strategy)),
        cost,
    }
}
