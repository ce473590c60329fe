//! Habits: when a user starts one kind of work, as far as neither schedules nor the user's hours explain it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::activity_profile::ActivityProfile;
use super::habit_search::{DrawnRun, HabitWindow, best_window};
use super::history::Starts;
use super::slot_life::{OpenSlot, SlotLife, SlotTest, slot_life};
use super::surroundings::Surroundings;
use crate::domain::activity::UserId;
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{
    EvidenceDetails, HabitDetails, JitterSeconds, Pattern, PatternType, Quantiles, resource_profile,
};
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// Runs and days with runs that a habit needs.
const FEWEST_RUNS: usize = 10;
const FEWEST_DAYS: usize = 8;
/// Runs of other work below which nothing can be said of a user's hours.
const FEWEST_COMPARED: f64 = 30.0;

/// A run of one user as clocks show it.
#[derive(Clone, Copy, Debug)]
struct LocalRun {
    day: i32,
    minute: u16,
    index: usize,
}

/// The runs of one user in one history that no schedule explains.
struct Stream {
    history: usize,
    user: UserId,
    runs: Vec<LocalRun>,
    drawn: Vec<DrawnRun>,
    profile: ActivityProfile,
}

/// A habit that may be one.
pub(super) struct HabitCandidate {
    /// ln e-value after charges.
    pub(super) net: f64,
    /// The pattern.
    pub(super) pattern: Pattern,
}

