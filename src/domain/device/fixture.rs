//! A GPU and a process on it, for tests.

use super::{GpuProcess, GpuSnapshot, ProcessFacts, ProcessKind, ProcessSource, ProcessState};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// The user of `process`.
pub const OWN: u32 = 1_000;

pub fn now() -> Timestamp {
    Timestamp::clamped(1_772_366_400_000)
}

/// 24 GiB, of which 4 GiB are in use.
pub fn gpu() -> GpuSnapshot {
    GpuSnapshot {
        index: 0,
        uuid: "GPU-a".to_owned(),
        name: "Test".to_owned(),
        memory_total_mib: Some(24_576.0),
        memory_used_mib: Some(4_096.0),
        utilization: Some(0.0),
        temperature_celsius: None,
        power_watts: None,
        power_limit_watts: None,
        is_mig: false,
        mig_instances: Vec::new(),
        last_xid: None,
        memory_reserved_mib: None,
        processes_untold: None,
    }
}

/// 1 GiB of the GPU since an hour ago, from somebody's login.
pub fn process(pid: u32) -> GpuProcess {
    GpuProcess {
        gpu_index: 0,
        gpu_uuid: "GPU-a".to_owned(),
        pid,
        kind: ProcessKind::Compute,
        gpu_instance_id: None,
        memory_mib: Some(1_024.0),
        utilization: None,
        source: ProcessSource::Driver,
        facts: Some(ProcessFacts {
            ancestors: vec![500, 1],
            parent_name: Some("bash".to_owned()),
            process_group: Some(pid),
            user_id: OWN,
            user: Some("one".to_owned()),
            name: "python3".to_owned(),
            command: format!("python3 train.py {pid}"),
            started: Some(now().plus_ms(-60 * MINUTE_MS)),
            start_ticks: u64::from(pid),
            state: ProcessState::Alive,
            control_group: Some("/user.slice/user-1000.slice/session-3.scope".to_owned()),
        }),
    }
}
