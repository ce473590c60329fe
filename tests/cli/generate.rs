//! `generate-scheduling-rules` from the outside.

use std::time::Duration;

use tidetable::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use tidetable::domain::patterns::{
    Evidence, EvidenceDetails, JitterSeconds, Pattern, PatternType, Quantiles, ResourceProfile, Tier,
};
use tidetable::domain::rules::{Author, Flexibility, Rule, RuleId, RuleSource};
use tidetable::domain::time::{DAY_MS, MINUTE_MS, Timestamp};
use tidetable::store::{LockHolder, RuleWriter, Store, StoreError, WriterOptions};

use crate::sandbox::{NOW, Sandbox};

/// The sandbox's clock.
pub fn now() -> Timestamp {
    Timestamp::parse_rfc3339(NOW).expect("instant")
}

/// An active pattern of 30 kept slots whose runs take `cores` for `minutes`.
pub fn pattern(task_type: &str, cron: &str, confidence: f64, cores: f64, minutes: f64) -> Pattern {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
    Pattern {
        pattern_type: PatternType::DailyRecurring,
        task_types: vec![task_type.to_owned()],
        group: None,
        schedule: Schedule::Calendar(calendar),
        zone: Zone::UTC,
        confidence,
        evidence: Evidence {
            runs: 30,
            expected: 30,
            hits: 30,
            misses: 0,
            extra: 0,
            ln_e_value: 60.0,
            null_hit_chance: 0.01,
            tolerance_seconds: 60.0,
            first_seen: now().plus_ms(-30 * DAY_MS),
            last_seen: now().plus_ms(-DAY_MS),
            regime_start: now().plus_ms(-30 * DAY_MS),
            jitter_seconds: JitterSeconds { p50: 1.0, p95: 2.0 },
            start_window: None,
            zone_undetermined: Vec::new(),
            tier: Tier::Confirmed,
            p_value: None,
            details: EvidenceDetails::default(),
        },
        resources: ResourceProfile {
            duration_seconds: Quantiles::of([minutes * 60.0; 30]),
            cpu_cores: Quantiles::of([cores; 30]),
            runs_used: 30,
            ..Default::default()
        },
        is_active: true,
        moved_from: None,
    }
}

/// The sandbox's store, for writing.
pub fn open_store(sandbox: &Sandbox) -> Store {
    let options = WriterOptions { lock_timeout: Duration::from_secs(1), holder: LockHolder::unknown() };
    Store::open_writer(&sandbox.path("store.db"), &options).expect("store")
}

/// Who changes rules here.
fn author() -> Author {
    Author { user: None, host: None, command: None, at: now() }
}

/// Moves a rule in the store, as an applied plan does.
pub fn move_rule(sandbox: &Sandbox, id: i64, minutes: i64) {
    let mut store = open_store(sandbox);
    let stored = store.rule(RuleId(id)).expect("rule");
    let schedule = stored.rule.schedule.shifted(minutes).expect("can be moved");
    let moved = Rule { schedule, shift_minutes: stored.rule.shift_minutes + minutes, ..stored.rule };
    store
        .in_transaction(|transaction| RuleWriter::new(transaction, &author()).replace(RuleId(id), &moved))
        .expect("moved");
}

/// Stores patterns as an analysis would.
pub fn store_patterns(sandbox: &Sandbox, patterns: &[Pattern]) {
    open_store(sandbox)
        .in_transaction(|transaction| -> Result<(), StoreError> {
            Store::save_patterns(transaction, patterns, 0.0, &|_| false, now()).map(|_| ())
        })
        .expect("stored");
}

/// Two jobs that need too much together at 02:00, one beside them, and four patterns that are no rules.
pub fn nightly(sandbox: &Sandbox) {
    let follows = Schedule::Follows { predecessor: "backup".to_owned(), lag_ms: MINUTE_MS, from_end: true };
    store_patterns(
        sandbox,
        &[
            pattern("train", "0 2 * * *", 0.97, 6.0, 20.0),
            pattern("backup", "10 2 * * *", 0.99, 4.0, 10.0),
            pattern("sync", "*/20 * * * *", 0.95, 1.0, 2.0),
            pattern("report", "0 6 * * 1", 0.62, 1.0, 5.0),
            Pattern { is_active: false, ..pattern("old", "0 7 * * *", 0.9, 1.0, 5.0) },
            Pattern {
                pattern_type: PatternType::TaskCorrelation,
                task_types: vec!["backup".to_owned(), "verify".to_owned()],
                schedule: follows,
                ..pattern("verify", "0 0 * * *", 0.9, 1.0, 5.0)
            },
            Pattern {
                pattern_type: PatternType::UserBehavior,
                ..pattern("notebook", "0 9 * * 1-5", 0.9, 1.0, 5.0)
            },
        ],
    );
}

