//! `rules apply` and `rules undo` from the outside: what changes in schedulers, what never does, and the way back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tidetable::domain::rules::RuleId;

use crate::generate::{move_rule, open_store};
use crate::sandbox::Sandbox;

/// A crontab with everything that an edit could break: settings, tabs, CRLF, bytes that are no UTF-8, another zone, no
/// end of its last line.
pub const ODD: &[u8] = b"# caf\xe9 jobs\nSHELL=/bin/sh\n00 02\t* * mon-fri\t/opt/alpha  --name caf\xe9\n\
                         @daily /opt/beta % input\r\nCRON_TZ=Asia/Tokyo\n5 4 * * * /opt/gamma";

/// A sandbox with [`ODD`] at `jobs`, imported: rules 1 (alpha), 2 (beta) and 3 (gamma).
pub fn with_odd_crontab() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("jobs"), ODD).expect("crontab written");
    sandbox.run("import jobs --format crontab").assert_code(0);
    sandbox
}

pub fn jobs(sandbox: &Sandbox) -> Vec<u8> {
    std::fs::read(sandbox.path("jobs")).expect("crontab read")
}

fn shift_of(sandbox: &Sandbox, id: i64) -> i64 {
    open_store(sandbox).rule(RuleId(id)).expect("rule").rule.shift_minutes
}

/// A program like `crontab`, whose crontab is the file `spool`; named in the configuration.
fn with_crontab_program(sandbox: &Sandbox, field: &str) -> PathBuf {
    let spool = sandbox.path("spool");
    let script = format!(
        "#!/bin/sh\ncase \"$1\" in\n-l) [ -f {0} ] && exec cat {0}; echo 'no crontab for me' >&2; exit 1;;\n\
         -r) exec rm {0};;\n-) cat > {0}.new && exec mv {0}.new {0};;\n*) exec cp \"$1\" {0};;\nesac\n",
        spool.display()
    );
    let program = sandbox.write("crontab-program", &script);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
    sandbox.write("tidetable.toml", &format!("[schedulers]\n{field} = \"{}\"\n", program.display()));
    spool
}

fn add(sandbox: &Sandbox, name: &str, cron: &str) {
    let arguments = ["rules", "add", "--task-type", name, "--name", name, "--cron", cron, "--command"];
    let command = format!("/opt/{name} --all");
    sandbox.run_args(&[&arguments[..], &[&command]].concat()).assert_code(0);
}

#[test]
fn only_the_fields_that_change_are_written_and_undo_brings_every_byte_back() {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    move_rule(&sandbox, 2, 45);
    move_rule(&sandbox, 3, -10);
    insta::assert_snapshot!("planned", sandbox.run("rules apply --target crontab").assert_code(0));
    assert_eq!(jobs(&sandbox), ODD, "a plan changes nothing");
    sandbox.run("rules apply --target crontab --yes --dry-run").assert_code(0);
    assert_eq!(jobs(&sandbox), ODD, "a dry run changes nothing");
    insta::assert_snapshot!("applied", sandbox.run("rules apply --target crontab --yes").assert_code(0));
    let expected: &[u8] = b"# caf\xe9 jobs\nSHELL=/bin/sh\n20 02\t* * mon-fri\t/opt/alpha  --name caf\xe9\n\
                            45 0 * * * /opt/beta % input\r\nCRON_TZ=Asia/Tokyo\n55 3 * * * /opt/gamma";
    assert_eq!(String::from_utf8_lossy(&jobs(&sandbox)), String::from_utf8_lossy(expected));
    assert_eq!(jobs(&sandbox), expected);
    let again = sandbox.run("rules apply --target crontab --yes --output-format json").assert_code(0).json();
    assert_eq!(again["data"]["status"], "nothing_to_do");
    insta::assert_snapshot!("undone", sandbox.run("rules undo --yes").assert_code(0));
    assert_eq!(jobs(&sandbox), ODD);
    assert_eq!([1, 2, 3].map(|id| shift_of(&sandbox, id)), [0, 0, 0], "the rules went back, too");
    insta::assert_snapshot!("nothing_left", sandbox.run("rules undo --yes").assert_code(0));
}

