//! Disks that fill up at every write: a limit on the length of files stands in for a full one (the same calls fail, at
//! the same places), at many lengths; a small file system of its own where this user may mount one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tidetable::store::backup::{BackupFolder, Contents};

use crate::backup::add_runs;
use crate::sandbox::{NOW, Sandbox};

/// Runs the program under a limit of `blocks` of 512 bytes for any file that it writes.
fn limited(sandbox: &Sandbox, blocks: u32, arguments: &str) -> Output {
    // Ignored, the signal of the limit becomes an error of the write: EFBIG.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments} --now {NOW}");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_tidetable")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", sandbox.path(""))
        .env("TMPDIR", sandbox.path("tmp"))
        .env("TZ", "UTC")
        .env("TIDETABLE_DB", sandbox.path("store.db"))
        .current_dir(sandbox.path(""))
        .output()
        .expect("started")
}

fn contents(sandbox: &Sandbox) -> Contents {
    Contents::of_store(&sandbox.path("store.db")).expect("the store passes every check")
}

fn copies(sandbox: &Sandbox) -> usize {
    let folder = BackupFolder::new(sandbox.path("backups"));
    let catalog = folder.catalog().expect("catalog");
    for manifest in &catalog.backups {
        assert_eq!(folder.verify(manifest).expect("read"), Ok(()), "{}", manifest.id);
    }
    assert!(!catalog.debris.iter().any(|debris| debris.is_damaged_copy), "{:?}", catalog.debris);
    catalog.backups.len()
}

/// A failure that tells people what happened, not of a defect.
fn assert_told(output: &Output, case: &str) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{case}: {said}");
    assert!(
        said.contains("error: ") && said.contains("hint: ") && !said.contains("report"),
        "{case}: {said}"
    );
}

/// Lengths from nothing to more than any file here has.
fn lengths() -> impl Iterator<Item = u32> {
    (0..24).chain((24..240).step_by(8)).chain([400, 800, 4_000])
}

#[test]
fn a_backup_onto_a_disk_that_fills_up_leaves_no_copy_and_the_older_ones() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("tmp")).expect("folder");
    add_runs(&sandbox, "nightly", 300);
    sandbox.run("backup").assert_code(0);
    let (before, mut failed) = (contents(&sandbox), 0);
    for blocks in lengths() {
        let listed = copies(&sandbox);
        let output = limited(&sandbox, blocks, "backup");
        if output.status.success() {
            assert_eq!(copies(&sandbox), listed + 1, "{blocks} blocks");
        } else {
            assert_told(&output, &format!("{blocks} blocks"));
            assert_eq!(copies(&sandbox), listed, "{blocks} blocks");
            failed += 1;
        }
        assert_eq!(contents(&sandbox), before);
    }
    assert!(failed > 20 && copies(&sandbox) > 1, "{failed} failed");
    let left = fs::read_dir(sandbox.path("backups"))
        .expect("folder")
        .filter(|entry| entry.as_ref().expect("entry").file_name().to_string_lossy().contains(".tmp"));
    assert_eq!(left.count(), 0, "failures clean up");
}

#[test]
fn a_restore_onto_a_disk_that_fills_up_changes_nothing() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("tmp")).expect("folder");
    add_runs(&sandbox, "nightly", 300);
    sandbox.run("backup").assert_code(0);
    let copied = contents(&sandbox);
    add_runs(&sandbox, "sync", 200);
    let (before, mut failed, mut done) = (contents(&sandbox), 0, 0);
    for blocks in lengths() {
        let output = limited(&sandbox, blocks, "restore 20260301T120000Z --yes");
        if output.status.success() {
            assert_eq!(contents(&sandbox), copied, "{blocks} blocks");
            done += 1;
        } else {
            assert_told(&output, &format!("{blocks} blocks"));
            let found = contents(&sandbox);
            assert!(found == before || (done > 0 && found == copied), "{blocks} blocks: a third state");
            failed += 1;
        }
    }
    assert!(failed > 20 && done > 0, "{failed} failed, {done} done");
    assert!(copies(&sandbox) > 1);
    let doctor = sandbox.run("doctor --output-format json").assert_code(0);
    assert_eq!(doctor.json()["data"]["status"], "clean", "{doctor}");
}

#[test]
fn an_import_onto_a_disk_that_fills_up_keeps_nothing_of_it() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("tmp")).expect("folder");
    add_runs(&sandbox, "nightly", 40);
    let rows: String =
        (0..600).map(|row| format!("weekly-{row},{}\n", 1_770_000_000 + row * 3_600)).collect();
    sandbox.write("more.csv", &format!("task_type,started_at\n{rows}"));
    let before = contents(&sandbox);
    let mut failed = 0;
    for blocks in lengths() {
        let output = limited(&sandbox, blocks, "import more.csv");
        if output.status.success() {
            assert_eq!(contents(&sandbox).rows("runs"), 640);
            break;
        }
        assert_told(&output, &format!("{blocks} blocks"));
        assert_eq!(contents(&sandbox), before, "{blocks} blocks");
        failed += 1;
    }
    assert!(failed > 20, "{failed} failed");
    copies(&sandbox);
}

#[test]
fn a_small_file_system_that_is_full_is_told_of_with_its_room() {
    let sandbox = Sandbox::new();
    add_runs(&sandbox, "nightly", 300);
    let small = sandbox.path("small");
    fs::create_dir(&small).expect("folder");
    if !mounted(&small) {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    }
    let answers = [
        sandbox.run("backup --backup-dir small/backups"),
        sandbox.run("backup --backup-dir small/backups --output-format json"),
        sandbox.run("backup --backup-dir small/backups --dry-run"),
    ];
    sandbox.run("backup").assert_code(0);
    let restored = sandbox.run("restore latest --target small/store.db --yes");
    let left = fs::read_dir(&small).expect("folder").count();
    unmount(&small);
    for answer in answers.iter().chain([&restored]) {
        assert_eq!(answer.code, Some(1), "{answer}");
        assert!(answer.stderr.contains("too little room") && answer.stdout.is_empty(), "{answer}");
    }
    assert!(left <= 2, "at most the folder of copies and a lock: {left}");
}

fn mounted(folder: &Path) -> bool {
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tidetable-test"])
        .arg(folder)
        .stderr(std::process::Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

fn unmount(folder: &Path) {
    let status = Command::new("umount").arg(folder).status().expect("started");
    assert!(status.success());
}
