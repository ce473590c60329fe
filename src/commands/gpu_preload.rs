//! `gpu models --preload-for`: the model of a predicted run is loaded before it begins.

use std::time::Duration;

use super::gpu_models::Driver;
use super::model_servers::{Look, forget, names_server, patience, record};
use super::{CommandError, Completion, Context, Mode, Outcome};
use crate::cli::gpu_models::ModelsArgs;
use crate::config::PreloadConfig;
use crate::devices::release::{
    Change, LoadState, SAME_TIME_MS, Witness, calls_for, entry_named, keep_until, load,
};
use crate::devices::servers::{Found, read_again};
use crate::domain::device::{HeldModel, Keeping, ModelChange, ModelChangeKind, ReleaseOffer, ServerKind};
use crate::domain::prediction::{Prediction, TrackedPrediction};
use crate::domain::time::{DAY_MS, MINUTE_MS, SECOND_MS, TimeSpan, Timestamp};
use crate::output::gpu_preload::{PreloadReport, ShownLoad};

/// How far ahead a prediction is looked for.
const LONGEST_AHEAD_MS: i64 = 366 * DAY_MS;

/// How long a run may take of which nobody knows that: it has to begin to use its model by then.
const UNKNOWN_RUN_MS: i64 = 10 * MINUTE_MS;

/// What must stay free beside a model, MiB.
const MARGIN_MIB: f64 = 500.0;

/// Loads the model of the next run that `name` names.
pub(super) fn run(
    context: &Context,
    args: &ModelsArgs,
    name: &str,
    look: &Look,
    driver: &Driver,
    mut warnings: Vec<String>,
) -> anyhow::Result<Outcome> {
    let tracked = next_run(context, name, &mut warnings)?;
    let prediction = &tracked.prediction;
    let entry = wanted(context, &prediction.task_type)?;
    let server = server_for(&look.found, entry)?;
    let kind = server.reading.server.kind;
    let until = ends(prediction);
    check_that_it_can_load(kind, &entry.model)?;
    let leaves = held_too_short(entry_named(&server.reading, &entry.model), kind, until);
    let needed = look
        .sightings
        .iter()
        .find(|seen| {
            seen.server == server.reading.server
                && seen.model.trim_end_matches(":latest") == entry.model.trim_end_matches(":latest")
        })
        .and_then(|seen| seen.most_mib);
    if let (Some(needed), Some(free)) = (needed, driver.most_free_mib())
        && server.client.is_here()
        && entry_named(&server.reading, &entry.model).is_none()
        && needed + MARGIN_MIB > free
    {
        warnings.push(format!("{} held {needed:.0} MiB before, and {free:.0} MiB are free", entry.model));
    }
    let mut report = PreloadReport {
        prediction_id: tracked.id,
        task_type: prediction.task_type.clone(),
        predicted_start: prediction.predicted_start,
        server: server.reading.server.clone(),
        model: entry.model.clone(),
        needed_mib: needed,
        leaves_before: leaves,
        keep_until: (kind.keeping() == Keeping::AsTold).then_some(until),
        outcome: None,
    };
    if let Keeping::OwnTimer(timer) = kind.keeping() {
        warnings
            .push(format!("{kind} keeps {} for {timer}: it cannot be told to wait for the run", entry.model));
    }
    if context.mode == Mode::DryRun || !args.yes {
        if context.mode == Mode::Act {
            warnings.push("no server was asked; --yes carries the plan out".to_owned());
        }
        return Ok(Outcome::done(report, warnings));
    }
    let witness = Witness {
        used_mib: &|| driver.used_mib(),
        is_interrupted: &|| context.interrupt.is_triggered(),
        patience: patience(args.wait.0),
        now: context.now,
    };
    let change = ModelChange {
        at: context.now,
        server: server.reading.server.clone(),
        model: entry.model.clone(),
        kind: match leaves {
            Some(before) => ModelChangeKind::KeepLonger { before },
            None => ModelChangeKind::Load,
        },
        reason: format!("before {} at {}", prediction.task_type, prediction.predicted_start),
    };
    let state = made(context, server, &change, until, &witness)?;
    let leaves_early = leaves_early(server, &entry.model, &state, context.now, until);
    if let Some(leaves) = leaves_early {
        let model = &entry.model;
        warnings.push(format!(
            "unless it is used, {model} leaves at {leaves}, before the run has ended ({until}): load it again after that"
        ));
    }
    let is_done = state.is_done() && leaves_early.is_none();
    let completion = match (is_done, context.interrupt.is_triggered()) {
        (true, _) => Completion::Done,
        (false, true) => Completion::Interrupted,
        (false, false) => Completion::Partial,
    };
    report.outcome = Some(shown(&state));
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// A server that cannot is refused before anything is planned.
fn check_that_it_can_load(kind: ServerKind, model: &str) -> Result<(), CommandError> {
    let checked = calls_for(kind, Change::Load { model, keep: None });
    checked.map(|_| ()).map_err(|refusal| CommandError::Refused {
        message: refusal.to_string(),
        hint: match kind.keeping() {
            Keeping::OwnTimer(timer) => {
                format!("name another server for it under [[preload]]; this one keeps it for {timer}")
            }
            Keeping::AsTold | Keeping::UntilUnloaded => {
                "name another server for it under [[preload]]".to_owned()
            }
        },
    })
}

/// Asks for `change`, which is recorded before and forgotten where it was not made: what was there before is none of ours to
/// take away again.
fn made(
    context: &Context,
    server: &Found,
    change: &ModelChange,
    until: Timestamp,
    witness: &Witness<'_>,
) -> anyhow::Result<LoadState> {
    let recorded = record(context, change)?;
    let model = change.model.as_str();
    let state = match change.kind {
        ModelChangeKind::KeepLonger { .. } => keep_until(&server.client, model, until, witness),
        ModelChangeKind::Load | ModelChangeKind::Release(_) => {
            let keep = Duration::from_millis(until.since(context.now).max(0).unsigned_abs());
            load(&server.client, model, Change::Load { model, keep: Some(keep) }, witness)
        }
    };
    if !state.may_have_changed() {
        forget(context, recorded)?;
    }
    Ok(state)
}

/// When the run has ended, as far as can be told: a long run from the last start that is expected.
fn ends(prediction: &Prediction) -> Timestamp {
    let duration = prediction.resources.duration_seconds;
    let longest_ms = duration.map(|seconds| (seconds.p95 * SECOND_MS as f64) as i64);
    prediction.window_end.plus_ms(longest_ms.unwrap_or_default().max(UNKNOWN_RUN_MS))
}

/// When a model leaves that its server holds already and could be told to keep until `until`.
fn held_too_short(held: Option<&HeldModel>, kind: ServerKind, until: Timestamp) -> Option<Timestamp> {
    // One in main memory is to be loaded, and one of another machine neither.
    let held = held.filter(|held| matches!(held.offer, ReleaseOffer::Possible(_)))?;
    held.expires.filter(|leaves| kind.keeping() == Keeping::AsTold && until.since(*leaves) > SAME_TIME_MS)
}

/// When the model leaves before `until` all the same, as its server tells afterwards.
fn leaves_early(
    server: &Found,
    model: &str,
    state: &LoadState,
    now: Timestamp,
    until: Timestamp,
) -> Option<Timestamp> {
    let is_there = state.is_done() || matches!(state, LoadState::NotKept { .. });
    let reading = read_again(&server.client, now).ok().filter(|_| is_there)?;
    let leaves = entry_named(&reading, model)?.expires?;
    (until.since(leaves) > SAME_TIME_MS).then_some(leaves)
}

/// The next predicted run of a task type, or the prediction with that number.
fn next_run(context: &Context, name: &str, warnings: &mut Vec<String>) -> anyhow::Result<TrackedPrediction> {
    let store = context.open_reader(warnings)?;
    let span = TimeSpan { start: context.now, end: context.now.plus_ms(LONGEST_AHEAD_MS) };
    let id: Option<i64> = name.parse().ok();
    let found = store.tracked_predictions(span, context.now)?.into_iter().find(|tracked| {
        tracked.outcome.is_none() && (tracked.prediction.task_type == name || Some(tracked.id) == id)
    });
    Ok(found.ok_or_else(|| CommandError::Refused {
        message: format!("no run of {name} is predicted"),
        hint: "`tidetable predict` makes predictions; name a task type of one".to_owned(),
    })?)
}

fn wanted<'a>(context: &'a Context, task_type: &str) -> Result<&'a PreloadConfig, CommandError> {
    context.config.preload.iter().find(|entry| entry.is_about(task_type)).ok_or_else(|| {
        CommandError::Refused {
            message: format!("no [[preload]] of the configuration names a model for {task_type}"),
            hint:
                "write [[preload]] with task_types, model and server; `tidetable config generate` shows how"
                    .to_owned(),
        }
    })
}

