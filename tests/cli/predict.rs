//! `predict` and `predict evaluate` from the outside.

use serde_json::json;
use tidetable::domain::activity::{Resources, Run, RunStatus};
use tidetable::domain::calendar::Schedule;
use tidetable::domain::patterns::{Pattern, PatternType, Quantiles, ResourceProfile};
use tidetable::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};
use tidetable::store::{ImportRecord, RunWriter, Store, StoreError};

use crate::generate::{move_rule, now, open_store, pattern, store_patterns};
use crate::sandbox::Sandbox;

/// Stores runs as an import would.
fn store_runs(sandbox: &Sandbox, runs: &[Run]) {
    open_store(sandbox)
        .in_transaction(|transaction| {
            let import = Store::begin_import(transaction, "-", "csv", "UTC", now())?;
            let mut writer = RunWriter::new(transaction, import)?;
            for run in runs {
                writer.write(run)?;
            }
            Store::finish_import(transaction, import, &ImportRecord::default())?;
            Ok::<_, StoreError>(())
        })
        .expect("imported");
}

/// A successful run of ten minutes on four cores.
fn ran(task_type: &str, start: Timestamp) -> Run {
    Run {
        ended_at: Some(start.plus_ms(10 * MINUTE_MS)),
        status: Some(RunStatus::Completed),
        resources: Resources { cpu_cores: Some(4.0), ..Resources::default() },
        ..Run::started(task_type, start)
    }
}

/// Runs of three scheduled task types in `span`, as their schedules say, some seconds late.
fn runs_in(span: TimeSpan) -> Vec<Run> {
    let mut runs = Vec::new();
    for (task_type, cron) in [("backup", "10 2 * * *"), ("train", "0 3 * * *"), ("sync", "*/20 * * * *")] {
        let schedule = pattern(task_type, cron, 1.0, 1.0, 1.0).schedule;
        let starts = schedule.occurrences(span, tidetable::domain::calendar::Zone::UTC);
        runs.extend(starts.into_iter().map(|start| ran(task_type, start.plus_ms(20_000))));
    }
    runs
}

/// A night with training on GPUs, a backup, a follower, and a sync every 20 minutes; history up to now.
fn busy_night(sandbox: &Sandbox) {
    let mut train = pattern("train", "0 3 * * *", 0.96, 6.0, 90.0);
    train.resources = ResourceProfile {
        memory_mib: Quantiles::of([32_000.0; 30]),
        gpu_count: Quantiles::of([2.0; 30]),
        gpu_memory_mib: Quantiles::of([60_000.0; 30]),
        ..train.resources
    };
    let publish = Pattern {
        pattern_type: PatternType::TaskCorrelation,
        task_types: vec!["train".to_owned(), "publish".to_owned()],
        schedule: Schedule::Follows {
            predecessor: "train".to_owned(),
            lag_ms: 2 * MINUTE_MS,
            from_end: true,
        },
        resources: ResourceProfile::default(),
        ..pattern("publish", "0 0 * * *", 0.9, 1.0, 1.0)
    };
    let backup = pattern("backup", "10 2 * * *", 0.99, 4.0, 10.0);
    let sync = pattern("sync", "*/20 * * * *", 0.98, 1.0, 2.0);
    let seldom = pattern("report", "0 6 * * 1", 0.45, 1.0, 5.0);
    store_patterns(sandbox, &[backup, train, publish, sync, seldom]);
    store_runs(sandbox, &runs_in(TimeSpan { start: now().plus_ms(-2 * DAY_MS), end: now() }));
}

#[test]
fn an_empty_home_predicts_nothing_and_makes_no_store() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn nothing_to_predict_is_one_json_document() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("predict --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["predictions"], json!([]));
    assert_eq!(answer.json()["warnings"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer.stderr, "");
}

#[test]
fn runs_without_patterns_point_to_the_analysis() {
    let sandbox = Sandbox::new();
    store_runs(&sandbox, &[ran("train", now().plus_ms(-HOUR_MS))]);
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn a_busy_night_is_foretold() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    sandbox.write(
        "tidetable.toml",
        "[capacity]\ncpu_cores = 16\nmemory_mib = 65536\ngpu_count = 4\ngpu_memory_mib = 81920\n",
    );
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn details_say_where_each_prediction_comes_from() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    insta::assert_snapshot!(
        sandbox.run("predict --task-types train,publish,nosuch --output-format detailed").assert_code(0)
    );
}

#[test]
fn predictions_have_the_shape_that_scripts_rely_on() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    let ask =
        "predict --task-types pub* --look-ahead-hours 2 --output-format json --now 2026-03-02T02:50:00Z";
    let answer = sandbox.run(ask).assert_code(0);
    insta::assert_snapshot!(answer);
    let again = sandbox.run(ask).assert_code(0).json();
    assert_eq!(again["data"]["saved"], json!({"added": 0, "changed": 0, "unchanged": 1, "withdrawn": 0}));
    assert_eq!(again["data"]["predictions"], answer.json()["data"]["predictions"]);
}

#[test]
fn each_line_of_jsonl_is_a_prediction_and_the_last_a_summary() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    let answer = sandbox.run("predict --output-format jsonl --look-ahead-hours 1").assert_code(0);
    let lines: Vec<serde_json::Value> =
        answer.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["message_type"], "prediction");
    assert_eq!(lines[3]["message_type"], "summary");
}

