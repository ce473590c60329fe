//! Real logs cut in two: what is mined in the first part predicts the next day and week, beside three naive predictors.
//!
//! `cargo bench --bench real_logs -- [--traces FOLDER] [--cut 0.7]... [--days N] [--only NAME] [--types] [--calibrate]`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]

mod hours;
mod logs;
mod naive;
mod ours;
#[path = "../scoring/mod.rs"]
mod scoring;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use hours::squared_error;
use logs::{LOGS, Log, Recorded};
use naive::Naive;
use scoring::{ByType, Expected, Score, Tolerance, score};
use tidetable::domain::activity::TaskHistory;
use tidetable::domain::prediction::Calibration;
use tidetable::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Confidence from which on a prediction counts.
const LEAST_CONFIDENCE: f64 = 0.5;

struct Options {
    traces: PathBuf,
    cuts: Vec<f64>,
    days: Option<i64>,
    only: Option<String>,
    types: bool,
    /// Whether to learn from a backtest of the past how often confidences come true, as `tidetable backtest` does.
    calibrate: bool,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    println!(
        "{:<10} {:>4} {:>5} {:>6} {:<13} {:>9} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
        "log",
        "cut",
        "ahead",
        "runs",
        "by",
        "predicted",
        "hits",
        "prec",
        "rec",
        "F1",
        "ECE",
        "window",
        "error"
    );
    for log in LOGS.iter().filter(|log| options.only.as_ref().is_none_or(|only| log.name == only)) {
        let path = options.traces.join(log.file);
        if !path.exists() {
            println!("{:<10} skipped: {} is not here", log.name, path.display());
            continue;
        }
        let recorded = log.read(&path)?;
        for cut in &options.cuts {
            judge(log, &recorded, *cut, &options);
        }
    }
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/traces");
    let mut options =
        Options { traces: default, cuts: Vec::new(), days: None, only: None, types: false, calibrate: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            "--traces" => options.traces = value()?.into(),
            "--cut" => options.cuts.push(value()?.parse()?),
            "--days" => options.days = Some(value()?.parse()?),
            "--only" => options.only = Some(value()?),
            "--calibrate" => options.calibrate = true,
            "--types" => options.types = true,
            // What cargo itself hands to a benchmark.
            "--bench" => {}
            other => anyhow::bail!("unknown option {other}"),
        }
    }
    if options.cuts.is_empty() {
        options.cuts.push(0.7);
    }
    Ok(options)
}

fn judge(log: &Log, recorded: &Recorded, cut: f64, options: &Options) {
    let span = recorded.span;
    let now = span.start.plus_ms((span.length_ms() as f64 * cut) as i64);
    let from = options.days.map_or(span.start, |days| now.plus_ms(-days * DAY_MS).max(span.start));
    let before = TimeSpan { start: from, end: now };
    let histories = within(&recorded.histories, before);
    let began = Instant::now();
    let patterns = ours::patterns(&histories, before, log.zone);
    let seconds = began.elapsed().as_secs_f64();
    let calibration = options.calibrate.then(|| ours::learnt(&histories, before, log.zone));
    for (ahead, length) in [("day", DAY_MS), ("week", 7 * DAY_MS)] {
        let horizon = TimeSpan { start: now, end: now.plus_ms(length).min(span.end) };
        let ran: ByType<Timestamp> = within(&recorded.histories, horizon)
            .into_iter()
            .filter(|history| log.is_judged(recorded, &history.name))
            .map(|history| (history.name, history.runs.iter().map(|run| run.started_at).collect()))
            .collect();
        let print = |by: &str, expected: ByType<Expected>| {
            let expected: ByType<Expected> =
                expected.into_iter().filter(|(name, _)| log.is_judged(recorded, name)).collect();
            let tolerance = Tolerance::Fixed(log.tolerance_minutes * MINUTE_MS);
            let found = score(&expected, &ran, tolerance, LEAST_CONFIDENCE);
            line(log.name, cut, ahead, by, &found, squared_error(&expected, &ran));
            if options.types {
                by_type(&found);
            }
        };
        print("tidetable", ours::expected(&patterns, &histories, horizon, &Calibration::default()));
        if let Some(calibration) = &calibration {
            print("calibrated", ours::expected(&patterns, &histories, horizon, calibration));
        }
        for naive in Naive::ALL {
            print(naive.as_str(), naive.expected(&histories, horizon));
        }
    }
    println!(
        "{:<10} {} patterns of {} task types in {seconds:.1} s",
        log.name,
        patterns.len(),
        histories.len()
    );
}

/// The runs of `histories` in `span`; those without any are left out.
fn within(histories: &[TaskHistory], span: TimeSpan) -> Vec<TaskHistory> {
    histories
        .iter()
        .map(|history| TaskHistory {
            runs: history.runs.iter().filter(|run| span.contains(run.started_at)).copied().collect(),
            ..history.clone()
        })
        .filter(|history| !history.runs.is_empty())
        .collect()
}

fn line(log: &str, cut: f64, ahead: &str, by: &str, found: &Score, error: Option<f64>) {
    let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let all = found.overall();
    let ours = by == "tidetable" || by == "calibrated";
    println!(
        "{log:<10} {cut:>4} {ahead:>5} {:>6} {by:<13} {:>9} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
        all.ran,
        all.predicted,
        all.hits,
        share(all.precision()),
        share(all.recall()),
        share(all.f1()),
        share(found.calibration_error().filter(|_| ours)),
        share(found.window_coverage()),
        share(error),
    );
}

/// The task types that make most of the difference.
fn by_type(found: &Score) {
    let mut worst: BTreeMap<(std::cmp::Reverse<u64>, &str), _> = BTreeMap::new();
    for (name, tally) in &found.by_type {
        let wrong = tally.predicted + tally.ran - 2 * tally.hits;
        worst.insert((std::cmp::Reverse(wrong), name), tally);
    }
    for ((_, name), tally) in worst.into_iter().take(12) {
        println!("    {:>6} predicted {:>6} ran {:>6} hits  {name}", tally.predicted, tally.ran, tally.hits);
    }
}
