//! What a timetable problem is built from: plain values, read from the store and the configuration.

use std::collections::BTreeMap;

use super::TypicalNeeds;
use crate::domain::calendar::Zone;
use crate::domain::patterns::Quantiles;
use crate::domain::prediction::Prediction;
use crate::domain::rules::{Capacity, Flexibility, RuleId, StoredRule};
use crate::domain::time::TimeSpan;

/// Which quantile of past durations a run is planned with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DurationQuantile {
    /// The median: half of the runs take longer.
    P50,
    /// The upper quartile.
    #[default]
    P75,
    /// One run in twenty takes longer.
    P95,
}

impl DurationQuantile {
    /// The quantile's value.
    pub fn of(self, quantiles: &Quantiles) -> f64 {
        match self {
            DurationQuantile::P50 => quantiles.p50,
            DurationQuantile::P75 => quantiles.p75,
            DurationQuantile::P95 => quantiles.p95,
        }
    }
}

/// How short a slot may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotChoice {
    /// A minute where starts need it and the horizon allows it.
    AsFine,
    /// Five minutes and more: the energy prices of `sched-opt/1` are whole numbers for such slots.
    FiveMinutes,
}

/// A machine that rules run on.
#[derive(Clone, Debug, PartialEq)]
pub struct HostInput {
    /// Its name.
    pub name: String,
    /// What it has; what is unknown is not planned for.
    pub capacity: Capacity,
    /// Memory of each of its GPUs, MiB; empty where it is not known.
    pub gpu_devices_mib: Vec<f64>,
}

/// What runs of a task type were seen to hold on one GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DevicePeak {
    /// The bound that nineteen of twenty peaks keep to, MiB.
    pub mib: f64,
    /// Runs and processes that it rests on.
    pub seen: u64,
}

/// `successor` runs after `predecessor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The task type that runs first.
    pub predecessor: String,
    /// The task type that waits for it.
    pub successor: String,
    /// Whether it waits for the end (otherwise only for the start).
    pub from_end: bool,
    /// From there to its own start, as it usually is, milliseconds.
    pub usual_lag_ms: i64,
    /// What nearly all of its runs left at least between the two: the lag less nineteen twentieths of its deviations,
    /// at least 0.
    pub least_lag_ms: i64,
}

/// Task types that never run at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// What they share, such as a lock file.
    pub tag: String,
    /// The task types.
    pub task_types: Vec<String>,
}

/// Times at which no movable rule may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blackout {
    /// What it is called in messages.
    pub name: String,
    /// When, in and around the horizon.
    pub spans: Vec<TimeSpan>,
    /// The hosts it holds for; all where empty.
    pub hosts: Vec<String>,
}

/// Whose a task type is, as far as most of its runs agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kin {
    /// The user.
    pub user: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The host.
    pub host: Option<String>,
}

/// What a problem is built from.
#[derive(Clone, Debug)]
pub struct BuildInput<'a> {
    /// The rules that count, in order of their ids.
    pub rules: &'a [StoredRule],
    /// Runs expected of task types without such a rule: they cannot be moved, but they take their share.
    pub expected: &'a [Prediction],
    /// What follows what.
    pub follows: &'a [Follow],
    /// What may not run together.
    pub exclusions: &'a [Exclusion],
    /// When nothing may run.
    pub blackouts: &'a [Blackout],
    /// The machines; the first is where work runs of which nobody knows the host.
    pub hosts: &'a [HostInput],
    /// User, queue and host of task types, learned from their runs.
    pub kin: &'a BTreeMap<String, Kin>,
    /// What runs of task types hold on one GPU, where runs or readings tell.
    pub device_peaks: &'a BTreeMap<String, DevicePeak>,
    /// What runs of the same class need, for those that never told.
    pub typical: &'a TypicalNeeds,
    /// Windows that differ from those the rules carry.
    pub flexibility: &'a BTreeMap<RuleId, Flexibility>,
    /// The horizon; its length is rounded up to whole slots.
    pub horizon: TimeSpan,
    /// The zone of local hours.
    pub zone: Zone,
    /// Cents per kWh in each local hour of the day.
    pub price_by_hour: [i64; 24],
    /// Share of a capacity above which `efficiency` charges extra, 0..1.
    pub target_utilization: f64,
    /// How long a run is taken to be.
    pub duration_quantile: DurationQuantile,
    /// How short a slot may be.
    pub slots: SlotChoice,
}
