//! `doctor` from the outside.

use std::fs;

use crate::backup::{add_runs, steady};
use crate::sandbox::{Sandbox, Transcript};

const FIRST: &str = "20260301T120000Z";

fn backed_up() -> Sandbox {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup").assert_code(0);
    sandbox
}

fn severities(answer: &Transcript) -> Vec<String> {
    let answer = answer.json();
    let findings = answer["data"]["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["severity"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn an_empty_home_has_nothing_wrong() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("doctor").assert_code(0));
    assert!(!sandbox.path("store.db").exists() && !sandbox.path("backups").exists());
    assert_eq!(severities(&sandbox.run("doctor --output-format json").assert_code(0)), ["note"]);
}

#[test]
fn a_store_without_a_copy_is_told_of_and_one_with_a_drilled_copy_is_well() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let answer = sandbox.run("doctor --output-format json").assert_code(4);
    assert_eq!(answer.json()["data"]["status"], "findings");
    sandbox.run("backup").assert_code(0);
    insta::assert_snapshot!(sandbox.run("backup drill --now 2026-03-02T12:00:00Z").assert_code(0));
    let well = sandbox.run_args(&["doctor", "--now", "2026-03-04T12:00:00Z"]).assert_code(0);
    insta::assert_snapshot!(steady(&well));
    let list = sandbox.run("backup list --output-format json").assert_code(0).json();
    assert_eq!(list["data"]["backups"][0]["drilled_at"], "2026-03-02T12:00:00Z");
    assert_eq!(list["data"]["backups"][0]["verified_at"], "2026-03-02T12:00:00Z");
    let late = sandbox.run_args(&["doctor", "--now", "2026-05-04T12:00:00Z"]).assert_code(4);
    assert!(late.stdout.contains("the newest copy is 64 days old"), "{late}");
}

#[test]
fn what_is_left_half_made_is_found_and_mended_and_nothing_that_may_be_needed_is_removed() {
    let sandbox = backed_up();
    sandbox.run_args(&["backup", "--now", "2026-03-01T13:00:00Z"]).assert_code(0);
    let archive = sandbox.path("backups/20260301T130000Z.db.zst");
    let mut bytes = fs::read(&archive).expect("archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).expect("damaged");
    sandbox.write("backups/20200101T000000Z.db.zst", "an archive without a manifest");
    sandbox.write(&format!("backups/.{FIRST}.db.tmp"), "half");
    sandbox.write(".store.db.restore-20260301T120000Z.tmp", "half");
    let found = sandbox.run("doctor --output-format json").assert_code(4);
    assert_eq!(severities(&found)[..4], ["error", "warning", "warning", "warning"], "{found}");
    insta::assert_snapshot!(steady(
        &sandbox.run("doctor --repair --now 2026-03-02T12:00:00Z").assert_code(4)
    ));
    assert!(archive.exists());
    let mended = sandbox.run("doctor --repair --yes --output-format json").assert_code(0).json();
    assert_eq!(mended["data"]["status"], "repaired", "{mended}");
    sandbox.run("doctor").assert_code(0);
    for name in ["20260301T130000Z.db.zst", "20260301T130000Z.json", "20200101T000000Z.db.zst"] {
        assert!(sandbox.path("backups/aside").join(name).exists(), "{name} is kept");
    }
    assert!(!sandbox.path(".store.db.restore-20260301T120000Z.tmp").exists());
    sandbox.run("restore 20260301T120000Z --yes").assert_code(0);
}

#[test]
fn a_damaged_store_is_told_of_with_the_way_back() {
    let sandbox = backed_up();
    let mut bytes = fs::read(sandbox.path("store.db")).expect("store");
    bytes[4_096..].fill(0xa5);
    fs::write(sandbox.path("store.db"), bytes).expect("damaged");
    let answer = sandbox.run("doctor").assert_code(4);
    assert!(
        answer.stdout.contains("the store is damaged") && answer.stdout.contains("restore latest"),
        "{answer}"
    );
    sandbox.run("restore latest --yes").assert_code(0);
    let well = sandbox.run("doctor --output-format json").assert_code(0);
    assert_eq!(severities(&well), ["note"], "the damaged store is kept and told of: {well}");
}

#[test]
fn a_file_of_another_program_is_no_store_and_left_alone() {
    let sandbox = Sandbox::new();
    let path = sandbox.write("store.db", "do not lose these notes, they are all I have\n");
    sandbox.run("doctor --repair --yes").assert_code(4);
    assert_eq!(fs::read_to_string(path).expect("there"), "do not lose these notes, they are all I have\n");
}

#[test]
fn repairs_need_to_be_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.run("doctor --yes").assert_code(2);
}

