//! Small problems for the tests of this folder.

use super::choice::Strategy;
use super::problem::{PROBLEM_FORMAT, PlanHost, PlanRule, Precedence, Problem};
use super::random::Random;
use super::score::score;

/// One occurrence at `wanted`, shift -4..=4, on host 0.
pub fn rule(id: &str, wanted: i64, duration: i64, demand: &[i64]) -> PlanRule {
    PlanRule {
        id: id.to_owned(),
        kind: String::new(),
        wanted: vec![wanted],
        earliest: -4,
        latest: 4,
        duration,
        demand: demand.to_vec(),
        gpu_mem_per_device_gb: 0,
        power_w: 100,
        priority: 1,
        migrate_minutes: 0,
        tags: Vec::new(),
        host: 0,
        hosts: vec![0],
    }
}

/// Two hours of five-minute slots on one host with ten units of one resource.
pub fn two_hour_problem(rules: Vec<PlanRule>) -> Problem {
    Problem {
        format: PROBLEM_FORMAT.to_owned(),
        name: "sample".to_owned(),
        slot_minutes: 5,
        horizon_slots: 24,
        resources: vec!["cpu".to_owned()],
        hosts: vec![PlanHost {
            id: "h0".to_owned(),
            capacity: vec![10],
            gpu_mem_per_device_gb: 0,
            idle_w: 1000,
        }],
        target_util_pct: 80,
        price: (0..24).map(|slot| if slot < 12 { 10 } else { 30 }).collect(),
        rules,
        precedences: Vec::new(),
    }
}

/// A random problem with two hosts, tags, a chain, rules that overlap themselves and fixed rules.
pub fn random_problem(seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let mut problem = two_hour_problem(Vec::new());
    problem.horizon_slots = 12 + random.below(30) as i64;
    problem.price = (0..problem.horizon_slots).map(|_| random.below(40) as i64).collect();
    problem.resources = vec!["cpu".to_owned(), "gpu".to_owned()];
    problem.hosts = (0..2)
        .map(|host| PlanHost {
            id: format!("h{host}"),
            capacity: vec![8 + random.below(20) as i64, 2 + random.below(6) as i64],
            gpu_mem_per_device_gb: 0,
            idle_w: random.below(3000) as i64,
        })
        .collect();
    for position in 0..3 + random.below(8) {
        let mut rule = rule("", 0, random.below(6) as i64, &[0, 0]);
        rule.id = format!("r{position}");
        rule.wanted =
            (0..1 + random.below(4)).map(|_| random.below(problem.horizon_slots as usize) as i64).collect();
        rule.earliest = -(random.below(6) as i64);
        rule.latest = random.below(8) as i64;
        rule.demand = vec![random.below(6) as i64, random.below(3) as i64];
        rule.priority = 1 + random.below(4) as i64;
        rule.migrate_minutes = 15 * random.below(3) as i64;
        rule.host = random.below(2);
        rule.hosts = if random.below(2) == 0 { vec![rule.host] } else { vec![0, 1] };
        if random.below(4) == 0 {
            rule.tags.push("t".to_owned());
        }
        problem.rules.push(rule);
    }
    if random.below(2) == 0 {
        problem.precedences.push(Precedence { before: 0, after: 1, lag: 0 });
    }
    problem
}

/// The best valid objective of all combinations, `Some(None)` where none is valid; `None` where they are too many.
pub fn least_objective(problem: &Problem, strategy: Strategy) -> Option<Option<f64>> {
    let options = |rule: &PlanRule| {
        let shifts = rule.earliest..=rule.latest;
        shifts.flat_map(|shift| rule.hosts.iter().map(move |&host| (shift, host))).collect::<Vec<_>>()
    };
    let lists: Vec<Vec<(i64, usize)>> = problem.rules.iter().map(options).collect();
    let combinations: usize = lists.iter().map(Vec::len).try_fold(1usize, usize::checked_mul)?;
    if combinations > 3000 {
        return None;
    }
    let mut least: Option<f64> = None;
    for mut number in 0..combinations {
        let mut choice = problem.unmoved();
        for (rule, list) in lists.iter().enumerate() {
            (choice.delta[rule], choice.host[rule]) = list[number % list.len()];
            number /= list.len();
        }
        let scored = score(problem, &choice);
        if scored.is_valid(strategy) && scored.peak.is_finite() {
            let value = scored.objective(strategy);
            least = Some(least.map_or(value, |least| least.min(value)));
        }
    }
    Some(least)
}

/// Two hosts and up to four rules that recur every six slots, some of them on either host.
pub fn recurring_problem(seed: u64) -> Problem {
    let mut random = Random::new(seed);
    let mut problem = two_hour_problem(Vec::new());
    problem.hosts.push(problem.hosts[0].clone());
    for host in &mut problem.hosts {
        host.idle_w = random.below(30_000) as i64;
    }
    for _ in 0..2 + random.below(2) {
        let mut recurring = rule("r", random.below(3) as i64, 1 + random.below(3) as i64, &[4]);
        recurring.wanted = (0..4).map(|turn| recurring.wanted[0] + 6 * turn).collect();
        recurring.earliest = -(random.below(3) as i64);
        recurring.latest = random.below(4) as i64;
        recurring.power_w = random.below(400) as i64;
        recurring.host = random.below(2);
        recurring.hosts = if random.below(3) == 0 { vec![recurring.host] } else { vec![0, 1] };
        problem.rules.push(recurring);
    }
    if random.below(2) == 0 {
        problem.rules.push(rule("once", random.below(24) as i64, 2, &[3]));
    }
    problem
}
