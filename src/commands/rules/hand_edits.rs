//! What a person changed in our own lines since they were applied: told, and never written over.

use super::carry_out::{ApplyPlan, PlannedPlace};
use crate::domain::applied::{Scheduler, unified_diff};
use crate::export::block_of;
use crate::output::rules::RuleEffect;
use crate::store::Store;

/// Leaves places alone whose lines of ours are not what was last applied there; their rules are refused. The answer
/// tells, per place, what was edited.
pub(super) fn refuse_hand_edits(
    store: &Store,
    target: Scheduler,
    plan: &mut ApplyPlan,
) -> anyhow::Result<Vec<String>> {
    let changes = store.changes()?;
    let mut told = Vec::new();
    for planned in plan.places.iter_mut().filter(|planned| planned.has_changes()) {
        let applied = changes
            .iter()
            .rev()
            .find(|stored| stored.change.place == planned.place && stored.state.is_in_force())
            .and_then(|stored| stored.change.after.as_deref());
        let PlannedPlace { before, after, .. } = &*planned;
        let ours = |bytes| ours(target, bytes);
        let (applied, now, then) = (ours(applied), ours(before.as_deref()), ours(after.as_deref()));
        // What was removed by hand is no text to lose; what is as planned is not written anew.
        if now.is_none() || now == applied || now == then {
            continue;
        }
        let name = planned.place.to_string();
        told.push(format!(
            "{name} was left alone: our lines in it were edited since they were applied:\n{}",
            unified_diff(&name, applied, now).trim_end()
        ));
        planned.after.clone_from(&planned.before);
        planned.rules.clear();
        for shape in plan.rules.iter_mut().filter(|shape| shape.place.as_deref() == Some(&name)) {
            if matches!(shape.effect, RuleEffect::Written | RuleEffect::Retimed | RuleEffect::TakenOut) {
                shape.effect = RuleEffect::Refused;
                shape.reason = Some(format!("our lines in {name} were edited since they were applied"));
                (shape.from, shape.to) = (None, None);
            }
        }
    }
    Ok(told)
}

/// The part of a place that is ours: a unit file as a whole, the block of a crontab.
fn ours(target: Scheduler, bytes: Option<&[u8]>) -> Option<&[u8]> {
    match target {
        Scheduler::Systemd => bytes,
        Scheduler::Crontab | Scheduler::Slurm => bytes.and_then(block_of),
    }
}
