//! Which task types often start after which others end: the pairs worth a closer look.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::history::Starts;
use super::scatter::median;
use crate::domain::time::HOUR_MS;

/// How long after an end another start may still belong to it.
pub(super) const LONGEST_LAG_MS: i64 = 6 * HOUR_MS;
/// Newest runs of a type that are looked at.
pub(super) const RUNS_USED: usize = 2_000;
/// Times that two types must occur together, and runs that each must have.
const FEWEST: u32 = 5;
/// Types that ended last before a start which are looked at, and predecessors kept of each successor.
const RECENT: usize = 32;
/// Types up to which every pair has a counter of its own: 64 MiB of them for each part of the timeline.
const MOST_COUNTED: usize = 4_096;
/// Parts of the timeline counted side by side.
const MOST_PARTS: usize = 4;

/// What a successor could wait for: a type's newest runs.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    /// Ends where nearly all are known, starts elsewhere; ascending, ms UTC.
    pub(super) at_ms: Vec<i64>,
    /// Whether they are ends.
    pub(super) are_ends: bool,
    /// Median distance of two that follow each other.
    pub(super) usual_distance_ms: i64,
}

impl References {
    /// Those of `starts`.
    pub(super) fn of(starts: &Starts<'_>) -> References {
        let used = &starts.runs[starts.runs.len().saturating_sub(RUNS_USED)..];
        let ends: Vec<i64> = used.iter().filter_map(|run| run.ended_at.map(|end| end.millis())).collect();
        let are_ends = ends.len() * 10 >= used.len() * 8;
        let mut at_ms =
            if are_ends { ends } else { used.iter().map(|run| run.started_at.millis()).collect() };
        at_ms.sort_unstable();
        let mut gaps: Vec<i64> = at_ms.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        References { usual_distance_ms: median(&gaps), at_ms, are_ends }
    }
}

