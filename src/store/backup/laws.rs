//! What must hold of copies whatever happens to them: nothing damaged is accepted, nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use rusqlite::Connection;

use super::archive::compress;
use super::contents::Contents;
use super::error::{BackupError, Damage};
use super::manifest::{ArchiveFormat, Manifest, PRE_RESTORE};
use super::{
    BackupFolder, BackupRequest, PresentStore, RestoreRequest, Restored, SafetyCopy, resolve_target,
};
use crate::domain::activity::Run;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::store::{LockHolder, RunWriter, Store, StoreError, WriterOptions};

/// A store and a folder of copies in a place of their own.
pub(super) struct Place {
    folder: tempfile::TempDir,
    store: PathBuf,
    pub(super) copies: BackupFolder,
    pub(super) options: WriterOptions,
}

impl Place {
    pub(super) fn new() -> Place {
        let folder = tempfile::tempdir().expect("temporary folder");
        let copies = BackupFolder::new(folder.path().join("backups"));
        let options =
            WriterOptions { lock_timeout: Duration::from_millis(50), holder: LockHolder::unknown() };
        Place { store: folder.path().join("store.db"), folder, copies, options }
    }

    pub(super) fn with_runs(runs: i64) -> Place {
        let place = Place::new();
        place.add("nightly", runs);
        place
    }

    pub(super) fn store(&self) -> PathBuf {
        self.store.clone()
    }

    pub(super) fn add(&self, task_type: &str, runs: i64) {
        let mut store = Store::open_writer(&self.store(), &self.options).expect("store");
        store
            .in_transaction(|transaction| {
                let import = Store::begin_import(transaction, task_type, "csv", "UTC", now())?;
                let mut writer = RunWriter::new(transaction, import)?;
                for number in 0..runs {
                    writer.write(&Run::started(task_type, now().plus_ms(-number * MINUTE_MS)))?;
                }
                Ok::<(), StoreError>(())
            })
            .expect("runs stored");
    }

    pub(super) fn request(&self, format: ArchiveFormat) -> BackupRequest<'_> {
        BackupRequest {
            store: &self.store,
            reason: "manual",
            format,
            host: None,
            now: now(),
            writer: &self.options,
        }
    }

    pub(super) fn back_up(&self) -> Result<Manifest, BackupError> {
        self.back_up_as(ArchiveFormat::Zst)
    }

    pub(super) fn back_up_as(&self, format: ArchiveFormat) -> Result<Manifest, BackupError> {
        self.copies.create(&self.request(format))
    }

    pub(super) fn restore(&self, manifest: &Manifest) -> Result<Restored, BackupError> {
        self.restore_to(manifest, &self.store())
    }

    fn restore_to(&self, manifest: &Manifest, target: &Path) -> Result<Restored, BackupError> {
        let request = RestoreRequest { manifest, target, host: None, now: now(), writer: &self.options };
        self.copies.restore(&request)
    }

    pub(super) fn runs(&self) -> u64 {
        match PresentStore::at(&self.store()).expect("store") {
            PresentStore::Intact { counts, .. } => counts["runs"],
            other => panic!("no intact store: {other:?}"),
        }
    }
}

pub(super) fn now() -> Timestamp {
    Timestamp::clamped(1_772_366_400_000)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_copy_is_good_and_brings_the_store_back_and_the_restore_can_be_undone() {
    let place = Place::with_runs(30);
    let copy = place.back_up().expect("copied");
    assert_eq!(place.copies.verify(&copy).expect("read"), Ok(()));
    place.add("sync", 5);
    let restored = place.restore(&copy).expect("restored");
    assert_eq!(restored.contents, copy.contents());
    assert_eq!(place.runs(), 30);
    let catalog = place.copies.catalog().expect("catalog");
    let before = catalog.newest_before_restore(&place.store()).expect("safety copy");
    assert_eq!(restored.safety_copy, SafetyCopy::Backup(before.id.clone()));
    assert_eq!(before.reason, PRE_RESTORE);
    place.restore(before).expect("undone");
    assert_eq!(place.runs(), 35);
    assert_eq!(
        names(place.folder.path()),
        [".store.db.restored.json", "backups", "store.db", "store.db.lock"]
    );
}

#[test]
fn no_flipped_byte_of_an_archive_is_accepted() {
    let place = Place::with_runs(30);
    let copy = place.back_up().expect("copied");
    place.add("sync", 5);
    let archive = place.copies.archive_of(&copy);
    let good = fs::read(&archive).expect("archive");
    for round in 0..300_usize {
        let mut damaged = good.clone();
        let position = round * 7_919 % good.len();
        damaged[position] ^= 1 << (round % 8);
        fs::write(&archive, damaged).expect("written");
        assert_eq!(
            place.copies.verify(&copy).expect("read"),
            Err(Damage::ArchiveChecksum),
            "byte {position}"
        );
        if round % 30 == 0 {
            let error = place.restore(&copy).expect_err("damaged");
            assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
        }
    }
    assert_eq!(place.runs(), 35);
    assert!(!names(place.folder.path()).iter().any(|name| name.starts_with('.')), "nothing is left staged");
}

#[test]
fn a_cut_archive_is_not_listed() {
    let place = Place::with_runs(30);
    let copy = place.back_up().expect("copied");
    let archive = place.copies.archive_of(&copy);
    let good = fs::read(&archive).expect("archive");
    for length in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&archive, &good[..length]).expect("written");
        let catalog = place.copies.catalog().expect("catalog");
        assert!(catalog.backups.is_empty());
        assert!(catalog.debris[0].is_damaged_copy);
        assert!(place.restore(&copy).is_err());
    }
    fs::remove_file(&archive).expect("removed");
    assert_eq!(place.copies.verify(&copy).expect("read"), Err(Damage::ArchiveMissing));
    assert!(place.copies.catalog().expect("catalog").backups.is_empty());
}

