//! What is remembered finds what a search finds, and gives way to one where it no longer holds.

use std::collections::BTreeMap;

use super::generator::{
    BRUTAL, CLEAN, Chance, HARD, Level, MILD, MONDAY_MS, Unscheduled, days, history, kept, unscheduled,
};
use super::{Mined, MiningInput, MiningOptions, Remembered, mine_remembering};
use crate::domain::activity::TaskHistory;
use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Days that the first analysis sees.
const SEEN_DAYS: i64 = 60;

fn mined(
    histories: &[TaskHistory],
    span: TimeSpan,
    zone: Zone,
    remembered: BTreeMap<String, Remembered>,
) -> Mined {
    let options = MiningOptions { remembered, ..MiningOptions::default() };
    mine_remembering(&MiningInput { histories, span, observed: &[span], zone }, &options, &|| false)
}

/// The same kinds of work over `span`, kept at one of four levels.
fn all_kinds(span: TimeSpan, zone: Zone) -> Vec<TaskHistory> {
    let mut histories = Vec::new();
    for (number, (level_name, level)) in
        [("clean", CLEAN), ("mild", MILD), ("hard", HARD), ("brutal", BRUTAL)].into_iter().enumerate()
    {
        let mut chance = Chance::new(40 + number as u64);
        for cron in
            ["30 2 * * *", "15 9 * * 1-5", "*/20 * * * *", "0 4 * * 0", "5 1 1,15 * *", "10 6,18 * * *"]
        {
            let slots = scheduled(cron, span, zone);
            histories.push(history(&format!("{level_name} {cron}"), kept(&slots, span, level, &mut chance)));
        }
    }
    let mut chance = Chance::new(50);
    for kind in [Unscheduled::Poisson, Unscheduled::Diurnal, Unscheduled::OfficeHours, Unscheduled::Bursts] {
        histories.push(history(&format!("{kind:?}"), unscheduled(kind, 300.0, span, &mut chance)));
    }
    let mut at = span.start.millis() as f64;
    let mut looped = Vec::new();
    while at < span.end.millis() as f64 {
        at += 50.0 * MINUTE_MS as f64 * (1.0 + 0.05 * chance.normal());
        looped.push(at as i64);
    }
    histories.push(history("loop", looped));
    let periodic = (0..span.length_ms() / (95 * MINUTE_MS))
        .map(|slot| span.start.millis() + slot * 95 * MINUTE_MS + (chance.normal() * 300_000.0) as i64);
    histories.push(history("period", periodic.collect::<Vec<i64>>()));
    histories
}

fn scheduled(cron: &str, span: TimeSpan, zone: Zone) -> Vec<Timestamp> {
    let schedule = match parse_cron(cron).expect("cron") {
        CronEntry::Calendar(schedule) => Schedule::Calendar(schedule),
        other => panic!("{other:?}"),
    };
    schedule.occurrences_iter(span, zone).collect()
}

/// Those of the histories that begin before the end of `span`.
fn seen_in(histories: &[TaskHistory], span: TimeSpan) -> Vec<TaskHistory> {
    histories
        .iter()
        .map(|history| TaskHistory {
            runs: history.runs.iter().filter(|run| span.contains(run.started_at)).copied().collect(),
            ..history.clone()
        })
        .collect()
}

fn as_map(mined: &Mined) -> BTreeMap<String, Remembered> {
    mined.learnt.iter().cloned().collect()
}

#[test]
fn of_an_unchanged_history_all_is_remembered_and_the_same_is_found() {
    // Its clocks change within the span.
    let zone = Zone::Europe__Berlin;
    let histories = all_kinds(days(SEEN_DAYS), zone);
    let first = mined(&histories, days(SEEN_DAYS), zone, BTreeMap::new());
    assert_eq!((first.recalled, first.learnt.len()), (0, histories.len()));
    let kept_as_text: BTreeMap<String, Remembered> = as_map(&first)
        .into_iter()
        .map(|(name, known)| {
            let text = serde_json::to_string(&known).expect("a document");
            (name, serde_json::from_str(&text).expect("the same"))
        })
        .collect();
    assert_eq!(kept_as_text, as_map(&first));
    let again = mined(&histories, days(SEEN_DAYS), zone, kept_as_text);
    assert_eq!(again.learnt, []);
    assert_eq!(again.recalled as usize, histories.len());
    assert_eq!(again.patterns, first.patterns);
}

