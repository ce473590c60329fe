//! Predictions against what ran: precision, recall and F1, calibration, and how many runs the windows held. Shared by
//! the benchmarks and by `examples/score`.

use std::collections::BTreeMap;

use tidetable::domain::prediction::{
    CalibrationBin, ExpectedWindow, calibration_error, calibration_table, match_runs, matching_spans,
};
use tidetable::domain::time::Timestamp;

/// A run that was expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// When.
    pub at: Timestamp,
    /// First and last instant at which it counts, where the prediction says so.
    pub window: Option<(Timestamp, Timestamp)>,
    /// 0..1.
    pub confidence: f64,
}

/// What was expected, or what ran, by task type.
pub type ByType<T> = BTreeMap<String, Vec<T>>;

/// How near a run must be to fulfil a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// The same for all.
    Fixed(i64),
    /// Each prediction's own window; this many ms around those without one.
    Windows(i64),
}

/// Predictions and runs, and how many of them are pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Predictions.
    pub predicted: u64,
    /// Runs.
    pub ran: u64,
    /// Predictions that a run fulfilled; each run fulfils one.
    pub hits: u64,
}

#[allow(dead_code, reason = "not all programs that share this file show each")]
impl Tally {
    /// The share of predictions that came true; `None` without any.
    pub fn precision(&self) -> Option<f64> {
        (self.predicted > 0).then(|| self.hits as f64 / self.predicted as f64)
    }

    /// The share of runs that were predicted; `None` without any.
    pub fn recall(&self) -> Option<f64> {
        (self.ran > 0).then(|| self.hits as f64 / self.ran as f64)
    }

    /// Twice the hits by predictions and runs together; `None` without either.
    pub fn f1(&self) -> Option<f64> {
        let both = self.predicted + self.ran;
        (both > 0).then(|| 2.0 * self.hits as f64 / both as f64)
    }

    /// Counts another tally in.
    pub fn add(&mut self, other: Tally) {
        self.predicted += other.predicted;
        self.ran += other.ran;
        self.hits += other.hits;
    }
}

/// All that there is to say about predictions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Of each task type that ran or was predicted, at or above the least confidence.
    pub by_type: BTreeMap<String, Tally>,
    /// Confidence of every prediction, and whether it came true in its window.
    pub judged: Vec<(f64, bool)>,
    /// Runs near a prediction that has a window.
    pub near_windows: u64,
    /// Those of them inside it.
    pub in_windows: u64,
}

impl Score {
    /// All task types together.
    pub fn overall(&self) -> Tally {
        let mut sum = Tally::default();
        self.by_type.values().for_each(|tally| sum.add(*tally));
        sum
    }

    /// What each confidence came to.
    pub fn calibration(&self) -> Vec<CalibrationBin> {
        calibration_table(&self.judged)
    }

    /// Expected calibration error; `None` without predictions.
    pub fn calibration_error(&self) -> Option<f64> {
        calibration_error(&self.calibration())
    }

    /// The share of runs near a window that it held; `None` without any.
    pub fn window_coverage(&self) -> Option<f64> {
        (self.near_windows > 0).then(|| self.in_windows as f64 / self.near_windows as f64)
    }

    /// Counts another score in.
    #[allow(dead_code, reason = "not all programs that share this file have several")]
    pub fn add(&mut self, other: Score) {
        for (task_type, tally) in other.by_type {
            self.by_type.entry(task_type).or_default().add(tally);
        }
        self.judged.extend(other.judged);
        self.near_windows += other.near_windows;
        self.in_windows += other.in_windows;
    }
}

/// Judges `expected` by the ascending starts in `ran`. Counts only predictions at or above `min_confidence`, except
/// for the calibration, which takes all.
pub fn score(
    expected: &ByType<Expected>,
    ran: &ByType<Timestamp>,
    tolerance: Tolerance,
    min_confidence: f64,
) -> Score {
    let mut found = Score::default();
    let nothing_ran = Vec::new();
    for (task_type, starts) in ran {
        found.by_type.entry(task_type.clone()).or_default().ran += starts.len() as u64;
    }
    for (task_type, expected) in expected {
        let starts = ran.get(task_type).unwrap_or(&nothing_ran);
        let counted: Vec<&Expected> =
            expected.iter().filter(|expected| expected.confidence >= min_confidence).collect();
        if !counted.is_empty() {
            let hits = match_all(&counted, starts, |expected| reach(expected, tolerance));
            let tally = found.by_type.entry(task_type.clone()).or_default();
            tally.predicted += counted.len() as u64;
            tally.hits += hits.iter().flatten().count() as u64;
        }
        let all: Vec<&Expected> = expected.iter().collect();
        let hits = fulfilled(&all, starts, tolerance);
        found.judged.extend(all.iter().zip(hits).map(|(expected, hit)| (expected.confidence, hit.is_some())));
        cover(&mut found, &counted, starts);
    }
    found
}

/// The runs that fulfil each prediction as the program itself counts: a little outside of a window is near enough.
fn fulfilled(expected: &[&Expected], starts: &[Timestamp], tolerance: Tolerance) -> Vec<Option<usize>> {
    let (Tolerance::Fixed(around) | Tolerance::Windows(around)) = tolerance;
    let windows: Vec<ExpectedWindow> = expected
        .iter()
        .map(|expected| {
            let (before, after) = reach(expected, Tolerance::Windows(around));
            ExpectedWindow {
                predicted_start: expected.at,
                window_start: expected.at.plus_ms(-before),
                window_end: expected.at.plus_ms(after),
            }
        })
        .collect();
    match_runs(&matching_spans(&windows), starts)
}

/// How far before and after its instant a prediction may be fulfilled, ms.
fn reach(expected: &Expected, tolerance: Tolerance) -> (i64, i64) {
    match (tolerance, expected.window) {
        (Tolerance::Windows(_), Some((from, to))) => (expected.at.since(from), to.since(expected.at)),
        (Tolerance::Fixed(around) | Tolerance::Windows(around), _) => (around, around),
    }
}

fn match_all(
    expected: &[&Expected],
    starts: &[Timestamp],
    reach: impl Fn(&Expected) -> (i64, i64),
) -> Vec<Option<usize>> {
    let windows: Vec<ExpectedWindow> = expected
        .iter()
        .map(|expected| {
            let (before, after) = reach(expected);
            ExpectedWindow {
                predicted_start: expected.at,
                window_start: expected.at.plus_ms(-before),
                window_end: expected.at.plus_ms(after),
            }
        })
        .collect();
    match_runs(&windows, starts)
}

/// Of the runs within three times a window, those inside it: what its width promises, whether or not a run came.
fn cover(found: &mut Score, expected: &[&Expected], starts: &[Timestamp]) {
    let windowed: Vec<&Expected> =
        expected.iter().copied().filter(|expected| expected.window.is_some()).collect();
    let near = match_all(&windowed, starts, |expected| {
        let (before, after) = reach(expected, Tolerance::Windows(0));
        (before * 3, after * 3)
    });
    for (expected, position) in windowed.iter().zip(near) {
        let (Some((from, to)), Some(position)) = (expected.window, position) else { continue };
        found.near_windows += 1;
        found.in_windows += u64::from(starts[position] >= from && starts[position] <= to);
    }
}
