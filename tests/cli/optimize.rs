//! `optimize-resource-schedule` from the outside.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

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
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(explained["data"]["problem"].to_string().as_bytes()).expect("packed");
    std::fs::write(sandbox.path("problem.json.gz"), packed.finish().expect("packed")).expect("written");
    let unpacked = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --instance problem.json.gz --output-format json")
        .assert_code(0)
        .json();
    assert_eq!(unpacked["data"]["delta"], solved["data"]["delta"]);
    let missing = sandbox.run("optimize --peak-mitigation --instance nowhere.json").assert_code(1);
    assert!(missing.stderr.contains("nowhere.json"), "{missing}");
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

/// Rules that are built into the problem, by task type: earliest and latest shift in minutes, tags.
fn explained(sandbox: &Sandbox, configuration: &str) -> serde_json::Value {
    let machine = "[capacity]\ncpu_cores = 4\nmemory_mib = 1024\ngpu_count = 0\n";
    sandbox.write("tidetable.toml", &format!("{machine}{configuration}"));
    let arguments = "optimize --resource-efficiency --time-limit 50ms --explain --output-format json";
    sandbox.run(arguments).assert_code(0).json()["data"]["problem"].clone()
}

#[test]
fn what_is_configured_is_in_the_problem_that_is_solved() {
    let sandbox = crowded_night();
    let plain = explained(&sandbox, "");
    assert_eq!(plain["price"][0], 30);
    assert_eq!(plain["target_util_pct"], 75);

    let priced = explained(
        &sandbox,
        "[optimize]\ntarget_utilization = 0.5\n\
         price_per_kwh = [{ hours = \"22-6\", price = 0.18 }, { hours = \"6-22\", price = 0.36 }]\n",
    );
    assert_eq!((&priced["price"][0], priced["target_util_pct"].as_i64()), (&18.into(), Some(50)));
    let slots_per_hour = 60 / priced["slot_minutes"].as_u64().expect("minutes") as usize;
    assert_eq!(priced["price"][12 * slots_per_hour], 36);

    let window = |problem: &serde_json::Value, field: &str| -> i64 {
        let rules = problem["rules"].as_array().expect("rules");
        let minutes = problem["slot_minutes"].as_i64().expect("minutes");
        rules.iter().map(|rule| rule[field].as_i64().expect("slots") * minutes).max().expect("one")
    };
    assert_eq!(window(&plain, "latest"), 30);
    let wide = explained(&sandbox, "[[flexibility]]\ntask_types = [\"al*\"]\nlater = \"3h\"\n");
    assert_eq!(window(&wide, "latest"), 180);

    let tags = |problem: &serde_json::Value| problem["rules"].to_string().matches("\"the tape").count();
    assert_eq!(tags(&plain), 0);
    let apart = "[[exclusion]]\ntag = \"the tape\"\ntask_types = [\"alpha\", \"be*\"]\n";
    assert_eq!(tags(&explained(&sandbox, apart)), 2);

    let dark = explained(
        &sandbox,
        "[[blackout]]\nname = \"nobody there\"\nfrom = \"02:00\"\nto = \"02:10\"\n\
         [[flexibility]]\ntask_types = [\"*\"]\nlater = \"3h\"\n",
    );
    assert!(dark["rules"].to_string().contains("nobody there"), "{dark}");
}

#[test]
fn a_machine_has_the_capacity_that_its_name_is_configured_with() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "runs.csv",
        "task_type,started_at,ended_at,host,cpu_cores\na,2026-02-27T02:00:00Z,2026-02-27T02:20:00Z,small,1\n",
    );
    sandbox.run("import runs.csv").assert_code(0);
    sandbox.run_args(&["rules", "add", "--task-type", "a", "--cron", "0 2 * * *"]).assert_code(0);
    let problem = explained(&sandbox, "[[host]]\nname = \"small\"\ncpu_cores = 2\n");
    assert_eq!(problem["hosts"][0]["id"], "small");
    assert_eq!(problem["hosts"][0]["capacity"][0], 200, "hundredths of a core: {problem}");
}

#[test]
fn a_configuration_that_cannot_be_meant_is_refused_with_its_field() {
    let sandbox = crowded_night();
    for (configuration, field) in [
        ("[[blackout]]\nfrom = \"25:00\"\nto = \"02:00\"\n", "blackout"),
        ("[optimize]\nprice_per_kwh = [0.1, 0.2]\n", "optimize.price_per_kwh"),
        ("[[flexibility]]\ntask_types = []\n", "flexibility"),
        ("[[host]]\nname = \"a\"\ncores = 3\n", "host"),
    ] {
        sandbox.write("tidetable.toml", configuration);
        let refused = sandbox.run("optimize --peak-mitigation").assert_code(1);
        assert!(refused.stderr.contains(&format!(", {field}: ")), "{refused}");
    }
}

