//! In which zone the clock times of one history are read: they come from one crontab, so one zone holds for all.

use super::clock_evidence::{ClockCandidate, examine};
use super::explain::Explanation;
use super::surroundings::Surroundings;
use crate::domain::time::MINUTE_MS;

/// Nats by which a time must speak for its own zone to keep it against that of all others.
const DECISIVE_NATS: f64 = 15.0;

/// Moves the clock times among `accepted` to the zone that explains all of them best, where the clocks of the
/// configured zone changed within `starts`. Which zone was found first for one of them is an accident of the
/// windows tried.
pub(super) fn settle_zone(
    accepted: &mut [Explanation],
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) {
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else { return };
    if around.clocks.len() != 2 || !around.clocks[0].changes_within(first, last) {
        return;
    }
    let mut readings: Vec<(usize, f64, Option<ClockCandidate>, f64)> = Vec::new();
    for (index, explanation) in accepted.iter().enumerate() {
        let Explanation::Clock(own) = explanation else { continue };
        // Its hits are those of one round; here all starts count.
        let Some(found) = examine(own.times, starts, around, resolution_ms, None) else { continue };
        let own_net = found.net;
        let Some(other) =
            in_other_zone(&ClockCandidate { minutes: own.minutes.clone(), ..found }, starts, around)
        else {
            continue;
        };
        let read = examine(other.times, starts, around, resolution_ms, None);
        let other_net = read.as_ref().map_or(0.0, |read| read.net);
        let other = read.map(|read| ClockCandidate { minutes: other.minutes, ..read });
        readings.push((index, own_net, other, other_net));
    }
    let clock_of = |index: usize| accepted[index].clock().map_or(0, |own| own.times.clock);
    let total = |clock: usize| -> f64 {
        readings
            .iter()
            .map(|(index, own, _, other)| if clock_of(*index) == clock { *own } else { *other })
            .sum()
    };
    let best = usize::from(total(1) > total(0));
    let moved: Vec<(usize, ClockCandidate)> = readings
        .into_iter()
        .filter(|(index, own, _, other)| clock_of(*index) != best && own - other < DECISIVE_NATS)
        .filter_map(|(index, _, other, _)| other.map(|other| (index, other)))
        .collect();
    for (index, other) in moved {
        accepted[index] = Explanation::Clock(other);
    }
}

/// The same windows named in the other zone, as its clocks showed them at most hits. `None` where the two agree.
fn in_other_zone(own: &ClockCandidate, starts: &[i64], around: &Surroundings) -> Option<ClockCandidate> {
    let clock = 1 - own.times.clock;
    let mut apart: Vec<i64> = own
        .hits
        .iter()
        .filter_map(|hit| starts.get(*hit))
        .map(|start| around.clocks[clock].local(*start) - around.clocks[own.times.clock].local(*start))
        .collect();
    apart.sort_unstable();
    // The most frequent one; of equally frequent ones the first.
    let mut most: Option<(usize, i64)> = None;
    for group in apart.chunk_by(|one, other| one == other) {
        if most.is_none_or(|(count, _)| group.len() > count) {
            most = Some((group.len(), group[0]));
        }
    }
    let (_, apart_ms) = most?;
    if apart_ms % own.times.step_ms == 0 && apart.iter().all(|value| value % own.times.step_ms == 0) {
        return None;
    }
    let mut other = own.clone();
    other.times.clock = clock;
    other.times.label_ms = (own.times.label_ms + apart_ms).rem_euclid(own.times.step_ms);
    // How far the name moves: around midnight it goes round the day.
    let moved = (other.times.label_ms - own.times.label_ms) / MINUTE_MS;
    for (minute, _) in &mut other.minutes {
        *minute += moved;
    }
    Some(other)
}
