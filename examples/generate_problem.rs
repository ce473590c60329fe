//! Writes a random `sched-opt/1` problem of a given size, for measuring the optimizer on what it was not tuned on.
//!
//! `cargo run --example generate_problem -- small|medium|large --seed 1 > FILE`
//!
//! Capacities come from a hidden plan in which everything fits, so that every problem has a valid plan.

use std::io::Write;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// One rule, and where the hidden plan puts it.
struct Draft {
    kind: &'static str,
    wanted: Vec<i64>,
    earliest: i64,
    latest: i64,
    duration: i64,
    demand: [i64; 4],
    device_memory: i64,
    host: usize,
    hosts: Vec<usize>,
    tag: Option<usize>,
    hidden_shift: i64,
    hidden_host: usize,
}

/// Memory of one GPU, GB.
const DEVICE_MEMORY: i64 = 80;
const DAY: i64 = 288;
const HOUR: i64 = 12;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut size, mut seed) = (None, 1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => seed = arguments.next().context("--seed lacks its value")?.parse()?,
            _ => size = Some(argument),
        }
    }
    let size = size.context("no size given: small, medium or large")?;
    let (rules, days) = match size.as_str() {
        "small" => (20, 1),
        "medium" => (200, 1),
        "large" => (2000, 7),
        _ => bail!("unknown size {size}: small, medium or large"),
    };
    let problem = generate(&format!("{size}-g{seed}"), rules, days * DAY, seed);
    writeln!(std::io::stdout(), "{problem}")?;
    Ok(())
}

fn generate(name: &str, rules: usize, horizon: i64, seed: u64) -> Value {
    let mut random = Random(seed);
    let hosts = if (100..1000).contains(&rules) { 1 + random.below(2) } else { 1 };
    let mut drafts: Vec<Draft> = (0..rules).map(|_| draft(&mut random, horizon, hosts)).collect();
    for tag in 0..(rules / 25).max(1) {
        for _ in 0..2 + random.below(3) {
            let rule = random.below(rules);
            let daily = matches!(drafts[rule].kind, "daily" | "oneoff");
            if daily && drafts[rule].tag.is_none() && avoids(&drafts, rule, tag, horizon) {
                drafts[rule].tag = Some(tag);
            }
        }
    }
    let precedences = precedences(&mut random, &drafts, rules / 10);
    let capacities = (0..hosts).map(|host| capacity(&drafts, host, horizon)).collect::<Vec<_>>();
    let hosts_json: Vec<Value> = capacities
        .iter()
        .enumerate()
        .map(|(host, capacity)| {
            json!({"id": format!("h{host}"), "capacity": capacity, "gpu_mem_per_device_gb": DEVICE_MEMORY,
                   "idle_w": 200 + 100 * capacity[2]})
        })
        .collect();
    let price: Vec<i64> = (0..horizon)
        .map(|slot| match (slot % DAY) / HOUR {
            7..17 => 20,
            17..21 => 32,
            21..23 => 20,
            _ => 12,
        })
        .collect();
    let rules: Vec<Value> =
        drafts.iter().enumerate().map(|(position, draft)| rule_json(&mut random, position, draft)).collect();
    json!({"format": "sched-opt/1", "name": name, "slot_minutes": 5, "horizon_slots": horizon,
           "resources": ["cpu", "ram_gb", "gpu", "gpu_mem_gb"], "hosts": hosts_json, "target_util_pct": 80,
           "price": price, "rules": rules, "precedences": precedences})
}

