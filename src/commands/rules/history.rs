//! `rules history`.

use crate::cli::rules::HistoryArgs;
use crate::commands::{Context, Outcome};
use crate::domain::rules::{RevisionId, RuleId};
use crate::output::rules::{AppliedShape, HistoryReport};
use crate::store::StoredChange;

/// Shows what was done to rules and plans, newest first.
pub(super) fn run(context: &Context, args: &HistoryArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let mut revisions = match args.id {
        Some(id) => store.revisions_of_rule(RuleId(id))?,
        None => store.revisions_after(RevisionId(0))?,
    };
    revisions.retain(|revision| !args.changes_only || !revision.steps.is_empty());
    if let (Some(id), true) = (args.id, revisions.is_empty()) {
        // A rule that is there has a history; one without any may never have been.
        store.rule(RuleId(id))?;
    }
    let total = revisions.len();
    revisions.reverse();
    revisions.truncate(args.limit as usize);
    let mut applied = store.changes()?;
    applied.retain(|stored| {
        let mut rules = stored.change.rules.iter().filter_map(|rule| rule.rule_id);
        args.id.is_none_or(|id| rules.any(|rule| rule.0 == id))
    });
    applied.reverse();
    applied.truncate(args.limit as usize);
    let applied = applied.into_iter().map(shown).collect();
    Ok(Outcome::done(HistoryReport { revisions, total, applied }, warnings))
}

fn shown(stored: StoredChange) -> AppliedShape {
    let change = stored.change;
    AppliedShape {
        change_id: stored.id,
        at: change.begun,
        settled_at: stored.settled,
        user: change.user,
        host: change.host,
        command: change.command,
        target: change.target.as_str(),
        place: change.place.to_string(),
        state: stored.state.as_str(),
        rule_ids: change.rules.iter().filter_map(|rule| rule.rule_id).collect(),
    }
}
