//! What a run is planned to take: known quantiles, else what its class usually takes, else a stated default.

use super::{Assumption, BuildInput, Kin};
use crate::domain::patterns::{Quantiles, ResourceProfile};
use crate::domain::rules::{Capacity, RuleId};
use crate::domain::time::SECOND_MS;

/// Units that one CPU core, or one GPU, is counted in, so that shares of one can be told apart.
const PER_UNIT: f64 = 100.0;

/// Assumed where neither the runs nor their class tell: a core for five minutes, and nothing else.
const ASSUMED_CORES: f64 = 1.0;
const ASSUMED_SECONDS: f64 = 300.0;

/// Power figures assumed, watts: a busy core, a busy GPU. Only `--resource-efficiency` rests on them, and only their
/// ratios to each other and to an idle host decide a plan.
const CORE_WATTS: f64 = 10.0;
const GPU_WATTS: f64 = 250.0;

/// The resources that GPUs are.
const GPU_COUNT: &str = "gpu_count";
const GPU_MEMORY: &str = "gpu_memory_mib";

/// A resource that is planned for.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedResource {
    /// Its name in the problem.
    pub(super) name: &'static str,
    capacity: fn(&Capacity) -> Option<f64>,
    demand: fn(&ResourceProfile) -> Option<Quantiles>,
    assumed: f64,
    per_unit: f64,
}

/// Every resource there is.
const RESOURCES: [PlannedResource; 4] = [
    PlannedResource {
        name: "cpu_cores",
        capacity: |capacity| capacity.cpu_cores,
        demand: |needs| needs.cpu_cores,
        assumed: ASSUMED_CORES,
        per_unit: PER_UNIT,
    },
    PlannedResource {
        name: "memory_mib",
        capacity: |capacity| capacity.memory_mib,
        demand: |needs| needs.memory_mib,
        assumed: 0.0,
        per_unit: 1.0,
    },
    PlannedResource {
        name: GPU_COUNT,
        capacity: |capacity| capacity.gpu_count,
        demand: |needs| needs.gpu_count,
        assumed: 0.0,
        per_unit: PER_UNIT,
    },
    PlannedResource {
        name: GPU_MEMORY,
        capacity: |capacity| capacity.gpu_memory_mib,
        demand: |needs| needs.gpu_memory_mib,
        assumed: 0.0,
        per_unit: 1.0,
    },
];

impl PlannedResource {
    /// Whole units of `amount`.
    pub(super) fn units(&self, amount: f64) -> i64 {
        (amount.max(0.0) * self.per_unit).ceil().min(1e9) as i64
    }

    /// Whole units that a host has; what it does not have is 0.
    pub(super) fn capacity_units(&self, capacity: &Capacity) -> i64 {
        let amount = (self.capacity)(capacity).filter(|amount| amount.is_finite()).unwrap_or(0.0);
        (amount.max(0.0) * self.per_unit).round().min(2e9) as i64
    }
}

/// Resources of which some host has some and some work may take some, and a sentence for each that is asked for while no
/// host is known to have it.
pub(super) fn planned_resources(input: &BuildInput<'_>, notes: &mut Vec<String>) -> Vec<PlannedResource> {
    let mut planned = Vec::new();
    for resource in RESOURCES {
        let of_rules = input.rules.iter().map(|stored| &stored.rule.resources);
        let of_expected = input.expected.iter().map(|prediction| &prediction.resources);
        let asked = of_rules
            .chain(of_expected)
            .any(|needs| (resource.demand)(needs).is_some_and(|quantiles| quantiles.p75 > 0.0))
            || (resource.name == GPU_MEMORY && is_seen_on_devices(input));
        let has_some = |capacity: &Capacity| resource.capacity_units(capacity) > 0;
        if input.hosts.iter().any(|host| has_some(&host.capacity)) {
            if asked || resource.assumed > 0.0 {
                planned.push(resource);
            }
        } else if asked {
            notes.push(format!(
                "{}: rules ask for it, but no host is known to have any, so it is not planned for",
                resource.name
            ));
        }
    }
    planned
}

fn is_seen_on_devices(input: &BuildInput<'_>) -> bool {
    input.rules.iter().any(|stored| input.device_peaks.contains_key(&stored.rule.task_type))
}

