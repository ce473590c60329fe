//! `rules list`.

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::cli::rules::ListArgs;
use crate::commands::optimize_config::move_windows;
use crate::commands::{CommandError, Context, Outcome};
use crate::output::quantity;
use crate::output::rules::ListReport;
use crate::store::RuleFilter;

/// Lists rules by id.
pub(super) fn run(context: &Context, args: &ListArgs) -> anyhow::Result<Outcome> {
    let wanted = globs(&args.task_types)?;
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let mut rules = store.rules(&RuleFilter {
        enabled_only: args.enabled,
        source: args.source.map(Into::into),
        ..Default::default()
    })?;
    rules.retain(|stored| {
        let name = &stored.rule.task_type;
        // A name that happens to hold brackets or stars means itself, too.
        args.task_types.is_empty() || args.task_types.contains(name) || wanted.is_match(name)
    });
    let pending = store.pending_changes()?;
    if pending > 0 {
        warnings.push(format!(
            "{} of a scheduler had been interrupted; `tidetable rules apply` or `rules undo` finds out how far it \
             got",
            quantity(pending, "change")
        ));
    }
    if rules.is_empty() && warnings.is_empty() {
        let all = store.rules(&RuleFilter::default())?.len();
        warnings.push(match all {
            0 => "there are no rules; `tidetable generate-scheduling-rules` or `rules add` makes some"
                .to_owned(),
            1 => "there is one rule, and it does not match".to_owned(),
            _ => format!("none of the {all} rules matches"),
        });
    }
    let windows = move_windows(context, rules.iter().map(|stored| (stored.id, &stored.rule)));
    Ok(Outcome::done(ListReport { rules, windows }, warnings))
}

fn globs(patterns: &[String]) -> Result<GlobSet, CommandError> {
    let refused = |error: globset::Error| CommandError::Usage {
        message: format!("--task-types: {error}"),
        hint: "write names, or globs such as 'root: *'".to_owned(),
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).map_err(refused)?);
    }
    set.build().map_err(refused)
}