#[test]
fn a_crontab_that_was_carried_to_is_the_same_rules_when_it_is_imported_again() {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let answer = sandbox.run("import jobs --format crontab --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["files"][0]["rules_added"], 0, "{answer}");
    assert_eq!(shift_of(&sandbox, 1), 20);
    let listed = sandbox.run("rules list --enabled --output-format json").assert_code(0).json();
    assert_eq!(listed["data"]["total"], 3);
}

#[test]
fn what_was_edited_by_hand_since_is_told_and_never_written_over() {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let mut edited = jobs(&sandbox);
    edited.extend_from_slice(b"\n7 7 * * * /opt/mine\n");
    std::fs::write(sandbox.path("jobs"), &edited).expect("edited");
    insta::assert_snapshot!("edited_since", sandbox.run("rules undo --yes").assert_code(1));
    assert_eq!(jobs(&sandbox), edited);
    assert_eq!(shift_of(&sandbox, 1), 20);
    // Put back by hand, it counts as taken back.
    std::fs::write(sandbox.path("jobs"), ODD).expect("put back");
    let answer = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["places"][0]["status"], "already_back");
    assert_eq!((jobs(&sandbox).as_slice(), shift_of(&sandbox, 1)), (ODD, 0));
}

#[test]
fn several_applies_are_undone_one_after_the_other() {
    let sandbox = with_odd_crontab();
    let mut states = vec![jobs(&sandbox)];
    for minutes in [20, 15, -5] {
        move_rule(&sandbox, 1, minutes);
        sandbox.run("rules apply --target crontab --yes").assert_code(0);
        states.push(jobs(&sandbox));
    }
    assert_eq!(shift_of(&sandbox, 1), 30);
    for (state, shift) in states.iter().rev().skip(1).zip([35, 20, 0]) {
        sandbox.run("rules undo --yes").assert_code(0);
        assert_eq!((&jobs(&sandbox), shift_of(&sandbox, 1)), (state, shift));
    }
}

#[test]
fn an_entry_that_was_changed_since_the_import_is_left_alone_with_the_reason() {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    move_rule(&sandbox, 3, 10);
    let text = String::from_utf8_lossy(ODD).replace("00 02\t*", "30 05\t*").replace('\u{fffd}', "e");
    sandbox.write("jobs", &text);
    sandbox.run("import jobs --format crontab --dry-run").assert_code(0);
    // The command holds other bytes now, so that the entry of rule 1 is gone.
    insta::assert_snapshot!("partly", sandbox.run("rules apply --target crontab --yes").assert_code(4));
    assert_eq!(String::from_utf8_lossy(&jobs(&sandbox)), text.replace("5 4 * * *", "15 4 * * *"));
}

#[test]
fn rules_added_by_hand_go_to_a_block_of_the_users_crontab() {
    let sandbox = Sandbox::new();
    let spool = with_crontab_program(&sandbox, "crontab");
    add(&sandbox, "night", "30 2 * * *");
    add(&sandbox, "noon", "0 12 * * 1-5");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let installed = std::fs::read_to_string(&spool).expect("installed");
    insta::assert_snapshot!("block", installed);
    sandbox.run("rules disable 1").assert_code(0);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let smaller = std::fs::read_to_string(&spool).expect("installed");
    assert!(!smaller.contains("night") && smaller.contains("0 12 * * 1-5 /opt/noon --all\n"), "{smaller}");
    sandbox.run("rules undo --yes").assert_code(0);
    assert_eq!(std::fs::read_to_string(&spool).expect("installed"), installed);
    sandbox.run("rules undo --yes").assert_code(0);
    assert!(!spool.exists(), "there was no crontab before");
}

