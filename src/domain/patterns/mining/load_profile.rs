//! How much of a resource runs take together, hour by hour, in local time.

use std::collections::BTreeMap;

use super::surroundings::Surroundings;
use crate::domain::activity::{HistoryRun, TaskHistory};
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Hours of a day.
pub(super) const DAY_HOURS: i64 = 24;
/// Task types that a load is said to come from.
const CONTRIBUTORS: usize = 3;

/// A resource whose load is looked at.
#[derive(Clone, Copy)]
pub(super) struct LoadedResource {
    /// What it is called.
    pub(super) name: &'static str,
    /// Unit of its load.
    pub(super) unit: &'static str,
    /// What one run takes of it.
    need: fn(&HistoryRun) -> Option<f64>,
}

/// All of them.
pub(super) const RESOURCES: [LoadedResource; 5] = [
    LoadedResource { name: "running_runs", unit: "runs", need: |_| Some(1.0) },
    LoadedResource { name: "cpu_cores", unit: "cores", need: |run| run.resources.cpu_cores },
    LoadedResource { name: "memory_mib", unit: "MiB", need: |run| run.resources.memory_mib },
    LoadedResource { name: "gpu_count", unit: "GPUs", need: |run| run.resources.gpu_count },
    LoadedResource { name: "gpu_memory_mib", unit: "MiB", need: |run| run.resources.gpu_memory_mib },
];

/// Mean load of each local hour.
#[derive(Clone, Debug)]
pub(super) struct HourlyLoad {
    /// First local day.
    pub(super) first_day: i32,
    /// Mean loads from the first hour of that day on; `None` where nothing was observed.
    pub(super) hours: Vec<Option<f64>>,
    /// Runs whose end and need are known.
    pub(super) known_runs: u64,
    /// All runs.
    pub(super) runs: u64,
    /// What each task type took, at each local hour of the day, in units times ms.
    taken: Vec<(String, [f64; DAY_HOURS as usize])>,
}

impl HourlyLoad {
    /// The load of `resource`, an hour at a time. Zones that are half an hour apart from full hours are read to
    /// the nearest hour. `None` unless runs of several task types tell what they took.
    pub(super) fn of(
        resource: LoadedResource,
        histories: &[&TaskHistory],
        around: &Surroundings,
    ) -> Option<HourlyLoad> {
        let end_ms = around.observation.end_ms();
        let all = histories.iter().flat_map(|history| &history.runs);
        let oldest_ms = i64::from(around.days.first()) * DAY_MS;
        let from_ms = all.map(|run| run.started_at.millis()).filter(|start| *start >= oldest_ms).min()?;
        let first_hour = from_ms.div_euclid(HOUR_MS);
        let count = usize::try_from(end_ms.div_euclid(HOUR_MS) - first_hour + 1).ok()?;
        let mut steps = Steps::new(first_hour, count);
        let (mut known_runs, mut runs) = (0, 0);
        let mut taken = Vec::new();
        for history in histories {
            let mut by_hour = [0.0; DAY_HOURS as usize];
            for run in &history.runs {
                runs += 1;
                let (Some(end), Some(need)) = (run.ended_at, (resource.need)(run)) else { continue };
                let (start, end) = (run.started_at.millis().max(from_ms), end.millis().min(end_ms));
                if !need.is_finite() || need < 0.0 {
                    continue;
                }
                known_runs += 1;
                if start < end {
                    add_by_hour(&mut by_hour, around.clocks[0].local(start), end - start, need);
                    steps.add(start, end, need);
                }
            }
            if by_hour.iter().any(|taken| *taken > 0.0) {
                taken.push((history.name.clone(), by_hour));
            }
        }
        // The load of one task type alone says no more than when that runs.
        if taken.len() < 2 {
            return None;
        }
        let (first_day, hours) = local_hours(&steps.means(), first_hour, around);
        Some(HourlyLoad { first_day, hours, known_runs, runs, taken })
    }

    /// The task types that take most in `length` hours from `start` on, the greediest first: those that a person would
    /// look at to make these hours less busy.
    pub(super) fn contributors(&self, start: i64, length: i64) -> Vec<String> {
        let within = |by_hour: &[f64]| -> f64 {
            (start..start + length).map(|hour| by_hour[hour.rem_euclid(DAY_HOURS) as usize]).sum()
        };
        let mut taken: Vec<(f64, &String)> = self
            .taken
            .iter()
            .map(|(name, by_hour)| (within(by_hour), name))
            .filter(|(sum, _)| *sum > 0.0)
            .collect();
        taken.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        taken.into_iter().take(CONTRIBUTORS).map(|(_, name)| name.clone()).collect()
    }
}