/// Two weeks of the crowded night after the plan, each task type as many minutes after 02:00 as `offset` says.
fn two_more_weeks(sandbox: &Sandbox, offset: &dyn Fn(&str) -> i64) {
    let mut runs = String::from("task_type,submitted_at,started_at,ended_at,status,cpu_cores\n");
    for day in 0..15_i64 {
        for name in ["alpha", "beta", "gamma"] {
            let start = 1_772_416_800 + day * 86_400 + offset(name) * 60; // 2026-03-02T02:00:00Z
            runs.push_str(&format!("{name},{},{start},{},completed,2\n", start - 60, start + 1_200));
        }
    }
    sandbox.write("later.csv", &runs);
    sandbox.run("import later.csv --now 2026-03-17T12:00:00Z").assert_code(0);
}

const VERIFY: &str = "optimize --verify-applied --now 2026-03-17T12:00:00Z";

#[test]
fn an_applied_plan_is_held_against_the_runs_since() {
    let sandbox = crowded_night();
    let plan = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --auto-apply --output-format json")
        .assert_code(0)
        .json();
    let early = sandbox.run("optimize --verify-applied --output-format json").assert_code(0).json();
    assert_eq!(early["data"]["verdict"], "too_thin", "{early}");
    let measured = &early["data"]["measured"]["after"]["peak_utilization"]["cpu_cores"];
    assert!(measured.is_null(), "nothing was measured yet: {early}");
    let moves = plan["data"]["moves"].as_array().expect("moves").clone();
    let shift = |name: &str| -> i64 {
        let step = moves.iter().find(|step| step["task_type"] == name);
        step.and_then(|step| step["shift_minutes"].as_i64()).unwrap_or(0)
    };
    two_more_weeks(&sandbox, &shift);
    insta::assert_snapshot!(sandbox.run(VERIFY).assert_code(0));
    let answer = sandbox.run(&format!("{VERIFY} --output-format json")).assert_code(0).json();
    let data = &answer["data"];
    assert_eq!(data["verdict"], "confirmed", "{data}");
    assert_eq!(data["measured"]["before"]["daily_peak_utilization"]["cpu_cores"], 1.5);
    assert_eq!(data["measured"]["after"]["daily_peak_utilization"]["cpu_cores"], 0.5);
    assert_eq!(data["measured"]["after"]["waiting_seconds"]["p50"], 60.0);
}

#[test]
fn a_plan_that_no_scheduler_got_is_told_from_one_that_failed() {
    let sandbox = crowded_night();
    sandbox.run("optimize --peak-mitigation --time-limit 50ms --auto-apply").assert_code(0);
    two_more_weeks(&sandbox, &|_| 0);
    let answer = sandbox.run(&format!("{VERIFY} --output-format json")).assert_code(0).json();
    assert_eq!(answer["data"]["verdict"], "not_followed", "{answer}");
    assert_eq!(answer["data"]["measured"]["after"]["overload_minutes_per_day"]["cpu_cores"], 20.0);
}

