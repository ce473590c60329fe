//! Whether the misses of evenly spaced slots are spread over all of them: 03:00, 09:00 and 11:30 are no
//! "every 30 minutes with many misses".

use super::clock_times::{ClockTimes, Slot};
use super::evidence::ln_sequence_probability;
use super::surroundings::Surroundings;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Whether one hit rate describes all hours of the day and all minutes of the hour that `slots` fall on,
/// rather than a better and a worse half of them.
pub(super) fn is_even(slots: &[Slot], times: &ClockTimes, around: &Surroundings) -> bool {
    let clock = &around.clocks[times.clock];
    let label = |slot: &Slot| (clock.local(slot.at_ms - times.delay_ms)).rem_euclid(DAY_MS);
    let by_hour = |slot: &Slot| {
        let width = times.step_ms.max(HOUR_MS);
        (label(slot) / width) as usize
    };
    let by_minute = |slot: &Slot| (label(slot).rem_euclid(HOUR_MS) / MINUTE_MS) as usize;
    let hits = |class: &dyn Fn(&Slot) -> usize| {
        slots.iter().map(|slot| (class(slot), slot.hit.is_some())).collect::<Vec<_>>()
    };
    one_rate(hits(&by_hour), 24, 1.0)
        && (times.step_ms >= HOUR_MS || one_rate(hits(&by_minute), 60, 1.0))
        && (times.step_ms <= HOUR_MS || one_time(slots, 24, by_hour))
}

/// Whether each class keeps its hit rate over time. Times read in the wrong zone hand their hits from one
/// class to another when clocks change.
fn one_time(slots: &[Slot], classes: usize, class: impl Fn(&Slot) -> usize) -> bool {
    let mut sequences: Vec<Vec<bool>> = vec![Vec::new(); classes];
    for slot in slots {
        sequences[class(slot).min(classes - 1)].push(slot.hit.is_some());
    }
    sequences.iter().all(|sequence| {
        let (length, total) = (sequence.len() as u64, sequence.iter().filter(|hit| **hit).count() as u64);
        let single = ln_sequence_probability(total, length) + (length.max(1) as f64).ln() + 3.0;
        let mut before = 0;
        !sequence.iter().enumerate().any(|(index, hit)| {
            before += u64::from(*hit);
            let seen = index as u64 + 1;
            ln_sequence_probability(before, seen) + ln_sequence_probability(total - before, length - seen)
                > single
        })
    })
}

/// Whether one hit rate describes all classes of slots, given each slot's class below `classes` and whether it
/// was hit, rather than a better and a worse half of them by more than `clear_nats`.
pub(super) fn one_rate(
    slots: impl IntoIterator<Item = (usize, bool)>,
    classes: usize,
    clear_nats: f64,
) -> bool {
    let mut cells = vec![(0_u64, 0_u64); classes];
    for (class, is_hit) in slots {
        let cell = &mut cells[class.min(classes - 1)];
        cell.0 += u64::from(is_hit);
        cell.1 += 1;
    }
    cells.retain(|cell| cell.1 > 0);
    !splits(&mut cells, clear_nats)
}

/// Whether two hit rates, the lower less than half of the higher, describe the cells better than one.
fn splits(cells: &mut [(u64, u64)], clear_nats: f64) -> bool {
    let rate = |cell: &(u64, u64)| cell.0 as f64 / cell.1 as f64;
    cells.sort_by(|one, other| rate(other).total_cmp(&rate(one)));
    let total = cells.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
    let single = ln_sequence_probability(total.0, total.1);
    let mut high = (0, 0);
    for (index, cell) in cells.iter().enumerate().take(cells.len().saturating_sub(1)) {
        high = (high.0 + cell.0, high.1 + cell.1);
        let low = (total.0 - high.0, total.1 - high.1);
        let halves = 2.0 * low.0 as f64 * (high.1 as f64) < high.0 as f64 * low.1 as f64;
        let nats =
            super::numerics::ln_choose(cells.len() as u32, index as u32 + 1) + (cells.len() as f64).ln();
        let double = ln_sequence_probability(high.0, high.1) + ln_sequence_probability(low.0, low.1) - nats;
        if halves && double > single + clear_nats {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_at_the_same_times_split_the_slots() {
        assert!(splits(&mut [(10, 10), (10, 10), (0, 10), (10, 10), (0, 10)], 1.0));
        assert!(!splits(&mut [(7, 10), (6, 10), (8, 10), (9, 10), (5, 10)], 1.0));
    }
}
