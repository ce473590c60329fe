//! Rules and patterns for the tests of this folder.

use super::{Flexibility, Rule, RuleSource};
use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use crate::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternType, Quantiles, ResourceProfile, Tier,
};
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

/// A Sunday at noon.
pub(super) fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").expect("instant")
}

/// The seven days from [`now`].
pub(super) fn week() -> TimeSpan {
    TimeSpan { start: now(), end: now().plus_ms(7 * DAY_MS) }
}

/// A calendar schedule.
pub(super) fn schedule(cron: &str) -> Schedule {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
    Schedule::Calendar(calendar)
}

/// An enabled manual rule of which nothing but its schedule is known.
pub(in crate::domain) fn rule(task_type: &str, cron: &str) -> Rule {
    Rule {
        name: task_type.to_owned(),
        task_type: task_type.to_owned(),
        schedule: schedule(cron),
        zone: Zone::UTC,
        command: None,
        user: None,
        host: None,
        source: RuleSource::Manual,
        priority: 5,
        flexibility: Flexibility::default(),
        confidence: 1.0,
        enabled: true,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    }
}

/// A profile of three equal runs.
pub(super) fn needs(cores: f64, seconds: f64) -> ResourceProfile {
    ResourceProfile {
        duration_seconds: Quantiles::of([seconds; 3]),
        cpu_cores: Quantiles::of([cores; 3]),
        runs_used: 3,
        ..Default::default()
    }
}

impl Rule {
    /// The rule with known needs.
    pub(in crate::domain) fn taking(self, cores: f64, seconds: f64) -> Rule {
        Rule { resources: needs(cores, seconds), ..self }
    }
}

/// An active pattern of confidence 0.95, every one of whose 30 slots was hit.
pub(in crate::domain) fn pattern(task_type: &str, cron: &str) -> Pattern {
    Pattern {
        pattern_type: PatternType::DailyRecurring,
        task_types: vec![task_type.to_owned()],
        group: None,
        schedule: schedule(cron),
        zone: Zone::UTC,
        confidence: 0.95,
        evidence: Evidence {
            runs: 30,
            expected: 30,
            hits: 30,
            misses: 0,
            extra: 0,
            ln_e_value: 50.0,
            null_hit_chance: 0.01,
            tolerance_seconds: 60.0,
            first_seen: now().plus_ms(-30 * DAY_MS),
            last_seen: now().plus_ms(-DAY_MS),
            regime_start: now().plus_ms(-30 * DAY_MS),
            jitter_seconds: JitterSeconds::default(),
            start_window: None,
            zone_undetermined: Vec::new(),
            tier: Tier::Confirmed,
            p_value: None,
            details: EvidenceDetails::default(),
        },
        resources: ResourceProfile::default(),
        is_active: true,
        moved_from: None,
    }
}
