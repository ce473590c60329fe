//! What `rules apply` plans for crontabs: each rule in the crontab that declared it, rules added by hand in a block.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use super::carry_out::{ApplyPlan, PlannedPlace, standing_elsewhere};
use crate::cli::rules::ApplyArgs;
use crate::commands::{CommandError, Context};
use crate::devices::own_user_name;
use crate::domain::applied::{AppliedRule, Place, ScheduleForm, Scheduler};
use crate::domain::calendar::CronEntry;
use crate::domain::rules::{Rule, RuleId, RuleSource, StoredRule};
use crate::export::{CrontabEntry, CrontabForm, CrontabSetting, RuleEdit, WantedRule, plan_crontab};
use crate::ingest::{DeclaredRule, Format, ImportOptions, ReadCrontab, Source, read_crontab};
use crate::output::rules::{RuleEffect, RuleEffectShape};
use crate::schedulers::{SchedulerError, Schedulers};
use crate::store::{RuleFilter, Store};

/// Rules by the place they belong to; those without a place are told of in `plan`.
type ByPlace<'a> = BTreeMap<Place, Vec<&'a StoredRule>>;

/// Plans the crontabs that declared the rules and the user's own, or only the one that `--file` names.
pub(super) fn plan_crontabs(
    context: &Context,
    store: &Store,
    schedulers: &Schedulers,
    args: &ApplyArgs,
    rules: &[StoredRule],
) -> anyhow::Result<ApplyPlan> {
    let mut plan = ApplyPlan::default();
    let own = Place::Crontab { user: own_user_name() };
    let only = args.file.as_deref().map(Schedulers::file_place).transpose()?;
    let mut places = ByPlace::new();
    for stored in rules {
        let declared_in = match declaring_place(stored, &own) {
            Some(Ok(place)) => Some(place),
            Some(Err(error)) => {
                plan.rules.push(without_place(stored, RuleEffect::Refused, error.to_string()));
                continue;
            }
            None => None,
        };
        let place = match (&only, declared_in) {
            (Some(only), Some(place)) if place != *only && args.ids.is_empty() => {
                let reason = format!("{place} declares it");
                plan.rules.push(without_place(stored, RuleEffect::Skipped, reason));
                continue;
            }
            (Some(only), _) => only.clone(),
            (None, Some(place)) => place,
            (None, None) if is_startable(stored) || !args.ids.is_empty() => own.clone(),
            (None, None) => {
                plan.rules.push(without_place(stored, RuleEffect::Skipped, NO_COMMAND.to_owned()));
                continue;
            }
        };
        places.entry(place).or_default().push(stored);
    }
    // Where rules were once written into a block, those that are no longer enabled have to leave it.
    for place in places_of(store, Scheduler::Crontab)? {
        if args.ids.is_empty() && only.as_ref().is_none_or(|only| *only == place) {
            places.entry(place).or_default();
        }
    }
    if let Some(only) = only {
        places.entry(only).or_default();
    }
    // A folder that is not there is a slip of the pen; cron reads no crontab from a new one.
    if let Some(file) = args.file.as_deref()
        && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        return Err(CommandError::Refused {
            message: format!("there is no folder {}", folder.display()),
            hint: "check the path that --file names".to_owned(),
        }
        .into());
    }
    for (place, rules) in places {
        plan_place(context, store, schedulers, args, (&place, &own), &rules, &mut plan)?;
    }
    Ok(plan)
}

/// Plans the user's scrontab.
pub(super) fn plan_scrontab(
    context: &Context,
    store: &Store,
    schedulers: &Schedulers,
    args: &ApplyArgs,
    rules: &[StoredRule],
) -> anyhow::Result<ApplyPlan> {
    let mut plan = ApplyPlan::default();
    let place = Place::Scrontab { user: own_user_name() };
    let (mut here, mut skipped) = (Vec::new(), Vec::new());
    for stored in rules {
        let is_elsewhere =
            matches!(&stored.rule.source, RuleSource::Declared { origin } if !is_standard_input(origin));
        let concerns = is_startable(stored) && !is_elsewhere;
        if concerns || !args.ids.is_empty() { here.push(stored) } else { skipped.push(stored) }
    }
    for stored in skipped {
        let reason = match &stored.rule.source {
            RuleSource::Declared { origin } => format!("{origin} starts it already"),
            _ => NO_COMMAND.to_owned(),
        };
        plan.rules.push(without_place(stored, RuleEffect::Skipped, reason));
    }
    if !here.is_empty() || places_of(store, Scheduler::Slurm)?.contains(&place) {
        plan_place(context, store, schedulers, args, (&place, &place), &here, &mut plan)?;
    }
    Ok(plan)
}

const NO_COMMAND: &str = "its command is not known";

fn is_startable(stored: &StoredRule) -> bool {
    stored.rule.command.as_deref().is_some_and(|command| !command.trim().is_empty())
}

fn is_standard_input(origin: &str) -> bool {
    origin.rsplit_once(':').is_some_and(|(file, _)| file == "-")
}

/// The crontab that declared a rule; `None` where none did. What was read from standard input is taken for the user's
/// own: `crontab -l | tidetable import -`.
fn declaring_place(stored: &StoredRule, own: &Place) -> Option<Result<Place, SchedulerError>> {
    let RuleSource::Declared { origin } = &stored.rule.source else { return None };
    let file = match origin.rsplit_once(':') {
        Some((file, line)) if line.parse::<u64>().is_ok() => file,
        _ => origin,
    };
    Some(if file == "-" { Ok(own.clone()) } else { Schedulers::file_place(Path::new(file)) })
}

/// Places that hold, or may hold, something of ours.
fn places_of(store: &Store, target: Scheduler) -> anyhow::Result<BTreeSet<Place>> {
    let in_force = store
        .changes()?
        .into_iter()
        .filter(|stored| stored.change.target == target && stored.state.is_in_force());
    Ok(in_force.map(|stored| stored.change.place).collect())
}

fn without_place(stored: &StoredRule, effect: RuleEffect, reason: String) -> RuleEffectShape {
    RuleEffectShape {
        rule_id: stored.id,
        task_type: stored.rule.task_type.clone(),
        place: None,
        effect,
        from: None,
        to: None,
        reason: Some(reason),
    }
}

/// Plans one crontab.
fn plan_place(
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
fn forms(store: &Store, stored: &StoredRule) -> anyhow::Result<Vec<ScheduleForm>> {
    let form =
        |rule: &Rule| ScheduleForm { schedule: rule.schedule.clone(), shift_minutes: rule.shift_minutes };
    let rule = &stored.rule;
    let mut forms = vec![form(rule), ScheduleForm { schedule: rule.wanted_schedule(), shift_minutes: 0 }];
    for action in store.rule_actions(stored.id)?.iter().rev() {
        for told in [&action.after, &action.before].into_iter().flatten() {
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
