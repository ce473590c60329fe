//! What `predict evaluate` answers.

use serde_json::{Value, json};

use super::format::{count, duration, percent, quantity, shorten};
use super::prediction::{mib, number};
use super::{Report, Style};
use crate::domain::prediction::{Evaluation, ResourceError};
use crate::domain::time::{TimeSpan, Timestamp};

/// Task types in the table; `detailed` and `json` have all.
const TASK_TYPES: usize = 10;

/// Name, error, how to show an amount.
type NamedError<'a> = (&'a str, Option<ResourceError>, &'a dyn Fn(f64) -> String);

fn passed_words(windows: u64) -> String {
    match windows {
        1 => "the window of 1 prediction passed".to_owned(),
        _ => format!("the windows of {} predictions passed", count(windows)),
    }
}

fn open_words(predictions: u64) -> String {
    format!("{} {}", quantity(predictions, "prediction"), if predictions == 1 { "is" } else { "are" })
}

/// What `predict evaluate` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluateReport<R> {
    /// From the first prediction until now; `None` without a prediction.
    pub evaluated: Option<TimeSpan>,
    /// The last recorded start.
    pub history_end: Option<Timestamp>,
    /// When the first open window closes; `None` where none is open.
    pub judgeable_from: Option<Timestamp>,
    /// The figures.
    pub evaluation: Evaluation,
    /// Predictions that were judged on this occasion.
    pub resolved: R,
}

impl<R> EvaluateReport<R> {
    /// The one line there is to say while no prediction has come true or failed and no run has come unpredicted.
    fn nothing_to_judge(&self, style: &Style) -> Option<String> {
        let figures = &self.evaluation;
        if figures.predictions == 0 {
            return Some("No predictions.\n".to_owned());
        }
        if figures.hits + figures.misses + figures.runs > 0 {
            return None;
        }
        let mut text = "Nothing can be judged yet: ".to_owned();
        if figures.unobserved > 0 {
            let recorded = match self.history_end {
                Some(end) => format!("the record ends at {}", style.time(end)),
                None => "no run is recorded".to_owned(),
            };
            text.push_str(&format!("{recorded}, and {} after that", passed_words(figures.unobserved)));
        }
        if let Some(from) = self.judgeable_from {
            let between = if figures.unobserved > 0 { "; " } else { "" };
            text.push_str(&format!(
                "{between}{} still open, the first until {}",
                open_words(figures.open),
                style.time(from)
            ));
        }
        text.push_str(".\n");
        Some(text)
    }

