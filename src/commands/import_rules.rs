//! Declared schedules of an imported crontab, on their way to becoming rules.

use super::Context;
use crate::domain::calendar::{CronEntry, Schedule};
use crate::domain::patterns::ResourceProfile;
use crate::domain::rules::{Flexibility, Rule, RuleId, RuleSource, RuleSourceKind, recognise_moved};
use crate::ingest::{DeclaredRule, Format};
use crate::output::import::ImportedFile;
use crate::store::{RuleFilter, RuleWriter, Saved, Store, Transaction};

/// The rule that a crontab line declares; `Err` says why it is none.
pub(super) fn declared_rule(declared: &DeclaredRule, path: &str, context: &Context) -> Result<Rule, String> {
    let CronEntry::Calendar(schedule) = &declared.entry else {
        return Err("@reboot fires when the machine starts, not at a time: no rule".to_owned());
    };
    Ok(Rule {
        name: declared.command.clone(),
        task_type: declared.task_type.clone(),
        schedule: Schedule::Calendar(schedule.clone()),
        zone: declared.zone.unwrap_or(context.zone),
        command: Some(declared.command.clone()),
        user: declared.user.clone(),
        host: None,
        source: RuleSource::Declared { origin: format!("{path}:{}", declared.line) },
        priority: 5,
        flexibility: Flexibility {
            earlier_minutes: context.config.rules.earlier_minutes,
            later_minutes: context.config.rules.later_minutes,
        },
        confidence: 1.0,
        enabled: true,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    })
}

/// Keeps the rules of one file.
pub(super) fn save(
    transaction: &Transaction<'_>,
    rules: &[Rule],
    context: &Context,
    file: &mut ImportedFile,
) -> anyhow::Result<()> {
    let mut rules = rules.to_vec();
    let declared = RuleFilter { source: Some(RuleSourceKind::Declared), ..RuleFilter::default() };
    recognise_moved(&mut rules, &Store::rules_in(transaction, &declared)?);
    let author = context.author();
    let mut writer = RuleWriter::new(transaction, &author);
    let outcomes = writer.save(&rules)?;
    if file.format == Some(Format::Crontab.as_str()) && file.path != "-" {
        let declared: Vec<RuleId> = outcomes.iter().map(|(id, _)| *id).collect();
        let gone = writer.disable_undeclared(&file.path, &declared)?;
        if gone > 0 {
            file.updated += gone;
            file.notices.push(format!("{gone} rules are no longer declared in it and were disabled"));
        }
    }
    for (_, saved) in outcomes {
        match saved {
            Saved::Added => {
                file.rules_added += 1;
                file.added += 1;
            }
            Saved::Changed => file.updated += 1,
            Saved::Unchanged => file.already_known += 1,
        }
    }
    Ok(())
}
