//! `rules enable`, `rules disable` and `rules remove`.

use crate::commands::generate::configured_capacity;
use crate::commands::{CommandError, Context, Outcome};
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::rules::{
    ChangeEffect, PlannedChange, Rule, RuleChange, RuleId, find_conflicts, plan_changes, precedences,
};
use crate::output::rules::ChangeReport;
use crate::output::{ShownConflict, rules_words};
use crate::store::{PatternFilter, RuleFilter, RuleWriter, Store, StoreError};

/// Plans the change of all rules named, then makes it in one transaction; with an unknown id, makes none.
pub(super) fn run(context: &Context, ids: &[i64], change: RuleChange) -> anyhow::Result<Outcome> {
    let wanted: Vec<RuleId> = ids.iter().map(|id| RuleId(*id)).collect();
    let mut warnings = Vec::new();
    // Looked at first for reading, so that a wrong id does not even make a store.
    plan(&context.open_reader(&mut warnings)?, &wanted, change)?;
    let mut store = context.open_writer()?;
    let changes = plan(&store, &wanted, change)?;
    let author = context.author();
    store.in_transaction(|transaction| -> Result<(), StoreError> {
        let mut writer = RuleWriter::new(transaction, &author);
        for planned in changes.iter().filter(|planned| planned.effect == ChangeEffect::Applies) {
            match change {
                RuleChange::Enable => writer.set_enabled(planned.rule_id, true).map(|_| ())?,
                RuleChange::Disable => writer.set_enabled(planned.rule_id, false).map(|_| ())?,
                RuleChange::Remove => writer.remove(planned.rule_id)?,
            }
        }
        Ok(())
    })?;
    let conflicts = match change {
        RuleChange::Enable => conflicts_with(context, &store, &changes)?,
        RuleChange::Disable | RuleChange::Remove => Vec::new(),
    };
    Ok(Outcome::done(ChangeReport { change, changes, conflicts }, warnings))
}

fn plan(store: &Store, wanted: &[RuleId], change: RuleChange) -> anyhow::Result<Vec<PlannedChange>> {
    let rules = store.rules(&RuleFilter::default())?;
    plan_changes(&rules, wanted, change).map_err(|unknown| {
        let is = if unknown.len() == 1 { "is" } else { "are" };
        let refused = CommandError::Refused {
            message: format!("there {is} no {}; nothing was changed", rules_words(&unknown)),
            hint: "`tidetable rules list` lists the ids".to_owned(),
        };
        anyhow::Error::from(refused)
    })
}

/// What stands in the way of the rules that were enabled.
fn conflicts_with(
    context: &Context,
    store: &Store,
    changes: &[PlannedChange],
) -> Result<Vec<ShownConflict>, StoreError> {
    let enabled = store.rules(&RuleFilter { enabled_only: true, ..Default::default() })?;
    let rules: Vec<&Rule> = enabled.iter().map(|stored| &stored.rule).collect();
    let patterns: Vec<(PatternId, Pattern)> = store
        .patterns(&PatternFilter { active_only: true, ..Default::default() })?
        .into_iter()
        .map(|stored| (stored.id, stored.pattern))
        .collect();
    let capacity = configured_capacity(&context.config.capacity);
    let conflicts = find_conflicts(&rules, &precedences(&patterns), &capacity, context.now)
        .into_iter()
        .map(|conflict| ShownConflict {
            rule_ids: conflict.rules.iter().map(|position| enabled[*position].id).collect(),
            kind: conflict.kind,
            first_at: conflict.first_at,
        })
        .filter(|shown| changes.iter().any(|planned| shown.rule_ids.contains(&planned.rule_id)));
    Ok(conflicts.collect())
}
