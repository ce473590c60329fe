//! What sort of expectation a prediction rests on: confidences are calibrated, and judged, sort by sort.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PredictionSource;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternType};

/// A sort of expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictionClass {
    /// At times of day, every day.
    Daily,
    /// On chosen weekdays.
    Weekly,
    /// On chosen days of the month, at month ends, in seasons.
    Monthly,
    /// Several times a day at times that a calendar names.
    Interval,
    /// At a fixed period, or counted from the run before.
    Period,
    /// In a window of hours, as persons do.
    Habit,
    /// After a run of another task type.
    Chain,
    /// As a rule says that no pattern confirms.
    Rule,
}

impl PredictionClass {
    /// All of them.
    pub const ALL: [PredictionClass; 8] = [
        PredictionClass::Daily,
        PredictionClass::Weekly,
        PredictionClass::Monthly,
        PredictionClass::Interval,
        PredictionClass::Period,
        PredictionClass::Habit,
        PredictionClass::Chain,
        PredictionClass::Rule,
    ];

    /// The word used in the store and in output.
    pub fn as_str(self) -> &'static str {
        match self {
            PredictionClass::Daily => "daily",
            PredictionClass::Weekly => "weekly",
            PredictionClass::Monthly => "monthly",
            PredictionClass::Interval => "interval",
            PredictionClass::Period => "period",
            PredictionClass::Habit => "habit",
            PredictionClass::Chain => "chain",
            PredictionClass::Rule => "rule",
        }
    }

    /// The sort of `pattern`.
    pub fn of_pattern(pattern: &Pattern) -> PredictionClass {
        match (&pattern.schedule, pattern.pattern_type) {
            (Schedule::Follows { .. }, _) => PredictionClass::Chain,
            (Schedule::Period { .. }, _) => PredictionClass::Period,
            (Schedule::Window { .. }, _) | (_, PatternType::UserBehavior) => PredictionClass::Habit,
            (_, PatternType::WeeklyRecurring) => PredictionClass::Weekly,
            (_, PatternType::MonthlyRecurring | PatternType::Seasonal) => PredictionClass::Monthly,
            (_, PatternType::Interval) => PredictionClass::Interval,
            _ => PredictionClass::Daily,
        }
    }

    /// The sort of a prediction with this `source`, by the pattern it rests on.
    pub(super) fn of(source: &PredictionSource, pattern: Option<&Pattern>) -> PredictionClass {
        match source {
            PredictionSource::Follows { .. } => PredictionClass::Chain,
            PredictionSource::Rule => PredictionClass::Rule,
            PredictionSource::Pattern => pattern.map_or(PredictionClass::Rule, PredictionClass::of_pattern),
        }
    }
}

impl fmt::Display for PredictionClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no sort of expectation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no class of predictions")]
pub struct UnknownClass(pub String);

impl std::str::FromStr for PredictionClass {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PredictionClass::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| UnknownClass(text.to_owned()))
    }
}