#[test]
fn our_own_lines_are_not_written_over_once_somebody_edited_them() {
    let sandbox = Sandbox::new();
    let spool = with_crontab_program(&sandbox, "crontab");
    add(&sandbox, "night", "30 2 * * *");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let installed = std::fs::read_to_string(&spool).expect("installed");
    let edited = installed.replace("30 2 * * *", "44 4 * * *");
    std::fs::write(&spool, &edited).expect("edited");
    let refused = sandbox.run("rules apply --target crontab --yes").assert_code(1);
    assert!(refused.stderr.contains("+44 4 * * * /opt/night"), "{refused}");
    assert_eq!(std::fs::read_to_string(&spool).expect("read"), edited);
    sandbox.run("rules disable 1").assert_code(0);
    sandbox.run("rules apply --target crontab --yes").assert_code(1);
    assert_eq!(std::fs::read_to_string(&spool).expect("read"), edited);
    // Lines outside of the block are the person's own and are none of this.
    std::fs::write(&spool, format!("0 9 * * * /opt/mine\n{installed}")).expect("put back");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    assert_eq!(std::fs::read_to_string(&spool).expect("read"), "0 9 * * * /opt/mine\n");
}

#[test]
fn a_drop_in_that_somebody_edited_or_overrules_is_left_alone() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("units")).expect("folder");
    sandbox.write("units/sync.timer", "[Timer]\nOnCalendar=hourly\n");
    sandbox.run("rules add --task-type sync --cron @hourly").assert_code(0);
    let apply = "rules apply --target systemd --units-dir units --yes";
    sandbox.run(apply).assert_code(0);
    let drop_in = sandbox.path("units/sync.timer.d/50-tidetable.conf");
    assert!(!drop_in.exists(), "nothing moved");
    move_rule(&sandbox, 1, 10);
    sandbox.run(apply).assert_code(0);
    let written = std::fs::read_to_string(&drop_in).expect("written");
    let edited = written.replace(":10:", ":44:");
    std::fs::write(&drop_in, &edited).expect("edited");
    let refused = sandbox.run(apply).assert_code(1);
    assert!(refused.stderr.contains("+OnCalendar=*-*-* *:44:00 UTC"), "{refused}");
    assert_eq!(std::fs::read_to_string(&drop_in).expect("read"), edited);
    std::fs::write(&drop_in, &written).expect("put back");
    sandbox.write("units/sync.timer.d/99-mine.conf", "[Timer]\nOnCalendar=\nOnCalendar=04:00\n");
    let refused = sandbox.run(apply).assert_code(1);
    assert!(refused.stderr.contains("99-mine.conf sets OnCalendar="), "{refused}");
    sandbox.run("rules apply --target systemd --units-dir unit --yes").assert_code(1);
}

#[test]
fn a_masked_timer_is_told_of_and_keeps_nothing_else_from_being_planned() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("units")).expect("folder");
    std::os::unix::fs::symlink("/dev/null", sandbox.path("units/sync.timer")).expect("link");
    sandbox.write("units/poll.timer", "[Timer]\nOnCalendar=hourly\n");
    for name in ["sync", "poll"] {
        sandbox.run(&format!("rules add --task-type {name} --cron @hourly")).assert_code(0);
    }
    let apply = "rules apply --target systemd --units-dir units --yes --output-format json";
    let untouched = sandbox.run(apply).assert_code(0).json();
    assert_eq!(untouched["data"]["rules"][0]["effect"], "skipped", "{untouched}");
    for id in [1, 2] {
        move_rule(&sandbox, id, 10);
    }
    let answer = sandbox.run(apply).assert_code(4).json();
    let rules = &answer["data"]["rules"];
    assert_eq!(
        (&rules[0]["effect"], &rules[1]["effect"]),
        (&"refused".into(), &"written".into()),
        "{answer}"
    );
    assert!(rules[0]["reason"].as_str().expect("reason").starts_with("sync.timer is masked"), "{answer}");
    assert!(!sandbox.path("units/sync.timer.d").exists());
}

#[test]
fn a_users_crontab_that_was_imported_from_its_program_is_changed_through_it() {
    let sandbox = Sandbox::new();
    let spool = with_crontab_program(&sandbox, "crontab");
    std::fs::write(&spool, "0 2 * * * /opt/alpha\n").expect("spool");
    let mut import = sandbox.command();
    import.args(["import", "-", "--format", "crontab"]).write_stdin("0 2 * * * /opt/alpha\n");
    assert!(import.output().expect("started").status.success());
    move_rule(&sandbox, 1, 25);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    assert_eq!(std::fs::read_to_string(&spool).expect("spool"), "25 2 * * * /opt/alpha\n");
}

