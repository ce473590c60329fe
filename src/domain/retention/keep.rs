//! The decision about each copy: kept with every reason there is, or removed because there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Bucket, RetentionPolicy};
use crate::domain::calendar::{Zone, local_time};
use crate::domain::time::{HOUR_MS, Timestamp};

/// A copy, as far as keeping it is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCopy {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it can be restored. A damaged copy takes no good copy's place.
    pub is_good: bool,
    /// Whether a restore made it of what it replaced.
    pub is_safety_copy: bool,
    /// What the program made it for by itself; `None`: somebody asked for it.
    pub occasion: Option<String>,
}

/// Why a copy is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepReason {
    /// It is younger than this many hours.
    Within(u32),
    /// It is the n-th newest, counted from 1.
    Last(u32),
    /// It is the newest of its hour, day, week, month or year.
    NewestOf(Bucket),
    /// It is one of the newest that were made by themselves on the same occasion.
    Automatic,
    /// It is damaged: that is for a person to look at.
    Damaged,
    /// `restore --undo` would need it.
    Undo,
    /// It is the only good copy left.
    LastGood,
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeepReason::Within(24) => f.write_str("younger than 1 day"),
            KeepReason::Within(hours) if hours.is_multiple_of(24) => {
                write!(f, "younger than {} days", hours / 24)
            }
            KeepReason::Within(1) => f.write_str("younger than 1 hour"),
            KeepReason::Within(hours) => write!(f, "younger than {hours} hours"),
            KeepReason::Last(1) => f.write_str("the newest"),
            KeepReason::Last(position) => write!(f, "number {position} of the newest"),
            KeepReason::NewestOf(bucket) => write!(f, "newest of its {}", bucket.as_str()),
            KeepReason::Automatic => f.write_str("one of the newest made by itself"),
            KeepReason::Damaged => f.write_str("damaged, left to be looked at"),
            KeepReason::Undo => f.write_str("restore --undo needs it"),
            KeepReason::LastGood => f.write_str("the last good copy"),
        }
    }
}

/// What becomes of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its id.
    pub id: String,
    /// Why it is kept; empty: it is removed.
    pub keep_because: Vec<KeepReason>,
}

impl Verdict {
    /// Whether it stays.
    pub fn is_kept(&self) -> bool {
        !self.keep_because.is_empty()
    }
}

