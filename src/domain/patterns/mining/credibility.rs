//! Last doubts about patterns that have passed their tests: what they leave unexplained, and which way a chain runs.

use super::history::Starts;
use super::report::Draft;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{Pattern, Test};
use crate::domain::time::DAY_MS;

/// Chance of an accidental hit above which a chain says nothing.
pub(super) const MOST_CHAIN_CHANCE: f64 = 0.2;
/// No hit can weigh more nats than naming its second within decades: beyond it, the evidence is that of another
/// life than the one reported.
pub(super) const MOST_NATS_PER_HIT: f64 = 20.0;

/// Whether a schedule explains enough of what happens in its life. Slots many times a day are hit by chance where
/// there are many other runs, in ways that no count of a busy stretch foresees.
pub(super) fn is_credible(pattern: &Pattern) -> bool {
    let often = match &pattern.schedule {
        Schedule::Calendar(calendar) => calendar.minutes_of_day.len() > 1,
        Schedule::Period { period_ms, .. } => *period_ms < DAY_MS,
        Schedule::Window { .. } | Schedule::Follows { .. } => return true,
    };
    let evidence = &pattern.evidence;
    let nats_per_hit = evidence.ln_e_value / evidence.hits.max(1) as f64;
    if nats_per_hit > MOST_NATS_PER_HIT {
        return false;
    }
    // Their evidence has weighed all other runs already.
    if evidence.details.proofs.iter().any(|proof| matches!(proof.test, Test::Fold { .. })) {
        return true;
    }
    let share = evidence.hits as f64 / (evidence.hits + evidence.extra).max(1) as f64;
    let precise = nats_per_hit >= 1.0 && evidence.null_hit_chance <= 0.1;
    let least_share = if evidence.null_hit_chance > MOST_CHAIN_CHANCE { 0.33 } else { 0.2 };
    !often || precise || share >= least_share || exceeds_chance(pattern)
}

/// Whether many more slots are kept than the runs that no slot explains would hit, were they spread evenly.
fn exceeds_chance(pattern: &Pattern) -> bool {
    // Share of slots kept beyond those.
    const LEAST_KEPT: f64 = 0.25;
    // Runs that no slot explains in a window, on average.
    const MOST_STRANGERS: f64 = 2.0;
    // Nats that so weak an excess must be worth.
    const LEAST_NATS: f64 = 12.0;
    let evidence = &pattern.evidence;
    let life_seconds = evidence.last_seen.since(evidence.first_seen).max(1) as f64 / 1000.0;
    let strangers = evidence.extra as f64 * 2.0 * evidence.tolerance_seconds / life_seconds;
    let rate = evidence.hits as f64 / evidence.expected.max(1) as f64;
    let kept = 1.0 - (1.0 - rate) * strangers.exp();
    // Where every window has strangers in it, that each has a run says nothing.
    strangers <= MOST_STRANGERS && kept >= LEAST_KEPT && evidence.ln_e_value >= LEAST_NATS
}

/// Whether a chain explains at least half of what its successor does in the chain's life, or is hit so seldom by
/// accident that the other half does not matter.
pub(super) fn explains_successor(chain: &Draft, successor: &Starts<'_>) -> bool {
    let evidence = &chain.pattern.evidence;
    let (Some(first), Some(last)) = (chain.hits.first(), chain.hits.last()) else { return false };
    let runs = last.saturating_sub(*first) + 1;
    debug_assert!(*last < successor.runs.len());
    evidence.null_hit_chance <= 0.05 || chain.hits.len() * 2 >= runs
}

/// A chain that says more than its successor's own schedules.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    /// The chain's pattern.
    pub(super) draft: Draft,
    /// Nats it saves over the schedules.
    pub(super) saved_nats: f64,
}

/// Of chains that run both ways between two task types, keeps the one that saves more; neither where they save
/// about the same and no end is known that could tell which of two starts waits for the other.
pub(super) fn without_reciprocals(followers: Vec<Vec<Follower>>) -> Vec<Vec<Follower>> {
    let ends: Vec<(String, String, f64, bool)> = followers
        .iter()
        .flatten()
        .map(|follower| {
            let names = &follower.draft.pattern.task_types;
            (names[0].clone(), names[1].clone(), follower.saved_nats, from_end(follower))
        })
        .collect();
    let loses = |follower: &Follower| {
        let names = &follower.draft.pattern.task_types;
        ends.iter().any(|(predecessor, successor, saved_nats, other_from_end)| {
            if *predecessor != names[1] || *successor != names[0] {
                return false;
            }
            let apart = follower.saved_nats - saved_nats;
            let alike = apart.abs() < (0.1 * follower.saved_nats.max(*saved_nats)).max(8.0);
            let untold = alike && !from_end(follower) && !other_from_end;
            // Of two that save exactly the same, the first by name stays.
            untold || apart < 0.0 || (apart == 0.0 && names[0] > names[1])
        })
    };
    followers
        .iter()
        .map(|group| group.iter().filter(|follower| !loses(follower)).cloned().collect())
        .collect()
}

fn from_end(follower: &Follower) -> bool {
    matches!(follower.draft.pattern.schedule, Schedule::Follows { from_end: true, .. })
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, days, history, mined};
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::time::MINUTE_MS;

    fn every_twenty_minutes() -> Pattern {
        let mut chance = Chance::new(1);
        let starts = (0..504).map(|slot| {
            days(7).start.millis() + slot * 20 * MINUTE_MS + chance.between(0.0, 20_000.0) as i64
        });
        mined(&[history("poll", starts)], days(7), Zone::UTC).remove(0)
    }

    #[test]
    fn a_frequent_schedule_amid_far_more_other_runs_needs_strong_evidence() {
        let mut pattern = every_twenty_minutes();
        assert!(is_credible(&pattern));
        // Strangers so frequent that they alone would hit nearly as many slots.
        pattern.evidence.hits = pattern.evidence.expected * 6 / 10;
        pattern.evidence.extra = pattern.evidence.hits * 14;
        pattern.evidence.tolerance_seconds = 60.0;
        assert!(is_credible(&pattern), "hits to the second stand out of any number of others");
        pattern.evidence.null_hit_chance = 0.11;
        assert!(!is_credible(&pattern));
        pattern.evidence.null_hit_chance = 0.05;
        pattern.evidence.ln_e_value = pattern.evidence.hits as f64 * 0.5;
        assert!(!is_credible(&pattern));
        pattern.evidence.extra = pattern.evidence.hits;
        assert!(is_credible(&pattern));
    }

    #[test]
    fn evidence_that_so_few_hits_cannot_carry_is_not_theirs() {
        let mut pattern = every_twenty_minutes();
        pattern.evidence.hits = 4;
        pattern.evidence.ln_e_value = 600.0;
        assert!(!is_credible(&pattern));
    }
}
