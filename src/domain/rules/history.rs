//! The history of rules and plans: who changed what with which command, and how to bring an earlier state back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Rule, RuleActionKind, RuleId, StoredRule};
use crate::domain::time::Timestamp;

/// The id of a revision in the store; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionId(pub i64);

/// Who changes something, when and with which command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The user's name, where the system tells it.
    pub user: Option<String>,
    /// The machine's name, where it has one.
    pub host: Option<String>,
    /// The command line; `None` for what was kept before schema 5.
    pub command: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanEvent {
    /// It was found and kept.
    Proposed,
    /// Its times were given to the rules.
    Applied,
    /// The rules got their earlier times again.
    TakenBack,
}

impl PlanEvent {
    /// All events.
    pub const ALL: [PlanEvent; 3] = [PlanEvent::Proposed, PlanEvent::Applied, PlanEvent::TakenBack];

    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            PlanEvent::Proposed => "proposed",
            PlanEvent::Applied => "applied",
            PlanEvent::TakenBack => "taken_back",
        }
    }
}

/// What a revision did to one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleStep {
    /// The rule.
    pub rule_id: RuleId,
    /// What was done.
    pub kind: RuleActionKind,
    /// The rule before; `None` where it did not exist.
    pub before: Option<Rule>,
    /// The rule after; `None` where it was removed.
    pub after: Option<Rule>,
}

/// One change of rules or plans: everything that one command did in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// Who made it.
    pub author: Author,
    /// The plan that it concerns, by its id in the store.
    pub plan: Option<(i64, PlanEvent)>,
    /// The revision whose rules it brought back.
    pub returned_to: Option<RevisionId>,
    /// What it did to rules, in that order.
    pub steps: Vec<RuleStep>,
}

/// What returning to an earlier state does to a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleReturn {
    /// The rule.
    pub rule_id: RuleId,
    /// As it is; `None` where it does not exist.
    pub now: Option<Rule>,
    /// As it is to be; `None` where it is to be removed.
    pub then: Option<Rule>,
}

/// What becomes of a rule on the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnEffect {
    /// It had been removed, and comes back.
    BringBack,
    /// It was made since, and goes.
    Remove,
    /// It gets what it had.
    Change,
}

impl RuleReturn {
    /// What becomes of the rule.
    pub fn effect(&self) -> ReturnEffect {
        match (&self.now, &self.then) {
            (_, None) => ReturnEffect::Remove,
            (None, Some(_)) => ReturnEffect::BringBack,
            (Some(_), Some(_)) => ReturnEffect::Change,
        }
    }
}

/// Plans how `current` becomes what the rules were before `later`: the steps of all revisions since, oldest first.
/// What runs have taught of a rule's needs, and where a crontab declares it today, stays. Rules that are as they were
/// do not appear; those to be removed come first, so that one made anew in the place of another can give its name back.
pub fn plan_return<'a>(
    current: &[StoredRule],
    later: impl IntoIterator<Item = &'a RuleStep>,
) -> Vec<RuleReturn> {
    let mut then: BTreeMap<RuleId, Option<Rule>> = BTreeMap::new();
    for step in later {
        then.entry(step.rule_id).or_insert_with(|| step.before.clone());
    }
    let now = |id: RuleId| current.iter().find(|stored| stored.id == id).map(|stored| stored.rule.clone());
    let mut returns: Vec<RuleReturn> = then
        .into_iter()
        .map(|(rule_id, then)| {
            let now = now(rule_id);
            let then = then.map(|then| match &now {
                Some(now) => on_terms_of(&then, now),
                None => then,
            });
            RuleReturn { rule_id, now, then }
        })
        .filter(|planned| planned.now != planned.then)
        .collect();
    returns.sort_by_key(|planned| planned.then.is_some());
    returns
}

/// The rule `now` with everything that a person decides on as in `then`.
fn on_terms_of(then: &Rule, now: &Rule) -> Rule {
    Rule { resources: now.resources, confidence: now.confidence, source: now.source.clone(), ..then.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::fixture::rule;
    use proptest::prelude::*;

    fn step(id: i64, before: Option<&Rule>, after: Option<&Rule>) -> RuleStep {
        RuleStep {
            rule_id: RuleId(id),
            kind: RuleActionKind::Changed,
            before: before.cloned(),
            after: after.cloned(),
        }
    }

    fn stored(id: i64, rule: &Rule) -> StoredRule {
        StoredRule { id: RuleId(id), rule: rule.clone() }
    }

    #[test]
    fn the_oldest_of_the_later_steps_tells_how_a_rule_was() {
        let (at_one, at_two, at_three) =
            (rule("a", "0 1 * * *"), rule("a", "0 2 * * *"), rule("a", "0 3 * * *"));
        let later = [step(1, Some(&at_one), Some(&at_two)), step(1, Some(&at_two), Some(&at_three))];
        let returns = plan_return(&[stored(1, &at_three)], &later);
        assert_eq!(returns, [RuleReturn { rule_id: RuleId(1), now: Some(at_three), then: Some(at_one) }]);
    }

    #[test]
    fn what_was_made_since_goes_before_what_was_removed_comes_back() {
        let (old, new) = (rule("a", "0 1 * * *"), rule("a", "0 1 * * *"));
        let later = [step(1, Some(&old), None), step(2, None, Some(&new))];
        let returns = plan_return(&[stored(2, &new)], &later);
        let order: Vec<(i64, bool)> =
            returns.iter().map(|planned| (planned.rule_id.0, planned.then.is_some())).collect();
        assert_eq!(order, [(2, false), (1, true)]);
    }

    #[test]
    fn what_runs_taught_since_stays() {
        let before = rule("a", "0 1 * * *");
        let mut after = rule("a", "0 2 * * *");
        after.confidence = 0.5;
        after.resources.runs_used = 9;
        let returns = plan_return(&[stored(1, &after)], &[step(1, Some(&before), Some(&after))]);
        let back = returns[0].then.as_ref().expect("there");
        assert_eq!(
            (back.schedule.clone(), back.confidence, back.resources.runs_used),
            (before.schedule, 0.5, 9)
        );
    }

    proptest! {
        /// Whatever was done to whichever rules, the state before comes back.
        #[test]
        fn every_earlier_state_comes_back(
            edits in proptest::collection::vec((0_i64..4, proptest::option::of(0_u32..23)), 1..20),
            cut in 0_usize..20
        ) {
            let mut state: BTreeMap<i64, Rule> = BTreeMap::new();
            let mut states = vec![state.clone()];
            let mut steps = Vec::new();
            for (id, hour) in &edits {
                let before = state.get(id).cloned();
                let after = hour.map(|hour| rule(&format!("rule {id}"), &format!("0 {hour} * * *")));
                match &after {
                    Some(rule) => state.insert(*id, rule.clone()),
                    None => state.remove(id),
                };
                steps.push(step(*id, before.as_ref(), after.as_ref()));
                states.push(state.clone());
            }
            let cut = cut.min(steps.len());
            let current: Vec<StoredRule> = state.iter().map(|(id, rule)| stored(*id, rule)).collect();
            for planned in plan_return(&current, &steps[cut..]) {
                match planned.then {
                    Some(rule) => state.insert(planned.rule_id.0, rule),
                    None => state.remove(&planned.rule_id.0),
                };
            }
            prop_assert_eq!(&state, &states[cut]);
        }
    }
}
