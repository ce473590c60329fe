//! `backup` from the outside.

use std::path::PathBuf;
use std::time::Duration;

use tidetable::domain::activity::Run;
use tidetable::domain::time::{HOUR_MS, Timestamp};
use tidetable::store::{ImportRecord, LockHolder, RunWriter, Store, StoreError, WriterOptions};

use crate::sandbox::{Sandbox, Transcript};

/// Adds an import of `runs` hourly runs of `task_type` to the sandbox's store.
pub fn add_runs(sandbox: &Sandbox, task_type: &str, runs: i64) {
    let options = WriterOptions { lock_timeout: Duration::from_secs(5), holder: LockHolder::unknown() };
    let mut store = Store::open_writer(&sandbox.path("store.db"), &options).expect("store");
    let start = Timestamp::parse_rfc3339("2026-02-01T00:00:00Z").expect("valid");
    store
        .in_transaction(|transaction| {
            let import = Store::begin_import(transaction, task_type, "csv", "UTC", start)?;
            let mut writer = RunWriter::new(transaction, import)?;
            for hour in 0..runs {
                writer.write(&Run::started(task_type, start.plus_ms(hour * HOUR_MS)))?;
            }
            drop(writer);
            let record = ImportRecord { added: runs.unsigned_abs(), ..ImportRecord::default() };
            Store::finish_import(transaction, import, &record)?;
            Ok::<(), StoreError>(())
        })
        .expect("runs stored");
}

/// The transcript without what differs from one machine or build to the next: sizes of archives.
pub fn steady(transcript: &Transcript) -> String {
    let text = transcript.to_string();
    text.lines()
        .map(|line| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            for position in 1..words.len() {
                let is_unit = ["KiB", "KiB,", "MiB"].contains(&words[position].as_str());
                if is_unit && words[position - 1].trim_start_matches('(').parse::<f64>().is_ok() {
                    words[position - 1] =
                        words[position - 1].replace(|c: char| c != '(', "").to_owned() + "N";
                }
            }
            let line = words.join(" ");
            // Columns are as wide as the sizes in them were.
            let is_row = (line.contains("N KiB") || line.contains(" SIZE ")) && line.starts_with(' ');
            let line = if is_row { line.split_whitespace().collect::<Vec<_>>().join(" ") } else { line };
            line + "\n"
        })
        .collect()
}

fn archive(sandbox: &Sandbox, id: &str) -> PathBuf {
    sandbox.path("backups").join(format!("{id}.db.zst"))
}

const FIRST: &str = "20260301T120000Z";

#[test]
fn a_backup_is_made_and_listed() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    insta::assert_snapshot!(steady(&sandbox.run("backup").assert_code(0)));
    sandbox
        .run_args(&["backup", "create", "--reason", "before the move", "--now", "2026-03-02T12:00:00Z"])
        .assert_code(0);
    let list = sandbox.run_args(&["backup", "list", "--now", "2026-03-04T12:00:00Z"]).assert_code(0);
    insta::assert_snapshot!(steady(&list));
}

#[test]
fn the_list_tells_scripts_everything() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup").assert_code(0);
    let list = sandbox.run("backup list --output-format json").assert_code(0).json();
    let backup = &list["data"]["backups"][0];
    assert_eq!(backup["id"], FIRST);
    assert_eq!(backup["counts"]["runs"], 12);
    assert_eq!(backup["reason"], "manual");
    assert_eq!(backup["schema"], tidetable::store::SCHEMA_VERSION);
    assert_eq!(backup["bytes"], std::fs::metadata(archive(&sandbox, FIRST)).expect("archive").len());
}

#[test]
fn without_a_store_there_is_nothing_to_copy() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("backup --output-format json").assert_code(1));
    assert!(!sandbox.path("backups").exists());
}

#[test]
fn an_empty_folder_has_no_backups_and_says_so() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("backup list").assert_code(0));
    let answer = sandbox.run("backup list --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["backups"], serde_json::json!([]));
    sandbox.run("backup verify --output-format json").assert_code(0).json();
    sandbox.run("backup prune --output-format json").assert_code(0).json();
    assert!(!sandbox.path("backups").exists());
}

#[test]
fn a_dry_run_makes_nothing() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    insta::assert_snapshot!(steady(&sandbox.run("backup --dry-run").assert_code(0)));
    assert!(!sandbox.path("backups").exists());
}

#[test]
fn a_damaged_backup_is_found_and_named() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup").assert_code(0);
    sandbox.run("backup").assert_code(0);
    insta::assert_snapshot!(sandbox.run("backup verify").assert_code(0));
    let path = archive(&sandbox, FIRST);
    let mut bytes = std::fs::read(&path).expect("archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&path, bytes).expect("written");
    insta::assert_snapshot!(sandbox.run("backup verify").assert_code(1));
    sandbox.run("backup verify 20260301T120000Z-2").assert_code(0);
    let answer = sandbox.run("backup verify --output-format json").assert_code(1);
    assert_eq!(answer.stdout, "");
}

#[test]
fn pruning_shows_its_reasons_and_removes_what_no_rule_keeps() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    for day in ["2026-01-01", "2026-01-20", "2026-02-27", "2026-02-28"] {
        sandbox.run_args(&["backup", "--now", &format!("{day}T12:00:00Z")]).assert_code(0);
    }
    let plan = sandbox.run("backup prune --dry-run").assert_code(0);
    insta::assert_snapshot!(steady(&plan));
    let count = |sandbox: &Sandbox| {
        sandbox.run("backup list --output-format json").json()["data"]["backups"].as_array().map(Vec::len)
    };
    assert_eq!(count(&sandbox), Some(4));
    let done = sandbox.run("backup prune").assert_code(0);
    assert_eq!(done.stdout, plan.stdout);
    assert_eq!(count(&sandbox), Some(2));
    insta::assert_snapshot!(sandbox.run("backup prune --keep-last 0").assert_code(2));
}

#[test]
fn two_backups_at_once_wait_for_each_other_or_give_up_busy() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let folder = tidetable::store::backup::BackupFolder::new(sandbox.path("backups"));
    let options = WriterOptions { lock_timeout: Duration::ZERO, holder: LockHolder::unknown() };
    let lock = folder.lock(&options).expect("lock");
    let answer = sandbox.run("backup --lock-timeout 50ms --output-format json").assert_code(10);
    assert_eq!(answer.stdout, "");
    drop(lock);
    sandbox.run("backup --lock-timeout 50ms").assert_code(0);
}
