//! How full hosts would be if every run started at once: peaks, variance and minutes of overload, to the millisecond.

use serde::Serialize;

use super::run::{ReplayHost, ReplayRun, Resource};
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

/// Loads above the capacity by less than this share of it are sums of rounded numbers.
const ROUNDING: f64 = 1e-9;

/// Load of one resource over all hosts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceLoadFigures {
    /// Its name.
    pub resource: &'static str,
    /// Highest load over capacity of a host, 0..1 (above 1 where overloaded).
    pub peak_utilization: f64,
    /// The mean over days of each day's highest load over capacity: what a usual day looks like.
    pub mean_daily_peak_utilization: f64,
    /// Mean load over capacity of all hosts; above 1 no queue for them would ever end.
    pub mean_utilization: f64,
    /// Variance of the load over time, percent squared, hosts weighted by capacity.
    pub load_variance: f64,
    /// Minutes in which a host is asked for more than it has, summed over hosts.
    pub overload_minutes: f64,
}

/// Load of all resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LoadFigures {
    /// Each resource that some run asks for and whose capacity is known.
    pub resources: Vec<ResourceLoadFigures>,
    /// Highest load over capacity of any resource.
    pub peak_utilization: f64,
    /// Mean of the resources' variances.
    pub load_variance: f64,
    /// Sum of the resources' minutes of overload.
    pub overload_minutes: f64,
}

/// A change of load: when, by how much.
type Step = (Timestamp, f64);

/// The figures of `starts` (one for each run) within `span`.
pub(super) fn load_figures(
    hosts: &[ReplayHost],
    runs: &[ReplayRun],
    starts: &[Timestamp],
    days: &[TimeSpan],
    span: TimeSpan,
) -> LoadFigures {
    let mut figures = LoadFigures::default();
    for (place, resource) in Resource::ALL.into_iter().enumerate() {
        let total: f64 = hosts.iter().filter_map(|host| host.capacity[place]).sum();
        if total <= 0.0 || !runs.iter().any(|run| run.demand[place] > 0.0) {
            continue;
        }
        let mut found = ResourceLoadFigures {
            resource: resource.as_str(),
            peak_utilization: 0.0,
            mean_daily_peak_utilization: 0.0,
            mean_utilization: 0.0,
            load_variance: 0.0,
            overload_minutes: 0.0,
        };
        let (mut squares, mut load_sum) = (0.0, 0.0);
        let mut daily = vec![0.0_f64; days.len()];
        for (position, host) in hosts.iter().enumerate() {
            let Some(capacity) = host.capacity[place] else { continue };
            let steps = steps(runs, starts, position, place);
            for (from, to, load) in levels(&steps, span) {
                let length = to.since(from) as f64;
                let share = load / capacity;
                found.peak_utilization = found.peak_utilization.max(share);
                squares += share * share * length * capacity / total;
                load_sum += load * length;
                if share > 1.0 + ROUNDING {
                    found.overload_minutes += length / MINUTE_MS as f64;
                }
                let first = days.partition_point(|day| day.end <= from);
                for (day, most) in days.iter().zip(&mut daily).skip(first) {
                    if day.start >= to {
                        break;
                    }
                    *most = most.max(share);
                }
            }
        }
        let length = span.length_ms().max(1) as f64;
        let mean = load_sum / (length * total);
        found.mean_utilization = mean;
        found.load_variance = (1e4 * (squares / length - mean * mean)).max(0.0);
        found.mean_daily_peak_utilization = daily.iter().sum::<f64>() / daily.len().max(1) as f64;
        figures.peak_utilization = figures.peak_utilization.max(found.peak_utilization);
        figures.overload_minutes += found.overload_minutes;
        figures.resources.push(found);
    }
    let count = figures.resources.len().max(1) as f64;
    figures.load_variance = figures.resources.iter().map(|found| found.load_variance).sum::<f64>() / count;
    figures
}

fn steps(runs: &[ReplayRun], starts: &[Timestamp], host: usize, resource: usize) -> Vec<Step> {
    let of_host = runs.iter().zip(starts).filter(|(run, _)| run.host == host && run.demand[resource] > 0.0);
    let mut steps: Vec<Step> = of_host
        .flat_map(|(run, start)| {
            [(*start, run.demand[resource]), (start.plus_ms(run.duration_ms), -run.demand[resource])]
        })
        .collect();
    // What ends leaves before what starts comes.
    steps.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    steps
}

/// Stretches of equal load within `span`, idle ones too.
fn levels(steps: &[Step], span: TimeSpan) -> Vec<(Timestamp, Timestamp, f64)> {
    let mut stretches = Vec::with_capacity(steps.len() + 1);
    let (mut load, mut from) = (0.0, span.start);
    for (at, change) in steps {
        let to = (*at).clamp(span.start, span.end);
        if to > from {
            stretches.push((from, to, f64::max(load, 0.0)));
            from = to;
        }
        load += change;
        if load.abs() < ROUNDING {
            load = 0.0;
        }
    }
    if span.end > from {
        stretches.push((from, span.end, load.max(0.0)));
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::Capacity;
    use crate::domain::time::{DAY_MS, HOUR_MS};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::clamped(minutes * MINUTE_MS)
    }

    fn run(start: i64, minutes: i64, cores: f64) -> ReplayRun {
        ReplayRun {
            task_type: 0,
            start: at(start),
            duration_ms: minutes * MINUTE_MS,
            demand: [cores, 0.0, 0.0, 0.0],
            host: 0,
            priority: 5,
        }
    }

    fn figures(runs: &[ReplayRun]) -> ResourceLoadFigures {
        let host = ReplayHost::new("h", &Capacity { cpu_cores: Some(4.0), ..Capacity::default() });
        let starts: Vec<Timestamp> = runs.iter().map(|run| run.start).collect();
        let span = TimeSpan { start: at(0), end: at(0).plus_ms(2 * DAY_MS) };
        let days = [0, 1].map(|day| TimeSpan {
            start: at(0).plus_ms(day * DAY_MS),
            end: at(0).plus_ms((day + 1) * DAY_MS),
        });
        load_figures(&[host], runs, &starts, &days, span).resources.remove(0)
    }

    #[test]
    fn overload_lasts_as_long_as_runs_overlap() {
        let found = figures(&[run(0, 60, 3.0), run(45, 60, 3.0), run(1500, 10, 2.0)]);
        assert_eq!((found.peak_utilization, found.overload_minutes), (1.5, 15.0));
        assert_eq!(found.mean_daily_peak_utilization, 1.0);
    }

    #[test]
    fn one_run_ends_as_the_next_begins() {
        assert_eq!(figures(&[run(0, 60, 3.0), run(60, 60, 3.0)]).peak_utilization, 0.75);
    }

    #[test]
    fn a_load_that_never_changes_has_no_variance() {
        let two_days = 2 * DAY_MS / HOUR_MS * 60;
        assert!(figures(&[run(0, two_days, 3.0)]).load_variance.abs() < 1e-9);
        // All of it in one half of the time: shares of 0 and 1 around a half.
        let half = figures(&[run(0, two_days / 2, 4.0)]).load_variance;
        assert!((half - 2500.0).abs() < 1e-6, "{half}");
    }
}
