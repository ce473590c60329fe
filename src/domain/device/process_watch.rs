//! What our own readings tell of a process: since when it is idle, and how its memory grew. The driver tells neither:
//! it names only processes that were busy just now.

use serde::Serialize;

use super::GpuProcess;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Readings further apart say nothing of the time between them.
pub const LONGEST_GAP_MS: i64 = 10 * MINUTE_MS;

/// Memory that grows or shrinks by less, MiB, is no sign of work.
const SAME_MIB: f64 = 1.0;

/// A new peak counts once it exceeds the last by this: the end of a ramp is not put off by crumbs.
const NEW_PEAK: f64 = 1.02;

/// A process on a GPU, as `gpu watch` has seen it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcessWatch {
    /// The GPU.
    pub gpu_uuid: String,
    /// Process id.
    pub pid: u32,
    /// Clock ticks from the start of the system to its own: with the process id, its identity.
    pub start_ticks: u64,
    /// Its command line.
    pub command: String,
    /// The task type it is a run of, where it is known.
    pub task_type: Option<String>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// First reading that had it.
    pub first_seen: Timestamp,
    /// Last reading that had it.
    pub last_seen: Timestamp,
    /// Since when every reading found it idle; `None` when the last did not, or could not tell.
    pub idle_since: Option<Timestamp>,
    /// What it held at the last reading, MiB.
    pub memory_mib: Option<f64>,
    /// The most it held, MiB.
    pub peak_mib: Option<f64>,
    /// From its start to the first reading near that peak, milliseconds.
    pub peak_after_ms: Option<i64>,
}

impl ProcessWatch {
    /// What is known after a reading at `at` has found `process`, on a GPU that was busy for `gpu_utilization` of its last
    /// sample period. `None` where the process cannot be seen, so that nothing would tell it from its successor.
    pub fn after(
        previous: Option<&ProcessWatch>,
        process: &GpuProcess,
        gpu_utilization: Option<f64>,
        at: Timestamp,
    ) -> Option<ProcessWatch> {
        let facts = process.facts.as_ref()?;
        let previous = previous.filter(|known| known.is_of(process));
        let idle_before = previous
            .filter(|known| (0..=LONGEST_GAP_MS).contains(&at.since(known.last_seen)))
            .and_then(|known| known.idle_since);
        let has_moved = previous.is_some_and(|known| match (known.memory_mib, process.memory_mib) {
            (Some(before), Some(now)) => (before - now).abs() > SAME_MIB,
            _ => false,
        });
        let is_idle = process.utilization.or(gpu_utilization) == Some(0.0) && !has_moved;
        let peak = previous.and_then(|known| known.peak_mib);
        let is_new_peak = match (peak, process.memory_mib) {
            (Some(peak), Some(now)) => now > peak * NEW_PEAK,
            (None, now) => now.is_some(),
            (Some(_), None) => false,
        };
        Some(ProcessWatch {
            gpu_uuid: process.gpu_uuid.clone(),
            pid: process.pid,
            start_ticks: facts.start_ticks,
            command: facts.command.clone(),
            task_type: previous.and_then(|known| known.task_type.clone()),
            started: facts.started,
            first_seen: previous.map_or(at, |known| known.first_seen),
            last_seen: at,
            idle_since: is_idle.then(|| idle_before.unwrap_or(at)),
            memory_mib: process.memory_mib,
            peak_mib: match (peak, process.memory_mib) {
                (Some(peak), Some(now)) => Some(peak.max(now)),
                (peak, now) => peak.or(now),
            },
            peak_after_ms: if is_new_peak {
                facts.started.map(|started| at.since(started).max(0))
            } else {
                previous.and_then(|known| known.peak_after_ms)
            },
        })
    }

    /// Whether it is about this very process.
    pub fn is_of(&self, process: &GpuProcess) -> bool {
        let ticks = process.facts.as_ref().map(|facts| facts.start_ticks);
        self.gpu_uuid == process.gpu_uuid && self.pid == process.pid && ticks == Some(self.start_ticks)
    }

    /// Since when it is idle, as known at `now`; `None` when it is not known to be: busy at the last reading, or that
    /// was too long ago.
    pub fn idle_since_at(&self, now: Timestamp) -> Option<Timestamp> {
        let age = now.since(self.last_seen);
        self.idle_since.filter(|_| (0..=LONGEST_GAP_MS).contains(&age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::{now, process};

    /// Readings by minute, with the GPU's utilisation and the memory held.
    fn watched(readings: &[(i64, Option<f64>, f64)]) -> ProcessWatch {
        let mut known: Option<ProcessWatch> = None;
        for (minute, utilization, memory_mib) in readings {
            let mut seen = process(900);
            seen.memory_mib = Some(*memory_mib);
            known = ProcessWatch::after(known.as_ref(), &seen, *utilization, minute_after(*minute));
        }
        known.expect("seen")
    }

    fn minute_after(minute: i64) -> Timestamp {
        now().plus_ms(minute * MINUTE_MS)
    }

    #[test]
    fn a_process_is_idle_since_the_first_of_the_readings_that_all_found_it_so() {
        let known = watched(&[(0, Some(0.4), 100.0), (1, Some(0.0), 100.0), (2, Some(0.0), 100.0)]);
        assert_eq!(known.idle_since_at(minute_after(2)), Some(minute_after(1)));
    }

    #[test]
    fn work_memory_that_moves_and_gaps_begin_idleness_anew() {
        let busy = watched(&[(0, Some(0.0), 100.0), (1, Some(0.2), 100.0)]);
        assert_eq!(busy.idle_since, None);
        let grown = watched(&[(0, Some(0.0), 100.0), (1, Some(0.0), 500.0), (2, Some(0.0), 500.0)]);
        assert_eq!(grown.idle_since, Some(minute_after(2)));
        let gap = watched(&[(0, Some(0.0), 100.0), (30, Some(0.0), 100.0)]);
        assert_eq!(gap.idle_since, Some(minute_after(30)));
    }

    #[test]
    fn what_no_reading_tells_is_not_idle() {
        assert_eq!(watched(&[(0, None, 100.0), (1, None, 100.0)]).idle_since, None);
        let stale = watched(&[(0, Some(0.0), 100.0)]);
        assert_eq!(stale.idle_since_at(minute_after(11)), None);
    }

    #[test]
    fn a_busy_gpu_does_not_make_a_process_busy_that_the_driver_says_is_idle() {
        let mut quiet = process(900);
        quiet.utilization = Some(0.0);
        let known = ProcessWatch::after(None, &quiet, Some(0.9), now()).expect("seen");
        assert_eq!(known.idle_since, Some(now()));
    }

    #[test]
    fn the_ramp_ends_with_the_last_peak_worth_the_name() {
        let known = watched(&[
            (0, Some(0.5), 100.0),
            (5, Some(0.5), 8_000.0),
            (9, Some(0.5), 8_010.0),
            (12, Some(0.5), 400.0),
        ]);
        assert_eq!(known.peak_mib, Some(8_010.0));
        // It began an hour before the first reading.
        assert_eq!(known.peak_after_ms, Some(65 * MINUTE_MS));
    }

    #[test]
    fn a_successor_under_the_same_number_begins_anew() {
        let first = watched(&[(0, Some(0.0), 100.0)]);
        let mut successor = process(900);
        successor.facts.as_mut().expect("facts").start_ticks = 7;
        let known = ProcessWatch::after(Some(&first), &successor, Some(0.0), minute_after(1)).expect("seen");
        assert_eq!((known.first_seen, known.idle_since), (minute_after(1), Some(minute_after(1))));
    }
}