#[test]
fn an_interrupted_restore_is_told_of_left_alone_and_settled_when_asked_for() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release build has no moments to be killed at");
        return;
    }
    let sandbox = backed_up();
    add_runs(&sandbox, "sync", 8);
    let mut command = sandbox.command();
    command.env("TIDETABLE_TEST_KILL_AT", "restore-about-to-rename").args(["restore", FIRST, "--yes"]);
    assert!(!command.output().expect("started").status.success());
    let journal = sandbox.path(".store.db.restore.json");
    let found = sandbox.run("doctor --output-format json").assert_code(4);
    assert!(journal.exists() && found.stdout.contains("a restore was interrupted"), "{found}");
    let mended = sandbox.run("doctor --repair --yes --output-format json").assert_code(0).json();
    assert_eq!(mended["data"]["repairs"][0]["action"], "settle_restore", "{mended}");
    assert!(!journal.exists());
    let mut command = sandbox.command();
    command.env("TIDETABLE_TEST_KILL_AT", "restore-renamed").args(["restore", FIRST, "--yes"]);
    assert!(!command.output().expect("started").status.success());
    let list = sandbox.run("rules list").assert_code(0);
    assert!(list.stderr.contains("an interrupted restore of backup 20260301T120000Z was finished"), "{list}");
    assert!(!journal.exists());
}

#[test]
fn a_lost_store_with_copies_is_a_finding_that_names_the_way_back() {
    let sandbox = backed_up();
    let store = sandbox.path("store.db");
    for (what, words) in [(None, "the store is gone"), (Some(""), "the store is empty")] {
        fs::remove_file(&store).expect("removed");
        what.into_iter().for_each(|text| fs::write(&store, text).expect("written"));
        let answer = sandbox.run("doctor").assert_code(4);
        assert!(answer.stdout.contains(words) && answer.stdout.contains("restore latest"), "{answer}");
        sandbox.run("restore latest --yes").assert_code(0);
        sandbox.run("doctor").assert_code(0);
    }
    sandbox.write("store.db", "garbage where the header of the store was, and so on, and so on\n");
    let answer = sandbox.run("doctor").assert_code(4);
    assert!(answer.stdout.contains("restore latest --dry-run"), "{answer}");
    let answer = sandbox.run("view").assert_code(1);
    assert!(answer.stderr.contains("`tidetable doctor` tells what brings it back"), "{answer}");
}

#[test]
fn a_copy_that_cannot_be_read_is_told_of_and_the_others_are_judged() {
    let sandbox = backed_up();
    sandbox.run_args(&["backup", "--now", "2026-03-01T13:00:00Z"]).assert_code(0);
    // Nobody can read a folder as a file, root included.
    fs::create_dir(sandbox.path("backups/20260301T140000Z.json")).expect("folder");
    let answer = sandbox.run("doctor --repair --yes --output-format json").assert_code(4);
    let found = answer.json()["data"]["findings"].as_array().expect("findings").clone();
    let errors: Vec<_> = found.iter().filter(|finding| finding["severity"] == "error").collect();
    assert_eq!(errors.len(), 1, "{answer}");
    assert!(errors[0]["message"].as_str().is_some_and(|text| text.contains("not judged")), "{answer}");
    assert_eq!(errors[0]["repairable"], false, "it may be a good copy");
    let answer = sandbox.run("backup verify").assert_code(1);
    assert!(answer.stderr.contains("1 damaged, 2 checked"), "{answer}");
    sandbox.run("backup list").assert_code(0);
    sandbox.run("restore latest --yes").assert_code(0);
}

#[cfg(unix)]
#[test]
fn an_archive_that_only_others_may_read_is_a_finding_of_its_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = backed_up();
    sandbox.run_args(&["backup", "--now", "2026-03-01T13:00:00Z"]).assert_code(0);
    let archive = sandbox.path(&format!("backups/{FIRST}.db.zst"));
    fs::set_permissions(&archive, fs::Permissions::from_mode(0o000)).expect("mode");
    if fs::read(&archive).is_ok() {
        eprintln!("skipped: this user reads every file");
        return;
    }
    let answer = sandbox.run("doctor").assert_code(4);
    assert!(answer.stdout.contains("was not judged"), "{answer}");
    let answer = sandbox.run("backup verify").assert_code(1);
    assert!(answer.stderr.contains("1 damaged, 2 checked"), "{answer}");
}

#[test]
fn a_journal_of_a_restore_that_nobody_can_read_is_moved_aside() {
    let sandbox = backed_up();
    let journal = sandbox.write(".store.db.restore.json", "half of a jour");
    let answer = sandbox.run("rules list").assert_code(1);
    assert!(answer.stderr.contains("doctor --repair --yes"), "{answer}");
    let found = sandbox.run("doctor").assert_code(4);
    assert!(found.stdout.contains("every command stops at it"), "{found}");
    sandbox.run("doctor --repair --yes").assert_code(0);
    assert!(!journal.exists() && sandbox.path(".store.db.restore.json.aside-1").exists());
    sandbox.run("rules list").assert_code(0);
    sandbox.run("restore latest --yes").assert_code(0);
}