fn with_eight_cores(sandbox: &Sandbox) {
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 8.0\n");
}

#[test]
fn patterns_become_rules_and_conflicts_are_only_reported() {
    let sandbox = Sandbox::new();
    with_eight_cores(&sandbox);
    nightly(&sandbox);
    insta::assert_snapshot!(sandbox.run("generate-scheduling-rules").assert_code(0));
}

#[test]
fn the_lower_priority_moves_on_request() {
    let sandbox = Sandbox::new();
    with_eight_cores(&sandbox);
    nightly(&sandbox);
    insta::assert_snapshot!(sandbox.run("generate --conflict-strategy priority").assert_code(0));
}

#[test]
fn generating_twice_adds_nothing() {
    let generate = "generate --output-format json";
    for strategy in
        ["", "--conflict-strategy priority", "--conflict-strategy merge", "--conflict-strategy disable-lower"]
    {
        let sandbox = Sandbox::new();
        with_eight_cores(&sandbox);
        nightly(&sandbox);
        let first = sandbox.run(&format!("{generate} {strategy}")).assert_code(0).json();
        let second = sandbox.run(&format!("{generate} {strategy}")).assert_code(0).json();
        assert_eq!((&second["data"]["added"], &second["data"]["changed"]), (&0.into(), &0.into()));
        let ids = |answer: &serde_json::Value| -> Vec<serde_json::Value> {
            let rules = answer["data"]["rules"].as_array().expect("rules");
            rules.iter().map(|rule| rule["id"].clone()).collect()
        };
        assert_eq!(ids(&first), ids(&second));
    }
}

#[test]
fn the_loser_of_a_conflict_is_left_disabled_on_request() {
    let sandbox = Sandbox::new();
    with_eight_cores(&sandbox);
    nightly(&sandbox);
    insta::assert_snapshot!(
        sandbox.run("generate --auto-enable --conflict-strategy disable-lower").assert_code(0)
    );
}

#[test]
fn conflicts_that_nobody_resolves_are_reported_with_time_and_amount() {
    let sandbox = Sandbox::new();
    with_eight_cores(&sandbox);
    nightly(&sandbox);
    let answer = sandbox.run("generate --conflict-strategy merge --output-format json").assert_code(0).json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer["data"]["conflicts"]).expect("text"));
}

#[test]
fn the_json_document_of_one_pattern() {
    let sandbox = Sandbox::new();
    nightly(&sandbox);
    insta::assert_snapshot!(sandbox.run("generate --pattern-ids 3 --output-format json").assert_code(0));
}

#[test]
fn a_declared_rule_is_not_doubled_but_learns_what_its_runs_need() {
    let sandbox = Sandbox::new();
    store_patterns(&sandbox, &[pattern("root: backup", "25 6 * * *", 0.99, 2.0, 10.0)]);
    let schedule = pattern("root: backup", "25 06 * * 0-7", 1.0, 0.0, 0.0).schedule;
    let declared = Rule {
        name: "root: backup".to_owned(),
        task_type: "root: backup".to_owned(),
        schedule,
        zone: Zone::UTC,
        command: Some("backup".to_owned()),
        user: Some("root".to_owned()),
        host: None,
        source: RuleSource::Declared { origin: "/etc/crontab:7".to_owned() },
        priority: 6,
        flexibility: Flexibility::default(),
        confidence: 1.0,
        enabled: true,
        shift_minutes: 0,
        resources: ResourceProfile::default(),
    };
    open_store(&sandbox)
        .in_transaction(|transaction| RuleWriter::new(transaction, &author()).save(&[declared]))
        .expect("saved");
    insta::assert_snapshot!(sandbox.run("generate").assert_code(0));
    let shown = sandbox.run("rules show 1 --output-format json").assert_code(0).json();
    assert_eq!(shown["data"]["rule"]["resources"]["cpu_cores"]["p95"], 2.0);
    assert_eq!(shown["data"]["rule"]["source"], "declared");
}

#[test]
fn a_dry_run_stores_nothing() {
    let sandbox = Sandbox::new();
    nightly(&sandbox);
    let answer = sandbox.run("generate --dry-run --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["added"], 3);
    let listed = sandbox.run("rules list --output-format json").assert_code(0).json();
    assert_eq!(listed["data"]["rules"], serde_json::json!([]));
}

#[test]
fn without_patterns_nothing_is_made_and_the_reason_is_said() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("generate-scheduling-rules").assert_code(0));
    assert!(!sandbox.path("store.db").exists());
    let answer = sandbox.run("generate --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["rules"], serde_json::json!([]));
}

#[test]
fn an_unknown_pattern_stops_everything() {
    let sandbox = Sandbox::new();
    nightly(&sandbox);
    insta::assert_snapshot!(sandbox.run("generate --pattern-ids 1,99").assert_code(1));
}
