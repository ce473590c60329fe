//! How much to keep free above an expected load that varies: one factor and one number per resource.

use serde::Serialize;

use super::Demand;
use crate::domain::rules::Capacity;

/// The buffer on one resource.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SpikeBuffer {
    /// Population standard deviation of the hourly utilisation (0..1).
    pub volatility: f64,
    /// 1 + 0.5 volatility.
    pub factor: f64,
    /// Highest expected hourly load, in the resource's unit.
    pub expected_peak: f64,
    /// That times the factor, at most the capacity.
    pub buffered_peak: f64,
    /// The capacity it rests on.
    pub capacity: f64,
}

/// The buffer on each resource; `None` where the capacity or the demand is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SpikeBuffers {
    /// CPU cores.
    pub cpu_cores: Option<SpikeBuffer>,
    /// Main memory, MiB.
    pub memory_mib: Option<SpikeBuffer>,
    /// GPUs.
    pub gpu_count: Option<SpikeBuffer>,
    /// GPU memory, MiB.
    pub gpu_memory_mib: Option<SpikeBuffer>,
}

/// The buffer on hourly `loads` under `capacity` (both in the resource's unit); `None` without a load or
/// without a positive capacity.
pub fn spike_buffer(loads: &[f64], capacity: f64) -> Option<SpikeBuffer> {
    if loads.is_empty() || !capacity.is_finite() || capacity <= 0.0 {
        return None;
    }
    let utilisation = |load: &f64| (load / capacity).clamp(0.0, 1.0);
    let count = loads.len() as f64;
    let mean = loads.iter().map(utilisation).sum::<f64>() / count;
    let variance = loads.iter().map(|load| (utilisation(load) - mean).powi(2)).sum::<f64>() / count;
    let volatility = variance.sqrt();
    let factor = 1.0 + 0.5 * volatility;
    let expected_peak = loads.iter().copied().fold(0.0, f64::max);
    let buffered_peak = (expected_peak * factor).min(capacity);
    Some(SpikeBuffer { volatility, factor, expected_peak, buffered_peak, capacity })
}

/// The buffers on `demand`; hours whose load is unknown are left out.
pub fn spike_buffers(demand: &Demand, capacity: &Capacity) -> SpikeBuffers {
    let buffer = |load: fn(&super::Loads) -> Option<f64>, capacity: Option<f64>| {
        let loads: Vec<f64> = demand.hours.iter().filter_map(|hour| load(&hour.loads)).collect();
        spike_buffer(&loads, capacity?)
    };
    SpikeBuffers {
        cpu_cores: buffer(|loads| loads.cpu_cores, capacity.cpu_cores),
        memory_mib: buffer(|loads| loads.memory_mib, capacity.memory_mib),
        gpu_count: buffer(|loads| loads.gpu_count, capacity.gpu_count),
        gpu_memory_mib: buffer(|loads| loads.gpu_memory_mib, capacity.gpu_memory_mib),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_load_needs_no_buffer_and_a_varying_one_half_its_deviation() {
        let steady = spike_buffer(&[4.0, 4.0], 8.0).expect("known");
        assert_eq!((steady.volatility, steady.buffered_peak), (0.0, 4.0));
        let varying = spike_buffer(&[0.0, 4.0], 8.0).expect("known");
        assert_eq!((varying.volatility, varying.factor, varying.buffered_peak), (0.25, 1.125, 4.5));
    }

    #[test]
    fn the_buffered_peak_never_exceeds_the_capacity() {
        let full = spike_buffer(&[0.0, 12.0], 8.0).expect("known");
        assert_eq!((full.volatility, full.buffered_peak), (0.5, 8.0));
        assert_eq!(spike_buffer(&[1.0], 0.0), None);
        assert_eq!(spike_buffer(&[], 8.0), None);
    }
}
