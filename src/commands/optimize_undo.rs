//! `optimize-resource-schedule --undo`: the rules that an applied plan moved get their earlier times back.

use super::{CommandError, Completion, Context, Outcome};
use crate::domain::rules::{PlanEvent, Rule, RuleId};
use crate::output::optimize::{TakenBackReport, TakenBackRule, TakenBackStatus};
use crate::store::{AppliedPlan, PlanMove, RuleWriter, Store, StoreError};

/// Takes back the plan of this id, or the last one that still holds any rule.
pub(super) fn run(context: &Context, id: Option<i64>) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    // Looked at first for reading, so that a wrong id does not even make a store.
    let plan = plan_to_undo(&context.open_reader(&mut warnings)?, id)?;
    let mut store = context.open_writer()?;
    let mut rules = Vec::new();
    let mut back = Vec::new();
    for step in &plan.moves {
        let now = store.rule_if_any(step.rule_id)?;
        let (status, rule) = step_back(step, now.as_ref().map(|stored| &stored.rule));
        rules.push(TakenBackRule {
            rule_id: step.rule_id,
            task_type: step.after.task_type.clone(),
            from: step.after.schedule.describe(),
            to: step.before.schedule.describe(),
            status,
        });
        back.extend(rule.map(|rule| (step.rule_id, rule)));
    }
    let left = rules.iter().filter(|rule| rule.status.is_left_alone()).count();
    if back.is_empty() && left > 0 {
        return Err(CommandError::Refused {
            message: format!("nothing was taken back: every rule that plan {} moved was changed since", plan.id),
            hint: "`tidetable rules history` tells by what; `tidetable rules undo --to REVISION` goes further back"
                .to_owned(),
        }
        .into());
    }
    let author = context.author();
    store.in_transaction(|transaction| -> Result<(), StoreError> {
        if back.is_empty() {
            return Ok(());
        }
        let mut writer = RuleWriter::of_plan(transaction, &author, (plan.id, PlanEvent::TakenBack))?;
        for (id, rule) in &back {
            writer.replace(*id, rule)?;
        }
        Ok(())
    })?;
    if back.is_empty() {
        warnings.push(format!("plan {} was taken back already", plan.id));
    }
    if left > 0 {
        let were = if left == 1 { "1 rule was" } else { &format!("{left} rules were") };
        warnings.push(format!("{were} changed since plan {} and left alone", plan.id));
    }
    warn_of_schedulers(&store, &back, &mut warnings)?;
    let completion = if left > 0 { Completion::Partial } else { Completion::Done };
    let report = TakenBackReport { optimization_id: plan.id, applied_at: plan.applied_at, rules };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

fn plan_to_undo(store: &Store, id: Option<i64>) -> anyhow::Result<AppliedPlan> {
    if let Some(id) = id {
        let found = store.applied_plan(id)?;
        return found.ok_or_else(|| {
            let message = match store.optimization(Some(id)) {
                Ok(Some(_)) => format!("plan {id} was never applied"),
                _ => format!("there is no plan {id}"),
            };
            CommandError::Refused { message, hint: "`tidetable rules history` lists plans".to_owned() }.into()
        });
    }
    for id in store.applied_plan_ids()? {
        if store.plan_moves(id)?.iter().any(|step| holds(store, step).unwrap_or(false))
            && let Some(plan) = store.applied_plan(id)?
        {
            return Ok(plan);
        }
    }
    Err(CommandError::Refused {
        message: "no applied plan is in force".to_owned(),
        hint: "`tidetable rules history` lists what was done to rules and plans".to_owned(),
    }
    .into())
}

/// Whether a rule still has the times that a plan gave it.
fn holds(store: &Store, step: &PlanMove) -> Result<bool, StoreError> {
    let now = store.rule_if_any(step.rule_id)?;
    Ok(now.is_some_and(|stored| has_times_of(&stored.rule, &step.after)))
}

fn has_times_of(rule: &Rule, other: &Rule) -> bool {
    rule.schedule == other.schedule && rule.shift_minutes == other.shift_minutes
}

/// The rule with its earlier times, where it still has those of the plan.
fn step_back(step: &PlanMove, now: Option<&Rule>) -> (TakenBackStatus, Option<Rule>) {
    match now {
        None => (TakenBackStatus::RemovedSince, None),
        Some(now) if has_times_of(now, &step.after) => {
            let (schedule, shift_minutes) = (step.before.schedule.clone(), step.before.shift_minutes);
            (TakenBackStatus::TakenBack, Some(Rule { schedule, shift_minutes, ..now.clone() }))
        }
        Some(now) if has_times_of(now, &step.before) => (TakenBackStatus::AlreadyBack, None),
        Some(_) => (TakenBackStatus::ChangedSince, None),
    }
}

/// The store's rules alone go back; what a scheduler was told stands there until it is told otherwise.
fn warn_of_schedulers(
    store: &Store,
    back: &[(RuleId, Rule)],
    warnings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let ids: Vec<RuleId> = back.iter().map(|(id, _)| *id).collect();
    for target in store.schedulers_with(&ids)? {
        warnings.push(format!(
            "{target} still has the times of the plan; `tidetable rules apply --target {target}` carries the rules' \
             times there"
        ));
    }
    Ok(())
}
