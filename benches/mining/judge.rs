//! What the library finds in a case, and how much of it is right.

use std::collections::BTreeMap;

use chrono::Offset;
use tidetable::domain::activity::{TaskHistory, observed_spans};
use tidetable::domain::calendar::{Schedule, Zone};
use tidetable::domain::patterns::{MiningInput, MiningOptions, Pattern, PatternId, PatternType, mine};
use tidetable::domain::prediction::{Calibration, PredictionInput, predict};
use tidetable::domain::time::{TimeSpan, Timestamp};

use crate::case::{Case, Truth};
use crate::scoring::{ByType, Expected, Score, Tolerance, score};

const DAY_MS: i64 = 86_400_000;

/// Confidence from which on a prediction counts.
const LEAST_CONFIDENCE: f64 = 0.5;

/// Standard errors within which a stated period is true: about one in eighty lies beyond.
const TWO_AND_A_HALF: f64 = 2.5;

/// What became of the cases of one row.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Cases.
    pub cases: u64,
    /// Cases in which what is behind the history was found: for slots, to the instant over a year.
    pub right: u64,
    /// Cases with a pattern that nothing is behind.
    pub false_alarms: u64,
    /// F1 of each case with slots: slots ahead against predicted instants, at any confidence.
    pub f1: Vec<f64>,
    /// The same at confidence 0.5 and above.
    pub sure_f1: Vec<f64>,
    /// Runs that came against predictions.
    pub runs: Score,
}

impl Verdict {
    /// Counts another verdict in.
    pub fn add(&mut self, other: Verdict) {
        self.cases += other.cases;
        self.right += other.right;
        self.false_alarms += other.false_alarms;
        self.f1.extend(other.f1);
        self.sure_f1.extend(other.sure_f1);
        self.runs.add(other.runs);
    }
}

/// The patterns of a case.
fn mined(case: &Case, histories: &[TaskHistory]) -> Vec<Pattern> {
    let observed = observed_spans(histories, case.span);
    let input = MiningInput { histories, span: case.span, observed: &observed, zone: case.zone };
    mine(&input, &MiningOptions::default())
}

