//! Memory of single GPUs: what a run holds on each GPU it uses has to fit on one that is there, however much all of them
//! have together.

use super::HostInput;
use super::needs::PlannedNeeds;

/// MiB in what `sched-opt/1` calls a GB.
const MIB_PER_GB: f64 = 1024.0;

/// Why no GPU of `host`, or not as many as are needed, can hold what a run needs on one; `None` where they can, or where
/// nobody knows what they have.
pub(super) fn lacking_device(needs: &PlannedNeeds, host: &HostInput) -> Option<String> {
    let devices = &host.gpu_devices_mib;
    let able = devices.iter().filter(|memory| **memory >= needs.device_mib).count() as i64;
    if devices.is_empty() || needs.device_mib <= 0.0 || able >= needs.gpus {
        return None;
    }
    let needed = format!("{:.0} MiB", needs.device_mib);
    let most = devices.iter().copied().fold(0.0, f64::max);
    let host = &host.name;
    Some(match (able, needs.gpus) {
        (0, _) => format!("a run takes {needed} on one GPU, and none of {host} has more than {most:.0} MiB"),
        (_, gpus) => {
            format!("a run takes {needed} on each of {gpus} GPUs, and {able} of {host} have as much")
        }
    })
}

/// Whole GB that a run needs on one GPU.
pub(super) fn needed_gb(device_mib: f64) -> i64 {
    (device_mib / MIB_PER_GB).ceil().clamp(0.0, 1e6) as i64
}

/// Whole GB of the largest GPU of a host: to the nearest, as drivers keep some MiB for themselves.
pub(super) fn device_gb(host: &HostInput) -> i64 {
    let most = host.gpu_devices_mib.iter().copied().fold(0.0, f64::max);
    (most / MIB_PER_GB).round().clamp(0.0, 1e6) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::Capacity;

    fn lacking(devices: &[f64], gpus: i64, device_mib: f64) -> Option<String> {
        let needs = PlannedNeeds { duration_ms: 1, amounts: Vec::new(), gpus, device_mib, power_w: 0 };
        let host = HostInput {
            name: "forge".to_owned(),
            capacity: Capacity::default(),
            gpu_devices_mib: devices.to_vec(),
        };
        lacking_device(&needs, &host)
    }

    #[test]
    fn as_many_gpus_as_a_run_uses_have_to_hold_its_share() {
        let unequal = [24_576.0, 81_920.0];
        assert_eq!(lacking(&unequal, 1, 40_000.0), None);
        assert_eq!(
            lacking(&unequal, 2, 40_000.0).as_deref(),
            Some("a run takes 40000 MiB on each of 2 GPUs, and 1 of forge have as much")
        );
        assert_eq!(
            lacking(&unequal, 1, 90_000.0).as_deref(),
            Some("a run takes 90000 MiB on one GPU, and none of forge has more than 81920 MiB")
        );
        assert_eq!(lacking(&[], 1, 90_000.0), None, "nobody knows what is there");
        assert_eq!(lacking(&unequal, 2, 0.0), None);
    }

    #[test]
    fn gigabytes_are_rounded_so_that_what_fits_still_fits() {
        assert_eq!((needed_gb(0.0), needed_gb(1.0), needed_gb(24_564.0)), (0, 1, 24));
        let host = HostInput {
            name: String::new(),
            capacity: Capacity::default(),
            gpu_devices_mib: vec![16_384.0, 24_564.0],
        };
        assert_eq!(device_gb(&host), 24);
    }
}
