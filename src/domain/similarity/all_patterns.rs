//! Signatures of many patterns, each follower by the clock of what it follows.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Signature, signature};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, PatternType};

/// The signatures of those `patterns` for whose place `wanted` holds, in their order. The others are what these may
/// follow.
pub fn signatures_of(patterns: &[&Pattern], wanted: impl Fn(usize) -> bool + Sync) -> Vec<Option<Signature>> {
    let clocks = clocks(patterns);
    patterns
        .par_iter()
        .enumerate()
        .map(|(place, pattern)| {
            let predecessor = match &pattern.schedule {
                Schedule::Follows { predecessor, .. } => clocks.get(predecessor.as_str()).copied(),
                _ => None,
            };
            wanted(place).then(|| signature(pattern, predecessor))
        })
        .collect()
}

/// The clock by which a task type runs: its active pattern, else its latest one.
fn clocks<'a>(patterns: &[&'a Pattern]) -> HashMap<&'a str, &'a Pattern> {
    let mut clocks: HashMap<&str, &Pattern> = HashMap::new();
    for pattern in patterns {
        let tells_no_runs = matches!(pattern.schedule, Schedule::Follows { .. })
            || matches!(pattern.pattern_type, PatternType::ResourceUsage | PatternType::Seasonal);
        let (Some(name), false) = (pattern.task_types.first(), tells_no_runs) else {
            continue;
        };
        let known = clocks.entry(name).or_insert(pattern);
        if (pattern.is_active, pattern.evidence.last_seen) > (known.is_active, known.evidence.last_seen) {
            *known = pattern;
        }
    }
    clocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::similarity::fixture::{cron, pattern};
    use crate::domain::similarity::similarity;

    #[test]
    fn a_follower_is_like_the_schedule_that_its_predecessor_keeps_now() {
        let mut former = pattern("load", cron("0 14 * * *"));
        former.is_active = false;
        let current = pattern("load", cron("0 2 * * *"));
        let follows = Schedule::Follows { predecessor: "load".into(), lag_ms: 60_000, from_end: true };
        let follower = pattern("load-after", follows);
        let patterns = [&former, &current, &follower];
        let all = signatures_of(&patterns, |_| true);
        let like = |other: usize| {
            let of = |place: usize| all[place].as_ref().expect("wanted").components();
            similarity(of(2), of(other))
        };
        assert!(like(1) > like(0) + 0.2, "{} {}", like(1), like(0));
        let only = signatures_of(&patterns, |place| place == 2);
        assert_eq!((only[0].is_none(), &only[2]), (true, &all[2]));
    }
}
