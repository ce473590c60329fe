//! What follows what, and when a person usually begins.

use tidetable::domain::calendar::Zone;

use crate::case::{Case, Truth, days};
use crate::chance::Chance;

const MINUTE_MS: f64 = 60_000.0;

/// A load follows an extract that nobody schedules by a lag that is off by a fifth; 30 % of loads are missing; twenty
/// others run at any time.
pub fn chains(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let row = "chain/lag 20 %, 30 % missing";
    let mut cases = Vec::new();
    for seed in seeds {
        let mut chance = Chance::new(row, seed);
        let span = days(45);
        let lag = chance.between(1.0, 60.0) * MINUTE_MS;
        let random = |count: f64, chance: &mut Chance| -> Vec<(i64, Option<i64>)> {
            let mut runs = Vec::new();
            let mut at = 0.0;
            while at < span.length_ms() as f64 {
                at += chance.wait(span.length_ms() as f64 / count);
                let start = span.start.millis() + at as i64;
                runs.push((start, Some(start + (chance.between(0.5, 20.0) * MINUTE_MS) as i64)));
            }
            runs
        };
        let extract = random(chance.between(40.0, 150.0), &mut chance);
        let mut load = Vec::new();
        for (_, end) in &extract {
            if !chance.happens(0.3) {
                let late = lag * (1.0 + 0.2 * chance.normal()).max(0.05);
                let start = end.unwrap_or_default() + late as i64;
                load.push((start, Some(start + 60_000)));
            }
        }
        let truth = Truth::Chains(vec![("extract".to_owned(), "load".to_owned())]);
        let mut case = Case::of_task(row, seed, Zone::UTC, span, Vec::new(), truth);
        case.runs.clear();
        for number in 0..20 {
            let count = chance.between(20.0, 300.0);
            case.runs.insert(format!("other {number}"), random(count, &mut chance));
        }
        case.runs.insert("extract".to_owned(), extract);
        case.runs.insert("load".to_owned(), load);
        cases.push(case);
    }
    cases
}

/// A person opens a task within half an hour around a minute of each workday, one day in six not at all, and does
/// other things all day long.
pub fn habits(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let row = "habit/office start";
    let mut cases = Vec::new();
    for seed in seeds {
        let mut chance = Chance::new(row, seed);
        let span = days(60);
        let minute = chance.whole(7 * 60, 11 * 60);
        let spread = chance.between(15.0, 40.0);
        let (mut starts, mut others) = (Vec::new(), Vec::new());
        for day in (0..60).filter(|day| day % 7 < 5) {
            let at = |minutes: f64| {
                span.start.millis() + ((day * 1440) as f64 * MINUTE_MS + minutes * MINUTE_MS) as i64
            };
            if chance.happens(5.0 / 6.0) {
                starts.push(at(minute as f64 + spread * chance.normal()));
            }
            for _ in 0..chance.whole(4, 12) {
                others.push((at(chance.between(minute as f64, 18.0 * 60.0)), None));
            }
        }
        let mut case = Case::of_task(row, seed, Zone::UTC, span, starts, Truth::Habit(minute));
        case.runs.insert("other".to_owned(), others);
        cases.push(case);
    }
    cases
}
