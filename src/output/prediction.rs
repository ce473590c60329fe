//! A prediction in the shape that scripts rely on.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{count, duration};
use crate::domain::patterns::{PatternId, Quantiles, ResourceProfile};
use crate::domain::prediction::{Prediction, PredictionSource};
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// A prediction in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionShape<'a> {
    /// The task type.
    pub task_type: &'a str,
    /// Most likely start.
    pub predicted_start: Timestamp,
    /// First instant at which a start counts.
    pub window_start: Timestamp,
    /// Last instant at which a start counts.
    pub window_end: Timestamp,
    /// 0..1.
    pub confidence: f64,
    /// The pattern behind it.
    pub pattern_id: Option<PatternId>,
    /// The rule behind it.
    pub rule_id: Option<RuleId>,
    /// pattern, rule or follows.
    pub source: &'static str,
    /// The run it follows, for `follows`.
    pub follows: Option<Value>,
    /// What the run will need; unknown is null.
    pub resources: Value,
}

impl<'a> PredictionShape<'a> {
    /// The shape of `prediction`.
    pub fn of(prediction: &'a Prediction) -> PredictionShape<'a> {
        let follows = match &prediction.source {
            PredictionSource::Follows { predecessor, predecessor_start } => {
                Some(json!({ "task_type": predecessor, "predicted_start": predecessor_start }))
            }
            _ => None,
        };
        PredictionShape {
            task_type: &prediction.task_type,
            predicted_start: prediction.predicted_start,
            window_start: prediction.window_start,
            window_end: prediction.window_end,
            confidence: prediction.confidence,
            pattern_id: prediction.pattern_id,
            rule_id: prediction.rule_id,
            source: prediction.source.as_str(),
            follows,
            resources: needs_json(&prediction.resources),
        }
    }
}

/// What a run will need: quantiles, but for GPUs one number, the median.
fn needs_json(resources: &ResourceProfile) -> Value {
    json!({
        "duration_seconds": resources.duration_seconds,
        "cpu_cores": resources.cpu_cores,
        "memory_mib": resources.memory_mib,
        "gpu_count": resources.gpu_count.map(|quantiles| quantiles.p50),
        "gpu_memory_mib": resources.gpu_memory_mib,
        "failure_rate": resources.failure_rate,
        "runs_used": resources.runs_used,
    })
}

/// Median needs in a few words; `unknown` when nothing is known.
pub fn needs_words(resources: &ResourceProfile) -> String {
    let part = |quantiles: Option<Quantiles>, show: &dyn Fn(f64) -> String| {
        quantiles.filter(|found| found.p50 > 0.0).map(|found| show(found.p50))
    };
    let known = [resources.cpu_cores, resources.memory_mib, resources.gpu_count, resources.gpu_memory_mib]
        .iter()
        .any(Option::is_some);
    let parts: Vec<String> = [
        part(resources.cpu_cores, &|cores| format!("{} CPU", number(cores))),
        part(resources.memory_mib, &mib),
        part(resources.gpu_count, &|gpus| format!("{} GPU", number(gpus))),
        part(resources.gpu_memory_mib, &|memory| format!("{} on GPU", mib(memory))),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (known, parts.is_empty()) {
        (false, _) => "unknown".to_owned(),
        (true, true) => "nothing".to_owned(),
        (true, false) => parts.join(", "),
    }
}

/// Median and 95 % duration; `unknown` when no run tells.
pub fn duration_words(resources: &ResourceProfile) -> String {
    match resources.duration_seconds {
        Some(found) => format!("{} (p95 {})", duration(found.p50), duration(found.p95)),
        None => "unknown".to_owned(),
    }
}

/// MiB below 10 GiB, GiB above.
pub fn mib(value: f64) -> String {
    match value {
        0.0..10_240.0 => format!("{} MiB", count(value.round() as u64)),
        _ => format!("{} GiB", number(value / 1024.0)),
    }
}

/// At most one decimal, two below 1.
pub fn number(value: f64) -> String {
    let text = if value.abs() < 1.0 { format!("{value:.2}") } else { format!("{value:.1}") };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
