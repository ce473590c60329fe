//! `rules undo`: what the last apply replaced, byte for byte, where nobody has touched it since.

use super::carry_out::{schedulers, settle, state_now};
use super::return_to;
use super::settle::settle_pending;
use crate::cli::rules::UndoArgs;
use crate::commands::confirm::{Consent, confirmed};
use crate::commands::{CommandError, Completion, Context, Outcome};
use crate::domain::applied::{ChangeState, Place, Scheduler, UndoStep, undo_step, unified_diff};
use crate::domain::rules::{PlanEvent, RevisionId, Rule, RuleId};
use crate::output::Report as _;
use crate::output::rules::{MovedBackShape, PlaceShape, PlaceStatus, UndoReport};
use crate::schedulers::Schedulers;
use crate::store::{RuleWriter, Store, StoreError, StoredChange};

/// Takes back the newest batch that is in force.
pub(super) fn run(context: &Context, args: &UndoArgs) -> anyhow::Result<Outcome> {
    if let Some(revision) = args.to {
        return return_to::run(context, RevisionId(revision), args.yes);
    }
    let mut warnings = Vec::new();
    let mut store = context.open_existing_writer(&mut warnings)?;
    let schedulers = schedulers(context);
    let settled = settle_pending(context, &mut store, &schedulers, &mut warnings)?;
    let changes = newest_batch(&store, args)?;
    let mut report = UndoReport {
        applied_at: changes.first().map(|stored| stored.change.begun),
        places: Vec::new(),
        moved_back: Vec::new(),
        settled,
        next_steps: Vec::new(),
    };
    for stored in &changes {
        report.places.push(planned(&schedulers, stored)?);
    }
    if changes.is_empty() && warnings.is_empty() {
        warnings.push("nothing that was applied is in force".to_owned());
    }
    refuse_all_edited(&report, &changes)?;
    let mut completion = Completion::Done;
    let is_back = |place: &PlaceShape| place.status == PlaceStatus::AlreadyBack;
    let has_work = report.has_changes() || report.places.iter().any(is_back);
    let consent = if has_work {
        confirmed(context, args.yes, &|style| report.table(style), &mut warnings)?
    } else {
        Consent::NotAsked
    };
    if consent.is_given() {
        act(context, &mut store, &schedulers, &changes, &mut report)?;
        let reloads = report
            .places
            .iter()
            .zip(&changes)
            .any(|(place, stored)| place.status == PlaceStatus::Done && is_unit_of_the_system(stored));
        if reloads {
            report.next_steps.push("systemctl daemon-reload, or systemctl --user daemon-reload".to_owned());
        }
    }
    for place in &report.places {
        if matches!(place.status, PlaceStatus::EditedSince | PlaceStatus::Failed) {
            completion = Completion::Partial;
            let why = place.error.as_deref().unwrap_or("it was edited since it was applied");
            warnings.push(format!("{} was left alone: {why}", place.place));
        }
    }
    Ok(Outcome { report: Box::new(report), warnings, completion: consent.completion(completion) })
}

fn is_unit_of_the_system(stored: &StoredChange) -> bool {
    stored.change.target == Scheduler::Systemd
}

/// The changes of the newest batch that has any in force among those asked for; each must be the newest of its place,
/// which it is: a later one would be in a newer batch.
fn newest_batch(store: &Store, args: &UndoArgs) -> anyhow::Result<Vec<StoredChange>> {
    let only: Option<Place> = args.file.as_deref().map(Schedulers::file_place).transpose()?;
    let target = args.target.map(Scheduler::from);
    let in_force: Vec<StoredChange> = store
        .changes()?
        .into_iter()
        .filter(|stored| stored.state.is_in_force())
        .filter(|stored| target.is_none_or(|target| stored.change.target == target))
        .filter(|stored| only.as_ref().is_none_or(|only| stored.change.place == *only))
        .collect();
    let newest = in_force.iter().map(|stored| stored.batch).max();
    Ok(in_force.into_iter().filter(|stored| Some(stored.batch) == newest).collect())
}

fn planned(schedulers: &Schedulers, stored: &StoredChange) -> anyhow::Result<PlaceShape> {
    let change = &stored.change;
    let name = change.place.to_string();
    let now = schedulers.read(&change.place)?;
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let (status, diff) = match undo_step(before, after, now.as_deref()) {
        UndoStep::Restore => (PlaceStatus::Planned, unified_diff(&name, now.as_deref(), before)),
        UndoStep::AlreadyBack => (PlaceStatus::AlreadyBack, String::new()),
        // What the person changed since, not what undoing would.
        UndoStep::EditedSince => (PlaceStatus::EditedSince, unified_diff(&name, after, now.as_deref())),
    };
    Ok(PlaceShape { place: name, status, change_id: Some(stored.id), diff, error: None })
}