    fn summary(&self, style: &Style) -> String {
        let figures = &self.evaluation;
        let mut lines = Vec::new();
        if let Some(span) = self.evaluated {
            lines.push(style.bold(&format!(
                "Predictions from {} to {}",
                style.time(span.start),
                style.time(span.end)
            )));
        }
        let mut line = |name: &str, value: String| lines.push(format!("  {name:<12} {value}"));
        if let Some(end) = self.history_end {
            line("recorded", format!("until {}", style.time(end)));
        }
        let ratio = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), percent);
        line(
            "predictions",
            format!(
                "{}: {} came true, {} did not, {} nobody recorded, {} still open",
                count(figures.predictions),
                count(figures.hits),
                count(figures.misses),
                count(figures.unobserved),
                count(figures.open)
            ),
        );
        line(
            "precision",
            match figures.precision {
                Some(precision) => format!("{} of the predicted runs came", percent(precision)),
                None => "unknown: no window that has passed was recorded".to_owned(),
            },
        );
        line(
            "recall",
            match figures.recall {
                Some(recall) => format!(
                    "{} of {} were predicted, {} not",
                    percent(recall),
                    quantity(figures.runs, "run"),
                    count(figures.runs_not_predicted)
                ),
                None => "unknown: no run was recorded in the time that was predicted".to_owned(),
            },
        );
        if let Some(confidence) = figures.mean_confidence {
            let error =
                figures.calibration_error.map_or_else(|| "unknown".to_owned(), |error| format!("{error:.3}"));
            line(
                "confidence",
                format!(
                    "mean {}, came true {}; calibration error {error}",
                    percent(confidence),
                    ratio(figures.precision)
                ),
            );
        }
        if let Some(errors) = figures.start_error_seconds {
            line("start error", format!("p50 {}, p95 {}", duration(errors.p50), duration(errors.p95)));
        }
        let seconds = |value: f64| duration(value);
        let errors: [NamedError<'_>; 4] = [
            ("duration", figures.duration_seconds, &seconds),
            ("CPU cores", figures.cpu_cores, &number),
            ("memory", figures.memory_mib, &mib),
            ("GPU memory", figures.gpu_memory_mib, &mib),
        ];
        for (name, error, show) in errors {
            let Some(error) = error else { continue };
            let relative =
                error.relative_p50.map_or_else(String::new, |share| format!(" ({})", percent(share)));
            line(
                name,
                format!(
                    "median error {}{relative}; above the p95 bound {}  ({})",
                    show(error.absolute_p50),
                    percent(error.above_p95),
                    quantity(error.runs, "run")
                ),
            );
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn calibration_table(&self, style: &Style) -> String {
        if self.evaluation.calibration.is_empty() {
            return String::new();
        }
        let mut table = style.new_table(&["CONFIDENCE", "PREDICTIONS", "MEAN", "CAME TRUE"]);
        for bin in &self.evaluation.calibration {
            table.add_row(vec![
                format!("{} to {}", percent(bin.from), percent(bin.to)),
                count(bin.predictions),
                percent(bin.mean_confidence),
                percent(bin.hit_rate),
            ]);
        }
        format!("\n{}", style.finish_table(table))
    }

    /// Task types, those with the most misses and unpredicted runs first.
    fn task_type_table(&self, style: &Style, most: usize) -> String {
        let mut task_types: Vec<_> = self.evaluation.task_types.iter().collect();
        if task_types.is_empty() {
            return String::new();
        }
        // Stable: equal ones stay in order of their names.
        task_types.sort_by_key(|figures| std::cmp::Reverse(figures.misses + figures.runs_not_predicted));
        let mut table =
            style.new_table(&["TASK TYPE", "CAME TRUE", "DID NOT", "NOT RECORDED", "RUNS", "NOT PREDICTED"]);
        for figures in task_types.iter().take(most) {
            table.add_row(vec![
                shorten(&figures.task_type, 48),
                count(figures.hits),
                count(figures.misses),
                count(figures.unobserved),
                count(figures.runs),
                count(figures.runs_not_predicted),
            ]);
        }
        let mut text = format!("\n{}", style.finish_table(table));
        if task_types.len() > most {
            text.push_str(&format!(
                "{most} of {} task types; --output-format detailed shows all\n",
                task_types.len()
            ));
        }
        text
    }
}

impl<R: serde::Serialize> Report for EvaluateReport<R> {
    fn data(&self) -> Value {
        let mut data = serde_json::to_value(&self.evaluation).unwrap_or_default();
        if let Value::Object(fields) = &mut data {
            fields.insert("false_positives".to_owned(), json!(self.evaluation.misses));
            fields.insert("evaluated".to_owned(), json!(self.evaluated));
            fields.insert("history_end".to_owned(), json!(self.history_end));
            fields.insert("judgeable_from".to_owned(), json!(self.judgeable_from));
            fields.insert("resolved".to_owned(), json!(self.resolved));
        }
        data
    }

    fn table(&self, style: &Style) -> String {
        if let Some(line) = self.nothing_to_judge(style) {
            return line;
        }
        format!(
            "{}{}{}",
            self.summary(style),
            self.calibration_table(style),
            self.task_type_table(style, TASK_TYPES)
        )
    }

    fn detailed(&self, style: &Style) -> String {
        if let Some(line) = self.nothing_to_judge(style) {
            return line;
        }
        format!(
            "{}{}{}",
            self.summary(style),
            self.calibration_table(style),
            self.task_type_table(style, usize::MAX)
        )
    }
}