fn draft(random: &mut Random, horizon: i64, hosts: usize) -> Draft {
    let days = horizon / DAY;
    let kind = match random.below(100) {
        0..44 => "daily",
        44..62 => "hourly",
        62..73 => "every_n",
        73..88 => "oneoff",
        _ if days > 1 => "weekly",
        _ => "daily",
    };
    // Most people choose midnight, two o'clock, or another full hour.
    let at = match random.below(10) {
        0..2 => 0,
        2..4 => 2 * HOUR,
        4..6 => HOUR * random.below(24) as i64,
        _ => random.below(DAY as usize) as i64,
    };
    let day = DAY * random.below(days as usize) as i64;
    let (wanted, longest): (Vec<i64>, usize) = match kind {
        "hourly" => {
            let minute = random.pick(&[0, 0, 0, 3, 6, 9]) + random.below(2) as i64;
            ((0..horizon / HOUR).map(|hour| minute + hour * HOUR).collect(), 4)
        }
        "every_n" => {
            let step = HOUR * random.pick(&[2, 3, 4, 6, 8, 12]);
            ((0..horizon / step).map(|turn| turn * step).collect(), 16)
        }
        "daily" => ((0..days).map(|day| at + day * DAY).collect(), 40),
        _ => (vec![at + day], 60),
    };
    // Short runs are far more common than long ones.
    let duration = 1 + (random.below(longest) * random.below(longest) / longest) as i64;
    let widest = random.pick(&[1, 3, 6, 6, 12, 12, 12, 24, 24, 36, 72]);
    let widest = if kind == "hourly" { widest.min(6) } else { widest };
    let earliest = -random.pick(&[0, 0, widest / 2, widest, widest]);
    let cpu = random.pick(&[1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 16, 32]);
    let gpus = random.pick(&[0, 0, 0, 0, 0, 0, 1, 1, 2, 4]);
    let device_memory = random.pick(&[10, 20, 40, 40, 70, 80]);
    let host = random.below(hosts);
    let all: Vec<usize> = (0..hosts).collect();
    Draft {
        kind,
        wanted,
        earliest,
        latest: widest,
        duration,
        demand: [cpu, cpu * random.pick(&[1, 2, 4, 4, 4, 8, 16]), gpus, gpus * device_memory],
        device_memory: if gpus > 0 { device_memory } else { 0 },
        host,
        hosts: if random.below(3) > 0 { all } else { vec![host] },
        tag: None,
        hidden_shift: earliest + random.below((widest - earliest + 1) as usize) as i64,
        hidden_host: host,
    }
}

fn slots(draft: &Draft, horizon: i64) -> impl Iterator<Item = usize> {
    let starts = draft.wanted.iter().map(|start| start + draft.hidden_shift);
    starts
        .flat_map(move |start| (start..start + draft.duration).map(move |at| at.rem_euclid(horizon) as usize))
}

/// Whether the hidden plan keeps a rule apart from those that carry a tag.
fn avoids(drafts: &[Draft], rule: usize, tag: usize, horizon: i64) -> bool {
    let mut taken = vec![false; horizon as usize];
    for mate in drafts.iter().filter(|mate| mate.tag == Some(tag)) {
        slots(mate, horizon).for_each(|slot| taken[slot] = true);
    }
    slots(&drafts[rule], horizon).all(|slot| !taken[slot])
}

/// Orders that the hidden plan keeps, between rules that want to start within four hours of each other.
fn precedences(random: &mut Random, drafts: &[Draft], most: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..40 * most {
        let (before, after) = (random.below(drafts.len()), random.below(drafts.len()));
        let (first, second) = (&drafts[before], &drafts[after]);
        let alike = first.kind == "daily" && second.kind == "daily";
        let wait = second.wanted[0] - first.wanted[0];
        let kept = wait + second.hidden_shift - first.hidden_shift >= first.duration
            && (0..4 * HOUR).contains(&wait);
        if found.len() < most && before != after && alike && kept {
            found.push(json!({"before": before, "after": after, "lag": 0}));
        }
    }
    found
}

/// Room for the hidden plan, and a little more.
fn capacity(drafts: &[Draft], host: usize, horizon: i64) -> Vec<i64> {
    let mut loads = vec![[0_i64; 4]; horizon as usize];
    for draft in drafts.iter().filter(|draft| draft.hidden_host == host) {
        for slot in slots(draft, horizon) {
            for (load, demand) in loads[slot].iter_mut().zip(draft.demand) {
                *load += demand;
            }
        }
    }
    let most = |resource: usize| loads.iter().map(|load| load[resource]).max().unwrap_or(0);
    let gpus = most(2).max((most(3) + DEVICE_MEMORY - 1) / DEVICE_MEMORY).max(4);
    vec![(most(0) / 4 + 1) * 4, (most(1) / 16 + 1) * 16, gpus, gpus * DEVICE_MEMORY]
}

fn rule_json(random: &mut Random, position: usize, draft: &Draft) -> Value {
    let tags: Vec<String> = draft.tag.iter().map(|tag| format!("ex{tag}")).collect();
    json!({"id": format!("r{position}"), "kind": draft.kind, "wanted": draft.wanted, "earliest": draft.earliest,
           "latest": draft.latest, "duration": draft.duration, "demand": draft.demand,
           "gpu_mem_per_device_gb": draft.device_memory,
           "power_w": 4 * draft.demand[0] + 300 * draft.demand[2],
           "priority": random.pick(&[1, 1, 1, 2, 3, 5]), "migrate_minutes": random.pick(&[0, 15, 30, 60]),
           "tags": tags, "host": draft.host, "hosts": draft.hosts})
}