/// Pairs (predecessor, successor) of indices into `histories` that occur together at least five times and more
/// often than by accident, at most 32 predecessors for each successor, ascending. Only types for which
/// `may_follow` holds are successors.
pub(super) fn frequent_pairs(
    histories: &[Starts<'_>],
    references: &[References],
    may_follow: &[bool],
) -> Vec<(usize, usize)> {
    let instants = timeline(histories, references, may_follow);
    let used = runs_compared(histories.len());
    let (together, present, seen) = match histories.len() <= MOST_COUNTED {
        true => count_densely(&instants, histories.len()),
        false => count_sparsely(&instants, histories.len()),
    };
    let mut by_successor: BTreeMap<usize, Vec<(u32, usize)>> = BTreeMap::new();
    for (successor, predecessor, count) in together {
        let starts = histories[successor].at_ms.len().min(used) as f64;
        let usual = f64::from(present[predecessor]) / seen.max(1) as f64;
        if is_frequent(f64::from(count), starts, usual, histories.len()) {
            by_successor.entry(successor).or_default().push((count, predecessor));
        }
    }
    let mut pairs = Vec::new();
    for (successor, mut predecessors) in by_successor {
        // Of many, those that the successor follows for the greatest share of their own runs.
        let share = |entry: &(u32, usize)| f64::from(entry.0) / histories[entry.1].runs.len() as f64;
        predecessors.sort_by(|one, other| share(other).total_cmp(&share(one)).then(one.1.cmp(&other.1)));
        predecessors.truncate(RECENT);
        pairs.extend(predecessors.into_iter().map(|(_, predecessor)| (predecessor, successor)));
    }
    pairs.sort_unstable();
    pairs
}

/// Newest runs of each of so many types that are compared: a million in all, as each meets 32 others.
fn runs_compared(types: usize) -> usize {
    (1_000_000 / types.max(1)).clamp(16, RUNS_USED)
}

/// Whether a type was among the recent ones at more of a successor's `starts` than at those of all `types`, of
/// which it is at a share of `usual`, by more than the luckiest few of them would be. One that is at most of them
/// anyway cannot stand out and is kept: there are few such.
fn is_frequent(count: f64, starts: f64, usual: f64, types: usize) -> bool {
    const ALWAYS_THERE: f64 = 0.5;
    if count < f64::from(FEWEST) || usual >= ALWAYS_THERE {
        return count >= f64::from(FEWEST);
    }
    let share = (count / starts).min(1.0);
    let missed = if share < 1.0 { (1.0 - share) * ((1.0 - share) / (1.0 - usual)).ln() } else { 0.0 };
    let gained = starts * (share * (share / usual.max(1e-12)).ln() + missed);
    share > usual && gained >= 1.0 + 0.5 * (types as f64).ln()
}

/// An end, or (second field) a start, of the type with this index.
type Instant = (i64, bool, u32);

/// Ends and starts in order. An end comes before a start at the same instant: the successor may start at once.
fn timeline(histories: &[Starts<'_>], references: &[References], may_follow: &[bool]) -> Vec<Instant> {
    let used = runs_compared(histories.len());
    let mut instants: Vec<Instant> = Vec::new();
    for (index, (starts, references)) in histories.iter().zip(references).enumerate() {
        if starts.runs.len() < FEWEST as usize {
            continue;
        }
        let ends = &references.at_ms[references.at_ms.len().saturating_sub(used)..];
        instants.extend(ends.iter().map(|at| (*at, false, index as u32)));
        if may_follow.get(index).copied().unwrap_or(true) {
            let newest = &starts.at_ms[starts.at_ms.len().saturating_sub(used)..];
            instants.extend(newest.iter().map(|at| (*at, true, index as u32)));
        }
    }
    instants.par_sort_unstable();
    instants
}

/// The types that ended last, the latest first, each with its last end.
#[derive(Default)]
struct Recent {
    types: Vec<(u32, i64)>,
}

impl Recent {
    /// Those that ended last in `instants`.
    fn before_all(instants: &[Instant]) -> Recent {
        let mut types: Vec<(u32, i64)> = Vec::new();
        for &(at, _, index) in instants.iter().rev().filter(|instant| !instant.1) {
            if types.iter().all(|entry| entry.0 != index) {
                types.push((index, at));
            }
            if types.len() == RECENT {
                break;
            }
        }
        Recent { types }
    }

    fn ended(&mut self, index: u32, at: i64) {
        let place = self.types.iter().position(|entry| entry.0 == index);
        match place {
            Some(place) => self.types[..=place].rotate_right(1),
            None => {
                if self.types.len() == RECENT {
                    self.types.pop();
                }
                self.types.insert(0, (index, at));
            }
        }
        self.types[0] = (index, at);
    }

    /// Those that a start of `index` at `at` may belong to.
    fn before(&self, index: u32, at: i64) -> impl Iterator<Item = u32> + '_ {
        self.types
            .iter()
            .take_while(move |entry| at - entry.1 <= LONGEST_LAG_MS)
            .map(|entry| entry.0)
            .filter(move |other| *other != index)
    }
}

/// Goes through a part of the timeline, before which `recent` ended, and hands each (successor, predecessor) to `meet`; how many starts there were.
fn sweep(instants: &[Instant], mut recent: Recent, mut meet: impl FnMut(u32, u32)) -> u64 {
    let mut starts = 0;
    for &(at, is_start, index) in instants {
        if is_start {
            starts += 1;
            recent.before(index, at).for_each(|other| meet(index, other));
        } else {
            recent.ended(index, at);
        }
    }
    starts
}

/// (successor, predecessor, times together), how often each type was met at all, and the number of starts.
type Together = (Vec<(usize, usize, u32)>, Vec<u32>, u64);

fn count_densely(instants: &[Instant], types: usize) -> Together {
    // A part of the timeline needs but the types that ended last before it, so that parts are counted side by side.
    let parts = rayon::current_num_threads().clamp(1, MOST_PARTS);
    let size = instants.len().div_ceil(parts).max(1);
    let sums = instants
        .par_chunks(size)
        .enumerate()
        .map(|(part, chunk)| {
            let (mut counts, mut present) = (vec![0_u32; types * types], vec![0_u32; types]);
            let recent = Recent::before_all(&instants[..part * size]);
            let starts = sweep(chunk, recent, |successor, predecessor| {
                counts[successor as usize * types + predecessor as usize] += 1;
                present[predecessor as usize] += 1;
            });
            (counts, present, starts)
        })
        .reduce_with(|mut one, other| {
            one.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
            one.1.iter_mut().zip(other.1).for_each(|(sum, count)| *sum += count);
            (one.0, one.1, one.2 + other.2)
        });
    let (counts, present, starts) = sums.unwrap_or_else(|| (Vec::new(), vec![0; types], 0));
    let together = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count >= FEWEST)
        .map(|(cell, count)| (cell / types, cell % types, *count))
        .collect();
    (together, present, starts)
}