#[test]
fn a_plan_that_was_undone_is_told_as_taken_back() {
    let sandbox = Sandbox::new();
    sandbox.write("jobs", "SHELL=/bin/sh\n0 2 * * * root /m/a\n0 2 * * * root /m/b\n");
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 2\n");
    sandbox.run("import jobs").assert_code(0);
    sandbox.run("optimize --peak-mitigation --time-limit 50ms --auto-apply").assert_code(0);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    sandbox.run("rules undo --yes").assert_code(0);
    let answer = sandbox.run("optimize --verify-applied -q --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["verdict"], "taken_back", "{answer}");
    let shown = sandbox.run("optimize --verify-applied -q").assert_code(0);
    assert!(shown.stdout.contains("taken back") && !shown.stdout.contains("in force"), "{shown}");
}

#[test]
fn without_an_applied_plan_there_is_nothing_to_verify() {
    let sandbox = crowded_night();
    insta::assert_snapshot!(sandbox.run("optimize --verify-applied").assert_code(1));
    sandbox.run("optimize --verify-applied --auto-apply").assert_code(2);
    sandbox.run("optimize --verify-applied --peak-mitigation").assert_code(2);
    sandbox.run("optimize --verify-applied --report page.html").assert_code(2);
    sandbox.run("optimize --verify-applied --target-date 2026-03-03").assert_code(2);
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

#[test]
fn an_applied_plan_is_taken_back_rule_by_rule() {
    let sandbox = crowded_night();
    let rules = |sandbox: &Sandbox| sandbox.run("rules list --output-format json").json()["data"].clone();
    let before = rules(&sandbox);
    let none = sandbox.run("optimize --undo").assert_code(1);
    assert!(none.stderr.contains("no applied plan is in force"), "{none}");
    let plan = sandbox
        .run("optimize --peak-mitigation --time-limit 50ms --auto-apply --output-format json")
        .assert_code(0)
        .json();
    let id = plan["data"]["optimization_id"].as_i64().expect("id");
    let applied = rules(&sandbox);
    sandbox.run("optimize --undo --dry-run").assert_code(0);
    assert_eq!(rules(&sandbox), applied);
    let back = sandbox.run("optimize --undo --output-format json").assert_code(0).json();
    assert_eq!(back["data"]["optimization_id"], id);
    assert_eq!(rules(&sandbox), before);
    let again = sandbox.run(&format!("optimize --undo {id}")).assert_code(0);
    assert!(again.stderr.contains("was taken back already"), "{again}");
    sandbox.run("optimize --undo 99").assert_code(1);
    sandbox.run("optimize --undo --auto-apply").assert_code(2);
    let history = sandbox.run("rules history --output-format json").assert_code(0).json();
    let events: Vec<&str> = history["data"]["revisions"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|revision| revision["plan_event"].as_str())
        .collect();
    assert_eq!(events, ["taken_back", "applied"]);
    // A rule that somebody moved since keeps what it was given.
    sandbox.run("optimize --peak-mitigation --time-limit 50ms --auto-apply").assert_code(0);
    let moves = plan["data"]["moves"].as_array().expect("list");
    let moved: Vec<i64> = moves.iter().map(|step| step["rule_id"].as_i64().expect("id")).collect();
    crate::generate::move_rule(&sandbox, moved[0], 1);
    let partly = sandbox.run("optimize --undo --output-format json");
    let expected = if moved.len() > 1 { 4 } else { 1 };
    let partly = partly.assert_code(expected);
    if expected == 4 {
        assert_eq!(partly.json()["data"]["taken_back"][0]["status"], "changed_since", "{partly}");
    }
}

#[test]
fn what_waits_for_itself_is_told_as_a_circle() {
    let sandbox = Sandbox::new();
    let rule = |id: &str| {
        format!(
            r#"{{"id":"{id}","wanted":[0],"earliest":0,"latest":4,"duration":2,"demand":[1],"host":0,"hosts":[0]}}"#
        )
    };
    sandbox.write(
        "circle.json",
        &format!(
            r#"{{"format":"sched-opt/1","name":"circle","slot_minutes":5,"horizon_slots":4,"resources":["cpu"],
"hosts":[{{"id":"one","capacity":[4]}}],"target_util_pct":75,"price":[30,30,30,30],"rules":[{},{}],
"precedences":[{{"before":0,"after":1,"lag":0}},{{"before":1,"after":0,"lag":0}}]}}"#,
            rule("fetch"),
            rule("convert")
        ),
    );
    let told = sandbox.run("optimize --peak-mitigation --instance circle.json").assert_code(0);
    assert!(told.stdout.contains("in a circle: "), "{told}");
    let answer = sandbox.run("optimize --peak-mitigation --instance circle.json --output-format json").json();
    assert_eq!(answer["data"]["status"], "infeasible");
}

#[test]
fn a_log_of_a_larger_machine_is_told_by_its_size_and_its_plan_is_not_applied() {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at,ended_at,cpu_cores\n");
    for day in 0..20_i64 {
        let night = 1_770_602_400 + day * 86_400; // 2026-02-09T02:00:00Z
        for name in ["alpha", "beta"] {
            runs.push_str(&format!("{name},{night},{},50000\n", night + 1_200));
        }
    }
    sandbox.write("runs.csv", &runs);
    sandbox.run("import runs.csv").assert_code(0);
    for name in ["alpha", "beta"] {
        sandbox.run_args(&["rules", "add", "--task-type", name, "--cron", "0 2 * * *"]).assert_code(0);
    }
    let plan = "optimize --peak-mitigation --time-limit 50ms --auto-apply --now 2026-03-01T12:00:00Z";
    let answer = sandbox.run(&format!("{plan} --output-format json")).assert_code(0).json();
    let doubt = &answer["data"]["capacity_doubts"][0];
    assert_eq!((&doubt["held_at_once"], &doubt["held_alone"]), (&100_000.0.into(), &50_000.0.into()));
    assert_eq!(answer["data"]["applied"], false, "{answer}");
    let warnings = answer["warnings"].to_string();
    let size = "held 100,000 CPU cores at once (";
    assert!(
        warnings.contains(size) && warnings.contains("cpu_cores = 100000 under [capacity]"),
        "{warnings}"
    );
    let shown = sandbox.run(plan).assert_code(0);
    assert!(shown.stdout.contains("Not to be relied on: the runs that are planned on "), "{shown}");
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 100000\n");
    let answer = sandbox.run(&format!("{plan} --output-format json")).assert_code(0).json();
    assert_eq!(answer["data"]["capacity_doubts"], serde_json::json!([]));
    assert_eq!(answer["data"]["applied"], true, "{answer}");
}

