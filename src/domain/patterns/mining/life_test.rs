//! Schedules that stop, move, pass changes of clocks or begin late; and input that means harm.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use super::generator::{CLEAN, Chance, HARD, Level, MILD, MONDAY_MS, days, history, kept, mined};
use super::{MiningInput, MiningOptions, mine};
use crate::domain::activity::{HistoryRun, TaskHistory, TaskTypeId};
use crate::domain::calendar::{CalendarSchedule, DayFilter, MonthSet, Schedule, Zone};
use crate::domain::patterns::Pattern;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

fn times(pattern: &Pattern) -> (Vec<u16>, bool) {
    match &pattern.schedule {
        Schedule::Calendar(calendar) => (calendar.minutes_of_day.clone(), pattern.is_active),
        _ => (Vec::new(), pattern.is_active),
    }
}

fn daily_at(minute: i64, from: i64, to: i64, chance: &mut Chance) -> Vec<i64> {
    (from..to)
        .map(|day| MONDAY_MS + day * DAY_MS + minute * MINUTE_MS + chance.between(0.0, 20_000.0) as i64)
        .collect()
}

#[test]
fn a_schedule_that_moved_is_two_patterns_after_four_runs() {
    let mut chance = Chance::new(1);
    let mut starts = daily_at(120, 0, 40, &mut chance);
    starts.extend(daily_at(210, 40, 44, &mut chance));
    let found = mined(&[history("backup", starts)], days(44), Zone::UTC);
    let moved = found[1].moved_from.as_ref().expect("linked");
    assert_eq!((&moved.schedule, moved.at), (&found[0].schedule, found[1].evidence.first_seen));
    assert_eq!(found[0].moved_from, None);
    let found: Vec<_> = found.iter().map(times).collect();
    assert_eq!(found, [(vec![120], false), (vec![210], true)]);
}

#[test]
fn a_schedule_that_stopped_is_inactive_and_its_misses_end_with_it() {
    let mut chance = Chance::new(2);
    let found = mined(&[history("sync", daily_at(500, 0, 30, &mut chance))], days(60), Zone::UTC);
    assert_eq!(found.len(), 1);
    assert!(!found[0].is_active);
    assert_eq!((found[0].evidence.hits, found[0].evidence.misses), (30, 0));
}

#[test]
fn one_missing_run_at_the_end_does_not_end_a_schedule() {
    let mut chance = Chance::new(3);
    let found = mined(&[history("sync", daily_at(500, 0, 30, &mut chance))], days(31), Zone::UTC);
    assert!(found[0].is_active);
    assert_eq!((found[0].evidence.hits, found[0].evidence.misses), (30, 1));
}

#[test]
fn local_times_are_kept_over_the_change_of_clocks_and_utc_times_are_recognised() {
    let zone = Zone::Europe__Berlin;
    let daily = Schedule::Calendar(CalendarSchedule {
        months: MonthSet::ALL,
        days: DayFilter::Daily,
        minutes_of_day: vec![395],
    });
    for kept_in in [zone, Zone::UTC] {
        let mut chance = Chance::new(4);
        let starts = kept(&daily.occurrences(days(50), kept_in), days(50), CLEAN, &mut chance);
        let found = mined(&[history("job", starts)], days(50), zone);
        assert_eq!(found.len(), 1);
        assert_eq!(times(&found[0]).0, [395]);
        assert_eq!(found[0].zone, kept_in);
        assert!(found[0].evidence.zone_undetermined.is_empty());
    }
}