/// Decides about every copy, in the order given. Buckets are those of local time in `zone`. The newest safety
/// copy stays, and so do damaged ones and one good copy, whatever the policy says. Copies that were made by themselves
/// take no place of those that somebody asked for.
pub fn decide(copies: &[HeldCopy], policy: &RetentionPolicy, zone: Zone, now: Timestamp) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> =
        copies.iter().map(|copy| Verdict { id: copy.id.clone(), keep_because: Vec::new() }).collect();
    // Newest first; of copies made at one instant, the one listed last is the newest.
    let mut newest_first: Vec<usize> = (0..copies.len()).collect();
    newest_first.sort_by_key(|index| std::cmp::Reverse((copies[*index].created_at, *index)));
    let good: Vec<usize> = newest_first.iter().copied().filter(|index| copies[*index].is_good).collect();

    let asked_for: Vec<usize> =
        good.iter().copied().filter(|index| copies[*index].occasion.is_none()).collect();

    let oldest_kept = now.plus_ms(-i64::from(policy.within_hours()).saturating_mul(HOUR_MS));
    for (copy, verdict) in copies.iter().zip(&mut verdicts) {
        // A copy from the future (the clock was wrong) is young rather than old.
        if policy.within_hours() > 0 && copy.created_at > oldest_kept {
            verdict.keep_because.push(KeepReason::Within(policy.within_hours()));
        }
        if !copy.is_good {
            verdict.keep_because.push(KeepReason::Damaged);
        }
    }
    for (position, index) in (1..=policy.last()).zip(&asked_for) {
        verdicts[*index].keep_because.push(KeepReason::Last(position));
    }
    for (bucket, count) in policy.buckets() {
        let mut seen = BTreeSet::new();
        for index in &asked_for {
            let key = bucket.of(local_time(zone, copies[*index].created_at));
            if seen.len() < *count as usize && seen.insert(key) {
                verdicts[*index].keep_because.push(KeepReason::NewestOf(*bucket));
            }
        }
    }
    let mut of_occasion: BTreeMap<&str, u32> = BTreeMap::new();
    for index in &good {
        let Some(occasion) = &copies[*index].occasion else { continue };
        let count = of_occasion.entry(occasion).or_default();
        *count += 1;
        if *count <= policy.automatic() {
            verdicts[*index].keep_because.push(KeepReason::Automatic);
        }
    }
    if let Some(index) = good.iter().find(|index| copies[**index].is_safety_copy) {
        verdicts[*index].keep_because.push(KeepReason::Undo);
    }
    let keeps_a_good_one = good.iter().any(|index| verdicts[*index].is_kept());
    if let (false, Some(index)) = (keeps_a_good_one, good.first()) {
        verdicts[*index].keep_because.push(KeepReason::LastGood);
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::retention::EmptyPolicy;
    use proptest::prelude::*;

    const NOW: i64 = 1_772_366_400_000;

    fn now() -> Timestamp {
        Timestamp::clamped(NOW)
    }

    fn copy(id: &str, age_hours: i64) -> HeldCopy {
        HeldCopy {
            id: id.to_owned(),
            created_at: now().plus_ms(-age_hours * HOUR_MS),
            is_good: true,
            is_safety_copy: false,
            occasion: None,
        }
    }

    fn kept(copies: &[HeldCopy], policy: &RetentionPolicy) -> Vec<String> {
        decide(copies, policy, Zone::UTC, now())
            .into_iter()
            .filter(Verdict::is_kept)
            .map(|verdict| verdict.id)
            .collect()
    }

    #[test]
    fn a_policy_that_keeps_nothing_is_refused() {
        assert_eq!(RetentionPolicy::new(0, 0, &[(Bucket::Day, 0)]), Err(EmptyPolicy));
    }

    #[test]
    fn copies_older_than_the_days_go() {
        let policy = RetentionPolicy::new(30 * 24, 0, &[]).expect("policy");
        assert_eq!(kept(&[copy("old", 30 * 24), copy("young", 30 * 24 - 1)], &policy), ["young"]);
    }

    #[test]
    fn the_only_copy_stays_however_old_it_is() {
        let policy = RetentionPolicy::new(24, 0, &[]).expect("policy");
        let verdicts = decide(&[copy("ancient", 100_000)], &policy, Zone::UTC, now());
        assert_eq!(verdicts[0].keep_because, [KeepReason::LastGood]);
    }

    #[test]
    fn a_damaged_copy_takes_no_good_copys_place() {
        let policy = RetentionPolicy::new(0, 1, &[]).expect("policy");
        let damaged = HeldCopy { is_good: false, ..copy("damaged", 1) };
        assert_eq!(kept(&[damaged.clone(), copy("good", 2)], &policy), ["damaged", "good"]);
        let verdicts = decide(&[damaged], &policy, Zone::UTC, now());
        assert_eq!(verdicts[0].keep_because, [KeepReason::Damaged], "left alone, and no good copy");
    }

    #[test]
    fn copies_made_by_themselves_take_no_place_and_the_newest_of_each_occasion_stay() {
        let policy = RetentionPolicy::new(0, 2, &[(Bucket::Hour, 2)]).expect("policy").with_automatic(1);
        let automatic =
            |id, age, occasion: &str| HeldCopy { occasion: Some(occasion.to_owned()), ..copy(id, age) };
        let copies = [
            copy("third", 9),
            copy("second", 8),
            copy("first", 7),
            automatic("old", 6, "pre-prune"),
            automatic("prune", 5, "pre-prune"),
            automatic("import", 4, "pre-import"),
        ];
        assert_eq!(kept(&copies, &policy), ["second", "first", "prune", "import"]);
    }

    #[test]
    fn the_newest_copy_of_each_day_is_kept() {
        let policy = RetentionPolicy::new(0, 0, &[(Bucket::Day, 2)]).expect("policy");
        let copies = [copy("c", 50), copy("b", 30), copy("a2", 4), copy("a1", 3)];
        assert_eq!(kept(&copies, &policy), ["b", "a1"]);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // 23:30 and 00:30 UTC lie on two days in UTC and on one in New York.
        let policy = RetentionPolicy::new(0, 0, &[(Bucket::Day, 9)]).expect("policy");
        let copies = [
            copy("one", 12).created_at.plus_ms(-HOUR_MS / 2),
            copy("two", 12).created_at.plus_ms(HOUR_MS / 2),
        ]
        .map(|created_at| HeldCopy { created_at, ..copy("x", 0) });
        let days =
            |zone| decide(&copies, &policy, zone, now()).iter().filter(|verdict| verdict.is_kept()).count();
        assert_eq!(days(Zone::UTC), 2);
        assert_eq!(days(Zone::America__New_York), 1);
    }

    fn copies() -> impl Strategy<Value = Vec<HeldCopy>> {
        let one = (-100_i64..50_000, any::<bool>(), any::<bool>());
        proptest::collection::vec(one, 0..40).prop_map(|seeds| {
            seeds
                .into_iter()
                .enumerate()
                .map(|(index, (age, is_good, is_safety_copy))| HeldCopy {
                    is_good,
                    is_safety_copy,
                    ..copy(&index.to_string(), age)
                })
                .collect()
        })
    }

    fn policies() -> impl Strategy<Value = RetentionPolicy> {
        (0_u32..60, 0_u32..6, 0_u32..4, 0_u32..4, 0_u32..4).prop_filter_map(
            "empty",
            |(days, last, a, b, c)| {
                RetentionPolicy::new(
                    days * 24,
                    last,
                    &[(Bucket::Hour, a), (Bucket::Week, b), (Bucket::Year, c)],
                )
                .ok()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_copy_gets_one_verdict_in_its_place(copies in copies(), policy in policies()) {
            let verdicts = decide(&copies, &policy, Zone::UTC, now());
            let ids: Vec<&String> = copies.iter().map(|copy| &copy.id).collect();
            prop_assert_eq!(verdicts.iter().map(|verdict| &verdict.id).collect::<Vec<_>>(), ids);
        }

        #[test]
        fn a_good_copy_is_always_left(copies in copies(), policy in policies()) {
            let verdicts = decide(&copies, &policy, Zone::UTC, now());
            let left = copies.iter().zip(&verdicts).any(|(copy, verdict)| copy.is_good && verdict.is_kept());
            prop_assert_eq!(left, copies.iter().any(|copy| copy.is_good));
        }

        #[test]
        fn the_order_of_the_copies_does_not_matter(copies in copies(), policy in policies()) {
            let sorted = |copies: &[HeldCopy]| {
                let mut verdicts: Vec<(String, String)> = decide(copies, &policy, Zone::UTC, now())
                    .into_iter()
                    .map(|verdict| (verdict.id.clone(), format!("{:?}", verdict.keep_because)))
                    .collect();
                verdicts.sort();
                verdicts
            };
            // Copies of one instant are told apart by their place only.
            let mut distinct = copies;
            distinct.sort_by_key(|copy| copy.created_at);
            distinct.dedup_by_key(|copy| copy.created_at);
            let mut reversed = distinct.clone();
            reversed.reverse();
            prop_assert_eq!(sorted(&distinct), sorted(&reversed));
        }

        #[test]
        fn deciding_again_about_what_is_left_removes_nothing(copies in copies(), policy in policies()) {
            let verdicts = decide(&copies, &policy, Zone::UTC, now());
            let left: Vec<HeldCopy> = copies
                .into_iter()
                .zip(verdicts)
                .filter(|(_, verdict)| verdict.is_kept())
                .map(|(copy, _)| copy)
                .collect();
            let again = decide(&left, &policy, Zone::UTC, now());
            prop_assert!(again.iter().all(Verdict::is_kept));
        }
    }
}
