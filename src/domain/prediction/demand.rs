//! The expected load over a horizon, hour by hour.

use serde::Serialize;

use super::Prediction;
use super::demand_ranges::LoadRanges;
use crate::domain::patterns::Quantiles;
use crate::domain::time::{HOUR_MS, SECOND_MS, TimeSpan, Timestamp};

/// Expected loads; `None` where runs are expected whose need nobody knows, and none whose need is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Loads {
    /// CPU cores.
    pub cpu_cores: Option<f64>,
    /// Main memory, MiB.
    pub memory_mib: Option<f64>,
    /// GPUs.
    pub gpu_count: Option<f64>,
    /// GPU memory, MiB.
    pub gpu_memory_mib: Option<f64>,
}

/// One hour of UTC (the first and last may be shorter).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DemandHour {
    /// Where it begins.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Sum of the confidences of the runs that are expected to start in it.
    pub expected_runs: f64,
    /// Expected loads, averaged over the hour.
    #[serde(flatten)]
    pub loads: Loads,
    /// What they may be: nothing until [`super::fill_demand_ranges`] has drawn them.
    pub ranges: LoadRanges,
}

/// How many predictions add nothing to a load, as they do not know the usage or how long it lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnknownNeeds {
    /// Duration unknown: such a prediction adds to no load.
    pub duration_seconds: u64,
    /// CPU cores.
    pub cpu_cores: u64,
    /// Main memory.
    pub memory_mib: u64,
    /// GPUs.
    pub gpu_count: u64,
    /// GPU memory.
    pub gpu_memory_mib: u64,
}

/// The expected load over a horizon.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Demand {
    /// Hours, ascending, covering the horizon.
    pub hours: Vec<DemandHour>,
    /// Predictions the loads rest on.
    pub predictions: u64,
    /// How many of them leave something unknown.
    pub unknown: UnknownNeeds,
}

/// Load of one resource, hour by hour.
struct Curve {
    /// Load-milliseconds of hours that a run fills in part.
    partial: Vec<f64>,
    /// Differences of the load of hours that runs fill entirely: a run of a month costs as little as a short one.
    steps: Vec<f64>,
    /// Hours in which runs start whose need is unknown.
    unknown_starts: Vec<bool>,
    unknown: u64,
}

impl Curve {
    fn new(hours: usize) -> Curve {
        Curve {
            partial: vec![0.0; hours],
            steps: vec![0.0; hours + 1],
            unknown_starts: vec![false; hours],
            unknown: 0,
        }
    }

    /// Adds `load` over `run`.
    fn add(&mut self, hours: &[TimeSpan], run: TimeSpan, load: f64) {
        let first = hours.partition_point(|hour| hour.end <= run.start);
        let after = hours.partition_point(|hour| hour.start < run.end);
        if first >= after {
            return;
        }
        let last = after - 1;
        self.add_partial(hours, first, run, load);
        if last > first {
            self.add_partial(hours, last, run, load);
            self.steps[first + 1] += load;
            self.steps[last] -= load;
        }
    }

    fn add_partial(&mut self, hours: &[TimeSpan], index: usize, run: TimeSpan, load: f64) {
        let hour = hours[index];
        let overlap_ms = hour.end.min(run.end).since(hour.start.max(run.start)).max(0);
        self.partial[index] += load * overlap_ms as f64;
    }

    fn loads(&self, hours: &[TimeSpan]) -> Vec<Option<f64>> {
        let mut filled = 0.0;
        let mut loads = Vec::with_capacity(hours.len());
        for (index, hour) in hours.iter().enumerate() {
            filled += self.steps[index];
            let partial = self.partial[index] / hour.length_ms().max(1) as f64;
            // Differences of floats may leave a trace where all runs have ended.
            let load = if filled.abs() < 1e-9 { partial } else { partial + filled };
            loads.push((load > 0.0 || !self.unknown_starts[index]).then_some(load));
        }
        loads
    }
}

/// The hours of UTC that cover `horizon`, cut to it.
fn hours_of(horizon: TimeSpan) -> Vec<TimeSpan> {
    let mut hours = Vec::new();
    let mut start = horizon.start;
    while start < horizon.end {
        let next = Timestamp::clamped((start.millis().div_euclid(HOUR_MS) + 1).saturating_mul(HOUR_MS));
        let end = next.min(horizon.end).max(start.plus_ms(1));
        hours.push(TimeSpan { start, end });
        start = end;
    }
    hours
}

