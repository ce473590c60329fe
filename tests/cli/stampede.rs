//! A stampede at 00:00 and 02:00, from the log to the proof: mined on six weeks, replayed on the four weeks after them.

#[path = "../../examples/generate_stampede/history.rs"]
mod history;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The end of the six weeks that are mined.
const MINED: &str = "2026-02-16T06:00:00Z";
/// Everything is known by then.
const AFTER: &str = "2026-03-16T00:00:00Z";

fn machine() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &history::history(1, 70));
    sandbox.write("tidetable.toml", history::CAPACITY);
    sandbox.run(&format!("import runs.csv --now {AFTER}")).assert_code(0);
    sandbox.run(&format!("analyze-activity-patterns --days 60 --now {MINED}")).assert_code(0);
    sandbox
        .run(&format!("generate-scheduling-rules --auto-enable --max-rules 40 --now {MINED}"))
        .assert_code(0);
    sandbox
}

fn replayed(sandbox: &Sandbox) -> Value {
    sandbox
        .run(&format!("backtest --plan latest --cut 2026-02-17 --output-format json --now {AFTER}"))
        .assert_code(0)
        .json()["data"]
        .clone()
}

#[test]
fn a_plan_within_half_an_hour_lowers_peak_and_variance_on_runs_that_nobody_mined() {
    let sandbox = machine();
    let plan = |strategy: &str| {
        sandbox
            .run(&format!("optimize {strategy} --time-limit 200ms --output-format json --now {MINED}"))
            .assert_code(0)
            .json()["data"]
            .clone()
    };
    let peak = plan("--peak-mitigation");
    for step in peak["moves"].as_array().expect("list") {
        assert!(step["shift_minutes"].as_i64().expect("minutes").abs() <= 30, "{step}");
    }
    let proof = replayed(&sandbox);
    assert_eq!(proof["is_enough"], true, "{}", proof["too_thin"]);
    assert_eq!(proof["made_from_these_runs"], false);
    let gained = |proof: &Value, what: &str| proof["improvement"][what].as_f64().expect("share");
    assert!(gained(&proof, "peak") > 0.25, "{}", proof["improvement"]);
    let waits = |course: &str| proof[course]["waiting"]["total_minutes"].as_f64().expect("minutes");
    assert!(waits("with_plan") < 0.5 * waits("without_plan"), "{proof}");

    plan("--balance-load");
    let proof = replayed(&sandbox);
    assert!(gained(&proof, "load_variance") > 0.25, "{}", proof["improvement"]);
}
