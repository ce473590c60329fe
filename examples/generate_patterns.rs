//! Fills a store with patterns of made-up task types, to measure searches on.
//!
//! `cargo run --release --example generate_patterns -- STORE [COUNT] [SEED]`; `benches/search.py` measures with it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use tidetable::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use tidetable::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternType, Quantiles, ResourceProfile, Tier,
};
use tidetable::domain::time::{DAY_MS, MINUTE_MS, Timestamp};
use tidetable::store::{LockHolder, Store, WriterOptions};

const WORDS: [&str; 16] = [
    "backup",
    "train",
    "report",
    "sync",
    "vacuum",
    "rotate",
    "index",
    "export",
    "transcribe",
    "poll",
    "clean",
    "mirror",
    "embed",
    "score",
    "render",
    "archive",
];
const PLACES: [&str; 12] =
    ["home", "mail", "web", "orders", "media", "logs", "images", "wiki", "tickets", "billing", "lab", "news"];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().context("no store given")?);
    let count: u64 = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let options = WriterOptions { lock_timeout: Duration::from_secs(10), holder: LockHolder::unknown() };
    let mut store = Store::open_writer(&path, &options)?;
    let mut random = Random(seed | 1);
    let patterns = (0..count).map(|number| made(number, &mut random)).collect::<Result<Vec<_>, _>>()?;
    let now = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").context("an instant")?;
    store.in_transaction(|transaction| {
        Store::save_patterns(transaction, &patterns, 0.0, &|_| false, now).map(|_| ())
    })?;
    Ok(())
}

/// Knuth's generator of 64 bits: the same store from the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Of ten patterns seven run daily, two weekly, one at an interval.
fn made(number: u64, random: &mut Random) -> anyhow::Result<Pattern> {
    let (word, place) = (WORDS[random.below(16) as usize], PLACES[random.below(12) as usize]);
    let (hour, minute) = (random.below(24), random.below(60));
    let (pattern_type, schedule) = match random.below(10) {
        0..=6 => (PatternType::DailyRecurring, cron(&format!("{minute} {hour} * * *"))?),
        7 | 8 => (PatternType::WeeklyRecurring, cron(&format!("{minute} {hour} * * {}", random.below(7)))?),
        _ => {
            let period_ms = (20 + random.below(1_200) as i64) * MINUTE_MS;
            (PatternType::Interval, Schedule::Period { period_ms, anchor: Timestamp::clamped(0) })
        }
    };
    let seen = Timestamp::parse_rfc3339("2026-03-01T00:00:00Z").context("an instant")?;
    let seconds = (1 << random.below(14)) as f64;
    Ok(Pattern {
        pattern_type,
        task_types: vec![format!("{word}-{place}-{number}")],
        group: None,
        schedule,
        zone: Zone::UTC,
        confidence: 0.7 + random.below(30) as f64 / 100.0,
        evidence: Evidence {
            runs: 30,
            expected: 30,
            hits: 30,
            misses: 0,
            extra: 0,
            ln_e_value: 60.0,
            null_hit_chance: 0.01,
            tolerance_seconds: 60.0,
            first_seen: seen.plus_ms(-30 * DAY_MS),
            last_seen: seen,
            regime_start: seen.plus_ms(-30 * DAY_MS),
            jitter_seconds: JitterSeconds { p50: seconds / 100.0, p95: seconds / 20.0 },
            start_window: None,
            zone_undetermined: Vec::new(),
            tier: Tier::Confirmed,
            p_value: None,
            details: EvidenceDetails::default(),
        },
        resources: ResourceProfile {
            duration_seconds: Quantiles::of([seconds; 30]),
            cpu_cores: Quantiles::of([1.0 + random.below(8) as f64; 30]),
            runs_used: 30,
            ..Default::default()
        },
        is_active: random.below(10) > 0,
        moved_from: None,
    })
}

fn cron(text: &str) -> anyhow::Result<Schedule> {
    match parse_cron(text)? {
        CronEntry::Calendar(calendar) => Ok(Schedule::Calendar(calendar)),
        CronEntry::Reboot => bail!("{text} has no times"),
    }
}
