//! Which task types often start after which others end: the pairs worth a closer look.

use std::collections::BTreeMap;

use super::history::Starts;
use crate::domain::time::HOUR_MS;

/// How long after an end another start may still belong to it.
pub(super) const LONGEST_LAG_MS: i64 = 6 * HOUR_MS;
/// Newest runs of a type that are looked at.
pub(super) const RUNS_USED: usize = 2_000;

/// Instants (ms) of a type's newest runs that a successor could wait for: ends where nearly all are known,
/// starts elsewhere; ascending. The flag says whether they are ends.
pub(super) fn references(starts: &Starts<'_>) -> (Vec<i64>, bool) {
    let used = &starts.runs[starts.runs.len().saturating_sub(RUNS_USED)..];
    let ends: Vec<i64> = used.iter().filter_map(|run| run.ended_at.map(|end| end.millis())).collect();
    let from_end = ends.len() * 10 >= used.len() * 8;
    let mut instants = if from_end { ends } else { used.iter().map(|run| run.started_at.millis()).collect() };
    instants.sort_unstable();
    (instants, from_end)
}

/// Pairs (predecessor, successor) of indices into `histories` that occur together at least five times, at
/// most 32 predecessors for each successor, ascending.
pub(super) fn frequent_pairs(histories: &[Starts<'_>]) -> Vec<(usize, usize)> {
    const FEWEST: usize = 5;
    const RECENT: usize = 32;
    let mut instants: Vec<(i64, bool, usize)> = Vec::new();
    for (index, starts) in histories.iter().enumerate().filter(|(_, starts)| starts.runs.len() >= FEWEST) {
        instants.extend(references(starts).0.into_iter().map(|at| (at, false, index)));
        let used = &starts.at_ms[starts.at_ms.len().saturating_sub(RUNS_USED)..];
        instants.extend(used.iter().map(|at| (*at, true, index)));
    }
    // An end comes before a start at the same instant: the successor may start at once.
    instants.sort_unstable();
    let mut recent: Vec<(usize, i64)> = Vec::with_capacity(RECENT + 1);
    let mut together: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, is_start, index) in instants {
        if is_start {
            for &(other, ended) in &recent {
                if other != index && at - ended <= LONGEST_LAG_MS {
                    *together.entry((index, other)).or_default() += 1;
                }
            }
        } else {
            recent.retain(|entry| entry.0 != index);
            recent.insert(0, (index, at));
            recent.truncate(RECENT);
        }
    }
    let mut by_successor: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for ((successor, predecessor), count) in together {
        if count >= FEWEST {
            by_successor.entry(successor).or_default().push((count, predecessor));
        }
    }
    let mut pairs = Vec::new();
    for (successor, mut predecessors) in by_successor {
        // Of many, those that the successor follows for the greatest share of their own runs.
        let share = |entry: &(usize, usize)| entry.0 as f64 / histories[entry.1].runs.len() as f64;
        predecessors.sort_by(|one, other| share(other).total_cmp(&share(one)).then(one.1.cmp(&other.1)));
        predecessors.truncate(RECENT);
        pairs.extend(predecessors.into_iter().map(|(_, predecessor)| (predecessor, successor)));
    }
    pairs.sort_unstable();
    pairs
}
