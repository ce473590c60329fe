//! A proper score of what predictors say: the squared error of the probability that a task type starts in an hour,
//! over all hours of the horizon. Saying nothing costs 1 for each hour with a run, so that the sum over their number
//! is 1 for who says nothing, 0 for who knows all, and more than 1 for who is wrong more often than right. No
//! probability but the true one has the least expected cost, and no threshold plays a part.

use std::collections::BTreeMap;

use tidetable::domain::time::{HOUR_MS, Timestamp};

use crate::scoring::{ByType, Expected};

/// Squared error summed over all task types and hours, over the number of hours in which one started; `None` without
/// any.
pub fn squared_error(expected: &ByType<Expected>, ran: &ByType<Timestamp>) -> Option<f64> {
    let hour = |at: Timestamp| at.millis().div_euclid(HOUR_MS);
    // Chance that nothing starts, and whether something did.
    let mut hours: BTreeMap<(&str, i64), (f64, bool)> = BTreeMap::new();
    for (task_type, expected) in expected {
        for one in expected {
            let cell = hours.entry((task_type, hour(one.at))).or_insert((1.0, false));
            cell.0 *= 1.0 - one.confidence.clamp(0.0, 1.0);
        }
    }
    for (task_type, starts) in ran {
        for start in starts {
            hours.entry((task_type, hour(*start))).or_insert((1.0, false)).1 = true;
        }
    }
    let with_runs = hours.values().filter(|(_, came)| *came).count();
    let sum: f64 =
        hours.values().map(|(nothing, came)| (1.0 - nothing - f64::from(u8::from(*came))).powi(2)).sum();
    (with_runs > 0).then(|| sum / with_runs as f64)
}