/// What one run takes, in the problem's units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlannedNeeds {
    /// Milliseconds from start to end, at least one.
    pub(super) duration_ms: i64,
    /// Amount of each resource, in its own unit (cores, MiB, GPUs).
    pub(super) amounts: Vec<f64>,
    /// GPUs that it holds, at least 1 where it holds memory of one.
    pub(super) gpus: i64,
    /// Memory on each of them, MiB; 0 where it is not known to hold any.
    pub(super) device_mib: f64,
    /// Watts while it runs.
    pub(super) power_w: i64,
}

/// Who the needs are looked up for.
pub(super) struct Asker<'a> {
    /// The rule; `None` for expected work.
    pub(super) rule_id: Option<RuleId>,
    /// Its task type.
    pub(super) task_type: &'a str,
    /// Whose it is.
    pub(super) kin: &'a Kin,
    /// What its own runs tell.
    pub(super) known: &'a ResourceProfile,
}

/// What a run of `asker` takes; what had to be assumed is added to `assumed`.
pub(super) fn planned_needs(
    asker: &Asker<'_>,
    input: &BuildInput<'_>,
    resources: &[PlannedResource],
    assumed: &mut Vec<Assumption>,
) -> PlannedNeeds {
    let mut assume = |quantity: &str, value: f64, from: String| {
        assumed.push(Assumption {
            rule_id: asker.rule_id,
            task_type: asker.task_type.to_owned(),
            quantity: quantity.to_owned(),
            value,
            from,
        });
        value
    };
    let no_class = || "nothing like it tells".to_owned();
    let duration_of = |quantiles: &Quantiles| input.duration_quantile.of(quantiles);
    let seconds = match asker.known.duration_seconds {
        Some(quantiles) => duration_of(&quantiles),
        None => {
            let found = input.typical.of_kin(asker.kin, |needs| needs.duration_seconds, duration_of);
            let (value, from) = found.unwrap_or_else(|| (ASSUMED_SECONDS, no_class()));
            assume("duration_seconds", value, from)
        }
    };
    let peak = input.device_peaks.get(asker.task_type);
    let mut power = 0.0;
    let mut gpus: f64 = asker.known.gpu_count.map_or(0.0, |quantiles| quantiles.p75);
    let mut amounts = Vec::with_capacity(resources.len());
    for resource in resources {
        let amount = match ((resource.demand)(asker.known), peak) {
            (Some(quantiles), _) => quantiles.p75,
            (None, Some(peak)) if resource.name == GPU_MEMORY => {
                let held = peak.mib * gpus.ceil().max(1.0);
                assume(resource.name, held, format!("{} readings of its processes on a GPU", peak.seen))
            }
            (None, _) => {
                let found =
                    input.typical.of_kin(asker.kin, resource.demand, |quantiles: &Quantiles| quantiles.p75);
                let (value, from) = found.unwrap_or_else(|| (resource.assumed, no_class()));
                assume(resource.name, value, from)
            }
        };
        let amount = if amount.is_finite() { amount.max(0.0) } else { 0.0 };
        power += match resource.name {
            "cpu_cores" => amount * CORE_WATTS,
            GPU_COUNT => amount * GPU_WATTS,
            _ => 0.0,
        };
        if resource.name == GPU_COUNT {
            gpus = amount;
        }
        amounts.push(amount);
    }
    let gpus = gpus.ceil().max(1.0);
    let held = resources.iter().position(|resource| resource.name == GPU_MEMORY).map(|at| amounts[at]);
    let device_mib = match (peak, asker.known.gpu_memory_mib, held) {
        (Some(peak), _, _) => peak.mib,
        (None, Some(known), _) => known.p95.max(0.0) / gpus,
        (None, None, Some(held)) if held > 0.0 => assume(
            "gpu_memory_mib_per_device",
            held / gpus,
            "what is assumed over its GPUs, by their number".to_owned(),
        ),
        (None, None, _) => 0.0,
    };
    let duration_ms = (seconds.max(0.0) * SECOND_MS as f64).ceil().min(1e15) as i64;
    PlannedNeeds {
        duration_ms: duration_ms.max(1),
        amounts,
        gpus: gpus as i64,
        device_mib,
        power_w: power.round().min(16_000_000.0) as i64,
    }
}
