//! Clock times amid so many other starts that every window holds some: all starts, folded to the distance of slots,
//! still crowd after the minute that a scheduler waits for.

use std::f64::consts::LN_2;

use super::clock_evidence::{ClockCandidate, count_by_day};
use super::clock_times::{ClockTimes, Slot};
use super::code_length::{FAMILY_NATS, STEPS_MINUTES, step_nats, zone_nats};
use super::day_choice::describe_choice;
use super::fold_parts::{is_kept_throughout, kept_days};
use super::lateness::{FORMS_PER_SHAPE, Shape, forms};
use super::minute::Folds;
use super::phase::{background, resultant};
use super::surroundings::Surroundings;
use crate::domain::calendar::DayFilter;
use crate::domain::patterns::{Proof, Test};
use crate::domain::time::{HOUR_MS, MINUTE_MS};

/// Fewest starts whose phases say anything.
const FEWEST: usize = 40;
/// Starts looked at, the newest.
const MOST_STARTS: usize = 20_000;
/// Share of the window of nearly all starts that nine in ten of them lie in.
const NINE_IN_TEN: f64 = 0.5;
/// Slots per hit at most.
const MOST_SLOTS_PER_HIT: f64 = 2.5;

/// How starts most likely lie after the minute that names them.
#[derive(Clone, Copy, Debug)]
struct Lateness {
    shape: Shape,
    spread_ms: f64,
    /// Share of the starts that are the schedule's own.
    own: f64,
}

/// The clock times at most an hour apart that the phases of all `starts` (ascending) speak for most, where that is at
/// least `least_net` nats. Hours and parts of hours only: activity without a schedule has its own times of day.
pub(super) fn fold_candidate(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Option<ClockCandidate> {
    let skipped = starts.len().saturating_sub(MOST_STARTS);
    let used = &starts[skipped..];
    if used.len() < FEWEST {
        return None;
    }
    let local: Vec<i64> = used.iter().map(|start| around.clocks[0].local(*start)).collect();
    let mut found: Vec<Folded<'_>> = STEPS_MINUTES
        .into_iter()
        .map(|minutes| minutes * MINUTE_MS)
        .filter(|step_ms| *step_ms <= HOUR_MS && may_crowd(used, *step_ms, least_net))
        .filter_map(|step_ms| Folded::new(&local, step_ms, resolution_ms))
        .filter(|folded| folded.net() >= least_net)
        .collect();
    found.sort_by(|one, other| other.net().total_cmp(&one.net()).then(one.step_ms.cmp(&other.step_ms)));
    let mut best = found.into_iter().next()?;
    // Two standard errors of what even starts show are no bursts.
    const EVEN: f64 = 1.5;
    best.divisor = Some(background(used, best.step_ms as f64)).filter(|lifted| *lifted > EVEN).unwrap_or(1.0);
    if best.net() < least_net {
        return None;
    }
    let mut candidate = best.candidate(used, around)?;
    candidate.hits.iter_mut().for_each(|hit| *hit += skipped);
    Some(candidate)
}

/// Whether the first waves of the folded history may be those of one with `least_net` nats: what they exceed those of
/// even starts by is about the evidence there is, before a few nats are taken off for naming it.
fn may_crowd(starts: &[i64], step_ms: i64, least_net: f64) -> bool {
    const WAVES: i64 = 4;
    let power: f64 = (1..=WAVES)
        .map(|wave| resultant(starts, step_ms as f64 / wave as f64).powi(2) / starts.len() as f64)
        .sum();
    power >= least_net + 2.0 * WAVES as f64
}

/// All starts on a circle as long as the distance of slots.
struct Folded<'a> {
    local_ms: &'a [i64],
    step_ms: i64,
    folds: Folds,
    /// Minutes of the hour with the ln of their weight, the likeliest first.
    minutes: Vec<(i64, f64)>,
    /// ln e-value of all of them together.
    ln_e: f64,
    /// What it is divided by.
    divisor: f64,
}

