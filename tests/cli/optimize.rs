//! `optimize-resource-schedule` from the outside.

use crate::sandbox::Sandbox;

/// A night in which three jobs of two cores each start at 02:00 on a machine of four cores.
fn crowded_night() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at,ended_at,status,cpu_cores\n");
    for day in 0..20_i64 {
        let night = 1_770_602_400 + day * 86_400; // 2026-02-09T02:00:00Z
        for name in ["alpha", "beta", "gamma"] {
            runs.push_str(&format!("{name},{night},{},completed,2\n", night + 1_200));
        }
    }
    sandbox.write("runs.csv", &runs);
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 4\nmemory_mib = 1024\ngpu_count = 0\n");
    sandbox.run("import runs.csv").assert_code(0);
    for name in ["alpha", "beta", "gamma"] {
        sandbox.run_args(&["rules", "add", "--task-type", name, "--cron", "0 2 * * *"]).assert_code(0);
    }
    sandbox
}

#[test]
fn a_strategy_must_be_chosen() {
    Sandbox::new().run("optimize-resource-schedule").assert_code(2);
    Sandbox::new().run("optimize --balance-load --peak-mitigation").assert_code(2);
}

#[test]
fn without_rules_there_is_nothing_to_plan() {
    insta::assert_snapshot!(Sandbox::new().run("optimize-resource-schedule --balance-load").assert_code(0));
}

#[test]
fn a_crowded_night_is_spread_and_every_move_has_its_reason() {
    let sandbox = crowded_night();
    let answer = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --output-format json")
        .assert_code(0)
        .json();
    let data = &answer["data"];
    assert_eq!(data["before"]["peak_utilization"]["cpu_cores"], 1.5, "{data}");
    let after = data["after"]["peak_utilization"]["cpu_cores"].as_f64().expect("utilization");
    assert!(after <= 1.0, "{data}");
    let moves = data["moves"].as_array().expect("list");
    assert!(!moves.is_empty());
    for step in moves {
        assert!(step["reason"].as_str().expect("reason").contains("CPU at 150%"), "{step}");
        assert!(step["shift_minutes"].as_i64().expect("minutes").abs() <= 30);
    }
}

#[test]
fn nothing_to_gain_is_unchanged() {
    let sandbox = Sandbox::new();
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 4\n");
    sandbox.run_args(&["rules", "add", "--task-type", "lonely", "--cron", "0 2 * * *"]).assert_code(0);
    let answer = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(answer["data"]["status"], "unchanged", "{answer}");
    assert_eq!(answer["data"]["moves"], serde_json::json!([]));
}

#[test]
fn a_dry_run_plans_the_same_and_moves_nothing() {
    let sandbox = crowded_night();
    let before = sandbox.run("rules list --output-format json").json();
    let dry = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --auto-apply -n --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(dry["data"]["applied"], true);
    assert_eq!(before["data"], sandbox.run("rules list --output-format json").json()["data"]);
    let real = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --auto-apply --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(dry["data"]["moves"], real["data"]["moves"]);
    assert_ne!(before["data"], sandbox.run("rules list --output-format json").json()["data"]);
    let again = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --auto-apply --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(again["data"]["moves"], serde_json::json!([]), "an applied plan leaves nothing to gain");
}

#[test]
fn a_problem_file_is_solved_and_explained() {
    let sandbox = crowded_night();
    let explained = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --explain --output-format json")
        .assert_code(0)
        .json();
    sandbox.write("problem.json", &explained["data"]["problem"].to_string());
    let solved = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --instance problem.json --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(solved["data"]["objective"], explained["data"]["objective"]);
    assert_eq!(solved["data"]["delta"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_problem_file_that_means_nothing_is_an_error_with_the_field() {
    let sandbox = Sandbox::new();
    sandbox.write("problem.json", "{\"format\":\"sched-opt/1\"}");
    insta::assert_snapshot!(sandbox.run("optimize --balance-load --instance problem.json").assert_code(1));
}

#[test]
fn rules_that_cannot_be_placed_together_are_named_and_no_others() {
    let sandbox = Sandbox::new();
    let rule = |id: &str, duration: i64, units: i64| {
        serde_json::json!({"id": id, "wanted": [6], "earliest": -4, "latest": 4, "duration": duration,
                           "demand": [units], "host": 0, "hosts": [0]})
    };
    let problem = serde_json::json!({
        "format": "sched-opt/1", "slot_minutes": 5, "horizon_slots": 24, "resources": ["cpu"],
        "hosts": [{"id": "h0", "capacity": [10]}], "target_util_pct": 80, "price": vec![10; 24],
        "rules": [rule("easy", 1, 2), rule("x", 6, 8), rule("y", 6, 8), rule("z", 6, 8), rule("w", 6, 8)],
    });
    sandbox.write("problem.json", &problem.to_string());
    let answer = sandbox
        .run("optimize --conflict-resolution --time-limit 500ms --instance problem.json --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(answer["data"]["status"], "infeasible");
    let obstacles = answer["data"]["obstacles"].as_array().expect("list");
    let [obstacle] = &obstacles[..] else { panic!("{obstacles:?}") };
    let text = obstacle.as_str().expect("a sentence");
    assert!(
        text.starts_with("these cannot all be placed, though they could without any one of them:"),
        "{text}"
    );
    // Any three of the four long ones are too many, any two are not.
    let named = ["x", "y", "z", "w"].iter().filter(|id| text[60..].contains(**id)).count();
    assert_eq!((named, text.contains("easy")), (3, false), "{text}");
}
