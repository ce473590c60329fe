//! What would have waited: runs queue for their host in order of priority, then arrival, and the first in line starts as
//! soon as there is room for it. Nobody overtakes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use serde::Serialize;

use super::run::{ReplayHost, ReplayRun};
use crate::domain::patterns::Quantiles;
use crate::domain::time::{SECOND_MS, Timestamp};

/// Room that sums of rounded numbers may take beyond the capacity, as a share of it.
const ROUNDING: f64 = 1e-9;

/// Waiting over all runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WaitFigures {
    /// Runs.
    pub runs: u64,
    /// Runs that wait at all.
    pub waiting_runs: u64,
    /// Median wait of all runs, seconds.
    pub p50_seconds: f64,
    /// 95 % quantile of the wait of all runs, seconds.
    pub p95_seconds: f64,
    /// Longest wait, seconds.
    pub max_seconds: f64,
    /// All waits together, minutes.
    pub total_minutes: f64,
}

/// The wait of each run, milliseconds, if run `i` arrives at `arrivals[i]`. A run that asks for more than its host has takes
/// all there is.
pub(super) fn waits(hosts: &[ReplayHost], runs: &[ReplayRun], arrivals: &[Timestamp]) -> Vec<i64> {
    let mut waits = vec![0; runs.len()];
    for (position, host) in hosts.iter().enumerate() {
        let mut order: Vec<usize> = (0..runs.len()).filter(|run| runs[*run].host == position).collect();
        order.sort_by_key(|run| (arrivals[*run], *run));
        simulate(host, runs, arrivals, &order, &mut waits);
    }
    waits
}

fn simulate(
    host: &ReplayHost,
    runs: &[ReplayRun],
    arrivals: &[Timestamp],
    order: &[usize],
    waits: &mut [i64],
) {
    let needs = |run: usize| -> [f64; 4] {
        std::array::from_fn(|place| {
            host.capacity[place].map_or(0.0, |capacity| runs[run].demand[place].min(capacity))
        })
    };
    let mut used = [0.0_f64; 4];
    let mut running: BinaryHeap<Reverse<(Timestamp, usize)>> = BinaryHeap::new();
    let mut queue: BTreeSet<(Reverse<u8>, Timestamp, usize)> = BTreeSet::new();
    let mut next = 0;
    while next < order.len() || !queue.is_empty() {
        let arrival = order.get(next).map(|run| arrivals[*run]);
        let end = running.peek().map(|Reverse((end, _))| *end);
        // Something runs, or something is to come: an empty host takes any run, as needs are cut to its capacity.
        let Some(now) = [arrival, end].into_iter().flatten().min() else { break };
        while let Some(Reverse((end, run))) = running.peek().copied() {
            if end > now {
                break;
            }
            running.pop();
            let freed = needs(run);
            used.iter_mut().zip(freed).for_each(|(used, freed)| *used -= freed);
        }
        if running.is_empty() {
            used = [0.0; 4];
        }
        while let Some(run) = order.get(next).copied().filter(|run| arrivals[*run] <= now) {
            queue.insert((Reverse(runs[run].priority), arrivals[run], run));
            next += 1;
        }
        while let Some(first) = queue.first().copied() {
            let (_, arrived, run) = first;
            let wanted = needs(run);
            let fits = (0..4).all(|place| {
                host.capacity[place]
                    .is_none_or(|capacity| used[place] + wanted[place] <= capacity * (1.0 + ROUNDING))
            });
            if !fits {
                break;
            }
            queue.remove(&first);
            used.iter_mut().zip(wanted).for_each(|(used, wanted)| *used += wanted);
            waits[run] = now.since(arrived);
            running.push(Reverse((now.plus_ms(runs[run].duration_ms.max(0)), run)));
        }
    }
}

/// The figures of `waits`.
pub(super) fn wait_figures(waits: &[i64]) -> WaitFigures {
    let seconds = |wait: i64| wait as f64 / SECOND_MS as f64;
    let Some(quantiles) = Quantiles::of(waits.iter().map(|wait| seconds(*wait))) else {
        return WaitFigures::default();
    };
    WaitFigures {
        runs: waits.len() as u64,
        waiting_runs: waits.iter().filter(|wait| **wait > 0).count() as u64,
        p50_seconds: quantiles.p50,
        p95_seconds: quantiles.p95,
        max_seconds: waits.iter().copied().max().map_or(0.0, seconds),
        total_minutes: waits.iter().map(|wait| seconds(*wait)).sum::<f64>() / 60.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::Capacity;
    use crate::domain::time::MINUTE_MS;

    fn run(start: i64, minutes: i64, cores: f64, priority: u8) -> ReplayRun {
        ReplayRun {
            task_type: 0,
            start: Timestamp::clamped(start * MINUTE_MS),
            duration_ms: minutes * MINUTE_MS,
            demand: [cores, 0.0, 0.0, 0.0],
            host: 0,
            priority,
        }
    }

    fn minutes(runs: &[ReplayRun]) -> Vec<i64> {
        let host = ReplayHost::new("h", &Capacity { cpu_cores: Some(4.0), ..Capacity::default() });
        let arrivals: Vec<Timestamp> = runs.iter().map(|run| run.start).collect();
        waits(&[host], runs, &arrivals).into_iter().map(|wait| wait / MINUTE_MS).collect()
    }

    #[test]
    fn who_does_not_fit_waits_until_somebody_leaves() {
        assert_eq!(minutes(&[run(0, 10, 3.0, 5), run(0, 10, 3.0, 5), run(5, 1, 3.0, 5)]), [0, 10, 15]);
        assert_eq!(minutes(&[run(0, 10, 2.0, 5), run(0, 10, 2.0, 5)]), [0, 0]);
    }

    #[test]
    fn the_higher_priority_goes_first_and_nobody_overtakes() {
        assert_eq!(minutes(&[run(0, 10, 4.0, 5), run(1, 10, 4.0, 1), run(2, 10, 4.0, 9)]), [0, 19, 8]);
        // One core is free all the time, but the first in line wants four.
        assert_eq!(minutes(&[run(0, 10, 3.0, 5), run(1, 5, 4.0, 5), run(2, 1, 1.0, 5)]), [0, 9, 13]);
    }

    #[test]
    fn a_run_that_asks_for_more_than_there_is_takes_all_of_it() {
        assert_eq!(minutes(&[run(0, 10, 9.0, 5), run(0, 10, 1.0, 5)]), [0, 10]);
    }

    #[test]
    fn waits_are_counted_over_all_runs() {
        let figures = wait_figures(&[0, 0, 0, 60 * SECOND_MS]);
        assert_eq!((figures.waiting_runs, figures.p50_seconds, figures.max_seconds), (1, 0.0, 60.0));
        assert_eq!(figures.total_minutes, 1.0);
    }
}
