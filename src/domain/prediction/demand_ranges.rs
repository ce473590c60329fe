//! How far the load of an hour may lie from what is expected: seeded draws of which runs come and what they use.

use serde::Serialize;

use super::{Demand, Prediction};
use crate::domain::patterns::{Quantiles, ResourceProfile};
use crate::domain::plan::random::Random;
use crate::domain::time::{SECOND_MS, TimeSpan};

/// Draws of each hour
const MOST_DRAWS: usize = 1000;
/// but no more than this many of all runs in all hours together: a year of a busy machine gets fewer draws,
const MOST_WORK: usize = 4_000_000;
/// and never less than these.
const LEAST_DRAWS: usize = 100;

/// Load of an hour, in the resource's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LoadRange {
    /// Median of the draws.
    pub p50: f64,
    /// 95 % of the draws lie at or below.
    pub p95: f64,
}

/// The ranges of one hour; `None` where the load is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LoadRanges {
    /// CPU cores.
    pub cpu_cores: Option<LoadRange>,
    /// Main memory, MiB.
    pub memory_mib: Option<LoadRange>,
    /// GPUs.
    pub gpu_count: Option<LoadRange>,
    /// GPU memory, MiB.
    pub gpu_memory_mib: Option<LoadRange>,
}

/// What is drawn of one prediction.
struct Drawn {
    run: TimeSpan,
    chance: f64,
    usages: [Option<Quantiles>; 4],
    seed: u64,
}

/// Fills in the ranges of `demand`, which was made from `predictions`: each run comes with its confidence, lasts its
/// median duration and uses what its quantiles say. The same seed gives the same ranges.
pub fn fill_demand_ranges(demand: &mut Demand, predictions: &[Prediction], seed: u64) {
    let runs: Vec<Drawn> = predictions
        .iter()
        .enumerate()
        .filter_map(|(index, prediction)| drawn(prediction, seed.wrapping_add(index as u64)))
        .collect();
    let mut of_hours: Vec<Vec<usize>> = vec![Vec::new(); demand.hours.len()];
    for (index, drawn) in runs.iter().enumerate() {
        let first = demand.hours.partition_point(|hour| hour.end <= drawn.run.start);
        let after = demand.hours.partition_point(|hour| hour.start < drawn.run.end);
        of_hours[first.min(after)..after].iter_mut().for_each(|hour| hour.push(index));
    }
    let work: usize = of_hours.iter().map(Vec::len).sum();
    let draws = (MOST_WORK / work.max(1)).clamp(LEAST_DRAWS, MOST_DRAWS);
    for (hour, indices) in demand.hours.iter_mut().zip(of_hours) {
        let mut loads = [(); 4].map(|()| vec![0.0; draws]);
        let length = hour.end.since(hour.start).max(1) as f64;
        for drawn in indices.iter().map(|index| &runs[*index]) {
            let overlap = hour.end.min(drawn.run.end).since(hour.start.max(drawn.run.start)).max(0) as f64;
            add_draws(drawn, overlap / length, &mut loads);
        }
        let [cpu_cores, memory_mib, gpu_count, gpu_memory_mib] = loads.map(range);
        let known = hour.loads;
        hour.ranges = LoadRanges {
            cpu_cores: known.cpu_cores.map(|_| cpu_cores),
            memory_mib: known.memory_mib.map(|_| memory_mib),
            gpu_count: known.gpu_count.map(|_| gpu_count),
            gpu_memory_mib: known.gpu_memory_mib.map(|_| gpu_memory_mib),
        };
    }
}

/// `None` for a run of unknown length, which is in no load.
fn drawn(prediction: &Prediction, seed: u64) -> Option<Drawn> {
    let ResourceProfile { duration_seconds, cpu_cores, memory_mib, gpu_count, gpu_memory_mib, .. } =
        prediction.resources;
    let start = prediction.predicted_start;
    let end = start.plus_ms((duration_seconds?.p50.max(0.0) * SECOND_MS as f64) as i64);
    Some(Drawn {
        run: TimeSpan { start, end },
        chance: prediction.confidence,
        usages: [cpu_cores, memory_mib, gpu_count, gpu_memory_mib],
        seed,
    })
}

/// Adds a run that fills `share` of an hour: the same draws in every hour that it reaches into.
fn add_draws(drawn: &Drawn, share: f64, loads: &mut [Vec<f64>; 4]) {
    let mut random = Random::new(drawn.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    for draw in 0..loads[0].len() {
        let (comes, level) = (random.unit() < drawn.chance, random.unit());
        if !comes {
            continue;
        }
        for (load, usage) in loads.iter_mut().zip(&drawn.usages) {
            if let Some(quantiles) = usage {
                load[draw] += share * at_level(quantiles, level).max(0.0);
            }
        }
    }
}

/// The usage that a share `level` of the runs stays below: on lines through the known quantiles, the median below them.
fn at_level(quantiles: &Quantiles, level: f64) -> f64 {
    let between = |from: f64, to: f64, share: f64| from + (to - from) * share.clamp(0.0, 1.0);
    match level {
        level if level < 0.5 => quantiles.p50,
        level if level < 0.75 => between(quantiles.p50, quantiles.p75, (level - 0.5) / 0.25),
        level => between(quantiles.p75, quantiles.p95, (level - 0.75) / 0.2),
    }
}

fn range(mut draws: Vec<f64>) -> LoadRange {
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get(((draws.len() as f64 * share).ceil() as usize).max(1) - 1).copied();
    LoadRange { p50: at(0.5).unwrap_or(0.0), p95: at(0.95).unwrap_or(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::demand;
    use crate::domain::prediction::fixture::{World, pattern, schedule};
    use crate::domain::time::HOUR_MS;

    /// The first hour's demand under `chances` of runs that each use four cores for all of it.
    fn first_hour(chances: &[f64], seed: u64) -> (Option<f64>, Option<LoadRange>) {
        let world = World::new(vec![pattern("job", schedule("0 12 * * *"))]);
        let mut predictions = Vec::new();
        for chance in chances {
            let mut prediction = world.predict().remove(0);
            prediction.confidence = *chance;
            prediction.resources.duration_seconds = Quantiles::of([3600.0]);
            prediction.resources.cpu_cores = Quantiles::of([4.0]);
            predictions.push(prediction);
        }
        let horizon = TimeSpan { start: world.now, end: world.now.plus_ms(2 * HOUR_MS) };
        let mut found = demand(&predictions, horizon);
        fill_demand_ranges(&mut found, &predictions, seed);
        (found.hours[0].loads.cpu_cores, found.hours[0].ranges.cpu_cores)
    }

    #[test]
    fn what_is_certain_has_no_range_and_what_is_not_has_one() {
        assert_eq!(first_hour(&[1.0], 1), (Some(4.0), Some(LoadRange { p50: 4.0, p95: 4.0 })));
        assert_eq!(first_hour(&[0.3], 1).1, Some(LoadRange { p50: 0.0, p95: 4.0 }));
        // Of ten coins, five and eight (binomial quantiles).
        assert_eq!(first_hour(&[0.5; 10], 1).1, Some(LoadRange { p50: 20.0, p95: 32.0 }));
    }

    #[test]
    fn a_seed_repeats_itself_and_nothing_known_has_no_range() {
        assert_eq!(first_hour(&[0.4; 7], 9), first_hour(&[0.4; 7], 9));
        assert_eq!(first_hour(&[], 1).1, Some(LoadRange { p50: 0.0, p95: 0.0 }));
    }
}
