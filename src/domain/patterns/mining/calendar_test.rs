//! Schedules of every kind, kept well and badly: found, named exactly, and nothing else.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use rayon::prelude::*;

use super::generator::{BRUTAL, CLEAN, Chance, HARD, Level, MILD, days, history, kept, mined};
use crate::domain::calendar::{CalendarSchedule, DayFilter, MonthSet, Schedule, WeekdaySet, Zone};
use crate::domain::patterns::Pattern;
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

const ZONES: [Zone; 3] = [Zone::America__New_York, Zone::Europe__Berlin, Zone::Asia__Tokyo];

const KINDS: [&str; 10] = [
    "hourly",
    "every-k-hours",
    "every-k-minutes",
    "daily",
    "workdays",
    "weekly",
    "month-day",
    "last-day",
    "nth-weekday",
    "several",
];

/// A schedule of a kind and the days of history it is judged on.
fn schedule(kind: &str, chance: &mut Chance) -> (CalendarSchedule, i64) {
    let round = [0_u16, 5, 10, 15, 17, 20, 30, 37, 40, 45, 50, 52];
    let minute = round[chance.index(round.len())];
    let hour = chance.index(24) as u16;
    let at = vec![hour * 60 + minute];
    let weekday = chance.index(7) as u8;
    let every = |step: u16| (0..1440 / step).map(|index| minute % step + index * step).collect::<Vec<u16>>();
    let (filter, minutes_of_day, length) = match kind {
        "hourly" => (DayFilter::Daily, every(60), 14),
        "every-k-hours" => (DayFilter::Daily, every([120, 180, 240, 360, 480, 720][chance.index(6)]), 30),
        "every-k-minutes" => (DayFilter::Daily, every([15, 20, 30][chance.index(3)]), 7),
        "daily" => (DayFilter::Daily, at, 60),
        "workdays" => (DayFilter::Weekdays { days: WeekdaySet::WORKDAYS }, at, 60),
        "weekly" => (DayFilter::Weekdays { days: WeekdaySet::from_bits(1 << weekday) }, at, 180),
        "month-day" => (DayFilter::MonthDays { days: 1 << (1 + chance.index(28)) }, at, 365),
        "last-day" => (DayFilter::LastDayOfMonth, at, 365),
        "nth-weekday" => (DayFilter::NthWeekday { nth: 1 + chance.index(4) as u8, weekday }, at, 365),
        _ => {
            let mut times: Vec<u16> = [3, 9, 14, 20].map(|hour| hour * 60 + minute).to_vec();
            times.truncate(2 + chance.index(3));
            (DayFilter::Daily, times, 60)
        }
    };
    (CalendarSchedule { months: MonthSet::ALL, days: filter, minutes_of_day }, length)
}

/// Share of one's occurrences that lie within `tolerance_ms` of one of the other's, as (near, all).
fn near(one: &[Timestamp], other: &[Timestamp], tolerance_ms: i64) -> (usize, usize) {
    let close = |at: &&Timestamp| {
        let index = other.partition_point(|candidate| candidate.millis() < at.millis() - tolerance_ms);
        other.get(index).is_some_and(|candidate| candidate.since(**at) <= tolerance_ms)
    };
    (one.iter().filter(close).count(), one.len())
}

#[derive(Default, Debug)]
struct Score {
    cases: usize,
    exact: usize,
    /// Of what active patterns say: near what is wanted, and of what is wanted: near what they say.
    all: Near,
    /// The same of the active patterns whose confidence is at least one half.
    likely: Near,
}

#[derive(Default, Debug, Clone, Copy)]
struct Near {
    predicted: (usize, usize),
    recalled: (usize, usize),
}

impl Near {
    fn of(said: &[Timestamp], wanted: &[Timestamp], tolerance_ms: i64) -> Near {
        Near { predicted: near(said, wanted, tolerance_ms), recalled: near(wanted, said, tolerance_ms) }
    }

    fn add(&mut self, other: Near) {
        let sum = |one: (usize, usize), other: (usize, usize)| (one.0 + other.0, one.1 + other.1);
        self.predicted = sum(self.predicted, other.predicted);
        self.recalled = sum(self.recalled, other.recalled);
    }

    fn f1(&self) -> f64 {
        let ratio = |part: (usize, usize)| part.0 as f64 / part.1.max(1) as f64;
        let (precision, recall) = (ratio(self.predicted), ratio(self.recalled));
        2.0 * precision * recall / (precision + recall).max(1e-9)
    }
}

