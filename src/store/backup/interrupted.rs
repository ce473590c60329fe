//! Stopped at each of the moments at which we look whether to stop: nothing half-made is left, and nothing is changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::laws::Place;
use super::manifest::ArchiveFormat;
use super::{BackupError, BackupFolder, Contents, RestoreRequest, Stop, StoreHealth};
use crate::domain::time::Timestamp;
use crate::store::StoreError;

/// Says so from the `look`-th look on.
fn from_look(look: usize) -> Stop {
    let looks = Arc::new(AtomicUsize::new(0));
    Stop::when(move || looks.fetch_add(1, Ordering::SeqCst) >= look)
}

/// Does `work` on the copies of `place`, stopped at its first look, its second, and so on until it is done before it
/// looks again; `unchanged` is asked after each.
fn stopped_everywhere<T>(
    place: &Place,
    work: impl Fn(&BackupFolder) -> Result<T, BackupError>,
    unchanged: impl Fn(),
) {
    for look in 0.. {
        match work(&place.copies.clone().stopping(from_look(look))) {
            Ok(_) => {
                assert!(look > 2, "it looked {look} times only");
                return;
            }
            Err(BackupError::Store(StoreError::Interrupted)) => unchanged(),
            Err(error) => panic!("look {look}: {error}"),
        }
    }
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder).map(|entries| entries.flatten().collect()).unwrap_or_else(|_| Vec::new());
    let mut names: Vec<String> =
        entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.ends_with(".lock") && !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[test]
fn a_stopped_backup_leaves_no_copy_and_no_file() {
    for format in ArchiveFormat::ALL {
        let place = Place::with_runs(3_000);
        let work = |folder: &BackupFolder| folder.create(&place.request(format));
        stopped_everywhere(&place, work, || assert_eq!(names(place.copies.path()), Vec::<String>::new()));
        assert_eq!(place.copies.catalog().expect("catalog").backups.len(), 1);
    }
}

#[test]
fn a_stopped_restore_leaves_the_store_as_it_was() {
    let place = Place::with_runs(3_000);
    let manifest = place.back_up().expect("copied");
    place.add("weekly", 20);
    let store = place.store();
    // What became of the last restore is noted beside the store.
    let beside = || -> Vec<String> {
        names(store.parent().expect("folder"))
            .into_iter()
            .filter(|name| !name.ends_with(".restored.json"))
            .collect()
    };
    let (before, files) = (Contents::of_store(&store).expect("store"), beside());
    let request = RestoreRequest {
        manifest: &manifest,
        target: &store,
        host: None,
        now: Timestamp::clamped(1_772_366_400_000),
        writer: &place.options,
    };
    let unchanged = || {
        assert_eq!(Contents::of_store(&store).expect("store"), before);
        assert_eq!(beside(), files);
    };
    stopped_everywhere(&place, |folder| folder.restore(&request), unchanged);
    assert_eq!(Contents::of_store(&store).expect("store").content_sha256, manifest.content_sha256);
}

#[test]
fn a_stopped_check_says_that_it_was_stopped_and_nothing_of_damage() {
    let place = Place::with_runs(3_000);
    let manifest = place.back_up().expect("copied");
    let files = names(place.copies.path());
    let unchanged = || assert_eq!(names(place.copies.path()), files);
    stopped_everywhere(&place, |folder| folder.verify(&manifest), unchanged);
    let drill = |folder: &BackupFolder| folder.drill(&manifest, manifest.created_at, &place.options);
    stopped_everywhere(&place, drill, unchanged);
    stopped_everywhere(&place, |folder| StoreHealth::examine(&place.store(), &folder.stop), unchanged);
    let at_once = place.copies.clone().stopping(from_look(0));
    assert!(matches!(at_once.archive_is_intact(&manifest), Err(BackupError::Store(StoreError::Interrupted))));
}
