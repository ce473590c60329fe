//! What running work is still going to take of GPU memory: peaks and ramps that runs of its task type had.

use super::knowledge::GpuKnowledge;
use crate::devices::GpuReading;
use crate::domain::device::{ExpectedGrowth, GpuProcess};
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::store::StoreError;

/// Runs that peaks are learnt from.
const RUNS: u32 = 50;

/// The percentile of peaks and ramps that is counted on.
const QUANTILE: f64 = 0.95;

/// Growth of all processes whose task type is known.
pub(super) fn expected_growth(
    knowledge: &GpuKnowledge,
    reading: &GpuReading,
    now: Timestamp,
) -> Result<Vec<ExpectedGrowth>, StoreError> {
    let mut growth = Vec::new();
    for process in &reading.processes {
        if let Some(expected) = growth_of(knowledge, process, now)? {
            growth.push(expected);
        }
    }
    Ok(growth)
}

fn growth_of(
    knowledge: &GpuKnowledge,
    process: &GpuProcess,
    now: Timestamp,
) -> Result<Option<ExpectedGrowth>, StoreError> {
    let (Some(store), Some(task_type)) = (&knowledge.store, knowledge.task_type_of(process)) else {
        return Ok(None);
    };
    let Some(held_mib) = process.memory_mib else { return Ok(None) };
    let started = process.facts.as_ref().and_then(|facts| facts.started);
    // The run itself is no earlier run: what it held so far is not its peak.
    let before = started.unwrap_or(now);
    let known = store.known_peaks(task_type, before, RUNS)?;
    let Some(peak_mib) = nineteen_in_twenty(known.peaks_mib.clone()) else { return Ok(None) };
    let ramps: Vec<f64> = known.ramps_ms.iter().map(|ms| *ms as f64 / SECOND_MS as f64).collect();
    Ok(Some(ExpectedGrowth {
        pid: process.pid,
        task_type: task_type.to_owned(),
        gpu_index: process.gpu_index,
        held_mib,
        peak_mib,
        runs: known.peaks_mib.len() as u64,
        age_seconds: started.map(|started| now.since(started).max(0) as f64 / SECOND_MS as f64),
        ramp_seconds: nineteen_in_twenty(ramps),
    }))
}

/// The smallest value that at least `QUANTILE` of them do not exceed; `None` of nothing.
pub(in crate::commands) fn nineteen_in_twenty(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = (QUANTILE * values.len() as f64).ceil() as usize;
    values.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_of_a_few_is_the_largest() {
        assert_eq!(nineteen_in_twenty(Vec::new()), None);
        assert_eq!(nineteen_in_twenty(vec![3.0, 1.0, 2.0]), Some(3.0));
        assert_eq!(nineteen_in_twenty((1..=100).map(f64::from).collect()), Some(95.0));
    }
}
