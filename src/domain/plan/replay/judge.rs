//! The past with a plan beside the past without it, and whether there is enough of it to tell.

use chrono::NaiveTime;
use serde::Serialize;

use super::load::{LoadFigures, load_figures};
use super::queue::{WaitFigures, wait_figures, waits};
use super::run::{ReplayHost, ReplayRun};
use super::shift::{Succession, runs_in_slots, shift_followers};
use crate::domain::calendar::{Schedule, Zone, local_time, resolve_local};
use crate::domain::rules::RuleId;
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Days of history below which nothing is told.
const LEAST_DAYS: i64 = 7;
/// Runs of a moved rule below which nothing is told of it.
const LEAST_RUNS: u64 = 3;

/// A rule that a plan moves.
#[derive(Clone, Debug, PartialEq)]
pub struct MovedRule {
    /// The rule.
    pub rule_id: RuleId,
    /// Its task type, by position.
    pub task_type: usize,
    /// When it fired before the plan.
    pub schedule: Schedule,
    /// Zone of its local times.
    pub zone: Zone,
    /// Minutes that the plan moves it by.
    pub shift_minutes: i64,
}

/// What a replay is made from.
#[derive(Clone, Copy, Debug)]
pub struct ReplayInput<'a> {
    /// The hosts.
    pub hosts: &'a [ReplayHost],
    /// The runs of the span, in order of start.
    pub runs: &'a [ReplayRun],
    /// What the plan moves.
    pub moved: &'a [MovedRule],
    /// What follows what.
    pub successions: &'a [Succession],
    /// The past that is looked at.
    pub span: TimeSpan,
    /// Zone of its days.
    pub zone: Zone,
}

/// What became of one moved rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleReplay {
    /// The rule.
    pub rule_id: RuleId,
    /// Minutes that the plan moves it by.
    pub shift_minutes: i64,
    /// Slots it had in the span.
    pub slots: u64,
    /// Runs that came in them, and were moved.
    pub runs: u64,
}

/// Loads and waits of one course of events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Course {
    /// How full the hosts would be if every run started at once.
    pub load: LoadFigures,
    /// How long runs would wait where they queue for what there is.
    pub waiting: WaitFigures,
}

/// The past without the plan and with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replay {
    /// Runs replayed.
    pub runs: u64,
    /// Runs that the plan moves.
    pub moved_runs: u64,
    /// The moved rules.
    pub rules: Vec<RuleReplay>,
    /// As it was.
    pub without_plan: Course,
    /// As it would have been.
    pub with_plan: Course,
    /// Why this is too little to tell, one sentence each; empty when it is enough.
    pub too_thin: Vec<String>,
}

/// Replays the runs of the span without and with the plan.
pub fn replay(input: &ReplayInput<'_>) -> Replay {
    let mut shifts = vec![0_i64; input.runs.len()];
    let mut rules = Vec::new();
    for moved in input.moved {
        let (slots, matched) =
            runs_in_slots(input.runs, moved.task_type, &moved.schedule, moved.zone, input.span);
        for run in &matched {
            shifts[*run] = moved.shift_minutes * MINUTE_MS;
        }
        rules.push(RuleReplay {
            rule_id: moved.rule_id,
            shift_minutes: moved.shift_minutes,
            slots,
            runs: matched.len() as u64,
        });
    }
    shift_followers(input.runs, input.successions, &mut shifts);
    let days = days(input.span, input.zone);
    let course = |starts: &[Timestamp]| Course {
        load: load_figures(input.hosts, input.runs, starts, &days, input.span),
        waiting: wait_figures(&waits(input.hosts, input.runs, starts)),
    };
    let as_it_was: Vec<Timestamp> = input.runs.iter().map(|run| run.start).collect();
    let moved: Vec<Timestamp> =
        input.runs.iter().zip(&shifts).map(|(run, shift)| run.start.plus_ms(*shift)).collect();
    Replay {
        runs: input.runs.len() as u64,
        moved_runs: shifts.iter().filter(|shift| **shift != 0).count() as u64,
        too_thin: too_thin(input.span, &rules),
        rules,
        without_plan: course(&as_it_was),
        with_plan: course(&moved),
    }
}

/// The local days that a span touches, cut to it.
fn days(span: TimeSpan, zone: Zone) -> Vec<TimeSpan> {
    let mut days = Vec::new();
    let mut start = span.start;
    while start < span.end {
        let date = local_time(zone, start).date();
        let next = date.succ_opt().map(|next| resolve_local(zone, next.and_time(NaiveTime::MIN)).first());
        let end = next.unwrap_or(span.end).min(span.end).max(start.plus_ms(1));
        days.push(TimeSpan { start, end });
        start = end;
    }
    days
}

