//! What `rules apply` plans for systemd: drop-ins for timers that are there, units for rules that have a command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::apply_crontab::without_place;
use super::apply_timer::{DROP_IN, plan_timer, timer_of};
use super::carry_out::{ApplyPlan, PlannedPlace, standing_elsewhere};
use crate::cli::rules::ApplyArgs;
use crate::commands::{CommandError, Context};
use crate::config::home_folder;
use crate::domain::applied::{AppliedRule, Place, ScheduleForm};
use crate::domain::rules::{RuleId, RuleSource, StoredRule};
use crate::export::timer_and_service;
use crate::output::rules::RuleEffect;
use crate::schedulers::{Schedulers, UnitFolders, UnitScope};
use crate::store::Store;

/// What a new rule needs: file names below the folder of units, each with its text; then what to enable.
struct Units {
    files: Vec<(PathBuf, String)>,
    to_enable: String,
}

/// Plans the units of all `rules`.
pub(super) fn plan_systemd(
    context: &Context,
    store: &Store,
    schedulers: &Schedulers,
    args: &ApplyArgs,
    rules: &[StoredRule],
) -> anyhow::Result<ApplyPlan> {
    let scope = if args.user { UnitScope::User } else { UnitScope::System };
    let home = home_folder();
    let folder = units_folder(args, home.as_deref())?;
    let folders = UnitFolders::of(scope, &folder, home.as_deref());
    let mut plan = ApplyPlan::default();
    let mut to_enable = Vec::new();
    let mut timers: BTreeMap<String, BTreeSet<RuleId>> = BTreeMap::new();
    for stored in rules {
        if let Some(timer) = timer_of(&folders, &stored.rule.task_type)? {
            timers.entry(timer).or_default().insert(stored.id);
            continue;
        }
        let mut shape = without_place(stored, RuleEffect::Unchanged, String::new());
        shape.reason = None;
        match new_units(stored, !args.ids.is_empty()) {
            Err((effect, reason)) => (shape.effect, shape.reason) = (effect, Some(reason)),
            Ok(_) if let Some(elsewhere) = in_a_crontab(store, schedulers, stored)? => {
                shape.effect = RuleEffect::Refused;
                shape.reason = Some(format!("{elsewhere} has it already, so that here it would run twice"));
            }
            Ok(units) => {
                let first = plan.places.len();
                for (name, text) in &units.files {
                    plan.places.push(planned(schedulers, &folder.join(name), stored, text)?);
                }
                shape.place = plan.places.get(first).map(|planned| planned.place.to_string());
                if plan.places[first..].iter().any(PlannedPlace::has_changes) {
                    shape.effect = RuleEffect::Written;
                    shape.to = stored.rule.schedule.systemd_calendar(stored.rule.zone);
                    to_enable.push(units.to_enable);
                }
            }
        }
        plan.rules.push(shape);
    }
    for (timer, wanted) in timers {
        plan_timer(context, store, schedulers, (&timer, &folder, &folders), &wanted, &mut plan)?;
    }
    plan.rules.sort_by_key(|shape| shape.rule_id);
    let systemctl = if args.user { "systemctl --user" } else { "systemctl" };
    plan.next_steps.push(format!("{systemctl} daemon-reload"));
    if !to_enable.is_empty() {
        plan.next_steps.push(format!("{systemctl} enable --now {}", to_enable.join(" ")));
    }
    // Only the folder of the running system is what its commands act on.
    if args.units_dir.is_some() {
        plan.next_steps.clear();
    }
    Ok(plan)
}

/// The crontab that a rule was written to and still stands in.
fn in_a_crontab(
    store: &Store,
    schedulers: &Schedulers,
    stored: &StoredRule,
) -> anyhow::Result<Option<String>> {
    let is_unit = |place: &Place| match place {
        Place::File(path) => {
            path.ends_with(".service") || path.ends_with(".timer") || path.ends_with(DROP_IN)
        }
        Place::Crontab { .. } | Place::Scrontab { .. } => false,
    };
    standing_elsewhere(store, schedulers, stored.id, &is_unit)
}

fn units_folder(args: &ApplyArgs, home: Option<&Path>) -> Result<PathBuf, CommandError> {
    match (&args.units_dir, args.user, home) {
        // systemd reads no units from a folder that is a slip of the pen.
        (Some(folder), _, _) if !folder.is_dir() => Err(CommandError::Refused {
            message: format!("there is no folder {}", folder.display()),
            hint: "check the path that --units-dir names".to_owned(),
        }),
        (Some(folder), _, _) => Ok(folder.clone()),
        (None, false, _) => Ok(PathBuf::from("/etc/systemd/system")),
        (None, true, Some(home)) => Ok(home.join(".config/systemd/user")),
        (None, true, None) => Err(CommandError::Lacking {
            message: "there is no home folder for units of your own".to_owned(),
            hint: "set HOME, or name the folder with --units-dir".to_owned(),
        }),
    }
}

/// The units of a rule that no timer starts yet, or why it has none.
fn new_units(stored: &StoredRule, is_named: bool) -> Result<Units, (RuleEffect, String)> {
    let rule = &stored.rule;
    let name = &rule.task_type;
    let no_timer =
        || format!("there is no {name}.timer, nor one with Unit={name}.service, to give other times to");
    // What nobody asked for by name and what another scheduler starts is no fault of the plan.
    let effect = if is_named { RuleEffect::Refused } else { RuleEffect::Skipped };
    match &rule.source {
        RuleSource::Declared { origin } => {
            return Err((effect, format!("{origin} starts it already, so that here it would run twice")));
        }
        // A move that is not carried leaves the plan in the store only.
        RuleSource::Mined { .. } if !is_named && rule.shift_minutes != 0 => {
            return Err((RuleEffect::Refused, no_timer()));
        }
        RuleSource::Mined { .. } if !is_named || rule.command.is_none() => return Err((effect, no_timer())),
        RuleSource::Manual if rule.command.is_none() => {
            let effect = if rule.shift_minutes != 0 { RuleEffect::Refused } else { effect };
            return Err((effect, "its command is not known".to_owned()));
        }
        RuleSource::Mined { .. } | RuleSource::Manual => {}
    }
    let files = timer_and_service(stored).map_err(|error| (RuleEffect::Refused, error.to_string()))?;
    Ok(Units {
        to_enable: files[0].name.clone(),
        // The service first: a timer without one would be started for nothing.
        files: files.into_iter().rev().map(|file| (PathBuf::from(file.name), file.text)).collect(),
    })
}

fn planned(
    schedulers: &Schedulers,
    path: &Path,
    stored: &StoredRule,
    text: &str,
) -> anyhow::Result<PlannedPlace> {
    let place = Schedulers::file_place(path)?;
    let before = schedulers.read(&place)?;
    let form =
        ScheduleForm { schedule: stored.rule.schedule.clone(), shift_minutes: stored.rule.shift_minutes };
    Ok(PlannedPlace {
        place,
        rules: vec![AppliedRule { rule_id: Some(stored.id), before: None, after: Some(form) }],
        before,
        after: Some(text.as_bytes().to_vec()),
    })
}
