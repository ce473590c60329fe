//! `rules show`.

use crate::cli::rules::ShowArgs;
use crate::commands::optimize_config::move_windows;
use crate::commands::{Context, Outcome};
use crate::domain::rules::RuleId;
use crate::output::rules::ShowReport;

/// Shows one rule and what was done to it.
pub(super) fn run(context: &Context, args: &ShowArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let stored = store.rule(RuleId(args.id))?;
    let revisions = store.revisions_of_rule(stored.id)?;
    let windows = move_windows(context, [(stored.id, &stored.rule)]);
    Ok(Outcome::done(ShowReport { stored, windows, revisions }, warnings))
}
