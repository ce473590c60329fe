//! One expected run, with where the expectation comes from.

use serde::{Deserialize, Serialize};

use crate::domain::patterns::{PatternId, ResourceProfile};
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// What a prediction was derived from; where several sources expect the same run, the one that set its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PredictionSource {
    /// The clock schedule of a pattern.
    Pattern,
    /// A declared or manual rule that no active pattern confirms, at the time before any plan moved it.
    Rule,
    /// The end (or start) of a run of another task type.
    Follows {
        /// The other task type.
        predecessor: String,
        /// When that run starts, or started.
        predecessor_start: Timestamp,
    },
}

impl PredictionSource {
    /// The word used in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            PredictionSource::Pattern => "pattern",
            PredictionSource::Rule => "rule",
            PredictionSource::Follows { .. } => "follows",
        }
    }
}

/// One expected run.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The task type that is expected to run.
    pub task_type: String,
    /// When it is most likely to start.
    pub predicted_start: Timestamp,
    /// First instant of the window that nine in ten of the runs that come start in.
    pub window_start: Timestamp,
    /// Last instant of that window.
    pub window_end: Timestamp,
    /// Probability (0..1) that the run comes: that a start lies in the window or a little outside of it
    /// ([`super::matching_spans`]).
    pub confidence: f64,
    /// The pattern it rests on, where there is one.
    pub pattern_id: Option<PatternId>,
    /// The rule that says the same, where there is one.
    pub rule_id: Option<RuleId>,
    /// What set its time.
    pub source: PredictionSource,
    /// What the run will need, from the successful runs so far; unknown is `None`.
    pub resources: ResourceProfile,
}
