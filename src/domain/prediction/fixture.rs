//! Patterns and rules for the tests of this folder.

use std::collections::BTreeMap;

use super::{Calibration, Prediction, PredictionInput, predict};
use crate::domain::activity::{HistoryRun, TaskHistory, TaskTypeId};
use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use crate::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternId, PatternType, Quantiles, ResourceProfile,
    Tier,
};
use crate::domain::rules::{Flexibility, Rule, RuleId, RuleSource, StoredRule};
use crate::domain::time::{HOUR_MS, TimeSpan, Timestamp};

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("valid instant")
}

pub(super) fn schedule(cron: &str) -> Schedule {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
    Schedule::Calendar(calendar)
}

/// An active pattern of confidence 0.95 with half windows of two minutes, last seen on 2026-03-01 at noon.
pub(super) fn pattern(task_type: &str, schedule: Schedule) -> Pattern {
    let last_seen = at("2026-03-01T12:00:00Z");
    let task_types = match &schedule {
        Schedule::Follows { predecessor, .. } => vec![predecessor.clone(), task_type.to_owned()],
        _ => vec![task_type.to_owned()],
    };
    Pattern {
        pattern_type: PatternType::Custom,
        task_types,
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
            tolerance_seconds: 120.0,
            first_seen: at("2026-02-01T00:00:00Z"),
            last_seen,
            regime_start: at("2026-02-01T00:00:00Z"),
            jitter_seconds: JitterSeconds { p50: 1.0, p95: 30.0 },
            start_window: None,
            zone_undetermined: Vec::new(),
            tier: Tier::Confirmed,
            p_value: None,
            details: EvidenceDetails::default(),
        },
        resources: ResourceProfile {
            duration_seconds: Quantiles::of([600.0]),
            runs_used: 30,
            ..ResourceProfile::default()
        },
        is_active: true,
        moved_from: None,
    }
}

/// What follows the end of `predecessor` by `lag_ms`.
pub(super) fn after(predecessor: &str, lag_ms: i64) -> Schedule {
    Schedule::Follows { predecessor: predecessor.to_owned(), lag_ms, from_end: true }
}

/// An enabled rule of confidence 1 of which nothing but its schedule is known.
pub(super) fn rule(id: i64, task_type: &str, cron: &str, source: RuleSource) -> StoredRule {
    let rule = Rule {
        name: task_type.to_owned(),
        task_type: task_type.to_owned(),
        schedule: schedule(cron),
        zone: Zone::UTC,
        command: None,
        user: None,
        host: None,
        source,
        priority: 5,
        flexibility: Flexibility::default(),
        confidence: 1.0,
        enabled: true,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    };
    StoredRule { id: RuleId(id), rule }
}

pub(super) fn declared() -> RuleSource {
    RuleSource::Declared { origin: "/etc/crontab:1".to_owned() }
}

/// Everything a prediction rests on, with defaults.
pub(super) struct World {
    pub patterns: Vec<(PatternId, Pattern)>,
    pub rules: Vec<StoredRule>,
    pub recent: Vec<TaskHistory>,
    pub last_starts: BTreeMap<String, Timestamp>,
    pub history_end: Option<Timestamp>,
    pub calibration: Calibration,
    pub now: Timestamp,
    pub hours: i64,
}

impl World {
    /// Sunday 2026-03-01 at noon UTC, 24 hours ahead, a history up to now.
    pub fn new(patterns: Vec<Pattern>) -> World {
        let now = at("2026-03-01T12:00:00Z");
        let numbered = patterns.into_iter().enumerate();
        World {
            patterns: numbered.map(|(index, pattern)| (PatternId(index as i64 + 1), pattern)).collect(),
            rules: Vec::new(),
            recent: Vec::new(),
            last_starts: BTreeMap::new(),
            history_end: Some(now),
            calibration: Calibration::default(),
            now,
            hours: 24,
        }
    }

    /// With a run of which nothing but start and end are known.
    pub fn ran(mut self, task_type: &str, start: &str, end: Option<&str>) -> World {
        let mut run = HistoryRun::started(at(start));
        run.ended_at = end.map(at);
        self.last_starts.insert(task_type.to_owned(), run.started_at);
        let task_type_id = TaskTypeId(self.recent.len() as i64 + 1);
        match self.recent.iter_mut().find(|history| history.name == task_type) {
            Some(history) => history.runs.push(run),
            None => self.recent.push(TaskHistory {
                task_type: task_type_id,
                name: task_type.to_owned(),
                runs: vec![run],
            }),
        }
        self
    }

    pub fn input(&self) -> PredictionInput<'_> {
        PredictionInput {
            patterns: &self.patterns,
            rules: &self.rules,
            recent: &self.recent,
            last_starts: &self.last_starts,
            history_end: self.history_end,
            calibration: &self.calibration,
            horizon: TimeSpan { start: self.now, end: self.now.plus_ms(self.hours * HOUR_MS) },
        }
    }

    pub fn predict(&self) -> Vec<Prediction> {
        predict(&self.input())
    }

    /// Predicted starts.
    pub fn starts(&self) -> Vec<String> {
        self.predict().iter().map(|prediction| prediction.predicted_start.to_rfc3339()).collect()
    }
}
