//! Clock times of one history that belong together, joined as one cron line would state them.

use std::collections::BTreeMap;

use super::clock_evidence::{ClockCandidate, examine};
use super::clock_times::ClockTimes;
use super::day_choice::filter_nats;
use super::shared_minute::share_minutes;
use super::surroundings::Surroundings;
use crate::domain::calendar::DayFilter;
use crate::domain::patterns::Proof;
use crate::domain::time::{DAY_MS, MINUTE_MS};

/// One schedule: several clock times kept on the same days over the same time.
#[derive(Clone, Debug)]
pub(super) struct Timetable {
    /// On which days.
    pub(super) filter: DayFilter,
    /// First and last day number.
    pub(super) days: (i32, i32),
    /// Its clock times; all of one clock.
    pub(super) members: Vec<ClockTimes>,
    /// What speaks for each of the members: their slots differ, so their e-values multiply.
    pub(super) proofs: Vec<Proof>,
    /// Chance of a hit by accident, of the strongest member.
    pub(super) chance: f64,
    /// Minutes after local midnight, ascending.
    pub(super) minutes_of_day: Vec<u16>,
}

/// Joins `candidates` (strongest first) of one history whose starts are `starts`.
pub(super) fn timetables(
    candidates: Vec<ClockCandidate>,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> Vec<Timetable> {
    let candidates = agree_on_days(candidates, starts, around, resolution_ms);
    let mut groups: Vec<Vec<ClockCandidate>> = Vec::new();
    for candidate in candidates {
        let fitting = groups.iter_mut().find(|group| {
            group[0].times.clock == candidate.times.clock
                && group[0].choice.filter == candidate.choice.filter
                && same_life(group[0].choice.days, candidate.choice.days)
        });
        match fitting {
            Some(group) => group.push(candidate),
            None => groups.push(vec![candidate]),
        }
    }
    for group in &mut groups {
        share_minutes(group);
    }
    groups.into_iter().flat_map(cron_lines).collect()
}

/// Whether two lives are the same one: each covers most of the other.
fn same_life(one: (i32, i32), other: (i32, i32)) -> bool {
    let shared = one.1.min(other.1) - one.0.max(other.0) + 1;
    let longer = (one.1 - one.0).max(other.1 - other.0) + 1;
    shared * 10 >= longer * 8
}

/// Lets weaker candidates take over the days of stronger ones, where that explains their hits about as well
/// as days of their own: a list of times is kept on one set of days.
fn agree_on_days(
    candidates: Vec<ClockCandidate>,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
) -> Vec<ClockCandidate> {
    let mut agreed: Vec<ClockCandidate> = Vec::new();
    let mut models: Vec<(usize, DayFilter, (i32, i32))> = Vec::new();
    for candidate in candidates {
        let mut own = candidate;
        for (clock, filter, days) in &models {
            let unlike = own.choice.filter != *filter || own.choice.days != *days;
            let touching = own.choice.days.0 <= days.1 && days.0 <= own.choice.days.1;
            if *clock != own.times.clock || !unlike || !touching {
                continue;
            }
            let Some(shared) = examine(own.times, starts, around, resolution_ms, Some((*filter, *days)))
            else {
                continue;
            };
            let named = shared.choice.ln_probability + filter_nats(*filter) + std::f64::consts::LN_2;
            if named >= own.choice.ln_probability {
                own = ClockCandidate { net: own.net, proof: own.proof, minutes: own.minutes, ..shared };
                break;
            }
        }
        let model = (own.times.clock, own.choice.filter, own.choice.days);
        if !models.contains(&model) {
            models.push(model);
        }
        agreed.push(own);
    }
    agreed
}

/// Splits a group so that each part is a set of minutes in a set of hours: what one cron line can say.
fn cron_lines(group: Vec<ClockCandidate>) -> Vec<Timetable> {
    let mut hours_of_minute: BTreeMap<u16, u32> = BTreeMap::new();
    for candidate in &group {
        for minute in minutes_of_day(&candidate.times) {
            *hours_of_minute.entry(minute % 60).or_default() |= 1 << (minute / 60);
        }
    }
    let mut minutes_of_hours: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
    for (minute, hours) in hours_of_minute {
        minutes_of_hours.entry(hours).or_default().push(minute);
    }
    let mut lines: Vec<Timetable> = minutes_of_hours
        .values()
        .filter_map(|minutes| {
            let members: Vec<&ClockCandidate> = group
                .iter()
                .filter(|candidate| {
                    minutes_of_day(&candidate.times).iter().any(|minute| minutes.contains(&(minute % 60)))
                })
                .collect();
            let strongest = members.iter().copied().max_by(|one, other| one.net.total_cmp(&other.net))?;
            let mut times: Vec<u16> =
                members.iter().flat_map(|member| minutes_of_day(&member.times)).collect();
            times.retain(|minute| minutes.contains(&(minute % 60)));
            times.sort_unstable();
            times.dedup();
            Some(Timetable {
                filter: strongest.choice.filter,
                days: (
                    members.iter().map(|member| member.choice.days.0).min()?,
                    members.iter().map(|member| member.choice.days.1).max()?,
                ),
                proofs: members.iter().map(|member| member.proof.clone()).collect(),
                chance: strongest.chance,
                members: members.iter().map(|member| member.times).collect(),
                minutes_of_day: times,
            })
        })
        .collect();
    lines.sort_by(|one, other| one.minutes_of_day.cmp(&other.minutes_of_day));
    lines
}

/// The minutes of the day that clock times name.
pub(super) fn minutes_of_day(times: &ClockTimes) -> Vec<u16> {
    let mut label = times.label_ms;
    let mut minutes = Vec::new();
    while label < DAY_MS {
        minutes.push((label / MINUTE_MS) as u16);
        label += times.step_ms.max(MINUTE_MS);
    }
    minutes
}
