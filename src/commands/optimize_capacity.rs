//! The machines that a plan is for: as configured, else as this one is; and whether the runs can have been on such a one.

use std::collections::{BTreeMap, HashMap};

use super::Context;
use super::generate::configured_capacity;
use super::optimize_config::host_capacity;
use crate::config::Config;
use crate::devices;
use crate::domain::activity::{HostId, TaskHistory};
use crate::domain::device::HostCapacity;
use crate::domain::plan::{CapacityDoubt, HostInput, Kin, capacity_doubts};
use crate::domain::rules::{Capacity, SharedResource, StoredRule};
use crate::output::{count, quantity};
use crate::store::{Store, StoreError};

/// GPUs of one host that are told apart: no run uses more, whatever a slip in the configuration says.
const MOST_GPUS: u32 = 4_096;

/// The machines, the one of most rules first, and what had to be taken for granted of them.
pub(super) fn hosts(
    context: &Context,
    rules: &[StoredRule],
    kin: &BTreeMap<String, Kin>,
) -> (Vec<HostInput>, Vec<String>) {
    let detected = devices::detect();
    let capacity = capacity(context, &detected);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut homeless = 0;
    for stored in rules {
        let learned = kin.get(&stored.rule.task_type).and_then(|kin| kin.host.clone());
        match stored.rule.host.clone().or(learned) {
            Some(host) => *counts.entry(host).or_default() += 1,
            None => homeless += 1,
        }
    }
    let mut names: Vec<(String, usize)> = counts.into_iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut notes = Vec::new();
    let is_configured = |name: &String| context.config.host.iter().any(|configured| configured.name == *name);
    let unconfigured = names.iter().filter(|(name, _)| !is_configured(name)).count();
    if unconfigured > 1 {
        notes.push(format!("each of {unconfigured} hosts is taken to have the same capacity"));
    }
    match names.first() {
        None => names.push((detected.hostname.clone().unwrap_or_else(|| "this machine".to_owned()), 0)),
        Some((first, _)) if homeless > 0 && names.len() > 1 => notes
            .push(format!("{} of unknown host taken to run on {first}", quantity(homeless as u64, "rule"))),
        Some(_) => {}
    }
    let host = |(name, _): (String, usize)| {
        let mut capacity = host_capacity(&context.config, &name, capacity);
        let gpu_devices_mib = devices_of(&context.config, &name, &detected);
        // Where only the memory of one GPU is configured, what is there says how many.
        if capacity.gpu_count == Some(gpu_devices_mib.len() as f64) {
            capacity.gpu_memory_mib = Some(gpu_devices_mib.iter().sum());
        }
        HostInput { name, capacity, gpu_devices_mib }
    };
    (names.into_iter().map(host).collect(), notes)
}

/// Memory of each GPU of a host, MiB: as configured, else as detected here; empty where it is not known.
fn devices_of(config: &Config, name: &str, detected: &HostCapacity) -> Vec<f64> {
    let own = match config.host.iter().find(|host| host.name == name) {
        Some(host) => host.capacity(&config.capacity),
        None => config.capacity.clone(),
    };
    let here = || detected.gpus.iter().map(|gpu| gpu.memory_mib);
    match (own.gpu_count, own.gpu_memory_mib) {
        (Some(gpus), Some(memory)) => vec![memory; gpus.min(MOST_GPUS) as usize],
        (None, Some(memory)) => here().map(|_| memory).collect(),
        (Some(gpus), None) if gpus as usize != detected.gpus.len() => Vec::new(),
        (_, None) => here().collect(),
    }
}

/// The configured capacity, and what is detected where none is configured.
pub(super) fn capacity(context: &Context, detected: &HostCapacity) -> Capacity {
    let configured = configured_capacity(&context.config.capacity);
    let gpus = Some(detected.gpus.len() as f64).filter(|count| *count > 0.0);
    let gpu_memory: f64 = detected.gpus.iter().map(|gpu| gpu.memory_mib).sum();
    Capacity {
        cpu_cores: configured.cpu_cores.or(Some(detected.cpu_cores)),
        memory_mib: configured.memory_mib.or(detected.memory_mib),
        gpu_count: configured.gpu_count.or(gpus),
        gpu_memory_mib: configured.gpu_memory_mib.or(Some(gpu_memory).filter(|memory| *memory > 0.0)),
    }
}