impl<'a> Folded<'a> {
    fn new(local_ms: &'a [i64], step_ms: i64, resolution_ms: i64) -> Option<Folded<'a>> {
        let places: Vec<i64> = local_ms.iter().map(|local| local.rem_euclid(step_ms)).collect();
        let folds = Folds::new(&places, step_ms / 2, step_ms, resolution_ms);
        let weighed = folds.weigh(step_ms / 2, step_ms / 4, step_ms)?;
        let greatest = weighed.ranked.first()?.1;
        let sum: f64 = weighed.ranked.iter().map(|(_, weight)| (weight - greatest).exp()).sum();
        // Against starts that may lie anywhere on the circle.
        let evenly = local_ms.len() as f64 * (step_ms as f64).ln();
        let ln_e = greatest + sum.ln() + evenly - (FORMS_PER_SHAPE as f64).ln();
        Some(Folded { local_ms, step_ms, folds, minutes: weighed.ranked, ln_e, divisor: 1.0 })
    }

    fn charge_nats(&self) -> f64 {
        // One bit for looking at phases rather than windows.
        FAMILY_NATS + zone_nats(0) + step_nats(self.step_ms) + LN_2
    }

    fn net(&self) -> f64 {
        self.ln_e / self.divisor - self.charge_nats()
    }

    /// The likeliest minute as clock times, unless only part of the hours of the day keep it.
    fn candidate(self, starts: &[i64], around: &Surroundings) -> Option<ClockCandidate> {
        let minute = self.minutes.first()?.0;
        let half_width_ms = self.step_ms / 4;
        let lateness = self.lateness(minute)?;
        let owns: Vec<Vec<f64>> = forms(self.step_ms, self.folds.bin_ms(), half_width_ms)
            .iter()
            .filter(|form| form.shape == lateness.shape && form.spread_ms == lateness.spread_ms)
            .map(|form| form.ln_density.iter().map(|ln| ln + (self.step_ms as f64).ln()).collect())
            .collect();
        // For each start, what it says for each share of own starts.
        let bins = self.step_ms / self.folds.bin_ms();
        let said: Vec<Vec<f64>> = self
            .local_ms
            .iter()
            .map(|local| {
                let after = (local - minute * MINUTE_MS).rem_euclid(self.step_ms) / self.folds.bin_ms();
                owns.iter().map(|densities| densities[after.min(bins - 1) as usize]).collect()
            })
            .collect();
        if !is_kept_throughout(self.local_ms, &said) {
            return None;
        }
        let days = kept_days(self.local_ms, &said)?;
        let (from, to) = lateness.shape.window();
        let end = |share: f64| (share * NINE_IN_TEN * lateness.spread_ms) as i64;
        let half_width_ms = ((end(to) - end(from)) / 2)
            .max(self.folds.bin_ms())
            // Neighbouring slots must stay apart.
            .min(self.step_ms * 45 / 100);
        let times = ClockTimes {
            clock: 0,
            step_ms: self.step_ms,
            label_ms: (minute * MINUTE_MS).rem_euclid(self.step_ms),
            delay_ms: end(from) + half_width_ms,
            half_width_ms,
        };
        let slots: Vec<Slot> = times
            .slots(around, starts, *starts.first()?, *starts.last()?)
            .into_iter()
            .filter(|slot| slot.observed)
            .collect();
        let counts = count_by_day(&slots, around);
        let choice = describe_choice(&counts, DayFilter::Daily, days);
        let kept = || slots.iter().filter(|slot| (choice.days.0..=choice.days.1).contains(&slot.day));
        let hits: Vec<usize> = kept().filter_map(|slot| slot.hit).collect();
        if (hits.len() as f64) * MOST_SLOTS_PER_HIT < kept().count() as f64 {
            return None;
        }
        let charge_nats = self.charge_nats();
        let test = Test::Fold {
            starts: starts.len() as u64,
            step_seconds: self.step_ms as f64 / 1000.0,
            counts: self.folds.counts(),
            own_share: lateness.own,
            divisor: self.divisor,
        };
        let proof = Proof { test, ln_e: self.ln_e / self.divisor, charge_nats };
        Some(ClockCandidate {
            times,
            is_open: counts.last().is_none_or(|last| choice.days.1 >= last.day.number),
            net: proof.net(),
            nats: charge_nats,
            proof,
            chance: chance_of_others(starts, lateness.own, &times, around),
            choice,
            hits,
            minutes: self.minutes,
        })
    }

    /// How starts most likely lie after `minute`.
    fn lateness(&self, minute: i64) -> Option<Lateness> {
        forms(self.step_ms, self.folds.bin_ms(), self.step_ms / 4)
            .iter()
            .map(|form| {
                (form, self.folds.ln_likelihood_at(&form.ln_density, minute) + form.shape.share().ln())
            })
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(form, _)| Lateness { shape: form.shape, spread_ms: form.spread_ms, own: form.own })
    }
}

