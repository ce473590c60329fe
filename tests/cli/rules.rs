//! `rules` from the outside.

use serde_json::{Value, json};

use crate::generate::{move_rule, nightly};
use crate::sandbox::Sandbox;

/// Three mined rules: sync (1), backup (2) and train (3), disabled, in order of their worth.
fn with_mined_rules() -> Sandbox {
    let sandbox = Sandbox::new();
    nightly(&sandbox);
    sandbox.run("generate").assert_code(0);
    sandbox
}

fn add(sandbox: &Sandbox, arguments: &[&str]) -> crate::sandbox::Transcript {
    sandbox.run_args(&[&["rules", "add"], arguments].concat())
}

#[test]
fn an_empty_home_has_no_rules_and_says_why() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("rules list").assert_code(0));
    let answer = sandbox.run("rules list --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["rules"], serde_json::json!([]));
}

#[test]
fn rules_are_listed_and_filtered() {
    let sandbox = with_mined_rules();
    insta::assert_snapshot!(sandbox.run("rules list").assert_code(0));
    insta::assert_snapshot!(sandbox.run("rules list --enabled").assert_code(0));
    let answer = sandbox.run("rules list --task-types s*,train --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["total"], 2);
    let answer = sandbox.run("rules list --source declared --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["total"], 0);
    sandbox.run("rules list --task-types [").assert_code(2);
}

#[test]
fn a_rule_is_shown_with_its_history() {
    let sandbox = with_mined_rules();
    sandbox.run("rules enable 1 --now 2026-03-02T08:00:00Z").assert_code(0);
    insta::assert_snapshot!(sandbox.run("rules show 1 --now 2026-03-03T08:00:00Z").assert_code(0));
    let answer = sandbox.run("rules show 1 --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["actions"][1]["action"], "enabled");
    insta::assert_snapshot!(sandbox.run("rules show 9").assert_code(1));
}

#[test]
fn a_move_is_shown_with_where_from_and_where_to() {
    let sandbox = with_mined_rules();
    move_rule(&sandbox, 2, 25);
    insta::assert_snapshot!(sandbox.run("rules show 2").assert_code(0));
    let again = sandbox.run("generate --output-format json").assert_code(0).json();
    assert_eq!(again["data"]["rules"][1]["shift_minutes"], 25, "what a plan did survives");
    assert_eq!(again["data"]["unchanged"], 3);
}

#[test]
fn a_rule_is_added_by_hand() {
    let sandbox = Sandbox::new();
    let arguments = ["--task-type", "backup", "--cron", "30 2 * * 1-5", "--command", "backup --all"];
    insta::assert_snapshot!(add(&sandbox, &arguments).assert_code(0));
    insta::assert_snapshot!(add(&sandbox, &arguments).assert_code(1));
    let tight = ["--task-type", "sync", "--cron", "*/20 * * * *", "--later", "2h", "--output-format", "json"];
    let answer = add(&sandbox, &tight).assert_code(0).json();
    assert_eq!(answer["data"]["rule"]["flexibility"]["later_minutes"], 10);
    assert_eq!(answer["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_schedule_that_is_none_is_a_usage_error_that_names_the_field() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(add(&sandbox, &["--task-type", "t", "--cron", "61 * * * *"]).assert_code(2));
    for cron in ["* * * *", "@reboot", "0 0 31 2 *", "@often"] {
        add(&sandbox, &["--task-type", "t", "--cron", cron]).assert_code(2);
    }
    add(&sandbox, &["--task-type", "t", "--cron", "@daily", "--later", "90s"]).assert_code(2);
    add(&sandbox, &["--task-type", "", "--cron", "@daily"]).assert_code(2);
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn enabling_shows_the_plan_and_what_stands_in_the_way() {
    let sandbox = with_mined_rules();
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 8.0\n");
    sandbox.run("rules enable 1").assert_code(0);
    insta::assert_snapshot!(sandbox.run("rules enable 1 2 3 --dry-run").assert_code(0));
    let listed = sandbox.run("rules list --enabled --output-format json").assert_code(0).json();
    assert_eq!(listed["data"]["total"], 1, "a dry run changes nothing");
    insta::assert_snapshot!(sandbox.run("rules disable 1 3").assert_code(0));
}

#[test]
fn with_an_unknown_id_nothing_is_changed_at_all() {
    let sandbox = with_mined_rules();
    insta::assert_snapshot!(sandbox.run("rules remove 1 8 9").assert_code(1));
    let listed = sandbox.run("rules list --output-format json").assert_code(0).json();
    assert_eq!(listed["data"]["total"], 3);
    Sandbox::new().run("rules enable 1").assert_code(1);
}

#[test]
fn removed_rules_are_gone() {
    let sandbox = with_mined_rules();
    insta::assert_snapshot!(sandbox.run("rules remove 2").assert_code(0));
    let listed = sandbox.run("rules list --output-format json").assert_code(0).json();
    assert_eq!(listed["data"]["total"], 2);
}

#[test]
fn the_window_that_the_configuration_gives_is_the_one_that_is_shown() {
    let sandbox = with_exportable_rules();
    sandbox.write(
        "tidetable.toml",
        "[[flexibility]]\ntask_types = [\"backup\"]\nearlier = \"5m\"\nlater = \"4h\"\n\
         [[flexibility]]\ntask_types = [\"sync\"]\nlater = \"4h\"\n",
    );
    let list = sandbox.run("rules list --output-format json").assert_code(0).json();
    let rule = |position: usize| &list["data"]["rules"][position];
    let window = |earlier: u32, later: u32, source: &str| serde_json::json!({ "earlier_minutes": earlier, "later_minutes": later, "source": source });
    assert_eq!(rule(0)["may_move"], window(5, 240, "configuration"));
    assert_eq!(rule(0)["flexibility"]["later_minutes"], 30, "what the rule itself says stays");
    assert_eq!(rule(1)["may_move"], window(30, 30, "rule"));
    assert_eq!(rule(2)["may_move"], window(0, 30, "configuration"), "an hourly rule moves by half an hour");
    let shown = sandbox.run("rules list").assert_code(0);
    assert!(shown.stdout.contains("-5..+240 min"), "{shown}");
    let shown = sandbox.run("rules show 1").assert_code(0);
    assert!(shown.stdout.contains("-5..+240 min (the configuration says so; the rule +-30 min)"), "{shown}");
}

/// Two rules that crontabs can express, one without a command.
fn with_exportable_rules() -> Sandbox {
    let sandbox = Sandbox::new();
    let arguments =
        ["--task-type", "backup", "--cron", "30 2 * * 1-5", "--command", "backup --day=$(date +%F)"];
    add(&sandbox, &arguments).assert_code(0);
    let elsewhere =
        ["--timezone", "Europe/Berlin", "--task-type", "train", "--cron", "@daily", "--command", "train"];
    add(&sandbox, &elsewhere).assert_code(0);
    add(&sandbox, &["--task-type", "sync", "--cron", "@hourly"]).assert_code(0);
    sandbox
}

#[test]
fn rules_are_exported_as_far_as_the_target_goes() {
    let sandbox = with_exportable_rules();
    insta::assert_snapshot!(sandbox.run("rules export --target crontab").assert_code(4));
    insta::assert_snapshot!(sandbox.run("rules export --target systemd 1").assert_code(0));
    let answer =
        sandbox.run("rules export --target crontab --cron-tz --output-format json").assert_code(4).json();
    assert_eq!(answer["data"]["exported"], serde_json::json!([1, 2]));
    assert_eq!(answer["data"]["not_expressible"][0]["rule_id"], 3);
    let array = sandbox.run("rules export --target json").assert_code(0).json();
    assert_eq!(array.as_array().map(Vec::len), Some(3));
    insta::assert_snapshot!(sandbox.run("rules export --target crontab --cron-tz 1 2").assert_code(0));
    insta::assert_snapshot!(sandbox.run("rules export --target slurm 1").assert_code(0));
    insta::assert_snapshot!(
        sandbox.run("rules export --target kubernetes --image jobs:1 1 2").assert_code(0)
    );
    insta::assert_snapshot!(sandbox.run("rules export --target slurm 2 3").assert_code(1));
    insta::assert_snapshot!(
        sandbox.run("rules export --target slurm --single-jobs 2d --timezone Europe/Berlin").assert_code(4)
    );
    sandbox.run("rules export --target crontab --single-jobs 2d").assert_code(2);
    sandbox.run("rules export --target slurm --single-jobs 2y").assert_code(2);
    sandbox.run("rules export --target kubernetes").assert_code(2);
    sandbox.run("rules export --target slurm --image x").assert_code(2);
    sandbox.run("rules export --target systemd --cron-tz").assert_code(2);
    sandbox.run("rules export --target systemd --system-crontab").assert_code(2);
    sandbox.run("rules export --target systemd 7").assert_code(1);
}

#[test]
fn nothing_to_export_is_an_empty_text_and_a_warning() {
    let sandbox = with_mined_rules();
    insta::assert_snapshot!(sandbox.run("rules export --target crontab").assert_code(0));
    let answer = sandbox.run("rules export --target systemd --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["files"], serde_json::json!([]));
}

fn history(sandbox: &Sandbox, arguments: &str) -> Vec<Value> {
    let answer =
        sandbox.run(&format!("rules history {arguments} --output-format json")).assert_code(0).json();
    answer["data"]["revisions"].as_array().expect("list").clone()
}

fn listed(sandbox: &Sandbox) -> Value {
    sandbox.run("rules list --output-format json").assert_code(0).json()["data"].clone()
}

#[test]
fn the_history_tells_who_did_what_with_which_command() {
    let sandbox = with_mined_rules();
    sandbox.run("rules enable 1 2").assert_code(0);
    sandbox.run("rules enable 1").assert_code(0);
    sandbox.run("rules remove 3 --now 2026-03-02T08:00:00Z").assert_code(0);
    let revisions = history(&sandbox, "");
    let commands: Vec<&str> =
        revisions.iter().map(|revision| revision["command"].as_str().expect("text")).collect();
    assert_eq!(
        commands,
        [
            "tidetable rules remove 3 --now 2026-03-02T08:00:00Z",
            "tidetable rules enable 1 2 --now 2026-03-01T12:00:00Z",
            "tidetable generate --now 2026-03-01T12:00:00Z",
        ],
        "what changes nothing is no revision"
    );
    assert!(revisions.iter().all(|revision| revision["user"].is_string()));
    assert_eq!(revisions[0]["at"], "2026-03-02T08:00:00Z");
    assert_eq!(revisions[0]["changes"][0]["action"], "removed");
    assert_eq!(revisions[0]["changes"][0]["after"], json!(null));
    assert_eq!(revisions[1]["changes"].as_array().map(Vec::len), Some(2));
    let of_three = history(&sandbox, "3");
    assert_eq!(of_three.len(), 2, "a removed rule has its history still");
    assert_eq!(history(&sandbox, "--limit 1").len(), 1);
    let shown = sandbox.run("rules history").assert_code(0);
    assert!(shown.stdout.contains("enabled 2 rules") && shown.stdout.contains("created 3 rules"), "{shown}");
    sandbox.run("rules history --output-format detailed").assert_code(0);
    insta::assert_snapshot!(sandbox.run("rules history 99").assert_code(1));
    insta::assert_snapshot!(Sandbox::new().run("rules history").assert_code(0));
}

#[test]
fn rules_go_back_to_any_earlier_revision_and_forth_again() {
    let sandbox = with_mined_rules();
    let mut states = vec![listed(&Sandbox::new()), listed(&sandbox)];
    for step in ["rules enable 1 2", "rules remove 3", "rules disable 2"] {
        sandbox.run(step).assert_code(0);
        states.push(listed(&sandbox));
    }
    sandbox.run_args(&["rules", "add", "--task-type", "new", "--cron", "5 5 * * *"]).assert_code(0);
    move_rule(&sandbox, 1, 10);
    let last = listed(&sandbox);
    insta::assert_snapshot!(sandbox.run("rules undo --to 2").assert_code(0));
    assert_eq!(listed(&sandbox), last, "without --yes it is a plan");
    sandbox.run("rules undo --to 2 --yes --dry-run").assert_code(0);
    assert_eq!(listed(&sandbox), last);
    for revision in [2, 4, 1, 3, 0] {
        let back = sandbox.run(&format!("rules undo --to {revision} --yes --output-format json"));
        assert_eq!(back.assert_code(0).json()["data"]["done"], true);
        assert_eq!(listed(&sandbox), states[revision], "revision {revision}");
    }
    // Going back is a revision as well, and can be taken back.
    sandbox.run("rules undo --to 6 --yes").assert_code(0);
    assert_eq!(listed(&sandbox), last);
    assert_eq!(history(&sandbox, "--limit 1")[0]["returned_to"], 6);
    let nothing = sandbox.run("rules undo --to 6 --yes").assert_code(0);
    assert!(nothing.stderr.contains("the rules are as they were then"), "{nothing}");
    insta::assert_snapshot!(sandbox.run("rules undo --to 99").assert_code(1));
    sandbox.run("rules undo --to 2 --target crontab").assert_code(2);
}
