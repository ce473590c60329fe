//! `rules add`.

use anyhow::Context as _;

use crate::cli::DurationArg;
use crate::cli::rules::AddArgs;
use crate::commands::optimize_config::move_windows;
use crate::commands::{CommandError, Context, Outcome};
use crate::domain::calendar::{CronEntry, Schedule, parse_cron};
use crate::domain::patterns::{ResourceProfile, resource_profile};
use crate::domain::rules::{Flexibility, Rule, RuleSource, StoredRule, shortest_spacing_ms};
use crate::output::rules::AddReport;
use crate::store::{HistoryFilter, RuleWriter, Store, StoreError};

/// Adds a rule by hand; its needs come from the runs of its task type that are known.
pub(super) fn run(context: &Context, args: &AddArgs) -> anyhow::Result<Outcome> {
    let schedule = schedule(context, &args.cron)?;
    let mut warnings = Vec::new();
    let flexibility = flexibility(context, args, &schedule, &mut warnings)?;
    let mut rule = Rule {
        name: args.name.clone().unwrap_or_else(|| format!("{} {}", args.task_type, schedule.describe())),
        task_type: args.task_type.clone(),
        schedule,
        zone: context.zone,
        command: args.command.clone(),
        user: None,
        host: None,
        source: RuleSource::Manual,
        priority: args.priority,
        flexibility,
        confidence: 1.0,
        enabled: !args.disabled,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    };
    let mut store = context.open_writer()?;
    if let Some(id) = store.manual_rule(&rule.name)? {
        return Err(CommandError::Refused {
            message: format!("there is a rule \"{}\" already: {}", rule.name, id.0),
            hint: format!("choose another --name, or `tidetable rules remove {}` first", id.0),
        }
        .into());
    }
    rule.resources = known_needs(context, &store, &rule.task_type)?;
    let author = context.author();
    let id = store.in_transaction(|transaction| -> Result<_, StoreError> {
        let saved = RuleWriter::new(transaction, &author).save(std::slice::from_ref(&rule))?;
        saved.first().map(|(id, _)| *id).ok_or(StoreError::NotFound { what: "rule", id: 0 })
    })?;
    Ok(Outcome::done(
        AddReport { windows: move_windows(context, [(id, &rule)]), stored: StoredRule { id, rule } },
        warnings,
    ))
}

fn schedule(context: &Context, text: &str) -> anyhow::Result<Schedule> {
    let refused = |message: String, hint: &str| CommandError::Usage { message, hint: hint.to_owned() };
    let schedule = match parse_cron(text).with_context(|| format!("--cron '{text}'"))? {
        CronEntry::Calendar(calendar) => Schedule::Calendar(calendar),
        CronEntry::Reboot => {
            let hint = "name times, such as '30 2 * * 1-5' or @daily";
            return Err(refused("--cron '@reboot' has no times".to_owned(), hint).into());
        }
    };
    if schedule.next_after(context.now, context.zone).is_none() {
        let hint = "check the day of the month against the month";
        return Err(refused(format!("--cron '{text}' names a date that never comes"), hint).into());
    }
    Ok(schedule)
}

/// What was asked for, or configured; at most half of the spacing either way.
fn flexibility(
    context: &Context,
    args: &AddArgs,
    schedule: &Schedule,
    warnings: &mut Vec<String>,
) -> Result<Flexibility, CommandError> {
    let asked = Flexibility {
        earlier_minutes: minutes("--earlier", args.earlier, context.config.rules.earlier_minutes)?,
        later_minutes: minutes("--later", args.later, context.config.rules.later_minutes)?,
    };
    let bounded = asked.within_spacing(shortest_spacing_ms(schedule, context.zone, context.now));
    let cut = |wanted: Option<DurationArg>, asked: u32, got: u32| wanted.is_some() && asked != got;
    if cut(args.earlier, asked.earlier_minutes, bounded.earlier_minutes)
        || cut(args.later, asked.later_minutes, bounded.later_minutes)
    {
        warnings.push(format!(
            "it may move by -{}..+{} min only: half of the time between its starts",
            bounded.earlier_minutes, bounded.later_minutes
        ));
    }
    Ok(bounded)
}

fn minutes(option: &str, wanted: Option<DurationArg>, configured: u32) -> Result<u32, CommandError> {
    let Some(DurationArg(duration)) = wanted else { return Ok(configured) };
    let whole = duration.subsec_nanos() == 0 && duration.as_secs().is_multiple_of(60);
    u32::try_from(duration.as_secs() / 60).ok().filter(|_| whole).ok_or_else(|| CommandError::Usage {
        message: format!("{option} {} is no number of whole minutes", humantime::format_duration(duration)),
        hint: "rules move by minutes: 0, 30m, 2h".to_owned(),
    })
}

fn known_needs(context: &Context, store: &Store, task_type: &str) -> Result<ResourceProfile, StoreError> {
    let Some(id) = store.task_type_id(task_type)? else { return Ok(ResourceProfile::default()) };
    let filter = HistoryFilter { span: None, task_types: Some(vec![id]) };
    let histories = store.histories(&filter, context.now)?;
    Ok(resource_profile(histories.iter().flat_map(|history| &history.runs)))
}
