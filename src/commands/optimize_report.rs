//! What a problem built from the store stands for, and what had to be assumed for it, in words.

use crate::domain::plan::{Assumption, BuiltProblem, PlannedWork};
use crate::domain::rules::{RuleId, StoredRule};
use crate::domain::time::SECOND_MS;
use crate::output::optimize::{ExplainedOrder, ExplainedRule, RuleKey, StayCode, UnmovedShape};
use crate::output::{duration, shorten};

/// The rule of this id; `rules` are in order of their ids.
pub(super) fn rule_of(rules: &[StoredRule], id: RuleId) -> Option<&StoredRule> {
    rules.binary_search_by_key(&id, |stored| stored.id).ok().map(|position| &rules[position])
}

pub(super) fn task_type(rules: &[StoredRule], id: RuleId) -> String {
    rule_of(rules, id).map(|stored| stored.rule.task_type.clone()).unwrap_or_default()
}

/// What stands behind a rule of the problem, in a few words.
pub(super) fn name_of(work: &PlannedWork, rules: &[StoredRule]) -> String {
    match work {
        PlannedWork::Rule { id, .. } => task_type(rules, *id),
        PlannedWork::Expected { task_type } => task_type.clone(),
        PlannedWork::Likely => "likely runs".to_owned(),
        PlannedWork::Blackout { name } => name.clone(),
    }
}

/// The rules that take no part in the plan.
pub(super) fn left_out(built: &BuiltProblem, rules: &[StoredRule]) -> Vec<UnmovedShape> {
    built
        .left_out
        .iter()
        .map(|(id, reason)| UnmovedShape {
            rule_id: RuleKey::Stored(*id),
            position: None,
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

/// The orders that the plan keeps.
pub(super) fn explained_orders(built: &BuiltProblem) -> Vec<ExplainedOrder> {
    let seconds = |millis: i64| millis as f64 / SECOND_MS as f64;
    built
        .orders
        .iter()
        .map(|order| ExplainedOrder {
            before: order.before,
            after: order.after,
            from_end: order.from_end,
            usual_lag_seconds: seconds(order.usual_lag_ms),
            least_lag_seconds: seconds(order.least_lag_ms),
        })
        .collect()
}

/// Each order that the plan keeps as a sentence.
fn orders_kept(built: &BuiltProblem, rules: &[StoredRule]) -> Vec<String> {
    let words = |millis: i64| duration(millis as f64 / SECOND_MS as f64);
    let name = |position: usize| match &built.work[position] {
        PlannedWork::Rule { id, .. } => format!("rule {} ({})", id.0, shorten(&task_type(rules, *id), 40)),
        other => name_of(other, rules),
    };
    let sentence = |order: &crate::domain::plan::PlannedOrder| {
        let moment = if order.from_end { "end" } else { "start" };
        let least = match order.least_lag_ms {
            0 => "not before".to_owned(),
            least => format!("at least {} after", words(least)),
        };
        format!(
            "{} stays behind {}: it starts {least} the {moment} of it, usually {} after",
            name(order.after),
            name(order.before),
            words(order.usual_lag_ms)
        )
    };
    built.orders.iter().map(sentence).collect()
}

/// What had to be assumed, a sentence for each figure and all it was assumed for, then the orders that are kept and what else is not as the
/// world is.
pub(super) fn assumptions(built: &BuiltProblem, rules: &[StoredRule]) -> Vec<String> {
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
            "duration_seconds" => format!("{} of run time", duration(assumed.value)),
            resource if assumed.value == 0.0 => format!("no {}", quantity_word(resource)),
            resource => format!("{:.1} {}", assumed.value, quantity_word(resource)),
        };
        let named: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        let more = names.len() - named.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{}{more}: {amount} assumed ({})", named.join(", "), assumed.from)
    };
    let orders = orders_kept(built, rules);
    groups.iter().map(sentence).chain(orders).chain(built.notes.iter().cloned()).collect()
}

pub(super) fn quantity_word(resource: &str) -> &str {
    match resource {
        "cpu_cores" => "CPU cores",
        "memory_mib" => "MiB of memory",
        "gpu_count" => "GPUs",
        "gpu_memory_mib" => "MiB of GPU memory",
        "gpu_memory_mib_per_device" => "MiB on each GPU",
        other => other,
    }
}
