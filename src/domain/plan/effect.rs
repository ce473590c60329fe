//! What runs really did to their machines: load, overload and waiting, measured from the runs themselves and sharing no
//! code with the search that promised something of them.

use std::collections::BTreeMap;

use crate::domain::patterns::Quantiles;
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// A run as its machine saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutedRun {
    /// What it was a run of.
    pub task_type: String,
    /// Where it ran; runs of unknown host are taken to have shared one.
    pub host: Option<String>,
    /// When it asked to begin, where known.
    pub submitted_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; a run of unknown end is no load.
    pub ended_at: Option<Timestamp>,
    /// What it held of each resource while it ran.
    pub demand: Vec<f64>,
}

/// What became of one resource in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasuredResource {
    /// Highest load over capacity on any host, 0..1 (above 1 where overloaded).
    pub peak_utilization: f64,
    /// Median over the days of the highest load over capacity of each.
    pub daily_peak_utilization: f64,
    /// Variance of the load in percent of the capacity, percent squared, the mean of all hosts.
    pub load_variance: f64,
    /// Minutes per day in which more was asked for than there is, all hosts together.
    pub overload_minutes_per_day: f64,
    /// Minutes per day that runs which hold it waited to begin; `None` while no run tells.
    pub waiting_minutes_per_day: Option<f64>,
}

/// What became of all resources in a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredPeriod {
    /// The span.
    pub span: TimeSpan,
    /// Runs that began in it.
    pub runs: u64,
    /// Seconds from asking to beginning, of the runs that tell.
    pub waiting_seconds: Option<Quantiles>,
    /// By resource, in the order of the demands.
    pub resources: Vec<MeasuredResource>,
}

impl MeasuredPeriod {
    /// Its length in days.
    pub fn days(&self) -> f64 {
        self.span.length_ms() as f64 / DAY_MS as f64
    }
}

/// Measures what `runs` did within `span`. `capacity` tells what a host has of a resource; hosts without any of it are
/// not measured.
pub fn measure(
    runs: &[ExecutedRun],
    span: TimeSpan,
    resources: usize,
    capacity: &dyn Fn(Option<&str>, usize) -> Option<f64>,
) -> MeasuredPeriod {
    let days = (span.length_ms() as f64 / DAY_MS as f64).max(f64::MIN_POSITIVE);
    let began: Vec<&ExecutedRun> = runs.iter().filter(|run| span.contains(run.started_at)).collect();
    let waited = |run: &&ExecutedRun| {
        let wait = run.submitted_at.map(|submitted| run.started_at.since(submitted));
        wait.filter(|wait| *wait >= 0).map(|wait| wait as f64 / 1_000.0)
    };
    let of_resource = |resource: usize| {
        let mut by_host: BTreeMap<Option<&str>, Vec<&ExecutedRun>> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.demand.get(resource).is_some_and(|demand| *demand > 0.0)) {
            by_host.entry(run.host.as_deref()).or_default().push(run);
        }
        let mut measured = MeasuredResource::default();
        let mut hosts = 0.0;
        let mut daily = vec![0.0_f64; (span.length_ms().max(1) as usize).div_ceil(DAY_MS as usize)];
        for (host, runs) in by_host {
            let Some(capacity) = capacity(host, resource).filter(|capacity| *capacity > 0.0) else {
                continue;
            };
            let load = HostLoad::of(&runs, resource, span, capacity, &mut daily);
            measured.peak_utilization = measured.peak_utilization.max(load.peak);
            measured.load_variance += load.variance;
            measured.overload_minutes_per_day += load.overload_ms / MINUTE_MS as f64 / days;
            hosts += 1.0;
        }
        if hosts > 0.0 {
            measured.load_variance /= hosts;
        }
        measured.daily_peak_utilization = Quantiles::of(daily).map_or(0.0, |quantiles| quantiles.p50);
        let waits: Vec<f64> = began
            .iter()
            .filter(|run| run.demand.get(resource).is_some_and(|demand| *demand > 0.0))
            .filter_map(waited)
            .collect();
        measured.waiting_minutes_per_day =
            (!waits.is_empty()).then(|| waits.iter().sum::<f64>() / 60.0 / days);
        measured
    };
    MeasuredPeriod {
        span,
        runs: began.len() as u64,
        waiting_seconds: Quantiles::of(began.iter().filter_map(waited)),
        resources: (0..resources).map(of_resource).collect(),
    }
}

struct HostLoad {
    peak: f64,
    variance: f64,
    overload_ms: f64,
}

