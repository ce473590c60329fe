//! What is kept of every look at model servers: by `gpu models`, and by whoever samples GPUs.

use std::time::Duration;

use super::{Context, Mode};
use crate::devices::servers::Found;
use crate::domain::device::{ModelSighting, sighted, with_last_use};
use crate::store::{Store, StoreError};

/// A look must not wait for whoever writes for long: the next one will be kept.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// Keeps what was seen, and fills in when models were last used. In a dry run it is only filled in; where nothing was
/// found no store is made; where it cannot be kept, a warning says so and the look goes on. Returns all sightings.
pub(super) fn keep_sightings(
    context: &Context,
    found: &mut [Found],
    warnings: &mut Vec<String>,
) -> Vec<ModelSighting> {
    if found.is_empty() {
        return Vec::new();
    }
    let kept = if context.mode == Mode::DryRun { seen_before(context) } else { kept(context, found) };
    let before = kept.unwrap_or_else(|error| {
        warnings.push(format!("what was seen of model servers was not kept: {error}"));
        seen_before(context).unwrap_or_default()
    });
    let mut all = Vec::new();
    for one in found {
        let now = sighted(&before, &one.reading, context.now);
        with_last_use(&mut one.reading, &now);
        all.extend(now);
    }
    let is_elsewhere =
        |old: &&ModelSighting| !all.iter().any(|new| new.server == old.server && new.model == old.model);
    let elsewhere: Vec<ModelSighting> = before.iter().filter(is_elsewhere).cloned().collect();
    all.extend(elsewhere);
    all
}

/// What was kept before; nothing where there is no store yet.
fn seen_before(context: &Context) -> Result<Vec<ModelSighting>, StoreError> {
    context.open_reader(&mut Vec::new())?.model_sightings()
}

/// Keeps this look and returns what was kept before it.
fn kept(context: &Context, found: &[Found]) -> Result<Vec<ModelSighting>, StoreError> {
    let patience = context.lock_timeout.min(LONGEST_WAIT);
    let mut store = Context { lock_timeout: patience, ..context.clone() }.open_writer()?;
    let before = store.model_sightings()?;
    store.in_transaction(|transaction| {
        found.iter().try_for_each(|one| {
            let now = sighted(&before, &one.reading, context.now);
            Store::save_model_sightings(transaction, &now)
        })
    })?;
    Ok(before)
}