/// For many types: a first pass of small counters shared by pairs says which pairs can reach five at all.
fn count_sparsely(instants: &[Instant], types: usize) -> Together {
    const COUNTERS: u64 = 1 << 26;
    let mut rough = vec![0_u8; COUNTERS as usize];
    let mut present = vec![0_u32; types];
    let cell = |successor: u32, predecessor: u32| {
        (scrambled(u64::from(successor) << 32 | u64::from(predecessor)) % COUNTERS) as usize
    };
    let starts = sweep(instants, Recent::default(), |successor, predecessor| {
        let counter = &mut rough[cell(successor, predecessor)];
        *counter = counter.saturating_add(1);
        present[predecessor as usize] += 1;
    });
    let mut met: Vec<u64> = Vec::new();
    sweep(instants, Recent::default(), |successor, predecessor| {
        if u32::from(rough[cell(successor, predecessor)]) >= FEWEST {
            met.push(u64::from(successor) << 32 | u64::from(predecessor));
        }
    });
    met.sort_unstable();
    let together = met
        .chunk_by(|one, other| one == other)
        .filter(|same| same.len() >= FEWEST as usize)
        .map(|same| ((same[0] >> 32) as usize, (same[0] & 0xffff_ffff) as usize, same.len() as u32))
        .collect();
    (together, present, starts)
}

/// A well-mixed function of a number (the finaliser of splitmix64).
fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, history};
    use super::*;
    use crate::domain::time::MINUTE_MS;

    /// `types` histories of 40 runs at random within ten days; type 1 follows type 0 by three minutes.
    fn histories(types: usize) -> Vec<crate::domain::activity::TaskHistory> {
        let mut chance = Chance::new(3);
        let mut at = || (chance.unit() * 10.0 * 24.0 * HOUR_MS as f64) as i64;
        let first: Vec<i64> = (0..40).map(|_| at()).collect();
        let second: Vec<i64> = first.iter().map(|start| start + 3 * MINUTE_MS).collect();
        let mut all = vec![history("0", first), history("1", second)];
        all.extend((2..types).map(|index| history(&index.to_string(), (0..40).map(|_| at()))));
        all
    }

    #[test]
    fn both_ways_of_counting_agree() {
        let histories = histories(60);
        let starts: Vec<Starts<'_>> =
            histories.iter().map(|one| Starts::new(one, i64::MIN, i64::MAX)).collect();
        let references: Vec<References> = starts.iter().map(References::of).collect();
        let instants = timeline(&starts, &references, &[true; 60]);
        assert_eq!(count_densely(&instants, 60), count_sparsely(&instants, 60));
    }

    #[test]
    fn a_true_pair_is_among_the_few_that_are_kept() {
        let histories = histories(200);
        let starts: Vec<Starts<'_>> =
            histories.iter().map(|one| Starts::new(one, i64::MIN, i64::MAX)).collect();
        let references: Vec<References> = starts.iter().map(References::of).collect();
        let pairs = frequent_pairs(&starts, &references, &[true; 200]);
        assert!(pairs.contains(&(0, 1)));
        assert!(pairs.len() < 200 * 20, "{} pairs", pairs.len());
        let unasked = frequent_pairs(&starts, &references, &[false; 200]);
        assert_eq!(unasked, []);
    }
}
