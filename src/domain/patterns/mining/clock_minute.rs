//! The minute that a crontab would name for clock times found, and the window that lateness asks for.

use super::clock_evidence::{ClockCandidate, examine};
use super::clock_times::ClockTimes;
use super::minute::{Folds, Minutes};
use super::scatter::median;
use super::surroundings::Surroundings;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// Nats by which a minute may be less likely than the likeliest and still be remembered.
const REMEMBERED_NATS: f64 = 12.0;

/// Half width beyond which a window names no time any more.
const WIDEST_MS: i64 = HOUR_MS;
/// Share of the window of nearly all starts that stands out most.
const TELLING: f64 = 0.5;

/// The candidate moved to the minute that a crontab would name, with the usual delay kept beside it.
pub(super) fn at_the_minute(
    candidate: ClockCandidate,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> ClockCandidate {
    let times = candidate.times;
    let clock = &around.clocks[times.clock];
    let centre = times.label_ms + times.delay_ms;
    let mut hit_places: Vec<i64> = candidate
        .hits
        .iter()
        .map(|hit| centre + offset(clock.local(starts[*hit]), centre, times.step_ms))
        .collect();
    hit_places.sort_unstable();
    let middle = if hit_places.len() < 5 { centre } else { median(&hit_places) };
    let Some(Minutes { ranked, window_ms }) = minutes(&candidate, middle, starts, around, resolution_ms)
    else {
        return candidate;
    };
    let Some(&(minute, likeliest)) = ranked.first() else { return candidate };
    let at = |delay_ms: i64, half_width_ms: i64| ClockTimes {
        label_ms: (minute * MINUTE_MS).rem_euclid(times.step_ms),
        delay_ms,
        half_width_ms,
        ..times
    };
    let window = |share: f64| {
        let late = |end_ms: i64| (end_ms as f64 * share) as i64;
        let half_width = ((late(window_ms.1) - late(window_ms.0)) / 2).max(resolution_ms).max(SECOND_MS);
        // Neighbouring slots must stay apart.
        let half_width = half_width.min(times.step_ms * 45 / 100).min(WIDEST_MS);
        at(late(window_ms.0) + half_width, half_width)
    };
    let as_found = |place: i64| at(place - minute * MINUTE_MS, times.half_width_ms);
    let minutes = ranked.into_iter().filter(|(_, weight)| *weight > likeliest - REMEMBERED_NATS).collect();
    let refined = [as_found(middle), as_found(centre), window(TELLING)]
        .into_iter()
        .filter_map(|times| examine(times, starts, around, resolution_ms, None))
        .max_by(|one, other| one.net.total_cmp(&other.net));
    let Some(refined) = refined else { return candidate };
    let hits = |times: &ClockTimes| -> Vec<usize> {
        let (first, last) = (starts.first().copied().unwrap_or(0), starts.last().copied().unwrap_or(0));
        let slots = times.slots(around, starts, first, last).into_iter().filter(|slot| {
            (refined.choice.days.0..=refined.choice.days.1).contains(&slot.day)
                && around.days.get(slot.day).passes(refined.choice.filter)
        });
        slots.filter_map(|slot| slot.hit).collect()
    };
    // The window that tells most leaves out the latest starts, which would pose as another schedule. One that begins at
    // the minute does not reach starts with a fixed delay, though: these keep the window they were found in.
    let told = hits(&refined.times);
    let (claimed, hits) = [window(1.0)]
        .into_iter()
        .filter(|wide| wide.half_width_ms > refined.times.half_width_ms)
        .map(|wide| (wide, hits(&wide)))
        .find(|(_, reached)| reached.len() >= told.len())
        .unwrap_or((refined.times, told));
    let stronger = if refined.net > candidate.net { &refined } else { &candidate };
    let (net, proof) = (stronger.net, stronger.proof.clone());
    ClockCandidate { net, proof, minutes, times: claimed, hits, ..refined }
}

/// How far `local_ms` lies from the nearest of the places every `step_ms`.
fn offset(local_ms: i64, place_ms: i64, step_ms: i64) -> i64 {
    let ahead = (local_ms - place_ms).rem_euclid(step_ms);
    if ahead > step_ms / 2 { ahead - step_ms } else { ahead }
}

/// Weighs the minutes by all starts around the places on the candidate's days, not only by those in its window:
/// what a window leaves out tells where lateness begins.
fn minutes(
    candidate: &ClockCandidate,
    middle_ms: i64,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> Option<Minutes> {
    let times = candidate.times;
    let clock = &around.clocks[times.clock];
    let circle_ms = Folds::circle_ms(times.half_width_ms, times.step_ms);
    let places: Vec<i64> = starts
        .iter()
        .filter_map(|start| {
            let local = clock.local(*start);
            let offset = offset(local, middle_ms, times.step_ms);
            let day = (local - offset - times.delay_ms).div_euclid(DAY_MS) as i32;
            let near = 2 * offset >= -circle_ms && 2 * offset < circle_ms;
            let kept = (candidate.choice.days.0..=candidate.choice.days.1).contains(&day);
            (near && kept && around.days.get(day).passes(candidate.choice.filter))
                .then_some(middle_ms + offset)
        })
        .collect();
    Folds::new(&places, middle_ms, circle_ms, resolution_ms).weigh(
        middle_ms,
        times.half_width_ms,
        times.step_ms,
    )
}