/// Whether each of `seeds` histories, seen until `runs_after` days after Europe's clocks change on 31 March (day
/// 27), names the zone its daily runs are kept in, and whether it says that both explain them.
fn zones_named(seeds: std::ops::Range<u64>, level: Level, runs_after: i64) -> (usize, usize, usize) {
    let configured = Zone::Europe__Berlin;
    let (mut cases, mut right, mut open) = (0, 0, 0);
    for seed in seeds {
        let mut chance = Chance::new(seed);
        let kept_in = if seed % 2 == 0 { Zone::UTC } else { configured };
        let daily = Schedule::Calendar(CalendarSchedule {
            months: MonthSet::ALL,
            days: DayFilter::Daily,
            minutes_of_day: vec![(chance.unit() * 24.0) as u16 * 60 + (chance.unit() * 60.0) as u16],
        });
        let span = days(27 + runs_after);
        let starts = kept(&daily.occurrences(span, kept_in), span, level, &mut chance);
        let found = mined(&[history("job", starts)], span, configured);
        cases += 1;
        let active: Vec<&Pattern> = found.iter().filter(|pattern| pattern.is_active).collect();
        let named = !active.is_empty() && active.iter().all(|pattern| pattern.zone == kept_in);
        right += usize::from(named);
        open += usize::from(active.iter().any(|pattern| !pattern.evidence.zone_undetermined.is_empty()));
        if !named {
            eprintln!(
                "seed {seed} {kept_in}: {:?}",
                found.iter().map(|one| (&one.schedule, one.zone, one.is_active)).collect::<Vec<_>>()
            );
        }
    }
    (cases, right, open)
}

#[test]
fn a_few_runs_after_the_change_of_clocks_tell_the_zone() {
    let (cases, right, _) = zones_named(0..12, CLEAN, 4);
    assert_eq!(right, cases);
}

#[test]
#[ignore = "prints how often the zone is named"]
fn figures_of_zones() {
    for (name, level) in [("clean", CLEAN), ("mild", MILD), ("hard", HARD)] {
        for runs_after in [3, 4, 6, 10] {
            let (cases, right, open) = zones_named(5000..5200, level, runs_after);
            eprintln!("{name}, {runs_after} days after: {right} of {cases} named, {open} left open");
        }
    }
}

#[test]
fn a_time_seen_on_one_side_of_the_change_only_leaves_the_zone_open() {
    let mut chance = Chance::new(5);
    let found = mined(&[history("job", daily_at(500, 0, 20, &mut chance))], days(20), Zone::Europe__Berlin);
    assert_eq!(found[0].evidence.zone_undetermined, ["Europe/Berlin", "UTC"]);
}

#[test]
fn three_exact_weekly_runs_pass_among_fifty_task_types() {
    let mut chance = Chance::new(6);
    let weekly: Vec<i64> = (0..3)
        .map(|week| MONDAY_MS + week * 7 * DAY_MS + 407 * MINUTE_MS + 1_000 + week % 2 * 1_000)
        .collect();
    let mut histories = vec![history("weekly", weekly)];
    for index in 0..49 {
        let starts: Vec<i64> =
            (0..40).map(|_| MONDAY_MS + (chance.unit() * 25.0 * DAY_MS as f64) as i64).collect();
        histories.push(history(&format!("noise {index}"), starts));
    }
    let found = mined(&histories, days(25), Zone::UTC);
    assert_eq!(
        found.iter().map(|pattern| pattern.schedule.cron()).collect::<Vec<_>>(),
        [Some("47 6 * * 1".to_owned())]
    );
}

#[test]
fn unobserved_slots_are_no_misses() {
    let mut chance = Chance::new(7);
    let mut starts = daily_at(500, 0, 20, &mut chance);
    starts.extend(daily_at(500, 27, 40, &mut chance));
    let span = days(40);
    let day = |number: i64| Timestamp::clamped(MONDAY_MS + number * DAY_MS);
    let observed = [TimeSpan::new(span.start, day(20)), TimeSpan::new(day(27), span.end)];
    let histories = [history("job", starts)];
    let input = MiningInput { histories: &histories, span, observed: &observed, zone: Zone::UTC };
    let found = mine(&input, &MiningOptions::default());
    assert_eq!((found[0].evidence.hits, found[0].evidence.misses), (33, 0));
}