/// Mines one case and scores what the active patterns say of the time after it.
fn case(kind: &str, level: Level, seed: u64) -> (Score, String) {
    let mut chance = Chance::new(seed);
    let zone = ZONES[chance.index(3)];
    let (truth, length) = schedule(kind, &mut chance);
    let span = days(length);
    let schedule = Schedule::Calendar(truth.clone());
    let starts = kept(&schedule.occurrences(span, zone), span, level, &mut chance);
    let found: Vec<Pattern> = mined(&[history("task", starts)], span, zone);
    let ahead = TimeSpan::new(span.end, span.end.plus_ms(span.length_ms().max(30 * 86_400_000)));
    let wanted = schedule.occurrences(ahead, zone);
    let said = |least_confidence: f64| -> Vec<Timestamp> {
        let mut said: Vec<Timestamp> = found
            .iter()
            .filter(|pattern| pattern.is_active && pattern.confidence >= least_confidence)
            .flat_map(|pattern| pattern.schedule.occurrences(ahead, pattern.zone))
            .collect();
        said.sort_unstable();
        said.dedup();
        said
    };
    let tolerance = (5 * MINUTE_MS).max((3000.0 * level.sigma_seconds) as i64);
    let lines: Vec<&Schedule> = found.iter().map(|pattern| &pattern.schedule).collect();
    let mut minutes: Vec<u16> = Vec::new();
    let mut same_days = !lines.is_empty();
    for line in &lines {
        match line {
            Schedule::Calendar(calendar) => {
                minutes.extend(&calendar.minutes_of_day);
                same_days &= calendar.days == truth.days;
            }
            _ => same_days = false,
        }
    }
    minutes.sort_unstable();
    let exact = same_days && minutes == truth.minutes_of_day;
    let score = Score {
        cases: 1,
        exact: usize::from(exact),
        all: Near::of(&said(0.0), &wanted, tolerance),
        likely: Near::of(&said(0.5), &wanted, tolerance),
    };
    let active: Vec<(bool, f64, f64)> = found
        .iter()
        .map(|pattern| (pattern.is_active, pattern.confidence, pattern.evidence.ln_e_value))
        .collect();
    let line = format!(
        "{kind} seed {seed} {zone}: wanted {:?} {:?}, found {lines:?} active {active:?}",
        truth.days, truth.minutes_of_day
    );
    (score, line)
}

fn suite(
    level: Level,
    kinds: &[&'static str],
    seeds: std::ops::Range<u64>,
    verbose: bool,
) -> Vec<(&'static str, Score)> {
    kinds
        .iter()
        .map(|kind| {
            let results: Vec<(Score, String)> =
                seeds.clone().into_par_iter().map(|seed| case(kind, level, seed)).collect();
            let mut sum = Score::default();
            for (score, line) in results {
                if verbose && (score.all.f1() < 0.95 || score.exact == 0) {
                    eprintln!("{line}");
                }
                sum.cases += score.cases;
                sum.exact += score.exact;
                sum.all.add(score.all);
                sum.likely.add(score.likely);
            }
            (*kind, sum)
        })
        .collect()
}

fn mean_f1(scores: &[(&str, Score)]) -> f64 {
    scores.iter().map(|(_, score)| score.all.f1()).sum::<f64>() / scores.len() as f64
}

fn exact_share(scores: &[(&str, Score)]) -> f64 {
    let exact: usize = scores.iter().map(|(_, score)| score.exact).sum();
    exact as f64 / scores.iter().map(|(_, score)| score.cases).sum::<usize>() as f64
}

/// A job that always waits half a minute: its starts lie far from the minute that names them, and close together.
#[test]
fn a_fixed_delay_within_the_minute_makes_one_pattern() {
    for (step_minutes, length) in [(1_440, 120), (720, 60), (60, 14), (10, 7)] {
        for delay_seconds in [15_i64, 30, 45] {
            let slots = days(length).length_ms() / (step_minutes * MINUTE_MS);
            let from = days(length).start.millis();
            let starts = (0..slots).map(|slot| from + slot * step_minutes * MINUTE_MS + delay_seconds * 1000);
            let found = mined(&[history("job", starts)], days(length), Zone::UTC);
            let told: Vec<String> = found.iter().map(|pattern| pattern.schedule.describe()).collect();
            assert_eq!(told.len(), 1, "every {step_minutes} min, {delay_seconds} s late: {told:?}");
            assert_eq!((found[0].evidence.misses, found[0].evidence.extra), (0, 0), "{told:?}");
        }
    }
}

#[test]
fn clean_schedules_are_named_exactly() {
    let scores = suite(CLEAN, &KINDS, 0..3, true);
    assert!(mean_f1(&scores) > 0.999, "{scores:?}");
    assert!(exact_share(&scores) >= 0.97, "{scores:?}");
}

#[test]
fn mildly_disturbed_schedules_are_found() {
    let scores = suite(MILD, &KINDS, 100..102, true);
    assert!(mean_f1(&scores) > 0.99, "{scores:?}");
    assert!(exact_share(&scores) >= 0.9, "{scores:?}");
}

#[test]
fn badly_disturbed_schedules_are_mostly_found() {
    let scores = suite(HARD, &KINDS, 200..204, true);
    assert!(mean_f1(&scores) > 0.97, "{scores:?}");
    assert!(exact_share(&scores) >= 0.8, "{scores:?}");
}

#[test]
#[ignore = "prints the figures of the whole suite"]
fn figures_of_the_calendar_suite() {
    for (name, level) in [("clean", CLEAN), ("mild", MILD), ("hard", HARD), ("brutal", BRUTAL)] {
        let scores = suite(level, &KINDS, 5000..5030, true);
        for (kind, score) in &scores {
            let (all, likely) = (score.all.f1(), score.likely.f1());
            eprintln!(
                "  {name:7} {kind:16} F1 {all:.3} likely {likely:.3} exact {}/{}",
                score.exact, score.cases
            );
        }
        let likely = scores.iter().map(|(_, score)| score.likely.f1()).sum::<f64>() / scores.len() as f64;
        eprintln!(
            "{name}: F1 {:.3}, likely {likely:.3}, exact {:.3}",
            mean_f1(&scores),
            exact_share(&scores)
        );
    }
}
