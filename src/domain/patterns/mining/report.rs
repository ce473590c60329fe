//! From an explanation to a pattern: counting its slots over its whole life and stating the evidence.

use super::clock_times::ClockTimes;
use super::cursor::Cursor;
use super::history::Starts;
use super::hit_chance::{confidence, confidence_within};
use super::regime::{hazard_per_slot, still_kept};
use super::scatter::robust_deviation;
use super::surroundings::Surroundings;
use super::timetable::Timetable;
use crate::domain::calendar::{CalendarSchedule, DayFilter, MonthSet, Schedule, Zone};
use crate::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternType, Proof, Quantiles, ResourceProfile, Test,
    Tier, WindowGrowth, start_window,
};
use crate::domain::time::{DAY_MS, MINUTE_MS, Timestamp};

/// A pattern whose share of unexplained runs is not known yet.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The pattern; `evidence.extra` is still 0.
    pub(super) pattern: Pattern,
    /// Indices of the runs its slots explain, ascending.
    pub(super) hits: Vec<usize>,
    /// How far each of those starts lies after what the schedule names, ms.
    pub(super) offsets_ms: Vec<i64>,
}

/// One slot of a life: when the schedule names it, and the start that hit it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LifeSlot {
    /// What the schedule says, ms UTC.
    pub(super) named_ms: i64,
    /// Index of the start.
    pub(super) hit: Option<usize>,
}

/// What counting a life yields.
pub(super) struct Life {
    /// Observed slots that count, ascending.
    pub(super) slots: Vec<LifeSlot>,
    /// Whether the schedule is still kept.
    pub(super) is_active: bool,
}

/// Cuts `slots` (observed, ascending, from the life's first) to the life: from the first hit to the last one
/// until `kept_until_ms`, or to the end of observation while the schedule is still kept. `None` without hits.
pub(super) fn cut_life(slots: Vec<LifeSlot>, kept_until_ms: i64) -> Option<Life> {
    let first = slots.iter().position(|slot| slot.hit.is_some())?;
    let last = slots.iter().rposition(|slot| slot.hit.is_some() && slot.named_ms <= kept_until_ms)?;
    if last < first {
        return None;
    }
    let lived = &slots[first..=last];
    let hits = lived.iter().filter(|slot| slot.hit.is_some()).count() as u64;
    let misses = slots[last + 1..].iter().filter(|slot| slot.hit.is_none()).count() as u64;
    let distance = (slots[last].named_ms - slots[first].named_ms) as f64 / (last - first).max(1) as f64;
    let is_active = still_kept(hits, lived.len() as u64, misses, hazard_per_slot(distance)) >= 0.5;
    let end = if is_active { slots.len() } else { last + 1 };
    Some(Life { slots: slots[first..end].to_vec(), is_active })
}

/// What a life says in numbers.
pub(super) struct Claim {
    /// Pattern type.
    pub(super) pattern_type: PatternType,
    /// When it fires.
    pub(super) schedule: Schedule,
    /// Its zone.
    pub(super) zone: Zone,
    /// What speaks for it.
    pub(super) proofs: Vec<Proof>,
    /// Chance of an accidental hit.
    pub(super) chance: f64,
    /// Half width of a slot, ms.
    pub(super) tolerance_ms: i64,
    /// Zones that say the same.
    pub(super) zone_undetermined: Vec<String>,
}

/// The pattern of `claim` with the life it had.
pub(super) fn draft(claim: Claim, life: &Life, starts: &Starts<'_>) -> Option<Draft> {
    let mut found: Vec<(usize, i64)> = life
        .slots
        .iter()
        .filter_map(|slot| slot.hit.map(|hit| (hit, starts.at_ms[hit] - slot.named_ms)))
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|entry| entry.0);
    let (hits, offsets_ms): (Vec<usize>, Vec<i64>) = found.into_iter().unzip();
    let apart = Quantiles::of(offsets_ms.iter().map(|offset| offset.abs() as f64 / 1000.0))?;
    let first_seen = Timestamp::clamped(starts.at_ms[*hits.first()?]);
    let last_seen = Timestamp::clamped(starts.at_ms[*hits.last()?]);
    let evidence = Evidence {
        runs: starts.runs.len() as u64,
        expected: life.slots.len() as u64,
        hits: hits.len() as u64,
        misses: (life.slots.len() - hits.len()) as u64,
        extra: 0,
        ln_e_value: claim.proofs.iter().map(Proof::net).sum(),
        null_hit_chance: claim.chance,
        tolerance_seconds: claim.tolerance_ms as f64 / 1000.0,
        first_seen,
        last_seen,
        regime_start: first_seen,
        jitter_seconds: JitterSeconds { p50: apart.p50, p95: apart.p95 },
        start_window: start_window(&offsets_ms, WindowGrowth::Fixed),
        zone_undetermined: claim.zone_undetermined,
        tier: Tier::Confirmed,
        p_value: None,
        details: EvidenceDetails { proofs: claim.proofs, ..EvidenceDetails::default() },
    };
    let pattern = Pattern {
        pattern_type: claim.pattern_type,
        task_types: vec![starts.name.to_owned()],
        group: None,
        schedule: claim.schedule,
        zone: claim.zone,
        confidence: confidence(life.slots.iter().map(|slot| slot.hit.is_some())),
        evidence,
        // Told at the end, of the patterns that are kept.
        resources: ResourceProfile::default(),
        is_active: life.is_active,
        moved_from: None,
    };
    Some(Draft { pattern, hits, offsets_ms })
}