#[test]
fn the_order_of_histories_and_runs_does_not_matter() {
    let mut chance = Chance::new(8);
    let mut histories: Vec<TaskHistory> = (0..6)
        .map(|index| history(&format!("job {index}"), daily_at(100 + 37 * index, 0, 30, &mut chance)))
        .collect();
    let forward = mined(&histories, days(30), Zone::Asia__Tokyo);
    histories.reverse();
    for history in &mut histories {
        history.runs.reverse();
    }
    assert_eq!(forward, mined(&histories, days(30), Zone::Asia__Tokyo));
    assert_eq!(forward.len(), 6, "{forward:#?}");
}

#[test]
fn hostile_histories_neither_panic_nor_blow_up() {
    let at = |millis: i64| HistoryRun::started(Timestamp::clamped(millis));
    let task = |name: &str, runs: Vec<HistoryRun>| TaskHistory {
        task_type: TaskTypeId(1),
        name: name.to_owned(),
        runs,
    };
    let whole = TimeSpan::new(Timestamp::MIN, Timestamp::MAX);
    let mut histories = vec![
        task("one instant", vec![at(MONDAY_MS); 100_000]),
        task("ends of time", vec![at(i64::MIN), at(0), at(MONDAY_MS), at(i64::MAX)]),
        task("none", Vec::new()),
        task("milliseconds", (0..5_000).map(|index| at(MONDAY_MS + index)).collect()),
    ];
    histories.extend(
        (0..20_000).map(|index| task(&format!("single {index}"), vec![at(MONDAY_MS + index * 7_001)])),
    );
    mined(&histories, whole, Zone::America__New_York);
    mined(&histories, days(30), Zone::America__New_York);
    mined(&[], days(30), Zone::UTC);
    let backwards = MiningInput {
        histories: &histories[..4],
        span: TimeSpan { start: Timestamp::MAX, end: Timestamp::MIN },
        observed: &[],
        zone: Zone::UTC,
    };
    assert_eq!(mine(&backwards, &MiningOptions { min_occurrences: 0, ..MiningOptions::default() }), []);
}

#[test]
#[ignore = "prints how long large stores take"]
fn figures_of_speed() {
    let mut chance = Chance::new(9);
    let clock = std::time::Instant::now;
    let million: Vec<i64> =
        (0..1_000_000).map(|_| MONDAY_MS + (chance.unit() * 90.0 * DAY_MS as f64) as i64).collect();
    let histories = [history("million", million)];
    let begun = clock();
    let found = mined(&histories, days(90), Zone::Europe__Berlin).len();
    eprintln!("figure one type with 1e6 runs: {:?}, {found} patterns", begun.elapsed());
    let singles: Vec<TaskHistory> =
        (0..100_000).map(|index| history(&format!("{index}"), [MONDAY_MS + index * 7_001])).collect();
    let begun = clock();
    mined(&singles, days(90), Zone::Europe__Berlin);
    eprintln!("figure 1e5 types with one run: {:?}", begun.elapsed());
    let series: Vec<TaskHistory> = (0..50)
        .map(|index| {
            let hourly =
                (0..1000).map(|hour| MONDAY_MS + hour * HOUR_MS + (chance.unit() * 60_000.0) as i64 + index);
            history(&format!("{index}"), hourly.collect::<Vec<_>>())
        })
        .collect();
    let begun = clock();
    mined(&series, days(42), Zone::Europe__Berlin);
    eprintln!("figure 50 types with 1000 hourly runs: {:?}", begun.elapsed());
    let noise: Vec<TaskHistory> = (0..50)
        .map(|index| {
            let starts: Vec<i64> =
                (0..1000).map(|_| MONDAY_MS + (chance.unit() * 42.0 * DAY_MS as f64) as i64).collect();
            history(&format!("{index}"), starts)
        })
        .collect();
    let begun = clock();
    mined(&noise, days(42), Zone::Europe__Berlin);
    eprintln!("figure 50 types with 1000 random runs: {:?}", begun.elapsed());
}
