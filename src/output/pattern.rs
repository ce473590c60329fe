//! A pattern in the shape that scripts rely on.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::duration;
use super::schedule::ScheduleShape;
use crate::domain::activity::StreamGroup;
use crate::domain::patterns::{Evidence, Pattern, PatternId, Quantiles, ResourceProfile};
use crate::domain::time::Timestamp;

/// A pattern in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternShape {
    /// Its id; null while it is not stored.
    pub id: Option<PatternId>,
    /// What sort of recurrence.
    pub pattern_type: &'static str,
    /// Task types.
    pub task_types: Vec<String>,
    /// Whose runs it explains; null for all runs of its task types.
    pub group: Option<StreamGroup>,
    /// When it fires.
    pub schedule: ScheduleShape,
    /// 0..1.
    pub confidence: f64,
    /// For and against.
    pub evidence: Value,
    /// What its runs need.
    pub resources: ResourceProfile,
    /// Whether it is still kept.
    pub is_active: bool,
    /// The schedule it took over from; absent where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<MovedShape>,
    /// When it was first found; null while it is not stored.
    pub detected_at: Option<Timestamp>,
}

/// A schedule that another took over from, in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovedShape {
    /// When it fired.
    pub schedule: ScheduleShape,
    /// First run at the new time.
    pub at: Timestamp,
}

impl PatternShape {
    /// The shape of `pattern`, stored as `id` since `detected_at`.
    pub fn of(pattern: &Pattern, id: Option<PatternId>, detected_at: Option<Timestamp>) -> PatternShape {
        PatternShape {
            id,
            pattern_type: pattern.pattern_type.as_str(),
            task_types: pattern.task_types.clone(),
            group: pattern.group.clone(),
            schedule: ScheduleShape::of(&pattern.schedule, pattern.zone),
            confidence: pattern.confidence,
            evidence: evidence_json(&pattern.evidence),
            resources: pattern.resources,
            is_active: pattern.is_active,
            moved_from: pattern.moved_from.as_ref().map(|moved| MovedShape {
                schedule: ScheduleShape::of(&moved.schedule, pattern.zone),
                at: moved.at,
            }),
            detected_at,
        }
    }
}

/// The evidence with its e-value; a value beyond the range of a double is given as its logarithm only.
fn evidence_json(evidence: &Evidence) -> Value {
    let mut value = serde_json::to_value(evidence).unwrap_or_default();
    let e_value = evidence.ln_e_value.exp();
    value["e_value"] = if e_value.is_finite() { json!(e_value) } else { Value::Null };
    value
}

/// The lines that say what runs need, with the number of runs that each rests on.
pub fn resource_lines(resources: &ResourceProfile) -> Vec<String> {
    let seconds = |value: f64| duration(value);
    let plain = |unit: &'static str| move |value: f64| format!("{}{unit}", trim_number(value));
    let mut lines = Vec::new();
    let mut line = |name: &str, quantiles: Option<Quantiles>, show: &dyn Fn(f64) -> String| {
        lines.push(match quantiles {
            Some(found) => format!(
                "{name:<11} p50 {}, p75 {}, p95 {}  ({} of {} runs)",
                show(found.p50),
                show(found.p75),
                show(found.p95),
                found.runs_used,
                resources.runs_used
            ),
            None => format!("{name:<11} unknown"),
        });
    };
    line("duration", resources.duration_seconds, &seconds);
    line("CPU cores", resources.cpu_cores, &plain(""));
    line("memory", resources.memory_mib, &plain(" MiB"));
    line("GPUs", resources.gpu_count, &plain(""));
    line("GPU memory", resources.gpu_memory_mib, &plain(" MiB"));
    lines
}

/// Three significant digits, without a tail of zeros.
fn trim_number(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
