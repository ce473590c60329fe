//! Activations of systemd services, put together from what the journal says about their units.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::journal_record::{JournalRecord, UnitMessage};
use crate::domain::activity::{Run, RunStatus};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// What a unit consumed is told right after its end; later than this, nothing more is expected.
const SETTLING_MS: i64 = MINUTE_MS;
/// More activations than this are not held; the oldest go with an unknown end.
const MOST_HELD: usize = 100_000;

/// A unit of one manager (the system's, or a user's) on one host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct UnitKey {
    host: Option<String>,
    manager_user: Option<String>,
    unit: String,
}

/// One activation.
struct Activation {
    key: UnitKey,
    invocation: Option<String>,
    run: Run,
    stop_requested: bool,
    cpu_seconds: Option<f64>,
}

impl Activation {
    /// Whether a message with this invocation is about this activation; unknown fits.
    fn is(&self, invocation: Option<&str>) -> bool {
        match (self.invocation.as_deref(), invocation) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }

    fn end(&mut self, at: Timestamp, status: Option<RunStatus>) {
        if self.run.ended_at.is_none() && at >= self.run.started_at {
            self.run.ended_at = Some(at);
            self.run.status = status;
        }
    }

    fn into_run(self) -> Run {
        let mut run = self.run;
        if let (Some(cpu_seconds), Some(ended_at)) = (self.cpu_seconds, run.ended_at) {
            let wall_ms = ended_at.since(run.started_at);
            run.resources.cpu_cores = (wall_ms > 0).then(|| cpu_seconds * 1_000.0 / wall_ms as f64);
        }
        run
    }
}

/// Takes messages in the order of the journal and yields the runs of services.
#[derive(Default)]
pub(super) struct UnitRuns {
    /// By order of their start in the journal.
    activations: BTreeMap<u64, Activation>,
    current: HashMap<UnitKey, u64>,
    starts: u64,
    /// Ended, by the order of their ends; what they consumed may yet be told.
    settling: VecDeque<(Timestamp, u64)>,
    ready: VecDeque<Run>,
}

impl UnitRuns {
    /// The next run that nothing more will be learned about.
    pub(super) fn pop(&mut self) -> Option<Run> {
        self.ready.pop_front()
    }

    /// Takes one message about a unit.
    pub(super) fn take(&mut self, message: UnitMessage, record: &JournalRecord, at: Timestamp) {
        self.settle(at);
        let Some(unit) = record.unit().filter(|unit| unit.len() > ".service".len()) else {
            return;
        };
        // Timers, targets, sockets, slices and scopes run nothing themselves.
        let Some(name) = unit.strip_suffix(".service") else {
            return;
        };
        let key = UnitKey {
            host: record.host().map(str::to_owned),
            manager_user: record.manager_user().map(str::to_owned),
            unit: unit.to_owned(),
        };
        let held = self.current.get(&key).copied().filter(|id| {
            self.activations.get(id).is_some_and(|activation| activation.is(record.invocation()))
        });
        let finished = record.message().is_some_and(|text| text.starts_with("Finished "));
        match (message, held) {
            (UnitMessage::Starting, _) => self.begin(key, name, record, at),
            // "Finished" without its "Starting" belongs to a start before the journal's first line.
            (UnitMessage::StartDone, None) if !finished => self.begin(key, name, record, at),
            (_, None) => {}
            // Old versions name no invocation: what starts after an end is the next one.
            (UnitMessage::StartDone, Some(id)) if !finished && self.is_over(id, record) => {
                self.begin(key, name, record, at);
            }
            (UnitMessage::Skipped, Some(id)) => {
                self.forget(id);
            }
            (_, Some(id)) => {
                let ended = self.change(id, message, record, at, finished);
                if ended {
                    self.settling.push_back((at, id));
                }
                let told = message == UnitMessage::Consumed
                    && self.activations.get(&id).is_some_and(|activation| activation.run.ended_at.is_some());
                if told {
                    self.release(id);
                }
            }
        }
    }

