//! `rules`: which of its subcommands.

mod add;
mod apply;
mod apply_crontab;
mod apply_place;
mod apply_systemd;
mod apply_timer;
mod carry_out;
mod change;
mod export;
mod hand_edits;
mod history;
mod list;
mod return_to;
mod settle;
mod show;
mod undo;

use super::{Context, Outcome};
use crate::cli::rules::{RulesAction, RulesArgs};
use crate::domain::rules::RuleChange;

/// Runs a subcommand of `rules`.
pub fn run(context: &Context, args: &RulesArgs) -> anyhow::Result<Outcome> {
    match &args.action {
        RulesAction::List(args) => list::run(context, args),
        RulesAction::Show(args) => show::run(context, args),
        RulesAction::Add(args) => add::run(context, args),
        RulesAction::Enable(args) => change::run(context, &args.ids, RuleChange::Enable),
        RulesAction::Disable(args) => change::run(context, &args.ids, RuleChange::Disable),
        RulesAction::Remove(args) => change::run(context, &args.ids, RuleChange::Remove),
        RulesAction::History(args) => history::run(context, args),
        RulesAction::Export(args) => export::run(context, args),
        RulesAction::Apply(args) => apply::run(context, args),
        RulesAction::Undo(args) => undo::run(context, args),
    }
}
