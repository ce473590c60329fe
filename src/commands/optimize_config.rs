//! What the configuration says of a timetable problem: prices, blackouts, windows, exclusions, machines.

use std::collections::{BTreeMap, BTreeSet};

use super::generate::configured_capacity;
use crate::config::{Config, ConfigError};
use crate::domain::calendar::Zone;
use crate::domain::plan::{Blackout, Exclusion};
use crate::domain::rules::{Capacity, Flexibility, RuleId, StoredRule};
use crate::domain::time::TimeSpan;

/// Cents per kWh in each local hour.
pub(super) fn price_by_hour(config: &Config) -> Result<[i64; 24], ConfigError> {
    let wrong = |reason| ConfigError::Value { field: "optimize.price_per_kwh", reason };
    config.optimize.price_per_kwh.cents_by_hour().map_err(wrong)
}

/// The blackouts around a horizon.
pub(super) fn blackouts(config: &Config, zone: Zone, around: TimeSpan) -> Result<Vec<Blackout>, ConfigError> {
    let one = |entry: &crate::config::BlackoutConfig| {
        let spans = entry.spans(zone, around);
        let spans = spans.map_err(|reason| ConfigError::Value { field: "blackout", reason })?;
        Ok(Blackout { name: entry.title(), spans, hosts: entry.hosts.clone() })
    };
    config.blackout.iter().map(one).collect()
}

/// The exclusions, with the names of those of `task_types` that they are about.
pub(super) fn exclusions(config: &Config, task_types: &BTreeSet<&str>) -> Vec<Exclusion> {
    let one = |entry: &crate::config::ExclusionConfig| Exclusion {
        tag: entry.tag.clone(),
        task_types: task_types
            .iter()
            .filter(|task_type| entry.is_about(task_type))
            .map(|task_type| (*task_type).to_owned())
            .collect(),
    };
    config.exclusion.iter().map(one).collect()
}

/// Gives rules the windows that the configuration has for their task types: what a person wrote down counts more than
/// what was learned.
pub(super) fn configured_windows(
    config: &Config,
    rules: &[StoredRule],
    windows: &mut BTreeMap<RuleId, Flexibility>,
) {
    for stored in rules {
        if let Some(window) = config.flexibility_of(&stored.rule.task_type) {
            windows.insert(stored.id, window);
        }
    }
}

/// What a machine has: as configured for it, else `usual`.
pub(super) fn host_capacity(config: &Config, name: &str, usual: Capacity) -> Capacity {
    let Some(host) = config.host.iter().find(|host| host.name == name) else { return usual };
    let own = configured_capacity(&host.capacity(&config.capacity));
    Capacity {
        cpu_cores: own.cpu_cores.or(usual.cpu_cores),
        memory_mib: own.memory_mib.or(usual.memory_mib),
        gpu_count: own.gpu_count.or(usual.gpu_count),
        gpu_memory_mib: own.gpu_memory_mib.or(usual.gpu_memory_mib),
    }
}
