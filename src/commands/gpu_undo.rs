//! `gpu models --undo`: what the last call asked of model servers is taken back.

use super::gpu_models::{Driver, shown as shown_release};
use super::gpu_preload::shown as shown_load;
use super::model_servers::{Look, client_of, look, patience};
use super::{Completion, Context, Mode, Outcome};
use crate::cli::gpu_models::ModelsArgs;
use crate::devices::release::{
    Change, LoadState, ReleaseOutcome, ReleaseState, Witness, carry_out, entry_named, keep_until, load,
};
use crate::domain::device::{ModelChangeKind, ReleaseAction, ReleaseOffer, ReleaseStep, Undo};
use crate::output::gpu_preload::{ShownLoad, ShownUndo, UndoReport};
use crate::store::{Store, StoredModelChange};

/// The word for what is gone for good.
const LOST: &str = "lost";

/// Takes the last changes back.
pub(super) fn run(
    context: &Context,
    args: &ModelsArgs,
    driver: &Driver,
    mut warnings: Vec<String>,
) -> anyhow::Result<Outcome> {
    let stored = context.open_reader(&mut warnings)?.last_model_changes()?;
    let mut report = UndoReport {
        changes: stored
            .iter()
            .map(|one| ShownUndo { id: one.id, change: one.change.clone(), outcome: None })
            .collect(),
    };
    if stored.is_empty() {
        warnings.push("nothing that was asked of model servers is left to undo".to_owned());
        return Ok(Outcome::done(report, warnings));
    }
    if context.mode == Mode::DryRun || !args.yes {
        if context.mode == Mode::Act {
            warnings.push("no server was asked; --yes carries the plan out".to_owned());
        }
        return Ok(Outcome::done(report, warnings));
    }
    let look = look(context, &args.server, driver.processes(), &mut warnings)?;
    let witness = Witness {
        used_mib: &|| driver.used_mib(),
        is_interrupted: &|| context.interrupt.is_triggered(),
        patience: patience(args.wait.0),
        now: context.now,
    };
    let mut completion = Completion::Done;
    for (one, shown) in stored.iter().zip(&mut report.changes) {
        let (is_settled, outcome) = undone(one, &look, &witness);
        // What cannot be taken back is settled, and yet not taken back.
        if outcome.outcome == LOST {
            completion = Completion::Partial;
        }
        if is_settled {
            let mut store = context.open_writer()?;
            store.in_transaction(|transaction| {
                Store::mark_model_change_undone(transaction, one.id, context.now)
            })?;
        } else {
            completion = Completion::Partial;
        }
        shown.outcome = Some(outcome);
    }
    if completion == Completion::Partial && context.interrupt.is_triggered() {
        completion = Completion::Interrupted;
    }
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// Takes one change back; whether there is nothing left to do about it, and what became of it.
fn undone(one: &StoredModelChange, look: &Look, witness: &Witness<'_>) -> (bool, ShownLoad) {
    let (server, model) = (&one.change.server, one.change.model.as_str());
    let Some(client) = client_of(&look.found, server) else {
        let text = format!("{server} does not answer");
        return (false, ShownLoad { outcome: "failed", text });
    };
    let action = match one.change.kind {
        ModelChangeKind::Release(action) => action,
        ModelChangeKind::KeepLonger { before } if before > witness.now => {
            let state = keep_until(client, model, before, witness);
            // Where it has left, there is nothing to shorten.
            let is_settled = state.is_done() || state == LoadState::Gone;
            return (is_settled, shown_keep(&state));
        }
        // By now it would have left.
        ModelChangeKind::KeepLonger { .. } | ModelChangeKind::Load => {
            let outcome = match loaded_step(look, one) {
                Some(step) => carry_out(client, &step, witness),
                None => ReleaseOutcome { state: ReleaseState::AlreadyGone, freed: None },
            };
            let shown = shown_release(&outcome);
            return (outcome.is_done(), ShownLoad { outcome: shown.outcome, text: shown.text });
        }
    };
    match Undo::of(server.kind, action) {
        Undo::Lost => (true, ShownLoad { outcome: LOST, text: Undo::Lost.to_string() }),
        Undo::WakeUp | Undo::Load | Undo::NextRequest => {
            let change = match action {
                ReleaseAction::Sleep => Change::WakeUp,
                _ => Change::Load { model, keep: None },
            };
            let state = load(client, model, change, witness);
            let is_left_to_requests = matches!(state, LoadState::Refused(_));
            (state.is_done() || is_left_to_requests, shown_load(&state))
        }
    }
}

/// What became of putting the time back, in words for scripts and for people.
fn shown_keep(state: &LoadState) -> ShownLoad {
    match state {
        LoadState::Kept => {
            ShownLoad { outcome: "restored", text: "leaves when it was to leave before".to_owned() }
        }
        other => shown_load(other),
    }
}

/// The step that lets a model go that we had loaded; `None` when it is not held any more.
fn loaded_step(look: &Look, one: &StoredModelChange) -> Option<ReleaseStep> {
    let reading = &look.found.iter().find(|found| found.reading.server == one.change.server)?.reading;
    let held = entry_named(reading, &one.change.model)?;
    let ReleaseOffer::Possible(action) = held.offer else { return None };
    Some(ReleaseStep {
        server: reading.server.clone(),
        model: held.model.clone(),
        title: held.title.clone(),
        action,
        expected_mib: held.memory_mib,
        idle_ms: None,
        activity: held.activity,
        undo: Undo::of(reading.server.kind, action),
    })
}
