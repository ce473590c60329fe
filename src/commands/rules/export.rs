//! `rules export`.

use crate::cli::DurationArg;
use crate::cli::rules::{ExportArgs, TargetArg};
use crate::commands::optimize_config::move_windows;
use crate::commands::{CommandError, Completion, Context, Outcome};
use crate::domain::rules::{RuleId, StoredRule};
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan};
use crate::export::{
    CrontabForm, Exported, ForeignZones, crontab, kubernetes, sbatch, scrontab, systemd_units,
};
use crate::output::rules::{ExportReport, ExportTarget, ExportText};
use crate::output::rules_words;
use crate::store::{RuleFilter, Store};

/// Writes rules for a scheduler: those named, or all that are enabled.
pub(super) fn run(context: &Context, args: &ExportArgs) -> anyhow::Result<Outcome> {
    check_options(args)?;
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let rules = wanted_rules(&store, &args.ids)?;
    if rules.is_empty() && warnings.is_empty() {
        warnings.push("no rules are enabled; `tidetable rules list` shows those that are not".to_owned());
    }
    let form = if args.system_crontab { CrontabForm::System } else { CrontabForm::User };
    let foreign = if args.cron_tz { ForeignZones::Named } else { ForeignZones::LeftOut };
    let image = args.image.as_deref().unwrap_or_default();
    let (target, exported) = match args.target {
        TargetArg::Crontab => {
            (ExportTarget::Crontab, crontab(&rules, form, context.zone, foreign, context.now))
        }
        TargetArg::Systemd => (ExportTarget::Systemd, systemd_units(&rules)),
        TargetArg::Slurm => match &args.single_jobs {
            None => (ExportTarget::Slurm, scrontab(&rules, context.zone, context.now)),
            Some(length) => (ExportTarget::Slurm, sbatch(&rules, context.zone, ahead(context, length)?)),
        },
        TargetArg::Kubernetes => (ExportTarget::Kubernetes, kubernetes(&rules, image, context.now)),
        TargetArg::Json => {
            let written = rules.iter().map(|stored| stored.id).collect();
            (ExportTarget::Json, Exported { written, ..Default::default() })
        }
    };
    if exported.written.is_empty() && !exported.left_out.is_empty() {
        return Err(nothing_expressible(&exported).into());
    }
    let completion = if exported.left_out.is_empty() { Completion::Done } else { Completion::Partial };
    warnings
        .extend(exported.left_out.iter().map(|(id, reason)| format!("rule {} is left out: {reason}", id.0)));
    let report = ExportReport {
        target,
        windows: move_windows(context, rules.iter().map(|stored| (stored.id, &stored.rule))),
        rules: rules.into_iter().filter(|stored| exported.written.contains(&stored.id)).collect(),
        files: exported
            .files
            .into_iter()
            .map(|file| ExportText { name: file.name, text: file.text })
            .collect(),
        left_out: exported.left_out.into_iter().map(|(id, reason)| (id, reason.to_string())).collect(),
    };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// From now on, as long as asked for.
fn ahead(context: &Context, length: &DurationArg) -> Result<TimeSpan, CommandError> {
    let millis =
        i64::try_from(length.0.as_millis()).ok().filter(|millis| (MINUTE_MS..=366 * DAY_MS).contains(millis));
    let millis = millis.ok_or_else(|| CommandError::Usage {
        message: "--single-jobs is not within a minute and a year".to_owned(),
        hint: "name a length of time such as 24h or 7d".to_owned(),
    })?;
    Ok(TimeSpan { start: context.now, end: context.now.plus_ms(millis) })
}

fn check_options(args: &ExportArgs) -> Result<(), CommandError> {
    let wrong = |message: &str, hint: &str| {
        Err(CommandError::Usage { message: message.to_owned(), hint: hint.to_owned() })
    };
    let is = |target: TargetArg| args.target == target;
    match args {
        ExportArgs { system_crontab: true, .. } if !is(TargetArg::Crontab) => {
            wrong("--system-crontab goes with --target crontab only", "leave one of them out")
        }
        ExportArgs { cron_tz: true, .. } if !is(TargetArg::Crontab) => {
            wrong("--cron-tz goes with --target crontab only", "leave one of them out")
        }
        ExportArgs { single_jobs: Some(_), .. } if !is(TargetArg::Slurm) => {
            wrong("--single-jobs goes with --target slurm only", "leave one of them out")
        }
        ExportArgs { image: Some(_), .. } if !is(TargetArg::Kubernetes) => {
            wrong("--image goes with --target kubernetes only", "leave one of them out")
        }
        ExportArgs { image: None, .. } if is(TargetArg::Kubernetes) => {
            wrong("--target kubernetes needs --image", "name the container image that has the commands")
        }
        _ => Ok(()),
    }
}

fn nothing_expressible(exported: &Exported) -> CommandError {
    let reasons: Vec<String> =
        exported.left_out.iter().map(|(id, reason)| format!("\n  rule {}: {reason}", id.0)).collect();
    CommandError::Refused {
        message: format!("none of the rules can be written:{}", reasons.concat()),
        hint: "another --target may express them, and --timezone names the scheduler's zone".to_owned(),
    }
}

pub(super) fn wanted_rules(store: &Store, ids: &[i64]) -> anyhow::Result<Vec<StoredRule>> {
    if ids.is_empty() {
        return Ok(store.rules(&RuleFilter { enabled_only: true, ..Default::default() })?);
    }
    let wanted: Vec<RuleId> = ids.iter().map(|id| RuleId(*id)).collect();
    let rules = store.rules(&RuleFilter { ids: Some(wanted.clone()), ..Default::default() })?;
    let unknown: Vec<RuleId> =
        wanted.into_iter().filter(|id| !rules.iter().any(|stored| stored.id == *id)).collect();
    if unknown.is_empty() {
        return Ok(rules);
    }
    Err(CommandError::Refused {
        message: format!("there is no {}", rules_words(&unknown)),
        hint: "`tidetable rules list` lists the ids".to_owned(),
    }
    .into())
}
