//! Small problems for the tests of this folder.

use super::problem::{PROBLEM_FORMAT, PlanHost, PlanRule, Precedence, Problem};
use super::random::Random;

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
