//! Copies and stores in odd places: other disks, links, several processes at once, disks that fill up.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use super::contents::Contents;
use super::laws::Place;
use super::manifest::ArchiveFormat;
use super::{BackupError, BackupFolder, PresentStore, RestoreRequest};
use crate::store::{LockHolder, SCHEMA_VERSION, WriterOptions};

/// A folder on another file system than that of temporary files, where there is one.
#[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
fn other_disk() -> Option<tempfile::TempDir> {
    use std::os::unix::fs::MetadataExt as _;
    let memory = Path::new("/dev/shm");
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    if device(memory).is_none() || device(memory) == device(&std::env::temp_dir()) {
        eprintln!("skipped: /dev/shm is no other file system");
        return None;
    }
    tempfile::tempdir_in(memory).ok()
}

#[test]
fn a_store_and_its_copies_may_lie_on_different_disks() {
    let Some(other) = other_disk() else { return };
    let place = Place::with_runs(30);
    let far = BackupFolder::new(other.path().join("backups"));
    let copy = far.create(&place.request(ArchiveFormat::Zst)).expect("copied to the other disk");
    place.add("sync", 5);
    let options = place.options.clone();
    let restore = |target: &Path| {
        let now = super::laws::now();
        far.restore(&RestoreRequest { manifest: &copy, target, host: None, now, writer: &options })
    };
    let restored = restore(&place.store()).expect("restored from the other disk");
    assert_eq!(restored.contents, copy.contents());
    assert_eq!(place.runs(), 30);
    let target = other.path().join("deep/store.db");
    assert_eq!(restore(&target).expect("restored to the other disk").contents, copy.contents());
    assert_eq!(Contents::of_store(&target).expect("intact"), copy.contents());
}

#[test]
fn of_two_restores_at_once_each_happens_whole_or_is_told_that_it_is_busy() {
    let place = Place::with_runs(200);
    let small = place.back_up().expect("copied");
    place.add("sync", 100);
    let large = place.back_up().expect("copied");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = [&small, &large, &small, &large]
            .into_iter()
            .map(|manifest| scope.spawn(|| place.restore(manifest).map(|_| ())))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let is_busy =
            error.to_string().contains("is being written") || matches!(error, BackupError::InUse { .. });
        assert!(is_busy, "{error}");
    }
    let found = Contents::of_store(&place.store()).expect("intact");
    assert!(found == small.contents() || found == large.contents());
}

#[test]
fn a_writer_that_commits_every_50_ms_delays_no_copy_and_loses_nothing() {
    let place = Place::with_runs(2_000);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let connection = Connection::open(place.store()).expect("store");
            connection.busy_timeout(Duration::from_secs(5)).expect("set");
            let mut written = 0_u64;
            while !is_over.load(Ordering::SeqCst) {
                connection
                    .execute("INSERT INTO task_types (name) VALUES ('writer-' || ?1)", [written as i64])
                    .expect("committed");
                written += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            written
        });
        let copies: Vec<_> = (0..6).map(|_| place.back_up().expect("copied")).collect();
        is_over.store(true, Ordering::SeqCst);
        let written = writer.join().expect("no panic");
        let mut last = 0;
        for copy in &copies {
            assert_eq!(place.copies.verify(copy).expect("read"), Ok(()));
            assert!(copy.rows("task_types") >= last, "later copies hold what earlier ones held");
            last = copy.rows("task_types");
        }
        let now = Contents::of_store(&place.store()).expect("intact");
        assert_eq!(now.rows("task_types"), written + 1, "nothing that was committed is lost");
    });
}

#[test]
fn every_released_schema_is_copied_as_it_is_and_restored_as_ours() {
    for version in 1..=SCHEMA_VERSION {
        let place = Place::new();
        let dump =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schema/v{version}.sql"));
        let dump = fs::read_to_string(dump).expect("dump read");
        let connection = Connection::open(place.store()).expect("store");
        connection.execute_batch(&dump).expect("dump loaded");
        for number in 0..20 + version {
            let name = format!("task-{number}");
            connection.execute("INSERT INTO task_types (name) VALUES (?1)", [&name]).expect("row");
            connection
                .execute(
                    "INSERT INTO runs (task_type_id, started_ms) VALUES (last_insert_rowid(), ?1)",
                    [i64::from(number) * 60_000],
                )
                .expect("row");
        }
        drop(connection);
        let before = Contents::of_store(&place.store()).expect("intact");
        let copy = place.back_up().expect("copied");
        assert_eq!(copy.schema_version, version);
        assert_eq!(copy.contents(), before, "an older store is copied as it is");
        let drilled = place.copies.drill(&copy, super::laws::now(), &place.options).expect("it comes back");
        assert_eq!((drilled.runs, drilled.schema_version), (20 + u64::from(version), SCHEMA_VERSION));
        fs::remove_file(place.store()).expect("lost");
        let restored = place.restore(&copy).expect("restored");
        assert_eq!(restored.contents.schema_version, SCHEMA_VERSION);
        assert_eq!(restored.contents.rows("runs"), before.rows("runs"));
        assert_eq!(restored.contents.rows("task_types"), before.rows("task_types"));
        if version == SCHEMA_VERSION {
            assert_eq!(restored.contents, before);
        }
    }
}

#[test]
fn a_copy_too_large_for_the_disk_is_refused_before_anything_is_written() {
    let place = Place::with_runs(3);
    let mut copy = place.back_up().expect("copied");
    copy.database.bytes = u64::MAX / 4;
    let error = place.restore(&copy).expect_err("too large");
    assert!(matches!(error, BackupError::NoSpace { .. }), "{error}");
    assert_eq!(place.runs(), 3);
    assert!(matches!(PresentStore::at(&place.store()), Ok(PresentStore::Intact { .. })));
}

#[test]
fn who_waits_for_a_restore_is_told_who_restores() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    let holder = LockHolder { process_id: Some(4711), command: "tidetable restore".to_owned(), since: None };
    let held = crate::store::lock::WriteLock::acquire(&place.store(), &holder, Duration::ZERO).expect("lock");
    let options = WriterOptions { lock_timeout: Duration::ZERO, ..place.options.clone() };
    let now = super::laws::now();
    let target = place.store();
    let request = RestoreRequest { manifest: &copy, target: &target, host: None, now, writer: &options };
    let error = place.copies.restore(&request).expect_err("busy");
    assert!(error.to_string().contains("`tidetable restore` (process 4711)"), "{error}");
    drop(held);
}