#[test]
fn a_program_that_is_missing_or_refuses_is_an_error_and_nothing_is_changed() {
    let sandbox = Sandbox::new();
    add(&sandbox, "night", "30 2 * * *");
    sandbox.write("tidetable.toml", "[schedulers]\ncrontab = \"no-such-crontab\"\n");
    insta::assert_snapshot!("no_program", sandbox.run("rules apply --target crontab --yes").assert_code(3));
    let script = "#!/bin/sh\n[ \"$1\" = -l ] && { echo 'no crontab for x' >&2; exit 1; }\n\
                  echo 'errors in crontab file, cannot install' >&2\nexit 1\n";
    let program = sandbox.write("refusing", script);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
    sandbox.write("tidetable.toml", &format!("[schedulers]\ncrontab = \"{}\"\n", program.display()));
    insta::assert_snapshot!("refusing", sandbox.run("rules apply --target crontab --yes").assert_code(1));
    let undone = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
    assert_eq!(undone["data"]["status"], "nothing_to_do", "{undone}");
}

#[test]
fn a_system_crontab_gets_the_user_column() {
    let sandbox = Sandbox::new();
    let crontab = sandbox.write("jobs", "0 1 * * * root /opt/other\n");
    add(&sandbox, "night", "30 2 * * *");
    let refused = sandbox.run("rules apply --target crontab --file jobs --yes").assert_code(1);
    assert!(refused.stderr.contains("its user is not known"), "{refused}");
    assert_eq!(std::fs::read_to_string(crontab).expect("read"), "0 1 * * * root /opt/other\n");
}

#[test]
fn a_rule_is_written_to_one_scheduler_only() {
    let sandbox = Sandbox::new();
    with_crontab_program(&sandbox, "crontab");
    add(&sandbox, "night", "30 2 * * *");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    std::fs::create_dir(sandbox.path("units")).expect("folder");
    for other in ["--target systemd --units-dir units", "--target crontab --file jobs"] {
        let refused = sandbox.run(&format!("rules apply {other} --yes")).assert_code(1);
        assert!(refused.stderr.contains("has it already, so that here it would run twice"), "{refused}");
    }
    sandbox.run("rules undo --yes").assert_code(0);
    sandbox.run("rules apply --target systemd --units-dir units --yes").assert_code(0);
    sandbox.run("rules apply --target crontab --yes").assert_code(1);
    let astray = sandbox.run("rules apply --target crontab --file no-such-folder/jobs --yes").assert_code(1);
    assert!(astray.stderr.contains("there is no folder no-such-folder"), "{astray}");
}

#[test]
fn slurms_crontab_gets_its_options() {
    let sandbox = Sandbox::new();
    let spool = with_crontab_program(&sandbox, "scrontab");
    add(&sandbox, "night", "30 2 * * *");
    sandbox.run("rules apply --target slurm --yes").assert_code(0);
    let installed = std::fs::read_to_string(&spool).expect("installed");
    assert!(installed.contains("# rule 1: night\n30 2 * * * /opt/night --all\n"), "{installed}");
    sandbox.run("rules undo --target slurm --yes").assert_code(0);
    assert!(!spool.exists());
}