    /// Lets go of everything, in the order of the starts: the journal has ended.
    pub(super) fn finish(&mut self) {
        while let Some((id, _)) = self.activations.first_key_value() {
            let id = *id;
            self.release(id);
        }
    }

    fn begin(&mut self, key: UnitKey, name: &str, record: &JournalRecord, at: Timestamp) {
        if let Some(previous) = self.current.get(&key).copied() {
            self.release(previous);
        }
        let mut run = Run::started(name, at);
        run.host = key.host.clone();
        run.user = key.manager_user.clone();
        run.external_id = record.invocation().map(str::to_owned);
        let id = self.starts;
        self.starts += 1;
        self.current.insert(key.clone(), id);
        let invocation = record.invocation().map(str::to_owned);
        let activation = Activation { key, invocation, run, stop_requested: false, cpu_seconds: None };
        self.activations.insert(id, activation);
        if self.activations.len() > MOST_HELD
            && let Some((oldest, _)) = self.activations.first_key_value()
        {
            let oldest = *oldest;
            self.release(oldest);
        }
    }

    /// Takes what a message says about an activation; tells whether it ended by it.
    fn change(
        &mut self,
        id: u64,
        message: UnitMessage,
        record: &JournalRecord,
        at: Timestamp,
        finished: bool,
    ) -> bool {
        let Some(activation) = self.activations.get_mut(&id) else {
            return false;
        };
        let open = activation.run.ended_at.is_none();
        if activation.invocation.is_none() {
            activation.invocation = record.invocation().map(str::to_owned);
            activation.run.external_id = activation.invocation.clone();
        }
        let stopped = activation.stop_requested.then_some(RunStatus::Cancelled);
        match message {
            UnitMessage::StartDone if finished => activation.end(at, Some(RunStatus::Completed)),
            UnitMessage::StartFailed => {
                activation.end(at, stopped.or_else(|| job_status(record.job_result())));
            }
            UnitMessage::Stopping => activation.stop_requested = true,
            UnitMessage::Stopped => activation.end(at, stopped),
            UnitMessage::Succeeded => activation.end(at, stopped.or(Some(RunStatus::Completed))),
            UnitMessage::Failed => {
                activation.end(at, stopped.or_else(|| unit_status(record.unit_result())));
            }
            UnitMessage::ProcessExited if open => {
                activation.run.exit_code = record.exit_code().or(activation.run.exit_code);
            }
            UnitMessage::Consumed => {
                activation.cpu_seconds = record.cpu_seconds();
                activation.run.resources.memory_mib = record.memory_mib();
            }
            UnitMessage::Starting
            | UnitMessage::StartDone
            | UnitMessage::ProcessExited
            | UnitMessage::Skipped => {}
        }
        open && activation.run.ended_at.is_some()
    }

    fn is_over(&self, id: u64, record: &JournalRecord) -> bool {
        let ended = self.activations.get(&id).is_some_and(|activation| activation.run.ended_at.is_some());
        ended && record.invocation().is_none()
    }

    fn settle(&mut self, now: Timestamp) {
        while let Some((ended_at, id)) = self.settling.front().copied() {
            if now.since(ended_at) <= SETTLING_MS {
                return;
            }
            self.settling.pop_front();
            self.release(id);
        }
    }

    fn forget(&mut self, id: u64) -> Option<Activation> {
        let activation = self.activations.remove(&id)?;
        if self.current.get(&activation.key) == Some(&id) {
            self.current.remove(&activation.key);
        }
        Some(activation)
    }

    fn release(&mut self, id: u64) {
        if let Some(activation) = self.forget(id) {
            self.ready.push_back(activation.into_run());
        }
    }
}

fn unit_status(result: Option<&str>) -> Option<RunStatus> {
    Some(match result? {
        "success" => RunStatus::Completed,
        "timeout" => RunStatus::Timeout,
        "oom-kill" => RunStatus::OutOfMemory,
        _ => RunStatus::Failed,
    })
}

fn job_status(result: Option<&str>) -> Option<RunStatus> {
    Some(match result? {
        "timeout" => RunStatus::Timeout,
        "canceled" => RunStatus::Cancelled,
        _ => RunStatus::Failed,
    })
}
