//! Where a daily schedule went that ended: a crontab that loses a line mostly gains it at another time, so that what
//! begins then, on the same days and kept as well, need name little but its time.

use std::f64::consts::LN_2;

use super::clock_evidence::{ClockCandidate, examine};
use super::clock_minute::at_the_minute;
use super::clock_search::clock_candidates;
use super::code_length::HALF_WIDTHS_MS;
use super::day_choice::filter_nats;
use super::explain::{Explanation, LEAST_NET};
use super::surroundings::Surroundings;
use crate::domain::time::DAY_MS;

/// Days after the end within which another time is the same schedule's.
const MOST_DAYS: i32 = 14;

/// Schedules that those among `accepted` which ended moved to, by the starts that are `left`.
pub(super) fn successors(
    accepted: &[Explanation],
    left: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> Vec<ClockCandidate> {
    let clocks: Vec<&ClockCandidate> = accepted.iter().filter_map(Explanation::clock).collect();
    let has_gone = |old: &&&ClockCandidate| {
        old.times.step_ms == DAY_MS
            && !old.is_open
            && !clocks.iter().any(|other| other.is_open && other.choice.days.0 > old.choice.days.1)
    };
    clocks.iter().filter(has_gone).filter_map(|old| successor(old, left, around, resolution_ms)).collect()
}

/// What `old` moved to.
fn successor(
    old: &ClockCandidate,
    left: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> Option<ClockCandidate> {
    let clock = &around.clocks[old.times.clock];
    let day = |at: i64| clock.local(at).div_euclid(DAY_MS) as i32;
    let after: Vec<i64> = left.iter().copied().filter(|at| day(*at) > old.choice.days.1).collect();
    if (after.len() as u64) < around.min_occurrences {
        return None;
    }
    // Its days and how well it is kept are known, as is that it begins where the other ends; that it moved, rather
    // than stopped, is one of two.
    let saved = (HALF_WIDTHS_MS.len() as f64).ln() + filter_nats(old.choice.filter) - LN_2;
    let kept_alike = |new: &ClockCandidate| {
        new.times.step_ms == DAY_MS
            && new.times.clock == old.times.clock
            && new.times.half_width_ms <= 2 * old.times.half_width_ms
    };
    let best = clock_candidates(&after, around, resolution_ms, LEAST_NET - saved - LN_2, None)
        .into_iter()
        .filter(kept_alike)
        .filter_map(|new| {
            let days = (old.choice.filter, (old.choice.days.1 + 1, i32::MAX));
            examine(new.times, &after, around, resolution_ms, Some(days))
        })
        .filter(|new| {
            let first = new.hits.first().map(|hit| day(after[*hit]));
            new.is_open && first.is_some_and(|first| first <= old.choice.days.1 + MOST_DAYS)
        })
        .max_by(|one, other| {
            one.net.total_cmp(&other.net).then(other.times.label_ms.cmp(&one.times.label_ms))
        })?;
    let mut moved = at_the_minute(best, &after, around, resolution_ms);
    moved.net += saved;
    moved.proof.charge_nats -= saved;
    (moved.net >= LEAST_NET).then_some(moved)
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, MONDAY_MS, days, history, mined};
    use crate::domain::calendar::{Schedule, Zone};
    use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

    /// Minutes of the day of active schedules, of a daily job that moved `runs` runs ago or, `at_random`, went over to
    /// a run at any time of each day.
    fn after_moving(runs: i64, at_random: bool, seed: u64) -> Vec<u16> {
        let mut chance = Chance::new(seed);
        let starts: Vec<i64> = (0..40 + runs)
            .map(|day| {
                let late = (chance.normal().abs() * 30_000.0) as i64;
                let at = match day < 40 {
                    true => 2 * HOUR_MS + 17 * MINUTE_MS,
                    false if at_random => chance.between(0.0, DAY_MS as f64) as i64,
                    false => 5 * HOUR_MS + 43 * MINUTE_MS,
                };
                MONDAY_MS + day * DAY_MS + at + late
            })
            .collect();
        let found = mined(&[history("job", starts)], days(40 + runs), Zone::UTC);
        found
            .iter()
            .filter(|pattern| pattern.is_active)
            .flat_map(|pattern| match &pattern.schedule {
                Schedule::Calendar(calendar) => calendar.minutes_of_day.clone(),
                _ => Vec::new(),
            })
            .collect()
    }

    #[test]
    fn a_daily_job_that_moved_is_expected_at_its_new_time_after_four_runs() {
        let found = (0..20).filter(|seed| after_moving(4, false, *seed) == [343]).count();
        assert!(found >= 19, "{found} of 20");
    }

    #[test]
    fn runs_at_any_time_after_a_schedule_ended_are_no_schedule() {
        assert!((0..20).all(|seed| after_moving(5, true, seed).is_empty()));
    }
}