#[test]
fn timers_get_drop_ins_and_rules_with_commands_get_units() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("units")).expect("folder");
    sandbox.write("units/sync.timer", "[Timer]\nOnCalendar=hourly\n");
    sandbox.write("units/poll.timer", "[Timer]\nOnBootSec=5min\nOnUnitActiveSec=1h\n");
    for name in ["sync", "poll"] {
        sandbox.run_args(&["rules", "add", "--task-type", name, "--cron", "10 * * * *"]).assert_code(0);
    }
    add(&sandbox, "night", "30 2 * * *");
    insta::assert_snapshot!(
        "systemd",
        sandbox.run("rules apply --target systemd --units-dir units --yes").assert_code(4)
    );
    let drop_in = std::fs::read_to_string(sandbox.path("units/sync.timer.d/50-tidetable.conf"));
    insta::assert_snapshot!("drop_in", drop_in.expect("written"));
    sandbox.run("rules undo --yes").assert_code(0);
    for gone in ["sync.timer.d/50-tidetable.conf", "tidetable-rule-3.timer", "tidetable-rule-3.service"] {
        assert!(!sandbox.path("units").join(gone).exists(), "{gone}");
    }
    assert!(!sandbox.path("units/sync.timer.d").exists(), "the folder that apply made goes, too");
}

#[test]
fn options_that_do_not_fit_are_usage_errors_and_an_empty_store_has_nothing_to_apply() {
    let sandbox = Sandbox::new();
    sandbox.run("rules apply --target systemd --file jobs").assert_code(2);
    sandbox.run("rules apply --target crontab --user").assert_code(2);
    sandbox.run("rules apply").assert_code(2);
    insta::assert_snapshot!("empty", sandbox.run("rules apply --target crontab --yes").assert_code(0));
    sandbox.run("rules undo").assert_code(0);
    sandbox.run("rules apply --target crontab 7").assert_code(1);
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn a_plan_goes_from_the_optimizer_to_the_crontab_and_is_held_against_it() {
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
    let before = "0 2 * * * alpha\n0 2 * * * beta\n0 2 * * * gamma\n";
    sandbox.write("jobs", before);
    sandbox.run("import runs.csv jobs").assert_code(0);
    let plan = sandbox
        .run("optimize --conflict-resolution --time-limit 50ms --auto-apply --output-format json")
        .assert_code(0)
        .json();
    let moves = plan["data"]["moves"].as_array().expect("moves");
    assert!(!moves.is_empty(), "{plan}");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let applied = String::from_utf8(jobs(&sandbox)).expect("text");
    let mut expected = before.to_owned();
    for step in moves {
        let (name, cron) = (step["task_type"].as_str().expect("name"), step["cron"].as_str().expect("cron"));
        expected = expected.replace(&format!("0 2 * * * {name}"), &format!("{cron} {name}"));
    }
    assert_eq!(applied, expected);
    assert_ne!(applied, before);
    let told = sandbox.run("optimize --verify-applied --output-format json").assert_code(0).json();
    assert_eq!(told["data"]["carried_at"], "2026-03-01T12:00:00Z");
    sandbox.run("rules undo --yes").assert_code(0);
    assert_eq!(jobs(&sandbox), before.as_bytes());
    let told = sandbox.run("optimize --verify-applied").assert_code(0);
    assert!(told.stderr.contains("was taken back since"), "{told}");
}

#[test]
fn the_history_tells_of_schedulers_and_an_undo_is_one_revision() {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    move_rule(&sandbox, 2, 45);
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    let before = sandbox.run("rules history --output-format json").assert_code(0).json();
    assert_eq!(before["data"]["scheduler_changes"][0]["state"], "applied", "{before}");
    assert_eq!(before["data"]["scheduler_changes"][0]["rule_ids"], serde_json::json!([1, 2]));
    sandbox.run("rules undo --yes").assert_code(0);
    let after = sandbox.run("rules history --output-format json").assert_code(0).json();
    assert_eq!(after["data"]["scheduler_changes"][0]["state"], "undone", "{after}");
    let count = |answer: &serde_json::Value| answer["data"]["total"].as_u64().expect("count");
    assert_eq!(count(&after), count(&before) + 1, "{after}");
    assert_eq!(after["data"]["revisions"][0]["changes"].as_array().map(Vec::len), Some(2));
    let shown = sandbox.run("rules history 2").assert_code(0);
    assert!(shown.stdout.contains("SCHEDULER") && shown.stdout.contains("undone"), "{shown}");
    let other = sandbox.run("rules history 3 --output-format json").assert_code(0).json();
    assert_eq!(other["data"]["scheduler_changes"], serde_json::json!([]));
}