/// What was found in a case, in lines beside what is behind it.
pub fn found(case: &Case, verdict: &Verdict) -> String {
    let truth = match &case.truth {
        Truth::Slots(slots) => {
            let first = slots.iter().take(3).map(|at| Timestamp::clamped(*at).to_rfc3339());
            format!("{} slots, from {}", slots.len(), first.collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    };
    let mut text = format!("{} ({}): {truth}; F1 {:?}", case.name, case.zone.name(), verdict.f1);
    for pattern in mined(case, &case.histories()) {
        let evidence = &pattern.evidence;
        let schedule = match &pattern.schedule {
            Schedule::Calendar(calendar) => {
                let minutes: Vec<String> =
                    calendar.minutes_of_day.iter().take(3).map(u16::to_string).collect();
                format!(
                    "{:?} {} a day at {}",
                    calendar.days,
                    calendar.minutes_of_day.len(),
                    minutes.join(" ")
                )
            }
            other => format!("{other:?}"),
        };
        text.push_str(&format!(
            "\n    {schedule}; active {}, confidence {:.2}, nats {:.1}, {} of {} hit, {} extra, +-{} s, {:?}",
            pattern.is_active,
            pattern.confidence,
            evidence.ln_e_value,
            evidence.hits,
            evidence.expected,
            evidence.extra,
            evidence.tolerance_seconds,
            evidence.tier,
        ));
    }
    text
}

/// Mines a case and judges it.
pub fn judge(case: &Case) -> Verdict {
    let histories = case.histories();
    let patterns = mined(case, &histories);
    let mut verdict = Verdict { cases: 1, ..Verdict::default() };
    let of_task: Vec<&Pattern> = patterns.iter().filter(|found| found.task_types == ["task"]).collect();
    match &case.truth {
        Truth::Nothing => verdict.false_alarms = u64::from(!patterns.is_empty()),
        Truth::Period { ms, within } => {
            let near = |found: f64| (found / ms - 1.0).abs() <= *within;
            let right =
                of_task.iter().filter(|pattern| period_of(&pattern.schedule).is_some_and(near)).count();
            verdict.right = u64::from(right > 0);
            // A period that is said to be uncertain is false only where the truth lies outside of what is said.
            let is_false = |pattern: &&&Pattern| {
                let error = pattern.evidence.details.period_error_seconds.unwrap_or(0.0) * 1000.0;
                period_of(&pattern.schedule)
                    .is_none_or(|found| !near(found) && (found - ms).abs() > TWO_AND_A_HALF * error)
            };
            verdict.false_alarms = u64::from(of_task.iter().any(|pattern| is_false(&pattern)));
        }
        Truth::Chains(pairs) => {
            let chains: Vec<(&str, &str)> = patterns
                .iter()
                .filter(|pattern| pattern.pattern_type == PatternType::TaskCorrelation)
                .filter_map(|pattern| {
                    Some((pattern.task_types.first()?.as_str(), pattern.task_types.get(1)?.as_str()))
                })
                .collect();
            let is_true = |(one, other): &(&str, &str)| {
                pairs.iter().any(|pair| (pair.0.as_str(), pair.1.as_str()) == (one, other))
            };
            verdict.right = u64::from(chains.iter().any(is_true));
            verdict.false_alarms = u64::from(!chains.iter().all(is_true));
        }
        Truth::Habit(minute) => {
            let fits = |pattern: &&Pattern| match &pattern.schedule {
                Schedule::Window { start_minute, end_minute, .. } => {
                    (i64::from(*start_minute)..=i64::from(*end_minute)).contains(minute)
                        && end_minute - start_minute <= 240
                }
                // A time of day that the habit lies around says the same with less room.
                Schedule::Calendar(calendar) => {
                    calendar.minutes_of_day.iter().all(|found| (i64::from(*found) - minute).abs() <= 45)
                }
                _ => false,
            };
            verdict.right = u64::from(of_task.iter().copied().any(|pattern| fits(&pattern)));
            verdict.false_alarms = u64::from(!of_task.iter().copied().all(|pattern| fits(&pattern)));
        }
        Truth::Slots(slots) => judge_slots(case, slots, &histories, &patterns, &mut verdict),
    }
    verdict
}

/// Whether clocks change within a day of an instant.
fn clocks_change(at: i64, zone: Zone) -> bool {
    let offset = |at: i64| {
        let instant = Timestamp::clamped(at).to_datetime().with_timezone(&zone);
        instant.offset().fix()
    };
    offset(at - DAY_MS) != offset(at + DAY_MS)
}

/// The distance of a schedule's instants, ms, if they are evenly apart.
fn period_of(schedule: &Schedule) -> Option<f64> {
    match schedule {
        Schedule::Period { period_ms, .. } => Some(*period_ms as f64),
        Schedule::Calendar(calendar) => {
            let minutes = &calendar.minutes_of_day;
            let (first, last) = (*minutes.first()?, *minutes.last()?);
            let step = 1440 / minutes.len() as u16;
            let even =
                minutes.windows(2).all(|pair| pair[1] - pair[0] == step) && first + 1440 - last == step;
            even.then_some(f64::from(step) * 60_000.0)
        }
        _ => None,
    }
}

/// Days ahead that show a schedule some times.
fn days_ahead(slots: &[i64], end: Timestamp) -> i64 {
    let within = |days: i64| slots.iter().filter(|at| **at < end.millis() + days * DAY_MS).count();
    [7, 31, 92].into_iter().find(|days| within(*days) >= 3).unwrap_or(7)
}

fn judge_slots(
    case: &Case,
    slots: &[i64],
    histories: &[TaskHistory],
    patterns: &[Pattern],
    verdict: &mut Verdict,
) {
    let end = case.span.end;
    let year = TimeSpan { start: end, end: end.plus_ms(366 * DAY_MS) };
    let mut instants: Vec<i64> = patterns
        .iter()
        .filter(|pattern| pattern.is_active && pattern.task_types == ["task"])
        .flat_map(|pattern| pattern.schedule.occurrences_iter(year, pattern.zone).map(Timestamp::millis))
        .collect();
    instants.sort_unstable();
    instants.dedup();
    // Schedulers differ in what they do while clocks change: those days prove nothing.
    let is_plain = |at: &&i64| !clocks_change(**at, case.zone);
    verdict.right = u64::from(instants.iter().filter(is_plain).eq(slots.iter().filter(is_plain)));
    let horizon = TimeSpan { start: end, end: end.plus_ms(days_ahead(slots, end) * DAY_MS) };
    let ahead = |list: &[i64]| -> ByType<Timestamp> {
        let list = list.iter().map(|at| Timestamp::clamped(*at)).filter(|at| horizon.contains(*at));
        BTreeMap::from([("task".to_owned(), list.collect())])
    };
    let expected = expected(patterns, histories, horizon);
    let tolerance = Tolerance::Fixed(case.tolerance_ms);
    verdict.f1.extend(score(&expected, &ahead(slots), tolerance, 0.0).overall().f1());
    let sure = score(&expected, &ahead(slots), tolerance, LEAST_CONFIDENCE);
    verdict.sure_f1.extend(sure.overall().f1());
    if !case.later.is_empty() {
        verdict.runs = score(&expected, &ahead(&case.later), Tolerance::Windows(0), 0.0);
        // Where a window promises to hold the schedule's run, other runs near it prove nothing.
        let own = score(&expected, &ahead(&case.own_later), Tolerance::Windows(0), 0.0);
        (verdict.runs.near_windows, verdict.runs.in_windows) = (own.near_windows, own.in_windows);
    }
}

fn expected(patterns: &[Pattern], histories: &[TaskHistory], horizon: TimeSpan) -> ByType<Expected> {
    let patterns: Vec<(PatternId, Pattern)> = patterns
        .iter()
        .enumerate()
        .map(|(number, pattern)| (PatternId(number as i64 + 1), pattern.clone()))
        .collect();
    let last_starts: BTreeMap<String, Timestamp> = histories
        .iter()
        .filter_map(|history| Some((history.name.clone(), history.runs.last()?.started_at)))
        .collect();
    let calibration = Calibration::default();
    let input = PredictionInput {
        calibration: &calibration,
        patterns: &patterns,
        rules: &[],
        recent: histories,
        last_starts: &last_starts,
        history_end: last_starts.values().max().copied(),
        horizon,
    };
    let mut expected: ByType<Expected> = BTreeMap::new();
    for found in predict(&input).into_iter().filter(|found| found.task_type == "task") {
        expected.entry(found.task_type).or_default().push(Expected {
            at: found.predicted_start,
            window: Some((found.window_start, found.window_end)),
            confidence: found.confidence,
        });
    }
    expected
}
