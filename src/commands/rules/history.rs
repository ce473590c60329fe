//! `rules history`.

use crate::cli::rules::HistoryArgs;
use crate::commands::{Context, Outcome};
use crate::domain::rules::{RevisionId, RuleId};
use crate::output::rules::HistoryReport;

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
    Ok(Outcome::done(HistoryReport { revisions, total }, warnings))
}