/// Three rules that are wanted at once on the first of two hosts, one of them without any other place.
const TWO_HOSTS: &str = r#"{"format":"sched-opt/1","name":"two","slot_minutes":5,"horizon_slots":600,
"resources":["cpu"],"hosts":[{"id":"one","capacity":[4]},{"id":"two","capacity":[4]}],"target_util_pct":75,
"price":[PRICES],"rules":[
{"id":"a","wanted":[300],"earliest":0,"latest":0,"duration":2,"demand":[3],"host":0,"hosts":[0]},
{"id":"b","wanted":[300],"earliest":0,"latest":4,"duration":2,"demand":[3],"host":0,"hosts":[0]},
{"id":"c","wanted":[300],"earliest":0,"latest":0,"duration":2,"demand":[3],"host":0,"hosts":[0,1]}]}"#;

#[test]
fn a_problem_file_gets_reasons_by_the_names_and_times_that_it_gives() {
    let sandbox = Sandbox::new();
    let prices = vec!["30"; 600].join(",");
    sandbox.write("two.json", &TWO_HOSTS.replace("PRICES", &prices));
    let plan = "optimize --conflict-resolution --time-limit 50ms --instance two.json";
    insta::assert_snapshot!(sandbox.run(&format!("{plan} --output-format detailed")).assert_code(0));
    let answer = sandbox.run(&format!("{plan} --output-format json")).assert_code(0).json();
    let data = &answer["data"];
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().expect("list").iter().map(|one| one["rule_id"].to_string()).collect()
    };
    assert_eq!(ids(&data["moves"]), ["\"b\"", "\"c\""], "{data}");
    assert_eq!(ids(&data["unmoved"]), ["\"a\""], "{data}");
    let moved = &data["moves"][0];
    assert_eq!(
        (&moved["from"], &moved["from_slot"], &moved["to_slot"]),
        (&().into(), &300.into(), &302.into())
    );
    assert_eq!(data["unmoved"][0]["code"], "fixed");
}

#[test]
fn what_keeps_a_plan_from_being_made_is_told_by_the_clock() {
    let sandbox = crowded_night();
    sandbox.write(
        "tidetable.toml",
        "timezone = \"Europe/Berlin\"\n[capacity]\ncpu_cores = 4\nmemory_mib = 1024\ngpu_count = 0\n\
         [[flexibility]]\ntask_types = [\"*\"]\n",
    );
    let shown = sandbox.run("optimize --conflict-resolution --time-limit 50ms").assert_code(0);
    assert!(shown.stdout.contains("at Mon 03-02 03:00 on forge, work that cannot be moved away"), "{shown}");
}

#[test]
fn what_the_plan_is_made_without_is_warned_of_and_long_runs_get_a_week() {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at,ended_at,cpu_cores,gpu_count,gpu_memory_mib\n");
    for day in 0..20_i64 {
        let night = 1_770_602_400 + day * 86_400; // 2026-02-09T02:00:00Z
        runs.push_str(&format!(
            "long,{night},{},1,,\ntrain,{night},{},1,2,60000\n",
            night + 100_000,
            night + 600
        ));
    }
    sandbox.write("runs.csv", &runs);
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 4\ngpu_count = 2\ngpu_memory_mib = 24576\n");
    sandbox.run("import runs.csv").assert_code(0);
    for name in ["long", "train"] {
        sandbox.run_args(&["rules", "add", "--task-type", name, "--cron", "0 2 * * *"]).assert_code(0);
    }
    let plan = "optimize --peak-mitigation --time-limit 50ms";
    let week = sandbox.run(plan).assert_code(0);
    let missed = "without the load of rule 2 (a run takes 30000 MiB on one GPU, and none of ";
    assert!(week.stderr.contains(missed) && !week.stderr.contains("rule 1"), "{week}");
    assert!(week.stdout.contains("Over 7 d"), "{week}");
    let day = sandbox.run(&format!("{plan} --look-ahead-hours 24")).assert_code(0);
    assert!(
        day.stderr.contains("of rule 1 (a run (1670 min) is longer than the horizon), rule 2 ("),
        "{day}"
    );
}
