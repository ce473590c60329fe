//! What `rules apply` plans for crontabs: each rule in the crontab that declared it, rules added by hand in a block.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::apply_place::plan_place;
use super::carry_out::ApplyPlan;
use crate::cli::rules::ApplyArgs;
use crate::commands::{CommandError, Context};
use crate::devices::own_user_name;
use crate::domain::applied::{Place, Scheduler};
use crate::domain::rules::{RuleSource, StoredRule};
use crate::output::rules::{RuleEffect, RuleEffectShape};
use crate::schedulers::{SchedulerError, Schedulers};
use crate::store::Store;

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
pub(super) fn declaring_place(stored: &StoredRule, own: &Place) -> Option<Result<Place, SchedulerError>> {
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

pub(super) fn without_place(stored: &StoredRule, effect: RuleEffect, reason: String) -> RuleEffectShape {
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
