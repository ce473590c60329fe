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
    let list = sandbox.run("backup list --output-format json").json();
    let reasons: Vec<_> =
        list["data"]["backups"].as_array().expect("list").iter().map(|it| &it["reason"]).collect();
    assert_eq!(reasons, ["manual", "manual"], "a copy that stays holds what the store holds");
    sandbox.run("backup prune --keep-within 24h --dry-run").assert_code(0);
    sandbox.run("backup prune --keep-within 1x").assert_code(2);
    insta::assert_snapshot!(sandbox.run("backup prune --keep-last 0").assert_code(2));
}

#[test]
fn pruning_copies_a_store_that_no_copy_holds_once_and_then_settles() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    for day in ["2026-01-01", "2026-01-20", "2026-02-27"] {
        sandbox.run_args(&["backup", "--now", &format!("{day}T12:00:00Z")]).assert_code(0);
    }
    add_runs(&sandbox, "sync", 8);
    let prune = |arguments: &str| {
        let answer = sandbox.run(&format!("backup prune --keep-last 2 {arguments} --output-format json"));
        answer.assert_code(0).json()["data"].clone()
    };
    let plan = prune("--dry-run");
    assert_eq!((&plan["copies_first"], &plan["safety_copy"]), (&true.into(), &serde_json::Value::Null));
    let done = prune("");
    assert_eq!(done["safety_copy"], FIRST);
    assert_eq!(done["remove"].as_array().map(Vec::len), Some(1));
    let again = prune("");
    assert_eq!(again["remove"], serde_json::json!([]), "it takes no place of the two that were asked for");
    assert_eq!(again["keep"].as_array().map(Vec::len), Some(3));
    assert_eq!((&again["copies_first"], &again["safety_copy"]), (&false.into(), &serde_json::Value::Null));
}

#[test]
fn pruning_leaves_a_damaged_copy_to_be_looked_at() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    sandbox.run("backup --now 2026-01-01T12:00:00Z").assert_code(0);
    sandbox.run("backup").assert_code(0);
    let path = archive(&sandbox, "20260101T120000Z");
    let mut bytes = std::fs::read(&path).expect("archive");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&path, bytes).expect("written");
    let pruned = sandbox.run("backup prune --keep-last 1").assert_code(0);
    assert!(pruned.stdout.contains("keep: damaged, left to be looked at"), "{pruned}");
    assert!(path.exists());
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

#[test]
fn a_tar_gz_is_unpacked_by_others_and_restored_by_us() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let answer = sandbox.run("backup --archive-format tar.gz --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["backup"]["archive_format"], "tar.gz");
    let path = sandbox.path("backups").join(format!("{FIRST}.tar.gz"));
    match std::process::Command::new("tar").arg("-xzf").arg(&path).arg("-C").arg(sandbox.path("")).status() {
        Ok(status) => {
            assert!(status.success());
            let connection = rusqlite::Connection::open(sandbox.path("store.db")).expect("unpacked");
            let runs: i64 =
                connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).expect("runs");
            assert_eq!(runs, 12);
        }
        Err(_) => eprintln!("skipped: no tar"),
    }
    sandbox.run("backup verify").assert_code(0);
    add_runs(&sandbox, "sync", 8);
    sandbox.run("restore latest --yes").assert_code(0);
    sandbox.run("backup drill").assert_code(0);
}

#[test]
fn the_folder_is_the_same_for_every_command_that_names_none() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let run = |arguments: &[&str]| {
        let mut command = sandbox.command();
        command.env("TIDETABLE_BACKUP_DIR", sandbox.path("elsewhere"));
        command.args(arguments).args(["--now", crate::sandbox::NOW]).assert().success();
    };
    run(&["backup"]);
    assert!(sandbox.path("elsewhere").join(format!("{FIRST}.db.zst")).exists());
    run(&["restore", FIRST, "--yes"]);
    let rows: String = (0..9).map(|day| format!("weekly,{}\n", 1_770_000_000 + day * 7_200)).collect();
    sandbox.write("more.csv", &format!("task_type,started_at\n{rows}"));
    run(&["import", "more.csv"]);
    assert!(!sandbox.path("backups").exists(), "automatic copies go there, too");
    let list = sandbox.run("backup list --backup-dir elsewhere --output-format json").json();
    let reasons: Vec<_> =
        list["data"]["backups"].as_array().expect("list").iter().map(|it| &it["reason"]).collect();
    assert_eq!(reasons, ["manual", "pre-restore", "pre-import"]);
}

#[test]
fn an_import_that_adds_much_is_preceded_by_a_copy_and_only_a_few_are_kept() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 12);
    let import = |number: i64, rows: i64| {
        let start = 1_770_000_000 + number * 1_000_000;
        let rows: String = (0..rows).map(|row| format!("task-{number},{}\n", start + row * 7_200)).collect();
        sandbox.write("more.csv", &format!("task_type,started_at\n{rows}"));
        let at = format!("2026-03-0{}T12:00:00Z", number + 1);
        sandbox
            .run_args(&["import", "more.csv", "--now", &at, "--output-format", "json"])
            .assert_code(0)
            .json()
    };
    let first = import(1, 9);
    let copy = first["data"]["safety_copy"].as_str().expect("a copy").to_owned();
    sandbox.run(&format!("restore {copy} --target look.db --yes")).assert_code(0);
    let connection = rusqlite::Connection::open(sandbox.path("look.db")).expect("store");
    let runs: i64 = connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).expect("runs");
    assert_eq!(runs, 12, "the store as it was before the import");
    assert!(import(2, 1)["data"]["safety_copy"].is_null(), "a tenth and less is not much");
    (3..7).for_each(|number| assert!(import(number, 40)["data"]["safety_copy"].is_string()));
    let list = sandbox.run("backup list --output-format json").json();
    assert_eq!(list["data"]["backups"].as_array().map(Vec::len), Some(3));
    sandbox.write("tidetable.toml", "[backup]\nautomatic = false\n");
    assert!(import(8, 90)["data"]["safety_copy"].is_null(), "switched off");
}

#[test]
fn an_older_store_is_backed_up_before_it_is_migrated() {
    let sandbox = Sandbox::new();
    let dump = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema/v2.sql");
    let dump = std::fs::read_to_string(dump).expect("dump");
    rusqlite::Connection::open(sandbox.path("store.db"))
        .and_then(|store| store.execute_batch(&dump))
        .expect("store");
    let before = std::fs::read(sandbox.path("store.db")).expect("store");
    sandbox.run("rules list --dry-run").assert_code(0);
    assert_eq!(std::fs::read(sandbox.path("store.db")).expect("store"), before, "a dry run migrates nothing");
    sandbox.run("rules list").assert_code(0);
    let list = sandbox.run("backup list --output-format json").assert_code(0).json();
    let copy = &list["data"]["backups"][0];
    assert_eq!((copy["reason"].as_str(), copy["schema"].as_u64()), (Some("pre-migration"), Some(2)));
    sandbox.run("restore latest --yes").assert_code(0);
}