#[test]
fn a_day_more_of_the_same_is_not_searched_and_gives_the_schedules_of_a_search() {
    let zone = Zone::Europe__Berlin;
    let (before, after) = (days(SEEN_DAYS), days(SEEN_DAYS + 1));
    let histories = all_kinds(after, zone);
    let first = mined(&seen_in(&histories, before), before, zone, BTreeMap::new());
    let again = mined(&histories, after, zone, as_map(&first));
    let anew = mined(&histories, after, zone, BTreeMap::new());
    let searched: Vec<&str> = again.learnt.iter().map(|(name, _)| name.as_str()).collect();
    assert!(again.recalled * 6 >= histories.len() as u64 * 5, "searched: {searched:?}");
    // Only where much is missing, or nothing is fixed, a day may change what is found.
    let may_differ = |name: &&str| ["hard", "brutal", "loop"].iter().any(|kind| name.starts_with(kind));
    assert!(searched.iter().all(may_differ), "searched: {searched:?}");
    let calendars = |mined: &Mined| -> Vec<(Vec<String>, String)> {
        let of_calendar =
            |pattern: &&crate::domain::patterns::Pattern| matches!(pattern.schedule, Schedule::Calendar(_));
        let named = |pattern: &crate::domain::patterns::Pattern| {
            (pattern.task_types.clone(), pattern.schedule.describe())
        };
        mined.patterns.iter().filter(of_calendar).map(named).collect()
    };
    assert_eq!(calendars(&again), calendars(&anew));
    assert_eq!(again.patterns.len(), anew.patterns.len());
}

/// A history of `cron`, and what the first analysis remembers of it; `then` gives the starts that follow.
fn after(
    cron: &str,
    level: Level,
    more_days: i64,
    then: impl FnOnce(&mut Chance) -> Vec<i64>,
) -> (Mined, Mined) {
    let (before, all) = (days(SEEN_DAYS), days(SEEN_DAYS + more_days));
    let mut chance = Chance::new(7);
    let mut starts = kept(&scheduled(cron, before, Zone::UTC), before, level, &mut chance);
    let first = mined(&[history("job", starts.clone())], before, Zone::UTC, BTreeMap::new());
    starts.extend(then(&mut chance));
    let histories = [history("job", starts)];
    let again = mined(&histories, all, Zone::UTC, as_map(&first));
    (again, mined(&histories, all, Zone::UTC, BTreeMap::new()))
}

#[test]
fn a_schedule_that_moved_is_searched() {
    let end_ms = MONDAY_MS + SEEN_DAYS * DAY_MS;
    let (again, anew) = after("30 2 * * *", CLEAN, 5, |_| {
        (0..5).map(|day| end_ms + day * DAY_MS + 14 * HOUR_MS + 20 * MINUTE_MS).collect()
    });
    assert_eq!(again.recalled, 0);
    assert_eq!(again.patterns, anew.patterns);
    assert!(again.patterns.iter().any(|pattern| pattern.is_active && pattern.moved_from.is_some()));
}

#[test]
fn a_second_schedule_beside_a_kept_one_is_searched() {
    let end_ms = MONDAY_MS + SEEN_DAYS * DAY_MS;
    let (again, anew) = after("30 2 * * *", MILD, 6, |_| {
        (0..6)
            .flat_map(|day| [2 * 60 + 30, 17 * 60].map(|minute| end_ms + day * DAY_MS + minute * MINUTE_MS))
            .collect()
    });
    assert_eq!(again.recalled, 0);
    assert_eq!(again.patterns, anew.patterns);
    assert_eq!(again.patterns.iter().filter(|pattern| pattern.is_active).count(), 2);
}

#[test]
fn runs_that_come_to_light_later_are_searched() {
    let before = days(SEEN_DAYS);
    let mut chance = Chance::new(8);
    let starts = kept(&scheduled("30 2 * * *", before, Zone::UTC), before, CLEAN, &mut chance);
    let first = mined(&[history("job", starts.clone())], before, Zone::UTC, BTreeMap::new());
    let older = starts.iter().map(|start| start + 5 * HOUR_MS);
    let histories = [history("job", starts.iter().copied().chain(older).collect::<Vec<i64>>())];
    let again = mined(&histories, before, Zone::UTC, as_map(&first));
    assert_eq!(again.recalled, 0);
    assert_eq!(again.patterns.len(), 1, "one timetable of two times");
    let as_of_earlier = [history("job", starts[..starts.len() - 1].iter().copied())];
    assert_eq!(mined(&as_of_earlier, before, Zone::UTC, as_map(&first)).recalled, 0);
    let other_grain: Vec<i64> = starts.iter().map(|start| start.div_euclid(60_000) * 60_000).collect();
    assert_eq!(mined(&[history("job", other_grain)], before, Zone::UTC, as_map(&first)).recalled, 0);
}
