//! `gpu watch`: read, keep, tell how full each GPU is and where that leads; until it is enough.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::knowledge::{GpuKnowledge, thresholds};
use super::watch_state::{LevelChange, WatchState};
use super::{gpu_shapes, lacking, untold};
use crate::cli::gpu::{LevelArg, WatchArgs};
use crate::commands::{CommandError, Completion, Context, Mode, Outcome};
use crate::devices::{Devices, GpuReading, HookOutcome, XidListener, check_hook, run_hook};
use crate::domain::device::{GpuChoice, PressureLevel};
use crate::domain::time::Timestamp;
use crate::output::gpu_watch::{EventShape, WatchReport};
use crate::output::quantity;

/// How often a wait looks whether it is to be given up.
const LOOK: Duration = Duration::from_millis(50);

/// Changes of level that are told of at the end, the newest.
const MOST_EVENTS: usize = 1_000;

pub(super) fn run(context: &Context, devices: &Devices, args: &WatchArgs) -> anyhow::Result<Outcome> {
    if let Some(Err(reason)) = args.on_critical.as_deref().map(check_hook) {
        return Err(CommandError::Refused {
            message: format!("--on-critical cannot be started: {reason}"),
            hint: "name a program, without arguments; what needs a shell goes into a script with chmod +x"
                .to_owned(),
        }
        .into());
    }
    let mut warnings = Vec::new();
    let listener = devices.listen();
    let mut state = WatchState::new(GpuKnowledge::load(context, &mut warnings), thresholds(context));
    let (begun, bar) = (Instant::now(), context.progress(None, "{spinner} {msg}"));
    let most = if args.once { Some(1) } else { args.samples };
    let mut events: Vec<EventShape> = Vec::new();
    let (mut failed_hooks, mut last_failure) = (0, None);
    let (mut readings, mut was_busy, mut is_met) = (0, false, false);
    let last = loop {
        let mut reading = devices.read().map_err(lacking)?;
        hear(&mut reading, listener.as_ref());
        let at = instant(context, &reading, begun);
        for change in state.take(&reading, at) {
            let called = call_hook(context, args, &change, &reading);
            if let Some(called) = called.as_ref().filter(|called| called.has_failed) {
                (failed_hooks, last_failure) = (failed_hooks + 1, Some(called.text.clone()));
            }
            let hook = called.map(|called| called.text);
            events.push(EventShape::new(at, change.gpu_index, change.from, change.pressure, hook));
        }
        events.drain(..events.len().saturating_sub(MOST_EVENTS));
        was_busy |= !state.keep(context)?;
        readings += 1;
        bar.set_message(message(&state));
        bar.tick();
        is_met = is_met || args.exit_on.is_some_and(|level| is_at(&state, level));
        let is_over = most.is_some_and(|most| readings >= most) || !devices.has_more();
        if is_met || is_over || !wait(context, &reading, args.interval.0) {
            break (reading, at);
        }
    };
    bar.finish_and_clear();
    if state.has_waiting() {
        was_busy |= !state.keep(context)?;
    }
    if state.has_waiting() {
        warnings.push("another process writes the store: the last readings are not kept".to_owned());
    } else if was_busy {
        warnings.push("the store was busy at times: those readings were kept later".to_owned());
    }
    if let Some(last) = &last_failure {
        let times = quantity(failed_hooks, "time");
        warnings.push(format!("--on-critical failed {times}, at last so: {last}"));
    }
    let (reading, at) = last;
    warnings.extend(untold(&reading));
    let report = WatchReport {
        readings,
        until: at,
        gpus: gpu_shapes(&reading, &GpuChoice::All, &state.pressures),
        events,
        thresholds: thresholds(context),
    };
    let completion = if is_met || last_failure.is_some() { Completion::Partial } else { Completion::Done };
    Ok(Outcome { report: Box::new(report), warnings, completion })
}

/// The time of a reading: as recorded, or as it passes since the one instant that the program was started with.
fn instant(context: &Context, reading: &GpuReading, begun: Instant) -> Timestamp {
    let passed = || i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    context.now.plus_ms(reading.elapsed_ms.unwrap_or_else(passed))
}

fn hear(reading: &mut GpuReading, listener: Option<&XidListener<'_>>) {
    let heard: BTreeMap<String, u64> =
        listener.map(XidListener::heard).unwrap_or_default().into_iter().collect();
    for gpu in &mut reading.gpus {
        gpu.last_xid = heard.get(&gpu.uuid).copied().or(gpu.last_xid);
    }
}

fn is_at(state: &WatchState, level: LevelArg) -> bool {
    let wanted = match level {
        LevelArg::Warn => PressureLevel::Warn,
        LevelArg::Critical => PressureLevel::Critical,
    };
    state.pressures.values().any(|pressure| pressure.level >= wanted)
}

/// What became of the hook.
struct Called {
    text: String,
    has_failed: bool,
}

/// What became of the hook; `None` where there is none to call.
fn call_hook(
    context: &Context,
    args: &WatchArgs,
    change: &LevelChange,
    reading: &GpuReading,
) -> Option<Called> {
    let program = args.on_critical.as_ref().filter(|_| change.pressure.level == PressureLevel::Critical)?;
    if context.mode == Mode::DryRun {
        return Some(Called { text: "not started: dry run".to_owned(), has_failed: false });
    }
    let gpu = reading.gpus.iter().find(|gpu| gpu.index == change.gpu_index);
    let whole = |value: Option<f64>| value.map(|value| format!("{value:.0}")).unwrap_or_default();
    let variables = [
        ("TIDE_GPU_INDEX", change.gpu_index.to_string()),
        ("TIDE_GPU_UUID", change.gpu_uuid.clone()),
        ("TIDE_GPU_USED_MIB", whole(gpu.and_then(|gpu| gpu.memory_used_mib))),
        ("TIDE_GPU_TOTAL_MIB", whole(gpu.and_then(|gpu| gpu.memory_total_mib))),
        ("TIDE_GPU_FULL_IN_SECONDS", whole(change.pressure.full_in_seconds)),
    ];
    let outcome = run_hook(program, &variables, &|| context.interrupt.is_triggered());
    let is_interrupted = context.interrupt.is_triggered();
    // One that our own end has ended is no failure.
    let has_failed = outcome != HookOutcome::Ended(Some(0)) && !is_interrupted;
    let text = match outcome {
        HookOutcome::Ended(Some(code)) => format!("exit code {code}"),
        HookOutcome::Ended(None) => "ended by a signal".to_owned(),
        HookOutcome::TooLong(time) => format!("ended after {} s: it took too long", time.as_secs()),
        HookOutcome::NotStarted(reason) => format!("could not be started: {reason}"),
    };
    Some(Called { text, has_failed })
}

/// One line for a terminal.
fn message(state: &WatchState) -> String {
    let of_gpu = |(index, pressure): (&u32, &crate::domain::device::Pressure)| {
        format!("GPU {index}: {:.0} MiB ({:.0} %)", pressure.average_mib, pressure.average_ratio * 100.0)
    };
    state.pressures.iter().map(of_gpu).collect::<Vec<_>>().join("  ")
}

/// Waits for the next reading; `false` when it is to be given up. Recorded time needs no waiting.
fn wait(context: &Context, reading: &GpuReading, interval: Duration) -> bool {
    let begun = Instant::now();
    while reading.elapsed_ms.is_none() && begun.elapsed() < interval && !context.interrupt.is_triggered() {
        std::thread::sleep(LOOK.min(interval.saturating_sub(begun.elapsed())));
    }
    !context.interrupt.is_triggered()
}
