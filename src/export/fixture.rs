//! Rules for the tests of this folder.

use crate::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use crate::domain::patterns::ResourceProfile;
use crate::domain::rules::{Flexibility, Rule, RuleId, RuleSource, StoredRule};
use crate::domain::time::Timestamp;

/// When the year begins over which split times are compared.
pub(super) fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").expect("instant")
}

/// An enabled manual rule in UTC with a command, of whose runs nothing is known.
pub(super) fn stored(id: i64, cron: &str) -> StoredRule {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
    let rule = Rule {
        name: format!("work {id}"),
        task_type: "work".to_owned(),
        schedule: Schedule::Calendar(calendar),
        zone: Zone::UTC,
        command: Some("work --all".to_owned()),
        user: None,
        host: None,
        source: RuleSource::Manual,
        priority: 5,
        flexibility: Flexibility::default(),
        confidence: 1.0,
        enabled: true,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    };
    StoredRule { id: RuleId(id), rule }
}
