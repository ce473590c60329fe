//! A pattern: a schedule that the past kept, and how well it kept it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{EvidenceDetails, ResourceProfile, StartWindow};
use crate::domain::activity::StreamGroup;
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::time::Timestamp;

/// Names a pattern within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatternId(pub i64);

/// What sort of recurrence a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternType {
    /// At times of day, every day.
    DailyRecurring,
    /// On chosen weekdays.
    WeeklyRecurring,
    /// On chosen days of the month.
    MonthlyRecurring,
    /// Several times a day at a fixed distance, or at a fixed period.
    Interval,
    /// When a person usually starts it.
    UserBehavior,
    /// When a resource is usually loaded.
    ResourceUsage,
    /// One task type after another.
    TaskCorrelation,
    /// Month ends, holidays, seasons.
    Seasonal,
    /// Stated by a person.
    Custom,
}

impl PatternType {
    /// All types.
    pub const ALL: [PatternType; 9] = [
        PatternType::DailyRecurring,
        PatternType::WeeklyRecurring,
        PatternType::MonthlyRecurring,
        PatternType::Interval,
        PatternType::UserBehavior,
        PatternType::ResourceUsage,
        PatternType::TaskCorrelation,
        PatternType::Seasonal,
        PatternType::Custom,
    ];

    /// The word used in options and output.
    pub fn as_str(self) -> &'static str {
        match self {
            PatternType::DailyRecurring => "daily_recurring",
            PatternType::WeeklyRecurring => "weekly_recurring",
            PatternType::MonthlyRecurring => "monthly_recurring",
            PatternType::Interval => "interval",
            PatternType::UserBehavior => "user_behavior",
            PatternType::ResourceUsage => "resource_usage",
            PatternType::TaskCorrelation => "task_correlation",
            PatternType::Seasonal => "seasonal",
            PatternType::Custom => "custom",
        }
    }
}

impl fmt::Display for PatternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no pattern type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no pattern type")]
pub struct UnknownPatternType(pub String);

impl FromStr for PatternType {
    type Err = UnknownPatternType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PatternType::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownPatternType(text.to_owned()))
    }
}

/// How far starts lie from their slots, in seconds (absolute).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JitterSeconds {
    /// Median.
    pub p50: f64,
    /// 95 % quantile.
    pub p95: f64,
}

/// How sure a pattern is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Of all such patterns at most one in a hundred is an accident, however the task types depend on each other.
    #[default]
    Confirmed,
    /// Of all such patterns at most one in twenty is an accident.
    Tentative,
}

impl Tier {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Confirmed => "confirmed",
            Tier::Tentative => "tentative",
        }
    }
}

/// What the past says for and against a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Runs of the task type in the analysed span.
    pub runs: u64,
    /// Slots from the first to the last seen (to the end of observation while active) that were observed.
    pub expected: u64,
    /// Slots with a run.
    pub hits: u64,
    /// Observed slots without a run.
    pub misses: u64,
    /// Runs in the pattern's life that no slot explains.
    pub extra: u64,
    /// Natural logarithm of the e-value after the charge for code length: above 0 speaks for the pattern.
    pub ln_e_value: f64,
    /// Chance of a hit in one slot if starts fell at a locally constant rate.
    pub null_hit_chance: f64,
    /// Half width of a slot in seconds.
    pub tolerance_seconds: f64,
    /// First hit.
    pub first_seen: Timestamp,
    /// Last hit.
    pub last_seen: Timestamp,
    /// Start of the current (or last) regime.
    pub regime_start: Timestamp,
    /// Distance of starts from slots.
    pub jitter_seconds: JitterSeconds,
    /// Where the next start lies around its slot; `None` in patterns stored before it was known.
    pub start_window: Option<StartWindow>,
    /// Zones that explain the hits equally well; empty when the zone is decided.
    pub zone_undetermined: Vec<String>,
    /// How sure it is, over all task types analysed.
    #[serde(default)]
    pub tier: Tier,
    /// Chance of evidence as strong by accident, adjusted for all task types analysed; of tentative patterns.
    #[serde(default)]
    pub p_value: Option<f64>,
    /// What only some kinds of patterns know.
    #[serde(default, flatten)]
    pub details: EvidenceDetails,
}

/// A schedule that the past kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// What sort of recurrence.
    pub pattern_type: PatternType,
    /// Task types by name; one, except for correlations (predecessor, successor).
    pub task_types: Vec<String>,
    /// Whose runs it explains, where task types were split by user, host or queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<StreamGroup>,
    /// When it fires.
    pub schedule: Schedule,
    /// The zone of its local times.
    pub zone: Zone,
    /// Probability (0..1) that a run falls into the next slot, given that the schedule is still kept.
    pub confidence: f64,
    /// For and against.
    pub evidence: Evidence,
    /// What its runs need.
    pub resources: ResourceProfile,
    /// Whether it is still kept at the end of the observed history.
    pub is_active: bool,
    /// The schedule it took over from, where one of the same task type ended as this one began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<MovedFrom>,
}

/// The schedule that a pattern took over from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovedFrom {
    /// When the former pattern fired, in the same zone.
    pub schedule: Schedule,
    /// First run at the new time.
    pub at: Timestamp,
}
