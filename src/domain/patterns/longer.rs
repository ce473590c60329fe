//! Patterns that a longer look at the history found, beside those that a shorter one finds.

use std::collections::BTreeSet;

use super::Pattern;
use crate::domain::time::{MINUTE_MS, TimeSpan, Timestamp};

/// What a look at `span` says of patterns that a longer look found before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LongerLook {
    /// Places, among the known ones, of those that are still kept and that nothing found now explains better.
    pub kept: Vec<usize>,
    /// Places, among those found now, of those that say less about the same runs.
    pub superseded: Vec<usize>,
}

/// Weighs `found`, of the runs in `span`, against the active patterns `known` before. Seven days of a job that runs
/// from Monday to Friday look like a daily one with two misses: what was seen for longer stays, as long as its slots are
/// hit as before, and nothing found now explains more runs than it does, or as many with fewer misses. `starts_of` gives the ascending starts of a task
/// type in `span`; `observed` is when anything was recorded.
pub fn longer_look<'a>(
    known: &[&Pattern],
    found: &[Pattern],
    span: TimeSpan,
    observed: &[TimeSpan],
    starts_of: &dyn Fn(&str) -> Option<&'a [Timestamp]>,
) -> LongerLook {
    let mut look = LongerLook::default();
    for (place, pattern) in known.iter().enumerate() {
        let [task_type] = pattern.task_types.as_slice() else { continue };
        let seen_longer = pattern.evidence.first_seen < span.start;
        let found_again = |other: &Pattern| {
            other.task_types == pattern.task_types
                && other.schedule == pattern.schedule
                && other.zone == pattern.zone
        };
        if !seen_longer || pattern.evidence.details.rests_on_all_runs() || found.iter().any(found_again) {
            continue;
        }
        let Some(starts) = starts_of(task_type) else { continue };
        let (slots, hits) = hits_in(pattern, starts, span, observed);
        if !is_kept_as_before(pattern, slots, hits.len()) {
            continue;
        }
        let rivals = || {
            found
                .iter()
                .enumerate()
                .filter(|(_, other)| other.is_active && other.task_types == pattern.task_types)
        };
        // Of two that say the same of the span, the one that is of it: it may have moved by a few minutes.
        let better = |other: &Pattern| {
            let (slots_told, told) = hits_in(other, starts, span, observed);
            told.len() > hits.len() || (told.len() == hits.len() && slots_told <= slots)
        };
        if rivals().any(|(_, other)| better(other)) {
            continue;
        }
        look.kept.push(place);
        let says_less = |other: &Pattern| {
            let told = hits_in(other, starts, span, observed).1;
            told.intersection(&hits).count() * 10 >= told.len() * 9
        };
        look.superseded.extend(rivals().filter(|(_, other)| says_less(other)).map(|(index, _)| index));
    }
    look.superseded.sort_unstable();
    look.superseded.dedup();
    look
}

/// Whether slots are hit about as often as they always were.
fn is_kept_as_before(pattern: &Pattern, slots: usize, hits: usize) -> bool {
    const AS_OFTEN: f64 = 0.7;
    let evidence = &pattern.evidence;
    let usual = evidence.hits as f64 / evidence.expected.max(1) as f64;
    slots > 0 && hits > 0 && hits as f64 >= AS_OFTEN * usual * slots as f64
}

