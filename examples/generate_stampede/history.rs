//! A made-up machine whose nightly jobs all start at 00:00 and 02:00, as people write them down: a seeded history.

use std::fmt::Write as _;

/// Midnight UTC of Monday 2026-01-05, seconds.
pub const FIRST_DAY: i64 = 1_767_571_200;

/// What the machine has, as the configuration of the program under test.
pub const CAPACITY: &str =
    "timezone = \"UTC\"\n[capacity]\ncpu_cores = 16\nmemory_mib = 65536\ngpu_count = 2\n";

const DAY: i64 = 86_400;

/// A nightly job: name, hour, minutes that it usually takes, cores, memory in MiB, GPUs.
type Nightly = (&'static str, i64, f64, f64, f64, u32);

const NIGHTLY: [Nightly; 14] = [
    ("root: backup-home", 0, 24.0, 4.0, 6_000.0, 0),
    ("root: rotate-logs", 0, 6.0, 2.0, 900.0, 0),
    ("root: vacuum-tables", 0, 16.0, 4.0, 9_000.0, 0),
    ("ci: nightly-build", 0, 21.0, 6.0, 12_000.0, 0),
    ("ml: score-yesterday", 0, 18.0, 3.0, 10_000.0, 1),
    ("ml: embed-new-texts", 0, 22.0, 3.0, 9_000.0, 1),
    ("web: sitemap", 0, 9.0, 2.0, 1_500.0, 0),
    ("root: snapshot-volumes", 2, 12.0, 3.0, 2_000.0, 0),
    ("media: transcribe-queue", 2, 25.0, 4.0, 11_000.0, 1),
    ("ml: evaluate-models", 2, 20.0, 4.0, 12_000.0, 1),
    ("root: reindex-search", 2, 19.0, 5.0, 14_000.0, 0),
    ("root: verify-backups", 2, 15.0, 3.0, 3_000.0, 0),
    ("ci: prune-artifacts", 2, 8.0, 2.0, 700.0, 0),
    ("web: refresh-cache", 2, 11.0, 3.0, 2_500.0, 0),
];

/// Numbers that look random and depend on nothing but the seed (a 64-bit mix of a counter).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 0, of standard deviation 1: the sum of twelve shares.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// `days` of runs as CSV: the nightly jobs (three in a hundred missing, a few seconds late, durations that vary and
/// differ from seed to seed), a check every quarter of an hour, a sync every hour, a report on Mondays, and what
/// people run by day.
pub fn history(seed: u64, days: i64) -> String {
    let mut dice = Dice(seed);
    let mut text =
        String::from("task_type,started_at,ended_at,status,user,host,cpu_cores,memory_mib,gpu_count\n");
    let scales: Vec<f64> = NIGHTLY.iter().map(|_| (0.15 * dice.normal()).exp()).collect();
    let mut add = |name: &str, start: i64, seconds: f64, cores: f64, memory: f64, gpus: u32| {
        let user = name.split(':').next().unwrap_or("root");
        let end = start + (seconds.max(1.0)) as i64;
        // Writing to a text does not fail.
        let _ = writeln!(text, "{name},{start},{end},completed,{user},forge,{cores},{memory:.0},{gpus}");
    };
    for day in 0..days {
        let midnight = FIRST_DAY + day * DAY;
        for ((name, hour, minutes, cores, memory, gpus), scale) in NIGHTLY.iter().zip(&scales) {
            let (late, varies, missing) = (dice.share() * 5.0, 0.12 * dice.normal(), dice.share() < 0.03);
            if !missing {
                let start = midnight + hour * 3600 + late as i64;
                let memory = memory * (1.0 + 0.03 * dice.normal());
                add(name, start, minutes * 60.0 * scale * varies.exp(), *cores, memory, *gpus);
            }
        }
        for quarter in 0..96 {
            add("root: check-health", midnight + quarter * 900 + 1, 4.0 + 2.0 * dice.share(), 0.5, 60.0, 0);
        }
        for hour in 0..24 {
            add(
                "root: sync-mirror",
                midnight + hour * 3600 + 17 * 60,
                70.0 + 40.0 * dice.share(),
                1.0,
                300.0,
                0,
            );
        }
        if day % 7 == 0 {
            add("web: weekly-report", midnight + 6 * 3600, 1_500.0 + 200.0 * dice.share(), 4.0, 4_000.0, 0);
        }
        for _ in 0..(4.0 + 6.0 * dice.share()) as i64 {
            let start = midnight + (9.0 * 3600.0 + 9.0 * 3600.0 * dice.share()) as i64;
            let cores = 1.0 + (4.0 * dice.share()).floor();
            add("ann: notebook", start, 300.0 + 3_000.0 * dice.share(), cores, 2_000.0 * cores, 0);
        }
    }
    text
}
