//! What only some kinds of patterns know beside their slots: of habits, loads, busy stretches, retries, holidays.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Proof, Quantiles};

/// Each part is there where it applies, and absent from stored and shown documents elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EvidenceDetails {
    /// Of a user's habit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub habit: Option<HabitDetails>,
    /// Of a resource that is loaded at the same hours again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadDetails>,
    /// Of days of the month that are busier than others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<SeasonDetails>,
    /// How often runs were tried again at once: only the first of each burst is counted as a run of a slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<BurstDetails>,
    /// What became of the slots on holidays, where they were kept less often than others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<HolidayDetails>,
    /// Standard error of the period of a loop, seconds: its gaps scatter, so that its mean is known only so well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_error_seconds: Option<f64>,
    /// What `ln_e_value` is made of: one test for each time of a list of times; empty in patterns stored by an older
    /// version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// What `ln_e_value` was held against; absent from patterns stored by an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// The e-BH procedure (Wang and Ramdas) over all task types: with `accepted` of `tested` confirmed, `ln_e_value` must
/// reach ln(tested / (accepted * level)), which is `least_ln_e_value`. The charge for naming the hypothesis among
/// all that were searched is taken off `ln_e_value` already.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Share of false ones among those confirmed, at most, in expectation.
    pub level: f64,
    /// Task types with enough runs to be tested.
    pub tested: u64,
    /// Those of them with something confirmed.
    pub accepted: u64,
    /// What the strongest evidence of a task type, and each of its patterns, must reach.
    pub least_ln_e_value: f64,
}

impl EvidenceDetails {
    /// Whether the pattern rests on more than the runs of its own task types: a look at some of them cannot
    /// tell that it has ended.
    pub fn rests_on_all_runs(&self) -> bool {
        self.habit.is_some() || self.load.is_some() || self.season.is_some()
    }
}

/// One run of each day was drawn; `ln_e_value` weighs those in the window against `null_hit_chance`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HabitDetails {
    /// Whose habit.
    pub user: String,
    /// Days of the day filter with a run that no schedule explains.
    pub days_with_runs: u64,
    /// Of these, days whose drawn run lies in the tested window.
    pub drawn_hits: u64,
    /// First minute of the tested window, after local midnight.
    pub tested_start_minute: u16,
    /// Its end.
    pub tested_end_minute: u16,
    /// Runs of other work (one for each task type and day) that the chance rests on.
    pub compared_runs: u64,
    /// Whether those are of other users, too, as this one has too few.
    pub is_pooled: bool,
}

/// A weekly profile of a resource's load. `ln_e_value` rests on every second day alone: window and days were
/// chosen on the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadDetails {
    /// `running_runs`, `cpu_cores`, `memory_mib`, `gpu_count` or `gpu_memory_mib`.
    pub resource: String,
    /// Unit of the values.
    pub unit: String,
    /// Mean load within the window.
    pub inside_mean: f64,
    /// Mean load at all other hours.
    pub outside_mean: f64,
    /// Hourly means within the window.
    pub inside: Quantiles,
    /// Hourly means at all other hours.
    pub outside: Quantiles,
    /// Highest hourly mean.
    pub peak: f64,
    /// Runs whose end and need are known.
    pub known_runs: u64,
    /// All runs.
    pub runs: u64,
    /// Mean load of each hour of the week, Monday 00:00 local first; null for an hour that was never observed.
    pub hourly_means: Vec<Option<f64>>,
}

/// Which end of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthEdge {
    /// Its first days.
    Start,
    /// Its last days.
    End,
}

/// A slot is a month, a hit one whose first or last days had more starts than any other stretch as long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeasonDetails {
    /// Which end of the month.
    pub edge: MonthEdge,
    /// How many days.
    pub days: u8,
    /// Mean starts on one of these days.
    pub busy_daily_mean: f64,
    /// Mean starts on any other day.
    pub other_daily_mean: f64,
}

/// Sizes of bursts: 1 where a run was not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurstDetails {
    /// Bursts.
    pub bursts: u64,
    /// Runs that were tries after the first.
    pub retries: u64,
    /// Gap in seconds below which a start belongs to the burst before it.
    pub gap_seconds: f64,
    /// Median size.
    pub p50: f64,
    /// 95 % quantile.
    pub p95: f64,
    /// Greatest size.
    pub max: u64,
}

/// Slots on configured holidays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HolidayDetails {
    /// Observed slots on holidays.
    pub slots: u64,
    /// Of these, slots with a run.
    pub hits: u64,
    /// The configured holidays, past and to come, ascending.
    pub dates: Vec<NaiveDate>,
}

impl HolidayDetails {
    /// Chance of a run in a slot on a holiday.
    pub fn hit_rate(&self) -> f64 {
        (self.hits as f64 + 0.5) / (self.slots as f64 + 1.0)
    }
}
