//! Whether runs can have been on the machine that is planned for: what they held at once, beside what it has.

use serde::Serialize;

use super::HostInput;
use crate::domain::activity::{HistoryRun, HostId, TaskHistory};
use crate::domain::rules::SharedResource;
use crate::domain::time::Timestamp;

/// Runs of one machine may be told to take more than it has, as what they take is rounded up or only asked for. Beyond
/// this many times as much it is another machine.
const OVERBOOKED: f64 = 2.0;

/// A resource of which runs held more than the machine has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CapacityDoubt {
    /// The host that is planned for.
    pub host: String,
    /// Which resource.
    pub resource: SharedResource,
    /// What the host is taken to have; cores, MiB or GPUs.
    pub planned: f64,
    /// What runs held at once at most.
    pub held_at_once: f64,
    /// What one run held at most.
    pub held_alone: f64,
}

/// The resources, of those named, of which one run held more than `host` has, or several at once more than twice as
/// much. `is_here` says which runs count. A run without an end counts alone only.
pub fn capacity_doubts(
    histories: &[TaskHistory],
    is_here: &dyn Fn(Option<HostId>) -> bool,
    host: &HostInput,
    resources: Vec<SharedResource>,
) -> Vec<CapacityDoubt> {
    let runs: Vec<&HistoryRun> =
        histories.iter().flat_map(|history| &history.runs).filter(|run| is_here(run.host)).collect();
    let doubt = |resource: SharedResource| {
        let planned = match (resource, resource.capacity(&host.capacity)) {
            // A host of which no GPU is known has none, as far as a plan goes.
            (SharedResource::GpuCount, None) => 0.0,
            (_, planned) => planned.filter(|planned| *planned > 0.0)?,
        };
        let held = |run: &HistoryRun| of_run(resource, run).filter(|held| held.is_finite() && *held > 0.0);
        let held_alone = runs.iter().filter_map(|run| held(run)).fold(0.0, f64::max);
        let held_at_once = at_once(&runs, &held).max(held_alone);
        (held_alone > planned || held_at_once > OVERBOOKED * planned).then(|| CapacityDoubt {
            host: host.name.clone(),
            resource,
            planned,
            held_at_once,
            held_alone,
        })
    };
    resources.into_iter().filter_map(doubt).collect()
}

fn of_run(resource: SharedResource, run: &HistoryRun) -> Option<f64> {
    match resource {
        SharedResource::CpuCores => run.resources.cpu_cores,
        SharedResource::MemoryMib => run.resources.memory_mib,
        SharedResource::GpuCount => run.resources.gpu_count,
        SharedResource::GpuMemoryMib => run.resources.gpu_memory_mib,
    }
}

/// The most that runs with a start and an end held together.
fn at_once(runs: &[&HistoryRun], held: &dyn Fn(&HistoryRun) -> Option<f64>) -> f64 {
    let mut steps: Vec<(Timestamp, f64)> = Vec::new();
    for run in runs {
        let (Some(end), Some(amount)) = (run.ended_at, held(run)) else { continue };
        if end > run.started_at {
            steps.extend([(run.started_at, amount), (end, -amount)]);
        }
    }
    // What ends makes room for what starts at that moment.
    steps.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let mut load = 0.0;
    steps.iter().fold(0.0_f64, |most, (_, change)| {
        load += change;
        most.max(load)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::TaskTypeId;
    use crate::domain::rules::Capacity;

    fn history(runs: &[(i64, i64, f64)]) -> Vec<TaskHistory> {
        let run = |(start, end, cores): &(i64, i64, f64)| {
            let mut run = HistoryRun::started(Timestamp::clamped(*start));
            run.ended_at = Some(Timestamp::clamped(*end));
            run.resources.cpu_cores = Some(*cores);
            run
        };
        vec![TaskHistory {
            task_type: TaskTypeId(1),
            name: "job".to_owned(),
            runs: runs.iter().map(run).collect(),
        }]
    }

    fn doubts(runs: &[(i64, i64, f64)], cores: f64) -> Vec<(f64, f64)> {
        let capacity = Capacity { cpu_cores: Some(cores), ..Capacity::default() };
        let host = HostInput { name: "here".to_owned(), capacity, gpu_devices_mib: Vec::new() };
        let found = capacity_doubts(&history(runs), &|_| true, &host, SharedResource::ALL.to_vec());
        found.into_iter().map(|doubt| (doubt.held_at_once, doubt.held_alone)).collect()
    }

    #[test]
    fn one_run_that_held_more_than_there_is_was_elsewhere() {
        assert_eq!(doubts(&[(0, 10, 8.0)], 4.0), [(8.0, 8.0)]);
        assert_eq!(doubts(&[(0, 10, 4.0)], 4.0), []);
    }

    #[test]
    fn runs_on_gpus_were_not_on_a_host_without_any() {
        let mut trained = history(&[(0, 10, 1.0)]);
        trained[0].runs[0].resources.gpu_count = Some(2.0);
        let capacity = Capacity { cpu_cores: Some(4.0), ..Capacity::default() };
        let host = HostInput { name: "here".to_owned(), capacity, gpu_devices_mib: Vec::new() };
        let found = capacity_doubts(&trained, &|_| true, &host, SharedResource::ALL.to_vec());
        let told: Vec<_> =
            found.iter().map(|doubt| (doubt.resource, doubt.planned, doubt.held_alone)).collect();
        assert_eq!(told, [(SharedResource::GpuCount, 0.0, 2.0)]);
    }

    #[test]
    fn several_at_once_may_be_overbooked_but_not_without_end() {
        assert_eq!(doubts(&[(0, 10, 4.0), (5, 15, 4.0)], 4.0), []);
        assert_eq!(doubts(&[(0, 10, 4.0), (5, 15, 4.0), (9, 12, 1.0)], 4.0), [(9.0, 4.0)]);
        assert_eq!(doubts(&[(0, 10, 4.0), (10, 15, 4.0), (15, 20, 4.0)], 4.0), [], "one after the other");
    }
}