/// Candidates for habits, and how many streams were tested for one. `explained` says for each history which runs
/// a schedule explains.
pub(super) fn habit_candidates(
    histories: &[Starts<'_>],
    explained: &[Vec<bool>],
    user_names: &BTreeMap<UserId, String>,
    around: &Surroundings,
) -> (Vec<HabitCandidate>, usize) {
    let streams: Vec<Stream> = histories
        .par_iter()
        .enumerate()
        .flat_map_iter(|(index, starts)| streams_of(index, starts, &explained[index], around))
        .collect();
    let mut by_user: BTreeMap<UserId, ActivityProfile> = BTreeMap::new();
    let mut by_history: BTreeMap<usize, ActivityProfile> = BTreeMap::new();
    let mut everyone = ActivityProfile::default();
    for stream in &streams {
        by_user.entry(stream.user).or_default().merge(&stream.profile);
        by_history.entry(stream.history).or_default().merge(&stream.profile);
        everyone.merge(&stream.profile);
    }
    let tested: Vec<(&Stream, ActivityProfile, bool)> = streams
        .iter()
        .filter(|stream| stream.runs.len() >= FEWEST_RUNS && stream.drawn.len() >= FEWEST_DAYS)
        .filter_map(|stream| {
            let own = by_user.get(&stream.user)?.without(&stream.profile);
            if own.total() >= FEWEST_COMPARED {
                return Some((stream, own, false));
            }
            let pooled = everyone.without(by_history.get(&stream.history)?);
            (pooled.total() >= FEWEST_COMPARED).then_some((stream, pooled, true))
        })
        .collect();
    let count = tested.len();
    let found = tested
        .into_par_iter()
        .filter_map(|(stream, profile, is_pooled)| {
            let window = best_window(&stream.drawn, &profile).filter(|window| window.net > 0.0)?;
            let user = user_names.get(&stream.user).cloned();
            let details = HabitDetails {
                user: user.unwrap_or_else(|| stream.user.0.to_string()),
                days_with_runs: window.counts.slots,
                drawn_hits: window.counts.hits,
                tested_start_minute: window.start_minute,
                tested_end_minute: window.end_minute,
                compared_runs: profile.total() as u64,
                is_pooled,
            };
            report(stream, &window, details, &histories[stream.history], around)
        })
        .collect();
    (found, count)
}

/// The unexplained runs of a history, by user.
fn streams_of(history: usize, starts: &Starts<'_>, explained: &[bool], around: &Surroundings) -> Vec<Stream> {
    let clock = &around.clocks[0];
    let mut by_user: BTreeMap<UserId, Vec<LocalRun>> = BTreeMap::new();
    for (index, run) in starts.runs.iter().enumerate() {
        let (Some(user), false) = (run.user, explained.get(index).copied().unwrap_or(false)) else {
            continue;
        };
        let local = clock.local(starts.at_ms[index]);
        let minute = (local.rem_euclid(DAY_MS) / MINUTE_MS) as u16;
        let day = local.div_euclid(DAY_MS) as i32;
        by_user.entry(user).or_default().push(LocalRun { day, minute, index });
    }
    by_user
        .into_iter()
        .map(|(user, mut runs)| {
            // Clocks that are set back put a later run before an earlier one.
            runs.sort_by_key(|run| (run.day, run.index));
            let drawn: Vec<DrawnRun> = runs
                .chunk_by(|one, other| one.day == other.day)
                .map(|of_day| {
                    let run = of_day[draw(history as u64, of_day[0].day) as usize % of_day.len()];
                    let weekday = around.days.get(run.day).weekday;
                    DrawnRun { day: run.day, weekday, minute: run.minute }
                })
                .collect();
            let mut profile = ActivityProfile::default();
            for run in &drawn {
                profile.add(run.weekday, run.minute);
            }
            Stream { history, user, runs, drawn, profile }
        })
        .collect()
}

/// A fixed choice that knows nothing of the runs: which of a day's runs is looked at (splitmix64's mix).
fn draw(history: u64, day: i32) -> u64 {
    let mut mixed = (day as u32 as u64 | history << 32).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 1
}

/// The pattern of a window that stands out, over all days that it could have opened on.
fn report(
    stream: &Stream,
    window: &HabitWindow,
    habit: HabitDetails,
    starts: &Starts<'_>,
    around: &Surroundings,
) -> Option<HabitCandidate> {
    let (start_minute, end_minute) = shown_window(stream, window, around)?;
    let in_window = |run: &&LocalRun| (start_minute..end_minute).contains(&run.minute);
    let clock = &around.clocks[0];
    let (first, last) =
        (stream.runs.first()?.day, clock.local(around.observation.end_ms()).div_euclid(DAY_MS));
    let mut slots: Vec<OpenSlot> = Vec::new();
    let mut hits: Vec<&LocalRun> = Vec::new();
    for day in first..=last as i32 {
        if !around.days.get(day).passes(window.days) {
            continue;
        }
        let from = stream.runs.partition_point(|run| run.day < day);
        let of_day = stream.runs[from..].iter().take_while(|run| run.day == day);
        let hit = of_day.clone().find(in_window);
        hits.extend(of_day.filter(in_window));
        let local = i64::from(day) * DAY_MS;
        let opens = clock.utc(local + i64::from(start_minute) * MINUTE_MS)[0];
        let closes = clock.utc(local + i64::from(end_minute) * MINUTE_MS)[0];
        let hit_ms = hit.map(|run| starts.at_ms[run.index]);
        match (opens.or(hit_ms), closes) {
            (Some(opens_ms), _) if hit_ms.is_some() => slots.push(OpenSlot { opens_ms, hit_ms }),
            (Some(opens_ms), Some(closes_ms)) if around.observation.covers(opens_ms, closes_ms) => {
                slots.push(OpenSlot { opens_ms, hit_ms: None });
            }
            _ => {}
        }
    }
    let life = slot_life(&slots)?;
    let test = SlotTest {
        runs: starts.runs.len() as u64,
        extra: extra_runs(stream, &hits, starts, &life),
        counts: window.counts,
        charge_nats: window.charge_nats,
        half_width_ms: i64::from(end_minute - start_minute) * MINUTE_MS / 2,
        jitter: jitter(&hits, (start_minute + end_minute) / 2),
    };
    let details = EvidenceDetails { habit: Some(habit), ..EvidenceDetails::default() };
    let pattern = Pattern {
        pattern_type: PatternType::UserBehavior,
        task_types: vec![starts.name.to_owned()],
        schedule: Schedule::Window { days: window.days, start_minute, end_minute },
        zone: zone_of(around),
        confidence: life.confidence(),
        evidence: life.evidence(&test, details),
        resources: resource_profile(hits.iter().map(|run| starts.runs[run.index])),
        is_active: life.is_active,
        group: None,
        moved_from: None,
    };
    Some(HabitCandidate { net: window.net, pattern })
}

fn zone_of(around: &Surroundings) -> Zone {
    around.clocks[0].zone
}

/// Where the central 90 % of the runs in and near the tested window lie, to five minutes and at least half an
/// hour long.
fn shown_window(stream: &Stream, window: &HabitWindow, around: &Surroundings) -> Option<(u16, u16)> {
    const NEAR_MINUTES: u16 = 60;
    const SHORTEST: u16 = 30;
    let near = window.start_minute.saturating_sub(NEAR_MINUTES)..window.end_minute + NEAR_MINUTES;
    let mut minutes: Vec<u16> = stream
        .runs
        .iter()
        .filter(|run| near.contains(&run.minute) && around.days.get(run.day).passes(window.days))
        .map(|run| run.minute)
        .collect();
    minutes.sort_unstable();
    let place =
        |share: f64| minutes.get((share * (minutes.len().max(1) - 1) as f64).round() as usize).copied();
    let start = place(0.05)? / 5 * 5;
    let end = (place(0.95)? + 1).div_ceil(5) * 5;
    let missing = SHORTEST.saturating_sub(end - start);
    let start = start.saturating_sub(missing / 2 / 5 * 5);
    Some((start, end.max(start + SHORTEST).min(24 * 60)))
}

/// Runs of the user in the habit's life that lie outside its windows.
fn extra_runs(stream: &Stream, hits: &[&LocalRun], starts: &Starts<'_>, life: &SlotLife) -> u64 {
    let lived = life.first_ms()..=life.last_ms();
    let all = stream.runs.iter().filter(|run| lived.contains(&starts.at_ms[run.index])).count();
    let inside = hits.iter().filter(|run| lived.contains(&starts.at_ms[run.index])).count();
    (all - inside) as u64
}

fn jitter(hits: &[&LocalRun], middle: u16) -> JitterSeconds {
    Quantiles::of(hits.iter().map(|run| 60.0 * f64::from(run.minute.abs_diff(middle))))
        .map_or_else(JitterSeconds::default, |apart| JitterSeconds { p50: apart.p50, p95: apart.p95 })
}
