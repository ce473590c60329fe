//! Schedules that meet a change of the clocks, move, or stop.

use tidetable::domain::calendar::Zone;
use tidetable::domain::time::{TimeSpan, Timestamp};

use crate::calendar::{Level, Rule, instants, kept};
use crate::case::{Case, Truth, days};
use crate::chance::Chance;

const DAY_MS: i64 = 86_400_000;

/// Neither clean nor hard: half a minute late, one in twenty missing.
const LEVEL: Level = Level { name: "usual", sigma_seconds: 30.0, missing: 0.05, noise: 0.1 };

fn daily(minute: i64) -> Rule {
    Rule { minutes: vec![minute as u32], fires: Box::new(|_| true) }
}

fn year_after(span: TimeSpan) -> TimeSpan {
    TimeSpan { start: span.end, end: span.end.plus_ms(366 * DAY_MS) }
}

/// Daily jobs that saw at least three runs after clocks changed: by the machine's own time, or by UTC.
pub fn clocks(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, by_utc) in [("clocks/local job", false), ("clocks/UTC job", true)] {
        for seed in seeds.clone() {
            let mut chance = Chance::new(row, seed);
            let home = chance.one_of(&[Zone::Europe__Berlin, Zone::America__New_York]);
            // Clocks change on 2025-03-09 in New York, on 2025-03-30 in Berlin.
            let change = if home == Zone::Europe__Berlin { 83 } else { 62 };
            let span = days(change + chance.whole(4, 15));
            let rule = daily(chance.whole(5 * 60, 23 * 60));
            let zone = if by_utc { Zone::UTC } else { home };
            let starts = kept(&instants(&rule, zone, span), span, LEVEL, &mut chance);
            let truth = Truth::Slots(instants(&rule, zone, year_after(span)));
            cases.push(Case::of_task(row, seed, home, span, starts, truth));
        }
    }
    cases
}

/// Daily jobs that moved to another time `runs` days before the end; only the new time is true.
pub fn moved(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for runs in [3, 4, 6, 10] {
        let row = format!("moved/{runs} runs ago");
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            let span = days(chance.whole(30, 60));
            let old = chance.whole(0, 1440);
            let new = (old + chance.one_of(&[-1, 1]) * chance.whole(30, 600)).rem_euclid(1440);
            let moved_at = span.end.plus_ms(-runs * DAY_MS);
            let before = TimeSpan { start: span.start, end: moved_at };
            let after = TimeSpan { start: moved_at, end: span.end };
            let level = Level { missing: 0.0, ..LEVEL };
            let mut starts = kept(&instants(&daily(old), Zone::UTC, before), before, level, &mut chance);
            starts.extend(kept(&instants(&daily(new), Zone::UTC, after), after, level, &mut chance));
            let truth = Truth::Slots(instants(&daily(new), Zone::UTC, year_after(span)));
            cases.push(Case::of_task(&row, seed, Zone::UTC, span, starts, truth));
        }
    }
    cases
}

/// Daily jobs that stopped `silent` days before the end, while a busy one shows that the record goes on.
pub fn stopped(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for silent in [3, 5, 8] {
        let row = format!("stopped/{silent} days ago");
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            let span = days(chance.whole(30, 60));
            let alive = TimeSpan { start: span.start, end: span.end.plus_ms(-silent * DAY_MS) };
            let slots = instants(&daily(chance.whole(0, 1440)), Zone::UTC, alive);
            let starts = kept(&slots, alive, LEVEL, &mut chance);
            let mut case = Case::of_task(&row, seed, Zone::UTC, span, starts, Truth::Slots(Vec::new()));
            let mut at = span.start;
            let mut others = Vec::new();
            while at < span.end {
                at = at.plus_ms(chance.wait(1_800_000.0) as i64 + 1);
                others.push((at.millis(), None));
            }
            others.retain(|(start, _)| span.contains(Timestamp::clamped(*start)));
            case.runs.insert("other".to_owned(), others);
            cases.push(case);
        }
    }
    cases
}