/// Where the runs held more than the machine that is planned for has, of what nobody configured.
pub(super) fn doubts(
    context: &Context,
    histories: &[TaskHistory],
    names: &HashMap<HostId, String>,
    hosts: &[HostInput],
) -> Vec<CapacityDoubt> {
    let config = &context.config;
    let mut doubts = Vec::new();
    let any_is_planned = names.values().any(|name| hosts.iter().any(|host| host.name == *name));
    for (position, host) in hosts.iter().enumerate() {
        let own = match config.host.iter().find(|configured| configured.name == host.name) {
            Some(configured) => configured.capacity(&config.capacity),
            None => config.capacity.clone(),
        };
        let is_configured = |resource: SharedResource| match resource {
            SharedResource::CpuCores => own.cpu_cores.is_some(),
            SharedResource::MemoryMib => own.memory_mib.is_some(),
            SharedResource::GpuCount | SharedResource::GpuMemoryMib => own.gpu_count.is_some(),
        };
        let detected = SharedResource::ALL.into_iter().filter(|resource| !is_configured(*resource)).collect();
        // What ran nobody knows where is planned on the first; so is all where no rule says what the hosts are.
        let is_here = |run: Option<HostId>| match run.and_then(|id| names.get(&id)) {
            Some(name) if any_is_planned => *name == host.name,
            _ => position == 0,
        };
        doubts.extend(capacity_doubts(histories, &is_here, host, detected));
    }
    doubts
}

/// What to do about it, in one sentence.
pub(super) fn doubt_warning(context: &Context, doubts: &[CapacityDoubt]) -> Option<String> {
    let first = doubts.first()?;
    let of_host: Vec<&CapacityDoubt> = doubts.iter().filter(|doubt| doubt.host == first.host).collect();
    let told = |doubt: &&CapacityDoubt| {
        let how = if doubt.held_alone >= doubt.held_at_once { "in one run" } else { "at once" };
        let (held, planned) = (doubt.held_at_once.ceil() as u64, doubt.planned.floor() as u64);
        format!("{} {} {how} ({} are planned for)", count(held), doubt.resource.unit(), count(planned))
    };
    let set = |doubt: &&CapacityDoubt| match doubt.resource {
        SharedResource::CpuCores => format!("cpu_cores = {:.0}", doubt.held_at_once.ceil()),
        SharedResource::MemoryMib => format!("memory_mib = {:.0}", doubt.held_at_once.ceil()),
        SharedResource::GpuCount => format!("gpu_count = {:.0}", doubt.held_at_once.ceil()),
        SharedResource::GpuMemoryMib => "gpu_memory_mib = ... (of one GPU)".to_owned(),
    };
    let is_named = context.config.host.iter().any(|host| host.name == first.host);
    let several = doubts.iter().any(|doubt| doubt.host != first.host);
    let section = if is_named || several {
        format!("a [[host]] of its own (name = \"{}\")", first.host)
    } else {
        "[capacity]".to_owned()
    };
    let on_others = if several { ", and others likewise" } else { "" };
    Some(format!(
        "the runs that are planned on {} held {}{on_others}: they were on another machine, and a plan for this one says \
         little; set what theirs has in the configuration, at least {} under {section}",
        first.host,
        of_host.iter().map(told).collect::<Vec<_>>().join(" and "),
        of_host.iter().map(set).collect::<Vec<_>>().join(", "),
    ))
}

/// The capacity of this machine says little about jobs that ran on others.
pub(super) fn warn_of_other_hosts(
    context: &Context,
    store: &Store,
    warnings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut hosts: Vec<String> = store.host_names()?.into_values().collect();
    hosts.sort();
    let here = devices::host_name();
    // A machine that the configuration names is no surprise.
    hosts.retain(|host| !context.config.host.iter().any(|configured| configured.name == *host));
    let elsewhere = !hosts.is_empty() && !hosts.iter().any(|host| Some(host) == here.as_ref());
    if elsewhere && context.config.capacity.cpu_cores.is_none() {
        warnings.push(format!(
            "the jobs ran on {}, and the capacity planned for is this machine's; set [capacity] in the \
             configuration to theirs",
            hosts.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(())
}