/// The first server that answers and may hold the model.
fn server_for<'a>(found: &'a [Found], entry: &PreloadConfig) -> Result<&'a Found, CommandError> {
    let can_load = |one: &&Found| {
        let change = Change::Load { model: &entry.model, keep: None };
        calls_for(one.reading.server.kind, change).is_ok() && one.reading.refusal.is_none()
    };
    let server = match &entry.server {
        Some(name) => found.iter().find(|one| names_server(&one.reading.server, name)),
        None => found.iter().find(can_load),
    };
    server.ok_or_else(|| CommandError::Lacking {
        message: format!("no model server that could load {} answers", entry.model),
        hint: "start it, or name it under [[model_server]]; `tidetable gpu models` shows which answer"
            .to_owned(),
    })
}

/// What became of it, in words for scripts and for people.
pub(super) fn shown(state: &LoadState) -> ShownLoad {
    let (outcome, text) = match state {
        LoadState::Loaded => ("loaded", "loaded".to_owned()),
        LoadState::AlreadyLoaded => ("already_loaded", "was there already".to_owned()),
        LoadState::Kept => ("kept", "was there already, and is kept for the run".to_owned()),
        LoadState::NotKept { .. } => {
            ("not_kept", "the server says yes and does not keep it for so long".to_owned())
        }
        LoadState::Gone => ("already_gone", "not asked: it is not there any more".to_owned()),
        LoadState::NotListed => ("not_listed", "the server says yes and does not list it".to_owned()),
        LoadState::NotOnGpu => ("not_on_gpu", "loaded into main memory, not onto a GPU".to_owned()),
        LoadState::RemoteModel => ("remote_model", "runs on another machine: nothing to load".to_owned()),
        LoadState::Interrupted => ("interrupted", "not asked: interrupted".to_owned()),
        LoadState::Failed(error) => ("failed", error.to_string()),
        LoadState::Refused(refusal) => ("next_request", refusal.to_string()),
    };
    ShownLoad { outcome, text }
}
