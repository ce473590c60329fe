//! Orders between rules whose task types follow each other.

use super::{BuildInput, Follow, PlannedOrder, TimeGrid};
use crate::domain::plan::problem::{PlanRule, Precedence};

/// A follower's rule starts after its predecessor's, where each run of the one has its own run of the other behind it.
///
/// `positions` gives the places of a task type's rules in `rules`, `durations_ms` how long the runs of each take.
pub(super) fn precedences(
    input: &BuildInput<'_>,
    rules: &[PlanRule],
    durations_ms: &[i64],
    positions: &dyn Fn(&str) -> Vec<usize>,
    grid: &TimeGrid,
) -> Vec<(Precedence, PlannedOrder)> {
    let mut found = Vec::new();
    for follow in input.follows {
        let (firsts, seconds) = (positions(&follow.predecessor), positions(&follow.successor));
        let ([before], [after]) = (firsts.as_slice(), seconds.as_slice()) else { continue };
        if before == after {
            continue;
        }
        // Runs end within a slot: from their start on, as many slots as hold both the run and the lag.
        let learned = follow.least_lag_ms.max(0);
        let least = match follow.from_end {
            true => grid.slots_in(durations_ms[*before].saturating_add(learned)) - rules[*before].duration,
            false => grid.slots_in(learned),
        }
        .max(0);
        if let Some((lag, kept)) = lag(&rules[*before], &rules[*after], follow, least) {
            let order = PlannedOrder {
                before: *before,
                after: *after,
                from_end: follow.from_end,
                usual_lag_ms: follow.usual_lag_ms,
                least_lag_ms: if kept < least { kept * grid.slot_ms() } else { learned },
            };
            found.push((Precedence { before: *before, after: *after, lag }, order));
        }
    }
    found
}

/// The lag that makes a precedence on first occurrences hold for every pair of them, and the slots that stay between
/// the two of a pair: `least`, or what the tightest pair has now where that is less, so that the timetable as it is
/// breaks no order. `None` where the runs are not in that order now, or do not pair off.
fn lag(before: &PlanRule, after: &PlanRule, follow: &Follow, least: i64) -> Option<(i64, i64)> {
    let length = if follow.from_end { before.duration } else { 0 };
    let mut pairs = Vec::new();
    for (position, start) in before.wanted.iter().enumerate() {
        let next = before.wanted.get(position + 1).copied().unwrap_or(i64::MAX);
        let mut followers = after.wanted.iter().filter(|wanted| (*start..next).contains(*wanted));
        match (followers.next(), followers.next()) {
            (Some(follower), None) if *follower >= start + length => pairs.push(start + length - follower),
            (Some(_), _) => return None,
            // Its follower lies behind the last slot looked at.
            (None, _) if position + 1 == before.wanted.len() => {}
            (None, _) => return None,
        }
    }
    // What the tightest pair allows, said of the first occurrences.
    let tightest = pairs.into_iter().max()?;
    let of_the_first = before.wanted.first()? + before.duration - after.wanted.first()?;
    let kept = least.min(-tightest);
    Some((tightest + kept - of_the_first, kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    fn follow(from_end: bool) -> Follow {
        let (predecessor, successor) = ("a".to_owned(), "b".to_owned());
        Follow { predecessor, successor, from_end, usual_lag_ms: 0, least_lag_ms: 0 }
    }

    fn pair(first: &[i64], second: &[i64]) -> (PlanRule, PlanRule) {
        let mut before = rule("a", 0, 2, &[1]);
        before.wanted = first.to_vec();
        let mut after = rule("b", 0, 1, &[1]);
        after.wanted = second.to_vec();
        (before, after)
    }

    /// The least `delta[after] - delta[before]` under the lag that was found.
    fn gap(before: PlanRule, after: PlanRule, from_end: bool) -> Option<i64> {
        gap_with(before, after, from_end, 0)
    }

    fn gap_with(before: PlanRule, after: PlanRule, from_end: bool, least: i64) -> Option<i64> {
        let (lag, _) = lag(&before, &after, &follow(from_end), least)?;
        let problem = two_hour_problem(vec![before, after]);
        Some(problem.precedence_gap(&Precedence { before: 0, after: 1, lag }))
    }

    #[test]
    fn the_tightest_pair_of_occurrences_decides() {
        let (before, after) = pair(&[0, 10], &[5, 13]);
        // The second follower starts one slot after its predecessor's end.
        assert_eq!(gap(before, after, true), Some(-1));
    }

    #[test]
    fn a_follower_from_before_the_first_predecessor_does_not_count() {
        let (before, after) = pair(&[4, 14], &[0, 8, 18]);
        assert_eq!(gap(before, after, true), Some(-2));
    }

    #[test]
    fn runs_that_overlap_now_or_do_not_pair_off_have_no_order() {
        let (before, after) = pair(&[0, 10], &[1, 11]);
        assert_eq!(gap(before.clone(), after.clone(), true), None);
        assert_eq!(gap(before, after, false), Some(-1));
        let (before, after) = pair(&[0, 10], &[3, 6, 13]);
        assert_eq!(gap(before, after, true), None);
    }

    #[test]
    fn the_learned_lag_stays_between_them_as_far_as_it_is_there_now() {
        // Three slots lie between the end of the first run and the start of its follower.
        let (before, after) = pair(&[0, 10], &[5, 15]);
        assert_eq!(gap_with(before.clone(), after.clone(), true, 0), Some(-3));
        assert_eq!(gap_with(before.clone(), after.clone(), true, 2), Some(-1));
        assert_eq!(gap_with(before.clone(), after.clone(), true, 9), Some(0), "never tighter than now");
        // From the start, the five slots of the first pair count.
        assert_eq!(gap_with(before, after, false, 2), Some(-3));
    }
}
