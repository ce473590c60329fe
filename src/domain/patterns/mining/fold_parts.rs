//! Whether all parts of a history keep the folded clock times alike, from what each start says for them.

use super::numerics::ln_choose;
use super::regime::best_segment;
use crate::domain::time::{DAY_MS, HOUR_MS};

/// Nats by which some parts alone must be likelier than all of them together.
const CLEAR_NATS: f64 = 2.0;

/// Whether the schedule is kept in all hours of the day and on all days of the week, given the local times of starts
/// and, for each, what it says (ln likelihood ratio) for each share of own starts. Jobs at a few times of the day that
/// share their minute, and people's hours, are likelier without the rest.
pub(super) fn is_kept_throughout(local_ms: &[i64], said: &[Vec<f64>]) -> bool {
    let hour = |local: i64| (local.rem_euclid(DAY_MS) / HOUR_MS) as usize;
    let weekday = |local: i64| local.div_euclid(DAY_MS).rem_euclid(7) as usize;
    let all = greatest(&sum(said));
    let some = |classes: usize, class: &dyn Fn(i64) -> usize| best_part(local_ms, said, classes, class);
    some(24, &hour) <= all + CLEAR_NATS && some(7, &weekday) <= all + CLEAR_NATS
}

/// First and last local day between which the schedule is kept: all days, unless fewer are clearly likelier. `None`
/// without starts.
pub(super) fn kept_days(local_ms: &[i64], said: &[Vec<f64>]) -> Option<(i32, i32)> {
    let day = |local: &i64| local.div_euclid(DAY_MS);
    let (first, last) = (day(local_ms.iter().min()?), day(local_ms.iter().max()?));
    let sums = sum(said);
    let all = greatest(&sums);
    let days = (last - first + 1) as f64;
    let best = (0..sums.len())
        .filter_map(|share| {
            let mut by_day = vec![0.0; (last - first + 1) as usize];
            for (local, said) in local_ms.iter().zip(said) {
                by_day[(day(local) - first) as usize] += said[share];
            }
            let (from, to) = best_segment(&by_day)?;
            Some((by_day[from..=to].iter().sum::<f64>(), from, to))
        })
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match best {
        Some((value, from, to)) if value - 2.0 * days.ln() > all + CLEAR_NATS => {
            Some(((first + from as i64) as i32, (first + to as i64) as i32))
        }
        _ => Some((first as i32, last as i32)),
    }
}

/// The greatest ln likelihood ratio of a schedule that some of the classes keep and the others do not, less what naming
/// them costs.
fn best_part(local_ms: &[i64], said: &[Vec<f64>], classes: usize, class: &dyn Fn(i64) -> usize) -> f64 {
    let shares = said.first().map_or(0, Vec::len);
    let mut by_class = vec![vec![0.0; classes]; shares];
    for (local, said) in local_ms.iter().zip(said) {
        let class = class(*local).min(classes - 1);
        for (share, value) in said.iter().enumerate() {
            by_class[share][class] += value;
        }
    }
    let mut best = f64::NEG_INFINITY;
    for mut values in by_class {
        values.sort_by(|one, other| other.total_cmp(one));
        let mut part = 0.0;
        for (index, value) in values.iter().enumerate() {
            part += value;
            let kept = index as u32 + 1;
            if kept < classes as u32 {
                let named = ln_choose(classes as u32, kept) + (classes as f64).ln();
                best = best.max(part - named);
            }
        }
    }
    best
}

/// What all starts say for each share.
fn sum(said: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; said.first().map_or(0, Vec::len)];
    for said in said {
        for (sum, value) in sums.iter_mut().zip(said) {
            *sum += value;
        }
    }
    sums
}

fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One start per hour over ten days; those of `kept` hours and days speak for a schedule, the others against it.
    fn hours(kept: impl Fn(i64, i64) -> bool) -> (Vec<i64>, Vec<Vec<f64>>) {
        let local: Vec<i64> = (0..240).map(|hour| hour * HOUR_MS + 60_000).collect();
        let said = local
            .iter()
            .map(|at| vec![if kept(at / DAY_MS, at % DAY_MS / HOUR_MS) { 0.5 } else { -0.4 }])
            .collect();
        (local, said)
    }

    #[test]
    fn a_schedule_of_all_hours_is_kept_throughout_and_one_of_a_third_is_not() {
        let (local, said) = hours(|day, hour| (day + hour) % 3 > 0);
        assert!(is_kept_throughout(&local, &said));
        let (local, said) = hours(|_, hour| hour % 3 == 0);
        assert!(!is_kept_throughout(&local, &said));
    }

    #[test]
    fn days_after_a_schedule_ended_are_not_its_own() {
        let (local, said) = hours(|day, hour| day < 6 && hour % 5 > 0);
        assert_eq!(kept_days(&local, &said), Some((0, 5)));
        let (local, said) = hours(|_, hour| hour % 5 > 0);
        assert_eq!(kept_days(&local, &said), Some((0, 9)));
        assert_eq!(kept_days(&[], &[]), None);
    }
}
