//! `optimize-resource-schedule` from the outside.

use crate::sandbox::Sandbox;

/// A night in which three jobs of two cores each start at 02:00 on a machine of four cores.
fn crowded_night() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at,ended_at,status,host,cpu_cores\n");
    for day in 0..20_i64 {
        let night = 1_770_602_400 + day * 86_400; // 2026-02-09T02:00:00Z
        for name in ["alpha", "beta", "gamma"] {
            runs.push_str(&format!("{name},{night},{},completed,forge,2\n", night + 1_200));
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
    // Nobody knows how long it runs, nor what it takes.
    assert_eq!(answer["data"]["assumed"].as_array().map(Vec::len), Some(2), "{answer}");
    let shown = sandbox.run("optimize --peak-mitigation --time-limit 50ms").assert_code(0);
    assert!(shown.stdout.contains("2 figures assumed, as no run told"), "{shown}");
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
fn details_draw_the_load_and_say_why_each_rule_moves_or_stays() {
    let sandbox = crowded_night();
    let shown =
        sandbox.run("optimize --peak-mitigation --time-limit 50ms --output-format detailed").assert_code(0);
    insta::assert_snapshot!(shown);
    let mut plain = sandbox.command();
    plain.args("optimize --peak-mitigation --time-limit 50ms --output-format detailed".split(' '));
    let output = plain.env("LC_ALL", "C").args(["--now", crate::sandbox::NOW]).output().expect("run");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let drawing: Vec<&str> = text.lines().filter(|line| line.contains("before |")).collect();
    assert!(!drawing.is_empty() && drawing.iter().all(|line| line.is_ascii()), "{text}");
}

#[test]
fn a_page_is_written_whole_with_names_made_harmless_and_nothing_else_is_overwritten() {
    let sandbox = crowded_night();
    let hostile = "<img src=x onerror=alert(1)>&\"'";
    sandbox.run_args(&["rules", "add", "--task-type", hostile, "--cron", "0 2 * * *"]).assert_code(0);
    sandbox.write("notes.html", "<html>mine</html>");
    let ask =
        |arguments: &str| sandbox.run(&format!("optimize --peak-mitigation --time-limit 50ms {arguments}"));
    insta::assert_snapshot!(ask("--report notes.html").assert_code(1));
    ask("--report no/folder/plan.html").assert_code(1);
    ask("--report plan.html --dry-run").assert_code(0);
    assert!(!sandbox.path("plan.html").exists(), "a dry run writes nothing");
    let answer = ask("--report plan.html --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["report_path"], "plan.html");
    let first = std::fs::read_to_string(sandbox.path("plan.html")).expect("page");
    assert!(first.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;"), "{first}");
    for unsafe_or_foreign in ["<img", "<script", "http:", "https:"] {
        assert!(!first.contains(unsafe_or_foreign), "{unsafe_or_foreign}");
    }
    // The same plan again is the same page, and a page may be replaced.
    ask("--report plan.html").assert_code(0);
    assert_eq!(first, std::fs::read_to_string(sandbox.path("plan.html")).expect("page"));
    assert_eq!(std::fs::read_to_string(sandbox.path("notes.html")).expect("notes"), "<html>mine</html>");
}

#[test]
fn work_without_rules_takes_its_share_of_the_plan() {
    let sandbox = crowded_night();
    sandbox.run("analyze-activity-patterns").assert_code(0);
    sandbox.run("rules remove 3").assert_code(0);
    let data = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --explain --output-format json")
        .assert_code(0)
        .json()["data"]
        .clone();
    assert_eq!(data["horizon_form"], "unrolled", "{data}");
    let kinds: Vec<&str> = data["problem_rules"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|rule| rule["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["rule", "rule", "expected"], "{data}");
    assert_eq!(data["before"]["peak_utilization"]["cpu_cores"], 1.5, "{data}");
    assert_eq!(data["after"]["peak_utilization"]["cpu_cores"], 0.5, "{data}");
}
