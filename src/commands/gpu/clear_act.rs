//! Carrying a plan out: one step, then the driver's word on memory, then the next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::cli::gpu::ClearArgs;
use crate::commands::model_servers::{patience, release_step};
use crate::commands::{Context, gpu_models};
use crate::devices::release::Witness;
use crate::devices::servers::Found;
use crate::devices::{Devices, EndOutcome, EndRequest, GpuReading, kill_processes, terminate_processes};
use crate::domain::device::{ClearPlan, ClearStep, GpuChoice, GpuSnapshot, ReleaseStep, StepAction};
use crate::output::gpu_clear::{ActedShape, ShownEnd, StepShape, StepStatus};

/// How often, and how long, to look whether memory came back: drivers take up to a second or two after a process
/// is gone.
const LOOK: Duration = Duration::from_millis(250);
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// How long to look where nobody tells how much should come back.
const LOOK_FOR_UNKNOWN: Duration = Duration::from_secs(1);

/// The share of what was asked for that counts as freed; the rest may be taken by others meanwhile.
const ENOUGH: f64 = 0.75;

/// A plan, and what it takes to carry it out.
pub(super) struct Act<'a> {
    pub(super) context: &'a Context,
    pub(super) devices: &'a Devices,
    pub(super) reading: &'a GpuReading,
    pub(super) servers: &'a [Found],
    pub(super) plan: &'a ClearPlan,
    pub(super) gpus: &'a GpuChoice,
    pub(super) args: &'a ClearArgs,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Acted {
    outcomes: BTreeMap<u32, EndOutcome>,
    steps: Vec<StepShape>,
    requested_mib: f64,
    freed_mib: Option<f64>,
    pub(super) free_mib: Option<f64>,
    /// What servers were asked for and did not free, MiB; `None` as long as all of them did.
    shortfall_mib: Option<f64>,
    /// Whether as much is free as was needed; `None` where nobody said how much.
    pub(super) is_met: Option<bool>,
    pub(super) was_interrupted: bool,
}

