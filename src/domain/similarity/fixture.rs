//! Patterns for tests, here and where signatures are kept.

use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use crate::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternType, ResourceProfile, Tier,
};
use crate::domain::time::Timestamp;

pub(crate) fn cron(text: &str) -> Schedule {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(text) else { panic!("{text}") };
    Schedule::Calendar(calendar)
}

/// An active pattern of which no needs are known.
pub(crate) fn pattern(task_type: &str, schedule: Schedule) -> Pattern {
    let seen = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").expect("instant");
    Pattern {
        pattern_type: PatternType::Custom,
        task_types: vec![task_type.to_owned()],
        group: None,
        schedule,
        zone: Zone::UTC,
        confidence: 0.95,
        evidence: Evidence {
            runs: 30,
            expected: 30,
            hits: 30,
            misses: 0,
            extra: 0,
            ln_e_value: 40.0,
            null_hit_chance: 0.01,
            tolerance_seconds: 60.0,
            first_seen: seen,
            last_seen: seen,
            regime_start: seen,
            jitter_seconds: JitterSeconds { p50: 1.0, p95: 3.0 },
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
