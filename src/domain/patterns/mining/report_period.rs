//! Periods and loops as patterns: their slots over their whole life.

use super::history::Starts;
use super::loops::LoopCandidate;
use super::period::PeriodCandidate;
use super::report::{Claim, Draft, LifeSlot, as_judged, cut_life, draft, life_slots};
use super::surroundings::Surroundings;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::{PatternType, WindowGrowth};
use crate::domain::time::{SECOND_MS, Timestamp};

/// Slots counted at most, so that a short period over a long pause stays cheap.
const MOST_SLOTS: i64 = 2_000_000;

/// The pattern of a period counted from one start.
pub(super) fn report_period(
    found: &PeriodCandidate,
    starts: &Starts<'_>,
    around: &Surroundings,
) -> Option<Draft> {
    let quarter = (found.period_ms / 4.0) as i64;
    let tolerance_ms = (2 * found.half_width_ms).max(30 * SECOND_MS).min(quarter).max(found.half_width_ms);
    let end_ms = around.observation.end_ms().max(*starts.at_ms.last()?);
    let last = (((end_ms as f64 - found.anchor_ms) / found.period_ms).floor() as i64)
        .clamp(found.kept.1, found.kept.0 + MOST_SLOTS);
    let places = (found.kept.0..=last).map(|number| found.place(number));
    let slots = life_slots(places, 0, tolerance_ms, &starts.at_ms, around);
    let life = cut_life(slots, found.place(found.kept.1))?;
    let claim = Claim {
        pattern_type: PatternType::Interval,
        schedule: Schedule::Period {
            period_ms: (found.period_ms.round() as i64).max(1),
            anchor: Timestamp::clamped(found.place(found.kept.1)),
        },
        zone: around.clocks[0].zone,
        proofs: vec![found.proof.clone()],
        chance: found.chance,
        tolerance_ms,
        zone_undetermined: Vec::new(),
    };
    Some(as_judged(draft(claim, &life, starts)?, &life, starts))
}

/// The pattern of a loop: each slot counts from the run before it.
pub(super) fn report_loop(
    found: &LoopCandidate,
    left: &[usize],
    starts: &Starts<'_>,
    around: &Surroundings,
) -> Option<Draft> {
    let share = (3.0 * found.spread).clamp(0.05, 0.4);
    let mut slots: Vec<LifeSlot> = Vec::new();
    let mut base = *left.first()?;
    slots.push(LifeSlot { named_ms: starts.at_ms[base], hit: Some(base) });
    for &run in &left[1..] {
        let gap = (starts.at_ms[run] - starts.at_ms[base]) as f64;
        let multiple = (gap / found.period_ms).round();
        if multiple < 1.0 || (gap / found.period_ms) < 1.0 - share {
            // Something else between two runs of the loop.
            continue;
        }
        let off = (gap - multiple * found.period_ms).abs() / (found.period_ms * multiple.sqrt());
        let place = |number: f64| starts.at_ms[base] + (number * found.period_ms) as i64;
        for missed in 1..(multiple.min(100.0) as i64) {
            let at = place(missed as f64);
            if around.observation.covers(at, at) {
                slots.push(LifeSlot { named_ms: at, hit: None });
            }
        }
        let near = off <= share && multiple <= 8.0;
        slots.push(LifeSlot {
            named_ms: if near { place(multiple) } else { starts.at_ms[run] },
            hit: near.then_some(run),
        });
        base = run;
    }
    let last_ms = starts.at_ms[base];
    let end_ms = around.observation.end_ms();
    let mut number = 1.0;
    while number <= 100.0 {
        let at = last_ms + (number * found.period_ms) as i64;
        if at + (share * number * found.period_ms) as i64 > end_ms {
            break;
        }
        if around.observation.covers(at, at) {
            slots.push(LifeSlot { named_ms: at, hit: None });
        }
        number += 1.0;
    }
    slots.sort_by_key(|slot| slot.named_ms);
    let life = cut_life(slots, last_ms.saturating_add(found.period_ms as i64))?;
    let claim = Claim {
        pattern_type: PatternType::Interval,
        schedule: Schedule::Period {
            period_ms: (found.period_ms.round() as i64).max(1),
            anchor: Timestamp::clamped(last_ms),
        },
        zone: around.clocks[0].zone,
        proofs: vec![found.proof()],
        chance: (2.0 * share).min(0.9),
        tolerance_ms: (share * found.period_ms) as i64,
        zone_undetermined: Vec::new(),
    };
    let error_seconds = found.error_ms / 1000.0;
    let mut found = draft(claim, &life, starts)?;
    found.pattern.evidence.details.period_error_seconds = Some(error_seconds);
    if let Some(window) = &mut found.pattern.evidence.start_window {
        window.growth = WindowGrowth::WithEachSlot;
    }
    Some(found)
}
