//! From rules to a timetable problem: slots, demands, windows, and what had to be assumed.

use super::problem::{PROBLEM_FORMAT, PlanHost, PlanRule, Precedence, Problem};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Quantiles;
use crate::domain::rules::{Capacity, RuleId, StoredRule};
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Slots beyond which a longer slot is taken: two weeks of five minutes would be twice this.
const MOST_SLOTS: i64 = 2_016;

/// Lengths a slot may have, minutes: divisors of an hour, so that every hour begins one.
const SLOT_MINUTES: [i64; 6] = [5, 10, 15, 20, 30, 60];

/// Units that one CPU core, or one GPU, is counted in, so that shares of one can be told apart.
const PER_UNIT: f64 = 100.0;

/// Cores assumed for a rule whose runs never told.
const ASSUMED_CORES: f64 = 1.0;

/// Power figures assumed until a configuration gives better ones, watts: a machine at idle, a busy core, a busy
/// GPU. Only `--resource-efficiency` rests on them, and only their ratios decide a plan.
const IDLE_WATTS: f64 = 60.0;
const CORE_WATTS: f64 = 10.0;
const GPU_WATTS: f64 = 250.0;

/// Price assumed for every slot, cents per kWh.
const CENTS_PER_KWH: i64 = 30;

/// What a problem is built from.
#[derive(Clone, Debug)]
pub struct BuildInput<'a> {
    /// The rules that count, in order of their ids.
    pub rules: &'a [StoredRule],
    /// Pairs of task types of which the second follows the first.
    pub follows: &'a [(String, String)],
    /// What the machine has; what is unknown is not planned for.
    pub capacity: Capacity,
    /// Its name.
    pub host: &'a str,
    /// The horizon; its length is rounded up to whole slots.
    pub horizon: TimeSpan,
    /// Share of a capacity above which `efficiency` charges extra, 0..1.
    pub target_utilization: f64,
}

/// A problem, and how it stands to the rules it was built from.
#[derive(Clone, Debug, PartialEq)]
pub struct BuiltProblem {
    /// The problem; its rules are `rule_ids`, in that order.
    pub problem: Problem,
    /// The rule behind each rule of the problem.
    pub rule_ids: Vec<RuleId>,
    /// When slot 0 begins.
    pub origin: Timestamp,
    /// First occurrence of each rule within the horizon.
    pub first_occurrence: Vec<Timestamp>,
    /// What had to be assumed, one sentence each.
    pub assumptions: Vec<String>,
    /// Rules that are not part of the problem, and why.
    pub left_out: Vec<(RuleId, String)>,
}

/// A resource that is planned for: its name, capacity in units, and what a rule asks for.
struct PlannedResource {
    name: &'static str,
    capacity: i64,
    demand: fn(&StoredRule) -> Option<f64>,
    assumed: f64,
    per_unit: f64,
}

/// Builds the problem of `input`: each rule's occurrences within the horizon as slots, its window cut to the
/// shifts that its schedule can express.
pub fn build_problem(input: &BuildInput<'_>) -> BuiltProblem {
    let minutes = (input.horizon.length_ms() + MINUTE_MS - 1) / MINUTE_MS;
    let fits = |slot: &i64| minutes / slot <= MOST_SLOTS;
    let slot_minutes = SLOT_MINUTES.into_iter().find(fits).unwrap_or(60);
    let horizon_slots = ((minutes + slot_minutes - 1) / slot_minutes).max(1);
    let mut built = BuiltProblem {
        problem: Problem {
            format: PROBLEM_FORMAT.to_owned(),
            name: input.host.to_owned(),
            slot_minutes,
            horizon_slots,
            resources: Vec::new(),
            hosts: Vec::new(),
            target_util_pct: (input.target_utilization * 100.0).round() as i64,
            price: vec![CENTS_PER_KWH; horizon_slots as usize],
            rules: Vec::new(),
            precedences: Vec::new(),
        },
        rule_ids: Vec::new(),
        origin: input.horizon.start,
        first_occurrence: Vec::new(),
        assumptions: Vec::new(),
        left_out: Vec::new(),
    };
    let resources = planned_resources(input, &mut built.assumptions);
    built.problem.resources = resources.iter().map(|resource| resource.name.to_owned()).collect();
    built.problem.hosts = vec![PlanHost {
        id: input.host.to_owned(),
        capacity: resources.iter().map(|resource| resource.capacity).collect(),
        gpu_mem_per_device_gb: 0,
        idle_w: IDLE_WATTS as i64,
    }];
    for stored in input.rules {
        match plan_rule(stored, input, slot_minutes, horizon_slots, &resources) {
            Ok((rule, first, assumed)) => {
                built.problem.rules.push(rule);
                built.rule_ids.push(stored.id);
                built.first_occurrence.push(first);
                if !assumed.is_empty() {
                    built.assumptions.push(format!(
                        "rule {} ({}): {} assumed, its runs do not tell",
                        stored.id.0,
                        stored.rule.task_type,
                        assumed.join(", ")
                    ));
                }
            }
            Err(reason) => built.left_out.push((stored.id, reason)),
        }
    }
    built.problem.precedences = precedences(input, &built);
    built
}

