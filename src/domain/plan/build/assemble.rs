//! Puts a problem together: rules in slots within their windows, expected work, orders, exclusions, prices.

use super::background::expected_work;
use super::device::{device_gb, lacking_device, needed_gb};
use super::exclusion::{blackout_rule, tag_exclusions};
use super::grid::{all_start_on, repeats, slot_minutes};
use super::left_out::{LeftOut, missed_words};
use super::needs::{Asker, PlannedNeeds, PlannedResource, planned_needs, planned_resources};
use super::order::precedences;
use super::window::{ShiftWindow, shift_window};
use super::{
    Assumption, Blackout, BuildInput, BuiltProblem, HorizonForm, Kin, PlannedWork, TimeGrid, WindowLimit,
};
use crate::domain::calendar::{Schedule, local_time};
use crate::domain::plan::problem::{PROBLEM_FORMAT, PlanHost, PlanRule, Problem};
use crate::domain::rules::{StoredRule, shortest_spacing_ms};
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};

use chrono::Timelike;

/// Power of an idle host, watts; see the figures in `needs.rs`.
const IDLE_WATTS: i64 = 60;

/// Minutes of a slot that the energy formula of `sched-opt/1` is made for.
const PRICED_MINUTES: f64 = 5.0;

/// A rule that takes part, before it is put into slots.
struct Candidate<'a> {
    stored: &'a StoredRule,
    needs: PlannedNeeds,
    window: ShiftWindow,
    host: usize,
    first: Timestamp,
}

/// Builds the problem of `input`: each rule's occurrences as slots, its window cut to the shifts that its schedule can
/// express, and beside them the work that no rule starts.
pub fn build_problem(input: &BuildInput<'_>) -> BuiltProblem {
    let slot = slot_minutes(input.rules, input.flexibility, input.horizon, input.slots);
    let mut grid = TimeGrid::repeating(input.horizon, slot);
    let mut notes = Vec::new();
    let mut assumed = Vec::new();
    let mut left_out = Vec::new();
    let mut missed = Vec::new();
    let mut warnings = Vec::new();
    let resources = planned_resources(input, &mut warnings);
    let host_of = |kin: &Kin| {
        let named = kin.host.as_ref();
        input.hosts.iter().position(|host| Some(&host.name) == named).unwrap_or(0)
    };
    let mut candidates = Vec::new();
    for stored in input.rules {
        match candidate(stored, input, &grid, &resources, &host_of, &mut assumed) {
            Ok(candidate) => candidates.push(candidate),
            Err(LeftOut::Idle(reason)) => left_out.push((stored.id, reason)),
            Err(LeftOut::Loaded(reason)) => {
                missed.push(format!("rule {} ({reason})", stored.id.0));
                left_out.push((stored.id, reason));
            }
        }
    }
    let repeating = input.expected.is_empty()
        && input.blackouts.is_empty()
        && candidates.iter().all(|candidate| repeats(candidate.stored, grid.span()));
    if !repeating {
        let reach = |candidate: &Candidate<'_>| {
            let window = candidate.window.latest.max(-candidate.window.earliest);
            grid.slots_in(candidate.needs.duration_ms) + window
        };
        let furthest = candidates.iter().map(reach).max().unwrap_or(0);
        grid = grid.unrolled(furthest.min(grid.slots));
        notes.push(format!(
            "the horizon does not repeat exactly: all figures count {:.1} h to either side of it, too, for the runs \
             that reach across",
            grid.horizon.start.since(grid.origin) as f64 / HOUR_MS as f64
        ));
    }
    let starts_are_rounded = !all_start_on(input.rules, input.horizon, grid.slot_minutes);
    if starts_are_rounded {
        notes.push(format!("starts are rounded down to {} minutes", grid.slot_minutes));
    }
    let mut rules: Vec<PlanRule> =
        candidates.iter().map(|candidate| placed(candidate, &grid, &resources)).collect();
    let mut work: Vec<PlannedWork> = candidates.iter().map(rule_of).collect();
    let names = |name: &str| -> Vec<usize> {
        let is_of = |candidate: &Candidate<'_>| candidate.stored.rule.task_type == name;
        candidates.iter().enumerate().filter(|(_, one)| is_of(one)).map(|(place, _)| place).collect()
    };
    warnings.extend(missed_words(&missed));
    // Before anything is asked of windows: what cannot leave a blackout has none.
    let mut stuck = Vec::new();
    let host_names: Vec<String> = input.hosts.iter().map(|host| host.name.clone()).collect();
    let keep_out = |blackout: &Blackout| {
        let rule = blackout_rule(blackout, &grid, &mut rules, &host_names, &mut stuck, &mut warnings)?;
        Some((rule, PlannedWork::Blackout { name: blackout.name.clone() }))
    };
    let blackouts: Vec<(PlanRule, PlannedWork)> = input.blackouts.iter().filter_map(keep_out).collect();
    for position in stuck {
        if let PlannedWork::Rule { earlier, later, .. } = &mut work[position] {
            (*earlier, *later) = (WindowLimit::Blackout, WindowLimit::Blackout);
        }
    }
    notes.extend(warnings.iter().cloned());
    let durations_ms: Vec<i64> = candidates.iter().map(|candidate| candidate.needs.duration_ms).collect();
    let (precedences, orders) = precedences(input, &rules, &durations_ms, &names, &grid).into_iter().unzip();
    for (rule, stands_for) in expected_work(input, &grid, &resources, &host_of, &mut assumed) {
        rules.push(rule);
        work.push(stands_for);
    }
    let owners = owners(&candidates, &work);
    tag_exclusions(input, &mut rules, &owners, grid.slots);
    for (rule, stands_for) in blackouts {
        rules.push(rule);
        work.push(stands_for);
    }
    let problem = Problem {
        format: PROBLEM_FORMAT.to_owned(),
        name: host_names.join(", "),
        slot_minutes: grid.slot_minutes,
        horizon_slots: grid.slots,
        resources: resources.iter().map(|resource| resource.name.to_owned()).collect(),
        hosts: hosts(input, &resources),
        target_util_pct: (input.target_utilization * 100.0).round() as i64,
        price: prices(input, &grid),
        rules,
        precedences,
    };
    BuiltProblem { problem, work, orders, grid, assumed, notes, warnings, left_out, starts_are_rounded }
}

