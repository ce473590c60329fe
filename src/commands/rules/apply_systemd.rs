//! What `rules apply` plans for systemd: drop-ins for timers that are there, units for rules that have a command.

use std::path::{Path, PathBuf};

use super::carry_out::{ApplyPlan, PlannedPlace, standing_elsewhere};
use crate::cli::rules::ApplyArgs;
use crate::commands::CommandError;
use crate::config::home_folder;
use crate::domain::applied::{AppliedRule, Place, ScheduleForm};
use crate::domain::rules::{RuleSource, StoredRule};
use crate::export::{timer_and_service, timer_drop_in};
use crate::output::rules::{RuleEffect, RuleEffectShape};
use crate::schedulers::{Schedulers, UnitFolders, UnitScope};
use crate::store::Store;

/// The name of our drop-in: late enough to win over what comes with a package.
const DROP_IN: &str = "50-tidetable.conf";

/// What a rule needs: file names below the folder of units, each with its text; then what to enable.
struct Units {
    files: Vec<(PathBuf, String)>,
    to_enable: Option<String>,
}

/// Plans the units of all `rules`.
pub(super) fn plan_systemd(
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
    for stored in rules {
        let mut shape = RuleEffectShape {
            rule_id: stored.id,
            task_type: stored.rule.task_type.clone(),
            place: None,
            effect: RuleEffect::Unchanged,
            from: None,
            to: None,
            reason: None,
        };
        match units_of(stored, &folders, !args.ids.is_empty())? {
            Err((effect, reason)) => (shape.effect, shape.reason) = (effect, Some(reason)),
            Ok(Units { to_enable: Some(_), .. })
                if let Some(elsewhere) = in_a_crontab(store, schedulers, stored)? =>
            {
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
                    to_enable.extend(units.to_enable);
                }
            }
        }
        plan.rules.push(shape);
    }
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
        (Some(folder), _, _) => Ok(folder.clone()),
        (None, false, _) => Ok(PathBuf::from("/etc/systemd/system")),
        (None, true, Some(home)) => Ok(home.join(".config/systemd/user")),
        (None, true, None) => Err(CommandError::Lacking {
            message: "there is no home folder for units of your own".to_owned(),
            hint: "set HOME, or name the folder with --units-dir".to_owned(),
        }),
    }
}

/// The units of one rule, or why it has none.
fn units_of(
    stored: &StoredRule,
    folders: &UnitFolders,
    is_named: bool,
) -> anyhow::Result<Result<Units, (RuleEffect, String)>> {
    let rule = &stored.rule;
    let timer = format!("{}.timer", rule.task_type);
    if let Some(text) = folders.text_of(&timer)? {
        let drop_in = timer_drop_in(stored, &text);
        return Ok(drop_in.map_err(|error| (RuleEffect::Refused, error.to_string())).map(|text| Units {
            files: vec![(PathBuf::from(format!("{timer}.d")).join(DROP_IN), text)],
            to_enable: None,
        }));
    }
    // What nobody asked for by name and what another scheduler starts is no fault of the plan.
    let effect = if is_named { RuleEffect::Refused } else { RuleEffect::Skipped };
    match &rule.source {
        RuleSource::Declared { origin } => {
            return Ok(Err((effect, format!("{origin} starts it already, so that here it would run twice"))));
        }
        RuleSource::Mined { .. } if !is_named || rule.command.is_none() => {
            return Ok(Err((effect, format!("there is no {timer} to give other times to"))));
        }
        RuleSource::Manual if rule.command.is_none() => {
            return Ok(Err((effect, "its command is not known".to_owned())));
        }
        RuleSource::Mined { .. } | RuleSource::Manual => {}
    }
    Ok(match timer_and_service(stored) {
        Err(error) => Err((RuleEffect::Refused, error.to_string())),
        Ok(files) => Ok(Units {
            to_enable: files.first().map(|timer| timer.name.clone()),
            // The service first: a timer without one would be started for nothing.
            files: files.into_iter().rev().map(|file| (PathBuf::from(file.name), file.text)).collect(),
        }),
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
    // The drop-in hides the timer's own times, which come back with it: the rule as it was wanted.
    let wanted = ScheduleForm { schedule: stored.rule.wanted_schedule(), shift_minutes: 0 };
    let is_drop_in = path.ends_with(DROP_IN);
    Ok(PlannedPlace {
        place,
        rules: vec![AppliedRule {
            rule_id: Some(stored.id),
            before: (is_drop_in && before.is_none()).then_some(wanted),
            after: Some(form),
        }],
        before,
        after: Some(text.as_bytes().to_vec()),
    })
}
