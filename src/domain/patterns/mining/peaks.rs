//! Where starts crowd when time is folded: the places at which slots are tried. A sloppy search; evidence decides.

use super::evidence::ln_slot_evidence;
use crate::domain::time::DAY_MS;

/// A crowded place of a folded history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    /// Middle of the window, ms after the start of the fold.
    pub(super) centre_ms: i64,
    /// Starts in the window.
    pub(super) count: u64,
}

/// Starts folded to one step: ascending distinct places, each with the number of starts up to and including it.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    step_ms: i64,
    places: Vec<(i64, u64)>,
}

impl Folded {
    /// Folds ascending local times. Starts less than `apart_ms` after the one before are passed over, so
    /// that a burst counts once. With many starts places are whole seconds.
    pub(super) fn new(local_ms: &[i64], step_ms: i64, apart_ms: i64) -> Folded {
        const MANY: usize = 20_000;
        let mut counts: Vec<(i64, u64)> = Vec::new();
        if local_ms.len() > MANY && step_ms / 1000 < 200_000 {
            let mut bins = vec![0_u64; (step_ms / 1000).max(1) as usize];
            for local in local_ms {
                let last = bins.len() - 1;
                bins[((local.rem_euclid(step_ms) / 1000) as usize).min(last)] += 1;
            }
            counts.extend(
                bins.iter()
                    .enumerate()
                    .filter(|bin| *bin.1 > 0)
                    .map(|(bin, count)| (bin as i64 * 1000, *count)),
            );
        } else {
            let mut previous: Option<i64> = None;
            let mut phases: Vec<i64> = Vec::with_capacity(local_ms.len());
            for &local in local_ms {
                if previous.is_none_or(|previous| local - previous >= apart_ms) {
                    phases.push(local.rem_euclid(step_ms));
                    previous = Some(local);
                }
            }
            phases.sort_unstable();
            for phase in phases {
                match counts.last_mut() {
                    Some(last) if last.0 == phase => last.1 += 1,
                    _ => counts.push((phase, 1)),
                }
            }
        }
        let mut sum = 0;
        for place in &mut counts {
            sum += place.1;
            place.1 = sum;
        }
        Folded { step_ms, places: counts }
    }

    /// Starts at places from `start_ms` to `end_ms` (both included), around the fold where they pass its ends.
    fn count(&self, start_ms: i64, end_ms: i64) -> u64 {
        if end_ms - start_ms >= self.step_ms {
            return self.below(self.step_ms);
        }
        let start = start_ms.rem_euclid(self.step_ms);
        let end = start + (end_ms - start_ms);
        if end < self.step_ms {
            self.below(end + 1) - self.below(start)
        } else {
            self.below(self.step_ms) - self.below(start) + self.below(end - self.step_ms + 1)
        }
    }

    fn below(&self, place_ms: i64) -> u64 {
        let index = self.places.partition_point(|place| place.0 < place_ms);
        if index == 0 { 0 } else { self.places[index - 1].1 }
    }

    /// The most crowded windows of `half_width_ms` that do not overlap, at most `limit`, with at least
    /// `least` starts each and a density above that of the `flank_ms` around them.
    pub(super) fn peaks(&self, half_width_ms: i64, flank_ms: i64, least: u64, limit: usize) -> Vec<Peak> {
        // Nats by which a window must stand out on all days together before anything is charged; days that
        // leave most of them out are kept by daily slots only.
        let least_nats = if self.step_ms == DAY_MS { 4.5 } else { 8.0 };
        let width = 2 * half_width_ms;
        let chance = half_width_ms as f64 / flank_ms as f64;
        // Even without a start beside them, fewer do not stand out.
        let least = least.max((least_nats / -chance.ln()).ceil() as u64);
        let mut windows: Vec<Window> = Vec::new();
        // Middles ascend with the starts of windows, so that their flanks need no search.
        let (mut from, mut until) = (Sweep::new(self), Sweep::new(self));
        let mut end = 0;
        let length = self.places.len();
        for (index, &(start, _)) in self.places.iter().enumerate() {
            end = end.max(index);
            while end + 1 < length && self.places[end + 1].0 <= start + width {
                end += 1;
            }
            let count = if start + width < self.step_ms {
                self.places[end].1 - if index == 0 { 0 } else { self.places[index - 1].1 }
            } else {
                self.count(start, start + width)
            };
            if count < least {
                continue;
            }
            let last = if start + width >= self.step_ms {
                // The window passes the end of the fold: its last start lies at the beginning.
                let over = start + width - self.step_ms;
                match self.places.partition_point(|place| place.0 <= over) {
                    0 => self.places[length - 1].0,
                    found => self.places[found - 1].0 + self.step_ms,
                }
            } else {
                self.places[end].0
            };
            let centre = start + (last.max(start) - start) / 2;
            let around = if 2 * flank_ms >= self.step_ms {
                self.below(self.step_ms)
            } else {
                until.below(centre + flank_ms + 1) - from.below(centre - flank_ms)
            };
            let around = around.max(count);
            if may_stand_out(count, around, chance, least_nats) {
                windows.push(Window { count, centre, around });
            }
        }
        windows
            .sort_unstable_by(|one, other| other.count.cmp(&one.count).then(one.centre.cmp(&other.centre)));
        let mut chosen: Vec<Peak> = Vec::new();
        for Window { count, centre, around } in windows {
            let clear = chosen.iter().all(|peak| {
                let apart = (peak.centre_ms - centre).rem_euclid(self.step_ms);
                apart.min(self.step_ms - apart) > width
            });
            if !clear
                || ln_likelihood_gain(count, around, chance) < least_nats
                || ln_slot_evidence(count, around, chance) < least_nats
            {
                continue;
            }
            chosen.push(Peak { centre_ms: centre.rem_euclid(self.step_ms), count });
            if chosen.len() >= limit {
                break;
            }
        }
        chosen
    }
}

