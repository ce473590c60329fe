//! Times of one schedule that scatter too far to tell their minutes: a list of hours mostly shares its minute.

use super::clock_evidence::ClockCandidate;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

/// Nats that a time saves by having the minute of another: its hour alone is left to be named.
const SHARED_NATS: f64 = 3.5;

/// Moves the times of `group` (one schedule) to common minutes of the hour where their starts leave that open.
pub(super) fn share_minutes(group: &mut [ClockCandidate]) {
    let mut open: Vec<usize> =
        (0..group.len()).filter(|&index| group[index].times.step_ms >= HOUR_MS).collect();
    while open.len() > 1 {
        let gain =
            |minute: i64, index: usize| loss(&group[index], minute).map(|(_, loss)| SHARED_NATS - loss);
        let total = |minute: i64| -> f64 {
            open.iter().filter_map(|index| gain(minute, *index)).filter(|gain| *gain > 0.0).sum()
        };
        let Some(minute) =
            (0..60).max_by(|one, other| total(*one).total_cmp(&total(*other)).then(other.cmp(one)))
        else {
            return;
        };
        let sharing: Vec<usize> = open
            .iter()
            .copied()
            .filter(|index| gain(minute, *index).is_some_and(|gain| gain > 0.0))
            .collect();
        if sharing.len() < 2 {
            return;
        }
        for index in &sharing {
            move_to(&mut group[*index], minute);
        }
        open.retain(|index| !sharing.contains(index));
    }
}

/// The likeliest of a candidate's minutes that is this minute of the hour, and the nats by which it is less
/// likely than the likeliest of all.
fn loss(candidate: &ClockCandidate, minute_of_hour: i64) -> Option<(i64, f64)> {
    let (_, greatest) = candidate.minutes.first()?;
    let same = |minute: i64| minute.rem_euclid(60) == minute_of_hour;
    candidate
        .minutes
        .iter()
        .find(|(minute, _)| same(*minute))
        .map(|(minute, weight)| (*minute, greatest - weight))
}

/// Renames the time; its window stays where it is.
fn move_to(candidate: &mut ClockCandidate, minute_of_hour: i64) {
    let (Some((now, _)), Some((then, _))) =
        (candidate.minutes.first().copied(), loss(candidate, minute_of_hour))
    else {
        return;
    };
    let label_ms = candidate.times.label_ms + (then - now) * MINUTE_MS;
    // A time that would cross midnight would also be named for another day.
    if (0..candidate.times.step_ms).contains(&label_ms) {
        candidate.times.label_ms = label_ms;
        candidate.times.delay_ms -= (then - now) * MINUTE_MS;
        candidate.minutes.retain(|(minute, _)| *minute == then);
    }
}
