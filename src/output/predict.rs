//! What `predict` answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::format::{duration, percent, quantity, shorten};
use super::prediction::{PredictionShape, duration_words, mib, needs_words, number};
use super::{Report, Style};
use crate::domain::patterns::{PatternId, Quantiles, ResourceProfile};
use crate::domain::prediction::{
    Demand, DemandHour, LoadRange, Prediction, PredictionSource, SpikeBuffer, SpikeBuffers,
};
use crate::domain::rules::RuleId;
use crate::domain::time::{SECOND_MS, TimeSpan, Timestamp};

pub use super::evaluation::EvaluateReport;

/// More runs of one task type than this share one row of the table.
const ROWS_PER_GROUP: usize = 3;

/// The schedule of a pattern or rule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleNote {
    /// The pattern, or
    pub pattern_id: Option<PatternId>,
    /// the rule.
    pub rule_id: Option<RuleId>,
    /// When it fires.
    pub text: String,
}

/// What `predict` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictReport<R, S> {
    /// The span the list is complete for.
    pub horizon: TimeSpan,
    /// The last recorded start.
    pub history_end: Option<Timestamp>,
    /// Predictions below it are left out.
    pub min_confidence: f64,
    /// How many were left out.
    pub below_min_confidence: u64,
    /// Expected runs, by start.
    pub predictions: Vec<Prediction>,
    /// Their load.
    pub demand: Demand,
    /// The buffer on that load.
    pub buffers: SpikeBuffers,
    /// Schedules of the patterns and rules that predict.
    pub notes: Vec<ScheduleNote>,
    /// Earlier predictions that were judged on this occasion.
    pub resolved: R,
    /// What saving these predictions changed.
    pub saved: S,
}

impl<R, S> PredictReport<R, S> {
    fn values(&self) -> Vec<Value> {
        self.predictions
            .iter()
            .map(|prediction| serde_json::to_value(PredictionShape::of(prediction)).unwrap_or_default())
            .collect()
    }

    /// The schedule behind a prediction: that of the source that set its time.
    fn note(&self, prediction: &Prediction) -> String {
        let by_rule = prediction.source == PredictionSource::Rule;
        let found = self.notes.iter().find(|note| match by_rule {
            true => note.rule_id.is_some() && note.rule_id == prediction.rule_id,
            false => note.pattern_id.is_some() && note.pattern_id == prediction.pattern_id,
        });
        let origin = match (by_rule, prediction.pattern_id, prediction.rule_id) {
            (false, Some(id), _) => format!("pattern {}", id.0),
            (_, _, Some(id)) => format!("rule {}", id.0),
            _ => prediction.source.as_str().to_owned(),
        };
        match found {
            Some(note) => format!("{origin}: {}", note.text),
            None => origin,
        }
    }

    /// What stands above the list.
    fn headline(&self, style: &Style) -> String {
        let sum: f64 = self.predictions.iter().map(|prediction| prediction.confidence).sum();
        let runs = quantity(self.predictions.len() as u64, "run");
        let mut text = format!(
            "{runs} expected until {} (confidences add up to {})",
            style.time(self.horizon.end),
            number(sum)
        );
        if self.below_min_confidence > 0 {
            text.push_str(&format!(
                "; {} more below {}",
                self.below_min_confidence,
                percent(self.min_confidence)
            ));
        }
        text
    }

    /// The busiest hour, and what is not in the loads.
    fn demand_lines(&self, style: &Style) -> Vec<String> {
        let (unknown, buffers) = (&self.demand.unknown, &self.buffers);
        [
            Resource {
                name: "CPU cores",
                usage: |needs| needs.cpu_cores,
                load: |hour| hour.loads.cpu_cores,
                range: |hour| hour.ranges.cpu_cores,
                show: number,
                buffer: buffers.cpu_cores,
                unknown: unknown.cpu_cores,
            },
            Resource {
                name: "memory",
                usage: |needs| needs.memory_mib,
                load: |hour| hour.loads.memory_mib,
                range: |hour| hour.ranges.memory_mib,
                show: mib,
                buffer: buffers.memory_mib,
                unknown: unknown.memory_mib,
            },
            Resource {
                name: "GPUs",
                usage: |needs| needs.gpu_count,
                load: |hour| hour.loads.gpu_count,
                range: |hour| hour.ranges.gpu_count,
                show: number,
                buffer: buffers.gpu_count,
                unknown: unknown.gpu_count,
            },
            Resource {
                name: "GPU memory",
                usage: |needs| needs.gpu_memory_mib,
                load: |hour| hour.loads.gpu_memory_mib,
                range: |hour| hour.ranges.gpu_memory_mib,
                show: mib,
                buffer: buffers.gpu_memory_mib,
                unknown: unknown.gpu_memory_mib,
            },
        ]
        .iter()
        .filter_map(|resource| self.peak_line(resource, style))
        .collect()
    }