#[test]
fn an_archive_without_its_manifest_is_no_copy() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    fs::remove_file(place.copies.manifest(&copy.id)).expect("removed");
    let catalog = place.copies.catalog().expect("catalog");
    assert!(catalog.backups.is_empty());
    assert_eq!(catalog.debris.len(), 1);
    let error = catalog.find(&copy.id, &place.copies).expect_err("no copy");
    assert!(matches!(error, BackupError::NotACopy { .. }), "{error}");
    assert_ne!(place.back_up().expect("copied").id, copy.id, "its place is not taken");
}

#[test]
fn a_manifest_in_anothers_place_is_no_copy() {
    let place = Place::with_runs(3);
    let first = place.back_up().expect("copied");
    let second = place.back_up().expect("copied");
    fs::copy(place.copies.manifest(&first.id), place.copies.manifest(&second.id)).expect("swapped");
    let catalog = place.copies.catalog().expect("catalog");
    assert_eq!(catalog.backups, [first]);
    assert!(catalog.debris[0].is_damaged_copy);
}

#[test]
fn what_a_killed_backup_leaves_is_never_listed_and_swept_away_by_the_next() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    let left = [".20260301T120001Z.db.tmp", ".20260301T120001Z.db.tmp-journal", ".20260301T120001Z.json.tmp"];
    for name in left {
        fs::write(place.copies.path().join(name), b"half").expect("written");
    }
    let catalog = place.copies.catalog().expect("catalog");
    assert_eq!((catalog.backups.len(), catalog.debris.len()), (1, 3));
    place.back_up().expect("copied");
    let catalog = place.copies.catalog().expect("catalog");
    assert_eq!((catalog.backups.len(), catalog.debris.len()), (2, 0));
    assert_eq!(catalog.backups[0], copy);
}

#[test]
fn a_copy_of_a_store_that_is_being_written_is_one_moment_of_it() {
    let place = Place::with_runs(3);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..20 {
                place.add(&format!("writer-{round}"), 10);
            }
        });
        while !writer.is_finished() {
            let copy = place.back_up().expect("copied");
            // Whole imports only.
            assert_eq!((copy.rows("runs") - 3) % 10, 0);
            assert_eq!(copy.rows("imports"), 1 + (copy.rows("runs") - 3) / 10);
        }
    });
}

#[test]
fn a_database_of_another_program_is_not_restored_even_with_a_manifest() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    let foreign = place.folder.path().join("foreign.db");
    let connection = Connection::open(&foreign).expect("database");
    connection
        .execute_batch("CREATE TABLE runs (id INTEGER PRIMARY KEY); PRAGMA user_version = 1")
        .expect("made");
    drop(connection);
    let sums = compress(&foreign, &place.copies.archive_of(&copy), ArchiveFormat::Zst).expect("packed");
    let forged = Manifest { database: sums.database, archive: sums.archive, ..copy };
    let error = place.restore(&forged).expect_err("foreign");
    assert!(matches!(error, BackupError::Damaged { damage: Damage::ApplicationId(0), .. }), "{error}");
    assert_eq!(place.runs(), 3);
}

