//! Enabling, disabling and removing rules: what is going to happen to each, before it does.

use std::fmt;

use serde::Serialize;

use super::{Rule, RuleId, StoredRule};

/// What to do to rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// Let predictions and plans count them.
    Enable,
    /// Leave them out of predictions and plans.
    Disable,
    /// Remove them with their history.
    Remove,
}

impl fmt::Display for RuleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RuleChange::Enable => "enable",
            RuleChange::Disable => "disable",
            RuleChange::Remove => "remove",
        })
    }
}

/// Whether a change finds anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeEffect {
    /// It is done.
    Applies,
    /// The rule is like that already.
    AlreadySo,
}

/// What is going to happen to one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedChange {
    /// The rule's id.
    pub rule_id: RuleId,
    /// The rule as it is.
    pub rule: Rule,
    /// What is asked for.
    pub change: RuleChange,
    /// Whether there is anything to do.
    pub effect: ChangeEffect,
}

/// The plan for `wanted` in that order, each id once; or, if some are not among `rules`, those ids: then nothing
/// may be changed at all.
pub fn plan_changes(
    rules: &[StoredRule],
    wanted: &[RuleId],
    change: RuleChange,
) -> Result<Vec<PlannedChange>, Vec<RuleId>> {
    let mut plan: Vec<PlannedChange> = Vec::new();
    let mut unknown: Vec<RuleId> = Vec::new();
    for &rule_id in wanted {
        if unknown.contains(&rule_id) || plan.iter().any(|planned| planned.rule_id == rule_id) {
            continue;
        }
        let Some(stored) = rules.iter().find(|stored| stored.id == rule_id) else {
            unknown.push(rule_id);
            continue;
        };
        let already = match change {
            RuleChange::Enable => stored.rule.enabled,
            RuleChange::Disable => !stored.rule.enabled,
            RuleChange::Remove => false,
        };
        let effect = if already { ChangeEffect::AlreadySo } else { ChangeEffect::Applies };
        plan.push(PlannedChange { rule_id, rule: stored.rule.clone(), change, effect });
    }
    if unknown.is_empty() { Ok(plan) } else { Err(unknown) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::rule;

    #[test]
    fn each_rule_is_planned_once_and_unknown_ones_stop_everything() {
        let rules = [
            StoredRule { id: RuleId(1), rule: rule("a", "0 1 * * *") },
            StoredRule { id: RuleId(2), rule: Rule { enabled: false, ..rule("b", "0 2 * * *") } },
        ];
        let plan =
            plan_changes(&rules, &[RuleId(2), RuleId(1), RuleId(2)], RuleChange::Enable).expect("known");
        let effects: Vec<(i64, ChangeEffect)> =
            plan.iter().map(|planned| (planned.rule_id.0, planned.effect)).collect();
        assert_eq!(effects, [(2, ChangeEffect::Applies), (1, ChangeEffect::AlreadySo)]);
        let unknown = plan_changes(&rules, &[RuleId(9), RuleId(1), RuleId(7), RuleId(9)], RuleChange::Remove);
        assert_eq!(unknown, Err(vec![RuleId(9), RuleId(7)]));
    }
}