    /// `None` for a resource that nothing is known to use.
    fn peak_line(&self, resource: &Resource, style: &Style) -> Option<String> {
        let Resource { name, usage, load, range, show, buffer, unknown } = *resource;
        self.predictions.iter().find_map(|prediction| usage(&prediction.resources))?;
        let unknown_words = format!("unknown for {}", quantity(unknown, "run"));
        if self.demand.predictions <= unknown {
            return Some(format!("{name:<10} {unknown_words}"));
        }
        let (hour, peak) = self
            .demand
            .hours
            .iter()
            .filter_map(|hour| Some((hour, load(hour)?)))
            .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.start.cmp(&one.0.start)))?;
        let mut text = format!(
            "{name:<10} {} expected in the busiest hour, from {}",
            show(peak),
            style.time(hour.start)
        );
        if let Some(range) = range(hour).filter(|range| range.p95 > peak) {
            text.push_str(&format!(", seldom more than {}", show(range.p95)));
        }
        if let Some(SpikeBuffer { factor, buffered_peak, .. }) = buffer {
            text.push_str(&format!("; keep {} free (x{factor:.2} for spikes)", show(buffered_peak)));
        }
        if unknown > 0 {
            text.push_str(&format!("; {unknown_words}"));
        }
        Some(text)
    }
}

/// What the line of one resource is made from.
#[derive(Clone, Copy)]
struct Resource {
    name: &'static str,
    /// How much a run uses.
    usage: fn(&ResourceProfile) -> Option<Quantiles>,
    load: fn(&DemandHour) -> Option<f64>,
    range: fn(&DemandHour) -> Option<LoadRange>,
    /// How to show an amount.
    show: fn(f64) -> String,
    buffer: Option<SpikeBuffer>,
    /// Predictions that are not in the loads.
    unknown: u64,
}

/// Predictions that get a row, with how many runs the row stands for: three or fewer runs that one source
/// expects of a task type get a row each, more of them share that of the first.
fn table_rows(predictions: &[Prediction]) -> Vec<(&Prediction, usize)> {
    type Source<'a> = (&'a str, Option<PatternId>, Option<RuleId>);
    let mut groups: BTreeMap<Source<'_>, Vec<&Prediction>> = BTreeMap::new();
    for prediction in predictions {
        let key = (prediction.task_type.as_str(), prediction.pattern_id, prediction.rule_id);
        groups.entry(key).or_default().push(prediction);
    }
    let mut rows = Vec::new();
    for group in groups.values() {
        match group.len() {
            0..=ROWS_PER_GROUP => rows.extend(group.iter().map(|prediction| (*prediction, 1))),
            many => rows.extend(group.first().map(|prediction| (*prediction, many))),
        }
    }
    rows
}

impl<R: serde::Serialize, S: serde::Serialize> Report for PredictReport<R, S> {
    fn data(&self) -> Value {
        json!({
            "horizon": self.horizon,
            "history_end": self.history_end,
            "min_confidence": self.min_confidence,
            "predictions": self.values(),
            "total": self.predictions.len(),
            "below_min_confidence": self.below_min_confidence,
            "demand": self.demand,
            "spike_buffer": self.buffers,
            "resolved": self.resolved,
            "saved": self.saved,
        })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("prediction", self.values())
    }

    fn table(&self, style: &Style) -> String {
        if self.predictions.is_empty() {
            return match self.below_min_confidence {
                0 => "No runs expected.\n".to_owned(),
                _ => format!("No runs expected with at least {}.\n", percent(self.min_confidence)),
            };
        }
        let mut rows = table_rows(&self.predictions);
        rows.sort_by_key(|(prediction, _)| prediction.predicted_start);
        let mut table = style.new_table(&[
            "START",
            "RUNS",
            "TASK TYPE",
            "CONFIDENCE",
            "DURATION",
            "NEEDS",
            "EXPECTED BY",
        ]);
        for (prediction, runs) in rows {
            table.add_row(vec![
                style.time(prediction.predicted_start),
                runs.to_string(),
                shorten(&prediction.task_type, 48),
                percent(prediction.confidence),
                prediction
                    .resources
                    .duration_seconds
                    .map_or("unknown".to_owned(), |found| duration(found.p50)),
                needs_words(&prediction.resources),
                self.note(prediction),
            ]);
        }
        let mut text = style.finish_table(table);
        text.push_str(&format!("\n{}\n", self.headline(style)));
        for line in self.demand_lines(style) {
            text.push_str(&format!("{line}\n"));
        }
        text
    }

    fn detailed(&self, style: &Style) -> String {
        if self.predictions.is_empty() {
            return self.table(style);
        }
        let mut lines = vec![style.bold(&self.headline(style))];
        lines.extend(self.demand_lines(style).into_iter().map(|line| format!("  {line}")));
        for prediction in &self.predictions {
            lines.push(String::new());
            lines.push(style.bold(&format!(
                "{}  {}",
                style.time(prediction.predicted_start),
                prediction.task_type
            )));
            let mut line = |name: &str, value: String| lines.push(format!("  {name:<12} {value}"));
            let side = |from: Timestamp, to: Timestamp| duration(to.since(from) as f64 / SECOND_MS as f64);
            line(
                "window",
                format!(
                    "{} before to {} after",
                    side(prediction.window_start, prediction.predicted_start),
                    side(prediction.predicted_start, prediction.window_end)
                ),
            );
            line("confidence", percent(prediction.confidence));
            line("expected by", self.note(prediction));
            if let PredictionSource::Follows { predecessor, predecessor_start } = &prediction.source {
                line("follows", format!("{predecessor} of {}", style.time(*predecessor_start)));
            }
            line("duration", duration_words(&prediction.resources));
            line(
                "needs",
                match prediction.resources.runs_used {
                    0 => needs_words(&prediction.resources),
                    runs => {
                        format!("{}  (from {})", needs_words(&prediction.resources), quantity(runs, "run"))
                    }
                },
            );
        }
        lines.push(String::new());
        lines.join("\n")
    }
}
