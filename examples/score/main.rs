//! Scores any predictions against any truth: `cargo run --release --example score -- --predictions FILE --truth FILE
//! [--tolerance-seconds N] [--min-confidence P] [--from RFC3339] [--to RFC3339]`
//!
//! Predictions: what `tidetable predict` answers as json or jsonl, or CSV with task_type,predicted_start and, if known,
//! confidence, window_start, window_end. Truth: runs as CSV or JSON lines with task_type and started_at, or the JSON of
//! a generator with its schedules. Without a tolerance each prediction's own window counts, 5 minutes without one.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

mod predictions;
#[path = "../../benches/scoring/mod.rs"]
mod scoring;
mod truth;

use std::path::PathBuf;

use anyhow::{Context, bail};
use scoring::{Score, Tally, Tolerance, score};
use tidetable::domain::time::{TimeSpan, Timestamp};

/// Around predictions without a window.
const USUAL_TOLERANCE_MS: i64 = 300_000;

struct Options {
    predictions: PathBuf,
    truth: PathBuf,
    tolerance: Tolerance,
    min_confidence: f64,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

fn main() -> anyhow::Result<()> {
    let options = options(std::env::args().skip(1))?;
    let read = predictions::read(&options.predictions)?;
    let span =
        TimeSpan { start: options.from.unwrap_or(read.span.start), end: options.to.unwrap_or(read.span.end) };
    let ran = truth::read(&options.truth, span)?;
    let mut expected = read.expected;
    for list in expected.values_mut() {
        list.retain(|prediction| span.contains(prediction.at));
    }
    let found = score(&expected, &ran, options.tolerance, options.min_confidence);
    print!("{}", report(&found, span));
    Ok(())
}

fn options(arguments: impl Iterator<Item = String>) -> anyhow::Result<Options> {
    let (mut predictions, mut truth, mut from, mut to) = (None, None, None, None);
    let mut tolerance = Tolerance::Windows(USUAL_TOLERANCE_MS);
    let mut min_confidence = 0.5;
    let mut arguments = arguments;
    while let Some(option) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{option} lacks its value"))?;
        let instant = || {
            Timestamp::parse_rfc3339(&value)
                .with_context(|| format!("{option}: \"{value}\" is no RFC 3339 instant"))
        };
        let number = || {
            let read = value.parse::<f64>().ok().filter(|number| *number >= 0.0);
            read.with_context(|| format!("{option}: \"{value}\" is no number from 0"))
        };
        match option.as_str() {
            "--predictions" => predictions = Some(PathBuf::from(&value)),
            "--truth" => truth = Some(PathBuf::from(&value)),
            "--tolerance-seconds" => tolerance = Tolerance::Fixed((number()? * 1000.0) as i64),
            "--min-confidence" => min_confidence = number()?,
            "--from" => from = Some(instant()?),
            "--to" => to = Some(instant()?),
            _ => bail!("unknown option {option}"),
        }
    }
    Ok(Options {
        predictions: predictions.context("--predictions FILE is needed")?,
        truth: truth.context("--truth FILE is needed")?,
        tolerance,
        min_confidence,
        from,
        to,
    })
}