/// The resources whose capacity is known and that some rule may ask for.
fn planned_resources(input: &BuildInput<'_>, assumptions: &mut Vec<String>) -> Vec<PlannedResource> {
    fn p75(quantiles: Option<Quantiles>) -> Option<f64> {
        quantiles.map(|quantiles| quantiles.p75)
    }
    let candidates = [
        (
            "cpu_cores",
            input.capacity.cpu_cores,
            PER_UNIT,
            ASSUMED_CORES,
            (|stored| p75(stored.rule.resources.cpu_cores)) as fn(&StoredRule) -> Option<f64>,
        ),
        ("memory_mib", input.capacity.memory_mib, 1.0, 0.0, |stored| p75(stored.rule.resources.memory_mib)),
        ("gpu_count", input.capacity.gpu_count, PER_UNIT, 0.0, |stored| p75(stored.rule.resources.gpu_count)),
        ("gpu_memory_mib", input.capacity.gpu_memory_mib, 1.0, 0.0, |stored| {
            p75(stored.rule.resources.gpu_memory_mib)
        }),
    ];
    let mut planned = Vec::new();
    for (name, capacity, per_unit, assumed, demand) in candidates {
        let asked = input.rules.iter().any(|stored| demand(stored).is_some_and(|value| value > 0.0));
        match capacity.filter(|capacity| *capacity > 0.0) {
            Some(capacity) if asked || assumed > 0.0 => {
                let capacity = (capacity * per_unit).round() as i64;
                planned.push(PlannedResource { name, capacity, demand, assumed, per_unit });
            }
            None if asked => assumptions.push(format!(
                "{name}: rules ask for it, but this machine's capacity is unknown, so it is not planned for"
            )),
            _ => {}
        }
    }
    planned
}

/// The rule in slots, its first occurrence, and what had to be assumed of it; `Err` says why it takes no part.
fn plan_rule(
    stored: &StoredRule,
    input: &BuildInput<'_>,
    slot_minutes: i64,
    horizon_slots: i64,
    resources: &[PlannedResource],
) -> Result<(PlanRule, Timestamp, Vec<String>), String> {
    let rule = &stored.rule;
    if matches!(rule.schedule, Schedule::Follows { .. } | Schedule::Window { .. }) {
        return Err("it has no start times of its own".to_owned());
    }
    let slot_ms = slot_minutes * MINUTE_MS;
    let mut occurrences =
        rule.schedule.occurrences_iter(input.horizon, rule.zone).take(horizon_slots as usize + 1).peekable();
    let Some(first) = occurrences.peek().copied() else {
        return Err("it does not fire within the horizon".to_owned());
    };
    let mut wanted: Vec<i64> =
        occurrences.map(|at| at.since(input.horizon.start).div_euclid(slot_ms)).collect();
    wanted.dedup();
    let mut assumed = Vec::new();
    let duration = match rule.resources.duration_seconds {
        Some(quantiles) => ((quantiles.p75 * 1000.0 / slot_ms as f64).ceil() as i64).max(1),
        None => {
            assumed.push(format!("{slot_minutes} min of run time"));
            1
        }
    };
    if duration > horizon_slots {
        return Err(format!("a run ({} min) is longer than the horizon", duration * slot_minutes));
    }
    let mut demand = Vec::new();
    let mut power = 0.0;
    for resource in resources {
        let known = (resource.demand)(stored);
        if known.is_none() && resource.assumed > 0.0 {
            assumed.push(format!("{} {}", resource.assumed, resource.name));
        }
        let value = known.unwrap_or(resource.assumed).max(0.0);
        power += match resource.name {
            "cpu_cores" => value * CORE_WATTS,
            "gpu_count" => value * GPU_WATTS,
            _ => 0.0,
        };
        demand.push((value * resource.per_unit).ceil().min(1e9) as i64);
    }
    let (earliest, latest) = window(stored, slot_minutes);
    let plan_rule = PlanRule {
        id: stored.id.0.to_string(),
        kind: rule.schedule.describe(),
        wanted,
        earliest,
        latest,
        duration,
        demand,
        gpu_mem_per_device_gb: 0,
        power_w: power.round() as i64,
        priority: i64::from(rule.priority.max(1)),
        migrate_minutes: 0,
        tags: Vec::new(),
        host: 0,
        hosts: vec![0],
    };
    Ok((plan_rule, first, assumed))
}

/// The rule's flexibility in slots, cut to the shifts around 0 that its schedule can express. Flexibility counts
/// from where the rule was before any plan moved it.
fn window(stored: &StoredRule, slot_minutes: i64) -> (i64, i64) {
    let rule = &stored.rule;
    let reach = |minutes: i64, direction: i64| {
        let most = (minutes.max(0) / slot_minutes).min(DAY_MS / MINUTE_MS / slot_minutes);
        (1..=most)
            .take_while(|slots| rule.schedule.shifted(direction * slots * slot_minutes).is_some())
            .last()
            .unwrap_or(0)
    };
    let earlier = i64::from(rule.flexibility.earlier_minutes) + rule.shift_minutes;
    let later = i64::from(rule.flexibility.later_minutes) - rule.shift_minutes;
    (-reach(earlier, -1), reach(later, 1))
}

/// A follower's rule starts after its predecessor's rule, where they fire equally often and in that order now.
fn precedences(input: &BuildInput<'_>, built: &BuiltProblem) -> Vec<Precedence> {
    let positions = |name: &str| -> Vec<usize> {
        built
            .rule_ids
            .iter()
            .enumerate()
            .filter(|(_, id)| {
                input.rules.iter().any(|stored| stored.id == **id && stored.rule.task_type == name)
            })
            .map(|(position, _)| position)
            .collect()
    };
    let mut found = Vec::new();
    for (predecessor, successor) in input.follows {
        let (firsts, seconds) = (positions(predecessor), positions(successor));
        let ([before], [after]) = (firsts.as_slice(), seconds.as_slice()) else { continue };
        let (first, second) = (&built.problem.rules[*before], &built.problem.rules[*after]);
        let in_order = second.wanted[0] >= first.wanted[0] + first.duration;
        if before != after && first.wanted.len() == second.wanted.len() && in_order {
            found.push(Precedence { before: *before, after: *after, lag: 0 });
        }
    }
    found
}