/// A window that may become a peak.
struct Window {
    count: u64,
    centre: i64,
    /// Starts in the flanks and in it.
    around: u64,
}

/// Counts the starts before ascending places of a fold that goes on and on, from one turn before its beginning.
struct Sweep<'a> {
    folded: &'a Folded,
    all: u64,
    /// Where the turn begins that the last place lies in, starts before that, and places passed within it.
    turn_ms: i64,
    turned: u64,
    passed: usize,
}

impl<'a> Sweep<'a> {
    fn new(folded: &'a Folded) -> Sweep<'a> {
        let all = folded.places.last().map_or(0, |last| last.1);
        Sweep { folded, all, turn_ms: -folded.step_ms, turned: 0, passed: 0 }
    }

    /// Starts before `place_ms`, which is no less than the last one asked for.
    fn below(&mut self, place_ms: i64) -> u64 {
        let Folded { step_ms, places } = self.folded;
        while place_ms - self.turn_ms >= *step_ms {
            self.turn_ms += step_ms;
            self.turned += self.all;
            self.passed = 0;
        }
        let place = place_ms - self.turn_ms;
        while self.passed < places.len() && places[self.passed].0 < place {
            self.passed += 1;
        }
        self.turned + self.passed.checked_sub(1).map_or(0, |last| places[last].1)
    }
}

/// Whether [`ln_likelihood_gain`] can reach `least_nats`: it stays below chi-square, which takes no logarithm.
fn may_stand_out(count: u64, around: u64, chance: f64, least_nats: f64) -> bool {
    let expected = around as f64 * chance;
    let excess = count as f64 - expected;
    excess > 0.0 && excess * excess >= least_nats * expected * (1.0 - chance)
}

/// ln likelihood ratio of the share found against `chance`: a cheap bound on the evidence.
fn ln_likelihood_gain(count: u64, around: u64, chance: f64) -> f64 {
    let (count, around) = (count as f64, around as f64);
    let share = count / around;
    if share <= chance {
        return 0.0;
    }
    let rest = if share < 1.0 { (around - count) * ((1.0 - share) / (1.0 - chance)).ln() } else { 0.0 };
    count * (share / chance).ln() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{HOUR_MS, MINUTE_MS};

    #[test]
    fn a_sweep_counts_what_a_search_counts() {
        let starts: Vec<i64> = (0..300_i64).map(|index| index * index * 7_919).collect();
        let folded = Folded::new(&starts, HOUR_MS, 0);
        let (mut from, mut until) = (Sweep::new(&folded), Sweep::new(&folded));
        for centre in (0..2 * HOUR_MS).step_by(77_777) {
            let found = until.below(centre + 600_001) - from.below(centre - 600_000);
            assert_eq!(found, folded.count(centre - 600_000, centre + 600_000), "{centre}");
        }
    }

    #[test]
    fn a_peak_around_midnight_is_one_peak() {
        let starts: Vec<i64> =
            (0..20).map(|day| day * DAY_MS + if day % 2 == 0 { 10_000 } else { -10_000 }).collect();
        let peaks = Folded::new(&starts, DAY_MS, 1000).peaks(30_000, 3 * HOUR_MS, 3, 5);
        assert_eq!(peaks.len(), 1);
        assert_eq!(peaks[0].count, 20);
        assert!(peaks[0].centre_ms < MINUTE_MS || peaks[0].centre_ms > DAY_MS - MINUTE_MS);
    }
}