#[test]
fn a_copy_of_a_newer_schema_is_kept_but_not_restored() {
    let place = Place::with_runs(3);
    Connection::open(place.store()).expect("store").pragma_update(None, "user_version", 99).expect("newer");
    let copy = place.back_up().expect("copied");
    assert_eq!(place.copies.verify(&copy).expect("read"), Ok(()));
    let error = place.restore(&copy).expect_err("newer");
    assert!(matches!(error, BackupError::NewerSchema { found: 99, .. }), "{error}");
}

#[test]
fn a_damaged_store_is_moved_aside_and_replaced() {
    let place = Place::with_runs(400);
    let copy = place.back_up().expect("copied");
    let mut bytes = fs::read(place.store()).expect("store");
    // The header stays readable; everything behind the first page is gone.
    bytes[4_096..].fill(0xa5);
    fs::write(place.store(), &bytes).expect("written");
    let restored = place.restore(&copy).expect("restored");
    let SafetyCopy::MovedAside(aside) = restored.safety_copy else { panic!("{restored:?}") };
    assert_eq!(fs::read(aside).expect("kept"), bytes);
    assert_eq!(place.runs(), 400);
}

#[test]
fn a_store_that_is_gone_comes_back_and_its_old_log_does_not_get_in() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    fs::remove_file(place.store()).expect("removed");
    fs::write(place.folder.path().join("store.db-wal"), b"of another life").expect("written");
    let restored = place.restore(&copy).expect("restored");
    assert_eq!(restored.safety_copy, SafetyCopy::Nothing);
    assert_eq!(place.runs(), 3);
    let kept = names(place.folder.path())
        .into_iter()
        .any(|name| name.contains(".before-") && name.ends_with("-wal"));
    assert!(kept);
}

#[test]
fn what_a_killed_restore_leaves_is_swept_away_by_the_next() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    fs::write(place.folder.path().join(".store.db.restore-x.tmp"), b"half").expect("written");
    place.restore(&copy).expect("restored");
    assert_eq!(
        names(place.folder.path()),
        [".store.db.restored.json", "backups", "store.db", "store.db.lock"]
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays_a_link() {
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    let link = place.folder.path().join("link.db");
    std::os::unix::fs::symlink(place.store(), &link).expect("link");
    place.add("sync", 4);
    let target = resolve_target(&link).expect("resolved");
    place.restore_to(&copy, &target).expect("restored");
    assert!(fs::symlink_metadata(&link).expect("link").is_symlink());
    assert_eq!(place.runs(), 3);
}

#[cfg(unix)]
#[test]
#[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
fn a_folder_that_cannot_be_written_changes_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_runs(3);
    let copy = place.back_up().expect("copied");
    place.add("sync", 4);
    let locked = place.folder.path().join("locked");
    fs::create_dir(&locked).expect("folder");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).expect("read-only");
    if fs::write(locked.join("probe"), b"").is_ok() {
        eprintln!("skipped: this user may write into read-only folders");
        return;
    }
    let error = place.restore_to(&copy, &locked.join("store.db")).expect_err("read-only");
    assert!(error.to_string().contains("locked"), "{error}");
    let nowhere = BackupFolder::new(locked.join("backups"));
    let request = place.request(ArchiveFormat::Zst);
    assert!(nowhere.create(&request).is_err());
    assert_eq!(place.runs(), 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_restored_store_has_the_digest_of_the_copied_one(
        runs in 0_i64..40, later in 0_i64..40, name in "[a-zé '\"%]{1,12}"
    ) {
        let place = Place::with_runs(runs);
        place.add(&name, runs / 2);
        let before = Contents::of_file(&place.store()).expect("intact");
        let copy = place.back_up().expect("copied");
        place.add("later", later);
        place.restore(&copy).expect("restored");
        prop_assert_eq!(Contents::of_file(&place.store()).expect("intact"), before);
    }
}

#[test]
fn a_copy_of_the_same_second_is_the_latest_also_after_older_ones_went() {
    let place = Place::with_runs(3);
    let copies: Vec<Manifest> = (0..4).map(|_| place.back_up().expect("copied")).collect();
    place.copies.remove(&copies[1].id).expect("removed");
    let made = place.back_up().expect("copied");
    let catalog = place.copies.catalog().expect("catalog");
    assert_eq!(catalog.find("latest", &place.copies).expect("latest").id, made.id);
}

#[test]
fn a_restore_that_failed_after_its_safety_copy_is_not_what_is_undone() {
    let place = Place::with_runs(3);
    let store = place.store();
    let stage = store.with_file_name(".store.db.restore-x.tmp");
    let mut journal = super::journal::Journal::begin(&store, "x", &stage).expect("begun");
    journal.replaces(super::Replaced::Unknown).expect("written");
    drop(journal);
    assert_eq!(super::last_restore(&store).expect("read"), super::LastRestore::Failed);
}
