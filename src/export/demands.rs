//! What a rule's runs are known to need, as limits and requests of schedulers that enforce them.

use crate::domain::rules::Rule;

/// A run is ended at its limit, so a limit is twice what nineteen in twenty runs keep to.
const TIME_HEADROOM: f64 = 2.0;

/// Memory above its limit ends a run, too; what runs peak at is known better than how long they take.
const MEMORY_HEADROOM: f64 = 1.25;

/// Requests and limits; `None` where the runs do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Demands {
    /// CPU cores, the bound that nineteen in twenty keep to.
    pub cpu_cores: Option<f64>,
    /// Memory that nineteen in twenty keep to, MiB.
    pub memory_mib: Option<u64>,
    /// Memory at which to end a run, MiB.
    pub memory_limit_mib: Option<u64>,
    /// GPUs; 0 is known to need none.
    pub gpus: Option<u64>,
    /// Minutes after which to end a run.
    pub limit_minutes: Option<u64>,
}

/// What is known of a rule.
pub(super) fn demands(rule: &Rule) -> Demands {
    let needs = &rule.resources;
    let whole = |value: f64| value.max(0.0).ceil() as u64;
    Demands {
        cpu_cores: needs.cpu_cores.map(|cores| cores.p95.max(0.0)).filter(|cores| *cores > 0.0),
        memory_mib: needs.memory_mib.map(|memory| whole(memory.p95).max(1)),
        memory_limit_mib: needs.memory_mib.map(|memory| whole(memory.p95 * MEMORY_HEADROOM).max(1)),
        gpus: needs.gpu_count.map(|gpus| whole(gpus.p95)),
        limit_minutes: needs.duration_seconds.map(|seconds| whole(seconds.p95 * TIME_HEADROOM / 60.0).max(1)),
    }
}
