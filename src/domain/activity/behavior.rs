//! When a person's work usually starts, and which work that is.

use std::collections::HashMap;

use chrono::Timelike;
use serde::{Deserialize, Serialize};

use super::{TaskHistory, UserId};
use crate::domain::calendar::{Zone, local_time};

/// Runs below which nothing is said of a user's habits.
const MIN_RUNS: u64 = 10;

/// How many task types a profile names.
const PREFERRED: usize = 5;

/// A task type and its share of a user's runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreferredTaskType {
    /// Its name.
    pub task_type: String,
    /// 0..1 of the user's runs.
    pub share: f64,
}

/// When a user's runs start (local time), and which task types they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BehaviorProfile {
    /// The user.
    pub user: String,
    /// Runs it rests on.
    pub runs: u64,
    /// The zone of the hours.
    pub timezone: String,
    /// Share of runs that start in each hour of the day, 0 to 23; sums to 1.
    pub hour_shares: Vec<f64>,
    /// Share of runs that start on each weekday, Monday first; sums to 1.
    pub weekday_shares: Vec<f64>,
    /// The fewest hours that hold at least half of the runs, ascending; empty below 10 runs.
    pub peak_hours: Vec<u8>,
    /// Most frequent task types, most frequent first (ties by name).
    pub preferred_task_types: Vec<PreferredTaskType>,
}

/// One profile for each user that some run names.
pub fn behavior_profiles(
    histories: &[TaskHistory],
    user_names: &HashMap<UserId, String>,
    zone: Zone,
) -> HashMap<UserId, BehaviorProfile> {
    #[derive(Default)]
    struct Counts<'a> {
        hours: [u64; 24],
        weekdays: [u64; 7],
        task_types: HashMap<&'a str, u64>,
    }
    let mut counts: HashMap<UserId, Counts<'_>> = HashMap::new();
    for history in histories {
        for run in &history.runs {
            let Some(user) = run.user else { continue };
            let local = local_time(zone, run.started_at);
            let entry = counts.entry(user).or_default();
            entry.hours[local.hour() as usize] += 1;
            let weekday = chrono::Datelike::weekday(&local).num_days_from_monday();
            entry.weekdays[weekday as usize] += 1;
            *entry.task_types.entry(&history.name).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(user, counts)| {
            let runs: u64 = counts.hours.iter().sum();
            let share = |count: u64| count as f64 / runs as f64;
            let mut preferred: Vec<(&str, u64)> = counts.task_types.into_iter().collect();
            preferred.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            let profile = BehaviorProfile {
                user: user_names.get(&user).cloned().unwrap_or_default(),
                runs,
                timezone: zone.name().to_owned(),
                hour_shares: counts.hours.iter().map(|count| share(*count)).collect(),
                weekday_shares: counts.weekdays.iter().map(|count| share(*count)).collect(),
                peak_hours: if runs < MIN_RUNS { Vec::new() } else { peak_hours(&counts.hours, runs) },
                preferred_task_types: preferred
                    .into_iter()
                    .take(PREFERRED)
                    .map(|(name, count)| PreferredTaskType {
                        task_type: name.to_owned(),
                        share: share(count),
                    })
                    .collect(),
            };
            (user, profile)
        })
        .collect()
}

/// How many runs of a history start in each hour of the day, in `zone`.
pub fn start_hours(history: &TaskHistory, zone: Zone) -> [u64; 24] {
    let mut hours = [0; 24];
    for run in &history.runs {
        hours[local_time(zone, run.started_at).hour() as usize] += 1;
    }
    hours
}

/// The fewest hours that hold at least half of `runs`; among equally busy hours the earlier ones.
pub(super) fn peak_hours(hours: &[u64; 24], runs: u64) -> Vec<u8> {
    let mut by_load: Vec<u8> = (0..24).collect();
    by_load.sort_by_key(|hour| std::cmp::Reverse(hours[usize::from(*hour)]));
    let mut held = 0;
    let mut peak = Vec::new();
    for hour in by_load {
        if 2 * held >= runs {
            break;
        }
        held += hours[usize::from(hour)];
        peak.push(hour);
    }
    peak.sort_unstable();
    peak
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{HistoryRun, TaskTypeId};
    use crate::domain::time::Timestamp;

    #[test]
    fn peak_hours_are_local_and_hold_half_of_the_runs() {
        let zone = crate::domain::calendar::parse_zone("America/New_York").expect("zone");
        let runs = (0..20)
            .map(|day| {
                // 13:30 UTC is 09:30 in New York in July.
                let start = Timestamp::parse_rfc3339("2026-07-01T13:30:00Z").expect("instant");
                let mut run = HistoryRun::started(start.plus_ms(day * 86_400_000));
                run.user = Some(UserId(1));
                run
            })
            .collect();
        let histories = [TaskHistory { task_type: TaskTypeId(1), name: "train".into(), runs }];
        let names = HashMap::from([(UserId(1), "ada".to_owned())]);
        let profiles = behavior_profiles(&histories, &names, zone);
        let profile = &profiles[&UserId(1)];
        assert_eq!(profile.peak_hours, [9]);
        assert_eq!(profile.preferred_task_types[0].task_type, "train");
    }
}