/// Spreads what a run takes over the hours of the day that it lies in; whole days count alike for all of them.
fn add_by_hour(by_hour: &mut [f64; DAY_HOURS as usize], local_start_ms: i64, length_ms: i64, need: f64) {
    let days = length_ms / DAY_MS;
    by_hour.iter_mut().for_each(|taken| *taken += need * (days * HOUR_MS) as f64);
    let (mut at_ms, mut left_ms) = (local_start_ms, length_ms - days * DAY_MS);
    while left_ms > 0 {
        let part_ms = (HOUR_MS - at_ms.rem_euclid(HOUR_MS)).min(left_ms);
        by_hour[at_ms.div_euclid(HOUR_MS).rem_euclid(DAY_HOURS) as usize] += need * part_ms as f64;
        (at_ms, left_ms) = (at_ms + part_ms, left_ms - part_ms);
    }
}

/// Loads as changes at full hours and shares of the hours at both ends: a run costs the same however long it is.
struct Steps {
    first_hour: i64,
    partial: Vec<f64>,
    change: Vec<f64>,
}

impl Steps {
    fn new(first_hour: i64, count: usize) -> Steps {
        Steps { first_hour, partial: vec![0.0; count], change: vec![0.0; count + 1] }
    }

    fn add(&mut self, start_ms: i64, end_ms: i64, need: f64) {
        let place = |at_ms: i64| (at_ms.div_euclid(HOUR_MS) - self.first_hour) as usize;
        let share = |at_ms: i64| at_ms.rem_euclid(HOUR_MS) as f64 / HOUR_MS as f64;
        let (first, last) = (place(start_ms), place(end_ms));
        // From the start on as if it never ended, then what lies after the end is taken off again.
        self.change[first] += need;
        self.partial[first] -= need * share(start_ms);
        self.change[last] -= need;
        self.partial[last] += need * share(end_ms);
    }

    fn means(&self) -> Vec<f64> {
        let mut level = 0.0;
        self.partial
            .iter()
            .zip(&self.change)
            .map(|(partial, change)| {
                level += change;
                // Sums that cancel out may leave a last digit behind.
                let mean = level + partial;
                if mean < 1e-9 { 0.0 } else { mean }
            })
            .collect()
    }
}

/// Loads of UTC hours at their places in local days; an hour that clocks repeat is the mean of both.
fn local_hours(means: &[f64], first_hour: i64, around: &Surroundings) -> (i32, Vec<Option<f64>>) {
    let clock = &around.clocks[0];
    let mut by_hour: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (index, mean) in means.iter().enumerate() {
        let from_ms = (first_hour + index as i64) * HOUR_MS;
        if around.observation.covers(from_ms, from_ms + HOUR_MS) {
            let entry = by_hour.entry(clock.local(from_ms + HOUR_MS / 2).div_euclid(HOUR_MS)).or_default();
            *entry = (entry.0 + mean, entry.1 + 1.0);
        }
    }
    let first_day = by_hour.keys().next().map_or(0, |hour| hour.div_euclid(DAY_HOURS));
    let last = by_hour.keys().next_back().copied().unwrap_or(0);
    let hours = (first_day * DAY_HOURS..=last)
        .map(|hour| by_hour.get(&hour).map(|(sum, count)| sum / count))
        .collect();
    (first_day as i32, hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_of_at_the_hours_that_it_lies_in() {
        let mut by_hour = [0.0; DAY_HOURS as usize];
        add_by_hour(&mut by_hour, 23 * HOUR_MS + HOUR_MS / 2, HOUR_MS, 4.0);
        assert_eq!((by_hour[23], by_hour[0], by_hour[12]), (2.0 * HOUR_MS as f64, 2.0 * HOUR_MS as f64, 0.0));
        add_by_hour(&mut by_hour, 0, 2 * DAY_MS, 1.0);
        assert_eq!(by_hour[12], 2.0 * HOUR_MS as f64);
    }

    #[test]
    fn a_run_loads_each_hour_by_its_share_of_it() {
        let mut steps = Steps::new(0, 5);
        steps.add(HOUR_MS / 2, 3 * HOUR_MS + HOUR_MS / 4, 4.0);
        assert_eq!(steps.means(), [2.0, 4.0, 4.0, 1.0, 0.0]);
        let mut within = Steps::new(0, 2);
        within.add(HOUR_MS + 600_000, HOUR_MS + 2_400_000, 2.0);
        assert_eq!(within.means(), [0.0, 1.0]);
    }
}