/// How many slots of `pattern` were observed in `span`, and the places of the starts that hit one.
fn hits_in(
    pattern: &Pattern,
    starts: &[Timestamp],
    span: TimeSpan,
    observed: &[TimeSpan],
) -> (usize, BTreeSet<usize>) {
    let evidence = &pattern.evidence;
    let apart_seconds = evidence.tolerance_seconds.max(evidence.jitter_seconds.p95);
    let apart_ms = ((apart_seconds * 1000.0) as i64).max(MINUTE_MS);
    let mut slots = 0;
    let mut hits = BTreeSet::new();
    for slot in pattern.schedule.occurrences_iter(span, pattern.zone) {
        if !observed.iter().any(|span| span.contains(slot)) {
            continue;
        }
        slots += 1;
        let first = starts.partition_point(|start| *start < slot.plus_ms(-apart_ms));
        let near = starts[first..].iter().take_while(|start| **start <= slot.plus_ms(apart_ms));
        let nearest = near.enumerate().min_by_key(|(_, start)| start.since(slot).abs());
        hits.extend(nearest.map(|(index, _)| first + index));
    }
    (slots, hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
    use crate::domain::patterns::{
        Evidence, EvidenceDetails, JitterSeconds, PatternType, ResourceProfile, Tier,
    };
    use crate::domain::time::DAY_MS;

    /// Monday.
    fn monday() -> Timestamp {
        Timestamp::parse_rfc3339("2026-03-02T00:00:00Z").expect("instant")
    }

    fn pattern(cron: &str, first_seen: Timestamp, hits: u64, expected: u64) -> Pattern {
        let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
        Pattern {
            pattern_type: PatternType::Custom,
            task_types: vec!["train".to_owned()],
            group: None,
            schedule: Schedule::Calendar(calendar),
            zone: Zone::UTC,
            confidence: 0.9,
            evidence: Evidence {
                runs: expected,
                expected,
                hits,
                misses: expected - hits,
                extra: 0,
                ln_e_value: 40.0,
                null_hit_chance: 0.01,
                tolerance_seconds: 120.0,
                first_seen,
                last_seen: monday(),
                regime_start: first_seen,
                jitter_seconds: JitterSeconds { p50: 1.0, p95: 30.0 },
                start_window: None,
                zone_undetermined: Vec::new(),
                tier: Tier::Confirmed,
                p_value: None,
                details: EvidenceDetails::default(),
            },
            resources: ResourceProfile::default(),
            is_active: true,
            moved_from: None,
        }
    }

    /// Starts at 17:00 on days of one week, Monday first.
    fn look(days: &[i64], known: &Pattern, found: &[Pattern]) -> LongerLook {
        let span = TimeSpan { start: monday(), end: monday().plus_ms(7 * DAY_MS) };
        let starts: Vec<Timestamp> =
            days.iter().map(|day| monday().plus_ms(day * DAY_MS + 17 * 3_600_000 + 2_000)).collect();
        longer_look(&[known], found, span, &[span], &|_| Some(&starts))
    }

    #[test]
    fn a_week_does_not_make_a_daily_job_of_one_on_workdays() {
        let workdays = pattern("0 17 * * 1-5", monday().plus_ms(-60 * DAY_MS), 40, 42);
        let daily = pattern("0 17 * * *", monday(), 5, 7);
        let stays = LongerLook { kept: vec![0], superseded: vec![0] };
        assert_eq!(look(&[0, 1, 2, 3, 4], &workdays, std::slice::from_ref(&daily)), stays);
        // Found or not, it is kept.
        assert_eq!(look(&[0, 1, 2, 3, 4], &workdays, &[]).kept, [0]);
    }

    #[test]
    fn what_explains_more_takes_over_and_what_is_no_longer_kept_goes() {
        let workdays = pattern("0 17 * * 1-5", monday().plus_ms(-60 * DAY_MS), 40, 42);
        let daily = pattern("0 17 * * *", monday(), 7, 7);
        assert_eq!(look(&[0, 1, 2, 3, 4, 5, 6], &workdays, &[daily]), LongerLook::default());
        assert_eq!(look(&[0], &workdays, &[]), LongerLook::default());
        let moved = pattern("1 17 * * 1-5", monday(), 5, 5);
        assert_eq!(look(&[0, 1, 2, 3, 4], &workdays, &[moved]), LongerLook::default());
    }

    #[test]
    fn what_was_seen_no_longer_than_the_look_is_judged_by_it() {
        let recent = pattern("0 17 * * 1-5", monday(), 5, 5);
        assert_eq!(look(&[0, 1, 2, 3, 4], &recent, &[]), LongerLook::default());
    }
}
