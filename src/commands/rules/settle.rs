//! Changes whose process died: what stands in their place tells how far they got.

use super::carry_out::{settle, state_now};
use super::undo::move_rules_back;
use crate::commands::{Context, Mode};
use crate::domain::applied::ChangeState;
use crate::output::rules::SettledShape;
use crate::schedulers::Schedulers;
use crate::store::Store;

/// Settles every change that was left unfinished. A place that cannot be read stays as it is, with a warning: other
/// places must not wait for it.
pub(super) fn settle_pending(
    context: &Context,
    store: &mut Store,
    schedulers: &Schedulers,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Vec<SettledShape>> {
    let mut settled = Vec::new();
    for stored in store.changes()?.into_iter().filter(|stored| stored.state.is_pending()) {
        let place = &stored.change.place;
        let outcome = schedulers.lock(place, context.lock_timeout).and_then(|_lock| {
            if context.mode == Mode::Act {
                schedulers.sweep(place)?;
            }
            state_now(schedulers, stored.state, &stored.change)
        });
        let state = match outcome {
            Ok(state) => state,
            Err(error) => {
                warnings.push(format!("change {} of {place} is still unfinished: {error}", stored.id.0));
                continue;
            }
        };
        if state == ChangeState::Undone {
            move_rules_back(context, store, &stored)?;
        }
        settle(context, store, stored.id, state)?;
        settled.push(SettledShape::new(stored.id, place, state));
    }
    Ok(settled)
}
