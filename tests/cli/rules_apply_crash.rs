//! `rules apply` and `rules undo` under everything that may go wrong: killed, two at once, read-only, links.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;

use crate::generate::move_rule;
use crate::rules_apply::{ODD, jobs, with_odd_crontab};
use crate::sandbox::{NOW, Sandbox};

/// Runs a command that is killed at a named moment; whether it was.
fn killed_at(sandbox: &Sandbox, moment: &str, arguments: &str) -> bool {
    let output = sandbox
        .command()
        .env("TIDETABLE_TEST_KILL_AT", moment)
        .args(arguments.split_whitespace())
        .args(["--now", NOW])
        .output()
        .expect("started");
    if output.status.success() && !cfg!(debug_assertions) {
        eprintln!("skipped: a release build has no moments to be killed at");
        return false;
    }
    assert!(!output.status.success(), "{moment}");
    true
}

fn moved() -> (Sandbox, Vec<u8>) {
    let sandbox = with_odd_crontab();
    move_rule(&sandbox, 1, 20);
    let applied = String::from_utf8_lossy(ODD).find("00 02").expect("there");
    let mut after = ODD.to_vec();
    // The latin letter before it is one byte, and three in the replacement.
    after[applied - 2..applied].copy_from_slice(b"20");
    (sandbox, after)
}

fn left_beside(sandbox: &Sandbox) -> Vec<String> {
    let names = fs::read_dir(sandbox.path(""))
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("text"));
    names.filter(|name| name.contains("tidetable-tmp")).collect()
}

#[test]
fn killed_before_the_rename_nothing_is_changed_and_the_next_command_says_so() {
    let (sandbox, after) = moved();
    if !killed_at(&sandbox, "before-rename", "rules apply --target crontab --yes") {
        return;
    }
    assert_eq!(jobs(&sandbox), ODD);
    let listed = sandbox.run("rules list").assert_code(0);
    assert!(listed.stderr.contains("1 change of a scheduler had been interrupted"), "{listed}");
    let answer = sandbox.run("rules apply --target crontab --yes --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["settled"][0]["state"], "abandoned", "{answer}");
    assert_eq!((jobs(&sandbox), left_beside(&sandbox)), (after, Vec::new()));
    sandbox.run("rules undo --yes").assert_code(0);
    assert_eq!(jobs(&sandbox), ODD);
}

#[test]
fn killed_after_the_rename_the_change_is_in_force_and_can_be_undone() {
    let (sandbox, after) = moved();
    if !killed_at(&sandbox, "after-rename", "rules apply --target crontab --yes") {
        return;
    }
    assert_eq!(jobs(&sandbox), after);
    let answer = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["settled"][0]["state"], "applied", "{answer}");
    assert_eq!(jobs(&sandbox), ODD);
}

#[test]
fn an_undo_that_was_killed_is_finished_or_begun_again() {
    for (moment, state) in [("before-rename", "applied"), ("after-rename", "undone")] {
        let (sandbox, _) = moved();
        sandbox.run("rules apply --target crontab --yes").assert_code(0);
        if !killed_at(&sandbox, moment, "rules undo --yes") {
            return;
        }
        let answer = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
        assert_eq!(answer["data"]["settled"][0]["state"], state, "{answer}");
        assert_eq!((jobs(&sandbox).as_slice(), left_beside(&sandbox)), (ODD, Vec::new()), "{moment}");
        let shown = sandbox.run("rules show 1 --output-format json").assert_code(0).json();
        assert_eq!(shown["data"]["rule"]["shift_minutes"], 0, "{moment}: the rule went back, too");
    }
}

#[test]
fn edited_between_the_kill_and_the_next_command_it_is_left_alone() {
    let (sandbox, _) = moved();
    if !killed_at(&sandbox, "after-rename", "rules apply --target crontab --yes") {
        return;
    }
    fs::write(sandbox.path("jobs"), "7 7 * * * /opt/mine\n").expect("edited");
    let refused = sandbox.run("rules undo --yes").assert_code(1);
    assert!(refused.stderr.contains("/opt/mine"), "{refused}");
    assert_eq!(jobs(&sandbox), b"7 7 * * * /opt/mine\n");
}