impl Act<'_> {
    /// Takes the steps.
    pub(super) fn run(&self) -> Acted {
        let mut acted = Acted::default();
        let used_before = self.used(&self.touched());
        for step in &self.plan.steps {
            let shape = self.step(step, &mut acted);
            acted.steps.push(shape);
        }
        acted.freed_mib =
            used_before.zip(self.used(&self.touched())).map(|(before, now)| (before - now).max(0.0));
        acted.free_mib = self.free();
        acted.is_met =
            self.plan.target.map(|target| acted.free_mib.is_some_and(|free| free >= target.need_mib));
        acted.was_interrupted = self.context.interrupt.is_triggered();
        acted
    }

    fn step(&self, step: &ClearStep, acted: &mut Acted) -> StepShape {
        if self.context.interrupt.is_triggered() {
            return StepShape::passed_over(StepStatus::NotTaken);
        }
        if let (Some(target), Some(free)) = (self.plan.target, self.free())
            && free >= target.need_mib
        {
            return StepShape::passed_over(StepStatus::NotNeeded);
        }
        if let Some(release) = &step.release {
            return self.release(step, release, acted);
        }
        let pids: Vec<u32> = match step.action {
            StepAction::Kill => self.still_holding(step, acted),
            // Held back behind a server that has let go: its processes may live.
            _ if step.is_reserve && self.plan.target.is_none() && acted.shortfall_mib.is_none() => Vec::new(),
            _ => step.pids.clone(),
        };
        if pids.is_empty() {
            return StepShape::passed_over(StepStatus::NotNeeded);
        }
        if step.action != StepAction::Kill {
            // What a server did not free is in what its processes hold.
            let counted = if step.is_reserve { acted.shortfall_mib.take().unwrap_or(0.0) } else { 0.0 };
            acted.requested_mib += (step.expected_mib.unwrap_or(0.0) - counted).max(0.0);
        }
        self.signal(step, &pids, acted)
    }

    fn release(&self, step: &ClearStep, release: &ReleaseStep, acted: &mut Acted) -> StepShape {
        let witness = Witness {
            used_mib: &|| self.devices.used_mib().ok()?.into_values().sum(),
            is_interrupted: &|| self.context.interrupt.is_triggered(),
            patience: patience(LONGEST_LOOK),
            now: self.context.now,
        };
        acted.requested_mib += step.expected_mib.unwrap_or(0.0);
        let outcome = match release_step(self.context, self.servers, release, "gpu clear", &witness) {
            Ok(outcome) => outcome,
            // What cannot be recorded cannot be taken back, so that it was not asked; the other steps are no worse for it.
            Err(error) => {
                acted.fall_short_by(step.expected_mib.unwrap_or(0.0));
                let detail = Some(format!("not asked: {error:#}"));
                return StepShape { status: StepStatus::FellShort, freed_mib: Some(0.0), detail };
            }
        };
        let shown = gpu_models::shown(&outcome);
        let status = if outcome.is_done() { StepStatus::Done } else { StepStatus::FellShort };
        if status == StepStatus::FellShort {
            acted.fall_short_by(step.expected_mib.unwrap_or(0.0) - shown.freed_mib.unwrap_or(0.0));
        }
        StepShape { status, freed_mib: shown.freed_mib, detail: Some(shown.text) }
    }

    fn signal(&self, step: &ClearStep, pids: &[u32], acted: &mut Acted) -> StepShape {
        let gpus: BTreeSet<u32> = step.gpus.iter().copied().collect();
        let before = self.used(&gpus);
        self.end(step.action, pids, acted);
        let over: Vec<bool> = pids.iter().map(|pid| acted.outcomes.get(pid).is_some_and(is_over)).collect();
        let freed_mib =
            if over.contains(&true) { self.wait_for(step.expected_mib, before, &gpus) } else { Some(0.0) };
        let is_enough = freed_mib.is_none_or(|freed| freed >= ENOUGH * step.expected_mib.unwrap_or(0.0));
        let is_done = is_enough && !over.contains(&false);
        let status = if is_done { StepStatus::Done } else { StepStatus::FellShort };
        StepShape { status, freed_mib, detail: None }
    }

    /// Those of a tree that SIGTERM left, and that still have the device.
    fn still_holding(&self, step: &ClearStep, acted: &Acted) -> Vec<u32> {
        let holding: BTreeSet<u32> = match self.devices.read() {
            Ok(now) => now.processes.iter().map(|process| process.pid).collect(),
            // The driver does not answer: the look at the device's file decides.
            Err(_) => step.pids.iter().copied().collect(),
        };
        let is_left = |pid: &&u32| acted.outcomes.get(pid) == Some(&EndOutcome::StillRunning);
        step.pids.iter().filter(is_left).filter(|pid| holding.contains(pid)).copied().collect()
    }

    fn end(&self, action: StepAction, pids: &[u32], acted: &mut Acted) {
        let planned = pids.iter().filter_map(|pid| self.plan.end.iter().find(|process| process.pid == *pid));
        let (live, recorded): (Vec<_>, Vec<_>) =
            planned.partition(|process| self.devices.is_live(process.pid));
        for process in recorded {
            let reason = "it is only recorded, and no process of this machine".to_owned();
            acted.outcomes.insert(process.pid, EndOutcome::Failed { reason });
        }
        let requests: Vec<EndRequest> =
            live.iter().map(|process| EndRequest::new(process, &self.reading.device_files)).collect();
        let is_interrupted = || self.context.interrupt.is_triggered();
        let outcomes = match action {
            StepAction::Terminate => terminate_processes(&requests, self.args.grace.0, &is_interrupted),
            StepAction::Kill => kill_processes(&requests, &is_interrupted),
            StepAction::Release(_) => return,
        };
        acted.outcomes.extend(requests.iter().map(|request| request.pid).zip(outcomes));
    }

    /// How much less is in use than before, once enough is or the time is over. The driver's word counts, not that a
    /// process is gone.
    fn wait_for(&self, expected: Option<f64>, before: Option<f64>, gpus: &BTreeSet<u32>) -> Option<f64> {
        let (before, began) = (before?, Instant::now());
        let longest = if expected.is_some() { LONGEST_LOOK } else { LOOK_FOR_UNKNOWN };
        loop {
            let freed = (before - self.used(gpus)?).max(0.0);
            let is_enough = expected.is_some_and(|expected| freed >= ENOUGH * expected);
            if is_enough || began.elapsed() >= longest || self.context.interrupt.is_triggered() {
                return Some(freed);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// GPUs that a process of the plan uses, or that were asked for: a process on two GPUs frees both.
    fn touched(&self) -> BTreeSet<u32> {
        let by_steps = self.plan.steps.iter().flat_map(|step| step.gpus.iter().copied());
        let is_chosen = |gpu: &&GpuSnapshot| self.gpus.includes(&gpu.uuid);
        by_steps.chain(self.reading.gpus.iter().filter(is_chosen).map(|gpu| gpu.index)).collect()
    }

    /// Memory in use on these GPUs, MiB.
    fn used(&self, gpus: &BTreeSet<u32>) -> Option<f64> {
        let now = self.devices.used_mib().ok()?;
        gpus.iter().map(|index| now.get(index).copied().flatten()).sum()
    }

    /// Memory free on the GPU where it is needed, MiB.
    fn free(&self) -> Option<f64> {
        let target = self.plan.target?;
        let gpu = self.reading.gpus.iter().find(|gpu| gpu.index == target.gpu_index)?;
        gpu.memory_free_beside_mib(self.used(&BTreeSet::from([gpu.index])))
    }
}

fn is_over(outcome: &EndOutcome) -> bool {
    matches!(
        outcome,
        EndOutcome::Ended | EndOutcome::Killed | EndOutcome::AlreadyGone | EndOutcome::NotHolding
    )
}

impl Acted {
    /// Whether all was done that was to be done: enough is free, or every process has ended and the memory is back.
    pub(super) fn is_complete(&self) -> bool {
        let is_all_back = !self.has_survivors() && self.is_enough() && self.shortfall_mib.is_none();
        self.is_met.unwrap_or(is_all_back && !self.was_interrupted)
    }

    /// Takes down what a server was asked for and did not free, MiB.
    fn fall_short_by(&mut self, missing_mib: f64) {
        self.shortfall_mib = Some(self.shortfall_mib.unwrap_or(0.0) + missing_mib.max(0.0));
    }

    /// Whether about as much came back as the processes held.
    pub(super) fn is_enough(&self) -> bool {
        self.freed_mib.is_none_or(|freed| freed >= ENOUGH * self.requested_mib)
    }

    /// Whether a process that got a signal still runs, or could get none.
    pub(super) fn has_survivors(&self) -> bool {
        self.outcomes.values().any(|outcome| !is_over(outcome))
    }

    /// Whether a process still runs after a signal.
    pub(super) fn has_running(&self) -> bool {
        self.outcomes.values().any(|outcome| *outcome == EndOutcome::StillRunning)
    }

    /// Processes that got no signal though they should have, with what happened.
    pub(super) fn unreached(&self) -> Vec<(u32, String)> {
        let is_unreached = |outcome: &EndOutcome| !is_over(outcome) && *outcome != EndOutcome::StillRunning;
        let unreached = self.outcomes.iter().filter(|(_, outcome)| is_unreached(outcome));
        unreached.map(|(pid, outcome)| (*pid, shown(outcome).text)).collect()
    }

    /// The same as it is shown.
    pub(super) fn into_shape(self) -> ActedShape {
        ActedShape {
            was_interrupted: self.was_interrupted && !self.is_complete(),
            ends: self.outcomes.iter().map(|(pid, outcome)| (*pid, shown(outcome))).collect(),
            steps: self.steps,
            requested_mib: self.requested_mib,
            freed_mib: self.freed_mib,
            free_mib: self.free_mib,
            is_met: self.is_met,
        }
    }
}

fn shown(outcome: &EndOutcome) -> ShownEnd {
    let (outcome, text) = match outcome {
        EndOutcome::Ended => ("ended", "ended".to_owned()),
        EndOutcome::Killed => ("killed", "killed".to_owned()),
        EndOutcome::AlreadyGone => ("already_gone", "was gone already".to_owned()),
        EndOutcome::Reused => ("reused", "not touched: its number is another process's now".to_owned()),
        EndOutcome::NotHolding => ("not_holding", "not touched: it has let go of the device".to_owned()),
        EndOutcome::StillRunning => ("still_running", "still running".to_owned()),
        EndOutcome::Failed { reason } => ("failed", format!("could not be signalled: {reason}")),
    };
    ShownEnd { outcome, text }
}
