//! A plan in words: what each move relieves and costs, why the others stay, what had to be assumed, what keeps a plan
//! from being made.

use crate::domain::plan::{
    Assumption, BuiltProblem, Obstacle, PlanComparison, PlanStatus, PlannedWork, Problem, Solution, Trials,
};
use crate::domain::rules::{RuleId, StoredRule};
use crate::domain::time::MINUTE_MS;
use crate::output::optimize::{
    CostShape, ExplainedRule, MoveShape, ReliefShape, StayCode, UnmovedShape, move_words, stay_words,
};
use crate::output::shorten;

/// The rule of this id; `rules` are in order of their ids.
pub(super) fn rule_of(rules: &[StoredRule], id: RuleId) -> Option<&StoredRule> {
    rules.binary_search_by_key(&id, |stored| stored.id).ok().map(|position| &rules[position])
}

fn task_type(rules: &[StoredRule], id: RuleId) -> String {
    rule_of(rules, id).map(|stored| stored.rule.task_type.clone()).unwrap_or_default()
}

/// What stands behind a rule of the problem, in a few words.
fn name_of(work: &PlannedWork, rules: &[StoredRule]) -> String {
    match work {
        PlannedWork::Rule { id, .. } => task_type(rules, *id),
        PlannedWork::Expected { task_type } => task_type.clone(),
        PlannedWork::Likely => "likely runs".to_owned(),
        PlannedWork::Blackout { name } => name.clone(),
    }
}

/// The moves with their reasons, and the rules that stay with theirs.
pub(super) fn moves_and_reasons(
    built: &BuiltProblem,
    solution: &Solution,
    rules: &[StoredRule],
) -> (Vec<MoveShape>, Vec<UnmovedShape>) {
    let problem = &built.problem;
    let unmoved_choice = problem.unmoved();
    let comparison = PlanComparison::new(problem, &unmoved_choice, &solution.choice);
    let mut trials = Trials::new(problem, &solution.choice, solution.strategy);
    let mut moves = Vec::new();
    let mut unmoved = Vec::new();
    for (position, work) in built.work.iter().enumerate() {
        let PlannedWork::Rule { id, first_occurrence, earlier, later } = work else { continue };
        let delta = solution.choice.delta[position];
        let rule = &problem.rules[position];
        if delta == 0 && rule.host == solution.choice.host[position] {
            if solution.status == PlanStatus::Infeasible {
                unmoved.push(UnmovedShape {
                    rule_id: *id,
                    task_type: task_type(rules, *id),
                    reason: "no plan keeps every limit, so nothing is moved".to_owned(),
                    code: StayCode::Infeasible,
                });
                continue;
            }
            let stay = trials.why_it_stays(position);
            let names: &dyn Fn(usize) -> String = &|other| shorten(&name_of(&built.work[other], rules), 32);
            let (code, reason) = stay_words(
                &stay,
                (*earlier, *later),
                solution.strategy,
                &solution.after,
                problem.slot_minutes,
                names,
            );
            let task_type = task_type(rules, *id);
            unmoved.push(UnmovedShape { rule_id: *id, task_type, reason, code });
            continue;
        }
        let relief = comparison.relief_of(position).map(|relief| ReliefShape {
            at: built.grid.at(relief.slot as i64),
            utilization_before: relief.utilization_before,
            utilization_after: relief.utilization_after,
            together_with: relief
                .together_with
                .iter()
                .filter_map(|other| built.work[*other].rule_id())
                .collect(),
            together_with_names: relief
                .together_with
                .iter()
                .map(|other| name_of(&built.work[*other], rules))
                .collect(),
            resource: relief.resource,
        });
        let shift_minutes = delta * problem.slot_minutes;
        let starts = rule.wanted.len() as i64;
        let cost = CostShape {
            runs: starts.unsigned_abs(),
            displacement_minutes: shift_minutes.abs() * starts,
            priority: rule.priority,
            weighted_minutes: rule.priority * shift_minutes.abs() * starts,
        };
        let left = trials.left_at_home(position);
        let moved = rule_of(rules, *id).and_then(|stored| stored.rule.schedule.shifted(shift_minutes));
        let words = move_words(
            solution.strategy,
            trials.present(),
            left.as_ref(),
            relief.as_ref(),
            problem.slot_minutes,
        );
        moves.push(MoveShape {
            rule_id: *id,
            task_type: task_type(rules, *id),
            from: *first_occurrence,
            to: first_occurrence.plus_ms(shift_minutes * MINUTE_MS),
            shift_minutes,
            host_from: problem.hosts[rule.host].id.clone(),
            host_to: problem.hosts[solution.choice.host[position]].id.clone(),
            schedule: moved.as_ref().map(|schedule| schedule.describe()).unwrap_or_default(),
            cron: moved.as_ref().and_then(|schedule| schedule.cron()),
            reason: words.reason,
            explanation: words.explanation,
            relief,
            objective_if_left: left.map(|score| score.objective(solution.strategy)),
            cost,
        });
    }
    unmoved.extend(left_out(built, rules));
    unmoved.sort_by_key(|rule| rule.rule_id);
    (moves, unmoved)
}

/// The rules that take no part in the plan.
pub(super) fn left_out(built: &BuiltProblem, rules: &[StoredRule]) -> Vec<UnmovedShape> {
    built
        .left_out
        .iter()
        .map(|(id, reason)| UnmovedShape {
            rule_id: *id,
            task_type: task_type(rules, *id),
            reason: reason.clone(),
            code: StayCode::LeftOut,
        })
        .collect()
}

