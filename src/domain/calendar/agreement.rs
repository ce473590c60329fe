//! Agreement with independent readers of cron lines, recurrence rules and systemd expressions.

use std::process::Command;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use proptest::prelude::{ProptestConfig, Strategy, TestCaseError, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::ValueTree;

use super::arbitrary::{calendar, instant};
use super::{CronEntry, Schedule, Zone, parse_cron, year_and_day_from};
use crate::domain::time::{HOUR_MS, TimeSpan, Timestamp};

/// How many occurrences are compared at most.
const COMPARED: u16 = 100;

/// A field as people write it: `*`, a value, a range, a range with a step, a list.
fn field(low: u32, high: u32) -> impl Strategy<Value = String> {
    let range = move || (low..=high, low..=high).prop_map(|(one, other)| (one.min(other), one.max(other)));
    prop_oneof![
        3 => proptest::strategy::Just("*".to_owned()),
        2 => (low..=high).prop_map(|value| value.to_string()),
        1 => range().prop_map(|(first, last)| format!("{first}-{last}")),
        1 => (range(), 1_u32..9).prop_map(|((first, last), step)| format!("{first}-{last}/{step}")),
        1 => proptest::collection::vec(low..=high, 1..4)
            .prop_map(|values| values.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    ]
}

fn rrule_instants(rule: &str, start: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let start = start.to_datetime().format("%Y%m%dT%H%M%SZ");
    let set = rrule::RRuleSet::from_str(&format!("DTSTART:{start}\nRRULE:{rule}"));
    let set = set.unwrap_or_else(|error| panic!("{rule}: {error}"));
    let end: DateTime<Utc> = end.to_datetime();
    set.before(end.with_timezone(&rrule::Tz::UTC))
        .all(COMPARED)
        .dates
        .into_iter()
        .map(|date| Timestamp::clamped(date.timestamp_millis()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cron_lines_fire_when_croner_says(
        minute in field(0, 59), hour in field(0, 23), day in field(1, 31), month in field(1, 12),
        weekday in field(0, 6), start in instant()
    ) {
        let text = format!("{minute} {hour} {day} {month} {weekday}");
        let span = year_and_day_from(start);
        let Ok(CronEntry::Calendar(calendar)) = parse_cron(&text) else { panic!("{text} is not read") };
        let ours: Vec<Timestamp> = Schedule::Calendar(calendar)
            .occurrences_iter(span, Zone::UTC)
            .take(COMPARED.into())
            .collect();
        let theirs: Vec<Timestamp> = croner::Cron::from_str(&text)
            .map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?
            .iter_from(start.to_datetime(), croner::Direction::Forward)
            .map(Timestamp::from)
            .take_while(|&at| at < span.end)
            .take(COMPARED.into())
            .collect();
        prop_assert_eq!(ours, theirs, "{}", text);
    }

    #[test]
    fn recurrence_rules_fire_when_the_schedule_does(calendar in calendar(), start in instant()) {
        let schedule = Schedule::Calendar(calendar);
        if let (Some(rule), Some(first)) = (schedule.rrule(), schedule.next_after(start, Zone::UTC)) {
            let span = TimeSpan { start: first, end: year_and_day_from(start).end };
            let ours: Vec<Timestamp> =
                schedule.occurrences_iter(span, Zone::UTC).take(COMPARED.into()).collect();
            prop_assert_eq!(rrule_instants(&rule, first, span.end), ours, "{}", rule);
        }
    }
}

#[test]
fn the_rule_of_a_period_fires_when_the_period_does() {
    for period_ms in [1_000, 90_000, 53 * 60_000, 7_200_000, 26 * 3_600_000] {
        let schedule = Schedule::Period { period_ms, anchor: Timestamp::clamped(1_700_000_000_000) };
        let first = schedule.next_after(Timestamp::clamped(1_500_000_000_000), Zone::UTC).expect("fires");
        let span = year_and_day_from(first);
        let ours: Vec<Timestamp> = schedule.occurrences_iter(span, Zone::UTC).take(COMPARED.into()).collect();
        assert_eq!(rrule_instants(&schedule.rrule().expect("expressible"), first, span.end), ours);
    }
}

/// The next 12 instants after `base` as `systemd-analyze calendar` finds them; `None` where it is absent or
/// refuses.
fn systemd_instants(expression: &str, base: Timestamp) -> Option<Vec<Timestamp>> {
    let output = Command::new("systemd-analyze")
        .envs([("TZ", "UTC"), ("LC_ALL", "C")])
        .args(["calendar", "--iterations=12", &format!("--base-time=@{}", base.seconds()), expression])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let instants = text.lines().filter_map(|line| {
        let (label, value) = line.split_once(": ")?;
        let utc = value.strip_suffix(" UTC")?.split_once(' ')?.1;
        let listed = label.contains("elapse") || label.contains("Iter");
        listed.then(|| Timestamp::parse_rfc3339(&format!("{utc}Z"))).flatten()
    });
    Some(instants.collect())
}

#[test]
fn systemd_expressions_fire_when_the_schedule_does() {
    let base = Timestamp::clamped(1_790_000_000_000);
    let expected = |schedule: &Schedule| -> Vec<Timestamp> {
        let after = TimeSpan { start: base.plus_ms(1), end: Timestamp::MAX };
        schedule.occurrences_iter(after, Zone::UTC).take(12).collect()
    };
    let hours = Schedule::Period { period_ms: HOUR_MS, anchor: Timestamp::clamped(0) };
    if systemd_instants("*-*-* *:00:00 UTC", base) != Some(expected(&hours)) {
        eprintln!("skipped: no systemd-analyze whose answers can be read");
        return;
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..60 {
        let schedule = Schedule::Calendar(calendar().new_tree(&mut runner).expect("a calendar").current());
        if let Some(expression) = schedule.systemd_calendar(Zone::UTC) {
            assert_eq!(systemd_instants(&expression, base), Some(expected(&schedule)), "{expression}");
        }
    }
}