/// Chance that a window holds a start that is not the schedule's own.
fn chance_of_others(starts: &[i64], own: f64, times: &ClockTimes, around: &Surroundings) -> f64 {
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return 0.0 };
    let observed_ms = around.observation.observed_ms(*first, *last).max(1) as f64;
    let others = (1.0 - own) * starts.len() as f64 * 2.0 * times.half_width_ms as f64 / observed_ms;
    1.0 - (-others).exp()
}

#[cfg(test)]
mod tests {
    use super::super::generator::{BRUTAL, Chance, days, history, kept, mined};
    use crate::domain::calendar::{Schedule, Zone};
    use crate::domain::patterns::{Pattern, Test};
    use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

    /// Patterns of a week in which a job every `step` minutes from minute `first` on is kept half of the time, late by
    /// up to ten minutes, amid three times as many other runs; only in the hours that fire.
    fn patterns(step: i64, first: i64, seed: u64, fires: impl Fn(i64) -> bool) -> Vec<Pattern> {
        let mut chance = Chance::new(seed);
        let slots: Vec<Timestamp> = (0..7 * DAY_MS / (step * MINUTE_MS))
            .map(|slot| (first + slot * step) * MINUTE_MS)
            .filter(|after| fires(after.rem_euclid(DAY_MS) / HOUR_MS))
            .map(|after| days(7).start.plus_ms(after))
            .collect();
        let starts = kept(&slots, days(7), BRUTAL, &mut chance);
        mined(&[history("poll", starts)], days(7), Zone::UTC)
    }

    fn minutes(pattern: &Pattern) -> &[u16] {
        match &pattern.schedule {
            Schedule::Calendar(calendar) => &calendar.minutes_of_day,
            _ => &[],
        }
    }

    #[test]
    fn a_schedule_amid_three_other_runs_for_each_slot_is_found() {
        let mut found = 0;
        for seed in 0..10 {
            let patterns = patterns(30, 17, seed, |_| true);
            let [pattern] = &patterns[..] else { continue };
            let near = minutes(pattern).first().is_some_and(|minute| (15..=19).contains(minute));
            found += usize::from(near && minutes(pattern).len() == 48 && pattern.is_active);
        }
        assert!(found >= 8, "{found} of 10");
    }

    #[test]
    fn its_evidence_is_that_of_the_folded_starts() {
        let patterns = patterns(30, 17, 1, |_| true);
        let [proof] = &patterns[0].evidence.details.proofs[..] else { panic!("{patterns:?}") };
        let Test::Fold { starts, step_seconds, ref counts, own_share, divisor } = proof.test else {
            panic!("{proof:?}");
        };
        assert_eq!((step_seconds, counts.iter().map(|count| u64::from(*count)).sum()), (1_800.0, starts));
        // Nine in ten come within 1.64 standard deviations of five minutes.
        let window = patterns[0].evidence.start_window.expect("hits");
        assert!(window.from_seconds == 0.0 && (200.0..1_000.0).contains(&window.to_seconds), "{window:?}");
        assert!((0.05..0.4).contains(&own_share) && (1.0..2.0).contains(&divisor), "{proof:?}");
    }

    #[test]
    fn jobs_of_a_few_hours_that_share_their_minute_are_not_kept_all_day() {
        for seed in 0..10 {
            let patterns = patterns(30, 0, seed, |hour| [2, 9, 15, 22].contains(&hour));
            assert!(patterns.iter().all(|pattern| minutes(pattern).len() < 24), "{patterns:?}");
        }
    }
}