/// What each rule of the problem stands for.
pub(super) fn explained(built: &BuiltProblem, rules: &[StoredRule]) -> Vec<ExplainedRule> {
    let explain = |(position, work): (usize, &PlannedWork)| {
        let (kind, limits) = match work {
            PlannedWork::Rule { earlier, later, .. } => ("rule", Some((*earlier, *later))),
            PlannedWork::Expected { .. } => ("expected", None),
            PlannedWork::Likely => ("likely", None),
            PlannedWork::Blackout { .. } => ("blackout", None),
        };
        ExplainedRule {
            position,
            kind,
            rule_id: work.rule_id(),
            name: name_of(work, rules),
            earlier_limit: limits.map(|(earlier, _)| earlier),
            later_limit: limits.map(|(_, later)| later),
        }
    };
    built.work.iter().enumerate().map(explain).collect()
}

/// What had to be assumed, a sentence for each figure and all it was assumed for, then what else is not as the world is.
pub(super) fn assumptions(built: &BuiltProblem) -> Vec<String> {
    let mut groups: Vec<(&Assumption, Vec<String>)> = Vec::new();
    for assumed in &built.assumed {
        let same = |group: &&mut (&Assumption, Vec<String>)| {
            let (known, _) = &**group;
            known.quantity == assumed.quantity && known.value == assumed.value && known.from == assumed.from
        };
        let name = match assumed.rule_id {
            Some(id) => format!("rule {} ({})", id.0, shorten(&assumed.task_type, 40)),
            None => shorten(&assumed.task_type, 40),
        };
        match groups.iter_mut().find(same) {
            Some((_, names)) => names.push(name),
            None => groups.push((assumed, vec![name])),
        }
    }
    let sentence = |(assumed, names): &(&Assumption, Vec<String>)| {
        let amount = match assumed.quantity.as_str() {
            "duration_seconds" => format!("{} of run time", crate::output::duration(assumed.value)),
            resource if assumed.value == 0.0 => format!("no {}", quantity_word(resource)),
            resource => format!("{:.1} {}", assumed.value, quantity_word(resource)),
        };
        let named: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        let more = names.len() - named.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}: {amount} assumed ({})", named.join(", "), assumed.from)
    };
    groups.iter().map(sentence).chain(built.notes.iter().cloned()).collect()
}

fn quantity_word(resource: &str) -> &str {
    match resource {
        "cpu_cores" => "CPU cores",
        "memory_mib" => "MiB of memory",
        "gpu_count" => "GPUs",
        "gpu_memory_mib" => "MiB of GPU memory",
        other => other,
    }
}

/// How a problem counts cores and GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    /// As the instance file does.
    OfTheFile,
    /// In hundredths, as problems built from rules do.
    Hundredths,
}

fn built_amount(resource: &str, units: i64, in_units: Units) -> String {
    let whole = match (in_units, resource) {
        (Units::Hundredths, "cpu_cores" | "gpu_count") => units as f64 / 100.0,
        _ => units as f64,
    };
    let unit = match resource {
        "memory_mib" => "MiB",
        other => quantity_word(other),
    };
    format!("{whole} {unit}")
}
/// Each obstacle as a sentence.
pub(super) fn describe_obstacles(
    solution: &Solution,
    problem: &Problem,
    in_units: Units,
    name: &dyn Fn(usize) -> String,
) -> Vec<String> {
    let names = |rules: &[usize]| rules.iter().map(|rule| name(*rule)).collect::<Vec<_>>().join(", ");
    let amount = |resource: usize, units: i64| built_amount(&problem.resources[resource], units, in_units);
    solution
        .obstacles
        .iter()
        .map(|obstacle| match obstacle {
            Obstacle::PrecedenceImpossible { rule, chain } => match circle(chain) {
                Some(circle) => {
                    format!("each of these waits for the one before, in a circle: {}", names(circle))
                }
                None => format!(
                    "{} cannot start in its window after what must run before it: {}",
                    name(*rule),
                    names(chain)
                ),
            },
            Obstacle::ExclusionImpossible { tag, first, second } => format!(
                "{} and {} share the tag {tag} and meet wherever they are put",
                name(*first),
                name(*second)
            ),
            Obstacle::ExclusionTooLong { tag, needed_slots, horizon_slots } => {
                format!("the rules of tag {tag} need {needed_slots} slots, the horizon has {horizon_slots}")
            }
            Obstacle::DemandTooLarge { rule, resource, demand, capacity } => format!(
                "{} asks for {}, and there is {}",
                name(*rule),
                amount(*resource, *demand),
                amount(*resource, *capacity)
            ),
            Obstacle::FixedLoadTooLarge { host, resource, slot, load, capacity, rules } => format!(
                "in slot {slot} on {}, work that cannot be moved away asks for {}, and there is {} ({})",
                problem.hosts[*host].id,
                amount(*resource, *load),
                amount(*resource, *capacity),
                names(rules)
            ),
            Obstacle::RulesCannotFit { rules, irreducible: true } => format!(
                "these cannot all be placed, though they could without any one of them: {}",
                names(rules)
            ),
            Obstacle::RulesCannotFit { rules, irreducible: false } => format!(
                "these cannot all be placed, and it is not known whether fewer could not either: {}",
                names(rules)
            ),
            Obstacle::NotFound => "none was found within the time limit; nothing is proven".to_owned(),
        })
        .collect()
}

/// The part of a chain that leads back to its own beginning; `None` where no rule comes twice.
fn circle(chain: &[usize]) -> Option<&[usize]> {
    chain.iter().enumerate().find_map(|(end, rule)| {
        let begin = chain[..end].iter().rposition(|earlier| earlier == rule)?;
        Some(&chain[begin..=end])
    })
}