fn report(found: &Score, span: TimeSpan) -> String {
    let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let mut lines = vec![format!("from {} to {}", span.start, span.end)];
    lines.push(format!(
        "{:>9} {:>7} {:>7} {:>9} {:>6} {:>6}  task type",
        "predicted", "ran", "hits", "precision", "recall", "F1"
    ));
    let mut line = |name: &str, tally: &Tally| {
        lines.push(format!(
            "{:>9} {:>7} {:>7} {:>9} {:>6} {:>6}  {name}",
            tally.predicted,
            tally.ran,
            tally.hits,
            share(tally.precision()),
            share(tally.recall()),
            share(tally.f1())
        ));
    };
    for (task_type, tally) in &found.by_type {
        line(task_type, tally);
    }
    line("(all)", &found.overall());
    lines.push(String::new());
    lines.push("confidence  predictions  mean   came true".to_owned());
    for bin in found.calibration() {
        lines.push(format!(
            "{:.1}-{:.1}     {:>11}  {:.3}  {:.3}",
            bin.from, bin.to, bin.predictions, bin.mean_confidence, bin.hit_rate
        ));
    }
    lines.push(format!("expected calibration error  {}", share(found.calibration_error())));
    lines.push(format!(
        "window coverage             {} of {} runs near a window",
        share(found.window_coverage()),
        found.near_windows
    ));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        (folder, path)
    }

    #[test]
    fn predictions_of_a_table_are_judged_by_runs_of_another() {
        let (_one, predictions) = file(
            "p.csv",
            "task_type,predicted_start,confidence\nsync,2026-01-01T00:00:00Z,0.9\nsync,2026-01-01T01:00:00Z,0.8\n\
             sync,2026-01-01T02:00:00Z,0.2\n",
        );
        let (_other, runs) = file(
            "t.csv",
            "task_type,started_at\nsync,2026-01-01T00:04:00Z\nsync,2026-01-01T01:30:00Z\nload,2026-01-01T01:00:00Z\n",
        );
        let read = predictions::read(&predictions).expect("predictions");
        let ran = truth::read(&runs, read.span).expect("truth");
        let found = score(&read.expected, &ran, Tolerance::Windows(300_000), 0.5);
        assert_eq!(found.overall(), Tally { predicted: 2, ran: 3, hits: 1 });
        assert_eq!(found.judged.len(), 3);
        assert_eq!(found.window_coverage(), None);
    }

    #[test]
    fn the_answer_of_predict_is_read_in_both_its_forms() {
        let one = r#"{"task_type":"sync","predicted_start":"2026-01-01T00:00:00Z","confidence":0.9,
            "window_start":"2025-12-31T23:59:00Z","window_end":"2026-01-01T00:01:00Z"}"#
            .replace('\n', "");
        let (_one, lines) = file("p.jsonl", &format!("{one}\n{one}\n"));
        let document = format!(
            r#"{{"data":{{"horizon":{{"start":"2025-12-31T00:00:00Z","end":"2026-01-02T00:00:00Z"}},"predictions":[{one}]}}}}"#
        );
        let (_other, document) = file("p.json", &document);
        assert_eq!(predictions::read(&lines).expect("lines").expected["sync"].len(), 2);
        let read = predictions::read(&document).expect("document");
        assert_eq!(read.span.length_ms(), 2 * 86_400_000);
        assert!(read.expected["sync"][0].window.is_some());
    }

    #[test]
    fn schedules_that_still_run_are_expanded() {
        let (_kept, path) = file(
            "t.json",
            r#"{"timezone":"Europe/Berlin","schedules":[{"task_type":"a","cron":"0 2 * * *","until":null},
            {"task_type":"b","cron":"0 3 * * *","until":"2025-06-01T00:00:00Z"},
            {"task_type":"c","starts":["2026-01-01T05:00:00Z","2027-01-01T05:00:00Z"]}]}"#,
        );
        let at = |text| Timestamp::parse_rfc3339(text).expect("instant");
        let span = TimeSpan { start: at("2026-01-01T00:00:00Z"), end: at("2026-01-02T00:00:00Z") };
        let ran = truth::read(&path, span).expect("truth");
        assert_eq!(ran["a"], [at("2026-01-01T01:00:00Z")]);
        assert_eq!((ran.get("b"), ran["c"].len()), (None, 1));
    }

    #[test]
    fn what_is_wrong_is_named_with_file_and_line() {
        let (_kept, path) =
            file("p.csv", "task_type,predicted_start\nsync,2026-01-01T00:00:00Z\nsync,noon\n");
        let error = format!("{:#}", predictions::read(&path).expect_err("wrong"));
        assert!(error.contains("p.csv:3") && error.contains("noon"), "{error}");
        let (_other, path) = file("t.csv", "task_type,started_at\nsync,later\n");
        let span = TimeSpan { start: Timestamp::MIN, end: Timestamp::MAX };
        let error = format!("{:#}", truth::read(&path, span).expect_err("wrong"));
        assert!(error.contains("t.csv:2"), "{error}");
    }
}