#[test]
fn a_dry_run_shows_the_same_and_keeps_nothing() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    let dry = sandbox.run("predict --dry-run --output-format json").assert_code(0).json();
    let wet = sandbox.run("predict --output-format json").assert_code(0).json();
    assert_eq!(dry["data"], wet["data"]);
    assert_eq!(wet["data"]["saved"]["added"], 75);
}

#[test]
fn an_empty_horizon_says_what_comes_next() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    insta::assert_snapshot!(
        sandbox.run("predict --task-types backup --look-ahead-hours 2 --min-confidence 0.9").assert_code(0)
    );
}

#[test]
fn predictions_below_the_least_confidence_are_counted() {
    let sandbox = Sandbox::new();
    store_patterns(&sandbox, &[pattern("report", "0 6 * * *", 0.45, 1.0, 5.0)]);
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn a_history_that_ended_long_ago_costs_confidence() {
    let sandbox = Sandbox::new();
    store_patterns(&sandbox, &[pattern("backup", "0 2 * * *", 0.96, 1.0, 5.0)]);
    let ended = now().plus_ms(-16 * DAY_MS);
    store_runs(&sandbox, &[ran("backup", ended)]);
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn a_glob_that_is_none_is_a_usage_error() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    insta::assert_snapshot!(sandbox.run("predict --task-types [a --output-format json").assert_code(2));
}

#[test]
fn options_of_predict_do_not_mix_with_evaluate() {
    let sandbox = Sandbox::new();
    sandbox.run("predict --look-ahead-hours 3 evaluate").assert_code(2);
    sandbox.run("predict --look-ahead-hours 0").assert_code(2);
    sandbox.run("predict --min-confidence 1.5").assert_code(2);
    sandbox.run("predict --output-format json evaluate").assert_code(0);
}

#[test]
fn nothing_to_evaluate_says_so() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("predict evaluate").assert_code(0));
    store_runs(&sandbox, &[ran("train", now().plus_ms(-HOUR_MS))]);
    insta::assert_snapshot!(sandbox.run("predict evaluate").assert_code(0));
}

#[test]
fn predictions_are_compared_with_what_ran() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    sandbox.run("predict").assert_code(0);
    // The night as foretold, but without the backup and the follower, and with a run that nobody foretold.
    let night = TimeSpan { start: now(), end: now().plus_ms(DAY_MS) };
    let mut runs = runs_in(night);
    runs.retain(|run| run.task_type != "backup");
    runs.push(ran("notebook", now().plus_ms(3 * HOUR_MS)));
    runs.push(ran("sync", now().plus_ms(25 * HOUR_MS)));
    store_runs(&sandbox, &runs);
    let evaluate = |form: &str| {
        sandbox.run(&format!("predict evaluate --now 2026-03-02T13:00:00Z --output-format {form}"))
    };
    insta::assert_snapshot!(evaluate("table").assert_code(0));
    let figures = evaluate("json").assert_code(0).json();
    assert_eq!(figures["data"]["hits"], 73);
    assert_eq!(figures["data"]["misses"], 2);
    assert_eq!(figures["data"]["false_positives"], 2);
    assert_eq!(figures["data"]["runs_not_predicted"], 1);
    assert_eq!(figures["data"]["resolved"], json!({"hits": 0, "misses": 0, "unobserved": 0}));
}

#[test]
fn right_after_predicting_nothing_can_be_judged() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    sandbox.run("predict").assert_code(0);
    insta::assert_snapshot!(sandbox.run("predict evaluate").assert_code(0));
    let figures = sandbox.run("predict evaluate --output-format json").assert_code(0).json();
    assert_eq!(figures["data"]["precision"], json!(null));
    assert_eq!(figures["data"]["judgeable_from"], "2026-03-01T12:01:00Z");
}

#[test]
fn work_whose_rule_was_moved_is_foretold_when_it_really_starts() {
    let sandbox = Sandbox::new();
    store_patterns(&sandbox, &[pattern("backup", "10 2 * * *", 0.99, 4.0, 10.0)]);
    sandbox.run("generate --auto-enable").assert_code(0);
    move_rule(&sandbox, 1, 20);
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn load_of_runs_that_nobody_knows_the_length_of_is_unknown() {
    let sandbox = Sandbox::new();
    let mut endless = pattern("backup", "10 2 * * *", 0.99, 4.0, 10.0);
    endless.resources.duration_seconds = None;
    endless.resources.memory_mib = Quantiles::of([512.0; 30]);
    store_patterns(&sandbox, &[endless]);
    insta::assert_snapshot!(sandbox.run("predict").assert_code(0));
}

#[test]
fn patterns_and_rules_found_later_predict_at_an_earlier_instant() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    sandbox.run("generate --auto-enable").assert_code(0);
    let earlier = "--output-format json --now 2026-02-28T12:00:00Z";
    let predicted = sandbox.run(&format!("predict {earlier}")).assert_code(0).json();
    assert_eq!(predicted["data"]["total"], 75);
    let listed = sandbox.run(&format!("rules list {earlier}")).assert_code(0).json();
    assert_eq!(listed["data"]["rules"].as_array().map(Vec::len), Some(3));
}

#[test]
fn windows_that_nobody_recorded_are_not_held_against_a_prediction() {
    let sandbox = Sandbox::new();
    busy_night(&sandbox);
    sandbox.run("predict").assert_code(0);
    insta::assert_snapshot!(sandbox.run("predict evaluate --now 2026-03-02T13:00:00Z").assert_code(0));
}
