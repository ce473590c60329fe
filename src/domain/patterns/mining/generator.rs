//! Seeded histories for the miner's tests: schedules with jitter, misses and noise, and activity without any.

use super::{MiningInput, MiningOptions, mine};
use crate::domain::activity::{HistoryRun, TaskHistory, TaskTypeId};
use crate::domain::calendar::Zone;
use crate::domain::patterns::Pattern;
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};

/// A small deterministic generator (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    /// Another sequence for every seed.
    pub(super) fn new(seed: u64) -> Chance {
        let mut chance = Chance(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15);
        chance.bits();
        chance
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` to below `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index below `count`.
    pub(super) fn index(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Standard normal.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }

    /// Exponential with mean 1.
    pub(super) fn wait(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }
}

/// 2024-03-04T00:00:00Z, a Monday.
pub(super) const MONDAY_MS: i64 = 1_709_510_400_000;

/// The span of `days` days from [`MONDAY_MS`].
pub(super) fn days(days: i64) -> TimeSpan {
    TimeSpan::new(Timestamp::clamped(MONDAY_MS), Timestamp::clamped(MONDAY_MS + days * DAY_MS))
}

/// A history with these starts, rounded to seconds.
pub(super) fn history(name: &str, starts_ms: impl IntoIterator<Item = i64>) -> TaskHistory {
    let mut starts: Vec<i64> = starts_ms.into_iter().map(|start| start.div_euclid(1000) * 1000).collect();
    starts.sort_unstable();
    TaskHistory {
        task_type: TaskTypeId(0),
        name: name.to_owned(),
        runs: starts.into_iter().map(|start| HistoryRun::started(Timestamp::clamped(start))).collect(),
    }
}

/// Mines `histories` over all of `span`.
pub(super) fn mined(histories: &[TaskHistory], span: TimeSpan, zone: Zone) -> Vec<Pattern> {
    let observed = [span];
    mine(&MiningInput { histories, span, observed: &observed, zone }, &MiningOptions::default())
}

/// How a schedule is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Standard deviation of starts in seconds.
    pub(super) sigma_seconds: f64,
    /// Share of missing runs.
    pub(super) missing: f64,
    /// Runs without a schedule per scheduled run.
    pub(super) noise: f64,
}

/// The levels of the calendar suite.
pub(super) const CLEAN: Level = Level { sigma_seconds: 10.0, missing: 0.0, noise: 0.0 };
/// A minute of jitter, a tenth missing, a fifth more.
pub(super) const MILD: Level = Level { sigma_seconds: 60.0, missing: 0.1, noise: 0.2 };
/// Five minutes of jitter, 30 % missing, as many again without a schedule.
pub(super) const HARD: Level = Level { sigma_seconds: 300.0, missing: 0.3, noise: 1.0 };
/// Half missing, three times as many without a schedule.
pub(super) const BRUTAL: Level = Level { sigma_seconds: 300.0, missing: 0.5, noise: 3.0 };

/// Starts of runs that a scheduler names at `slots`: none early, late by the half of a normal distribution.
pub(super) fn kept(slots: &[Timestamp], span: TimeSpan, level: Level, chance: &mut Chance) -> Vec<i64> {
    let mut starts = Vec::new();
    for slot in slots {
        if !chance.happens(level.missing) {
            starts.push(slot.millis() + (chance.normal().abs() * level.sigma_seconds * 1000.0) as i64);
        }
    }
    for _ in 0..(slots.len() as f64 * level.noise).round() as usize {
        starts.push(span.start.millis() + (chance.unit() * span.length_ms() as f64) as i64);
    }
    starts
}

/// Activity without a schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unscheduled {
    /// At a constant rate.
    Poisson,
    /// More by day than by night.
    Diurnal,
    /// Mon-Fri from about 9 to about 17:30, less at noon.
    OfficeHours,
    /// In bursts with long pauses.
    Bursts,
}

/// About `count` starts of `kind` over `span`.
pub(super) fn unscheduled(kind: Unscheduled, count: f64, span: TimeSpan, chance: &mut Chance) -> Vec<i64> {
    let length = span.length_ms() as f64;
    let mut starts = Vec::new();
    if kind == Unscheduled::Bursts {
        let per_burst = chance.between(3.0, 12.0);
        let pace_ms = chance.between(20_000.0, 600_000.0);
        let mut at = 0.0;
        while at < length {
            at += chance.wait() * length / (count / per_burst);
            let mut inside = at;
            while chance.happens(1.0 - 1.0 / per_burst) && inside < length {
                starts.push(span.start.millis() + inside as i64);
                inside += chance.wait() * pace_ms;
            }
        }
        return starts;
    }
    let rate = |at_ms: i64| {
        let hour = (at_ms.rem_euclid(DAY_MS)) as f64 / HOUR_MS as f64;
        let weekday = (at_ms - MONDAY_MS).div_euclid(DAY_MS).rem_euclid(7);
        match kind {
            Unscheduled::Poisson | Unscheduled::Bursts => 1.0,
            Unscheduled::Diurnal => 0.5 * (1.0 - (2.0 * std::f64::consts::PI * (hour - 2.0) / 24.0).cos()),
            Unscheduled::OfficeHours => match (weekday, hour) {
                (5 | 6, _) => 0.01,
                (_, hour) if (9.0..12.0).contains(&hour) || (13.0..17.5).contains(&hour) => 1.0,
                (_, hour) if (12.0..13.0).contains(&hour) => 0.35,
                _ => 0.01,
            },
        }
    };
    let mean = (0..7 * 96).map(|quarter| rate(MONDAY_MS + quarter * 900_000)).sum::<f64>() / (7.0 * 96.0);
    let mut at = 0.0;
    while at < length {
        at += chance.wait() * length * mean / count;
        let instant = span.start.millis() + at as i64;
        if at < length && chance.happens(rate(instant)) {
            starts.push(instant);
        }
    }
    starts
}
