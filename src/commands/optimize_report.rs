//! A plan in words: what each move relieves, why the others stay, what keeps a plan from being made.

use crate::domain::plan::{BuiltProblem, Obstacle, PlanComparison, Problem, Relief, Solution};
use crate::domain::rules::{RuleId, StoredRule};
use crate::domain::time::MINUTE_MS;
use crate::output::optimize::{MoveShape, ReliefShape, UnmovedShape};

fn rule_of(rules: &[StoredRule], id: RuleId) -> Option<&StoredRule> {
    rules.iter().find(|stored| stored.id == id)
}

fn task_type(rules: &[StoredRule], id: RuleId) -> String {
    rule_of(rules, id).map(|stored| stored.rule.task_type.clone()).unwrap_or_default()
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
    let mut moves = Vec::new();
    let mut unmoved = Vec::new();
    for (position, id) in built.rule_ids.iter().enumerate() {
        let delta = solution.choice.delta[position];
        let rule = &problem.rules[position];
        let (host_from, host_to) = (rule.host, solution.choice.host[position]);
        if delta == 0 && host_from == host_to {
            let reason = if rule.earliest == 0 && rule.latest == 0 {
                "it may not move, or no schedule can say its moved times"
            } else {
                "moving it gains nothing"
            };
            let task_type = task_type(rules, *id);
            unmoved.push(UnmovedShape { rule_id: *id, task_type, reason: reason.to_owned() });
            continue;
        }
        let relief = comparison.relief_of(position);
        let shift_minutes = delta * problem.slot_minutes;
        let from = built.first_occurrence[position];
        let moved = rule_of(rules, *id).and_then(|stored| stored.rule.schedule.shifted(shift_minutes));
        moves.push(MoveShape {
            rule_id: *id,
            task_type: task_type(rules, *id),
            from,
            to: from.plus_ms(shift_minutes * MINUTE_MS),
            shift_minutes,
            host_from: problem.hosts[host_from].id.clone(),
            host_to: problem.hosts[host_to].id.clone(),
            schedule: moved.as_ref().map(|schedule| schedule.describe()).unwrap_or_default(),
            cron: moved.as_ref().and_then(|schedule| schedule.cron()),
            reason: relief.as_ref().map_or_else(
                || "it makes room for the others".to_owned(),
                |relief| reason(relief, built, rules),
            ),
            relief: relief.map(|relief| ReliefShape {
                resource: relief.resource,
                at: built.origin.plus_ms(relief.slot as i64 * problem.slot_minutes * MINUTE_MS),
                utilization_before: relief.utilization_before,
                utilization_after: relief.utilization_after,
                together_with: relief.together_with.iter().map(|other| built.rule_ids[*other]).collect(),
            }),
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
        })
        .collect()
}

fn resource_word(resource: &str) -> &str {
    match resource {
        "cpu_cores" => "CPU",
        "memory_mib" => "memory",
        "gpu_count" => "GPUs",
        "gpu_memory_mib" => "GPU memory",
        other => other,
    }
}

fn reason(relief: &Relief, built: &BuiltProblem, rules: &[StoredRule]) -> String {
    let names: Vec<String> = relief
        .together_with
        .iter()
        .take(2)
        .map(|position| task_type(rules, built.rule_ids[*position]))
        .map(|name| crate::output::shorten(&name, 24))
        .collect();
    let more = relief.together_with.len().saturating_sub(names.len());
    let company = match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" with {}", names.join(" and ")),
        (false, more) => format!(" with {} and {more} more", names.join(", ")),
    };
    format!(
        "{} at {:.0}%{company}; then {:.0}%",
        resource_word(&relief.resource),
        relief.utilization_before * 100.0,
        relief.utilization_after * 100.0
    )
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
        "cpu_cores" => "CPU cores",
        "memory_mib" => "MiB",
        "gpu_count" => "GPUs",
        "gpu_memory_mib" => "MiB of GPU memory",
        other => other,
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
            Obstacle::PrecedenceImpossible { rule, chain } => format!(
                "{} cannot start in its window after what must run before it ({})",
                name(*rule),
                names(chain)
            ),
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