/// The pattern of a timetable.
pub(super) fn report_timetable(
    table: &Timetable,
    starts: &Starts<'_>,
    around: &Surroundings,
) -> Option<Draft> {
    let clock = &around.clocks[table.members.first()?.clock];
    let tolerance_ms = tolerance(table, starts, around);
    let from_ms = *starts.at_ms.first()?;
    let to_ms = around.observation.end_ms().max(*starts.at_ms.last()?);
    let mut slots: Vec<LifeSlot> = Vec::new();
    let mut kept_until_ms = i64::MIN;
    for member in &table.members {
        let times = ClockTimes { half_width_ms: tolerance_ms, ..*member };
        for slot in times.slots(around, &starts.at_ms, from_ms, to_ms) {
            let day = around.days.get(slot.day);
            if !slot.observed || slot.day < table.days.0 || !day.passes(table.filter) {
                continue;
            }
            let named_ms = slot.at_ms - member.delay_ms;
            if slot.day <= table.days.1 {
                kept_until_ms = kept_until_ms.max(named_ms);
            }
            slots.push(LifeSlot { named_ms, hit: slot.hit });
        }
    }
    slots.sort_by_key(|slot| slot.named_ms);
    slots.dedup_by_key(|slot| slot.named_ms);
    let life = cut_life(slots, kept_until_ms)?;
    let first = starts.at_ms[life.slots.iter().find_map(|slot| slot.hit)?];
    let last = starts.at_ms[life.slots.iter().rev().find_map(|slot| slot.hit)?];
    let every_hour = fires_in_every_hour(&table.minutes_of_day);
    let open = around.zone_can_change && !every_hour && !around.clocks[0].changes_within(first, last);
    let zone_undetermined =
        if open { vec![clock.zone.name().to_owned(), Zone::UTC.name().to_owned()] } else { Vec::new() };
    let claim = Claim {
        pattern_type: pattern_type(table.filter, &table.minutes_of_day),
        schedule: Schedule::Calendar(CalendarSchedule {
            months: MonthSet::ALL,
            days: table.filter,
            minutes_of_day: table.minutes_of_day.clone(),
        }),
        zone: clock.zone,
        proofs: table.proofs.clone(),
        chance: table.chance,
        tolerance_ms,
        zone_undetermined,
    };
    let mut draft = draft(claim, &life, starts)?;
    if let (Some(window), Some((from_ms, to_ms))) =
        (&mut draft.pattern.evidence.start_window, folded_window(table))
    {
        (window.from_seconds, window.to_seconds) = (from_ms as f64 / 1000.0, to_ms as f64 / 1000.0);
    }
    Some(as_judged(draft, &life, starts))
}

/// The window, ms after the clock time, in which nine in ten of the schedule's own starts lie where only all starts
/// together show it: which of them hit is then an accident, and those nearest to its middle do.
fn folded_window(table: &Timetable) -> Option<(i64, i64)> {
    let [proof] = &table.proofs[..] else { return None };
    let [member] = &table.members[..] else { return None };
    let is_folded = matches!(proof.test, Test::Fold { .. });
    is_folded.then_some((member.delay_ms - member.half_width_ms, member.delay_ms + member.half_width_ms))
}

/// The draft with the confidence by which its slots, each of which stands by itself, will be judged.
pub(super) fn as_judged(mut draft: Draft, life: &Life, starts: &Starts<'_>) -> Draft {
    if let Some(window) = &draft.pattern.evidence.start_window {
        draft.pattern.confidence = confidence_within(window, &life.slots, &starts.at_ms);
    }
    draft
}