/// The rule with its needs and window; `Err` says why it takes no part.
fn candidate<'a>(
    stored: &'a StoredRule,
    input: &BuildInput<'_>,
    grid: &TimeGrid,
    resources: &[PlannedResource],
    host_of: &dyn Fn(&Kin) -> usize,
    assumed: &mut Vec<Assumption>,
) -> Result<Candidate<'a>, LeftOut> {
    let rule = &stored.rule;
    if matches!(rule.schedule, Schedule::Follows { .. } | Schedule::Window { .. }) {
        return Err(LeftOut::Idle("it has no start times of its own".to_owned()));
    }
    let Some(first) = rule.schedule.occurrences_iter(grid.span(), rule.zone).next() else {
        return Err(LeftOut::Idle("it does not fire within the horizon".to_owned()));
    };
    let learned = input.kin.get(&rule.task_type).cloned().unwrap_or_default();
    let kin = Kin {
        user: rule.user.clone().or(learned.user),
        queue: learned.queue,
        host: rule.host.clone().or(learned.host),
    };
    let mut told = Vec::new();
    let asker =
        Asker { rule_id: Some(stored.id), task_type: &rule.task_type, kin: &kin, known: &rule.resources };
    let needs = planned_needs(&asker, input, resources, &mut told);
    let slots = grid.slots_in(needs.duration_ms);
    if slots > grid.slots {
        let minutes = slots * grid.slot_minutes;
        return Err(LeftOut::Loaded(format!("a run ({minutes} min) is longer than the horizon")));
    }
    let host = host_of(&kin);
    let lacking = resources.iter().zip(&needs.amounts).find(|(resource, amount)| {
        resource.units(**amount) > 0 && resource.capacity_units(&input.hosts[host].capacity) == 0
    });
    if let Some((resource, _)) = lacking {
        return Err(LeftOut::Loaded(format!(
            "it asks for {}, and {} is not known to have any",
            resource.name, input.hosts[host].name
        )));
    }
    if let Some(reason) = lacking_device(&needs, &input.hosts[host]) {
        return Err(LeftOut::Loaded(reason));
    }
    assumed.append(&mut told);
    // Further than half of its spacing, and a rule would take the places of its own next runs.
    let flexibility = input
        .flexibility
        .get(&stored.id)
        .copied()
        .unwrap_or(rule.flexibility)
        .within_spacing(shortest_spacing_ms(&rule.schedule, rule.zone, input.horizon.start));
    // Twice a day to either side: as far as a run may be moved, and as long as most last.
    let span = grid.span();
    let around = TimeSpan { start: span.start.plus_ms(-2 * DAY_MS), end: span.end.plus_ms(2 * DAY_MS) };
    let window = shift_window(stored, flexibility, grid, around);
    Ok(Candidate { stored, needs, window, host, first })
}