/// An error, with what was edited and what was applied, where not one place may be written.
fn refuse_all_edited(report: &UndoReport, changes: &[StoredChange]) -> Result<(), CommandError> {
    let edited = |place: &PlaceShape| place.status == PlaceStatus::EditedSince;
    if report.places.is_empty() || !report.places.iter().all(edited) {
        return Ok(());
    }
    let mut message = "nothing was taken back: edited since it was applied\n".to_owned();
    for (place, stored) in report.places.iter().zip(changes) {
        let change = &stored.change;
        message.push_str(&format!("What was edited:\n{}", place.diff));
        let applied = unified_diff(&place.place, change.before.as_deref(), change.after.as_deref());
        message.push_str(&format!("What was applied:\n{applied}"));
    }
    let hint = "put the applied lines back by hand, keeping your edits; where the place is as it was before it was \
                applied, `tidetable rules undo --yes` notes that";
    Err(CommandError::Refused { message: message.trim_end().to_owned(), hint: hint.to_owned() })
}

fn act(
    context: &Context,
    store: &mut Store,
    schedulers: &Schedulers,
    changes: &[StoredChange],
    report: &mut UndoReport,
) -> anyhow::Result<()> {
    let mut first_error = None;
    let mut done = 0;
    for (stored, shape) in changes.iter().zip(&mut report.places) {
        if !matches!(shape.status, PlaceStatus::Planned | PlaceStatus::AlreadyBack) {
            continue;
        }
        match take_back(context, store, schedulers, stored, shape.status) {
            Ok(moved_back) => {
                done += 1;
                report.moved_back.extend(moved_back);
                if shape.status == PlaceStatus::Planned {
                    shape.status = PlaceStatus::Done;
                }
            }
            Err(error) => {
                shape.status = PlaceStatus::Failed;
                shape.error = Some(format!("{error:#}"));
                first_error = first_error.or(Some(error));
            }
        }
    }
    match first_error {
        Some(error) if done == 0 => Err(error),
        _ => Ok(()),
    }
}

/// Takes one change back; the intention is in the store before the place is touched.
fn take_back(
    context: &Context,
    store: &mut Store,
    schedulers: &Schedulers,
    stored: &StoredChange,
    status: PlaceStatus,
) -> anyhow::Result<Vec<MovedBackShape>> {
    let change = &stored.change;
    if status == PlaceStatus::Planned {
        let _lock = schedulers.lock(&change.place, context.lock_timeout)?;
        settle(context, store, stored.id, ChangeState::UndoBegun)?;
        let replaced = schedulers.replace(&change.place, change.after.as_deref(), change.before.as_deref());
        if let Err(error) = replaced {
            let state = state_now(schedulers, ChangeState::UndoBegun, change)?;
            settle(context, store, stored.id, state)?;
            return Err(error.into());
        }
    }
    let moved_back = move_rules_back(context, store, stored)?;
    settle(context, store, stored.id, ChangeState::Undone)?;
    Ok(moved_back)
}

/// Gives rules in the store the times that the scheduler has again, where they still have those that were applied.
pub(super) fn move_rules_back(
    context: &Context,
    store: &mut Store,
    stored: &StoredChange,
) -> anyhow::Result<Vec<MovedBackShape>> {
    let mut back = Vec::new();
    for applied in &stored.change.rules {
        let (Some(id), Some(before), Some(after)) = (applied.rule_id, &applied.before, &applied.after) else {
            continue;
        };
        let rule = store.rule(id)?.rule;
        if rule.schedule != after.schedule || rule.shift_minutes != after.shift_minutes {
            continue;
        }
        let (schedule, shift_minutes) = (before.schedule.clone(), before.shift_minutes);
        back.push((id, Rule { schedule, shift_minutes, ..rule }));
    }
    let plan = plan_of(store, &back)?;
    let author = context.author();
    let moved = store.in_transaction(|transaction| -> Result<Vec<bool>, StoreError> {
        // What changes nothing leaves no trace, of a plan neither.
        let mut writer = match plan.filter(|_| !back.is_empty()) {
            Some(plan) => RuleWriter::of_plan(transaction, &author, (plan, PlanEvent::TakenBack))?,
            None => RuleWriter::new(transaction, &author),
        };
        back.iter().map(|(id, rule)| writer.replace(*id, rule)).collect()
    })?;
    let moved_back = back.into_iter().zip(moved).filter(|(_, moved)| *moved);
    Ok(moved_back
        .map(|((rule_id, rule), _)| MovedBackShape { rule_id, schedule: rule.schedule.describe() })
        .collect())
}

/// The newest applied plan that gave any of these rules the times it has now.
fn plan_of(store: &Store, back: &[(RuleId, Rule)]) -> Result<Option<i64>, StoreError> {
    for id in store.applied_plan_ids()? {
        for step in store.plan_moves(id)? {
            if back.iter().any(|(rule_id, _)| *rule_id == step.rule_id)
                && store.rule(step.rule_id)?.rule.schedule == step.after.schedule
            {
                return Ok(Some(id));
            }
        }
    }
    Ok(None)
}