/// How far from its slot a start may lie and still be the slot's: what the scatter asks for, but no more than
/// leaves neighbouring slots apart.
fn tolerance(table: &Timetable, starts: &Starts<'_>, around: &Surroundings) -> i64 {
    let clock = &around.clocks[table.members[0].clock];
    let mut widest = MINUTE_MS;
    for member in &table.members {
        let place = member.label_ms + member.delay_ms;
        let all: Vec<i64> = starts
            .at_ms
            .iter()
            .map(|at| {
                let ahead = (clock.local(*at) - place).rem_euclid(member.step_ms);
                if ahead > member.step_ms / 2 { ahead - member.step_ms } else { ahead }
            })
            .filter(|offset| offset.abs() <= 3 * member.half_width_ms)
            .collect();
        let within = |widths: std::ops::Range<i64>| {
            let (from, to) = (widths.start * member.half_width_ms, widths.end * member.half_width_ms);
            all.iter().filter(|offset| (from == 0 || offset.abs() > from) && offset.abs() <= to).count()
        };
        // Other runs scatter as far as they are let: only where the window loses starts of its own is it too narrow.
        if within(1..2) <= within(2..3) + within(0..1) / 20 {
            widest = widest.max(member.half_width_ms);
            continue;
        }
        let offsets: Vec<i64> =
            all.into_iter().filter(|offset| offset.abs() <= member.half_width_ms).collect();
        let scatter = (4000.0 * robust_deviation(&offsets)) as i64;
        widest = widest.max(member.half_width_ms).max(scatter.min(2 * member.half_width_ms));
    }
    let mut distance = DAY_MS;
    for pair in table.minutes_of_day.windows(2) {
        distance = distance.min(i64::from(pair[1] - pair[0]) * MINUTE_MS);
    }
    if let (Some(first), Some(last)) = (table.minutes_of_day.first(), table.minutes_of_day.last())
        && last > first
    {
        distance = distance.min(DAY_MS - i64::from(last - first) * MINUTE_MS);
    }
    widest.min(distance * 45 / 100)
}

fn fires_in_every_hour(minutes: &[u16]) -> bool {
    minutes.iter().fold(0_u32, |hours, minute| hours | 1 << (minute / 60)).count_ones() == 24
}

/// What sort of recurrence times on such days are.
fn pattern_type(filter: DayFilter, minutes: &[u16]) -> PatternType {
    let evenly = |ring: bool| {
        let mut gaps: Vec<u16> = minutes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        if let (true, Some(first), Some(last)) = (ring, minutes.first(), minutes.last()) {
            gaps.push(1440 + first - last);
        }
        gaps.windows(2).all(|pair| pair[0] == pair[1])
    };
    let often = minutes.len() > 1;
    if often && (evenly(true) || fires_in_every_hour(minutes)) {
        return PatternType::Interval;
    }
    match filter {
        DayFilter::Daily if minutes.len() > 2 && evenly(false) => PatternType::Interval,
        DayFilter::Daily => PatternType::DailyRecurring,
        DayFilter::Weekdays { .. } => PatternType::WeeklyRecurring,
        DayFilter::EveryDays { .. } => PatternType::Interval,
        DayFilter::MonthDays { .. }
        | DayFilter::MonthDaysOrWeekdays { .. }
        | DayFilter::MonthDaysAndWeekdays { .. }
        | DayFilter::LastDayOfMonth
        | DayFilter::NthWeekday { .. }
        | DayFilter::LastWeekday { .. } => PatternType::MonthlyRecurring,
    }
}

/// The life of slots at `places_ms` (what the schedule names), each hit by the nearest start within
/// `tolerance_ms` of the place `delay_ms` later.
pub(super) fn life_slots(
    places_ms: impl Iterator<Item = i64>,
    delay_ms: i64,
    tolerance_ms: i64,
    starts: &[i64],
    around: &Surroundings,
) -> Vec<LifeSlot> {
    let mut cursor = Cursor::new(starts);
    places_ms
        .filter_map(|named_ms| {
            let at = named_ms + delay_ms;
            let hit = cursor.nearest(at, tolerance_ms);
            let observed = hit.is_some() || around.observation.covers(at - tolerance_ms, at + tolerance_ms);
            observed.then_some(LifeSlot { named_ms, hit })
        })
        .collect()
}
