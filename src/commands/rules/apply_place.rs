//! What `rules apply` plans for one crontab: its entries read as they were imported, the edit, and what it means for the
//! rules.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use super::apply_crontab::{declaring_place, without_place};
use super::carry_out::{ApplyPlan, PlannedPlace, standing_elsewhere};
use crate::cli::rules::ApplyArgs;
use crate::commands::{CommandError, Context};
use crate::domain::applied::{AppliedRule, Place, ScheduleForm};
use crate::domain::calendar::CronEntry;
use crate::domain::rules::{Rule, RuleId, RuleSource, StoredRule};
use crate::export::{CrontabEntry, CrontabForm, CrontabSetting, RuleEdit, WantedRule, plan_crontab};
use crate::ingest::{DeclaredRule, Format, ImportOptions, ReadCrontab, Source, read_crontab};
use crate::output::rules::{RuleEffect, RuleEffectShape};
use crate::schedulers::Schedulers;
use crate::store::{RuleFilter, Store};

/// Plans one crontab.
pub(super) fn plan_place(
    context: &Context,
    store: &Store,
    schedulers: &Schedulers,
    args: &ApplyArgs,
    (place, own): (&Place, &Place),
    rules: &[&StoredRule],
    plan: &mut ApplyPlan,
) -> anyhow::Result<()> {
    let before = match schedulers.read(place) {
        Ok(before) => before,
        Err(error) => {
            for stored in rules {
                plan.rules.push(without_place(stored, RuleEffect::Refused, error.to_string()));
            }
            plan.unreadable.push((place.to_string(), error));
            return Ok(());
        }
    };
    let text = before.clone().unwrap_or_default();
    let read = read(context, place, &text)?;
    let entries: Vec<CrontabEntry> = read.declared.into_iter().filter_map(entry).collect();
    let form = match place {
        Place::Scrontab { .. } => None,
        _ if read.names_users => Some(CrontabForm::System),
        _ => Some(CrontabForm::User),
    };
    let mut wanted = Vec::new();
    for &stored in rules {
        wanted.push(WantedRule {
            stored,
            forms: forms(store, stored)?,
            is_declared_here: declaring_place(stored, own)
                .is_some_and(|declared| declared.is_ok_and(|declared| declared == *place)),
            is_named: !args.ids.is_empty(),
            elsewhere: standing_elsewhere(store, schedulers, stored.id, &|other| other == place)?,
        });
    }
    let enabled: BTreeSet<RuleId> = store
        .rules(&RuleFilter { enabled_only: true, ..RuleFilter::default() })?
        .iter()
        .map(|stored| stored.id)
        .collect();
    let is_gone = |id: RuleId| args.ids.is_empty() && !enabled.contains(&id);
    let setting = CrontabSetting { form, zone: context.zone, now: context.now };
    let edit = plan_crontab(&text, &entries, &wanted, &is_gone, setting).map_err(|error| {
        CommandError::Refused { message: format!("{place}: {error}"), hint: "then try again".to_owned() }
    })?;
    let mut applied = Vec::new();
    for (id, change) in edit.edits {
        let stored = rules.iter().find(|stored| stored.id == id).copied();
        applied.extend(applied_rule(id, stored, &change));
        plan.rules.push(shape(id, stored, place, change, !args.ids.is_empty()));
    }
    let is_same = edit.text == text;
    let after = if is_same { before.clone() } else { Some(edit.text) };
    plan.places.push(PlannedPlace { place: place.clone(), before, after, rules: applied });
    Ok(())
}

/// Reads a crontab the way it was imported, so that its entries are found again.
fn read(context: &Context, place: &Place, text: &[u8]) -> anyhow::Result<ReadCrontab> {
    let label = match place {
        Place::File(path) => path.as_str(),
        Place::Crontab { .. } | Place::Scrontab { .. } => "-",
    };
    let options = ImportOptions {
        format: Some(Format::Crontab),
        map: Vec::new(),
        time_unit: Default::default(),
        zone: context.zone,
        start_time: None,
        year: None,
        fields: None,
        crontab_user: None,
        latest: context.now,
    };
    let source = Source::from_reader(Path::new(label), Box::new(Cursor::new(text.to_vec())));
    Ok(read_crontab(source, &options)?)
}

fn entry(declared: DeclaredRule) -> Option<CrontabEntry> {
    let CronEntry::Calendar(calendar) = declared.entry else { return None };
    Some(CrontabEntry {
        line: declared.line,
        expression: declared.expression,
        calendar,
        zone: declared.zone,
        user: declared.user,
        command: declared.command,
    })
}

/// Every form that a rule has or had: as it is, as it was wanted, and as its history tells.
pub(super) fn forms(store: &Store, stored: &StoredRule) -> anyhow::Result<Vec<ScheduleForm>> {
    let form =
        |rule: &Rule| ScheduleForm { schedule: rule.schedule.clone(), shift_minutes: rule.shift_minutes };
    let rule = &stored.rule;
    let mut forms = vec![form(rule), ScheduleForm { schedule: rule.wanted_schedule(), shift_minutes: 0 }];
    for step in store.revisions_of_rule(stored.id)?.iter().rev().flat_map(|revision| &revision.steps) {
        for told in [&step.after, &step.before].into_iter().flatten() {
            let told = form(told);
            if !forms.contains(&told) {
                forms.push(told);
            }
        }
    }
    Ok(forms)
}

/// What a change of the crontab means for a rule; `None` where it means nothing.
fn applied_rule(id: RuleId, stored: Option<&StoredRule>, edit: &RuleEdit) -> Option<AppliedRule> {
    let after = stored.map(|stored| ScheduleForm {
        schedule: stored.rule.schedule.clone(),
        shift_minutes: stored.rule.shift_minutes,
    });
    match edit {
        RuleEdit::Retimed { before, .. } => {
            Some(AppliedRule { rule_id: Some(id), before: Some(before.clone()), after })
        }
        RuleEdit::Written { .. } => Some(AppliedRule { rule_id: Some(id), before: None, after }),
        // A rule that was removed from the store has no row to point to.
        RuleEdit::TakenOut | RuleEdit::Unchanged | RuleEdit::Refused { .. } => None,
    }
}

fn shape(
    id: RuleId,
    stored: Option<&StoredRule>,
    place: &Place,
    edit: RuleEdit,
    is_named: bool,
) -> RuleEffectShape {
    let mut shape = RuleEffectShape {
        rule_id: id,
        task_type: stored.map(|stored| stored.rule.task_type.clone()).unwrap_or_default(),
        place: Some(place.to_string()),
        effect: RuleEffect::Unchanged,
        from: None,
        to: None,
        reason: None,
    };
    match edit {
        RuleEdit::Unchanged => {}
        RuleEdit::Retimed { from, to, .. } => {
            shape.effect = RuleEffect::Retimed;
            (shape.from, shape.to) = (Some(from), Some(to));
        }
        RuleEdit::Written { .. } => {
            shape.effect = RuleEffect::Written;
            shape.to = stored.map(|stored| stored.rule.schedule.describe());
        }
        RuleEdit::TakenOut => shape.effect = RuleEffect::TakenOut,
        RuleEdit::Refused { reason } => {
            // Nobody asked for a mined rule by name, and the scheduler that starts it may be another.
            let mined = stored.is_some_and(|stored| matches!(stored.rule.source, RuleSource::Mined { .. }));
            let is_concern = is_named || !mined;
            shape.effect = if is_concern { RuleEffect::Refused } else { RuleEffect::Skipped };
            shape.reason = Some(reason);
        }
    }
    shape
}
