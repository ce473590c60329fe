//! What `backtest` answers.

use serde_json::{Value, json};

use super::format::{count, percent, quantity};
use super::report::typed_records;
use super::{Report, Style};
use crate::domain::prediction::{Backtest, BacktestFigures, NeedFigures};
use crate::domain::time::{TimeSpan, Timestamp};

/// Said where figures stand: when a prediction counts as having come true.
const TOLERANCE: &str = "a run is the predicted one within its window, doubled to either side by at most 30 min, and \
                         within 5 min in any case, but no nearer to the next predicted start; each run counts once";

/// What `backtest` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestReport {
    /// From the first start to the last; `None` without runs.
    pub history: Option<TimeSpan>,
    /// Where it was cut.
    pub cuts: Vec<Timestamp>,
    /// How far was predicted from each cut.
    pub look_ahead_hours: u32,
    /// Days mined before each cut.
    pub days: u32,
    /// Predictions below it were not counted.
    pub min_confidence: f64,
    /// The figures.
    pub found: Backtest,
    /// Whether later predictions are calibrated by the outcomes.
    pub saved: bool,
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), percent)
}

fn error(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |error| format!("{error:.3}"))
}

impl BacktestReport {
    /// Name and figures of all task types and of each class.
    fn rows(&self) -> Vec<(&'static str, &BacktestFigures)> {
        let classes = self.found.classes.iter().map(|(class, figures)| (class.as_str(), figures));
        classes.chain([("all", &self.found.all)]).collect()
    }

    fn headline(&self, style: &Style) -> String {
        let cuts = match self.cuts.as_slice() {
            [cut] => format!("Cut at {}", style.time(*cut)),
            [first, .., last] => {
                format!("{} cuts from {} to {}", self.cuts.len(), style.time(*first), style.time(*last))
            }
            [] => "No cuts".to_owned(),
        };
        format!("{cuts}, predicted {} ahead", quantity(u64::from(self.look_ahead_hours), "hour"))
    }

    /// Lines below the table.
    fn notes(&self) -> String {
        let mut text = format!("tolerance: {TOLERANCE}\n");
        if self.found.runs_without_pattern > 0 {
            text.push_str(&format!(
                "not counted: {} of task types that had no pattern\n",
                quantity(self.found.runs_without_pattern, "run")
            ));
        }
        text.push_str(match self.saved {
            true => "saved: later predictions are calibrated by these outcomes\n",
            false => "--save calibrates later predictions by these outcomes\n",
        });
        text
    }
}

fn need_words(name: &str, figures: Option<NeedFigures>) -> Option<String> {
    let figures = figures?;
    Some(format!(
        "  {name:<12} above the p95 bound {:.1} %, median slack {}, off by twice or more {:.1} %  ({})",
        figures.above_p95 * 100.0,
        percent(figures.slack_p50),
        figures.off_by_twice * 100.0,
        quantity(figures.runs, "run")
    ))
}

impl Report for BacktestReport {
    fn data(&self) -> Value {
        let classes: Vec<Value> = self
            .found
            .classes
            .iter()
            .map(|(class, figures)| json!({ "class": class, "figures": figures }))
            .collect();
        json!({
            "history": self.history,
            "cuts": self.cuts,
            "look_ahead_hours": self.look_ahead_hours,
            "days": self.days,
            "min_confidence": self.min_confidence,
            "tolerance": TOLERANCE,
            "all": self.found.all,
            "classes": classes,
            "runs_without_pattern": self.found.runs_without_pattern,
            "saved": self.saved,
        })
    }

    fn records(&self) -> Vec<Value> {
        let rows =
            self.rows().into_iter().map(|(class, figures)| json!({ "class": class, "figures": figures }));
        typed_records("backtest", rows.collect())
    }

    fn table(&self, style: &Style) -> String {
        if self.found.all.task_types == 0 {
            return "Nothing to compare.\n".to_owned();
        }
        let mut table = style.new_table(&[
            "CLASS",
            "PREDICTED",
            "CAME",
            "PRECISION",
            "RECALL",
            "F1",
            "F1 LAST GAP",
            "F1 LAST 3",
            "F1 WEEK BEFORE",
            "IN WINDOW",
            "ECE",
        ]);
        for (name, figures) in self.rows() {
            let mut row = vec![
                name.to_owned(),
                count(figures.predictions),
                count(figures.hits),
                ratio(figures.precision),
                ratio(figures.recall),
                ratio(figures.f1),
            ];
            row.extend(figures.naive.iter().map(|naive| ratio(naive.f1)));
            row.extend([ratio(figures.window_coverage), error(figures.calibration_error)]);
            table.add_row(row);
        }
        format!("{}\n{}\n{}", style.finish_table(table), self.headline(style), self.notes())
    }

    fn detailed(&self, style: &Style) -> String {
        if self.found.all.task_types == 0 {
            return self.table(style);
        }
        let mut lines = vec![style.bold(&self.headline(style))];
        for (name, figures) in self.rows() {
            lines.push(String::new());
            lines.push(style.bold(name));
            lines.push(format!(
                "  {:<12} {} of {} came true; predicted {} of {}; F1 {}",
                "predictions",
                count(figures.hits),
                count(figures.predictions),
                count(figures.runs_predicted),
                quantity(figures.runs, "run"),
                ratio(figures.f1)
            ));
            for naive in &figures.naive {
                lines.push(format!(
                    "  {:<20} precision {}, recall {}, F1 {}",
                    naive.predictor.as_str(),
                    ratio(naive.precision),
                    ratio(naive.recall),
                    ratio(naive.f1)
                ));
            }
            lines.push(format!(
                "  {:<12} {} of the predicted runs",
                "in window",
                ratio(figures.window_coverage)
            ));
            lines.push(format!(
                "  {:<12} calibration error {}, before calibration {}",
                "confidence",
                error(figures.calibration_error),
                error(figures.calibration_error_before)
            ));
            for bin in &figures.calibration {
                lines.push(format!(
                    "    {} to {}: {} of mean {}, {} came true",
                    percent(bin.from),
                    percent(bin.to),
                    quantity(bin.predictions, "prediction"),
                    percent(bin.mean_confidence),
                    percent(bin.hit_rate)
                ));
            }
            lines.extend(need_words("duration", figures.duration_seconds));
            lines.extend(need_words("memory", figures.memory_mib));
        }
        lines.push(String::new());
        format!("{}\n{}", lines.join("\n"), self.notes())
    }
}
