//! Schedules that moved: of one task type, the one that ended and the one that began in its place.

use crate::domain::calendar::Schedule;
use crate::domain::patterns::{MovedFrom, Pattern};
use crate::domain::time::DAY_MS;

/// Notes for each calendar pattern among `patterns` (of one task type) which ended one it took over from: kept on
/// the same days, as often a day, last seen before it and no longer ago than three of its slots.
pub(super) fn link_moves(patterns: &mut [Pattern]) {
    let mut taken = vec![false; patterns.len()];
    let mut order: Vec<usize> = (0..patterns.len()).collect();
    order.sort_by_key(|index| patterns[*index].evidence.first_seen);
    for later in order {
        let former = (0..patterns.len())
            .filter(|former| !taken[*former] && takes_over(&patterns[later], &patterns[*former]))
            .max_by_key(|former| patterns[*former].evidence.last_seen);
        if let Some(former) = former {
            taken[former] = true;
            let schedule = patterns[former].schedule.clone();
            patterns[later].moved_from =
                Some(MovedFrom { schedule, at: patterns[later].evidence.first_seen });
        }
    }
}

fn takes_over(later: &Pattern, former: &Pattern) -> bool {
    let (Schedule::Calendar(new), Schedule::Calendar(old)) = (&later.schedule, &former.schedule) else {
        return false;
    };
    let evidence = &former.evidence;
    let life_ms = evidence.last_seen.since(evidence.first_seen);
    let slot_ms = life_ms / (evidence.expected.max(2) as i64 - 1);
    let pause_ms = later.evidence.first_seen.since(evidence.last_seen);
    !former.is_active
        && later.zone == former.zone
        && later.task_types == former.task_types
        && new.days == old.days
        && new.minutes_of_day.len() == old.minutes_of_day.len()
        && new != old
        && 0 < pause_ms
        && pause_ms <= (3 * slot_ms).max(2 * DAY_MS)
}