#[test]
fn a_second_process_waits_and_is_then_told_that_it_is_busy() {
    let (sandbox, _) = moved();
    let folder = File::open(sandbox.path("")).expect("folder");
    folder.lock().expect("locked");
    let busy = sandbox.run("rules apply --target crontab --yes --lock-timeout 100ms").assert_code(10);
    assert!(busy.stderr.contains("another process is changing files"), "{busy}");
    assert_eq!(jobs(&sandbox), ODD);
    folder.unlock().expect("free");
    sandbox.run("rules apply --target crontab --yes --lock-timeout 100ms").assert_code(0);
}

#[test]
fn two_at_once_leave_one_change_and_one_way_back() {
    let (sandbox, after) = moved();
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"));
            command
                .args(["rules", "apply", "--target", "crontab", "--yes", "--now", NOW])
                .env_clear()
                .env("HOME", sandbox.path(""))
                .env("TZ", "UTC")
                .env("TIDETABLE_DB", sandbox.path("store.db"))
                .current_dir(sandbox.path(""))
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null());
            command.spawn().expect("started")
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().expect("ended").code(), Some(0));
    }
    assert_eq!(jobs(&sandbox), after);
    sandbox.run("rules undo --yes").assert_code(0);
    assert_eq!(jobs(&sandbox), ODD);
    let answer = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["status"], "nothing_to_do", "only one of them found anything to change");
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error_and_nothing_is_changed() {
    let (sandbox, _) = moved();
    fs::create_dir(sandbox.path("locked")).expect("folder");
    fs::write(sandbox.path("locked/jobs"), ODD).expect("crontab");
    let is_root = fs::metadata(sandbox.path("")).expect("folder").uid() == 0;
    fs::set_permissions(sandbox.path("locked"), fs::Permissions::from_mode(0o555)).expect("read-only");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"));
    command
        .args(["rules", "apply", "--target", "crontab", "--file", "locked/jobs", "--yes", "--now", NOW, "1"])
        .env_clear()
        .env("TZ", "UTC")
        .env("HOME", sandbox.path(""))
        .env("TIDETABLE_DB", sandbox.path("store.db"))
        .current_dir(sandbox.path(""));
    if is_root {
        // Root may write anywhere; somebody else may not, and needs the store and the program.
        for name in ["", "store.db"] {
            fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(0o777)).expect("open to all");
        }
        for name in ["store.db.lock", "store.db-wal", "store.db-shm"] {
            let _ = fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(0o666));
        }
        let program = sandbox.path("tidetable-copy");
        fs::copy(env!("CARGO_BIN_EXE_tidetable"), &program).expect("copied");
        let arguments: Vec<_> = command.get_args().map(|word| word.to_owned()).collect();
        command = std::process::Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("TZ", "UTC")
            .env("HOME", sandbox.path(""))
            .env("TIDETABLE_DB", sandbox.path("store.db"))
            .current_dir(sandbox.path(""))
            .uid(65_534)
            .gid(65_534);
    }
    // Another test's child may hold the fresh copy open for writing for the moment between its fork and its exec.
    let output = loop {
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            output => break output.expect("started"),
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write") && said.contains("hint: you may lack the right"), "{said}");
    assert_eq!(fs::read(sandbox.path("locked/jobs")).expect("crontab"), ODD);
    fs::set_permissions(sandbox.path("locked"), fs::Permissions::from_mode(0o755)).expect("writable");
    assert_eq!(fs::read_dir(sandbox.path("locked")).expect("folder").count(), 1);
    let answer = sandbox.run("rules undo --yes --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["status"], "nothing_to_do", "{answer}");
}

#[test]
fn a_link_is_followed_and_a_file_with_two_names_is_left_alone() {
    let (sandbox, after) = moved();
    fs::rename(sandbox.path("jobs"), sandbox.path("real")).expect("moved");
    symlink("real", sandbox.path("jobs")).expect("linked");
    sandbox.run("rules apply --target crontab --yes").assert_code(0);
    assert!(fs::symlink_metadata(sandbox.path("jobs")).expect("link").is_symlink());
    assert_eq!(fs::read(sandbox.path("real")).expect("crontab"), after);
    sandbox.run("rules undo --yes --file jobs").assert_code(0);
    assert_eq!(fs::read(sandbox.path("real")).expect("crontab"), ODD);
    move_rule(&sandbox, 1, 20);
    fs::hard_link(sandbox.path("real"), sandbox.path("other")).expect("linked");
    let refused = sandbox.run("rules apply --target crontab --yes").assert_code(1);
    assert!(refused.stderr.contains("has 2 names (hard links)"), "{refused}");
    assert_eq!(fs::read(sandbox.path("other")).expect("crontab"), ODD);
}