impl HostLoad {
    /// By a sweep over the instants at which the load changes. `daily` takes the highest load of each day.
    fn of(
        runs: &[&ExecutedRun],
        resource: usize,
        span: TimeSpan,
        capacity: f64,
        daily: &mut [f64],
    ) -> HostLoad {
        let mut changes: Vec<(Timestamp, f64)> = Vec::new();
        for run in runs {
            let Some(ended) = run.ended_at else { continue };
            let (start, end) = (run.started_at.max(span.start), ended.min(span.end));
            if start < end {
                changes.push((start, run.demand[resource]));
                changes.push((end, -run.demand[resource]));
            }
        }
        // What ends makes room for what begins at the same instant.
        changes.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        let mut load = HostLoad { peak: 0.0, variance: 0.0, overload_ms: 0.0 };
        let (mut held, mut sum, mut squares) = (0.0_f64, 0.0, 0.0);
        for (position, (at, change)) in changes.iter().enumerate() {
            held += change;
            let until = changes.get(position + 1).map_or(span.end, |next| next.0);
            let length = until.since(*at) as f64;
            if length <= 0.0 {
                continue;
            }
            // Sums of shares of a core leave a last digit behind.
            let share = if held.abs() < 1e-9 { 0.0 } else { held / capacity };
            load.peak = load.peak.max(share);
            if share > 1.0 + 1e-9 {
                load.overload_ms += length;
            }
            sum += share * length;
            squares += share * share * length;
            let day = |instant: Timestamp| (instant.since(span.start) / DAY_MS) as usize;
            for highest in daily.iter_mut().take(day(until.plus_ms(-1)) + 1).skip(day(*at)) {
                *highest = highest.max(share);
            }
        }
        let total = span.length_ms().max(1) as f64;
        let mean = sum / total;
        load.variance = (1e4 * (squares / total - mean * mean)).max(0.0);
        load
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> TimeSpan {
        TimeSpan { start: Timestamp::clamped(0), end: Timestamp::clamped(2 * DAY_MS) }
    }

    fn run(minute: i64, minutes: i64, cores: f64) -> ExecutedRun {
        let started_at = Timestamp::clamped(minute * MINUTE_MS);
        ExecutedRun {
            task_type: "work".to_owned(),
            host: None,
            submitted_at: None,
            started_at,
            ended_at: Some(started_at.plus_ms(minutes * MINUTE_MS)),
            demand: vec![cores],
        }
    }

    fn measured(runs: &[ExecutedRun]) -> MeasuredPeriod {
        measure(runs, span(), 1, &|_, _| Some(4.0))
    }

    #[test]
    fn runs_at_once_add_up_and_their_overload_lasts_as_long_as_they_meet() {
        let period = measured(&[run(60, 30, 3.0), run(70, 30, 3.0), run(1_500, 10, 2.0)]);
        let cores = period.resources[0];
        assert_eq!((period.runs, cores.peak_utilization), (3, 1.5));
        assert_eq!(cores.overload_minutes_per_day, 10.0, "20 minutes in two days");
        assert_eq!(cores.daily_peak_utilization, 1.0, "between 150 % and 50 %");
    }

    #[test]
    fn one_that_begins_when_another_ends_does_not_meet_it() {
        let period = measured(&[run(60, 30, 4.0), run(90, 30, 4.0)]);
        assert_eq!(period.resources[0].peak_utilization, 1.0);
        assert_eq!(period.resources[0].overload_minutes_per_day, 0.0);
    }

    #[test]
    fn an_even_load_has_no_variance_and_hosts_are_apart() {
        let whole = run(0, 2 * 1_440, 2.0);
        assert_eq!(measured(std::slice::from_ref(&whole)).resources[0].load_variance, 0.0);
        let elsewhere = ExecutedRun { host: Some("other".to_owned()), ..whole.clone() };
        assert_eq!(measured(&[whole, elsewhere]).resources[0].peak_utilization, 0.5);
    }

    #[test]
    fn waiting_counts_where_runs_tell_of_it() {
        let late = ExecutedRun { submitted_at: Some(Timestamp::clamped(0)), ..run(30, 5, 1.0) };
        let period = measured(&[late, run(60, 5, 1.0)]);
        assert_eq!(period.resources[0].waiting_minutes_per_day, Some(15.0));
        assert_eq!(period.waiting_seconds.map(|waits| (waits.p50, waits.runs_used)), Some((1_800.0, 1)));
        assert_eq!(measured(&[run(60, 5, 1.0)]).resources[0].waiting_minutes_per_day, None);
    }

    #[test]
    fn a_run_that_reaches_over_the_edge_counts_inside_only() {
        let period = measured(&[run(-10, 20, 8.0)]);
        assert_eq!((period.runs, period.resources[0].overload_minutes_per_day), (0, 5.0));
    }
}
