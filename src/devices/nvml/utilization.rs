//! How busy each process kept a GPU.

use std::collections::BTreeMap;
use std::time::SystemTime;

use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessUtilizationSample;

/// How far back to ask at the first reading, microseconds: as far as a watch from cron looks away. The driver keeps less
/// on most GPUs, and tells what it has.
const FIRST_LOOK_BACK_US: u64 = 60_000_000;

pub(super) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The most that each process kept the GPU busy since `since_us`, 0..1: those that are not named did not. `None` where the
/// driver does not tell. `gpu` is how busy the GPU itself was.
pub(super) fn utilization(
    device: &Device<'_>,
    since_us: Option<u64>,
    gpu: Option<f64>,
) -> Option<BTreeMap<u32, f64>> {
    let since_us = since_us.unwrap_or_else(|| now_us().saturating_sub(FIRST_LOOK_BACK_US));
    busiest(device.process_utilization_stats(since_us), since_us, gpu)
}

fn busiest(
    answer: Result<Vec<ProcessUtilizationSample>, NvmlError>,
    since_us: u64,
    gpu: Option<f64>,
) -> Option<BTreeMap<u32, f64>> {
    let samples = match answer {
        Ok(samples) => samples,
        // Nobody was busy, or the driver has no sample.
        Err(NvmlError::NotFound) => Vec::new(),
        Err(_) => return None,
    };
    let mut busy: BTreeMap<u32, f64> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.timestamp > since_us) {
        let engines = [sample.sm_util, sample.enc_util, sample.dec_util];
        // A driver that has nothing to say fills in more than there is.
        let most = engines.into_iter().filter(|percent| *percent <= 100).max().unwrap_or(0);
        let known = busy.entry(sample.pid).or_default();
        *known = known.max(f64::from(most) / 100.0);
    }
    // Somebody kept it busy: that nobody is named does not make anyone idle.
    let is_unexplained = gpu.is_some_and(|busy| busy > 0.0) && busy.values().all(|busy| *busy <= 0.0);
    (!is_unexplained).then_some(busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pid: u32, timestamp: u64, sm_util: u32, dec_util: u32) -> ProcessUtilizationSample {
        ProcessUtilizationSample { pid, timestamp, sm_util, mem_util: 0, enc_util: 0, dec_util }
    }

    #[test]
    fn the_most_of_all_engines_and_samples_counts_and_nothing_that_is_old_or_no_share() {
        let samples = vec![
            sample(7, 11, 20, 35),
            sample(7, 12, 30, 0),
            sample(8, 9, 90, 0),
            sample(9, 13, u32::MAX, 5),
        ];
        let busy = busiest(Ok(samples), 10, Some(0.4)).expect("told");
        assert_eq!(busy, BTreeMap::from([(7, 0.35), (9, 0.05)]));
    }

    #[test]
    fn nobody_is_idle_because_the_driver_does_not_tell() {
        assert_eq!(busiest(Err(NvmlError::NotFound), 0, Some(0.0)), Some(BTreeMap::new()));
        assert_eq!(busiest(Err(NvmlError::NotFound), 0, None), Some(BTreeMap::new()));
        assert_eq!(busiest(Err(NvmlError::NotFound), 0, Some(0.8)), None, "somebody is at work");
        assert_eq!(busiest(Err(NvmlError::NotSupported), 0, Some(0.0)), None);
        assert_eq!(busiest(Err(NvmlError::NoPermission), 0, None), None);
    }
}
