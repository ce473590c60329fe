//! `rules apply`: plan, show, and with `--yes` act.

use super::apply_crontab::{plan_crontabs, plan_scrontab};
use super::apply_systemd::plan_systemd;
use super::carry_out::{ApplyPlan, change_place, schedulers};
use super::export::wanted_rules;
use super::hand_edits::refuse_hand_edits;
use super::settle::settle_pending;
use crate::cli::rules::{ApplyArgs, SchedulerArg};
use crate::commands::confirm::confirmed;
use crate::commands::{CommandError, Completion, Context, Outcome};
use crate::domain::applied::Scheduler;
use crate::output::Report as _;
use crate::output::rules::{ApplyReport, PlaceShape, PlaceStatus, RuleEffect};
use crate::schedulers::Schedulers;
use crate::store::Store;

/// Carries rules to a scheduler: those named, or all that are enabled.
pub(super) fn run(context: &Context, args: &ApplyArgs) -> anyhow::Result<Outcome> {
    check_options(args)?;
    let mut warnings = Vec::new();
    let mut store = context.open_existing_writer(&mut warnings)?;
    let schedulers = schedulers(context);
    let settled = settle_pending(context, &mut store, &schedulers, &mut warnings)?;
    let rules = wanted_rules(&store, &args.ids)?;
    if rules.is_empty() && warnings.is_empty() {
        warnings.push("no rules are enabled; `tidetable rules list` shows those that are not".to_owned());
    }
    let mut plan = match args.target {
        SchedulerArg::Crontab => plan_crontabs(context, &store, &schedulers, args, &rules)?,
        SchedulerArg::Slurm => plan_scrontab(context, &store, &schedulers, args, &rules)?,
        SchedulerArg::Systemd => plan_systemd(context, &store, &schedulers, args, &rules)?,
    };
    let edited = refuse_hand_edits(&store, args.target.into(), &mut plan)?;
    warnings.extend(plan.rules.iter().filter(|rule| rule.effect == RuleEffect::Refused).map(|rule| {
        format!("rule {} is not carried: {}", rule.rule_id.0, rule.reason.as_deref().unwrap_or_default())
    }));
    refuse_nothing_possible(&mut plan, &edited)?;
    let mut report = ApplyReport {
        target: args.target.into(),
        places: plan.places.iter().map(|place| place.shape()).collect(),
        rules: std::mem::take(&mut plan.rules),
        settled,
        next_steps: std::mem::take(&mut plan.next_steps),
    };
    let refused = report.rules.iter().any(|rule| rule.effect == RuleEffect::Refused);
    let is_partial = refused || !edited.is_empty() || !plan.unreadable.is_empty();
    warnings.extend(plan.unreadable.iter().map(|(_, error)| error.to_string()));
    warnings.extend(edited);
    let mut completion = if is_partial { Completion::Partial } else { Completion::Done };
    if !report.has_changes() {
        report.next_steps.clear();
    } else {
        let consent = confirmed(context, args.yes, &|style| report.table(style), &mut warnings)?;
        completion = consent.completion(completion);
        let target = args.target.into();
        if consent.is_given() && act(context, &mut store, &schedulers, target, &plan, &mut report.places)? > 0
        {
            completion = Completion::Partial;
        }
    }
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

fn check_options(args: &ApplyArgs) -> Result<(), CommandError> {
    let wrong = |message: &str| {
        Err(CommandError::Usage { message: message.to_owned(), hint: "leave one of them out".to_owned() })
    };
    if args.file.is_some() && args.target != SchedulerArg::Crontab {
        return wrong("--file goes with --target crontab only");
    }
    if (args.user || args.units_dir.is_some()) && args.target != SchedulerArg::Systemd {
        return wrong("--user and --units-dir go with --target systemd only");
    }
    Ok(())
}

/// An error where not one rule and not one place is left to talk about.
fn refuse_nothing_possible(plan: &mut ApplyPlan, edited: &[String]) -> anyhow::Result<()> {
    let has_place = plan.places.iter().any(|place| place.has_changes());
    let is_fine = |effect: RuleEffect| effect != RuleEffect::Refused && effect != RuleEffect::Skipped;
    if has_place || plan.rules.iter().any(|rule| is_fine(rule.effect)) {
        return Ok(());
    }
    if let Some((_, error)) = plan.unreadable.pop() {
        return Err(error.into());
    }
    if !edited.is_empty() {
        return Err(CommandError::Refused {
            message: edited.join("\n"),
            hint: "keep your edits elsewhere and put back or remove what tidetable wrote; then apply again"
                .to_owned(),
        }
        .into());
    }
    let reasons: Vec<String> = plan
        .rules
        .iter()
        .filter(|rule| rule.effect == RuleEffect::Refused)
        .map(|rule| format!("\n  rule {}: {}", rule.rule_id.0, rule.reason.as_deref().unwrap_or_default()))
        .collect();
    if reasons.is_empty() {
        return Ok(());
    }
    Err(CommandError::Refused {
        message: format!("none of the rules can be carried there:{}", reasons.concat()),
        hint: "`tidetable rules show ID` tells where a rule comes from and what it runs".to_owned(),
    }
    .into())
}

/// Changes each place that has changes, and tells how many could not be. The first error is the answer where not one
/// could.
fn act(
    context: &Context,
    store: &mut Store,
    schedulers: &Schedulers,
    target: Scheduler,
    plan: &ApplyPlan,
    shapes: &mut [PlaceShape],
) -> anyhow::Result<usize> {
    let batch = store.next_batch()?;
    let mut first_error = None;
    let (mut done, mut failed) = (0, 0);
    for (planned, shape) in plan.places.iter().zip(shapes).filter(|(planned, _)| planned.has_changes()) {
        match change_place(context, store, schedulers, (target, batch), planned) {
            Ok(id) => {
                shape.status = PlaceStatus::Done;
                shape.change_id = Some(id);
                done += 1;
            }
            Err(error) => {
                shape.status = PlaceStatus::Failed;
                shape.error = Some(format!("{error:#}"));
                first_error = first_error.or(Some(error));
                failed += 1;
            }
        }
    }
    match first_error {
        Some(error) if done == 0 => Err(error),
        _ => Ok(failed),
    }
}
