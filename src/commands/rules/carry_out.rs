//! Changing places: the intention is in the store before a place is touched, and what became of it after.

use anyhow::Context as _;

use crate::commands::Context;
use crate::domain::applied::{
    AppliedChange, AppliedRule, ChangeId, ChangeState, Place, Scheduler, settled_state, unified_diff,
};
use crate::domain::rules::RuleId;
use crate::output::rules::{PlaceShape, PlaceStatus, RuleEffectShape};
use crate::schedulers::{Programs, SchedulerError, Schedulers};
use crate::store::{Store, StoreError};

/// A place under a plan.
pub(super) struct PlannedPlace {
    pub place: Place,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
    /// What the change means for rules that are in the store.
    pub rules: Vec<AppliedRule>,
}

/// What is planned for a scheduler.
#[derive(Default)]
pub(super) struct ApplyPlan {
    pub places: Vec<PlannedPlace>,
    pub rules: Vec<RuleEffectShape>,
    /// Places that could not be read.
    pub unreadable: Vec<(String, SchedulerError)>,
    pub next_steps: Vec<String>,
}

impl PlannedPlace {
    pub fn has_changes(&self) -> bool {
        self.before != self.after
    }

    pub fn shape(&self) -> PlaceShape {
        let name = self.place.to_string();
        PlaceShape {
            diff: unified_diff(&name, self.before.as_deref(), self.after.as_deref()),
            status: if self.has_changes() { PlaceStatus::Planned } else { PlaceStatus::Unchanged },
            place: name,
            change_id: None,
            error: None,
        }
    }
}

/// The schedulers of this machine, as configured.
pub(super) fn schedulers(context: &Context) -> Schedulers {
    let configured = &context.config.schedulers;
    let programs = Programs { crontab: configured.crontab.clone(), scrontab: configured.scrontab.clone() };
    Schedulers::new(programs, crate::config::home_folder())
}

/// Another place than those of `here` that a rule was written to and still stands in: there, too, it would be started.
pub(super) fn standing_elsewhere(
    store: &Store,
    schedulers: &Schedulers,
    id: RuleId,
    here: &dyn Fn(&Place) -> bool,
) -> anyhow::Result<Option<String>> {
    let marks =
        [format!("# rule {}:", id.0), format!("# Written by `tidetable rules apply` for rule {}:", id.0)];
    for stored in store.changes()?.iter().rev().filter(|stored| stored.state.is_in_force()) {
        let change = &stored.change;
        let wrote =
            |rule: &AppliedRule| rule.rule_id == Some(id) && rule.before.is_none() && rule.after.is_some();
        if here(&change.place) || !change.rules.iter().any(wrote) {
            continue;
        }
        // What cannot be read cannot be said to be gone; the change in the store is the better witness then.
        let Ok(now) = schedulers.read(&change.place) else { return Ok(Some(change.place.to_string())) };
        let text = String::from_utf8_lossy(now.as_deref().unwrap_or_default()).into_owned();
        let is_unit = now.is_some() && now == change.after && change.target == Scheduler::Systemd;
        if is_unit || marks.iter().any(|mark| text.contains(mark)) {
            return Ok(Some(change.place.to_string()));
        }
    }
    Ok(None)
}

/// Changes one place. An error means that it is as it was, unless the error says otherwise; either way the store
/// tells.
pub(super) fn change_place(
    context: &Context,
    store: &mut Store,
    schedulers: &Schedulers,
    (target, batch): (Scheduler, i64),
    planned: &PlannedPlace,
) -> anyhow::Result<ChangeId> {
    let _lock = schedulers.lock(&planned.place, context.lock_timeout)?;
    let author = context.author();
    let change = AppliedChange {
        target,
        place: planned.place.clone(),
        user: author.user,
        host: author.host,
        command: context.command_line.clone(),
        begun: context.now,
        before: planned.before.clone(),
        after: planned.after.clone(),
        rules: planned.rules.clone(),
    };
    let id = store.in_transaction(|transaction| -> Result<_, StoreError> {
        Store::begin_change(transaction, batch, &change)
    })?;
    let (before, after) = (planned.before.as_deref(), planned.after.as_deref());
    let replaced = schedulers.replace(&planned.place, before, after);
    let state = match &replaced {
        Ok(()) => ChangeState::Applied,
        Err(_) => state_now(schedulers, ChangeState::Begun, &change)?,
    };
    settle(context, store, id, state)?;
    match (replaced, state) {
        // An error after the place was changed, such as a folder that could not be synced.
        (Err(error), ChangeState::Applied) => Err(error).context("it was changed, but"),
        (Err(error), _) => Err(error.into()),
        (Ok(()), _) => Ok(id),
    }
}

/// What a change in `state` turns out to be, by what stands in its place.
pub(super) fn state_now(
    schedulers: &Schedulers,
    state: ChangeState,
    change: &AppliedChange,
) -> Result<ChangeState, SchedulerError> {
    let now = schedulers.read(&change.place)?;
    Ok(settled_state(state, change.before.as_deref(), change.after.as_deref(), now.as_deref()))
}

/// Notes what became of a change.
pub(super) fn settle(
    context: &Context,
    store: &mut Store,
    id: ChangeId,
    state: ChangeState,
) -> Result<(), StoreError> {
    store.in_transaction(|transaction| Store::settle_change(transaction, id, state, context.now))
}
