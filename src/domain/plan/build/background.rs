//! Work that no rule starts but that will take its share: expected runs at their times, and likely ones spread over
//! their hours.

use std::collections::BTreeMap;

use super::device::needed_gb;
use super::needs::{Asker, PlannedResource, planned_needs};
use super::{Assumption, BuildInput, Kin, PlannedWork, TimeGrid};
use crate::domain::plan::problem::PlanRule;
use crate::domain::prediction::{DemandHour, Prediction, demand};
use crate::domain::time::TimeSpan;

/// From this confidence on a run is planned for where it is expected, as a whole; below it, as its share of an hour.
const SURE: f64 = 0.5;

/// What expected work of one task type takes: slots, demand, watts, and memory on one GPU in GB.
type Needs = (i64, Vec<i64>, i64, i64);

/// The expected work as rules that cannot move, with what each stands for.
pub(super) fn expected_work(
    input: &BuildInput<'_>,
    grid: &TimeGrid,
    resources: &[PlannedResource],
    host_of: &dyn Fn(&Kin) -> usize,
    assumed: &mut Vec<Assumption>,
) -> Vec<(PlanRule, PlannedWork)> {
    let nobody = Kin::default();
    let mut groups: BTreeMap<(&str, Needs), Vec<i64>> = BTreeMap::new();
    let mut needs_of: BTreeMap<&str, (Vec<Assumption>, Needs)> = BTreeMap::new();
    let (sure, likely): (Vec<&Prediction>, Vec<&Prediction>) =
        input.expected.iter().partition(|prediction| prediction.confidence >= SURE);
    for prediction in sure {
        let name = prediction.task_type.as_str();
        let (_, needs) = needs_of.entry(name).or_insert_with(|| {
            let mut told = Vec::new();
            let kin = input.kin.get(name).unwrap_or(&nobody);
            let asker = Asker { rule_id: None, task_type: name, kin, known: &prediction.resources };
            let needs = planned_needs(&asker, input, resources, &mut told);
            let units =
                resources.iter().zip(&needs.amounts).map(|(resource, amount)| resource.units(*amount));
            let duration = grid.slots_in(needs.duration_ms).clamp(1, grid.slots);
            (told, (duration, units.collect(), needs.power_w, needed_gb(needs.device_mib)))
        });
        let slot = grid.slot_of(prediction.predicted_start);
        if slot + needs.0 > 0 && slot < grid.slots {
            groups.entry((name, needs.clone())).or_default().push(slot);
        }
    }
    let mut work = Vec::new();
    for ((name, (duration, units, power_w, device_gb)), wanted) in groups {
        if let Some((told, _)) = needs_of.get_mut(name) {
            assumed.append(told);
        }
        let host = host_of(input.kin.get(name).unwrap_or(&nobody));
        let has_any = |resource: &PlannedResource| resource.capacity_units(&input.hosts[host].capacity) > 0;
        let units =
            units.iter().zip(resources).map(|(units, one)| if has_any(one) { *units } else { 0 }).collect();
        let mut rule = fixed(format!("expected: {name}"), "expected", wanted, duration, units, host);
        (rule.power_w, rule.gpu_mem_per_device_gb) = (power_w, device_gb);
        work.push((rule, PlannedWork::Expected { task_type: name.to_owned() }));
    }
    let likely: Vec<Prediction> = likely.into_iter().cloned().collect();
    work.extend(hourly(&likely, grid, resources).into_iter().map(|rule| (rule, PlannedWork::Likely)));
    work
}

/// One rule for each different load, over all hours that have it.
fn hourly(likely: &[Prediction], grid: &TimeGrid, resources: &[PlannedResource]) -> Vec<PlanRule> {
    if likely.is_empty() {
        return Vec::new();
    }
    let hours = demand(likely, TimeSpan { start: grid.origin, end: grid.at(grid.slots) }).hours;
    let load = |hour: &DemandHour, name: &str| match name {
        "cpu_cores" => hour.loads.cpu_cores,
        "memory_mib" => hour.loads.memory_mib,
        "gpu_count" => hour.loads.gpu_count,
        _ => hour.loads.gpu_memory_mib,
    };
    let mut levels: BTreeMap<Vec<i64>, Vec<i64>> = BTreeMap::new();
    for hour in &hours {
        let units: Vec<i64> = resources
            .iter()
            .map(|resource| resource.units(load(hour, resource.name).unwrap_or(0.0)))
            .collect();
        if units.iter().any(|units| *units > 0) {
            let slots = grid.slot_of(hour.start)..grid.slot_of(hour.end).min(grid.slots);
            levels.entry(units).or_default().extend(slots);
        }
    }
    levels
        .into_iter()
        .map(|(units, mut wanted)| {
            wanted.dedup();
            fixed("likely runs".to_owned(), "likely", wanted, 1, units, 0)
        })
        .collect()
}

/// A rule that cannot move.
fn fixed(id: String, kind: &str, wanted: Vec<i64>, duration: i64, demand: Vec<i64>, host: usize) -> PlanRule {
    PlanRule {
        id,
        kind: kind.to_owned(),
        wanted,
        earliest: 0,
        latest: 0,
        duration,
        demand,
        gpu_mem_per_device_gb: 0,
        power_w: 0,
        priority: 1,
        migrate_minutes: 0,
        tags: Vec::new(),
        host,
        hosts: vec![host],
    }
}
