//! Calendar schedules, kept well and badly; their instants are reckoned here, not by the library under test.

use chrono::{Datelike, Days, NaiveDate, TimeZone};
use tidetable::domain::calendar::Zone;
use tidetable::domain::time::{TimeSpan, Timestamp};

use crate::case::{Case, Truth, days};
use crate::chance::Chance;

/// How a schedule is kept.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// In the table.
    pub name: &'static str,
    /// Spread of delays; starts are late, never early.
    pub sigma_seconds: f64,
    /// Share of slots without a run.
    pub missing: f64,
    /// Runs at any time per slot.
    pub noise: f64,
}

/// The four levels.
pub const LEVELS: [Level; 4] = [
    Level { name: "clean", sigma_seconds: 10.0, missing: 0.0, noise: 0.0 },
    Level { name: "mild", sigma_seconds: 60.0, missing: 0.1, noise: 0.2 },
    Level { name: "hard", sigma_seconds: 300.0, missing: 0.3, noise: 1.0 },
    Level { name: "brutal", sigma_seconds: 300.0, missing: 0.5, noise: 3.0 },
];

/// The kinds of schedule.
pub const KINDS: [&str; 9] =
    ["minutes", "hourly", "hours", "daily", "workdays", "weekly", "month day", "last day", "nth weekday"];

/// Machines stand in one of these.
pub const ZONES: [Zone; 3] = [Zone::America__New_York, Zone::Europe__Berlin, Zone::Asia__Kolkata];

/// Says of a day whether it fires.
pub type DayTest = Box<dyn Fn(NaiveDate) -> bool>;

/// Days and local minutes that fire.
pub struct Rule {
    /// Minutes after local midnight.
    pub minutes: Vec<u32>,
    /// Whether a day fires.
    pub fires: DayTest,
}

/// Any schedule of a kind, and days of history that show it some dozens of times where that is possible.
pub fn rule(kind: &str, chance: &mut Chance) -> (Rule, i64) {
    let every = |step: i64, chance: &mut Chance| -> Vec<u32> {
        let first = chance.whole(0, step);
        (0..1440 / step).map(|count| (first + count * step) as u32).collect()
    };
    // Not between 1 and 4 o'clock: what fires while clocks change is another suite's question.
    let hour = chance.one_of(&[0, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 18, 19, 20, 21, 22, 23]);
    let once = vec![(hour * 60 + chance.whole(0, 60)) as u32];
    let weekday = chance.whole(0, 7) as u32;
    let day = chance.whole(1, 29) as u32;
    let nth = chance.whole(0, 4) as u32;
    let always = |_: NaiveDate| true;
    let (minutes, fires, length): (Vec<u32>, DayTest, i64) = match kind {
        "minutes" => {
            let step = chance.one_of(&[10, 12, 15, 20, 30]);
            (every(step, chance), Box::new(always), 7)
        }
        "hourly" => (every(60, chance), Box::new(always), 14),
        "hours" => {
            let step = chance.one_of(&[120, 180, 240, 360, 480, 720]);
            (every(step, chance), Box::new(always), 30)
        }
        "daily" => (once, Box::new(always), 60),
        "workdays" => (once, Box::new(|date| date.weekday().num_days_from_monday() < 5), 60),
        "weekly" => {
            (once, Box::new(move |date: NaiveDate| date.weekday().num_days_from_monday() == weekday), 182)
        }
        "month day" => (once, Box::new(move |date: NaiveDate| date.day() == day), 365),
        "last day" => {
            let last =
                |date: NaiveDate| date.checked_add_days(Days::new(1)).is_some_and(|next| next.day() == 1);
            (once, Box::new(last), 365)
        }
        _ => {
            let fires = move |date: NaiveDate| {
                date.weekday().num_days_from_monday() == weekday && (date.day() - 1) / 7 == nth
            };
            (once, Box::new(fires), 365)
        }
    };
    (Rule { minutes, fires }, length)
}

/// The instants of a rule in a span, ms ascending; of a time that clocks show twice the first, and none that they skip.
pub fn instants(rule: &Rule, zone: Zone, span: TimeSpan) -> Vec<i64> {
    let date_of = |at: Timestamp| at.to_datetime().with_timezone(&zone).date_naive();
    let mut found = Vec::new();
    let mut date = date_of(span.start);
    while date <= date_of(span.end) {
        if (rule.fires)(date) {
            for minute in &rule.minutes {
                let local = date.and_hms_opt(minute / 60, minute % 60, 0);
                let instant = local.and_then(|local| zone.from_local_datetime(&local).earliest());
                found.extend(instant.map(|instant| instant.timestamp_millis()));
            }
        }
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    found.retain(|at| span.contains(Timestamp::clamped(*at)));
    found.sort_unstable();
    found
}

/// Runs at `slots` as a level keeps them, and runs at any time of the span.
pub fn kept(slots: &[i64], span: TimeSpan, level: Level, chance: &mut Chance) -> Vec<i64> {
    let mut starts = own(slots, level, chance);
    let noise = (slots.len() as f64 * level.noise).round() as usize;
    for _ in 0..noise {
        starts.push(span.start.millis() + (chance.unit() * span.length_ms() as f64) as i64);
    }
    starts.sort_unstable();
    starts
}

/// The runs at `slots` alone.
fn own(slots: &[i64], level: Level, chance: &mut Chance) -> Vec<i64> {
    let mut starts = Vec::new();
    for slot in slots {
        if !chance.happens(level.missing) {
            starts.push(slot + (chance.normal().abs() * level.sigma_seconds * 1000.0) as i64);
        }
    }
    starts
}

/// The calendar suite.
pub fn cases(level: Level, seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in KINDS {
        let row = format!("{}/{kind}", level.name);
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            let zone = chance.one_of(&ZONES);
            let (rule, length) = rule(kind, &mut chance);
            let span = days(length);
            let year = TimeSpan { start: span.end, end: span.end.plus_ms(366 * 86_400_000) };
            let starts = kept(&instants(&rule, zone, span), span, level, &mut chance);
            let slots = instants(&rule, zone, year);
            let mut own_later = own(&slots, level, &mut chance.clone());
            own_later.sort_unstable();
            let later = kept(&slots, year, level, &mut chance);
            let mut case = Case::of_task(&row, seed, zone, span, starts, Truth::Slots(slots));
            case.tolerance_ms = 300_000.max((3000.0 * level.sigma_seconds) as i64);
            case.later = later;
            case.own_later = own_later;
            cases.push(case);
        }
    }
    cases
}
