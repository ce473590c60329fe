//! Which runs a plan would have moved: those that came in the slots of the rules it moves, and what followed them.

use super::run::ReplayRun;
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

/// A run belongs to a slot when it started at most this much before it,
const EARLY_MS: i64 = 5 * MINUTE_MS;
/// or this much after it, and no nearer to the next slot.
const LATE_MS: i64 = 30 * MINUTE_MS;

/// A task type whose runs wait for those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    /// What runs first, by position of its task type.
    pub predecessor: usize,
    /// What follows it.
    pub successor: usize,
    /// Usual time from the end (or start) of the one to the start of the other.
    pub lag_ms: i64,
    /// Whether it waits for the end.
    pub from_end: bool,
}

/// How many slots `schedule` has in `span`, and the runs (positions in `runs`, which are in order of start) of `task_type`
/// that came in them, each at most once.
pub(super) fn runs_in_slots(
    runs: &[ReplayRun],
    task_type: usize,
    schedule: &Schedule,
    zone: Zone,
    span: TimeSpan,
) -> (u64, Vec<usize>) {
    let mine: Vec<usize> = (0..runs.len()).filter(|run| runs[*run].task_type == task_type).collect();
    let mut slots: Vec<Timestamp> = schedule.occurrences_iter(span, zone).collect();
    let count = slots.len() as u64;
    // The slot behind the last one bounds what belongs to it.
    slots.extend(schedule.next_after(span.end.plus_ms(-1), zone));
    let mut matched = Vec::new();
    let mut next = 0;
    for (place, slot) in slots.iter().enumerate().take(count as usize) {
        let following = slots.get(place + 1).map_or(i64::MAX, |following| following.since(*slot));
        let late = LATE_MS.min(following / 2);
        let early = match place.checked_sub(1).and_then(|before| slots.get(before)) {
            Some(before) => EARLY_MS.min(slot.since(*before) / 2),
            None => EARLY_MS,
        };
        while next < mine.len() && runs[mine[next]].start < slot.plus_ms(-early) {
            next += 1;
        }
        let candidates = mine[next..].iter().take_while(|run| runs[**run].start <= slot.plus_ms(late));
        let nearest = candidates.min_by_key(|run| runs[**run].start.since(*slot).abs()).copied();
        if let Some(run) = nearest {
            matched.push(run);
            next = mine.partition_point(|other| *other <= run);
        }
    }
    (count, matched)
}

/// Moves what followed moved runs as far as those: `shifts` holds milliseconds for each run.
pub(super) fn shift_followers(runs: &[ReplayRun], successions: &[Succession], shifts: &mut [i64]) {
    for succession in successions {
        let mut last: Option<usize> = None;
        for run in 0..runs.len() {
            if runs[run].task_type == succession.predecessor {
                last = Some(run);
            }
            let Some(before) = last.filter(|_| runs[run].task_type == succession.successor) else { continue };
            let from = match succession.from_end {
                true => runs[before].start.plus_ms(runs[before].duration_ms),
                false => runs[before].start,
            };
            let lag = runs[run].start.since(from);
            let usual = (2 * succession.lag_ms).max(5 * MINUTE_MS);
            if shifts[run] == 0 && (0..=usual).contains(&lag) {
                shifts[run] = shifts[before];
            }
        }
    }
}