/// The rule in slots: every start whose run may reach into the horizon, and those its own may run into.
fn placed(candidate: &Candidate<'_>, grid: &TimeGrid, resources: &[PlannedResource]) -> PlanRule {
    let rule = &candidate.stored.rule;
    let span = match grid.form {
        HorizonForm::Repeating => grid.span(),
        HorizonForm::Unrolled => {
            let reach = grid.horizon.start.since(grid.origin) / 2;
            let span = grid.span();
            TimeSpan { start: span.start.plus_ms(-reach), end: span.end.plus_ms(reach) }
        }
    };
    let mut wanted: Vec<i64> =
        rule.schedule.occurrences_iter(span, rule.zone).map(|at| grid.slot_of(at)).collect();
    wanted.dedup();
    let units = resources.iter().zip(&candidate.needs.amounts);
    PlanRule {
        id: candidate.stored.id.0.to_string(),
        kind: rule.schedule.describe(),
        wanted,
        earliest: candidate.window.earliest,
        latest: candidate.window.latest,
        duration: grid.slots_in(candidate.needs.duration_ms).max(1),
        demand: units.map(|(resource, amount)| resource.units(*amount)).collect(),
        gpu_mem_per_device_gb: needed_gb(candidate.needs.device_mib),
        power_w: candidate.needs.power_w,
        priority: i64::from(rule.priority.max(1)),
        migrate_minutes: 0,
        tags: Vec::new(),
        host: candidate.host,
        hosts: vec![candidate.host],
    }
}

fn rule_of(candidate: &Candidate<'_>) -> PlannedWork {
    PlannedWork::Rule {
        id: candidate.stored.id,
        first_occurrence: candidate.first,
        earlier: candidate.window.earlier,
        later: candidate.window.later,
    }
}

/// The stored rule and the task type behind each rule of the problem.
fn owners<'a>(candidates: &[Candidate<'a>], work: &[PlannedWork]) -> Vec<(Option<&'a StoredRule>, String)> {
    let expected = work[candidates.len()..].iter().map(|work| match work {
        PlannedWork::Expected { task_type } => (None, task_type.clone()),
        _ => (None, String::new()),
    });
    let of_rules = candidates.iter().map(|one| (Some(one.stored), one.stored.rule.task_type.clone()));
    of_rules.chain(expected).collect()
}

fn hosts(input: &BuildInput<'_>, resources: &[PlannedResource]) -> Vec<PlanHost> {
    let host = |host: &super::HostInput| PlanHost {
        id: host.name.clone(),
        capacity: resources.iter().map(|resource| resource.capacity_units(&host.capacity)).collect(),
        gpu_mem_per_device_gb: device_gb(host),
        idle_w: IDLE_WATTS,
    };
    input.hosts.iter().map(host).collect()
}

/// The price of each slot, such that the objective is in cents whatever the length of a slot.
fn prices(input: &BuildInput<'_>, grid: &TimeGrid) -> Vec<i64> {
    let scale = grid.slot_minutes as f64 / PRICED_MINUTES;
    let of_slot = |slot: i64| {
        let hour = local_time(input.zone, grid.at(slot)).hour() as usize;
        (input.price_by_hour[hour] as f64 * scale).round() as i64
    };
    (0..grid.slots).map(of_slot).collect()
}
