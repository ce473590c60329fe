//! `restore` from the outside.

use std::time::Duration;

use tidetable::store::{LockHolder, Store, WriterOptions};

use crate::backup::{add_runs, steady};
use crate::sandbox::Sandbox;

fn runs(sandbox: &Sandbox) -> i64 {
    let connection = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
    connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).expect("count")
}

/// A store of 20 runs whose backup holds 12.
fn backed_up() -> Sandbox {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup").assert_code(0);
    add_runs(&sandbox, "sync", 8);
    sandbox
}

const LATER: &str = "2026-03-02T15:00:00Z";

#[test]
fn without_yes_nothing_is_restored() {
    let sandbox = backed_up();
    insta::assert_snapshot!(sandbox.run("restore latest").assert_code(1));
    assert_eq!(runs(&sandbox), 20);
}

#[test]
fn a_dry_run_shows_what_would_change() {
    let sandbox = backed_up();
    let plan = sandbox.run_args(&["restore", "20260301", "--dry-run", "--now", LATER]).assert_code(0);
    insta::assert_snapshot!(steady(&plan));
    assert_eq!(runs(&sandbox), 20);
}

#[test]
fn a_restore_can_be_undone_and_the_undoing_too() {
    let sandbox = backed_up();
    let done = sandbox.run_args(&["restore", "latest", "--yes", "--now", LATER]).assert_code(0);
    insta::assert_snapshot!(steady(&done));
    assert_eq!(runs(&sandbox), 12);
    let undone = sandbox.run("restore --undo --yes --output-format json").assert_code(0).json();
    assert_eq!(undone["data"]["status"], "restored");
    assert_eq!(runs(&sandbox), 20);
    // The newest copy made before a restore is now the one of 12 runs.
    sandbox.run_args(&["restore", "--undo", "--yes", "--now", "2026-03-03T00:00:00Z"]).assert_code(0);
}

#[test]
fn nothing_to_undo_is_said_so() {
    let sandbox = backed_up();
    insta::assert_snapshot!(sandbox.run("restore --undo --yes").assert_code(1));
}

#[test]
fn an_unknown_backup_is_an_error_with_a_hint() {
    let sandbox = backed_up();
    insta::assert_snapshot!(sandbox.run("restore 1999 --yes --output-format json").assert_code(1));
}

#[test]
fn a_writer_keeps_a_restore_out() {
    let sandbox = backed_up();
    let options = WriterOptions { lock_timeout: Duration::ZERO, holder: LockHolder::unknown() };
    let store = Store::open_writer(&sandbox.path("store.db"), &options).expect("store");
    sandbox.run("restore latest --yes --lock-timeout 50ms").assert_code(10);
    drop(store);
    assert_eq!(runs(&sandbox), 20);
}

#[test]
fn an_idle_reader_keeps_a_restore_out() {
    let sandbox = backed_up();
    let options = WriterOptions { lock_timeout: Duration::ZERO, holder: LockHolder::unknown() };
    let store = Store::open_reader(&sandbox.path("store.db"), &options).expect("store");
    insta::assert_snapshot!(sandbox.run("restore latest --yes --lock-timeout 50ms").assert_code(10));
    drop(store);
    assert_eq!(runs(&sandbox), 20);
}

#[test]
fn a_target_of_its_own_is_made_and_the_store_left_alone() {
    let sandbox = backed_up();
    sandbox.run("restore latest --yes --target elsewhere/look.db").assert_code(0);
    assert!(sandbox.path("elsewhere/look.db").exists());
    assert_eq!(runs(&sandbox), 20);
    let patterns = sandbox.run("view --db elsewhere/look.db").assert_code(0);
    assert!(patterns.stdout.contains("No patterns"), "{patterns}");
}

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let sandbox = backed_up();
    sandbox.write("notes.txt", "do not lose these notes, they are all I have\n");
    insta::assert_snapshot!(sandbox.run("restore latest --yes --target notes.txt").assert_code(1));
}

