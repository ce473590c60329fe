//! What the configuration says of a timetable problem: prices, blackouts, windows, exclusions, machines.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::generate::configured_capacity;
use crate::config::{Config, ConfigError};
use crate::domain::calendar::Zone;
use crate::domain::plan::{Blackout, Exclusion, HostInput};
use crate::domain::rules::{Capacity, Flexibility, Rule, RuleId, StoredRule, shortest_spacing_ms};
use crate::domain::time::TimeSpan;
use crate::output::MoveWindows;

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

/// A warning for each blackout that holds for hosts alone on which no rule runs.
pub(super) fn idle_blackouts(config: &Config, hosts: &[HostInput]) -> Vec<String> {
    let is_planned = |name: &String| hosts.iter().any(|host| host.name == *name);
    let is_idle = |entry: &&crate::config::BlackoutConfig| {
        !entry.hosts.is_empty() && !entry.hosts.iter().any(is_planned)
    };
    let warning = |entry: &crate::config::BlackoutConfig| {
        format!("{} keeps nothing out: no rule runs on {}", entry.title(), entry.hosts.join(", "))
    };
    config.blackout.iter().filter(is_idle).map(warning).collect()
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

/// The same for those who show rules: as far as a rule's own spacing lets plans go.
pub(super) fn move_windows<'a>(
    context: &Context,
    rules: impl IntoIterator<Item = (RuleId, &'a Rule)>,
) -> MoveWindows {
    let window = |(id, rule): (RuleId, &Rule)| {
        let configured = context.config.flexibility_of(&rule.task_type)?;
        let spacing = shortest_spacing_ms(&rule.schedule, rule.zone, context.now);
        Some((id, configured.within_spacing(spacing)))
    };
    MoveWindows(rules.into_iter().filter_map(window).collect())
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