/// The load that `predictions` bring to `horizon`: for each hour the sum of confidence x median usage x share
/// of the hour that the median duration covers. A prediction that does not know how long it runs, or not how
/// much it uses, adds nothing and is counted as unknown. What runs already at the horizon's start is not in it.
pub fn demand(predictions: &[Prediction], horizon: TimeSpan) -> Demand {
    let hours = hours_of(horizon);
    let mut expected_runs = vec![0.0; hours.len()];
    let mut unknown = UnknownNeeds::default();
    let mut curves: [Curve; 4] = std::array::from_fn(|_| Curve::new(hours.len()));
    for prediction in predictions {
        let start = prediction.predicted_start;
        let start_hour = hours.partition_point(|hour| hour.end <= start);
        if let Some(runs) = expected_runs.get_mut(start_hour) {
            *runs += prediction.confidence;
        }
        let needs = &prediction.resources;
        let seconds = needs.duration_seconds.map(|quantiles| quantiles.p50.max(0.0));
        unknown.duration_seconds += u64::from(seconds.is_none());
        let usages = [needs.cpu_cores, needs.memory_mib, needs.gpu_count, needs.gpu_memory_mib];
        for (curve, usage) in curves.iter_mut().zip(usages) {
            match (seconds, usage) {
                (Some(seconds), Some(Quantiles { p50, .. })) => {
                    let end = start.plus_ms((seconds * SECOND_MS as f64) as i64);
                    curve.add(&hours, TimeSpan { start, end }, prediction.confidence * p50.max(0.0));
                }
                _ => {
                    curve.unknown += 1;
                    if let Some(flag) = curve.unknown_starts.get_mut(start_hour) {
                        *flag = true;
                    }
                }
            }
        }
    }
    [unknown.cpu_cores, unknown.memory_mib, unknown.gpu_count, unknown.gpu_memory_mib] =
        curves.each_ref().map(|curve| curve.unknown);
    let [cpu_cores, memory_mib, gpu_count, gpu_memory_mib] =
        curves.each_ref().map(|curve| curve.loads(&hours));
    let hours = hours
        .iter()
        .enumerate()
        .map(|(index, hour)| DemandHour {
            start: hour.start,
            end: hour.end,
            expected_runs: expected_runs[index],
            loads: Loads {
                cpu_cores: cpu_cores[index],
                memory_mib: memory_mib[index],
                gpu_count: gpu_count[index],
                gpu_memory_mib: gpu_memory_mib[index],
            },
            ranges: LoadRanges::default(),
        })
        .collect();
    Demand { hours, predictions: predictions.len() as u64, unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::ResourceProfile;
    use crate::domain::prediction::PredictionSource;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("valid instant")
    }

    fn expected(start: &str, confidence: f64, seconds: Option<f64>, cores: Option<f64>) -> Prediction {
        let start = at(start);
        Prediction {
            task_type: "train".into(),
            predicted_start: start,
            window_start: start,
            window_end: start,
            confidence,
            pattern_id: None,
            rule_id: None,
            source: PredictionSource::Pattern,
            resources: ResourceProfile {
                duration_seconds: Quantiles::of(seconds),
                cpu_cores: Quantiles::of(cores),
                ..ResourceProfile::default()
            },
        }
    }

    fn horizon() -> TimeSpan {
        TimeSpan { start: at("2026-03-01T00:30:00Z"), end: at("2026-03-01T05:00:00Z") }
    }

    #[test]
    fn a_run_loads_each_hour_by_the_share_it_covers() {
        let runs = [expected("2026-03-01T00:45:00Z", 0.5, Some(3.0 * 3600.0), Some(8.0))];
        let demand = demand(&runs, horizon());
        let cores: Vec<f64> = demand.hours.iter().filter_map(|hour| hour.loads.cpu_cores).collect();
        assert_eq!(cores, [2.0, 4.0, 4.0, 3.0, 0.0]);
        assert_eq!(demand.hours[0].expected_runs, 0.5);
        assert_eq!(demand.unknown.memory_mib, 1);
        assert_eq!(demand.unknown.cpu_cores, 0);
    }

    #[test]
    fn an_hour_of_which_nothing_is_known_has_no_load_rather_than_none() {
        let runs = [expected("2026-03-01T01:00:00Z", 0.9, None, None)];
        let demand = demand(&runs, horizon());
        assert_eq!(demand.hours[1].loads.cpu_cores, None);
        assert_eq!(demand.hours[2].loads.cpu_cores, Some(0.0));
        assert_eq!(demand.unknown.duration_seconds, 1);
    }

    #[test]
    fn a_run_that_outlasts_the_horizon_is_cut_off() {
        let runs = [expected("2026-03-01T04:00:00Z", 1.0, Some(1e12), Some(2.0))];
        let demand = demand(&runs, horizon());
        assert_eq!(demand.hours.last().and_then(|hour| hour.loads.cpu_cores), Some(2.0));
    }
}