#[test]
fn a_restore_killed_at_any_moment_leaves_the_store_before_or_after() {
    let sandbox = backed_up();
    for round in 0..24_u64 {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("tidetable"))
            .args(["restore", "20260301T120000Z", "--yes", "--quiet"])
            .env_clear()
            .env("HOME", sandbox.path(""))
            .env("TIDETABLE_DB", sandbox.path("store.db"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("program started");
        std::thread::sleep(Duration::from_millis(4 + round * 3));
        child.kill().expect("killed");
        child.wait().expect("reaped");
        let found = runs(&sandbox);
        assert!(found == 12 || found == 20, "{found} runs after round {round}");
        if found == 12 {
            add_runs(&sandbox, "sync", 8);
        }
    }
    // Whatever was left behind keeps nobody from anything.
    sandbox.run("restore 20260301T120000Z --yes").assert_code(0);
    sandbox.run("backup verify").assert_code(0);
    assert_eq!(runs(&sandbox), 12);
}

/// Two stores in one folder: `store.db` of 12 runs, whose copy is older, and `other.db` of 5.
fn two_stores() -> Sandbox {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup --now 2026-01-01T12:00:00Z").assert_code(0);
    let rows: String = (0..5).map(|day| format!("weekly,{}\n", 1_770_000_000 + day * 7_200)).collect();
    sandbox.write("other.csv", &format!("task_type,started_at\n{rows}"));
    sandbox.run("import other.csv --db other.db").assert_code(0);
    sandbox.run("backup --db other.db --now 2026-02-28T12:00:00Z").assert_code(0);
    sandbox
}

#[test]
fn the_latest_copy_is_that_of_the_store_and_not_of_its_neighbour() {
    let sandbox = two_stores();
    sandbox.run("restore latest --yes").assert_code(0);
    assert_eq!(runs(&sandbox), 12, "not the neighbour's 5");
    let drilled = sandbox.run("backup drill --output-format json").assert_code(0).json();
    assert_eq!(drilled["data"]["backup"]["id"], "20260101T120000Z");
    insta::assert_snapshot!(sandbox.run("restore 20260228 --dry-run").assert_code(0));
    let refused = sandbox.run("restore latest --db third.db --yes").assert_code(1);
    assert!(refused.stderr.contains("another store"), "{refused}");
}

#[test]
fn pruning_leaves_the_copies_of_other_stores_alone() {
    let sandbox = two_stores();
    std::fs::remove_file(sandbox.path("backups/20260101T120000Z.proof.json")).ok();
    let pruned = sandbox.run("backup prune --keep-last 1 --output-format json --db other.db").assert_code(0);
    assert_eq!(pruned.json()["data"]["remove"], serde_json::json!([]));
    assert!(pruned.stdout.contains("left alone"), "{pruned}");
    let list = sandbox.run("backup list").assert_code(0);
    assert!(list.stdout.contains("20260101T120000Z") && list.stdout.contains("STORE"), "{list}");
}

#[test]
fn hints_name_the_file_that_was_meant() {
    let sandbox = backed_up();
    let refused =
        sandbox.run("restore latest --target look.db --backup-dir backups --db store.db").assert_code(1);
    let command = "`tidetable restore latest --target look.db --backup-dir backups --db store.db";
    assert!(refused.stderr.contains(command), "{refused}");
    assert!(refused.stderr.contains("--yes` carries it out"), "{refused}");
    sandbox.run("restore latest --yes --target look.db").assert_code(0);
    let again = sandbox.run("restore latest --yes --target look.db --backup-dir backups").assert_code(0);
    assert!(again.stdout.contains("`tidetable restore --undo --db "), "{again}");
    assert!(again.stdout.contains(" --target look.db --backup-dir backups` brings it back"), "{again}");
    let undo = sandbox.run("restore --undo --target look.db").assert_code(1);
    assert!(undo.stderr.contains("`tidetable restore --undo --target look.db"), "{undo}");
    assert_eq!(runs(&sandbox), 20);
}

#[test]
fn undo_brings_back_what_the_last_restore_replaced_and_nothing_else() {
    let sandbox = backed_up();
    sandbox.run("restore latest --yes").assert_code(0);
    // A lost store: the last restore replaced nothing, whatever copies of earlier ones there are.
    std::fs::remove_file(sandbox.path("store.db")).expect("lost");
    sandbox.run("restore latest --yes").assert_code(0);
    let refused = sandbox.run("restore --undo --yes").assert_code(1);
    assert!(refused.stderr.contains("no store was there before it"), "{refused}");
    assert_eq!(runs(&sandbox), 12);
    // A damaged store: its files are named.
    let mut bytes = std::fs::read(sandbox.path("store.db")).expect("store");
    bytes[100..4_096].fill(0xA5);
    std::fs::write(sandbox.path("store.db"), bytes).expect("damaged");
    sandbox.run("restore latest --yes").assert_code(0);
    let refused = sandbox.run("restore --undo --yes").assert_code(1);
    assert!(refused.stderr.contains("store.db.before-20260301T120000Z.1"), "{refused}");
    assert_eq!(runs(&sandbox), 12);
}

#[cfg(unix)]
#[test]
fn a_store_that_only_its_owner_reads_stays_so_and_so_do_its_copies() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let store = sandbox.path("store.db");
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}")).permissions().mode()
            & 0o777
    };
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o600)).expect("mode set");
    sandbox.run("backup").assert_code(0);
    for ending in ["json", "db.zst"] {
        assert_eq!(mode(&sandbox.path(&format!("backups/20260301T120000Z.{ending}"))), 0o600, "{ending}");
    }
    sandbox.run("restore latest --yes").assert_code(0);
    assert_eq!(mode(&store), 0o600);
    std::fs::remove_file(&store).expect("lost");
    sandbox.run("restore latest --yes").assert_code(0);
    assert_eq!(mode(&store), 0o600, "its copy tells");
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o660)).expect("mode set");
    sandbox.run("restore latest --yes").assert_code(0);
    assert_eq!(mode(&store), 0o660);
}
