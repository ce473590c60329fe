//! What `rules apply` plans for one timer that is there: the drop-in with the times of all its rules.

use std::collections::BTreeSet;
use std::path::Path;

use super::apply_crontab::without_place;
use super::apply_place::forms;
use super::carry_out::{ApplyPlan, PlannedPlace};
use crate::commands::Context;
use crate::domain::applied::{AppliedRule, ScheduleForm};
use crate::domain::rules::{RuleId, StoredRule};
use crate::export::{TimerEdit, TimerRule, TimerText, timer_drop_in};
use crate::output::rules::RuleEffect;
use crate::schedulers::{SchedulerError, Schedulers, UnitFolders};
use crate::store::{RuleFilter, Store};

/// The name of our drop-in: late enough to win over what comes with a package.
pub(super) const DROP_IN: &str = "50-tidetable.conf";

/// The timer that starts a task type: the one of its name unless its `Unit=` names another unit, or one whose `Unit=`
/// names it.
pub(super) fn timer_of(folders: &UnitFolders, task_type: &str) -> Result<Option<String>, SchedulerError> {
    let named = format!("{task_type}.timer");
    let service = format!("{task_type}.service");
    let unit_of = |timer: &str| -> Result<Option<Option<String>>, SchedulerError> {
        let Some(mut text) = folders.text_of(timer)? else { return Ok(None) };
        for (_, drop_in) in folders.drop_ins_of(timer)? {
            text.push('\n');
            text.push_str(&drop_in);
        }
        Ok(Some(TimerText::read(&text).unit))
    };
    if let Some(unit) = unit_of(&named)?
        && unit.is_none_or(|unit| unit == service)
    {
        return Ok(Some(named));
    }
    for timer in folders.timers()? {
        if unit_of(&timer)?.flatten().is_some_and(|unit| unit == service) {
            return Ok(Some(timer));
        }
    }
    Ok(None)
}

/// Plans the drop-in of a timer; `wanted` are the rules to carry, and other rules of it keep what it has of them.
pub(super) fn plan_timer(
    context: &Context,
    store: &Store,
    schedulers: &Schedulers,
    (timer, folder, folders): (&str, &Path, &UnitFolders),
    wanted: &BTreeSet<RuleId>,
    plan: &mut ApplyPlan,
) -> anyhow::Result<()> {
    if folders.is_masked(timer)? {
        return refuse_masked(store, timer, wanted, plan);
    }
    let place = Schedulers::file_place(&folder.join(format!("{timer}.d")).join(DROP_IN))?;
    let before = schedulers.read(&place)?;
    let mut text = folders.text_of(timer)?.unwrap_or_default();
    let mut later = None;
    for (name, drop_in) in folders.drop_ins_of(timer)? {
        if name.as_str() < DROP_IN {
            text.push('\n');
            text.push_str(&drop_in);
        } else if name != DROP_IN && TimerText::read(&drop_in).sets_calendar {
            later = Some(name);
        }
    }
    let rules: Vec<StoredRule> = store
        .rules(&RuleFilter::default())?
        .into_iter()
        .filter(|stored| wanted.contains(&stored.id) || stored.rule.enabled)
        .collect();
    let mut here = Vec::new();
    for stored in &rules {
        let is_wanted = wanted.contains(&stored.id);
        if is_wanted || timer_of(folders, &stored.rule.task_type)?.as_deref() == Some(timer) {
            here.push(TimerRule { stored, forms: forms(store, stored)?, is_wanted });
        }
    }
    let known = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
    let planned = timer_drop_in(&TimerText::read(&text), &here, &known, context.zone);
    let mut after = planned.text.map(String::into_bytes);
    let is_refused = later.is_some() && after.is_some();
    if is_refused {
        after.clone_from(&before);
    }
    // What cannot be planned must not take away what is in force.
    let is_stuck = planned.edits.iter().any(|(_, edit)| matches!(edit, TimerEdit::Refused(_)));
    if is_stuck && after.is_none() {
        after.clone_from(&before);
    }
    let has_changes = after != before;
    let mut applied = Vec::new();
    for (rule, (_, edit)) in here.iter().zip(planned.edits) {
        let stored = rule.stored;
        let wanted_form = ScheduleForm { schedule: stored.rule.wanted_schedule(), shift_minutes: 0 };
        let form =
            ScheduleForm { schedule: stored.rule.schedule.clone(), shift_minutes: stored.rule.shift_minutes };
        let is_retimed = matches!(edit, TimerEdit::Retimed { .. });
        if is_retimed && has_changes {
            // The drop-in hides the timer's own times, which come back with it: the rule as it was wanted.
            let first = before.is_none().then_some(wanted_form);
            applied.push(AppliedRule { rule_id: Some(stored.id), before: first, after: Some(form) });
        }
        if !rule.is_wanted {
            continue;
        }
        let mut shape = without_place(stored, RuleEffect::Unchanged, String::new());
        shape.reason = None;
        shape.place = Some(place.to_string());
        match (edit, &later) {
            (TimerEdit::Retimed { .. }, Some(later)) if is_refused => {
                shape.effect = RuleEffect::Refused;
                shape.reason = Some(format!(
                    "{timer}.d/{later} sets OnCalendar=, too, and is read after {DROP_IN}, which would not hold"
                ));
            }
            (TimerEdit::Retimed { from, to }, _) if has_changes => {
                shape.effect = RuleEffect::Written;
                (shape.from, shape.to) = (Some(from), Some(to));
            }
            (TimerEdit::Retimed { .. } | TimerEdit::Unchanged, _) => {}
            (TimerEdit::NotIts(error), _) => {
                (shape.effect, shape.reason) = (RuleEffect::Skipped, Some(error.to_string()));
            }
            (TimerEdit::Refused(error), _) => {
                (shape.effect, shape.reason) = (RuleEffect::Refused, Some(error.to_string()));
            }
        }
        plan.rules.push(shape);
    }
    if before.is_some() || after.is_some() {
        plan.places.push(PlannedPlace { place, before, after, rules: applied });
    }
    Ok(())
}

/// A masked timer starts nothing, whatever times it is given: a rule that was moved cannot be carried there.
fn refuse_masked(
    store: &Store,
    timer: &str,
    wanted: &BTreeSet<RuleId>,
    plan: &mut ApplyPlan,
) -> anyhow::Result<()> {
    for id in wanted {
        let stored = store.rule(*id)?;
        let effect = if stored.rule.shift_minutes == 0 { RuleEffect::Skipped } else { RuleEffect::Refused };
        let reason =
            format!("{timer} is masked, so that nothing starts it; `systemctl unmask {timer}` first");
        plan.rules.push(without_place(&stored, effect, reason));
    }
    Ok(())
}
