//! `backtest` from the outside.

use crate::sandbox::Sandbox;

/// Eight weeks of a nightly backup that is missed now and then, a sync every two hours and a thing at odd times.
fn history(sandbox: &Sandbox) {
    let mut text = String::from("task_type,started_at,ended_at,status\n");
    let first = 1_769_990_400_i64; // 2026-02-02
    for day in 0..56_i64 {
        let midnight = first + 86_400 * day;
        let odd = (day * day * 31 + day * 17) % 23;
        if odd != 3 {
            let start = midnight + 7_200 + odd;
            text.push_str(&format!("backup,{start},{},completed\n", start + 600 + 13 * odd));
        }
        for hour in 0..12 {
            let start = midnight + 7_200 * hour + (odd + hour * hour) % 40;
            text.push_str(&format!("sync,{start},{},completed\n", start + 30 + odd));
        }
        text.push_str(&format!("odd,{},,\n", midnight + 3_600 * odd + 61 * (odd * odd % 41)));
    }
    sandbox.write("runs.csv", &text);
    sandbox.run("--db store.db import runs.csv").assert_code(0);
}

#[test]
fn predictions_are_tested_on_the_past_beside_naive_ones() {
    let sandbox = Sandbox::new();
    history(&sandbox);
    insta::assert_snapshot!(sandbox.run("--db store.db backtest --folds 4 --save").assert_code(0));
    insta::assert_snapshot!(
        sandbox.run("--db store.db backtest --cut 2026-02-24 --output-format detailed").assert_code(0)
    );
    let document = sandbox.run("--db store.db backtest --folds 4 --output-format json").assert_code(0).json();
    assert!(document["data"]["all"]["f1"].as_f64().is_some_and(|f1| f1 > 0.9), "{document}");
}

#[test]
fn an_empty_store_has_nothing_to_test() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("backtest").assert_code(0));
    insta::assert_snapshot!(sandbox.run("backtest --output-format json").assert_code(0));
}

#[test]
fn a_cut_outside_of_the_history_or_too_early_is_refused() {
    let sandbox = Sandbox::new();
    history(&sandbox);
    insta::assert_snapshot!(sandbox.run("--db store.db backtest --cut 2027-01-01").assert_code(1));
    insta::assert_snapshot!(
        sandbox.run("--db store.db backtest --cut 2026-02-02T00:10:00Z --output-format json").assert_code(1)
    );
    insta::assert_snapshot!(sandbox.run("--db store.db backtest --cut yesterday").assert_code(2));
    insta::assert_snapshot!(sandbox.run("--db store.db backtest --look-ahead-hours 8784").assert_code(1));
}

/// Two weeks of two jobs of three cores at 02:00 on a machine of four, and a plan that parts them.
fn planned() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at,ended_at,status,cpu_cores\n");
    for day in 0..14_i64 {
        let night = 1_771_120_800 + day * 86_400; // 2026-02-15T02:00:00Z
        for name in ["alpha", "beta"] {
            runs.push_str(&format!("{name},{night},{},completed,3\n", night + 1_200));
        }
    }
    sandbox.write("runs.csv", &runs);
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 4\nmemory_mib = 1024\ngpu_count = 0\n");
    sandbox.run("import runs.csv").assert_code(0);
    for name in ["alpha", "beta"] {
        sandbox.run_args(&["rules", "add", "--task-type", name, "--cron", "0 2 * * *"]).assert_code(0);
    }
    sandbox
}

#[test]
fn a_plan_is_replayed_on_the_runs_that_were() {
    let sandbox = planned();
    insta::assert_snapshot!(sandbox.run("backtest --plan latest").assert_code(1));
    sandbox.run("optimize --peak-mitigation --time-limit 50ms").assert_code(0);
    insta::assert_snapshot!(sandbox.run("backtest --plan latest --output-format detailed").assert_code(0));
    insta::assert_snapshot!(sandbox.run("backtest --plan 7").assert_code(1));
    sandbox.run("backtest --plan other").assert_code(2);
    sandbox.run("backtest --plan latest --save").assert_code(2);
}

#[test]
fn a_plan_is_found_again_after_it_was_applied_and_too_few_days_are_said_to_be() {
    let sandbox = planned();
    sandbox.run("optimize --peak-mitigation --time-limit 50ms --auto-apply").assert_code(0);
    let few = sandbox.run("backtest --plan 1 --cut 2026-02-26 --output-format json").assert_code(0).json();
    assert_eq!(few["data"]["is_enough"], false, "{few}");
    let data = sandbox.run("backtest --plan 1 --output-format json").assert_code(0).json()["data"].clone();
    assert_eq!(data["is_enough"], true, "{data}");
    assert_eq!(data["rules"][0]["runs"], 14, "{data}");
    sandbox.run("rules remove 1 2").assert_code(0);
    let gone = sandbox.run("backtest --plan 1 --output-format json").assert_code(0).json();
    assert_eq!(gone["data"]["moved_runs"], 0, "{gone}");
}
