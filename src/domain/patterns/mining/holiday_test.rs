//! Schedules that rest on holidays, and some that do not.

use chrono::NaiveDate;

use super::generator::{Chance, MONDAY_MS, days, history};
use super::{MiningInput, MiningOptions, mine};
use crate::domain::calendar::Zone;
use crate::domain::patterns::Pattern;
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Every day at 06:00 for 60 days but on those in `rest`, with these days (counted from the first) as holidays.
fn daily(rest: &[i64], holidays: &[i64]) -> Pattern {
    let mut chance = Chance::new(1);
    let starts: Vec<i64> = (0..60)
        .filter(|day| !rest.contains(day))
        .map(|day| MONDAY_MS + day * DAY_MS + 6 * HOUR_MS + (chance.unit() * 30_000.0) as i64)
        .collect();
    let histories = [history("report", starts)];
    let first = MONDAY_MS.div_euclid(DAY_MS) as i32;
    let options = MiningOptions {
        holidays: holidays.iter().filter_map(|day| NaiveDate::from_epoch_days(first + *day as i32)).collect(),
        ..MiningOptions::default()
    };
    let span = days(60);
    let observed = [span];
    let input = MiningInput { histories: &histories, span, observed: &observed, zone: Zone::UTC };
    mine(&input, &options).remove(0)
}

#[test]
fn a_schedule_that_rests_on_holidays_says_so() {
    let pattern = daily(&[9, 24, 41], &[9, 24, 41, 100]);
    let holidays = pattern.evidence.details.holidays.expect("holidays");
    assert_eq!((holidays.slots, holidays.hits, holidays.dates.len()), (3, 0, 4));
    assert!(holidays.hit_rate() < 0.2 && pattern.confidence > 0.8);
}

#[test]
fn a_schedule_that_is_kept_on_holidays_or_known_on_two_only_says_nothing() {
    assert_eq!(daily(&[], &[9, 24, 41]).evidence.details.holidays, None);
    assert_eq!(daily(&[9, 24], &[9, 24]).evidence.details.holidays, None);
}