fn too_thin(span: TimeSpan, rules: &[RuleReplay]) -> Vec<String> {
    let mut reasons = Vec::new();
    if rules.is_empty() {
        reasons.push("the plan moves nothing".to_owned());
    }
    if span.length_ms() < LEAST_DAYS * DAY_MS {
        reasons.push(format!(
            "{:.1} days of history are looked at, {LEAST_DAYS} are needed",
            span.length_ms() as f64 / DAY_MS as f64
        ));
    }
    let few: Vec<String> =
        rules.iter().filter(|rule| rule.runs < LEAST_RUNS).map(|rule| rule.rule_id.0.to_string()).collect();
    if !few.is_empty() {
        reasons.push(format!(
            "{} of {} moved rules came fewer than {LEAST_RUNS} times in their slots (rule {})",
            few.len(),
            rules.len(),
            few.join(", ")
        ));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CronEntry, parse_cron};
    use crate::domain::rules::Capacity;
    use crate::domain::time::HOUR_MS;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("instant")
    }

    fn nightly(task_type: usize, day: i64, late_ms: i64) -> ReplayRun {
        ReplayRun {
            task_type,
            start: at("2026-02-02T02:00:00Z").plus_ms(day * DAY_MS + late_ms),
            duration_ms: HOUR_MS / 2,
            demand: [3.0, 0.0, 0.0, 0.0],
            host: 0,
            priority: 5,
        }
    }

    fn replayed(days: i64, runs: &[ReplayRun], successions: &[Succession]) -> Replay {
        let host = ReplayHost::new("h", &Capacity { cpu_cores: Some(4.0), ..Capacity::default() });
        let Ok(CronEntry::Calendar(calendar)) = parse_cron("0 2 * * *") else { panic!("cron") };
        let moved = MovedRule {
            rule_id: RuleId(2),
            task_type: 1,
            schedule: Schedule::Calendar(calendar),
            zone: Zone::UTC,
            shift_minutes: 30,
        };
        let start = at("2026-02-02T00:00:00Z");
        replay(&ReplayInput {
            hosts: &[host],
            runs,
            moved: &[moved],
            successions,
            span: TimeSpan { start, end: start.plus_ms(days * DAY_MS) },
            zone: Zone::UTC,
        })
    }

    fn nights(days: i64) -> Vec<ReplayRun> {
        (0..days).flat_map(|day| [nightly(0, day, 0), nightly(1, day, 20_000)]).collect()
    }

    #[test]
    fn a_plan_that_parts_two_jobs_ends_overload_and_waiting() {
        let found = replayed(10, &nights(10), &[]);
        assert_eq!((found.runs, found.moved_runs, found.rules[0].slots), (20, 10, 10));
        assert_eq!(found.without_plan.load.peak_utilization, 1.5);
        assert_eq!(found.with_plan.load.peak_utilization, 0.75);
        assert!((found.without_plan.load.overload_minutes - 10.0 * (30.0 - 1.0 / 3.0)).abs() < 1e-6);
        assert_eq!(found.with_plan.load.overload_minutes, 0.0);
        assert_eq!((found.without_plan.waiting.waiting_runs, found.with_plan.waiting.waiting_runs), (10, 0));
        assert_eq!(found.too_thin, Vec::<String>::new());
    }

    #[test]
    fn runs_at_other_times_are_not_moved() {
        let mut runs = nights(10);
        runs.push(nightly(1, 9, 5 * HOUR_MS));
        assert_eq!(replayed(10, &runs, &[]).moved_runs, 10);
    }

    #[test]
    fn what_follows_a_moved_run_moves_with_it() {
        let mut runs = nights(10);
        runs.extend((0..10).map(|day| nightly(2, day, 20_000 + HOUR_MS / 2 + 60_000)));
        runs.sort_by_key(|run| run.start);
        let succession = Succession { predecessor: 1, successor: 2, lag_ms: 60_000, from_end: true };
        assert_eq!(replayed(10, &runs, &[succession]).moved_runs, 20);
    }

    #[test]
    fn a_few_days_are_too_few_to_tell() {
        let found = replayed(2, &nights(2), &[]);
        assert_eq!(found.too_thin.len(), 2, "{:?}", found.too_thin);
    }
}
